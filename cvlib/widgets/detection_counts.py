"""Detections held against the truth: matches, precision and recall, area under the curve.

Plain Python numbers, as the browser computes them too, with the rules of pycocotools. It does not
call `cvlib.detection.scoring`, which session 06 asks learners to write: a figure in a notebook
has to work where the course's own solutions are sealed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

NAN = float("nan")


class Found(NamedTuple):
    """One picture's detections and true boxes, each box with the name of its class."""

    boxes: Tensor  # (N, 4) xyxy
    scores: Tensor  # (N,), 0 … 1
    classes: list[str]
    truths: Tensor  # (M, 4) xyxy
    true_classes: list[str]

    def only(self, label: str) -> Found:
        """The part with this class; all of it for the empty name."""
        mine = [not label or name == label for name in self.classes]
        true = [not label or name == label for name in self.true_classes]
        return Found(
            self.boxes[torch.tensor(mine, dtype=torch.bool)],
            self.scores[torch.tensor(mine, dtype=torch.bool)],
            [name for name, kept in zip(self.classes, mine, strict=True) if kept],
            self.truths[torch.tensor(true, dtype=torch.bool)],
            [name for name, kept in zip(self.true_classes, true, strict=True) if kept],
        )


class Counts(NamedTuple):
    """How the detections that are let through compare with the truth."""

    right: int  # true positives
    wrong: int  # false positives
    missed: int  # true boxes without a detection

    @property
    def precision(self) -> float:
        """Right among those let through; nan if there are none."""
        shown = self.right + self.wrong
        return self.right / shown if shown else NAN

    @property
    def recall(self) -> float:
        """Right among the true boxes; nan if there are none."""
        true = self.right + self.missed
        return self.right / true if true else NAN

    @property
    def f1(self) -> float:
        """Harmonic mean of the two, 2·right / (2·right + wrong + missed)."""
        all_of_them = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / all_of_them if all_of_them else NAN


class Point(NamedTuple):
    """Precision and recall of the detections with this score or a higher one."""

    score: float
    recall: float
    precision: float


def matches(found: Found, iou_threshold: float) -> list[int | None]:
    """Which true box each detection gets, None for a false positive: one entry a detection.

    The detection with the best score chooses first. It takes the free true box of its class with
    the highest IoU, if that is at least the threshold; of equal ones the first. Those with lower
    scores take nothing from it, so a confidence threshold changes no match of what it lets
    through.
    """
    from torchvision.ops import box_iou

    taken: dict[int, int] = {}
    ious = box_iou(found.boxes.double(), found.truths.double())  # (N, M)
    for i in found.scores.argsort(descending=True, stable=True).tolist():
        free = {
            j: ious[i, j].item()
            for j, name in enumerate(found.true_classes)
            if name == found.classes[i] and j not in taken.values()
        }
        best = max(free, key=lambda j: free[j], default=None)  # the first of equal ones
        if best is not None and free[best] >= iou_threshold:
            taken[i] = best
    return [taken.get(i) for i in range(len(found.boxes))]


def counts(pictures: Sequence[Found], iou_threshold: float, confidence: float) -> Counts:
    """Right, wrong and missed where a score of at least `confidence` is let through."""
    right = wrong = 0
    for found in pictures:
        matched = matches(found, iou_threshold)
        for score, match in zip(found.scores.tolist(), matched, strict=True):
            right += score >= confidence and match is not None
            wrong += score >= confidence and match is None
    return Counts(right, wrong, sum(len(found.truths) for found in pictures) - right)


def precision_recall(pictures: Sequence[Found], iou_threshold: float) -> list[Point]:
    """One point for each detection of all pictures, from the highest score down."""
    truths = sum(len(found.truths) for found in pictures)
    judged = [
        (score, match is not None)
        for found in pictures
        for score, match in zip(found.scores.tolist(), matches(found, iou_threshold), strict=True)
    ]
    judged.sort(key=lambda pair: -pair[0])  # stable
    points, right = [], 0
    for count, (score, hit) in enumerate(judged, start=1):
        right += hit
        points.append(Point(score, right / truths if truths else 0.0, right / count))
    return points


def envelope(points: Sequence[Point]) -> list[float]:
    """For each point the best precision at its recall or a higher one."""
    best, found = 0.0, []
    for point in reversed(points):
        best = max(best, point.precision)
        found.append(best)
    return found[::-1]


def area(points: Sequence[Point]) -> float:
    """Average precision: the exact area under the envelope, 0 … 1; 0 without detections.

    The area is that of PASCAL VOC from 2010 on; `coco_mean` comes close to it.
    """
    total, before = 0.0, 0.0
    for point, height in zip(points, envelope(points), strict=True):
        total += (point.recall - before) * height
        before = point.recall
    return total


def coco_mean(points: Sequence[Point]) -> float:
    """Average precision as COCO has it: the envelope's mean at recall 0, 0.01 … 1."""
    recalls, heights = [point.recall for point in points], [*envelope(points), 0.0]
    return sum(heights[bisect_left(recalls, level / 100)] for level in range(101)) / 101
