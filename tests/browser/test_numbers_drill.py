"""The numbers drill as a student uses it, mostly with the keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import NumbersDrill\nd = NumbersDrill('02-numbers', '{kind}', seed=4)\nd"


def show(notebook: Notebook, kind: str = "") -> Locator:
    return notebook.show(SHOW.format(kind=kind))


def entry(widget: Locator) -> Locator:
    return widget.get_by_label("Your answer")


def result(widget: Locator) -> Locator:
    return widget.locator(".cv-drill-result")


def test_enter_judges_and_enter_goes_on(notebook: Notebook) -> None:
    widget = show(notebook)
    before = widget.locator("form").inner_text()
    right, way = notebook.value("(repr(d.current.solution.value), d.current.solution.how)")
    entry(widget).fill(right)
    entry(widget).press("Enter")
    expect(result(widget)).to_contain_text("Right.")
    expect(result(widget)).to_contain_text(way)
    expect(widget.get_by_text("Streak 1 · best 1")).to_be_visible()
    notebook.page.keyboard.press("Enter")
    expect(result(widget)).to_be_empty()
    expect(entry(widget)).to_have_value("")
    expect(entry(widget)).to_be_focused()
    assert widget.locator("form").inner_text() != before


def test_a_slip_is_told_with_a_hint_and_another_try_is_right(notebook: Notebook) -> None:
    widget = show(notebook, "leaky")
    x = notebook.value("d.current.numbers['leaky']['x']")
    entry(widget).fill(f"0.1 * ({x})")
    entry(widget).press("Enter")
    expect(result(widget)).to_contain_text(f"Not 0.1 * ({x}). The value of leaky was computed")
    tips = widget.get_by_role("list", name="Hints").get_by_role("listitem")
    expect(tips).to_have_count(1)
    widget.get_by_role("button", name="Hint (1 left)").click()
    expect(tips).to_have_text(["Which slope does leaky_relu have when nobody names one?",
                               "What does the leak let through?"])  # fmt: skip
    expect(widget.get_by_role("button", name="No more hints")).to_be_visible()
    entry(widget).fill(f"0.01 * ({x})")
    entry(widget).press("Enter")
    expect(result(widget)).to_contain_text("Right.")
    assert notebook.value("(d.streak, d.answered, d.right)") == (0, 1, 0)


def test_the_answer_can_be_asked_for_by_keyboard(notebook: Notebook) -> None:
    widget, keys = show(notebook, "steepest"), notebook.page.keyboard
    give_up = widget.get_by_role("button", name="Show the answer")
    expect(give_up).to_be_hidden()
    entry(widget).fill("77")
    entry(widget).press("Enter")
    expect(result(widget)).to_contain_text("Not 77. None of the usual slips either.")
    for _ in range(3):  # past Check and Hint
        keys.press("Tab")
    expect(give_up).to_be_focused()
    keys.press("Enter")
    expect(result(widget)).to_contain_text("steepest = ")
    expect(widget.get_by_role("button", name="Next")).to_be_focused()
    keys.press("Enter")
    expect(result(widget)).to_be_empty()


def test_nothing_on_the_page_tells_the_answer_before(notebook: Notebook) -> None:
    widget = show(notebook, "he_std")
    entry(widget).fill("77")
    entry(widget).press("Enter")
    expect(result(widget)).to_contain_text("Not 77.")
    saved = notebook.page.evaluate(
        "() => JSON.stringify(window.jupyterapp.shell.currentWidget.content.model.toJSON())"
    )
    told = saved + notebook.page.content()
    right, way = notebook.value("(str(d.current.solution.value), d.current.solution.how)")
    assert right[:6] not in told
    assert way not in told


def test_a_kind_can_be_chosen(notebook: Notebook) -> None:
    widget = show(notebook)
    widget.get_by_label("Question").select_option("layers")
    expect(widget.locator("form")).to_contain_text("How many sigmoids in a row")
    assert notebook.value("(d.kind, d.current.name)") == ("layers", "layers")


def test_unreadable_entry_asks_for_a_number(notebook: Notebook) -> None:
    widget = show(notebook)
    entry(widget).fill("abc")
    entry(widget).press("Enter")
    expect(result(widget)).to_contain_text("Type a number, or an expression such as")
    expect(entry(widget)).to_have_attribute("aria-invalid", "true")
    assert notebook.value("d.answered") == 0


def test_answers_and_hints_are_read_aloud(notebook: Notebook) -> None:
    widget = show(notebook)
    for live in (result(widget), widget.locator(".cv-drill-hints")):
        expect(live).to_have_attribute("aria-live", "polite")
    expect(widget).to_have_attribute("aria-label", "Practice with other numbers")


@pytest.mark.parametrize("light", ["true", "false"])
def test_axe_finds_nothing_after_an_answer_either(notebook: Notebook, light: str) -> None:
    pytest.importorskip("axe_playwright_python")
    from .test_every_widget import violations

    notebook.page.evaluate(f"document.body.setAttribute('data-jp-theme-light', '{light}')")
    widget = show(notebook, "leaky")
    entry(widget).fill("0")
    entry(widget).press("Enter")
    expect(widget.get_by_role("listitem")).to_have_count(1)
    assert violations(notebook) == []
    widget.get_by_role("button", name="Show the answer").click()
    expect(result(widget)).to_contain_text("leaky = ")
    assert violations(notebook) == []
    notebook.page.evaluate("document.body.setAttribute('data-jp-theme-light', 'true')")


def test_every_session_fits_into_a_narrow_page(notebook: Notebook) -> None:
    notebook.run("from cvlib.practice import practised")
    notebook.page.set_viewport_size({"width": 600, "height": 1000})
    try:
        for exercise in notebook.value("practised()"):
            widget = notebook.show(f"NumbersDrill('{exercise}', seed=1)")
            entry(widget).fill("77")
            entry(widget).press("Enter")
            widget.get_by_role("button", name="Show the answer").click()
            expect(widget.get_by_role("button", name="Next")).to_be_visible()
            assert widget.evaluate("node => node.scrollWidth <= node.clientWidth")
            notebook.clear()
    finally:
        notebook.page.set_viewport_size({"width": 1000, "height": 1000})
