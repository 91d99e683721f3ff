"""Watch a module: build it, give it the reference's weights, run it in both modes.

As with `observe`, the work is done where the answer lives and comes back as plain data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from cvlib.check.cases import Case, fixed_randomness
from cvlib.check.forbid import forbidding
from cvlib.check.observe import (
    Raised,
    Request,
    backward,
    describe,
    exact_arithmetic,
    make_arguments,
    on_device,
    plain,
    tensors_in,
)
from cvlib.check.seal import sealed
from cvlib.check.transplant import WithoutDropout, in_order_of_use, match, shaken


@dataclass(frozen=True)
class Donor:
    """A reference's values in order of use, each with how it had been initialised."""

    parameters: list[tuple[Tensor, str]]
    buffers: list[tuple[Tensor, str]]


@dataclass(frozen=True)
class ModuleObservation:
    """What a module did with the donor's weights. All of it is plain data on the CPU.

    Attributes:
        raised: the exception that building or running it raised.
        shapes: of its parameters, in order of use.
        names: the keys of its state dict.
        count: number of parameters.
        fits: whether the donor's weights found their places; if not, nothing was run.
        outputs: ``eval`` and ``train`` -> what came out.
        gradients: ``input 1``, …, and ``parameter 1``, … in the donor's order.
        buffers: ``buffer 1``, … after one pass in training mode, in the donor's order.
    """

    raised: Raised | None = None
    shapes: tuple[tuple[int, ...], ...] = ()
    names: tuple[str, ...] = ()
    count: int = 0
    fits: bool = False
    outputs: dict[str, Any] = field(default_factory=dict)
    gradients: dict[str, Tensor] = field(default_factory=dict)
    buffers: dict[str, Tensor] = field(default_factory=dict)


def observe_module(
    answer: Any, config: Case, inputs: tuple[Any, ...], donor: Donor, request: Request
) -> ModuleObservation:
    """Watch the module that `answer` builds, wherever `answer` lives."""
    remote = getattr(type(answer), "__observe_module__", None)
    if remote is not None:
        return remote(answer, config, inputs, donor, request)
    return observe_module_here(answer, config, inputs, donor, request)


def observe_module_here(
    answer: Callable[..., Any],
    config: Case,
    inputs: tuple[Any, ...],
    donor: Donor,
    request: Request,
) -> ModuleObservation:
    """Build and run in this process; an instance is taken as it is."""
    with fixed_randomness(), exact_arithmetic():
        try:
            with forbidding(request.forbid), sealed(request.seal):
                built = build(answer, config)
                remote = getattr(type(built), "__observe_module__", None)
                if remote is not None:
                    return remote(built, config, inputs, donor, request)
                return watch(built, on_device(tuple(inputs)), donor, request)
        except Exception as error:
            return ModuleObservation(raised=describe(error))


def build(answer: Any, config: Case) -> Any:
    """The module: what the class or function returns, or the instance itself."""
    if isinstance(answer, nn.Module):
        return answer
    made = make_arguments(config)
    return answer(*on_device(tuple(made.args)), **on_device(dict(made.kwargs)))


def watch(
    module: nn.Module, inputs: tuple[Any, ...], donor: Donor, request: Request
) -> ModuleObservation:
    """Transplant, run, and report."""
    if not isinstance(module, nn.Module):
        raise TypeError(f"expected a module (an nn.Module), got {type(module).__name__}")
    module = module.to(inputs[0].device)
    parameters, buffers, kinds = in_order_of_use(module, inputs)
    names, count = tuple(module.state_dict()), sum(p.numel() for p in parameters)
    shapes = tuple(tuple(p.shape) for p in parameters)
    own_parameters = match(parameters, donor.parameters, kinds)
    own_buffers = match(buffers, donor.buffers, kinds)
    if own_parameters is None or own_buffers is None:
        return ModuleObservation(None, shapes, names, count)
    kept = named_as(module, own_buffers)
    fill([*own_parameters, *own_buffers], [*donor.parameters, *donor.buffers])
    module.eval()
    with torch.no_grad():
        outputs = {"eval": plain(module(*inputs))}
    module.train()
    module.zero_grad(set_to_none=True)
    labelled = labels(inputs, own_parameters)
    for leaf in labelled.values():
        leaf.requires_grad_(True)
    with WithoutDropout():
        given = tuple(x.clone() if isinstance(x, Tensor) else x for x in inputs)
        result = module(*given)
    outputs["train"] = plain(result)
    gradients = backward(result, labelled) if request.gradients and tensors_in(result) else {}
    after = {f"buffer {i + 1}": plain(module.get_buffer(name)) for i, name in enumerate(kept)}
    return ModuleObservation(None, shapes, names, count, True, outputs, gradients, after)


def named_as(module: nn.Module, tensors: list[Tensor]) -> list[str]:
    """The names of some of a module's buffers: a pass may put new tensors in their places."""
    names = {id(buffer): name for name, buffer in module.named_buffers()}
    return [names[id(tensor)] for tensor in tensors]


def labels(inputs: tuple[Any, ...], parameters: list[Tensor]) -> dict[str, Tensor]:
    """Names for everything that a gradient is wanted for."""
    floats = [x for x in inputs if isinstance(x, Tensor) and x.is_floating_point()]
    named = {f"input {i + 1}": x for i, x in enumerate(floats)}
    return named | {f"parameter {i + 1}": p for i, p in enumerate(parameters)}


def fill(own: list[Tensor], donors: list[tuple[Tensor, str]]) -> None:
    """Copy the donor's values in."""
    with torch.no_grad():
        for tensor, (value, _) in zip(own, donors, strict=True):
            tensor.copy_(value)


def donate(module: nn.Module, inputs: tuple[Any, ...], seed: int = 0) -> Donor:
    """The values that a reference gives away, in order of use."""
    generator = torch.Generator().manual_seed(seed)
    parameters, buffers, kinds = in_order_of_use(module, inputs)
    given = [
        [(shaken(t.cpu(), kinds[id(t)], generator), kinds[id(t)]) for t in tensors]
        for tensors in (parameters, buffers)
    ]
    return Donor(*given)
