"""Forbid the torch operations that an exercise asks to write by hand.

Watching happens where torch hands work to its kernels, below every Python alias, so
`F.conv2d`, `nn.Conv2d` and `torch.conv2d` are all seen. What torchvision writes in Python has no
kernel of its own: the code of such functions is exchanged for a while, which reaches every alias.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

# The name a learner knows -> the operations torch runs for it.
KERNELS: dict[str, frozenset[str]] = {
    "conv2d": frozenset(
        {"convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution",
         "cudnn_convolution", "_slow_conv2d_forward", "thnn_conv2d", "slow_conv_dilated2d",
         "_conv_depthwise2d", "conv2d"}
    ),
    "unfold": frozenset({"im2col", "unfold", "as_strided"}),
    "matmul": frozenset({"mm", "bmm", "addmm", "baddbmm", "addbmm", "mv", "dot", "matmul"}),
    "max_pool2d": frozenset({"max_pool2d_with_indices", "max_pool2d", "quantized_max_pool2d",
                             "adaptive_max_pool2d", "mkldnn_max_pool2d",
                             "max_pool3d_with_indices", "fractional_max_pool2d"}),
    "softmax": frozenset({"_softmax", "_log_softmax", "softmax", "log_softmax"}),
    "logsumexp": frozenset({"logsumexp"}),
    "binary_cross_entropy": frozenset({"binary_cross_entropy", "binary_cross_entropy_with_logits"}),
    "cross_entropy": frozenset({"nll_loss", "nll_loss_forward", "nll_loss2d", "nll_loss2d_forward",
                                "nll_loss_nd", "cross_entropy_loss"}),
    "relu": frozenset({"relu", "relu_", "relu6", "threshold", "threshold_", "hardtanh"}),
    "leaky_relu": frozenset({"leaky_relu", "leaky_relu_", "_prelu_kernel", "prelu",
                             "rrelu_with_noise", "rrelu_with_noise_functional"}),
    "elu": frozenset({"elu", "elu_", "celu", "celu_", "selu", "selu_"}),
    "sigmoid": frozenset({"sigmoid", "sigmoid_", "special_expit", "silu", "silu_",
                          "log_sigmoid_forward", "hardsigmoid"}),
    "gelu": frozenset({"gelu", "gelu_"}),
    "batch_norm": frozenset({"batch_norm", "native_batch_norm", "_native_batch_norm_legit",
                             "_native_batch_norm_legit_no_training", "cudnn_batch_norm",
                             "_batch_norm_with_update", "_batch_norm_no_update",
                             "_batch_norm_impl_index", "miopen_batch_norm"}),
    "nms": frozenset({"nms"}),  # torchvision's, batched_nms too
}  # fmt: skip

# The same for functions that are written in Python: `module:name`.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "average_precision": ("cvlib.detection.scoring:coco_ap",),
    "box_convert": ("torchvision.ops.boxes:box_convert",),
    "box_iou": ("torchvision.ops.boxes:box_iou", "cvlib.boxes:iou_with", "cvlib.boxes:paired_iou"),
    "nms": ("cvlib.widgets.nms_steps:suppression",),
}


class ForbiddenCall(Exception):  # noqa: N818  it reaches learners by its message only
    """An operation that this exercise asks to write by hand was called."""


class _Watch(TorchDispatchMode):
    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = {kernel: name for name in names for kernel in KERNELS.get(name, ())}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = self.names.get(func.overloadpacket.__name__)
        if name is not None:
            raise ForbiddenCall(f"torch's own {name} is called; here you write it by hand")
        return func(*args, **(kwargs or {}))


def known(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, if they all stand in `KERNELS` or `FUNCTIONS`.

    Raises:
        ValueError: for the first name that does not.
    """
    every = [*KERNELS, *FUNCTIONS]
    unknown = [name for name in names if name not in every]
    if unknown:
        raise ValueError(f"forbid names an unknown operation {unknown[0]!r}; known: {every}")
    return names


def _refuse(*args: Any, **kwargs: Any) -> Any:
    from cvlib.check.forbid import ForbiddenCall  # this code runs under another module's names

    raise ForbiddenCall("a ready-made function is called; here you write it by hand")


@contextlib.contextmanager
def _refusing(names: tuple[str, ...]) -> Iterator[None]:
    """Let the named functions of `FUNCTIONS` refuse to run inside."""
    found = [place.split(":") for name in names for place in FUNCTIONS.get(name, ())]
    functions = [getattr(importlib.import_module(module), name) for module, name in found]
    codes = [function.__code__ for function in functions]
    try:
        for function in functions:
            function.__code__ = _refuse.__code__
        yield
    finally:
        for function, code in zip(functions, codes, strict=True):
            function.__code__ = code


@contextlib.contextmanager
def forbidding(names: tuple[str, ...]) -> Iterator[None]:
    """Raise `ForbiddenCall` when one of the named operations runs inside.

    Args:
        names: keys of `KERNELS` or of `FUNCTIONS`.
    """
    with _refusing(names), _Watch(names) if names else contextlib.nullcontext():
        yield
