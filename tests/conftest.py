"""What all tests share: the --slow option and the repository's root."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from autograder.session import Session

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow suite too")


def pytest_configure(config: pytest.Config) -> None:
    # Two cores: a pool of threads in each of several processes only gets in the way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "agg")
    # What learners' progress is kept in; not the developer's own.
    os.environ["XDG_STATE_HOME"] = os.path.join(tempfile.gettempdir(), "cvlib-course-tests")


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    if config.getoption("--slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))


def group_of(item: pytest.Item) -> str:
    """What runs in one process: a file, or a session's part of a file with all sessions."""
    given = getattr(item, "callspec", None)
    values = given.params.values() if given else ()
    parts = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    session = next((part.name for part in parts if isinstance(part, Session)), "")
    return session or str(item.path)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root."""
    return ROOT
