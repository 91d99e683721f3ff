"""The widgets of session 06 as still pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cvlib.figures import INK, PALETTE, QUIET, STYLE
from cvlib.plots import as_pixels

from .box_input import as_picture
from .detection_counts import envelope, matches

if TYPE_CHECKING:
    from .confidence_explorer import ConfidenceExplorer
    from .draw_a_box import DrawABox
    from .nms_stepper import NMSStepper

SHOWN = 4  # pictures of the confidence explorer
SEAM = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1}  # behind a tag


@matplotlib.rc_context(STYLE)
def suppression_figure(stepper: NMSStepper) -> Figure:
    """All boxes, and those that are left with their scores."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    before, after = figure.subplots(1, 2)
    kept = {event.box for event in stepper.events if event.kind == "keep"}
    for axes, all_of_them in ((before, True), (after, False)):
        _ground(axes, stepper.image, [stepper.boxes])
        for box, corners in enumerate(stepper.boxes.tolist()):
            text = f"{box} · {stepper.scores[box].item():.2f}"
            if all_of_them:
                _box(axes, corners, "blue", f"{box}", corner=box)
            elif box in kept:
                _box(axes, corners, "green", text, linewidth=2.5)
            else:
                _box(axes, corners, "vermilion", linestyle="--", alpha=0.5)
    before.set_title(f"{len(stepper.boxes)} boxes")
    after.set_title(f"after suppression above IoU {stepper.iou_threshold:g}: {len(kept)}")
    return figure


@matplotlib.rc_context(STYLE)
def confidence_figure(explorer: ConfidenceExplorer) -> Figure:
    """The first pictures with what is right, wrong and missed; beside them the curve."""
    count = min(SHOWN, len(explorer.pictures))
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    halves: Any = figure.subfigures(1, 2)
    left, right = halves
    columns = 1 if count == 1 else 2
    for index in range(count):
        _judged_boxes(left.add_subplot(-(-count // columns), columns, index + 1), explorer, index)
    axes = right.add_subplot()
    points = explorer.curve
    recall, precision = [p.recall for p in points], [p.precision for p in points]
    axes.plot(recall, precision, color=QUIET, linewidth=1)
    axes.fill_between([0, *recall], [0.0] * (len(recall) + 1), _steps(envelope(points)),
                      step="pre", color=PALETTE["sky"], alpha=0.35)  # fmt: skip
    now = explorer.counts
    axes.plot([now.recall], [now.precision], "o", color=PALETTE["orange"], markersize=9)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.04), xlabel="recall", ylabel="precision")
    axes.set_title(f"confidence {explorer.confidence:.2f}: precision {now.precision:.2f}, recall "
                   f"{now.recall:.2f}; area {explorer.average_precision:.3f}")  # fmt: skip
    return figure


@matplotlib.rc_context(STYLE)
def drawn_box_figure(trainer: DrawABox) -> Figure:
    """The scene of the question; the true box only once it has been shown."""
    figure = Figure(figsize=(5, 4.6), layout="constrained")
    axes = figure.add_subplot()
    _ground(axes, trainer.scenes[trainer.current.scene].image, [])
    _box(axes, trainer.box, "blue", "your box", linewidth=2.5)
    title = f"Draw a box around the {trainer.current.name}"
    if trainer.feedback:
        _box(axes, trainer.current.box, "orange", "truth", linewidth=2.5, linestyle="--")
        title = f"{trainer.current.name}: IoU {trainer.feedback['iou']:.2f}"
    axes.set_title(title)
    return figure


def _judged_boxes(axes: Axes, explorer: ConfidenceExplorer, index: int) -> None:
    found = explorer.chosen[index]
    matched = matches(found, explorer.iou_threshold)
    _ground(axes, explorer.images[index], [explorer.pictures[index].boxes,
                                           explorer.pictures[index].truths])  # fmt: skip
    shown = [i for i, score in enumerate(found.scores.tolist()) if score >= explorer.confidence]
    hits = {matched[i] for i in shown}
    for j, corners in enumerate(found.truths.tolist()):
        if j not in hits:
            _box(axes, corners, "black", "?", linestyle=":", linewidth=2)
    for i in shown:
        right = matched[i] is not None
        sign = f"{'✓' if right else '✗'} {found.scores[i].item():.2f}"
        look = ("blue", "-") if right else ("vermilion", "--")
        _box(axes, found.boxes[i].tolist(), look[0], sign, linestyle=look[1], linewidth=2)


def _steps(heights: Sequence[float]) -> list[float]:
    """Heights of a step plot, the first one from recall 0 on."""
    return [*heights[:1], *heights] if heights else [0.0]


def _ground(axes: Axes, image: Any, boxes: Sequence[Any]) -> None:
    """The picture or an empty ground, without ticks."""
    width, height = as_picture(image, boxes)["size"]
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set(visible=True)
    if image is not None:
        pixels = as_pixels(image)
        axes.imshow(pixels, cmap="gray", extent=(0, width, height, 0))


def _box(
    axes: Axes, box: Sequence[float], colour: str, text: str = "", corner: int = 0, **look: Any
) -> None:
    """A box with its tag at a corner, counted from the upper left one with the clock."""
    x1, y1, x2, y2 = box
    patch = Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=PALETTE[colour])
    patch.set(**({"linewidth": 1.5} | look))
    axes.add_patch(patch)
    if text:
        x, y = ((x1, y1), (x2, y1), (x2, y2), (x1, y2))[corner % 4]
        axes.text(x, y, text, fontsize=9, color=INK, va="bottom", bbox=SEAM, clip_on=True)
