"""How numbers and gradients fare in a deep stack of layers, and how to start the weights.

A stack is h ← activation(h Wᵀ), layer after layer, without biases. `cvlib.activations` gives
these functions too.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Name → function, (…) → (…), as `gradient_norms` and `activation_stds` take it.
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
# Name → standard deviation of a (width, width) matrix's numbers.
INITS: dict[str, Callable[[int], float]] = {
    "he": lambda width: math.sqrt(2 / width),
    "xavier": lambda width: math.sqrt(1 / width),
    "small": lambda width: 0.01,
}
BATCH = 128  # samples that go through a stack


def fan_in_and_out(weight: Tensor) -> tuple[int, int]:
    """How many numbers one output adds up, and to how many outputs one input contributes.

    Args:
        weight: (out, in) of a linear layer, or (out, in, KH, KW) of a convolution.

    Raises:
        ValueError: fewer than two axes, or a fan of 0.
    """
    if weight.dim() < 2:
        raise ValueError(f"weight must have at least two axes, got shape {tuple(weight.shape)}")
    area = math.prod(weight.shape[2:])
    return weight.shape[1] * area, weight.shape[0] * area


def he_normal_(weight: Tensor) -> Tensor:
    """Fill with normal numbers of mean 0 and standard deviation √(2 / fan_in), in place.

    Args:
        weight: (out, in) or (out, in, KH, KW); a parameter too. fan_in = in · KH · KW ≥ 1.

    Returns:
        The same tensor, filled.

    Raises:
        ValueError: fewer than two axes, or fan_in of 0.

    Source: He et al. (2015), eq. 10. Checked against torch.nn.init.kaiming_normal_ by its
    statistics.
    """
    fan_in, _ = fan_in_and_out(weight)
    if fan_in == 0:
        raise ValueError(f"weight must have a fan_in of at least 1, got {tuple(weight.shape)}")
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / fan_in))


def xavier_normal_(weight: Tensor) -> Tensor:
    """As `he_normal_`, with standard deviation √(2 / (fan_in + fan_out)): for tanh and sigmoid.

    Source: Glorot and Bengio (2010), eq. 16. Checked against torch.nn.init.xavier_normal_.
    """
    fan_in, fan_out = fan_in_and_out(weight)
    if fan_in + fan_out == 0:
        raise ValueError(f"weight must have fans of at least 1, got {tuple(weight.shape)}")
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / (fan_in + fan_out)))


def draw_stack(depth: int, width: int, seed: int) -> tuple[Tensor, Tensor]:
    """A batch (BATCH, width) and standard normal numbers (depth, width, width), float64."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(BATCH, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    return x, normal


def gradient_norms(
    depth: int, activation: str, init: str, width: int = 64, seed: int = 0
) -> list[float]:
    """How much gradient reaches the weights of each layer of a stack, from the input on.

    The loss is the sum of a sample's outputs, in the mean over the batch.

    Args:
        depth: number of layers, at least 1.
        activation: one of ACTIVATIONS.
        init: "he", "xavier" or "small": the standard deviation of the weights, see INITS.
        width: numbers in each layer.
        seed: of the batch and the weights; the same seed gives the same draws for every `init`.

    Returns:
        The Euclidean norm of ∂loss/∂W for each layer, the one next to the input first.

    Raises:
        ValueError: depth below 1, an unknown activation or init.

    Checked against torch.autograd.grad on an nn.Sequential with the same weights.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
    if init not in INITS:
        raise ValueError(f"init must be one of {', '.join(INITS)}, got {init!r}")
    h, normal = draw_stack(depth, width, seed)
    weights = [(INITS[init](width) * w).requires_grad_() for w in normal]
    for weight in weights:
        h = ACTIVATIONS[activation](h @ weight.T)  # (BATCH, width)
    grads = torch.autograd.grad(h.sum(dim=1).mean(), weights)
    return [grad.norm().item() for grad in grads]


@torch.no_grad()
def activation_stds(
    depth: int, activation: str, std: float, width: int = 256, seed: int = 0
) -> list[float]:
    """Root mean square of the numbers after each layer of a stack whose weights have `std`.

    `activation` is one of ACTIVATIONS, or "none". The first entry is the input's own.
    """
    h, normal = draw_stack(depth, width, seed)
    bend = ACTIVATIONS.get(activation, lambda h: h)
    spreads = [h.square().mean().sqrt().item()]
    for w in normal:
        h = bend(h @ (std * w).T)  # (BATCH, width)
        spreads.append(h.square().mean().sqrt().item())
    return spreads


# For the check of he_normal_: numbers that every right answer shares, whatever it draws ----------


def weight_spread(fill_: Callable[[Tensor], object], shape: tuple[int, ...]) -> dict[str, float]:
    """What `fill_` does to a large weight of zeros, so coarsely that chance plays no part.

    Returns:
        mean in units of the standard deviation, to one decimal; standard deviation, to the next
        power of 2^⅛ (9 % apart); share of numbers less than one standard deviation from 0, to
        one decimal: 0.7 for a normal distribution, 0.6 for a uniform one.
    """
    weight = torch.zeros(shape)
    fill_(weight)
    std = weight.std().item()
    if not 0 < std < math.inf:
        return {"mean / std": 0.0, "std": std, "share within one std": 0.0}
    steps = round(8 * math.log2(std))
    return {
        "mean / std": abs(round(weight.mean().item() / std, 1)),
        "std": 2 ** (steps / 8),
        "share within one std": round((weight.abs() < std).double().mean().item(), 1),
    }


def spread_after_he_normal_(*shape: int) -> dict[str, float]:
    """What `weight_spread` gives for every right `he_normal_`."""
    return weight_spread(he_normal_, shape)


def parameter_of_zeros(*shape: int) -> tuple[nn.Parameter]:
    """One argument for `check.case_of`: a parameter, which asks for a gradient."""
    return (nn.Parameter(torch.zeros(shape)),)


REFERENCES = {"02": (he_normal_, xavier_normal_, gradient_norms)}
