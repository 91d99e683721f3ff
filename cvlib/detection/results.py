"""What a detector returns for a picture, and what is true of it: boxes with scores and labels."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class Detection(NamedTuple):
    """What was found in one picture; K may be 0.

    Attributes:
        boxes: (K, 4) float32, xyxy, in pixels of the picture.
        scores: (K,) float32, 0 to 1.
        labels: (K,) int64, numbers of classes.
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor


class Truth(NamedTuple):
    """What really is in one picture; K may be 0.

    Attributes:
        boxes: (K, 4) float32, xyxy, in pixels of the picture.
        labels: (K,) int64, numbers of classes.
    """

    boxes: Tensor
    labels: Tensor
