"""What a network costs: layer by layer its output shape, parameters and multiply–accumulates.

    print(model_table(resnet18(), (3, 224, 224), depth=1))

A table → how its rows are measured. Networks built under `torch.device("meta")` have shapes but no
numbers; their tables cost neither memory nor arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least
from cvlib.modes import evaluating
from cvlib.profile_table import ModelTable, Row


def count_parameters(module: nn.Module, trainable_only: bool = False) -> int:
    """Numbers that a module can learn; one that it uses in two places counts once.

    Args:
        module: any module. Buffers, such as running means, are no parameters.
        trainable_only: leave out frozen ones (`requires_grad` False).

    Checked against the published counts of the course's architectures.
    """
    return sum(p.numel() for p in module.parameters() if p.requires_grad or not trainable_only)


def model_table(
    model: nn.Module, input_size: tuple[int, ...], depth: int | None = None
) -> ModelTable:
    """Send one image of zeros through a network and write down what every layer costs.

    Counted are the MACs of convolutions, transposed convolutions and linear layers: the rest
    (bias, normalisation, activation, pooling, additions) is about a hundredth of the work.
    Arithmetic that a `forward` does without calling a layer is not seen. A layer that runs twice
    has two rows, and its parameters in the first.

    Args:
        model: any network that takes a batch of images. It runs once, in evaluation mode and
            without gradient, on its own device, and is left as it was.
        input_size: (C, H, W), without N.
        depth: join all below this many names into one row: 1 gives the network's own attributes,
            None every single layer.

    Raises:
        ValueError: input_size isn't three numbers of at least 1, or depth is below 1.

    Checked against torch.utils.flop_counter on all architectures of the course.
    """
    if len(input_size) != 3 or min(input_size) < 1:
        raise ValueError(f"input_size must be (C, H, W), each at least 1, got {input_size!r}")
    if depth is not None:
        require_at_least(1, depth=depth)
    meter = Meter(model, depth)
    parameter = next(model.parameters(), torch.zeros(0))
    image = torch.zeros(1, *input_size, dtype=parameter.dtype, device=parameter.device)
    with meter.listening(), evaluating(model), torch.no_grad():
        model(image)
    meter.add_idle_layers()
    return ModelTable(
        type(model).__name__,
        tuple(input_size),
        tuple(meter.rows),
        count_parameters(model),
        meter.macs,
    )


class Meter:
    """Listens while a network runs and writes its rows, each when its layer has finished."""

    def __init__(self, model: nn.Module, depth: int | None) -> None:
        self.rows: list[Row] = []
        self.macs = 0  # of all layers so far
        self.names = {module: name for name, module in model.named_modules()}
        self.depth = depth
        self.begun: list[int] = []  # `macs` at the start of each call that has not ended
        self.counted: set[nn.Parameter] = set()

    def joins(self, module: nn.Module) -> bool:
        """Is this a row that stands for all layers inside it?"""
        name = self.names[module]
        return bool(name) and name.count(".") + 1 == self.depth

    def shows(self, module: nn.Module) -> bool:
        """Does this module have a row?"""
        name = self.names[module]
        if self.depth is not None and name and name.count(".") + 1 >= self.depth:
            return self.joins(module)
        has_children = next(module.children(), None) is not None
        return not has_children or next(module.parameters(recurse=False), None) is not None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hooks on every module, taken off at the end."""
        handles = [module.register_forward_pre_hook(self.begin) for module in self.names]
        handles += [module.register_forward_hook(self.end) for module in self.names]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def begin(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        """A module starts to run."""
        self.begun.append(self.macs)

    def end(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        """A module has run."""
        own = macs_of(module, args, output)
        self.macs += own
        inside = self.macs - self.begun.pop()
        if self.shows(module):
            self.add(module, shape_of(output), inside if self.joins(module) else own)

    def add(self, module: nn.Module, shape: tuple[int, ...] | None, macs: int) -> None:
        """One more row; its parameters are those that no earlier row has."""
        new = set(module.parameters(recurse=self.joins(module))) - self.counted
        self.counted |= new
        parameters = sum(p.numel() for p in new)
        name = self.names[module] or "(itself)"
        self.rows.append(Row(name, type(module).__name__, shape, parameters, macs))

    def add_idle_layers(self) -> None:
        """Rows for what has parameters and did not run."""
        ran = {row.name for row in self.rows}
        for module, name in self.names.items():
            if name not in ran and self.shows(module):
                recurse = self.joins(module)
                if set(module.parameters(recurse=recurse)) - self.counted:
                    self.add(module, None, 0)


def shape_of(output: Any) -> tuple[int, ...] | None:
    """Shape without N, of the first tensor where there are several."""
    while isinstance(output, list | tuple) and output:
        output = output[0]
    return tuple(output.shape[1:]) if isinstance(output, Tensor) else None


def macs_of(module: nn.Module, args: tuple[Any, ...], output: Any) -> int:
    """Multiply–accumulates of one layer for the tensors that it was given and returned."""
    match module:
        case nn.ConvTranspose1d() | nn.ConvTranspose2d() | nn.ConvTranspose3d():
            stamps = module.out_channels // module.groups * math.prod(module.kernel_size)
            return args[0].numel() * stamps  # every input number stamps its kernels
        case nn.Conv1d() | nn.Conv2d() | nn.Conv3d():
            window = module.in_channels // module.groups * math.prod(module.kernel_size)
            return output.numel() * window  # every output number sums up its window
        case nn.Linear():
            return output.numel() * module.in_features
    return 0


REFERENCES = {"03": (count_parameters,)}
