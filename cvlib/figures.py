"""How every figure of the course looks, and how it reaches the reader.

One calm style that reads on light and dark pages (figures bring their own white paper), colours
that colour-blind readers can tell apart, and a text alternative for readers who do not see it.
"""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import matplotlib
from matplotlib import rcsetup
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

# Okabe and Ito (2008), "Color universal design".
PALETTE = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "black": "#000000",
}
INK, QUIET, LINE, PAPER = "#1f2933", "#5f6b76", "#c3cad1", "#ffffff"
MARKED = "#fde3b0"  # a cell to look at: light orange, dark text stays readable on it

# Negative blue, zero white, positive vermilion.
SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#023858", PALETTE["blue"], "#f7f7f7", PALETTE["vermilion"], "#6b2600"]
)
# Around a circle: right yellow, down orange-red, left blue, up light blue.
AROUND = LinearSegmentedColormap.from_list(
    "around", [PALETTE[name] for name in ("yellow", "vermilion", "blue", "sky", "yellow")]
)

STYLE: Any = {
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "axes.prop_cycle": rcsetup.cycler(color=list(PALETTE.values())),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "figure.facecolor": PAPER,
    "font.size": 11,
    "grid.color": "#e6e9ec",
    "legend.frameon": False,
    "savefig.facecolor": PAPER,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}

CSS_PIXELS_PER_INCH = 80  # how large a figure stands on the page
SHARPNESS = 2  # pixels of the file for one on the page


def use_style() -> None:
    """Give a session's own matplotlib figures the look of the course's."""
    matplotlib.rcParams.update(STYLE)


def to_png(figure: Figure) -> bytes:
    """The figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=SHARPNESS * CSS_PIXELS_PER_INCH)
    return buffer.getvalue()


def to_html(figure: Figure, alt: str) -> str:
    """The figure as one `<img>` that carries its picture and its text alternative."""
    data = base64.b64encode(to_png(figure)).decode()
    width = round(figure.get_figwidth() * CSS_PIXELS_PER_INCH)
    return (
        f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt, quote=True)}" '
        f'width="{width}" style="max-width: 100%; height: auto">'
    )


def show(figure: Figure, alt: str) -> None:
    """Display a figure in a notebook with a text alternative; outside of one, do nothing.

    As HTML, because JupyterLab drops the `alt` that comes with an image/png output. A terminal
    gets the text.
    """
    from IPython import get_ipython  # type: ignore[attr-defined]
    from IPython.display import display

    if get_ipython() is not None:
        display({"text/html": to_html(figure, alt), "text/plain": alt}, raw=True)
