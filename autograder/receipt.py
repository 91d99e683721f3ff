"""A receipt for one file: what is in it, and what the tests that students see say to it.

Nothing is graded, written or remembered. The measure is the released notebook alone, so
neither solutions nor hidden tests nor the gradebook are needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.engine.course_cells import demonstrations, read_cells
from autograder.engine.engine import Engine
from autograder.engine.outputs import points_in
from autograder.engine.plan import grade_id, make_steps
from autograder.engine.restore import restored
from autograder.engine.rivals import Trying
from autograder.engine.ticket import Step
from autograder.engine.ticketing import bare_ticket, with_steps
from autograder.errors import CourseError, GradingError
from autograder.mend import read_mended
from autograder.session import Exercise, Session, heading
from autograder.settings import Settings
from autograder.written import is_answered

PASSES, FAILS, BLANK = "passes", "fails", "not answered"
HIDDEN = "-hidden"


@dataclass(frozen=True)
class Answer:
    """One exercise of a file.

    Attributes:
        state: `PASSES`, `FAILS` or `BLANK`.
        error: what the answer's own cell raised, "" when it ran.
        said: what the visible test said, when it did not pass.
    """

    exercise: Exercise
    state: str
    error: str = ""
    said: str = ""


@dataclass(frozen=True)
class Receipt:
    """What is in a file.

    Attributes:
        repairs: what would be repaired when it is graded, a sentence each.
        open: headings of open questions → whether something was written.
        stopped: other cells that raised, as "cell 12: NameError: …".
    """

    session: Session
    answers: tuple[Answer, ...]
    open: dict[str, bool]
    repairs: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every question is answered and every visible test passes."""
        return all(a.state == PASSES for a in self.answers) and all(self.open.values())

    @property
    def empty(self) -> bool:
        """Whether nothing in it is an answer to this session."""
        return all(a.state == BLANK for a in self.answers) and not any(self.open.values())


def make_receipt(
    path: Path, session: Session, settings: Settings, engine: Engine, student: str = ""
) -> Receipt:
    """Look at a file as grading would, and run the visible tests.

    Args:
        student: the id under which it will be graded; without it, questions whose numbers are
            drawn for each student are drawn for the id that stands in the file.

    Raises:
        CourseError: when the session was not released, or the file can't be read or run, or
            nothing in it is an answer.
    """
    notebook, mended = read_mended(path)
    released = settings.release / session.number / f"{session.name}.ipynb"
    given = [cell for cell in read_cells(released) if grade_id(cell)]
    if not given:
        raise CourseError(f"{released}: not there; run `course release {session.number}`")
    bare = bare_ticket(session.number, student, sandboxed=engine.sandboxed)
    trying = Trying(engine.run, bare, demonstrations(released))
    cells, found = restored(notebook.cells, given, released, trying)
    steps = make_steps(cells, trying.demonstrations)
    shown = tuple(step for step in steps if not step.name.endswith(HIDDEN))
    outputs = engine.run(with_steps(bare, shown))["outputs"]
    stubs = {grade_id(cell): cell.source for cell in given}
    receipt = read_outcome(session, cells, stubs, outputs, shown, (*mended, *found))
    if receipt.empty:
        raise GradingError(f"{path.name}: nothing in it answers {session.name}")
    return receipt


def read_outcome(
    session: Session,
    cells: Sequence[NotebookNode],
    stubs: dict[str, str],
    outputs: dict[int, list[dict[str, Any]]],
    steps: Sequence[Step],
    repairs: tuple[str, ...],
) -> Receipt:
    """Put together what the cells are and what running them gave; pure."""
    place = {grade_id(cell): index for index, cell in enumerate(cells) if grade_id(cell)}
    sources = {name: cells[index].source for name, index in place.items()}
    written = {name: is_answered(sources, stubs, name)
               or (sources[name].split() != stubs[name].split() and raises(outputs.get(index, [])))
               for name, index in place.items()}  # fmt: skip
    answers = tuple(answer(exercise, written[f"{exercise.id}-solution"],
                           outputs.get(place[f"{exercise.id}-solution"], []),
                           outputs.get(place[f"{exercise.id}-check"]))
                    for exercise in session.exercises)  # fmt: skip
    own = {place[f"{exercise.id}-{role}"] for exercise in session.exercises
           for role in ("solution", "check")}  # fmt: skip
    stopped = tuple(f"cell {step.index + 1}: {text}" for step in steps
                    if step.index not in own
                    and (text := error_in(outputs.get(step.index, []))))  # fmt: skip
    asked = {heading(cell.source): written[f"{cell.id}-open"]
             for cell in session.cells if cell.role == "open"}  # fmt: skip
    return Receipt(session, answers, asked, repairs, stopped)


def answer(
    exercise: Exercise,
    written: bool,
    own: list[dict[str, Any]],
    tested: list[dict[str, Any]] | None,
) -> Answer:
    """One exercise: a test that did not run to its end, or gave part of the points, fails."""
    if not written:
        return Answer(exercise, BLANK)
    if points_in(tested, exercise.check.points) >= exercise.check.points:
        return Answer(exercise, PASSES, error_in(own))
    return Answer(exercise, FAILS, error_in(own), said_by(tested))


def said_by(tested: list[dict[str, Any]] | None) -> str:
    """What a test said, in short: its first line, and what happened as far as it is known."""
    if tested is None:
        return "its test did not run"
    lines = [printable(line) for output in tested for line in
             str(output.get("evalue") or output.get("text") or "").splitlines()]  # fmt: skip
    told = [line.removesuffix(" The first wrong one:") for line in lines if line[:1] != "✓"]
    known = [line for line in told[1:] if line.startswith("What ")]
    return "\n".join([*told[:1], *(known or (line.strip() for line in told[1:3]))])


def printable(text: str) -> str:
    """A student's text without what would steer a terminal."""
    return "".join(letter for letter in text if letter.isprintable())


def raises(outputs: Sequence[dict[str, Any]]) -> bool:
    """Whether a cell has an error of its own, and not the one that stands for no answer."""
    error = error_in(outputs)
    return bool(error) and not error.startswith("NotImplementedError")


def error_in(outputs: Sequence[dict[str, Any]]) -> str:
    """The first exception among a cell's outputs, in one line."""
    for output in outputs:
        if output.get("output_type") == "error":
            return printable(" ".join(f"{output['ename']}: {output['evalue']}".split())[:300])
    return ""
