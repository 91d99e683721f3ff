"""Patterns from formulas: bricks, rings, gravel, grass and more, to learn seeing from.

Coordinates → noise → cells → regular patterns → random patterns. Every pattern is a function of
coordinates (N, H, W), in periods of the pattern, and gives heights (N, H, W) from 0 to 1. How
heights become pictures is in `cvlib.made_pictures`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

Pattern = Callable[["Plane"], Tensor]


class Plane(NamedTuple):
    """Where each pixel of each picture lies on the pattern, and whom to ask for randomness."""

    u: Tensor  # (N, H, W), in periods to the right
    v: Tensor  # (N, H, W), in periods downwards
    generator: Generator


def turned_plane(count: int, size: int, generator: Generator) -> Plane:
    """Planes that are turned, shifted, zoomed (3 to 7 periods a side) and slightly bent."""

    def drawn(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, 1, 1, generator=generator)

    steps = torch.linspace(-0.5, 0.5, size)
    y, x = torch.meshgrid(steps, steps, indexing="ij")  # (H, W)
    angle, zoom, squash = drawn(0, 2 * math.pi), drawn(3, 7), drawn(0.8, 1.25)
    u = (x * angle.cos() - y * angle.sin()) * zoom  # (N, H, W)
    v = (x * angle.sin() + y * angle.cos()) * zoom * squash
    bend = drawn(0, 0.5)
    u = u + bend * (noise(count, size, 3, generator) - 0.5) + drawn(0, 9)
    v = v + bend * (noise(count, size, 3, generator) - 0.5) + drawn(0, 9)
    return Plane(u, v, generator)


def noise(count: int, size: int, cells: int, generator: Generator) -> Tensor:
    """Smooth random hills, about `cells` along a side: (N, size, size), each from 0 to 1."""
    grid = torch.rand(count, 1, cells + 1, cells + 1, generator=generator)
    hills = F.interpolate(grid, (size, size), mode="bicubic", align_corners=True)[:, 0]
    return stretched(hills)


def stretched(heights: Tensor) -> Tensor:
    """Each map of (N, H, W) from exactly 0 to exactly 1."""
    low, high = heights.amin((1, 2), keepdim=True), heights.amax((1, 2), keepdim=True)
    return (heights - low) / (high - low).clamp(min=1e-6)


def wave(x: Tensor) -> Tensor:
    """0 … 1 … 0 once in each period."""
    return 0.5 - 0.5 * torch.cos(2 * math.pi * x)


def sharp(x: Tensor, steepness: float = 12.0) -> Tensor:
    """A soft step from 0 to 1 at x = 0."""
    return torch.sigmoid(steepness * x)


def centred(x: Tensor) -> Tensor:
    """Distance to the nearest whole number, with sign: −½ … ½."""
    return x - x.round()


def turned_around(plane: Plane) -> tuple[Tensor, Tensor]:
    """Distance from the middle in periods, and angle around it."""
    u = plane.u - plane.u.mean((1, 2), keepdim=True)
    v = plane.v - plane.v.mean((1, 2), keepdim=True)
    return (u * u + v * v).sqrt(), torch.atan2(v, u)


def cells(plane: Plane, points: int) -> tuple[Tensor, Tensor]:
    """Distances of each pixel to the nearest and second nearest of some random points."""
    count, size = len(plane.u), plane.u.shape[-1]
    places = torch.rand(count, points, 2, generator=plane.generator)
    steps = torch.linspace(0, 1, size)
    grid = torch.cartesian_prod(steps, steps).expand(count, -1, -1)  # (N, H·W, 2)
    nearest = torch.cdist(grid, places).topk(2, largest=False).values  # (N, H·W, 2)
    both = nearest.unflatten(1, (size, size)) * math.sqrt(points)  # in typical distances
    return both[..., 0], both[..., 1]


def bricks(plane: Plane) -> Tensor:
    row = plane.v.floor()
    across = centred((plane.u + row % 2) / 2)
    return sharp(0.44 - across.abs(), 40) * sharp(0.4 - centred(plane.v - 0.5).abs(), 25)


def hexagons(plane: Plane) -> Tensor:
    third = plane.u / 2 + plane.v * math.sqrt(3) / 2
    other = plane.u / 2 - plane.v * math.sqrt(3) / 2
    return stretched(wave(plane.u) + wave(third) + wave(other))


def scales(plane: Plane) -> Tensor:
    row = plane.v.floor()
    across = centred(plane.u + 0.5 * (row % 2))
    return 1 - (across.square() * 3 + (plane.v - row).square()).clamp(max=1)


def rays(plane: Plane) -> Tensor:
    return wave(turned_around(plane)[1] * 7 / (2 * math.pi) + plane.u[:, :1, :1])


def spiral(plane: Plane) -> Tensor:
    distance, angle = turned_around(plane)
    return wave(distance * 1.4 + angle / math.pi)


def dots(plane: Plane) -> Tensor:
    return sharp(0.3 - (centred(plane.u).square() + centred(plane.v).square()).sqrt())


def crosses(plane: Plane) -> Tensor:
    u, v = centred(plane.u).abs(), centred(plane.v).abs()
    return sharp(0.13 - torch.minimum(u, v), 25) * sharp(0.38 - torch.maximum(u, v), 25)


def steps(plane: Plane) -> Tensor:
    zigzag = (centred(plane.u)).abs()
    return sharp(wave(plane.v + zigzag) - 0.5)


def clouds(plane: Plane) -> Tensor:
    count, size = len(plane.u), plane.u.shape[-1]
    parts = (noise(count, size, c, plane.generator) * 2 / c for c in (2, 4, 8, 16))
    return stretched(torch.stack(list(parts)).sum(0))


def marble(plane: Plane) -> Tensor:
    return wave(plane.u / 2 + 1.6 * clouds(plane))


def band(plane: Plane, fine: int = 9) -> Tensor:
    return noise(len(plane.u), plane.u.shape[-1], fine, plane.generator) - 0.5


def grain(plane: Plane) -> Tensor:
    return torch.rand(plane.u.shape, generator=plane.generator)


def grass(plane: Plane) -> Tensor:
    """Short strokes: fine noise, drawn out along the plane's own direction."""
    count, size = len(plane.u), plane.u.shape[-1]
    rough = torch.rand(count, 1, size, size, generator=plane.generator)
    grid = torch.stack([centred(plane.u / 3), centred(plane.v / 24)], dim=-1) * 2  # (N, H, W, 2)
    return stretched(F.grid_sample(rough, grid, align_corners=False)[:, 0])


def writing(plane: Plane) -> Tensor:
    """Rows of strokes with gaps between words."""
    count, size = len(plane.u), plane.u.shape[-1]
    letters = (torch.rand(count, 1, size, size, generator=plane.generator) > 0.45).float()
    grid = torch.stack([centred(plane.u / 9), centred(plane.v / 18)], dim=-1) * 2
    strokes = F.grid_sample(letters, grid, mode="nearest", align_corners=False)[:, 0]
    return 1 - strokes * sharp(0.24 - centred(plane.v).abs(), 30)


PATTERNS: dict[str, Pattern] = {
    "stripes": lambda p: wave(p.u),
    "squares": lambda p: sharp((p.u * math.pi).sin() * (p.v * math.pi).sin(), 9),
    "weave": lambda p: 0.5 * wave(p.u) + 0.5 * wave(p.v),
    "grid": lambda p: sharp(0.1 - torch.minimum(centred(p.u).abs(), centred(p.v).abs()), 30),
    "bricks": bricks,
    "hexagons": hexagons,
    "scales": scales,
    "dots": dots,
    "crosses": crosses,
    "zigzag": steps,
    "waves": lambda p: wave(p.u + 0.35 * (2 * math.pi * p.v / 2).sin()),
    "rings": lambda p: wave(turned_around(p)[0]),
    "rays": rays,
    "spiral": spiral,
    "clouds": clouds,
    "marble": marble,
    "spots": lambda p: sharp(band(p) - 0.08, 20),
    "maze": lambda p: sharp(0.07 - band(p).abs(), 40),
    "grain": grain,
    "grass": grass,
    "writing": writing,
    "gravel": lambda p: 1 - cells(p, 40)[0].clamp(max=1),
    "cracks": lambda p: sharp(torch.sub(*reversed(cells(p, 25))) - 0.12, 25),
    "bubbles": lambda p: sharp(0.1 - (cells(p, 12)[0] - 0.35).abs(), 30),
    "stars": lambda p: (-(cells(p, 30)[0] / 0.13).square()).exp(),
    "coins": lambda p: sharp(0.42 - cells(p, 10)[0], 25),
}
