"""Why submissions could not be graded, kept next to the report; quick to load."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import CourseError
from autograder.files import write_text
from autograder.session import Session
from autograder.settings import Settings

if TYPE_CHECKING:  # it imports much
    from autograder.desk import Result


def remember(settings: Settings, session: Session, results: Iterable[Result]) -> Path:
    """Keep why submissions could not be graded, next to the report."""
    path = settings.reports / f"{session.number}.grading.json"
    known = read_reasons(settings, session) | {r.student: r.reason for r in results}
    told = {student: reason for student, reason in sorted(known.items()) if reason}
    write_text(path, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return path


def read_reasons(settings: Settings, session: Session) -> dict[str, str]:
    """student → reason, as the last grading left them."""
    path = settings.reports / f"{session.number}.grading.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(f"{path}: can't be read: {error}") from None
