"""Call an answer to session 06 with what can't cross between processes: models and named tuples.

Each function takes yours first and returns plain values: `check.function(…, through=…)` calls
them with your answer and with the course's own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from cvlib.detection.results import Detection, Truth
from cvlib.pixels import Image, to_image
from cvlib.scenes import make_scene


@functools.cache
def one_yolo() -> Any:
    """The small YOLO, made once: its first pictures take longest."""
    from cvlib.small_yolo import small_yolo

    return small_yolo()


def pictures(seeds: Sequence[int], height: int = 96) -> list[Image]:
    """The upper parts of scenes, wider than high: (height, 128, 3) uint8, red first."""
    return [to_image(make_scene(seed=seed).image)[:height] for seed in seeds]


def detected(
    detect: Callable[..., Any], seeds: Sequence[int], conf: float, height: int = 96
) -> list[dict[str, Any]]:
    """What an answer finds in pictures with the small YOLO; for each, three named tensors.

    Raises:
        TypeError: nothing comes back, or something else than a `Detection` for a picture.
    """
    found = detect(one_yolo(), pictures(seeds, height), conf)
    if found is None:
        raise TypeError("detect gives None instead of a list (is a `return` missing?)")
    return [named(one) for one in found]


def named(one: Any) -> dict[str, Any]:
    """The parts of a detection by their names."""
    if not isinstance(one, Detection):
        raise TypeError(
            "each picture needs a Detection(boxes, scores, labels), "
            f"got an object of type {type(one).__name__}"
        )
    return {"boxes": one.boxes, "scores": one.scores, "labels": one.labels}


def scored(
    mean_average_precision: Callable[..., float],
    detections: Sequence[tuple[Tensor, Tensor, Tensor]],
    truths: Sequence[tuple[Tensor, Tensor]],
    iou_thresholds: Sequence[float] = (0.5,),
) -> float:
    """The score of detections and truths that come as plain tuples."""
    return mean_average_precision(
        [Detection(*one) for one in detections], [Truth(*one) for one in truths], iou_thresholds
    )


def made_up(
    generator: Generator, counts: Sequence[int]
) -> tuple[list[tuple[Tensor, Tensor, Tensor]], list[tuple[Tensor, Tensor]]]:
    """Pictures in which each object is reported twice, a little off, and one more in vain.

    Args:
        counts: objects in each picture, at most 4; their labels are 0 and 1 by turns. What is
            reported in vain has label 3, which no object has.

    Returns:
        (boxes, scores, labels) and (boxes, labels) of each picture; no two scores are equal.
    """
    found, true = [], []
    for number, count in enumerate(counts):
        corner = 30 * torch.arange(count)[:, None] + 8 * torch.rand(count, 2, generator=generator)
        truth = torch.cat([corner, corner + 20], dim=1)  # (count, 4)
        hits = torch.cat([truth, truth]) + torch.randn(2 * count, 4, generator=generator)
        boxes = torch.cat([hits, truth[:1] + 150])  # (2 · count + 1, 4)
        ranks = torch.randperm(len(boxes), generator=generator) + 1
        labels = torch.arange(count) % 2
        scores = ranks / 10 - number / 100
        found.append((boxes, scores, torch.cat([labels, labels, torch.tensor([3])])))
        true.append((truth, labels))
    return found, true
