from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

# IoU with box 0: 0.5 for box 1, 0.8 for box 3; boxes 2 and 4 lie elsewhere, their IoU is 1.
SHOW = """import torch
from cvlib.widgets import NMSStepper
boxes = torch.tensor([[0, 0, 10, 10], [0, 0, 10, 5], [20, 20, 30, 30], [0, 0, 10, 8], [20, 20, 30, 30.]])
scores = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5])
w = NMSStepper(boxes, scores, ["cat", "cat", "cat", "dog", "cat"], image=torch.rand(3, 40, 40))
w"""  # noqa: E501


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def rows(widget: Locator) -> list[list[str]]:
    found = widget.locator("tbody tr").all()
    return [row.locator("th, td").all_inner_texts() for row in found]


def press(widget: Locator, name: str) -> None:
    widget.get_by_role("button", name=name, exact=True).click()


def test_steps_keep_and_remove_one_box_after_the_other(notebook: Notebook, widget: Locator) -> None:
    said = widget.get_by_role("status")
    expect(said).to_contain_text("5 boxes, in order of score")
    assert [row[0] for row in rows(widget)] == ["0", "1", "2", "3", "4"]
    press(widget, "Step")
    expect(said).to_have_text(
        "Box 0 has the best score left, 0.90: it stays. It will remove 1 box."
    )
    assert rows(widget)[:3] == [
        ["1", "cat", "0.80", "0.50"],
        ["2", "cat", "0.70", "0.00"],
        ["3", "dog", "0.60", "0.80 goes"],
    ]
    expect(widget.locator(".cv-outline.cv-best")).to_have_count(1)
    press(widget, "Step")
    expect(said).to_have_text("Box 3 goes: its IoU with box 0 is 0.80, greater than 0.5.")
    expect(widget.locator(".cv-outline.cv-just")).to_have_count(1)
    expect(widget.locator(".cv-tag.cv-just")).to_have_text("3 · IoU 0.80")
    assert notebook.value("w.step, w.kept.tolist(), list(w.removed)") == (2, [0], [3])
    press(widget, "Back")
    expect(widget.locator(".cv-gone")).to_have_count(0)
    press(widget, "Reset")
    assert notebook.value("w.step") == 0
    expect(widget.get_by_role("button", name="Back")).to_be_disabled()


def test_run_goes_to_the_end_and_can_be_paused(notebook: Notebook, widget: Locator) -> None:
    press(widget, "Run")
    press(widget, "Pause")
    assert notebook.value("w.step") < 5
    notebook.run("w.step = 3")
    press(widget, "Run")
    expect(widget.get_by_text("keep = [0, 1, 2]")).to_be_visible()
    expect(widget.get_by_role("status")).to_contain_text("That is all: 3 of 5 stay.")
    expect(widget.get_by_role("button", name="Run")).to_be_visible()
    assert notebook.value("w.kept.tolist()") == [0, 1, 2]


def test_threshold_and_classes_change_what_stays(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.step = 5")
    widget.get_by_label("Threshold").fill("0.49")
    expect(widget.get_by_text("keep = [0, 2]")).to_be_visible()
    widget.get_by_label("per class").check()
    expect(widget.get_by_text("keep = [0, 2, 3]")).to_be_visible()
    state = notebook.value("w.iou_threshold, w.per_class, w.kept.tolist()")
    assert state == (0.49, True, [0, 2, 3])


def test_arrow_keys_step(notebook: Notebook, widget: Locator) -> None:
    stage = widget.get_by_role("group", name="Steps")
    stage.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        notebook.page.keyboard.press(key)
    expect(widget.get_by_role("status")).to_contain_text("Box 3 goes")
    assert notebook.value("w.step") == 2


def test_fits_a_narrow_page_and_names_its_controls(notebook: Notebook, widget: Locator) -> None:
    widget.evaluate("element => element.style.width = '600px'")
    assert widget.evaluate("element => element.scrollWidth <= element.clientWidth")
    for control in widget.locator("input, button, [tabindex]").all():
        expect(control).not_to_have_accessible_name("")


def test_no_box_is_said(notebook: Notebook) -> None:
    widget = notebook.show("NMSStepper([], [])")
    expect(widget.get_by_role("status")).to_have_text("There is no box, so nothing is kept.")
    expect(widget.get_by_role("button", name="Run")).to_be_disabled()
