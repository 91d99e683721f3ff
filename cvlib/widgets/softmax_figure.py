"""The softmax widget as a still picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
import torch
from matplotlib.figure import Figure

from cvlib.figures import INK, PALETTE, STYLE

if TYPE_CHECKING:
    from .softmax_temperature import SoftmaxTemperature


@matplotlib.rc_context(STYLE)
def softmax_figure(widget: SoftmaxTemperature) -> Figure:
    """The logits, and the probabilities at a lower, the chosen and a higher temperature."""
    from .softmax_temperature import LABELS

    logits = torch.tensor(widget.logits, dtype=torch.float64)
    figure = Figure(figsize=(10, 2.8), layout="constrained")
    first, *others = figure.subplots(1, 4)
    first.bar(LABELS, widget.logits, color=PALETTE["orange"])
    first.axhline(0, color=INK, linewidth=0.6)
    first.set_title("logits")
    for axes, factor in zip(others, (0.25, 1, 4), strict=True):
        temperature = factor * widget.temperature
        axes.bar(LABELS, (logits / temperature).softmax(dim=0).tolist(), color=PALETTE["blue"])
        axes.set(ylim=(0, 1), title=f"softmax, T = {temperature:g}")
    return figure
