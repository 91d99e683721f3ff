"""Give one module another's weights, whatever its attributes are called.

Parameters and buffers are put in the order in which the forward pass first uses them, and
matched by that order, by shape, by how they were initialised (ones, zeros, anything
else), which tells a BatchNorm's weight from its bias and its variance from its mean, and by
the shape of the kernel or matrix before them, which tells the normalisation of a shortcut from
those of the path beside it, whichever of the two runs first.
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
) -> tuple[list[Tensor], list[Tensor], dict[int, str]]:
    """Parameters, and floating-point buffers, by their first use in a forward pass.

    Those that the pass does not use come last, in the order of their definition. The third
    result is the kind of each tensor by its id: `kind_of`, and for those with one axis the shape
    of the kernel or matrix that was used before it.
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
    own, others = [t for t in used if id(t) in numbers], [t for t in used if id(t) not in numbers]
    return own, others, kinds_in(used)


def kinds_in(used: Sequence[Tensor]) -> dict[int, str]:
    """Tensor's id → its kind, with what was used before it."""
    before, kinds = "", {}
    for tensor in used:
        if tensor.dim() > 1:
            before = f" behind {tuple(tensor.shape)}"
        kinds[id(tensor)] = kind_of(tensor) + (before if tensor.dim() <= 1 else "")
    return kinds


def match(
    own: Sequence[Tensor], donors: Sequence[tuple[Tensor, str]], kinds: dict[int, str]
) -> list[Tensor] | None:
    """For each donor the tensor that takes its values; None if they don't fit.

    Args:
        own: the tensors to fill, in order of use.
        donors: values and their kinds (see `in_order_of_use`), in order of use.
        kinds: of the tensors to fill, by their ids.
    """
    if len(own) != len(donors):
        return None
    free = list(own)
    chosen = []
    for value, kind in donors:
        fitting = [i for i, tensor in enumerate(free) if tensor.shape == value.shape]
        if not fitting:
            return None
        same = [i for i in fitting if kinds[id(free[i])] == kind]
        alike = same or [i for i in fitting[:2] if kind_of(free[i]) == kind.split(" ")[0]]
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
    if kind.startswith("ones"):
        return 0.5 + noise
    return 0.4 * noise - 0.2 if kind.startswith("zeros") else tensor.detach().clone()
