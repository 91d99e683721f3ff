"""Classic kernels, and what they find in a picture: edges, how steep they are, where they point.

Kernels → one kernel over every channel → Sobel. `cvlib.conv` gives these functions too.
"""

from __future__ import annotations

import torch
from torch import Tensor

from cvlib import convolution
from cvlib.convolution import conv2d, pad_same
from cvlib.pooling import require_images


def classic_kernels() -> dict[str, Tensor]:
    """Six 3×3 kernels that people chose before networks learned theirs: name → (3, 3) float32.

    Sobel x answers where brightness grows to the right, Sobel y where it grows downwards (Sobel
    and Feldman, 1968). The blur sums to 1 and so keeps brightness; Sobel and Laplacian sum to 0
    and so answer nothing on flat ground.
    """
    sobel_x = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    return {
        "identity": torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
        "sobel_x": sobel_x,
        "sobel_y": sobel_x.T.contiguous(),
        "gaussian_blur": torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 16,
        "sharpen": torch.tensor([[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]]),
        "laplacian": torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]),
    }


def filter_channels(x: Tensor, kernel: Tensor) -> Tensor:
    """One kernel over every channel by itself, same size: (N, C, H, W), (K, K) → (N, C, H, W).

    A depthwise convolution with "same" zero padding. Raises ValueError unless the kernel is square.
    """
    require_images(x)
    if kernel.dim() != 2 or kernel.shape[0] != kernel.shape[1]:
        raise ValueError(f"kernel must have shape (K, K), got {tuple(kernel.shape)}")
    channels = x.shape[1]
    weight = kernel.to(x).expand(channels, 1, *kernel.shape)  # (C, 1, K, K)
    return conv2d(pad_same(x, kernel.shape[0]), weight, groups=channels)


def sobel_gradients(image: Tensor) -> tuple[Tensor, Tensor]:
    """Change to the right and downwards, with zeros around: (N, 1, H, W) → twice (N, 1, H, W)."""
    if image.dim() != 4 or image.shape[1] != 1:
        raise ValueError(f"image must have shape (N, 1, H, W), got {tuple(image.shape)}")
    kernels = classic_kernels()
    gx = filter_channels(image, kernels["sobel_x"])
    return gx, filter_channels(image, kernels["sobel_y"])


def sobel_magnitude(image: Tensor) -> Tensor:
    """How steep brightness is at every pixel: √(gx² + gy²).

    Args:
        image: (N, 1, H, W), grey, floating point. One ring of zeros is added, so a bright image
            gets a bright frame: the step from picture to padding is an edge like any other.

    Returns:
        (N, 1, H, W), at least 0. Where it is 0 the gradient that flows back is 0 as well, while
        the square root written out would give NaN.

    Raises:
        ValueError: not a batch of one-channel float images.

    Source: Sobel and Feldman (1968). Checked against scipy.ndimage.sobel(mode="constant").
    """
    gx, gy = sobel_gradients(image)
    return torch.linalg.vector_norm(torch.stack((gx, gy)), dim=0)


def gradient_direction(image: Tensor) -> Tensor:
    """Where brightness grows fastest: angle in radians, (N, 1, H, W) → (N, 1, H, W).

    In (−π, π]: 0 to the right, π/2 downwards (rows count from the top). Where the magnitude is 0
    there is no direction, and the angle is 0 by convention. Errors as `sobel_magnitude`.
    """
    gx, gy = sobel_gradients(image)
    return torch.atan2(gy, gx)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
# An edge filter is made of a convolution of one's own.
REFERENCES = {
    "01": (*convolution.REFERENCES["01"], filter_channels, sobel_gradients, sobel_magnitude)
}
