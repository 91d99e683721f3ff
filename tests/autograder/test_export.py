"""Grades for learning platforms: what is read back equals the gradebook, and 0 means 0."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.grading import Result as Graded
from autograder.nbgrader_bridge import open_gradebook
from autograder.reasons import remember
from tests.autograder.grading_course import FULL, Class

TITLE = "01 · A tiny session"
ROSTER = """\
id,first name,last name,email,canvas id
ada,Ada,Lovelace,Ada@Example.org,815
alan,Alan,Turing,alan@example.org,816
emmy,Emmy,Nöther,emmy@example.org,817
grace,Grace,"=cmd|' /C calc'!A0",grace@example.org,818
kurt,Kurt,Gödel,kurt@example.org,819
lise,Lise,Meitner,lise@example.org,820
"""
# What counts: all points and 2 for the essay less half a point; nothing right; and so on.
COUNTS = {"ada": "8.5", "alan": "0", "emmy": "", "grace": "7", "kurt": "", "lise": ""}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """A gradebook with every state there is; nothing has to run for it."""
    made = Class(tmp_path_factory.mktemp("export"))
    (made.settings.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    hand_in(made, "ada", FULL, essay=2.0, penalty=0.5)
    hand_in(made, "alan", dict.fromkeys(FULL, 0.0), penalty=0.0)
    hand_in(made, "emmy", FULL, waits=True)
    hand_in(made, "grace", FULL)
    hand_in(made, "kurt", FULL)
    remember(made.settings, made.session, [Graded("kurt", 0.0, "the new file can't be read")])
    hand_in(made, "stranger", dict.fromkeys(FULL, 0.5))
    return made


def hand_in(
    course: Class, student: str, scores: dict[str, float], *, essay: float | None = None,
    waits: bool = False, penalty: float = 0.0,
) -> None:  # fmt: skip
    """Write a graded submission into the gradebook and the folders."""
    for folder in (course.settings.submitted, course.settings.autograded):
        path = folder / student / "01" / "01_tiny.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    with open_gradebook(course.settings) as book:
        book.update_or_create_student(student)
        book.add_submission("01", student)
        notebook = book.find_submission_notebook("01_tiny", "01", student)
        notebook.late_submission_penalty = penalty
        for grade in notebook.grades:
            grade.auto_score = scores.get(grade.name, 0.0)
            grade.needs_manual_grade = waits and grade.name == "01-why-open"
            if grade.name == "01-why-open" and essay is not None:
                grade.manual_score = essay
        book.db.commit()


def export(course: Class, *arguments: str) -> tuple[list[list[str]], Result]:
    file = course.settings.root / "grades.csv"
    command = ["--root", str(course.settings.root), "export", "01", str(file), *arguments]
    done = CliRunner().invoke(main, command)
    rows = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8")))) if file.exists() else []
    file.unlink(missing_ok=True)
    return rows, done


def gradebook(course: Class) -> dict[str, float]:
    """What nbgrader itself says counts."""
    with open_gradebook(course.settings) as book:
        return {s.student_id: max(0.0, s.score - s.late_submission_penalty)
                for s in book.assignment_submissions("01")}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "column", "none"), [("moodle", -1, "-"), ("canvas", -1, ""), ("generic", 5, "")]
)
def test_what_is_read_back_equals_the_gradebook(
    course: Class, kind: str, column: int, none: str
) -> None:
    rows, done = export(course, "--to", kind)
    assert done.exit_code == 0, done.output
    key = {"moodle": 2, "canvas": 2, "generic": 0}[kind]
    read = {row[key]: row[column] for row in rows[1:] if row[key] in COUNTS}
    assert read == {student: points or none for student, points in COUNTS.items()}
    counted = gradebook(course)
    for student, points in COUNTS.items():
        if points:
            assert float(read[student]) == counted[student]


def test_moodle_finds_people_by_id_number_or_address(course: Class) -> None:
    rows, done = export(course, "--to", "moodle")
    assert rows[0] == ["First name", "Last name", "ID number", "Email address", TITLE]
    assert rows[1] == ["Ada", "Lovelace", "ada", "Ada@Example.org", "8.5"]
    assert len(rows) == 7
    assert "not on the roster, left out: stranger" in done.output
    assert "01_tiny: 4 graded, 1 waits for a person, 1 not graded" in done.output


def test_canvas_gets_its_columns_and_the_points_possible(course: Class) -> None:
    rows, _ = export(course, "--to", "canvas", "--column", "01=Homework 1 (4711)")
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section",
                       "Homework 1 (4711)"]  # fmt: skip
    assert rows[1] == ["    Points Possible", "", "", "", "", "10"]
    assert rows[2] == ["Lovelace, Ada", "815", "ada", "", "", "8.5"]


def test_columns_of_canvas_in_the_roster_are_kept_as_they_are(course: Class) -> None:
    table = course.settings.root / "canvas.csv"
    table.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Old (1)\n"
        "    Points Possible,,,,,10\n"
        '"Lovelace, Ada",99,ada,ada@login,Section A,3\n', encoding="utf-8"
    )  # fmt: skip
    rows, _ = export(course, "--to", "canvas", "--roster", str(table))
    assert rows[2:] == [["Lovelace, Ada", "99", "ada", "ada@login", "Section A", "8.5"]]


def test_the_plain_table_tells_penalty_and_state_and_needs_no_roster(course: Class) -> None:
    rows, _ = export(course, "--to", "generic")
    states = {row[0]: row[-3:] for row in rows[1:]}
    assert states == {
        "ada": ["10", "0.5", "graded"], "alan": ["10", "0", "graded"],
        "emmy": ["10", "", "waits for a person"], "grace": ["10", "0", "graded"],
        "kurt": ["10", "", "not graded"], "lise": ["10", "", "not handed in"],
        "stranger": ["10", "0", "graded"],
    }  # fmt: skip
    table = course.settings.root / "roster.csv"
    away = table.rename(table.with_suffix(".away"))
    try:
        rows, done = export(course, "--to", "generic")
        assert [row[0] for row in rows[1:]] == [
            "ada", "alan", "emmy", "grace", "kurt", "stranger"]  # fmt: skip
        rows, done = export(course, "--to", "moodle")
        assert (rows, done.exit_code) == ([], 1)
        assert "roster.csv: can't be read" in done.output
    finally:
        away.rename(table)


@pytest.mark.parametrize("kind", ["moodle", "canvas", "generic"])
def test_no_name_is_a_formula(course: Class, kind: str) -> None:
    rows, _ = export(course, "--to", kind)
    assert not any(field[:1] in ("=", "+", "@", "\t") for row in rows for field in row)
    assert any("calc" in field for row in rows for field in row)


@pytest.mark.parametrize("text", ["01", "01=", "02=Other", "=x"])
def test_a_title_for_no_session_is_one_sentence(course: Class, text: str) -> None:
    rows, done = export(course, "--to", "moodle", "--column", text)
    assert (rows, done.exit_code) == ([], 1)
    assert "write it as NN=TITLE" in done.output


def test_without_a_gradebook_it_is_one_sentence(tmp_path: Path) -> None:
    course = Class(tmp_path)
    course.settings.gradebook.unlink()
    rows, done = export(course, "--to", "generic")
    assert (rows, done.exit_code) == ([], 1)
    assert "there is no gradebook yet" in done.output


SHEET = """\
\ufeffIdentifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade",\
"Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
Participant 11,"Ada Lovelace",,Ada@Example.org,Submitted,,10.00,Yes,"Monday, 4 May 2026, 9:00 AM",-,
Participant 12,"Alan Turing",alan,,Submitted,3.00,10.00,Yes,-,-,"<p>Good, so far</p>"
Participant 13,"Emmy Nöther",,,Submitted,,10.00,Yes,-,-,
Participant 14,"Who Knows",,,Submitted,5.00,10.00,Yes,-,-,
"""


def test_moodles_worksheet_is_filled_in_and_else_left_as_it_is(course: Class) -> None:
    sheet = course.settings.root / "sheet.csv"
    sheet.write_text(SHEET, encoding="utf-8")
    rows, done = export(course, "--to", "moodle", "--worksheet", str(sheet))
    assert done.exit_code == 0, done.output
    before = list(csv.reader(io.StringIO(SHEET.lstrip("\ufeff"))))
    assert [row[5] for row in rows] == ["Grade", "8.5", "0", "", "5.00"]
    assert [row[:5] + row[6:] for row in rows] == [row[:5] + row[6:] for row in before]
    assert "not on the roster, left as they are: Who Knows" in done.output


@pytest.mark.parametrize(
    ("text", "told"),
    [(SHEET.replace("10.00,Yes", "100.00,Yes"), "Moodle's maximum is 100.00, the session's is 10"),
     (SHEET.replace("10.00,Yes", "A-F,Yes"), "Moodle's maximum is A-F"),
     ("name,Grade\nAda,3\n", "it has no column 'Identifier'"), ("", "it has no column")],
)  # fmt: skip
def test_what_is_no_worksheet_for_these_points_is_refused(
    course: Class, text: str, told: str
) -> None:
    sheet = course.settings.root / "sheet.csv"
    sheet.write_text(text, encoding="utf-8")
    rows, done = export(course, "--to", "moodle", "--worksheet", str(sheet))
    assert (rows, done.exit_code) == ([], 1)
    assert told in done.output
    assert export(course, "--to", "canvas", "--worksheet", str(sheet))[1].exit_code == 1
