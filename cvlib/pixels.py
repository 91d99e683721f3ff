"""The ways a picture is written as numbers: arrays and tensors, normalised values, colour spaces.

Arrays are (H, W, C) with red first, tensors (N, C, H, W) float32. `cvlib.images` gives these
functions too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

Image = npt.NDArray[np.uint8]  # (H, W, 3)
Array = npt.NDArray  # any dtype

# Mean and standard deviation of red, green and blue over ImageNet's pictures in [0, 1]: what
# torchvision's pretrained networks expect.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def to_tensor(image: Array) -> Tensor:
    """A picture as a network takes it: (H, W), (H, W, C) or (N, H, W, C) → (N, C, H, W) float32.

    Whole numbers are divided by the largest of their type, so uint8 lands in [0, 1]; floats are
    taken as they are. One picture becomes a batch of one. C is 1, 3 or 4.

    Raises:
        ValueError: another shape, channels first for instance.
    """
    image = np.asarray(image)
    batch = image[..., None] if image.ndim == 2 else image  # (…, H, W, C)
    if batch.ndim == 3:
        batch = batch[None]  # (N, H, W, C)
    if batch.ndim != 4 or batch.shape[-1] not in (1, 3, 4):
        raise ValueError(f"image must have shape (H, W, C), channels last, got {image.shape}")
    whole = np.issubdtype(batch.dtype, np.integer)
    scale = np.iinfo(batch.dtype).max if whole else 1
    floats = batch.astype(np.float32) / np.float32(scale)
    return torch.from_numpy(floats).permute(0, 3, 1, 2).contiguous()  # (N, C, H, W)


def to_image(tensor: Tensor) -> Image:
    """The way back: (1, C, H, W) or (C, H, W) in [0, 1] → (H, W, C) uint8.

    Values are rounded; what lies outside [0, 1] is cut off. A batch of several pictures, or of
    none, gives (N, H, W, C).

    Raises:
        ValueError: another number of dimensions.
    """
    if tensor.dim() not in (3, 4):
        raise ValueError(f"tensor must have shape (N, C, H, W), got {tuple(tensor.shape)}")
    levels = (tensor.detach().cpu().float() * 255).round().clamp(0, 255).to(torch.uint8)
    pictures = levels.movedim(-3, -1)  # (…, H, W, C)
    if pictures.dim() == 4 and len(pictures) == 1:
        pictures = pictures[0]
    return pictures.contiguous().numpy()


def normalize(
    x: Tensor, mean: tuple[float, ...] = IMAGENET_MEAN, std: tuple[float, ...] = IMAGENET_STD
) -> Tensor:
    """Each channel minus its mean, divided by its standard deviation: (N, C, H, W), same shape.

    Raises ValueError unless there is one mean and one std for each channel. Checked against
    torchvision.transforms.functional.normalize.
    """
    mean_, std_ = _per_channel(x, mean, std)
    return (x - mean_) / std_


def denormalize(
    x: Tensor, mean: tuple[float, ...] = IMAGENET_MEAN, std: tuple[float, ...] = IMAGENET_STD
) -> Tensor:
    """Undo `normalize`: (N, C, H, W), same shape."""
    mean_, std_ = _per_channel(x, mean, std)
    return x * std_ + mean_


def _per_channel(x: Tensor, *values: tuple[float, ...]) -> tuple[Tensor, ...]:
    for name, numbers in zip(("mean", "std"), values, strict=True):
        if x.dim() != 4 or len(numbers) != x.shape[1]:
            raise ValueError(
                f"{name} must have one number for each channel of x, "
                f"got {numbers!r} for shape {tuple(x.shape)}"
            )
    return tuple(x.new_tensor(numbers)[:, None, None] for numbers in values)  # (C, 1, 1)


def rgb_to_grey(image: Array) -> npt.NDArray[np.float32]:
    """Brightness as the eye weighs it, 0.2125 R + 0.7154 G + 0.0721 B: (…, 3) → (…) in [0, 1]."""
    return _skimage_colour("rgb2gray", image)


def rgb_to_hsv(image: Array) -> npt.NDArray[np.float32]:
    """Hue (an angle, 0 to 1 once around), saturation, value: (…, 3) → (…, 3) in [0, 1]."""
    return _skimage_colour("rgb2hsv", image)


def rgb_to_lab(image: Array) -> npt.NDArray[np.float32]:
    """CIELAB: lightness 0 to 100, then green–red and blue–yellow around 0: (…, 3) → (…, 3).

    Equal distances look about equally different (CIE, 1976; illuminant D65).
    """
    return _skimage_colour("rgb2lab", image)


def swap_red_and_blue(image: Array) -> Array:
    """RGB → BGR and back: (…, 3) → (…, 3), a copy. OpenCV reads and writes pictures as BGR."""
    return np.ascontiguousarray(_three_channels(image)[..., ::-1])


def _skimage_colour(conversion: str, image: Array) -> npt.NDArray[np.float32]:
    from skimage import color

    return getattr(color, conversion)(_three_channels(image)).astype(np.float32)


def _three_channels(image: Array) -> Array:
    image = np.asarray(image)
    if image.ndim < 2 or image.shape[-1] != 3:
        raise ValueError(f"image must have shape (H, W, 3), channels last, got {image.shape}")
    return image
