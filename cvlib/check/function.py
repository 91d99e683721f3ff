"""check.function: does the learner's function do what the reference does?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from cvlib import record
from cvlib.check import diagnose
from cvlib.check.cases import Case, argument_names, as_case, name_of, shorten, show_arguments
from cvlib.check.compare import difference
from cvlib.check.errors import CheckFailed, NotDone
from cvlib.check.forbid import known
from cvlib.check.observe import Observation, Request, observe, observe_here


def function(
    answer: Any,
    *,
    like: Callable[..., Any],
    cases: Sequence[Any],
    exercise: str = "",
    gradients: bool = False,
    forbid: tuple[str, ...] = (),
    watch: tuple[str, ...] = (),
    through: Callable[..., Any] | None = None,
    facts: Callable[..., Any] | None = None,
    points: float | None = None,
) -> float | None:
    """Compare the learner's function with the reference on every case.

    Compared are outputs (shape, dtype, values), exceptions (where the reference raises,
    the answer must raise the same kind), arguments left unmodified and, if asked for,
    gradients with respect to every float tensor argument.

    Args:
        answer: the learner's function.
        like: the reference; it never counts as an answer itself.
        cases: calls to try: `check.case(...)`, tuples of positional arguments or dicts.
        exercise: id such as ``"01-conv2d"``, to look for known mistakes.
        gradients: also compare gradients.
        forbid: torch operations that may not run inside, e.g. ``("conv2d", "unfold")``.
        watch: what to compare of models among the arguments after the call: any of
            ``"parameters"`` (and buffers), ``"gradients"``, ``"training"``.
        through: a function at the top level of cvlib that is called in place of the answer,
            with the answer as its first argument; for classes, and for functions that are
            given models. It runs where the answer lives and returns what is to be compared.
        facts: a function that is given a result and the case's arguments, and returns what is to
            be compared in the result's place; for answers of which many are right. It runs here,
            not where the answer lives, so it can compute again what the answer claims. What
            it can't take, because it raises an error, is wrong.
        points: give partial credit: the result is `points` × share of right cases.

    Returns:
        None, or the points earned when `points` is given.

    Raises:
        CheckFailed: when a case is wrong (with `points`: when all of them are).
        NotDone: when the answer still is the empty stub.
        ValueError: when `forbid` names an operation that is not known, or `through` is not
            a function of cvlib.
    """
    __tracebackhide__ = True
    via = name_of("through", through) if through else ""
    tried = [replace(as_case(given), through=via) for given in cases]
    name = getattr(like, "__name__", "your function")
    if answer is like:
        raise CheckFailed(f"{name}: this is the course's own solution. Write yours above.")
    request = Request(gradients, known(tuple(forbid)), like.__module__, tuple(watch))
    plainly = Request(gradients, watch=tuple(watch))
    seen = [observe(answer, case, request) for case in tried]
    if seen and all(got.raised and got.raised.is_stub for got in seen):  # no need of the reference
        record.note(exercise, NotDone.state)
        raise NotDone.of(name, len(tried))
    wanted = [observe_here(like, case, plainly) for case in tried]
    differences = [compared(facts, want, got, case)
                   for want, got, case in zip(wanted, seen, tried, strict=True)]  # fmt: skip
    wrong = [lines for lines in differences if lines]
    right = len(tried) - len(wrong)
    if not wrong:
        print(f"✓ {name}: {right} of {right} cases right")
        record.note(exercise, record.PASSES)
        return points
    failure = explain(name, partial(through, like) if through else like, tried, differences,
                      seen, wanted, exercise, request)  # fmt: skip
    record.note(exercise, failure.state)
    if points is None or right == 0:
        raise failure
    print(failure)
    return round(points * right / len(tried), 2)


def explain(
    name: str,
    like: Callable[..., Any],
    tried: Sequence[Case],
    differences: Sequence[list[str]],
    seen: Sequence[Observation],
    wanted: Sequence[Observation],
    exercise: str,
    request: Request,
) -> CheckFailed:
    """The failure to raise: the first wrong case, the difference, the diagnosis."""
    if any(got.raised and got.raised.is_stub for got in seen):
        return NotDone.of(name, len(tried))
    first = next(index for index, lines in enumerate(differences) if lines)
    right = sum(not lines for lines in differences)
    wrong = [bool(lines) for lines in differences]
    found = diagnose.by_answers(exercise, name, tried, seen, wrong, wanted, request)
    labels = argument_names(like, tried[first])
    lines = [
        f"{name}: {right} of {len(tried)} cases right. The first wrong one:",
        f"  {name}({show_arguments(tried[first], labels)})",
        *(f"  {named(line, labels)}" for line in differences[first][:2]),
        *diagnose.sentences(found),
    ]
    return CheckFailed("\n".join(lines), passed=right, total=len(tried),
                       mistakes=tuple(mistake.id for mistake in found))  # fmt: skip


def compared(
    facts: Callable[..., Any] | None, want: Observation, got: Observation, case: Case
) -> list[str]:
    """Lines that say how the answer differs; with `facts`, these are compared, not the results."""
    if facts is None or want.raised or got.raised:
        return difference(want, got)
    right = facts(want.value, *case.args, **case.kwargs)
    try:
        value = facts(got.value, *case.args, **case.kwargs)
    except Exception as error:  # whatever an answer may be, it is the answer that is at fault
        return [f"what came back can't be judged: {shorten(str(error), 200)}"]
    return difference(replace(want, value=right), replace(got, value=value))


def named(line: str, labels: Sequence[str]) -> str:
    """Replace an argument's number at the end of a line by its name."""
    head, _, last = line.rpartition("argument ")
    number, _, rest = last.partition(" ")
    if head and number.isdigit() and int(number) < len(labels):
        return f"{head}argument {labels[int(number)]}{' ' if rest else ''}{rest}"
    return line
