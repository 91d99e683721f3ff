"""Stamps: what was graded, beside each autograded notebook.

So a run that was interrupted goes on where it stopped, and an unchanged submission is not
graded again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.files import write_text
from autograder.guard import STAMP
from autograder.session import Session
from autograder.settings import Settings


class Stamps:
    """The stamps of one session."""

    def __init__(self, settings: Settings, session: Session, given: list[NotebookNode]) -> None:
        """`given` are the course's marked cells."""
        self.settings, self.session, self.given = settings, session, given

    def is_valid(self, student: str) -> bool:
        """Whether this very submission has been graded by these very tests."""
        return bool(self.read(student).get("graded") == self.of(student))

    def of(self, student: str) -> str:
        """A fingerprint of a submission and of the cells it is graded with."""
        digest = hashlib.sha256()
        folder = self.settings.submitted / student / self.session.number
        for name in (f"{self.session.name}.ipynb", "timestamp.txt"):
            path = folder / name
            if path.is_file() and not path.is_symlink():
                digest.update(path.read_bytes())
        digest.update(json.dumps([[c.source, c.metadata] for c in self.given]).encode())
        return digest.hexdigest()

    def read(self, student: str) -> dict[str, Any]:
        """What the stamp says; empty when there is none."""
        return read_stamp(self.path(student))

    def write(self, student: str, **more: Any) -> None:
        """Write that a submission has been graded, and what else is to be known of it."""
        write_text(self.path(student), json.dumps({"graded": self.of(student)} | more) + "\n")

    def path(self, student: str) -> Path:
        """Where a submission's stamp lies; nbgrader removes it when it grades again."""
        return self.settings.autograded / student / self.session.number / STAMP


def read_stamp(path: Path) -> dict[str, Any]:
    """A stamp: what was graded, and how long it took; empty when it can't be read."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
