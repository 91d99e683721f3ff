"""Boxes on axes: which colour and name each has, and how it is drawn over a picture.

A class keeps its colour in every figure, and its name stands beside the box, so that nothing hangs
on the colour alone. A white line under each coloured one keeps boxes visible on any picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, Stroke
from torch import Tensor

from cvlib.figures import INK, PALETTE, PAPER

COLOURS = [PALETTE[n] for n in ("orange", "sky", "vermilion", "green", "purple", "yellow", "blue")]
MOST_TAGS = 12  # with more boxes than that, names would only hide one another


class Marked(NamedTuple):
    """Boxes as they are drawn: corners in pixels, one colour and one tag each."""

    corners: npt.NDArray[Any]  # (N, 4) xyxy
    colours: list[str]
    tags: list[str]


def mark(
    boxes: Any, labels: Any = None, scores: Any = None, names: Sequence[str] | None = None
) -> Marked:
    """Colours and tags for boxes; checks that there is one of each."""
    corners = as_array(boxes)
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise ValueError(f"boxes must have the shape (N, 4), got {corners.shape}")
    numbers = as_array(labels).astype(int).tolist() if labels is not None else None
    given = as_array(scores).tolist() if scores is not None else None
    for what, found in (("labels", numbers), ("scores", given)):
        if found is not None and len(found) != len(corners):
            raise ValueError(f"{what} must be {len(corners)}, one for each box, got {len(found)}")
    texts = [""] * len(corners)
    if numbers is not None:
        texts = [names[number] if names else str(number) for number in numbers]
    if given is not None:
        texts = [f"{text} {score:.2f}".strip() for text, score in zip(texts, given, strict=True)]
    colours = [COLOURS[number % len(COLOURS)] for number in numbers or [2] * len(corners)]
    return Marked(corners, colours, texts)


def as_array(values: Any) -> npt.NDArray[Any]:
    return values.detach().cpu().numpy() if isinstance(values, Tensor) else np.asarray(values)


def draw_picture(axes: Axes, pixels: npt.NDArray[Any]) -> None:
    """The picture with pixel edges at whole numbers, as boxes count them."""
    height, width = pixels.shape[:2]
    whole = np.issubdtype(pixels.dtype, np.integer)
    axes.imshow(
        pixels if whole else pixels.clip(0, 1),
        extent=(0, width, height, 0),
        cmap="gray",
        vmin=0,
        vmax=255 if whole else 1,
        interpolation="nearest",
    )
    axes.set(xticks=[], yticks=[], xlim=(0, width), ylim=(height, 0))
    axes.spines[:].set_visible(False)


def draw_boxes(axes: Axes, marked: Marked, dashed: bool = False, points: float = 9.0) -> None:
    """Boxes over a picture, each with its tag at the upper left corner."""
    around = [Stroke(linewidth=3.6, foreground=PAPER), Normal()]
    for (x1, y1, x2, y2), colour in zip(marked.corners, marked.colours, strict=True):
        box = Rectangle(
            (x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=1.8,
            linestyle=(0, (4, 3)) if dashed else "solid", joinstyle="miter", zorder=3,
        )  # fmt: skip
        box.set_path_effects(around)
        axes.add_patch(box)
    if len(marked.tags) <= MOST_TAGS:
        for corners, colour, tag in zip(*marked, strict=True):
            draw_tag(axes, corners, colour, tag, points)


def draw_tag(axes: Axes, corners: npt.NDArray[Any], colour: str, tag: str, points: float) -> None:
    """A name on a patch of its box's colour: above the box, or inside it at the upper edge."""
    if not tag:
        return
    left, top = float(corners[0]), float(corners[1])
    above = top > 0.06 * axes.get_ylim()[0]
    dark = np.dot(to_rgb(colour), (0.3, 0.59, 0.11)) < 0.35
    axes.annotate(
        tag, (max(left, 0), max(top, 0)), (2, 2 if above else -3), textcoords="offset points",
        size=points, color=PAPER if dark else INK, va="bottom" if above else "top", zorder=4,
        bbox={"facecolor": colour, "edgecolor": "none", "boxstyle": "square,pad=0.15"},
        annotation_clip=False,
    )  # fmt: skip
