"""Keep the course's own solutions out of an answer while it is being checked.

A module with reference solutions lists them in ``REFERENCES``. While an answer runs,
their code objects are exchanged for one that refuses: that reaches every alias, however
the function was imported.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

METHODS = ("__init__", "forward", "step")  # of a class, that refuse to run


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("cvlib's own solution can't be part of an answer: write this one yourself")


def seal_forever(module: str) -> None:
    """Seal the references of a module for the rest of this process."""
    for reference in _references(module):
        _seal(reference)


@contextlib.contextmanager
def sealed(module: str) -> Iterator[None]:
    """Inside, the references of the named module refuse to run; ``""`` seals nothing."""
    undo = [_seal(reference) for reference in (_references(module) if module else ())]
    try:
        yield
    finally:
        for restore in undo:
            restore()


def _seal(reference: Any) -> Callable[[], None]:
    """Make a function or class refuse to run; what is returned makes it run again."""
    if isinstance(reference, FunctionType):
        code = reference.__code__
        reference.__code__ = _refuse.__code__
        return lambda: setattr(reference, "__code__", code)
    own = {name: reference.__dict__[name] for name in METHODS if name in reference.__dict__}
    for name in own:
        setattr(reference, name, _refuse)

    def restore() -> None:
        for name, method in own.items():
            setattr(reference, name, method)

    return restore


def _references(module: str) -> list[Any]:
    listed = getattr(importlib.import_module(module), "REFERENCES", ())
    return [item for item in listed if isinstance(item, FunctionType | type)]
