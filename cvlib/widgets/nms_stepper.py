"""NMS stepper: watch greedy non-maximum suppression remove one box after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import traitlets
from torch import Tensor

from .base import BadValueError
from .box_input import Names, as_boxes, as_names, as_picture, as_scores
from .box_widget import BoxWidget
from .nms_steps import Event, suppression
from .real_number import RealNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BOXES = 100  # more are no picture any longer


class NMSStepper(BoxWidget):
    """Greedy non-maximum suppression, one event a step.

    A step keeps the best box left, or removes one box whose IoU with it is strictly greater than
    `iou_threshold`, as `torchvision.ops.nms` does on the same tensors. With `per_class`, a box
    removes boxes of its own class only. `step` goes from 0 to the number of boxes, since every
    box has one event; `events`, `kept` and `removed` follow. Names of boxes are their indices.

    Args:
        boxes: (N, 4) xyxy in pixels, up to 100, none being fine too; float64 stays float64.
        scores: (N,).
        labels: N numbers or names; None if there are no classes.
        image: a picture as `show_images` takes it; None for an empty ground.
        iou_threshold: 0 … 1.
        names: of the classes, if labels are their numbers.

    Raises:
        ValueError: another shape, boxes that are none, or values out of range.
    """

    iou_threshold = RealNumber(0.5, 0, 1, step=0.01).tag(sync=True)
    per_class = traitlets.Bool(False).tag(sync=True)
    step = traitlets.Int(0).tag(sync=True)
    _given = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        boxes: Any,
        scores: Any,
        labels: Any = None,
        image: Any = None,
        iou_threshold: float = 0.5,
        names: Names | None = None,
        **kwargs: Any,
    ) -> None:
        self.boxes = as_boxes("boxes", boxes)
        count = len(self.boxes)
        if count > MOST_BOXES:
            raise ValueError(f"boxes must be at most {MOST_BOXES}, got {count}")
        self.scores = as_scores("scores", scores, count)
        self.classes = as_names("labels", labels, count, names)
        self.image = image
        given = {
            "boxes": self.boxes.tolist(),
            "scores": self.scores.tolist(),
            "classes": self.classes,
            "named": labels is not None,
            "single": self.boxes.dtype == torch.float32,
            **as_picture(image, [self.boxes]),
        }
        super().__init__(iou_threshold=iou_threshold, _given=given, **kwargs)

    @traitlets.validate("step")
    def _step_in_range(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] <= len(self.boxes):
            raise BadValueError(
                f"step must be from 0 to {len(self.boxes)}, the number of boxes, "
                f"got {proposal['value']!r}"
            )
        return proposal["value"]

    @property
    def events(self) -> list[Event]:
        """Everything that happens, in order: one event for each box."""
        classes = self.classes if self.per_class else None
        return suppression(self.boxes, self.scores, self.iou_threshold, classes)

    @property
    def kept(self) -> Tensor:
        """Indices of the boxes kept up to `step`, best first: int64 (K,)."""
        done = self.events[: self.step]
        return torch.tensor([e.box for e in done if e.kind == "keep"], dtype=torch.int64)

    @property
    def removed(self) -> dict[int, Event]:
        """The boxes removed up to `step`, each with its event."""
        return {e.box: e for e in self.events[: self.step] if e.kind == "remove"}

    def summary(self) -> str:
        """Where the steps have got to, and what stays in the end."""
        final = [e.box for e in self.events if e.kind == "keep"]
        return (
            f"NMS stepper: {len(self.boxes)} boxes, threshold {self.iou_threshold:g}"
            f"{' for each class' if self.per_class else ''}; after {self.step} steps "
            f"{len(self.kept)} are kept and {len(self.removed)} removed; in the end {final} stay."
        )

    def fallback_figure(self) -> Figure:
        """All boxes, and those that stay in the end."""
        from .detection_figures import suppression_figure

        return suppression_figure(self)
