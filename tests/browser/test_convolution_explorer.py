from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import ConvolutionExplorer\nw = ConvolutionExplorer()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def test_sliders_change_drawing_formula_and_python(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_label("Stride S").fill("2")
    widget.get_by_label("Padding P").fill("1")
    expect(widget.locator(".cv-grid-input rect")).to_have_count(8 * 8)
    expect(widget.locator(".cv-grid-output rect")).to_have_count(3 * 3)
    expect(widget).to_contain_text("= ⌊(6 − 1·(3 − 1) − 1 + 2·1) / 2⌋ + 1")
    expect(widget).to_contain_text("= ⌊5 / 2⌋ + 1 = 3")
    expect(widget).to_contain_text("no window reaches the last row and column")
    assert notebook.value("w.stride, w.padding, w.output_size") == (2, 1, 3)


def test_slider_moves_with_the_keyboard(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_label("Dilation D").focus()
    notebook.page.keyboard.press("ArrowRight")
    assert notebook.value("w.dilation, w.output_size") == (2, 2)


def test_arrow_keys_walk_the_window(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("group", name="Window").focus()
    for key in ("ArrowRight", "ArrowDown"):
        notebook.page.keyboard.press(key)
    position, row, column, value = notebook.value(
        "w.position, *divmod(w.position, w.output_size), int(w.output.flat[w.position])"
    )
    assert (position, row, column) == (5, 1, 1)
    told = f"Output [1, 1] is {value}.".replace("-", "−")
    expect(widget.get_by_role("status")).to_have_text(told)
    expect(widget.locator(".cv-lit")).to_have_count(9)
    expect(widget.locator(".cv-now")).to_have_attribute("data-at", "5")


def test_sum_is_written_out(notebook: Notebook, widget: Locator) -> None:
    text = " ".join(widget.locator(".cv-sum td").all_inner_texts())
    plain = text.replace("−", "-").replace("·", "*")
    total = widget.locator(".cv-total").inner_text().replace("−", "-").lstrip("= ")
    assert re.fullmatch(r"[\d()+*\- ]+", plain)
    assert text.count("·") == 9
    assert eval(plain) == int(total) == notebook.value("int(w.output[0, 0])")


def test_click_on_an_output_cell_goes_there(notebook: Notebook, widget: Locator) -> None:
    widget.locator(".cv-grid-output rect[data-at='10']").click()
    expect(widget.locator(".cv-now")).to_have_attribute("data-at", "10")
    assert notebook.value("w.position") == 10


def test_play_walks_until_paused(notebook: Notebook, widget: Locator) -> None:
    play = widget.get_by_role("button", name="Play")
    play.click()
    expect(widget.locator(".cv-now")).to_have_attribute("data-at", "2")
    widget.get_by_role("button", name="Pause").click()
    stopped = notebook.value("w.position")
    notebook.page.wait_for_timeout(900)  # longer than a step
    assert notebook.value("w.position") == stopped
    expect(play).to_be_visible()


def test_step_and_back_wrap_around(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="Back").click()
    assert notebook.value("w.position") == 15
    widget.get_by_role("button", name="Step").click()
    assert notebook.value("w.position") == 0


def test_impossible_settings_are_told_in_a_sentence(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_label("Kernel K").fill("5")
    widget.get_by_label("Dilation D").fill("3")
    expect(widget.get_by_role("status")).to_contain_text(
        "The window does not fit: a 5 × 5 kernel with dilation 3 spans 13 cells, "
        "but the padded input has only 6."
    )
    expect(widget.locator(".cv-grid-input")).to_be_hidden()
    expect(widget.get_by_role("button", name="Play")).to_be_disabled()
    assert notebook.value("w.output_size") is None
    widget.get_by_label("Dilation D").fill("1")
    expect(widget.locator(".cv-grid-input")).to_be_visible()


def test_python_drives_the_drawing(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.size, w.position = 9, 30")
    expect(widget.get_by_label("Input W")).to_have_value("9")
    expect(widget.locator(".cv-now")).to_have_attribute("data-at", "30")
    notebook.run("w.size = 4")
    expect(widget.locator(".cv-now")).to_have_attribute("data-at", "3")
    assert notebook.value("w.position") == 3
