"""Markdown as HTML that does nothing: for feedback and for the formgrader.

nbgrader's own pages turn a learner's markdown into HTML as it is, scripts included, and
the formgrader shows it inside the instructor's login. `nbgrader_config.py` puts this
filter in the place of nbconvert's.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.formulas import ACTIVE, SECRET, FormulaRenderer
from autograder.time_limit import time_limit

TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl",
     "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p",
     "pre", "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th",
     "thead", "tr", "u", "ul"]
)  # fmt: skip
MOST_SECONDS = 2.0  # of the processor, for one cell's text
LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
# A picture that was left out, as `bleach` writes it.
NO_PICTURE = re.compile(r"""<img(?: alt=("[^"<]*"|'[^'<]*'))?(?: title=("[^"<]*"|'[^'<]*'))?>""")
PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*\Z")


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown to HTML; what could act or load something is shown as text or left out."""
    attachments = context.get("cell", {}).get("attachments", {})
    return rendered(source, attachments) if attachments else rendered_once(source)


@pass_context
def markdown2html_offline(context: Any, source: str) -> str:
    """The same, with a secret word for each formula, see `formulas`."""
    attachments = context.get("cell", {}).get("attachments", {})
    if attachments:
        return rendered(source, attachments, FormulaRenderer)
    return rendered_once(source, FormulaRenderer)


def rendered(
    source: str, attachments: dict[str, Any], kind: type[IPythonRenderer] = IPythonRenderer
) -> str:
    """Markdown with pasted pictures as harmless HTML; as plain text where it takes too long.

    A few patterns of markdown take a time that grows with the square of a text's length.
    """
    renderer = kind(escape=False, attachments=attachments, exclude_anchor_links=True)
    try:
        with time_limit(MOST_SECONDS, of_processor=True):
            return clean(MarkdownWithMath(renderer=renderer).render(source))
    except TimeoutError:
        return f"<pre>{html.escape(source)}</pre>"


@lru_cache(2000)  # in a class, most text is the same in all notebooks
def rendered_once(source: str, kind: type[IPythonRenderer] = IPythonRenderer) -> str:
    """Markdown without pasted pictures as harmless HTML."""
    return rendered(source, {}, kind)


def clean(page: str) -> str:
    """Only harmless elements; links lead to pages, pictures are part of the document.

    Where a picture is somewhere else, its description stands in its place.
    """
    tame = bleach.clean(
        page,
        tags=TAGS,
        attributes=is_harmless,
        protocols=["http", "https", "mailto", "data"],
        strip_comments=True,
    )
    return ACTIVE.sub(r"\1", NO_PICTURE.sub(lambda found: (found[1] or "")[1:-1], tame))


def is_harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay; a drawing has no place in one."""
    if SECRET in value:
        return False
    if (tag, name) == ("a", "href"):
        return bool(LINK.match(value))
    if (tag, name) == ("img", "src"):
        return bool(PICTURE.match(value))
    return name in ("alt", "title", "colspan", "rowspan", "start")
