"""Output-size drill: one random layer after the other, and each answer worked out at once."""

from __future__ import annotations

from dataclasses import asdict
from random import Random
from typing import Any

import traitlets

from cvlib.quizzes.markup import to_html
from cvlib.quizzes.output_sizes import (
    LEVELS,
    SizeQuestion,
    diagnose,
    make_question,
    next_level,
    worked_solution,
)

from .base import CourseWidget, WholeNumber


class OutputSizeDrill(CourseWidget):
    """Random questions on output sizes, harder after every third right answer in a row.

    `level` (1 to 6, see LEVELS) can be set at any time and brings a new question. `streak` counts
    right answers in a row, `best_streak` the longest such row, `answered` and `right` all of
    them. `feedback` is empty until the question on the screen has been answered; the browser
    sends `reply`. The same `seed` gives the same questions.
    """

    level = WholeNumber(1, 1, len(LEVELS)).tag(sync=True)
    streak = traitlets.Int(0).tag(sync=True)
    best_streak = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    right = traitlets.Int(0).tag(sync=True)
    question = traitlets.Dict().tag(sync=True)
    feedback = traitlets.Dict().tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)
    _levels = traitlets.List(list(LEVELS)).tag(sync=True)

    def __init__(self, level: int = 1, seed: int | None = None, **kwargs: Any) -> None:
        self._generator = Random(seed)
        self._current: SizeQuestion | None = None
        super().__init__(level=level, **kwargs)
        if self._current is None:
            self._ask()

    @property
    def current(self) -> SizeQuestion:
        """The question on the screen."""
        assert self._current is not None
        return self._current

    @traitlets.observe("level")
    def _ask(self, _change: Any = None) -> None:
        """Put a new question of this level on the screen, another one than before."""
        before = self._current
        while self._current == before:
            self._current = make_question(self.level, self._generator)
        self.feedback = {}  # first, as the browser gets the two one after the other
        self.question = asdict(self.current) | {"code": self.current.code}

    @traitlets.observe("reply")
    def _on_reply(self, change: Any) -> None:
        if change["new"].get("next"):
            self.go_on()
        elif "answer" in change["new"]:
            self.submit(change["new"]["answer"])

    def submit(self, answer: Any) -> None:
        """Judge an answer, a whole number or its text; once per question."""
        if self.feedback.get("solution"):
            return
        text = str(answer).strip()
        if not text.isdecimal() or len(text) > 6:
            self.feedback = {"says": ["Type the width as a whole number, such as 32."]}
            return
        right = int(text) == self.current.answer
        slips = [] if right else diagnose(self.current, int(text))
        self.answered += 1
        self.right += right
        self.streak = self.streak + 1 if right else 0
        self.best_streak = max(self.best_streak, self.streak)
        self.feedback = {
            "right": right,
            "given": int(text),
            "answer": self.current.answer,
            "says": [to_html(slip) for slip in slips],
            "solution": worked_solution(self.current),
            "next_level": next_level(self.level, self.streak),
        }

    def go_on(self) -> None:
        """Next question, of the next level after three right answers in a row."""
        level = self.feedback.get("next_level", self.level)
        if level == self.level:
            self._ask()
        else:
            self.level = level

    def summary(self) -> str:
        """Question and streak in one sentence."""
        return (
            f"Output-size drill, level {self.level} ({LEVELS[self.level - 1]}): how wide is the "
            f"output of {self.current.code} for an input {self.current.size} wide? "
            f"Streak {self.streak}, best {self.best_streak}."
        )
