"""What became of each submission: points from the gradebook, words from the outputs.

`read_results` is the edge that opens files and the gradebook. The demonstration class and the
report both stand on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder.engine.plan import grade_id
from autograder.grading import submitted
from autograder.guard import STAMP
from autograder.nbgrader_bridge import open_gradebook
from autograder.reasons import read_reasons
from autograder.session import Session
from autograder.settings import Settings
from autograder.stamps import read_stamp
from autograder.student_result import CellResult, StudentResult
from autograder.written import (
    answers_in,
    cell_sources,
    guesses_in,
    is_answered,
    joined,
    output_text,
    read_cells,
    was_stopped,
)
from cvlib import mistakes


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
                answered=is_answered(sources, released, answer),
                waits=bool(grade and grade.needs_manual_grade),
                told=mistakes.told_in(text, cell.id) if cell.role != "open" else (),
                output=text,
                stopped=name in stopped,
            )
        )
    return tuple(found)
