"""Ten surfaces in photographs: the real pictures of session 05, to be told apart.

Brick, grass, gravel, coins, writing, stars, tissue, moon, fur, vessels: pieces of 48 × 48 pixels
from photographs that come with scikit-image. Nothing is downloaded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from cvlib.conv_arithmetic import require_at_least
from cvlib.images import sample_image
from cvlib.pixels import rgb_to_grey

SIZE = 48
SEED = 5


class Source(NamedTuple):
    """Where pieces of a surface are cut: a photograph, rows and columns of it, and their size."""

    photograph: str
    box: tuple[int, int, int, int]  # top, bottom, left, right
    window: int  # pixels of a side, before a piece is resized to 48


SOURCES = {
    "brick": Source("brick", (0, 512, 0, 512), 96),
    "grass": Source("grass", (0, 512, 0, 512), 64),
    "gravel": Source("gravel", (0, 512, 0, 512), 72),
    "coins": Source("coins", (0, 303, 0, 384), 64),
    "writing": Source("page", (0, 191, 0, 384), 56),
    "stars": Source("hubble", (0, 872, 0, 1000), 80),
    "tissue": Source("tissue", (0, 512, 0, 512), 88),
    "moon": Source("moon", (0, 512, 0, 512), 88),
    "fur": Source("chelsea", (0, 300, 20, 340), 60),
    "vessels": Source("retina", (250, 1150, 200, 1200), 160),
}
NAMES = tuple(SOURCES)
# Part → (from, to) of the columns of a photograph, and pieces of each surface. No pixel is in two.
PARTS = {"train": (0.0, 0.42, 24), "val": (0.42, 0.62, 12), "test": (0.62, 1.0, 40)}


@lru_cache(maxsize=3)
def surfaces(part: str = "train") -> tuple[Tensor, Tensor]:
    """Pieces of ten photographs, grey, all equally bright and contrasty, each turned by chance.

    Args:
        part: "train" (24 of each, from the left of every photograph), "val" (12, from the middle)
            or "test" (40, from the right).

    Returns:
        pictures (N, 1, 48, 48), around 0.5, cut to 0 … 1, and labels (N,), numbers into `NAMES`.

    Raises:
        ValueError: an unknown part.
    """
    if part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(PARTS)}, got {part!r}")
    start, end, count = PARTS[part]
    generator = torch.Generator().manual_seed(SEED + list(PARTS).index(part))
    pictures = [pieces(source, start, end, count, generator) for source in SOURCES.values()]
    labels = torch.arange(len(NAMES)).repeat_interleave(count)  # (N,)
    return torch.cat(pictures), labels


def pieces(
    source: Source, start: float, end: float, count: int, generator: torch.Generator
) -> Tensor:
    """Pieces from the columns `start` … `end` of a photograph: (count, 1, 48, 48)."""
    top, bottom, left, right = source.box
    grey = np.asarray(rgb_to_grey(sample_image(source.photograph)), dtype=np.float32)
    wide = right - left
    field = torch.from_numpy(grey[top:bottom, left + int(start * wide) : left + int(end * wide)])
    cut = []
    for _ in range(count):
        y, x = (int(torch.randint(n - source.window + 1, (), generator=generator))
                for n in field.shape)  # fmt: skip
        piece = field[y : y + source.window, x : x + source.window]
        quarter, mirrored = torch.randint(4, (2,), generator=generator).tolist()
        piece = torch.rot90(piece.flip(-1) if mirrored % 2 else piece, quarter)
        cut.append(F.interpolate(piece[None, None], (SIZE, SIZE), mode="area"))
    return evened(torch.cat(cut))


def evened(pictures: Tensor) -> Tensor:
    """Each picture with mean 0.5 and deviation 0.2, cut to 0 … 1."""
    flat = pictures.flatten(1)
    mean, std = (n.view(-1, 1, 1, 1) for n in (flat.mean(1), flat.std(1)))
    return (0.5 + 0.2 * (pictures - mean) / std.clamp(min=1e-6)).clamp(0, 1)


def loader(part: str, batch_size: int = 32, seed: int = 0) -> DataLoader[tuple[Tensor, ...]]:
    """Batches (pictures, labels), ready for the network; "train" in a new order each time.

    Raises ValueError for an unknown part or a batch_size below 1.
    """
    from cvlib.small_efficientnet import prepared

    require_at_least(1, batch_size=batch_size)
    pictures, labels = surfaces(part)
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(
        TensorDataset(prepared(pictures), labels),
        batch_size,
        shuffle=part == "train",
        generator=generator,
    )
