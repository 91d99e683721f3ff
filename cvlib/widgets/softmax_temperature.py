"""Softmax temperature: drag logits, warm them up, and see when the naive formula breaks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
import traitlets
from torch import Tensor

from .base import BadValueError
from .chart_widget import ChartWidget
from .real_number import RealNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = ("cat", "dog", "fox", "owl", "hen")
MOST = 10  # logits are from −MOST to MOST


class Logits(traitlets.List):
    """Five numbers from −10 to 10."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        """Return five floats, or raise BadValueError."""
        try:
            logits = torch.as_tensor(value, dtype=torch.float64)
            right = logits.shape == (len(LABELS),) and bool((logits.abs() <= MOST).all())
        except (TypeError, ValueError, RuntimeError):
            right = False
        if not right:
            raise BadValueError(f"{self.name} must be 5 numbers from −10 to 10, got {value!r}")
        return logits.tolist()


class SoftmaxTemperature(ChartWidget):
    """Softmax of five logits: softmax((logits + shift) / temperature).

    `logits`, `temperature` and `shift` are what the student sets; `probabilities`, `naive` (the
    formula as it stands, in float32) and `entropy` follow. A bad value raises ValueError.
    """

    logits = Logits([3.0, 1.5, 0.5, 0.0, -1.0]).tag(sync=True)
    temperature = RealNumber(1.0, 0.1, 10, log=True).tag(sync=True)
    shift = RealNumber(0.0, -1000, 1000, step=10).tag(sync=True)
    _labels = traitlets.List(list(LABELS)).tag(sync=True)

    @property
    def scaled(self) -> Tensor:
        """What goes into exp, float64 (5,)."""
        return (torch.tensor(self.logits, dtype=torch.float64) + self.shift) / self.temperature

    @property
    def probabilities(self) -> Tensor:
        """Softmax, computed stably, float64 (5,)."""
        return self.scaled.softmax(dim=0)

    @property
    def naive(self) -> Tensor:
        """exp(x) / sum(exp(x)) in float32, (5,): nan where exp overflows or all of it is 0."""
        powers = self.scaled.float().exp()
        return powers / powers.sum()

    @property
    def entropy(self) -> float:
        """Of the probabilities, in nats: from 0 to ln 5."""
        return torch.special.entr(self.probabilities).sum().item()

    def summary(self) -> str:
        """The probabilities and their entropy in one sentence."""
        shares = zip(LABELS, self.probabilities.tolist(), strict=True)
        return (
            f"Softmax at temperature {self.temperature:g}: "
            + ", ".join(f"{label} {share:.1%}" for label, share in shares)
            + f"; entropy {self.entropy:.2f} nats of at most {math.log(len(LABELS)):.2f}."
        )

    def fallback_figure(self) -> Figure:
        """The logits, and the probabilities at three temperatures."""
        from .softmax_figure import softmax_figure

        return softmax_figure(self)
