"""Generated scenes with exact boxes and masks: to detect, segment and prompt in.

One scene → many scenes → a class map. Textured shapes lie on a textured ground, turned, lit from
one side, in front of one another. Everything about them is known to the pixel, because the scene
was painted from it. Outlines come from `cvlib.scene_shapes`, the picture from
`cvlib.scene_painting`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from cvlib.conv_arithmetic import require_at_least
from cvlib.made_textures import noise as hills
from cvlib.scene_painting import Placed, own_system, paint
from cvlib.scene_shapes import CLASSES, SHAPES, uniform

MOST = 5  # objects, where the number is left to chance
LEAST_VISIBLE = 0.3  # of an object's own pixels
FEWEST_PIXELS = 24
TRIES = 12  # places that are tried for an object before it is left out
SCENES_OF_A_SEED = 1_000_000


@dataclass(frozen=True)
class Scene:
    """A picture, and what is in it. K is the number of objects, from back to front."""

    image: Tensor  # (3, H, W) float32 in 0..1
    boxes: Tensor  # (K, 4) float32 xyxy pixels, tight around the visible part (x2, y2 exclusive)
    labels: Tensor  # (K,) int64, index into CLASSES
    masks: Tensor  # (K, H, W) bool, the visible part of each object; disjoint
    parts: (
        Tensor  # (K, H, W) bool, the visible part of a mark on the object; False if there is none
    )


def make_scene(
    size: int = 128,
    *,
    seed: int = 0,
    objects: int | None = None,
    marks: bool = False,
    noise: float = 0.03,
    classes: Sequence[str] | None = None,
) -> Scene:
    """A scene of shapes, the same one for the same arguments.

    Args:
        size: height and width, at least 32 pixels.
        seed: the same seed gives the same scene.
        objects: how many; fewer where there is no room for more, 0 gives an empty scene. By
            default 1 to 5 by chance.
        marks: paint a mark in another colour on each object; `parts` says where.
        noise: standard deviation of the grain.
        classes: names out of `CLASSES` to choose from; all of them by default.

    Returns:
        A `Scene` with image (3, size, size). At least 30 % of each object, and 24 pixels, are
        visible. Boxes, labels, masks and parts are empty, (0, …), for an empty scene.

    Raises:
        ValueError: size below 32, negative objects or noise, or an unknown class.
    """
    numbers = checked(size, objects, noise, classes)
    generator = torch.Generator().manual_seed(seed)
    wanted = objects
    if wanted is None:
        wanted = int(torch.randint(1, MOST + 1, (), generator=generator))
    placed, masks = place(wanted, size, numbers, generator)
    image, parts = paint(placed, masks, size, marks, generator)
    light = 1 + 0.35 * (hills(1, size, 1, generator) - 0.5)  # (1, H, W)
    image = image * light + noise * torch.randn(image.shape, generator=generator)
    labels = torch.tensor([one.label for one in placed], dtype=torch.int64)
    return Scene(image.clamp(0, 1), boxes_of(masks), labels, masks, parts)


def checked(
    size: int, objects: int | None, noise: float, classes: Sequence[str] | None
) -> list[int]:
    """Numbers of the classes to choose from, or ValueError for what makes no scene."""
    require_at_least(32, size=size)
    require_at_least(0, objects=objects or 0)
    if not noise >= 0:
        raise ValueError(f"noise must not be negative, got {noise}")
    names = CLASSES if classes is None else tuple(classes)
    if not names or not set(names) <= set(CLASSES):
        raise ValueError(f"classes must be some of {', '.join(CLASSES)}, got {classes!r}")
    return [CLASSES.index(name) for name in names]


def place(
    wanted: int, size: int, numbers: list[int], generator: Generator
) -> tuple[list[Placed], Tensor]:
    """Objects from back to front, each covering only a part of earlier ones, and visible masks."""
    placed: list[Placed] = []
    whole = torch.zeros(0, size, size, dtype=torch.bool)
    visible = whole
    for _ in range(wanted):
        for _ in range(TRIES):
            one = drawn(size, numbers, generator)
            mask = (one.inside > 0)[None]  # (1, H, W)
            left = torch.cat([visible & ~mask, mask])  # (K + 1, H, W)
            all_of_it = torch.cat([whole, mask])
            areas = left.sum((1, 2))
            if (areas >= (LEAST_VISIBLE * all_of_it.sum((1, 2))).clamp(min=FEWEST_PIXELS)).all():
                placed, whole, visible = [*placed, one], all_of_it, left
                break
    return placed, visible


def drawn(size: int, numbers: list[int], generator: Generator) -> Placed:
    """A shape somewhere in the picture; it may leave the frame a little."""
    label = numbers[int(torch.randint(len(numbers), (), generator=generator))]
    radius = size * uniform(0.10, 0.24, generator)
    x, y = (uniform(0.8 * radius, size - 0.8 * radius, generator) for _ in range(2))
    angle = uniform(0, 2 * math.pi, generator)
    u, v = own_system(size, x, y, radius, angle)
    return Placed(label, x, y, radius, angle, u, v, SHAPES[CLASSES[label]](u, v) * radius)


def boxes_of(masks: Tensor) -> Tensor:
    """The tight box around each mask: (K, H, W) → (K, 4) float32 xyxy, x2 and y2 exclusive.

    Every mask must have a pixel. No mask gives (0, 4).
    """
    sides = []
    for cells in (masks.any(1), masks.any(2)):  # columns (K, W), rows (K, H)
        first = cells.int().argmax(1)
        last = cells.shape[1] - cells.flip(1).int().argmax(1)
        sides.append((first, last))
    (x1, x2), (y1, y2) = sides
    return torch.stack([x1, y1, x2, y2], dim=1).float()  # (K, 4)


def make_scenes(
    count: int,
    size: int = 128,
    *,
    seed: int = 0,
    objects: int | None = None,
    marks: bool = False,
    noise: float = 0.03,
    classes: Sequence[str] | None = None,
) -> list[Scene]:
    """Several different scenes; no scene of one seed comes again under another seed.

    Args and errors are those of `make_scene`; count must be 0 to 1,000,000.
    """
    require_at_least(0, count=count)
    if count > SCENES_OF_A_SEED:
        raise ValueError(f"count must be at most {SCENES_OF_A_SEED}, got {count}")
    start = SCENES_OF_A_SEED * seed
    return [
        make_scene(size, seed=start + i, objects=objects, marks=marks, noise=noise, classes=classes)
        for i in range(count)
    ]


def class_map(scene: Scene) -> Tensor:
    """What each pixel shows: (H, W) int64, 0 for background, 1 + label for an object."""
    numbers = (1 + scene.labels)[:, None, None] * scene.masks  # (K, H, W)
    return numbers.sum(0)  # (H, W); masks are disjoint
