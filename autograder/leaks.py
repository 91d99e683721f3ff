"""Make sure that nothing under release/ tells a solution, a hidden test or a model answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.build import without_solution
from autograder.errors import LeakError
from autograder.session import BEGIN, END, Cell, Session

SHORTEST = 12  # shorter lines, such as `return out`, stand everywhere


def check_release(session: Session, folder: Path) -> None:
    """Search every file of a released session, whatever its kind.

    Raises:
        LeakError: naming the file and the line that must not be there.
    """
    secrets = secret_lines(session)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.name != f"{session.name}.ipynb":
            raise LeakError(f"{path}: this file does not belong in a release")
        for text in strings_in(path):
            for line in text.splitlines():
                if squeezed(line) in secrets:
                    raise LeakError(f"{path}: shows a hidden line of {session.path.name}: {line!r}")


def secret_lines(session: Session) -> set[str]:
    """Lines of solutions, hidden tests and model answers that stand nowhere in the open."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for cell in session.cells:
        if cell.role == "hidden":
            hidden |= lines_of(cell.source)
        else:
            hidden |= lines_of(solution_regions(cell))
            shown |= lines_of(without_solution(cell.source))
    return {line for line in hidden - shown if len(line) >= SHORTEST}


def solution_regions(cell: Cell) -> str:
    """The text between the solution markers of a cell."""
    regions = [part.split(END)[0] for part in cell.source.split(BEGIN)[1:]]
    return "\n".join(regions)


def lines_of(text: str) -> set[str]:
    """The lines of a text without their white space at the ends."""
    return {squeezed(line) for line in text.splitlines()}


def squeezed(line: str) -> str:
    """A line with runs of white space folded, as indents may change."""
    return " ".join(line.split())


def strings_in(path: Path) -> Iterator[str]:
    """All text of a file; for a notebook: of all cells, outputs, attachments and metadata."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".ipynb":
        yield from strings_of(json.loads(text))
    else:
        yield text


def strings_of(value: Any) -> Iterator[str]:
    """All strings in nested JSON data; lists of lines are joined as nbformat does."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        for item in value:
            yield from strings_of(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings_of(item)
