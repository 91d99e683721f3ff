"""Greedy non-maximum suppression, one event after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor


class Event(NamedTuple):
    """What happened to one box. Every box has exactly one event."""

    kind: str  # "keep" or "remove"
    box: int
    by: int | None  # the kept box that removes it
    iou: float | None  # with that box


def suppression(
    boxes: Tensor, scores: Tensor, iou_threshold: float, classes: Sequence[str] | None = None
) -> list[Event]:
    """All events in order: the best box left is kept, then removes what overlaps it too much.

    Too much is an IoU strictly greater than the threshold. Equal scores go by index, the smaller
    first.

    Args:
        boxes: (N, 4) xyxy, float32 or float64; IoUs have that precision.
        scores: (N,).
        iou_threshold: 0 … 1.
        classes: one name for each box; a box removes boxes of its own class only. None: any.

    Returns:
        N events. The kept boxes, in order, are what `torchvision.ops.nms` returns for the same
        tensors; with classes, for those of each class. Checked against it.
    """
    from torchvision.ops import box_iou

    ious = box_iou(boxes, boxes)  # (N, N)
    waiting = scores.argsort(descending=True, stable=True).tolist()
    events: list[Event] = []
    while waiting:
        best, *others = waiting
        events.append(Event("keep", best, None, None))
        overlaps = {
            box: ious[best, box].item()
            for box in others
            if classes is None or classes[box] == classes[best]
        }
        gone = [box for box, iou in overlaps.items() if iou > iou_threshold]
        events += [Event("remove", box, best, overlaps[box]) for box in gone]
        waiting = [box for box in others if box not in gone]
    return events
