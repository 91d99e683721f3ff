"""Make sure that nothing under release/ tells a solution, a hidden test or a model answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder.build import without_solution
from autograder.errors import LeakError
from autograder.session import BEGIN, END, ROLES, Cell, Session

SHORTEST = 12  # shorter lines, such as `return out`, stand everywhere
SEVERAL = 3  # as many lines of a session's hidden tests in one file are no coincidence


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


def check_package(session: Session, folder: Path) -> None:
    """Search the student package, whose references are meant to be public, for the rest.

    Raises:
        LeakError: naming a file with several lines of hidden tests or model answers.
    """
    secrets = secret_lines(session, of=("hidden", "open"))
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found = {line for text in strings_in(path) for line in lines_of(text)} & secrets
        if len(found) >= SEVERAL:
            raise LeakError(f"{path}: shows hidden lines of {session.path.name}: {min(found)!r}")


def secret_lines(session: Session, of: Sequence[str] = ROLES) -> set[str]:
    """Lines of solutions, hidden tests and model answers that stand nowhere in the open.

    Args:
        of: only those of cells with these roles.
    """
    hidden: set[str] = set()
    shown: set[str] = set()
    for cell in session.cells:
        secret = cell.source if cell.role == "hidden" else solution_regions(cell)
        hidden |= lines_of(secret) if cell.role in of else set()
        shown |= lines_of(without_solution(cell.source)) if cell.role != "hidden" else set()
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
    """All text of a file; of notebooks and other JSON, all that is in them."""
    text = path.read_text(encoding="utf-8", errors="replace")
    yield text
    if path.suffix in (".ipynb", ".json"):
        yield from strings_of(json.loads(text))


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
