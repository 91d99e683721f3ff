"""Curves in one or more panels, with a legend and a text alternative."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from torch import Tensor

from cvlib.figures import LINE, PALETTE, STYLE, show

COLOURS = [colour for name, colour in PALETTE.items() if name != "yellow"]  # too pale for a line
DASHES = ["-", "--", "-.", ":"]  # the second sign, for those who do not see colours

Lines = Mapping[str, Any]  # name → one number for each x


def show_lines(
    panels: Lines | Mapping[str, Lines],
    x: Any = None,
    xlabel: str = "",
    ylabel: str = "",
    logarithmic: bool = False,
    alt: str | None = None,
) -> None:
    """Draw curves: name → numbers, or title → (name → numbers) for panels side by side.

    Args:
        panels: each curve has as many numbers as `x`; tensors, arrays or lists.
        x: by default 1, 2, 3, …
        logarithmic: each step upwards is ten times the one before; needs numbers above 0.
        alt: what the figure shows, for readers who do not see it; by default names and ends.

    Raises:
        ValueError: nothing to draw, or a curve that is not as long as `x`.
    """
    figure = lines_figure(panels, x, xlabel, ylabel, logarithmic)
    show(figure, alt or lines_text(as_panels(panels)))


@matplotlib.rc_context(STYLE)
def lines_figure(
    panels: Lines | Mapping[str, Lines],
    x: Any = None,
    xlabel: str = "",
    ylabel: str = "",
    logarithmic: bool = False,
) -> Figure:
    """The figure that `show_lines` shows."""
    titled = as_panels(panels)
    width = {1: 7.0, 2: 4.6}.get(len(titled), 3.5)
    figure = Figure(figsize=(width * len(titled), 3.4), layout="constrained")
    every = figure.subplots(1, len(titled), squeeze=False, sharey=logarithmic)[0]
    for axes, (title, lines) in zip(every, titled.items(), strict=True):
        if not logarithmic:
            axes.axhline(0, color=LINE, linewidth=1, zorder=0)
        for (name, y), colour, dash in zip(lines.items(), cycle(COLOURS), cycle(DASHES)):
            places = np.arange(1, len(y) + 1) if x is None else as_numbers(x)
            if len(places) != len(y):
                raise ValueError(f"{name!r} must have {len(places)} numbers like x, got {len(y)}")
            axes.plot(places, y, dash, color=colour, label=name, linewidth=1.8)
        axes.set(title=title, xlabel=xlabel, yscale="log" if logarithmic else "linear")
        axes.legend(fontsize=9)
    every[0].set_ylabel(ylabel)
    return figure


def as_panels(
    panels: Lines | Mapping[str, Lines],
) -> dict[str, dict[str, npt.NDArray[np.float64]]]:
    """Title → name → numbers; a single panel has no title."""
    if not panels:
        raise ValueError("panels must hold at least one curve, got none")
    titled = panels if isinstance(next(iter(panels.values())), Mapping) else {"": panels}
    return {
        title: {name: as_numbers(y) for name, y in lines.items()} for title, lines in titled.items()
    }


def as_numbers(values: Any) -> npt.NDArray[np.float64]:
    """One dimension of numbers."""
    plain = values.detach().cpu().numpy() if isinstance(values, Tensor) else values
    return np.asarray(plain, dtype=np.float64).reshape(-1)


def lines_text(titled: Mapping[str, Mapping[str, npt.NDArray[np.float64]]]) -> str:
    """The curves in words: where each begins and ends."""
    told = []
    for title, lines in titled.items():
        ends = (f"{name} from {y[0]:.3g} to {y[-1]:.3g}" for name, y in lines.items() if len(y))
        told.append(f"{title}: {'; '.join(ends)}" if title else "; ".join(ends))
    return "Curves. " + ". ".join(told)
