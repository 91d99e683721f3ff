"""Short runs of small real networks, to see what an optimizer or a helper really does.

Each function takes yours first and returns plain numbers: `check.function(…, through=…)` calls
them with your answer and with the course's own. They work in any notebook, too:

    trajectory(SGD, lr=0.1, momentum=0.9)["losses"]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib.optim_task import Momentum, numbered, small_net, small_task
from cvlib.optimizer_base import Optimizer
from cvlib.schedules import cosine_lr

STEPS = 50


def trajectory(
    optimizer_class: Callable[..., Any],
    *,
    groups: Sequence[dict[str, Any]] = (),
    steps: int = STEPS,
    halve_lr_at: int = -1,
    save_and_load_at: int = -1,
    **settings: Any,
) -> dict[str, Any]:
    """Train the small net on the small task, all points in every step.

    Args:
        optimizer_class: called with parameters and `settings`.
        groups: settings of two groups of their own, the weights' and the biases'.
        halve_lr_at: before this step, the learning rates of all groups are halved.
        save_and_load_at: before this step, a new optimizer takes the old one's state dict over.

    Returns:
        The loss before each step, all parameters after the last one, and whether the gradients
        were still the same after each step.
    """
    net, (points, classes) = small_net(), small_task()
    optimizer = optimizer_class(parameters_of(net, groups), **settings)
    losses, left = [], True
    for step in range(steps):
        if step == save_and_load_at:
            saved = optimizer.state_dict()
            optimizer = optimizer_class(parameters_of(net, groups), **settings)
            optimizer.load_state_dict(saved)
        for group in optimizer.param_groups if step == halve_lr_at else ():
            group["lr"] /= 2
        loss = F.cross_entropy(net(points), classes)
        optimizer.zero_grad()
        loss.backward()
        before = gradients_of(net)
        optimizer.step()
        losses.append(loss.detach())
        left &= torch.equal(before, gradients_of(net))
    return {
        "losses": torch.stack(losses),
        "parameters at the end": numbered(net.parameters()),  # (53,)
        "gradients are left as they are": left,
    }


def gradients_of(net: nn.Module) -> Tensor:
    """All gradients as one vector, copied."""
    return torch.cat([p.grad.flatten() for p in net.parameters() if p.grad is not None])


def parameters_of(net: nn.Module, groups: Sequence[dict[str, Any]]) -> list[Any]:
    """All parameters; with `groups`, weights and biases as two groups."""
    every = list(net.parameters())
    if not groups:
        return every
    parts = [p for p in every if p.dim() > 1], [p for p in every if p.dim() <= 1]
    return [{"params": part, **group} for part, group in zip(parts, groups, strict=True)]


def clipped(
    clip_grad_norm: Callable[..., float],
    gradients: Sequence[Tensor | None],
    max_norm: float,
    as_list: bool = False,
) -> dict[str, Any]:
    """What becomes of gradients; the parameters come as an iterator, as nets do it, or a list."""
    parameters = [nn.Parameter(torch.zeros_like(torch.zeros(1) if g is None else g))
                  for g in gradients]  # fmt: skip
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else gradient.clone()
    returned = clip_grad_norm(parameters if as_list else iter(parameters), max_norm)
    return {"returned norm": returned, "gradients": [p.grad for p in parameters]}


def groups_of(
    split_decay: Callable[..., Any], model: str, weight_decay: float
) -> list[dict[str, Any]]:
    """The groups of a model, by the names of their parameters; anything else by its type.

    Args:
        model: "cnn", or "frozen": the same with its first layer not trained.
    """
    net = nn.Sequential()
    net.add_module("conv", nn.Conv2d(3, 4, 3))
    net.add_module("norm", nn.BatchNorm2d(4))
    net.add_module("bend", nn.PReLU())
    net.add_module("last", nn.Linear(4, 2))
    for parameter in net[0].parameters():
        parameter.requires_grad = model != "frozen"
    names = {id(parameter): name for name, parameter in net.named_parameters()}
    return [{**group, "params": [names.get(id(p), type(p).__name__) for p in group["params"]]}
            for group in split_decay(net, weight_decay)]  # fmt: skip


def watched(
    schedule_class: Callable[..., Any],
    metrics: Sequence[float],
    lr: Sequence[float] = (0.1,),
    **settings: Any,
) -> list[list[float]]:
    """The learning rates of all groups after each metric."""
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": rate} for rate in lr]
    optimizer = Optimizer(groups)
    schedule = schedule_class(optimizer, **settings)
    rates = []
    for metric in metrics:
        schedule.step(metric)
        rates.append([float(group["lr"]) for group in optimizer.param_groups])
    return rates


def searched(lr_find: Callable[..., Any], damaged: int = -1, **settings: Any) -> dict[str, Any]:
    """A finder's curve, and whether it left the net and the optimizer as they were.

    Args:
        damaged: this point is NaN; of 16, in batches of 4. By default none is.
    """
    net, (points, classes) = small_net(), small_task()
    if damaged >= 0:
        points[damaged] = torch.nan
    loader = [(points[i : i + 4], classes[i : i + 4]) for i in range(0, 16, 4)]
    optimizer = Momentum(net.parameters(), lr=0.3, weight_decay=0.0)
    before = [p.detach().clone() for p in net.parameters()]
    rates, losses = lr_find(net, loader, optimizer, **settings)
    after = list(net.parameters())
    return {
        "rates": [float(rate) for rate in rates],
        "losses": [float(torch.as_tensor(loss).detach()) for loss in losses],
        "the weights are put back": all(map(torch.equal, before, after)),
        "the optimizer's lr is put back": optimizer.param_groups[0]["lr"] == 0.3,
        "the optimizer's velocity is forgotten": len(optimizer.state) == 0,
    }


def rates_at(
    schedule: Callable[..., float], steps: Sequence[int], *args: Any, **kwargs: Any
) -> list[float]:
    """A schedule's rate at each of `steps`: ``schedule(step, *args, **kwargs)``."""
    return [float(schedule(step, *args, **kwargs)) for step in steps]


def rates_of_run(base_lr: float, epochs: int, batches: int) -> list[float]:
    """The rate of every batch of a run: one cosine over all of them, lowest behind the last."""
    total = epochs * batches
    return [cosine_lr(step, base_lr, total) for step in range(total)]


REFERENCES = {"10": (rates_of_run,)}
