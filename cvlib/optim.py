"""Optimizers: gradients in, smaller losses out.

`Optimizer`, from `cvlib.optimizer_base`, keeps parameters in groups and remembers a state for each
of them; `SGD`, `Adam` and `AdamW` say in `update` what one step does to one parameter. Then two
helpers of every recipe: which parameters decay (`split_decay`), and how long a step may be
(`clip_grad_norm`).

    optimizer = AdamW(split_decay(model, 0.05), lr=1e-3)
    optimizer.zero_grad(); loss.backward(); clip_grad_norm(model.parameters(), 1.0)
    optimizer.step()
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from cvlib.optimizer_base import Group, Optimizer, State


class SGD(Optimizer):
    """Gradient descent, with momentum as torch has it (Sutskever et al., 2013, rearranged).

    State: ``"velocity"``, where there is momentum. Checked against torch.optim.SGD.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        dampening: float = 0.0,
    ) -> None:
        """Raises ValueError for numbers below 0, or Nesterov without plain momentum."""
        not_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError(
                f"nesterov needs momentum and no dampening, got {momentum=}, {dampening=}"
            )
        super().__init__(params, lr=lr, momentum=momentum, weight_decay=weight_decay,
                         nesterov=nesterov, dampening=dampening)  # fmt: skip

    def update(self, parameter: Tensor, gradient: Tensor, state: State, group: Group) -> None:
        """v ← μ v + (1 − dampening) g; w ← w − lr · v, or lr · (g + μ v) for Nesterov."""
        step = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        if momentum:
            if "velocity" not in state:
                state["velocity"] = step.clone()  # the first one is not dampened
            else:
                state["velocity"].mul_(momentum).add_((1 - group["dampening"]) * step)
            velocity = state["velocity"]
            step = step + momentum * velocity if group["nesterov"] else velocity
        parameter -= group["lr"] * step


class Adam(Optimizer):
    """Kingma and Ba (2015), algorithm 1. `weight_decay` is added to the gradient (L2).

    State: ``"step"``, ``"mean"`` and ``"square"``. Checked against torch.optim.Adam.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        """Raises ValueError for numbers below 0, or betas outside of [0, 1)."""
        not_negative(lr=lr, eps=eps, weight_decay=weight_decay)
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must be from 0 to below 1, got {betas}")
        super().__init__(params, lr=lr, betas=tuple(betas), eps=eps, weight_decay=weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, state: State, group: Group) -> None:
        """w ← w − lr · m̂ / (√v̂ + ε)."""
        gradient = gradient + group["weight_decay"] * parameter
        if not state:
            state.update(step=0, mean=torch.zeros_like(parameter))
            state["square"] = torch.zeros_like(parameter)
        state["step"] += 1
        beta1, beta2 = group["betas"]
        state["mean"].mul_(beta1).add_((1 - beta1) * gradient)
        state["square"].mul_(beta2).add_((1 - beta2) * gradient**2)
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"] / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019).

    The weights shrink by themselves; neither mean nor square hears of it. Checked against
    torch.optim.AdamW.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        """As for Adam."""
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, state: State, group: Group) -> None:
        """w ← (1 − lr · decay) w, then Adam's step without decay."""
        parameter *= 1 - group["lr"] * group["weight_decay"]
        super().update(parameter, gradient, state, {**group, "weight_decay": 0.0})


def split_decay(model: nn.Module, weight_decay: float) -> list[Group]:
    """Two groups for an optimizer: matrices and kernels decay; biases and scales do not.

    Args:
        model: its parameters that are trained (`requires_grad`) are taken, each once.
        weight_decay: of those with two or more axes, at least 0.

    Returns:
        ``[{"params": […], "weight_decay": weight_decay}, {"params": […], "weight_decay": 0.0}]``,
        each in the model's order.
    """
    not_negative(weight_decay=weight_decay)
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]


@torch.no_grad()
def clip_grad_norm(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Shorten all gradients by one factor, so that together they are at most max_norm long.

    Args:
        parameters: those without a gradient don't count; may be an iterator.
        max_norm: above 0.

    Returns:
        The norm of all gradients as one long vector, before clipping; 0.0 if there are none.

    Checked against torch.nn.utils.clip_grad_norm_ (which also divides by norm + 1e-6).
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be above 0, got {max_norm}")
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.double().square().sum().item() for g in gradients))
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / (norm + 1e-6)
    return norm


def not_negative(**numbers: float) -> None:
    """Raise ValueError, naming it, for a number below 0 (or one that is none)."""
    for name, number in numbers.items():
        if not number >= 0:
            raise ValueError(f"{name} must be at least 0, got {number}")


REFERENCES = {"10": (SGD, Adam, AdamW, split_decay, clip_grad_norm)}
