"""Compare what an answer gave with what was expected; say the difference in words."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from cvlib.check.cases import shorten, show
from cvlib.check.forbid import ForbiddenCall
from cvlib.check.observe import Observation, Opaque, Raised

# dtype -> (relative, absolute) tolerance: rounding in another order passes, a wrong
# formula does not.
TOLERANCES = {
    torch.float64: (1e-7, 1e-8),
    torch.float32: (1e-4, 1e-5),
    torch.float16: (1e-2, 1e-2),
    torch.bfloat16: (3e-2, 3e-2),
}


def difference(expected: Observation, actual: Observation) -> list[str]:
    """Lines that say how the observations differ; empty when they agree."""
    if expected.raised or actual.raised:
        return raised_difference(expected.raised, actual.raised)
    lines = value_difference(expected.value, actual.value)
    if lines:
        return lines
    if actual.changed and not expected.changed:
        return [f"the result is right, but your function changed its argument {actual.changed[0]}"]
    lines = gradient_difference(expected.gradients, actual.gradients)
    return lines or state_difference(expected.states, actual.states)


def state_difference(expected: dict[str, Any], actual: dict[str, Any]) -> list[str]:
    """Compare what a call left behind in its models."""
    for name, want in expected.items():
        lines = value_difference(want, actual.get(name))
        if lines:
            return [f"the result is right, but not what the call leaves behind: {name}", lines[-1]]
    return []


def raised_difference(expected: Raised | None, actual: Raised | None) -> list[str]:
    """Compare exceptions: the actual one must be of the expected kind."""
    if expected is None and actual is not None:
        where = f" ({actual.where})" if actual.where else ""
        if actual.kind == ForbiddenCall.__name__:
            return [f"{actual.message}{where}"]
        return [f"your code stopped with {actual.kind}: {actual.message}{where}"]
    if expected is not None and actual is None:
        return [f"expected a {expected.kind} ({expected.message}), but there was none"]
    if expected is not None and actual is not None and expected.kind not in actual.bases:
        return [f"expected a {expected.kind}, but got {actual.kind}: {actual.message}"]
    return []


def value_difference(expected: Any, actual: Any, place: str = "") -> list[str]:
    """Compare plain values; `place` names a part of a nested result."""
    at = f"{place}: " if place else ""
    if isinstance(expected, Tensor):
        if not isinstance(actual, Tensor):
            return [f"{at}expected a tensor of shape {tuple(expected.shape)}, got {_kind(actual)}"]
        return [at + line if i == 0 else line
                for i, line in enumerate(tensor_difference(expected, actual))]  # fmt: skip
    if isinstance(expected, list | tuple):
        return sequence_difference(expected, actual, place)
    if isinstance(expected, dict):
        return dict_difference(expected, actual, place)
    return number_difference(expected, actual, at)


def tensor_difference(expected: Tensor, actual: Tensor, *, summed: bool = False) -> list[str]:
    """Shape first, then dtype, then the first wrong number; `summed`: see `wrong_positions`."""
    if expected.shape != actual.shape:
        return [f"expected shape {tuple(expected.shape)}, yours has {tuple(actual.shape)}"]
    if expected.dtype != actual.dtype:
        return [f"the shape is right, but the dtype is {actual.dtype} instead of {expected.dtype}"]
    wrong = wrong_positions(expected, actual, summed)
    count = int(wrong.sum())
    if count == 0:
        return []
    if wrong.dim() == 0:
        return [f"expected {show(expected.item())}, got {show(actual.item())}"]
    first = tuple(int(i) for i in wrong.nonzero()[0])
    return [
        f"shape {tuple(expected.shape)} is right, but {count} of {wrong.numel()} numbers are not",
        f"first at {list(first)}: expected {show(expected[first].item())}, "
        f"got {show(actual[first].item())}",
    ]


def wrong_positions(expected: Tensor, actual: Tensor, summed: bool = False) -> Tensor:
    """A boolean tensor; not-a-number and infinities equal themselves.

    Numbers that are `summed` over many terms carry the rounding of the largest: next to it, a
    small one may be off by more than its own share.
    """
    if not expected.is_floating_point():
        return expected != actual
    relative, absolute = TOLERANCES.get(expected.dtype, TOLERANCES[torch.float32])
    if summed and expected.numel() and expected.isfinite().all():
        absolute = max(absolute, relative * expected.abs().max().item())
    return ~torch.isclose(actual, expected, rtol=relative, atol=absolute, equal_nan=True)


def sequence_difference(expected: Any, actual: Any, place: str) -> list[str]:
    """Compare lists and tuples item by item; a list may stand for a tuple."""
    at = f"{place}: " if place else ""
    if not isinstance(actual, list | tuple):
        return [f"{at}expected {len(expected)} values, got {_kind(actual)}"]
    if len(expected) != len(actual):
        return [f"{at}expected {len(expected)} values, got {len(actual)}: {show(actual)}"]
    for index, (want, got) in enumerate(zip(expected, actual, strict=True)):
        lines = value_difference(want, got, f"{at}value {index + 1} of {len(expected)}")
        if lines:
            return lines
    return []


def dict_difference(expected: dict[Any, Any], actual: Any, place: str) -> list[str]:
    """Compare dictionaries key by key."""
    at = f"{place}: " if place else ""
    if not isinstance(actual, dict):
        return [f"{at}expected a dict, got {_kind(actual)}"]
    if set(expected) != set(actual):
        return [
            f"{at}expected the keys {sorted(map(str, expected))}, got {sorted(map(str, actual))}"
        ]
    for key, want in expected.items():
        lines = value_difference(want, actual[key], f"{key!r}")
        if lines:
            return lines
    return []


def number_difference(expected: Any, actual: Any, at: str) -> list[str]:
    """Compare numbers, strings, booleans and None."""
    if isinstance(actual, Opaque | Tensor | list | tuple | dict):
        return [f"{at}expected {show(expected)}, got {_kind(actual)}"]
    if isinstance(expected, bool) or isinstance(actual, bool) or not _are_numbers(expected, actual):
        agrees = type(expected) is type(actual) and expected == actual
    elif isinstance(expected, int):
        agrees = isinstance(actual, int) and expected == actual
    else:
        agrees = _are_close(expected, actual)
    if agrees:
        return []
    kind = ""
    if isinstance(expected, int) and isinstance(actual, float) and expected == actual:
        kind = " (a float; a whole number is an int)"
    return [f"{at}expected {show(expected)}, got {show_exactly(actual)}{kind}"]


def gradient_difference(
    expected: dict[str, Tensor], actual: dict[str, Tensor], *, summed: bool = False
) -> list[str]:
    """Compare gradients label by label; those of a network's parameters are `summed`."""
    for name, want in expected.items():
        if name not in actual:
            return [f"the values are right, but no gradient reaches argument {name}"]
        lines = tensor_difference(want, actual[name], summed=summed)
        if lines:
            return [f"the values are right, but the gradient for argument {name} is not", lines[-1]]
    return []


def show_exactly(value: Any) -> str:
    """A plain value in full, unless it is a number that no screen could hold."""
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a whole number of {value.bit_length()} bits"
    return shorten(repr(value), 200)


def _are_close(expected: float, actual: float) -> bool:
    try:
        both_are_none = math.isnan(expected) and math.isnan(actual)
        return both_are_none or math.isclose(expected, actual, rel_tol=1e-5, abs_tol=1e-7)
    except OverflowError:  # a whole number that no float can hold
        return False


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _kind(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, Opaque):
        return repr(value)
    return "None (is a `return` missing?)" if value is None else f"{show(value)}"
