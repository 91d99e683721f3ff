"""Rare classes: how much each sample should count, and where a detector should start."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def class_weights(labels: Tensor, num_classes: int) -> Tensor:
    """Weights with which every class that occurs counts the same in total: N / (K · nₖ).

    Args:
        labels: (N,) or any shape, whole numbers from 0 to num_classes − 1.
        num_classes: K, with the classes that do not occur.

    Returns:
        (K,) float32. A class without samples gets 0. For equal counts all weights are 1.

    Raises:
        ValueError: num_classes below 1, or a label out of range.

    Checked against sklearn.utils.class_weight.compute_class_weight("balanced").
    """
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    labels = labels.flatten()  # (N,)
    if len(labels) and not 0 <= int(labels.min()) <= int(labels.max()) < num_classes:
        found = labels.unique().tolist()
        raise ValueError(f"labels must be from 0 to {num_classes - 1}, got {found}")
    counts = torch.bincount(labels, minlength=num_classes)  # (K,)
    weights = len(labels) / (num_classes * counts.clamp(min=1))
    return torch.where(counts > 0, weights, 0.0)  # (K,)


def prior_logit(share: float) -> float:
    """The logit whose sigmoid is `share`: log(share / (1 − share)).

    The bias with which the last layer of a detector starts, so that it begins by guessing the
    share of positives instead of ½. Raises ValueError unless 0 < share < 1.

    Source: Lin et al. (2017), section 4.1. Checked against torch.logit.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be above 0 and below 1, got {share}")
    return math.log(share) - math.log1p(-share)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"09": (class_weights, prior_logit)}
