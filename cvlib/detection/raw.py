"""What a YOLO says before anybody cleans up: distances and scores for every cell."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cvlib.detection.decoding import decode_grid, expected_distance
from cvlib.detection.pyramid import STRIDES
from cvlib.detection.results import Detection


def head_maps(model: Any, squares: Tensor) -> list[tuple[Tensor, Tensor]]:
    """The maps of a YOLO's head, for each stride: 8, 16 and 32.

    Args:
        model: an ultralytics.YOLO of version 8 or 11.
        squares: (N, 3, H, W), 0 to 1, red first; sides are multiples of 32.

    Returns:
        For each stride, on the CPU, distances (N, 4, h, w) to the four sides in cells (the means
        of their distributions) and the scores (N, K, h, w) of each class, 0 to 1.
    """
    network = model.model.eval()
    head, seen = network.model[-1], []
    hook = head.register_forward_pre_hook(lambda layer, inputs: seen.extend(inputs[0]))
    with torch.no_grad():
        network(squares.to(next(network.parameters()).device))
        hook.remove()
        levels = []
        for features, sides, classes in zip(seen, head.cv2, head.cv3, strict=True):
            bins = sides(features).unflatten(1, (4, -1)).movedim(2, -1)  # (N, 4, h, w, B)
            levels.append((expected_distance(bins).cpu(), classes(features).sigmoid().cpu()))
    return levels


def before_suppression(model: Any, square: Tensor, conf: float) -> Detection:
    """All boxes of one picture (3, H, W) whose best class scores above `conf`, in its pixels."""
    boxes, scores = [], []
    for (distances, chances), stride in zip(head_maps(model, square[None]), STRIDES, strict=True):
        boxes.append(decode_grid(distances, stride)[0])  # (h · w, 4)
        scores.append(chances[0].flatten(1).T)  # (h · w, K)
    best, labels = torch.cat(scores).max(dim=1)
    sure = best > conf
    return Detection(torch.cat(boxes)[sure], best[sure], labels[sure])
