"""Find the known mistake that gives the same answers as the learner's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cvlib import mistakes, own_numbers
from cvlib.check.cases import Case
from cvlib.check.compare import difference, value_difference
from cvlib.check.observe import Observation, Request, observe_here
from cvlib.mistakes import Mistake

MOST = 2  # more candidates than this would confuse more than help


def by_answers(
    exercise: str,
    name: str,
    cases: Sequence[Case],
    seen: Sequence[Observation],
    wrong: Sequence[bool],
    wanted: Sequence[Observation],
    request: Request,
) -> list[Mistake]:
    """Mistakes whose answers equal `seen` on every case; the failing cases come first.

    Where there are none, and the answer also accepts what it has to refuse, the cases of that
    kind are left out: then there are two mistakes, and one of them can be named.

    Args:
        name: of the function; an exercise's mistakes in other functions are not tried.
        wrong: which cases are wrong.
        wanted: what the reference does in each.
    """
    watched = Request(request.gradients, request.forbid, watch=request.watch)
    candidates = [m for m in mistakes.of(exercise)
                  if m.answer is not None and m.function in ("", name)]  # fmt: skip
    lenient = [bool(want.raised) and not got.raised
               for want, got in zip(wanted, seen, strict=True)]  # fmt: skip
    order = sorted(range(len(cases)), key=lambda index: not wrong[index])
    rest = [index for index in order if not lenient[index]]

    def alike_on(places: Sequence[int]) -> list[Mistake]:
        calls = [(cases[index], seen[index]) for index in places]
        return [m for m in candidates if _answers_alike(m.answer, calls, watched)]

    found = alike_on(order)
    if not found and len(rest) < len(order) and any(wrong[index] for index in rest):
        found = alike_on(rest)
    return found[:MOST]


def by_values(exercise: str, given: Mapping[str, Any], right: Mapping[str, Any]) -> list[Mistake]:
    """Mistakes with exactly the learner's values, where it left some of them right."""
    known = mistakes.of(exercise)
    mine = own_numbers.latest(exercise) if any(m.slips for m in known) else {}
    wrong = [(m, m.wrong_values(mine)) for m in known if m.answer is None]
    return [m for m, values in wrong if _explains(values, given, right)][:MOST]


def sentences(found: Sequence[Mistake]) -> list[str]:
    """What a message says about the mistakes found: what was done, and what to ask."""
    if not found:
        return []
    if len(found) == 1:
        return [f"What happened: {found[0].says}", f"Think about: {found[0].asks}"]
    return [f"What may have happened: {mistake.says}" for mistake in found]


def _answers_alike(
    answer: Callable[..., Any] | None,
    calls: Sequence[tuple[Case, Observation]],
    request: Request,
) -> bool:
    for case, observation in calls:
        did = observe_here(answer, case, request)  # type: ignore[arg-type]
        if difference(did, observation) or _fail_in_other_ways(did, observation):
            return False
    return True


def _fail_in_other_ways(did: Observation, seen: Observation) -> bool:
    """No exercise asks for a TypeError; a mistake in another function is called with too much."""
    if did.raised is None or seen.raised is None or did.raised.kind != "TypeError":
        return False
    return did.raised.message != seen.raised.message


def _explains(
    mistaken: Mapping[str, Any], given: Mapping[str, Any], right: Mapping[str, Any]
) -> bool:
    """All the mistake's values are there, and they are the only ones that are wrong."""
    wrong = {name for name in given if value_difference(right[name], given[name])}
    told = {name for name in mistaken.keys() & given.keys()
            if value_difference(right[name], mistaken[name])}  # fmt: skip
    alike = all(not value_difference(mistaken[name], given[name]) for name in told)
    return bool(told) and alike and wrong == told
