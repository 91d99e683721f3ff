"""Losses for numbers: squares, absolute values, and a mixture of both.

They compare values, neither logits nor probabilities. The constant that makes the squares least
is the mean; for absolute values it is the median.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cvlib.losses.reduction import reduced, require_same_shape


def mse_loss(predictions: Tensor, targets: Tensor, reduction: str = "mean") -> Tensor:
    """Squared differences (L2), any shape. Checked against torch.nn.functional.mse_loss."""
    require_same_shape(predictions=predictions, targets=targets)
    return reduced((predictions - targets) ** 2, reduction)


def l1_loss(predictions: Tensor, targets: Tensor, reduction: str = "mean") -> Tensor:
    """Absolute differences (L1), any shape. Checked against torch.nn.functional.l1_loss."""
    require_same_shape(predictions=predictions, targets=targets)
    return reduced((predictions - targets).abs(), reduction)


def smooth_l1_loss(
    predictions: Tensor, targets: Tensor, beta: float = 1.0, reduction: str = "mean"
) -> Tensor:
    """d²/(2β) up to |d| = β, |d| − β/2 beyond: a parabola that goes on as a straight line.

    Any shape. Raises ValueError for shapes that differ or beta not above 0. Source: Girshick
    (2015). Checked against torch.nn.functional.smooth_l1_loss.
    """
    require_same_shape(predictions=predictions, targets=targets)
    if not beta > 0:
        raise ValueError(f"beta must be above 0, got {beta}")
    apart = (predictions - targets).abs()
    near = apart.clamp(max=beta)  # the branch that is not taken stays harmless
    return reduced(torch.where(apart < beta, near**2 / (2 * beta), apart - beta / 2), reduction)
