from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import ActivationPlayground\nw = ActivationPlayground()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def cells(widget: Locator, name: str) -> list[str]:
    return widget.get_by_role("row", name=name).get_by_role("cell").all_inner_texts()


def test_mean_moves_the_batch_and_the_table(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_label("Batch mean").fill("-3")
    expect(widget.locator(".cv-dot.cv-flat").first).to_be_attached()
    mean, std, _, dead = notebook.value("[float(v) for v in w.statistics['relu']]")
    assert notebook.value("w.mean") == -3
    assert dead > 0.95
    assert cells(widget, "ReLU")[:2] == [f"{mean:.2f}", f"{std:.2f}"]
    assert cells(widget, "ReLU")[3].startswith(f"{100 * dead:.0f}")


def test_chips_draw_and_remove_curves(notebook: Notebook, widget: Locator) -> None:
    expect(widget.locator(".cv-charts .cv-curve")).to_have_count(6)  # three curves in two plots
    widget.get_by_role("button", name="ELU", exact=True).click()
    expect(widget.locator(".cv-charts .cv-curve")).to_have_count(8)
    expect(widget.get_by_label("ELU α")).to_be_visible()
    assert notebook.value("w.activations, w.focus") == (["relu", "sigmoid", "gelu", "elu"], "elu")
    for name in ("ELU", "GELU", "sigmoid", "ReLU"):
        widget.get_by_role("button", name=name, exact=True).click()
    assert notebook.value("w.activations, w.focus") == (["relu"], "relu")  # the last one stays
    expect(widget.get_by_label("ELU α")).to_be_hidden()


def test_table_chooses_the_curve_with_the_batch(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("radio", name="ReLU").focus()
    notebook.page.keyboard.press("ArrowDown")
    expect(widget.get_by_role("radio", name="sigmoid")).to_be_checked()
    expect(widget.get_by_role("radio", name="sigmoid")).to_be_focused()
    expect(widget.locator(".cv-curve.cv-sigmoid.cv-focus")).to_have_count(2)
    assert notebook.value("w.focus") == "sigmoid"


def test_arrow_keys_and_pointer_read_values_off(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("group", name="Plots of f and f′").focus()
    notebook.page.keyboard.press("PageDown")
    notebook.page.keyboard.press("ArrowLeft")
    expect(widget.get_by_role("status")).to_have_text(
        "ReLU at x = −0.1: f = 0, f′ = 0, so no gradient passes."
    )
    assert notebook.value("w.x") == -0.1
    widget.locator(".cv-chart").first.hover()  # the middle of the drawing, left of x = 0
    expect(widget.get_by_role("status")).to_contain_text("ReLU at x = −0.6")


def test_sliders_change_the_curves(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.activations = ['leaky_relu']")
    path = widget.locator(".cv-charts .cv-curve").first
    before = path.get_attribute("d")
    widget.get_by_label("LeakyReLU slope").fill("0.3")
    expect(path).not_to_have_attribute("d", before or "")
    assert notebook.value("w.negative_slope, w.focus") == (0.3, "leaky_relu")
