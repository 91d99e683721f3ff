from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import ReceptiveFieldViewer\nw = ReceptiveFieldViewer()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def lit(widget: Locator, level: int) -> Locator:
    return widget.locator(f".cv-seen[data-at^='{level},']")


def results(widget: Locator) -> list[list[str]]:
    rows = widget.locator("tbody tr").all()
    return [row.locator(".cv-size, .cv-field, .cv-jump").all_inner_texts() for row in rows]


def test_preset_fills_table_and_pyramid(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("combobox", name="Layers").select_option("ResNet stem")
    expect(lit(widget, 0)).to_have_count(11)
    expect(widget.get_by_role("status")).to_have_text(
        "The marked unit of layer 2 sees 11 input pixels; its neighbour looks 4 further."
    )
    assert results(widget) == [["224", "1", "1"], ["112", "7", "2"], ["56", "11", "4"]]
    assert notebook.value("w.layers, w.field, w.jump") == ([(7, 2, 1), (3, 2, 1)], 11, 4)


def test_typing_adding_and_removing_layers(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_label("dilation of layer 2").fill("3")
    expect(lit(widget, 0)).to_have_count(11)
    assert notebook.value("w.layers[1], w.preset, w.field") == ((3, 1, 3), "custom", 11)
    widget.get_by_role("button", name="Add a layer").click()
    expect(widget.get_by_label("kernel of layer 4")).to_have_value("3")
    assert notebook.value("len(w.layers), w.field") == (4, 13)
    widget.get_by_role("button", name="remove layer 1").click()
    expect(widget.get_by_label("dilation of layer 1")).to_have_value("3")
    assert notebook.value("w.layers") == [(3, 1, 3), (3, 1, 1), (3, 1, 1)]


def test_number_out_of_range_is_not_taken(notebook: Notebook, widget: Locator) -> None:
    kernel = widget.get_by_label("kernel of layer 1")
    for wrong in ("0", "99", "", "2.5"):
        kernel.fill(wrong)
        assert notebook.value("w.layers") == [(3, 1, 1)] * 3
    kernel.fill("5")
    assert notebook.value("w.layers[0]") == (5, 1, 1)


def test_pointing_at_a_unit_shows_what_it_sees(notebook: Notebook, widget: Locator) -> None:
    widget.locator("[data-at='1,0']").hover()
    expect(lit(widget, 0)).to_have_count(3)
    expect(widget.get_by_role("status")).to_contain_text("unit of layer 1 sees 3 input pixels")


def test_arrow_keys_choose_the_unit(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("group", name="Pyramid of units").focus()
    notebook.page.keyboard.press("ArrowDown")
    expect(widget.get_by_role("status")).to_contain_text("unit of layer 2 sees 5 input pixels")
    expect(widget.locator(".cv-marked")).to_have_attribute("data-at", "2,2")
    notebook.page.keyboard.press("ArrowLeft")
    expect(widget.locator(".cv-marked")).to_have_attribute("data-at", "2,1")


def test_holes_of_a_dilated_layer_are_told(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.layers = [(3, 1, 4)]")
    expect(lit(widget, 0)).to_have_count(3)
    expect(widget.get_by_role("status")).to_contain_text(
        "sees 9 input pixels, though it reads only 3 of them"
    )


def test_stack_too_wide_to_draw_says_so(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.layers = [(11, 4, 8)] * 4")
    expect(widget.get_by_role("status")).to_contain_text("too many pixels to be drawn")
    expect(widget.locator("svg")).to_have_count(0)
    notebook.run("w.layers = []")
    expect(widget.get_by_role("status")).to_contain_text("A pixel of the input sees itself")


def test_input_size_changes_the_sizes(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("combobox", name="Layers").select_option("ResNet stem")
    widget.get_by_label("Input size").fill("32")
    assert [row[0] for row in results(widget)] == ["32", "16", "8"]
    assert notebook.value("w.input_size") == 32
