"""Set aside what does not belong in a submission's folder before anything reads it.

A submission is regular files, few and shallow. Links, pipes, devices, very deep or very
many files are moved to ``quarantine/STUDENT/NN/``: nothing is lost, nothing is followed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import GradingError
from autograder.files import free_name
from autograder.mend import mend_file

MAX_DEPTH = 6
MAX_FILES = 500
MAX_BYTES = 50 * 2**20
STAMP = "graded.json"  # lies beside an autograded notebook and says what was graded
PATTERN = re.compile(r"[*?\[\]\\\x00-\x1f]")


def set_aside(folder: Path, quarantine: Path) -> list[str]:
    """Move what must not be read out of a submission's folder.

    Args:
        folder: ``submitted/STUDENT/NN``.
        quarantine: where the things go; made when needed.

    Returns:
        One sentence for each thing that was moved.
    """
    told: list[str] = []
    if folder.parent.is_symlink():
        return [move(folder.parent, quarantine, "is not a folder")]
    if folder.is_symlink() or not folder.is_dir():
        return [move(folder, quarantine, "is not a folder")] if os.path.lexists(folder) else []
    kept = 0
    for entry in sorted(os.scandir(folder), key=lambda e: (not e.name.endswith(".ipynb"), e.name)):
        reason, count = examine(entry)
        kept += count
        if entry.name == STAMP:
            reason = "has a name that grading itself uses"
        if not reason and kept > MAX_FILES:
            reason = f"is one of more than {MAX_FILES} files"
        if reason:
            told.append(move(Path(entry.path), quarantine, reason))
    return told


def take_in(path: Path, quarantine: Path) -> tuple[NotebookNode, list[str]]:
    """Clean a submission's folder, then read its notebook: what all grading begins with.

    Args:
        path: ``submitted/STUDENT/NN/NAME.ipynb``.
        quarantine: where what does not belong there goes, and a damaged file as it was.

    Returns:
        The notebook, and a sentence for each thing that was moved or mended.

    Raises:
        GradingError: when there is no notebook, or no cell in it; the file is named.
    """
    told = set_aside(path.parent, quarantine)
    if not path.is_file():
        raise GradingError("; ".join([f"{path.name}: there is no such notebook", *told]))
    notebook, mended = mend_file(path, quarantine)
    return notebook, [*told, *mended]


def is_plain(student: str) -> bool:
    """Whether a folder's name can be a student's: nbgrader would take others for patterns."""
    return not PATTERN.search(student) and student.isprintable()


def examine(entry: os.DirEntry[str], depth: int = 1) -> tuple[str, int]:
    """Why an entry must go ("" if it may stay), and how many files it holds."""
    try:
        return look(entry, depth)
    except OSError as error:
        return f"can't be read ({error.strerror})", 1


def look(entry: os.DirEntry[str], depth: int) -> tuple[str, int]:
    """What `examine` says of an entry that can be read."""
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        return ("is too large" if status.st_size > MAX_BYTES else ""), 1
    if not stat.S_ISDIR(status.st_mode):
        return "is not a regular file", 1
    if depth >= MAX_DEPTH:
        return "is nested too deeply", 1
    total = 0
    with os.scandir(entry.path) as inside:
        for child in inside:
            reason, count = examine(child, depth + 1)
            total += count
            if reason or total > MAX_FILES:
                return reason or "holds too many files", total
    return "", total


def move(path: Path, quarantine: Path, reason: str) -> str:
    """Move one thing; an earlier one of the same name is kept beside it."""
    quarantine.mkdir(parents=True, exist_ok=True)
    target = free_name(quarantine / path.name)
    if path.is_dir() and not path.is_symlink():
        shutil.move(path, target)
    else:
        os.rename(path, target)
    return f"{path.name} {reason}: set aside"


def before_autograde(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's pre-convert hook; it runs in the course's folder.

    Raises nothing that nbgrader would pass on, so it only cleans up: a submission whose
    notebook was set aside, or holds no cell, then fails as one without a notebook.
    """
    for path in map(Path, notebooks):
        with contextlib.suppress(GradingError):
            take_in(path, Path("quarantine") / path.parents[1].name / assignment)
