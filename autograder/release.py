"""Release a session: source/ → release/ by nbgrader's generator, then look for leaks."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from autograder import nbgrader_bridge
from autograder.build import build_session
from autograder.errors import CourseError
from autograder.files import write_text
from autograder.leaks import check_release
from autograder.session import Session
from autograder.settings import Settings


def release_session(session: Session, settings: Settings) -> Path:
    """Build a session and make the notebook that students get.

    The gradebook learns the session's cells and points. release/ changes only after the
    new notebook has passed the leak check.

    Raises:
        LeakError: when the new notebook shows something it must not.
    """
    build_session(session, settings)
    with tempfile.TemporaryDirectory(prefix="course-release-") as folder:
        draft = settings.at(Path(folder))
        shutil.copytree(settings.source / session.number, draft.source / session.number)
        nbgrader_bridge.generate(draft, session.number, gradebook=False)
        made = draft.release / session.number / f"{session.name}.ipynb"
        if not made.is_file():
            raise CourseError(f"{session.path}: nbgrader made no notebook of it")
        check_release(session, draft.release / session.number)
        final = settings.release / session.number / made.name
        write_text(final, made.read_text(encoding="utf-8"))
    check_release(session, settings.release / session.number)
    return final


def register_session(session: Session, settings: Settings) -> None:
    """Tell the gradebook about a session; its cells' text and points are kept there."""
    nbgrader_bridge.generate(settings, session.number)
