"""The whole numbers behind a convolution: sizes, receptive fields, costs.

No tensors here: every function takes and returns integers. Formulas after Dumoulin and Visin,
"A guide to convolution arithmetic for deep learning" (2016). `cvlib.conv` gives these functions
too, so a session imports everything from there.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral


def require_at_least(least: int, **values: int) -> None:
    """Raise ValueError, with name and value, unless each value is an integer ≥ `least`."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")


def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """How many positions a window takes along one direction.

    ⌊(W − D(K−1) − 1 + 2P) / S⌋ + 1, with W cells, kernel size K, stride S, P cells of padding on
    *each* side and dilation D. The same count holds for convolution and for pooling.

    Args:
        size: cells of the input along this direction, W ≥ 1.
        kernel_size: weights of the kernel along this direction, K ≥ 1.
        stride: cells from one window to the next, S ≥ 1.
        padding: cells added at each of the two ends, P ≥ 0.
        dilation: cells from one weight to the next, D ≥ 1 (1: neighbours).

    Returns:
        The number of windows, at least 1.

    Raises:
        ValueError: a value out of its range, or a window that does not fit the padded input.

    Source: Dumoulin and Visin (2016), relationship 6, with dilation. Checked against the shapes
    that torch.nn.functional.conv1d returns.
    """
    require_at_least(1, size=size, kernel_size=kernel_size, stride=stride, dilation=dilation)
    require_at_least(0, padding=padding)
    window = dilation * (kernel_size - 1) + 1
    padded = size + 2 * padding
    if window > padded:
        raise ValueError(
            f"kernel_size={kernel_size} with dilation={dilation} spans {window} cells, which does "
            f"not fit size={size} with padding={padding} ({padded} cells)"
        )
    return (padded - window) // stride + 1


def transposed_output_size(
    size: int,
    kernel_size: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    output_padding: int = 0,
) -> int:
    """Cells that a transposed convolution gives: (W−1)·S − 2P + D(K−1) + 1 + output padding.

    It undoes the *size* of a convolution, not its values. Where a stride of S rounds several
    sizes down to the same one, `output_padding` (below the stride or the dilation) says which of
    them comes back. Here `padding` takes cells away at both ends.

    Raises:
        ValueError: a value out of its range, or nothing left after the padding is taken away.

    Source: Dumoulin and Visin (2016), relationship 14. Checked against the shapes that
    torch.nn.functional.conv_transpose1d returns.
    """
    require_at_least(1, size=size, kernel_size=kernel_size, stride=stride, dilation=dilation)
    require_at_least(0, padding=padding, output_padding=output_padding)
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"output_padding must be smaller than stride={stride} or dilation={dilation}, "
            f"got {output_padding}"
        )
    cells = (size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + 1 + output_padding
    if cells < 1:
        raise ValueError(f"padding={padding} takes away all cells of size={size}")
    return cells


def same_padding(kernel_size: int, dilation: int = 1) -> tuple[int, int]:
    """Cells to add (left, right), or (top, bottom), so that stride 1 keeps the size.

    A window of D(K−1)+1 cells loses D(K−1) positions, so that many cells are added in total.
    Where the total is odd the extra one goes right (bottom).

    Raises:
        ValueError: kernel_size or dilation below 1.

    Checked against torch.nn.functional.conv1d(padding="same").
    """
    require_at_least(1, kernel_size=kernel_size, dilation=dilation)
    total = dilation * (kernel_size - 1)
    return total // 2, total - total // 2


def receptive_field(layers: Iterable[tuple[int, int, int]]) -> tuple[int, int]:
    """How much of the input one output sees, and how far apart two neighbours look.

    Args:
        layers: (kernel_size, stride, dilation) of each convolution or pooling layer, from the
            input to the output.

    Returns:
        field: cells of the input from the first to the last that one output depends on.
        jump: cells of the input between the fields of two neighbouring outputs.
        Without layers an output is its input: (1, 1).

    Raises:
        ValueError: a layer that is not three whole numbers of at least 1.

    Source: Araujo, Norris and Sim (2019), "Computing receptive fields of convolutional neural
    networks", equations 2 and 3. Checked against the pixels with a gradient in a real network.
    """
    field, jump = 1, 1
    for layer in layers:
        if len(layer) != 3:
            raise ValueError(f"layers must hold (kernel_size, stride, dilation), got {layer!r}")
        kernel_size, stride, dilation = layer
        require_at_least(1, kernel_size=kernel_size, stride=stride, dilation=dilation)
        field += dilation * (kernel_size - 1) * jump  # one step of this layer's input is a jump
        jump *= stride  # changed last: the stride spreads the outputs, not this layer's window
    return field, jump


def conv_cost(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    out_height: int,
    out_width: int,
    groups: int = 1,
    bias: bool = True,
) -> tuple[int, int]:
    """What a convolution layer with a square kernel costs for one image.

    Each output channel has one K×K kernel for each of the C_in/G input channels of its group,
    and every kernel works once at each of the OH·OW output positions.

    Returns:
        parameters: weights, and one bias for each output channel if there are biases.
        macs: multiply–accumulates. Adding the bias multiplies nothing and is not counted.

    Raises:
        ValueError: a number below 1, or groups that do not divide both channel counts.

    Checked against torch.nn.Conv2d's parameters and half of torch's FlopCounterMode.
    """
    require_at_least(1, in_channels=in_channels, out_channels=out_channels)
    require_at_least(1, kernel_size=kernel_size, out_height=out_height, out_width=out_width)
    require_at_least(1, groups=groups)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"groups must divide in_channels={in_channels} and out_channels={out_channels}, "
            f"got {groups}"
        )
    weights = out_channels * (in_channels // groups) * kernel_size**2
    return weights + (out_channels if bias else 0), weights * out_height * out_width


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"01": (conv_output_size, same_padding, receptive_field, conv_cost)}
