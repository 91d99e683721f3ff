"""Read a session's text: ``course/NN_topic.py`` → cells and exercises.

A session is a jupytext py:percent file. A cell's ``# %%`` line carries the author's
marks, which are few (see CONTRIBUTING)::

    # %% [markdown] exercise="01-conv2d" difficulty=2 minutes=20
    # %% solution="01-conv2d"
    # %% check="01-conv2d" points=1
    # %% hidden="01-conv2d" points=3
    # %% [markdown] hints="01-conv2d"
    # %% [markdown] open="01-frame" points=4
    # %% setup=true extra="detection"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from autograder.errors import CourseError, SessionError
from autograder.session_parts import (
    BEGIN,
    END,
    EXTRAS,
    ROLES,
    Cell,
    Exercise,
    defined_names,
    heading,
)
from autograder.session_rules import check_cell, collect_exercises

__all__ = [
    "BEGIN",
    "END",
    "EXTRAS",
    "ROLES",
    "Cell",
    "Exercise",
    "Session",
    "defined_names",
    "find_session",
    "heading",
    "read_session",
    "session_paths",
]
MARKER = re.compile(r"^# %%", re.MULTILINE)


@dataclass(frozen=True)
class Session:
    """A whole session, checked for being well-formed."""

    path: Path
    minutes: int
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]

    @property
    def name(self) -> str:
        """Such as ``01_convolution_arithmetic``."""
        return self.path.stem

    @property
    def number(self) -> str:
        """Such as ``01``: the assignment's name in the gradebook."""
        return self.name[:2]

    @property
    def extras(self) -> tuple[str, ...]:
        """What it needs besides the package, as the set-up cell says: names out of `EXTRAS`."""
        marks = [cell.marks.get("extra", "") for cell in self.cells if cell.role == "setup"]
        return tuple(name for mark in marks for name in mark.split(",") if name)

    @property
    def points(self) -> float:
        """All points of the session."""
        return sum(cell.points for cell in self.cells)


def session_paths(course: Path) -> list[Path]:
    """All session files of a ``course/`` folder, in order."""
    if not course.is_dir():
        raise CourseError(f"{course}: there is no such folder; run this in the course's root")
    return sorted(course.glob("[0-9][0-9]_*.py"))


def find_session(course: Path, wanted: str) -> Path:
    """The session file for ``01`` or ``01_convolution_arithmetic``."""
    known = session_paths(course)
    for path in known:
        if wanted in (path.stem, path.stem[:2]):
            return path
    names = ", ".join(path.stem for path in known)
    raise CourseError(f"{wanted}: there is no such session in {course}; there are: {names}")


def read_session(path: Path) -> Session:
    """Read and check one session file.

    Raises:
        SessionError: with file and line, for anything that is not well-formed.
    """
    cells = read_cells(path)
    if not cells or cells[0].role != "session" or cells[0].marks["session"] != path.stem:
        raise SessionError(path, 1, f'the first cell must be marked session="{path.stem}"')
    for cell in cells:
        check_cell(path, cell)
    exercises = collect_exercises(path, cells)
    return Session(path, int(cells[0].marks.get("minutes", 0)), tuple(cells), exercises)


def read_cells(path: Path) -> list[Cell]:
    """Split the text into cells with their marks and line numbers."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: can't be read: {error}") from None
    lines = [text.count("\n", 0, found.start()) + 1 for found in MARKER.finditer(text)]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if len(lines) != len(cells):
        raise SessionError(path, 1, "text before the first `# %%` line belongs to no cell")
    return [make_cell(path, cell, line) for cell, line in zip(cells, lines, strict=True)]


def make_cell(path: Path, cell: Any, line: int) -> Cell:
    """Take over one jupytext cell."""
    marks = {key: value for key, value in cell.metadata.items() if key != "lines_to_next_cell"}
    roles = [role for role in ROLES if role in marks]
    if len(roles) > 1:
        raise SessionError(path, line, f"a cell can't be {roles[0]} and {roles[1]} at once")
    known = {*roles, "points", "difficulty", "minutes", "tags"}
    if "setup" in roles:
        known.add("extra")
    unknown = [mark for mark in marks if mark not in known]
    if unknown:
        raise SessionError(path, line, f"unknown mark {unknown[0]!r}")
    role = roles[0] if roles else ""
    owner = "" if role in ("", "session", "setup") else str(marks[role])
    return Cell(cell.cell_type, cell.source, line, role, owner, marks)
