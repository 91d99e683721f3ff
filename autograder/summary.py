"""A class's results as numbers: pure functions from `StudentResult` to a `Summary`."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import StudentResult
from autograder.session import Session, heading
from cvlib import mistakes
from cvlib.mistakes import Mistake

BINS = 10


@dataclass(frozen=True)
class MistakeCount:
    """How many students made a known mistake, and who; the answer of one of them."""

    mistake: Mistake
    students: tuple[str, ...]
    example: str = ""
    author: str = ""


@dataclass(frozen=True)
class ExerciseSummary:
    """How a class did in one exercise or open question.

    Attributes:
        full, partial, wrong, blank, waiting: how many students got all points, some, none
            for an answer, handed in nothing, wait for a person.
        unexplained: wrong or partial answers in which no known mistake was recognised.
    """

    id: str
    title: str
    most: float
    mean: float
    full: int
    partial: int
    wrong: int
    blank: int
    waiting: int
    mistakes: tuple[MistakeCount, ...]
    unexplained: tuple[str, ...]

    @property
    def difficulty(self) -> float:
        """Share of the points that the class did not get, 0 (all right) to 1."""
        return 1 - self.mean / self.most if self.most else 0.0


@dataclass(frozen=True)
class Summary:
    """A whole session: `graded` and `failed` submissions, and every exercise."""

    session: str
    title: str
    most: float
    graded: tuple[StudentResult, ...]
    failed: tuple[StudentResult, ...]
    exercises: tuple[ExerciseSummary, ...]

    @property
    def mean(self) -> float:
        """Mean points of the graded submissions; 0 when there are none."""
        return statistics.fmean(r.points() for r in self.graded) if self.graded else 0.0

    @property
    def median(self) -> float:
        """Median points of the graded submissions; 0 when there are none."""
        return statistics.median(r.points() for r in self.graded) if self.graded else 0.0

    @property
    def unanswered(self) -> list[ExerciseSummary]:
        """Exercises that nobody answered."""
        return [e for e in self.exercises if self.graded and e.blank == len(self.graded)]

    @property
    def waiting(self) -> list[tuple[str, list[str]]]:
        """Students with something for a person to grade → which exercises."""
        rows = [(r.student, [c.exercise for c in r.cells if c.waits]) for r in self.graded]
        return [(student, cells) for student, cells in rows if cells]

    @property
    def distribution(self) -> list[int]:
        """How many students lie in each tenth of the points; full points in the last."""
        counts = Counter(
            min(BINS - 1, int(BINS * r.points() / self.most)) for r in self.graded if self.most
        )
        return [counts[index] for index in range(BINS)]


def summarise(session: Session, results: Sequence[StudentResult]) -> Summary:
    """Count what the class did in every exercise."""
    graded = tuple(r for r in results if not r.reason)
    titles = {cell.id: heading(cell.source) for cell in session.cells if cell.role == "open"}
    titles = {e.id: e.title for e in session.exercises} | titles
    order = list(dict.fromkeys(cell.id for cell in session.cells if cell.id))
    return Summary(
        session.name,
        heading(session.cells[0].source),
        session.points,
        graded,
        tuple(r for r in results if r.reason),
        tuple(exercise_summary(name, titles[name], session, graded) for name in order),
    )


def exercise_summary(
    name: str, title: str, session: Session, graded: Sequence[StudentResult]
) -> ExerciseSummary:
    """Count what the class did in one exercise."""
    most = sum(cell.points for cell in session.cells if cell.id == name)
    waiting = {r.student for r in graded if any(cell.waits for cell in r.of(name))}
    judged = [r for r in graded if r.student not in waiting]
    full = [r for r in judged if r.points(name) >= most]
    blank = [r for r in judged if r not in full and not r.answered(name)]
    rest = [r for r in judged if r not in full and r not in blank]
    return ExerciseSummary(
        name,
        title,
        most,
        mean=statistics.fmean(r.points(name) for r in judged) if judged else 0.0,
        full=len(full),
        partial=sum(r.points(name) > 0 for r in rest),
        wrong=sum(r.points(name) <= 0 for r in rest),
        blank=len(blank),
        waiting=len(waiting),
        mistakes=mistakes_made(name, rest),
        unexplained=tuple(r.student for r in rest if not r.told(name)),
    )


def mistakes_made(name: str, results: Sequence[StudentResult]) -> tuple[MistakeCount, ...]:
    """The known mistakes of an exercise that were made, the most frequent first."""
    made = []
    for known in mistakes.of(name):
        makers = [r for r in results if known.id in r.told(name)]
        answers = {r.student: r.answers[name] for r in makers if name in r.answers}
        author = min(answers, key=lambda student: len(answers[student]), default="")
        students = tuple(r.student for r in makers)
        made.append(MistakeCount(known, students, answers.get(author, "").strip(), author))
    return tuple(sorted((m for m in made if m.students), key=lambda m: -len(m.students)))
