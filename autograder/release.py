"""Release a session: source/ → release/ by nbgrader's generator, then look for leaks."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder import nbgrader_bridge
from autograder.build import build_session
from autograder.files import write_text
from autograder.leaks import check_release
from autograder.session import Session
from autograder.settings import Settings


def release_session(session: Session, settings: Settings) -> Path:
    """Build a session and make the notebook that students get.

    The gradebook learns the session's cells, their text and points. release/ changes only
    after the new notebook has passed the leak check.

    Raises:
        LeakError: when the new notebook shows something it must not.
    """
    build_session(session, settings)
    with tempfile.TemporaryDirectory(prefix="course-release-") as folder:
        nbgrader_bridge.generate(settings, session.number, Path(folder))
        made = Path(folder) / session.number / f"{session.name}.ipynb"
        check_release(session, made.parent)
        final = settings.release / session.number / made.name
        write_text(final, made.read_text(encoding="utf-8"))
    check_release(session, final.parent)
    return final
