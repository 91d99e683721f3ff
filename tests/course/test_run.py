"""Sessions run from top to bottom: with solutions, and as a student gets them.

Each notebook runs as a lone file in an empty folder, as an upload to Colab would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.release import release_session
from autograder.session import Session
from autograder.settings import Settings, load_settings
from tests.conftest import ROOT, sessions

SECONDS = 300  # for one cell; how long sessions take is told by benchmarks/sessions.py
NOT_DONE = {"NotDone", "NotImplementedError"}
each_session = pytest.mark.parametrize("session", sessions(), ids=lambda s: s.name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Where a session can be built and released without touching the course's own folders."""
    return load_settings(ROOT).at(tmp_path / "course")


class Lone:
    """A kernel in an empty folder, for one notebook after the other; importing torch costs once."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.kernel = KernelManager(kernel_name="python3")
        self.kernel.start_kernel(cwd=str(folder))

    def run(self, path: Path) -> NotebookNode:
        """Run a copy of a notebook from top to bottom; the notebook with its outputs."""
        copy = self.folder / path.name
        copy.write_bytes(path.read_bytes())
        notebook = nbformat.read(copy, as_version=4)
        client = NotebookClient(notebook, km=self.kernel, timeout=SECONDS, allow_errors=True)
        with client.setup_kernel(cleanup_kc=False):
            client.kc.execute("%reset -f", silent=True)
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
            client.kc.stop_channels()
        assert [found.name for found in self.folder.iterdir()] == [path.name], "files are left"
        copy.unlink()
        return notebook


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[Lone]:
    started = Lone(tmp_path / "alone")
    yield started
    started.kernel.shutdown_kernel(now=True)


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


def silent_pictures(notebook: NotebookNode) -> list[str]:
    """Cells with a picture that says nothing to those who can't see it."""
    return [
        cell.id
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type in ("display_data", "execute_result") and not says_all(output)
    ]


def says_all(output: NotebookNode) -> bool:
    """Every picture of an output has a text alternative."""
    html = str(output.data.get("text/html", ""))
    named = all(re.search(r'alt="[^"]', tag) for tag in re.findall(r"<img [^>]*>", html))
    drawn = "image/png" in output.data and not html
    return named and (not drawn or bool(output.metadata.get("image/png", {}).get("alt")))


def test_a_silent_picture_is_noticed() -> None:
    picture = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})
    assert not says_all(picture)
    picture.metadata["image/png"] = {"alt": "A cat"}
    assert says_all(picture)
    assert not says_all(nbformat.v4.new_output("display_data", {"text/html": '<img src="x">'}))


@each_session
def test_session_runs_as_released_and_with_solutions(
    session: Session, settings: Settings, lone: Lone
) -> None:
    """As released, a session stops only where something is to be written."""
    release_session(session, settings)
    released = lone.run(settings.release / session.number / f"{session.name}.ipynb")
    found = errors(released)
    checks = {f"{exercise.id}-check" for exercise in session.exercises}
    stubs = {f"{exercise.id}-solution" for exercise in session.exercises}
    assert set(found) <= checks | stubs, found
    assert checks <= set(found), "a visible test passes on an empty answer"
    assert {text.partition(":")[0] for text in found.values()} <= NOT_DONE, found
    assert complaints(released) == {}
    solved = lone.run(settings.source / session.number / f"{session.name}.ipynb")
    assert errors(solved) == {}
    assert complaints(solved) == {}
    assert silent_pictures(solved) == []
