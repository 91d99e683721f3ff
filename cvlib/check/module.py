"""check.module: does the learner's module do what the reference does, whatever its names?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import torch

from cvlib import mistakes, record
from cvlib.check.cases import Case, as_case, fixed_randomness, show_arguments
from cvlib.check.compare import gradient_difference, raised_difference, value_difference
from cvlib.check.diagnose import MOST, sentences
from cvlib.check.errors import CheckFailed, NotDone
from cvlib.check.observe import Request, exact_arithmetic, make_arguments
from cvlib.check.observe_module import (
    Donor,
    ModuleObservation,
    donate,
    observe_module,
    observe_module_here,
)
from cvlib.mistakes import Mistake

ROWS = 3  # of a table of parameter shapes


def module(
    answer: Any,
    *,
    like: Callable[..., torch.nn.Module],
    inputs: Sequence[Any],
    configs: Sequence[Any] = (),
    exercise: str = "",
    gradients: bool = True,
    state_names: bool = False,
    counterparts: Sequence[tuple[Any, Any]] = (),
    forbid: tuple[str, ...] = (),
    points: float | None = None,
) -> float | None:
    """Compare the learner's module with the reference, with the same weights in both.

    Both are built with each configuration. The reference's weights move over by order of
    use and shape, so names and order of definition don't matter. Compared are the number
    and shapes of parameters, outputs in eval and in training mode (dropout switched off),
    gradients of inputs and parameters, and buffers after one pass in training mode.

    Args:
        answer: the learner's class, or a function that returns a module.
        like: the reference class or function; it never counts as an answer itself.
        inputs: for each configuration a tensor, or a tuple of tensors.
        configs: arguments to build with: `check.case(...)`, tuples or dicts.
        exercise: id, to look for known mistakes.
        gradients: compare gradients.
        state_names: the keys of the state dicts must be the same, too.
        counterparts: pairs (learner's class, reference's class) for configurations that
            hold the learner's own classes.
        forbid: torch operations that may not run inside.
        points: give partial credit by the share of right configurations.

    Returns:
        None, or the points earned when `points` is given.

    Raises:
        CheckFailed: when a configuration is wrong (with `points`: when all of them are).
        NotDone: when the answer still is the empty stub.
        ValueError: when there are not as many inputs as configurations.
    """
    __tracebackhide__ = True
    name = getattr(like, "__name__", "your module")
    builds = [as_case(config) for config in configs or [Case()]]
    if len(builds) != len(inputs):
        raise ValueError(f"inputs must be as many as configs ({len(builds)}), got {len(inputs)}")
    if answer is like:
        raise CheckFailed(f"{name}: this is the course's own solution. Write yours above.")
    trials = [Trial(like, build, given, counterparts, gradients)
              for build, given in zip(builds, inputs, strict=True)]  # fmt: skip
    request = Request(gradients, tuple(forbid), like.__module__)
    seen = [observe_module(answer, t.config, t.inputs, t.donor, request) for t in trials]
    wrong = [i for i, t in enumerate(trials) if differences(t.wanted, seen[i], state_names)]
    if not wrong:
        print(f"✓ {name}: {len(trials)} of {len(trials)} configurations right")
        record.note(exercise, record.PASSES)
        return points
    failure = explain(name, trials, seen, wrong, exercise, state_names)
    record.note(exercise, failure.state)
    if points is None or len(wrong) == len(trials):
        raise failure
    print(failure)
    return round(points * (len(trials) - len(wrong)) / len(trials), 2)


class Trial:
    """One configuration: what to build, what to feed, what the reference does with it."""

    def __init__(
        self,
        like: Callable[..., torch.nn.Module],
        config: Case,
        inputs: Any,
        counterparts: Sequence[tuple[Any, Any]],
        gradients: bool,
    ) -> None:
        self.config = config
        self.inputs: tuple[Any, ...] = inputs if isinstance(inputs, tuple) else (inputs,)
        self.ours = replaced(config, counterparts)  # for the reference, and for known mistakes
        with exact_arithmetic():
            ours = make_arguments(self.ours)
            with fixed_randomness():
                self.donor: Donor = donate(like(*ours.args, **ours.kwargs), self.inputs)
        self.wanted = observe_module_here(like, ours, self.inputs, self.donor, Request(gradients))


def replaced(config: Case, counterparts: Sequence[tuple[Any, Any]]) -> Case:
    """The configuration with the reference's classes in place of the learner's."""

    def ours(value: Any) -> Any:
        return next((own for learners, own in counterparts if learners is value), value)

    kwargs = {key: ours(value) for key, value in config.kwargs.items()}
    return Case(tuple(ours(value) for value in config.args), kwargs, config.maker)


def differences(wanted: ModuleObservation, seen: ModuleObservation, state_names: bool) -> list[str]:
    """Lines that say how the modules differ; empty when they agree."""
    if wanted.raised or seen.raised:
        return raised_difference(wanted.raised, seen.raised)
    if not seen.fits:
        return shape_table(wanted, seen)
    if state_names and set(wanted.names) != set(seen.names):
        return name_difference(wanted.names, seen.names)
    for mode in ("eval", "train"):
        lines = value_difference(wanted.outputs[mode], seen.outputs.get(mode))
        if lines:
            return [f"in {mode} mode: {lines[0]}", *lines[1:]]
    for number, (name, want) in enumerate(wanted.buffers.items(), start=1):
        lines = value_difference(want, seen.buffers.get(name))
        if lines:
            return [f"outputs are right, but not what training keeps: buffer {number}", lines[-1]]
    return gradient_difference(wanted.gradients, seen.gradients, summed=True)


def shape_table(wanted: ModuleObservation, seen: ModuleObservation) -> list[str]:
    """Parameters in the order in which they are used, from the first that differs."""
    pairs = list(zip_longest(wanted.shapes, seen.shapes, fillvalue="nothing"))
    first = next((i for i, (want, got) in enumerate(pairs) if want != got), 0)
    if wanted.shapes == seen.shapes:
        return ["the parameters are right, but the buffers (running statistics) are not"]
    rows = [f"  parameter {i + 1}: expected {want}, yours {got}"
            for i, (want, got) in enumerate(pairs[first : first + ROWS], start=first)]  # fmt: skip
    return [
        f"expected {wanted.count:,} parameters, yours has {seen.count:,}; in order of use:",
        *rows,
    ]


def name_difference(wanted: Sequence[str], seen: Sequence[str]) -> list[str]:
    """Keys of the state dict that are missing, or too many."""
    missing = [name for name in wanted if name not in seen]
    extra = [name for name in seen if name not in wanted]
    return ["it computes the right thing, but a saved model would not load: the state dict "
            f"lacks {missing[:2]}, has {extra[:2]}"]  # fmt: skip


def explain(
    name: str,
    trials: Sequence[Trial],
    seen: Sequence[ModuleObservation],
    wrong: Sequence[int],
    exercise: str,
    state_names: bool,
) -> CheckFailed:
    """The failure to raise: the first wrong configuration, the difference, the diagnosis."""
    if any(got.raised and got.raised.is_stub for got in seen):
        return NotDone.of(name, len(trials))
    first = wrong[0]
    found = diagnose(exercise, trials, seen, state_names)
    shapes = ", ".join(str(tuple(x.shape)) for x in trials[first].inputs if hasattr(x, "shape"))
    lines = [
        f"{name}: {len(trials) - len(wrong)} of {len(trials)} configurations right. "
        "The first wrong one:",
        f"  {name}({show_arguments(trials[first].config)}) on an input of shape {shapes}",
        *(f"  {line}" for line in differences(trials[first].wanted, seen[first], state_names)[:4]),
        *sentences(found),
    ]
    return CheckFailed("\n".join(lines), passed=len(trials) - len(wrong), total=len(trials),
                       mistakes=tuple(mistake.id for mistake in found))  # fmt: skip


def diagnose(
    exercise: str,
    trials: Sequence[Trial],
    seen: Sequence[ModuleObservation],
    state_names: bool,
) -> list[Mistake]:
    """Mistakes that do the same as the learner's module in every configuration."""
    found = []
    for mistake in mistakes.of(exercise):
        if mistake.answer is not None and all(
            alike(mistake.answer, trial, got, state_names)
            for trial, got in zip(trials, seen, strict=True)
        ):
            found.append(mistake)
    return found[:MOST]


def alike(
    answer: Callable[..., Any], trial: Trial, seen: ModuleObservation, state_names: bool
) -> bool:
    """Whether a mistake's module does the same as the learner's."""
    request = Request(gradients=bool(seen.gradients))
    did = observe_module_here(answer, trial.ours, trial.inputs, trial.donor, request)
    if did.raised or seen.raised:  # the message too: torch's tells which shapes did not fit
        if did.raised is None or seen.raised is None:
            return False
        return did.raised.message == seen.raised.message
    if not did.fits or not seen.fits:
        return did.shapes == seen.shapes and did.fits == seen.fits
    return not differences(did, seen, state_names)
