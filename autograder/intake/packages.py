"""Read what was downloaded: folders, zips, zips within zips. Nothing is unpacked to disk.

What can't be read is told with its place, and the rest is read all the same.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.errors import CourseError

MAX_FILE = 50 * 2**20  # bytes of one file
MAX_TOTAL = 4 * 2**30  # bytes of all files of a package
MAX_FILES = 100_000
MAX_NESTING = 3  # zips within zips
LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints", ".git")


@dataclass(frozen=True)
class Received:
    """One file as it arrived.

    Attributes:
        origin: for people: the package, and the place in it.
        parts: folders and name inside the package.
        time: when it was handed in, as far as the package knows.
        content: its bytes; None when it can't be read, and `problem` says why.
    """

    origin: str
    parts: tuple[str, ...]
    time: datetime | None
    content: bytes | None
    problem: str = ""


def read_package(path: Path) -> Iterator[Received]:
    """All files of a folder or zip, without the litter of operating systems.

    Raises:
        CourseError: when there is no such file or folder, or it is neither.
    """
    if path.is_dir():
        yield from read_folder(path)
    elif path.is_file() and path.suffix == ".ipynb":
        yield read_file(path, (path.name,), legible(path.name))
    elif path.is_file():
        try:
            with zipfile.ZipFile(path) as package:
                yield from read_zip(package, legible(path.name), ())
        except (zipfile.BadZipFile, OSError) as error:
            raise CourseError(f"{path}: is not a zip that can be read: {error}") from None
    else:
        raise CourseError(f"{path}: there is no such file or folder")


def read_folder(root: Path) -> Iterator[Received]:
    """The files of a folder; links are not followed."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in LITTER)
        for name in sorted(files):
            path = Path(folder, name)
            parts = path.relative_to(root).parts
            if is_litter(parts):
                continue
            origin = legible(str(Path(root.name, *parts)))
            if path.is_symlink() or not path.is_file():
                yield Received(origin, parts, None, None, "is a link or no file")
            elif name.lower().endswith(".zip"):
                yield from nested(path.read_bytes(), origin, parts, 1)
            else:
                yield read_file(path, parts, origin)


def read_file(path: Path, parts: tuple[str, ...], origin: str) -> Received:
    """One file on disk."""
    try:
        status = path.stat()
        if status.st_size > MAX_FILE:
            return Received(origin, parts, None, None, f"is too large: {status.st_size} bytes")
        time = datetime.fromtimestamp(status.st_mtime, UTC)
        return Received(origin, parts, time, path.read_bytes())
    except OSError as error:
        return Received(origin, parts, None, None, f"can't be read: {error.strerror}")


def read_zip(
    package: zipfile.ZipFile, origin: str, above: tuple[str, ...], depth: int = 0
) -> Iterator[Received]:
    """The files of a zip; `above` are the folders that stand before its own."""
    room = MAX_TOTAL
    for count, entry in enumerate(package.infolist()):
        parts = above + tuple(p for p in entry.filename.replace("\\", "/").split("/") if p)
        place = f"{origin}: {entry.filename}"
        if entry.is_dir() or is_litter(parts):
            continue
        if count >= MAX_FILES or entry.file_size > min(MAX_FILE, room):
            yield Received(place, parts, None, None, f"is too large: {entry.file_size} bytes")
            continue
        try:
            with package.open(entry) as opened:
                content = opened.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError,
                OSError) as error:  # fmt: skip
            yield Received(place, parts, None, None, f"can't be read: {error}")
            continue
        room -= len(content)
        if parts[-1].lower().endswith(".zip"):
            yield from nested(content, place, parts, depth + 1)
        else:
            yield Received(place, parts, time_of(entry), content)


def nested(content: bytes, origin: str, parts: tuple[str, ...], depth: int) -> Iterator[Received]:
    """The files of a zip within a package; its name counts as a folder's."""
    if depth > MAX_NESTING:
        yield Received(origin, parts, None, None, "zips are nested too deeply")
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            yield from read_zip(package, origin, parts, depth)
    except (zipfile.BadZipFile, OSError) as error:
        yield Received(origin, parts, None, None, f"is not a zip that can be read: {error}")


def legible(name: str) -> str:
    """The name of a file as text that can be written down, also where it is no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def time_of(entry: zipfile.ZipInfo) -> datetime | None:
    """When a file was written; zips keep local time without saying where."""
    try:
        return datetime(*entry.date_time).astimezone().astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def is_litter(parts: tuple[str, ...]) -> bool:
    """Whether a file was made by an operating system and not by a student."""
    return any(part in LITTER or part.startswith("._") for part in parts)
