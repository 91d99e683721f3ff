"""The drill: answers against torch's shapes, slips against their formulas, streak and levels."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cvlib.quizzes.output_sizes import (
    LEVELS,
    SLIPS,
    SizeQuestion,
    diagnose,
    make_question,
    next_level,
    worked_solution,
)
from cvlib.widgets.output_size_drill import OutputSizeDrill

MANY = [(level, seed) for level in range(1, len(LEVELS) + 1) for seed in range(60)]


def width_by_torch(q: SizeQuestion) -> int:
    x, weight = torch.zeros(1, 1, q.size), torch.zeros(1, 1, q.kernel_size)
    if q.kind == "pool":
        return F.max_pool1d(x, q.kernel_size, q.stride, q.padding).shape[-1]
    if q.kind == "transposed":
        extra = q.output_padding
        return F.conv_transpose1d(x, weight, None, q.step, q.padding, extra).shape[-1]
    return F.conv1d(x, weight, None, q.step, q.padding, q.dilation).shape[-1]


def questions() -> list[SizeQuestion]:
    return [make_question(level, Random(seed)) for level, seed in MANY]


def test_answers_are_the_shapes_torch_gives() -> None:
    for question in questions():
        assert question.answer == width_by_torch(question), question


def test_code_is_the_layer_it_asks_about() -> None:
    for question in questions():
        layer = eval(question.code, {"nn": nn})
        channels = {"conv": 3, "pool": 1, "transposed": 8}[question.kind]
        if question.size <= 32:
            x = torch.zeros(1, channels, question.size, question.size)
            assert layer(x).shape[-1] == question.answer, question.code


def test_same_seed_gives_the_same_questions() -> None:
    first, second = Random(5), Random(5)
    assert [make_question(3, first) for _ in range(9)] == [
        make_question(3, second) for _ in range(9)
    ]


def test_levels_bring_what_their_names_say() -> None:
    by_level = {
        level: [make_question(level, Random(s)) for s in range(80)] for level in range(1, 7)
    }
    assert all((q.padding, q.step, q.dilation) == (0, 1, 1) for q in by_level[1])
    assert all(q.padding > 0 and q.step == 1 for q in by_level[2])
    assert all(q.step > 1 for q in by_level[3])
    assert all(q.dilation > 1 for q in by_level[4])
    assert all(q.kind == "pool" for q in by_level[5])
    assert {q.stride for q in by_level[5]} == {None, 1, 2, 3}
    assert all(q.kind == "transposed" for q in by_level[6])
    assert any((q.size - q.kernel_size + 2 * q.padding) % q.step for q in by_level[3])


@pytest.mark.parametrize("level", [0, 7, "1", True, None])
def test_bad_level(level: Any) -> None:
    with pytest.raises(ValueError, match="level must be a whole number from 1 to 6"):
        make_question(level, Random(0))


def test_worked_solution_holds_the_numbers_and_ends_with_the_answer() -> None:
    for question in questions():
        _, numbers, steps = worked_solution(question)
        assert steps.endswith(f"= {question.answer}")
        assert str(question.size) in numbers
        as_code = numbers.removeprefix("= ").replace("−", "-").replace("·", "*")
        as_code = as_code.replace("⌊", "int(").replace("⌋", ")")
        assert eval(as_code) == question.answer


def test_worked_solution_shows_the_floor() -> None:
    assert worked_solution(SizeQuestion("conv", 224, 7, 2, 3)) == [
        "⌊(W − D·(K − 1) − 1 + 2·P) / S⌋ + 1",
        "= ⌊(224 − 1·(7 − 1) − 1 + 2·3) / 2⌋ + 1",
        "= ⌊223 / 2⌋ + 1 = ⌊111.5⌋ + 1 = 111 + 1 = 112",
    ]
    assert "⌊74.33…⌋" in worked_solution(SizeQuestion("conv", 224, 7, 3, 3))[-1]


CONV = SizeQuestion("conv", 20, 4, 3, 2)  # 7
DILATED = SizeQuestion("conv", 30, 3, 1, 1, dilation=3)  # 26
UP = SizeQuestion("transposed", 10, 4, 2, 1, output_padding=1)  # 21


@pytest.mark.parametrize(
    ("question", "given", "slip"),
    [
        (CONV, 8, "rounded up"),
        (CONV, 6, "no padding"),
        (CONV, 24, "padded width"),
        (CONV, 21, "no stride"),
        (SizeQuestion("conv", 20, 5, 1, 2), 18, "padding once"),
        (SizeQuestion("conv", 20, 5), 15, "no + 1"),
        (SizeQuestion("conv", 20, 5), 17, "+ 1 twice"),
        (DILATED, 30, "no dilation"),
        (DILATED, 24, "a gap too many"),
        (SizeQuestion("pool", 20, 3, None), 18, "no default stride"),
        (SizeQuestion("conv", 21, 7, 2, 0), 10, "only divided"),
        (UP, 5, "not transposed"),
        (UP, 23, "a step too many"),
        (SizeQuestion("transposed", 10, 4, 2), 21, "no last cell"),
        (SizeQuestion("transposed", 10, 4, 3, 1), 30, "only multiplied"),
        (UP, 22, "cut once"),
        (SizeQuestion("transposed", 10, 4, 3, 1), 31, "not cut"),
        (UP, 25, "padding added"),
        (SizeQuestion("transposed", 10, 5, 2, 1, output_padding=1), 21, "no output padding"),
    ],
)
def test_slip_gets_its_sentence(question: SizeQuestion, given: int, slip: str) -> None:
    assert given != question.answer
    assert SLIPS[slip] in diagnose(question, given)


def test_right_answers_have_no_slip_and_far_ones_none_either() -> None:
    for question in questions():
        assert diagnose(question, question.answer) == []
        assert diagnose(question, 99_999) == []


def test_next_level() -> None:
    assert [next_level(1, streak) for streak in range(7)] == [1, 1, 1, 2, 1, 1, 2]
    assert next_level(6, 3) == 6


# The widget.


def answer_right(drill: OutputSizeDrill) -> None:
    drill.reply = {"answer": str(drill.current.answer), "sent": drill.answered}


def test_streak_best_and_level() -> None:
    drill = OutputSizeDrill(seed=1)
    for _ in range(3):
        answer_right(drill)
        drill.reply = {"next": True, "sent": drill.answered}
    assert (drill.level, drill.streak, drill.best_streak, drill.right) == (2, 3, 3, 3)
    drill.submit(drill.current.answer + 1)
    assert (drill.streak, drill.best_streak, drill.right, drill.answered) == (0, 3, 3, 4)
    drill.go_on()
    assert drill.level == 2


def test_a_question_is_judged_once() -> None:
    drill = OutputSizeDrill(seed=1)
    drill.submit(drill.current.answer + 1)
    drill.submit(drill.current.answer)
    assert (drill.right, drill.answered) == (0, 1)
    assert drill.feedback["right"] is False


@pytest.mark.parametrize("answer", ["", "x", "-3", "1.5", "9999999", None])
def test_what_is_no_width_counts_nothing(answer: Any) -> None:
    drill = OutputSizeDrill(seed=1)
    drill.submit(answer)
    assert drill.answered == 0
    assert drill.feedback == {"says": ["Type the width as a whole number, such as 32."]}


def test_state_holds_no_answer_before_it_is_given() -> None:
    drill = OutputSizeDrill(seed=2, level=3)
    assert drill.feedback == {}
    assert "answer" not in drill.question


def test_a_new_level_brings_a_new_question() -> None:
    drill = OutputSizeDrill(seed=2)
    drill.submit(drill.current.answer)
    drill.level = 6
    assert drill.current.kind == drill.question["kind"] == "transposed"
    assert drill.feedback == {}


@pytest.mark.parametrize("level", [0, 7, "2"])
def test_bad_level_of_the_widget(level: Any) -> None:
    with pytest.raises(ValueError, match="level must be a whole number from 1 to 6"):
        OutputSizeDrill(level=level)


def test_same_seed_same_drill() -> None:
    assert OutputSizeDrill(seed=9).current == OutputSizeDrill(seed=9).current


def test_summary_asks_the_question() -> None:
    drill = OutputSizeDrill(seed=9)
    assert drill.current.code in drill.summary()
    assert "Streak 0, best 0" in drill.summary()
