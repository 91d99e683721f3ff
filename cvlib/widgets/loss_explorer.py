"""Loss explorer: slide a probability, and compare what six losses say and how hard they push."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
import traitlets
from torch import Tensor

from .chart_widget import ChartWidget
from .real_number import RealNumber
from .some_of import SomeOf

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = {
    "bce": "cross-entropy",
    "smoothed": "smoothed",
    "focal": "focal",
    "mse": "squared error",
    "mae": "absolute error",
    "dice": "Dice, one pixel",
}


class Felt(NamedTuple):
    """One loss at the chosen p."""

    value: float
    slope: float  # along p
    push: float  # minus the slope along the logit


class LossExplorer(ChartWidget):
    """Six losses of one probability p = σ(z) where the truth is yes: value, slope, push.

    `losses` are the curves drawn (keys of NAMES), `p` is the probability that is read off,
    `gamma` belongs to the focal loss and `epsilon` to label smoothing. `felt` follows. A bad
    value raises ValueError.
    """

    styles = (*ChartWidget.styles, "chips.css", "curve_panel.css")

    losses = SomeOf(NAMES, ["bce", "focal", "mse"]).tag(sync=True)
    p = RealNumber(0.1, 0.001, 0.999, step=0.001).tag(sync=True)
    gamma = RealNumber(2.0, 0, 5).tag(sync=True)
    epsilon = RealNumber(0.1, 0, 0.5, step=0.01).tag(sync=True)
    _names = traitlets.Dict(NAMES).tag(sync=True)

    def value(self, name: str, p: Tensor) -> Tensor:
        """The loss of that name with the sliders' numbers, same shape as p."""
        if name not in NAMES:
            raise ValueError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
        no = self.epsilon / 2
        formulas = {
            "bce": -p.log(),
            "smoothed": -(1 - no) * p.log() - no * torch.log1p(-p),
            "focal": -((1 - p) ** self.gamma) * p.log(),
            "mse": (1 - p) ** 2,
            "mae": 1 - p,
            "dice": 1 - 2 * p / (p + 1),
        }
        return formulas[name]

    def slopes(self, name: str, p: Tensor) -> Tensor:
        """The slope along p, by autograd, same shape as p."""
        p = p.detach().clone().requires_grad_()
        return torch.autograd.grad(self.value(name, p).sum(), p)[0]

    def pushes(self, name: str, p: Tensor) -> Tensor:
        """Minus the slope along the logit: what the network feels; same shape as p."""
        return -self.slopes(name, p) * p * (1 - p)

    @property
    def felt(self) -> dict[str, Felt]:
        """The numbers of the table, for each loss drawn."""
        p = torch.tensor(self.p, dtype=torch.float64)
        measures = (self.value, self.slopes, self.pushes)
        return {name: Felt(*(f(name, p).item() for f in measures)) for name in self.losses}

    def summary(self) -> str:
        """What each loss says at p."""
        told = (
            f"{NAMES[name]} {felt.value:.3f}, push {felt.push:.3f}"
            for name, felt in self.felt.items()
        )
        return f"Loss explorer, truth yes, p = {self.p:g}: " + "; ".join(told) + "."

    def fallback_figure(self) -> Figure:
        """Values and pushes side by side."""
        from .loss_figures import explorer_figure

        return explorer_figure(self)
