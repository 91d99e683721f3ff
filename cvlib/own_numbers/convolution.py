"""Session 01: output sizes, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own


@own("01-sizes")
def sizes(draw: Draw) -> dict[str, Asked]:
    """Seven widths; those of the stem begin with one picture."""
    width, side = draw.choice(range(24, 49)), draw.choice((160, 176, 192, 208, 240, 256, 288, 320))
    kernel = draw.choice((3, 5, 7))
    strided = {"size": draw.choice(range(30, 61)), "kernel_size": draw.choice((3, 5)),
               "stride": draw.choice((2, 3)), "padding": 1}  # fmt: skip
    dilated = {"size": draw.choice(range(25, 41)), "kernel_size": draw.choice((3, 5)),
               "dilation": draw.choice((2, 3))}  # fmt: skip
    up = {"size": draw.choice(range(10, 21)), "kernel_size": 4, "stride": 2, "padding": 1}
    return {
        "same_conv": Asked(
            f"input {width}, K {kernel}, P {kernel // 2}",
            {"size": width, "kernel_size": kernel, "padding": kernel // 2},
        ),
        "strided_conv": Asked(
            f"input {strided['size']}, K {strided['kernel_size']}, P 1, S {strided['stride']}",
            strided,
        ),
        "dilated_conv": Asked(
            f"input {dilated['size']}, K {dilated['kernel_size']}, D {dilated['dilation']}, "
            "no padding",
            dilated,
        ),
        "stem_conv": Asked(
            f"input {side}, K 7, S 2, P 3: the first layer of a ResNet",
            {"size": side, "kernel_size": 7, "stride": 2, "padding": 3},
        ),
        "stem_pool_unpadded": Asked(
            "input `stem_conv`, max pooling, K 3, S 2", {"kernel_size": 3, "stride": 2}
        ),
        "stem_pool": Asked(
            "the same with P 1, as ResNet has it", {"kernel_size": 3, "stride": 2, "padding": 1}
        ),
        "transposed": Asked(f"input {up['size']}, transposed convolution, K 4, S 2, P 1", up),
    }
