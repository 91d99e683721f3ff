"""The one seam between a check and an answer: call it, and tell what was to be seen.

In a student's kernel `observe` runs the answer on the spot. In the grader the answer
lives in another process: there the thing passed in is a stand-in whose type carries
``__observe__``, which has the same work done on the other side and returns the same
plain `Observation`. Checks never touch an answer in any other way.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from cvlib.check.cases import Case, device, fixed_randomness, shorten
from cvlib.check.forbid import ForbiddenCall, forbidding
from cvlib.check.seal import sealed


@dataclass(frozen=True)
class Raised:
    """An exception, as plain text: its class, the classes it derives from, its message.

    `where` is the learner's own line that was running, if there was one.
    """

    kind: str
    bases: tuple[str, ...]
    message: str
    where: str = ""

    @property
    def is_stub(self) -> bool:
        """Whether it is the answer's own "not written yet", and not torch's "not implemented"."""
        return "NotImplementedError" in self.bases and self.message in ("", "not written yet")


@dataclass(frozen=True)
class Request:
    """What to watch for during one call.

    Attributes:
        gradients: of the outputs with respect to every float tensor argument.
        forbid: torch operations that may not run.
        seal: name of the module whose references may not run.
        watch: what to report of models among the arguments after the call: any of
            ``"parameters"`` (and buffers), ``"gradients"``, ``"training"``.
    """

    gradients: bool = False
    forbid: tuple[str, ...] = ()
    seal: str = ""
    watch: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observation:
    """What one call did. All of it is plain data on the CPU.

    Attributes:
        value: what came back, reduced to numbers, strings, containers and tensors.
        raised: the exception, when there was one.
        changed: labels of arguments that were modified in place.
        gradients: label of each float tensor argument -> gradient of a fixed weighted
            sum of the outputs; a missing label means that no gradient arrived.
        states: what was to be watched of models among the arguments.
    """

    value: Any = None
    raised: Raised | None = None
    changed: tuple[str, ...] = ()
    gradients: dict[str, Tensor] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Opaque:
    """Stands for a value that is not plain data: only its type's name is kept."""

    type_name: str

    def __repr__(self) -> str:
        return f"an object of type {self.type_name}"


def observe(answer: Any, case: Case, request: Request = Request()) -> Observation:
    """Call `answer` with the case's arguments and report what happened."""
    remote = getattr(type(answer), "__observe__", None)
    if remote is not None:
        return remote(answer, case, request)
    return observe_here(answer, case, request)


def observe_here(answer: Callable[..., Any], case: Case, request: Request) -> Observation:
    """Run the call in this process, on copies of the arguments."""
    with fixed_randomness(), exact_arithmetic():
        made = make_arguments(case)
        before = on_device(label(made))
        leaves = watch_gradients(before) if request.gradients else {}
        labelled = {**on_device(before), **{name: leaf.clone() for name, leaf in leaves.items()}}
        if case.maker:  # models and their optimizers belong together: no copies
            before = labelled = label(made)
        args = [labelled[str(index)] for index in range(len(made.args))]
        kwargs = {name: labelled[name] for name in made.kwargs}
        call = functools.partial(function_named(case.through), answer) if case.through else answer
        try:
            with forbidding(request.forbid), sealed(request.seal):
                result = call(*args, **kwargs)
            gradients = backward(result, leaves)
        except Exception as error:
            return Observation(raised=describe(error))
        return Observation(
            value=plain(result),
            changed=tuple(name for name in labelled if not same(before[name], labelled[name])),
            gradients=gradients,
            states=states_of(labelled, request.watch),
        )


@contextlib.contextmanager
def exact_arithmetic() -> Iterator[None]:
    """Switch TF32 off, so that a recent GPU gives the verdict a CPU gives.

    Gradients are followed and float32 is the default, too, whatever a notebook has set: the answer
    and the reference run alike, also where they live in two processes.
    """
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    dtype = torch.get_default_dtype()
    matmul.allow_tf32 = cudnn.allow_tf32 = False
    torch.set_default_dtype(torch.float32)
    try:
        with torch.enable_grad():
            yield
    finally:
        matmul.allow_tf32, cudnn.allow_tf32 = before
        torch.set_default_dtype(dtype)


def on_device(value: Any) -> Any:
    """A deep copy with every tensor on the device that checks run on."""
    if isinstance(value, Tensor):
        return value.detach().clone().to(device())
    if isinstance(value, list | tuple):
        return type(value)(on_device(item) for item in value)
    if isinstance(value, dict):
        return {key: on_device(item) for key, item in value.items()}
    return copy.deepcopy(value)


def make_arguments(case: Case) -> Case:
    """The case with its maker's arguments in place of the maker's own."""
    if not case.maker:
        return case
    return Case(tuple(function_named(case.maker)(*case.args, **case.kwargs)), through=case.through)


def function_named(function: str) -> Callable[..., Any]:
    """The function that `cases.name_of` named."""
    module, _, name = function.partition(":")
    if not module.startswith("cvlib."):
        raise ValueError(f"a function must be one of cvlib, got {function!r}")
    return getattr(importlib.import_module(module), name)  # type: ignore[no-any-return]


def states_of(labelled: dict[str, Any], watch: tuple[str, ...]) -> dict[str, Any]:
    """What is to be watched of each model among the arguments."""
    states: dict[str, Any] = {}
    for name, value in labelled.items():
        if not isinstance(value, torch.nn.Module):
            continue
        if "training" in watch:
            states[f"training mode of argument {name}"] = value.training
        if "parameters" in watch:
            states |= {
                f"{key} of argument {name}": plain(t) for key, t in value.state_dict().items()
            }
        if "gradients" in watch:
            states |= {f"gradient of {key} of argument {name}": plain(p.grad)
                       for key, p in value.named_parameters()}  # fmt: skip
    return states


def label(case: Case) -> dict[str, Any]:
    """Positional arguments by number, keyword arguments by name."""
    return {**{str(i): value for i, value in enumerate(case.args)}, **case.kwargs}


def watch_gradients(labelled: dict[str, Any]) -> dict[str, Tensor]:
    """Ask autograd to follow every float tensor among the arguments."""
    leaves = {
        name: value
        for name, value in labelled.items()
        if isinstance(value, Tensor) and value.is_floating_point()
    }
    for leaf in leaves.values():
        leaf.requires_grad_(True)
    return leaves


def backward(result: Any, leaves: dict[str, Tensor]) -> dict[str, Tensor]:
    """Gradients of Σ cos(i)·output_i for every leaf that the output depends on."""
    outputs = [t for t in tensors_in(result) if t.requires_grad]
    if not leaves or not outputs:
        return {}
    total = torch.stack([(out * weights_like(out)).sum() for out in outputs]).sum()
    grads = torch.autograd.grad(total, list(leaves.values()), allow_unused=True)
    return {name: plain(grad) for name, grad in zip(leaves, grads, strict=True) if grad is not None}


def weights_like(output: Tensor) -> Tensor:
    """Fixed weights that differ at every position, so that no two errors cancel."""
    ramp = torch.arange(output.numel(), dtype=output.dtype, device=output.device)
    return torch.cos(ramp).reshape(output.shape)


def tensors_in(value: Any) -> list[Tensor]:
    """All tensors in a nested result."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in tensors_in(item)]
    return []


def same(before: Any, after: Any) -> bool:
    """Whether an argument still holds what it held; not-a-number equals itself."""
    if isinstance(before, Tensor):
        return before.shape == after.shape and torch.equal(
            torch.nan_to_num(before.detach()), torch.nan_to_num(after.detach())
        )
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, dict):
        return list(before) == list(after) and all(same(before[k], after[k]) for k in before)
    return not _is_plain(before) or bool(type(before) is type(after) and before == after)


def _is_plain(value: Any) -> bool:
    return value is None or type(value) in (bool, int, float, complex, str, bytes)


def plain(value: Any, depth: int = 0) -> Any:
    """Reduce a value to plain data: exact built-in types, CPU tensors, or `Opaque`."""
    if isinstance(value, Tensor):
        return torch.Tensor.detach(value).as_subclass(Tensor).cpu().clone()
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if value is None or depth > 20:
        return None if value is None else Opaque("very deep nesting")
    if isinstance(value, torch.Size):
        return tuple(int(n) for n in value)
    if isinstance(value, list | tuple):
        items = [plain(item, depth + 1) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        return {plain(k, depth + 1): plain(v, depth + 1) for k, v in value.items()}
    return Opaque(type(value).__name__)


def describe(error: BaseException) -> Raised:
    """An exception as plain text, with the learner's own line that caused it."""
    if isinstance(error, ForbiddenCall):
        return Raised("ForbiddenCall", ("ForbiddenCall",), str(error), own_line(error))
    bases = tuple(kind.__name__ for kind in type(error).__mro__)
    return Raised(type(error).__name__, bases, shorten(str(error), 300), own_line(error))


def own_line(error: BaseException) -> str:
    """The innermost line that stands in a notebook cell, as ``line 4: text``."""
    found, step = "", error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if "ipykernel" in name or name.startswith("<"):
            text = linecache.getline(name, step.tb_lineno).strip()
            found = f"line {step.tb_lineno}: {text}" if text else f"line {step.tb_lineno}"
        step = step.tb_next
    return shorten(found, 100)
