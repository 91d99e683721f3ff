"""Feedback packed so that a learning platform gives each page to its student.

=======  ==================================================================================
Moodle   *Upload multiple feedback files in a zip*: a folder for each student, called as in the
         download of submissions, ``Ada Lovelace_4711_assignsubmission_file_/``.
Canvas   *Upload submissions*: files called as in the download of submissions up to the file's
         own name, ``lovelaceada_815_9001_….html``. They become comments.
=======  ==================================================================================

`course collect` remembers what each file was called (``collected/NN/placed.csv``).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.csv_tables import read_table
from autograder.errors import CourseError
from autograder.feedback import page_path
from autograder.files import write_bytes
from autograder.intake.naming import CANVAS, MOODLE
from autograder.session import Session
from autograder.settings import Settings

KINDS = ("moodle", "canvas")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same pages


@dataclass(frozen=True)
class Package:
    """A zip, who is in it, and for whom no name is known."""

    path: Path
    packed: tuple[str, ...]
    nameless: tuple[str, ...]


def pack(settings: Settings, session: Session, kind: str) -> Package:
    """Write ``feedback/NN-KIND.zip`` from the pages that are there.

    Raises:
        CourseError: when no page can be packed.
    """
    names = platform_names(settings, session, kind)
    pages = settings.feedback.glob(f"*/{session.number}/{session.name}.html")
    students = sorted(path.parents[1].name for path in pages)
    packed = [student for student in students if student in names]
    if not packed:
        raise CourseError(f"{settings.feedback}: no page's name on {kind} is known; "
                          "they come from `course collect`")  # fmt: skip
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as package:
        for student in packed:
            entry = zipfile.ZipInfo(names[student], LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, page_path(settings, session, student).read_bytes())
    path = settings.feedback / f"{session.number}-{kind}.zip"
    write_bytes(path, raw.getvalue())
    return Package(path, tuple(packed), tuple(s for s in students if s not in names))


def platform_names(settings: Settings, session: Session, kind: str) -> dict[str, str]:
    """Student → the name of their page in the zip, for those whose name is known."""
    path = settings.data / "collected" / session.number / "placed.csv"
    if not path.is_file():
        raise CourseError(f"{path}: not there; `course collect` writes it")
    rows = read_table(path, ("student", "from")).rows
    make = moodle_name if kind == "moodle" else canvas_name
    found = {row["student"]: make(row["from"], session.name) for row in rows}
    return {student: name for student, name in found.items() if name}


def moodle_name(origin: str, name: str) -> str:
    """The page's place for Moodle; "" when the file did not come from there."""
    match = match_in(origin, MOODLE)
    return (f"{match['name']}_{match['number']}_assignsubmission_{match['what']}_/{name}.html"
            if match else "")  # fmt: skip


def canvas_name(origin: str, name: str) -> str:
    """The page's name for Canvas; "" when the file did not come from there."""
    match = match_in(origin, CANVAS)
    if not match:
        return ""
    late = match["late"] or ""
    return f"{match['name']}_{late}{match['user']}_{match['number']}_{name}.html"


def match_in(origin: str, pattern: re.Pattern[str]) -> Mapping[str, str | None] | None:
    """What a file's place in a download says, the part of it that has the platform's form."""
    for part in re.split(r"[/\\]|: ", origin):
        if found := pattern.fullmatch(part):
            return found.groupdict()
    return None
