"""What a session is made of: marked cells and exercises."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

ROLES = ("session", "setup", "exercise", "solution", "check", "hidden", "hints", "open")
PARTS = ("exercise", "solution", "check", "hidden", "hints")  # of an exercise, in this order
GRADED = ("check", "hidden", "open")
# What a session may need besides: an extra of the package → what it installs, as a distribution.
EXTRAS = {"detection": "ultralytics", "prompting": "segment-anything"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


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
