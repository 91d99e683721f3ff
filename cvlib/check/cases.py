"""Inputs for checks: one case is one call, and how a message shows it."""

from __future__ import annotations

import contextlib
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

_seed = 0


@dataclass(frozen=True)
class Case:
    """One call of the function under test.

    With a `maker`, the arguments of the call are what that function of cvlib returns for
    `args` and `kwargs`: models, loaders and optimizers are made where the answer lives. With
    `through`, that function of cvlib is called there with the answer and then the arguments.
    """

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    maker: str = ""
    through: str = ""

    def __repr__(self) -> str:
        return f"case({show_arguments(self)})"


def case(*args: Any, **kwargs: Any) -> Case:
    """One call: ``check.case(x, weight, stride=2)`` tests ``f(x, weight, stride=2)``."""
    return Case(args, kwargs)


def case_of(maker: Callable[..., tuple[Any, ...]], *args: Any, **kwargs: Any) -> Case:
    """One call with the arguments that ``maker(*args, **kwargs)`` returns as a tuple.

    Args:
        maker: a function at the top level of one of cvlib's modules.
        *args, **kwargs: plain values for it.

    Raises:
        ValueError: when `maker` is not such a function.
    """
    return Case(args, kwargs, name_of("maker", maker))


def name_of(argument: str, function: Callable[..., Any]) -> str:
    """How a function of cvlib is named to another process: ``cvlib.module:function``.

    Raises:
        ValueError: naming the `argument`, when it is not at the top level of a module of cvlib.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    if not name.startswith("cvlib.") or "." in function.__qualname__:
        raise ValueError(f"{argument} must be a function at the top level of cvlib, got {name!r}")
    return name


def as_case(given: Any) -> Case:
    """Accept a `Case`, a tuple of positional or a dict of keyword arguments."""
    if isinstance(given, Case):
        return given
    if isinstance(given, tuple):
        return Case(given)
    if isinstance(given, Mapping):
        return Case((), given)
    return Case((given,))


class Inputs:
    """Seeded inputs for a check: float32 on the CPU unless said otherwise.

    The same seed gives the same numbers on every machine; `seeded` changes it, so that
    tests can be tried on many different inputs.
    """

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Standard normal numbers."""
        return torch.randn(shape, generator=self.generator, dtype=torch.float64).to(dtype)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Uniform numbers in [low, high)."""
        unit = torch.rand(shape, generator=self.generator, dtype=torch.float64)
        return (low + (high - low) * unit).to(torch.float32)

    def integers(
        self, low: int, high: int, *shape: int, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Whole numbers in [low, high), by default as float32: easy to follow by hand."""
        return torch.randint(low, high, shape, generator=self.generator).to(dtype)

    def image(self, height: int, width: int, channels: int = 1) -> Tensor:
        """A picture (1, C, H, W) in [0, 1] with a bright rectangle on a soft ramp."""
        ramp = torch.linspace(0, 0.4, width, dtype=torch.float32).expand(height, width).clone()
        top, left = (int(self.integers(1, max(2, n // 2)).item()) for n in (height, width))
        ramp[top : top + max(1, height // 3), left : left + max(1, width // 3)] = 0.9
        return ramp.expand(1, channels, height, width).clone()  # (1, C, H, W)

    def choice(self, *options: Any) -> Any:
        """One of the options."""
        return options[int(torch.randint(len(options), (), generator=self.generator))]


def inputs(offset: int = 0) -> Inputs:
    """Seeded inputs; a test cell calls it once: ``r = check.inputs()``."""
    return Inputs(1000 * _seed + offset)


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw the inputs of all checks inside from another seed (the default is 0)."""
    global _seed
    before, _seed = _seed, seed
    try:
        yield
    finally:
        _seed = before


def device() -> torch.device:
    """Where checks run: ``CVLIB_DEVICE`` if set, else CUDA when there is one."""
    named = os.environ.get("CVLIB_DEVICE")
    return torch.device(named or ("cuda" if torch.cuda.is_available() else "cpu"))


def argument_names(function: Callable[..., Any], given: Case) -> list[str]:
    """A label for each positional argument: the reference's parameter names."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]
    return [plain[i] if i < len(plain) else f"argument {i + 1}" for i in range(len(given.args))]


def show_arguments(given: Case, names: list[str] | None = None) -> str:
    """The arguments on one line: small values in full, big tensors by shape."""
    if given.maker:
        return f"arguments from {given.maker.replace(':', '.')}({show_arguments(bare(given))})"
    parts = []
    for index, value in enumerate(given.args):
        name = names[index] if names and index < len(names) else ""
        parts.append(f"{name}={show(value)}" if name and _is_big(value) else show(value))
    parts += [f"{key}={show(value)}" for key, value in given.kwargs.items()]
    return shorten(", ".join(parts), 160)


def bare(given: Case) -> Case:
    """The case without its maker."""
    return Case(given.args, given.kwargs)


def show(value: Any) -> str:
    """A value as a learner would write it, or what it is when it is long."""
    if isinstance(value, Tensor):
        if value.numel() <= 9 and value.dim() <= 2:
            return f"tensor({_rounded(value.tolist())})"
        kind = str(value.dtype).removeprefix("torch.")
        return f"{kind} tensor of shape {tuple(value.shape)}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, torch.nn.Module):
        return type(value).__name__
    return shorten(repr(value), 70)


def shorten(text: str, length: int) -> str:
    """At most `length` characters on one line; an ellipsis says that some are missing."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _is_big(value: Any) -> bool:
    return isinstance(value, Tensor) and (value.numel() > 9 or value.dim() > 2)


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


@contextlib.contextmanager
def fixed_randomness() -> Iterator[None]:
    """Inside, random numbers come from a fixed seed; outside, all is as before.

    `torch.manual_seed` also notes a stack trace for every kind of device that isn't there,
    which takes longer than many an answer.
    """
    before = torch.get_rng_state()
    torch.default_generator.manual_seed(0)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(0)
    try:
        yield
    finally:
        torch.set_rng_state(before)
