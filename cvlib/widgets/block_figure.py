"""The block builder as a still picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cvlib.figures import INK, PALETTE, QUIET, STYLE

if TYPE_CHECKING:
    from .block_builder import BlockBuilder, Shape


def shape_text(shape: Shape) -> str:
    """(64, 56, 56) → "64 × 56 × 56"."""
    return " × ".join(map(str, shape))


def draw_box(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    """A rounded box with words in it."""
    style = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": colour}
    axes.text(x, y, text, ha="center", va="center", size=10, color=INK, bbox=style)


@matplotlib.rc_context(STYLE)
def block_figure(builder: BlockBuilder) -> Figure:
    """Boxes from left to right with the shape after each, and the shortcut above them."""
    path, added = builder.path, builder.shortcut_shape
    end = 2.0 * len(path) + 1.2
    axes = Figure(figsize=(10, 2.8)).add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.9, end + 1.4), ylim=(-1, 2.2))
    axes.axis("off")
    axes.annotate("", (end + 1.2, 0), (-0.6, 0), arrowprops={"arrowstyle": "->", "color": QUIET})
    axes.text(-0.1, -0.5, shape_text(builder.input_shape), ha="center", size=9, color=QUIET)
    for index, step in enumerate(path):
        draw_box(axes, 2.0 * index + 1.1, 0, step.name, PALETTE["blue"])
        axes.text(2.0 * index + 2.1, -0.5, shape_text(step.shape), ha="center", size=9, color=QUIET)
    if added is not None:
        colour = PALETTE["green" if builder.fits else "vermilion"]
        axes.plot([-0.1, -0.1, end, end], [0, 1.4, 1.4, 0.2], color=colour, linewidth=1.6)
        name = "identity" if builder.projection is None else builder.projection.name
        draw_box(axes, end / 2, 1.4, f"{name}: {shape_text(added)}", colour)
        sign = "+" if builder.fits else "✕"
        circle = {"boxstyle": "circle", "facecolor": "white", "edgecolor": colour}
        axes.text(end, 0, sign, ha="center", va="center", size=14, color=colour, bbox=circle)
    return axes.get_figure()  # type: ignore[return-value]
