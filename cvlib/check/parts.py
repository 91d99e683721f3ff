"""check.parts: several checks in one test cell, each worth points of its own."""

from __future__ import annotations

from collections.abc import Callable

from cvlib.check.errors import CheckFailed


def parts(*checks: Callable[[], float | None]) -> float:
    """Add up the points of several checks; one that fails takes nothing from the others.

        check.parts(
            lambda: check.function(relu, like=activations.relu, cases=cases, points=1),
            lambda: check.function(elu, like=activations.elu, cases=cases, points=1),
        )

    Args:
        checks: functions without arguments, each with a check that gives points.

    Returns:
        The points earned; what failed is printed.

    Raises:
        CheckFailed: when all of them fail: the first one's.
    """
    __tracebackhide__ = True
    earned, failures = 0.0, []
    for each in checks:
        try:
            earned += each() or 0.0
        except CheckFailed as failure:
            failures.append(failure)
    if failures and len(failures) == len(checks):
        raise failures[0]
    for failed in failures:
        print(failed)
    return round(earned, 2)
