"""What became of each submission: points from the gradebook, words from the outputs.

`read_results` is the edge that opens files and the gradebook; everything below it is pure.
The demonstration class and the report both stand on these classes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder.engine.plan import grade_id
from autograder.errors import CourseError
from autograder.files import write_text
from autograder.grading import Result, read_stamp, submitted
from autograder.guard import STAMP
from autograder.nbgrader_bridge import open_gradebook
from autograder.session import Session
from autograder.settings import Settings
from cvlib import mistakes

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PREDICT = re.compile(r"""^[^#\n]*\bpredict\(\s*(["'])([\w-]+)\1\s*,\s*(?:choice\s*=\s*)?"""
                     r"""(["'])([a-zA-Z?])\3""", re.MULTILINE)  # fmt: skip


@dataclass(frozen=True)
class CellResult:
    """One graded cell of one submission.

    Attributes:
        id: its grade_id, such as ``01-conv2d-hidden``.
        role: check, hidden or open.
        answered: False when the answer still is what was released.
        waits: True when a person has to grade it first.
        told: ids of the known mistakes whose sentence stands in the cell's output.
        output: the text below the cell.
        stopped: whether a test was stopped, or the process ended that it asked.
    """

    id: str
    exercise: str
    role: str
    points: float
    most: float
    answered: bool = True
    waits: bool = False
    told: tuple[str, ...] = ()
    output: str = ""
    stopped: bool = False


@dataclass(frozen=True)
class StudentResult:
    """One submission.

    Attributes:
        reason: why it could not be graded; "" when it was.
        answers: exercise → what was written, where it is not what was released.
        guesses: prediction → the letter in the notebook.
        seconds: marked cell → how long it took; empty when that was not measured.
        total: seconds that the whole submission took; 0 when that was not measured.
        repairs: what had to be repaired before it could be graded, a sentence each.
    """

    student: str
    cells: tuple[CellResult, ...] = ()
    reason: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    guesses: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0
    repairs: tuple[str, ...] = ()

    def of(self, exercise: str) -> tuple[CellResult, ...]:
        """The graded cells of an exercise or open question."""
        return tuple(cell for cell in self.cells if cell.exercise == exercise)

    def points(self, exercise: str = "") -> float:
        """Points for one exercise, or for everything."""
        return sum(cell.points for cell in (self.of(exercise) if exercise else self.cells))

    def most(self, exercise: str = "") -> float:
        """The most points there are for one exercise, or for everything."""
        return sum(cell.most for cell in (self.of(exercise) if exercise else self.cells))

    def told(self, exercise: str) -> tuple[str, ...]:
        """The mistakes recognised; the hidden test sees more cases, so its word counts first."""
        by_role = {cell.role: cell.told for cell in self.of(exercise)}
        return by_role.get("hidden", ()) or by_role.get("check", ())

    def answered(self, exercise: str) -> bool:
        """Whether anything was handed in for an exercise."""
        return any(cell.answered for cell in self.of(exercise))


def read_results(settings: Settings, session: Session) -> list[StudentResult]:
    """Everything known about a session's submissions, in the order of their names.

    Raises:
        CourseError: when there are no submissions or no gradebook, or it is in use.
    """
    students = submitted(settings, session)
    reasons = read_reasons(settings, session)
    released = cell_sources(read_cells(settings.release / session.number / f"{session.name}.ipynb"))
    with open_gradebook(settings) as book:
        return [student_result(settings, session, book, s, released, reasons) for s in students]


def student_result(
    settings: Settings,
    session: Session,
    book: Gradebook,
    student: str,
    released: Mapping[str, str],
    reasons: Mapping[str, str],
) -> StudentResult:
    """One submission; without an autograded notebook there are no points, only a reason."""
    path = settings.autograded / student / session.number / f"{session.name}.ipynb"
    otherwise = reasons.get(student) or f"not graded yet; run `course grade {session.number}`"
    if not path.is_file():
        return StudentResult(student, reason=otherwise)
    try:
        notebook = book.find_submission_notebook(session.name, session.number, student)
    except MissingEntry:
        return StudentResult(student, reason=otherwise)
    grades = {grade.name: grade for grade in notebook.grades}
    cells = read_cells(path)
    stamp = read_stamp(path.with_name(STAMP))
    return StudentResult(
        student,
        graded_cells(session, grades, cells, released),
        answers=answers_in(session, cells, released),
        guesses=guesses_in(joined(cell["source"]) for cell in cells),
        seconds={str(name): float(took) for name, took in stamp.get("cells", {}).items()},
        total=float(stamp.get("seconds", 0)),
        repairs=tuple(stamp.get("repairs", ())),
    )


def answers_in(
    session: Session, cells: list[dict[str, Any]], released: Mapping[str, str]
) -> dict[str, str]:
    """Exercise → the text of its answer, for those that are not what was released."""
    sources = cell_sources(cells)
    names = {exercise.id: f"{exercise.id}-solution" for exercise in session.exercises}
    return {
        exercise: sources[name]
        for exercise, name in names.items()
        if name in sources and same_text(sources, name) != same_text(released, name)
    }


def guesses_in(sources: Iterable[str]) -> dict[str, str]:
    """Prediction → the first letter that stands in these cells; "?" is no guess."""
    found: dict[str, str] = {}
    for source in sources:
        for _, name, _, letter in PREDICT.findall(source):
            if letter != "?":
                found.setdefault(name, letter.lower())
    return found


def graded_cells(
    session: Session,
    grades: Mapping[str, Any],
    cells: list[dict[str, Any]],
    released: Mapping[str, str],
) -> tuple[CellResult, ...]:
    """Put together what the gradebook and the notebook say about each graded cell."""
    sources = cell_sources(cells)
    outputs = {grade_id(cell): output_text(cell) for cell in cells}
    stopped = {grade_id(cell) for cell in cells if was_stopped(cell)}
    found = []
    for cell in session.cells:
        if cell.role not in ("check", "hidden", "open"):
            continue
        name = f"{cell.id}-{cell.role}"
        grade, text = grades.get(name), outputs.get(name, "")
        answer = f"{cell.id}-open" if cell.role == "open" else f"{cell.id}-solution"
        found.append(
            CellResult(
                name,
                cell.id,
                cell.role,
                points=float(grade.score or 0) if grade else 0.0,
                most=cell.points,
                answered=same_text(sources, answer) != same_text(released, answer),
                waits=bool(grade and grade.needs_manual_grade),
                told=mistakes.told_in(text, cell.id) if cell.role != "open" else (),
                output=text,
                stopped=name in stopped,
            )
        )
    return tuple(found)


def was_stopped(cell: Mapping[str, Any]) -> bool:
    """Whether the grader ended a cell instead of it coming to its own end."""
    return any(output.get("ename") == "Stopped" for output in cell.get("outputs", ()))


def output_text(cell: Mapping[str, Any]) -> str:
    """All text that a code cell left below it, without colours and line breaks."""
    parts = []
    for output in cell.get("outputs", ()):
        if output.get("output_type") == "error":
            parts.append(output.get("evalue") or joined(output.get("traceback", ())))
        else:
            parts.append(joined(output.get("text", "")))
            parts.append(joined(output.get("data", {}).get("text/plain", "")))
    return " ".join(COLOURS.sub("", "\n".join(parts)).split())


def read_cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook file; none when it can't be read."""
    try:
        return list(json.loads(path.read_text(encoding="utf-8"))["cells"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def cell_sources(cells: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """grade_id → text, for the cells that have one."""
    return {grade_id(cell): joined(cell["source"]) for cell in cells if grade_id(cell)}


def joined(text: str | Iterable[str]) -> str:
    """Text as nbformat keeps it: a string or a list of lines."""
    return text if isinstance(text, str) else "".join(text)


def same_text(sources: Mapping[str, str], name: str) -> str:
    """A cell's text without differences in white space; a missing cell is an empty one."""
    return " ".join(sources.get(name, "").split())


def remember(settings: Settings, session: Session, results: Iterable[Result]) -> Path:
    """Keep why submissions could not be graded, next to the report."""
    path = settings.reports / f"{session.number}.grading.json"
    known = read_reasons(settings, session) | {r.student: r.reason for r in results}
    told = {student: reason for student, reason in sorted(known.items()) if reason}
    write_text(path, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return path


def read_reasons(settings: Settings, session: Session) -> dict[str, str]:
    """student → reason, as the last grading left them."""
    path = settings.reports / f"{session.number}.grading.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(f"{path}: can't be read: {error}") from None
