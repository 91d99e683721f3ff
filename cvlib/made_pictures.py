"""A world of 34 kinds of made pictures, on which the course's small EfficientNet learned to see.

Shapes → colours → light, noise and occlusion → a batch. Patterns come from
`cvlib.made_textures`. Pictures are (N, 3, H, W) float32 in 0 … 1, labels (N,) int64.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from cvlib.conv_arithmetic import require_at_least
from cvlib.made_textures import PATTERNS, clouds, noise, sharp, turned_plane

Outline = Callable[[Tensor, Tensor], Tensor]  # place in the shape's own system → how far inside


def polar(u: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Distance and angle."""
    return (u * u + v * v).sqrt(), torch.atan2(v, u)


def polygon(corners: int, u: Tensor, v: Tensor) -> Tensor:
    """How far inside a regular polygon."""
    distance, angle = polar(u, v)
    part = 2 * math.pi / corners
    return 0.8 - distance * torch.cos((angle % part) - part / 2)


def star(u: Tensor, v: Tensor) -> Tensor:
    """How far inside a star with five points."""
    distance, angle = polar(u, v)
    part = 2 * math.pi / 5
    return 0.45 + 0.9 * ((angle % part) / part - 0.5).abs() - distance


OUTLINES: dict[str, Outline] = {
    "disc": lambda u, v: 0.9 - polar(u, v)[0],
    "square": lambda u, v: polygon(4, u, v),
    "triangle": lambda u, v: polygon(3, u, v) - 0.2,
    "ring": lambda u, v: 0.2 - (polar(u, v)[0] - 0.75).abs(),
    "cross": lambda u, v: torch.minimum(
        0.28 - torch.minimum(u.abs(), v.abs()), 0.95 - torch.maximum(u.abs(), v.abs())
    ),
    "star": star,
    "crescent": lambda u, v: torch.minimum(0.9 - polar(u, v)[0], polar(u - 0.45, v)[0] - 0.7),
    "bar": lambda u, v: torch.minimum(0.25 - u.abs(), 1.1 - v.abs()),
}
KINDS = (*PATTERNS, *OUTLINES)


def drawn(count: int, low: float, high: float, generator: Generator) -> Tensor:
    """Uniform numbers (N, 1, 1)."""
    return low + (high - low) * torch.rand(count, 1, 1, generator=generator)


def heights(kind: str, count: int, size: int, generator: Generator) -> Tensor:
    """Pictures of one kind before they have colours: (N, size, size), 0 … 1."""
    plane = turned_plane(count, size, generator)
    if kind in PATTERNS:
        return PATTERNS[kind](plane)
    zoom = drawn(count, 0.4, 0.75, generator)
    middle = [p.mean((1, 2), keepdim=True) + drawn(count, -1, 1, generator) for p in plane[:2]]
    inside = OUTLINES[kind](*((p - m) * zoom for p, m in zip(plane[:2], middle, strict=True)))
    return sharp(inside, 25) * 0.85 + 0.15 * clouds(plane)


def coloured(plain: Tensor, generator: Generator) -> Tensor:
    """Heights between two random colours; half of the pictures are grey: (N, H, W) → (N, 3, H, W).

    The two colours differ clearly, and either may be the brighter one.
    """
    count = len(plain)
    ends = torch.rand(count, 2, 3, generator=generator)
    grey = torch.rand(count, 1, 1, generator=generator) < 0.5
    ends = torch.where(grey, ends.mean(2, keepdim=True), ends)
    gap = drawn(count, 0.25, 0.5, generator)[:, :, 0]  # (N, 1)
    up = torch.where(torch.rand(count, 1, generator=generator) < 0.5, gap, -gap)
    low, high = (ends[:, 0] - up).clamp(0, 1), (ends[:, 1] + up).clamp(0, 1)  # (N, 3)
    return torch.lerp(low[..., None, None], high[..., None, None], plain[:, None])


def spoiled(pictures: Tensor, generator: Generator) -> Tensor:
    """Light from one side, grain, and in three of ten pictures something in front of it."""
    count, _, size, _ = pictures.shape
    light = 1 + 0.6 * (noise(count, size, 1, generator) - 0.5)  # (N, H, W)
    strength = drawn(count, 0, 0.12, generator)[..., None]
    grainy = pictures * light[:, None]
    grainy = grainy + strength * torch.randn(pictures.shape, generator=generator)
    edge = torch.rand(count, 2, 1, generator=generator) * 0.8  # upper left corner, of the side
    place = torch.linspace(0, 1, size)
    covered = (place > edge) & (place < edge + 0.3)  # (N, 2, size)
    front = covered[:, 0, :, None] & covered[:, 1, None, :]  # (N, H, W)
    front &= drawn(count, 0, 1, generator) < 0.3
    paint = torch.rand(count, 3, 1, 1, generator=generator)
    return torch.where(front[:, None], paint, grainy).clamp(0, 1)


def made_pictures(
    count: int, size: int = 48, seed: int = 0, labels: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Pictures of all kinds, each turned, zoomed, bent, coloured, lit and spoiled by chance.

    Args:
        count: how many, at least 1.
        size: height and width, at least 8 pixels.
        seed: the same seed gives the same pictures.
        labels: which kinds, (count,); by default they take turns in a random order.

    Returns:
        pictures (count, 3, size, size), 0 … 1, and labels (count,), numbers into `KINDS`.

    Raises:
        ValueError: count or size too small, or labels that are no kinds.
    """
    require_at_least(1, count=count)
    require_at_least(8, size=size)
    generator = torch.Generator().manual_seed(seed)
    if labels is None:
        labels = (torch.randperm(count, generator=generator) % len(KINDS)).long()
    if len(labels) != count or labels.min() < 0 or labels.max() >= len(KINDS):
        raise ValueError(f"labels must be {count} numbers from 0 to {len(KINDS) - 1}, got {labels}")
    plain = torch.empty(count, size, size)
    for number, kind in enumerate(KINDS):
        if chosen := int((labels == number).sum()):
            plain[labels == number] = heights(kind, chosen, size, generator)
    return spoiled(coloured(plain, generator), generator), labels
