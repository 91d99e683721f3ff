"""The page of the whole course: right numbers out of the sessions' tables, self-contained."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course_page import (
    Column,
    Row,
    frequent,
    read_column,
    rows_of,
    write_course_page,
)
from autograder.errors import CourseError
from autograder.report import write_report
from autograder.session import Session
from autograder.settings import Settings
from tests.autograder.made import student
from tests.tiny import TEXT, files_below, make_course, tiny_session

CLASS = [
    student("ada", (1, 2), (1, 3), essay="graded"),
    student("bob", (1, 0.67), (1, 3), told=("rounds_up",)),
    student("=eve", (0, 0), (1, 3), told=("rounds_up",)),
    student("gone", reason="has no cells"),
]


@pytest.fixture
def course(tmp_path: Path) -> tuple[Settings, Session, Session]:
    settings = make_course(tmp_path)
    first = tiny_session(settings)
    path = settings.course / "02_small.py"
    path.write_text(TEXT.replace("01", "02").replace("02_tiny", "02_small"), encoding="utf-8")
    second = replace(first, path=path)
    write_report(settings, first, CLASS)
    return settings, first, second


def test_page_and_table_hold_all_students_and_sessions(
    course: tuple[Settings, Session, Session],
) -> None:
    settings, first, second = course
    write_report(settings, second, [CLASS[0], student("bob", (0, 0), (0, 0))])
    path = write_course_page(settings, [first, second])
    assert path == settings.reports / "index.html"
    with path.with_suffix(".csv").open() as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["of", "'=eve", "ada", "bob", "gone"]
    assert (rows["of"]["01"], rows["of"]["02"]) == ("10", "10")
    assert (rows["ada"]["01"], rows["ada"]["02"], rows["ada"]["change"]) == ("9", "9", "0.000")
    assert (rows["bob"]["01"], rows["bob"]["02"], rows["bob"]["change"]) == ("5.67", "0", "-0.567")
    assert (rows["'=eve"]["01"], rows["'=eve"]["02"]) == ("4", "")
    assert (rows["gone"]["01"], rows["gone"]["mean share"]) == ("", "")
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert "4 students, 2 sessions with a report." in text
    assert "57 points of a hundred below the own mean before" in text
    assert text.count("nothing graded in the latest session") == 2
    assert "The result of the division is rounded up" in text


def test_page_is_self_contained_and_leads_to_the_sessions(
    course: tuple[Settings, Session, Session],
) -> None:
    settings, first, _ = course
    path = write_course_page(settings, [first])
    assert path is not None
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img|iframe|form)\b|url\(|@import|https?:", text)
    addresses = set(re.findall(r'href="([^"]+)"', text))
    assert addresses == {"01.html", "01.html#mistakes"}
    assert 'id="mistakes"' in (settings.reports / "01.html").read_text(encoding="utf-8")
    assert all("scope=" in head for head in re.findall(r"<th\b[^>]*>", text))
    assert "One session so far" in text
    before = files_below(settings.reports)
    write_course_page(settings, [first])
    assert files_below(settings.reports) == before


def test_without_any_report_there_is_no_page(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    assert write_course_page(settings, [tiny_session(settings)]) is None


def test_a_broken_table_is_one_sentence(course: tuple[Settings, Session, Session]) -> None:
    settings, first, _ = course
    for text in ("student,points\n", "student,points,of\na,many,3\n", "student\na\n"):
        (settings.reports / "01.csv").write_text(text)
        if text == "student,points\n":  # nobody: no harm
            assert read_column(first, settings.reports / "01.csv").points == {}
            continue
        with pytest.raises(CourseError, match=r"01\.csv: can.t be understood .*course report 01"):
            read_column(first, settings.reports / "01.csv")


@pytest.mark.parametrize(
    ("shares", "mean", "change", "concern"),
    [
        ((0.9, 0.8, 0.85), 0.85, 0.0, ""),
        ((0.9, 0.9, 0.5), 2.3 / 3, -0.4, "40 points of a hundred below the own mean before"),
        ((0.9, None), 0.9, None, "nothing graded in the latest session"),
        ((None, 0.4), 0.4, None, ""),
        ((None, None), None, None, "nothing graded in the latest session"),
    ],
)
def test_trend_of_one_student(
    shares: tuple[float | None, ...], mean: float | None, change: float | None, concern: str
) -> None:
    row = Row("ada", shares)
    assert row.mean == (None if mean is None else pytest.approx(mean))
    assert row.change == (None if change is None else pytest.approx(change))
    assert row.concern == concern


def test_quartiles_and_frequent_mistakes() -> None:
    made = [(2, "01-a", "says a"), (5, "01-b", "says b")]
    column = Column("01", "One", 10, {"a": 2, "b": 4, "c": 6, "d": 8, "e": 10, "f": None}, made)
    assert column.quartiles == (0.4, 0.6, 0.8)
    assert replace(column, points={"a": 5}).quartiles == (0.5, 0.5, 0.5)
    assert replace(column, points={}).quartiles == (0, 0, 0)
    other = replace(column, number="02", mistakes=[(3, "02-c", "says c")])
    assert [m[2] for m in frequent([column, other])] == ["01-b", "02-c", "01-a"]
    assert [row.student for row in rows_of([column])] == ["a", "b", "c", "d", "e", "f"]
