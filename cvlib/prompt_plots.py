"""Pictures with what was prompted and what came back: masks in colour, clicks, boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from cvlib.figures import PALETTE, STYLE, show
from cvlib.plots import as_pixels

COLOURS = [PALETTE[name] for name in ("blue", "orange", "purple", "green", "vermilion", "sky")]
STRENGTH = 0.55  # of a mask's colour over the picture
Clicks = Sequence[tuple[float, float, int]]


def show_masks(
    image: Any,
    masks: Any,
    titles: Sequence[str] | None = None,
    clicks: Sequence[Clicks] | None = None,
    boxes: Any = None,
    alt: str | None = None,
) -> None:
    """Show a picture once for each panel, with the masks, clicks and boxes of that panel.

    Args:
        image: (H, W, 3) uint8 array or (3, H, W) tensor; or a list, one for each panel.
        masks: one item for each panel: a mask (H, W), several (K, H, W) in colours of their own,
            or None.
        titles: one for each panel.
        clicks: for each panel (x, y, label): a plus is foreground, a minus background.
        boxes: for each panel (N, 4) xyxy.
        alt: what the figure shows, for readers who do not see it; by default titles and counts.

    Raises:
        ValueError: no panel, or lists of different lengths.
    """
    panels = list(masks)
    for name, given in (("titles", titles), ("clicks", clicks), ("boxes", boxes)):
        if not panels or (given is not None and len(given) != len(panels)):
            raise ValueError(f"{name} must be one for each of {len(panels)} panels, at least one")
    figure = masks_figure(image, panels, titles, clicks, boxes)
    names = titles or [f"picture {n}" for n in range(1, len(panels) + 1)]
    show(figure, alt or "Masks over a picture: " + "; ".join(names))


@matplotlib.rc_context(STYLE)
def masks_figure(
    image: Any,
    masks: Sequence[Any],
    titles: Sequence[str] | None = None,
    clicks: Sequence[Clicks] | None = None,
    boxes: Any = None,
) -> Figure:
    """The figure that `show_masks` shows: up to four panels in a row."""
    pictures = image if isinstance(image, list) else [image] * len(masks)
    rows = math.ceil(len(masks) / 4)
    columns = math.ceil(len(masks) / rows)
    width = {1: 4.2, 2: 3.6, 3: 3.0}.get(columns, 10 / columns)
    height, across = as_pixels(pictures[0]).shape[:2]
    room = 0.35 if titles else 0.05
    size = (width * columns, (width * height / across + room) * rows)
    figure = Figure(figsize=size, layout="constrained")
    for index, mask in enumerate(masks):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.imshow(painted(pictures[index], mask), interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
        if titles:
            axes.set_title(titles[index], fontsize=min(11, max(7, 100 * width / 30)))
        draw_clicks(axes, clicks[index] if clicks else ())
        for box in torch.as_tensor(boxes[index]).tolist() if boxes is not None else ():
            draw_box(axes, box)
    return figure


def painted(picture: Any, masks: Any) -> npt.NDArray[np.float64]:
    """A picture with masks as coloured glass over it, the last on top: (H, W, 3), 0 to 1."""
    pixels = as_pixels(picture)
    colours = pixels / 255 if np.issubdtype(pixels.dtype, np.integer) else pixels.clip(0, 1)
    colours = colours[..., None].repeat(3, axis=-1) if colours.ndim == 2 else colours.copy()
    if masks is None:
        return colours
    every = torch.as_tensor(masks).cpu().bool().numpy()  # (H, W) or (K, H, W)
    below = colours.copy()
    for index, mask in enumerate(every[None] if every.ndim == 2 else every):
        colour = np.array(matplotlib.colors.to_rgb(COLOURS[index % len(COLOURS)]))
        colours[mask] = (1 - STRENGTH) * below[mask] + STRENGTH * colour
        colours[mask & ~inner(mask)] = colour
    return colours


def inner(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """A mask without its outermost pixels: what all four neighbours belong to."""
    around = np.pad(mask, 1, constant_values=True)
    return mask & around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]


def draw_clicks(axes: Axes, clicks: Clicks) -> None:
    """A white plus on green for foreground, a white minus on vermilion for background."""
    for x, y, label in clicks:
        colour = PALETTE["green"] if label else PALETTE["vermilion"]
        axes.plot(x, y, "o", color=colour, markersize=10, markeredgecolor="white")
        axes.plot(x, y, "+" if label else "_", color="white", markersize=6, markeredgewidth=1.6)


def draw_box(axes: Axes, box: Sequence[float]) -> None:
    """An outline around the pixels x1 … x2, y1 … y2."""
    x1, y1, x2, y2 = box
    corner = (x1 - 0.5, y1 - 0.5)
    axes.add_patch(Rectangle(corner, x2 - x1 + 1, y2 - y1 + 1, fill=False, linewidth=2,
                             edgecolor=PALETTE["yellow"]))  # fmt: skip


def errors(pred: Tensor, target: Tensor) -> Tensor:
    """What is missing and what is too much, as two masks to paint: (2, H, W) boolean."""
    return torch.stack([target & ~pred, pred & ~target])
