"""The demonstration class: what it is made of, and that it notices when grades disagree."""

from __future__ import annotations

import ast
import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.classroom import Bank, Student, filled, make_class, names_in
from autograder.cli import main
from autograder.demo import clean_folder, differences
from autograder.engine.engine import Engine
from autograder.errors import CourseError
from autograder.results import StudentResult, read_results
from autograder.session import Session, find_session, read_session
from autograder.settings import Settings, load_settings
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def session() -> Session:
    return read_session(find_session(ROOT / "course", "01"))


@pytest.fixture(scope="module")
def students(session: Session) -> list[Student]:
    return make_class(session, ROOT)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in a folder of its own."""
    folder = tmp_path_factory.mktemp("course")
    for part in ("course", "tests/variants"):
        shutil.copytree(ROOT / part, folder / part)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


@pytest.fixture(scope="module")
def run(course: Path) -> Result:
    """One demonstration from start to end."""
    return CliRunner().invoke(main, ["--root", str(course), "demo"])


@pytest.fixture(scope="module")
def results(run: Result, course: Path, session: Session) -> list[StudentResult]:
    return read_results(load_settings(course).at(course / ".demo"), session)


def test_class_is_large_and_of_every_kind(students: list[Student]) -> None:
    assert len(students) >= 24
    names = [student.id for student in students]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and " " not in name for name in names)
    assert {student.file for student in students} == {"notebook", "empty", "no notebook"}
    kinds = {attempt.kind for student in students for attempt in student.answers.values()}
    assert kinds == {"solution", "variant", "mistake"}
    assert {student.essay for student in students} == {True, False}
    assert any(len(student.mistakes) == 3 for student in students)
    assert any(not student.answers and student.file == "notebook" for student in students)


def test_readme_tells_how_many_they_are(students: list[Student]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"lets {len(students)} fictitious students hand in" in readme


def test_every_exercise_has_somebody_with_just_that_mistake(
    students: list[Student], session: Session
) -> None:
    for exercise in session.exercises:
        assert any(list(student.mistakes) == [exercise.id] for student in students)


@pytest.mark.parametrize("number", ["01", "07"])
def test_nobody_builds_on_an_answer_that_is_wrong_or_blank(number: str) -> None:
    session = read_session(find_session(ROOT / "course", number))
    for student in make_class(session, ROOT):
        right = {name for name in student.answers if name not in student.mistakes}
        missing = {e.answer_name for e in session.exercises if e.id not in right} - {""}
        for name in right:
            names = names_in(student.answers[name].source) & missing
            assert not names, f"{student.id}: {name} builds on {names}"


def test_foundations_are_the_exercises_that_others_call(session: Session) -> None:
    bank = Bank(session, ROOT)
    for name in bank.foundations():
        called = next(e.answer_name for e in session.exercises if e.id == name)
        sources = [a.source for key, known in bank.known.items() if key != name for a in known]
        assert any(called in {n.id for n in ast.walk(ast.parse(s)) if isinstance(n, ast.Name)}
                   for s in sources)  # fmt: skip


def test_answers_go_into_solution_cells_and_nowhere_else(students: list[Student]) -> None:
    stub = {"cell_type": "code", "source": "stub",
            "metadata": {"nbgrader": {"grade_id": "01-conv2d-solution"}}}  # fmt: skip
    test = {"cell_type": "code", "source": "test",
            "metadata": {"nbgrader": {"grade_id": "01-conv2d-check"}}}  # fmt: skip
    prose = {"cell_type": "markdown", "source": "text", "metadata": {}}
    notebook = {"cells": [stub, test, prose]}
    right = next(student for student in students if student.id == "everything-right")
    new = filled(notebook, right)["cells"]
    assert new[0]["source"].startswith("def conv2d(")
    assert "### BEGIN" not in new[0]["source"]
    assert new[1:] == [test, prose]
    assert stub["source"] == "stub"


def test_demonstration_ends_well_and_says_so(run: Result, students: list[Student]) -> None:
    assert run.exit_code == 0, run.output
    last = run.stdout.splitlines()[-1]
    assert last == (
        f"{len(students)} students: what the gradebook says and what they were made of agree."
    )


def test_table_is_pleasant_at_a_hundred_columns(run: Result, students: list[Student]) -> None:
    table = run.stdout.split("Mistakes by exercise")[0].splitlines()
    assert max(map(len, table)) <= 100
    for student in students:
        assert any(line.startswith(student.id + " ") for line in table), student.id
    assert "…" not in run.stdout


def test_every_mistake_that_was_made_is_in_the_summary(
    run: Result, students: list[Student], session: Session
) -> None:
    from cvlib import mistakes

    summary = " ".join(run.stdout.split("Mistakes by exercise")[1].split())
    made = {(name, key) for student in students for name, key in student.mistakes.items()}
    for name, key in made:
        (known,) = [mistake for mistake in mistakes.of(name) if mistake.id == key]
        assert known.says in summary, f"{name} {key}"


def test_files_that_cannot_be_graded_have_a_reason_and_no_points(
    run: Result, results: list[StudentResult]
) -> None:
    failed = {result.student: result.reason for result in results if result.reason}
    assert set(failed) == {"empty-notebook", "not-a-notebook"}
    assert all("01_convolution_arithmetic.ipynb" in reason for reason in failed.values())
    assert "not-a-notebook could not be graded: " in run.stdout


def test_report_and_feedback_lie_where_it_says(run: Result, course: Path) -> None:
    assert "Report: .demo/reports/01.html" in run.stdout
    assert (course / ".demo" / "reports" / "01.html").is_file()
    pages = list((course / ".demo" / "feedback").glob("*/01/*.html"))
    graded = list((course / ".demo" / "autograded").glob("*/01/*.ipynb"))
    assert len(pages) == len(graded) >= 24


def test_feedback_tells_the_mistake_and_hides_the_hidden_test(
    run: Result, course: Path, session: Session
) -> None:
    folder = course / ".demo" / "feedback" / "flips-kernel-conv2d" / "01"
    page = next(folder.glob("*.html")).read_text(encoding="utf-8")
    assert "The kernel is turned by 180° before it slides." in page
    hidden = next(e.hidden.source for e in session.exercises if e.id == "01-conv2d")
    shown = "\n".join(cell.source for cell in session.cells if cell.role != "hidden")
    secret = [line.strip() for line in hidden.splitlines() if line.strip() not in shown]
    assert secret
    assert not [line for line in secret if len(line) > 20 and line in page]


def test_own_data_of_the_course_is_not_touched(run: Result, course: Path) -> None:
    assert sorted(path.name for path in course.iterdir()) == [
        ".demo", "course", "nbgrader_config.py", "tests",
    ]  # fmt: skip


def change(results: list[StudentResult], student: str, cell_id: str, **new: object) -> (
    list[StudentResult]
):  # fmt: skip
    """The results with one cell of one student changed."""
    return [
        dataclasses.replace(
            result,
            cells=tuple(
                dataclasses.replace(cell, **new) if cell.id == cell_id else cell  # type: ignore[arg-type]
                for cell in result.cells
            ),
        )
        if result.student == student
        else result
        for result in results
    ]


@pytest.mark.parametrize(
    ("student", "cell", "new", "line"),
    [
        ("everything-right", "01-cost-hidden", {"points": 1.0}, "01-cost: a right answer got 2"),
        ("blank-as-released", "01-cost-check", {"points": 1.0}, "01-cost: an empty answer got 1"),
        ("flips-kernel-conv2d", "01-conv2d-hidden", {"points": 5.0},
         "01-conv2d: flips_kernel passed the hidden test"),
        ("flips-kernel-conv2d", "01-conv2d-hidden", {"told": ()},
         "01-conv2d: flips_kernel was told nothing"),
        ("flips-kernel-conv2d", "01-conv2d-hidden", {"told": ("forgets_bias",)},
         "01-conv2d: flips_kernel was told forgets_bias"),
        ("everything-right", "01-frame-open", {"waits": False},
         "01-frame: does not wait for a person"),
    ],
)  # fmt: skip
def test_disagreement_is_one_line(
    results: list[StudentResult],
    students: list[Student],
    session: Session,
    student: str,
    cell: str,
    new: dict[str, object],
    line: str,
) -> None:
    assert differences(session, students, results) == []
    (told,) = differences(session, students, change(results, student, cell, **new))
    assert told.startswith(f"{student}: {line}")


def test_missing_and_wrongly_graded_files_are_noticed(
    results: list[StudentResult], students: list[Student], session: Session
) -> None:
    without = [r for r in results if r.student != "blank-as-released"]
    assert differences(session, students, without) == [
        "blank-as-released: is missing from the results"
    ]
    right = next(r for r in results if r.student == "everything-right")
    graded = [
        dataclasses.replace(right, student=r.student) if r.student == "not-a-notebook" else r
        for r in results
    ]
    (told,) = differences(session, students, graded)
    assert told == "not-a-notebook: handed in a file that is no notebook, yet was graded"


def test_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / ".demo"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(CourseError, match="was not made by `course demo`"):
        clean_folder(folder)
    assert (folder / "thesis.txt").is_file()


def test_folder_of_ours_is_made_anew(tmp_path: Path) -> None:
    folder = clean_folder(tmp_path / ".demo")
    (folder / "old").write_text("")
    assert [path.name for path in clean_folder(folder).iterdir()] == ["made-by-course-demo"]


def test_grading_again_changes_nothing(
    run: Result, course: Path, session: Session, engine: Engine
) -> None:
    """`course grade` on the same class finds that everything has been graded already."""
    settings: Settings = load_settings(course).at(course / ".demo")
    before = read_results(settings, session)
    from autograder.grading import grade_session

    again = grade_session(settings, session, lambda items, _: items, engine=engine)
    assert {r.student for r in again if not r.unchanged} == {"empty-notebook", "not-a-notebook"}
    assert read_results(settings, session) == before
    stamps = list(settings.autograded.glob("*/01/graded.json"))
    assert all(json.loads(stamp.read_text()) for stamp in stamps)
