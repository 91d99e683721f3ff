from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = """import torch
from types import SimpleNamespace
from cvlib.widgets import DrawABox
boxes = torch.tensor([[20, 20, 60, 60.0]])
w = DrawABox([SimpleNamespace(image=torch.rand(3, 80, 100), boxes=boxes, labels=["kite"])])
w"""


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def drag(notebook: Notebook, widget: Locator, start: tuple, end: tuple) -> None:
    """From one point of the picture, in its own pixels, to another."""
    view = widget.locator("svg.cv-canvas").bounding_box()
    assert view
    scale = view["width"] / 100
    mouse = notebook.page.mouse
    for x, y in (start, end):
        mouse.move(view["x"] + scale * x, view["y"] + scale * y)
        mouse.down() if (x, y) == start else mouse.up()


def corners(notebook: Notebook) -> list[int]:
    return notebook.value("[round(number) for number in w.box]")


def test_dragging_draws_moves_and_resizes(notebook: Notebook, widget: Locator) -> None:
    drag(notebook, widget, (50, 40), (80, 60))  # the box that lay there is not in the way
    assert corners(notebook) == [50, 40, 80, 60]
    drag(notebook, widget, (90, 70), (70, 5))
    assert corners(notebook) == [70, 5, 90, 70]  # drawn from any corner
    drag(notebook, widget, (80, 40), (60, 50))
    assert corners(notebook) == [50, 15, 70, 80]
    drag(notebook, widget, (70, 79.5), (90, 30))
    assert corners(notebook)[:2] == [50, 15]
    assert corners(notebook)[2:] == pytest.approx([90, 30], abs=1)


def test_keyboard_moves_resizes_and_checks(notebook: Notebook, widget: Locator) -> None:
    keys = notebook.page.keyboard
    box = widget.locator(".cv-own")
    expect(box).to_have_attribute("aria-label", "your box, corners 40, 32, 60, 48")
    box.focus()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        keys.press(key)
    expect(box).to_have_attribute("aria-label", "your box, corners 39, 31, 60, 48")
    keys.press("Tab")
    keys.type("0.3")
    keys.press("Enter")
    result = widget.locator(".cv-verdict")
    expect(result).to_contain_text("intersection / union = 357 px² / 1600 px² = IoU 0.22")
    expect(result).to_contain_text("Your guess, 0.30, is 0.08 too high.")
    assert notebook.value("w.guess, [round(iou, 3) for iou in w.results]") == (0.3, [0.223])


def test_answer_is_drawn_and_the_next_object_follows(notebook: Notebook, widget: Locator) -> None:
    expect(widget.locator(".cv-truth")).to_have_count(0)
    drag(notebook, widget, (20, 20), (60, 60))
    widget.get_by_role("button", name="Check").click()
    expect(widget.locator(".cv-outline.cv-truth")).to_have_count(1)
    expect(widget.locator(".cv-shared")).to_be_visible()
    expect(widget.locator(".cv-union")).to_be_visible()
    expect(widget.get_by_text("Streak of 0.80 or more: 1 · average of the last 10")).to_be_visible()
    before = corners(notebook)
    drag(notebook, widget, (5, 5), (50, 50))  # what has been judged stays
    assert corners(notebook) == before
    widget.get_by_role("button", name="Next").click()
    expect(widget.locator(".cv-truth")).to_have_count(0)
    assert corners(notebook) == [40, 32, 60, 48]
    assert notebook.value("w.streak, w.guess, w.feedback") == (1, None, {})


def test_guess_out_of_range_is_marked_and_not_taken(notebook: Notebook, widget: Locator) -> None:
    entry = widget.get_by_label("Your guess of the IoU")
    entry.fill("7")
    expect(entry).to_have_attribute("aria-invalid", "true")
    assert notebook.value("w.guess") is None
    entry.fill("0.7")
    expect(entry).to_have_attribute("aria-invalid", "false")
    assert notebook.value("w.guess") == 0.7


def test_fits_a_narrow_page_and_names_its_controls(widget: Locator) -> None:
    widget.evaluate("element => element.style.width = '600px'")
    assert widget.evaluate("element => element.scrollWidth <= element.clientWidth")
    for control in widget.locator("input, button, [tabindex]").all():
        expect(control).not_to_have_accessible_name("")
