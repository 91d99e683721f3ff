"""Whether a cell is still empty: no more in it than in the one that was handed out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache

from nbformat import NotebookNode

from autograder.engine.as_python import SCOPES, UNREADABLE, tree_of

NEUTRAL = ast.Pass | ast.Import | ast.ImportFrom


def is_empty(cell: NotebookNode, stub: NotebookNode) -> bool:
    """Whether a cell does nothing that the released one does not do.

    Text is empty without letters. Code is empty when only comments, docstrings, imports,
    ``pass``, ``...``, ``raise NotImplementedError``, names that are None, functions of
    nothing else, and the released cell's own statements are in it. What is no Python is
    somebody's work.
    """
    if stub.cell_type != "code" or cell.get("cell_type") != "code":
        return not cell.source.strip()
    done = statements(cell.source)
    return done is not None and done <= (statements(stub.source) or set())


@lru_cache(10_000)  # in a class, most cells are the same in all submissions
def statements(source: str) -> frozenset[str] | None:
    """What a cell does, a text for each statement that does something; None for no Python."""
    try:
        return frozenset(ast.dump(statement) for statement in doing(tree_of(source).body))
    except UNREADABLE:
        return None


def doing(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that do something."""
    for statement in body:
        if isinstance(statement, SCOPES):
            if any(True for _ in doing(statement.body)):
                yield statement
        elif not is_neutral(statement):
            yield statement


def is_neutral(statement: ast.stmt) -> bool:
    """Whether a statement stands for an answer that is not there yet."""
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        value = statement.value
        return value is None or (isinstance(value, ast.Constant) and value.value is None)
    return isinstance(statement, NEUTRAL)
