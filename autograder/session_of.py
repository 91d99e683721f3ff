"""Which session a file belongs to; quick to load, since the engine waits for the answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.engine.plan import grade_id
from autograder.errors import CourseError
from autograder.mend import read_mended
from autograder.session import Session


def recognised(path: Path, sessions: Sequence[Session]) -> Session:
    """The session that a file belongs to: by the cells in it, else by its name.

    Raises:
        CourseError: when it can't be told, or the file can't be read.
    """
    notebook, _ = read_mended(path)
    found = {grade_id(cell) for cell in notebook.cells}
    counts = {session.number: len(found & ids_of(session)) for session in sessions}
    best = max(sessions, key=lambda session: counts[session.number], default=None)
    if best is not None and counts[best.number]:
        return best
    named = [session for session in sessions if session.name in path.name]
    if len(named) == 1:
        return named[0]
    raise CourseError(f"{path.name}: which session is it? Say --assignment NN")


def ids_of(session: Session) -> set[str]:
    """The ids of a session's marked cells."""
    return {f"{cell.id}-{cell.role}" for cell in session.cells if cell.id}
