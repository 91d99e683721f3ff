"""Rehearse a session: run its tests against the solution, blanks, mistakes and variants.

This is what `course check` does: it proves that every hidden test catches every known
mistake and tells it by name, that right answers get everything and empty ones nothing.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import variants
from autograder.build import without_solution
from autograder.cells import Outcome, run_cell
from autograder.errors import SessionError
from autograder.session import BEGIN, Cell, Exercise, Session, defined_names
from cvlib import check, mistakes


@dataclass(frozen=True)
class Attempt:
    """One answer to one exercise, as text, and what ought to become of it."""

    exercise: Exercise
    kind: str  # solution, blank, mistake or variant
    name: str
    source: str


@dataclass(frozen=True)
class Verdict:
    """What the tests said to an attempt.

    Attributes:
        shown, hidden: points from the visible and the hidden test.
        told: ids of the mistakes that the hidden test recognised.
        message: what the hidden test printed or raised.
        seconds: of processor time, for both tests.
    """

    attempt: Attempt
    seed: int
    shown: float
    hidden: float
    told: tuple[str, ...]
    message: str
    seconds: float = 0.0

    @property
    def problem(self) -> str:
        """Why this verdict is not what it ought to be; "" when it is."""
        exercise, kind = self.attempt.exercise, self.attempt.kind
        full = self.shown == exercise.check.points and self.hidden == exercise.hidden.points
        if kind in ("solution", "variant"):
            return "" if full else f"gets {self.shown + self.hidden:g} of {exercise.points:g}"
        if kind == "blank":
            return "" if self.shown + self.hidden == 0 else "an empty answer gets points"
        if self.hidden >= exercise.hidden.points:
            return "passes the hidden test"
        if self.told != (self.attempt.name,):
            return f"is told {', '.join(self.told) or 'nothing'}"
        return ""


def attempts(exercise: Exercise, root: Path) -> Iterator[Attempt]:
    """The solution, the blank, every mistake and every variant."""
    source = exercise.solution.source
    yield Attempt(exercise, "solution", "solution", source)
    yield Attempt(exercise, "blank", "blank", blank(source))
    for mistake in mistakes.of(exercise.id):
        text = merged(exercise, mistake.source(exercise.answer_name))
        yield Attempt(exercise, "mistake", mistake.id, text)
    for variant in variants.of(exercise.id, root):
        text = merged(exercise, variant.source(exercise.answer_name))
        yield Attempt(exercise, "variant", variant.id, text)


class Rehearsal:
    """A session's set-up and solutions, executed once, ready for attempts."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.before: dict[str, dict[str, Any]] = {}
        self._run_solutions()

    def _run_solutions(self) -> None:
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for cell in self.session.cells:
            if cell.role == "solution":
                self.before[cell.id] = dict(namespace)
            if cell.role in ("setup", "solution"):
                outcome = run_cell(cell.source, namespace, cell.id or "set-up")
                if outcome.error is not None:
                    raise SessionError(self.session.path, *place_and_text(cell, outcome.error))

    def judge(self, attempt: Attempt, seeds: int = 1) -> Iterator[Verdict]:
        """Run the attempt, then both of its tests on the inputs of each seed."""
        namespace = dict(self.before[attempt.exercise.id])
        run_cell(attempt.source, namespace, attempt.exercise.id)
        for seed in range(seeds):
            yield self.verdict(attempt, namespace, seed)

    def verdict(self, attempt: Attempt, namespace: dict[str, Any], seed: int) -> Verdict:
        """Run both tests of an attempt that has run; no names go from one to the other."""
        exercise = attempt.exercise
        begin = time.process_time()
        with check.seeded(seed):
            shown = run_cell(exercise.check.source, dict(namespace), f"{exercise.id}-check")
            hidden = run_cell(exercise.hidden.source, dict(namespace), f"{exercise.id}-hidden")
        return Verdict(
            attempt,
            seed,
            points_of(shown, exercise.check.points),
            points_of(hidden, exercise.hidden.points),
            getattr(hidden.error, "mistakes", ()) or mistakes.told_in(hidden.printed, exercise.id),
            str(hidden.error or hidden.printed).strip(),
            time.process_time() - begin,
        )


def place_and_text(cell: Cell, error: BaseException) -> tuple[int, str]:
    """The line in the session's text where a cell failed, and what happened there."""
    steps = traceback.extract_tb(error.__traceback__)
    inside = [step.lineno or 0 for step in steps if step.filename.startswith("<")]
    offset = (error.lineno or 0) if isinstance(error, SyntaxError) else (inside[:1] or [0])[0]
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return cell.line + offset, f"{type(error).__name__}: {text}"


def idle_tests(verdicts: list[Verdict]) -> list[str]:
    """Test cells that fail none of the mistakes they were tried on."""
    caught: dict[str, bool] = {}
    for verdict in verdicts:
        if verdict.attempt.kind != "mistake":
            continue
        exercise = verdict.attempt.exercise
        for cell, points in ((exercise.check, verdict.shown), (exercise.hidden, verdict.hidden)):
            key = f"{exercise.id}-{cell.role}"
            caught[key] = caught.get(key, False) or points < cell.points
    return [key for key, used in caught.items() if not used]


def points_of(outcome: Outcome, most: float) -> float:
    """nbgrader's rule: an error is 0, a number is partial credit, all else is everything."""
    if outcome.error is not None:
        return 0.0
    return float(outcome.value) if isinstance(outcome.value, int | float) else most


def merged(exercise: Exercise, answer: str) -> str:
    """An answer's text; names that it leaves out keep the solution's definition."""
    if set(exercise.names) <= set(defined_names(answer)):
        return answer
    return f"{exercise.solution.source}\n\n{answer}"


def blank(source: str) -> str:
    """A solution cell as released: the stub in place of each solution region."""
    stub = "raise NotImplementedError('not written yet')"
    lines = []
    for line in source.splitlines():
        lines.append(line)
        if BEGIN in line:
            lines.insert(-1, line[: len(line) - len(line.lstrip())] + stub)
    return without_solution("\n".join(lines))


def rehearse(
    session: Session, root: Path, seeds: int, progress: Callable[[list[Any], str], Iterable[Any]]
) -> Iterator[Verdict]:
    """Judge every attempt at every exercise on several seeds; the worst verdict counts."""
    rehearsal = Rehearsal(session)
    tried = [a for exercise in session.exercises for a in attempts(exercise, root)]
    for attempt in progress(tried, session.name):
        verdicts = list(rehearsal.judge(attempt, seeds))
        yield next((v for v in verdicts if v.problem), verdicts[0])
