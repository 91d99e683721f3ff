"""Practice: answers against the courses' own tests, seeds apart from ids, slips and the way."""

from __future__ import annotations

import importlib
import math
import re
from typing import Any

import pytest

from autograder.cells import run_cell
from autograder.rehearse import Attempt, Rehearsal
from autograder.session import Exercise, Session, read_session, session_paths
from cvlib import check, mistakes, own_numbers
from cvlib.check import NotDone
from cvlib.check.seal import sealed
from cvlib.own_numbers import draw_sets, handed_in_by, numbers_of
from cvlib.practice import Practice, Question, practised
from cvlib.practice import _ways as WAYS
from cvlib.widgets import NumbersDrill
from tests.conftest import ROOT

EXERCISES = practised()
each_exercise = pytest.mark.parametrize("exercise", EXERCISES)
SEEDS = range(12)
IN_WORDS = {
    "02-numbers layers",
    "02-numbers slopes",
    "03-numbers side",
    "05-numbers divisible",
    "07-numbers unpadded",
}


def test_every_set_of_own_numbers_can_be_practised() -> None:
    """Session 01 has a drill of its own, with levels: `OutputSizeDrill`."""
    assert [exercise for exercise in draw_sets() if exercise != "01-sizes"] == EXERCISES


def several(exercise: str, count: int = 60) -> list[Question]:
    practice = Practice(exercise, seed=1)
    return [practice.next() for _ in range(count)]


def find(exercise: str) -> tuple[Session, Exercise]:
    for session in map(read_session, session_paths(ROOT / "course")):
        for found in session.exercises:
            if found.id == exercise:
                return session, found
    raise AssertionError(exercise)


@each_exercise
def test_right_answers_get_full_points_from_the_sessions_own_tests(exercise: str) -> None:
    """The hidden tests compute the same numbers in ways of their own."""
    session, found = find(exercise)
    rehearsal = Rehearsal(session)
    for name in ("ada01", "4711", "Žofie"):
        answers = WAYS[exercise][0](numbers_of(exercise, name))
        source = "\n".join(f"{key} = {each.value!r}" for key, each in answers.items())
        namespace = dict(rehearsal.before[exercise]) | {"student_id": name}
        run_cell(source, namespace, exercise)
        with handed_in_by(name):
            verdict = rehearsal.verdict(Attempt(found, "solution", name, source), namespace, 0)
        assert verdict.problem == "", verdict.message


@each_exercise
def test_right_answers_refuse_to_run_while_an_answer_is_checked(exercise: str) -> None:
    way = WAYS[exercise][0]
    question = Practice(exercise, seed=1).next()
    assert way in importlib.import_module(way.__module__).REFERENCES[exercise.partition("-")[0]]
    with sealed(way.__module__):
        drill = NumbersDrill(exercise, seed=1)
        with pytest.raises(RuntimeError, match="write this one yourself"):
            drill.submit("1")
        with pytest.raises(RuntimeError, match="write this one yourself"):
            way(question.numbers)


@each_exercise
def test_the_way_comes_to_the_answer(exercise: str) -> None:
    """What is shown as the way is evaluated, but for the few that are told in words."""
    told = set()
    for question in several(exercise):
        solution = question.solution
        try:
            value = as_python(solution.how)
        except SyntaxError:
            told.add(f"{exercise} {question.name}")
            assert re.search(r"\d", solution.how)
            continue
        assert value == pytest.approx(solution.value, rel=1e-9), solution.how
    assert told == {name for name in IN_WORDS if name.startswith(exercise)}


def as_python(way: str) -> Any:
    signs = {"·": "*", "−": "-", "^": "**", "√": "math.sqrt", "π": "math.pi"}
    for sign, python in signs.items():
        way = way.replace(sign, python)
    return eval(way, {"math": math, "log": math.log, "cos": math.cos, "sin": math.sin})


@each_exercise
def test_a_round_asks_each_question_once(exercise: str) -> None:
    questions = several(exercise)
    size = len(numbers_of(exercise, "ada01"))
    for begin in range(0, len(questions) - size + 1, size):
        assert len({question.name for question in questions[begin : begin + size]}) == size


@each_exercise
def test_the_graded_numbers_are_never_practised(
    exercise: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = own_numbers.own_numbers(exercise, "ada01")
    practice = Practice(exercise, seed=2)
    for name in practice.names:
        for _ in range(100):
            assert practice.next(name).asked.numbers != mine[name]


def test_a_check_without_an_id_does_not_stop_practice() -> None:
    with pytest.raises(NotDone):
        check.own_numbers("02-numbers", None)
    assert Practice("02-numbers", seed=1).next()


@each_exercise
def test_no_id_gives_the_seed_of_practice(exercise: str) -> None:
    drawn = own_numbers.practice(exercise, "1\n1")
    sly = ["practice", "1", "1\n1", f"practice\n{exercise}\n1\n1"]
    assert all(drawn != own_numbers.questions(exercise, name) for name in sly)


@each_exercise
def test_the_same_seed_gives_the_same_row_and_others_give_another(exercise: str) -> None:
    first, again, other = (Practice(exercise, seed) for seed in (5, 5, 6))
    rows = [[each.next().asked for _ in range(9)] for each in (first, again, other)]
    assert rows[0] == rows[1] != rows[2]


@each_exercise
def test_every_question_has_hints_and_slips_that_can_be_told(exercise: str) -> None:
    for question in several(exercise):
        hints = question.hints()
        assert hints
        assert len(set(hints)) == len(hints)
        for slip in mistakes.of(exercise):
            value = slip.wrong_values(question.numbers).get(question.name)
            if value is not None and not question.is_right(value):
                assert question.slips(value), (slip.id, value)


@each_exercise
def test_right_and_far_answers_are_no_slips(exercise: str) -> None:
    for question in several(exercise, 12):
        assert question.is_right(question.solution.value)
        assert question.slips(question.solution.value) == []
        assert question.slips(-123456.7) == []
        assert not question.is_right(question.solution.value * 1.01 + 0.01)


def test_what_went_wrong_comes_again_after_the_next_question() -> None:
    practice = Practice("02-numbers", seed=3)
    first = practice.next()
    practice.again_soon(first.name)
    assert practice.next().name != first.name
    again = practice.next()
    assert again.name == first.name
    assert again.asked != first.asked


def test_the_last_of_a_round_comes_again_too() -> None:
    practice = Practice("02-numbers", seed=3)
    last = [practice.next().name for _ in practice.names][-1]
    practice.again_soon(last)
    following = [practice.next().name for _ in practice.names]
    assert following[1] == last
    assert len(set(following)) == len(following)


@pytest.mark.parametrize("exercise", ["01-sizes", "02-relu", "", "99-numbers"])
def test_other_exercises_are_refused_and_named(exercise: str) -> None:
    with pytest.raises(ValueError, match=f"exercise must be one of 02-numbers.*got '{exercise}'"):
        Practice(exercise)


def test_an_unknown_question_is_refused() -> None:
    with pytest.raises(ValueError, match=r"name must be one of leaky.*got 'x'"):
        Practice("02-numbers", 1).next("x")
