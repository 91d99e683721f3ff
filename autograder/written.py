"""What stands in a graded notebook: answers, guesses, and what the tests said."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.engine.empty import is_empty
from autograder.engine.plan import grade_id
from autograder.session import Session

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
PREDICT = re.compile(r"""^[^#\n]*\bpredict\(\s*(["'])([\w-]+)\1\s*,\s*(?:choice\s*=\s*)?"""
                     r"""(["'])([a-zA-Z?])\3""", re.MULTILINE)  # fmt: skip


def answers_in(
    session: Session, cells: list[dict[str, Any]], released: Mapping[str, str]
) -> dict[str, str]:
    """Exercise → the text of its answer, for those that are answered."""
    sources = cell_sources(cells)
    names = {exercise.id: f"{exercise.id}-solution" for exercise in session.exercises}
    return {
        exercise: sources[name]
        for exercise, name in names.items()
        if is_answered(sources, released, name)
    }


def guesses_in(sources: Iterable[str]) -> dict[str, str]:
    """Prediction → the first letter that stands in these cells; "?" is no guess."""
    found: dict[str, str] = {}
    for source in sources:
        for _, name, _, letter in PREDICT.findall(source):
            if letter != "?":
                found.setdefault(name, letter.lower())
    return found


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


def is_answered(sources: Mapping[str, str], released: Mapping[str, str], name: str) -> bool:
    """Whether there is more in a cell than what was released, see `is_empty`.

    Args:
        sources: grade_id → text; a cell that is missing is an empty one.
        released: the same as students got it.
    """
    text, stub = sources.get(name, ""), released.get(name, "")
    kind = "markdown" if name.endswith("-open") else "code"
    cells = (NotebookNode(cell_type=kind, source=source) for source in (text, stub))
    return text.split() != stub.split() and not is_empty(*cells)
