"""Grades as a learning platform takes them: for Moodle, for Canvas, or a plain table.

=======  ==================================================================================
moodle   for *Grades, Import, CSV file*: one line a student, one column a session. Moodle's own
         sign for "no grade yet" is ``-``; an empty field in a new column would become a grade.
canvas   for the gradebook's *Import*: its five columns of persons, then one a session; the line
         ``Points Possible`` below the header. A field without a grade is empty.
generic  one line for each student and session, with late penalty and state.
=======  ==================================================================================

A grade is what counts: tests and persons' points, less the late penalty, never below zero.
Where something waits for a person, or was not or could not be graded, there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry

from autograder.csv_tables import Row, bare_table, guarded, read_bare_table, table
from autograder.errors import CourseError
from autograder.intake.roster import Person, Roster, columns_of
from autograder.nbgrader_bridge import find_notebook, open_gradebook
from autograder.reasons import read_reasons
from autograder.session import Session, heading
from autograder.settings import Settings

KINDS = ("moodle", "canvas", "generic")
GRADED, WAITS, UNGRADED, MISSING = "graded", "waits for a person", "not graded", "not handed in"
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = ("First name", "Last name", "ID number", "Email address")


@dataclass(frozen=True)
class Mark:
    """What one student has in one session; `points` count only when `state` is `GRADED`."""

    state: str
    points: float = 0.0
    penalty: float = 0.0


@dataclass(frozen=True)
class Column:
    """One session: its title on the platform, and everybody's marks."""

    session: Session
    title: str
    marks: Mapping[str, Mark]

    def shown(self, student: str, none: str = "") -> str:
        """A student's points, or the sign for none."""
        mark = self.marks.get(student, Mark(MISSING))
        return f"{mark.points:g}" if mark.state == GRADED else none

    def counts(self) -> str:
        """How many marks are in which state, in words."""
        states = Counter(mark.state for mark in self.marks.values())
        words = {GRADED: GRADED, WAITS: WAITS if states[WAITS] == 1 else "wait for a person",
                 UNGRADED: UNGRADED}  # fmt: skip
        told = [f"{states[state]} {word}" for state, word in words.items() if states[state]]
        return ", ".join(told) or "nothing handed in"


def read_column(settings: Settings, session: Session, title: str = "") -> Column:
    """Everybody's marks of a session, from the gradebook.

    Raises:
        CourseError: when there is no gradebook, or the session is not in it.
    """
    reasons = read_reasons(settings, session)
    handed_in = {path.parent.name for path in settings.submitted.glob(f"*/{session.number}")}
    marks = {student: Mark(UNGRADED) for student in handed_in}
    with open_gradebook(settings) as book:
        find_notebook(book, session.number, session.name)
        for student in sorted(handed_in - reasons.keys()):
            path = settings.autograded / student / session.number / f"{session.name}.ipynb"
            try:
                found = book.find_submission(session.number, student)
            except MissingEntry:
                continue
            if not path.is_file():
                continue
            penalty = float(found.late_submission_penalty or 0)
            points = round(max(0.0, float(found.score) - penalty), 2)
            state = WAITS if found.needs_manual_grade else GRADED
            marks[student] = Mark(state, points, round(penalty, 2))
    return Column(session, title or heading(session.cells[0].source), marks)


def to_csv(kind: str, columns: Sequence[Column], roster: Roster, rows: Mapping[str, Row]) -> str:
    """Grades in one of the formats.

    Args:
        kind: one of `KINDS`.
        roster: the class, in its order.
        rows: student → the line of the class's table, with the platform's own columns.
    """
    if kind == "moodle":
        return bare_table([*MOODLE, *(column.title for column in columns)],
                          (moodle_row(person, columns) for person in roster.people))  # fmt: skip
    if kind == "canvas":
        most = ["    Points Possible", "", "", "", "", *(f"{c.session.points:g}" for c in columns)]
        lines = [canvas_row(person, rows.get(person.id, {}), columns) for person in roster.people]
        return bare_table([*CANVAS, *(column.title for column in columns)], [most, *lines])
    header = ["student", "last name", "first name", "email", "session", "points", "of",
              "late penalty", "state"]  # fmt: skip
    known = {person.id: person for person in roster.people}
    others = sorted({student for column in columns for student in column.marks} - known.keys())
    people = [*roster.people, *(Person(student) for student in others)]
    return table(header, (generic_row(person, column) for person in people for column in columns))


def moodle_row(person: Person, columns: Sequence[Column]) -> list[str]:
    """One student for Moodle; found there by ID number or e-mail address."""
    names = [guarded(person.first), guarded(person.last)]
    return [*names, person.id, person.email, *(c.shown(person.id, "-") for c in columns)]


def canvas_row(person: Person, row: Row, columns: Sequence[Column]) -> list[str]:
    """One student for Canvas; what the class's table has of Canvas's own columns is kept."""
    own = {"Student": f"{person.last}, {person.first}".strip(", ") or person.id,
           "ID": person.number, "SIS User ID": person.id}  # fmt: skip
    kept = [row.get(name) or own.get(name, "") for name in CANVAS[1:]]
    name = row.get("Student") or own["Student"]
    return [guarded(name), *kept, *(column.shown(person.id) for column in columns)]


def generic_row(person: Person, column: Column) -> list[str]:
    """One student in one session."""
    mark = column.marks.get(person.id, Mark(MISSING))
    words = (person.id, person.last, person.first, person.email, column.session.name)
    penalty = f"{mark.penalty:g}" if mark.state == GRADED else ""
    return [*words, column.shown(person.id), f"{column.session.points:g}", penalty,
            mark.state]  # fmt: skip


def read_rows(path: Path) -> dict[str, Row]:
    """Student → their line of the class's table, all columns; empty without such a table."""
    if not path.is_file():
        return {}
    sheet = read_bare_table(path)
    key = columns_of(sheet.header).get("id", "")
    return {row.get(key, "").strip(): {name.strip(): value.strip() for name, value in row.items()}
            for row in sheet.rows}  # fmt: skip


def strangers(columns: Iterable[Column], roster: Roster) -> list[str]:
    """Students with marks who are not in the class's table: platforms would not know them."""
    return sorted({student for column in columns for student in column.marks} - set(roster.by_id))


def read_titles(given: Iterable[str], sessions: Sequence[Session]) -> dict[str, str]:
    """``01=Homework 1 (4711)`` → session number and title.

    Raises:
        CourseError: for anything else, or a session that is not exported.
    """
    titles = {}
    for text in given:
        number, sign, title = text.partition("=")
        if not sign or not title.strip() or number not in {s.number for s in sessions}:
            raise CourseError(f"--column {text}: write it as NN=TITLE, for a session you export")
        titles[number] = title.strip()
    return titles
