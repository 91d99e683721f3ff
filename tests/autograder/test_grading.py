"""Batch grading: scores, resuming, faults, and agreement with nbgrader's own command."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from autograder import nbgrader_bridge
from autograder.cli import main
from autograder.desk import Desk, Ran
from autograder.engine.engine import Engine, Parents
from autograder.engine.preprocessors import ExecuteIsolated
from autograder.engine.ticket import Budget
from autograder.errors import CourseError, GradingError
from autograder.gradebook import waiting
from autograder.grading import Options
from autograder.guard import STAMP
from autograder.nbgrader_bridge import open_gradebook
from autograder.reasons import remember
from tests.autograder.grading_course import FULL, RIGHT_SIZE, WRONG_SIZE, Class

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")

HANGS = "def receptive_field(layers):\n    while True:\n        pass\n"
EXITS = "import os\nos._exit(3)\n"
BEGUN = "def conv_output_size(size):\n    # once more\n    ...\n"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Class:
    """A class that was graded once; tests may look but not change."""
    course = Class(tmp_path_factory.mktemp("graded"), engine)
    course.hand_in("right")
    course.hand_in("wrong-size", size=WRONG_SIZE)
    course.hand_in("hangs", field=HANGS)
    course.hand_in("exits", field=EXITS)
    course.hand_in_two("twice", RIGHT_SIZE, WRONG_SIZE)
    course.hand_in_two(
        "begun-again", RIGHT_SIZE, "def conv_output_size(size):\n    # TODO\n    ..."
    )
    shutil.copytree(course.place("right").parent, course.settings.submitted / "blank" / "01")
    shutil.copy(course.released, course.place("blank"))
    course.place("letter").parent.mkdir(parents=True)
    course.place("letter").write_text("Dear teacher", encoding="utf-8")
    course.place("nothing").parent.mkdir(parents=True)
    course.results = course.grade(Options(budget=Budget(cell=2, total=20)))  # type: ignore[attr-defined]
    return course


def test_right_answers_get_everything_and_empty_ones_nothing(graded: Class) -> None:
    assert FULL.items() <= graded.scores("right").items()
    assert set(graded.scores("blank").values()) == {0.0}


def test_partial_credit_comes_with_a_message(graded: Class) -> None:
    scores = graded.scores("wrong-size")
    assert 0 < scores["01-output-size-hidden"] < 2
    output = graded.output("wrong-size", "01-output-size-hidden")
    assert "cases right" in output
    assert "What happened" in output


@pytest.mark.parametrize(("student", "reason"), [("hangs", "too long"), ("exits", "ended")])
def test_hanging_and_crashing_cells_cost_only_their_own_question(
    graded: Class, student: str, reason: str
) -> None:
    scores = graded.scores(student)
    assert scores["01-output-size-hidden"] == 2.0
    assert scores["01-receptive-field-hidden"] == 0.0
    told = graded.output(student, "01-receptive-field-hidden")
    told += graded.output(student, "01-receptive-field-solution")
    assert reason in told


@pytest.mark.parametrize(
    ("student", "reason"), [("letter", "not a notebook"), ("nothing", "no such")]
)
def test_what_is_no_notebook_is_reported_with_a_reason(
    graded: Class, student: str, reason: str
) -> None:
    assert reason in graded.results[student].reason  # type: ignore[attr-defined]
    assert not (graded.settings.autograded / student).exists()


def test_feedback_shows_diagnoses_but_no_hidden_test(graded: Class) -> None:
    nbgrader_bridge.feedback(graded.settings, "01", "wrong-size")
    page = (graded.settings.feedback / "wrong-size" / "01" / "01_tiny.html").read_text()
    assert "What happened" in page
    assert "(64, 3, 3, 1, 2)" not in page
    assert "HIDDEN TESTS" not in page


def test_unchanged_submissions_are_left_alone_and_changed_ones_graded_again(
    tmp_path: Path, engine: Engine
) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone", size=WRONG_SIZE)
    course.hand_in("other")
    course.grade()
    course.hand_in("anyone")
    again = course.grade()
    assert (again["anyone"].unchanged, again["other"].unchanged) == (False, True)
    assert course.scores("anyone")["01-output-size-hidden"] == 2.0
    assert not course.grade(Options(again=True))["other"].unchanged


def test_after_a_damaged_stamp_a_submission_is_graded_again(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    course.grade()
    (course.settings.autograded / "anyone" / "01" / STAMP).write_text("[1]")
    assert not course.grade()["anyone"].unchanged
    assert course.grade()["anyone"].unchanged


def test_a_notebook_without_marks_gets_the_points_of_one_with_marks(
    tmp_path: Path, engine: Engine
) -> None:
    course = Class(tmp_path, engine)
    path = course.hand_in("stripped")
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.metadata, cell["id"] = nbformat.from_dict({}), f"other-{cell['id']}"
    nbformat.write(notebook, path)
    result = course.grade()["stripped"]
    scores = course.scores("stripped")
    assert {name: scores[name] for name in FULL} == FULL
    found = [note.partition(":")[0] for note in result.repairs if "found in cell" in note]
    assert found == ["01-output-size-solution", "01-receptive-field-solution"]


def test_manual_grades_and_late_penalties_survive_regrading(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    (course.place("anyone").parent / "timestamp.txt").write_text("2026-05-02 12:00:00 UTC")
    with open_gradebook(course.settings) as book:
        book.update_or_create_assignment("01", duedate="2026-05-01 12:00:00 UTC")
    config = course.settings.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.AssignLatePenalties.plugin_class = "
                      "'tests.autograder.late_penalty.HalfPointADay'\n")  # fmt: skip
    course.grade()
    with open_gradebook(course.settings) as book:
        grade = book.find_grade("01-why-open", "01_tiny", "01", "anyone")
        grade.manual_score = 2.5
        book.find_comment("01-why-open", "01_tiny", "01", "anyone").manual_comment = "Nicely put"
        book.db.commit()
    course.grade(Options(again=True))
    with open_gradebook(course.settings) as book:
        submission = book.find_submission("01", "anyone")
        comment = book.find_comment("01-why-open", "01_tiny", "01", "anyone")
        assert book.find_grade("01-why-open", "01_tiny", "01", "anyone").manual_score == 2.5
        assert comment.manual_comment == "Nicely put"
        assert submission.late_submission_penalty == 0.5
        assert submission.score == sum(FULL.values()) + 2.5


def test_nbgraders_own_command_gives_the_same_scores(
    graded: Class, tmp_path: Path, engine: Engine
) -> None:
    course = Class(tmp_path, engine)
    students = ("right", "wrong-size", "blank", "twice", "begun-again")
    for student in students:
        shutil.copytree(graded.place(student).parent, course.place(student).parent)
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    subprocess.run([programs / "nbgrader", "autograde", "01"], cwd=tmp_path, check=True,
                   env=os.environ | {"PATH": path}, capture_output=True)  # fmt: skip
    for student in students:
        assert course.scores(student) == graded.scores(student)
    for student in ("twice", "begun-again"):
        assert FULL.items() <= course.scores(student).items()


def test_an_interrupted_submission_is_graded_by_the_next_run(
    tmp_path: Path, engine: Engine
) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    course.grade()
    os.unlink(course.settings.autograded / "anyone" / "01" / STAMP)
    assert not course.grade()["anyone"].unchanged
    assert FULL.items() <= course.scores("anyone").items()


def test_a_locked_gradebook_is_one_sentence(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    lock = sqlite3.connect(course.settings.gradebook)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(CourseError) as caught:
            course.grade()
    finally:
        lock.close()
    assert "locked" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert course.grade()["anyone"].reason == ""


def test_nothing_to_grade_is_one_sentence(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    with pytest.raises(CourseError, match="no such folder"):
        course.grade()


def test_no_engine_is_started_where_nothing_is_left_to_run(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("done")
    course.place("letter").parent.mkdir(parents=True)
    course.place("letter").write_text("Dear teacher")
    (course.settings.submitted / "nothing" / "01").mkdir(parents=True)
    first = course.grade()
    assert first["letter"].reason
    remember(course.settings, course.session, first.values())
    monkeypatch.setattr(Parents, "__init__", lambda *_: pytest.fail("an engine was started"))
    course.engine = None
    again = course.grade()
    assert again["done"].unchanged
    assert (again["letter"].reason, again["nothing"].reason) == (
        first["letter"].reason, first["nothing"].reason)  # fmt: skip
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "grade", "01"])
    assert done.exit_code == 0, done.output
    assert "0 graded, 1 unchanged since then, 2 could not be graded" in done.output
    course.hand_in("letter")
    with pytest.raises(pytest.fail.Exception, match="an engine was started"):
        course.grade()


def test_how_many_wait_for_a_person_is_told(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in_cells("ada", {"01-why-open": "Because of the borders."})
    course.hand_in("bob")
    course.grade()
    assert waiting(course.settings, "01") == ["ada"]
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "grade", "01"])
    assert "\n  1 waits for a person: `jupyter lab`" in done.output


def test_a_penalty_that_cannot_be_imported_is_one_sentence(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("ada")
    config = tmp_path / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.AssignLatePenalties.plugin_class = 'late.Late'\n")
    with pytest.raises(CourseError, match=r"nbgrader_config\.py: .*'late\.Late', can't be import"):
        course.grade()
    assert not course.settings.autograded.exists()


def test_the_command_enters_names_from_the_roster(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("ada")
    course.grade()
    command = ["--root", str(tmp_path), "grade", "01"]
    assert CliRunner().invoke(main, command).exit_code == 0, "a roster is not needed"
    table = tmp_path / "roster.csv"
    table.write_text("id,first name,last name,e-mail\nada,Ada,Lovelace,ada@example.org\n")
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    with open_gradebook(course.settings) as book:
        ada = book.find_student("ada")
        assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "Lovelace", "ada@example.org")
    table.write_text("nothing,of,use\n")
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    assert done.output == f"course: {table}: has no column with ids; call it id\n"


def test_a_result_that_was_not_taken_over_is_forgotten(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")

    def fails(*_: object) -> None:
        assert len(ExecuteIsolated.ready) == 1
        raise GradingError("the gradebook is in use")

    monkeypatch.setattr(nbgrader_bridge, "autograde", fails)
    assert course.grade()["anyone"].reason == "the gradebook is in use"
    assert ExecuteIsolated.ready == {}


def test_an_error_that_nobody_foresaw_costs_one_submission(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("odd")
    course.hand_in("right")
    runs = Desk.execute

    def execute(desk: Desk, student: str) -> Ran:
        if student == "odd":
            raise MemoryError("far too deep")
        return runs(desk, student)

    monkeypatch.setattr(Desk, "execute", execute)
    results = course.grade()
    assert "odd/01/01_tiny.ipynb: can't be graded" in results["odd"].reason
    assert "far too deep" in results["odd"].reason
    assert not results["right"].reason
    assert FULL.items() <= course.scores("right").items()
