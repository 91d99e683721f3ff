"""What all tests share: the --slow option, the root, the sessions, an engine; who runs what."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import autograder.doctor
import autograder.engine.engine
from autograder.engine import sandbox
from autograder.engine.engine import Engine
from autograder.session import Session, read_session, session_paths

ROOT = Path(__file__).parent.parent
# Folders whose tests share what starts slowly.
TOGETHER = ("attacks", "browser", "engine")
# Files whose tests fall into parts, one for each session, and what such a part is called: those
# of one name share a session's solutions, which run once.
BY_SESSION = {
    "tests/autograder/test_own_numbers.py": "rehearsal",
    "tests/autograder/test_rehearse.py": "rehearsal",
    "tests/course/test_run.py": "notebook",
    "tests/gpu/test_checks_on_cuda.py": "rehearsal",
}
# Groups that take long, the longest first. The others follow, so that what is left at the end
# is short, and all processes end at about the same time.
LONG = (
    "browser", "attacks", "notebook 04", "notebook 07", "rehearsal 08", "rehearsal 07", "engine",
    "tests/faults/test_faults.py", "rehearsal 03", "rehearsal 05", "notebook 05", "notebook 08",
    "rehearsal 04", "notebook 03", "rehearsal 10", "tests/autograder/test_demo.py", "notebook 10",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow suite too")


def pytest_configure(config: pytest.Config) -> None:
    # Two cores: a pool of threads in each of several processes only gets in the way.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "agg")
    # What learners' progress is kept in; not the developer's own.
    os.environ["XDG_STATE_HOME"] = os.path.join(tempfile.gettempdir(), "cvlib-course-tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # one of several processes
        items.sort(key=lambda item: place_of(group_of(item.nodeid)))
    if config.getoption("--slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="slow; run with --slow"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Groups go to processes as wholes, in the order of their tests.

    Marks can't say which: xdist 3.8 writes them into a name that pytest 9 no longer reads.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return ByGroup(config, log)


def group_of(nodeid: str) -> str:
    """What runs in one process: a file, a folder, or a session's part of some files."""
    file, _, rest = nodeid.partition("::")
    folder = Path(file).parent.name
    session = re.search(r"\[(\d\d)[-_]", rest)
    if session and file in BY_SESSION:
        return f"{BY_SESSION[file]} {session[1]}"
    return folder if folder in TOGETHER else file


def place_of(group: str) -> int:
    """When a group's turn is."""
    return LONG.index(group) if group in LONG else len(LONG)


@cache
def sessions() -> tuple[Session, ...]:
    """The course's sessions; they are read once."""
    return tuple(map(read_session, session_paths(ROOT / "course")))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One engine, running, for all tests of a process that grade: starting takes seconds."""
    reason = sandbox.reason_against()
    if reason:
        pytest.skip(f"grading needs the sandbox: {reason}")
    with Engine() as started:
        started.running()
        yield started


@pytest.fixture
def lent_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The same; commands that are called in this process take it and start none of their own."""
    for module in (autograder.engine.engine, autograder.doctor):
        monkeypatch.setattr(module, "Engine", lambda **_: nullcontext(engine))
    return engine
