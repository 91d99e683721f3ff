"""Losses that look where two segments meet: pixels near a boundary count for more."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.losses.reduction import require_classes, require_same_shape


def boundary_weights(target: Tensor, width: int, weight: float) -> Tensor:
    """`weight` for pixels with another label within `width` pixels, 1 for all others.

    Within `width` means: in the square of side 2·width + 1 around the pixel, as far as it lies in
    the image. So the band runs along both sides of a boundary, `width` pixels wide on each, and
    the edge of the image is none.

    Args:
        target: (N, H, W) or (H, W), whole numbers; any labels, 255 too.
        width: in pixels, at least 1.
        weight: of the pixels in the band.

    Returns:
        The target's shape, float32.

    Raises:
        ValueError: another number of axes, width below 1.

    Checked against a loop over pixels and their neighbours.
    """
    if target.dim() not in (2, 3):
        raise ValueError(f"target must have shape (N, H, W) or (H, W), got {tuple(target.shape)}")
    if width < 1:
        raise ValueError(f"width must be at least 1, got {width}")
    labels = target.float().reshape(-1, 1, *target.shape[-2:])  # (N, 1, H, W)
    largest, lowest = (
        sign * F.max_pool2d(sign * labels, 2 * width + 1, stride=1, padding=width)
        for sign in (1, -1)
    )  # (N, 1, H, W) each: padding is −∞ and never wins
    near = (largest != lowest).reshape(target.shape)
    return torch.where(near, float(weight), 1.0)


def boundary_loss(logits: Tensor, target: Tensor, width: int = 1, weight: float = 5.0) -> Tensor:
    """Cross-entropy of each pixel, averaged with `boundary_weights`: Σ w·loss / Σ w.

    Args:
        logits: (N, K, H, W), floating point; *not* probabilities.
        target: (N, H, W), whole numbers from 0 to K − 1.
        width, weight: as for `boundary_weights`.

    Returns:
        (). NaN for an empty batch.

    Raises:
        ValueError: shapes that do not fit, classes that do not exist, width below 1.

    Checked against torch.nn.functional.cross_entropy with reduction="none".
    """
    require_classes(logits, target, ignore_index=None)
    weights = boundary_weights(target, width, weight).to(logits)  # (N, H, W)
    surprise = -F.log_softmax(logits, dim=1).gather(1, target[:, None])[:, 0]  # (N, H, W)
    return (weights * surprise).sum() / weights.sum()


def boundary_error(logits: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean of the probability that goes to wrong classes: what the bug hunt asks for.

    For certain predictions this is the weighted share of wrong pixels; between them it has a
    slope, which `argmax` does not.

    Args:
        logits: (N, K, H, W), floating point; *not* probabilities.
        target: (N, H, W), whole numbers from 0 to K − 1.
        weights: (N, H, W), how much each pixel counts.

    Returns:
        (): Σ w·(1 − p) / Σ w.

    Raises:
        ValueError: shapes that do not fit, classes that do not exist.
    """
    require_classes(logits, target, ignore_index=None)
    require_same_shape(target=target, weights=weights)
    right = logits.softmax(dim=1).gather(1, target[:, None])[:, 0]  # (N, H, W)
    return (weights * (1 - right)).sum() / weights.sum()


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"09": (boundary_weights, boundary_loss, boundary_error)}
