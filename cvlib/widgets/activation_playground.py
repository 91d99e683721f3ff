"""Activation playground: curves, their derivatives, and what they do to a batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
import traitlets
from torch import Tensor

from .base import BadValueError
from .chart_widget import ChartWidget
from .real_number import RealNumber
from .some_of import SomeOf

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BATCH = 240
FLAT_BELOW = 0.05  # a slope so small that little of a gradient passes
NAMES = {
    "relu": "ReLU",
    "leaky_relu": "LeakyReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "gelu": "GELU",
    "gelu_tanh": "GELU (tanh)",
    "silu": "SiLU",
}


def _standard_batch() -> list[float]:
    """BATCH random numbers with mean 0 and standard deviation 1; always the same."""
    drawn = np.random.default_rng(2).standard_normal(BATCH)
    return ((drawn - drawn.mean()) / drawn.std(ddof=1)).round(6).tolist()


class Statistics(NamedTuple):
    """What an activation does to the batch; shares are from 0 to 1."""

    mean: float  # of the outputs
    std: float  # of the outputs, as torch computes it
    saturated: float  # inputs at which |f′| < FLAT_BELOW
    dead: float  # inputs at which f′ is exactly 0


class ActivationPlayground(ChartWidget):
    """Activations and their derivatives side by side, and where a batch falls on them.

    `activations` are the curves drawn (keys of NAMES), `focus` the one that carries the batch:
    240 normal numbers with the given `mean` and `spread`. `negative_slope` belongs to LeakyReLU,
    `prelu_slope` to PReLU, `alpha` to ELU; `x` is the input that is read off. `batch`, `outputs`
    and `statistics` follow. A bad value raises ValueError.
    """

    styles = (*ChartWidget.styles, "chips.css", "curve_panel.css")

    activations = SomeOf(NAMES, ["relu", "sigmoid", "gelu"]).tag(sync=True)
    focus = traitlets.Unicode("relu").tag(sync=True)
    mean = RealNumber(0.0, -4, 4).tag(sync=True)
    spread = RealNumber(1.0, 0.1, 4).tag(sync=True)
    negative_slope = RealNumber(0.01, 0, 0.5, step=0.01).tag(sync=True)
    prelu_slope = RealNumber(0.25, -0.5, 1, step=0.05).tag(sync=True)
    alpha = RealNumber(1.0, 0.1, 2).tag(sync=True)
    x = RealNumber(1.0, -6, 6).tag(sync=True)
    _standard = traitlets.List(_standard_batch()).tag(sync=True)
    _names = traitlets.Dict(NAMES).tag(sync=True)
    _flat_below = traitlets.Float(FLAT_BELOW).tag(sync=True)

    @traitlets.validate("focus")
    def _focus_is_drawn(self, proposal: Any) -> str:
        if proposal["value"] not in self.activations:
            drawn = ", ".join(self.activations)
            raise BadValueError(f"focus must be one of {drawn}, got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.observe("activations")
    def _keep_focus_drawn(self, _change: Any) -> None:
        if self.focus not in self.activations:
            self.focus = self.activations[0]

    def function(self, name: str) -> Callable[[Tensor], Tensor]:
        """The activation of that name, with the sliders' numbers, as torch computes it."""
        if name not in NAMES:
            raise ValueError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
        settings: dict[str, Callable[[Tensor], Tensor]] = {
            "leaky_relu": lambda x: F.leaky_relu(x, self.negative_slope),
            "prelu": lambda x: F.prelu(x, torch.full((1,), self.prelu_slope, dtype=x.dtype)),
            "elu": lambda x: F.elu(x, self.alpha),
            "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
            "sigmoid": torch.sigmoid,
            "tanh": torch.tanh,
        }
        return settings.get(name) or getattr(F, name)

    def slopes(self, name: str, x: Tensor) -> Tensor:
        """The derivative f′(x) of that activation, by autograd, the shape of `x`."""
        x = x.detach().clone().requires_grad_()
        return torch.autograd.grad(self.function(name)(x).sum(), x)[0]

    @property
    def batch(self) -> Tensor:
        """The pre-activations, float64 (240,)."""
        return self.mean + self.spread * torch.tensor(self._standard, dtype=torch.float64)

    @property
    def outputs(self) -> Tensor:
        """What the focused activation makes of the batch, float64 (240,)."""
        return self.function(self.focus)(self.batch)

    @property
    def statistics(self) -> dict[str, Statistics]:
        """The numbers of the table, for each activation drawn."""
        return {name: self._statistics_of(name) for name in self.activations}

    def _statistics_of(self, name: str) -> Statistics:
        outputs, steepness = self.function(name)(self.batch), self.slopes(name, self.batch).abs()
        saturated, dead = steepness < FLAT_BELOW, steepness == 0
        shares = (mask.double().mean().item() for mask in (saturated, dead))
        return Statistics(outputs.mean().item(), outputs.std().item(), *shares)

    def summary(self) -> str:
        """The batch, and what the focused activation makes of it."""
        found = self._statistics_of(self.focus)
        return (
            f"Activation playground: {NAMES[self.focus]} turns a batch with mean {self.mean:g} and "
            f"spread {self.spread:g} into mean {found.mean:.2f} and spread {found.std:.2f}; "
            f"{found.saturated:.0%} of it lies where |f′| < {FLAT_BELOW:g}, "
            f"{found.dead:.0%} where f′ = 0."
        )

    def fallback_figure(self) -> Figure:
        """Curves and derivatives side by side, with the batch on the focused one."""
        from .activation_figure import activation_figure

        return activation_figure(self)
