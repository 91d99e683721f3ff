"""What a piece of transfer learning does to a small network, told in plain words and numbers.

A report for each exercise of session 05: the checks call it with the learner's function or class as
its first argument.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib.transfer import parts_of
from cvlib.transfer_task import network, pictures


def head_report(replace_head: Callable[..., Any], kind: str, num_classes: int) -> dict[str, Any]:
    """What became of a network's head: shapes, the layers that are new, whether they learn."""
    model = network(kind)
    layers = dict(model.named_modules())
    before = copy.deepcopy(model.state_dict())
    result = replace_head(model, num_classes)
    new = {name: m for name, m in model.named_modules() if layers.get(name) is not m}
    after = model.state_dict()
    kept = [n for n in before if not any(n.startswith(name + ".") for name in new)]
    return {
        "returns the model it was given": result is model,
        "shape of the output": tuple(model.eval()(pictures()).shape),
        "new layers": list(new),
        "their shapes": {n: tuple(p.shape) for m in new.values() for n, p in m.named_parameters()},
        "the new layers learn": all(p.requires_grad for m in new.values() for p in m.parameters()),
        "the rest is as it was": all(n in after and torch.equal(before[n], after[n]) for n in kept),
        "the rest learns as before": sum(p.requires_grad for p in model.parameters()),
    }


def freeze_report(
    freeze: Callable[..., Any], kind: str, except_: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Freeze, run a batch, call model.train(), run two more: what would learn, what drifted?"""
    model = network(kind)
    freeze(model, except_) if except_ else freeze(model)
    start = copy.deepcopy(model.state_dict())
    model(pictures())
    before = copy.deepcopy(model.state_dict())
    with watched(model) as by_batch:
        for _ in range(2):
            model.train()
            model(pictures())
    after = model.state_dict()
    return {
        "parameters that learn": [n for n, p in model.named_parameters() if p.requires_grad],
        "statistics that drift before model.train()": drifted(start, before),
        "statistics that drift after model.train()": drifted(before, after),
        "normalised by the batch": sorted(by_batch),
        "dropout is on": [m.training for m in model.modules() if isinstance(m, nn.Dropout)],
    }


def drifted(before: dict[str, Tensor], after: dict[str, Tensor]) -> list[str]:
    """Names of the running statistics that have changed."""
    return [n for n in before if "running" in n and not torch.equal(before[n], after[n])]


class watched:  # noqa: N801  (reads as a statement)
    """Collect the names of batch normalisations that use the batch's own statistics."""

    def __init__(self, model: nn.Module) -> None:
        self.found: set[str] = set()
        layers = {n: m for n, m in model.named_modules() if isinstance(m, nn.BatchNorm2d)}
        self.hooks = [m.register_forward_hook(self.look(n)) for n, m in layers.items()]

    def look(self, name: str) -> Callable[..., None]:
        def compare(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            mean = output.detach().mean(dim=(0, 2, 3))
            if torch.allclose(mean, layer.bias.detach(), atol=1e-4):  # type: ignore[operator]
                self.found.add(name)

        return compare

    def __enter__(self) -> set[str]:
        return self.found

    def __exit__(self, *error: object) -> None:
        for hook in self.hooks:
            hook.remove()


def groups_report(
    make_groups: Callable[..., Any], kind: str, *rest: Any, frozen: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Each group's rate, and the names of the parameters in it.

    `rest` is what the function gets besides the network; `frozen` names parts that don't learn.
    An optimizer must take the groups, and a generator of parameters will do as well as a list.
    """
    model = network(kind)
    for name in frozen:
        model.get_submodule(name).requires_grad_(False)
    groups = [{**group, "params": list(group["params"])} for group in make_groups(model, *rest)]
    torch.optim.SGD([dict(group) for group in groups], lr=1.0)
    names = {id(p): name for name, p in model.named_parameters()}
    return {
        "rates of the groups": [float(group["lr"]) for group in groups],
        "parameters of the groups": [[names[id(p)] for p in g["params"]] for g in groups],
    }


def unfreezing_report(
    unfreezing: Callable[..., Any], kind: str, epochs: tuple[int, ...], **settings: Any
) -> dict[str, Any]:
    """After each `step(epoch)`: what joined, what learns, who has which rate, what really moved."""
    model = network(kind)
    head = parts_of(model)[-1][0]
    model.requires_grad_(False).get_submodule(head).requires_grad_(True)
    optimizer = torch.optim.SGD(model.get_submodule(head).parameters(), lr=0.5)
    made = unfreezing(model, optimizer, **settings)
    told: dict[str, Any] = {}
    for number, epoch in enumerate(epochs, start=1):
        for key, value in one_epoch(model, optimizer, made, epoch).items():
            told[f"call {number}, step({epoch}): {key}"] = value
    return told


def one_epoch(
    model: nn.Module, optimizer: torch.optim.Optimizer, made: Any, epoch: int
) -> dict[str, Any]:
    """One call of `step`, one step of the optimizer, and what is to be seen afterwards."""
    joined = made.step(epoch)
    parts = parts_of(model)
    before = copy.deepcopy(model.state_dict())
    optimizer.zero_grad()
    F.cross_entropy(model.eval()(pictures()), torch.tensor([0, 1, 2, 3, 4, 0])).backward()
    optimizer.step()
    rates = {id(p): g["lr"] for g in optimizer.param_groups for p in g["params"]}
    return {
        "joined": joined,
        "learn": [n for n, part in parts if all(p.requires_grad for p in part.parameters())],
        **{f"rate of {n}": rates.get(id(next(part.parameters())), 0.0) for n, part in parts},
        "moved": [n for n in moved(before, model) if n in dict(parts)],
        "parameters in the optimizer": sum(len(g["params"]) for g in optimizer.param_groups),
    }


def moved(before: dict[str, Tensor], model: nn.Module) -> Iterator[str]:
    """Names of the parts in which a parameter has changed."""
    for name, part in parts_of(model):
        if any(not torch.equal(before[f"{name}.{n}"], p) for n, p in part.named_parameters()):
            yield name
