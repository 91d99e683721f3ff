"""check.function with `facts`: what counts is what is true of a result, not the result itself."""

from __future__ import annotations

from typing import Any

import pytest

from cvlib import check
from cvlib.check.function import compared
from cvlib.check.observe import Observation, Raised


def factor(n: int) -> int:
    """A divisor of n between 1 and n."""
    if n < 4:
        raise ValueError(f"n must be at least 4, got {n}")
    return next(k for k in range(2, n) if n % k == 0)


def largest_factor(n: int) -> int:
    if n < 4:
        raise ValueError("too small")
    return next(k for k in range(n - 1, 1, -1) if n % k == 0)


def divides(result: Any, n: int) -> dict[str, bool]:
    return {"it divides n": n % result == 0, "it lies between": 1 < result < n}


def run(answer: Any, *numbers: int, points: float | None = None) -> float | None:
    cases = [check.case(n) for n in numbers]
    return check.function(answer, like=factor, facts=divides, cases=cases, points=points)


def test_another_right_answer_passes() -> None:
    assert run(largest_factor, 12, 35, 3, points=2) == 2


def test_what_is_not_true_is_said() -> None:
    with pytest.raises(check.CheckFailed, match="'it divides n': expected True, got False"):
        run(lambda n: 5, 12)
    assert run(lambda n: 5, 35, 12, points=2) == 1


@pytest.mark.parametrize("junk", [0, None, "five", [2], {"n": 3}])
def test_what_can_not_be_judged_is_wrong(junk: Any) -> None:
    with pytest.raises(check.CheckFailed, match="can't be judged"):
        run(lambda n: junk, 12)


def test_an_answer_that_cannot_be_judged_does_not_pass_for_one_that_refuses() -> None:
    def fussy(result: Any, n: int) -> dict[str, bool]:
        raise ValueError("no")

    refused = Observation(raised=Raised("ValueError", ("ValueError",), "n must be at least 4"))
    lines = compared(fussy, refused, Observation(value=0), check.case(3))
    assert "expected a ValueError" in lines[0]


def test_facts_that_fail_on_the_reference_are_our_own_error() -> None:
    def broken(result: Any, n: int) -> None:
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        check.function(largest_factor, like=factor, facts=broken, cases=[check.case(12)])


def test_an_error_of_the_answer_is_told_as_without_facts() -> None:
    def stops(n: int) -> int:
        return n // 0

    with pytest.raises(check.CheckFailed, match="stopped with ZeroDivisionError"):
        run(stops, 12)


def test_arguments_that_were_changed_count_with_facts_as_well() -> None:
    def pops(given: list[int]) -> int:
        return given.pop()

    def last(given: list[int]) -> int:
        return given[-1]

    with pytest.raises(check.CheckFailed, match="changed its argument"):
        check.function(pops, like=last, facts=lambda result, given: result == given[-1],
                       cases=[check.case([1, 2])])  # fmt: skip
