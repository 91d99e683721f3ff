"""The cells of a built notebook: from a session's text to nbgrader's metadata, tags and hints."""

from __future__ import annotations

import html
import re

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.build_setup import installation
from autograder.errors import SessionError
from autograder.session import BEGIN, Cell, Exercise, Session
from autograder.settings import Settings

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
HIDDEN_NOTE = "# Hidden tests: they run when your work is graded."
HARDWARE = """
from cvlib.hardware import tell_hardware

tell_hardware()"""
RECEIPT_NOTE = """\
## Before you hand in

The cell below looks at what your tests say. It sends nothing; run it as often as you like."""
RECEIPT = """\
import cvlib

cvlib.receipt("{number}")"""


def badge_cell(session: Session, settings: Settings) -> NotebookNode:
    """The link that opens the released notebook in Colab."""
    address = settings.colab_link(session.number, session.name)
    text = f"[![Open in Colab]({BADGE})]({address})"
    return with_id(new_markdown_cell(text), f"{session.number}-badge")


def receipt_cells(session: Session) -> list[NotebookNode]:
    """The last cells: what a student's own tests say before they hand in."""
    code = RECEIPT.format(number=session.number)
    return [
        with_id(new_markdown_cell(RECEIPT_NOTE), f"{session.number}-receipt-note"),
        with_id(new_code_cell(code), f"{session.number}-receipt"),
    ]


def plain_cell(cell: Cell, cell_id: str) -> NotebookNode:
    """Prose or a demonstration."""
    make = new_code_cell if cell.kind == "code" else new_markdown_cell
    new = with_id(make(cell.source), cell_id)
    if "tags" in cell.marks:
        new.metadata["tags"] = list(cell.marks["tags"])
    return new


def marked_cells(
    session: Session, cell: Cell, exercises: dict[str, Exercise], settings: Settings
) -> list[NotebookNode]:
    """The notebook cells for one marked cell of the text."""
    if cell.role == "setup":
        source = f"{installation(session, settings)}\n{cell.source}\n{HARDWARE}"
        return [graded(new_code_cell(source), f"{session.number}-setup", locked=True)]
    if cell.role == "exercise":
        return [with_id(new_markdown_cell(tagged(exercises[cell.id])), f"{cell.id}-exercise")]
    if cell.role == "hints":
        return [with_id(new_markdown_cell(folded_hints(session, cell)), f"{cell.id}-hints")]
    if cell.role == "solution":
        return [graded(new_code_cell(cell.source), f"{cell.id}-solution", solution=True)]
    if cell.role == "open":
        return open_question(cell)
    source = cell.source
    if cell.role == "hidden":
        source = "\n".join([HIDDEN_NOTE, "### BEGIN HIDDEN TESTS", source, "### END HIDDEN TESTS"])
    name = f"{cell.id}-{cell.role}"
    return [graded(new_code_cell(source), name, locked=True, points=cell.points)]


def open_question(cell: Cell) -> list[NotebookNode]:
    """The question, and below it the cell for the answer, which a person grades."""
    question, rest = cell.source.split(BEGIN)
    answer = f"{BEGIN}{rest}"
    points = f"*Open question · {number(cell.points)} points · read and graded by a person*"
    heading, _, text = question.strip().partition("\n")
    return [
        with_id(
            new_markdown_cell(f"{heading}\n\n{points}\n\n{text.strip()}"), f"{cell.id}-question"
        ),
        graded(new_markdown_cell(answer), f"{cell.id}-open", solution=True, points=cell.points),
    ]


def graded(
    cell: NotebookNode,
    grade_id: str,
    *,
    locked: bool = False,
    solution: bool = False,
    points: float | None = None,
) -> NotebookNode:
    """Add nbgrader's metadata; a cell with points is a graded one."""
    cell.metadata["nbgrader"] = {
        "grade": points is not None,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        cell.metadata["nbgrader"]["points"] = points
    return with_id(cell, grade_id)


def with_id(cell: NotebookNode, cell_id: str) -> NotebookNode:
    """Give the cell its fixed id in place of nbformat's random one."""
    cell["id"] = cell_id
    return cell


def tagged(exercise: Exercise) -> str:
    """The exercise's text with its tag line below the heading."""
    level = exercise.exercise.marks["difficulty"]
    tags = (
        f"{'●' * level}{'○' * (3 - level)} · {exercise.exercise.marks['minutes']} min · "
        f"{number(exercise.points)} points"
    )
    heading, _, text = exercise.exercise.source.partition("\n")
    return f"{heading}\n\n*{tags}*\n\n{text.strip()}"


def folded_hints(session: Session, cell: Cell) -> str:
    """Three fold-out hints from a numbered list."""
    items = re.split(r"^\d\.\s+", cell.source, flags=re.MULTILINE)[1:]
    if len(items) != 3:
        problem = f"the hints of {cell.id!r} must be a list of 3, not {len(items)}"
        raise SessionError(session.path, cell.line, problem)
    return "\n".join(
        f"<details><summary>{html.escape(title)}</summary>\n\n{unindented(item)}\n\n</details>\n"
        for title, item in zip(("Hint 1", "Hint 2", "Hint 3"), items, strict=True)
    )


def unindented(item: str) -> str:
    """A list item's text without the indent of its continuation lines."""
    return re.sub(r"^ {1,3}", "", item.strip(), flags=re.MULTILINE)


def number(points: float) -> str:
    """Points without a needless ``.0``."""
    return f"{points:g}"
