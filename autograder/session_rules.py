"""When a session's cells are well-formed; what is wrong is told with file and line."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.errors import SessionError
from autograder.session_parts import BEGIN, END, EXTRAS, GRADED, PARTS, Cell, Exercise

ID = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")


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
