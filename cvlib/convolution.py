"""Convolution by hand: one layer computed twice, and its relatives.

Helper → convolution, with loops and without → turned, padded, transposed. Letters are the same
everywhere: N images, C input channels, H×W pixels, O output channels, KH×KW kernel, OH×OW output,
G groups. Nothing here calls torch's own convolution. `cvlib.conv` gives these functions too.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib.conv_arithmetic import (
    conv_output_size,
    require_at_least,
    same_padding,
    transposed_output_size,
)
from cvlib.pooling import require_images


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


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"01": (conv2d, conv2d_unfold, conv_transpose2d, true_conv2d, same_padding, pad_same)}
