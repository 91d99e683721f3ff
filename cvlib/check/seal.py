"""Keep the course's own solutions out of an answer while it is being checked.

A module with reference solutions lists them in ``REFERENCES``. While an answer runs,
their code objects are exchanged for one that refuses: that reaches every alias, however
the function was imported.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from types import FunctionType
from typing import Any


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("cvlib's own solution can't be part of an answer: write this one yourself")


def seal_forever(module: str) -> None:
    """Seal the references of a module for the rest of this process."""
    for function in _references(module):
        function.__code__ = _refuse.__code__


@contextlib.contextmanager
def sealed(module: str) -> Iterator[None]:
    """Inside, the references of the named module refuse to run; ``""`` seals nothing."""
    functions = _references(module) if module else []
    saved = [function.__code__ for function in functions]
    for function in functions:
        function.__code__ = _refuse.__code__
    try:
        yield
    finally:
        for function, code in zip(functions, saved, strict=True):
            function.__code__ = code


def _references(module: str) -> list[FunctionType]:
    listed = getattr(importlib.import_module(module), "REFERENCES", ())
    return [function for function in listed if isinstance(function, FunctionType)]
