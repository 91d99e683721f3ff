"""Keep the course's own solutions out of an answer while it is being checked.

A module with reference solutions lists them in ``REFERENCES``, by the session that asks
for them: ``{"03": (vgg_block, VGG)}``. While an answer runs, their code objects are
exchanged for one that refuses: that reaches every alias, however the function was imported.
Later sessions may use what earlier ones asked for.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

METHODS = ("__init__", "forward", "step")  # of a class, that refuse to run


def _refuse(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("cvlib's own solution can't be part of an answer: write this one yourself")


def seal_forever(session: str) -> None:
    """Seal what a session asks for, in all imported modules, for the rest of this process.

    For a session that no module knows, everything is sealed.
    """
    listed = [dict(module.REFERENCES) for name, module in list(sys.modules.items())
              if name.startswith("cvlib.") and hasattr(module, "REFERENCES")]  # fmt: skip
    known = any(session in by_session for by_session in listed)
    for by_session in listed:
        for number, references in by_session.items():
            if number == session or not known:
                for reference in references:
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
        inner = getattr(reference, "__wrapped__", None)  # below a decorator such as no_grad
        restore_inner = _seal(inner) if inner else lambda: None
        code = reference.__code__
        reference.__code__ = _refuse.__code__.replace(co_freevars=code.co_freevars)

        def restore_function() -> None:
            reference.__code__ = code
            restore_inner()

        return restore_function
    own = {name: reference.__dict__[name] for name in METHODS if name in reference.__dict__}
    for name in own:
        setattr(reference, name, _refuse)

    def restore() -> None:
        for name, method in own.items():
            setattr(reference, name, method)

    return restore


def _references(module: str) -> list[Any]:
    listed = getattr(importlib.import_module(module), "REFERENCES", {})
    return [reference for references in listed.values() for reference in references]
