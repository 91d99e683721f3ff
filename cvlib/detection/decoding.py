"""From the numbers of a detector's head to boxes in pixels: three generations of YOLO.

v1 cell offsets and roots of sizes → v3 anchors → v8 distances to four sides, as distributions.
The numbers of a map belong to its cells: row by row, from the upper left one.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least


def cell_centres(height: int, width: int, stride: int) -> Tensor:
    """Centres of a map's cells in pixels of the picture: (height · width, 2) x, y, row by row."""
    require_at_least(0, height=height, width=width)
    require_at_least(1, stride=stride)
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return (torch.stack([columns, rows], dim=-1).reshape(-1, 2) + 0.5) * stride


def decode_grid(predictions: Tensor, stride: int) -> Tensor:
    """Distances from each cell's centre to the four sides of its box → boxes in pixels.

    Args:
        predictions: (N, 4, H, W): left, top, right, bottom, in cells (units of the stride).
        stride: pixels of the picture for a cell, at least 1.

    Returns:
        (N, H · W, 4) xyxy, row by row, not clipped.

    Raises:
        ValueError: another shape, or stride below 1.

    Source: Tian et al. (2019, FCOS), as YOLOv8 uses it. Checked against ultralytics' dist2bbox.
    """
    require_at_least(1, stride=stride)
    if predictions.dim() != 4 or predictions.shape[1] != 4:
        raise ValueError(f"predictions must have shape (N, 4, H, W), got {(*predictions.shape,)}")
    height, width = predictions.shape[2:]
    centres = cell_centres(height, width, stride).to(predictions)  # (H · W, 2)
    distances = stride * predictions.flatten(2).transpose(1, 2)  # (N, H · W, 4)
    return torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], dim=-1)


def decode_v1(predictions: Tensor, image_size: int) -> Tensor:
    """The first YOLO: offset inside the cell, and square roots of the box's size.

    Args:
        predictions: (N, 4, S, S): x, y from 0 to 1 within the cell, then √w and √h, where w and h
            are shares of the picture.
        image_size: side of the picture in pixels.

    Returns:
        (N, S · S, 4) xyxy in pixels, row by row.

    Source: Redmon et al. (2016), section 2.2.
    """
    grid = predictions.shape[-1]
    numbers = predictions.flatten(2).transpose(1, 2)  # (N, S · S, 4)
    corners = cell_centres(grid, grid, 1).to(predictions) - 0.5  # (S · S, 2), in cells
    centres = (corners + numbers[..., :2]) * image_size / grid
    sides = numbers[..., 2:].square() * image_size
    return torch.cat([centres - sides / 2, centres + sides / 2], dim=-1)


def decode_anchors(predictions: Tensor, anchors: Tensor, stride: int) -> Tensor:
    """YOLOv3: what has to be changed about a typical box, an anchor.

    Args:
        predictions: (N, A, 4, H, W): tx, ty, tw, th for each of A anchors.
        anchors: (A, 2), width and height in pixels.
        stride: pixels of the picture for a cell.

    Returns:
        (N, A, H · W, 4) xyxy in pixels: centre (cell + σ(t)) · stride, size anchor · eᵗ.

    Source: Redmon and Farhadi (2018), section 2.1.
    """
    height, width = predictions.shape[-2:]
    numbers = predictions.flatten(3).transpose(2, 3)  # (N, A, H · W, 4)
    corners = cell_centres(height, width, 1).to(predictions) - 0.5  # (H · W, 2), in cells
    centres = (corners + numbers[..., :2].sigmoid()) * stride
    sides = anchors.to(predictions)[:, None] * numbers[..., 2:].exp()  # (N, A, H · W, 2)
    return torch.cat([centres - sides / 2, centres + sides / 2], dim=-1)


def expected_distance(logits: Tensor) -> Tensor:
    """The mean of a distribution over distances 0, 1, … B − 1: (…, B) logits → (…).

    Source: Li et al. (2020), *Generalized focal loss*. Checked against ultralytics' DFL.
    """
    steps = torch.arange(logits.shape[-1], dtype=logits.dtype, device=logits.device)
    return (logits.softmax(dim=-1) * steps).sum(dim=-1)


REFERENCES = {"06": (decode_grid,)}
