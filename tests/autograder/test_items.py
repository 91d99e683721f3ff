"""Tests, questions and predictions in numbers, against numbers worked out by hand or by numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.items import (
    FEWEST,
    discrimination,
    summarise_predictions,
    summarise_tests,
)
from autograder.session import Session, find_session, read_session
from autograder.written import guesses_in, was_stopped
from tests.autograder.made import student
from tests.tiny import ROOT, make_course, tiny_session


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return tiny_session(make_course(tmp_path_factory.mktemp("items")))


def test_each_test_counts_what_its_answers_got_and_took(session: Session) -> None:
    timed = {"01-output-size-hidden": 0.5}
    stopped = student("hangs", (0, 0), (0, 0))
    cells = tuple(replace(c, stopped=c.id == "01-output-size-hidden") for c in stopped.cells)
    results = [
        replace(student("full", (1, 2), (1, 3)), seconds=timed),
        replace(student("half", (1, 0.67), (1, 3)), seconds={"01-output-size-hidden": 1.5}),
        replace(stopped, cells=cells, seconds={"01-output-size-hidden": 30.0}),
        replace(student("blank", (0, 0), (0, 0), answered=False), seconds=timed),
    ]
    tests = {test.id: test for test in summarise_tests(session, results)}
    assert list(tests) == ["01-output-size-check", "01-output-size-hidden",
                           "01-receptive-field-check", "01-receptive-field-hidden"]  # fmt: skip
    hidden = tests["01-output-size-hidden"]
    assert (hidden.full, hidden.partial, hidden.none, hidden.stopped) == (1, 1, 1, 1)
    assert (hidden.median, hidden.longest, hidden.slowest) == (1.5, 30.0, "hangs")
    check = tests["01-output-size-check"]
    assert (check.median, check.longest, check.slowest, check.stopped) == (None, None, "", 0)


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    points = [(0, 0), (1, 0.5), (1, 2), (0, 1), (1, 1.5), (0, 0.5), (1, 2), (1, 1)]
    others = [(0, 1), (1, 0), (1, 3), (0, 0), (1, 3), (0, 1), (0, 2), (1, 2)]
    results = [student(str(n), *both) for n, both in enumerate(zip(points, others, strict=True))]
    expected = np.corrcoef([sum(p) for p in points], [sum(p) for p in others])[0, 1]
    assert discrimination("01-output-size", results) == pytest.approx(expected)
    assert discrimination("01-output-size", results[: FEWEST - 1]) is None
    alike = [student(str(n), (1, 2), (n % 2, 0)) for n in range(9)]
    assert discrimination("01-output-size", alike) is None
    assert discrimination("01-receptive-field", alike) is None
    waiting = [student(str(n), *both, essay="waits")
               for n, both in enumerate(zip(points, others, strict=True))]  # fmt: skip
    assert discrimination("01-why", waiting) is None


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('predict("01-a", "b")', {"01-a": "b"}),
        ("x = 1\nlesson.predict('01-a', choice = 'B')", {"01-a": "b"}),
        ('predict(\n    "01-a",\n    "c",\n)', {"01-a": "c"}),
        ('predict("01-a", "?")', {}),
        ('# predict("01-a", "b")', {}),
        ("predict('01-a')", {}),
        ('predict("01-a", "b")\npredict("01-a", "c")', {"01-a": "b"}),
        ("def broken(:\npredict('01-a', 'd')", {"01-a": "d"}),
    ],
)
def test_a_guess_is_the_first_letter_in_the_notebook(source: str, found: dict[str, str]) -> None:
    assert guesses_in([source]) == found


def test_a_stopped_cell_is_told_from_a_wrong_one() -> None:
    def cell(name: str) -> dict[str, object]:
        return {"outputs": [{"output_type": "error", "ename": name}]}

    assert was_stopped(cell("Stopped"))
    assert not was_stopped(cell("CheckFailed"))
    assert not was_stopped({})


@pytest.fixture(scope="module")
def real() -> Session:
    return read_session(find_session(ROOT / "course", "01"))


def test_wrong_predictions_are_counted_by_their_letters(real: Session) -> None:
    results = [replace(student(letter, (0, 0), (0, 0)), guesses={"01-sobel-frame": letter})
               for letter in "aabbbcx"]  # fmt: skip
    results.append(student("none", (0, 0), (0, 0)))
    found = {p.question.id: p for p in summarise_predictions(real, results)}
    sobel = found["01-sobel-frame"]
    assert (sobel.right, sobel.made, sobel.wrong, sobel.missing) == ("b", 6, 3, 2)
    rows = list(sobel.rows())
    assert [(letter, count) for letter, _, count, _, _ in rows] == [
        ("a", 2), ("b", 3), ("c", 1), ("d", 0)]  # fmt: skip
    assert [right for _, _, _, right, _ in rows] == [False, True, False, False]
    order = [cell.source for cell in real.cells if "predict(" in cell.source]
    places = [next(n for n, text in enumerate(order) if f'"{name}"' in text) for name in found]
    assert places == sorted(places)
    assert len(found) == 5
    assert found["01-reshape-image"].made == 0
