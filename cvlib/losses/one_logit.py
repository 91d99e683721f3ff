"""Six losses of one logit: the value, and the gradient in closed form.

The target is 1 and p = σ(z) is the probability that the network gives it. What the network feels
is the slope along z, and that is the loss's slope along p times p(1 − p).
"""

from __future__ import annotations

import torch
from torch import Tensor

SMOOTHING, GAMMA = 0.1, 2.0
LOSS_NAMES = {
    "bce": "cross-entropy",
    "smoothed": "cross-entropy, smoothed",
    "focal": "focal, γ = 2",
    "mse": "squared error",
    "mae": "absolute error",
    "dice": "Dice of one pixel",
}


def loss_of_probability(loss_name: str, p: Tensor) -> Tensor:
    """The loss where the target is 1 and got the probability p; same shape as p.

    Args:
        loss_name: "bce": −log p. "smoothed": targets 0.95 and 0.05 instead of 1 and 0.
            "focal": −(1 − p)² log p. "mse": (1 − p)². "mae": 1 − p. "dice": 1 − 2p/(p + 1).
        p: *probabilities*, above 0 and below 1.

    Raises:
        ValueError: another name.
    """
    yes = 1 - SMOOTHING / 2
    if loss_name == "bce":
        return -p.log()
    if loss_name == "smoothed":
        return -yes * p.log() - (1 - yes) * torch.log1p(-p)
    if loss_name == "focal":
        return -((1 - p) ** GAMMA) * p.log()
    if loss_name == "mse":
        return (1 - p) ** 2
    if loss_name == "mae":
        return 1 - p
    if loss_name == "dice":
        return 1 - 2 * p / (p + 1)
    raise ValueError(f"loss_name must be one of {', '.join(LOSS_NAMES)}, got {loss_name!r}")


def gradient_wrt_logit(loss_name: str, p: Tensor) -> Tensor:
    """∂loss/∂z for p = σ(z) and target 1, in closed form; same shape as p.

    Args:
        loss_name: a key of LOSS_NAMES, see `loss_of_probability`.
        p: *probabilities*, from 0 to 1, both included.

    Raises:
        ValueError: another name.

    Checked against autograd through sigmoid and `loss_of_probability`.
    """
    p = torch.as_tensor(p)
    if loss_name == "bce":
        return p - 1
    if loss_name == "smoothed":
        return p - (1 - SMOOTHING / 2)
    if loss_name == "focal":
        return (1 - p) ** GAMMA * (GAMMA * torch.xlogy(p, p) + p - 1)
    if loss_name == "mse":
        return -2 * p * (1 - p) ** 2
    if loss_name == "mae":
        return -p * (1 - p)
    if loss_name == "dice":
        return -2 * p * (1 - p) / (1 + p) ** 2
    raise ValueError(f"loss_name must be one of {', '.join(LOSS_NAMES)}, got {loss_name!r}")


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"09": (gradient_wrt_logit,)}
