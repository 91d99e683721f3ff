"""Pooling by hand: slide a window over every channel and keep one number of it.

Helpers → max → average → adaptive → global. `cvlib.conv` gives these functions too.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.conv_arithmetic import conv_output_size, require_at_least


def require_images(x: Tensor) -> None:
    """Raise ValueError unless `x` is a batch of images (N, C, H, W) of floating-point numbers."""
    if x.dim() != 4:
        raise ValueError(f"x must have shape (N, C, H, W), got {tuple(x.shape)}")
    if not x.is_floating_point():
        raise ValueError(f"x must hold floating-point numbers, got {x.dtype}")


def pooling_windows(
    x: Tensor, kernel_size: int, stride: int | None, padding: int, fill: float
) -> Tensor:
    """Every window of a padded image, its cells in one row: (N, C, H, W) → (N, C, OH, OW, K·K)."""
    require_images(x)
    stride = kernel_size if stride is None else stride
    for size in x.shape[2:]:
        conv_output_size(size, kernel_size, stride, padding)  # raises if a window does not fit
    if padding > kernel_size // 2:
        raise ValueError(
            f"padding must be at most half of kernel_size={kernel_size}, got {padding}"
        )
    x = F.pad(x, (padding,) * 4, value=fill)  # (N, C, H+2P, W+2P)
    x = x.unfold(2, kernel_size, stride)  # (N, C, OH, W+2P, K)
    x = x.unfold(3, kernel_size, stride)  # (N, C, OH, OW, K, K)
    return x.flatten(-2)  # (N, C, OH, OW, K·K)


def max_pool2d(x: Tensor, kernel_size: int, stride: int | None = None, padding: int = 0) -> Tensor:
    """The largest number in each window, channel by channel.

    Args:
        x: (N, C, H, W) of floating-point numbers. N or C may be 0.
        kernel_size: side K of the square window.
        stride: cells from one window to the next; None means `kernel_size`.
        padding: cells added at each side, at most K/2. They hold −inf and so never win.

    Returns:
        (N, C, OH, OW). The gradient goes to one largest cell of each window.

    Raises:
        ValueError: not a float image batch, a value out of range, a window that does not fit.

    Checked against torch.nn.functional.max_pool2d, forward and backward.
    """
    windows = pooling_windows(x, kernel_size, stride, padding, fill=float("-inf"))
    return windows.max(dim=-1).values  # (N, C, OH, OW)


def avg_pool2d(x: Tensor, kernel_size: int, stride: int | None = None, padding: int = 0) -> Tensor:
    """The mean of each window; arguments, shapes and errors as `max_pool2d`.

    Cells of padding are zeros and count in the mean, as they do in torch.

    Checked against torch.nn.functional.avg_pool2d, forward and backward.
    """
    windows = pooling_windows(x, kernel_size, stride, padding, fill=0.0)
    return windows.mean(dim=-1)  # (N, C, OH, OW)


def adaptive_avg_pool2d(x: Tensor, output_size: int | tuple[int, int]) -> Tensor:
    """Means over as many windows as wanted, whatever the size of the image.

    Output i is the mean of the cells from ⌊i·H/OH⌋ to ⌈(i+1)·H/OH⌉, so windows may overlap by a
    cell and differ in size by one.

    Args:
        x: (N, C, H, W) of floating-point numbers. N or C may be 0.
        output_size: OH = OW, or the pair (OH, OW).

    Returns:
        (N, C, OH, OW).

    Raises:
        ValueError: not a float image batch, or an output size below 1.

    Checked against torch.nn.functional.adaptive_avg_pool2d, forward and backward.
    """
    require_images(x)
    out_h, out_w = (output_size,) * 2 if isinstance(output_size, int) else output_size
    require_at_least(1, output_height=out_h, output_width=out_w)
    rows = [x[:, :, top:end].mean(dim=2) for top, end in spans(x.shape[2], out_h)]
    x = torch.stack(rows, dim=2)  # (N, C, OH, W)
    columns = [x[:, :, :, left:end].mean(dim=3) for left, end in spans(x.shape[3], out_w)]
    return torch.stack(columns, dim=3)  # (N, C, OH, OW)


def spans(size: int, parts: int) -> list[tuple[int, int]]:
    """First and one-past-last cell of each of the `parts` windows over `size` cells."""
    return [(i * size // parts, -(-(i + 1) * size // parts)) for i in range(parts)]


def global_avg_pool(x: Tensor) -> Tensor:
    """One number for each channel, the mean over all positions: (N, C, H, W) → (N, C).

    This is what lets a network take images of any size: the classifier behind it sees C numbers.
    Raises ValueError if `x` is not a float image batch or has no pixels. Source: Lin, Chen and
    Yan (2014), "Network in network". Checked against torch.nn.functional.adaptive_avg_pool2d(1).
    """
    require_images(x)
    require_at_least(1, height=x.shape[2], width=x.shape[3])
    return x.mean(dim=(2, 3))


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"01": (max_pool2d, pooling_windows)}
