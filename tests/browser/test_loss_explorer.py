from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import LossExplorer\nw = LossExplorer()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def test_sliding_p_fills_the_table_with_pythons_numbers(
    notebook: Notebook, widget: Locator
) -> None:
    widget.get_by_label("p, truth is yes").fill("0.001")
    expect(widget.get_by_role("status")).to_contain_text("sure and wrong, and squared error")
    felt = notebook.value("[tuple(round(x, 3) for x in f) for f in w.felt.values()]")
    rows = widget.locator("tbody tr").all()
    shown = {
        tuple(float(text.replace("−", "-")) for text in row.locator("td").all_inner_texts())
        for row in rows
    }
    assert shown == set(felt)
    assert notebook.value("w.p") == 0.001


def test_chips_add_and_remove_curves_but_not_the_last(notebook: Notebook, widget: Locator) -> None:
    chips = widget.get_by_role("group", name="Losses")
    chips.get_by_role("button", name="Dice, one pixel").click()
    expect(widget.locator("tbody tr")).to_have_count(4)
    for name in ("cross-entropy", "focal", "squared error", "Dice, one pixel"):
        chips.get_by_role("button", name=name, exact=True).click()
    assert notebook.value("w.losses") == ["dice"]
    expect(chips.get_by_role("button", name="Dice, one pixel")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_arrow_keys_read_off_the_plots(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("group", name="Plots of loss and push over p").focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("PageUp")
    expect(widget.get_by_role("status")).to_contain_text("p = 0.21")
    assert notebook.value("w.p") == 0.21


def test_slider_of_a_loss_hides_with_it(widget: Locator) -> None:
    expect(widget.get_by_label("Focal γ")).to_be_visible()
    expect(widget.get_by_label("Smoothing ε")).to_be_hidden()
    widget.get_by_role("button", name="smoothed").click()
    expect(widget.get_by_label("Smoothing ε")).to_be_visible()
