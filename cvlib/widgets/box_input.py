"""What people give to widgets that show boxes on pictures: checked, and as the browser takes it."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.image import imsave
from torch import Tensor

from cvlib.plots import as_pixels

Names = Sequence[str] | Mapping[int, str]  # of classes, by their numbers
QUALITY = {"quality": 90, "subsampling": 0}  # of the JPEG files that the browser gets


def as_boxes(name: str, value: Any) -> Tensor:
    """Boxes as a tensor (N, 4), float64 if they were that, float32 otherwise.

    An empty list is (0, 4). Raises ValueError unless all are finite x1, y1, x2, y2 with
    x1 ≤ x2 and y1 ≤ y2.
    """
    boxes = _numbers(name, value)
    if boxes.numel() == 0 and boxes.dim() <= 2:
        boxes = boxes.reshape(0, 4)
    if boxes.dim() != 2 or boxes.shape[1] != 4:
        raise ValueError(f"{name} must have shape (N, 4), got {tuple(boxes.shape)}")
    wrong = ~boxes.isfinite().all(1) | (boxes[:, :2] > boxes[:, 2:]).any(1)  # (N,)
    if wrong.any():
        first = boxes[wrong][0].tolist()
        raise ValueError(f"{name} must be finite x1 ≤ x2, y1 ≤ y2 in each row, got {first}")
    return boxes


def as_scores(name: str, value: Any, count: int) -> Tensor:
    """Scores as a tensor (N,); ValueError unless there are `count`, all finite."""
    scores = _numbers(name, value)
    if tuple(scores.shape) != (count,) or not scores.isfinite().all():
        raise ValueError(f"{name} must be {count} finite numbers, one for each box, got {value!r}")
    return scores


def as_names(name: str, value: Any, count: int, names: Names | None = None) -> list[str]:
    """Labels as a list of names; None is the empty name for all of them.

    Labels are numbers, of the classes in `names` if there are any, or names already. Raises
    ValueError unless there are `count`, all known.
    """
    if value is None:
        return [""] * count
    found = value.tolist() if isinstance(value, Tensor | np.ndarray) else list(value)
    if len(found) != count:
        raise ValueError(f"{name} must be {count} labels, one for each box, got {value!r}")
    if names is None:
        return [str(label) for label in found]
    known = dict(names) if isinstance(names, Mapping) else dict(enumerate(names))
    for label in found:
        if not isinstance(label, str) and label not in known:
            raise ValueError(f"{name} must be numbers of the {len(known)} names, got {label!r}")
    return [label if isinstance(label, str) else known[label] for label in found]


def as_picture(image: Any, boxes: Sequence[Tensor], longest: int = 512) -> dict[str, Any]:
    """A picture as the browser draws it: {"size": [W, H], "image": a data URL, "" for none}.

    `image` is what `show_images` takes: a tensor (3, H, W) from 0 to 1, an array (H, W, 3) of
    uint8, or grey ones; None leaves the ground empty and makes it just as large as the boxes
    need. What is longer than `longest` pixels is sent smaller; the size stays.
    """
    if image is None:
        farthest = torch.cat([torch.zeros(1, 4).double(), *(each.double() for each in boxes)])
        x, y = farthest[:, 2:].amax(0).tolist()
        return {"size": [max(8, math.ceil(1.04 * x)), max(8, math.ceil(1.04 * y))], "image": ""}
    pixels = as_pixels(image)  # (H, W) or (H, W, 3)
    height, width = pixels.shape[:2]
    levels = torch.from_numpy(np.array(pixels, dtype=np.float32))
    levels = levels / (255 if pixels.dtype == np.uint8 else 1)
    planes = levels.expand(3, height, width) if levels.dim() == 2 else levels.movedim(-1, 0)
    shrink = min(1, longest / max(height, width))
    if shrink < 1:
        smaller = [max(1, round(side * shrink)) for side in (height, width)]
        planes = F.interpolate(planes[None], smaller, mode="bilinear", antialias=True)[0]
    buffer = io.BytesIO()
    shown = planes.clamp(0, 1).movedim(0, -1).contiguous().numpy()  # (h, w, 3)
    imsave(buffer, shown, format="jpeg", pil_kwargs=dict(QUALITY))
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {"size": [width, height], "image": f"data:image/jpeg;base64,{data}"}


def _numbers(name: str, value: Any) -> Tensor:
    """A tensor on the CPU, float64 if it was that, float32 otherwise."""
    try:
        found = torch.as_tensor(value).detach().cpu()
    except (TypeError, ValueError, RuntimeError):
        raise ValueError(f"{name} must be a tensor of numbers, got {value!r}") from None
    return found if found.dtype == torch.float64 else found.float()
