"""Click to segment: prompts on a picture, and the masks that a promptable model answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import traitlets

from .base import BadValueError, CourseWidget
from .mask_runs import runs_of
from .prompt_values import Actions, Mask, as_address, as_picture, as_truth, example, overlap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WAYS = {
    "best": "best score",
    "1": "mask 1",
    "2": "mask 2",
    "3": "mask 3",
    "single": "single mask",
}
EMBEDDING = ("features", "original_size", "input_size", "is_image_set")  # what set_image leaves


class ClickToSegment(CourseWidget):
    """A picture to click on: left for the object, right for the background, drag for a box.

    Args:
        predictor: a `segment_anything.SamPredictor`; by default the course's small one. The
            picture is encoded once, here; others may use the predictor in between.
        image: (H, W, 3) uint8, red first; by default a scene with marks on its objects.
        truth: (H, W) the mask one would like to have, for its IoU; None for no comparison.

    `actions` holds what was done, in order: [x, y, label] for a click on pixel (x, y), label 1
    for the object and 0 for the background, [x1, y1, x2, y2] for a box, of which the last one
    counts. `which` of the masks is shown: "best" for the one with the highest score, "1", "2" or
    "3" of the three, or "single" for the mask without ambiguity. `points`, `labels`, `box`,
    `mask`, `score` and `iou` follow from them. A bad value raises ValueError.
    """

    actions: Any = Actions().tag(sync=True)
    which = traitlets.Unicode("best").tag(sync=True)
    _ways = traitlets.List([list(way) for way in WAYS.items()]).tag(sync=True)
    _size: Any = traitlets.List().tag(sync=True)  # [H, W]
    _picture = traitlets.Unicode().tag(sync=True)  # as a data address
    _truth: Any = traitlets.List(None, allow_none=True).tag(sync=True)  # run lengths
    _found = traitlets.Dict().tag(sync=True)  # run lengths, scores, IoUs, the one shown

    def __init__(
        self, predictor: Any = None, image: Any = None, truth: Any = None, **kwargs: Any
    ) -> None:
        if predictor is None:
            from cvlib.small_sam import small_predictor

            predictor = small_predictor()
        if image is None:
            image, truth = example()
        self.image = as_picture(image)
        self.truth = None if truth is None else as_truth(truth, self.image.shape[:2])
        self._predictor = predictor
        predictor.set_image(self.image)
        self._embedding = {name: getattr(predictor, name) for name in EMBEDDING}
        self.masks: Mask = np.zeros((0, *self.image.shape[:2]), bool)  # (1 or 3, H, W)
        self.scores: list[float] = []
        self._size = list(self.image.shape[:2])
        self._picture = as_address(self.image)
        self._truth = None if self.truth is None else runs_of(self.truth)
        super().__init__(**kwargs)
        self._segment()

    @traitlets.validate("which")
    def _known_way(self, proposal: Any) -> str:
        if proposal["value"] not in WAYS:
            raise BadValueError(
                f"which must be one of {', '.join(WAYS)}, got {proposal['value']!r}"
            )
        return proposal["value"]

    @property
    def points(self) -> npt.NDArray[np.float64]:
        """The clicks as x, y in pixels: (N, 2)."""
        return np.array([a[:2] for a in self.actions if len(a) == 3], float).reshape(-1, 2)

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """1 for a click on the object, 0 for the background: (N,)."""
        return np.array([a[2] for a in self.actions if len(a) == 3], np.int64)

    @property
    def box(self) -> npt.NDArray[np.float64] | None:
        """The last box, xyxy in pixels: (4,), or None."""
        boxes = [a for a in self.actions if len(a) == 4]
        return np.array(boxes[-1], float) if boxes else None

    @property
    def shown(self) -> int | None:
        """The index of the mask that is shown among `masks`; None before the first prompt."""
        if not self.scores:
            return None
        return int(self.which) - 1 if self.which.isdigit() else int(np.argmax(self.scores))

    @property
    def mask(self) -> Mask:
        """The mask that is shown: (H, W), all False before the first prompt."""
        return (
            np.zeros(self.image.shape[:2], bool) if self.shown is None else self.masks[self.shown]
        )

    @property
    def score(self) -> float | None:
        """The IoU that the model itself predicts for `mask`."""
        return None if self.shown is None else self.scores[self.shown]

    @property
    def iou(self) -> float | None:
        """The IoU of `mask` with the truth, 0 … 1; None without a truth or a prompt."""
        return None if self.shown is None or self.truth is None else overlap(self.mask, self.truth)

    def click(self, x: float, y: float, label: int = 1) -> None:
        """Add a click, as the mouse does."""
        self.actions = [*self.actions, [x, y, label]]

    def undo(self) -> None:
        """Take the last click or box back; nothing where there is none."""
        self.actions = self.actions[:-1]

    def clear(self) -> None:
        """Take everything back."""
        self.actions = []

    @traitlets.observe("actions", "which")
    def _segment(self, _change: Any = None) -> None:
        self.masks, self.scores = self._predict() if self.actions else (self.masks[:0], [])
        truth = self.truth
        self._found = {
            "masks": [runs_of(mask) for mask in self.masks],
            "scores": self.scores,
            "ious": [] if truth is None else [overlap(mask, truth) for mask in self.masks],
            "shown": self.shown,
        }

    def _predict(self) -> tuple[Mask, list[float]]:
        for name, value in self._embedding.items():
            setattr(self._predictor, name, value)
        clicked = len(self.labels) > 0
        masks, scores, _ = self._predictor.predict(
            point_coords=self.points if clicked else None,
            point_labels=self.labels if clicked else None,
            box=self.box,
            multimask_output=self.which != "single",
        )
        return np.asarray(masks, bool), [float(score) for score in scores]

    def summary(self) -> str:
        """Prompts and result in one sentence."""
        clicks = len(self.labels)
        said = f"Click to segment: {clicks} click{'s' * (clicks != 1)}"
        said += " and a box" if self.box is not None else ""
        if self.score is not None:
            said += f", {WAYS[self.which]}, score {self.score:.2f}"
        if self.iou is not None:
            said += f", IoU {self.iou:.2f}"
        return f"{said} (interactive; run the cell to use it)."

    def fallback_figure(self) -> Figure:
        """The prompts and the masks; those of one click where there are no prompts yet."""
        from .segment_figure import segment_figure

        return segment_figure(self)
