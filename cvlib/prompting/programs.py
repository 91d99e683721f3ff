"""Programs that prompt by themselves: with a detector's boxes, and with a grid of points."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least
from cvlib.prompting.coordinates import to_model_coords
from cvlib.prompting.masks import mask_nms

BATCH = 64  # prompts that are decoded at once


def segment_boxes(predictor: Any, image: Any, boxes: Any) -> Tensor:
    """One mask for each box: a detector says where, the segmenter says which pixels.

    The image is encoded once. A box is not ambiguous, so a single mask is asked for.

    Args:
        predictor: a `segment_anything.SamPredictor`.
        image: (H, W, 3) uint8 array, red first.
        boxes: (N, 4) xyxy in pixels of the image.

    Returns:
        (N, H, W) boolean. No box gives (0, H, W).

    Raises:
        ValueError: boxes that are not (N, 4), or with x2 < x1 or y2 < y1 (are they xywh?).

    Checked against SamPredictor.predict, box by box.
    """
    boxes = torch.as_tensor(boxes).float().reshape(-1, 4) if len(boxes) == 0 else as_boxes(boxes)
    height, width = image.shape[:2]
    predictor.set_image(image)
    found = [torch.zeros(0, height, width, dtype=torch.bool)]
    size = predictor.model.image_encoder.img_size
    for some in boxes.split(BATCH) if len(boxes) else ():
        corners = to_model_coords(some.reshape(-1, 2, 2), (height, width), size)  # (n, 2, 2)
        masks, _, _ = predictor.predict_torch(
            None, None, corners.reshape(-1, 4).to(predictor.device), multimask_output=False
        )
        found.append(masks[:, 0].cpu())  # (n, H, W)
    return torch.cat(found)


def cut_out(predictor: Any, photo: Any, boxes: Tensor) -> Tensor:
    """Masks for COCO's boxes in a photograph as OpenCV reads it: the bug hunt's program, repaired.

    Args:
        photo: (H, W, 3) uint8 array, blue first.
        boxes: (N, 4) x, y, width, height.

    Returns:
        (N, H, W) boolean.
    """
    corners = torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], dim=1)  # (N, 4) xyxy
    return segment_boxes(predictor, photo[..., ::-1], corners)


def automatic_masks(
    predictor: Any, image: Any, grid: int, min_score: float = 0.5, iou_threshold: float = 0.7
) -> Tensor:
    """Everything that a grid of single clicks finds, each thing once.

    Each point gives three masks. Empty ones and those with a predicted IoU below `min_score` go;
    of masks that overlap by more than `iou_threshold` the best one stays.

    Args:
        predictor: a `segment_anything.SamPredictor`.
        image: (H, W, 3) uint8 array, red first. It is encoded once.
        grid: points along each side, at least 1; see `point_grid`.

    Returns:
        (K, H, W) boolean, best first; K may be 0.

    Raises:
        ValueError: grid below 1.

    Source: Kirillov et al. (2023), section B, without crops and without the stability score.
    Checked against a loop over SamPredictor.predict.
    """
    height, width = image.shape[:2]
    points = point_grid(grid, (height, width))  # (grid², 2)
    predictor.set_image(image)
    points = to_model_coords(points, (height, width), predictor.model.image_encoder.img_size)
    masks, scores = [], []
    for some in points[:, None].to(predictor.device).split(BATCH):  # (n, 1, 2)
        ones = torch.ones(len(some), 1, dtype=torch.int, device=some.device)
        three, worth, _ = predictor.predict_torch(some, ones)  # (n, 3, H, W), (n, 3)
        kept = (worth >= min_score) & three.any(dim=-1).any(dim=-1)  # (n, 3)
        masks.append(three[kept].cpu())
        scores.append(worth[kept].cpu())
    every, worth = torch.cat(masks), torch.cat(scores)  # (M, H, W), (M,)
    return every[mask_nms(every, worth, iou_threshold)]


def point_grid(grid: int, size: tuple[int, int]) -> Tensor:
    """The middles of grid × grid equal cells: (grid², 2), x and y in pixels, row by row.

    Args:
        grid: cells along each side, at least 1.
        size: (height, width) of the picture.

    Checked against segment_anything.utils.amg.build_point_grid.
    """
    require_at_least(1, grid=grid)
    middles = (torch.arange(grid) + 0.5) / grid  # (grid,)
    y, x = torch.meshgrid(middles * size[0], middles * size[1], indexing="ij")
    return torch.stack([x, y], dim=-1).reshape(-1, 2)


def as_boxes(boxes: Any) -> Tensor:
    """Float boxes (N, 4) whose corners are in order, or ValueError."""
    given = torch.as_tensor(boxes).float()
    if given.dim() != 2 or given.shape[1] != 4:
        raise ValueError(f"boxes must be (N, 4), got {tuple(given.shape)}")
    if (given[:, 2:] < given[:, :2]).any():
        wrong = given[(given[:, 2:] < given[:, :2]).any(dim=1)][0].tolist()
        raise ValueError(f"boxes must be xyxy with x1 ≤ x2 and y1 ≤ y2, got {wrong}")
    return given


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"08": (segment_boxes, cut_out, automatic_masks)}
