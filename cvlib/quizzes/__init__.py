"""The quiz bank: questions and predictions of all sessions, one TOML file per session.

`find_group("01-recall")` and `find_question("01-stem-size")` look through all files;
`judge_answer(question, "b")` judges. Learners meet the questions through
`cvlib.widgets.quiz.quiz` and `cvlib.lesson.predict`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cvlib.quizzes.bank import Bank, BankError, Option, Question, load_bank
from cvlib.quizzes.judge import Verdict, judge_answer, right_answer

__all__ = [
    "Bank",
    "BankError",
    "Group",
    "Option",
    "Question",
    "Verdict",
    "find_group",
    "find_question",
    "judge_answer",
    "load_bank",
    "load_banks",
    "right_answer",
]

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Group:
    """The questions that a quiz shows together."""

    id: str
    title: str
    questions: tuple[Question, ...]


@cache
def load_banks() -> tuple[Bank, ...]:
    """All banks that come with the package, in the order of the sessions."""
    return tuple(load_bank(path) for path in sorted(FOLDER.glob("*.toml")))


def find_group(group_id: str) -> Group:
    """The group with this id; ValueError names the ids there are."""
    for bank in load_banks():
        if group_id in bank.titles:
            return Group(group_id, bank.titles[group_id], bank.group(group_id))
    known = ", ".join(known_id for bank in load_banks() for known_id in bank.titles)
    raise ValueError(f"group must be one of {known}; got {group_id!r}")


def find_question(question_id: str, kind: str | None = None) -> Question:
    """The question with this id (and of this kind, if given); ValueError otherwise."""
    questions = [question for bank in load_banks() for question in bank.questions]
    fitting = {q.id: q for q in questions if kind is None or q.kind == kind}
    if question_id not in fitting:
        raise ValueError(f"id must be one of {', '.join(fitting)}; got {question_id!r}")
    return fitting[question_id]
