"""Three ways to write a box down as four numbers, and how to get from each to each."""

from __future__ import annotations

import torch
from torch import Tensor

FORMATS = ("xyxy", "xywh", "cxcywh")


def convert_boxes(boxes: Tensor, from_format: str, to_format: str) -> Tensor:
    """Rewrite boxes: the same boxes, other numbers.

    Args:
        boxes: (…, 4) floating point, in any unit. x grows to the right, y downwards.
        from_format, to_format: "xyxy" (two corners), "xywh" (upper left corner, then width and
            height) or "cxcywh" (centre, then width and height).

    Returns:
        (…, 4), always new memory; no boxes give no boxes.

    Raises:
        ValueError: another format, or a shape that doesn't end in 4.

    Checked against torchvision.ops.box_convert, forward and backward.
    """
    for name, value in {"from_format": from_format, "to_format": to_format}.items():
        if value not in FORMATS:
            raise ValueError(f"{name} must be one of {', '.join(FORMATS)}, got {value!r}")
    if boxes.dim() < 1 or boxes.shape[-1] != 4:
        raise ValueError(f"boxes must have shape (…, 4), got {tuple(boxes.shape)}")
    first, second = boxes[..., :2], boxes[..., 2:]  # (…, 2) each
    if from_format == "cxcywh":
        first = first - second / 2
    if from_format != "xyxy":
        second = first + second  # now two corners
    if to_format != "xyxy":
        first, second = first, second - first  # now corner and size
    if to_format == "cxcywh":
        first = first + second / 2
    return torch.cat([first, second], dim=-1)  # (…, 4)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"06": (convert_boxes,)}
