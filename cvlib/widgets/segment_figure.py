"""The still picture of the click-to-segment widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cvlib.figures import PALETTE
from cvlib.plots import images_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKS = {1: ("green", "P"), 0: ("vermilion", "X")}  # label → colour and sign


def segment_figure(widget: Any) -> Figure:
    """The prompts, and what is cut out by each mask: at most four pictures."""
    from .click_to_segment import ClickToSegment

    shown = widget
    if not widget.actions:
        x, y = _inside(widget.truth, widget.image.shape)
        shown = ClickToSegment(widget._predictor, widget.image, widget.truth, actions=[[x, y, 1]])
    several = len(shown.masks) > 1
    titles = [
        f"mask {i + 1}: score {score:.2f}" if several else f"score {score:.2f}"
        for i, score in enumerate(shown.scores)
    ]
    cut = [_cut_out(shown.image, mask) for mask in shown.masks]
    figure = images_figure([shown.image, *cut], ["prompts", *titles], columns=1 + len(cut))
    axes = figure.axes[0]
    for (x, y), label in zip(shown.points, shown.labels, strict=True):
        colour, sign = MARKS[int(label)]
        axes.plot(x, y, sign, color=PALETTE[colour], markeredgecolor="white", markersize=9)
    if shown.box is not None:
        x1, y1, x2, y2 = shown.box - 0.5  # matplotlib counts from the middle of a pixel
        axes.plot([x1, x2, x2, x1, x1], [y1, y1, y2, y2, y1], color=PALETTE["yellow"])
    return figure


def _inside(truth: npt.NDArray[np.bool_] | None, shape: tuple[int, ...]) -> tuple[int, int]:
    """A pixel of the truth near the middle of it; the middle of the picture without a truth."""
    if truth is None or not truth.any():
        return shape[1] // 2, shape[0] // 2
    rows, columns = np.nonzero(truth)
    nearest = ((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2).argmin()
    return int(columns[nearest]), int(rows[nearest])


def _cut_out(image: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """The picture where the mask is, nearly white elsewhere: (H, W, 3)."""
    faint = (0.15 * image + 0.85 * 255).astype(np.uint8)
    return np.where(mask[..., None], image, faint)
