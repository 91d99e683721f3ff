"""The quick exporter gives the page that nbconvert's own gives, but loads nothing."""

from __future__ import annotations

import html
import re

import nbformat
import pytest
from bs4 import BeautifulSoup, Comment
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder import inert
from autograder.exporter import QuickHTMLExporter
from autograder.formulas import SECRET, drawn
from autograder.inert import rendered

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
        new_markdown_cell(f"# Title\n\n![told](data:image/png;base64,{PIXEL}) and $x^2$"),
        new_code_cell("def f(x):\n    return x < 3  # ✓", outputs=OUTPUTS, execution_count=1),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})
    nbformat.validate(notebook)
    tame = {"markdown2html": "autograder.inert.markdown2html"}
    theirs, _ = HTMLExporter(template_name="classic", filters=tame).from_notebook_node(notebook)
    ours, _ = QuickHTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert ours.count(' alt="') == theirs.count(' alt="') == 2
    assert comparable(ours) == comparable(theirs)


def comparable(page: str) -> str:
    """A page without alternatives of pictures and without MathJax; formulas as they are written."""
    soup = BeautifulSoup(page, "html.parser")
    for picture in soup.select("img"):
        del picture["alt"]
    for formula in soup.select("svg.tex"):
        formula.replace_with(f"${formula.text}$")
    for element in soup.select("script[src*=mathjax], script[type$=mathjax-config], style"):
        element.decompose()
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", str(soup)))


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("$x^2$", "<svg"),
        ("$$\n\\frac12 \\le \\sqrt2\n$$", "<svg"),
        ("\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}", "<svg"),
        (r"\\(a_1\\)", "<svg"),
        (r"$\unknown{x}$", r'<code class="tex">\unknown{x}</code>'),
        ("$" + 400 * "x" + "$", "<code"),
        ("$<script>alert(1)</script>$", "&lt;script&gt;"),
        ('$"onload=alert(1) $', "&quot;onload"),
    ],
)
def test_formulas_are_drawn_or_shown_as_written(source: str, shown: str) -> None:
    notebook = new_notebook(cells=[new_markdown_cell(f"Before {source} after.")])
    page, _ = QuickHTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert shown in page
    assert SECRET not in page
    assert "<script>alert" not in page


def test_a_formula_inside_a_pictures_description_adds_no_attribute() -> None:
    source = f'![a $x" onload=alert(1) y="$ b](data:image/png;base64,{PIXEL} "$z$") [$u$](#x)'
    notebook = new_notebook(cells=[new_markdown_cell(source), new_markdown_cell("# About $v$")])
    page, _ = QuickHTMLExporter(template_name="classic").from_notebook_node(notebook)
    soup = BeautifulSoup(page, "html.parser")
    assert [formula.text for formula in soup.select("svg.tex")] == ["u", "v"]
    assert {name for element in soup.select("img") for name in element.attrs} == {
        "alt", "src", "title"}  # fmt: skip
    assert SECRET not in page


@pytest.mark.parametrize(
    ("source", "shown"),
    [("[![Open in Colab](https://x.org/b.svg)](https://x.org)", '<a href="https://x.org">Open in'),
     ("before ![](x.png) after", "before  after"),
     ('![one "two" <b>](x.png "three")', "one &quot;two&quot; "),
     ("<img src=x alt='<script>alert(1)</script>'>", "&lt;script>alert(1)&lt;/script>"),
     (r"<img src=x alt='\href{javascript:alert(1)}{x}'>", "href{java")],
)  # fmt: skip
def test_a_picture_from_elsewhere_gives_way_to_its_description(source: str, shown: str) -> None:
    page = rendered(source, {})
    assert shown in page
    assert "<script" not in page


def test_markdown_that_takes_too_long_is_shown_as_it_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long gap takes a time that grows with the square of its length."""
    monkeypatch.setattr(inert, "MOST_SECONDS", 0.1)
    gap = "<b>a" + 20_000 * " " + "b"
    assert rendered(gap, {}) == f"<pre>{html.escape(gap)}</pre>"
    assert rendered("<b>a</b>", {}) != "<pre>&lt;b&gt;a&lt;/b&gt;</pre>"


def test_two_pages_draw_the_same_formula_alike() -> None:
    assert drawn("x", display=False) == drawn("x", display=False)
    assert drawn("x", display=True) != drawn("x", display=False)
    assert drawn("y", display=False) != drawn("x", display=False)
