"""The widgets of session 09 as still pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cvlib.figures import INK, PALETTE, QUIET, STYLE

if TYPE_CHECKING:
    from .box_pair_editor import BoxPairEditor
    from .imbalance_slider import ImbalanceSlider
    from .loss_explorer import LossExplorer

DASHES = {"smoothed": "--", "focal": "-", "mse": "-", "mae": "--", "dice": ":"}
COLOURS = {
    "bce": "blue",
    "smoothed": "blue",
    "focal": "orange",
    "mse": "green",
    "mae": "green",
    "dice": "vermilion",
}


@matplotlib.rc_context(STYLE)
def explorer_figure(explorer: LossExplorer) -> Figure:
    """Values and pushes over p, all losses that are drawn."""
    from .loss_explorer import NAMES

    figure = Figure(figsize=(10, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    p = torch.linspace(0.001, 0.999, 400, dtype=torch.float64)
    for name in explorer.losses:
        look = {"color": PALETTE[COLOURS[name]], "linestyle": DASHES.get(name, "-")}
        left.plot(p, explorer.value(name, p), label=NAMES[name], **look)
        right.plot(p, explorer.pushes(name, p), **look)
    left.set(ylim=(0, 5), xlabel="p, where the truth is yes", title="loss")
    right.set(ylim=(-0.35, 1.5), xlabel="p, where the truth is yes", title="push, −∂loss/∂z")
    right.axhline(0, color=INK, linewidth=0.6)
    for axes in (left, right):
        axes.axvline(explorer.p, color=QUIET, linestyle=":")
    left.legend()
    return figure


@matplotlib.rc_context(STYLE)
def imbalance_figure(slider: ImbalanceSlider) -> Figure:
    """Shares of the positives, as bars."""
    figure = Figure(figsize=(8, 2.4), layout="constrained")
    axes = figure.add_subplot()
    shares = slider.shares
    rare, rest = list(shares.values()), [1 - share for share in shares.values()]
    axes.barh(list(shares), rare, color=PALETTE["orange"], label="positives")
    axes.barh(list(shares), rest, left=rare, color=PALETTE["blue"], label="negatives", alpha=0.6)
    for row, share in enumerate(rare):
        axes.text(1.01, row, f"positives {share:.1%}", va="center")
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.24), xticks=[0, 0.25, 0.5, 0.75, 1])
    axes.set_title(f"1 positive to {slider.ratio:g} negatives: who has which share")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2)
    return figure


@matplotlib.rc_context(STYLE)
def boxes_figure(editor: BoxPairEditor) -> Figure:
    """The two boxes, and their four overlaps."""
    from .box_pair_editor import HEIGHT, WIDTH

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    axes, bars = figure.subplots(1, 2, width_ratios=[3, 2])
    for box, colour, name in (
        (editor.box1, "blue", "prediction"),
        (editor.box2, "orange", "truth"),
    ):
        x1, y1, x2, y2 = box
        patch = Rectangle((x1, y1), x2 - x1, y2 - y1, label=name, alpha=0.35)
        patch.set(facecolor=PALETTE[colour], edgecolor=INK)
        axes.add_patch(patch)
    axes.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="equal")
    axes.legend()
    values = editor.overlaps
    names = {"iou": "IoU", "giou": "GIoU", "diou": "DIoU", "ciou": "CIoU"}
    drawn = bars.barh([names[key] for key in values], list(values.values()), color=PALETTE["green"])
    bars.bar_label(drawn, [f"{value:.2f}" for value in values.values()], padding=3)
    bars.axvline(0, color=INK, linewidth=0.6)
    bars.invert_yaxis()
    bars.set(xlim=(-1.2, 1.2))
    return figure
