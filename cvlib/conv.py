"""Session 01: convolution by hand.

Helpers → convolution, twice → its relatives → classic kernels. Letters are the same everywhere:
N images, C input channels, H×W pixels, O output channels, KH×KW kernel, OH×OW output, G groups.
Nothing here calls torch's own convolution or pooling. The arithmetic on whole numbers lies in
`cvlib.conv_arithmetic`, pooling in `cvlib.pooling`; both can be imported from here.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.conv_arithmetic import (
    conv_cost,
    conv_output_size,
    receptive_field,
    require_at_least,
    same_padding,
    transposed_output_size,
)
from cvlib.pooling import (
    adaptive_avg_pool2d,
    avg_pool2d,
    global_avg_pool,
    max_pool2d,
    require_images,
)

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "classic_kernels",
    "conv2d",
    "conv2d_unfold",
    "conv_cost",
    "conv_output_size",
    "conv_transpose2d",
    "filter_channels",
    "global_avg_pool",
    "gradient_direction",
    "max_pool2d",
    "pad_same",
    "receptive_field",
    "same_padding",
    "sobel_gradients",
    "sobel_magnitude",
    "transposed_output_size",
    "true_conv2d",
]


def require_layer(x: Tensor, weight: Tensor, bias: Tensor | None, groups: int) -> None:
    """Raise ValueError unless input, weight and bias belong to one convolution layer."""
    require_images(x)
    require_at_least(1, groups=groups)
    if weight.dim() != 4:
        raise ValueError(f"weight must have shape (O, C/G, KH, KW), got {tuple(weight.shape)}")
    if x.shape[1] != groups * weight.shape[1] or weight.shape[0] % groups:
        raise ValueError(
            f"weight of shape {tuple(weight.shape)} with groups={groups} does not fit "
            f"x of shape {tuple(x.shape)}"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias must have shape ({weight.shape[0]},), got {tuple(bias.shape)}")


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """What a convolution layer computes: a cross-correlation, the kernel is not turned.

    out[n, o, y, x] = bias[o] + Σ_c,i,j weight[o, c, i, j] · padded[n, c, y·S + i·D, x·S + j·D]

    Args:
        x: (N, C, H, W) of floating-point numbers. N may be 0.
        weight: (O, C/G, KH, KW), of the same dtype.
        bias: (O,): one number for each output channel, or None.
        stride: cells from one window to the next, in both directions.
        padding: zeros added at each of the four sides.
        dilation: cells from one weight to the next.
        groups: G; output channels see only the input channels of their own group. G = C: depthwise.

    Returns:
        (N, O, OH, OW), with OH and OW from `conv_output_size`.

    Raises:
        ValueError: shapes that do not belong together, a value out of range, or a window that
            does not fit.

    Source: Dumoulin and Visin (2016). Checked against torch.nn.functional.conv2d, forward and
    backward.
    """
    require_layer(x, weight, bias, groups)
    o, _, kh, kw = weight.shape
    out_h = conv_output_size(x.shape[2], kh, stride, padding, dilation)
    out_w = conv_output_size(x.shape[3], kw, stride, padding, dilation)
    x = F.pad(x, (padding,) * 4)  # (N, C, H+2P, W+2P)
    x = x.unflatten(1, (groups, -1))  # (N, G, C/G, H+2P, W+2P)
    weight = weight.unflatten(0, (groups, -1))  # (G, O/G, C/G, KH, KW)
    out = x.new_zeros(x.shape[0], groups, o // groups, out_h, out_w)
    for i in range(kh):
        rows = slice(i * dilation, i * dilation + (out_h - 1) * stride + 1, stride)
        for j in range(kw):
            columns = slice(j * dilation, j * dilation + (out_w - 1) * stride + 1, stride)
            seen = x[..., rows, columns]  # (N, G, C/G, OH, OW): what weight (i, j) meets everywhere
            out = out + torch.einsum("ngchw,goc->ngohw", seen, weight[..., i, j])
    out = out.flatten(1, 2)  # (N, O, OH, OW)
    return out if bias is None else out + bias[:, None, None]


def conv2d_unfold(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """`conv2d` without a loop: all windows side by side, then one product of matrices.

    Arguments, returns and errors as `conv2d`. The windows are a view; the product copies them, so
    it needs KH·KW times the memory of the image, and is fast. Source: Chellapilla, Puri and
    Simard (2006), who called it unrolling. Checked against torch.nn.functional.conv2d.
    """
    require_layer(x, weight, bias, groups=1)
    _, _, kh, kw = weight.shape
    for size, kernel_size in ((x.shape[2], kh), (x.shape[3], kw)):
        conv_output_size(size, kernel_size, stride, padding)  # raises if a window does not fit
    x = F.pad(x, (padding,) * 4)  # (N, C, H+2P, W+2P)
    windows = x.unfold(2, kh, stride).unfold(3, kw, stride)  # (N, C, OH, OW, KH, KW)
    out = torch.einsum("nchwij,ocij->nohw", windows, weight)  # (N, O, OH, OW)
    return out if bias is None else out + bias[:, None, None]


def true_conv2d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """The mathematician's convolution: `conv2d` with the kernel turned by 180°.

    Shapes and errors as `conv2d`. Frameworks leave the turn out: a network learns its kernels, and
    a turned kernel is as easy to learn. Checked against scipy.signal.convolve2d.
    """
    return conv2d(x, weight.flip(-2, -1), bias, stride, padding)


def pad_same(x: Tensor, kernel_size: int, dilation: int = 1) -> Tensor:
    """Zeros around an image so that a window with stride 1 keeps its size.

    (..., H, W) → (..., H + D(K−1), W + D(K−1)); where that number is odd, the extra row and column
    lie at the bottom and right. Raises ValueError for a kernel size or dilation below 1. Checked
    against torch.nn.functional.conv2d(padding="same"), which pads in this way.
    """
    left, right = same_padding(kernel_size, dilation)
    return F.pad(x, (left, right, left, right))  # (..., H + D(K−1), W + D(K−1))


def conv_transpose2d(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """Transposed convolution: every pixel stamps its own multiple of the kernel, stamps add up.

    Args:
        x: (N, C, H, W) of floating-point numbers. N may be 0.
        weight: (C, O, KH, KW): input channels first, the other way round than in `conv2d`.
        bias: (O,) or None.
        stride: cells of the *output* between the stamps of two neighbours.
        padding: cells taken away at each side at the end.

    Returns:
        (N, O, OH, OW), with OH and OW from `transposed_output_size`.

    Raises:
        ValueError: shapes that do not belong together, a value out of range, nothing left.

    Source: Zeiler et al. (2010); Dumoulin and Visin (2016). Checked against
    torch.nn.functional.conv_transpose2d, forward and backward.
    """
    require_layer(x, weight.transpose(0, 1) if weight.dim() == 4 else weight, bias, groups=1)
    (n, _, h, w), (_, o, kh, kw) = x.shape, weight.shape
    out_h = transposed_output_size(h, kh, stride, padding)
    out_w = transposed_output_size(w, kw, stride, padding)
    out = x.new_zeros(n, o, out_h + 2 * padding, out_w + 2 * padding)
    for i in range(kh):
        rows = slice(i, i + (h - 1) * stride + 1, stride)
        for j in range(kw):
            columns = slice(j, j + (w - 1) * stride + 1, stride)
            out[:, :, rows, columns] += torch.einsum("nchw,co->nohw", x, weight[:, :, i, j])
    out = out[:, :, padding : padding + out_h, padding : padding + out_w]  # (N, O, OH, OW)
    return out if bias is None else out + bias[:, None, None]


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
REFERENCES = {
    "01": (
        conv2d,
        conv2d_unfold,
        conv_transpose2d,
        true_conv2d,
        same_padding,
        pad_same,
        filter_channels,
        sobel_gradients,
        sobel_magnitude,
    )
}
