"""The source text of a registered answer, as it would stand in a notebook."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any


def source_as(answer: Callable[..., Any], name: str) -> str:
    """The source of `answer` without its decorators, defined under `name`."""
    text = textwrap.dedent(inspect.getsource(answer))
    node = ast.parse(text).body[0]
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        raise ValueError(f"answer must be a function or a class, got {answer!r}")
    body = "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
    return re.sub(rf"^(def|class) {node.name}\b", rf"\1 {name}", body, count=1)
