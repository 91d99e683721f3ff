"""Markdown-lite: `code`, *emphasis* and line breaks; as HTML, as plain text, and on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from IPython import get_ipython
from IPython.display import display

CODE = re.compile(r"`([^`]+)`")
EMPHASIS = re.compile(r"(?<![\w*])\*(\S(?:[^*]*\S)?)\*(?![\w*])")
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"  # Okabe and Ito (2008)


def to_html(text: str) -> str:
    """`text` as HTML, everything but the marks escaped."""

    def prose(piece: str) -> str:
        marked = EMPHASIS.sub(r"<em>\1</em>", escape(piece, quote=False))
        return marked.replace("\n", "<br>")

    return _convert(text, prose, lambda code: f"<code>{escape(code, quote=False)}</code>")


def to_text(text: str) -> str:
    """`text` for a terminal: code keeps its backticks, emphasis loses its asterisks."""
    return _convert(text, lambda piece: EMPHASIS.sub(r"\1", piece), lambda code: f"`{code}`")


def sentence(error: Exception) -> str:
    """The message of an error as a sentence."""
    text = str(error)
    return f"{text[0].upper()}{text[1:]}."


def say(lines: list[str], colour: str) -> None:
    """Show lines of markdown-lite: in a notebook a box with a coloured edge, else plain text.

    Of several lines the first is the heading.
    """
    style = f"border-left: 4px solid {colour}; padding: 4px 12px; max-width: 46em; line-height: 1.5"
    rows = [f'<div style="margin: 3px 0">{to_html(line)}</div>' for line in lines]
    if len(rows) > 1:
        rows[0] = rows[0].replace("3px 0", "3px 0; font-weight: 600", 1)
    show("\n".join(map(to_text, lines)), f'<div style="{style}">{"".join(rows)}</div>')


def show(text: str, html: str) -> None:
    """Show `html` in a notebook, with `text` beside it; elsewhere print `text`."""
    if getattr(get_ipython(), "kernel", None) is None:
        print(text)
        return
    display({"text/html": html, "text/plain": text}, raw=True)


def _convert(text: str, prose: Callable[[str], str], code: Callable[[str], str]) -> str:
    pieces = CODE.split(text)  # prose, code, prose, code, …, prose
    return "".join(code(p) if place % 2 else prose(p) for place, p in enumerate(pieces))
