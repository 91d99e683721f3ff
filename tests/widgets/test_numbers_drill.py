"""The numbers drill: judging, slips, hints, streak, and what the browser gets to know."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cvlib.practice import practised
from cvlib.widgets.numbers_drill import NumbersDrill, shown_number

WRONG = "-123456.7"


def answer(drill: NumbersDrill) -> str:
    return repr(drill.current.solution.value)


def leaky(drill: NumbersDrill) -> float:
    return float(drill.current.numbers["leaky"]["x"])


def state(drill: NumbersDrill) -> str:
    """All that the browser and a saved notebook hold, but for scripts and styles."""
    kept = {key: value for key, value in drill.get_state().items() if key not in ("_esm", "_css")}
    return json.dumps(kept, default=str, ensure_ascii=False)


def test_right_at_once_counts_for_the_streak() -> None:
    drill = NumbersDrill("02-numbers", seed=1)
    for count in (1, 2, 3):
        drill.reply = {"answer": answer(drill), "sent": count}
        assert drill.feedback["right"]
        assert drill.streak == count
        drill.reply = {"next": True, "sent": -count}
        assert drill.feedback == {}
    assert (drill.answered, drill.right, drill.best_streak) == (3, 3, 3)


def test_wrong_ends_the_streak_and_may_be_tried_again() -> None:
    drill = NumbersDrill("02-numbers", seed=1)
    drill.submit(answer(drill))
    drill.go_on()
    drill.submit(WRONG)
    assert drill.feedback == {"tried": True, "right": False, "given": WRONG, "says": []}
    drill.submit(answer(drill))
    assert drill.feedback["right"]
    assert drill.feedback["done"]
    assert (drill.streak, drill.best_streak, drill.answered, drill.right) == (0, 1, 2, 1)


def test_a_slip_is_named_and_its_question_asked() -> None:
    drill = NumbersDrill("02-numbers", "leaky", seed=1)
    drill.submit(0.1 * leaky(drill))
    assert "slope 0.1" in drill.feedback["says"][0]
    assert drill.hints == ["Which slope does <code>leaky_relu</code> have when nobody names one?"]
    assert "solution" not in drill.feedback


def test_hints_come_one_by_one_and_each_once() -> None:
    drill = NumbersDrill("02-numbers", "leaky", seed=1)
    drill.submit(0)  # the slip asks the second of the two hints
    asked = list(drill.hints)
    for count in (2, 2, 2):
        drill.reply = {"hint": True, "sent": count * len(drill.hints)}
        drill.show_hint()
        assert len(drill.hints) == count
    assert drill.hints[:1] == asked
    assert len(set(drill.hints)) == len(drill.hints) == drill.question["hints"]
    drill.submit(answer(drill))
    drill.go_on()
    assert drill.hints == []


def test_giving_up_shows_the_way_and_ends_the_streak() -> None:
    drill = NumbersDrill("02-numbers", "leaky", seed=1)
    drill.submit(answer(drill))
    drill.go_on()
    x = leaky(drill)
    drill.reply = {"give_up": True, "sent": 1}
    assert drill.feedback["solution"] == [
        f"0.01 · (−{-x:g})",
        f"leaky = {shown_number(0.01 * x)}",
    ]
    assert (drill.streak, drill.answered, drill.right) == (0, 2, 1)
    drill.submit(answer(drill))
    drill.give_up()
    assert (drill.answered, drill.right) == (2, 1)


def test_what_went_wrong_comes_again_soon() -> None:
    drill = NumbersDrill("02-numbers", seed=1)
    name = drill.current.name
    drill.submit(WRONG)
    drill.submit(WRONG)
    drill.give_up()
    drill.go_on()
    assert drill.current.name != name
    drill.go_on()
    assert drill.current.name == name


@pytest.mark.parametrize("typed", ["", "abc", "1/0", "9**9**9", "__import__('os')", None])
def test_what_is_no_number_counts_nothing(typed: Any) -> None:
    drill = NumbersDrill("02-numbers", seed=1)
    drill.submit(typed)
    assert drill.answered == 0
    assert drill.feedback.keys() == {"says"}
    assert drill.feedback["says"][0].startswith("Type a number, or an expression")
    drill.submit(answer(drill))
    assert drill.streak == 1


def test_expressions_are_welcome() -> None:
    drill = NumbersDrill("02-numbers", "leaky", seed=1)
    drill.submit(f"0.01 * ({leaky(drill)})")
    assert drill.feedback["right"]


@pytest.mark.parametrize("exercise", practised())
def test_the_browser_gets_no_answer_before_it_is_given(exercise: str) -> None:
    drill = NumbersDrill(exercise, seed=1)
    for _ in range(6):
        drill.submit(WRONG)
        drill.show_hint()
        assert drill.current.solution.how not in state(drill)
        assert "solution" not in drill.feedback
        assert set(drill.question) == {"name", "text", "code", "hints"}
        drill.submit(answer(drill))
        assert drill.current.solution.how in state(drill)
        drill.go_on()


def test_a_kind_can_be_chosen_and_brings_a_new_question() -> None:
    drill = NumbersDrill("02-numbers", seed=1)
    drill.submit(WRONG)
    drill.kind = "slopes"
    assert drill.feedback == {}
    for _ in range(3):
        assert drill.current.name == drill.question["name"] == "slopes"
        drill.go_on()


def test_unknown_kinds_and_exercises_are_refused() -> None:
    with pytest.raises(ValueError, match=r"kind must be one of leaky.*got 'x'"):
        NumbersDrill("02-numbers", "x")
    drill = NumbersDrill("02-numbers", "leaky")
    with pytest.raises(ValueError, match="kind must be one of"):
        drill.kind = "x"
    assert drill.kind == "leaky"
    with pytest.raises(ValueError, match="exercise must be one of"):
        NumbersDrill("01-sizes")


def test_the_same_seed_gives_the_same_questions() -> None:
    first, again = NumbersDrill("09-numbers", seed=4), NumbersDrill("09-numbers", seed=4)
    assert first.current == again.current
    assert NumbersDrill("09-numbers").current != NumbersDrill("09-numbers").current


def test_summary_asks_the_question() -> None:
    drill = NumbersDrill("03-numbers", "field", seed=4)
    assert "Practice for 03-numbers" in drill.summary()
    assert "run the cell to use it" in drill.summary()
    assert f"field: {drill.current.asked.text} Streak 0, best 0." in drill.summary()


@pytest.mark.parametrize(
    ("value", "text"),
    [(230400, "230400"), (-0.03, "−0.03"), (1701.0986123, "1701.0986"), (1.25, "1.25"),
     (0.0209715200001, "0.0209715"), (0.0, "0"), (3.0, "3")],
)  # fmt: skip
def test_numbers_are_written_as_people_do(value: float, text: str) -> None:
    assert shown_number(value) == text
