"""Pictures to work on: photographs, and drawings from a formula.

All are NumPy arrays (H, W, 3) of uint8, red first. Nothing is downloaded: the photographs lie
inside the scikit-image package. How a picture becomes a tensor, and its colour spaces, is in
`cvlib.pixels`; those functions can be imported from here too.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cvlib.pixels import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    Array,
    Image,
    denormalize,
    normalize,
    rgb_to_grey,
    rgb_to_hsv,
    rgb_to_lab,
    swap_red_and_blue,
    to_image,
    to_tensor,
)

__all__ = [
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "PHOTOGRAPHS",
    "add_noise",
    "checkerboard",
    "crop_and_resize",
    "denormalize",
    "edge",
    "gradient",
    "normalize",
    "rgb_to_grey",
    "rgb_to_hsv",
    "rgb_to_lab",
    "sample_image",
    "shapes_scene",
    "swap_red_and_blue",
    "to_image",
    "to_tensor",
]

# Name → file in scikit-image's data folder. All are in the wheels of 0.25 and 0.26.
PHOTOGRAPHS = {
    "astronaut": "astronaut.png",
    "brick": "brick.png",
    "camera": "camera.png",
    "chelsea": "chelsea.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
    "hubble": "hubble_deep_field.jpg",
    "moon": "moon.png",
    "motorcycle": "motorcycle_left.png",
    "page": "page.png",
    "retina": "retina.jpg",
    "rocket": "rocket.jpg",
    "tissue": "ihc.png",
}


def sample_image(name: str, size: int | tuple[int, int] | None = None) -> Image:
    """A photograph that comes with scikit-image: (H, W, 3) uint8, red first.

    Args:
        name: one of `PHOTOGRAPHS`. Grey ones have three equal channels.
        size: side of a square, or (height, width). The largest centred part of that shape is cut
            out and resized. None keeps the photograph as it is.

    Raises:
        ValueError: an unknown name, or a size below 1.
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(f"name must be one of {', '.join(PHOTOGRAPHS)}, got {name!r}")
    import skimage
    from skimage import io

    picture = io.imread(Path(skimage.__file__).parent / "data" / PHOTOGRAPHS[name])  # (H, W[, 3|4])
    if picture.ndim == 2:
        picture = np.stack([picture] * 3, axis=-1)  # (H, W, 3)
    picture = np.ascontiguousarray(picture[..., :3])  # (H, W, 3), without transparency
    return picture if size is None else crop_and_resize(picture, size)


def crop_and_resize(image: Image, size: int | tuple[int, int]) -> Image:
    """The largest centred part of the wanted shape, resized to it: (H, W, 3) → (h, w, 3) uint8."""
    from skimage.transform import resize

    height, width = (size, size) if isinstance(size, int) else size
    _at_least_one(height=height, width=width)
    scale = min(image.shape[0] / height, image.shape[1] / width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (image.shape[0] - rows) // 2, (image.shape[1] - columns) // 2
    part = image[top : top + rows, left : left + columns]  # (rows, columns, 3)
    small = resize(part, (height, width), anti_aliasing=scale > 1)  # floats in [0, 1]
    return np.round(small * 255).clip(0, 255).astype(np.uint8)  # (h, w, 3)


def checkerboard(size: int = 64, square: int = 8) -> Image:
    """Black and white squares, black at the top left: (size, size, 3) uint8."""
    _at_least_one(size=size, square=square)
    cells = np.arange(size) // square
    return _grey((cells[:, None] + cells) % 2 * 255)


def gradient(size: int = 64, direction: str = "right") -> Image:
    """Black to white towards `direction` ("right" or "down"): (size, size, 3) uint8."""
    _at_least_one(size=size)
    ramp = np.round(np.linspace(0, 255, size))[None].repeat(size, axis=0)
    return _grey(ramp if _is_right(direction) else ramp.T)


def edge(size: int = 64, direction: str = "right") -> Image:
    """One edge: dark grey, then light grey towards `direction`: (size, size, 3) uint8.

    "right" gives a vertical edge, which Sobel x answers; "down" a horizontal one.
    """
    _at_least_one(size=size)
    step = np.where(np.arange(size) < size // 2, 64, 192)[None].repeat(size, axis=0)
    return _grey(step if _is_right(direction) else step.T)


def shapes_scene(size: int = 96, count: int = 5, seed: int = 0) -> Image:
    """Discs, squares and triangles in clear colours on soft ground: (size, size, 3) uint8.

    The same seed gives the same scene. Later shapes lie on top of earlier ones.
    """
    _at_least_one(size=size)
    random = np.random.default_rng(seed)
    colours = np.array([[213, 94, 0], [0, 114, 178], [0, 158, 115], [230, 159, 0], [204, 121, 167]])
    y, x = np.mgrid[:size, :size]
    ground = 205 + 30 * (x + y) / (2 * max(1, size - 1)) + random.normal(0, 3, (size, size))
    scene = ground.clip(0, 255)[..., None].repeat(3, axis=-1)  # (size, size, 3)
    for index in range(count):
        row, column = random.uniform(0.15, 0.85, 2) * size
        radius = random.uniform(0.08, 0.2) * size
        down, right = y - row, x - column
        inside = {
            0: down**2 + right**2 <= radius**2,
            1: np.maximum(abs(down), abs(right)) <= 0.85 * radius,
            2: (abs(right) <= (down + radius) / 2) & (down <= 0.8 * radius),
        }[index % 3]
        scene[inside] = colours[index % len(colours)]
    return scene.astype(np.uint8)


def add_noise(image: Image, amount: float = 20.0, seed: int = 0) -> Image:
    """Normal noise of standard deviation `amount` grey levels on every value; uint8 as before."""
    if amount < 0:
        raise ValueError(f"amount must not be negative, got {amount}")
    noise = np.random.default_rng(seed).normal(0, amount, image.shape)
    return np.round(image + noise).clip(0, 255).astype(np.uint8)


def _at_least_one(**sizes: int) -> None:
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value!r}")


def _grey(values: Array) -> Image:
    return values.astype(np.uint8)[..., None].repeat(3, axis=-1)  # (H, W, 3)


def _is_right(direction: str) -> bool:
    if direction not in ("right", "down"):
        raise ValueError(f'direction must be "right" or "down", got {direction!r}')
    return direction == "right"
