from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import GradientFlow\nw = GradientFlow()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def test_depth_slider_computes_in_python_and_draws(notebook: Notebook, widget: Locator) -> None:
    expect(widget.locator(".cv-point.cv-plain")).to_have_count(30)
    widget.get_by_label("Depth").fill("8")
    expect(widget.locator(".cv-point.cv-plain")).to_have_count(8)
    expect(widget.get_by_role("status")).to_contain_text("From layer 8 back to layer 1")
    depth, first = notebook.value("w.depth, w.norms['skips_bn'][0]")
    assert depth == 8
    expect(widget.locator(".cv-net", has_text="skips + B")).to_contain_text(f"{first:.2g}")


def test_boxes_show_and_hide_curves(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("checkbox", name="skips + BatchNorm").uncheck()
    expect(widget.locator(".cv-chart .cv-curve")).to_have_count(3)
    assert notebook.value("w.shown") == ["plain", "plain_bn", "skips"]
    widget.get_by_role("checkbox", name="skips + BatchNorm").focus()
    notebook.page.keyboard.press("Space")
    expect(widget.locator(".cv-chart .cv-curve.cv-skips_bn")).to_have_count(1)


def test_arrow_keys_and_pointer_choose_the_layer(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("group", name="Gradient norm by layer").focus()
    notebook.page.keyboard.press("End")
    notebook.page.keyboard.press("ArrowLeft")
    expect(widget.get_by_role("status")).to_have_text("Gradient norms at layer 29 of 30.")
    assert notebook.value("w.layer") == 29
    notebook.run("w.depth = 10")
    expect(widget.get_by_role("status")).to_have_text("Gradient norms at layer 10 of 10.")
    widget.locator(".cv-point.cv-plain").nth(3).hover()
    expect(widget.get_by_role("status")).to_have_text("Gradient norms at layer 4 of 10.")


def test_other_weights(notebook: Notebook, widget: Locator) -> None:
    path = widget.locator(".cv-chart .cv-curve.cv-plain")
    before = path.get_attribute("d")
    widget.get_by_role("button", name="Other weights").click()
    expect(path).not_to_have_attribute("d", before or "")
    assert notebook.value("w.seed") == 1
