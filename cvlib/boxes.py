"""Boxes in pairs: area, and four measures of how well two boxes agree; and one set with another.

Boxes are (…, 4) floating point, x1, y1, x2, y2 with x1 ≤ x2 and y1 ≤ y2; x grows to the right, y
downwards. What begins with `paired` follows torchvision's losses: 1e-7 in each denominator keeps
boxes without area finite.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

EPSILON = 1e-7


def box_area(boxes: Tensor) -> Tensor:
    """Width times height, without "+ 1": (…, 4) xyxy → (…). Checked against torchvision."""
    if boxes.dim() < 1 or boxes.shape[-1] != 4:
        raise ValueError(f"boxes must have shape (…, 4), got {tuple(boxes.shape)}")
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def intersection_and_union(boxes1: Tensor, boxes2: Tensor) -> tuple[Tensor, Tensor]:
    """Areas of what two boxes share and of what they cover together: twice (…, 4) → twice (…).

    Boxes that do not touch share 0. Raises ValueError for shapes that differ or do not end in 4.
    """
    if boxes1.shape != boxes2.shape:
        raise ValueError(
            f"boxes2 must have the shape of boxes1, {tuple(boxes1.shape)}, "
            f"got {tuple(boxes2.shape)}"
        )
    both = box_area(boxes1) + box_area(boxes2)
    corner1 = torch.maximum(boxes1[..., :2], boxes2[..., :2])  # (…, 2)
    corner2 = torch.minimum(boxes1[..., 2:], boxes2[..., 2:])  # (…, 2)
    sides = corner2 - corner1  # (…, 2): below 0 where the boxes are apart
    shared = torch.where((sides > 0).all(dim=-1), sides.prod(dim=-1), 0)
    return shared, both - shared


def enclosing_box(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """The smallest box around both: twice (…, 4) → (…, 4)."""
    corner1 = torch.minimum(boxes1[..., :2], boxes2[..., :2])
    corner2 = torch.maximum(boxes1[..., 2:], boxes2[..., 2:])
    return torch.cat([corner1, corner2], dim=-1)


def paired_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Intersection over union of each pair, 0 … 1: twice (…, 4) → (…).

    Checked against the diagonal of torchvision.ops.box_iou.
    """
    shared, union = intersection_and_union(boxes1, boxes2)
    return shared / (union + EPSILON)


def paired_giou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """IoU minus the share of the enclosing box that neither covers, −1 … 1.

    Source: Rezatofighi et al. (2019).
    """
    shared, union = intersection_and_union(boxes1, boxes2)
    around = box_area(enclosing_box(boxes1, boxes2))
    return shared / (union + EPSILON) - (around - union) / (around + EPSILON)


def paired_diou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """IoU minus (distance of the centres / diagonal of the enclosing box)², −1 … 1.

    Source: Zheng et al. (2020).
    """
    sides = enclosing_box(boxes1, boxes2).unflatten(-1, (2, 2)).diff(dim=-2).squeeze(-2)  # (…, 2)
    centres = [boxes.unflatten(-1, (2, 2)).mean(dim=-2) for boxes in (boxes1, boxes2)]  # (…, 2)
    apart = (centres[0] - centres[1]).square().sum(dim=-1)
    return paired_iou(boxes1, boxes2) - apart / (sides.square().sum(dim=-1) + EPSILON)


def paired_ciou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """DIoU minus α·v, where v compares the shapes: (4/π²)(difference of arctan(w/h))².

    α = v / (1 − IoU + v) takes no part in the gradient. Source: Zheng et al. (2020).
    """
    angles = [
        torch.atan2(boxes[..., 2] - boxes[..., 0], boxes[..., 3] - boxes[..., 1])
        for boxes in (boxes1, boxes2)
    ]
    v = (4 / math.pi**2) * (angles[0] - angles[1]).square()
    with torch.no_grad():
        alpha = v / (1 - paired_iou(boxes1, boxes2) + v + EPSILON)
    return paired_diou(boxes1, boxes2) - alpha * v


def iou_with(box: Tensor, boxes: Tensor) -> Tensor:
    """Intersection over union of one box (4,) with each of several (M, 4), 0 … 1: (M,).

    Boxes that cover no area together have 0.
    """
    shared, union = intersection_and_union(box.expand_as(boxes), boxes)
    return shared / torch.where(union > 0, union, 1)


def box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """Intersection over union of each box with each: (N, 4) and (M, 4) xyxy → (N, M), 0 … 1.

    Either may hold no boxes. Boxes that cover no area together have 0, where torchvision has NaN.
    Raises ValueError for other shapes. Checked against torchvision.ops.box_iou, forward and
    backward.
    """
    for name, boxes in {"boxes1": boxes1, "boxes2": boxes2}.items():
        if boxes.dim() != 2 or boxes.shape[1] != 4:
            raise ValueError(f"{name} must have shape (N, 4), got {tuple(boxes.shape)}")
    shape = len(boxes1), len(boxes2), 4
    each1, each2 = boxes1[:, None].expand(shape), boxes2[None].expand(shape)  # (N, M, 4)
    shared, union = intersection_and_union(each1, each2)  # (N, M)
    return shared / torch.where(union > 0, union, 1)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
# Session 06 asks for all pairs; there, iou_with is a tool for what follows.
REFERENCES = {
    "06": (box_iou,),
    "09": (paired_iou, paired_giou, paired_diou, paired_ciou, iou_with),
}
