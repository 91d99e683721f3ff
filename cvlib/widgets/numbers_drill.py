"""Numbers drill: practice for a session's graded numbers, with other numbers each time."""

from __future__ import annotations

from typing import Any

import traitlets

from cvlib.practice import Practice, Question
from cvlib.quizzes.arithmetic import LONGEST, read_number
from cvlib.quizzes.markup import to_html, to_text

from .base import BadValueError
from .drill import Drill

HELP = (
    "These numbers are for practice; yours come below. Type a number, or an expression such as "
    "sqrt(2/9), and press Enter. What goes wrong comes again."
)


class NumbersDrill(Drill):
    """Questions of the kinds of `exercise`, such as "02-numbers", each with fresh numbers.

    `kind` is the name of the one question to practise, or "" for all of them in turn; to set it
    brings a new question. A wrong answer ends the streak and may be tried again, with hints; the
    question comes again soon. The same `seed` gives the same questions. An exercise or kind that
    there is not raises ValueError.
    """

    kind = traitlets.Unicode("").tag(sync=True)
    _current: Question | None

    def __init__(
        self, exercise: str, kind: str = "", seed: int | None = None, **kwargs: Any
    ) -> None:
        self._practice = Practice(exercise, seed)
        names = self._practice.names
        texts = {
            "title": "Practice with other numbers",
            "help": HELP,
            "entry": "Your answer",
            "length": LONGEST,
            "choice": "kind",
            "chooses": "Question",
            "options": [["", "all in turn"], *([name, name] for name in names)],
        }
        super().__init__(kind=kind, _texts=texts, **kwargs)
        if self._current is None:
            self._ask()

    @property
    def current(self) -> Question:
        """The question on the screen."""
        assert self._current is not None
        return self._current

    @traitlets.validate("kind")
    def _check_kind(self, proposal: Any) -> str:
        if proposal["value"] not in ("", *self._practice.names):
            known = ", ".join(self._practice.names)
            raise BadValueError(f"kind must be one of {known}, or '', got {proposal['value']!r}")
        return str(proposal["value"])

    @traitlets.observe("kind")
    def _on_kind(self, _change: Any) -> None:
        self._ask()

    def _draw(self) -> Question:
        return self._practice.next(self.kind)

    def _shown(self) -> dict[str, Any]:
        name, text = self.current.name, to_html(self.current.asked.text)
        return {"name": name, "text": text, "code": "", "hints": len(self._hints())}

    def _verdict(self, answer: str) -> dict[str, Any]:
        given = read_number(answer)
        if self.current.is_right(given):
            told = {"says": [], "done": True, "solution": self._solution()}
            return {"right": True, "given": answer} | told
        slips = self.current.slips(given)
        if len(slips) == 1:
            self._tell([slips[0].asks])
        says = [to_html(slip.says) for slip in slips]
        return {"right": False, "given": answer, "says": says}

    def _count(self, right: bool) -> None:
        if not right and not self.feedback.get("tried") and not self.kind:
            self._practice.again_soon(self.current.name)
        super()._count(right)

    def _hints(self) -> list[str]:
        return self.current.hints()

    def _solution(self) -> list[str]:
        solution = self.current.solution
        return [solution.how, f"{self.current.name} = {shown_number(solution.value)}"]

    def summary(self) -> str:
        """Question and streak in one sentence."""
        return (
            f"Practice for {self._practice.exercise}, other numbers each time (interactive; run "
            "the cell to use it). "
            f"{self.current.name}: {to_text(self.current.asked.text)} "
            f"Streak {self.streak}, best {self.best_streak}."
        )


def shown_number(value: float) -> str:
    """A number as people write it: four decimals from 1 on, else six digits; a real minus sign."""
    if isinstance(value, int):
        text = str(value)
    elif abs(value) < 1:
        text = f"{value:.6g}"
    else:
        text = f"{value:.4f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")
