"""Session 02: activations by hand.

Piecewise → smooth gates → slopes and dead units → PReLU. Everything works element by element on
tensors of any shape. Values *and* gradients stay finite however large the input: an exponential
never sees a number above 0. Softmax and its logarithms lie in `cvlib.softmax`, initialisation and
the flow of gradients in `cvlib.signal_flow`; they can be imported from here too.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from cvlib.signal_flow import (
    ACTIVATIONS,
    INITS,
    activation_stds,
    fan_in_and_out,
    gradient_norms,
    he_normal_,
    parameter_of_zeros,
    spread_after_he_normal_,
    weight_spread,
    xavier_normal_,
)
from cvlib.softmax import log_softmax, logsumexp, softmax

__all__ = [
    "ACTIVATIONS",
    "INITS",
    "PReLU",
    "activation_stds",
    "classification_loss",
    "dead_units",
    "elu",
    "fan_in_and_out",
    "gelu",
    "gradient_norms",
    "he_normal_",
    "leaky_relu",
    "log_softmax",
    "logsumexp",
    "parameter_of_zeros",
    "relu",
    "relu_grad",
    "sigmoid",
    "sigmoid_grad",
    "silu",
    "softmax",
    "spread_after_he_normal_",
    "tanh",
    "weight_spread",
    "xavier_normal_",
]


def relu(x: Tensor) -> Tensor:
    """max(x, 0), any shape. The gradient at 0 is 0.

    Source: Nair and Hinton (2010). Checked against torch.relu, forward and backward.
    """
    return torch.where(x <= 0, 0, x)  # asked this way round, NaN stays NaN


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """x above 0, negative_slope · x below, any shape. The gradient at 0 is `negative_slope`.

    Source: Maas, Hannun and Ng (2013). Checked against torch.nn.functional.leaky_relu.
    """
    return torch.where(x > 0, x, negative_slope * x)


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x above 0, alpha · (eˣ − 1) below, any shape; tends to −alpha.

    The exponential sees min(x, 0) only. Without that the values would be right, but the gradient
    for large x would be 0 · ∞ = NaN: `torch.where` multiplies the branch that was not taken by 0.

    Source: Clevert, Unterthiner and Hochreiter (2016). Checked against torch.nn.functional.elu.
    """
    return torch.where(x > 0, x, alpha * torch.expm1(torch.where(x > 0, 0, x)))


def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e⁻ˣ), in [0, 1], any shape; finite, with its gradient, for every finite x.

    e^−|x| is at most 1. For x ≥ 0 the result is 1 / (1 + e⁻ˣ), below it is eˣ / (1 + eˣ).
    Checked against torch.sigmoid, forward and backward.
    """
    small = torch.exp(torch.where(x >= 0, -x, x))  # e^−|x|, with a gradient at 0 too
    return torch.where(x >= 0, 1, small) / (1 + small)


def tanh(x: Tensor) -> Tensor:
    """2 · sigmoid(2x) − 1, in [−1, 1], any shape. Checked against torch.tanh."""
    return 2 * sigmoid(2 * x) - 1


def silu(x: Tensor) -> Tensor:
    """x · sigmoid(x), also called swish, any shape.

    Source: Elfwing, Uchibe and Doya (2018). Checked against torch.nn.functional.silu.
    """
    return x * sigmoid(x)


def gelu(x: Tensor, approximate: str = "none") -> Tensor:
    """x · Φ(x), where Φ is the share of a standard normal distribution below x; any shape.

    Args:
        approximate: "none" computes Φ with the error function, "tanh" with the formula that the
            paper gives for speed; they differ by less than 0.0005.

    Raises:
        ValueError: another word for `approximate`.

    Source: Hendrycks and Gimpel (2016). Checked against torch.nn.functional.gelu, both forms.
    """
    if approximate == "none":
        return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    if approximate == "tanh":
        return x * 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    raise ValueError(f'approximate must be "none" or "tanh", got {approximate!r}')


def relu_grad(x: Tensor) -> Tensor:
    """Slope of `relu` at x: 1 above 0, else 0, in x's dtype. Checked against autograd."""
    return (x > 0).to(x.dtype)


def sigmoid_grad(x: Tensor) -> Tensor:
    """Slope of `sigmoid` at x: σ(x) · σ(−x), at most 1/4, any shape. Checked against autograd."""
    return sigmoid(x) * sigmoid(-x)  # 1 − σ(x) is σ(−x), but loses its digits near 0


def dead_units(activations: Tensor) -> Tensor:
    """Which units are 0 for every sample of a batch, and so pass no gradient.

    Args:
        activations: (N, C), or (N, C, …) as after a convolution; N ≥ 1. A unit is one place of
            axis 1; of a map all positions count.

    Returns:
        (C,) bool.

    Raises:
        ValueError: fewer than two axes, or no sample: nobody is dead before someone has looked.
    """
    if activations.dim() < 2 or len(activations) == 0:
        shape = tuple(activations.shape)
        raise ValueError(f"activations must have shape (N, C, …) with N ≥ 1, got {shape}")
    units = activations.transpose(0, 1).flatten(1)  # (C, N·…)
    return (units == 0).all(dim=1)  # (C,)


class PReLU(nn.Module):
    """A leaky ReLU that learns its slopes: x above 0, a · x below.

    Args:
        num_parameters: 1: one slope for everything; C: one for each place of axis 1.
        init: what every slope is before training.

    Shape: (N, C, …) → the same; with one slope any shape will do. The same in training and in
    evaluation. Raises ValueError for num_parameters below 1 or another number of channels.

    Source: He et al. (2015). Checked against torch.nn.PReLU, forward and backward.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.weight = nn.Parameter(torch.full((num_parameters,), float(init)))  # (C,) or (1,)

    def forward(self, x: Tensor) -> Tensor:
        slopes: Tensor = self.weight
        if len(slopes) > 1:
            if x.dim() < 2 or x.shape[1] != len(slopes):
                raise ValueError(f"x must have {len(slopes)} channels, got shape {tuple(x.shape)}")
            slopes = slopes.reshape(-1, *[1] * (x.dim() - 2))  # (C, 1, …): fits (N, C, …)
        return torch.where(x > 0, x, slopes * x)


def classification_loss(features: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of a linear classifier behind a ReLU: what the bug hunt asks for.

    Args:
        features: (N, F).  weight: (K, F).  targets: (N,), whole numbers from 0 to K − 1.

    Returns:
        (): the mean over the batch. Checked against torch.nn.functional.cross_entropy.
    """
    logits = relu(features) @ weight.T  # (N, K)
    chosen = log_softmax(logits, dim=1).gather(1, targets[:, None])  # (N, 1)
    return -chosen.mean()


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {
    "02": (
        relu,
        leaky_relu,
        elu,
        sigmoid,
        tanh,
        silu,
        gelu,
        relu_grad,
        sigmoid_grad,
        dead_units,
        softmax,
        log_softmax,
        logsumexp,
        PReLU,
        classification_loss,
    )
}
