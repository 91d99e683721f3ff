"""Pictures to segment: coloured shapes on grey ground, and wires in front of them.

A wire's distance → one picture → many. The scenes come from `cvlib.scenes`; their ground is made
greyer, so that a small network learns in seconds what a shape is. Wires are three pixels thin:
next to all of a wire is boundary.
"""

from __future__ import annotations

import math

import torch
from torch import Generator, Tensor
from torch.utils.data import DataLoader, TensorDataset

from cvlib.conv_arithmetic import require_at_least
from cvlib.scenes import Scene, make_scenes

CLASSES = ("ground", "shape", "wire")
SIZE = 64  # pixels
SHAPES = ("disc", "square", "triangle", "star")
HALF_WIDTH = 1.5  # of a wire, in pixels
GREYER = 0.9  # 1 would leave no colour on the ground
LEARN, HOLD_OUT = 160, 32  # pictures


def pictures(count: int, seed: int = 0, size: int = SIZE) -> tuple[Tensor, Tensor]:
    """Pictures and the class of each pixel: the same arguments give the same ones.

    Args:
        count: how many, at least 1.
        seed: no picture of one seed comes again under another.
        size: height and width in pixels, at least 32.

    Returns:
        images (N, 3, size, size) float32 in 0 … 1; labels (N, size, size) int64: 0, 1 or 2.

    Raises:
        ValueError: count or size too small.
    """
    require_at_least(1, count=count)
    scenes = make_scenes(count, size, seed=seed, objects=4, classes=SHAPES)
    generator = torch.Generator().manual_seed(seed)
    made = [wired(scene, generator) for scene in scenes]
    images, labels = zip(*made, strict=True)
    return torch.stack(images), torch.stack(labels)


def wired(scene: Scene, generator: Generator) -> tuple[Tensor, Tensor]:
    """A scene with greyer ground and one or two dark wires: image (3, H, W), labels (H, W)."""
    size = scene.image.shape[-1]
    labels = scene.masks.any(0).long()  # (H, W)
    grey = torch.lerp(scene.image, scene.image.mean(0, keepdim=True), GREYER)
    image = torch.where(labels == 0, grey, scene.image)  # (3, H, W)
    away = torch.full((size, size), math.inf)
    for _ in range(1 + int(torch.randint(2, (), generator=generator))):
        away = torch.minimum(away, distance_to_wire(size, generator))
    colour = 0.02 + 0.1 * torch.rand(3, 1, 1, generator=generator)
    image = torch.lerp(image, colour, (HALF_WIDTH + 0.5 - away).clamp(0, 1))
    return image, labels.where(away > HALF_WIDTH, 2)


def distance_to_wire(size: int, generator: Generator) -> Tensor:
    """How many pixels each pixel is from one bent line through the picture: (size, size)."""
    turn, shift, bend = (torch.rand(3, generator=generator) - 0.5).tolist()
    steps = torch.arange(size) + 0.5 - size / 2
    cos, sin = math.cos(2 * math.pi * turn), math.sin(2 * math.pi * turn)
    along = steps * cos + steps[:, None] * sin  # (size, size)
    across = steps[:, None] * cos - steps * sin
    curve = 1.2 * bend / size
    gap = across - 0.8 * size * shift - curve * along**2
    return gap.abs() / (1 + (2 * curve * along) ** 2).sqrt()


def loader(
    train: bool = True, batch_size: int = 4, seed: int = 0
) -> DataLoader[tuple[Tensor, ...]]:
    """Batches (images, labels): LEARN pictures in an order of the seed's, or HOLD_OUT others."""
    dataset = TensorDataset(*(pictures(LEARN, seed=1) if train else pictures(HOLD_OUT, seed=2)))
    order = torch.Generator().manual_seed(seed)
    return DataLoader(dataset, batch_size, shuffle=train, generator=order)
