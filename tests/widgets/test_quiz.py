"""The quiz widget's Python side: judging, hints, score; and that its state holds no answers."""

from __future__ import annotations

import json

import pytest

from cvlib.quizzes import find_group, load_banks, right_answer
from cvlib.quizzes.markup import to_html
from cvlib.widgets.quiz import Quiz

GROUPS = [group for bank in load_banks() for group in bank.titles]


@pytest.mark.parametrize("group", GROUPS)
def test_state_holds_no_answers(group: str) -> None:
    """Neither the saved state nor the output shows what is right, or any explanation."""
    quiz = Quiz(group)
    saved = json.dumps([quiz.get_state(), quiz.summary()], default=str, ensure_ascii=False)
    for question in find_group(group).questions:
        told = [question.explanation, *question.hints, *(o.explanation for o in question.options)]
        assert not [text for text in told if text in saved or to_html(text) in saved]
    public = {"kind", "html", "code", "options", "hints"}
    assert all(set(question) == public for question in quiz.questions)


def test_numbers_and_shapes_send_no_options() -> None:
    quiz = Quiz("01-recall")
    assert [len(question["options"]) for question in quiz.questions] == [0, 0, 0, 4, 0, 0]


def test_reply_from_the_browser_is_judged() -> None:
    quiz = Quiz("01-recall")
    quiz.reply = {"question": 4, "answer": "a", "sent": 1}
    assert quiz.verdicts["4"]["right"] is False
    assert "computed first" in quiz.verdicts["4"]["html"]
    quiz.reply = {"question": 4, "answer": "c", "sent": 2}
    assert quiz.verdicts["4"]["right"] is True
    assert quiz.verdicts["4"]["tries"] == 2
    assert (quiz.score, quiz.first_try) == (1, 0)


def test_score_counts_first_tries() -> None:
    quiz = Quiz("01-review")
    for number, question in enumerate(find_group("01-review").questions, start=1):
        quiz.submit(number, right_answer(question))
    assert quiz.score == quiz.first_try == len(quiz.questions)


def test_after_the_right_answer_nothing_changes() -> None:
    quiz = Quiz("01-recall")
    quiz.submit(4, "c")
    before = quiz.verdicts
    quiz.submit(4, "a")
    assert quiz.verdicts == before


def test_unreadable_answer_counts_nothing_and_says_how() -> None:
    quiz = Quiz("01-recall")
    quiz.submit(1, "many")
    assert quiz.verdicts["1"] == {
        "right": False,
        "html": "Type a number such as 12 or 2.5, got 'many'.",
        "tries": 0,
        "given": None,
    }
    quiz.submit(1, "921,600")
    assert quiz.first_try == 1


def test_hints_come_one_by_one() -> None:
    quiz = Quiz("01-recall")
    hints = find_group("01-recall").questions[0].hints
    for shown in (1, 2, 3, 3):
        quiz.reply = {"question": 1, "hint": True, "sent": quiz.reply.get("sent", 0) + 1}
        assert quiz.hints["1"] == [to_html(hint) for hint in hints[:shown]]


@pytest.mark.parametrize("number", [0, 7, True, "1", None])
def test_bad_question_number(number: object) -> None:
    with pytest.raises(ValueError, match="number must be 1 to 6"):
        Quiz("01-recall").submit(number, "a")  # type: ignore[arg-type]


def test_unknown_group() -> None:
    with pytest.raises(ValueError, match="group must be one of"):
        Quiz("01-nope")


def test_summary_leads_to_the_plain_quiz() -> None:
    quiz = Quiz("01-recall")
    quiz.submit(4, "c")
    assert "1 of 6 right" in quiz.summary()
    assert 'quiz("01-recall", plain=True)' in quiz.summary()
