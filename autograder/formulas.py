r"""Formulas as drawings inside a page, so that it needs neither a script nor a server.

While markdown is rendered and cleaned, each formula is a word that nobody can guess
(`FormulaRenderer`); in the finished page these words give way to drawings (`typeset`).
matplotlib sets most of TeX's mathematics. What it does not know is shown as it was written.
"""

from __future__ import annotations

import html
import re
import secrets
from functools import lru_cache

from nbconvert.filters.markdown_mistune import IPythonRenderer

MOST = 300  # characters of a formula that is drawn
EM = 100.0  # units of a drawing that one letter's height takes
SECRET = f"formula{secrets.token_hex(16)}"  # no student can write this word
WORD = re.compile(rf"{SECRET}([di])((?:[0-9a-f]{{2}})*){SECRET}")
# What MathJax lets a formula do besides typesetting.
ACTIVE = re.compile(r"\\(href|class|cssId|style|require|unicode|html\w*)(?![A-Za-z])")
COMMANDS = "MLQC"  # of SVG, by matplotlib's code less one
STYLE = (
    "<style>svg.tex { overflow: visible; fill: currentColor; }\n"
    "code.tex { color: inherit; background: none; white-space: pre-wrap; }\n"
    ".tex.display { display: block; margin: 0.8em auto; max-width: 100%; font-size: 120%; }</style>"
)
# How matplotlib wants what TeX also takes.
SPELLINGS = (
    (re.compile(r"\\[dt]frac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\frac\s*(\w)\s*(\w)"), r"\\frac{\1}{\2}"),
    (re.compile(r"\\sqrt\s*(\w)"), r"\\sqrt{\1}"),
    (re.compile(r"\\(le|ge)(?![A-Za-z])"), r"\\\1q"),
    (re.compile(r"\\[lr]vert(?![A-Za-z])"), "|"),
)
MATRIX = re.compile(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", re.S)


class FormulaRenderer(IPythonRenderer):
    """Writes a secret word for each formula, which cleaning the page leaves alone."""

    def inline_math(self, body: str) -> str:
        """A formula within a line."""
        return word(body, "i")

    def block_math(self, body: str) -> str:
        """A formula on a line of its own."""
        return word(body, "d")

    def latex_environment(self, name: str, body: str) -> str:
        """Such as a matrix without dollars around it."""
        return word(f"\\begin{{{name}}}{body}\\end{{{name}}}", "d")


def word(tex: str, kind: str) -> str:
    """The secret word for a formula; its kind is i (inline) or d (display)."""
    tame = ACTIVE.sub(r"\1", tex)
    return f"{SECRET}{kind}{tame.encode('utf-8', 'replace').hex()}{SECRET}"


def typeset(page: str) -> str:
    """A finished page with a drawing for each secret word; these may only stand in its text."""
    return WORD.sub(lambda m: drawn(bytes.fromhex(m[2]).decode(), display=m[1] == "d"), page)


@lru_cache(2000)  # in a class, most formulas are the same in all notebooks
def drawn(tex: str, *, display: bool) -> str:
    """A formula as HTML: a drawing with its text for screen readers, or that text.

    Args:
        tex: without the dollars.
        display: on a line of its own.
    """
    kind = "tex display" if display else "tex"
    label = html.escape(" ".join(tex.split()))
    picture = outline(tex) if len(tex) <= MOST else None
    if picture is None:
        return f'<code class="{kind}">{label}</code>'
    path, width, height, descent = picture
    return (
        f'<svg class="{kind}" role="img" '
        f'style="width:{width / EM:.3f}em;height:{height / EM:.3f}em;'
        f'vertical-align:{-descent / EM:.3f}em" '
        f'viewBox="0 {descent - height:.1f} {width:.1f} {height:.1f}">'
        f'<title>{label}</title><path d="{path}"/></svg>'
    )


def outline(tex: str) -> tuple[str, float, float, float] | None:
    """SVG's path of a formula, its width, height and depth below the line; None if unknown."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.path import Path
    from matplotlib.textpath import text_to_path

    for pattern, known in SPELLINGS:
        tex = pattern.sub(known, tex)
    text = f"${' '.join(MATRIX.sub(columns, tex).split())}$"
    font = FontProperties(size=EM, math_fontfamily="cm")
    try:
        vertices, codes = text_to_path.get_text_path(font, text, ismath=True)
        size = text_to_path.get_text_width_height_descent(text, font, ismath=True)
    except (ValueError, RuntimeError, RecursionError):
        return None
    parts = []
    for points, code in Path(vertices, codes).iter_segments(simplify=False):
        signed = [f"{-n if odd % 2 else n:.1f}" for odd, n in enumerate(points)]  # y grows down
        parts.append("Z" if code == Path.CLOSEPOLY else COMMANDS[int(code) - 1] + " ".join(signed))
    return ("".join(parts), *size)


def columns(matrix: re.Match[str]) -> str:
    r"""A matrix as columns side by side, since matplotlib knows `\substack` only."""
    rows = [row.split("&") for row in matrix[1].split(r"\\")]
    stacks = [r"\substack{" + r"\\".join(cell.strip() for cell in column) + "}"
              for column in zip(*rows, strict=False)]  # fmt: skip
    inside = r"\;\;".join(stacks)
    return rf"\left({inside}\right)"
