from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import ImbalanceSlider\nw = ImbalanceSlider()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def test_ratio_and_loss_change_the_shares(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_label("Negatives per positive").fill("3")  # 10³
    expect(widget.get_by_role("img", name="gradient: positives 0.1 %")).to_be_visible()
    widget.get_by_role("combobox").select_option("weighted")
    expect(widget.get_by_role("status")).to_contain_text("pull equally hard")
    assert notebook.value("(w.ratio, w.loss)") == (1000.0, "weighted")
    assert abs(notebook.value("w.shares['gradient']") - 0.5) < 1e-9


def test_buttons_set_what_the_network_says(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="trained").click()
    assert notebook.value("(w.p_positive, w.p_negative)") == (0.6, 0.02)
    widget.get_by_role("combobox").select_option("focal")
    share = notebook.value("round(100 * w.shares['gradient'], 1)")
    expect(widget.get_by_role("status")).to_contain_text(f"{share} % of the gradient")
    widget.get_by_role("button", name="started at the share").click()
    assert notebook.value("w.p_negative") == 0.01
    expect(widget).to_contain_text("= −4.61 starts the network there")
