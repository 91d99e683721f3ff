"""Put what arrived into ``submitted/STUDENT/NN/``; whatever is not certain becomes a question.

Nothing is lost: an attempt that does not count, a file of another kind and what lay there
before are kept in ``collected/NN/STUDENT/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.csv_tables import table
from autograder.files import write_bytes, write_text
from autograder.intake.arrivals import TIME, Arrival, is_notebook, read_time, with_times
from autograder.intake.naming import Named, kind_of, understand
from autograder.intake.packages import Received, read_package
from autograder.intake.roster import Person, Roster
from autograder.intake.tables import PLACED, QUESTIONS, read_placed, read_questions
from autograder.session import Session
from autograder.settings import Settings


@dataclass(frozen=True)
class Placed:
    """What became of one student's files."""

    student: str
    origin: str
    time: str = ""
    note: str = ""


@dataclass(frozen=True)
class Question:
    """What a person has to decide, and what may help."""

    origin: str
    reason: str
    suggestion: str = ""


@dataclass
class Collection:
    """What went where, and what is open."""

    placed: list[Placed] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


class Collector:
    """Collects one session's submissions."""

    def __init__(self, settings: Settings, session: Session, roster: Roster) -> None:
        self.settings, self.session, self.roster = settings, session, roster
        self.ids = {cell.id for cell in session.cells if cell.id}
        self.kept = settings.data / "collected" / session.number
        self.done = Collection()
        self.asked = read_questions(self.kept / "questions.csv")
        self.decided = {origin: line[-1] for origin, line in self.asked.items() if line[-1]}
        self.seen: set[str] = set()  # the places that were looked at in this run

    def collect(self, paths: Iterable[Path], kind: str = "auto") -> Collection:
        """Read all packages, then place each student's files.

        Raises:
            CourseError: when a package can't be read at all.
        """
        arrivals: dict[str, list[Arrival]] = {}
        for path in paths:
            files = list(read_package(path))
            source = kind if kind != "auto" else kind_of([file.parts for file in files])
            for file in with_times(files, source):
                for arrival in self.whose(file, source):
                    arrivals.setdefault(arrival.person.id, []).append(arrival)
        for student in sorted(arrivals):
            self.place(student, arrivals[student])
        self.write_tables()
        return self.done

    def whose(self, file: Received, kind: str) -> Iterator[Arrival]:
        """The one person a file belongs to; otherwise a question."""
        self.seen.add(file.origin)
        named = understand(file.parts, kind, self.session.number, self.session.name)
        people = self.people_for(file, named)
        if len(people) != 1:
            asked = f"nobody on the roster is called {named.persons[0]!r}"
            if people:
                asked = f"{named.persons[0]!r} may be {' or '.join(p.id for p in people)}"
            near = people or self.roster.like(named.persons[0])
            self.ask(file, asked, ", ".join(f"{p.id} ({p.name})" for p in near))
        elif file.content is None:
            self.ask(file, file.problem, people[0].id)
        else:
            yield Arrival(people[0], file, named, self.cells_in(file.content))

    def people_for(self, file: Received, named: Named) -> list[Person]:
        """Who may be meant; what a person decided counts first."""
        decided = self.decided.get(file.origin, "")
        if decided in self.roster.by_id:
            return [self.roster.by_id[decided]]
        found: list[Person] = []
        for person in named.persons:
            people = self.roster.find(person, named.user)
            if len(people) == 1:
                return people
            found = found or people
        return found

    def cells_in(self, content: bytes) -> int:
        """How many of the session's graded cells a file names."""
        return sum(f'"{name}-'.encode() in content for name in self.ids)

    def place(self, student: str, arrivals: Sequence[Arrival]) -> None:
        """Write the attempt that counts, keep everything else."""
        best = max((a for a in arrivals if is_notebook(a.named.file)),
                   key=lambda a: a.rank, default=None)  # fmt: skip
        for arrival in arrivals:
            if arrival is not best:
                self.keep(student, arrival.received, arrival.named.file)
        if best is None:
            self.ask(arrivals[0].received, "there is no notebook among the files", student)
            return
        notes = [f"{len(arrivals) - 1} more kept"] if len(arrivals) > 1 else []
        notes += ["late"] if best.named.late else []
        if not best.known:
            self.ask(
                best.received,
                "it has none of this session's cells; is it another session's?",
                student,
            )
        notes += self.write(student, best)
        time = best.received.time.strftime(TIME) if best.received.time else ""
        self.done.placed.append(Placed(student, best.received.origin, time, ", ".join(notes)))

    def write(self, student: str, arrival: Arrival) -> list[str]:
        """Put a submission in its place; what lay there is kept. Returns what to tell."""
        folder = self.settings.submitted / student / self.session.number
        path, stamp = folder / f"{self.session.name}.ipynb", folder / "timestamp.txt"
        content, time = arrival.received.content or b"", arrival.received.time
        notes = []
        if path.is_file() and path.read_bytes() != content:
            before = read_time(stamp)
            if before and time and before > time:
                self.keep(student, arrival.received, arrival.named.file)
                return [f"kept aside: the submission of {before.strftime(TIME)} is newer"]
            old = Received(str(path), path.parts, before, path.read_bytes())
            notes = [f"replaces an earlier one, now {self.keep(student, old, path.name).name}"]
        elif path.is_file():
            notes = ["unchanged"]
        write_bytes(path, content)
        if time:
            write_text(stamp, time.strftime(TIME) + "\n")
        return notes

    def keep(self, student: str, received: Received, name: str) -> Path:
        """Keep a file beside the others of a student, under a name that is free."""
        time = received.time.strftime("%Y%m%d-%H%M%S ") if received.time else ""
        folder, content = self.kept / student, received.content or b""
        path, number = folder / f"{time}{name[-150:]}", 1
        while path.exists() and path.read_bytes() != content:
            number += 1
            path = folder / f"{time}{number} {name[-150:]}"
        write_bytes(path, content)
        return path

    def ask(self, file: Received, reason: str, suggestion: str) -> None:
        """Leave something to a person."""
        self.done.questions.append(Question(file.origin, reason, suggestion))

    def write_tables(self) -> None:
        """Write what went where, and the questions with an empty column for the answers."""
        placed = {p.student: [p.student, p.origin, p.time, p.note] for p in self.done.placed}
        placed = read_placed(self.kept / "placed.csv") | placed
        asked = {q.origin: [q.origin, q.reason, q.suggestion, self.decided.get(q.origin, "")]
                 for q in self.done.questions}  # fmt: skip
        for origin, line in self.asked.items():  # of other packages, and what was decided
            if origin not in self.seen or line[-1]:
                asked.setdefault(origin, line)
        write_text(self.kept / "placed.csv", table(PLACED, placed.values()))
        write_text(self.kept / "questions.csv", table(QUESTIONS, asked.values()))
