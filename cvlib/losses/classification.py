"""Losses of classifiers: yes or no, one of K, and the focal loss for a few among very many.

All take *logits*, the scores before sigmoid or softmax. The logarithm is taken together with the
sigmoid or softmax, so values and gradients stay finite for logits of ±10,000.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.losses.reduction import reduced, require_classes, require_same_shape


def bce_with_logits(
    logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Binary cross-entropy: −log of the probability that was given to what happened.

    −[w · t · log σ(z) + (1 − t) · log σ(−z)] for each logit z with target t.

    Args:
        logits: any shape, floating point; *not* probabilities.
        targets: the same shape and dtype, from 0 to 1.
        pos_weight: w, broadcast against the logits' last axes; None counts as 1.
        reduction: "mean", "sum" or "none".

    Returns:
        () or, with "none", the shape of the logits. The mean of an empty batch is NaN. The mean
        divides by the *number* of logits, whatever the weights.

    Raises:
        ValueError: shapes that differ ((N, 1) and (N,) would broadcast to (N, N)), or another
            reduction.

    Checked against torch.nn.functional.binary_cross_entropy_with_logits, forward and backward.
    """
    require_same_shape(logits=logits, targets=targets)
    weight = 1 if pos_weight is None else pos_weight
    yes, no = -F.logsigmoid(logits), -F.logsigmoid(-logits)
    return reduced(weight * targets * yes + (1 - targets) * no, reduction)


def cross_entropy(
    logits: Tensor,
    targets: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Categorical cross-entropy: −log softmax(z)ᵧ, averaged over what is not ignored.

    With smoothing ε the right class gets 1 − ε, and ε is shared out among all K classes, the
    right one too: ε/K each.

    Args:
        logits: (N, K) or (N, K, …), floating point; *not* probabilities.
        targets: (N,) or (N, …), whole numbers from 0 to K − 1, or `ignore_index`.
        weight: (K,), one for each class, or None.
        ignore_index: targets with this number count neither above nor below the line.
        label_smoothing: ε, from 0 to 1.

    Returns:
        (): the weighted mean, Σ wᵧ · loss / Σ wᵧ. NaN where nothing is left to average.

    Raises:
        ValueError: shapes that do not fit, classes that do not exist, ε out of range.

    Source: Szegedy et al. (2016) for the smoothing. Checked against
    torch.nn.functional.cross_entropy, forward and backward.
    """
    require_classes(logits, targets, ignore_index)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must be from 0 to 1, got {label_smoothing}")
    classes = logits.shape[1]
    if weight is None:
        weight = logits.new_ones(classes)
    if weight.shape != (classes,):
        raise ValueError(f"weight must have shape ({classes},), got {tuple(weight.shape)}")
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)  # (N, …, K)
    kept = targets != ignore_index  # (N, …)
    surprise, chosen = surprise[kept], targets[kept]  # (M, K), (M,)
    right = weight[chosen] * surprise.gather(1, chosen[:, None])[:, 0]  # (M,)
    spread_out = (weight * surprise).mean(dim=1)  # (M,)
    each = (1 - label_smoothing) * right + label_smoothing * spread_out
    return each.sum() / weight[chosen].sum()


def focal_loss(
    logits: Tensor,
    targets: Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "none",
) -> Tensor:
    """Binary cross-entropy in which easy answers count for little: α (1 − pₜ)^γ · (−log pₜ).

    pₜ is the probability that was given to what happened.

    Args:
        logits: any shape, floating point; *not* probabilities.
        targets: the same shape and dtype, from 0 to 1.
        alpha: weight of the positives; negatives get 1 − alpha. Below 0: no such weights.
        gamma: how strongly easy answers fade, at least 0; 0 is plain cross-entropy.
        reduction: "none" (as torchvision), "mean" or "sum".

    Returns:
        The shape of the logits, or ().

    Raises:
        ValueError: shapes that differ, alpha above 1, gamma below 0, another reduction.

    Source: Lin et al. (2017), equation 5. Checked against torchvision.ops.sigmoid_focal_loss.
    """
    require_same_shape(logits=logits, targets=targets)
    if alpha > 1 or gamma < 0:
        raise ValueError(f"alpha must be at most 1 and gamma at least 0, got {alpha}, {gamma}")
    surprise = bce_with_logits(logits, targets, reduction="none")
    missing = targets * torch.sigmoid(-logits) + (1 - targets) * torch.sigmoid(logits)  # 1 − pₜ
    tiny = torch.finfo(logits.dtype).tiny  # 0 to a power below 1 has an infinite slope
    each = missing.clamp(min=tiny) ** gamma * surprise
    if alpha >= 0:
        each = (alpha * targets + (1 - alpha) * (1 - targets)) * each
    return reduced(each, reduction)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"09": (bce_with_logits, cross_entropy, focal_loss)}
