"""The dying-ReLU simulator as a still picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
import torch.nn.functional as F
from matplotlib.figure import Figure

from cvlib.figures import PALETTE, QUIET, STYLE

from .relu_units import pre_activations

if TYPE_CHECKING:
    from .dying_relu import DyingReLU


@matplotlib.rc_context(STYLE)
def units_figure(widget: DyingReLU) -> Figure:
    """One small plot for each unit: its target, its response, and whether it is dead."""
    task = widget.task
    outputs = F.leaky_relu(pre_activations(task, widget.weights, widget.biases), widget.slope)
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    plots = figure.subplots(4, 4, sharex=True, sharey=True).flat
    for axes, target, output, dead in zip(plots, task.targets, outputs, widget.dead, strict=True):
        axes.plot(task.inputs, target, color=QUIET, linestyle="dotted")
        axes.plot(task.inputs, output, color=PALETTE["vermilion" if dead else "blue"])
        axes.set(xticks=[], yticks=[], ylim=(-1, 5))
        if dead:
            axes.text(0, 2.4, "dead", ha="center", color=PALETTE["vermilion"], weight="bold")
    figure.suptitle("Sixteen ReLU units: response, and target (dotted)", fontsize=11)
    return figure
