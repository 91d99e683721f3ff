"""Photographs to find things in: those of scikit-image, and the two that ultralytics brings along.

Nothing is downloaded. Pictures to work on otherwise are in `cvlib.images`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from cvlib.images import PHOTOGRAPHS, crop_and_resize, sample_image
from cvlib.pixels import Image

# Name → file in the folder `assets` of ultralytics: four people and a bus, two people.
STREET = {"bus": "bus.jpg", "zidane": "zidane.jpg"}


def photograph(name: str, size: int | tuple[int, int] | None = None) -> Image:
    """A photograph: (H, W, 3) uint8, red first. `cvlib.pixels.to_tensor` makes it (3, H, W).

    Args:
        name: "bus" (810 wide, 1080 high), "zidane" (1280 wide, 720 high), or one of
            `cvlib.images.PHOTOGRAPHS`.
        size: side of a square, or (height, width). The largest centred part of that shape is cut
            out and resized. None keeps the photograph as it is.

    Raises:
        ValueError: an unknown name, or a size below 1.
        ImportError: ultralytics, which brings the first two along, isn't installed.
    """
    if name not in STREET:
        if name not in PHOTOGRAPHS:
            known = ", ".join((*STREET, *PHOTOGRAPHS))
            raise ValueError(f"name must be one of {known}, got {name!r}")
        return sample_image(name, size)
    package = find_spec("ultralytics")  # found, not imported: that would take seconds
    if package is None or package.origin is None:
        raise ImportError(f"{name!r} comes with ultralytics: %pip install ultralytics")
    from skimage import io

    picture = io.imread(Path(package.origin).parent / "assets" / STREET[name])
    picture = np.ascontiguousarray(picture[..., :3])  # (H, W, 3)
    return picture if size is None else crop_and_resize(picture, size)
