"""Quiz: the questions of one group, one at a time, each answer explained at once.

Why not jupyterquiz, the well-known package for this: it writes the whole question file,
answers and feedback included, into the notebook's output, where every saved copy shows it; its
options are labels with hidden inputs, which the keyboard and screen readers don't reach; the
answers never come back to Python; and it has no hints, orders or shapes. Here the browser holds
the questions only. It sends each answer to Python, which judges it, so neither the notebook nor
the widget's state knows an answer before the learner gave it.
"""

from __future__ import annotations

from typing import Any

import traitlets

from cvlib.quizzes import Question, find_group, judge_answer
from cvlib.quizzes.markup import sentence, to_html

from .base import CourseWidget


class Quiz(CourseWidget):
    """The questions of `group`, such as "01-recall"; an unknown group raises ValueError.

    `score` is the number of questions answered right so far, `first_try` how many of them at
    the first attempt. `verdicts` and `hints` hold what has been judged and shown, by question
    number (as text, from "1"); `reply` is what the browser sends.
    """

    group = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    verdicts = traitlets.Dict().tag(sync=True)
    hints = traitlets.Dict().tag(sync=True)
    score = traitlets.Int(0).tag(sync=True)
    first_try = traitlets.Int(0).tag(sync=True)
    reply = traitlets.Dict().tag(sync=True)

    def __init__(self, group: str, **kwargs: Any) -> None:
        found = find_group(group)
        self._bank = found.questions
        super().__init__(
            group=group,
            title=found.title,
            questions=[_public(question) for question in found.questions],
            **kwargs,
        )

    @traitlets.observe("reply")
    def _on_reply(self, change: Any) -> None:
        """The browser asks for a hint, {question, hint}, or sends {question, answer}."""
        reply = change["new"]
        if reply.get("hint"):
            self.show_hint(reply["question"])
        elif "answer" in reply:
            self.submit(reply["question"], reply["answer"])

    def submit(self, number: int, answer: Any) -> None:
        """Judge an answer to question `number` (from 1). After the right one nothing changes."""
        question, before = self._question(number), self.verdicts.get(str(number), {})
        if before.get("right"):
            return
        tries = before.get("tries", 0)
        try:
            verdict = judge_answer(question, answer)
        except ValueError as error:  # unreadable: say how to answer, count nothing
            shown = {
                "right": False,
                "html": to_html(sentence(error)),
                "tries": tries,
                "given": None,
            }
        else:
            shown = {
                "right": verdict.right,
                "html": to_html(verdict.explanation),
                "tries": tries + 1,
                "given": answer,
            }
        self.verdicts = {**self.verdicts, str(number): shown}
        right = [verdict for verdict in self.verdicts.values() if verdict["right"]]
        self.score = len(right)
        self.first_try = sum(verdict["tries"] == 1 for verdict in right)

    def show_hint(self, number: int) -> None:
        """Show one more hint of question `number` (from 1), if there is one."""
        seen = self.hints.get(str(number), [])
        hints = [to_html(hint) for hint in self._question(number).hints[: len(seen) + 1]]
        self.hints = {**self.hints, str(number): hints}

    def _question(self, number: int) -> Question:
        if type(number) is not int or not 1 <= number <= len(self._bank):
            raise ValueError(f"number must be 1 to {len(self._bank)}, got {number!r}")
        return self._bank[number - 1]

    def summary(self) -> str:
        """Title and score in one sentence, and how to go on without widgets."""
        return (
            f"Quiz “{self.title}”: {self.score} of {len(self.questions)} right so far. No buttons "
            f'here? Run quiz("{self.group}", plain=True).'
        )


def _public(question: Question) -> dict[str, Any]:
    """What the browser may know of a question: no explanation, and not which option is right."""
    return {
        "kind": question.kind,
        "html": to_html(question.text),
        "code": question.code.strip("\n"),
        "options": [to_html(option.text) for option in question.shown],
        "hints": len(question.hints),
    }
