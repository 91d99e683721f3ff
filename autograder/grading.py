"""Grade what was handed in for a session."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from autograder import nbgrader_bridge
from autograder.errors import CourseError, GradingError
from autograder.session import Session
from autograder.settings import Settings


@dataclass(frozen=True)
class Result:
    """What became of one submission; `reason` is "" when it was graded."""

    student: str
    seconds: float
    reason: str = ""


def grade_session(
    settings: Settings, session: Session, progress: Callable[[list[Any], str], Iterable[Any]]
) -> list[Result]:
    """Grade every submission of a session."""
    students = submitted(settings, session)
    return [grade_one(settings, session, s) for s in progress(students, session.name)]


def submitted(settings: Settings, session: Session) -> list[str]:
    """Who handed something in, in order.

    Raises:
        CourseError: when there is no folder with submissions.
    """
    if not settings.submitted.is_dir():
        raise CourseError(f"{settings.submitted}: there is no such folder; nothing to grade")
    return sorted(p.parent.name for p in settings.submitted.glob(f"*/{session.number}"))


def grade_one(settings: Settings, session: Session, student: str) -> Result:
    """Grade one submission; what goes wrong with it is told in the result."""
    start = time.perf_counter()
    try:
        nbgrader_bridge.autograde(settings, session.number, student)
    except GradingError as error:
        return Result(student, time.perf_counter() - start, str(error))
    return Result(student, time.perf_counter() - start)
