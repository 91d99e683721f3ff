"""Regions of a mask, and how deep inside them a pixel lies: tools for choosing where to click.

Depth → regions → a plain click that any program can begin with.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

CELLS = 4_000_000  # distances that are computed at once


def depth(mask: Tensor) -> Tensor:
    """The distance of each pixel of a mask to the nearest pixel outside; 0 outside of the mask.

    Beyond the frame, all is outside: a pixel at the frame has depth 1 at most.

    Args:
        mask: (H, W) boolean.

    Returns:
        (H, W) float32, Euclidean distances in pixels, exact. An empty mask gives zeros.

    Raises:
        ValueError: not (H, W) and boolean.

    Source: Saito and Toriwaki (1994), one axis after the other. Checked against
    scipy.ndimage.distance_transform_edt on the padded mask.
    """
    require_mask("mask", mask)
    found = torch.zeros(mask.shape, device=mask.device)
    rows, columns = mask.any(dim=1).nonzero(), mask.any(dim=0).nonzero()
    if len(rows) == 0:
        return found
    part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    padded = F.pad(mask[part], (1, 1, 1, 1))  # (h + 2, w + 2)
    found[part] = distances(padded)[1:-1, 1:-1]
    return found


def distances(mask: Tensor) -> Tensor:
    """Distances to the nearest False, of which each column must have one: (h, w) → (h, w)."""
    height, width = mask.shape
    row = torch.arange(height, device=mask.device)[:, None].expand(height, width)
    above = torch.where(mask, -height, row).cummax(dim=0).values  # the last False so far
    below = torch.where(mask, 2 * height, row).flip(0).cummin(dim=0).values.flip(0)
    straight = torch.minimum(row - above, below - row).float() ** 2  # (h, w), along the column
    x = torch.arange(width, device=mask.device).float()
    across = (x[:, None] - x) ** 2  # (w, w)
    step = max(1, CELLS // width**2)
    parts = [(some[:, None] + across).amin(dim=-1) for some in straight.split(step)]
    return torch.cat(parts).sqrt()  # (h, w)


def regions(mask: Tensor) -> list[Tensor]:
    """The connected parts of a mask, the largest first; pixels that touch at a corner connect.

    Args:
        mask: (H, W) boolean.

    Returns:
        Boolean masks (H, W), one for each part; of equal ones, the upper first. An empty mask has
        none.

    Raises:
        ValueError: not (H, W) and boolean.

    Checked against scipy.ndimage.label.
    """
    require_mask("mask", mask)
    if not mask.any():
        return []
    count = torch.arange(mask.numel(), 0, -1, device=mask.device, dtype=torch.float64)
    numbers = count.reshape(mask.shape) * mask  # each pixel its own; the first one the largest
    while True:
        spread = F.max_pool2d(numbers[None, None], 3, stride=1, padding=1)[0, 0] * mask
        if torch.equal(spread, numbers):
            break
        numbers = spread
    found, areas = numbers[mask].unique(return_counts=True)
    order = sorted(zip((-areas).tolist(), (-found).tolist(), strict=True))
    return [numbers == -number for _, number in order]


def plain_click(pred: Tensor, target: Tensor) -> tuple[int, int, int]:
    """A click to begin with: of all wrong pixels, the one nearest to their common middle.

    Args:
        pred, target: (H, W) boolean, the mask so far and the one that is wanted.

    Returns:
        (x, y, label): label 1 where a pixel is missing, 0 where one is too much.

    Raises:
        ValueError: not two boolean masks of one size, or nothing is wrong.
    """
    require_mask("pred", pred)
    require_mask("target", target)
    places = (pred != target).nonzero().float()  # (wrong pixels, 2): rows and columns
    if len(places) == 0:
        raise ValueError("pred must differ from target somewhere, got equal masks")
    nearest = (places - places.mean(dim=0)).square().sum(dim=1).argmin()
    y, x = (math.floor(number) for number in places[nearest].tolist())
    return x, y, int(target[y, x])


def require_mask(name: str, mask: Tensor) -> None:
    """Raise ValueError unless the mask is (H, W) and boolean."""
    if mask.dim() != 2 or mask.dtype != torch.bool:
        raise ValueError(
            f"{name} must be a boolean (H, W) mask, got {mask.dtype} of shape {tuple(mask.shape)}"
        )
