"""Tables of the architectures that the model explorer compares; no weight is ever in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cvlib import models
from cvlib.profile import ModelTable, Row, model_table


class Architecture(NamedTuple):
    """How a model is called, and how it is made."""

    label: str
    make: Callable[[], nn.Module]
    input_size: tuple[int, int, int] | None = None  # None: colour, of any size


MODELS = {
    "lenet5": Architecture("LeNet-5", models.LeNet5, (1, 32, 32)),
    "alexnet": Architecture("AlexNet", models.AlexNet),
    "vgg16": Architecture("VGG-16", lambda: models.VGG(16, 1000)),
    "vgg16_gap": Architecture("VGG-16, pooled head", lambda: models.VGG(16, 1000, head="gap")),
    "resnet18": Architecture("ResNet-18", models.resnet18),
    "resnet34": Architecture("ResNet-34", models.resnet34),
    "resnet50": Architecture("ResNet-50", models.resnet50),
    "resnet101": Architecture("ResNet-101", models.resnet101),
    "resnet152": Architecture("ResNet-152", models.resnet152),
    "mobilenet_v1": Architecture("MobileNetV1", models.MobileNetV1),
    "efficientnet_b0": Architecture("EfficientNet-B0", models.EfficientNet),
}
DRAWING = {Tensor.normal_, Tensor.uniform_, Tensor.erfinv_}


class WithoutDrawing(TorchFunctionMode):
    """Inside, nothing draws random numbers: tensors on "meta" have none, and it takes seconds."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        return args[0] if func in DRAWING else func(*args, **(kwargs or {}))


@lru_cache(maxsize=64)
def table_of(name: str, size: int) -> ModelTable:
    """The table of one of MODELS, for images of size × size (LeNet-5: always 32 × 32)."""
    architecture = MODELS[name]
    with torch.device("meta"), WithoutDrawing():
        model = architecture.make()
    return model_table(model, architecture.input_size or (3, size, size))


class Part(NamedTuple):
    """All layers that give feature maps of one size, or all after the last of them."""

    size: int  # height in pixels; 0 for the head
    parameters: int
    macs: int


def map_size(row: Row) -> int:
    """Height of what a layer gives, 0 where it is no feature map."""
    return row.shape[1] if row.shape and len(row.shape) == 3 and row.shape[1] > 1 else 0


def parts_of(table: ModelTable) -> list[Part]:
    """Where parameters and MACs sit, from the largest feature maps to the head.

    What gives 1 × 1 in between, as squeeze-and-excitation does, belongs to the maps before it.
    """
    sizes = [map_size(row) for row in table.rows]
    last = max((index for index, size in enumerate(sizes) if size), default=-1)
    sums: dict[int, list[int]] = {}
    size = table.input_size[1]
    for index, row in enumerate(table.rows):
        size = (sizes[index] or size) if index <= last else 0
        sums.setdefault(size, [0, 0])
        sums[size][0] += row.parameters
        sums[size][1] += row.macs
    return [Part(size, *sums[size]) for size in sorted(sums, reverse=True) if any(sums[size])]


def for_browser(name: str, size: int) -> dict[str, Any]:
    """Label, sums, parts, and the layers that cost something or pool."""
    table = table_of(name, size)
    rows = [row for row in table.rows if row.parameters or row.macs or "Pool" in row.kind]
    layers = [[r.name, r.kind, list(r.shape or ()), r.parameters, r.macs] for r in rows]
    return {
        "label": MODELS[name].label,
        "input": list(table.input_size),
        "parameters": table.parameters,
        "macs": table.macs,
        "parts": [list(part) for part in parts_of(table)],
        "layers": layers,
    }
