"""nbgrader's formgrader on a course that `course grade` graded: seen, and graded by hand."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from autograder.engine.engine import Engine
from autograder.grading import Options
from autograder.nbgrader_bridge import open_gradebook
from tests.autograder.grading_course import FULL, RIGHT_FIELD, RIGHT_SIZE, Class

from .lab import PATIENCE_MS, running_server

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")
ESSAY = "## Open question\nWithout padding the corners are seen *once*, the middle nine times."


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Class:
    """One who answered everything, and one who did nothing; graded."""
    course = Class(tmp_path_factory.mktemp("formgrader"), engine)
    course.hand_in_cells("ada", {"01-output-size-solution": RIGHT_SIZE,
                                 "01-receptive-field-solution": RIGHT_FIELD,
                                 "01-why-open": ESSAY})  # fmt: skip
    course.hand_in_cells("blank", {})
    course.grade()
    return course


@pytest.fixture(scope="module")
def page(course: Class, browser: Browser) -> Iterator[tuple[Page, str]]:
    """A page whose requests to other machines fail at once, and the server's address."""
    with running_server(course.settings.root) as server:
        yield open_page(browser, server), f"{server}/formgrader"


def open_page(browser: Browser, server: str) -> Page:
    """Nothing but this machine can be reached."""

    def local_only(route: Route) -> None:
        if route.request.url.startswith((server, "data:")):
            route.continue_()
        else:
            route.abort()

    page = browser.new_page(viewport={"width": 1100, "height": 900})
    page.set_default_timeout(2 * PATIENCE_MS)
    page.route("**/*", local_only)
    return page


def manual_score(course: Class) -> float | None:
    with open_gradebook(course.settings) as book:
        return book.find_grade("01-why-open", "01_tiny", "01", "ada").manual_score


def test_submissions_and_scores_are_seen_and_a_manual_grade_stays(
    course: Class, page: tuple[Page, str], tmp_path: Path
) -> None:
    web, formgrader = page
    full = sum(FULL.values())
    web.goto(f"{formgrader}/manage_submissions/01")
    expect(web.get_by_role("row", name=re.compile("ada"))).to_contain_text(f"{full:g} / 10")
    expect(web.get_by_role("row", name=re.compile("blank"))).to_contain_text("0 / 10")
    web.screenshot(path=tmp_path / "submissions.png")

    web.goto(f"{formgrader}/gradebook/01/01_tiny")
    waiting = web.get_by_role("row").filter(has_text=f"{full:g} / 10")
    waiting.get_by_role("link").first.click()
    expect(web.get_by_text("Without padding the corners are seen")).to_be_visible()
    for cell, points in FULL.items():
        box = web.locator(f"input.score[id='{cell}']")
        expect(box).to_have_attribute("placeholder", f"{points:g}")
    box = web.locator("input.score[id='01-why-open']")
    box.scroll_into_view_if_needed()
    with web.expect_response(re.compile("/api/grade/")) as saved:
        box.fill("2.5")
        box.press("Tab")
    assert saved.value.ok
    comment = web.locator("textarea.comment").last
    with web.expect_response(re.compile("/api/comment/")) as saved:
        comment.fill("A good picture of it.")
        comment.press("Tab")
    assert saved.value.ok
    web.screenshot(path=tmp_path / "formgrader.png")

    assert manual_score(course) == 2.5
    assert not course.grade(Options(again=True))["ada"].reason
    assert manual_score(course) == 2.5
    with open_gradebook(course.settings) as book:
        assert book.find_submission("01", "ada").score == full + 2.5
        comment = book.find_comment("01-why-open", "01_tiny", "01", "ada")
        assert comment.manual_comment == "A good picture of it."
    web.goto(f"{formgrader}/manage_submissions/01")
    row = web.get_by_role("row", name=re.compile("ada"))
    expect(row).to_contain_text(f"{full + 2.5:g} / 10")
    expect(row).to_contain_text("needs manual grading")  # nbgrader asks for another look
