"""Find answers whose cells have lost their marks, by what they define.

Some tools drop nbgrader's metadata, and learners copy, merge and split cells. An answer
cell defines the names that the released one defines, wherever it stands and whatever its
metadata say. Nothing of the learner's text is changed; what was done is told.
"""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode, from_dict

from autograder.engine.names import names_in
from autograder.engine.plan import grade_id, is_locked

ELSEWHERE = "# The answer stands in the cell of {}."


def recognise(
    submitted: list[NotebookNode], given: list[NotebookNode], course: Iterable[str]
) -> tuple[list[NotebookNode], list[str]]:
    """Give answers their marks back.

    Args:
        submitted: the cells of the submission.
        given: the course's marked cells, solution cells as released.
        course: the texts of the course's other cells.

    Returns:
        The cells, those of lost answers marked again, and a sentence for each.
    """
    finder = Finder(submitted, given, course)
    for cell in given:
        if not is_locked(cell):
            finder.find(cell)
    return finder.cells, finder.notes


class Finder:
    """Looks for the answers of one submission."""

    def __init__(
        self, submitted: list[NotebookNode], given: list[NotebookNode], course: Iterable[str]
    ) -> None:
        self.given = {grade_id(cell): cell for cell in given}
        self.course = {text.strip() for text in course}
        locked = {cell.source.strip() for cell in given if is_locked(cell)}
        self.cells = [cell for cell in submitted
                      if isinstance(cell.get("source"), str)
                      and (self.mark(cell) or cell.source.strip() not in locked)]  # fmt: skip
        self.notes: list[str] = []

    def mark(self, cell: NotebookNode) -> str:
        """The cell's id, if the course knows it."""
        name = grade_id(cell)
        return name if name in self.given else ""

    def find(self, wanted: NotebookNode) -> None:
        """See to it that an answer that was worked on counts, and no stub comes after it."""
        name, stub = grade_id(wanted), wanted.source.strip()
        own = [cell for cell in self.cells if self.mark(cell) == name]
        worked_on = [cell for cell in own if cell.source.strip() not in ("", stub)]
        if not worked_on:
            worked_on = self.lost_answer(wanted)
        if worked_on:
            self.cells = [cell for cell in self.cells
                          if self.mark(cell) not in (name, "")
                          or cell.source.strip() not in ("", stub)]  # fmt: skip

    def lost_answer(self, wanted: NotebookNode) -> list[NotebookNode]:
        """The cell that holds the answer after all, marked; none when there is none."""
        for place, cell in reversed(list(enumerate(self.cells))):
            if not self.holds(cell, wanted):
                continue
            if not self.mark(cell):
                self.cells[place] = marked(wanted, cell.source)
                self.notes.append(f"{grade_id(wanted)}: found in cell {place + 1} by what it "
                                  "defines; its mark was lost")  # fmt: skip
                return [self.cells[place]]
            text = ELSEWHERE.format(self.mark(cell))
            self.cells.insert(place + 1, marked(wanted, text))
            self.notes.append(f"{grade_id(wanted)}: found in the cell of {self.mark(cell)}")
            return [self.cells[place + 1]]
        return []

    def holds(self, cell: NotebookNode, wanted: NotebookNode) -> bool:
        """Whether a cell is an answer: it defines the same names, or has the same heading."""
        text = cell.source.strip()
        marked_as = self.mark(cell)
        if text in self.course or (marked_as and text == self.given[marked_as].source.strip()):
            return False
        if wanted.cell_type == "markdown":
            heading = first_line(wanted.source)
            return (
                not marked_as
                and bool(heading)
                and first_line(text) == heading
                and (text != wanted.source.strip())
            )
        if cell.get("cell_type") != "code" or (marked_as and is_locked(self.given[marked_as])):
            return False
        defines = names_in(wanted.source)[0]
        return bool(defines) and text != wanted.source.strip() and defines <= names_in(text)[0]


def marked(given: NotebookNode, text: str) -> NotebookNode:
    """A cell with a given one's mark and another text."""
    return from_dict({"cell_type": given.cell_type, "metadata": dict(given.metadata),
                      "source": text})  # fmt: skip


def first_line(text: str) -> str:
    """The first line, if it is a heading."""
    line = text.strip().partition("\n")[0].strip()
    return line if line.startswith("#") else ""
