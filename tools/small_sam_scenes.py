"""What the small SAM learns from: scenes in memory, and every region that a prompt may mean.

Scenes → batches, turned and cut → regions. A region is a map (128, 128) of what is inside. Each
scene has 16: the ground, five objects, their five marks, and five groups (an object with all that
touch it); those that a scene doesn't have are empty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.scenes import MOST, make_scenes
from cvlib.small_sam import SIZE

GROUND, OBJECT, MARK, GROUP = 0, 1, 1 + MOST, 1 + 2 * MOST  # places among the regions
REGIONS = 1 + 3 * MOST
LOW = SIZE // 2  # of the masks that the decoder draws
FEWEST = 24  # pixels of an object that is asked for
MIDDLE = 127.5  # what SamPredictor pads pictures with, before it normalises them


class Stock(NamedTuple):
    """Scenes as bytes."""

    images: Tensor  # (N, 3, 128, 128) uint8
    regions: Tensor  # (N, 16, 128, 16) uint8, eight pixels in a byte
    counts: Tensor  # (N,) objects


class Batch(NamedTuple):
    """Pictures of one step."""

    images: Tensor  # (B, 3, 128, 128) float32, 0 … 255
    regions: Tensor  # (B, 16, 128, 128) bool


def stock(count: int, seed: int) -> Stock:
    """Two thirds of the scenes have marks."""
    third = count // 3
    scenes = make_scenes(count - third, SIZE, seed=seed, marks=True)
    scenes += make_scenes(third, SIZE, seed=seed + 1)
    images = torch.stack([(scene.image * 255).round().to(torch.uint8) for scene in scenes])
    packed = [np.packbits(regions_of(s.masks, s.parts).numpy(), axis=-1) for s in scenes]
    counts = torch.tensor([len(scene.masks) for scene in scenes])
    return Stock(images, torch.from_numpy(np.stack(packed)), counts)


def regions_of(masks: Tensor, parts: Tensor) -> Tensor:
    """All regions of a scene: (K, 128, 128) twice → (16, 128, 128) bool."""
    count = len(masks)
    regions = torch.zeros(REGIONS, SIZE, SIZE, dtype=torch.bool)
    regions[GROUND] = ~masks.any(0)
    regions[OBJECT : OBJECT + count] = masks
    regions[MARK : MARK + count] = parts
    wider = F.max_pool2d(masks[None].float(), 5, 1, 2)[0]  # (K, 128, 128)
    touches = wider.flatten(1) @ masks.flatten(1).float().T > 0  # (K, K)
    for index in range(count):
        if touches[index].sum() > 1:
            regions[GROUP + index] = masks[touches[index]].any(0)
    return regions


def batch(source: Stock, size: int) -> Batch:
    """Some scenes by chance, mirrored, turned, with channels exchanged; some of them cut.

    Scenes with many objects come more often: where there is one, a click says nothing.
    """
    weights = (source.counts - 1.0).clamp(min=0) + 0.1 * (source.counts > 0)
    chosen = torch.multinomial(weights, size)
    images = source.images[chosen].float()[:, torch.randperm(3)]
    regions = torch.from_numpy(np.unpackbits(source.regions[chosen].numpy(), axis=-1)).bool()
    for axes in ((-1,), (-2,)):
        if torch.rand(()) < 0.5:
            images, regions = images.flip(axes), regions.flip(axes)
    if torch.rand(()) < 0.5:
        images, regions = images.transpose(-1, -2), regions.transpose(-1, -2)
    images, regions = images.contiguous(), regions.contiguous()
    for image, maps in zip(images, regions, strict=True):
        if torch.rand(()) < 0.4:
            cut(image, maps)
    return Batch(images, regions)


def cut(image: Tensor, maps: Tensor) -> None:
    """Pad a part, below or on the right, as pictures that are not square are padded; in place."""
    edge = int(torch.randint(LOW, SIZE, ()))
    if torch.rand(()) < 0.5:
        image, maps = image.transpose(-1, -2), maps.transpose(-1, -2)
    if (maps[OBJECT:MARK, :edge].sum((1, 2)) >= FEWEST).any():
        image[:, edge:], maps[:, edge:] = MIDDLE, False


def some_objects(regions: Tensor, each: int) -> tuple[Tensor, Tensor]:
    """Objects by chance: regions (B, 16, H, W) → their scenes and numbers, (B · each,) twice."""
    scene = torch.arange(len(regions)).repeat_interleave(each)
    seen = regions[:, OBJECT:MARK].sum((2, 3)) >= FEWEST  # (B, 5)
    return scene, torch.multinomial(seen[scene].float(), 1)[:, 0]


def low(maps: Tensor) -> Tensor:
    """Maps (N, 128, 128) → shares of each 2 × 2 pixels, (N, 64, 64)."""
    return F.avg_pool2d(maps.float()[:, None], 2)[:, 0]


def some_pixel(weights: Tensor) -> tuple[Tensor, Tensor]:
    """A place by chance: weights (N, 64, 64) → flat index (N,), and x, y in the picture (N, 2)."""
    place = torch.multinomial(weights.flatten(1).float() + 1e-6, 1)[:, 0]
    corner = 2 * torch.stack([place % LOW, place // LOW], dim=1)  # (N, 2)
    return place, (corner + torch.randint(0, 2, corner.shape)).float()
