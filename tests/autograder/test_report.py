"""The report: right numbers, one self-contained page, nothing of a student's is executed."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.grading import Result
from autograder.release import release_session
from autograder.report import make_report, to_html, write_report
from autograder.report_tables import students as to_csv
from autograder.results import StudentResult
from autograder.session import Session
from autograder.summary import summarise
from autograder.tables import grading_summary
from tests.autograder.made import student
from tests.tiny import ROOT, files_below, make_course, tiny_session

CLASS = [
    student("full", (1, 2), (1, 3), essay="graded"),
    student("half", (1, 0.67), (1, 3), told=("rounds_up",), essay="waits"),
    student("wrong", (0, 0), (0, 0)),
    student("wrong-again", (0, 0), (1, 3), told=("rounds_up",)),
    student("blank", (0, 0), (0, 0), answered=False),
    student("broken", reason="01_tiny.ipynb: has no cells"),
]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return tiny_session(make_course(tmp_path_factory.mktemp("report")))


def test_every_student_is_counted_once_in_every_exercise(session: Session) -> None:
    summary = summarise(session, CLASS)
    assert (len(summary.graded), len(summary.failed), summary.most) == (5, 1, 10)
    first, second, essay = summary.exercises
    assert (first.full, first.partial, first.wrong, first.blank) == (1, 1, 2, 1)
    assert (second.full, second.partial, second.wrong, second.blank) == (3, 0, 1, 1)
    assert (essay.waiting, essay.partial, essay.blank) == (1, 1, 3)
    for exercise in summary.exercises:
        assert (exercise.full + exercise.partial + exercise.wrong + exercise.blank
                + exercise.waiting == 5)  # fmt: skip


def test_means_and_distribution(session: Session) -> None:
    summary = summarise(session, CLASS)
    totals = [9, 5.67, 0, 4, 0]
    assert summary.mean == pytest.approx(sum(totals) / 5)
    assert summary.median == 4
    assert summary.distribution == [2, 0, 0, 0, 1, 1, 0, 0, 0, 1]
    assert summary.exercises[0].difficulty == pytest.approx(1 - (3 + 1.67) / 5 / 3)


def test_mistakes_are_counted_and_the_unexplained_listed(session: Session) -> None:
    first = summarise(session, CLASS).exercises[0]
    (made,) = first.mistakes
    assert (made.mistake.id, made.students) == ("rounds_up", ("half", "wrong-again"))
    assert first.unexplained == ("wrong",)


def test_what_waits_and_what_nobody_answered(session: Session) -> None:
    summary = summarise(session, CLASS)
    assert summary.waiting == [("half", ["01-why"])]
    assert summary.unanswered == []
    lazy = [student(name, (0, 0), (0, 0), answered=False) for name in "ab"]
    assert len(summarise(session, lazy).unanswered) == 3


def test_class_without_anything_graded_makes_a_page_too(session: Session) -> None:
    for results in ([], [CLASS[-1]]):
        summary = summarise(session, results)
        assert (summary.mean, summary.median, sum(summary.distribution)) == (0, 0, 0)
        assert "No submission has been graded yet." in to_html(make_report(session, results))


class Page(HTMLParser):
    """Collects tags, addresses and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for key, value in attrs if key in ("href", "src", "action")]
        self.ids += [value or "" for key, value in attrs if key == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_is_self_contained(session: Session) -> None:
    text = to_html(make_report(session, CLASS))
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "form"} & set(page.tags)
    assert all(address.startswith("#") for address in page.addresses)
    assert {address[1:] for address in page.addresses} <= set(page.ids)
    assert not re.search(r"url\(|@import|https?:", text)
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text


def test_page_says_what_happened(session: Session) -> None:
    text = " ".join(Page(to_html(make_report(session, CLASS))).text.split())
    for words in (
        "5 submissions graded, 1 could not be graded, 1 waits for you",
        "Exercise 1 · How big?",
        "The result of the division is rounded up, so a last window sticks out of the input.",
        "01_tiny.ipynb: has no cells",
        "None: each question was answered by somebody.",
    ):
        assert words in text, words


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_readable_on_their_ground(scheme: str) -> None:
    """WCAG 2: a contrast of at least 4.5 for text."""
    style = (ROOT / "autograder" / "templates" / "report.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", style, re.S)
    colours: dict[str, str] = {}
    for block in blocks[: 1 if scheme == "light" else 2]:
        colours |= dict(re.findall(r"--([\w-]+): (#\w{6})", block))
    pairs = [("ink", "paper"), ("ink", "card"), ("quiet", "paper"), ("quiet", "card"),
             ("accent", "paper"), ("accent", "card"), ("ink", "code"), ("said-full", "card"),
             ("said-wrong", "card"), ("on-dark", "full"), ("on-dark", "wrong"),
             ("on-dark", "waiting"), ("on-light", "partial"), ("on-light", "blank")]  # fmt: skip
    for words, ground in pairs:
        light, dark = sorted((luminance(colours[words]), luminance(colours[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (words, ground)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_table_names_its_rows_and_columns(session: Session) -> None:
    text = to_html(make_report(session, CLASS))
    assert text.count("<table") == text.count("<thead") >= 3
    heads = re.findall(r"<th\b[^>]*>", text)
    assert heads
    assert all("scope=" in head for head in heads)
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_mistake_is_shown_with_somebodys_code(session: Session) -> None:
    code = "def conv_output_size(size): # <b>mine</b>"
    maker = replace(CLASS[1], answers={"01-output-size": code})
    page = to_html(make_report(session, [CLASS[0], maker]))
    assert "For example, half wrote:" in page
    assert "def conv_output_size(size): # &lt;b&gt;mine&lt;/b&gt;" in page


def test_what_was_repaired_is_told_of_whom(session: Session) -> None:
    mended = replace(CLASS[0], repairs=("the file was in UTF-16", "2 whole cells"))
    report = make_report(session, [mended, CLASS[1]])
    page = " ".join(to_html(report).split())
    assert "<dt>full</dt><dd>the file was in UTF-16; 2 whole cells</dd>" in page
    assert page.count("<dt>half</dt>") == 0
    assert "full,9,10,3,4,2,,,,the file was in UTF-16; 2 whole cells," in to_csv(report.summary)


def test_the_slowest_are_named(session: Session) -> None:
    timed = [replace(CLASS[0], total=1.25), replace(CLASS[1], total=7.5), CLASS[2]]
    report = make_report(session, timed)
    assert [result.student for result in report.slowest] == ["half", "full"]
    assert "half: 7.5 s" in to_html(report)
    assert "No time was measured" in to_html(make_report(session, CLASS))


def test_students_text_is_never_markup(session: Session) -> None:
    evil = "<script>alert(1)</script>"
    page = to_html(make_report(session, [student(evil, reason=f"file {evil}: broken")]))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_numbers_in_the_table(session: Session) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(summarise(session, CLASS)))))
    assert [row["student"] for row in rows] == [
        "blank", "broken", "full", "half", "wrong", "wrong-again",
    ]  # fmt: skip
    by_name = {row["student"]: row for row in rows}
    assert by_name["full"] == {
        "student": "full", "points": "9", "of": "10", "01-output-size": "3",
        "01-receptive-field": "4", "01-why": "2", "mistakes": "", "to be graded": "", "seconds": "",
        "repaired": "", "reason": "",
    }  # fmt: skip
    assert by_name["half"]["mistakes"] == "01-output-size: rounds_up"
    assert by_name["half"]["to be graded"] == "01-why"
    assert by_name["broken"]["points"] == ""  # which is not 0
    assert by_name["broken"]["reason"] == "01_tiny.ipynb: has no cells"


def test_spreadsheets_get_no_formula(session: Session) -> None:
    text = to_csv(summarise(session, [student("=1+1", reason="@SUM(A1)")]))
    assert "'=1+1," in text
    assert ",'@SUM(A1)" in text


def test_report_is_written_and_the_same_each_time(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    session = tiny_session(settings)
    path = write_report(settings, session, CLASS)
    assert path == settings.reports / "01.html"
    before = files_below(settings.reports)
    tables = ["alike", "mistakes", "predictions", "questions", "tests"]
    assert list(before) == [*(f"01/{name}.csv" for name in tables), "01.csv", "01.html"]
    write_report(settings, session, CLASS)
    assert files_below(settings.reports) == before


def test_command_tells_where_the_page_lies(tmp_path: Path) -> None:
    settings = make_course(tmp_path)
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "report", "01"])
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "submitted: there is no such folder" in done.stderr
    release_session(tiny_session(settings), settings)
    (settings.submitted / "ada" / "01").mkdir(parents=True)
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "report", "01"])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "reports/01.html: written; open it in a browser",
        "reports/index.html: the whole course",
    ]
    assert "not graded yet" in (settings.reports / "01.html").read_text(encoding="utf-8")


def test_result_without_cells_is_a_plain_dataclass() -> None:
    assert StudentResult("a").points() == 0


def test_summary_of_grading_names_the_slowest_and_the_reasons(session: Session) -> None:
    results = [
        Result("a", 1.0),
        Result("b", 2.5),
        Result("c", 9.0, unchanged=True),
        Result("d", 0.1, "d.ipynb: has no cells"),
    ]
    assert grading_summary(session, results).splitlines() == [
        "01_tiny: 2 graded, 1 unchanged since then, 1 could not be graded",
        "  d: [red]d.ipynb: has no cells[/]",
        "  slowest: b, 2.5 s",
    ]
    assert grading_summary(session, []) == "01_tiny: 0 graded"
