"""Put an answer together again that was split in the middle of a function.

Editors split a cell where the cursor stands. Neither half says anything then, or only the
first one does: the second begins with an indented line.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from nbformat import NotebookNode, from_dict

from autograder.engine.as_python import tree_of
from autograder.engine.plan import grade_id

MOST = 10  # parts of one answer: each is read again with all before it


def rejoined(
    cells: list[NotebookNode], answers: Collection[str]
) -> tuple[list[NotebookNode], list[str]]:
    """Cells with split answers put together.

    Args:
        cells: of a submission.
        answers: the ids of the cells that hold answers.

    Returns:
        The cells, and a sentence for each answer that was split. Halves are only joined
        where one of them is no Python by itself, and both together are.
    """
    kept: list[NotebookNode] = []
    notes: list[str] = []
    parts = 0  # of the last cell
    for cell in cells:
        before = kept[-1] if kept and parts < MOST else None
        if before is not None and grade_id(before) in answers and is_rest_of(before, cell):
            text = f"{before.source}\n{cell.source}"
            kept[-1] = from_dict({**before, "source": text})
            parts += 1
            notes.append(f"{grade_id(before)}: was split, and put together again")
        else:
            kept.append(cell)
            parts = 1
    return kept, notes


def is_rest_of(first: NotebookNode, second: NotebookNode) -> bool:
    """Whether a cell is the other half of the one before it."""
    if first.get("cell_type") != "code" or second.get("cell_type") != "code":
        return False
    if grade_id(second) not in ("", grade_id(first)):
        return False
    one, two = str(first.get("source", "")), str(second.get("source", ""))
    return not (is_python(one) and is_python(two)) and is_python(f"{one}\n{two}")


@lru_cache(10_000)  # in a class, most cells are the same in all submissions
def is_python(source: str) -> bool:
    """Whether a cell's text is Python, magics included; IPython would forgive an indent."""
    if source.strip("\n")[:1].isspace():
        return False
    try:
        tree_of(source)
    except SyntaxError:
        return False
    return True
