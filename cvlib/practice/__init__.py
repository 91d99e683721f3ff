"""Practice for numbers of one's own: the same questions, other numbers, and the way to each answer.

`Practice("02-numbers", seed=1)` gives one question after the other, drawn from seeds that no
student's id gives. The kinds of questions are those of `cvlib.own_numbers`, the slips and what to
ask those of `cvlib.mistakes`; the right answers stand here, in the module of the session:

    @worked("02-numbers", tolerance=0.0006)
    def numbers(mine):
        return {"leaky": Worked(0.01 * mine["leaky"]["x"], f"0.01 · {mine['leaky']['x']}"), …}

Such a function belongs into its module's `REFERENCES`, so that no answer can be computed with it
while a submission is graded.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Any

from cvlib import mistakes, own_numbers
from cvlib.own_numbers import Asked, Numbers

MOST_SLIPS = 2  # of those that give the same number
ROUNDED_SLIP = 0.005  # relative: 1111 is still the slip 1111.42


@dataclass(frozen=True)
class Worked:
    """A right answer, and how it comes about with the numbers in it: `Worked(6, "2 · 3")`."""

    value: float
    how: str


Way = Callable[[Numbers], dict[str, Worked]]
_ways: dict[str, tuple[Way, float]] = {}  # exercise -> right answers, tolerance


def worked(exercise: str, *, tolerance: float) -> Callable[[Way], Way]:
    """Register the right answers of an exercise; a number may be off by `tolerance`."""

    def register(way: Way) -> Way:
        _ways[exercise] = (way, tolerance)
        return way

    return register


def practised() -> list[str]:
    """All exercises that can be practised."""
    for module in own_numbers.MODULES.values():
        if importlib.util.find_spec(f"cvlib.practice.{module}"):
            importlib.import_module(f"cvlib.practice.{module}")
    return sorted(_ways)


@dataclass(frozen=True)
class Question:
    """One question: its exercise, its name there, its text, and all numbers drawn with it."""

    exercise: str
    name: str
    asked: Asked
    numbers: Numbers

    @property
    def solution(self) -> Worked:
        """The right answer, and the way to it."""
        return _ways[self.exercise][0](self.numbers)[self.name]

    def is_right(self, given: float) -> bool:
        """Whether a number is near enough to the right one."""
        return abs(given - self.solution.value) <= _ways[self.exercise][1] + 1e-12

    def slips(self, given: float) -> list[mistakes.Mistake]:
        """The known mistakes that lead to this wrong number: none, one or two."""
        if self.is_right(given):
            return []
        allowed = _ways[self.exercise][1]
        found = [
            slip
            for slip, value in self._wrong()
            if abs(given - value) <= max(allowed, ROUNDED_SLIP * abs(value))
        ]
        return found[:MOST_SLIPS]

    def hints(self) -> list[str]:
        """What to ask oneself, from the slips that people make here."""
        return list(dict.fromkeys(slip.asks for slip, _ in self._wrong()))

    def _wrong(self) -> list[tuple[mistakes.Mistake, float]]:
        known = [m for m in mistakes.of(self.exercise) if m.slips]
        wrong = [(m, m.wrong_values(self.numbers).get(self.name)) for m in known]
        return [(m, value) for m, value in wrong if value is not None]


class Practice:
    """An endless row of questions; the same `seed` gives the same ones.

    Args:
        exercise: one with numbers of one's own, such as "02-numbers".
        seed: None for a new row each time.

    Raises:
        ValueError: the exercise can't be practised.
    """

    def __init__(self, exercise: str, seed: int | None = None) -> None:
        if exercise not in practised():
            known = ", ".join(practised())
            raise ValueError(f"exercise must be one of {known}; got {exercise!r}")
        self.exercise = exercise
        self.names = tuple(own_numbers.practice(exercise, "names"))
        self.seed = SystemRandom().randrange(2**32) if seed is None else seed
        self._order, self._count = Random(self.seed), 0
        self._waiting: list[str] = []
        self._last: dict[str, dict[str, Any]] = {}  # name -> numbers

    def next(self, name: str = "") -> Question:
        """Another question: of this name, or, without one, of each name once in a round.

        Never with the numbers it had the last time, nor with those that `own_numbers` has shown
        here: they are graded.
        """
        if name not in ("", *self.names):
            raise ValueError(f"name must be one of {', '.join(self.names)}, got {name!r}")
        chosen = name or self._next_name()
        barred = (own_numbers.latest(self.exercise)[chosen], self._last.get(chosen))
        while True:
            self._count += 1
            drawn = own_numbers.practice(self.exercise, f"{self.seed}\n{self._count}")
            if drawn[chosen].numbers not in barred:
                self._last[chosen] = drawn[chosen].numbers
                numbers: dict[str, dict[str, Any]] = {n: a.numbers for n, a in drawn.items()}
                return Question(self.exercise, chosen, drawn[chosen], numbers)

    def again_soon(self, name: str) -> None:
        """Ask this one once more, after the next question."""
        self._waiting = self._waiting or [other for other in self._round() if other != name]
        self._waiting.insert(1, name)

    def _next_name(self) -> str:
        self._waiting = self._waiting or self._round()
        return self._waiting.pop(0)

    def _round(self) -> list[str]:
        return self._order.sample(self.names, len(self.names))
