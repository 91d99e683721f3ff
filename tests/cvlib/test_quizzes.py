"""The quiz bank: what the loader refuses, and how answers are judged."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cvlib import quizzes
from cvlib.quizzes import Question, Verdict, find_group, find_question, judge_answer, right_answer
from cvlib.quizzes.bank import BankError, Option, load_bank
from cvlib.quizzes.markup import to_html, to_text

ALL = [question for bank in quizzes.load_banks() for question in bank.questions]
ASKED = [question for question in ALL if question.kind != "prediction"]

GOOD = """
session = "01_x"
[groups]
01-a = "A"
[[question]]
id = "01-one"
group = "01-a"
kind = "choice"
topic = "t"
text = "Which?"
hints = ["Look."]
explanation = "So."
[[question.option]]
text = "this"
right = true
explanation = "Yes."
[[question.option]]
text = "that"
explanation = "No."
"""


def bank_file(folder: Path, text: str) -> Path:
    path = folder / "01_x.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_loads(tmp_path: Path) -> None:
    bank = load_bank(bank_file(tmp_path, GOOD))
    (question,) = bank.group("01-a")
    assert (bank.session, bank.titles, question.hints) == ("01_x", {"01-a": "A"}, ("Look.",))
    assert question.options == (Option("this", "Yes.", right=True), Option("that", "No."))


MISTAKES_OF_AUTHORS = {
    "is not valid TOML": ('session = "01_x"', "session = "),
    "the field 'session' is missing": ('session = "01_x"', ""),
    "group '01-a' needs a title": ('01-a = "A"', '01-a = ""'),
    "question 1: the field 'id' is missing": ('id = "01-one"', ""),
    "there is no field 'hint'": ("hints = [", "hint = ["),
    "the field 'explanation' is missing": ('explanation = "So."', ""),
    "option 2: the field 'explanation' can't be ''": ('"No."', '""'),
    "the field 'right' can't be 'yes'": ("right = true", 'right = "yes"'),
    "kind 'choose' is none of": ('"choice"', '"choose"'),
    "exactly one right option, this one has 0": ("right = true", "right = false"),
    "group '01-b' is not in [groups]": ('group = "01-a"', 'group = "01-b"'),
    "an id reads 01-noun": ('id = "01-one"', 'id = "02-one"'),
    "hints are at most 3": ('["Look."]', '["1", "2", "3", "4"]'),
    "two options have the same text": ('"that"', '"this"'),
    "tolerance is for numbers": ('topic = "t"', 'topic = "t"\ntolerance = 1'),
    "option 'this' is no number": ('"choice"', '"number"'),
    "options of an order carry no 'right'": ('"choice"', '"order"'),
}


@pytest.mark.parametrize("message", MISTAKES_OF_AUTHORS)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, message: str) -> None:
    before, after = MISTAKES_OF_AUTHORS[message]
    assert before in GOOD
    with pytest.raises(BankError) as caught:
        load_bank(bank_file(tmp_path, GOOD.replace(before, after)))
    said = str(caught.value)
    assert message in said
    assert "01_x.toml" in said
    assert "\n" not in said


def test_error_names_the_question(tmp_path: Path) -> None:
    with pytest.raises(BankError, match=r"01_x\.toml, question '01-one'"):
        load_bank(bank_file(tmp_path, GOOD.replace("right = true", "right = false")))


def test_an_id_is_used_once(tmp_path: Path) -> None:
    again = GOOD[GOOD.index("[[question]]") :]
    with pytest.raises(BankError, match="used twice"):
        load_bank(bank_file(tmp_path, GOOD + again))


def test_ids_and_groups_are_unique_across_sessions() -> None:
    groups = [group for bank in quizzes.load_banks() for group in bank.titles]
    for name, count in Counter([*groups, *(question.id for question in ALL)]).items():
        assert count == 1, name


def test_unknown_names_are_value_errors() -> None:
    with pytest.raises(ValueError, match=r"group must be one of 01-recall.*'nope'"):
        find_group("nope")
    with pytest.raises(ValueError, match=r"id must be one of .*'nope'"):
        find_question("nope")
    with pytest.raises(ValueError, match="01-stem-size"):
        find_question("01-stem-size", kind="prediction")


def test_every_group_has_questions() -> None:
    for bank in quizzes.load_banks():
        for group in bank.titles:
            assert len(find_group(group).questions) >= 4


def test_right_letters_are_spread() -> None:
    """Always choosing the same letter is no way through the quiz."""
    single = [right_answer(q) for q in ALL if q.kind in ("choice", "prediction")]
    for letter, count in Counter(single).items():
        assert count <= len(single) / 2, letter


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.id)
def test_right_answer_is_judged_right_and_explained(question: Question) -> None:
    verdict = judge_answer(question, right_answer(question))
    assert verdict.right
    assert verdict.explanation.endswith(question.explanation)


@pytest.mark.parametrize(
    "question",
    [question for question in ALL if question.kind not in ("order", "choices")],
    ids=lambda question: question.id,
)
def test_every_wrong_option_is_judged_wrong_and_explained(question: Question) -> None:
    answers = question.letters or [option.text for option in question.options]
    for answer, option in zip(answers, question.shown or question.options, strict=True):
        if not option.right:
            assert judge_answer(question, answer) == Verdict(False, option.explanation)


def states(hint: str, answer: str) -> bool:
    """Whether a hint holds the text of an answer; numbers are looked for as whole words."""
    said, sought = (text.replace("`", "").replace("−", "-").lower() for text in (hint, answer))
    if not re.fullmatch(r"-?[\d.]+", sought):
        return sought in said
    said = re.sub(r"(?<=\d),(?=\d{3})", "", said)
    return re.search(rf"(?<![\w.]){re.escape(sought)}(?!\w|\.\d)", said) is not None


@pytest.mark.parametrize(
    ("hint", "answer", "stated"),
    [
        ("So 73,856 of them.", "73856", True),
        ("25,088 · 4096", "2508", False),
        ("It is −4.595.", "-4.595", True),
        ("0.75 of them", "0.7", False),
        ("Take `conv`.", "Take conv", True),
        ("(8, 64, 7)", "8, 64", True),
    ],
)
def test_what_counts_as_stating_an_answer(hint: str, answer: str, stated: bool) -> None:
    assert states(hint, answer) is stated


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.id)
def test_every_question_has_three_hints_and_none_gives_it_away(question: Question) -> None:
    assert len(set(question.hints)) == len(question.hints) == 3
    answers = [option.text for option in question.options if option.right and len(option.text) > 3]
    assert not [(hint, text) for hint in question.hints for text in answers if states(hint, text)]


def test_every_session_asks_at_least_ten_questions() -> None:
    for bank in quizzes.load_banks():
        asked = [question for question in bank.questions if question.kind != "prediction"]
        assert len(asked) >= 10, bank.session


def test_orders_are_shown_shuffled_and_always_the_same_way() -> None:
    for question in ALL:
        if question.kind == "order":
            assert question.shown == question.shown
            assert question.shown != question.options
            assert set(question.shown) == set(question.options)


def test_order_says_how_far_it_is_right() -> None:
    question = find_question("01-parameter-order")
    right = right_answer(question)
    swapped = right[0] + right[2] + right[1] + right[3]
    assert "first place is right, the second" in judge_answer(question, swapped).explanation
    assert "Look at the first place" in judge_answer(question, right[::-1]).explanation
    with pytest.raises(ValueError, match="put all of a, b, c, d in order"):
        judge_answer(question, right[:3])


def test_several_choices_name_wrong_picks_and_missing_ones() -> None:
    question = find_question("01-dilated-window")  # a, b and d are right
    assert judge_answer(question, ["d", "a", "b"]).right
    assert judge_answer(question, "a, b") == Verdict(
        False, "What you chose is right, but it isn't all: something is missing."
    )
    verdict = judge_answer(question, "abc")
    assert verdict.explanation.startswith("c) The gaps aren't multiplied")
    assert verdict.explanation.endswith("a right one is missing.")
    assert "missing" not in judge_answer(question, "abcd").explanation


@pytest.mark.parametrize(
    "text", ["921600", " 921,600 ", "921 600", "921_600", "921600.0", "9.216e5", 921600]
)
def test_numbers_are_read_as_people_write_them(text: Any) -> None:
    assert judge_answer(find_question("01-picture-bytes"), text).right


@pytest.mark.parametrize("text", ["", "many", "9,21600", "921.600,0", "1e", ".", True, None, "3 3"])
def test_what_is_no_number_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="type a number"):
        judge_answer(find_question("01-picture-bytes"), text)


@pytest.mark.parametrize(("answer", "right"), [("2.25", True), ("2.2", False), ("2.24", True)])
def test_tolerance(answer: str, right: bool) -> None:
    assert judge_answer(find_question("01-normalised-range"), answer).right is right


def test_a_rounded_slip_is_still_recognised() -> None:
    verdict = judge_answer(find_question("01-normalised-range"), 1111)
    assert verdict.explanation.startswith("You forgot to divide by 255")


@pytest.mark.parametrize(
    "answer", [(8, 64), [8, 64], "(8, 64)", "8,64", "8 × 64", "torch.Size([8, 64])", "[8 64]"]
)
def test_shapes_are_read_as_people_write_them(answer: Any) -> None:
    assert judge_answer(find_question("01-global-mean"), answer).right


@pytest.mark.parametrize("answer", ["", "8, x, y", "8.5, 64", "-8, 64", None, ()])
def test_what_is_no_shape_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match="type a shape"):
        judge_answer(find_question("01-global-mean"), answer)


def test_an_unexpected_shape_hears_how_much_is_right() -> None:
    question = find_question("01-slice-shape")
    assert judge_answer(question, "1, 3, 7, 5").explanation == "3 of the 4 places are right."
    assert "another number of places than 2" in judge_answer(question, "1, 3").explanation


@pytest.mark.parametrize("answer", ["", "e", "ab", 1, None, "aa"])
def test_what_is_no_letter_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match=r"letter|got"):
        judge_answer(find_question("01-bgr"), answer)


def test_markup_escapes_all_but_its_own_marks() -> None:
    assert to_html("a < b & `x*=<2>*` *so*") == (
        "a &lt; b &amp; <code>x*=&lt;2&gt;*</code> <em>so</em>"
    )
    assert to_html("2 * 3 * 4") == "2 * 3 * 4"
    assert to_text("`a *= b` is *in place*") == "`a *= b` is in place"
