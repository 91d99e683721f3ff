"""From a submission and the course's own notebook to what will be run.

The tests, their place and their points come from the course. Of the submission only the
text of cells counts: its metadata, tags, outputs and kernel change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.engine.outputs import PICTURES, is_picture, plain_text
from autograder.engine.ticket import Step

MAX_CELLS = 2000


def grade_id(cell: Any) -> str:
    """The cell's nbgrader id, "" when it has none."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return str(marks.get("grade_id", "")) if isinstance(marks, dict) else ""


def is_test(cell: NotebookNode) -> bool:
    """A graded cell that students can't edit."""
    metadata = cell.metadata.get("nbgrader", {})
    return bool(metadata.get("grade")) and not metadata.get("solution")


def is_locked(cell: NotebookNode) -> bool:
    """A given cell that students can't edit."""
    metadata = cell.metadata.get("nbgrader", {})
    return bool(metadata.get("locked")) and not metadata.get("solution")


def realign(submitted: list[NotebookNode], given: list[NotebookNode]) -> list[NotebookNode]:
    """The submission's cells with the course's marked cells in their right places.

    Args:
        submitted: the cells of the submission.
        given: the course's marked cells in order, with their full text: locked and test
            cells as they are to be run, solution cells as released.

    Returns:
        The learner's cells in their order. Every marked cell is there exactly once, with
        the course's metadata; locked cells and tests have the course's text, and a test
        never comes before the cell it tests.
    """
    submitted = [cell for cell in submitted if isinstance(cell.get("source"), str)]
    known = {grade_id(cell): cell for cell in given}
    answers = last_places(submitted, known)
    kept: list[NotebookNode] = []
    wished: dict[str, int] = {}  # locked cell -> how many kept cells come before it
    for place, cell in enumerate(submitted):
        name = grade_id(cell)
        if name in known and is_locked(known[name]):
            wished.setdefault(name, len(kept))
        elif name in known and answers[name] == place:
            kept.append(fresh(known[name], cell))
        else:
            kept.append(unmarked(cell))
    add_missing_answers(kept, given)
    return with_locked(kept, given, wished)


def last_places(submitted: list[NotebookNode], known: dict[str, NotebookNode]) -> dict[str, int]:
    """For each id the place of the cell that counts: the last one with another text.

    Copies that still hold the released text don't count against one that was worked on.
    """
    places: dict[str, int] = {}
    for place, cell in enumerate(submitted):
        name = grade_id(cell)
        if name not in known:
            continue
        untouched = cell.source.strip() == known[name].source.strip()
        if name not in places or not untouched:
            places[name] = place
    return places


def unmarked(cell: NotebookNode) -> NotebookNode:
    """One of the learner's other cells, without any metadata."""
    kind = cell.get("cell_type")
    known = kind if kind in ("code", "markdown", "raw") else "raw"
    return fresh(from_dict({"cell_type": known, "metadata": {}}), cell)


def fresh(cell: NotebookNode, content: NotebookNode | None = None) -> NotebookNode:
    """A copy without outputs; text and pasted pictures may come from another cell."""
    given = cell if content is None else content
    new = from_dict({"cell_type": cell.cell_type, "metadata": dict(cell.metadata),
                     "source": plain_text(given.source)})  # fmt: skip
    if new.cell_type == "code":
        new.outputs, new.execution_count = [], None
    elif new.cell_type == "markdown" and (pictures := pasted(given)):
        new.attachments = from_dict(pictures)
    return new


def pasted(cell: NotebookNode) -> dict[str, dict[str, str]]:
    """The pictures that were pasted into a text cell; nothing else of its attachments."""
    given = cell.get("attachments")
    if not isinstance(given, dict):
        return {}
    return {
        plain_text(name): {
            mime: data[mime] for mime in PICTURES if is_picture(mime, data.get(mime))
        }
        for name, data in given.items()
        if isinstance(data, dict)
    }


def add_missing_answers(kept: list[NotebookNode], given: list[NotebookNode]) -> None:
    """Put deleted answer cells back, as released, behind the answer before them."""
    last = -1
    for cell in given:
        if is_locked(cell):
            continue
        place = find(kept, grade_id(cell))
        if place is None:
            place = last + 1
            kept.insert(place, fresh(cell))
        last = place


def with_locked(
    kept: list[NotebookNode], given: list[NotebookNode], wished: dict[str, int]
) -> list[NotebookNode]:
    """Put the locked cells in: where they were, but tests behind what they test."""
    before: dict[int, list[NotebookNode]] = {}
    lowest = 0
    for number, cell in enumerate(given):
        name = grade_id(cell)
        if not is_locked(cell):
            lowest = max(lowest, (find(kept, name) or 0) + 1)
            continue
        place = max(lowest, wished.get(name, lowest))
        if not is_test(cell):  # set-up: before the first answer that follows it
            place = min([place, *(find(kept, grade_id(c)) or 0
                                  for c in given[number:] if not is_locked(c))])  # fmt: skip
        before.setdefault(place, []).append(fresh(cell))
    result: list[NotebookNode] = []
    for place in range(len(kept) + 1):
        result += before.get(place, [])
        result += kept[place : place + 1]
    return result


def find(cells: list[NotebookNode], name: str) -> int | None:
    """Where the cell with an id is."""
    return next((place for place, cell in enumerate(cells) if grade_id(cell) == name), None)


def make_steps(cells: list[NotebookNode], demonstrations: Iterable[str]) -> tuple[Step, ...]:
    """The code cells as steps; `demonstrations` are the texts of given, unmarked cells."""
    unchanged = {text.strip() for text in demonstrations}
    steps = []
    for index, cell in enumerate(cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        name = grade_id(cell)
        if is_test(cell):
            role = "test"
        elif is_locked(cell):
            role = "locked"
        else:
            role = "demo" if not name and cell.source.strip() in unchanged else "student"
        steps.append(Step(index, role, name or f"cell {index + 1}", cell.source))
    return tuple(steps)
