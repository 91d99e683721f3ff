"""Put scripts where the instructor or another student will look: they arrive as text."""

from __future__ import annotations

import json
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path

import nbgrader
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from traitlets.config import Config

from autograder.nbgrader_bridge import feedback, load_config
from tests.attacks.conftest import NAME, Classroom, forged, mark, with_neighbour
from tests.attacks.course import RIGHT

SCRIPT = "<script>EVIL()</script><img src=x onerror='EVIL()'><svg onload=EVIL()></svg>"
TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
SHOWS = f"""
from IPython.display import HTML, SVG, IFrame, Javascript, Latex, Markdown, display
print({SCRIPT!r})
display(HTML({SCRIPT!r}), Javascript('EVIL()'), Markdown({SCRIPT!r}), Latex({SCRIPT!r}))
display(IFrame('javascript:EVIL()', 10, 10))
display(SVG('<svg xmlns="http://www.w3.org/2000/svg"><script>EVIL()</script></svg>'))
for mime in ('application/vnd.jupyter.widget-view+json', 'application/javascript', 'text/html',
             'application/vnd.plotly.v1+json', 'application/pdf', 'text/latex', 'image/svg+xml',
             'application/x-evil', 'video/mp4'):
    display({{mime: {SCRIPT!r}, 'text/plain': {SCRIPT!r}}}, raw=True)
for mime in ('image/png', 'image/jpeg'):
    display({{mime: 'x"><script>EVIL()</script>', 'text/plain': 'p'}}, raw=True)
metadata = {{'text/html': {{'isolated': True}}, 'tags': ['"><script>EVIL()</script>']}}
display({{'text/plain': 'x'}}, raw=True, metadata=metadata)
class Loud:
    _repr_html_ = _repr_javascript_ = _repr_svg_ = __repr__ = lambda self: {SCRIPT!r}
Loud()
"""
ANSWER = f"""
def conv_output_size(*a, **k):
    raise ValueError({SCRIPT!r})
"""
MARKDOWN = f"""
{SCRIPT}

[a](javascript:EVIL()) <a href="javascript:EVIL()">b</a> <a href="data:text/html,EVIL()">c</a>
<iframe src="javascript:EVIL()"></iframe><object data="EVIL.swf"></object><embed src=EVIL>
<form action="https://evil.example/EVIL"><button formaction="javascript:EVIL()">go</button></form>
<style>body {{ background: url(https://evil.example/EVIL) }}</style>
<link rel=stylesheet href="https://evil.example/EVIL"><base href="https://evil.example/EVIL">
<meta http-equiv=refresh content="0;url=https://evil.example/EVIL">
<p style="position:fixed;background:url(https://evil.example/EVIL)" onclick="EVIL()">p</p>
<span class="btn full-credit EVIL" id="EVIL">click</span>
![x](https://evil.example/EVIL.png) ![y](javascript:EVIL()) ![z](attachment:evil.png)
<details open ontoggle=EVIL()><summary>s</summary></details>
<math><mi xlink:href="javascript:EVIL()">x</mi></math>

$\\href{{javascript:EVIL()}}{{x}}$ $$\\require{{html}}\\class{{EVIL}}{{x}}$$

```<script>EVIL()</script>
```
"""


class Active(HTMLParser):
    """Collects everything in a page that could act and that has the mark in it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element's own text: attributes."""
        self.inside = tag if tag in ("script", "style") else ""
        self.found += [f"{tag} {k}={v}" for k, v in attrs if "EVIL" in f"{k}{v}"]

    def handle_endtag(self, tag: str) -> None:
        """The end of a script."""
        self.inside = ""

    def handle_data(self, data: str) -> None:
        """Text counts inside of scripts only."""
        if self.inside and "EVIL" in data:
            self.found.append(f"{self.inside}: {data[:80]}")


def spiked(notebook: NotebookNode) -> None:
    """Scripts in text, outputs, attachments and metadata."""
    cell = next(c for c in notebook.cells if mark(c) == "01-why-open")
    cell.source = MARKDOWN
    cell.attachments = {"evil.png": {"text/html": SCRIPT, "image/png": '"><script>EVIL()</script>'}}
    metadata = {"raw_mimetype": "text/html", "tags": ['"><script>EVIL()</script>'],
                "magics_language": '"><script>EVIL()</script>'}  # fmt: skip
    notebook.cells += [new_markdown_cell(MARKDOWN, metadata=metadata), new_code_cell("1 +"),
                       new_raw_cell(SCRIPT, metadata=metadata), new_raw_cell(SCRIPT)]  # fmt: skip
    shown = new_output("display_data", data={"text/html": SCRIPT})
    notebook.cells.append(new_code_cell("1", metadata=metadata, outputs=[shown]))
    quote = '"><script>EVIL()</script>'
    notebook.metadata["language_info"] = {"name": quote, "pygments_lexer": quote}
    notebook.metadata["title"] = SCRIPT
    notebook.metadata["authors"] = [{"name": SCRIPT}]
    state = {"state": {"x": {"model_name": SCRIPT}}, "version_major": 2}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}


@pytest.fixture(scope="module")
def pages(classroom: Classroom) -> dict[str, str]:
    """The pages made of a spiked submission: feedback, and what the formgrader shows."""
    classroom.clear()
    notebook = forged(classroom, SHOWS, ANSWER)
    spiked(notebook)
    classroom.hand_in("mallory", notebook)
    graded = with_neighbour(classroom)["mallory"]
    graded.gained_nothing()
    assert "<script>EVIL()" in graded.text, "as plain text it is kept"
    feedback(classroom.settings, "01", "mallory")
    page = classroom.settings.feedback / "mallory" / "01" / f"{NAME}.html"
    return {"feedback": page.read_text(), "formgrader": formgrader_page(classroom)}


def formgrader_page(classroom: Classroom) -> str:
    """The page as nbgrader's formgrader makes it."""
    config = load_config(classroom.settings)
    own = {"template_name": "formgrade", "extra_template_basedirs": [str(TEMPLATES)]}
    config.merge(Config({"HTMLExporter": own}))
    path = classroom.settings.autograded / "mallory" / "01" / f"{NAME}.ipynb"
    resources = {"assignment_id": "01", "notebook_id": NAME, "submission_id": "1", "index": 0,
                 "total": 1, "base_url": "", "notebook_path": "", "last_name": "", "student": "m",
                 "first_name": "", "unique_key": NAME, "metadata": {"name": NAME}}  # fmt: skip
    return str(HTMLExporter(config=config).from_filename(str(path), resources=resources)[0])


@pytest.mark.parametrize("page", ["feedback", "formgrader"])
def test_submission_cannot_act_in(page: str, pages: dict[str, str]) -> None:
    reader = Active()
    reader.feed(pages[page])
    assert reader.found == []
    assert "EVIL" in pages[page], "what was written is still to be read"
    assert "\\href" not in pages[page]
    assert "\\require" not in pages[page]


def test_submission_cannot_leave_anything_but_text_and_pictures(
    pages: dict[str, str], classroom: Classroom
) -> None:
    path = classroom.settings.autograded / "mallory" / "01" / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    assert set(notebook["metadata"]) <= {"kernelspec", "language_info"}
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert {mime for output in outputs for mime in output.get("data", {})} == {"text/plain"}
    assert all(not output.get("metadata") for output in outputs)
    assert all(set(cell["metadata"]) <= {"nbgrader"} for cell in notebook["cells"])


def test_submission_cannot_see_hidden_tests_in_its_feedback(classroom: Classroom) -> None:
    classroom.clear()
    classroom.hand_in("mallory", forged(classroom))
    with_neighbour(classroom)
    feedback(classroom.settings, "01", "mallory")
    page = (classroom.settings.feedback / "mallory" / "01" / f"{NAME}.html").read_text()
    assert "borders count too" not in page
    for text in ("cases=[(32, 3), (224", "numbers = check.inputs()", '"stem_pool": 56'):
        assert text not in page


def test_honest_markdown_still_looks_like_markdown(classroom: Classroom) -> None:
    """Emphasis, tables, formulas, code, links and pasted pictures stay."""
    classroom.clear()
    notebook = classroom.notebook(RIGHT)
    cell = next(c for c in notebook.cells if mark(c) == "01-why-open")
    picture = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
    cell.attachments = {"a.png": {"image/png": picture}}
    cell.source = (
        "**Because** $a < b$ and `x > 1`, see [torch](https://pytorch.org).\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n\n![plot](attachment:a.png)\n"
    )
    classroom.hand_in("mallory", notebook)
    with_neighbour(classroom)
    feedback(classroom.settings, "01", "mallory")
    page = (classroom.settings.feedback / "mallory" / "01" / f"{NAME}.html").read_text()
    for part in ("<strong>Because</strong>", "<title>a &lt; b</title>", "<code>x &gt; 1</code>",
                 "<td>1</td>", 'href="https://pytorch.org"',
                 f"data:image/png;base64,{picture}"):  # fmt: skip
        assert part in page, part
