from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .lab import Notebook

SHOW = "from cvlib.widgets import ModelExplorer\nw = ModelExplorer()\nw"


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def test_choosing_a_model_shows_its_costs(notebook: Notebook, widget: Locator) -> None:
    expect(widget).to_contain_text("138 M parameters")
    widget.get_by_role("button", name="EfficientNet-B0").click()
    heads = widget.locator(".cv-overview thead th")
    expect(heads).to_have_text(["maps", "ResNet-50", "MobileNetV1", "EfficientNet-B0"])
    expect(widget).to_contain_text("5.29 M parameters")
    assert notebook.value("w.models") == ["resnet50", "mobilenet_v1", "efficientnet_b0"]
    assert notebook.value("w.tables['efficientnet_b0'].parameters") == 5_288_548
    for name in ("ResNet-50", "MobileNetV1", "EfficientNet-B0"):
        widget.get_by_role("button", name=name).click()
    expect(heads).to_have_text(["maps", "EfficientNet-B0"])  # the last one stays


def test_image_size_changes_the_work_only(notebook: Notebook, widget: Locator) -> None:
    sums = widget.locator(".cv-overview tfoot td").nth(1)
    expect(sums).to_contain_text("4.09 G MACs")
    widget.get_by_role("combobox", name="Image").select_option("128")
    macs = notebook.value("w.tables['resnet50'].macs")
    expect(sums).to_contain_text(f"{macs / 1e9:.2f} G MACs")
    expect(sums).to_contain_text("25.6 M parameters")
    assert notebook.value("w.size") == 128


def test_common_scale_shortens_the_bars(notebook: Notebook, widget: Locator) -> None:
    widths = "bars => bars.map((bar) => parseFloat(bar.style.width))"
    bars = widget.locator("tbody tr td:nth-child(4) .cv-bar")
    assert max(bars.evaluate_all(widths)) == 100
    widget.get_by_role("combobox", name="Full bar").select_option("all models together")
    expect(bars.last).to_be_attached()
    assert max(bars.evaluate_all(widths)) < 10
    assert notebook.value("w.scale") == "all"


def test_layer_table_opens_by_keyboard(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_text("Layer table of VGG-16").focus()
    notebook.page.keyboard.press("Enter")
    table = widget.get_by_role("region", name="layers of VGG-16")
    expect(table.get_by_role("row", name="features.0")).to_contain_text("64 × 224 × 224")
    expect(table.get_by_role("row", name="features.0")).to_contain_text("86,704,128")
    widget.get_by_role("combobox", name="Full bar").select_option("all models together")
    expect(table).to_be_visible()  # stays open
