from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = """import torch
torch.set_num_threads(1)
from cvlib.images import to_image
from cvlib.scenes import make_scene
from cvlib.small_sam import small_predictor
from cvlib.widgets import ClickToSegment
scene = make_scene(128, seed=21, objects=3, marks=True)
w = ClickToSegment(small_predictor(), to_image(scene.image)[:96], scene.masks[-1][:96])
w"""
WIDTH = 128
# Which pixels of a canvas aren't transparent, row by row.
PAINTED = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return [...Array(width * height).keys()].map((i) => data[4 * i + 3] > 0);
}"""


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def drawing(widget: Locator) -> Locator:
    return widget.get_by_role("application")


def place(widget: Locator, x: int, y: int) -> dict[str, float]:
    """The middle of a pixel, as a position in the drawing."""
    box = drawing(widget).bounding_box()
    assert box
    scale = box["width"] / WIDTH
    return {"x": (x + 0.5) * scale, "y": (y + 0.5) * scale}


def drag(notebook: Notebook, widget: Locator, start: tuple[int, int], end: tuple[int, int]) -> None:
    box = drawing(widget).bounding_box()
    assert box
    mouse = notebook.page.mouse
    for name, pixel in (("down", start), ("up", end)):
        there = place(widget, *pixel)
        mouse.move(box["x"] + there["x"], box["y"] + there["y"], steps=3)
        getattr(mouse, name)()


def test_clicks_and_boxes_reach_python_and_masks_the_screen(
    notebook: Notebook, widget: Locator
) -> None:
    expect(widget.get_by_role("status")).to_contain_text("Click on something")
    drawing(widget).click(position=place(widget, 60, 40))
    expect(widget.locator(".cv-object")).to_have_count(1)
    drawing(widget).click(position=place(widget, 4, 90), button="right")
    expect(widget.locator(".cv-background")).to_have_count(1)
    assert notebook.page.locator(".lm-Menu").count() == 0  # JupyterLab's own stays away
    drag(notebook, widget, (80, 70), (30, 10))
    expect(widget.locator(".cv-drawing .cv-prompt-box")).to_have_count(1)
    expect(widget.get_by_role("status")).to_contain_text("2 clicks and a box: mask")
    assert notebook.value("w.actions") == [[60, 40, 1], [4, 90, 0], [30, 10, 81, 71]]
    shown = notebook.value("w.mask.ravel().tolist()")
    painted = widget.get_by_role("img", name="mask").evaluate(PAINTED)
    np.testing.assert_array_equal(painted, shown)
    score, iou = notebook.value("f'{w.score:.2f}', f'{w.iou:.2f}'")
    told = f"score {score}, IoU with the truth {iou}".replace("-", "−")
    expect(widget.get_by_role("status")).to_contain_text(told)


def test_choosing_among_the_masks(notebook: Notebook, widget: Locator) -> None:
    drawing(widget).click(position=place(widget, 60, 40))
    small = widget.get_by_role("group", name="masks").get_by_role("button")
    expect(small).to_have_count(3)
    for index in (2, 0):
        small.nth(index).click()
        expect(small.nth(index)).to_have_attribute("aria-pressed", "true")
        assert notebook.value("w.which, w.shown") == (str(index + 1), index)
    widget.get_by_role("combobox", name="Show").select_option("single mask")
    expect(small).to_have_count(1)
    expect(widget.get_by_role("status")).to_contain_text("1 click: a single mask")
    assert notebook.value("w.which, len(w.masks)") == ("single", 1)


def test_keyboard_clicks_draws_a_box_and_takes_back(notebook: Notebook, widget: Locator) -> None:
    keys = notebook.page.keyboard
    drawing(widget).focus()
    keys.press("ArrowRight")  # from the middle (64, 48), 4 pixels at a time
    keys.press("Shift+ArrowUp")
    expect(widget.get_by_role("status")).to_have_text("Cursor at 68, 47.")
    keys.press("f")
    expect(widget.get_by_role("status")).to_contain_text("1 click: mask")
    keys.press("ArrowDown")
    expect(widget.get_by_role("status")).to_contain_text("Cursor at 68, 51, ")
    keys.press("b")
    expect(widget.get_by_role("status")).to_contain_text("2 clicks: mask")
    keys.press("x")
    expect(widget.get_by_role("status")).to_have_text("First corner of a box.")
    keys.press("ArrowLeft")
    keys.press("ArrowUp")
    keys.press("x")
    expect(widget.get_by_role("status")).to_contain_text("2 clicks and a box: mask")
    expect(drawing(widget)).to_be_focused()
    assert notebook.value("w.actions") == [[68, 47, 1], [68, 51, 0], [64, 47, 69, 52]]
    drawing(widget).focus()
    keys.press("u")
    assert notebook.value("w.actions") == [[68, 47, 1], [68, 51, 0]]
    widget.get_by_role("button", name="Undo").click()
    assert notebook.value("w.labels.tolist()") == [1]
    widget.get_by_role("button", name="Clear").click()
    expect(widget.get_by_role("button", name="Clear")).to_be_disabled()
    expect(widget.get_by_role("status")).to_contain_text("Click on something")
    assert notebook.value("w.actions, bool(w.mask.any())") == ([], False)


def test_background_button_turns_left_clicks_and_truth_is_outlined(
    notebook: Notebook, widget: Locator
) -> None:
    toggle = widget.get_by_role("button", name="Background clicks")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    drawing(widget).click(position=place(widget, 10, 12))
    assert notebook.value("w.actions") == [[10, 12, 0]]
    expect(widget.locator(".cv-truth")).to_have_count(0)
    widget.get_by_role("button", name="Show the truth").click()
    expect(widget.locator(".cv-truth")).to_have_count(1)


def test_python_clicks_are_shown(notebook: Notebook, widget: Locator) -> None:
    notebook.run("w.click(60, 40)\nw.click(3, 3, 0)")
    expect(widget.locator(".cv-click")).to_have_count(2)
    expect(widget.get_by_role("status")).to_contain_text("2 clicks: mask")
