from __future__ import annotations

from playwright.sync_api import expect

from .lab import Notebook

SHOW = "from cvlib.widgets import ConvolutionExplorer\nw = ConvolutionExplorer()\nw"


def test_slider_changes_drawing_and_python(notebook: Notebook) -> None:
    widget = notebook.show(SHOW)
    widget.get_by_label("Stride S").fill("2")
    expect(widget.locator(".cv-size")).to_have_text("2")
    assert notebook.value("w.stride, w.output_size") == (2, 2)
