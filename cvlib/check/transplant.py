"""Give one module another's weights, whatever its attributes are called.

Parameters and buffers are put in the order in which the forward pass first uses them, and
matched by that order, by shape, and by how they were initialised (ones, zeros, anything
else), which tells a BatchNorm's weight from its bias and its variance from its mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

DROPOUT = {"dropout", "dropout_", "alpha_dropout", "alpha_dropout_", "feature_dropout",
           "feature_dropout_", "feature_alpha_dropout"}  # fmt: skip


class _FirstUse(TorchFunctionMode):
    """Notes in which order the tensors of interest are first used."""

    def __init__(self, wanted: Sequence[Tensor]) -> None:
        super().__init__()
        self.wanted = {id(tensor): tensor for tensor in wanted}
        self.order: list[Tensor] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        for value in (*args, *(kwargs or {}).values()):
            for tensor in value if isinstance(value, list | tuple) else (value,):
                found = self.wanted.pop(id(tensor), None)
                if found is not None:
                    self.order.append(found)
        return func(*args, **(kwargs or {}))


class WithoutDropout(TorchFunctionMode):
    """Inside, dropout passes everything on, so that training mode can be compared."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in DROPOUT:
            return args[0] if args else (kwargs or {})["input"]
        return func(*args, **(kwargs or {}))


def in_order_of_use(
    module: nn.Module, inputs: tuple[Any, ...]
) -> tuple[list[Tensor], list[Tensor]]:
    """Parameters, and floating-point buffers, by their first use in a forward pass.

    Those that the pass does not use come last, in the order of their definition.
    """
    parameters = list(module.parameters())
    buffers = [b for b in module.buffers() if b.is_floating_point()]
    was_training = module.training
    module.eval()
    with torch.no_grad(), _FirstUse([*parameters, *buffers]) as seen:
        module(*inputs)
    module.train(was_training)
    used = [*seen.order, *seen.wanted.values()]
    numbers = {id(p) for p in parameters}
    return [t for t in used if id(t) in numbers], [t for t in used if id(t) not in numbers]


def match(own: Sequence[Tensor], donors: Sequence[tuple[Tensor, str]]) -> list[Tensor] | None:
    """For each donor the tensor that takes its values; None if they don't fit.

    Args:
        own: the tensors to fill, in order of use.
        donors: values and how they had been initialised (see `kind_of`), in order of use.
    """
    if len(own) != len(donors):
        return None
    free = list(own)
    chosen = []
    for value, kind in donors:
        fitting = [i for i, tensor in enumerate(free) if tensor.shape == value.shape]
        if not fitting:
            return None
        alike = [i for i in fitting[:2] if kind_of(free[i]) == kind]
        chosen.append(free.pop((alike or fitting)[0]))
    return chosen


def kind_of(tensor: Tensor) -> str:
    """How a tensor looks after initialisation: ``ones``, ``zeros`` or ``other``."""
    if tensor.numel() and bool((tensor == 1).all()):
        return "ones"
    return "zeros" if tensor.numel() and not bool(tensor.any()) else "other"


def shaken(tensor: Tensor, kind: str, generator: torch.Generator) -> Tensor:
    """Values that tell layers apart: constants get noise, a variance stays positive."""
    noise = torch.rand(tensor.shape, generator=generator, dtype=torch.float64).to(tensor)
    if kind == "ones":
        return 0.5 + noise
    return 0.4 * noise - 0.2 if kind == "zeros" else tensor.detach().clone()
