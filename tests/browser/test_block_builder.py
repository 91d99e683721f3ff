from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import BlockBuilder\nw = BlockBuilder()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def choose(widget: Locator, name: str, option: str) -> None:
    widget.get_by_role("combobox", name=name, exact=True).select_option(option)


def test_stride_breaks_the_addition_and_a_projection_mends_it(
    notebook: Notebook, widget: Locator
) -> None:
    said = widget.get_by_role("status")
    expect(said).to_contain_text("The addition works: path and input are both 64 × 56 × 56")
    choose(widget, "Stride", "2")
    choose(widget, "Channels out", "128")
    expect(said).to_contain_text("The addition fails: the path gives 128 × 28 × 28")
    expect(said).to_contain_text("stride 2 has shrunk 56 × 56 to 28 × 28")
    expect(widget.locator("svg .cv-sum-sign")).to_have_text("✕")
    assert notebook.value("w.fits, w.stride, w.out_channels") == (False, 2, 128)
    widget.get_by_role("button", name="Put a projection there").click()
    expect(said).to_contain_text("the projection turns the input into 128 × 28 × 28")
    expect(widget.locator("svg .cv-sum-sign")).to_have_text("+")
    parameters = notebook.value("w.parameters")
    expect(widget.get_by_role("row", name="block")).to_contain_text(f"{parameters:,}")
    assert notebook.value("w.fits, w.shortcut") == (True, "projection")


def test_block_kinds_draw_their_layers(notebook: Notebook, widget: Locator) -> None:
    boxes = widget.locator("svg .cv-box-name")
    choose(widget, "Block", "inverted_residual")
    expect(boxes).to_have_text(["identity", "1×1 conv", "3×3 depthwise", "1×1 conv"])
    expect(widget.get_by_role("combobox", name="Expansion")).to_be_visible()
    choose(widget, "Expansion", "1")
    expect(boxes).to_have_text(["identity", "3×3 depthwise", "1×1 conv"])
    choose(widget, "Block", "plain")
    expect(boxes).to_have_text(["3×3 conv", "3×3 conv"])
    expect(widget.get_by_role("combobox", name="Shortcut")).to_be_disabled()
    assert notebook.value("w.kind, w.expansion, w.shortcut_shape") == ("plain", 1, None)


def test_python_sets_numbers_that_the_lists_lack(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.in_channels = w.out_channels = 48")
    expect(widget.get_by_role("combobox", name="Channels in")).to_have_value("48")
    expect(widget.locator("svg .cv-shape").first).to_have_text("48 × 56 × 56")
