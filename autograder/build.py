"""Build a session: ``course/NN_topic.py`` → ``source/NN/NN_topic.ipynb``.

The author's marks become nbgrader metadata, tag lines, fold-out hints and a badge. Cell
ids come from exercise ids and positions, so the same text gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.build_cells import badge_cell, marked_cells, plain_cell, receipt_cells
from autograder.files import write_text
from autograder.session import BEGIN, END, Session, heading
from autograder.settings import Settings


def build_session(session: Session, settings: Settings) -> Path:
    """Write the source notebook of a session and return its path."""
    path = settings.source / session.number / f"{session.name}.ipynb"
    notebook = to_notebook(session, settings)
    write_text(path, nbformat.writes(notebook) + "\n")
    if settings.data == settings.root and (settings.root / "cvlib").is_dir():
        write_text(table_path(session, settings), exercise_table(session))
    return path


def table_path(session: Session, settings: Settings) -> Path:
    """Where `cvlib.progress` and `cvlib.receipt` find what there is to do in a session."""
    return settings.root / "cvlib" / "exercises" / f"{session.number}.json"


def exercise_table(session: Session) -> str:
    """What a student may know of a session's exercises, as JSON: no more than their headings."""
    rows = [
        {
            "id": exercise.id,
            "title": exercise.title,
            "points": exercise.check.points,
            "minutes": exercise.exercise.marks["minutes"],
        }
        for exercise in session.exercises
    ]
    table = {
        "title": heading(session.cells[0].source),
        "file": f"{session.name}.ipynb",
        "most": session.points,
        "exercises": rows,
        "open": [heading(cell.source) for cell in session.cells if cell.role == "open"],
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def to_notebook(session: Session, settings: Settings) -> NotebookNode:
    """The nbgrader notebook, solutions and hidden tests included."""
    cells = [badge_cell(session, settings)]
    anchor, count = f"{session.number}-start", 0
    exercises = {exercise.id: exercise for exercise in session.exercises}
    for cell in session.cells:
        if cell.role in ("", "session"):
            count += 1
            cells.append(plain_cell(cell, f"{anchor}-{count}"))
            continue
        cells += marked_cells(session, cell, exercises, settings)
        anchor, count = cells[-1]["id"], 0
    cells += receipt_cells(session)
    return new_notebook(cells=cells, metadata=notebook_metadata())


def notebook_metadata() -> dict[str, object]:
    """A kernelspec that Colab, JupyterLab and VS Code all know."""
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def without_solution(source: str) -> str:
    """What remains of a cell when its solution regions are taken out."""
    kept, inside = [], False
    for line in source.splitlines():
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
