"""Tables as CSV, in one way for all of them.

=======================  ==================================================================
`table`, `read_table`    for people: no field is a formula for a spreadsheet; what is read
                         back equals what was written
`bare_table`,            for and from other programs: every field as it is
`read_bare_table`
=======================  ==================================================================

Files of names come from students, and a table of them is opened in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError

Row = Mapping[str, str]
# What spreadsheets take for the beginning of a formula, also in full width and behind our sign.
FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Sheet:
    """A table that was read.

    Attributes:
        lines: the line of the file at which a row ends, and its fields by their titles; a
            field that is missing is "".
    """

    path: Path
    header: tuple[str, ...]
    lines: tuple[tuple[int, Row], ...]

    @property
    def rows(self) -> list[Row]:
        """The rows without their places."""
        return [row for _, row in self.lines]


class Lines(list[str]):
    """Collects what is written, a line each."""

    def write(self, line: str) -> None:
        """Take one line."""
        self.append(line)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV, nothing of which a spreadsheet takes for a formula."""
    return bare_table(header, ([guarded(value) for value in row] for row in rows))


def bare_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV, every field as it is."""
    lines = Lines()
    # With this end of a line, fields with either of its signs are put in quotes.
    csv.writer(lines, lineterminator="\r\n").writerows([header, *rows])
    return "".join(line.removesuffix("\r\n") + "\n" for line in lines)


def read_table(path: Path, needed: Iterable[str] = ()) -> Sheet:
    """Read what `table` wrote, and perhaps a person changed: fields as they were before.

    Raises:
        CourseError: as `read_bare_table`.
    """
    sheet = read_bare_table(path, needed)
    lines = tuple((number, {name: unguarded(value) for name, value in row.items()})
                  for number, row in sheet.lines)  # fmt: skip
    return Sheet(path, sheet.header, lines)


def read_bare_table(path: Path, needed: Iterable[str] = ()) -> Sheet:
    """Read a table with a header, its fields separated by commas, semicolons or tabs.

    Raises:
        CourseError: naming the file, and the line if one is to blame: when it can't be read, or
            one of the columns `needed` is missing.
    """
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise CourseError(f"{path}: can't be read: {error.strerror}") from None
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = tuple(next(reader, ()))
        lines = tuple((reader.line_num, by_title(header, row)) for row in reader if row)
    except csv.Error as error:
        raise CourseError(f"{path}, line {reader.line_num}: can't be read: {error}") from None
    if missing := [name for name in needed if name not in header]:
        raise CourseError(f"{path}, line 1: there is no column {missing[0]!r}")
    return Sheet(path, header, lines)


def by_title(header: Sequence[str], row: Sequence[str]) -> Row:
    """The fields of a row by the titles of their columns."""
    return dict(zip(header, [*row, *("" for _ in header)], strict=False))


def guarded(value: str) -> str:
    """Text that a spreadsheet will not run as a formula."""
    return f"'{value}" if FORMULA.match(value) and not NUMBER.fullmatch(value) else value


def unguarded(value: str) -> str:
    """A text as it was before it was guarded."""
    return value[1:] if value[:1] == "'" and guarded(value[1:]) == value else value


def decoded(raw: bytes) -> str:
    """Text as spreadsheets write it: UTF-8, UTF-16 or Windows' own."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")
