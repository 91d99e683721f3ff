"""Maps of whole numbers as pictures: a colour for each class."""

from __future__ import annotations

import torch
from torch import Tensor

from cvlib.figures import PALETTE

VOID = 255  # shown white
NAMES = ("sky", "orange", "green", "vermilion", "purple", "blue", "yellow")


def colour_labels(labels: Tensor) -> Tensor:
    """0 dark grey, 1, 2, … in colours (the eighth has the first one's again), 255 white.

    Args:
        labels: (H, W) or (N, H, W), whole numbers of at least 0.

    Returns:
        (3, H, W) or (N, 3, H, W), float32 in 0 … 1.

    Raises:
        ValueError: another number of axes, floating-point or negative labels.
    """
    if labels.dim() not in (2, 3) or labels.is_floating_point():
        kind = f"{tuple(labels.shape)} {labels.dtype}"
        raise ValueError(f"labels must be whole numbers (H, W) or (N, H, W), got {kind}")
    if labels.numel() and int(labels.min()) < 0:
        raise ValueError(f"labels must not be negative, got {int(labels.min())}")
    hexes = [PALETTE[name] for name in NAMES]
    shades = [[int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)] for text in hexes]
    table = torch.tensor([[0.17, 0.19, 0.21], *shades, [1.0, 1.0, 1.0]])  # (9, 3)
    whole = labels.cpu().long()
    places = torch.where(whole > 0, (whole - 1) % len(NAMES) + 1, 0)
    return table[places.where(whole != VOID, len(table) - 1)].movedim(-1, -3)
