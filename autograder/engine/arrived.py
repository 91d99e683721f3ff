"""What a student's process says of exceptions and observations, checked for its form."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from autograder.engine.frames import StudentLost
from cvlib.check.observe import Observation, Raised
from cvlib.check.observe_module import ModuleObservation


def raised_in(parts: Any) -> Raised:
    """An exception's description, checked for its form."""
    try:
        kind, bases, message, where = parts
        return Raised(str(kind)[:100], tuple(str(b)[:100] for b in bases), str(message)[:1000],
                      str(where)[:200])  # fmt: skip
    except (TypeError, ValueError):
        raise StudentLost("the answer can't be read: an exception is malformed") from None


def observation_in(parts: Any) -> Observation:
    """An observation, checked for its form."""
    try:
        return Observation(
            parts["value"],
            raised_or_none(parts["raised"]),
            tuple(str(name)[:100] for name in parts["changed"]),
            tensors_by_name(parts["gradients"]),
            {str(name): value for name, value in parts["states"].items()},
        )
    except (TypeError, KeyError, AttributeError):
        raise StudentLost("the answer can't be read: it is malformed") from None


def module_observation_in(parts: Any) -> ModuleObservation:
    """An observation of a module, checked for its form."""
    try:
        return ModuleObservation(
            raised_or_none(parts["raised"]),
            tuple(tuple(int(n) for n in shape) for shape in parts["shapes"]),
            tuple(str(name)[:200] for name in parts["names"]),
            int(parts["count"]),
            bool(parts["fits"]),
            {str(mode): value for mode, value in parts["outputs"].items()},
            tensors_by_name(parts["gradients"]),
            tensors_by_name(parts["buffers"]),
        )
    except (TypeError, KeyError, AttributeError, ValueError):
        raise StudentLost("the answer can't be read: it is malformed") from None


def raised_or_none(parts: Any) -> Raised | None:
    """An exception's description, if there is one."""
    return raised_in(parts) if parts is not None else None


def tensors_by_name(parts: dict[Any, Any]) -> dict[str, Tensor]:
    """The tensors of a dict; all else in it is dropped."""
    return {str(name): value for name, value in parts.items() if isinstance(value, Tensor)}
