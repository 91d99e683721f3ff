"""Which cells claim the same answer."""

from __future__ import annotations

from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.engine.empty import is_empty
from autograder.engine.names import names_in
from autograder.engine.plan import grade_id, is_locked, is_test
from autograder.engine.recognise import Finder

MOST = 6  # of one answer are tried; earlier ones are left out


@dataclass(frozen=True)
class Contest:
    """One answer, and the cells that claim it.

    Attributes:
        wanted: its cell as released.
        places: of all cells that claim it.
        tried: of those that may count, the last few.
        test: what decides.
    """

    wanted: NotebookNode
    places: list[int]
    tried: list[int]
    test: NotebookNode

    @property
    def most(self) -> float:
        """What the test is worth."""
        return float(self.test.metadata["nbgrader"].get("points", 0))


def contests(
    cells: list[NotebookNode], given: list[NotebookNode], course: list[str]
) -> list[Contest]:
    """The answers that several different cells claim; most submissions have none.

    Args:
        cells: of the submission, answers recognised.
        given: the course's marked cells, solution cells as released.
        course: the texts of the course's other cells.
    """
    finder = Finder(cells, given, course)
    found = []
    for number, wanted in enumerate(given):
        if is_locked(wanted) or wanted.cell_type != "code":
            continue
        places = [place for place, cell in enumerate(cells) if claims(finder, cell, wanted)]
        worked_on = [place for place in places if not is_empty(cells[place], wanted)]
        test = next((cell for cell in given[number:] if is_test(cell)), None)
        undone = 0 < len(worked_on) < len(places)
        if test is not None and (undone or overlap([cells[p].source for p in worked_on], wanted)):
            found.append(Contest(wanted, places, worked_on[-MOST:], test))
    return found


def claims(finder: Finder, cell: NotebookNode, wanted: NotebookNode) -> bool:
    """Whether a cell may be meant as an answer.

    Under the answer's mark it is one if it defines one of its names or is empty; under no
    mark only if it defines all of them.
    """
    if not finder.mark(cell):
        return finder.holds(cell, wanted)
    if finder.mark(cell) != grade_id(wanted) or cell.source.strip() == wanted.source.strip():
        return False
    return bool(names_in(wanted.source)[0] & names_in(cell.source)[0]) or is_empty(cell, wanted)


def overlap(sources: list[str], wanted: NotebookNode) -> bool:
    """Whether different cells define the same name of an answer; parts of a split one don't."""
    names = names_in(wanted.source)[0]
    defined = [name for text in {source.strip() for source in sources}
               for name in names_in(text)[0] & names]  # fmt: skip
    return len(defined) > len(set(defined))
