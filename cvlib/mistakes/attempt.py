"""The source text of a registered answer, as it would stand in a notebook."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any


def source_as(answer: Callable[..., Any], name: str) -> str:
    """The source of `answer` without its decorators, defined under `name`.

    Args:
        answer: a function or class at the top of an imported module.
        name: what it is to be called.

    Raises:
        ValueError: something else, or its name is defined twice there.
        OSError: the module's text is not to be had.
    """
    own = getattr(answer, "__qualname__", "")
    module = sys.modules.get(getattr(answer, "__module__", ""))
    texts = definitions(inspect.getsource(module)).get(own, ()) if module else ()
    if len(texts) != 1:
        raise ValueError(
            f"answer must be a function or a class that its module defines once, got {answer!r}"
        )
    return re.sub(rf"^(def|class) {own}\b", rf"\1 {name}", texts[0], count=1)


@lru_cache(32)  # some modules hold a hundred answers
def definitions(text: str) -> dict[str, list[str]]:
    """The functions and classes at the top of a module's text, without decorators.

    Name → the lines of each definition of that name.
    """
    lines = text.splitlines()
    found: dict[str, list[str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            body = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            found.setdefault(node.name, []).append(body)
    return found
