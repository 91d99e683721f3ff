"""The activation playground as a still picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
import torch
from matplotlib.figure import Figure

from cvlib.figures import INK, PALETTE, STYLE

if TYPE_CHECKING:
    from .activation_playground import ActivationPlayground


@matplotlib.rc_context(STYLE)
def activation_figure(playground: ActivationPlayground) -> Figure:
    """Curves and derivatives side by side, with the batch on the focused one."""
    from .activation_playground import NAMES

    figure = Figure(figsize=(10, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    x = torch.linspace(-6, 6, 481, dtype=torch.float64)
    for name in playground.activations:
        width = 2.4 if name == playground.focus else 1.4
        left.plot(x, playground.function(name)(x), linewidth=width, label=NAMES[name])
        right.plot(x, playground.slopes(name, x), linewidth=width)
    batch = playground.batch
    marks = {"s": 9, "color": INK, "alpha": 0.45, "linewidths": 0, "zorder": 3}
    left.scatter(batch, playground.outputs, **marks)
    right.scatter(batch, playground.slopes(playground.focus, batch), **marks)
    left.hist(batch, bins=30, range=(-6, 6), weights=torch.full_like(batch, 0.02), bottom=-2,
              color=PALETTE["sky"], alpha=0.6)  # fmt: skip
    left.set(xlim=(-6, 6), ylim=(-2, 4), title="f(x), and a batch on it")
    right.set(xlim=(-6, 6), title="derivative f′(x)")
    for axes in (left, right):
        axes.axhline(0, color=INK, linewidth=0.6)
    left.legend(loc="upper left")
    return figure
