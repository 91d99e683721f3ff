"""From the pixels of a photograph to those of the model's square input, and back.

SAM resizes a picture so that its longer side has 1024 pixels, keeps the ratio of the sides, and
pads the rest of the square at the right and at the bottom. Points have to make the same journey.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least

Size = tuple[int, int]


def resize_longest(size: Size, target: int) -> Size:
    """The size of a picture whose longer side is brought to `target` pixels.

    Args:
        size: (height, width) in pixels, each at least 1.
        target: pixels of the longer side afterwards, at least 1.

    Returns:
        (height, width), each rounded to the nearest whole number, halves up. A very narrow
        picture may come out with a side of 0, as it does in SAM.

    Raises:
        ValueError: a side or target below 1.

    Source: Kirillov et al. (2023), section A. Checked against
    segment_anything.utils.transforms.ResizeLongestSide.get_preprocess_shape.
    """
    height, width = size
    require_at_least(1, height=height, width=width, target=target)
    scale = target / max(height, width)
    return int(height * scale + 0.5), int(width * scale + 0.5)


def to_model_coords(points: Any, original_size: Size, target: int) -> Tensor:
    """Points of the photograph → the same points in the model's resized picture.

    Each axis has a factor of its own, because each side was rounded to whole pixels.

    Args:
        points: (..., 2) x and y in pixels of the photograph. A tensor, an array or a list.
        original_size: (height, width) of the photograph.
        target: pixels of the longer side in the model.

    Returns:
        (..., 2) float: x and y in pixels of the model's input. No point gives (0, 2).

    Raises:
        ValueError: points without x and y in their last axis, or sizes below 1.

    Checked against ResizeLongestSide.apply_coords and apply_coords_torch.
    """
    points = as_points(points)
    return points * points.new_tensor(scales(original_size, target))  # (..., 2)


def to_image_coords(points: Any, original_size: Size, target: int) -> Tensor:
    """The inverse of `to_model_coords`: the model's pixels → the photograph's.

    Args, shapes and errors are the same. A side that was rounded to 0 gives infinity.
    """
    points = as_points(points)
    return points / points.new_tensor(scales(original_size, target))  # (..., 2)


def scales(original_size: Size, target: int) -> tuple[float, float]:
    """By how much x and y are stretched."""
    height, width = resize_longest(original_size, target)
    return width / original_size[1], height / original_size[0]


def as_points(points: Any) -> Tensor:
    """A float tensor (..., 2), or ValueError."""
    given = torch.as_tensor(points)
    if given.dim() < 1 or given.shape[-1] != 2:
        raise ValueError(f"points must have x and y in the last axis, got {tuple(given.shape)}")
    return given if given.is_floating_point() else given.float()


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"08": (resize_longest, to_model_coords, to_image_coords, scales)}
