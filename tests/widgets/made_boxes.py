"""Boxes, scores and true boxes by chance, for tests of the widgets that show them."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


def crowd(count: int, generator: Generator, dtype: torch.dtype = torch.float32) -> Tensor:
    """Boxes around a few places, so that many overlap: (N, 4)."""
    places = 100 * torch.rand(4, 2, generator=generator, dtype=dtype)
    middle = places[torch.randint(4, (count,), generator=generator)]
    middle = middle + 6 * torch.randn(count, 2, generator=generator, dtype=dtype)
    half = 8 + 10 * torch.rand(count, 2, generator=generator, dtype=dtype)
    return torch.cat([middle - half, middle + half], dim=1)  # (N, 4)


def coarse(count: int, generator: Generator, dtype: torch.dtype = torch.float32) -> Tensor:
    """Boxes on a coarse grid, whose IoUs are small fractions and often equal: (N, 4)."""
    corner = torch.randint(0, 4, (count, 2), generator=generator)
    sides = torch.randint(1, 4, (count, 2), generator=generator)
    return torch.cat([corner, corner + sides], dim=1).to(dtype)  # (N, 4)


Detected = tuple[Tensor, Tensor, Tensor]


def some_pictures(
    seed: int, truths: int | None = None, classes: int = 2
) -> tuple[list[Detected], list[tuple[Tensor, Tensor]]]:
    """(boxes, scores, labels) and (boxes, labels) of three pictures; the last has no object.

    `truths` is how many objects there are in all; by default it is up to chance.
    """
    generator = torch.Generator().manual_seed(seed)
    total = int(torch.randint(1, 9, (), generator=generator)) if truths is None else truths
    found, true = [], []
    for count in (total // 2, total - total // 2, 0):
        boxes = crowd(count, generator)
        labels = torch.randint(classes, (count,), generator=generator)
        hits = torch.arange(count).repeat(2)[: int(1.6 * count)]
        moved = boxes[hits] + 4 * torch.randn(len(hits), 4, generator=generator)
        moved[:, 2:] = torch.maximum(moved[:, 2:], moved[:, :2] + 1)
        guessed = torch.cat([moved, crowd(3, generator)])
        its = torch.cat([labels[hits], torch.randint(classes, (3,), generator=generator)])
        found.append((guessed, torch.rand(len(guessed), generator=generator), its))
        true.append((boxes, labels))
    return found, true
