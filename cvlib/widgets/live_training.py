"""Live loss curve: a network learns the digits; stop, change the rate, and go on."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
import traitlets

from cvlib import data

from .base import WholeNumber
from .chart_widget import ChartWidget
from .real_number import RealNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STEPS, AT_ONCE, BATCH, LAST_SEED = 600, 10, 32, 99
SIZES = (64, 32, 10)


class LiveTraining(ChartWidget):
    """64 → 32 → 10 with ReLU on the digits, by SGD with momentum, batches of 32.

    `rate` and `momentum` hold for the steps to come. `advance(n)` learns from n more batches;
    `restart()` begins anew, as does another `seed`. `losses` holds each step's loss (None where
    it is no number any more), `rates` its learning rate. A run ends after 600 steps. The browser
    asks for ten steps at a time, so that it can stop at any moment. A bad value raises ValueError.
    """

    rate = RealNumber(0.1, 0.001, 10, log=True).tag(sync=True)
    momentum = RealNumber(0.0, 0, 0.99, step=0.01).tag(sync=True)
    seed = WholeNumber(0, 0, LAST_SEED).tag(sync=True)
    losses: Any = traitlets.List().tag(sync=True)
    rates: Any = traitlets.List().tag(sync=True)
    _asked = traitlets.Int(0).tag(sync=True)  # the browser counts its wishes here
    _steps = traitlets.Int(STEPS).tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        self._images, self._labels = data.digits()  # (1400, 1, 8, 8), (1400,)
        super().__init__(**kwargs)
        self.restart()

    @traitlets.observe("seed")
    def _start_with_other_weights(self, _change: Any) -> None:
        self.restart()

    @traitlets.observe("_asked")
    def _go_on(self, _change: Any) -> None:
        self.advance(AT_ONCE)

    def restart(self) -> None:
        """New weights, no velocity, an empty curve."""
        self._random = torch.Generator().manual_seed(self.seed)
        self._weights = []
        for inputs, outputs in pairwise(SIZES):
            spread = (2 / inputs) ** 0.5
            weight = spread * torch.randn(outputs, inputs, generator=self._random)
            self._weights += [weight, torch.zeros(outputs)]
        self._velocities = [torch.zeros_like(weight) for weight in self._weights]
        self.losses, self.rates = [], []

    def advance(self, steps: int = AT_ONCE) -> None:
        """Learn from some more batches, as far as the run goes."""
        if type(steps) is not int or steps < 0:
            raise ValueError(f"steps must be a whole number of at least 0, got {steps!r}")
        steps = min(steps, STEPS - len(self.losses))
        losses = [self._step() for _ in range(steps)]
        with self.hold_sync():
            self.rates = [*self.rates, *[self.rate] * steps]
            self.losses = [*self.losses, *losses]

    def _step(self) -> float | None:
        chosen = torch.randint(len(self._labels), (BATCH,), generator=self._random)
        weights = [weight.requires_grad_() for weight in self._weights]
        hidden = F.linear(self._images[chosen].flatten(1), *weights[:2]).relu()  # (N, 32)
        loss = F.cross_entropy(F.linear(hidden, *weights[2:]), self._labels[chosen])
        gradients = torch.autograd.grad(loss, weights)
        self._weights = [weight.detach() for weight in weights]
        for weight, velocity, g in zip(self._weights, self._velocities, gradients, strict=True):
            velocity.mul_(self.momentum).add_(g)
            weight -= self.rate * velocity
        return loss.item() if loss.isfinite() else None

    def summary(self) -> str:
        """Steps and the last loss in one sentence."""
        last = f"{self.losses[-1]:.3g}" if self.losses and self.losses[-1] is not None else "none"
        return (
            f"Live training: {len(self.losses)} steps so far, rate {self.rate:g}, "
            f"momentum {self.momentum:g}, last loss {last} (interactive; run the cell to use it)."
        )

    def fallback_figure(self) -> Figure:
        """The curve of a run whose rate fell from 1 to 0.1 in the middle."""
        from cvlib.line_plots import lines_figure

        example = LiveTraining(rate=1.0, seed=self.seed) if not self.losses else self
        if example is not self:
            example.advance(150)
            example.rate = 0.1
            example.advance(150)
        losses = [float("nan") if loss is None else loss for loss in example.losses]
        return lines_figure({"loss of the batch": losses}, None, "step", "loss")
