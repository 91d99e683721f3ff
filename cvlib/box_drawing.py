"""Boxes on axes: which colour and name each has, and how it is drawn over a picture.

A class keeps its colour in every figure, and its name stands beside the box, where it hides no
other name, so that nothing hangs on the colour alone. A white line under each coloured one keeps
boxes visible on any picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, Stroke
from matplotlib.textpath import TextPath
from torch import Tensor

from cvlib.figures import INK, PALETTE, PAPER

COLOURS = [PALETTE[n] for n in ("orange", "sky", "vermilion", "green", "purple", "yellow", "blue")]
MOST_TAGS = 12  # with more boxes than that, names would only hide one another
MARGIN = 0.15  # around a name, in heights of its letters


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
    """Boxes over a picture, each with its tag at one of its corners."""
    around = [Stroke(linewidth=3.6, foreground=PAPER), Normal()]
    for (x1, y1, x2, y2), colour in zip(marked.corners, marked.colours, strict=True):
        box = Rectangle(
            (x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=colour, linewidth=1.8,
            linestyle=(0, (4, 3)) if dashed else "solid", joinstyle="miter", zorder=3,
        )  # fmt: skip
        box.set_path_effects(around)
        axes.add_patch(box)
    if len(marked.tags) <= MOST_TAGS:
        draw_tags(axes, marked, points)


def draw_tags(axes: Axes, marked: Marked, points: float) -> None:
    """Names on patches of their boxes' colours."""
    picture = (axes.get_xlim()[1], axes.get_ylim()[0])
    sizes = [tag_size(tag, points, pixels_per_point(axes)) for tag in marked.tags]
    for place, colour, tag in zip(
        places(marked.corners, sizes, picture), marked.colours, marked.tags, strict=True
    ):
        dark = np.dot(to_rgb(colour), (0.3, 0.59, 0.11)) < 0.35
        axes.annotate(
            tag, place, (MARGIN * points, -MARGIN * points), textcoords="offset points",
            size=points, color=PAPER if dark else INK, va="top", zorder=4, annotation_clip=False,
            bbox={"facecolor": colour, "edgecolor": "none", "boxstyle": f"square,pad={MARGIN}"},
        )  # fmt: skip


def pixels_per_point(axes: Axes) -> float:
    """How many pixels of the picture one point of text covers, if the axes fill their cell."""
    figure, cell = axes.get_figure(), axes.get_subplotspec()
    columns = cell.get_gridspec().ncols if cell else 1
    assert isinstance(figure, Figure)
    return float(axes.get_xlim()[1] * columns / (72 * figure.get_size_inches()[0]))


def tag_size(tag: str, points: float, scale: float) -> tuple[float, float]:
    """Width and height of a tag in pixels of the picture; (0, 0) without a text."""
    if not tag:
        return 0.0, 0.0
    wide = TextPath((0, 0), tag, size=points).get_extents().width
    return scale * (wide + 2 * MARGIN * points), scale * points * (1.17 + 2 * MARGIN)


def places(
    corners: npt.NDArray[Any], sizes: Sequence[tuple[float, float]], picture: tuple[float, float]
) -> list[tuple[float, float]]:
    """Upper left corners for tags: above their box, or where they hide no tag before them.

    Args:
        corners: (N, 4) xyxy of the boxes.
        sizes: N times width and height of a tag.
        picture: its width and height; tags stay inside.
    """
    taken: list[tuple[float, float, float, float]] = []
    for (x1, y1, x2, y2), (wide, high) in zip(corners.tolist(), sizes, strict=True):
        tries = [(x, y) for y in (y1 - high, y1, y2 - high, y2) for x in (x1, x2 - wide)]
        inside = [
            (min(max(x, 0.0), max(picture[0] - wide, 0.0)),
             min(max(y, 0.0), max(picture[1] - high, 0.0)))
            for x, y in tries
        ]  # fmt: skip
        x, y = min(inside, key=lambda at: sum(shared((*at, wide, high), one) for one in taken))
        taken.append((x, y, wide, high))
    return [(x, y) for x, y, _, _ in taken]


def shared(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The area that two rectangles share, each written as x, y, width and height."""
    (x, y, wide, high), (u, v, wider, higher) = one, other
    across = min(x + wide, u + wider) - max(x, u)
    return max(across, 0.0) * max(min(y + high, v + higher) - max(y, v), 0.0)
