from __future__ import annotations

import pytest

from cvlib import check

CASES = [check.case(1), check.case(2)]


def one(answer: object, points: float = 2) -> float | None:
    return check.function(answer, like=lambda n: n + 1, cases=CASES, points=points)


def stub(n: int) -> int:
    raise NotImplementedError


def test_a_failed_part_takes_nothing_from_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    earned = check.parts(lambda: one(lambda n: n + 1), lambda: one(lambda n: n), lambda: one(stub))
    assert earned == 2
    said = capsys.readouterr().out
    assert "0 of 2 cases right" in said
    assert "not written yet" in said


def test_partial_credit_adds_up() -> None:
    assert check.parts(lambda: one(lambda n: n + 1), lambda: one(lambda n: 2, points=1)) == 2.5


def test_all_failed_raises_the_first() -> None:
    with pytest.raises(check.NotDone):
        check.parts(lambda: one(stub), lambda: one(lambda n: n))
    with pytest.raises(check.CheckFailed, match="0 of 2"):
        check.parts(lambda: one(lambda n: n), lambda: one(stub))


def test_other_errors_are_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        check.parts(lambda: one(lambda n: n + 1), lambda: 1 / 0)
