"""What has to hold for every widget of the course, in a real JupyterLab, light and dark.

axe-core, the checker that browsers' own accessibility panels use, looks at names, roles, labels,
contrast and tables (WCAG 2 A and AA, and its best practices).
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

import cvlib.widgets

from .every import SHOWN
from .lab import Notebook

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")

CONTROLS = "input, select, button, [tabindex], canvas"


def test_every_widget_is_shown() -> None:
    assert SHOWN.keys() == set(cvlib.widgets.__all__) - {"CourseWidget"}


@pytest.mark.parametrize("name", SHOWN)
def test_widget_is_accessible_named_and_fits(notebook: Notebook, name: str) -> None:
    widget = notebook.show(SHOWN[name].source(name))
    for control in widget.locator(CONTROLS).filter(visible=True).all():
        expect(control).not_to_have_accessible_name("")
    for light in ("false", "true"):  # JupyterLab's mark; to load its themes would take longer
        notebook.page.evaluate(f"document.body.setAttribute('data-jp-theme-light', '{light}')")
        assert violations(notebook) == []
    widget.evaluate("element => element.style.width = '600px'")
    assert widget.evaluate("element => element.scrollWidth <= element.clientWidth")


def violations(notebook: Notebook) -> list[str]:
    """What axe-core finds wrong in the widget, a line for each rule."""
    found: Any = axe_playwright.Axe().run(notebook.page, context=".cv-widget").response
    return [
        f"{rule['id']}: {rule['help']} ({rule['nodes'][0]['html'][:100]})"
        for rule in found["violations"]
    ]


def test_axe_finds_what_is_wrong(notebook: Notebook) -> None:
    """The checker sees widgets: a button that loses its name is reported."""
    widget = notebook.show("from cvlib.widgets import OutputSizeDrill\nOutputSizeDrill()")
    widget.locator("button").first.evaluate("element => element.replaceChildren()")
    assert any(line.startswith("button-name") for line in violations(notebook))
