"""What tests, questions and predictions say about themselves: pure functions of the results."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.results import CellResult, StudentResult
from autograder.session import Session
from autograder.written import PREDICT
from cvlib.quizzes import Question, find_question, right_answer

FEWEST = 8  # students; with fewer, a correlation says nothing


@dataclass(frozen=True)
class TestSummary:
    """How one test went for those who answered its question.

    Attributes:
        full, partial, none: how many got all of its points, some, none.
        stopped: of these, how many it could not judge: stopped after its time, or a process
            that ended.
        seconds: what it took, one for each time that was measured.
        slowest: who took longest, "" when nothing was measured.
    """

    __test__ = False  # for pytest: not a test

    id: str
    exercise: str
    role: str
    most: float
    full: int
    partial: int
    none: int
    stopped: int
    seconds: tuple[float, ...]
    slowest: str

    @property
    def median(self) -> float | None:
        """The median time in seconds; None when it was not measured."""
        return statistics.median(self.seconds) if self.seconds else None

    @property
    def longest(self) -> float | None:
        """The longest time in seconds; None when it was not measured."""
        return max(self.seconds, default=None)


@dataclass(frozen=True)
class PredictionSummary:
    """What a class guessed before an experiment.

    Attributes:
        guesses: letter → how many chose it.
        right: the right letter.
        missing: how many submissions hold no guess.
    """

    question: Question
    guesses: Counter[str]
    right: str
    missing: int

    @property
    def made(self) -> int:
        """How many guessed."""
        return self.guesses.total()

    @property
    def wrong(self) -> int:
        """How many guessed wrong."""
        return self.made - self.guesses[self.right]

    def rows(self) -> Iterator[tuple[str, str, int, bool, str]]:
        """Letter, text, how many, whether it is right, and the sentence that explains it."""
        for letter, option in zip(self.question.letters, self.question.shown, strict=True):
            yield letter, option.text, self.guesses[letter], option.right, option.explanation


def summarise_tests(session: Session, results: Sequence[StudentResult]) -> list[TestSummary]:
    """Every test of a session, in the notebook's order."""
    tests = [cell for cell in session.cells if cell.role in ("check", "hidden")]
    return [test_summary(f"{t.id}-{t.role}", t.points, results) for t in tests]


def test_summary(name: str, most: float, results: Sequence[StudentResult]) -> TestSummary:
    """One test, over those who answered."""
    exercise, _, role = name.rpartition("-")
    cells: list[CellResult] = [cell for r in results for cell in r.cells
                               if cell.id == name and cell.answered]  # fmt: skip
    timed = {r.student: r.seconds[name] for r in results
             if name in r.seconds and r.answered(exercise)}  # fmt: skip
    full = sum(cell.points >= most for cell in cells)
    partial = sum(0 < cell.points < most for cell in cells)
    return TestSummary(
        name,
        exercise,
        role,
        most,
        full,
        partial,
        none=len(cells) - full - partial,
        stopped=sum(cell.stopped for cell in cells),
        seconds=tuple(timed.values()),
        slowest=max(timed, key=lambda student: timed[student], default=""),
    )


def discrimination(exercise: str, results: Sequence[StudentResult]) -> float | None:
    """How well a question tells who knows the rest from who doesn't.

    Returns:
        The correlation between the points for the question and the points for all others,
        −1 to 1, over those whose answer needs no person any more; None for fewer than
        `FEWEST` of them, or when all have the same points.
    """
    judged = [r for r in results if not any(cell.waits for cell in r.of(exercise))]
    own = [r.points(exercise) for r in judged]
    rest = [r.points() - r.points(exercise) for r in judged]
    if len(judged) < FEWEST or len(set(own)) == 1 or len(set(rest)) == 1:
        return None
    return statistics.correlation(own, rest)


def summarise_predictions(
    session: Session, results: Sequence[StudentResult]
) -> list[PredictionSummary]:
    """Every prediction that the session asks for, in its order."""
    names = [name for cell in session.cells for _, name, _, _ in PREDICT.findall(cell.source)]
    return [prediction_summary(name, results) for name in dict.fromkeys(names)]


def prediction_summary(name: str, results: Sequence[StudentResult]) -> PredictionSummary:
    """One prediction; letters that are no option don't count as guesses."""
    question = find_question(name, kind="prediction")
    guesses = Counter(
        r.guesses[name] for r in results if r.guesses.get(name, "?") in question.letters
    )
    missing = len(results) - guesses.total()
    return PredictionSummary(question, guesses, right_answer(question), missing)
