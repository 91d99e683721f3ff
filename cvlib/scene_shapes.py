"""Shapes for generated scenes: how far inside each point lies, how a shape is painted, its mark.

Outlines → painted shapes → marks. An outline takes places (…) in the shape's own system, where
the shape reaches about 1 from its middle, and gives how far inside they lie (…), in the same
unit: positive inside, 0 on the edge.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor

from cvlib.made_pictures import OUTLINES, polar
from cvlib.made_textures import PATTERNS, clouds, turned_plane

Outline = Callable[[Tensor, Tensor], Tensor]


def pointed_star(u: Tensor, v: Tensor, outer: float = 1.1, inner: float = 0.5) -> Tensor:
    """How far inside a star with five points and straight edges."""
    distance, angle = polar(u, v)
    half = math.pi / 5
    folded = (angle % (2 * half) - half).abs()  # 0 in a corner between points, half at a point
    x, y = distance * torch.cos(folded), distance * torch.sin(folded)
    point = (outer * math.cos(half), outer * math.sin(half))
    across, along = point[1], point[0] - inner  # a normal of the edge from (inner, 0) to the point
    return (along * y - across * (x - inner)) / math.hypot(across, along)


SHAPES: dict[str, Outline] = {
    "disc": OUTLINES["disc"],
    "square": OUTLINES["square"],
    "triangle": lambda u, v: OUTLINES["triangle"](u, v) + 0.05,
    "star": pointed_star,
    "ring": lambda u, v: 0.24 - (polar(u, v)[0] - 0.76).abs(),
}
CLASSES: tuple[str, ...] = tuple(SHAPES)
COATS = (
    "plain", "stripes", "stripes", "dots", "squares", "waves", "clouds", "spots", "bricks", "zigzag"
)  # fmt: skip
GROUNDS = ("clouds", "marble", "grass", "gravel", "weave", "waves", "scales", "cracks", "maze")


def uniform(low: float, high: float, generator: Generator) -> float:
    """One number."""
    return low + (high - low) * float(torch.rand((), generator=generator))


def choice(names: tuple[str, ...], generator: Generator) -> str:
    """One of several."""
    return names[int(torch.randint(len(names), (), generator=generator))]


def vivid(generator: Generator) -> Tensor:
    """A clear colour (3,)."""
    hue, full, light = torch.rand(3, generator=generator).tolist()
    return torch.tensor(colorsys.hsv_to_rgb(hue, 0.45 + 0.5 * full, 0.45 + 0.5 * light))


def unlike(others: list[Tensor], generator: Generator, tries: int = 6) -> Tensor:
    """The colour (3,) of several drawn ones that lies farthest from all others."""
    drawn = torch.stack([vivid(generator) for _ in range(tries)])  # (T, 3)
    gaps = torch.cdist(drawn, torch.stack(others)).amin(1)  # (T,)
    return drawn[gaps.argmax()]


def texture(name: str, size: int, generator: Generator) -> Tensor:
    """Heights (size, size) from 0 to 1; "plain" is all zeros."""
    if name == "plain":
        return torch.zeros(size, size)
    return PATTERNS[name](turned_plane(1, size, generator))[0]


def painted(colour: Tensor, size: int, generator: Generator) -> Tensor:
    """A coat of paint (3, size, size): a pattern in two tones of a colour, light from one side."""
    heights = texture(choice(COATS, generator), size, generator)  # (size, size)
    towards = 0.1 + 0.85 * float(colour.mean() < uniform(0.35, 0.65, generator))  # dark or light
    tone = torch.lerp(colour, torch.lerp(vivid(generator), torch.tensor(towards), 0.6), 0.5)
    heights = heights * uniform(0.4, 0.9, generator)
    coat = torch.lerp(colour[:, None, None], tone[:, None, None], heights)  # (3, size, size)
    ramp = torch.linspace(-1, 1, size)
    right, down = uniform(-0.2, 0.2, generator), uniform(-0.2, 0.2, generator)
    return coat * (1 + right * ramp + down * ramp[:, None])


def ground(size: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """A soft background (3, size, size), and its mean colour (3,)."""
    colour = torch.lerp(vivid(generator), torch.rand((), generator=generator), 0.6)  # greyish
    heights = texture(choice(GROUNDS, generator), size, generator)
    soft = clouds(turned_plane(1, size, generator))[0]
    mixed = 0.6 * soft + uniform(0.1, 0.4, generator) * heights  # (size, size)
    other = torch.lerp(colour, vivid(generator), 0.45)
    picture = torch.lerp(colour[:, None, None], other[:, None, None], mixed)  # (3, size, size)
    return picture, picture.mean((1, 2))


def mark_inside(label: str, u: Tensor, v: Tensor, generator: Generator) -> Tensor:
    """How far inside a mark each place lies: a small shape near the middle, a sector of a ring."""
    if label == "ring":
        angle = polar(u, v)[1]
        return torch.minimum(SHAPES["ring"](u, v) - 0.04, 0.7 - angle.abs())
    kind = choice(("disc", "square", "triangle"), generator)
    small = uniform(0.3, 0.42, generator)
    right, down = uniform(-0.12, 0.12, generator), uniform(-0.12, 0.12, generator)
    return SHAPES[kind]((u - right) / small, (v - down) / small) * small
