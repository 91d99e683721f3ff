"""A picture of any shape in a square, without stretching it, and boxes back out of the square."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least

GREY = 114 / 255  # what YOLO has painted around pictures since version 3


def letterbox(image: Tensor, size: int) -> tuple[Tensor, float, tuple[int, int]]:
    """Resize so that the longer side fits, and fill the rest of the square with grey.

    Args:
        image: (C, H, W) or (N, C, H, W) float, 0 to 1, with at least one pixel.
        size: side of the square in pixels, at least 1.

    Returns:
        The square (…, C, size, size); the scale, size / longer side; and the grey columns on the
        left and rows at the top, (pad_x, pad_y). An odd rest goes to the right and the bottom.

    Raises:
        ValueError: another shape, or size below 1.

    A point (x, y) of the picture lies at (scale · x + pad_x, scale · y + pad_y), up to half a
    pixel of the square: sides are rounded. Checked against ultralytics' LetterBox.
    """
    require_at_least(1, size=size)
    if image.dim() not in (3, 4) or 0 in image.shape[-3:]:
        raise ValueError(f"image must have shape (…, C, H, W), got {tuple(image.shape)}")
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")  # (N, C, high, wide)
    left, top = (size - wide) // 2, (size - high) // 2
    around = (left, size - wide - left, top, size - high - top)
    square = F.pad(small, around, value=GREY)  # (N, C, size, size)
    return square.reshape(*image.shape[:-2], size, size), scale, (left, top)


def unletterbox(
    boxes: Tensor, scale: float, pad: tuple[int, int], original_size: tuple[int, int]
) -> Tensor:
    """Boxes of the square as boxes of the picture, clipped to it.

    Args:
        boxes: (…, 4) xyxy, in pixels of the square.
        scale, pad: what `letterbox` returned; pad is (pad_x, pad_y).
        original_size: (height, width) of the picture.

    Returns:
        (…, 4) xyxy, in pixels of the picture; no boxes give no boxes.

    Raises:
        ValueError: a scale that is not above 0, or a shape that doesn't end in 4.
    """
    if not scale > 0:
        raise ValueError(f"scale must be above 0, got {scale}")
    if boxes.dim() < 1 or boxes.shape[-1] != 4:
        raise ValueError(f"boxes must have shape (…, 4), got {tuple(boxes.shape)}")
    height, width = original_size
    back = (boxes - boxes.new_tensor([*pad, *pad])) / scale  # (…, 4)
    most = back.new_tensor([width, height, width, height])
    return torch.minimum(back.clamp(min=0), most)  # (…, 4)


REFERENCES = {"06": (letterbox, unletterbox)}
