"""Feedback pages: what they tell, that nothing in them acts, and how they are packed."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.engine.engine import Engine
from autograder.errors import CourseError, GradingError
from autograder.feedback import to_html, with_summary
from autograder.feedback_summary import read_on, summarised
from autograder.intake.naming import CANVAS, MOODLE
from autograder.nbgrader_bridge import open_gradebook
from autograder.packing import canvas_name, moodle_name, pack
from autograder.results import CellResult, StudentResult
from tests.attacks.test_pages import SCRIPT, Active
from tests.autograder.grading_course import RIGHT_FIELD, RIGHT_SIZE, WRONG_SIZE, Class
from tests.autograder.made import student

EVIL = f"def conv_output_size(*a, **k):\n    raise ValueError({SCRIPT!r})\n"
PLACED = """\
student,from,time,note
wrong,all.zip: Ada Lovelace_11_assignsubmission_file_/w.ipynb,,
evil,Jürgen Müller_12_assignsubmission_file/w.ipynb,,
blank,all.zip: carterdan_LATE_815_9001_01_tiny-2.ipynb,,
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Class:
    """A class with its feedback, given by the command."""
    made = Class(tmp_path_factory.mktemp("feedback"), engine)
    essay = {"01-why-open": f"Because $\\frac12 < x$. {SCRIPT}"}
    texts = {"01-output-size-solution": RIGHT_SIZE, "01-receptive-field-solution": RIGHT_FIELD}
    made.hand_in_cells("right", texts)
    made.hand_in("wrong", size=WRONG_SIZE)
    made.hand_in_cells("evil", {"01-output-size-solution": EVIL} | essay)
    made.hand_in_cells("blank", {})
    made.place("letter").parent.mkdir(parents=True)
    made.place("letter").write_text("Dear teacher")
    made.grade()
    with open_gradebook(made.settings) as book:
        place = ("01_tiny", "01", "wrong")
        book.find_comment("01-output-size-solution", *place).manual_comment = f"Look! {SCRIPT}"
        book.find_submission_notebook(*place).late_submission_penalty = 0.5
        book.db.commit()
    placed = made.settings.root / "collected" / "01" / "placed.csv"
    placed.parent.mkdir(parents=True)
    placed.write_text(PLACED, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def told(course: Class) -> str:
    """What the command says."""
    command = ["--root", str(course.settings.root), "feedback", "01", "--pack", "moodle"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    return done.output


def page(course: Class, name: str) -> str:
    return (course.settings.feedback / name / "01" / "01_tiny.html").read_text(encoding="utf-8")


def test_everybody_who_was_graded_gets_a_page_and_the_others_a_reason(
    course: Class, told: str
) -> None:
    assert "01_tiny: 4 pages in feedback/" in told
    assert "letter: no page, not graded yet" in told
    assert "feedback/01-moodle.zip: 2 pages" in told
    assert "not from moodle, left out: blank, right" in told
    assert not (course.settings.feedback / "letter").exists()


def test_a_page_begins_with_points_and_what_happened(course: Class, told: str) -> None:
    text = page(course, "wrong")
    summary = text[text.index('class="given-back"') : text.index("</section>")]
    assert "taken off for lateness" in summary
    assert '<a href="#01-output-size-hidden">Exercise 1 · How big?</a>' in summary
    assert "Read again: the section “An idea”" in summary
    assert "<i>" in summary, "the question that helps"
    assert "Look! &lt;script&gt;" in summary, "what a person wrote"
    assert '<a name="01-output-size-hidden"></a>' in text, "the link leads somewhere"
    right = page(course, "right")
    assert right.count('<li class="full">') == 2
    assert right.count('<li class="blank">') == 1


@pytest.mark.parametrize("name", ["evil", "wrong"])
def test_nothing_that_a_student_wrote_acts(course: Class, told: str, name: str) -> None:
    text = page(course, name)
    reader = Active()
    reader.feed(text)
    assert reader.found == []
    assert "EVIL" in text
    assert "HIDDEN TESTS" not in text


@pytest.mark.parametrize("name", ["right", "evil"])
def test_a_page_needs_no_server(course: Class, told: str, name: str) -> None:
    text = page(course, name)
    reader = Requests()
    reader.feed(text)
    assert reader.found == []
    assert "<script" not in text
    assert not re.search(r"(@import|url\(\s*['\"]?(https?:)?//)", text)
    assert ("<title>\\frac12 &lt; x</title>" in text) == (name == "evil"), "formulas are drawn"


class Requests(HTMLParser):
    """Collects what a browser would fetch to show a page; links to follow don't count."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element's own text: attributes."""
        self.found += [f"{tag} {name}={value}" for name, value in attrs
                       if name in ("src", "srcset", "href", "data", "action", "poster")
                       and tag != "a" and not str(value).startswith("data:")]  # fmt: skip


def test_moodles_zip_has_folders_that_moodle_knows(course: Class, told: str) -> None:
    with zipfile.ZipFile(course.settings.feedback / "01-moodle.zip") as package:
        assert package.namelist() == [
            "Jürgen Müller_12_assignsubmission_file_/01_tiny.html",
            "Ada Lovelace_11_assignsubmission_file_/01_tiny.html",
        ]
        for name in package.namelist():
            assert MOODLE.fullmatch(name.partition("/")[0])
            assert name.partition("/")[0].split("_")[1].isdigit()  # how Moodle itself looks
        assert package.read(package.namelist()[1]).decode() == page(course, "wrong")


def test_canvass_zip_has_names_that_canvas_knows(course: Class, told: str) -> None:
    package = pack(course.settings, course.session, "canvas")
    with zipfile.ZipFile(package.path) as opened:
        (name,) = opened.namelist()
    assert name == "carterdan_LATE_815_9001_01_tiny.html"
    found = CANVAS.fullmatch(name)
    assert found is not None
    numbers = [part for part in name.split("_") if part.isdigit()][:2]  # how Canvas itself looks
    assert numbers == [found["user"], found["number"]] == ["815", "9001"]
    again = pack(course.settings, course.session, "canvas").path.read_bytes()
    assert package.path.read_bytes() == again, "the same pages give the same bytes"


@pytest.mark.parametrize(
    "origin", ["", "folder/ada/w.ipynb", "all.zip: x_assignsubmission_", "a_b"]
)
def test_files_from_elsewhere_have_no_name_there(origin: str) -> None:
    assert moodle_name(origin, "01_tiny") == canvas_name(origin, "01_tiny") == ""


def test_packing_without_any_name_is_one_sentence(tmp_path: Path) -> None:
    made = Class(tmp_path)
    with pytest.raises(CourseError, match=r"placed\.csv: not there; `course collect` writes it"):
        pack(made.settings, made.session, "moodle")
    placed = made.settings.root / "collected" / "01" / "placed.csv"
    placed.parent.mkdir(parents=True)
    placed.write_text(PLACED)
    with pytest.raises(CourseError, match="no page's name on moodle is known"):
        pack(made.settings, made.session, "moodle")


class Unbalanced(HTMLParser):
    """Counts what is opened and not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


def test_the_summary_tells_states_apart_and_is_balanced(course: Class) -> None:
    result = student("a", (1, 1), (0, 0), told=("no_padding",), essay="waits")
    feedback = summarised(course.session, result, 0.25, {"01-why-open": "<b>Nice</b>"})
    assert [q.state for q in feedback.questions] == ["partial", "wrong", "waiting"]
    assert (feedback.points, feedback.waiting) == (1.75, True)
    text = to_html(feedback)
    reader = Unbalanced()
    reader.feed(text)
    assert reader.depth == 0
    assert "<b>Nice</b>" not in text
    assert "to be read" in text
    assert "<b>1.75</b> of 10 points, 0.25 taken off for lateness" in text


def test_without_a_known_mistake_the_test_itself_is_quoted(course: Class) -> None:
    cell = CellResult("01-output-size-hidden", "01-output-size", "hidden", 0, 2, output="<i>" * 200)
    check = CellResult("01-output-size-check", "01-output-size", "check", 1, 1, output="✓ fine")
    rest = student("a", (0, 0), (1, 3)).cells[2:]
    feedback = summarised(course.session, StudentResult("a", (check, cell, *rest)), 0, {})
    assert feedback.questions[0].said == "<i>" * 100 + "…"
    assert "&lt;i&gt;" in to_html(feedback)


def test_every_exercise_is_told_its_section(course: Class) -> None:
    told = [read_on(course.session, name) for name in ("01-output-size", "01-receptive-field")]
    assert told == [
        "Read again: the section “An idea”, then the hints below the exercise.",
        "Read again: what the exercise asks, then the hints below the exercise.",
    ]
    assert read_on(course.session, "01-why") == ""


def test_a_page_of_another_form_is_refused() -> None:
    with pytest.raises(GradingError, match="another form"):
        with_summary("<html></html>", "")
