"""A YOLO of ultralytics, called for pictures, its answer as plain tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cvlib.detection.results import Detection
from cvlib.pixels import Image


def detect(model: Any, images: Sequence[Image], conf: float) -> list[Detection]:
    """What a YOLO finds in each picture.

    Args:
        model: an ultralytics.YOLO.
        images: arrays (H, W, 3) uint8, *red first*; ultralytics wants blue first.
        conf: detections with a smaller score are left out.

    Returns:
        A `Detection` for each picture, on the CPU, the best box first, in pixels of that picture.
    """
    if not images:
        return []
    results = model([image[..., ::-1] for image in images], conf=conf, verbose=False)
    return [
        Detection(found.boxes.xyxy.cpu(), found.boxes.conf.cpu(), found.boxes.cls.long().cpu())
        for found in results
    ]


REFERENCES = {"06": (detect,)}
