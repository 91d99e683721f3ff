"""The output-size drill as a student uses it, mostly with the keyboard."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import OutputSizeDrill\nd = OutputSizeDrill(level={level}, seed=4)\nd"


def show(notebook: Notebook, level: int = 1) -> Locator:
    return notebook.show(SHOW.format(level=level))


def result(widget: Locator) -> Locator:
    return widget.locator(".cv-drill-result")


def test_enter_judges_and_enter_goes_on(notebook: Notebook) -> None:
    widget, keys = show(notebook), notebook.page.keyboard
    entry = widget.get_by_label("Output width")
    entry.fill(str(notebook.value("d.current.answer")))
    entry.press("Enter")
    expect(result(widget)).to_contain_text("Right.")
    expect(widget.get_by_text("Streak 1 · best 1")).to_be_visible()
    before = widget.locator("pre").inner_text()
    keys.press("Enter")
    expect(result(widget)).to_be_empty()
    expect(entry).to_have_value("")
    expect(entry).to_be_focused()
    assert widget.locator("form").inner_text() != before
    assert notebook.value("(d.streak, d.best_streak, d.answered, d.right)") == (1, 1, 1, 1)


def test_wrong_answer_is_diagnosed_and_worked_out(notebook: Notebook) -> None:
    widget = show(notebook)
    size, kernel = notebook.value("(d.current.size, d.current.kernel_size)")
    entry = widget.get_by_label("Output width")
    entry.fill(str(size - kernel))
    widget.get_by_role("button", name="Check").click()
    expect(result(widget)).to_contain_text(f"Not {size - kernel}. The + 1 is missing")
    expect(result(widget)).to_contain_text(f"= ⌊({size} − 1·({kernel} − 1) − 1 + 2·0) / 1⌋ + 1")
    expect(result(widget).locator("strong").last).to_have_text(str(size - kernel + 1))
    assert notebook.value("(d.streak, d.answered, d.right)") == (0, 1, 0)


def test_three_in_a_row_lead_to_the_next_level(notebook: Notebook) -> None:
    widget = show(notebook)
    entry = widget.get_by_label("Output width")
    for count in (1, 2, 3):
        entry.fill(str(notebook.value("d.current.answer")))
        entry.press("Enter")
        expect(widget.get_by_text(f"Streak {count} · best {count}")).to_be_visible()
        if count == 3:
            expect(result(widget)).to_contain_text("on to level 2, padding")
        entry.press("Enter")
        expect(result(widget)).to_be_empty()
    expect(widget.get_by_label("Level")).to_have_value("2")
    assert notebook.value("(d.level, d.current.padding > 0)") == (2, True)


def test_level_can_be_chosen(notebook: Notebook) -> None:
    widget = show(notebook)
    widget.get_by_label("Level").select_option("6 · transposed")
    expect(widget.locator("pre")).to_contain_text("nn.ConvTranspose2d")
    assert notebook.value("d.level") == 6


def test_unreadable_entry_asks_for_a_number(notebook: Notebook) -> None:
    widget = show(notebook)
    entry = widget.get_by_label("Output width")
    entry.fill("abc")
    entry.press("Enter")
    expect(result(widget)).to_have_text("Type the width as a whole number, such as 32.")
    expect(entry).to_have_attribute("aria-invalid", "true")
    assert notebook.value("d.answered") == 0


def test_picture_draws_every_cell_and_the_last_window(notebook: Notebook) -> None:
    widget = show(notebook, level=3)
    notebook.run(
        "from dataclasses import asdict\n"
        "from cvlib.quizzes.output_sizes import SizeQuestion\n"
        "d._current = SizeQuestion('conv', 18, 4, 3, 1)\n"
        "d.question = asdict(d._current) | {'code': d._current.code}\n"
        "d.submit(6)"
    )
    picture = result(widget).locator("svg")
    expect(picture.locator("rect:not(.cv-drill-tap)")).to_have_count(20)
    expect(picture.locator("rect.cv-drill-pad")).to_have_count(2)
    expect(picture.locator("rect.cv-drill-tap")).to_have_count(3 * 4)
    expect(picture.locator("rect.cv-drill-unseen")).to_have_count(1)
    expect(result(widget)).to_contain_text("The last cell is in no window.")


def test_answer_is_read_aloud(notebook: Notebook) -> None:
    widget = show(notebook)
    expect(result(widget)).to_have_attribute("aria-live", "polite")
    expect(widget).to_have_attribute("aria-label", "How wide is the output?")


def test_fits_into_a_narrow_page(notebook: Notebook) -> None:
    notebook.page.set_viewport_size({"width": 600, "height": 1000})
    try:
        for level in range(1, 7):
            widget = show(notebook, level)
            widget.get_by_label("Output width").fill("3")
            widget.get_by_role("button", name="Check").click()
            expect(widget.get_by_role("button", name="Next")).to_be_visible()
            assert widget.evaluate("node => node.scrollWidth <= node.clientWidth")
            notebook.clear()
    finally:
        notebook.page.set_viewport_size({"width": 1000, "height": 1000})
