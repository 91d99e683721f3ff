"""Judging an answer: a pure function from a question and an answer to a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cvlib.quizzes.answers import read_answer
from cvlib.quizzes.bank import Option, Question

ROUNDED_SLIP = 0.005  # relative: 1111 is still the slip 1111.42


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and the sentences to show for it (markdown-lite)."""

    right: bool
    explanation: str


def judge_answer(question: Question, answer: Any) -> Verdict:
    """Judge `answer`: letters such as "b" or "a, c", a number, or a shape such as (8, 64).

    Numbers and shapes may come as text. A wrong answer gets the explanation of the option it
    equals and never the solution; the right one also gets the question's own explanation.

    Raises:
        ValueError: `answer` can't be read as an answer to this kind of question.
    """
    given = read_answer(question, answer)
    if question.kind in ("number", "shape"):
        return _judge_value(question, given)
    if question.kind == "order":
        return _judge_order(question, given)
    if question.kind == "choices":
        return _judge_choices(question, given)
    option = question.shown[question.letters.index(given)]
    return _right(question, option) if option.right else Verdict(False, option.explanation)


def right_answer(question: Question) -> str:
    """The right answer as one would type it: "c", "abd", "112" or "8, 64"."""
    if question.kind == "order":
        return "".join(question.letters[question.shown.index(each)] for each in question.options)
    if question.kind in ("number", "shape"):
        return next(option.text for option in question.options if option.right)
    pairs = zip(question.letters, question.shown, strict=True)
    return "".join(letter for letter, option in pairs if option.right)


def _right(question: Question, option: Option | None = None) -> Verdict:
    said = f"{option.explanation} " if option else ""
    return Verdict(True, said + question.explanation)


def _judge_value(question: Question, given: Any) -> Verdict:
    """A number or shape: right, a known slip, or something else."""
    right = next(option for option in question.options if option.right)
    if _agree(question, given, right):
        return _right(question, right)
    for option in question.options:
        if _agree(question, given, option):
            return Verdict(False, option.explanation)
    if question.kind == "number":
        return Verdict(False, "That is not it, and none of the usual slips either. Try a hint.")
    wanted = read_answer(question, right.text)
    if len(given) != len(wanted):
        return Verdict(False, f"The shape has another number of places than {len(given)}.")
    places = sum(mine == theirs for mine, theirs in zip(given, wanted, strict=True))
    return Verdict(False, f"{places} of the {len(wanted)} places are right.")


def _agree(question: Question, given: Any, option: Option) -> bool:
    """Whether a number or shape equals an option; with a tolerance, also when it is near."""
    wanted = read_answer(question, option.text)
    if question.tolerance == 0:
        return given == wanted
    rounded = 0 if option.right else ROUNDED_SLIP * abs(wanted)
    return abs(given - wanted) <= max(question.tolerance, rounded) + 1e-9


def _judge_order(question: Question, given: str) -> Verdict:
    """An order: names the first place that is wrong and says something about what stands there."""
    order = [question.shown[question.letters.index(letter)] for letter in given]
    pairs = zip(order, question.options, strict=True)
    agree = [mine is right for mine, right in pairs]
    if all(agree):
        return _right(question)
    place = agree.index(False)
    said = {0: "Look at the first place.", 1: "The first place is right, the second isn't."}
    start = said.get(place, f"The first {place} places are right, the next one isn't.")
    return Verdict(False, f"{start} There stands “{order[place].text}”: {order[place].explanation}")


def _judge_choices(question: Question, given: str) -> Verdict:
    """Several choices: all right ones and no other; wrong picks are explained one by one."""
    picked = [question.shown[question.letters.index(letter)] for letter in given]
    wrong = [
        f"{letter}) {o.explanation}" for letter, o in zip(given, picked, strict=True) if not o.right
    ]
    missing = sum(option.right for option in question.options) - (len(picked) - len(wrong))
    if wrong:
        also = " And a right one is missing." if missing else ""
        return Verdict(False, " ".join(wrong) + also)
    if missing:
        return Verdict(False, "What you chose is right, but it isn't all: something is missing.")
    return _right(question)
