"""How a generated scene is painted: shapes with their shadows and marks, from back to front.

A placed object → the picture → coats of paint, soft edges, shadows. `cvlib.scenes` decides what
lies where.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from cvlib.scene_shapes import CLASSES, SHAPES, ground, mark_inside, painted, uniform, unlike


class Placed(NamedTuple):
    """One object, and where it lies."""

    label: int
    x: float  # of its middle, in pixels
    y: float
    radius: float  # pixels
    angle: float
    u: Tensor  # (H, W), places in the object's own system
    v: Tensor
    inside: Tensor  # (H, W), how far inside, in pixels


def own_system(size: int, x: float, y: float, radius: float, angle: float) -> tuple[Tensor, Tensor]:
    """Where the middle of each pixel lies for a shape at (x, y), turned by an angle: 2 × (H, W)."""
    steps = torch.arange(size) + 0.5
    right, down = (steps - x)[None] / radius, (steps - y)[:, None] / radius
    cos, sin = math.cos(angle), math.sin(angle)
    return right * cos + down * sin, down * cos - right * sin


def paint(
    placed: list[Placed], masks: Tensor, size: int, marks: bool, generator: Generator
) -> tuple[Tensor, Tensor]:
    """The picture (3, H, W) from back to front, and the visible marks (K, H, W)."""
    image, mean = ground(size, generator)
    parts = torch.zeros_like(masks)
    colours = [mean]
    towards = uniform(0, 2 * math.pi, generator)  # where shadows fall
    for index, one in enumerate(placed):
        image = image * (1 - shadow(one, size, towards))
        colours.append(unlike(colours, generator))
        image = torch.lerp(image, coat(one, colours[-1], size, generator), edge(one.inside))
        if marks:
            inside = mark_inside(CLASSES[one.label], one.u, one.v, generator) * one.radius
            other = unlike([colours[-1]], generator)
            layer = edge(torch.minimum(inside, one.inside))
            image = torch.lerp(image, coat(one, other, size, generator), layer)
            parts[index] = (inside > 0) & masks[index]
    return image, parts


def coat(one: Placed, colour: Tensor, size: int, generator: Generator) -> Tensor:
    """Paint for an object, laid out around it: (3, H, W), grey where the object can't be."""
    reach = math.ceil(1.3 * one.radius)
    paint = painted(colour, 2 * reach, generator)  # (3, 2·reach, 2·reach)
    whole = torch.zeros(3, size, size)
    left, top = round(one.x) - reach, round(one.y) - reach
    x1, y1, x2, y2 = (
        max(left, 0),
        max(top, 0),
        min(left + 2 * reach, size),
        min(top + 2 * reach, size),
    )
    whole[:, y1:y2, x1:x2] = paint[:, y1 - top : y2 - top, x1 - left : x2 - left]
    return whole


def edge(inside: Tensor) -> Tensor:
    """How much of each pixel is covered, 0 to 1, from how many pixels inside its middle lies."""
    return (inside + 0.5).clamp(0, 1)


def shadow(one: Placed, size: int, towards: float) -> Tensor:
    """How dark the soft shadow is that an object casts: (H, W), 0 to 0.4."""
    step = 0.15 * one.radius
    x, y = one.x + step * math.cos(towards), one.y + step * math.sin(towards)
    u, v = own_system(size, x, y, one.radius, one.angle)
    return 0.4 * torch.sigmoid(SHAPES[CLASSES[one.label]](u, v) * 14)
