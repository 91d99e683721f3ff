"""Mask metrics: paint a prediction over a true mask, and see which numbers notice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
import numpy.typing as npt
import traitlets

from cvlib.figures import PALETTE, STYLE

from .base import BadValueError, CourseWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE = 16  # cells
NAMES = {
    "accuracy": "pixel accuracy",
    "ground": "IoU of ground",
    "object": "IoU of object",
    "mean": "mean IoU",
    "dice": "Dice of object",
}
Mask = npt.NDArray[np.bool_]


def true_mask() -> Mask:
    """A disc and a wire that leaves it, one cell thin: (SIDE, SIDE)."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    mask = (rows - 8) ** 2 + (columns - 4) ** 2 <= 3.4**2
    mask[8, 7:15] = True
    mask[3:9, 14] = True
    return mask


def presets() -> dict[str, list[int]]:
    """Name → cells, row by row."""
    truth = true_mask()
    thick = truth.copy()
    thick[:, 8:] = False
    made = {
        "all ground": np.zeros_like(truth),
        "the truth": truth,
        "shifted by one": np.roll(truth, 1, axis=1),
        "without the wire": thick,
        "all object": np.ones_like(truth),
    }
    return {name: mask.astype(int).ravel().tolist() for name, mask in made.items()}


class Cells(traitlets.List):
    """SIDE × SIDE zeros and ones, nested or in a row; kept as one row."""

    def validate(self, obj: Any, value: Any) -> list[int]:
        """Return the numbers as a list of ints, or raise BadValueError."""
        try:
            cells = np.asarray(value).ravel()
            right = cells.size == SIDE**2 and bool(np.isin(cells, (0, 1)).all())
        except (TypeError, ValueError):
            right = False
        if not right:
            raise BadValueError(
                f"{self.name} must be {SIDE} × {SIDE} zeros and ones, got {str(value)[:40]}"
            )
        return cells.astype(int).tolist()


class MaskMetrics(CourseWidget):
    """A grid to paint on: `painted` holds the predicted mask, row by row, zeros and ones.

    `measures` has what is made of it: pixel accuracy, IoU of ground and of object, their mean,
    and Dice of the object. A bad value raises ValueError.
    """

    painted = Cells(presets()["shifted by one"]).tag(sync=True)
    _truth = traitlets.List(presets()["the truth"]).tag(sync=True)
    _presets = traitlets.Dict(presets()).tag(sync=True)
    _names = traitlets.Dict(NAMES).tag(sync=True)
    _side = traitlets.Int(SIDE).tag(sync=True)

    @property
    def measures(self) -> dict[str, float]:
        """Name → 0 … 1."""
        ours, true = np.array(self.painted) == 1, np.array(self._truth) == 1
        shared, union = int((ours & true).sum()), int((ours | true).sum())
        neither = int((~ours & ~true).sum())
        ground, thing = neither / (neither + union - shared), shared / union
        return {
            "accuracy": (shared + neither) / SIDE**2,
            "ground": ground,
            "object": thing,
            "mean": (ground + thing) / 2,
            "dice": 2 * shared / (int(ours.sum()) + int(true.sum())),
        }

    def summary(self) -> str:
        """The five numbers in one sentence."""
        told = ", ".join(f"{NAMES[name]} {value:.2f}" for name, value in self.measures.items())
        return f"Mask metrics: {sum(self.painted)} cells painted; {told}."

    @matplotlib.rc_context(STYLE)
    def fallback_figure(self) -> Figure:
        """Truth and prediction in one grid, and the numbers as bars."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        truth, ours = (np.reshape(cells, (SIDE, SIDE)) for cells in (self._truth, self.painted))
        left.imshow(truth, cmap=matplotlib.colors.ListedColormap(["#f3f5f7", PALETTE["sky"]]))
        rows, columns = np.nonzero(ours)
        left.scatter(columns, rows, s=28, marker="s", color=PALETTE["vermilion"])
        left.set(xticks=[], yticks=[], title="blue: truth, small squares: prediction")
        found = self.measures
        right.barh([NAMES[name] for name in found], list(found.values()), color=PALETTE["blue"])
        for row, value in enumerate(found.values()):
            right.text(min(value, 0.98) + 0.01, row, f"{value:.2f}", va="center")
        right.invert_yaxis()
        right.set(xlim=(0, 1.15))
        return figure
