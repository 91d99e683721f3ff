"""Convolution explorer: the window walks over the input, and every number is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from .base import BadValueError, CourseWidget, WholeNumber

if TYPE_CHECKING:
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
            raise BadValueError(
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
        from cvlib.number_plots import numbers_figure

        grids = {"input with padding": np.pad(self.input, self.padding), "kernel": self.kernel}
        if self.output is None:
            return numbers_figure(grids)
        row, column = divmod(self.position, len(self.output))
        reach = range(0, self.window_size, self.dilation)
        window = [(row * self.stride + i, column * self.stride + j) for i in reach for j in reach]
        marks = {"input with padding": window, "output": [(row, column)]}
        return numbers_figure(grids | {"output": self.output}, marks)
