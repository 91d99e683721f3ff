"""Fully convolutional networks (Long, Shelhamer and Darrell, 2015): scores that grow back.

The weights that make a transposed convolution interpolate → scores of several strides in one map.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least


def bilinear_weight(channels: int, factor: int) -> Tensor:
    """Weights with which a transposed convolution enlarges by interpolation: (C, C, 2F, 2F).

    With stride `factor` and padding factor // 2, away from the border, it does what
    `F.interpolate(…, mode="bilinear", align_corners=False)` does. Each channel goes to itself.
    FCN starts from these weights and may learn better ones.

    Args:
        channels: C, at least 1.
        factor: how many times as large, an even number.

    Raises:
        ValueError: a number out of its range.

    Source: Long et al. (2015), section 3.3. Checked against torch.nn.functional.interpolate.
    """
    require_at_least(1, channels=channels)
    if factor < 2 or factor % 2:
        raise ValueError(f"factor must be an even number of at least 2, got {factor}")
    away = (torch.arange(2 * factor) + 0.5 - factor).abs() / factor  # (2F,), 0 … 1
    tent = (1 - away)[:, None] * (1 - away)  # (2F, 2F)
    weight = torch.zeros(channels, channels, 2 * factor, 2 * factor)
    weight[range(channels), range(channels)] = tent
    return weight


def fused_scores(scores: list[Tensor], size: tuple[int, int]) -> Tensor:
    """Scores of several strides as one map: FCN-32s of one, FCN-16s of two, FCN-8s of three.

    The coarsest is enlarged to the next one and added to it, and so on; the last sum is enlarged
    to the picture.

    Args:
        scores: (N, K, h, w) each, from the coarsest to the finest, at least one.
        size: height and width of the picture.

    Returns:
        (N, K, *size).

    Raises:
        ValueError: no scores.

    Source: Long et al. (2015), figure 3, with interpolation that is not learned. Checked against
    the additions written out.
    """
    if not scores:
        raise ValueError("scores must hold at least one map, got none")
    total = scores[0]
    for finer in scores[1:]:
        total = finer + enlarged(total, (finer.shape[-2], finer.shape[-1]))  # (N, K, h, w)
    return enlarged(total, size)


def enlarged(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear interpolation: (N, C, h, w) → (N, C, *size)."""
    return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


def at_stride(labels: Tensor, num_classes: int, stride: int) -> Tensor:
    """What a perfect network of a stride could say: each class's share of a cell, as scores.

    Args:
        labels: (N, H, W), classes 0 … num_classes − 1; sides that `stride` divides.
        num_classes: K.
        stride: pixels from one cell to the next, at least 1.

    Returns:
        (N, K, H / stride, W / stride), from 0 to 1.

    Raises:
        ValueError: a side that the stride does not divide.
    """
    require_at_least(1, stride=stride)
    if labels.shape[-2] % stride or labels.shape[-1] % stride:
        raise ValueError(f"stride must divide {tuple(labels.shape[-2:])}, got {stride}")
    truth = F.one_hot(labels, num_classes).movedim(-1, 1).float()  # (N, K, H, W)
    return F.avg_pool2d(truth, stride)
