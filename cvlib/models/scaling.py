"""Compound scaling (Tan and Le, 2019): one number that makes a network deeper, wider and sharper.

Channels that suit hardware → the rule → what was really used for B0 … B7.
"""

from __future__ import annotations

from typing import NamedTuple

from cvlib.conv_arithmetic import require_at_least


class Scale(NamedTuple):
    """Factors on a base network: layers, channels, pixels of a side, and the work that follows."""

    depth: float
    width: float
    resolution: float
    flops: float


class Version(NamedTuple):
    """One of B0 … B7: factors on B0's table, pixels of a side, and the share that drops out."""

    width: float
    depth: float
    resolution: int
    dropout: float


# Set by hand by the authors, and not the formula at whole φ: B7 would be 3.6 deep, 1.9 wide.
VERSIONS = {
    "b0": Version(1.0, 1.0, 224, 0.2),
    "b1": Version(1.0, 1.1, 240, 0.2),
    "b2": Version(1.1, 1.2, 260, 0.3),
    "b3": Version(1.2, 1.4, 300, 0.3),
    "b4": Version(1.4, 1.8, 380, 0.4),
    "b5": Version(1.6, 2.2, 456, 0.4),
    "b6": Version(1.8, 2.6, 528, 0.5),
    "b7": Version(2.0, 3.1, 600, 0.5),
}


def make_divisible(channels: float, divisor: int = 8) -> int:
    """The multiple of `divisor` nearest to a number of channels, never more than 10 % below it.

    Halves go up, and the result is at least `divisor`.

    Args:
        channels: above 0; a fraction, where a width factor made it one.
        divisor: at least 1.

    Raises:
        ValueError: an argument out of range.

    Source: Sandler et al. (2018), reference code of MobileNetV2. Checked against torchvision.
    """
    require_at_least(1, divisor=divisor)
    if channels <= 0:
        raise ValueError(f"channels must be above 0, got {channels}")
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor


def compound_scale(phi: float, alpha: float = 1.2, beta: float = 1.1, gamma: float = 1.15) -> Scale:
    """depth = α^φ, width = β^φ, resolution = γ^φ, and the work (α · β² · γ²)^φ.

    Twice the layers are twice the work; twice the channels, or twice the pixels of a side, are
    four times.

    Args:
        phi: how much more may be spent, about 2^φ times; 0 is the base network, below 0 is less.
        alpha, beta, gamma: at least 1.

    Raises:
        ValueError: alpha, beta or gamma below 1.

    Source: Tan and Le (2019), equation 3.
    """
    for name, value in {"alpha": alpha, "beta": beta, "gamma": gamma}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    flops = (alpha * beta**2 * gamma**2) ** phi
    return Scale(alpha**phi, beta**phi, gamma**phi, flops)


REFERENCES = {"05": (make_divisible, compound_scale)}
