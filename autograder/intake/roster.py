"""Who is in the class: read from a table, found again by id, e-mail or name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.csv_tables import read_bare_table
from autograder.errors import CourseError
from autograder.guard import is_plain
from autograder.intake.naming import fold, spellings

# What the columns are called in nbgrader's, Moodle's and Canvas's tables.
COLUMNS = {
    "id": ("id", "student id", "student_id", "id number", "idnumber", "sis user id", "username",
           "sis login id", "login", "matriculation number", "participant"),
    "first": ("first_name", "first name", "firstname", "given name", "forename"),
    "last": ("last_name", "last name", "surname", "lastname", "family name"),
    "name": ("name", "full name", "student", "student name"),
    "email": ("email", "e-mail", "email address", "e-mail address", "mail"),
    "number": ("canvas_id", "canvas id", "canvas user id", "lms_user_id", "user id"),
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """One student. `id` is the name of their folder, `number` the platform's own number."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}".strip() or self.id


class Roster:
    """The class, and who of them a name on a file may mean."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = list(people)
        self.by_id = {person.id: person for person in self.people}

    def find(self, person: str, user: str = "") -> list[Person]:
        """Everybody who may be meant; the surest sign decides.

        Args:
            person: an id, an e-mail address, or a name in any order and spelling.
            user: the platform's number, "" if there is none.
        """
        if user and (found := [p for p in self.people if p.number == user]):
            return found
        whole = person.strip().casefold()
        for signs in (self.id_of, self.email_of):
            if found := [p for p in self.people if signs(p) == whole]:
                return found
        forms = spellings(person)
        if found := [p for p in self.people if forms & names_of(p)]:
            return found
        # An id among other words: only with a digit in it, or it might be a first name.
        words = {word for word in re.split(r"[\s_.,;()-]+", whole) if re.search(r"\d", word)}
        return [p for p in self.people if self.id_of(p) in words]

    @staticmethod
    def id_of(person: Person) -> str:
        """The id, to be compared."""
        return person.id.casefold()

    @staticmethod
    def email_of(person: Person) -> str:
        """The address, to be compared."""
        return person.email.casefold() or "-"

    def like(self, person: str) -> list[Person]:
        """Up to three people whose names come near."""
        known = {fold(p.name): p for p in self.people}
        return [known[name] for name in difflib.get_close_matches(fold(person), known, 3, 0.6)]


def names_of(person: Person) -> set[str]:
    """A person's name in both orders and in several spellings; parts of it don't count."""
    orders = (f"{person.first} {person.last}", f"{person.last} {person.first}")
    forms = {form for order in orders for form in spellings(order)} if person.last else set()
    return forms | ({person.email.partition("@")[0].casefold()} - {""})


def read_roster(path: Path) -> Roster:
    """Read a table with a header: an id, and names or e-mail addresses.

    Raises:
        CourseError: naming the file and what is wrong with it.
    """
    if not path.exists():
        wanted = "make a table of the class, with the columns id, first name, last name, email"
        raise CourseError(f"{path}: can't be read: there is no such file; {wanted}")
    sheet = read_bare_table(path)
    columns = columns_of(sheet.header)
    if "id" not in columns:
        raise CourseError(f"{path}: has no column with ids; call it id")
    people: dict[str, Person] = {}
    for line, row in sheet.lines:
        person = person_of({name: row[header].strip() for name, header in columns.items()})
        if not person.id:
            continue
        if not is_plain(person.id) or "/" in person.id or person.id.startswith("."):
            raise CourseError(f"{path}, line {line}: the id {person.id!a} can't name a folder")
        if people.setdefault(person.id, person) != person:
            raise CourseError(f"{path}, line {line}: the id {person.id} stands there twice")
    if not people:
        raise CourseError(f"{path}: nobody is in it")
    return Roster(people.values())


def roster_if_any(given: Path | None, usual: Path) -> Roster:
    """The roster that was named, else the usual one, else an empty one.

    Raises:
        CourseError: as `read_roster`; also when one was named that is not there.
    """
    if given is None and not usual.is_file():
        return Roster([])
    return read_roster(given or usual)


def columns_of(headers: Iterable[str]) -> dict[str, str]:
    """Our name of a column → its header; the first of several words for it wins."""
    lower = {header.strip().casefold(): header for header in headers if header}
    found = {}
    for name, words in COLUMNS.items():
        known = [lower[word] for word in words if word in lower]
        if known:
            found[name] = known[0]
    sis = lower.get("sis user id") or lower.get("sis login id")
    if sis and "id" in lower:  # Canvas's gradebook: there, ID is the platform's number
        found |= {"id": sis, "number": lower["id"]}
    return found


def person_of(row: Mapping[str, str]) -> Person:
    """One row; "Last, First" and "First Last" are taken apart where there is one name only."""
    first, last, name = row.get("first", ""), row.get("last", ""), row.get("name", "")
    if name and not last:
        left, comma, right = name.partition(",")
        first, last = (right.strip(), left.strip()) if comma else split_name(name)
    return Person(row.get("id", ""), first, last, row.get("email", ""), row.get("number", ""))


def split_name(name: str) -> tuple[str, str]:
    """The last word is the last name."""
    first, _, last = name.rpartition(" ")
    return first.strip(), last.strip()
