from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import MaskMetrics\nw = MaskMetrics()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def numbers(widget: Locator) -> list[str]:
    return [row.locator("td").first.inner_text() for row in widget.locator("tbody tr").all()]


def test_presets_reach_screen_and_python(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="all ground").click()
    expect(widget.get_by_role("status")).to_contain_text("Not one cell of the object is found")
    expect(widget.locator(".cv-mark.cv-on")).to_have_count(0)
    assert notebook.value("sum(w.painted)") == 0
    python = notebook.value("[f'{value:.2f}' for value in w.measures.values()]")
    assert numbers(widget) == python


def test_painting_with_arrow_keys_and_space(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="the truth").click()
    before = notebook.value("w.painted[9 * 16 + 5]")
    grid = widget.get_by_role("application")
    grid.focus()
    for key in ("ArrowDown", "ArrowRight", "Space"):
        notebook.page.keyboard.press(key)
    expect(grid).to_have_attribute(
        "aria-label", "Predicted mask. row 10, column 6: object, not painted"
    )
    expect(grid).to_be_focused()
    assert (before, notebook.value("w.painted[9 * 16 + 5]")) == (1, 0)
    assert numbers(widget) == notebook.value("[f'{value:.2f}' for value in w.measures.values()]")


def test_dragging_paints_what_the_first_cell_became(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="all ground").click()
    box = widget.get_by_role("application").bounding_box()
    assert box
    cell = box["width"] / 16
    mouse = notebook.page.mouse
    mouse.move(box["x"] + 1.5 * cell, box["y"] + 2.5 * cell)
    mouse.down()
    mouse.move(box["x"] + 6.5 * cell, box["y"] + 2.5 * cell, steps=20)
    mouse.up()
    mouse.move(box["x"] + 9.5 * cell, box["y"] + 2.5 * cell)
    expect(widget.locator(".cv-mark.cv-on")).to_have_count(6)
    assert notebook.value("[i for i, cell in enumerate(w.painted) if cell]") == list(range(33, 39))


def test_python_paints_on_the_screen(notebook: Notebook, widget: Locator) -> None:
    notebook.value("setattr(w, 'painted', [1] * 256)")
    expect(widget.locator(".cv-mark.cv-on")).to_have_count(256)
