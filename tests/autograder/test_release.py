"""source/ → release/: what students get, and that a failure leaves the old release alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.errors import GradingError, LeakError
from autograder.nbgrader_bridge import open_gradebook
from autograder.release import release_session
from autograder.settings import Settings, load_settings
from tests.autograder.grading_course import released_course
from tests.tiny import TEXT, files_below, make_course, tiny_session


def copied(folder: Path) -> Settings:
    """A copy of a tiny course that was released."""
    shutil.copytree(released_course(), folder, dirs_exist_ok=True)
    return load_settings(folder)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return copied(tmp_path_factory.mktemp("release"))


@pytest.fixture
def course(tmp_path: Path) -> Settings:
    """For one test, to change."""
    return copied(tmp_path)


def sources(settings: Settings) -> dict[str, str]:
    path = settings.release / "01" / "01_tiny.ipynb"
    return {c["id"]: "".join(c["source"]) for c in json.loads(path.read_text())["cells"]}


def test_stub_stands_in_place_of_the_solution(released: Settings) -> None:
    stub = sources(released)["01-output-size-solution"]
    assert stub.startswith("def conv_output_size(")
    assert '"""How many times the window fits."""' in stub
    assert "# YOUR CODE HERE" in stub
    assert "raise NotImplementedError('not written yet')" in stub
    compile(stub, "stub", "exec")


def test_hidden_tests_and_model_answer_are_gone(released: Settings) -> None:
    cells = sources(released)
    assert "check.function" in cells["01-output-size-check"]
    assert cells["01-output-size-hidden"] == "# Hidden tests: they run when your work is graded."
    assert cells["01-why-open"] == "*Your answer here: replace this line.*"


def test_gradebook_knows_the_cells_and_their_points(released: Settings) -> None:
    with open_gradebook(released) as book:
        notebook = book.find_notebook("01_tiny", "01")
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        texts = {cell.name: cell.source for cell in notebook.source_cells}
    assert points == {
        "01-output-size-check": 1, "01-output-size-hidden": 2,
        "01-receptive-field-check": 1, "01-receptive-field-hidden": 3, "01-why-open": 3,
    }  # fmt: skip
    assert "cases=[(32, 3), (224, 7, 2, 3)" in texts["01-output-size-hidden"]


def test_releasing_twice_gives_the_same_bytes(released: Settings) -> None:
    before = files_below(released.release)
    release_session(tiny_session(released), released)
    assert files_below(released.release) == before
    assert list(before) == ["01/01_tiny.ipynb"]


def test_leak_leaves_the_old_release_alone(course: Settings) -> None:
    before = files_below(course.release)
    (course.course / "01_tiny.py").write_text(TEXT.replace("How big?", "How large?"))
    (course.source / "01" / "notes.txt").write_text("nbgrader copies what lies here\n")
    done = CliRunner().invoke(main, ["--root", str(course.root), "release", "01"])
    assert done.exit_code == 1
    assert "notes.txt: this file does not belong in a release" in done.stderr
    assert files_below(course.release) == before


def test_stray_file_in_release_is_found(course: Settings) -> None:
    (course.release / "01" / "solution.py").write_text("pass\n")
    with pytest.raises(LeakError, match=r"solution\.py: this file does not belong in a release"):
        release_session(tiny_session(course), course)


def test_locked_gradebook_is_one_sentence_and_nothing_is_released(course: Settings) -> None:
    before = files_below(course.release)
    (course.course / "01_tiny.py").write_text(TEXT.replace("How big?", "How large?"))
    other = sqlite3.connect(course.gradebook, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        done = CliRunner().invoke(main, ["--root", str(course.root), "release", "01"])
    finally:
        other.close()
    assert done.exit_code == 1
    (message,) = done.stderr.splitlines()
    assert "gradebook.db" in message
    assert "locked" in message
    assert files_below(course.release) == before


def test_broken_gradebook_is_one_sentence(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    settings.gradebook.write_bytes(b"this is not a database " * 100)
    with pytest.raises(GradingError, match=r"gradebook\.db"):
        release_session(tiny_session(settings), settings)
    assert not settings.release.exists()


def test_release_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    settings.release.write_text("a file stands where the folder belongs")
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "release", "01"])
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "release" in done.stderr


def test_released_file_is_readable_by_everyone(released: Settings) -> None:
    path = released.release / "01" / "01_tiny.ipynb"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
