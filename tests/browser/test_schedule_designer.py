from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    source = "from cvlib.widgets import ScheduleDesigner\nw = ScheduleDesigner()\nw"
    return notebook.show(source)


def test_handle_moves_by_keyboard_and_code_follows(notebook: Notebook, widget: Locator) -> None:
    knob = widget.get_by_role("slider", name="Peak and turn")
    knob.focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(knob).to_have_attribute("aria-valuetext", "peak 0.1, turn at step 32")
    notebook.page.keyboard.press("ArrowUp")
    expect(knob).to_have_attribute("aria-valuetext", "peak 0.11, turn at step 32")
    expect(widget.get_by_label("PyTorch code")).to_contain_text("milestones=[32]")
    assert notebook.value("w.turn, w.peak") == (32, 0.11)


def test_handle_can_be_dragged(notebook: Notebook, widget: Locator) -> None:
    knob = widget.get_by_role("slider", name="Peak and turn")
    knob.scroll_into_view_if_needed()
    box = knob.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse = notebook.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 100, y + 40, steps=4)
    mouse.up()
    expect(knob).not_to_have_attribute("aria-valuetext", "peak 0.1, turn at step 30")
    turn, peak = notebook.value("w.turn, w.peak")
    assert 40 < turn < 80
    assert 0.05 < peak < 0.1


def test_kind_changes_curve_and_code(notebook: Notebook, widget: Locator) -> None:
    curve = widget.locator(".cv-rate")
    before = curve.get_attribute("d")
    widget.get_by_role("combobox", name="Schedule").select_option("One-cycle")
    expect(curve).not_to_have_attribute("d", before or "")
    expect(widget.get_by_label("PyTorch code")).to_contain_text("OneCycleLR")
    widget.get_by_label("Steps").fill("25")
    expect(widget.get_by_label("PyTorch code")).to_contain_text("total_steps=25")
    assert notebook.value("w.kind, w.total, w.turn") == ("one_cycle", 25, 24)
