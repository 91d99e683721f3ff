"""The code that everybody has: what the notebooks give, and what is published as a solution."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

import cvlib
from autograder.rehearse import blank
from autograder.session import Session


def given_code(session: Session) -> list[str]:
    """All code that students get: everything but solutions and hidden tests."""
    shown = [cell.source for cell in session.cells
             if cell.kind == "code" and cell.role not in ("solution", "hidden")]  # fmt: skip
    return shown + [blank(exercise.solution.source) for exercise in session.exercises]


def published_code(session: Session) -> dict[str, list[str]]:
    """Question → answers that anybody can read: the solution's, and cvlib's of these names."""
    ours = definitions(Path(str(cvlib.__file__)).parent)
    return {
        exercise.id: [exercise.solution.source,
                      *(text for name in exercise.names for text in ours.get(name, ()))]
        for exercise in session.exercises
        if exercise.answer_name  # right values are the same for everyone
    }  # fmt: skip


@lru_cache(2)
def definitions(package: Path) -> dict[str, list[str]]:
    """The functions and classes of a package's files with references: name → texts."""
    found: dict[str, list[str]] = {}
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.parse(text).body if "\nREFERENCES" in text else ():
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.setdefault(node.name, []).append(ast.get_source_segment(text, node) or "")
    return found
