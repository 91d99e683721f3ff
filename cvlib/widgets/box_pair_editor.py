"""Box-pair editor: move and resize two boxes, and see what IoU, GIoU, DIoU and CIoU say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
import traitlets
from torch import Tensor

from .base import BadValueError
from .box_widget import BoxWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 12, 7  # of the field
SMALLEST = 0.5  # of a box's sides
NAMES = {"iou": "IoU", "giou": "GIoU", "diou": "DIoU", "ciou": "CIoU"}


class Box(traitlets.List):
    """x1, y1, x2, y2 in the field, sides of at least SMALLEST."""

    def validate(self, obj: Any, value: Any) -> list[float]:
        """Return four floats, or raise BadValueError."""
        try:
            x1, y1, x2, y2 = (float(number) for number in value)
            inside = x1 >= 0 and y1 >= 0 and x2 <= WIDTH and y2 <= HEIGHT
            right = inside and min(x2 - x1, y2 - y1) > SMALLEST - 1e-9
        except (TypeError, ValueError):
            right = False
        if not right or not all(map(math.isfinite, (x1, y1, x2, y2))):
            raise BadValueError(
                f"{self.name} must be x1, y1, x2, y2 with sides of {SMALLEST} or more inside "
                f"{WIDTH} × {HEIGHT}, got {value!r}"
            )
        return [x1, y1, x2, y2]


class BoxPairEditor(BoxWidget):
    """Two boxes to drag: `box1` is the prediction, `box2` the truth; both x1, y1, x2, y2.

    `overlaps` holds the four measures, `pushes` where each of the losses 1 − measure pushes the
    prediction's centre. A bad value raises ValueError.
    """

    box1 = Box([1.0, 1.0, 4.0, 3.0]).tag(sync=True)
    box2 = Box([3.0, 2.0, 7.0, 5.0]).tag(sync=True)
    _field = traitlets.List([WIDTH, HEIGHT, SMALLEST]).tag(sync=True)
    _names = traitlets.Dict(NAMES).tag(sync=True)

    def _losses(self, box: Tensor) -> dict[str, Tensor]:
        from torchvision import ops

        pair = box[None], torch.tensor([self.box2], dtype=torch.float64)
        return {
            "iou": 1 - ops.box_iou(*pair)[0, 0],
            "giou": ops.generalized_box_iou_loss(*pair)[0],
            "diou": ops.distance_box_iou_loss(*pair)[0],
            "ciou": ops.complete_box_iou_loss(*pair)[0],
        }

    @property
    def overlaps(self) -> dict[str, float]:
        """IoU (0 … 1), GIoU, DIoU and CIoU (below 0 for boxes apart)."""
        found = self._losses(torch.tensor(self.box1, dtype=torch.float64))
        return {name: 1 - loss.item() for name, loss in found.items()}

    @property
    def pushes(self) -> dict[str, tuple[float, float]]:
        """Minus the slope of each loss along the centre of the prediction: (right, down)."""
        box = torch.tensor(self.box1, dtype=torch.float64, requires_grad=True)
        found = {}
        for name, loss in self._losses(box).items():
            (slopes,) = torch.autograd.grad(loss, box)
            found[name] = (-(slopes[0] + slopes[2]).item(), -(slopes[1] + slopes[3]).item())
        return found

    def summary(self) -> str:
        """The four measures in one sentence."""
        told = ", ".join(f"{NAMES[name]} {value:.2f}" for name, value in self.overlaps.items())
        return f"Box-pair editor: prediction {self.box1}, truth {self.box2}; {told}."

    def fallback_figure(self) -> Figure:
        """The boxes and their overlaps."""
        from .loss_figures import boxes_figure

        return boxes_figure(self)
