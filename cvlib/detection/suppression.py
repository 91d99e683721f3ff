"""One box for one object: non-maximum suppression, class by class, and in its soft form."""

from __future__ import annotations

import torch
from torch import Tensor

from cvlib.boxes import iou_with


def require_scores(boxes: Tensor, scores: Tensor, labels: Tensor | None = None) -> None:
    """ValueError unless boxes are (N, 4), and scores and labels (N,)."""
    if boxes.dim() != 2 or boxes.shape[1] != 4:
        raise ValueError(f"boxes must have shape (N, 4), got {tuple(boxes.shape)}")
    for name, values in {"scores": scores, "labels": labels}.items():
        if values is not None and values.shape != boxes.shape[:1]:
            raise ValueError(f"{name} must have shape ({len(boxes)},), got {tuple(values.shape)}")


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Non-maximum suppression: keep the best box, drop what covers the same place, go on.

    Args:
        boxes: (N, 4) xyxy.
        scores: (N,); of equal ones, the first counts as the better.
        iou_threshold: a box goes if its IoU with a better one that stays is *above* this.

    Returns:
        Indices of the boxes that stay, the best first: (K,) int64; no boxes give (0,).

    Raises:
        ValueError: shapes that don't fit.

    Checked against torchvision.ops.nms.
    """
    require_scores(boxes, scores)
    order = scores.argsort(descending=True, stable=True)  # (N,)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else order


def batched_nms(boxes: Tensor, scores: Tensor, labels: Tensor, iou_threshold: float) -> Tensor:
    """Non-maximum suppression in which only boxes of one class, or one picture, compete.

    Args:
        boxes, scores, iou_threshold: as in `nms`.
        labels: (N,) whole numbers: boxes with different ones leave each other alone.

    Returns:
        Indices of the boxes that stay, the best first: (K,) int64.

    Raises:
        ValueError: shapes that don't fit.

    Checked against torchvision.ops.batched_nms.
    """
    require_scores(boxes, scores, labels)
    order = scores.argsort(descending=True, stable=True)  # (N,)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        rival = labels[rest] == labels[best]
        order = rest[~(rival & (iou_with(boxes[best], boxes[rest]) > iou_threshold))]
    return torch.stack(keep) if keep else order


def soft_nms(
    boxes: Tensor, scores: Tensor, sigma: float = 0.5, score_threshold: float = 0.001
) -> tuple[Tensor, Tensor]:
    """Soft suppression: neighbours of a chosen box lose score instead of vanishing.

    The best box is chosen, and the scores of all others that are left are multiplied by
    exp(−IoU² / sigma); boxes whose score falls below `score_threshold` go. And so on.

    Args:
        boxes: (N, 4) xyxy.
        scores: (N,), not negative.
        sigma: above 0. The smaller, the harder.
        score_threshold: boxes below it are dropped, at the start too.

    Returns:
        indices (K,) int64 in the order of choice, and the scores (K,) they had when chosen.

    Raises:
        ValueError: shapes that don't fit, or sigma not above 0.

    Source: Bodla et al. (2017), the Gaussian form. Checked against a loop over plain numbers.
    """
    require_scores(boxes, scores)
    if not sigma > 0:
        raise ValueError(f"sigma must be above 0, got {sigma}")
    left = (scores >= score_threshold).nonzero()[:, 0]  # (M,) indices
    current = scores[left]  # (M,): indexing copies
    keep, kept_scores = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        kept_scores.append(current[best])
        decayed = current * torch.exp(-(iou_with(boxes[left[best]], boxes[left]) ** 2) / sigma)
        stays = decayed >= score_threshold
        stays[best] = False
        left, current = left[stays], decayed[stays]
    if not keep:
        return left, current
    return torch.stack(keep), torch.stack(kept_scores)


REFERENCES = {"06": (nms, batched_nms, soft_nms)}
