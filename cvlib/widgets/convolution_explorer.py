"""Convolution explorer: the window walks over the input, and every number is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from .base import BLUE, GREY, ORANGE, BadValue, CourseWidget, WholeNumber

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_SIZE, MAX_KERNEL, MAX_PADDING = 9, 5, 3
MAX_OUTPUT = MAX_SIZE + 2 * MAX_PADDING  # with a 1×1 kernel
SETTINGS = ("size", "kernel_size", "stride", "padding", "dilation")


def _some_pixels() -> list[list[int]]:
    """Input values 0 … 9 without a visible pattern, (9, 9); the input is the top left of it."""
    return np.random.default_rng(1).integers(0, 10, (MAX_SIZE, MAX_SIZE)).tolist()


def _some_weights() -> list[list[int]]:
    """Kernel values −2 … 2, (5, 5), not symmetric, so that a turned kernel would show."""
    row, column = np.indices((MAX_KERNEL, MAX_KERNEL))
    return ((3 * row + column) % 5 - 2).tolist()


class ConvolutionExplorer(CourseWidget):
    """A convolution of one small picture, one output cell at a time.

    What the student sets with the sliders is in the traits `size`, `kernel_size`, `stride`,
    `padding`, `dilation` and `position` (the output cell being written, row by row from 0);
    `input`, `kernel`, `output` and `output_size` follow from them. `position` goes back into
    range when a setting makes the output smaller. A value out of range raises ValueError.
    """

    size = WholeNumber(6, 1, MAX_SIZE).tag(sync=True)
    kernel_size = WholeNumber(3, 1, MAX_KERNEL).tag(sync=True)
    stride = WholeNumber(1, 1, 4).tag(sync=True)
    padding = WholeNumber(0, 0, MAX_PADDING).tag(sync=True)
    dilation = WholeNumber(1, 1, 3).tag(sync=True)
    position = WholeNumber(0, 0, MAX_OUTPUT**2 - 1).tag(sync=True)
    _pixels = traitlets.List(_some_pixels()).tag(sync=True)
    _weights = traitlets.List(_some_weights()).tag(sync=True)

    @traitlets.validate("position")
    def _position_in_output(self, proposal: Any) -> int:
        count = (self.output_size or 0) ** 2
        if proposal["value"] >= max(1, count):
            raise BadValue(
                f"position must be below {count}, the number of outputs, got {proposal['value']}"
            )
        return proposal["value"]

    @traitlets.observe(*SETTINGS)
    def _keep_position_in_output(self, _change: Any) -> None:
        self.position = min(self.position, max(0, (self.output_size or 0) ** 2 - 1))

    @property
    def window_size(self) -> int:
        """How many cells the kernel spans in each direction: D(K − 1) + 1."""
        return self.dilation * (self.kernel_size - 1) + 1

    @property
    def output_size(self) -> int | None:
        """Height and width of the output, or None where the window does not fit."""
        room = self.size + 2 * self.padding - self.window_size
        return None if room < 0 else room // self.stride + 1

    @property
    def input(self) -> np.ndarray:
        """The input without its padding, (size, size)."""
        return np.array(self._pixels)[: self.size, : self.size]

    @property
    def kernel(self) -> np.ndarray:
        """The weights, (kernel_size, kernel_size)."""
        return np.array(self._weights)[: self.kernel_size, : self.kernel_size]

    @property
    def output(self) -> np.ndarray | None:
        """The whole output, (output_size, output_size), or None where the window does not fit."""
        if self.output_size is None:
            return None
        padded = np.pad(self.input, self.padding)  # (P, P), P = size + 2·padding
        span = (self.window_size, self.window_size)
        windows = np.lib.stride_tricks.sliding_window_view(padded, span)
        windows = windows[:: self.stride, :: self.stride, :: self.dilation, :: self.dilation]
        return (windows * self.kernel).sum((2, 3))  # (M, M, K, K) -> (M, M)

    def summary(self) -> str:
        """The settings and the output size in one sentence."""
        settings = (
            f"Convolution explorer: input {self.size}, kernel {self.kernel_size}, stride "
            f"{self.stride}, padding {self.padding}, dilation {self.dilation}"
        )
        if self.output_size is None:
            return f"{settings}: the window does not fit."
        return f"{settings} give output {self.output_size}."

    def fallback_figure(self) -> Figure:
        """Padded input with the window, kernel and output side by side."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7.5, 3.2), layout="constrained")
        figure.suptitle(self.summary(), fontsize=10)
        left, middle, right = figure.subplots(1, 3)
        padded = np.pad(self.input, self.padding)
        row, column = divmod(self.position, self.output_size or 1)
        first = (row * self.stride, column * self.stride)
        reach = np.arange(self.kernel_size) * self.dilation
        lit = {(first[0] + i, first[1] + j) for i in reach for j in reach}
        _draw_cells(left, padded, "input (with padding)", lit if self.output is not None else ())
        _draw_cells(middle, self.kernel, "kernel")
        if self.output is not None:
            _draw_cells(right, self.output, "output", {(row, column)}, ORANGE)
        else:
            right.axis("off")
        return figure


def _draw_cells(
    axes: Axes, values: np.ndarray, title: str, lit: Any = (), colour: str = BLUE
) -> None:
    """Write a grid of numbers, the cells in `lit` on a coloured ground."""
    from matplotlib.patches import Rectangle

    for (row, column), value in np.ndenumerate(values):
        inside = (row, column) in lit
        face = {"facecolor": colour, "alpha": 0.35} if inside else {"facecolor": "none"}
        axes.add_patch(Rectangle((column, row), 1, 1, edgecolor=GREY, linewidth=0.8, **face))
        size = min(11, 80 / len(values))
        axes.text(column + 0.5, row + 0.5, str(value), ha="center", va="center", fontsize=size)
    axes.set(xlim=(-0.1, len(values) + 0.1), ylim=(len(values) + 0.1, -0.1), aspect="equal")
    axes.set_title(title, fontsize=10)
    axes.axis("off")
