from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import BoxPairEditor\nw = BoxPairEditor()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def test_arrow_keys_move_and_shift_resizes(notebook: Notebook, widget: Locator) -> None:
    box = widget.locator(".cv-box1")
    box.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("ArrowDown")
    notebook.page.keyboard.press("Shift+ArrowLeft")
    expect(box).to_have_attribute("aria-label", "prediction, corners 1.1, 1.1, 4.0, 3.1")
    expect(box).to_be_focused()
    assert notebook.value("w.box1") == [1.1, 1.1, 4.0, 3.1]


def test_dragging_a_box_and_its_corner(notebook: Notebook, widget: Locator) -> None:
    face = widget.locator(".cv-box2 .cv-face").bounding_box()
    assert face
    mouse = notebook.page.mouse
    mouse.move(face["x"] + face["width"] * 0.8, face["y"] + face["height"] * 0.5)
    mouse.down()
    mouse.move(face["x"] + 2000, face["y"] + face["height"] * 0.5)
    mouse.up()
    assert notebook.value("(w.box2[2], w.box2[2] - w.box2[0])") == (12.0, 4.0)
    grip = widget.locator(".cv-box2 .cv-grip").bounding_box()
    assert grip
    mouse.move(grip["x"] + 4, grip["y"] + 4)
    mouse.down()
    mouse.move(grip["x"] - 2000, grip["y"] - 2000)
    mouse.up()
    assert notebook.value("[round(w.box2[i + 2] - w.box2[i], 2) for i in (0, 1)]") == [0.5, 0.5]


def test_far_apart_iou_pushes_nowhere(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="far apart").click()
    expect(widget.get_by_role("status")).to_contain_text("do not touch")
    rows = [row.locator("td").all_inner_texts() for row in widget.locator("tbody tr").all()]
    assert rows[0] == ["0.00", "1.00", "0.000, 0.000"]
    giou = notebook.value("(round(w.overlaps['giou'], 2), round(w.pushes['giou'][0], 3))")
    assert (rows[1][0].replace("−", "-"), rows[1][2].split(",")[0]) == (
        f"{giou[0]:.2f}",
        f"{giou[1]:.3f}",
    )


def test_inside_only_the_centre_losses_push(widget: Locator) -> None:
    widget.get_by_role("button", name="inside").click()
    expect(widget.get_by_role("status")).to_contain_text("DIoU pulls the centres together")
