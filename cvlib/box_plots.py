"""Figures with boxes and masks: one picture with its boxes, or several scenes side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from torch import Tensor

from cvlib.box_drawing import COLOURS, MOST_TAGS, Marked, draw_boxes, draw_picture, mark
from cvlib.figures import INK, STYLE, show
from cvlib.plots import as_pixels
from cvlib.scenes import CLASSES, Scene


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
