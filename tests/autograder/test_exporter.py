"""The quick exporter gives the page that nbconvert's own gives."""

from __future__ import annotations

import nbformat
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.exporter import QuickHTMLExporter

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5Er"
    "kJggg=="
)
OUTPUTS = [
    new_output("stream", text="a < b & c\n"),
    new_output("display_data", data={"image/png": PIXEL}),
    new_output("execute_result", data={"text/html": "<b>bold</b>", "text/plain": "bold"}),
    new_output("error", ename="CheckFailed", evalue="1 of 3", traceback=["\x1b[31m✗ 1\x1b[0m"]),
]


def test_page_is_the_one_that_nbconvert_makes() -> None:
    cells = [
        new_markdown_cell("# Title\n\n![told](a.png) and $x^2$"),
        new_code_cell("def f(x):\n    return x < 3  # ✓", outputs=OUTPUTS, execution_count=1),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.validate(notebook)
    theirs, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    ours, _ = QuickHTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert ours.count(' alt="') == theirs.count(' alt="') == 2
    assert str(without_alternatives(ours)) == str(without_alternatives(theirs))


def without_alternatives(page: str) -> BeautifulSoup:
    """The parsed page without the text alternatives of its pictures."""
    soup = BeautifulSoup(page, "html.parser")
    for picture in soup.select("img"):
        del picture["alt"]
    return soup
