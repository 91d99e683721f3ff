"""What the tests of the quizzes' facts share: banks, right options, and known slips."""

from __future__ import annotations

from typing import Any

import pytest

from cvlib.quizzes import Bank, find_question, load_banks, right_answer
from cvlib.quizzes.answers import read_answer


def bank_of(session: str) -> Bank:
    """The questions of a session, by its full name."""
    return next(bank for bank in load_banks() if bank.session == session)


def with_values(bank: Bank) -> pytest.MarkDecorator:
    """For each question of a bank that asks for a number or a shape."""
    asked = [question for question in bank.questions if question.kind in ("number", "shape")]
    return pytest.mark.parametrize("question", asked, ids=lambda question: question.id)


def slip_of(question_id: str, text: str) -> Any:
    """A wrong answer that a question expects, read as the quiz reads it."""
    question = find_question(question_id)
    assert text in [option.text for option in question.options]
    return read_answer(question, text)


def right_text(question_id: str) -> str:
    """The right option of a question with one."""
    question = find_question(question_id)
    return question.shown[question.letters.index(right_answer(question))].text


def right_texts(question_id: str) -> set[str]:
    """The right options of a question with several."""
    return {option.text for option in find_question(question_id).options if option.right}
