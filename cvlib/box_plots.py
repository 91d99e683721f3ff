"""Boxes and masks drawn on pictures: one picture with its boxes, or several scenes side by side.

A class keeps its colour in every figure, and its name stands beside the box, so that nothing hangs
on the colour alone. A white line under each coloured one keeps boxes visible on any picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Normal, Stroke
from torch import Tensor

from cvlib.figures import INK, PALETTE, PAPER, STYLE, show
from cvlib.plots import as_pixels
from cvlib.scenes import CLASSES, Scene

COLOURS = [PALETTE[n] for n in ("orange", "sky", "vermilion", "green", "purple", "yellow", "blue")]
MOST_TAGS = 12  # with more boxes than that, names would only hide one another


class Marked(NamedTuple):
    """Boxes as they are drawn: corners in pixels, one colour and one tag each."""

    corners: npt.NDArray[Any]  # (N, 4) xyxy
    colours: list[str]
    tags: list[str]


def show_boxes(
    image: Any,
    boxes: Any,
    labels: Any = None,
    scores: Any = None,
    names: Sequence[str] | None = None,
    *,
    truth: Any = None,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Show a picture with boxes on it.

    Args:
        image: (3, H, W) or (1, H, W) tensor from 0 to 1, or an array (H, W, 3).
        boxes: (N, 4) xyxy in pixels of the picture; (0, 4) draws none.
        labels: (N,) numbers of classes: each has its colour. By default all boxes have one.
        scores: (N,) from 0 to 1, written beside the names.
        names: of the classes; without them the numbers are written.
        truth: (M, 4) boxes that are right, as dashed lines for comparison.
        title: above the picture.
        alt: what the figure shows; by default what is written beside the boxes.

    Beyond 12 boxes no names are written. Raises ValueError for boxes that are not (N, 4), or
    another number of labels or scores.
    """
    marked = mark(boxes, labels, scores, names)
    count = len(marked.tags)
    listed = ", ".join(filter(None, marked.tags)) if count <= MOST_TAGS else ""
    told = f"A picture with {count} box{'es' * (count != 1)}{': ' * bool(listed)}{listed}"
    show(boxes_figure(image, marked, truth, title), alt or (f"{title}. {told}" if title else told))


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


@matplotlib.rc_context(STYLE)
def boxes_figure(image: Any, marked: Marked, truth: Any = None, title: str | None = None) -> Figure:
    """The figure that `show_boxes` shows."""
    pixels = as_pixels(image)
    height, width = pixels.shape[:2]
    side = 5.0 / max(height, width)  # inches for a pixel
    figure = Figure(figsize=(side * width, side * height + 0.4 * bool(title)), layout="constrained")
    axes = figure.add_subplot()
    draw_picture(axes, pixels)
    draw_boxes(axes, marked)
    if truth is not None:
        right = mark(truth)
        draw_boxes(axes, right._replace(colours=[INK] * len(right.tags)), dashed=True)
    axes.set_title(title or "")
    return figure


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


def show_scenes(
    scenes: Sequence[Scene], columns: int = 4, masks: bool = False, alt: str | None = None
) -> None:
    """Show generated scenes side by side, with their boxes and names, or with their masks.

    Args:
        scenes: as `cvlib.scenes.make_scenes` gives them.
        columns: scenes in a row.
        masks: colour what is visible of each object by its class, instead of drawing boxes.
        alt: what the figure shows; by default what each scene holds.

    Raises:
        ValueError: no scene, or columns below 1.
    """
    held = (", ".join(CLASSES[label] for label in scene.labels) or "nothing" for scene in scenes)
    told = f"{len(scenes)} scenes with {'masks' if masks else 'boxes'}: " + "; ".join(held)
    show(scenes_figure(scenes, columns, masks), alt or told)


@matplotlib.rc_context(STYLE)
def scenes_figure(scenes: Sequence[Scene], columns: int = 4, masks: bool = False) -> Figure:
    """The figure that `show_scenes` shows."""
    if not scenes or columns < 1:
        raise ValueError(f"scenes and columns must be at least 1, got {len(scenes)}, {columns}")
    columns = min(columns, len(scenes))
    rows = math.ceil(len(scenes) / columns)
    side = min(4.0, 10 / columns)
    figure = Figure(figsize=(side * columns, side * rows), layout="constrained")
    for index, scene in enumerate(scenes):
        axes = figure.add_subplot(rows, columns, index + 1)
        draw_picture(axes, as_pixels(tinted(scene) if masks else scene.image))
        if not masks:
            draw_boxes(axes, mark(scene.boxes, scene.labels, names=CLASSES), points=8)
    return figure


def tinted(scene: Scene) -> Tensor:
    """The picture, pale, with each object in the colour of its class: (3, H, W)."""
    image = 0.35 * scene.image + 0.55 * scene.image.mean(0).lerp(scene.image.new_tensor(1.0), 0.5)
    for label, visible in zip(scene.labels.tolist(), scene.masks, strict=True):
        colour = scene.image.new_tensor(to_rgb(COLOURS[label % len(COLOURS)]))
        image[:, visible] = 0.25 * image[:, visible] + 0.75 * colour[:, None]
    return image
