from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = """import torch
from cvlib.widgets import ConfidenceExplorer
truth = torch.tensor([[0, 0, 10, 10], [20, 0, 30, 10.0]])
found = torch.cat([truth[:1], truth[:1] + 1, truth[1:] + 1])
one = (found, torch.tensor([0.9, 0.8, 0.4]), ["cat", "cat", "dog"]), (truth, ["cat", "dog"])
w = ConfidenceExplorer([one[0]] * {count}, [one[1]] * {count}, images=[torch.rand(3, 16, 32)] * {count})
w"""  # noqa: E501


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW.replace("{count}", "1"))


def outlines(widget: Locator) -> list[int]:
    kinds = ("right", "wrong", "missed")
    return [widget.locator(f".cv-pictures .cv-{kind}-box.cv-outline").count() for kind in kinds]


def test_confidence_decides_what_is_right_wrong_and_missed(
    notebook: Notebook, widget: Locator
) -> None:
    said = widget.get_by_role("status")
    expect(said).to_contain_text("2 of 3 detections are shown: 1 right, 1 wrong. 1 of 2 objects")
    assert outlines(widget) == [1, 1, 1]
    widget.get_by_label("Confidence").fill("0.3")
    expect(said).to_contain_text("3 of 3 detections are shown: 2 right, 1 wrong. 0 of 2 objects")
    assert outlines(widget) == [2, 1, 0]
    assert notebook.value("tuple(w.counts)") == (2, 1, 0)
    cells = widget.locator("tbody tr").first.locator("th, td").all_inner_texts()
    assert cells == ["precision", "2 / (2 + 1)", "0.67"]
    area, coco = notebook.value("w.average_precision, w.coco_average_precision")
    told = f"the shaded area: {area:.3f}. COCO’s mean of 101 heights is {coco:.3f}."
    expect(widget.get_by_text(told)).to_be_visible()


def test_nothing_let_through_has_no_precision_and_no_point(widget: Locator) -> None:
    expect(widget.locator(".cv-now")).to_have_count(1)
    widget.get_by_label("Confidence").fill("1")
    expect(widget.locator(".cv-now")).to_have_count(0)
    assert widget.locator("tbody strong").all_inner_texts() == ["–", "0.00", "0.00"]


def test_class_and_iou(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_label("Class").select_option("dog")
    widget.get_by_label("IoU at least").fill("0.75")  # of the dog it is 81/119
    expect(widget.get_by_role("status")).to_contain_text("0 of 1 detections are shown")
    widget.get_by_label("Confidence").fill("0.4")
    expect(widget.get_by_role("status")).to_contain_text("0 right, 1 wrong. 1 of 1 objects")
    assert notebook.value("w.label, w.iou_threshold, w.average_precision") == ("dog", 0.75, 0.0)


def test_pages_of_pictures(notebook: Notebook) -> None:
    widget = notebook.show(SHOW.replace("{count}", "8"))
    expect(widget.get_by_text("1 to 6 of 8")).to_be_visible()
    widget.get_by_role("button", name="Later").click()
    expect(widget.get_by_text("7 to 8 of 8")).to_be_visible()
    pictures = widget.locator(".cv-pictures svg")
    expect(pictures).to_have_count(2)
    expect(pictures.last).to_have_attribute("aria-label", "picture 8: 1 right, 1 wrong, 1 missed")
    expect(widget.get_by_role("button", name="Later")).to_be_disabled()


def test_fits_a_narrow_page_and_names_its_controls(widget: Locator) -> None:
    widget.evaluate("element => element.style.width = '600px'")
    assert widget.evaluate("element => element.scrollWidth <= element.clientWidth")
    for control in widget.locator("input, select, button").all():
        expect(control).not_to_have_accessible_name("")
