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

from .base import WholeNumber
from .drill import Drill

DIGITS = 6
TEXTS = {
    "title": "How wide is the output?",
    "help": "Type the width and press Enter. Three right answers in a row lead to the next level.",
    "entry": "Output width",
    "length": DIGITS,
    "choice": "level",
    "chooses": "Level",
    "options": [[number, f"{number} · {name}"] for number, name in enumerate(LEVELS, start=1)],
}


class OutputSizeDrill(Drill):
    """Random questions on output sizes, harder after every third right answer in a row.

    `level` (1 to 6, see LEVELS) can be set at any time and brings a new question. A question is
    judged once, and then worked out. The same `seed` gives the same questions.
    """

    level = WholeNumber(1, 1, len(LEVELS)).tag(sync=True)
    _current: SizeQuestion | None

    def __init__(self, level: int = 1, seed: int | None = None, **kwargs: Any) -> None:
        self._generator = Random(seed)
        super().__init__(level=level, _texts=TEXTS, **kwargs)
        if self._current is None:
            self._ask()

    @property
    def current(self) -> SizeQuestion:
        """The question on the screen."""
        assert self._current is not None
        return self._current

    @traitlets.observe("level")
    def _on_level(self, _change: Any) -> None:
        self._ask()

    def _draw(self) -> SizeQuestion:
        return make_question(self.level, self._generator)

    def _shown(self) -> dict[str, Any]:
        text = f"The input is <strong>{self.current.size}</strong> wide."
        return asdict(self.current) | {"text": text, "code": self.current.code, "hints": 0}

    def _verdict(self, answer: str) -> dict[str, Any]:
        if not answer.isdecimal() or len(answer) > DIGITS:
            raise ValueError("type the width as a whole number, such as 32")
        given, question = int(answer), self.current
        right = given == question.answer
        level = next_level(self.level, self.streak + 1 if right else 0)
        rises = f"Three in a row: on to level {level}, {LEVELS[level - 1]}."
        return {
            "right": right,
            "given": given,
            "says": [to_html(slip) for slip in diagnose(question, given)],
            "done": True,
            "solution": self._solution(),
            "row": asdict(question) | {"answer": question.answer},
            "next_level": level,
            "next": rises if level > self.level else "",
        }

    def _solution(self) -> list[str]:
        return worked_solution(self.current)

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
