"""What can go wrong, as one tree. Every message is one sentence that names its place.

CourseError
├── SessionError    a session's text is not well-formed (file and line are named)
├── LeakError       something that students must not see lies under release/
└── GradingError    a submission or the gradebook can't be used
"""

from __future__ import annotations

from pathlib import Path


class CourseError(Exception):
    """Base of all errors that the `course` command shows as one sentence."""


class SessionError(CourseError):
    """A session's text is not well-formed."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.path, self.line, self.problem = path, line, problem


class LeakError(CourseError):
    """Something that students must not see lies under release/."""


class GradingError(CourseError):
    """A submission or the gradebook can't be used."""
