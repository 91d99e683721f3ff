from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show("from cvlib.widgets import LiveTraining\nw = LiveTraining()\nw")


def test_stop_change_the_rate_and_continue(notebook: Notebook, widget: Locator) -> None:
    said = widget.get_by_role("status")
    expect(said).to_contain_text("Step 0 of 600: not started")
    widget.get_by_role("button", name="Start").click()
    expect(said).to_contain_text(re.compile(r"Step \d{2,3} of 600: mean loss"))
    widget.get_by_role("button", name="Stop").click()
    notebook.page.wait_for_timeout(300)
    steps = notebook.value("len(w.losses)")
    notebook.page.wait_for_timeout(300)
    assert notebook.value("len(w.losses)") == steps >= 10
    notebook.run("w.rate = 0.02")
    widget.get_by_role("button", name="Continue").click()
    expect(widget.locator(".cv-change")).to_have_count(2)
    widget.get_by_role("button", name="Stop").click()
    assert notebook.value("w.rates[0], w.rates[-1]") == (0.1, 0.02)


def test_new_weights_empty_the_curve(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.advance(30)")
    expect(widget.get_by_role("status")).to_contain_text("Step 30 of 600")
    widget.get_by_role("button", name="New weights").click()
    expect(widget.get_by_role("status")).to_contain_text("Step 0 of 600")
    assert notebook.value("w.seed, len(w.losses)") == (1, 0)
