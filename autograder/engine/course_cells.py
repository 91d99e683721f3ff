"""The course's own cells: from its notebook with solutions, and from the gradebook."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode, from_dict
from nbgrader.api import Notebook

from autograder.engine.plan import grade_id
from autograder.errors import GradingError


def require_python(notebook: Notebook) -> None:
    """The course's own notebook must be one for Python; a submission's kernel is ignored.

    Raises:
        GradingError: for another kernel.
    """
    kernel = json.loads(notebook.kernelspec or "{}") or {}
    if not str(kernel.get("language") or kernel.get("name") or "python").startswith("python"):
        raise GradingError(f"{notebook.name}: its kernel {kernel.get('name')!r} is not Python's")


def given_cells(notebook: Notebook, source: Path) -> list[NotebookNode]:
    """The marked cells that the gradebook keeps of a notebook, in the notebook's order."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells + notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    cells = []
    for cell in notebook.source_cells:
        marks = {
            "grade": cell.name in points and cell.name not in tasks,
            "grade_id": cell.name,
            "locked": cell.locked,
            "schema_version": 3,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
            "checksum": cell.checksum,
            "cell_type": cell.cell_type,
        }
        if cell.name in points:
            marks["points"] = points[cell.name]
        node = {"cell_type": cell.cell_type, "source": cell.source, "metadata": {"nbgrader": marks}}
        cells.append(from_dict(node))
    order = [grade_id(cell) for cell in read_cells(source)]
    return sorted(cells, key=lambda c: order.index(grade_id(c)) if grade_id(c) in order else -1)


def demonstrations(source: Path) -> list[str]:
    """The texts of the course's own code cells that are not marked."""
    return [c.source for c in read_cells(source) if c.cell_type == "code" and not grade_id(c)]


def read_cells(source: Path) -> list[NotebookNode]:
    """The cells of the course's notebook, not to be changed; none without such a file."""
    if not source.is_file():
        return []
    return read_once(source, source.stat().st_mtime_ns)


@lru_cache(20)
def read_once(source: Path, _written: int) -> list[NotebookNode]:
    """Read a notebook, unless it was read before and has not been written since."""
    return nbformat.read(source, as_version=4).cells
