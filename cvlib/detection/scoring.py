"""How good is a detector? Matching, average precision of a class, and the mean of these.

boxes and truth → matches → precision and recall → average precision → mAP.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from cvlib.boxes import iou_with
from cvlib.conv_arithmetic import require_at_least
from cvlib.detection.results import Detection, Truth

COCO_THRESHOLDS = tuple((50 + 5 * step) / 100 for step in range(10))  # 0.5, 0.55 … 0.95
LEVELS = 101  # of recall: 0, 0.01 … 1


def precision_and_recall(matches: Tensor, num_truth: int) -> tuple[Tensor, Tensor]:
    """Both after each detection, the best first: (N,) bool → twice (N,) float64.

    Recall is NaN where there is nothing to find.
    """
    hits = matches.double().cumsum(dim=0)  # (N,)
    count = torch.arange(1, len(matches) + 1, device=matches.device)
    return hits / count, hits / num_truth if num_truth else torch.full_like(hits, math.nan)


def average_precision(scores: Tensor, matches: Tensor, num_truth: int) -> float:
    """Mean, over 101 levels of recall, of the best precision at that recall or a higher one.

    Args:
        scores: (N,) of all detections of a class, in any order; of equal ones the first is first.
        matches: (N,) bool: did this detection find an object?
        num_truth: objects that there were to be found.

    Returns:
        0 to 1; 0 for no detections, NaN for no objects: such a class is left out of a mean.

    Raises:
        ValueError: shapes that don't fit, or num_truth below 0.

    Source: the COCO challenge (Lin et al., 2014). Checked against pycocotools and torchmetrics.
    """
    return coco_ap(scores, matches, num_truth)


def coco_ap(scores: Tensor, matches: Tensor, num_truth: int) -> float:
    """What `average_precision` computes, as a tool for learners who build on it."""
    require_at_least(0, num_truth=num_truth)
    if scores.dim() != 1 or matches.shape != scores.shape:
        raise ValueError(
            f"scores and matches must both have shape (N,), got {tuple(scores.shape)} and "
            f"{tuple(matches.shape)}"
        )
    if num_truth == 0:
        return math.nan
    order = scores.argsort(descending=True, stable=True)
    precision, recall = precision_and_recall(matches[order], num_truth)  # (N,)
    envelope = precision.flip(0).cummax(dim=0).values.flip(0)  # (N,): the best from here on
    levels = torch.arange(LEVELS, dtype=torch.float64, device=scores.device) / (LEVELS - 1)
    reached = torch.searchsorted(recall, levels)  # (101,): N where the level is never reached
    return torch.cat([envelope, envelope.new_zeros(1)])[reached].mean().item()


def match_boxes(boxes: Tensor, scores: Tensor, truth: Tensor, iou_threshold: float) -> Tensor:
    """Which detections of one class in one picture find an object? Each object counts once.

    The best detection chooses first: of the objects that are still free, the one with the largest
    IoU, if that is at least the threshold.

    Args:
        boxes: (N, 4) xyxy.
        scores: (N,).
        truth: (M, 4) xyxy.
        iou_threshold: 0 to 1.

    Returns:
        (N,) bool, in the order of `boxes`.

    Source: the COCO challenge. Checked against pycocotools.
    """
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for index in scores.argsort(descending=True, stable=True).tolist():
        overlaps = iou_with(boxes[index], truth).where(free, -1.0)  # (M,)
        if len(truth) and overlaps.max() >= iou_threshold:
            matches[index] = True
            free[overlaps.argmax()] = False
    return matches


def mean_average_precision(
    detections: Sequence[Detection],
    truths: Sequence[Truth],
    iou_thresholds: Sequence[float] = (0.5,),
) -> float:
    """The mean of the average precisions of all classes that occur, at all thresholds.

    Args:
        detections, truths: one of each for every picture: (boxes, scores, labels) and
            (boxes, labels).
        iou_thresholds: IoU from which on a box counts as found; `COCO_THRESHOLDS` for
            mAP@[.5:.95].

    Returns:
        0 to 1; NaN when no object is in any picture. A class without objects doesn't count.

    Raises:
        ValueError: another number of detections than of truths.

    Checked against pycocotools and torchmetrics.
    """
    if len(detections) != len(truths):
        raise ValueError(
            f"truths must be as many as detections, {len(detections)}, got {len(truths)}"
        )
    known = sorted({label for _, labels in truths for label in labels.tolist()})
    found = []
    for threshold in iou_thresholds:
        for label in known:
            pictures = of_class(detections, truths, label)
            scores = torch.cat([scores for _, scores, _ in pictures])
            matches = torch.cat([match_boxes(*one, threshold) for one in pictures])
            count = sum(len(truth) for _, _, truth in pictures)
            found.append(average_precision(scores, matches, count))
    return sum(found) / len(found) if found else math.nan


def of_class(
    detections: Sequence[Detection], truths: Sequence[Truth], label: int
) -> list[tuple[Tensor, Tensor, Tensor]]:
    """One class in each picture: found boxes (N, 4), their scores (N,), true boxes (M, 4)."""
    return [
        (one.boxes[one.labels == label], one.scores[one.labels == label],
         truth.boxes[truth.labels == label])
        for one, truth in zip(detections, truths, strict=True)
    ]  # fmt: skip


REFERENCES = {"06": (average_precision, match_boxes, mean_average_precision)}
