"""Weights that keep touching things apart: the border map of the first U-Net."""

from __future__ import annotations

import torch
from torch import Tensor

from cvlib.scenes import Scene

LABEL_DIVISOR = 1000  # of panoptic ids: class · 1000 + number of the thing


def touching_weights(masks: Tensor, weight: float = 10.0, width: float = 5.0) -> Tensor:
    """1, and up to 1 + `weight` on the ground between two things that are close.

    On pixels of no thing: 1 + weight · exp(−(d1 + d2)² / (2 · width²)), with d1 and d2 the
    distances to the nearest and the second nearest thing. With fewer than two things: 1.

    Args:
        masks: (K, H, W) bool, one for each thing.
        weight: at the narrowest place, not negative.
        width: in pixels, above 0.

    Returns:
        (H, W) float32.

    Raises:
        ValueError: another shape or dtype, weight below 0, width not above 0.

    Source: Ronneberger et al. (2015), equation 2, without the class weights. Checked against
    SciPy's distance transform.
    """
    if masks.dim() != 3 or masks.dtype != torch.bool:
        raise ValueError(f"masks must be (K, H, W) bool, got {tuple(masks.shape)} {masks.dtype}")
    if weight < 0 or not width > 0:
        raise ValueError(f"weight must be ≥ 0 and width > 0, got {weight} and {width}")
    weights = torch.ones(masks.shape[1:])
    things = [mask.nonzero().float() for mask in masks if mask.any()]  # (M, 2) each
    if len(things) < 2:
        return weights
    ground = ~masks.any(0)  # (H, W)
    places = ground.nonzero().float()  # (G, 2)
    far = torch.stack([torch.cdist(places, thing).amin(1) for thing in things])  # (K, G)
    nearest = far.sort(0).values[:2].sum(0)  # (G,)
    weights[ground] = 1 + weight * torch.exp(-(nearest**2) / (2 * width**2))
    return weights


def panoptic_map(scene: Scene) -> Tensor:
    """Class and thing of each pixel in one number: (H, W) int64, 0 for the ground.

    (1 + label) · LABEL_DIVISOR + number of the object, from 1: `// LABEL_DIVISOR` gives the class
    of `class_map` back, and `%` tells the things of a class apart. A scene has far fewer than
    LABEL_DIVISOR objects.

    Source: Kirillov et al. (2019); the encoding of Cityscapes and COCO panoptic.
    """
    numbers = torch.arange(1, len(scene.labels) + 1)
    ids = (1 + scene.labels) * LABEL_DIVISOR + numbers  # (K,)
    return (ids[:, None, None] * scene.masks).sum(0)  # (H, W); masks are disjoint
