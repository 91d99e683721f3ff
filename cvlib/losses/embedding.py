"""Losses of places: what belongs together should lie together, everything else apart.

They take embeddings, (N, D) vectors; neither logits nor probabilities. All average over the
batch; the mean of none is NaN.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.losses.reduction import require_same_shape


def cosine_loss(a: Tensor, b: Tensor) -> Tensor:
    """1 − cosine of each pair that belongs together, averaged: twice (N, D) → (), 0 … 2.

    Checked against torch.nn.functional.cosine_embedding_loss with target 1.
    """
    require_same_shape(a=a, b=b)
    return (1 - (F.normalize(a, dim=1) * F.normalize(b, dim=1)).sum(dim=1)).mean()


def triplet_loss(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0) -> Tensor:
    """max(0, distance to the positive − distance to the negative + margin), averaged.

    Three times (N, D) → (). Source: Schroff et al. (2015), with plain distances. Checked against
    torch.nn.functional.triplet_margin_loss.
    """
    require_same_shape(anchor=anchor, positive=positive, negative=negative)
    near, far = ((anchor - other + 1e-6).norm(dim=1) for other in (positive, negative))  # (N,)
    return F.relu(near - far + margin).mean()


def contrastive_loss(a: Tensor, b: Tensor, temperature: float = 0.1) -> Tensor:
    """Which row of b belongs to this row of a? Cross-entropy over cosines: twice (N, D) → ().

    The N cosines divided by `temperature` are the logits, and row i's right answer is i: a
    classifier whose classes are the batch. Raises ValueError for shapes that differ or a
    temperature not above 0. Source: van den Oord et al. (2018), InfoNCE.
    """
    require_same_shape(a=a, b=b)
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    logits = F.normalize(a, dim=1) @ F.normalize(b, dim=1).T / temperature  # (N, N)
    return F.cross_entropy(logits, torch.arange(len(a), device=a.device))
