"""One file that arrived, whose it is, and whether it is the one that counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.intake.naming import Named
from autograder.intake.packages import Received
from autograder.intake.roster import Person

NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json")
TIME = "%Y-%m-%d %H:%M:%S UTC"  # as nbgrader reads it


@dataclass(frozen=True)
class Arrival:
    """One file, and whose it is."""

    person: Person
    received: Received
    named: Named
    known: int  # how many of the session's cells are in it

    @property
    def rank(self) -> tuple[bool, int, datetime, int]:
        """The largest counts: of the right session, the last attempt, the latest."""
        time = self.received.time or datetime.fromtimestamp(0, UTC)
        return (self.known > 0, self.named.attempt, time, self.known)


def with_times(files: Sequence[Received], kind: str) -> Iterator[Received]:
    """Files with the time at which they were handed in, as far as it is known.

    Moodle's zips keep it. Canvas's have the time of the download, so it is not used. In
    folders an nbgrader's ``timestamp.txt`` counts more than the file's own time.
    """
    stamps = {file.parts[:-1]: file for file in files if file.parts[-1] == "timestamp.txt"}
    for file in files:
        stamp = stamps.get(file.parts[:-1])
        if file is stamp:
            continue
        if kind == "canvas":
            file = replace(file, time=None)
        elif stamp and stamp.content:
            file = replace(file, time=time_in(stamp.content.decode(errors="replace")) or file.time)
        yield file


def is_notebook(name: str) -> bool:
    """Whether a file's name is one that a notebook may have."""
    return name.lower().endswith(NOTEBOOKS)


def read_time(path: Path) -> datetime | None:
    """The time in a ``timestamp.txt``; None when there is none that can be read."""
    try:
        return time_in(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def time_in(text: str) -> datetime | None:
    """The time that a text is, in nbgrader's form."""
    try:
        return datetime.strptime(text.strip(), TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
