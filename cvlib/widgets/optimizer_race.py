"""Optimizer race: four runners on a ravine, a saddle or Rosenbrock's valley."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import traitlets

from cvlib.landscapes import LANDSCAPES

from .base import BadValueError, WholeNumber
from .chart_widget import ChartWidget
from .race_steps import RUNNERS, STEPS, race
from .real_number import RealNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class OptimizerRace(ChartWidget):
    """SGD, momentum, RMSprop and Adam walk down the same landscape.

    `landscape` is a key of `cvlib.landscapes.LANDSCAPES`; `rate` belongs to the two SGDs,
    `ruler_rate` to RMSprop and Adam, `momentum` to the second runner. `step` is how far the race
    has gone, up to 150. `paths` and `losses` follow from them. A bad value raises ValueError.
    """

    landscape = traitlets.Unicode("ravine").tag(sync=True)
    rate = RealNumber(0.5, 0.0001, 2, log=True).tag(sync=True)
    ruler_rate = RealNumber(0.1, 0.001, 2, log=True).tag(sync=True)
    momentum = RealNumber(0.8, 0, 0.99, step=0.01).tag(sync=True)
    step = WholeNumber(30, 0, STEPS).tag(sync=True)
    _landscapes = traitlets.Dict().tag(sync=True)
    _runners = traitlets.Dict(RUNNERS).tag(sync=True)

    @traitlets.validate("landscape")
    def _known_landscape(self, proposal: Any) -> str:
        if proposal["value"] not in LANDSCAPES:
            known = ", ".join(LANDSCAPES)
            raise BadValueError(f"landscape must be one of {known}, got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.default("_landscapes")
    def _as_data(self) -> dict[str, Any]:
        names = ("formula", "start", "goals", "x", "y")
        return {
            key: {name: getattr(land, name) for name in names} for key, land in LANDSCAPES.items()
        }

    @property
    def paths(self) -> dict[str, list[tuple[float, float]]]:
        """The whole path of each runner, start first; one that diverges ends early."""
        return race(self.landscape, self.rate, self.ruler_rate, self.momentum)

    @property
    def losses(self) -> dict[str, float]:
        """The height of each runner at `step`; ∞ for one that has diverged."""
        height = LANDSCAPES[self.landscape].loss
        return {
            name: height(*path[self.step]) if self.step < len(path) else float("inf")
            for name, path in self.paths.items()
        }

    def summary(self) -> str:
        """The losses in one sentence."""
        told = ", ".join(f"{RUNNERS[name]} {loss:.3g}" for name, loss in self.losses.items())
        return f"Optimizer race on the {self.landscape}, loss after {self.step} steps: {told}."

    def fallback_figure(self) -> Figure:
        """The paths up to `step`."""
        from cvlib.landscapes import paths_figure

        shown = {RUNNERS[name]: torch.tensor(path[: self.step + 1]) for name, path in
                 self.paths.items()}  # fmt: skip
        return paths_figure(self.landscape, shown)
