"""A submission as it is graded: repaired, decided, and the course's cells in their places."""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode

from autograder.engine.as_python import effort
from autograder.engine.claims import contests
from autograder.engine.course_cells import read_cells
from autograder.engine.plan import MAX_CELLS, grade_id, is_locked, realign
from autograder.engine.recognise import recognise
from autograder.engine.rejoin import rejoined
from autograder.engine.rivals import Trying, settle
from autograder.engine.ticket import fingerprint_of
from autograder.errors import GradingError

MAX_CODE = 10_000_000  # characters of a notebook's code; a pasted picture is a million of them
MAX_EFFORT = 4_000_000  # to read it, see `as_python.effort`
# Which of several cells counts, by fingerprint: what a batch found out is not tried again.
DECIDED: dict[str, tuple[list[NotebookNode], list[str]]] = {}


def restored(
    submitted: list[NotebookNode], given: list[NotebookNode], source: Path, trying: Trying
) -> tuple[list[NotebookNode], list[str]]:
    """A submission's cells in order, as they are graded, and what had to be repaired.

    Args:
        submitted: its cells.
        given: the course's marked cells, solution cells as released.
        source: the course's notebook.
        trying: with what to decide between cells that claim the same answer.

    Raises:
        GradingError: when there are more cells than any notebook needs, or cells that had to
            be tried could not be; when there is more code than anybody writes.
    """
    refuse_too_much(submitted, given)
    course = [cell.source for cell in read_cells(source) if not grade_id(cell)]
    answers = {grade_id(cell) for cell in given if not is_locked(cell)}
    whole, joints = rejoined(submitted, answers)
    found, notes = recognise(whole, given, course)
    notes = [*joints, *notes]
    if not belongs(found, given):
        raise GradingError("none of this session's cells is in it; is it another session's?")
    if contested := contests(found, given, course):
        texts = [[grade_id(c), c.cell_type, c.source] for c in (*found, *given)]
        key = fingerprint_of([trying.ticket.session, trying.ticket.student, texts])
        if key not in DECIDED:
            DECIDED[key] = settle(found, given, contested, trying)
        found, decided = DECIDED[key]
        notes = [*notes, *decided]
    return realign(found, given), [*notes, *missing(found, given)]


def refuse_too_much(submitted: list[NotebookNode], given: list[NotebookNode]) -> None:
    """Cells are read outside of the sandbox, so there is an end to what they may take."""
    if len(submitted) > MAX_CELLS:
        raise GradingError(f"the notebook has {len(submitted)} cells; {MAX_CELLS} are allowed")
    answers = {grade_id(cell) for cell in given if cell.cell_type == "code"}
    code = [cell.source for cell in submitted if isinstance(cell.get("source"), str)
            and (cell.get("cell_type") == "code" or grade_id(cell) in answers)]  # fmt: skip
    if sum(map(len, code)) > MAX_CODE or sum(map(effort, code)) > MAX_EFFORT:
        raise GradingError(f"the notebook has {sum(map(len, code)):,} characters of code; that is "
                           "more than can be read")  # fmt: skip


def missing(cells: list[NotebookNode], given: list[NotebookNode]) -> list[str]:
    """A sentence for each question of which not even the stub is there."""
    marks, texts = {grade_id(cell) for cell in cells}, {cell.source.strip() for cell in cells}
    return [f"{grade_id(cell)}: there is no such cell in the notebook" for cell in given
            if not is_locked(cell) and grade_id(cell) not in marks
            and cell.source.strip() not in texts]  # fmt: skip


def belongs(cells: list[NotebookNode], given: list[NotebookNode]) -> bool:
    """Whether a notebook is this session's: one cell is marked so, or holds one of its stubs."""
    names = {grade_id(cell) for cell in given}
    stubs = {cell.source.strip() for cell in given if not is_locked(cell)}
    return not names or any(
        grade_id(cell) in names or cell.source.strip() in stubs for cell in cells
    )
