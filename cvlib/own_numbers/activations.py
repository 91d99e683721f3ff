"""Session 02: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own


@own("02-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six small questions, one from each of the exercises before."""
    x = -draw.choice((2, 3, 4, 5, 6, 7, 8, 9))
    scale = draw.choice((2, 3, 5, 6, 8))
    share = draw.choice((50, 200, 500, 1000, 2000, 5000, 20_000, 100_000))
    exponent, terms = 100 * draw.choice(range(8, 21)), draw.choice((2, 3, 4, 5))
    kernel, inside, outside = draw.choice((3, 5)), draw.choice((16, 24, 32, 48)), 128
    batch, channels, side = draw.choice((4, 8, 16)), draw.choice((32, 48, 64, 96, 128)), 28
    total = " + ".join([f"e^{exponent}"] * terms)
    return {
        "leaky": Asked(f"What is leaky_relu({x}) with PyTorch's own slope?", {"x": x}),
        "steepest": Asked(f"The largest slope that σ({scale}x) has anywhere?", {"scale": scale}),
        "layers": Asked(
            f"How many sigmoids in a row let less than 1/{share} of a gradient pass?",
            {"share": share},
        ),
        "log_sum": Asked(f"log({total})?", {"exponent": exponent, "terms": terms}),
        "he_std": Asked(
            f"He's standard deviation for a {kernel} × {kernel} convolution from {inside} to "
            f"{outside} channels?",
            {"kernel_size": kernel, "in_channels": inside, "out_channels": outside},
        ),
        "slopes": Asked(
            f"Maps ({batch}, {channels}, {side}, {side}), PReLU with a slope for each channel: "
            "how many?",
            {"batch": batch, "channels": channels, "side": side},
        ),
    }
