"""check.value and check.values: are the learner's numbers and choices right?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from cvlib import record
from cvlib.check import diagnose
from cvlib.check.compare import value_difference
from cvlib.check.errors import CheckFailed, NotDone
from cvlib.check.observe import plain


def value(got: Any, *, like: Any, name: str, exercise: str = "", tolerance: float = 0.0) -> None:
    """Check one value; see `values`."""
    __tracebackhide__ = True
    values({name: got}, like={name: like}, exercise=exercise, tolerance=tolerance)


def values(
    got: Mapping[str, Any],
    *,
    like: Mapping[str, Any],
    exercise: str = "",
    points: float | None = None,
    tolerance: float = 0.0,
) -> float | None:
    """Check named values one by one, without telling the right ones.

    Args:
        got: name -> the learner's value; None means that it is still missing.
        like: name -> right value.
        exercise: id, to look for known mistakes.
        points: give partial credit by the share of right values.
        tolerance: how far a number may be off.

    Returns:
        None, or the points earned when `points` is given.

    Raises:
        CheckFailed: when a value is wrong (with `points`: when all of them are).
        NotDone: when no value has been filled in.
    """
    __tracebackhide__ = True
    given = {name: chosen(entered(got.get(name), right), right) for name, right in like.items()}
    missing = [name for name, item in given.items() if item is None]
    if len(missing) == len(like):
        record.note(exercise, record.EMPTY)
        raise NotDone(f"{_listed(missing)}: not answered yet.", total=len(like))
    wrong = [name for name in like if not _agrees(like[name], given[name], tolerance)]
    right = len(like) - len(wrong)
    if not wrong:
        print(f"✓ {_listed(list(like))}: right")
        record.note(exercise, record.PASSES)
        return points
    record.note(exercise, record.FAILS)
    found = diagnose.by_values(exercise, given, like)
    lines = [f"{right} of {len(like)} right. Look again at {_listed(wrong)}:"]
    lines += [f"  {name} = {given[name]!r} {'is missing' if name in missing else 'is not right'}"
              for name in wrong[:3]]  # fmt: skip
    failure = CheckFailed("\n".join([*lines, *diagnose.sentences(found)]), passed=right,
                          total=len(like), mistakes=tuple(m.id for m in found))  # fmt: skip
    if points is None or right == 0:
        raise failure
    print(failure)
    return round(points * right / len(like), 2)


def entered(value: Any, like: Any = None) -> Any:
    """A learner's value as plain data, wherever it lives; what NumPy or torch computed is a number.

    Args:
        like: the right value; where it is a tensor, a tensor stays one.
    """
    remote = getattr(type(value), "__entered__", None)
    if remote is not None:
        return remote(value)
    single = isinstance(value, Tensor) and value.dim() == 0 and not isinstance(like, Tensor)
    return plain(value.item() if single or isinstance(value, np.generic) else value)


def chosen(given: Any, right: Any) -> Any:
    """What was entered; where a capital letter is asked for, " b" is as good as "B"."""
    asked = isinstance(right, str) and len(right) == 1 and right.isupper()
    return given.strip().upper() if asked and isinstance(given, str) else given


def _agrees(right: Any, given: Any, tolerance: float) -> bool:
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (right, given))
    if numbers:  # a float is as good as an int when a person types a number
        return abs(right - given) <= tolerance
    return not value_difference(right, given)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
