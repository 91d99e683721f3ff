"""Reading back what became of a submission: outputs, reasons, points."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.errors import CourseError
from autograder.grading import Result
from autograder.reasons import read_reasons, remember
from autograder.release import release_session
from autograder.results import graded_cells, read_results
from autograder.written import answers_in, output_text, read_cells
from cvlib import mistakes
from tests.autograder.made import student
from tests.tiny import make_course, tiny_session

ROUNDS_UP = next(m for m in mistakes.of("01-output-size") if m.id == "rounds_up")


def cell(name: str, source: str = "", *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"nbgrader": {"grade_id": name}}, "source": source, "outputs": outputs}


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ({"output_type": "stream", "text": ["two\n", "lines\n"]}, "two lines"),
        ({"output_type": "error", "evalue": "why\n  so", "traceback": ["…"]}, "why so"),
        ({"output_type": "error", "traceback": ["\x1b[1;31m✗ red\x1b[0m", " more"]}, "✗ red more"),
        ({"output_type": "execute_result", "data": {"text/plain": "1.5"}}, "1.5"),
        ({"output_type": "display_data", "data": {"image/png": "…"}}, ""),
    ],
    ids=["printed", "error", "traceback", "result", "picture"],
)
def test_output_is_read_as_plain_text(output: dict[str, Any], text: str) -> None:
    assert output_text(cell("x", "", output)) == text


def test_mistake_is_recognised_by_its_sentence_however_the_lines_are_broken() -> None:
    says = ROUNDS_UP.says.replace(" ", "\n", 3)
    text = output_text(cell("x", "", {"output_type": "stream", "text": f"What happened: {says}"}))
    assert mistakes.told_in(text, "01-output-size") == ("rounds_up",)
    assert mistakes.told_in("nothing of the kind", "01-output-size") == ()


def test_points_and_words_are_put_together(tmp_path: Path) -> None:
    session = tiny_session(make_course(tmp_path))
    said = {"output_type": "error", "evalue": f"1 of 6 right.\nWhat happened: {ROUNDS_UP.says}"}
    cells = [
        cell("01-output-size-solution", "mine"),
        cell("01-output-size-hidden", "", said),
        cell("01-receptive-field-solution", " stub\n"),
    ]
    grades = {
        "01-output-size-check": SimpleNamespace(score=1.0, needs_manual_grade=False),
        "01-output-size-hidden": SimpleNamespace(score=0.33, needs_manual_grade=False),
        "01-why-open": SimpleNamespace(score=None, needs_manual_grade=True),
    }
    released = {"01-output-size-solution": "stub", "01-receptive-field-solution": "stub"}
    found = {c.id: c for c in graded_cells(session, grades, cells, released)}
    assert (found["01-output-size-check"].points, found["01-output-size-check"].most) == (1, 1)
    assert found["01-output-size-hidden"].points == 0.33
    assert found["01-output-size-hidden"].told == ("rounds_up",)
    assert found["01-output-size-hidden"].answered
    assert not found["01-receptive-field-check"].answered
    assert found["01-receptive-field-hidden"].points == 0  # the gradebook knows nothing of it
    assert found["01-why-open"].waits


@pytest.mark.parametrize("emptied", ["", "# later", "pass", "def f(x):\n    ..."])
def test_an_emptied_cell_is_no_answer(tmp_path: Path, emptied: str) -> None:
    session = tiny_session(make_course(tmp_path))
    stub = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError('not written yet')"
    names = ("01-output-size-solution", "01-receptive-field-solution")
    released = dict.fromkeys(names, stub) | {"01-why-open": "*Your answer here*"}
    cells = [cell(names[0], emptied), cell(names[1], "def f(x):\n    return x"),
             cell("01-why-open", " \n")]  # fmt: skip
    assert set(answers_in(session, cells, released)) == {"01-receptive-field"}
    found = {c.id: c.answered for c in graded_cells(session, {}, cells, released)}
    assert found == {
        "01-output-size-check": False, "01-output-size-hidden": False, "01-why-open": False,
        "01-receptive-field-check": True, "01-receptive-field-hidden": True,
    }  # fmt: skip


def test_the_hidden_tests_word_counts_before_the_visible_ones() -> None:
    result = student("a", (0, 0), (1, 3), told=("rounds_up",))
    assert result.told("01-output-size") == ("rounds_up",)
    assert result.told("01-receptive-field") == ()
    assert (result.points(), result.most()) == (4, 10)
    assert (result.points("01-receptive-field"), result.most("01-receptive-field")) == (4, 4)


def test_reasons_are_kept_until_a_submission_has_been_graded(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    session = tiny_session(settings)
    assert read_reasons(settings, session) == {}
    remember(settings, session, [Result("a", 1.0, "no cells"), Result("b", 1.0)])
    assert read_reasons(settings, session) == {"a": "no cells"}
    remember(settings, session, [Result("b", 1.0, "too slow")])
    assert read_reasons(settings, session) == {"a": "no cells", "b": "too slow"}
    remember(settings, session, [Result("a", 1.0)])
    assert read_reasons(settings, session) == {"b": "too slow"}


def test_broken_reasons_are_one_sentence(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    settings.reports.mkdir()
    (settings.reports / "01.grading.json").write_text("[1, 2")
    with pytest.raises(CourseError, match=r"01\.grading\.json: can't be read"):
        read_reasons(settings, tiny_session(settings))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"other": []}'])
def test_notebook_that_cannot_be_read_has_no_cells(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text(text)
    assert read_cells(path) == []
    assert read_cells(tmp_path / "missing.ipynb") == []


def test_submission_that_was_not_graded_has_a_reason_and_no_points(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    session = tiny_session(settings)
    with pytest.raises(CourseError, match="there is no such folder"):
        read_results(settings, session)
    for name in ("ada", "bob"):
        (settings.submitted / name / "01").mkdir(parents=True)
    with pytest.raises(CourseError, match="there is no gradebook yet"):
        read_results(settings, session)
    release_session(session, settings)
    remember(settings, session, [Result("bob", 1.0, "no cells")])
    results = read_results(settings, session)
    assert [(r.student, r.cells, r.reason) for r in results] == [
        ("ada", (), "not graded yet; run `course grade 01`"),
        ("bob", (), "no cells"),
    ]


def test_released_text_is_the_measure_for_answered(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    session = tiny_session(settings)
    released = json.loads(release_session(session, settings).read_text(encoding="utf-8"))["cells"]
    sources = {c["id"]: "".join(c["source"]) for c in released}
    same = graded_cells(session, {}, released, sources)
    assert not any(c.answered for c in same)
