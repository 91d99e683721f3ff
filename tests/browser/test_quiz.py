"""The quiz as a student uses it: with the mouse, with the keyboard alone, and read aloud."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, expect

from cvlib.quizzes import find_group, judge_answer, right_answer

from .lab import Notebook

KINDS = {"choice", "choices", "order", "number", "shape"}


def show(notebook: Notebook, group: str) -> Locator:
    return notebook.show(f"from cvlib.lesson import quiz\nq = quiz('{group}')\nq")


def said(widget: Locator) -> Locator:
    return widget.locator(".cv-quiz-said")


def test_wrong_choice_is_explained_and_right_one_scores(notebook: Notebook) -> None:
    widget = show(notebook, "01-images")
    widget.get_by_label("image.reshape(3, 480, 640)").check()
    widget.get_by_role("button", name="Check").click()
    expect(said(widget)).to_contain_text("Not yet. The shape is right and the picture is ruined")
    expect(widget.get_by_role("button", name="Question 1, not right yet")).to_be_visible()
    widget.get_by_label("image.permute(2, 0, 1)").check()
    expect(said(widget)).to_be_hidden()
    widget.get_by_role("button", name="Check").click()
    expect(said(widget)).to_contain_text("Right. Old axis 2")
    expect(widget.get_by_text("1 of 5 right, 0 at the first try.")).to_be_visible()
    assert notebook.value("(q.score, q.first_try, q.verdicts['1']['tries'])") == (1, 0, 2)


def test_keyboard_alone_goes_through_questions(notebook: Notebook) -> None:
    widget, keys = show(notebook, "01-images"), notebook.page.keyboard
    widget.get_by_role("radio").first.focus()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(said(widget)).to_contain_text("Right.")
    expect(widget.get_by_role("button", name="Next question")).to_be_focused()
    keys.press("Enter")
    expect(widget.locator("legend")).to_contain_text("cv2.imread")
    expect(widget.get_by_role("radio").first).to_be_focused()
    keys.press("ArrowUp")
    keys.press("Tab")
    keys.press("Space")
    expect(said(widget)).to_contain_text("Right.")
    assert notebook.value("q.first_try") == 2


def test_number_is_sent_by_enter(notebook: Notebook) -> None:
    widget = show(notebook, "01-recall")
    entry = widget.get_by_label("Your number")
    entry.fill("many")
    entry.press("Enter")
    expect(said(widget)).to_contain_text("Type a number such as 12")
    entry.fill("307,200")
    entry.press("Enter")
    expect(said(widget)).to_contain_text("Not yet. That is the number of pixels.")
    entry.fill("921,600")
    entry.press("Enter")
    expect(said(widget)).to_contain_text("Right.")
    assert notebook.value("q.verdicts['1']['given']") == "921,600"


def test_hints_come_one_by_one(notebook: Notebook) -> None:
    widget = show(notebook, "01-recall")
    for left in (2, 1):
        widget.get_by_role("button", name="Hint").click()
        expect(widget.get_by_role("button", name=f"Hint ({left} left)")).to_be_visible()
    widget.get_by_role("button", name="Hint").click()
    expect(widget.get_by_role("button", name="No more hints")).to_be_focused()
    expect(widget.locator(".cv-quiz-hints li")).to_have_count(3)
    assert notebook.value("len(q.hints['1'])") == 3


def test_order_is_made_with_the_keyboard(notebook: Notebook) -> None:
    widget, keys = show(notebook, "01-review"), notebook.page.keyboard
    widget.get_by_role("button", name="Question 5").click()
    question = find_group("01-review").questions[4]
    rows = widget.locator(".cv-quiz-options li")
    for place, letter in enumerate(right_answer(question)):
        row = widget.locator(f"li[data-letter={letter}]")
        while rows.nth(place).get_attribute("data-letter") != letter:
            row.get_by_role("button", name="” up").focus()
            keys.press("Enter")
            expect(row.get_by_role("button", name="” up")).to_be_focused()
    widget.get_by_role("button", name="Check").click()
    expect(said(widget)).to_contain_text("Right. 576 < 4,096")
    assert notebook.value("q.verdicts['5']['given']") == right_answer(question)


def test_moves_are_read_aloud(notebook: Notebook) -> None:
    widget = show(notebook, "01-review")
    widget.get_by_role("button", name="Question 5").click()
    widget.get_by_role("button", name="Move “1 × 1” up").click()
    expect(widget.get_by_text("Now at place 1 of 4.")).to_have_count(1)


@pytest.mark.parametrize("group", ["01-recall", "01-images", "01-arithmetic", "01-review"])
def test_every_question_can_be_answered(notebook: Notebook, group: str) -> None:
    """Right answers in Python, seen by the browser; then the whole quiz is done."""
    widget = show(notebook, group)
    questions = find_group(group).questions
    assert {question.kind for question in questions} <= KINDS
    for number, question in enumerate(questions, start=1):
        answer = right_answer(question)
        assert judge_answer(question, answer).right
        notebook.run(f"q.submit({number}, {answer!r})")
        widget.get_by_role("button", name=f"Question {number}, right").click()
        expect(said(widget)).to_contain_text("Right.")
    total = len(questions)
    expect(
        widget.get_by_text(f"{total} of {total} right, {total} at the first try.")
    ).to_be_visible()
    expect(widget.get_by_role("button", name="All done")).to_be_visible()


def test_structure_for_screen_readers(notebook: Notebook) -> None:
    widget = show(notebook, "01-images")
    group = widget.get_by_role("group", name="image has the shape")
    expect(group.get_by_role("radio")).to_have_count(4)
    expect(said(widget)).to_have_attribute("aria-live", "polite")
    expect(widget).to_have_attribute("aria-label", "Pictures as numbers")
    widget.get_by_role("button", name="Question 2").click()
    expect(widget.get_by_role("button", name="Question 2")).to_have_attribute(
        "aria-current", "step"
    )


def test_saved_cell_holds_no_answers(notebook: Notebook) -> None:
    outputs = notebook.outputs("from cvlib.lesson import quiz\nq = quiz('01-recall')\nq")
    saved = json.dumps(outputs, ensure_ascii=False)
    assert "Quiz “Warm-up" in saved
    for question in find_group("01-recall").questions:
        assert question.explanation not in saved


def test_a_second_view_shows_the_same_state(notebook: Notebook) -> None:
    widget = show(notebook, "01-images")
    widget.get_by_role("radio").nth(1).check()
    widget.get_by_role("button", name="Check").click()
    expect(said(widget)).to_contain_text("lies on its side")
    again = notebook.show("q")
    expect(said(again)).to_contain_text("lies on its side")
    expect(again.get_by_role("radio").nth(1)).to_be_checked()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_fits_into_a_narrow_page(notebook: Notebook, theme: str) -> None:
    widget = show(notebook, "01-arithmetic")
    notebook.use_theme(theme)
    notebook.page.set_viewport_size({"width": 600, "height": 1000})
    try:
        for number in range(1, 8):
            widget.get_by_role("button", name=f"Question {number}").click()
            assert widget.evaluate("node => node.scrollWidth <= node.clientWidth")
    finally:
        notebook.page.set_viewport_size({"width": 1000, "height": 1000})
        notebook.use_theme("light")
