"""Markdown as HTML that does nothing: for feedback and for the formgrader.

nbgrader's own pages turn a learner's markdown into HTML as it is, scripts included, and
the formgrader shows it inside the instructor's login. `nbgrader_config.py` puts this
filter in the place of nbconvert's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl",
     "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p",
     "pre", "s", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th",
     "thead", "tr", "u", "ul"]
)  # fmt: skip
LINK = re.compile(r"(https?://|mailto:|#)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]*\Z")
# What MathJax lets a formula do besides typesetting.
ACTIVE_MATH = re.compile(r"\\(href|class|cssId|style|require|unicode|html\w*)(?![A-Za-z])")


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown to HTML; what could act or load something is shown as text or left out."""
    attachments = context.get("cell", {}).get("attachments", {})
    return rendered(source, attachments) if attachments else rendered_once(source)


def rendered(source: str, attachments: dict[str, Any]) -> str:
    """Markdown with pasted pictures as harmless HTML."""
    renderer = IPythonRenderer(escape=False, attachments=attachments)
    return clean(MarkdownWithMath(renderer=renderer).render(source))


@lru_cache(2000)  # in a class, most text is the same in all notebooks
def rendered_once(source: str) -> str:
    """Markdown without pasted pictures as harmless HTML."""
    return rendered(source, {})


def clean(html: str) -> str:
    """Only harmless elements; links lead to pages, pictures are part of the document."""
    tame = bleach.clean(
        html,
        tags=TAGS,
        attributes=is_harmless,
        protocols=["http", "https", "mailto", "data"],
        strip_comments=True,
    )
    return ACTIVE_MATH.sub(r"\1", tame)


def is_harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay."""
    if (tag, name) == ("a", "href"):
        return bool(LINK.match(value))
    if (tag, name) == ("img", "src"):
        return bool(PICTURE.match(value))
    return name in ("alt", "title", "colspan", "rowspan", "start")
