"""Hand in an attack, have it graded by `course grade`'s own machinery, see what it got.

Every attack is graded together with an honest neighbour, who must get full points. After
each one the fixture looks from outside that nothing of it is left: no process, no file,
no change to what it must not touch.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder import grading
from autograder.engine import sandbox
from autograder.engine.engine import Engine
from autograder.engine.ticket import Budget
from autograder.nbgrader_bridge import open_gradebook
from autograder.release import release_session
from autograder.session import Session
from autograder.settings import Settings
from tests.attacks.course import FULL, RIGHT, TEXT, WRONG
from tests.tiny import make_course, tiny_session

NAME = "01_attacked"
QUICK = Budget(cell=20.0, total=60.0)
SECRET = "the-canary-sings-4711"
MARK = "mallory-was-here"  # in the name of every file that an attack tries to leave
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def quiet(items: list[Any], _text: str) -> list[Any]:
    """No progress bar."""
    return items


@dataclass
class Graded:
    """What became of one submission."""

    reason: str
    scores: dict[str, float | None] = field(default_factory=dict)
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All outputs as text."""
        return "\n".join(said(cell) for cell in self.cells)

    def told(self, grade_id: str) -> str:
        """The output below one of the course's cells."""
        return "".join(said(c) for c in self.cells if mark(c) == grade_id)

    def of(self, exercise: str) -> float:
        """Points for one exercise."""
        return sum(v or 0 for k, v in self.scores.items() if k.startswith(exercise))

    def gained_nothing(self) -> None:
        """The attacked question got what the honest wrong answer gets."""
        assert self.of("01-output-size") == 0, self.told("01-output-size-hidden")

    def kept_the_rest(self) -> None:
        """The other questions, which are answered well, have full points."""
        assert self.of("01-double") == 4, self.text
        assert self.of("01-stem") == 3, self.text


def mark(cell: NotebookNode) -> str:
    """A cell's grade_id."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def said(cell: NotebookNode) -> str:
    """A cell's outputs as text."""
    parts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        parts += [output.get("text", ""), "\n".join(output.get("traceback", [])),
                  data.get("text/plain", ""), output.get("evalue", "")]  # fmt: skip
    return COLOURS.sub("", "\n".join(parts))


class Classroom:
    """A course with its gradebook, and one engine for all tests."""

    def __init__(self, settings: Settings, session: Session, engine: Engine) -> None:
        self.settings, self.session, self.engine = settings, session, engine
        self.released = settings.release / "01" / f"{NAME}.ipynb"

    def notebook(self, answers: dict[str, str]) -> NotebookNode:
        """The released notebook with answers filled in."""
        notebook = nbformat.read(self.released, as_version=4)
        for cell in notebook.cells:
            exercise = mark(cell).removesuffix("-solution")
            if mark(cell).endswith("-solution") and exercise in answers:
                cell.source = answers[exercise]
        return notebook

    def folder(self, student: str) -> Path:
        """A student's submission folder, made."""
        folder = self.settings.submitted / student / "01"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def hand_in(self, student: str, notebook: NotebookNode) -> None:
        """Put a notebook, well-formed or not, in its place."""
        (self.folder(student) / f"{NAME}.ipynb").write_text(json.dumps(notebook))

    def grade(self, budget: Budget = QUICK) -> dict[str, Graded]:
        """Grade all that was handed in."""
        options = grading.Options(workers=2, again=True, budget=budget)
        results = grading.grade_session(self.settings, self.session, quiet, options, self.engine)
        return {r.student: self.outcome(r.student, r.reason) for r in results}

    def outcome(self, student: str, reason: str) -> Graded:
        """Scores from the gradebook, outputs from the autograded notebook."""
        path = self.settings.autograded / student / "01" / f"{NAME}.ipynb"
        if reason or not path.is_file():
            return Graded(reason or "there is no autograded notebook")
        with open_gradebook(self.settings) as book:
            grades = book.find_submission_notebook(NAME, "01", student).grades
            scores = {grade.name: grade.auto_score for grade in grades}
        return Graded("", scores, nbformat.read(path, as_version=4).cells)

    def clear(self) -> None:
        """Away with all submissions; some are deeper than Python's own function can go."""
        data = self.settings.data
        folders = (self.settings.submitted, self.settings.autograded, data / "quarantine")
        subprocess.run(["chmod", "-R", "u+rwX", *folders], capture_output=True, check=False)
        subprocess.run(["rm", "-rf", *folders], check=True)


@pytest.fixture(scope="package")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    """The course under attack, with secrets around it."""
    reason = sandbox.reason_against()
    if reason:
        pytest.skip(f"attacks need the sandbox: {reason}")
    os.environ["GRADER_SECRET"] = SECRET
    settings = make_course(tmp_path_factory.mktemp("attacked"), TEXT, NAME)
    session = tiny_session(settings)
    release_session(session, settings)
    (settings.root / "secret.txt").write_text(SECRET)
    with Engine() as engine:
        yield Classroom(settings, session, engine)
    del os.environ["GRADER_SECRET"]


@pytest.fixture
def room(classroom: Classroom) -> Iterator[Classroom]:
    """The classroom, empty before, and checked for remains after each test."""
    classroom.clear()
    wait_until_alone(classroom.engine)
    before = surroundings(classroom.settings)
    yield classroom
    classroom.clear()
    wait_until_alone(classroom.engine)
    assert surroundings(classroom.settings) == before
    assert classroom.engine.running().are_alive()


def wait_until_alone(engine: Engine) -> None:
    """Until only the two warm parents are left; an orphan would stay."""
    end = time.monotonic() + 60
    while left := offspring(engine):
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.02)


def offspring(engine: Engine) -> list[psutil.Process]:
    """Processes below the warm parents; of the sandbox itself two belong to bubblewrap."""
    parents = engine.running()
    sandbox_outside = psutil.Process(parents.students.pid)
    sandbox_inside = sandbox_outside.children()
    try:
        warm = [process for inside in sandbox_inside for process in inside.children()]
        kept = {*sandbox_inside, min(warm, key=lambda process: process.pid)}
    except psutil.NoSuchProcess:
        return sandbox_inside  # something just ended: look again
    below = sandbox_outside.children(recursive=True)
    return [p for p in below if p not in kept] + psutil.Process(parents.judges.pid).children()


def surroundings(settings: Settings) -> dict[str, Any]:
    """What no attack may change, and files with the mark wherever one could be left."""
    places = [settings.root, Path(tempfile.gettempdir()), Path.home(), Path.cwd(), Path("/")]
    marked = [str(found) for place in places for found in place.glob(f"*{MARK}*")]
    kept = [settings.root / "secret.txt", settings.root / "nbgrader_config.py",
            settings.source / "01" / f"{NAME}.ipynb"]  # fmt: skip
    return {"marked": marked} | {str(path): path.read_bytes() for path in kept}


Attack = Callable[..., Graded]


def forged(room: Classroom, code: str = "", answer: str = WRONG) -> NotebookNode:
    """Mallory's notebook: the first exercise is wrong; `code` runs in a cell before it."""
    notebook = room.notebook(RIGHT | {"01-output-size": answer})
    if code:
        place = next(i for i, c in enumerate(notebook.cells) if mark(c).endswith("-solution"))
        notebook.cells.insert(place, new_code_cell(code))
    return notebook


def with_neighbour(room: Classroom, budget: Budget = QUICK) -> dict[str, Graded]:
    """Grade what was handed in together with zoe, who is honest and must not suffer."""
    room.hand_in("zoe", room.notebook(RIGHT))
    graded = room.grade(budget)
    honest = {name: graded["zoe"].scores.get(name) for name in FULL}
    assert honest == FULL, graded["zoe"].reason or graded["zoe"].text
    return graded


@pytest.fixture
def attack(room: Classroom) -> Attack:
    """Hand in as mallory and grade.

    Arguments of the returned function: `code` runs in a cell of its own before the first
    exercise; `answer` replaces mallory's wrong answer; `edit` changes her notebook;
    `budget` limits the time.
    """

    def run(
        code: str = "",
        *,
        answer: str = WRONG,
        edit: Callable[[NotebookNode], None] | None = None,
        budget: Budget = QUICK,
    ) -> Graded:
        notebook = forged(room, code, answer)
        if edit is not None:
            edit(notebook)
        room.hand_in("mallory", notebook)
        return with_neighbour(room, budget)["mallory"]

    return run


@pytest.fixture(scope="module")
def attacks(request: pytest.FixtureRequest, classroom: Classroom) -> dict[str, Graded]:
    """A whole class of attackers at once: the module's ATTACKS, name -> (code, answer).

    The module's BUDGET limits their time, if it has one.
    """
    classroom.clear()
    before = surroundings(classroom.settings)
    for name, (code, answer) in request.module.ATTACKS.items():
        classroom.hand_in(name, forged(classroom, code, answer))
    graded = with_neighbour(classroom, getattr(request.module, "BUDGET", QUICK))
    wait_until_alone(classroom.engine)
    assert surroundings(classroom.settings) == before
    return graded
