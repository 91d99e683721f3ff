"""Feature pyramids: maps of several strides, and which of them looks after a box."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

STRIDES = (8, 16, 32)
BORDERS = (64.0, 128.0)  # sides of boxes, in pixels, between the levels


def level_features(pyramid: Sequence[Tensor], boxes: Tensor) -> Tensor:
    """One vector for each box: what the map for its size shows at its centre.

    Args:
        pyramid: three maps (C, H, W) of strides 8, 16 and 32.
        boxes: (N, 4) xyxy with their centres inside the picture. A box of area s² belongs to the
            first map for s up to 64 pixels, to the second up to 128, else to the third.

    Returns:
        (N, C), a row for each box, in the order of the boxes.

    Source: Lin et al. (2017), *Feature pyramid networks*, equation 1, with other borders.
    """
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()  # (N,)
    levels = torch.bucketize(sides, sides.new_tensor(BORDERS))  # (N,): 0, 1 or 2
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2  # (N, 2): x, y
    features = pyramid[0].new_zeros(len(boxes), len(pyramid[0]))  # (N, C)
    for number, (maps, stride) in enumerate(zip(pyramid, STRIDES, strict=True)):
        mine = levels == number
        columns, rows = (centres[mine] / stride).long().unbind(dim=1)
        features[mine] = maps[:, rows, columns].T
    return features


REFERENCES = {"06": (level_features,)}
