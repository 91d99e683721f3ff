"""A trait for numbers between two bounds, and what its slider has to know."""

from __future__ import annotations

import numbers
from typing import Any

import traitlets

from .base import BadValueError


class RealNumber(traitlets.Float):
    """A float trait from `low` to `high`, both included; its error names trait and value.

    The slider moves in steps of `step`, or, with `log=True`, over the powers of ten, where it
    keeps two digits of each number. Python may set any number in range.
    """

    def __init__(
        self,
        default: float,
        low: float,
        high: float,
        step: float = 0.1,
        log: bool = False,
        **kwargs: Any,
    ) -> None:
        self.low, self.high, self.step, self.log = low, high, step, log
        super().__init__(default, **kwargs)

    def validate(self, obj: Any, value: Any) -> float:
        """Return `value` as a float, or raise BadValueError where it is no number in range."""
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not is_number or not self.low <= value <= self.high:  # also refuses nan
            raise BadValueError(
                f"{self.name} must be a number from {self.low:g} to {self.high:g}, got {value!r}"
            )
        return float(value)

    def for_slider(self) -> dict[str, Any]:
        """Bounds and steps, as `realSlider` in real_slider.js takes them."""
        return {"low": self.low, "high": self.high, "step": self.step, "log": self.log}
