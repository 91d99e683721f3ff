"""A tiny course with submissions, for tests that grade for real."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import nbformat

from autograder.engine.engine import Engine
from autograder.grading import Options, Result, grade_session
from autograder.guard import STAMP
from autograder.nbgrader_bridge import open_gradebook
from autograder.release import release_session
from autograder.session import Session
from autograder.settings import Settings, load_settings
from tests.tiny import make_course, tiny_session

RIGHT_SIZE = """\
def conv_output_size(size, kernel_size, stride=1, padding=0, dilation=1):
    if min(size, kernel_size, stride, dilation) < 1 or padding < 0:
        raise ValueError(f"size {size}, kernel_size {kernel_size}")
    room = size + 2 * padding - dilation * (kernel_size - 1) - 1
    if room < 0:
        raise ValueError(f"kernel_size {kernel_size} does not fit")
    return room // stride + 1
"""
WRONG_SIZE = RIGHT_SIZE.replace("2 * padding", "padding")
RIGHT_FIELD = """\
def receptive_field(layers):
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field, jump
"""
FULL = {"01-output-size-check": 1.0, "01-output-size-hidden": 2.0,
        "01-receptive-field-check": 1.0, "01-receptive-field-hidden": 3.0}  # fmt: skip


@cache
def released_course() -> Path:
    """A tiny course, released once, to be copied."""
    folder = Path(tempfile.mkdtemp(prefix="released-course-"))
    atexit.register(shutil.rmtree, folder)
    settings = make_course(folder / "course-root")
    release_session(tiny_session(settings), settings)
    return settings.root


class Class:
    """A released tiny course; hands in, grades and reads back."""

    def __init__(self, folder: Path, engine: Engine | None = None) -> None:
        self.engine = engine
        shutil.copytree(released_course(), folder, dirs_exist_ok=True)
        self.settings: Settings = load_settings(folder)
        self.session: Session = tiny_session(self.settings)
        self.released = self.settings.release / "01" / "01_tiny.ipynb"

    def hand_in(self, student: str, size: str = RIGHT_SIZE, field: str = RIGHT_FIELD) -> Path:
        """Fill the two answers of a released notebook in and hand it in."""
        return self.hand_in_cells(
            student, {"01-output-size-solution": size, "01-receptive-field-solution": field}
        )

    def hand_in_cells(self, student: str, texts: Mapping[str, str]) -> Path:
        """Hand the released notebook in with other texts in some of its cells."""
        notebook = nbformat.read(self.released, as_version=4)
        for cell in notebook.cells:
            cell.source = texts.get(cell["id"], cell.source)
        path = self.place(student)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path

    def hand_in_two(self, student: str, first: str, second: str) -> Path:
        """Hand in two cells for the first exercise, both with the course's mark."""
        path = self.hand_in(student, size=first)
        notebook = nbformat.read(path, as_version=4)
        place = [c["id"] for c in notebook.cells].index("01-output-size-solution")
        copy = nbformat.from_dict({**notebook.cells[place], "id": "copy", "source": second})
        notebook.cells.insert(place + 1, copy)
        nbformat.write(notebook, path)
        return path

    def place(self, student: str) -> Path:
        """Where a student's notebook is handed in."""
        return self.settings.submitted / student / "01" / self.released.name

    def grade(self, options: Options = Options()) -> dict[str, Result]:  # noqa: B008
        """Grade everything; results by student."""
        results = grade_session(self.settings, self.session, lambda items, _: items, options,
                                self.engine)  # fmt: skip
        return {result.student: result for result in results}

    def scores(self, student: str) -> dict[str, float | None]:
        """What the gradebook says, cell by cell."""
        with open_gradebook(self.settings) as book:
            notebook = book.find_submission_notebook(self.session.name, "01", student)
            return {grade.name: grade.auto_score for grade in notebook.grades}

    def stamp(self, student: str) -> str:
        """What the stamp says was graded; "" without a stamp."""
        path = self.settings.autograded / student / "01" / STAMP
        return str(json.loads(path.read_text())["graded"]) if path.is_file() else ""

    def output(self, student: str, cell_id: str) -> str:
        """The text below a cell of the autograded notebook."""
        path = self.settings.autograded / student / "01" / self.released.name
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        (cell,) = (c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == cell_id)
        return json.dumps(cell["outputs"], ensure_ascii=False)
