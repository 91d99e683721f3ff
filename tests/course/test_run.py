"""Sessions run from top to bottom: with solutions, and as a student gets them.

Each notebook runs as a lone file in an empty folder, as an upload to Colab would.
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.release import release_session
from autograder.session import Session, read_session, session_paths
from autograder.settings import Settings, load_settings
from tests.conftest import ROOT

SECONDS = 300  # for one cell; how long sessions take is told by benchmarks/sessions.py
NOT_DONE = {"NotDone", "NotImplementedError"}
SESSIONS = [read_session(path) for path in session_paths(ROOT / "course")]
each_session = pytest.mark.parametrize("session", SESSIONS, ids=lambda s: s.name)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """All sessions, built and released somewhere else."""
    made = load_settings(ROOT).at(tmp_path_factory.mktemp("course"))
    for session in SESSIONS:
        release_session(session, made)
    return made


def run_alone(notebook: Path, folder: Path) -> NotebookNode:
    """Run a copy of a notebook in an empty folder; the notebook with its outputs."""
    folder.mkdir()
    copy = folder / notebook.name
    copy.write_bytes(notebook.read_bytes())
    read = nbformat.read(copy, as_version=4)
    client = NotebookClient(
        read,
        timeout=SECONDS,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(env=os.environ | {"OMP_NUM_THREADS": "2"}):
        for index, cell in enumerate(read.cells):
            client.execute_cell(cell, index)
    assert [path.name for path in folder.iterdir()] == [notebook.name], "files were left behind"
    return read


def errors(notebook: NotebookNode) -> dict[str, str]:
    """Cell id → exception, for each cell that raised one."""
    return {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    }


def complaints(notebook: NotebookNode) -> dict[str, str]:
    """Cell id → what was written to stderr."""
    return {
        cell.id: output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    }


@each_session
def test_session_with_solutions_runs_through(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    path = settings.source / session.number / f"{session.name}.ipynb"
    notebook = run_alone(path, tmp_path / "alone")
    assert errors(notebook) == {}
    assert complaints(notebook) == {}


@each_session
def test_session_as_released_stops_only_where_something_is_to_be_written(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    path = settings.release / session.number / f"{session.name}.ipynb"
    notebook = run_alone(path, tmp_path / "alone")
    found = errors(notebook)
    checks = {f"{exercise.id}-check" for exercise in session.exercises}
    stubs = {f"{exercise.id}-solution" for exercise in session.exercises}
    assert set(found) <= checks | stubs, found
    assert checks <= set(found), "a visible test passes on an empty answer"
    assert {text.partition(":")[0] for text in found.values()} <= NOT_DONE, found
    assert complaints(notebook) == {}
