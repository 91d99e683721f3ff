"""What the click-to-segment widget is given, checked and made ready."""

from __future__ import annotations

import base64
import io
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import traitlets

from .base import BadValueError

Mask = npt.NDArray[np.bool_]


def as_picture(image: Any) -> npt.NDArray[np.uint8]:
    """The picture (H, W, 3), or ValueError for anything but uint8 with three channels."""
    pixels = np.ascontiguousarray(image)
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or not pixels.size:
        raise ValueError(
            f"image must be (H, W, 3) of uint8, got shape {pixels.shape} of {pixels.dtype}"
        )
    return pixels


def as_truth(truth: Any, size: tuple[int, ...]) -> Mask:
    """The mask (H, W), or ValueError for another size than the picture's (H, W)."""
    mask = np.asarray(truth) > 0
    if mask.shape != size:
        raise ValueError(f"truth must have the image's shape {size}, got {mask.shape}")
    return mask


def example() -> tuple[npt.NDArray[np.uint8], Mask]:
    """A scene (128, 128, 3) with marks on its objects, and the mask of the one in front."""
    from cvlib.pixels import to_image
    from cvlib.scenes import make_scene

    scene = make_scene(128, seed=21, objects=4, marks=True)
    return to_image(scene.image), scene.masks[-1].numpy()


def as_address(image: npt.NDArray[np.uint8]) -> str:
    """A picture as a PNG in a data address, for the browser."""
    from matplotlib.image import imsave

    buffer = io.BytesIO()
    imsave(buffer, image, format="png")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


class Actions(traitlets.List):
    """Clicks [x, y, label] and boxes [x1, y1, x2, y2] in the picture of the widget."""

    def validate(self, obj: Any, value: Any) -> list[list[float]]:
        """Return lists of floats, or raise BadValueError."""
        height, width = obj.image.shape[:2]
        actions = value if isinstance(value, list | tuple) else [value]
        for action in actions:
            if not is_action(action, height, width):
                raise BadValueError(
                    f"{self.name} must be clicks [x, y, 0 or 1] and boxes [x1, y1, x2, y2] from "
                    f"left to right and top to bottom, inside {width} × {height} pixels, "
                    f"got {action!r}"
                )
        return [[float(number) for number in action] for action in actions]


def is_action(action: Any, height: int, width: int) -> bool:
    """Whether it is a click or a box in a picture of that size."""
    try:
        numbers = [float(number) for number in action]
    except (TypeError, ValueError):
        return False
    if len(numbers) not in (3, 4) or not all(map(math.isfinite, numbers)):
        return False
    if len(numbers) == 3:
        x, y, label = numbers
        return 0 <= x < width and 0 <= y < height and label in (0, 1)
    x1, y1, x2, y2 = numbers
    return 0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height


def overlap(a: Mask, b: Mask) -> float:
    """Shared pixels over all pixels of two masks; 1 where both are empty."""
    either = int((a | b).sum())
    return int((a & b).sum()) / either if either else 1.0
