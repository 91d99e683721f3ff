from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import SoftmaxTemperature\nw = SoftmaxTemperature()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def column(widget: Locator, index: int) -> list[str]:
    return widget.locator(f"tbody td:nth-child({index})").all_inner_texts()


def test_arrow_keys_change_a_logit(notebook: Notebook, widget: Locator) -> None:
    cat = widget.get_by_role("slider", name="logit of cat")
    cat.focus()
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("PageUp")
    expect(cat).to_have_attribute("aria-valuenow", "3.9")
    expect(cat).to_be_focused()
    assert notebook.value("w.logits[0]") == 3.9
    cat.focus()
    notebook.page.keyboard.press("Home")
    assert notebook.value("w.logits[0]") == -10
    stable = [round(p, 3) for p in notebook.value("w.probabilities.tolist()")]
    assert [float(text) for text in column(widget, 7)[1:]] == stable[1:]


def test_dragging_a_bar(notebook: Notebook, widget: Locator) -> None:
    hen = widget.get_by_role("slider", name="logit of hen")
    box = hen.bounding_box()
    assert box
    x = box["x"] + box["width"] / 2
    notebook.page.mouse.move(x, box["y"] + box["height"] / 2)
    notebook.page.mouse.down()
    notebook.page.mouse.move(x, box["y"] + 3)
    notebook.page.mouse.up()
    expect(hen).to_have_attribute("aria-valuenow", "10")
    notebook.page.mouse.move(x, box["y"] + box["height"] / 2)  # let go: nothing moves
    assert notebook.value("w.logits[4]") == 10
    expect(widget.locator(".cv-share")).to_have_count(5)


def test_temperature_spreads_the_probabilities(notebook: Notebook, widget: Locator) -> None:
    heights = "bars => bars.map(bar => Number(bar.getAttribute('height')))"
    before = widget.locator(".cv-share").evaluate_all(heights)
    widget.get_by_label("Temperature T").fill("1")  # 10¹
    expect(widget.get_by_role("status")).to_contain_text("Above temperature 1")
    after = widget.locator(".cv-share").evaluate_all(heights)
    assert max(after) - min(after) < 0.3 * (max(before) - min(before))
    assert notebook.value("w.temperature") == 10
    entropy = notebook.value("w.entropy")
    expect(widget).to_contain_text(f"entropy {entropy:.2f} nats")


def test_shift_of_1000_breaks_only_the_naive_formula(notebook: Notebook, widget: Locator) -> None:
    stable = column(widget, 7)
    widget.get_by_role("button", name="c = 80").click()
    expect(widget.get_by_role("status")).to_contain_text("the probabilities are the same")
    assert column(widget, 4) == column(widget, 7) == stable
    widget.get_by_role("button", name="c = 1000").click()
    expect(widget.get_by_role("status")).to_contain_text("inf / inf is nan")
    assert column(widget, 3) == ["inf"] * 5
    assert column(widget, 4) == ["nan"] * 5
    assert column(widget, 7) == stable
    assert notebook.value("w.shift, bool(w.naive.isnan().all())") == (1000, True)
    widget.get_by_role("button", name="c = −1000").click()
    expect(widget.get_by_role("status")).to_contain_text("0 / 0 is nan")
    assert column(widget, 3) == ["0"] * 5
