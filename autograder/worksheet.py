"""Moodle's offline grading worksheet, filled in.

Grades that come by Moodle's gradebook import can no longer be changed in the assignment; those
that come by the worksheet can. It is downloaded there (*Download grading worksheet*), filled in
here, and uploaded again. Moodle's own columns stay as they are, so that it notices grades that
were changed meanwhile.
"""

from __future__ import annotations

from pathlib import Path

from autograder.csv_tables import Row, bare_table, read_bare_table
from autograder.errors import CourseError
from autograder.export import Column
from autograder.intake.roster import Person, Roster

NEEDED = ("Identifier", "Grade")
PERSONS = ("ID number", "Email address", "Full name")  # the surest first


def fill(path: Path, column: Column, roster: Roster) -> tuple[str, list[str]]:
    """The worksheet with one session's grades; empty where there is none yet.

    Returns:
        The worksheet as CSV, and the lines that belong to nobody on the roster.

    Raises:
        CourseError: when it is no such worksheet, or Moodle's maximum is not the session's.
    """
    sheet = read_bare_table(path)
    header = sheet.header
    if missing := [name for name in NEEDED if name not in header]:
        raise CourseError(f"{path}: is no grading worksheet in English: it has no column "
                          f"{missing[0]!r}")  # fmt: skip
    filled, unknown = [], []
    for line, row in sheet.lines:
        require_same_maximum(f"{path}, line {line}", row, column)
        person = person_in(row, roster)
        if person is None:
            unknown.append(row.get("Full name") or row["Identifier"])
        points = column.shown(person.id) if person else row["Grade"]
        filled.append([points if name == "Grade" else row[name] for name in header])
    return bare_table(header, filled), unknown


def person_in(row: Row, roster: Roster) -> Person | None:
    """The one person on the roster whom a line means; None when that is not certain."""
    for name in PERSONS:
        found = roster.find(row[name]) if row.get(name) else []
        if len(found) == 1:
            return found[0]
    return None


def require_same_maximum(place: str, row: Row, column: Column) -> None:
    """Points out of 40 must not be taken for points out of 100.

    Raises:
        CourseError: saying what to change.
    """
    most = next((row[name] for name in row if name and name.lower() == "maximum grade"), "")
    try:
        same = not most or float(most.replace(",", ".")) == column.session.points
    except ValueError:
        same = False
    if not same:
        raise CourseError(f"{place}: Moodle's maximum is {most}, the session's is "
                          f"{column.session.points:g}; set it in the assignment")  # fmt: skip
