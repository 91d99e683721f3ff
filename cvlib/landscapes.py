"""Three losses of two weights each, the paths that optimizers take, and a picture of them.

show_paths("ravine", {"momentum": path(SGD, "ravine", lr=0.5, momentum=0.8)})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import matplotlib
import torch
from matplotlib.figure import Figure
from torch import Tensor

from cvlib.figures import INK, QUIET, STYLE, show
from cvlib.line_plots import COLOURS

MARKS = ["o", "s", "^", "D", "v", "P"]  # the second sign, for those who do not see colours


@dataclass(frozen=True)
class Landscape:
    """A loss of two weights.

    Attributes:
        loss: (x, y) → height.
        formula: the same, to read.
        start: where optimizers begin.
        goals: the lowest points.
        x, y: limits of a picture.
    """

    loss: Callable[[Any, Any], Any]
    formula: str
    start: tuple[float, float]
    goals: tuple[tuple[float, float], ...]
    x: tuple[float, float]
    y: tuple[float, float]


LANDSCAPES = {
    "ravine": Landscape(
        lambda x, y: x**2 / 20 + y**2, "x²/20 + y²", (-7.0, 2.0), ((0, 0),), (-8, 3), (-3, 3)
    ),
    "saddle": Landscape(
        lambda x, y: x**2 / 2 + y**4 / 4 - y**2 / 2,
        "x²/2 + y⁴/4 − y²/2",
        (-1.5, 0.001),
        ((0, 1), (0, -1)),
        (-2, 1),
        (-1.5, 1.5),
    ),
    "rosenbrock": Landscape(
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        "(1 − x)² + 100 (y − x²)²",
        (-1.2, 1.0),
        ((1, 1),),
        (-1.8, 1.8),
        (-0.7, 1.9),
    ),
}


def landscape_named(name: str) -> Landscape:
    """One of `LANDSCAPES`; ValueError for any other name."""
    if name not in LANDSCAPES:
        raise ValueError(f"landscape must be one of {', '.join(LANDSCAPES)}, got {name!r}")
    return LANDSCAPES[name]


def path(
    optimizer_class: Callable[..., Any], landscape: str, steps: int = 50, **settings: Any
) -> Tensor:
    """Where an optimizer goes: start and every step after it, (steps + 1, 2), in float64.

    Args:
        optimizer_class: torch's or yours; called with the parameters and `settings`.
        landscape: a key of `LANDSCAPES`.
    """
    chosen = landscape_named(landscape)
    point = torch.nn.Parameter(torch.tensor(chosen.start, dtype=torch.float64))
    optimizer = optimizer_class([point], **settings)
    places = [point.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        chosen.loss(*point).backward()
        optimizer.step()
        places.append(point.detach().clone())
    return torch.stack(places)


def show_paths(landscape: str, paths: Mapping[str, Tensor]) -> None:
    """Draw paths, name → (steps + 1, 2), over the landscape's contour lines."""
    ends = (f"{name} ends at ({p[-1, 0]:.2f}, {p[-1, 1]:.2f})" for name, p in paths.items())
    formula = landscape_named(landscape).formula
    show(paths_figure(landscape, paths), f"Paths over {formula}: {'; '.join(ends)}")


@matplotlib.rc_context(STYLE)
def paths_figure(landscape: str, paths: Mapping[str, Tensor]) -> Figure:
    """The figure that `show_paths` shows."""
    chosen = landscape_named(landscape)
    figure = Figure(figsize=(7.4, 4), layout="constrained")
    axes = figure.subplots()
    x, y = torch.meshgrid(
        torch.linspace(*chosen.x, 160), torch.linspace(*chosen.y, 160), indexing="ij"
    )  # (160, 160) each
    height = chosen.loss(x, y)
    depth = torch.log10(height - height.min() + 0.01 * (height.max() - height.min()) ** 0.5)
    axes.contour(
        x, y, depth, levels=14, colors=QUIET, linestyles="solid", linewidths=0.7, alpha=0.6
    )
    for (name, p), colour, mark in zip(paths.items(), cycle(COLOURS), cycle(MARKS)):
        axes.plot(*p.T, color=colour, marker=mark, markersize=3.5, linewidth=1.4, label=name)
    for goal in chosen.goals:
        axes.plot(*goal, marker="*", color=INK, markersize=13, linestyle="none")
    axes.set(xlim=chosen.x, ylim=chosen.y, xlabel="first weight", ylabel="second weight")
    figure.legend(loc="outside right upper", title="★ lowest point")
    return figure
