"""Masks as sets of pixels: how far two agree, the box around one, which of several to keep."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

POLICIES = ("best", "largest", "smallest")


def mask_iou(a: Any, b: Any) -> Tensor:
    """The pixels that two masks share, over the pixels that they cover together.

    Args:
        a, b: (..., H, W) boolean, or whole numbers where 0 is outside; the leading axes broadcast.

    Returns:
        (...) float32, 0 to 1. Two empty masks agree: 1. An empty and another one: 0.

    Raises:
        ValueError: masks of different height or width, or of floating point (logits?).

    Checked against torchmetrics' BinaryJaccardIndex and sets of pixels.
    """
    a, b = as_mask("a", a), as_mask("b", b)
    if a.shape[-2:] != b.shape[-2:]:
        raise ValueError(f"b must be as large as a, {tuple(a.shape)}, got {tuple(b.shape)}")
    shared = (a & b).sum(dim=(-2, -1)).float()  # (...)
    together = (a | b).sum(dim=(-2, -1)).float()  # (...)
    return torch.where(together > 0, shared / together.clamp(min=1), 1.0)


def mask_to_box(mask: Any) -> Tensor:
    """The box around a mask, by its first and last column and row.

    Args:
        mask: (..., H, W) boolean, or whole numbers where 0 is outside.

    Returns:
        (..., 4) float32: x1, y1, x2, y2 in pixels; the last column and row belong to the mask, so
        one pixel gives x1 = x2. An empty mask gives 0, 0, 0, 0.

    Raises:
        ValueError: no height and width, or floating point.

    Checked against segment_anything.utils.amg.batched_mask_to_box and, for masks with a pixel,
    torchvision.ops.masks_to_boxes.
    """
    mask = as_mask("mask", mask)
    sides = []
    for cells in (mask.any(dim=-2), mask.any(dim=-1)):  # columns (..., W), rows (..., H)
        places = torch.arange(cells.shape[-1], device=mask.device)
        first = torch.where(cells, places, cells.shape[-1]).amin(dim=-1)  # (...)
        last = torch.where(cells, places, -1).amax(dim=-1)  # (...)
        sides.append((first, last))
    (x1, x2), (y1, y2) = sides
    box = torch.stack([x1, y1, x2, y2], dim=-1).float()  # (..., 4)
    return torch.where(mask.any(dim=-1).any(dim=-1)[..., None], box, 0.0)


def pick_mask(masks: Any, scores: Any, policy: str = "best") -> Tensor:
    """One of several masks for the same prompt.

    Args:
        masks: (K, H, W) boolean, K at least 1.
        scores: (K,) the IoU that the model predicts for each; may lie above 1.
        policy: "best" (the highest score), "largest" or "smallest" (number of pixels). Of equal
            ones, the first.

    Returns:
        (H, W) boolean.

    Raises:
        ValueError: no mask, another number of scores, or an unknown policy.

    Checked against sorting in Python.
    """
    masks, scores = as_mask("masks", masks), torch.as_tensor(scores)
    if masks.dim() != 3 or len(masks) == 0:
        raise ValueError(f"masks must be (K, H, W) with at least one, got {tuple(masks.shape)}")
    if scores.shape != masks.shape[:1]:
        raise ValueError(f"scores must be one for each of {len(masks)} masks, got {scores.shape}")
    if policy not in POLICIES:
        raise ValueError(f"policy must be one of {', '.join(POLICIES)}, got {policy!r}")
    areas = masks.sum(dim=(1, 2))  # (K,)
    worth = {"best": scores, "largest": areas, "smallest": -areas}[policy]
    return masks[worth.argmax()]


def mask_nms(masks: Any, scores: Any, iou_threshold: float) -> Tensor:
    """Non-maximum suppression on masks: of masks that overlap too much, the best one stays.

    Args:
        masks: (K, H, W) boolean.
        scores: (K,) higher is better.
        iou_threshold: a mask goes if its IoU with a better one that stays is *above* this.

    Returns:
        (M,) int64: indices of the masks that stay, best first. No mask gives (0,).

    Raises:
        ValueError: another number of scores.

    Checked against torchvision.ops.nms on masks that are boxes.
    """
    masks, scores = as_mask("masks", masks), torch.as_tensor(scores)
    if scores.shape != masks.shape[:1]:
        raise ValueError(f"scores must be one for each of {len(masks)} masks, got {scores.shape}")
    order = scores.argsort(descending=True, stable=True)
    kept: list[int] = []
    for index in order.tolist():
        if not kept or mask_iou(masks[kept], masks[index]).max() <= iou_threshold:
            kept.append(index)
    return torch.tensor(kept, dtype=torch.int64, device=masks.device)


def as_mask(name: str, mask: Any) -> Tensor:
    """A boolean tensor (..., H, W), or ValueError with the argument's name."""
    given = torch.as_tensor(mask)
    if given.dim() < 2:
        raise ValueError(f"{name} must be (..., H, W), got {tuple(given.shape)}")
    if given.is_floating_point() or given.is_complex():
        raise ValueError(f"{name} must be boolean, got {given.dtype}: compare logits with 0 first")
    return given if given.dtype == torch.bool else given != 0


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"08": (mask_iou, mask_to_box, pick_mask, mask_nms)}
