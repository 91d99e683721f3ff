from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show("from cvlib.widgets import OptimizerRace\nw = OptimizerRace(step=0)\nw")


def test_race_runs_and_pauses(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="Race", exact=True).click()
    expect(widget.get_by_role("status")).to_contain_text(re.compile(r"Step ([5-9]|\d\d) "))
    widget.get_by_role("button", name="Pause").click()
    step = notebook.value("w.step")
    notebook.page.wait_for_timeout(300)
    assert notebook.value("w.step") == step >= 5
    widget.get_by_role("button", name="To the start").click()
    expect(widget.get_by_role("status")).to_contain_text("Step 0 ")
    assert notebook.value("w.step") == 0


def test_too_large_a_rate_flies_away(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.rate = 1.2")
    widget.get_by_label("Step").fill("60")
    row = widget.get_by_role("row").nth(1)
    expect(row).to_contain_text("flew away")
    expect(widget.get_by_role("status")).to_contain_text("Flew away: SGD")
    assert notebook.value("w.losses['sgd'] == float('inf'), w.step") == (True, 60)


def test_other_landscape_has_other_contours(notebook: Notebook, widget: Locator) -> None:
    before = widget.locator(".cv-contours").get_attribute("d")
    widget.get_by_role("combobox", name="Landscape").select_option("Saddle")
    expect(widget.locator(".cv-contours")).not_to_have_attribute("d", before or "")
    expect(widget.locator(".cv-goal")).to_have_count(2)
    assert notebook.value("w.landscape") == "saddle"
