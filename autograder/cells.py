"""Run the text of one notebook cell in a namespace, as IPython would, and tell the outcome."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
from dataclasses import dataclass
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager


@dataclass(frozen=True)
class Outcome:
    """What a cell did: the value of its last expression, its exception, what it printed."""

    value: Any = None
    error: BaseException | None = None
    printed: str = ""


def run_cell(source: str, namespace: dict[str, Any], name: str) -> Outcome:
    """Execute a cell's text; magics are understood, errors are caught and returned."""
    filename = f"<{name}>"
    text = TransformerManager().transform_cell(source)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        try:
            tree = ast.parse(text, filename)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, filename, "exec"), namespace)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), filename, "eval"), namespace)
        except Exception as error:
            return Outcome(error=error, printed=printed.getvalue())
    return Outcome(value=value, printed=printed.getvalue())
