"""One residual step on bare tensors: the answer to session 04's bug hunt."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def residual_step(x: Tensor, weight1: Tensor, weight2: Tensor) -> Tensor:
    """relu(x + conv(relu(conv(x)))), with both convolutions 3×3, padding 1, without bias.

    The sum is a new tensor. Written into x (`x += …`), it would destroy what the first convolution
    keeps for its gradient, and what the caller still holds. The ReLU between may work in place:
    no convolution needs its own output on the way back.

    Args:
        x: (N, C, H, W).
        weight1: (M, C, 3, 3).
        weight2: (C, M, 3, 3).

    Returns:
        (N, C, H, W).

    Source: He et al. (2015), equation 1. Checked against `BasicBlock`'s arithmetic.
    """
    out = F.relu(F.conv2d(x, weight1, padding=1))  # (N, M, H, W)
    return F.relu(x + F.conv2d(out, weight2, padding=1))  # (N, C, H, W)


REFERENCES = {"04": (residual_step,)}
