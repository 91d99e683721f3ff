"""What the drills have in common: a question, an answer judged at once, and a streak.

`numbers_drill.py` and `output_size_drill.py` say which questions there are. Python judges: the
browser and the notebook's file hold no answer before it is given.
"""

from __future__ import annotations

from typing import Any

import traitlets

from cvlib.quizzes.markup import sentence, to_html

from .base import CourseWidget


class Drill(CourseWidget):
    """One question after the other, until the learner has enough.

    `streak` counts questions in a row that were right at the first try, `best_streak` the longest
    such row, `answered` all questions with an answer and `right` those that were right at once.
    `feedback` is empty until the question on the screen has an answer, and `hints` until one is
    asked for; the browser sends `reply`.

    A subclass draws questions (`_draw`), shows them (`_shown`), judges (`_verdict`) and has a
    trait for what can be chosen, which `_texts["choice"]` names.
    """

    streak = traitlets.Int(0).tag(sync=True)
    best_streak = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    right = traitlets.Int(0).tag(sync=True)
    question = traitlets.Dict().tag(sync=True)
    feedback = traitlets.Dict().tag(sync=True)
    hints = traitlets.List(traitlets.Unicode()).tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)
    # title, help, entry, mode and length of the entry; choice (the trait), chooses (its label)
    # and options, [[value, label], …].
    _texts = traitlets.Dict().tag(sync=True)

    _current: Any = None

    def _draw(self) -> Any:
        """A new question."""
        raise NotImplementedError

    def _shown(self) -> dict[str, Any]:
        """What the browser may know of the current question.

        text (HTML), code, name, and hints: how many there are.
        """
        raise NotImplementedError

    def _verdict(self, answer: str) -> dict[str, Any]:
        """Judge a typed answer.

        Returns:
            right, given and says (HTML); once no try is left, done and solution, too.

        Raises:
            ValueError: it can't be read; the message is for the learner.
        """
        raise NotImplementedError

    def _hints(self) -> list[str]:
        """The hints to the current question, in markdown-lite."""
        return []

    def _solution(self) -> list[str]:
        """How the current question is answered: lines of text, the last ends with the answer."""
        raise NotImplementedError

    def _ask(self, _change: Any = None) -> None:
        """Put a new question on the screen, another one than before."""
        before = self._current
        while self._current == before:
            self._current = self._draw()
        self.hints = []
        self.feedback = {}  # before the question, as the browser gets one after the other
        self.question = self._shown()

    @traitlets.observe("reply")
    def _on_reply(self, change: Any) -> None:
        reply = change["new"]
        if reply.get("next"):
            self.go_on()
        elif reply.get("hint"):
            self.show_hint()
        elif reply.get("give_up"):
            self.give_up()
        elif "answer" in reply:
            self.submit(reply["answer"])

    def submit(self, answer: Any) -> None:
        """Judge an answer, a number or its text; after the right one nothing changes."""
        if self.feedback.get("done"):
            return
        try:
            verdict = self._verdict(str(answer).strip())
        except ValueError as error:
            self.feedback = self._tried() | {"says": [to_html(sentence(error))]}
            return
        self._count(verdict["right"])
        self.feedback = {"tried": True} | verdict

    def give_up(self) -> None:
        """Show how the question is answered; the streak ends."""
        if not self.feedback.get("done"):
            self._count(False)
            self.feedback = {"tried": True, "done": True, "says": [], "solution": self._solution()}

    def show_hint(self) -> None:
        """Show one more hint, if there is one."""
        unseen = [hint for hint in self._hints() if to_html(hint) not in self.hints]
        self._tell(unseen[:1])

    def _tell(self, hints: list[str]) -> None:
        """Show these hints below the others."""
        told = [to_html(hint) for hint in hints]
        self.hints = [*self.hints, *(hint for hint in told if hint not in self.hints)]

    def go_on(self) -> None:
        """The next question."""
        self._ask()

    def _count(self, right: bool) -> None:
        """Count the first try at a question."""
        if self.feedback.get("tried"):
            return
        self.answered += 1
        self.right += right
        self.streak = self.streak + 1 if right else 0
        self.best_streak = max(self.best_streak, self.streak)

    def _tried(self) -> dict[str, Any]:
        """What stays when an answer can't be read: whether there was one that could."""
        return {"tried": True} if self.feedback.get("tried") else {}
