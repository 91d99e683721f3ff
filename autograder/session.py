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

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext

from autograder.errors import CourseError, SessionError

ROLES = ("session", "setup", "exercise", "solution", "check", "hidden", "hints", "open")
PARTS = ("exercise", "solution", "check", "hidden", "hints")  # of an exercise, in this order
GRADED = ("check", "hidden", "open")
# What a session may need besides: an extra of the package → what it installs, as a distribution.
EXTRAS = {"detection": "ultralytics", "prompting": "segment-anything"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ID = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")
MARKER = re.compile(r"^# %%", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell of a session's text.

    Attributes:
        role: one of `ROLES`, or "" for prose and demonstrations.
        id: the exercise id that the role belongs to, or "".
        line: the line of its ``# %%`` in the file.
    """

    kind: str
    source: str
    line: int
    role: str = ""
    id: str = ""
    marks: dict[str, Any] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """What the cell is worth; 0 for cells that are not graded."""
        return float(self.marks.get("points", 0))


@dataclass(frozen=True)
class Exercise:
    """The five cells of one exercise."""

    id: str
    exercise: Cell
    solution: Cell
    check: Cell
    hidden: Cell
    hints: Cell

    @property
    def points(self) -> float:
        """Points of the visible and the hidden test together."""
        return self.check.points + self.hidden.points

    @property
    def title(self) -> str:
        """The text of its heading."""
        return heading(self.exercise.source)

    @property
    def names(self) -> list[str]:
        """What the solution cell defines at its top level."""
        return defined_names(self.solution.source)

    @property
    def answer_name(self) -> str:
        """The function or class that it asks for; "" when only values are asked."""
        body = ast.parse(self.solution.source).body
        found = [n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        return found[0] if found else ""


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


def check_cell(path: Path, cell: Cell) -> None:
    """Check what one cell can show by itself."""
    wants_code = cell.role in ("setup", "solution", "check", "hidden")
    if cell.role and wants_code != (cell.kind == "code"):
        kind = "code" if wants_code else "[markdown]"
        raise SessionError(path, cell.line, f"a {cell.role} cell must be a {kind} cell")
    if cell.id and not ID.fullmatch(cell.id):
        raise SessionError(path, cell.line, f"{cell.id!r} is not an exercise id like 01-conv2d")
    if cell.id and not cell.id.startswith(path.stem[:2] + "-"):
        raise SessionError(path, cell.line, f"{cell.id!r} does not belong to session {path.stem}")
    if cell.role in GRADED and cell.points <= 0:
        raise SessionError(path, cell.line, f"the {cell.role} cell of {cell.id} needs points > 0")
    for name in str(cell.marks.get("extra", "")).split(",") if "extra" in cell.marks else ():
        if name not in EXTRAS:
            problem = f"unknown extra {name!r}; there are: {', '.join(EXTRAS)}"
            raise SessionError(path, cell.line, problem)
    check_solution_markers(path, cell)


def check_solution_markers(path: Path, cell: Cell) -> None:
    """BEGIN and END SOLUTION must alternate, and stand only where they may."""
    open_at = 0
    for offset, text in enumerate(cell.source.splitlines(), start=1):
        here = cell.line + offset
        if BEGIN in text:
            if cell.role not in ("solution", "open"):
                raise SessionError(path, here, "BEGIN SOLUTION outside a solution or open cell")
            if open_at:
                raise SessionError(path, here, "BEGIN SOLUTION inside a solution region")
            open_at = here
        elif END in text:
            if not open_at:
                raise SessionError(path, here, "END SOLUTION without BEGIN SOLUTION")
            open_at = 0
    if open_at:
        raise SessionError(path, open_at, "BEGIN SOLUTION without END SOLUTION")
    if cell.role in ("solution", "open") and BEGIN not in cell.source:
        raise SessionError(path, cell.line, f"the {cell.role} cell of {cell.id} has no solution")


def collect_exercises(path: Path, cells: list[Cell]) -> tuple[Exercise, ...]:
    """Put the parts of each exercise together; each must be there once and in order."""
    found: dict[str, dict[str, Cell]] = {}
    opens: dict[str, Cell] = {}
    for cell in cells:
        if cell.role == "open":
            parts, part = opens, cell.id
        elif cell.role in PARTS:
            if cell.role != "exercise" and cell.id not in found:
                raise SessionError(
                    path, cell.line, f"a {cell.role} cell for {cell.id!r}, which is no exercise yet"
                )
            parts, part = found.setdefault(cell.id, {}), cell.role
        else:
            continue
        if part in parts or (cell.role == "open" and cell.id in found):
            first = parts.get(part, cell).line
            raise SessionError(
                path, cell.line, f"a second {cell.role} cell for {cell.id!r} (first: line {first})"
            )
        parts[part] = cell
    return tuple(make_exercise(path, name, parts) for name, parts in found.items())


def make_exercise(path: Path, name: str, parts: dict[str, Cell]) -> Exercise:
    """Check that an exercise is complete and in order."""
    line = parts["exercise"].line
    for part in PARTS:
        if part not in parts:
            raise SessionError(path, line, f"exercise {name!r} has no {part} cell")
    order = sorted(PARTS, key=lambda part: parts[part].line)
    if tuple(order) != PARTS:
        raise SessionError(path, line, f"the cells of {name!r} must come in the order {PARTS}")
    if parts["exercise"].marks.get("difficulty") not in (1, 2, 3):
        raise SessionError(path, line, f"exercise {name!r} needs difficulty=1, 2 or 3")
    if not isinstance(parts["exercise"].marks.get("minutes"), int):
        raise SessionError(path, line, f"exercise {name!r} needs minutes=<whole number>")
    if not parts["exercise"].source.startswith("## "):
        raise SessionError(path, line, f"exercise {name!r} must begin with a `## ` heading")
    return Exercise(name, **parts)


def defined_names(source: str) -> list[str]:
    """Functions, classes and variables that a cell defines at its top level, in order."""
    names: list[str] = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [n.id for target in node.targets for n in ast.walk(target)
                      if isinstance(n, ast.Name)]  # fmt: skip
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return list(dict.fromkeys(names))


def heading(source: str) -> str:
    """The text of a cell's first line without its marks."""
    return source.strip().splitlines()[0].lstrip("# ") if source.strip() else ""
