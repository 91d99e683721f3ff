"""Results made by hand for the tiny session, to test what reads results."""

from __future__ import annotations

from autograder.results import CellResult, StudentResult

MOST = {"01-output-size": (1, 2), "01-receptive-field": (1, 3)}


def student(
    name: str,
    *points: tuple[float, float],
    told: tuple[str, ...] = (),
    answered: bool = True,
    essay: str = "blank",
    reason: str = "",
) -> StudentResult:
    """A student with (visible, hidden) points for the two exercises.

    Args:
        told: mistakes recognised in the first exercise.
        essay: "blank", "waits" or "graded" (2 points).
    """
    if reason:
        return StudentResult(name, reason=reason)
    cells = []
    for (exercise, most), got in zip(MOST.items(), points, strict=True):
        found = told if exercise == "01-output-size" else ()
        for role, earned, possible in zip(("check", "hidden"), got, most, strict=True):
            cells.append(
                CellResult(f"{exercise}-{role}", exercise, role, earned, possible,
                           answered=answered, told=found if role == "hidden" else ())
            )  # fmt: skip
    cells.append(
        CellResult("01-why-open", "01-why", "open", 2 if essay == "graded" else 0, 3,
                   answered=essay != "blank", waits=essay == "waits")
    )  # fmt: skip
    return StudentResult(name, tuple(cells))
