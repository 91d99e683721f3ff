"""Where windows stand and what outputs see, drawn along one direction.

Two directions behave alike, so one row of cells tells it all: `show_windows` for one layer,
`receptive_field_plot` for a stack of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cvlib.conv_arithmetic import conv_output_size, receptive_field
from cvlib.figures import INK, LINE, MARKED, PALETTE, PAPER, QUIET, STYLE, show

Layer = tuple[int, int, int]  # kernel_size, stride, dilation


def show_windows(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    alt: str | None = None,
) -> None:
    """Draw the input cells, the padding, and every position of the window below one another.

    Raises:
        ValueError: as `conv_output_size`, or more than 12 windows or 40 cells.
    """
    figure = windows_figure(size, kernel_size, stride, padding, dilation)
    count = conv_output_size(size, kernel_size, stride, padding, dilation)
    told = (
        f"{size} input cells with {padding} cells of padding on each side. A window with "
        f"{kernel_size} weights, dilation {dilation}, moves by {stride} and stands in "
        f"{count} positions."
    )
    show(figure, alt or told)


@matplotlib.rc_context(STYLE)
def windows_figure(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Figure:
    """The figure that `show_windows` shows."""
    count = conv_output_size(size, kernel_size, stride, padding, dilation)
    cells = size + 2 * padding
    if count > 12 or cells > 40:
        raise ValueError(f"too much to draw: {count} windows (at most 12), {cells} cells (40)")
    axes = cell_axes(cells, -0.7, count + 1.1, beside=2.3)
    for cell in range(cells):
        inside = padding <= cell < padding + size
        draw_cell(axes, cell, 0, PAPER if inside else "#eceff1", dashed=not inside)
        name, colour = (str(cell - padding), INK) if inside else ("P", QUIET)
        axes.text(cell, 0, name, ha="center", va="center", size=10, color=colour)
    for window in range(count):
        first, row = window * stride, window + 1.4
        last = first + dilation * (kernel_size - 1)
        axes.plot([first, last], [row, row], color=PALETTE["orange"], linewidth=2, zorder=0)
        for weight in range(kernel_size):
            draw_cell(axes, first + weight * dilation, row, MARKED, height=0.72)
        axes.text(cells, row, f"output {window}", va="center", size=10, color=QUIET)
    left_over = cells - 1 - last
    told = f"input (last {left_over} never read)" if left_over else "input"
    axes.text(cells, 0, told, va="center", size=10, color=QUIET)
    return axes.get_figure()  # type: ignore[return-value]


def receptive_field_plot(layers: Sequence[Layer], alt: str | None = None) -> None:
    """Draw what one output sees through a stack of layers, and where its neighbour looks.

    Args:
        layers: (kernel_size, stride, dilation) from the input to the output.
        alt: what the figure shows; by default field and jump in words.

    Raises:
        ValueError: as `receptive_field`, or a stack that sees more than 130 cells.
    """
    field, jump = receptive_field(layers)
    told = (
        f"{len(layers)} layers above one row of input cells. One output sees a stretch of {field} "
        f"cells of the input; its neighbour sees {field} cells that lie {jump} further right."
    )
    show(receptive_field_figure(layers), alt or told)


class Row(NamedTuple):
    """The outputs of one layer: where they lie, and which of them the marked output needs."""

    first: float  # where output 0 lies, in cells of the input
    jump: int  # cells of the input from one output to the next
    cells: int
    needed: frozenset[int]


def field_rows(layers: Sequence[Layer], outputs: int = 3) -> list[Row]:
    """Rows from the input to the last layer, just as many cells as `outputs` outputs need."""
    counts, needed = [outputs], [frozenset({(outputs - 1) // 2})]
    for kernel_size, stride, dilation in reversed(layers):
        counts.append((counts[-1] - 1) * stride + dilation * (kernel_size - 1) + 1)
        taps = range(0, dilation * kernel_size, dilation)
        needed.append(frozenset(cell * stride + tap for cell in needed[-1] for tap in taps))
    rows, first, jump = [], 0.0, 1
    for index, (count, marked) in enumerate(zip(counts[::-1], needed[::-1], strict=True)):
        rows.append(Row(first, jump, count, marked))
        if index < len(layers):
            kernel_size, stride, dilation = layers[index]
            first += dilation * (kernel_size - 1) / 2 * jump  # the middle of the first window
            jump *= stride
    return rows


@matplotlib.rc_context(STYLE)
def receptive_field_figure(layers: Sequence[Layer]) -> Figure:
    """The figure that `receptive_field_plot` shows."""
    layers = list(layers)
    field, jump = receptive_field(layers)
    rows = field_rows(layers)
    if rows[0].cells > 130:
        raise ValueError(f"layers see too much to draw: {rows[0].cells} cells, at most 130")
    gap = max(1.8, rows[0].cells / 24)  # the wider the row, the more room between the rows
    line = max(0.9, rows[0].cells / 36)  # a line of text, in cells
    axes = cell_axes(rows[0].cells, -gap * (len(rows) - 1) - 0.7, 2.6 * line, beside=1.9)
    for level, row in enumerate(rows):
        height = -gap * level
        for cell in range(row.cells):
            colour = MARKED if cell in row.needed else PAPER
            draw_cell(axes, row.first + cell * row.jump, height, colour)
        name = (
            f"layer {level}: k{layers[level - 1][0]} s{layers[level - 1][1]}" if level else "input"
        )
        if level and layers[level - 1][2] > 1:
            name += f" d{layers[level - 1][2]}"
        axes.text(rows[0].cells + 0.2, height, name, va="center", size=10, color=QUIET)
        if level:
            draw_links(axes, rows[level - 1], row, layers[level - 1], height, gap)
    left = min(rows[0].needed)
    draw_span(axes, left, field, 1.1 * line, PALETTE["vermilion"], f"field {field}")
    draw_span(axes, left + jump, field, 2.1 * line, PALETTE["blue"], f"its neighbour: jump {jump}")
    return axes.get_figure()  # type: ignore[return-value]


def draw_links(axes: Axes, below: Row, row: Row, layer: Layer, height: float, gap: float) -> None:
    """Lines from each needed output to the cells it reads."""
    kernel_size, stride, dilation = layer
    for cell in row.needed:
        for tap in range(kernel_size):
            source = below.first + (cell * stride + tap * dilation) * below.jump
            xs, ys = (row.first + cell * row.jump, source), (height + 0.4, height + gap - 0.4)
            axes.plot(xs, ys, color=PALETTE["orange"], linewidth=0.8, zorder=0)


def draw_span(axes: Axes, left: float, cells: int, y: float, colour: str, text: str) -> None:
    """A bracket below the input, over `cells` cells."""
    start, end = left - 0.45, left + cells - 0.55
    axes.plot([start, start, end, end], [y - 0.2, y, y, y - 0.2], color=colour, linewidth=1.6)
    axes.text(end + 0.3, y, text, va="center", size=10, color=colour)


def draw_cell(
    axes: Axes, x: float, y: float, colour: str, dashed: bool = False, height: float = 0.8
) -> None:
    """A square around (x, y)."""
    corner = (x - 0.4, y - height / 2)
    style = "dashed" if dashed else "solid"
    edge = PALETTE["orange"] if colour == MARKED else LINE
    axes.add_patch(
        Rectangle(corner, 0.8, height, facecolor=colour, edgecolor=edge, linestyle=style)
    )


def cell_axes(cells: int, top: float, bottom: float, beside: float) -> Axes:
    """Axes in units of cells, y downwards, with `beside` inches for words on the right."""
    cell = min(0.42, (10 - beside) / cells)  # inches
    width, height = cell * (cells + 0.4) + beside, cell * (bottom - top)
    axes = Figure(figsize=(width, height)).add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.7, -0.7 + width / cell), ylim=(bottom, top))
    axes.axis("off")
    return axes
