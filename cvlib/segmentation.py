"""How good a segmentation is: pixel accuracy, intersection over union, Dice.

All take class maps, whole numbers for each pixel, and count over all pixels of a batch together.
Mean IoU is *not* the mean over pictures of each picture's IoU: a class that is rare in a picture
would weigh as much there as where it fills it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least
from cvlib.losses.reduction import require_same_shape


def counted(pred: Tensor, target: Tensor, ignore_index: int | None) -> tuple[Tensor, Tensor]:
    """The pixels that count, in a row: twice (…) → twice (M,).

    Raises:
        ValueError: shapes that differ, or floating-point maps.
    """
    require_same_shape(target=target, pred=pred)
    for name, given in (("pred", pred), ("target", target)):
        if given.is_floating_point():
            raise ValueError(f"{name} must hold whole numbers, got {given.dtype}")
    kept = torch.ones_like(target, dtype=torch.bool)
    if ignore_index is not None:
        kept = target != ignore_index
    return pred[kept], target[kept]


def pixel_accuracy(pred: Tensor, target: Tensor, ignore_index: int | None = None) -> float:
    """Share of the pixels whose predicted class is the true one.

    Args:
        pred: class of each pixel, any shape, for instance (N, H, W); whole numbers.
        target: the true classes, the same shape.
        ignore_index: pixels with this *target* do not count. None: all count.

    Returns:
        0 … 1; NaN if no pixel counts.

    Raises:
        ValueError: shapes that differ, or floating-point maps.

    Checked against torchmetrics.
    """
    pred, target = counted(pred, target, ignore_index)
    return (pred == target).double().mean().item()


def areas(
    pred: Tensor, target: Tensor, num_classes: int, ignore_index: int | None
) -> tuple[Tensor, Tensor]:
    """Pixels that both call k, and pixels of k in `pred` plus those in `target`: twice (K,)."""
    require_at_least(1, num_classes=num_classes)
    pred, target = counted(pred, target, ignore_index)  # (M,), (M,)
    for name, given in (("pred", pred), ("target", target)):
        if given.numel() and not 0 <= int(given.min()) <= int(given.max()) < num_classes:
            found = [int(given.min()), int(given.max())]
            raise ValueError(f"{name} must be from 0 to {num_classes - 1}, got {found}")
    sizes = [given.bincount(minlength=num_classes) for given in (pred, target)]
    shared = target[pred == target].bincount(minlength=num_classes)
    return shared.double(), (sizes[0] + sizes[1]).double()


def mean_iou(
    pred: Tensor, target: Tensor, num_classes: int, ignore_index: int | None = None
) -> float:
    """Mean over classes of intersection over union, |P ∩ T| / |P ∪ T|.

    Classes that are in neither map are left out of the mean: 0 would punish for nothing, 1 would
    reward for nothing. A class that is only predicted, or only true, counts as 0.

    Args:
        pred: class of each pixel, any shape, 0 … num_classes − 1.
        target: the same shape; besides classes it may hold `ignore_index`.
        num_classes: K, at least 1.
        ignore_index: pixels with this target are in none of the areas, whatever is predicted
            there. None: all count.

    Returns:
        0 … 1; NaN if no pixel counts.

    Raises:
        ValueError: shapes that differ, floating-point maps, classes that do not exist.

    Source: Everingham et al. (2010), the PASCAL VOC challenge. Checked against torchmetrics.
    """
    shared, sizes = areas(pred, target, num_classes, ignore_index)  # (K,), (K,)
    there = sizes > 0
    return (shared[there] / (sizes - shared)[there]).mean().item()


def dice_score(
    pred: Tensor, target: Tensor, num_classes: int, ignore_index: int | None = None
) -> float:
    """Mean over classes of Dice, 2 |P ∩ T| / (|P| + |T|), which for one class is its F1 score.

    For one class Dice is 2·IoU / (1 + IoU): the same order, and larger numbers. Arguments, result,
    errors and absent classes as of `mean_iou`.

    Source: Dice (1945). Checked against torchmetrics' F1 score.
    """
    shared, sizes = areas(pred, target, num_classes, ignore_index)  # (K,), (K,)
    there = sizes > 0
    return (2 * shared[there] / sizes[there]).mean().item()


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"07": (pixel_accuracy, areas, mean_iou, dice_score)}
