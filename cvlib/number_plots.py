"""Small matrices with their numbers written out, and bars that compare a few numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Rectangle
from torch import Tensor

from cvlib.figures import LINE, MARKED, PALETTE, PAPER, STYLE, show

Cells = Iterable[tuple[int, int]]


def show_grid_numbers(
    matrix: Any,
    highlight: Cells | Mapping[str, Cells] = (),
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Write the numbers of small matrices into cells.

    Args:
        matrix: (rows, columns), or several as a dict title → matrix, shown from left to right.
        highlight: (row, column) of the cells to mark; for several matrices a dict title → cells.
        title: of a single matrix.
        alt: what the figure shows; by default the numbers themselves.

    Raises:
        ValueError: a matrix that has not two dimensions or more than 20 rows or columns.
    """
    figure = numbers_figure(matrix, highlight, title)
    matrices = matrix if isinstance(matrix, Mapping) else {title or "Matrix": matrix}
    rows = (
        f"{name}: " + "; ".join(" ".join(number_text(n) for n in row) for row in as_matrix(numbers))
        for name, numbers in matrices.items()
    )
    show(figure, alt or ". ".join(rows))


@matplotlib.rc_context(STYLE)
def numbers_figure(
    matrix: Any, highlight: Cells | Mapping[str, Cells] = (), title: str | None = None
) -> Figure:
    """The figure that `show_grid_numbers` shows."""
    matrices = matrix if isinstance(matrix, Mapping) else {title or "": matrix}
    marks = highlight if isinstance(highlight, Mapping) else {next(iter(matrices)): highlight}
    grids = {name: as_matrix(numbers) for name, numbers in matrices.items()}
    widths = [grid.shape[1] + 1 for grid in grids.values()]
    tall = max(grid.shape[0] for grid in grids.values())
    longest = max(len(number_text(number)) for grid in grids.values() for number in grid.flat)
    cell = min(0.5 + 0.05 * max(0, longest - 3), 10 / sum(widths))  # inches
    points = min(12, 96 * cell / longest)  # a digit is 0.6 points wide for a point of size
    figure = Figure(figsize=(cell * sum(widths), cell * tall + 0.6))
    every = figure.subplots(1, len(grids), squeeze=False, width_ratios=widths)[0]
    figure.subplots_adjust(0, 0.02, 1, 1 - 0.5 / (cell * tall + 0.6), wspace=0)
    for axes, (name, grid) in zip(every, grids.items(), strict=True):
        draw_numbers(axes, grid, {(r, c) for r, c in marks.get(name, ())}, points)
        axes.set(xlim=(-0.5, grid.shape[1] + 0.5), ylim=(tall, 0))
        axes.set_title(name)
    return figure


def draw_numbers(
    axes: Axes, grid: npt.NDArray[Any], marked: set[tuple[int, int]], points: float
) -> None:
    for row, column in np.ndindex(grid.shape):
        marks = (row, column) in marked
        square = Rectangle(
            (column, row),
            1,
            1,
            facecolor=MARKED if marks else PAPER,
            edgecolor=PALETTE["vermilion"] if marks else LINE,
            linewidth=1.5 if marks else 1,
            zorder=2 if marks else 1,
        )
        axes.add_patch(square)
        text = number_text(grid[row, column])
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", size=points, zorder=3)
    axes.set_aspect("equal", anchor="N")
    axes.axis("off")


def as_matrix(matrix: Any) -> npt.NDArray[Any]:
    """Numbers in rows and columns, few enough to be read."""
    grid = matrix.detach().cpu().numpy() if isinstance(matrix, Tensor) else np.asarray(matrix)
    if grid.ndim != 2 or not 1 <= min(grid.shape) <= max(grid.shape) <= 20:
        raise ValueError(f"matrix must have 1 to 20 rows and columns, got shape {grid.shape}")
    return grid


def number_text(number: Any) -> str:
    """A number as one writes it by hand: no needless zeros, a real minus sign."""
    text = f"{number:,.0f}" if abs(number) >= 1000 else f"{round(float(number), 4):.3g}"
    return "0" if text == "-0" else text.replace("-", "−")


def show_bars(
    values: Mapping[str, float],
    unit: str = "",
    title: str = "",
    logarithmic: bool = False,
    alt: str | None = None,
) -> None:
    """Compare a few numbers: one horizontal bar each, with the number beside it.

    Args:
        values: name → number; `logarithmic` needs them above 0.
        unit: written after each number.
        title: what is compared.
        logarithmic: each grid line is ten times the one before.
        alt: what the figure shows; by default the numbers themselves.

    Raises:
        ValueError: no values, or a value of 0 or less on a logarithmic scale.
    """
    told = ", ".join(f"{name}: {number_text(value)} {unit}" for name, value in values.items())
    show(bars_figure(values, unit, title, logarithmic), alt or f"{title or 'Bars'}. {told}")


@matplotlib.rc_context(STYLE)
def bars_figure(
    values: Mapping[str, float], unit: str = "", title: str = "", logarithmic: bool = False
) -> Figure:
    """The figure that `show_bars` shows."""
    if not values or (logarithmic and min(values.values()) <= 0):
        raise ValueError(f"values must be there, and above 0 if logarithmic, got {dict(values)}")
    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)
    figure = Figure(figsize=(7, 0.9 + 0.45 * len(values)), layout=layout)
    axes = figure.add_subplot()
    bars = axes.barh(list(values), list(values.values()), color=PALETTE["blue"], height=0.6)
    labels = [f"{number_text(value)} {unit}".strip() for value in values.values()]
    axes.bar_label(bars, labels, padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    if logarithmic:
        axes.set_xscale("log")
    axes.set(title=title, xticks=[] if not logarithmic else axes.get_xticks()[1:-1])
    axes.tick_params(axis="y", length=0)
    axes.spines["bottom"].set_visible(logarithmic)
    return figure
