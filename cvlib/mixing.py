"""MixUp and CutMix: pictures that are two at once, with labels that say how much of each.

A random share → MixUp → CutMix. Both draw in this order from the generator: the share λ by
`beta`, the partners by `torch.randperm(N)`, and CutMix then the middle of the box, first its row
by `torch.randint(H, (1,))`, then its column by `torch.randint(W, (1,))`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor


def beta(alpha: float, generator: Generator) -> float:
    """A random number from Beta(α, α), 0 … 1: near 0 or 1 for small α, uniform for α = 1.

    The share of one of two gamma-distributed numbers in their sum; by logarithms, since for small
    α both are smaller than any float. Raises ValueError unless alpha is above 0.
    """
    if not alpha > 0:
        raise ValueError(f"alpha must be above 0, got {alpha}")
    shape = torch.full((2,), 1 + float(alpha), dtype=torch.float64)
    large = torch._standard_gamma(shape, generator=generator)  # from Gamma(1 + α)
    shrink = torch.rand(2, generator=generator, dtype=torch.float64).log() / alpha
    first, second = (large.log() + shrink).tolist()  # logarithms of two from Gamma(α)
    return torch.sigmoid(torch.tensor(first - second, dtype=torch.float64)).item()


def soft_labels(y: Tensor, order: Tensor, num_classes: int, share: float) -> Tensor:
    """(1 − share) of each label and `share` of its partner's: (N,) → (N, num_classes) float32."""
    own = F.one_hot(y, num_classes).float()  # (N, K)
    return (1 - share) * own + share * own[order]


def check_batch(x: Tensor, y: Tensor, alpha: float) -> None:
    """Raise ValueError unless x and y belong together and alpha is above 0."""
    if len(x) != len(y):
        raise ValueError(f"y must have {len(x)} labels, one for each picture, got {len(y)}")
    if not alpha > 0:
        raise ValueError(f"alpha must be above 0, got {alpha}")


def mixup(
    x: Tensor, y: Tensor, num_classes: int, alpha: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Blend each picture with another one of the batch, and the labels alike.

    Args:
        x: pictures (N, C, H, W). They stay as they are.
        y: labels (N,) int64, 0 … num_classes − 1.
        alpha: of Beta(α, α), from which one λ is drawn for the whole batch; above 0.
        generator: on the CPU; see the top of the file for the order of the draws.

    Returns:
        λ x + (1 − λ) x[order], and λ and 1 − λ at the two labels, (N, num_classes).

    Raises:
        ValueError: alpha not above 0, or as many labels as pictures are not there.

    Source: Zhang et al. (2018), equation 1.
    """
    check_batch(x, y, alpha)
    lam = beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator).to(x.device)
    return lam * x + (1 - lam) * x[order], soft_labels(y, order, num_classes, 1 - lam)


def cut_box(row: int, column: int, height: int, width: int, lam: float) -> tuple[int, ...]:
    """Top, bottom, left, right of a box of the area share 1 − λ around a place, clipped."""
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, left = row - tall // 2, column - wide // 2
    return max(0, top), min(height, top + tall), max(0, left), min(width, left + wide)


def cutmix(
    x: Tensor, y: Tensor, num_classes: int, alpha: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Paste a box of another picture into each picture, and mix the labels by area.

    The box should cover 1 − λ of the picture; at the border it is clipped, and the labels follow
    what was really pasted. Arguments and errors as for `mixup`.

    Returns:
        Pictures (N, C, H, W), and labels (N, num_classes).

    Source: Yun et al. (2019), section 3.2.
    """
    check_batch(x, y, alpha)
    height, width = x.shape[-2:]
    lam = beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator).to(x.device)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    top, bottom, left, right = cut_box(row, column, height, width, lam)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    return mixed, soft_labels(y, order, num_classes, share)


def with_seed(
    mix: Callable[..., tuple[Tensor, Tensor]],
    x: Tensor,
    y: Tensor,
    num_classes: int,
    alpha: float,
    seed: int,
) -> tuple[Tensor, Tensor]:
    """Call `mixup` or `cutmix` with a fresh generator that starts at `seed`; for checks."""
    return mix(x, y, num_classes, alpha, torch.Generator().manual_seed(seed))


REFERENCES = {"05": (mixup, cutmix)}
