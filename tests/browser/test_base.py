"""What all widgets share, seen in a real JupyterLab."""

from __future__ import annotations

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

from .lab import Notebook

SHOW = "from cvlib.widgets import ConvolutionExplorer\nw = ConvolutionExplorer()\nw"
WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


def test_widget_wins_over_its_picture(notebook: Notebook) -> None:
    output = notebook.run(SHOW)
    expect(output.locator(".cv-widget")).to_be_visible()
    expect(output.locator("img")).to_have_count(0)


def test_notebook_without_kernel_shows_the_picture(notebook: Notebook) -> None:
    (output,) = notebook.outputs(SHOW)
    assert {WIDGET_MIME, "image/png", "text/plain"} <= output["data"].keys()
    cell = nbformat.v4.new_code_cell(SHOW, outputs=[nbformat.from_dict(output)])
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert 'src="data:image/png;base64,' in html
    assert output["metadata"]["image/png"]["alt"] == "".join(output["data"]["text/plain"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_theme_of_the_page_wins_over_the_system(notebook: Notebook, theme: str) -> None:
    notebook.page.emulate_media(color_scheme="dark" if theme == "light" else "light")
    notebook.use_theme(theme)
    widget = notebook.show(SHOW)
    colours = {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 25, 29)"}
    expect(widget).to_have_css("background-color", colours[theme])
    notebook.use_theme("light")


def test_colab_and_system_themes(notebook: Notebook) -> None:
    widget = notebook.show(SHOW)
    page = notebook.page
    page.evaluate("document.body.removeAttribute('data-jp-theme-light')")
    page.emulate_media(color_scheme="dark")
    expect(widget).to_have_css("background-color", "rgb(22, 25, 29)")
    page.evaluate("document.documentElement.setAttribute('theme', 'light')")
    expect(widget).to_have_css("background-color", "rgb(255, 255, 255)")
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.setAttribute('theme', 'dark')")
    expect(widget).to_have_css("background-color", "rgb(22, 25, 29)")
    page.evaluate("document.documentElement.removeAttribute('theme')")
    page.evaluate("document.body.setAttribute('data-jp-theme-light', 'true')")


def test_focus_can_be_seen(notebook: Notebook) -> None:
    widget = notebook.show(SHOW)
    widget.get_by_label("Input W").focus()
    for name in ("Kernel K", "Stride S", "Padding P", "Dilation D"):
        notebook.page.keyboard.press("Tab")
        expect(widget.get_by_label(name)).to_be_focused()
    notebook.page.keyboard.press("Tab")
    play = widget.get_by_role("button", name="Play")
    expect(play).to_be_focused()
    expect(play).to_have_css("outline-width", "3px")
    expect(play).to_have_css("outline-style", "solid")


def test_two_views_of_one_widget_agree(notebook: Notebook) -> None:
    first = notebook.show(SHOW)
    second = notebook.show("w")
    second.get_by_label("Stride S").fill("3")
    expect(first.get_by_label("Stride S")).to_have_value("3")
    expect(first.locator(".cv-grid-output rect")).to_have_count(4)


def test_styles_of_one_widget_leave_the_others_alone(notebook: Notebook) -> None:
    colour = "element => getComputedStyle(element).color"
    show = "from cvlib.widgets import ReceptiveFieldViewer\nReceptiveFieldViewer()"
    sizes = notebook.show(show).locator("td.cv-size").first
    before = sizes.evaluate(colour)
    explorer = notebook.show(SHOW)  # has a .cv-size of its own, in orange
    assert explorer.locator(".cv-size").evaluate(colour) != before
    assert sizes.evaluate(colour) == before
