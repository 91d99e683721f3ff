"""Grade what was handed in for a session: many workers execute, one writer keeps the books.

The engine runs submissions ahead in parallel; nbgrader's own autograde then takes each
result, one after the other, and fills the gradebook.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from autograder.desk import Desk, Options, Result
from autograder.engine.engine import Engine
from autograder.errors import CourseError
from autograder.session import Session
from autograder.settings import Settings

if TYPE_CHECKING:
    from autograder.cluster import Cluster


def grade_session(
    settings: Settings,
    session: Session,
    progress: Callable[[list[Any], str], Iterable[Any]],
    options: Options = Options(),  # noqa: B008
    engine: Engine | Cluster | None = None,
) -> list[Result]:
    """Grade every submission of a session.

    Args:
        engine: one to use and leave open, or a cluster; else one is started and closed.

    Raises:
        CourseError: when there is nothing to grade or no gradebook.
        GradingError: when the engine can't be started.
    """
    students = submitted(settings, session)
    if engine is None:
        with Engine(
            sandboxed=options.sandboxed, device=options.device, extras=session.extras
        ) as own:
            return grade_session(settings, session, progress, options, own)
    desk = Desk(settings, session, options, engine)
    waiting = [
        student for student in students if options.again or not desk.stamps.is_valid(student)
    ]
    done = {student: desk.stamped(student) for student in students if student not in waiting}
    if waiting:
        if any(map(desk.can_be_read, waiting)):
            engine.running()
        done |= {result.student: result for result in desk.grade(waiting, progress)}
    return [done[student] for student in students]


def submitted(settings: Settings, session: Session) -> list[str]:
    """Who handed something in, in order.

    Raises:
        CourseError: when there is no folder with submissions.
    """
    if not settings.submitted.is_dir():
        raise CourseError(f"{settings.submitted}: there is no such folder; nothing to grade")
    return sorted(p.parent.name for p in settings.submitted.glob(f"*/{session.number}"))
