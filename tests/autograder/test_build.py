"""Text → source notebook: the marks become nbgrader's metadata, and the bytes are stable."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbformat import NotebookNode

from autograder.build import build_session, to_notebook
from autograder.cli import main
from tests.tiny import TEXT, files_below, make_course, tiny_session


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    settings = make_course(tmp_path_factory.mktemp("build"))
    return nbformat.read(build_session(tiny_session(settings), settings), as_version=4)


def cell(notebook: NotebookNode, name: str) -> Any:
    return next(cell for cell in notebook.cells if cell.id == name)


def test_notebook_is_valid_and_every_id_is_told_by_its_place(notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    assert [c.id for c in notebook.cells] == [
        "01-badge", "01-start-1", "01-setup", "01-setup-1", "01-setup-2",
        "01-output-size-exercise", "01-output-size-solution", "01-output-size-check",
        "01-output-size-hidden", "01-output-size-hints",
        "01-receptive-field-exercise", "01-receptive-field-solution", "01-receptive-field-check",
        "01-receptive-field-hidden", "01-receptive-field-hints",
        "01-why-question", "01-why-open", "01-receipt-note", "01-receipt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "grade", "locked", "solution", "points"),
    [
        ("01-setup", False, True, False, None),
        ("01-output-size-solution", False, False, True, None),
        ("01-output-size-check", True, True, False, 1),
        ("01-receptive-field-hidden", True, True, False, 3),
        ("01-why-open", True, False, True, 3),
    ],
)
def test_marks_become_nbgrader_metadata(
    notebook: NotebookNode, name: str, grade: bool, locked: bool, solution: bool, points: Any
) -> None:
    marks = cell(notebook, name).metadata.nbgrader
    assert (marks.grade, marks.locked, marks.solution) == (grade, locked, solution)
    assert marks.grade_id == name
    assert marks.get("points") == points


def test_heading_gets_its_tag_line_and_hints_are_folded(notebook: NotebookNode) -> None:
    first = cell(notebook, "01-output-size-exercise").source.splitlines()
    assert first[:3] == ["## Exercise 1 · How big?", "", "*●○○ · 5 min · 3 points*"]
    hints = cell(notebook, "01-output-size-hints").source
    assert hints.count("<details><summary>Hint ") == 3
    assert "The first stop counts too." in hints


def test_badge_opens_the_released_notebook(notebook: NotebookNode) -> None:
    badge = cell(notebook, "01-badge").source
    assert "https://colab.research.google.com/github/" in badge
    assert badge.endswith("/release/01/01_tiny.ipynb)")


def test_set_up_installs_our_own_distribution(notebook: NotebookNode) -> None:
    source = cell(notebook, "01-setup").source
    assert "cvlib-course @ git+https://" in source
    assert "pip install cvlib\n" not in source


def test_last_cell_is_a_receipt_that_grading_takes_for_a_demonstration(
    notebook: NotebookNode,
) -> None:
    last = notebook.cells[-1]
    assert last.source.endswith('cvlib.receipt("01")')
    assert last.metadata == {}


def test_what_students_may_know_of_exercises_is_written_where_cvlib_lies(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    session = tiny_session(settings)
    build_session(session, settings)
    assert not (tmp_path / "cvlib").exists()  # a course without a package of its own
    (tmp_path / "cvlib").mkdir()
    build_session(session, settings.at(tmp_path / "elsewhere"))
    assert files_below(tmp_path / "cvlib") == {}
    build_session(session, settings)
    (table,) = files_below(tmp_path / "cvlib").values()
    assert json.loads(table)["exercises"][1] == {
        "id": "01-receptive-field", "title": "Exercise 2 · How far does it see?", "points": 1.0,
        "minutes": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("extra", "wanted", "names"),
    [
        ("detection", "cvlib-course[detection] @ git+", ["ultralytics"]),
        ("prompting", "cvlib-course[prompting] @ git+", ["segment-anything"]),
        (
            "detection,prompting",
            "cvlib-course[detection,prompting] @ git+",
            ["ultralytics", "segment-anything"],
        ),
    ],
)
def test_set_up_installs_what_a_session_needs_besides(
    tmp_path: Path, extra: str, wanted: str, names: list[str]
) -> None:
    settings = make_course(tmp_path)
    path = settings.course / "01_tiny.py"
    path.write_text(TEXT.replace("setup=true", f'setup=true extra="{extra}"'), encoding="utf-8")
    source = cell(to_notebook(tiny_session(settings), settings), "01-setup").source
    assert wanted in source
    quoted = ", ".join(f'"{name}"' for name in ["cvlib-course", *names])
    assert f"for name in ({quoted}):" in source
    private = source.find("import cvlib.ultralytics_offline")
    assert (private >= 0) == ("ultralytics" in names)
    assert private < source.index("import math"), "too late: the session's own imports come first"
    ast.parse(source.replace("%pip", "pass #"))


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    build_session(tiny_session(settings), settings)
    before = files_below(settings.source)
    build_session(tiny_session(settings), settings)
    assert files_below(settings.source) == before
    assert list(before) == ["01/01_tiny.ipynb"]


def test_a_changed_number_in_the_text_reaches_the_notebook(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    build_session(tiny_session(settings), settings)
    path = settings.course / "01_tiny.py"
    path.write_text(TEXT.replace("minutes=5\n# ## Exercise 1", "minutes=7\n# ## Exercise 1"))
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "build", "01"])
    assert done.exit_code == 0, done.output
    assert "10 points" in done.output
    assert b"7 min" in files_below(settings.source)["01/01_tiny.ipynb"]


def test_build_in_a_folder_that_is_no_course_is_one_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "build"])
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "course.toml: not found" in done.stderr
    assert files_below(tmp_path) == {}
