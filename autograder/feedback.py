"""Write feedback for many students, on all cores: nbgrader takes half a second for each."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from autograder import nbgrader_bridge
from autograder.session import Session
from autograder.settings import Settings


def write_feedback(
    settings: Settings,
    session: Session,
    students: Sequence[str],
    progress: Callable[[list[Any], str], Iterable[Any]],
) -> None:
    """Write ``feedback/STUDENT/NN/`` for students whose submissions have been graded.

    Raises:
        GradingError: when nbgrader can't write somebody's feedback.
    """
    workers = min(os.cpu_count() or 1, len(students))
    if workers < 2:
        for student in progress(list(students), "feedback"):
            nbgrader_bridge.feedback(settings, session.number, student)
        return
    # Not forked: this process has imported torch, which may hold locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context) as pool:
        waiting = [
            pool.submit(nbgrader_bridge.feedback, settings, session.number, student)
            for student in students
        ]
        for _, done in zip(progress(waiting, "feedback"), as_completed(waiting), strict=True):
            done.result()
