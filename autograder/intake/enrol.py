"""Names and addresses from the roster into the gradebook, where the formgrader shows them.

A field is written when it is empty, or still says what the roster said before. So a roster
that was corrected is taken over, and what a person changed in the gradebook stays. Where there
is no name at all, the id stands for it, or the formgrader would show "None, None".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from nbgrader.api import Gradebook, Student

from autograder import nbgrader_bridge
from autograder.csv_tables import table
from autograder.files import write_text
from autograder.intake.roster import Person, Roster
from autograder.intake.tables import rows_of
from autograder.settings import Settings

FIELDS = ("first_name", "last_name", "email")  # of nbgrader's table of students
MOST = 128  # characters of each that the table holds


def enrol(settings: Settings, roster: Roster, students: Iterable[str]) -> list[str]:
    """Write what the roster says of these students; for others in the gradebook, their id.

    What the roster said is remembered in ``collected/names.csv``. Without a gradebook nothing
    is done.

    Returns:
        Who is called otherwise in the gradebook, because a person wrote it there.

    Raises:
        GradingError: when the gradebook is in use or damaged.
    """
    people = [roster.by_id.get(student, Person(student)) for student in sorted({*students})]
    if not people or not nbgrader_bridge.has_gradebook(settings):
        return []
    path = settings.data / "collected" / "names.csv"
    said = read_said(path)
    with nbgrader_bridge.open_gradebook(settings) as book:
        entries = {entry.id: entry for entry in book.students}
        people = [p for p in people if p.id in roster.by_id or p.id in entries]
        kept = [p.id for p in people if write(book, p, entries.get(p.id), said.get(p.id, {}))]
    for person in people:
        if known := {field: text for field, text in told(person).items() if text}:
            said[person.id] = said.get(person.id, {}) | known
    rows = [[student, *(fields.get(name, "") for name in FIELDS)]
            for student, fields in sorted(said.items())]  # fmt: skip
    write_text(path, table(("id", *FIELDS), rows))
    return kept


def write(book: Gradebook, person: Person, entry: Student | None, said: Mapping[str, str]) -> bool:
    """Write one student's entry. Returns whether it says something else than the roster."""
    now = {field: getattr(entry, field, None) for field in FIELDS}
    new = merged(harmless(person.id), now, told(person), said)
    if entry is None or new != now:
        book.update_or_create_student(person.id, **new)
    return any(text and new[field] != text for field, text in told(person).items())


def merged(
    name: str, now: Mapping[str, str | None], told: Mapping[str, str], said: Mapping[str, str]
) -> dict[str, str | None]:
    """What an entry is to say: the roster's word, but for what a person wrote.

    Args:
        name: what stands for a name where there is none.
        now: what the entry says.
        told: what the roster says; "" where it says nothing.
        said: what it said before.
    """
    first, last, _ = FIELDS
    if now[last] == name and not now[first]:  # entered below, when nothing better was known
        now = {**now, last: None}
    new = {field: told[field] if told[field] and now[field] in (None, "", said.get(field))
           else now[field] for field in FIELDS}  # fmt: skip
    if not new[first]:
        new |= {first: "", last: new[last] or name}
    return new | {last: new[last] or ""}


def told(person: Person) -> dict[str, str]:
    """What the roster says of a person."""
    texts = (harmless(text) for text in (person.first, person.last, person.email))
    return dict(zip(FIELDS, texts, strict=True))


def harmless(text: str) -> str:
    """A name without what would act in the formgrader; students may set theirs themselves."""
    return "".join(c for c in text if c.isprintable() and c not in "<>")[:MOST]


def read_said(path: Path) -> dict[str, dict[str, str]]:
    """Student → what the roster said of them when it was last taken over."""
    return {row["id"]: {field: row[field] for field in FIELDS}
            for row in rows_of(path, ("id", *FIELDS)) if row["id"]}  # fmt: skip
