"""Regrading one exercise: who changes, what stays, and that looking writes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from autograder.change import Change
from autograder.cli import main
from autograder.engine.engine import Engine
from autograder.engine.plan import grade_id
from autograder.errors import CourseError
from autograder.nbgrader_bridge import open_gradebook
from autograder.regrade import Regrader, find_exercise
from autograder.regraded import write
from autograder.release import release_session
from tests.autograder.grading_course import RIGHT_FIELD, WRONG_SIZE, Class
from tests.tiny import files_below, tiny_session

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")
WRONG_FIELD = RIGHT_FIELD.replace("jump *= stride", "jump += stride")
# The test that was wrong: it asks for a field of 0 where no layer is.
BAD = "cases=[([(7, 2, 1), (3, 2, 1), (3, 1, 2)],), ([],), ([(3, 2, 2), (5, 3, 1)],)],"
GOOD = "cases=[([(7, 2, 1), (3, 2, 1), (3, 1, 2)],), ([(3, 2, 2), (5, 3, 1)],)],"
TEXTS = {"empty-list-missing": RIGHT_FIELD.replace("    field, jump = 1, 1\n",
         "    if not layers:\n        return None\n    field, jump = 1, 1\n"),
         "right": RIGHT_FIELD, "wrong": WRONG_FIELD}  # fmt: skip
HIDDEN = "01-receptive-field-hidden"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Class:
    """A class that was graded, late penalties and all; to be copied."""
    course = Class(tmp_path_factory.mktemp("graded"), engine)
    for student, text in TEXTS.items():
        path = course.hand_in(student, size=WRONG_SIZE, field=text)
        (path.parent / "timestamp.txt").write_text("2026-05-02 12:00:00 UTC")
    with open_gradebook(course.settings) as book:
        book.update_or_create_assignment("01", duedate="2026-05-01 12:00:00 UTC")
    config = course.settings.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    course.grade()
    return course


@pytest.fixture
def course(graded: Class, tmp_path: Path) -> Class:
    """A copy of it whose test has been mended and released."""
    shutil.copytree(graded.settings.root, tmp_path, dirs_exist_ok=True)
    copy = Class.__new__(Class)
    copy.__dict__.update(graded.__dict__)
    copy.settings = type(graded.settings)(tmp_path, tmp_path, graded.settings.repository)
    text = tmp_path / "course" / "01_tiny.py"
    text.write_text(text.read_text().replace(BAD, GOOD))
    copy.session = tiny_session(copy.settings)
    copy.released = copy.settings.release / "01" / "01_tiny.ipynb"
    return copy


def regrader(course: Class) -> Regrader:
    assert course.engine is not None
    exercise = find_exercise(course.session, "receptive-field")
    return Regrader(course.settings, course.session, exercise, course.engine)


def look(course: Class) -> dict[str, Change]:
    return {change.student: change for change in regrader(course).look(lambda items, _: items)}


def test_a_test_that_was_not_released_is_refused(course: Class) -> None:
    with pytest.raises(CourseError, match=r"run `course release 01` first"):
        regrader(course)


def test_only_an_exercise_of_the_session_can_be_regraded(course: Class) -> None:
    with pytest.raises(CourseError, match=r"nope: no such exercise in 01_tiny; there are: 01-out"):
        find_exercise(course.session, "nope")


def test_looking_tells_whose_mark_changes_and_writes_nothing(course: Class) -> None:
    release_session(course.session, course.settings)
    before = files_below(course.settings.root)
    changes = look(course)
    assert files_below(course.settings.root) == before
    assert {name for name, change in changes.items() if not change.changes} == {"right"}
    assert (changes["wrong"].before[HIDDEN], changes["wrong"].after[HIDDEN]) == (1.0, 0.0)
    change = changes["empty-list-missing"]
    assert (change.before[HIDDEN], change.after[HIDDEN]) == (2.0, 3.0)
    assert change.new_total == change.total + 1


def test_writing_changes_these_marks_and_keeps_what_people_did(
    course: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    release_session(course.session, course.settings)
    place = ("01_tiny", "01", "empty-list-missing")
    with open_gradebook(course.settings) as book:
        book.find_grade("01-why-open", *place).manual_score = 2.5
        book.find_comment("01-why-open", *place).manual_comment = "Nicely put"
        book.find_grade(HIDDEN, "01_tiny", "01", "right").manual_score = 0.5
        book.db.commit()
    before = {student: course.scores(student) for student in TEXTS}
    asked: list[tuple[str, ...]] = []
    run = course.engine.run  # type: ignore[union-attr]
    monkeypatch.setattr(course.engine, "run", lambda ticket: asked.append(
        tuple(s.name for s in ticket.steps if s.role == "test")) or run(ticket))  # fmt: skip
    work = regrader(course)
    write(work, work.look(lambda items, _: items))
    assert set(asked) == {("01-receptive-field-check", HIDDEN)}, "only what is needed"
    after = {student: course.scores(student) for student in TEXTS}
    assert after["empty-list-missing"] == before["empty-list-missing"] | {HIDDEN: 3.0}
    assert after["wrong"] == before["wrong"] | {HIDDEN: 0.0}
    assert after["right"] == before["right"]
    with open_gradebook(course.settings) as book:
        submission = book.find_submission("01", "empty-list-missing")
        assert book.find_grade("01-why-open", *place).manual_score == 2.5
        assert book.find_comment("01-why-open", *place).manual_comment == "Nicely put"
        assert submission.late_submission_penalty == submission.score, "still a penalty of all"
        assert book.find_grade(HIDDEN, "01_tiny", "01", "right").manual_score == 0.5
    assert "2 of 2 cases right" in course.output("empty-list-missing", HIDDEN)
    assert all(result.unchanged for result in course.grade().values()), "graded as it is now"
    assert not any(change.changes for change in look(course).values())


def test_points_that_a_person_set_stay_and_are_shown(course: Class) -> None:
    release_session(course.session, course.settings)
    place = (HIDDEN, "01_tiny", "01", "empty-list-missing")
    with open_gradebook(course.settings) as book:
        book.find_grade(*place).manual_score = 1.0
        book.db.commit()
    work = regrader(course)
    changes = work.look(lambda items, _: items)
    (change,) = (change for change in changes if change.student == "empty-list-missing")
    assert change.manual == (HIDDEN,)
    assert change.new_total == change.total
    write(work, changes)
    with open_gradebook(course.settings) as book:
        grade = book.find_grade(*place)
        assert (grade.auto_score, grade.score, grade.needs_manual_grade) == (3.0, 1.0, True)


def test_what_was_handed_in_again_since_is_left_to_grading(course: Class) -> None:
    release_session(course.session, course.settings)
    course.hand_in("wrong")
    change = look(course)["wrong"]
    assert "handed in again since it was graded; run `course grade 01`" in change.reason
    course.hand_in("new")  # never graded
    assert "new" not in look(course)


def test_another_changed_test_leaves_the_stamp_to_grading(course: Class) -> None:
    text = course.settings.course / "01_tiny.py"
    text.write_text(text.read_text().replace("cases=[(7, 3, 2), (32, 3, 1, 1)]", "cases=[(9, 3)]"))
    course.session = tiny_session(course.settings)
    release_session(course.session, course.settings)
    work = regrader(course)
    write(work, work.look(lambda items, _: items))
    assert course.scores("empty-list-missing")[HIDDEN] == 3.0
    assert not any(result.unchanged for result in course.grade().values())


@pytest.mark.usefixtures("lent_engine")
def test_the_command_shows_and_then_writes(course: Class) -> None:
    release_session(course.session, course.settings)
    command = ["--root", str(course.settings.root), "regrade", "01",
               "--exercise", "01-receptive-field"]  # fmt: skip
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "2 of 3 marks change: nothing is written; add --write" in done.output
    assert "empty-list-missing" in done.output
    done = CliRunner().invoke(main, [*command, "--write"])
    assert "2 of 3 marks change: written" in done.output
    path = course.settings.autograded / "empty-list-missing" / "01" / "01_tiny.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    assert GOOD in next(c.source for c in cells if grade_id(c) == HIDDEN)
    assert json.loads(path.read_text())["nbformat"] == 4
    assert "0 of 3 marks change" in CliRunner().invoke(main, command).output
