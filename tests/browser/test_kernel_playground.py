from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from cvlib.widgets.kernel_playground import PRESETS

from .lab import Notebook

SHOW = "from cvlib.widgets import KernelPlayground\nw = KernelPlayground()\nw"
# Grey levels of a canvas: [height][width].
LEVELS = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return [...Array(height).keys()].map((row) =>
        [...Array(width).keys()].map((column) => data[4 * (row * width + column)]));
}"""


@pytest.fixture
def widget(notebook: Notebook) -> Locator:
    return notebook.show(SHOW)


def levels(widget: Locator, name: str) -> np.ndarray:
    return np.array(widget.get_by_role("img", name=name).evaluate(LEVELS))


def test_picture_on_the_screen_is_what_python_computes(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("combobox", name="Kernel").select_option("Sharpen")
    expect(widget.get_by_role("status")).to_contain_text("shown as grey, 0 black to 255 white")
    assert notebook.value("w.preset, w.kernel") == ("sharpen", PRESETS["sharpen"])
    original = np.array(notebook.value("w.image.tolist()"))
    np.testing.assert_array_equal(levels(widget, "original picture"), original)
    expected = np.array(notebook.value("w.filtered.clip(0, 255).tolist()"))
    np.testing.assert_array_equal(levels(widget, "filtered picture"), expected)


def test_typing_a_weight_filters_at_once(notebook: Notebook, widget: Locator) -> None:
    before = levels(widget, "filtered picture")
    weight = widget.get_by_label("weight in row 2, column 2")
    weight.click()
    weight.press("ControlOrMeta+a")
    weight.type("-1.5")
    expect(weight).to_have_value("-1.5")
    expect(widget).to_contain_text("The weights sum to −1.5.")
    expect(widget.get_by_role("combobox", name="Kernel")).to_have_value("custom")
    assert notebook.value("w.kernel[4], w.preset") == (-1.5, "custom")
    assert (levels(widget, "filtered picture") != before).any()


def test_range_of_signed_results_is_told(notebook: Notebook, widget: Locator) -> None:
    low, high = notebook.value("int(w.filtered.min()), int(w.filtered.max())")
    told = f"Result from {low} to {high}: blue is negative, white is 0".replace("-", "−")
    expect(widget.get_by_role("status")).to_contain_text(told)
    most = max(-low, high)
    labels = widget.locator(".cv-filtered .cv-scale-labels span")
    expect(labels).to_have_text([f"−{most}", "0", str(most)])


def test_buttons_turn_and_divide(notebook: Notebook, widget: Locator) -> None:
    widget.get_by_role("button", name="Turn by 180°").click()
    assert notebook.value("w.kernel") == PRESETS["sobel_x"][::-1]
    expect(widget.get_by_role("button", name="Divide by the sum")).to_be_disabled()  # it is 0
    notebook.run("w.kernel = [1] * 9")
    widget.get_by_role("button", name="Divide by the sum").click()
    expect(widget).to_contain_text("The weights sum to 1.")
    assert notebook.value("w.kernel") == pytest.approx([1 / 9] * 9)


def test_python_changes_picture_and_preset(notebook: Notebook, widget: Locator) -> None:
    notebook.run("import numpy as np\nw.image = np.eye(5)\nw.preset = 'identity'")
    expect(widget.get_by_role("combobox", name="Kernel")).to_have_value("identity")
    expect(widget.get_by_label("weight in row 2, column 2")).to_have_value("1")
    np.testing.assert_array_equal(levels(widget, "filtered picture"), 255 * np.eye(3))
