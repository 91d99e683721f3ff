"""Pictures and maps, shown in one line; the other figures of the course can be imported from here.

Each `show_…` draws what the function `…_figure` beside it returns. Small matrices and bars are in
`cvlib.number_plots`, windows and receptive fields in `cvlib.window_plots`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from torch import Tensor

from cvlib.figures import AROUND, PALETTE, QUIET, SIGNED, STYLE, show, use_style
from cvlib.number_plots import number_text, show_bars, show_grid_numbers
from cvlib.window_plots import receptive_field_plot, show_windows

__all__ = [
    "PALETTE",
    "SIGNED",
    "colour_directions",
    "receptive_field_plot",
    "show",
    "show_bars",
    "show_grid_numbers",
    "show_images",
    "show_windows",
    "use_style",
]


class Panel(NamedTuple):
    """One picture as matplotlib takes it."""

    pixels: npt.NDArray[Any]  # (H, W) or (H, W, 3)
    colours: Any
    low: float
    high: float
    note: str  # the range of values, where the colours alone do not tell it


def show_images(
    images: Any,
    titles: str | Sequence[str] | None = None,
    columns: int | None = None,
    alt: str | None = None,
    limits: tuple[float, float] | None = None,
) -> None:
    """Show pictures and maps side by side.

    Arrays are (H, W) or (H, W, C), tensors (H, W), (C, H, W) or (N, C, H, W), with C = 1 or 3.
    uint8 is shown from 0 to 255, other numbers from 0 to 1. A map around 0 gets colours: blue for
    negative, white for zero, orange-red for positive. A photograph in which only a few numbers
    fell below 0 stays grey. Below every map that leaves 0 … 1 stands its range.

    Args:
        images: one picture, a batch, or a list of pictures of any kinds and sizes.
        titles: one for each picture.
        columns: pictures in a row; by default at most four.
        alt: what the figure shows, for readers who do not see it; by default the titles.
        limits: (darkest, brightest), to give several maps the same scale.

    Raises:
        ValueError: no picture, a shape that is none, no columns, or another number of titles.
    """
    figure = images_figure(images, titles, columns, limits)
    names = [axes.get_title() for axes in figure.axes if axes.get_title()]
    show(figure, alt or ("Pictures: " + ", ".join(names) if names else "Pictures"))


@matplotlib.rc_context(STYLE)
def images_figure(
    images: Any,
    titles: str | Sequence[str] | None = None,
    columns: int | None = None,
    limits: tuple[float, float] | None = None,
) -> Figure:
    """The figure that `show_images` shows."""
    panels = [as_panel(picture, limits) for picture in as_list(images)]
    if columns is not None and columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}")
    names = [titles] if isinstance(titles, str) else list(titles or [])
    if names and len(names) != len(panels):
        raise ValueError(f"titles must be {len(panels)}, one for each picture, got {len(names)}")
    rows = math.ceil(len(panels) / (columns or 4))
    columns = columns or math.ceil(len(panels) / rows)  # five pictures: three and two
    width = {1: 4.2, 2: 3.6, 3: 3.0}.get(columns, 10 / columns)
    tallest = max(panel.pixels.shape[0] / panel.pixels.shape[1] for panel in panels)
    room = 0.4 * bool(names) + 0.25 * any(panel.note for panel in panels)
    height = min(width * min(tallest, 2), 5) + room
    layout = ConstrainedLayoutEngine(w_pad=0.05, h_pad=0.06)
    figure = Figure(figsize=(width * columns, height * rows), layout=layout)
    longest = max(map(len, names), default=1)
    points = min(11, max(7, 110 * width / longest))  # so that neighbours' titles stay apart
    for index, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, index + 1)
        draw_panel(axes, panel, width)
        if names:
            axes.set_title(names[index], fontsize=points)
    return figure


def draw_panel(axes: Axes, panel: Panel, width: float) -> None:
    few = max(panel.pixels.shape[:2]) <= 64  # single pixels should be seen as such
    axes.imshow(
        panel.pixels,
        cmap=panel.colours,
        vmin=panel.low,
        vmax=panel.high,
        interpolation="nearest" if few else "auto",
    )
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(True)
    points = min(9, 110 * width / max(1, len(panel.note)))  # stays below its own picture
    axes.set_xlabel(panel.note, fontsize=points, color=QUIET)


def as_list(images: Any) -> list[Any]:
    """One picture, a batch or a list of pictures → a list with at least one."""
    if isinstance(images, Tensor | np.ndarray):
        found = list(images) if images.ndim == 4 else [images]
    else:
        found = list(images)
    if not found:
        raise ValueError("images must hold at least one picture, got none")
    return found


def as_panel(picture: Any, limits: tuple[float, float] | None = None) -> Panel:
    """Decide how one picture is shown."""
    pixels = as_pixels(picture)
    if pixels.dtype == bool:
        pixels = pixels.astype(np.float32)
    if pixels.ndim == 3:
        whole = np.issubdtype(pixels.dtype, np.integer)
        low, high = pixels.min(initial=0), pixels.max(initial=0)
        outside = not whole and (low < 0 or high > 1)
        note = f"{range_text(low, high)}, cut to 0 … 1" if outside else ""
        return Panel(pixels if whole else pixels.clip(0, 1), None, 0, 1, note)
    low, high = float(np.nanmin(pixels)), float(np.nanmax(pixels))
    note = range_text(low, high)
    if limits is not None:
        return Panel(pixels, SIGNED if limits[0] < 0 else "gray", *limits, note)
    if low < 0 and is_around_zero(pixels):
        most = max(-low, high)
        return Panel(pixels, SIGNED, -most, most, note)
    if low < 0:
        return Panel(pixels, "gray", 0, max(high, 1), f"{note}, cut at 0")
    if pixels.dtype == np.uint8:
        return Panel(pixels, "gray", 0, 255, "")
    return Panel(pixels, "gray", 0, max(high, 1), note if high > 1 else "")


def is_around_zero(pixels: npt.NDArray[Any]) -> bool:
    """Whether zero is the ground of a map, as in the answer of an edge filter.

    It is not in a sharpened photograph: most of that is bright, a few pixels fell below 0.
    """
    low, middle, high = np.nanpercentile(pixels, [2, 50, 98])  # a few extremes do not decide
    return bool(-low > high / 2 or middle < high / 8)


def range_text(low: float, high: float) -> str:
    return f"{number_text(low)} … {number_text(high)}"


def as_pixels(picture: Any) -> npt.NDArray[Any]:
    """An array (H, W, C) or (H, W), a tensor (1, C, H, W), (C, H, W) or (H, W) → (H, W[, 3])."""
    if isinstance(picture, Tensor):
        tensor = picture.detach().cpu()
        tensor = tensor[0] if tensor.dim() == 4 and len(tensor) == 1 else tensor
        tensor = tensor.movedim(0, -1) if tensor.dim() == 3 else tensor  # (H, W, C)
        pixels = (tensor.float() if tensor.is_floating_point() else tensor).numpy()
    else:
        pixels = np.asarray(picture)
    if pixels.ndim == 3 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]  # (H, W)
    if pixels.ndim not in (2, 3) or pixels.size == 0 or (pixels.ndim == 3 and pixels.shape[2] != 3):
        raise ValueError(
            "a picture must be an array (H, W, 3) or (H, W) or a tensor (3, H, W), (1, H, W) or "
            f"(H, W), got shape {tuple(picture.shape)}"
        )
    return pixels


def colour_directions(direction: Tensor, magnitude: Tensor) -> npt.NDArray[np.float32]:
    """Directions as colours around a circle, dark where the magnitude is small.

    Both (1, 1, H, W) or (H, W); angles in radians, 0 to the right, π/2 downwards. Right is
    yellow, down orange-red, left blue, up light blue. Gives (H, W, 3) in [0, 1].
    """
    angle, strength = as_pixels(direction), as_pixels(magnitude)  # (H, W)
    colours = AROUND((angle / (2 * np.pi)) % 1)[..., :3]  # (H, W, 3)
    light = np.sqrt(strength / max(float(strength.max()), 1e-12))  # so that faint edges show
    return (colours * light[..., None]).astype(np.float32)  # (H, W, 3)
