"""nbconvert's HTML exporter for feedback: quick, and its pages ask no server for anything.

`HTMLExporter` parses the finished page once more by BeautifulSoup, to give pictures a text
alternative and to make the cells of other templates than ours focusable. For a session's
notebook that is two thirds of the work; one substitution does the same. Most of the rest
goes into compiling templates and colouring code, the same ones each time: both are kept.

MathJax, which templates load from a server, gives way to drawings (`formulas`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jinja2 import BaseLoader, BytecodeCache, DictLoader, Environment
from jinja2.bccache import Bucket
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from traitlets import default

from autograder.formulas import STYLE, typeset
from autograder.inert import markdown2html_offline

NO_ALTERNATIVE = re.compile(r"<img(?=\s)(?![^>]*\salt=)")


class KeptTemplates(BytecodeCache):
    """Compiled templates, kept in memory."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take a template that was compiled before."""
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template."""
        self.compiled[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = KeptTemplates()
# Comes before nbconvert's file of this name, whose macro loads a script.
NO_MATHJAX = DictLoader(
    {"mathjax.html.j2": f"{{% macro mathjax(url=None) %}}{STYLE}{{% endmacro %}}"}
)


@lru_cache(2000)  # in a class, most code is the same in all notebooks
def highlighted(lexer: str, source: str, language: str | None) -> str:
    """Code with colours."""
    return str(Highlight2HTML(pygments_lexer=lexer)(source, language))


class QuickHTMLExporter(HTMLExporter):
    """The same page in a tenth of the time, without a script."""

    @default("extra_loaders")
    def _extra_loaders_default(self) -> list[BaseLoader]:
        return [NO_MATHJAX]

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.bytecode_cache = TEMPLATES
        return environment

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook."""
        made = self._init_resources(resources)
        lexer = nb.metadata.get("language_info", {}).get("name", "ipython3")
        widgets = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=made
        )

        def highlight(source: str, language: str | None = None, metadata: Any = None) -> str:
            language = (metadata or {}).get("magics_language", language)
            return highlighted(lexer, source, language)

        self.register_filter("highlight_code", highlight)
        self.register_filter("filter_data_type", widgets)
        self.register_filter("markdown2html", markdown2html_offline)
        page, made = TemplateExporter.from_notebook_node(self, nb, made, **options)
        page = NO_ALTERNATIVE.sub('<img alt="A picture without a description"', page)
        return typeset(page), made
