"""check.function: does the learner's function do what the reference does?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from cvlib.check import diagnose
from cvlib.check.cases import Case, argument_names, as_case, name_of, show_arguments
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
    wanted = [observe_here(like, case, plainly) for case in tried]
    seen = [observe(answer, case, request) for case in tried]
    wrong = [differ for want, got in zip(wanted, seen, strict=True)
             if (differ := difference(want, got))]  # fmt: skip
    right = len(tried) - len(wrong)
    if not wrong:
        print(f"✓ {name}: {right} of {right} cases right")
        return points
    failure = explain(name, partial(through, like) if through else like, tried, wanted, seen,
                      exercise, request)  # fmt: skip
    if points is None or right == 0:
        raise failure
    print(failure)
    return round(points * right / len(tried), 2)


def explain(
    name: str,
    like: Callable[..., Any],
    tried: Sequence[Case],
    wanted: Sequence[Observation],
    seen: Sequence[Observation],
    exercise: str,
    request: Request,
) -> CheckFailed:
    """The failure to raise: the first wrong case, the difference, the diagnosis."""
    if any(got.raised and got.raised.is_stub for got in seen):
        return NotDone(f"{name}: not written yet. Replace the line that raises "
                       "NotImplementedError by your own code.", total=len(tried))  # fmt: skip
    differences = [difference(want, got) for want, got in zip(wanted, seen, strict=True)]
    first = next(index for index, lines in enumerate(differences) if lines)
    right = differences.count([])
    found = diagnose.by_answers(exercise, tried, seen, request)
    labels = argument_names(like, tried[first])
    lines = [
        f"{name}: {right} of {len(tried)} cases right. The first wrong one:",
        f"  {name}({show_arguments(tried[first], labels)})",
        *(f"  {named(line, labels)}" for line in differences[first][:2]),
        *diagnose.sentences(found),
    ]
    return CheckFailed("\n".join(lines), passed=right, total=len(tried),
                       mistakes=tuple(mistake.id for mistake in found))  # fmt: skip


def named(line: str, labels: Sequence[str]) -> str:
    """Replace an argument's number at the end of a line by its name."""
    head, _, last = line.rpartition("argument ")
    number, _, rest = last.partition(" ")
    if head and number.isdigit() and int(number) < len(labels):
        return f"{head}argument {labels[int(number)]}{' ' if rest else ''}{rest}"
    return line
