"""Questions as data: what a question is, and how a TOML file becomes a checked bank of them.

A file holds `session = "NN_topic"`, a table `[groups]` (group id = title), and questions:

    [[question]]
    id = "01-stem-size"         # never reused
    group = "01-arithmetic"     # what quiz("01-arithmetic") shows; predictions have none
    kind = "number"             # choice, choices, number, shape, order or prediction
    topic = "output size"
    text = "…"                  # `code` in backticks
    code = "…"                  # optional: lines shown below the text
    hints = ["…", "…"]          # three, from a nudge to nearly the answer
    tolerance = 0.01            # numbers only: how far off is still right
    explanation = "…"           # shown after the right answer

    [[question.option]]
    text = "112"
    right = true
    explanation = "…"           # every option has its own, wrong ones too

The options of a number or shape are answers to expect: the right one, and known slips, each
with the sentence that helps. The options of an order stand in the right order.
"""

from __future__ import annotations

import random
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cvlib.quizzes.answers import read_answer
from cvlib.quizzes.schema import (
    BANK_FIELDS,
    OPTION_FIELDS,
    QUESTION_FIELDS,
    BankError,
    check_fields,
)

LETTERS = "abcdefgh"
MAX_HINTS = 3
SHOWN_KINDS = ("choice", "choices", "order", "prediction")  # learners see the options
KINDS = (*SHOWN_KINDS, "number", "shape")


@dataclass(frozen=True)
class Option:
    """One answer to choose from (or to expect) and what to say to those who give it."""

    text: str
    explanation: str
    right: bool = False


@dataclass(frozen=True)
class Question:
    """One question; see the module's docstring for the fields."""

    id: str
    kind: str
    topic: str
    text: str
    explanation: str
    options: tuple[Option, ...]
    group: str = ""
    code: str = ""
    hints: tuple[str, ...] = ()
    tolerance: float = 0.0

    @property
    def shown(self) -> tuple[Option, ...]:
        """The options in the order in which learners see them, as a), b), c), …

        An order is shuffled, the same way each time and never into the right order; numbers
        and shapes show nothing.
        """
        if self.kind not in SHOWN_KINDS:
            return ()
        if self.kind != "order":
            return self.options
        shuffled, generator = list(self.options), random.Random(self.id)
        while tuple(shuffled) == self.options:
            generator.shuffle(shuffled)
        return tuple(shuffled)

    @property
    def letters(self) -> str:
        """The letters of the shown options: "abcd" for four."""
        return LETTERS[: len(self.shown)]


@dataclass(frozen=True)
class Bank:
    """All questions of one session. `titles` maps a group's id to its title."""

    session: str
    titles: dict[str, str]
    questions: tuple[Question, ...]

    def group(self, group_id: str) -> tuple[Question, ...]:
        """The questions of a group, in the order of the file."""
        return tuple(question for question in self.questions if question.group == group_id)


def load_bank(path: Path) -> Bank:
    """Read and check one question file; BankError says in one sentence what is wrong with it."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise BankError(f"{path.name} is not valid TOML: {error}") from error
    check_fields(table, BANK_FIELDS, path.name)
    for group_id, title in table["groups"].items():
        if not isinstance(title, str) or not title:
            raise BankError(f"{path.name}: group {group_id!r} needs a title, got {title!r}")
    prefix = table["session"][:2] + "-"
    questions: dict[str, Question] = {}
    for number, entry in enumerate(table["question"], start=1):
        question = _read_question(entry, f"{path.name}, question {number}", path.name)
        where = f"{path.name}, question {question.id!r}"
        if question.id in questions:
            raise BankError(f"{where}: this id is used twice")
        if not re.fullmatch(prefix + r"[a-z0-9]+(-[a-z0-9]+)*", question.id):
            raise BankError(f"{where}: an id reads {prefix}noun, in small letters with hyphens")
        if question.kind != "prediction" and question.group not in table["groups"]:
            raise BankError(f"{where}: group {question.group!r} is not in [groups]")
        questions[question.id] = question
    return Bank(table["session"], table["groups"], tuple(questions.values()))


def _read_question(entry: Any, position: str, file_name: str) -> Question:
    """One [[question]] table as a Question, checked."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise BankError(f"{position}: the field 'id' is missing or no text")
    where = f"{file_name}, question {entry['id']!r}"
    check_fields(entry, QUESTION_FIELDS, where)
    for number, option in enumerate(entry["option"], start=1):
        check_fields(option, OPTION_FIELDS, f"{where}, option {number}")
    fields = {name: value for name, value in entry.items() if name not in ("option", "hints")}
    question = Question(
        **fields,
        options=tuple(Option(**option) for option in entry["option"]),
        hints=tuple(entry.get("hints", ())),
    )
    _check_question(question, where)
    return question


def _check_question(question: Question, where: str) -> None:
    """What a kind asks for beyond types: numbers of options, of right ones, of hints."""
    kind, right = question.kind, sum(option.right for option in question.options)
    if kind not in KINDS:
        raise BankError(f"{where}: kind {kind!r} is none of {', '.join(KINDS)}")
    if kind in SHOWN_KINDS and not 2 <= len(question.options) <= len(LETTERS):
        raise BankError(f"{where}: {kind} needs 2 to {len(LETTERS)} options")
    if kind == "order" and right:
        raise BankError(f"{where}: options of an order carry no 'right', their order is the answer")
    if kind == "choices" and not right:
        raise BankError(f"{where}: choices need at least one right option")
    if kind not in ("order", "choices") and right != 1:
        raise BankError(f"{where}: {kind} needs exactly one right option, this one has {right}")
    if len(question.hints) > MAX_HINTS or not all(
        isinstance(hint, str) and hint for hint in question.hints
    ):
        raise BankError(f"{where}: hints are at most {MAX_HINTS} texts")
    if (question.tolerance and kind != "number") or question.tolerance < 0:
        raise BankError(f"{where}: tolerance is for numbers and not below 0")
    texts = [option.text for option in question.options]
    if len(set(texts)) < len(texts):
        raise BankError(f"{where}: two options have the same text")
    for option in question.options if kind in ("number", "shape") else ():
        try:
            read_answer(question, option.text)
        except ValueError as error:
            raise BankError(f"{where}: option {option.text!r} is no {kind}") from error
