"""The tests of the tests: every session's own, and that a rehearsal notices weak ones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import SessionError
from autograder.rehearse import Rehearsal, blank, idle_tests, rehearse
from autograder.session import Session
from tests.autograder.rehearsals import (
    Case,
    attempts_of,
    each_exercise,
    problems_of,
    verdicts_of,
)
from tests.conftest import sessions
from tests.tiny import TEXT, make_course, tiny_session

each_session = pytest.mark.parametrize("session", sessions(), ids=lambda s: s.name)


@pytest.fixture(scope="module")
def many(request: pytest.FixtureRequest) -> int:
    """On how many inputs right answers are tried."""
    return 20 if request.config.getoption("--slow") else 2


def messages(text: str) -> list[str]:
    """The messages of a cell, which may hold several checks."""
    return re.split(r"\n(?=\S.*The first wrong one:$)", text, flags=re.MULTILINE)


@each_exercise
def test_mistakes_fail_and_are_told_their_own_sentences(case: Case) -> None:
    session, exercise = case
    mistakes = attempts_of(exercise, "mistake")
    assert mistakes
    assert problems_of(session, mistakes, 1) == {}
    for attempt in mistakes:
        for verdict in verdicts_of(session, attempt, 1):
            lines = [len(said.splitlines()) for said in messages(verdict.message)]
            assert max(lines) <= 8, f"{attempt.name}: {verdict.message}"


@each_exercise
def test_right_answers_get_everything_on_many_inputs(case: Case, many: int) -> None:
    session, exercise = case
    assert problems_of(session, attempts_of(exercise, "solution", "variant"), many) == {}


@each_exercise
def test_blank_gets_nothing_and_is_told_to_begin(case: Case) -> None:
    session, exercise = case
    (attempt,) = attempts_of(exercise, "blank")
    (verdict,) = verdicts_of(session, attempt, 1)
    assert verdict.shown + verdict.hidden == 0
    assert "not written yet" in verdict.message or "not answered yet" in verdict.message


@each_exercise
def test_function_exercises_have_two_variants(case: Case) -> None:
    _, exercise = case
    assert not exercise.answer_name or len(attempts_of(exercise, "variant")) >= 2


@each_session
def test_no_test_is_idle(session: Session) -> None:
    known = [a for exercise in session.exercises for a in attempts_of(exercise, "mistake")]
    assert idle_tests([v for attempt in known for v in verdicts_of(session, attempt, 1)]) == []


# On a tiny course, whose tests can be weakened ------------------------------------------------


def problems(folder: Path, text: str) -> dict[str, str]:
    """Exercise and answer → what the rehearsal complains about."""
    settings = make_course(folder, text)
    verdicts = rehearse(tiny_session(settings), settings.root, 1, lambda items, _: items)
    return {f"{v.attempt.exercise.id} {v.attempt.name}": v.problem for v in verdicts if v.problem}


def test_hidden_test_that_misses_a_mistake_is_noticed(tmp_path: Path) -> None:
    weak = TEXT.replace(
        "cases=[(32, 3), (224, 7, 2, 3), (8, 3, 2, 1), (64, 3, 3, 1, 2), (5, 5), (4, 9)],",
        "cases=[(9, 3), (7, 3)],",
    )
    assert weak != TEXT
    found = problems(tmp_path, weak)
    assert found["01-output-size forgets_padding"] == "passes the hidden test"


def test_wrong_solution_is_noticed(tmp_path: Path) -> None:
    found = problems(tmp_path, TEXT.replace("return room // stride + 1", "return room // stride"))
    assert found["01-output-size solution"].startswith("gets ")


def test_points_for_a_blank_are_noticed(tmp_path: Path) -> None:
    generous = TEXT.replace("    points=2,\n)", "    points=2,\n) if False else 1")
    assert generous != TEXT
    assert problems(tmp_path, generous)["01-output-size blank"] == "an empty answer gets points"


def test_solution_that_stops_is_told_with_its_line(tmp_path: Path) -> None:
    broken = TEXT.replace("import math\n", "import math\n1 / 0\n")
    settings = make_course(tmp_path, broken)
    line = broken[: broken.index("1 / 0")].count("\n") + 1
    with pytest.raises(SessionError, match=rf"01_tiny\.py:{line}: ZeroDivisionError: division"):
        Rehearsal(tiny_session(settings))


def test_check_prints_a_matrix_and_says_how_many_problems(tmp_path: Path) -> None:
    make_course(tmp_path, TEXT.replace("(7, 3, 2), (32, 3, 1, 1)", "(5, 5)"))
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "check", "01", "--seeds", "1"])
    assert "01-output-size" in done.stdout
    assert "mistake rounds_up" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("01_tiny: ")


def test_blank_keeps_everything_outside_the_solution() -> None:
    source = "name = None\n### BEGIN SOLUTION\nname = 3\n### END SOLUTION\nother = 4"
    text = blank(source)
    assert "name = None" in text
    assert "other = 4" in text
    assert "name = 3" not in text
    assert "raise NotImplementedError" in text
