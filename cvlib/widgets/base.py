"""What all widgets of the course share: look, JavaScript helpers, and a picture without a kernel.

A widget is a class `Thing(CourseWidget)` in `thing.py` with its drawing code in `thing.js`
beside it. The browser gets one script: where `thing.js` says `import { … } from "./base.js"`,
the text of that neighbour takes the line's place (`bundle`). Its style is `base.css`, followed
by what other shared files its base classes name in `styles`, and by `thing.css` if there is one;
the latter applies inside this widget only (`.cv-Thing { … }`).
"""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets
from IPython import get_ipython

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
FALLBACK_DPI = 80  # as wide on a web page as the course's other figures, 10 to 60 kB


def bundle(script: Path, done: set[Path] | None = None) -> str:
    """The script as one text: each import of a neighbour replaced by that file, once."""
    done = set() if done is None else done
    if script in done:
        return ""
    done.add(script)
    text = script.read_text(encoding="utf-8")
    return IMPORT.sub(lambda found: bundle(script.with_name(found[1]), done), text)


class BadValueError(traitlets.TraitError, ValueError):
    """A trait refuses a value: a ValueError for callers, and traitlets can roll it back."""


class WholeNumber(traitlets.Int):
    """An int trait from `low` to `high`, both included; its error names trait and value."""

    def __init__(self, default: int, low: int, high: int, **kwargs: Any) -> None:
        self.low, self.high = low, high
        super().__init__(default, **kwargs)

    def validate(self, obj: Any, value: Any) -> int:
        """Return `value`, or raise BadValueError where it is no whole number in range."""
        if type(value) is not int or not self.low <= value <= self.high:
            raise BadValueError(
                f"{self.name} must be a whole number from {self.low} to {self.high}, got {value!r}"
            )
        return value


class CourseWidget(anywidget.AnyWidget):
    """Base class of the course's widgets.

    A subclass declares its traits, writes `thing.js`, and overrides `summary` and
    `fallback_figure`. Where the notebook is shown without a kernel (GitHub, nbconvert) people
    see that figure; where there is one (JupyterLab, Colab, VS Code) they see the widget.
    """

    styles: tuple[str, ...] = ("base.css",)  # shared files of style, in this order

    # {trait: [low, high]} of every WholeNumber trait, for the sliders.
    _limits = traitlets.Dict().tag(sync=True)

    # ipywidgets 7 (Colab) displays through this method and would pass over _repr_mimebundle_.
    _ipython_display_ = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take script and style from the files that lie beside the subclass's module."""
        super().__init_subclass__(**kwargs)
        module_file = getattr(sys.modules[cls.__module__], "__file__", None)
        if "_esm" in cls.__dict__ or not module_file:
            return
        script, style = Path(module_file).with_suffix(".js"), Path(module_file).with_suffix(".css")
        if script.exists():
            cls._esm = f'const WIDGET = "{cls.__name__}";\n{bundle(script)}'
            own_css = style.read_text(encoding="utf-8") if style.exists() else ""
            shared_css = "".join((HERE / name).read_text(encoding="utf-8") for name in cls.styles)
            cls._css = f"{shared_css}.cv-{cls.__name__} {{\n{own_css}}}\n"

    @traitlets.default("_limits")
    def _find_limits(self) -> dict[str, list[int]]:
        numbers = {n: t for n, t in self.traits().items() if isinstance(t, WholeNumber)}
        return {name: [trait.low, trait.high] for name, trait in numbers.items()}

    def summary(self) -> str:
        """One sentence with the widget's state: plain-text output and the picture's alt text."""
        return f"{type(self).__name__} (interactive; run the cell to use it)"

    def fallback_figure(self) -> Figure | None:
        """The main message as a picture, at most 10 inches wide; None for no picture."""
        return None

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict] | None:
        """The widget, and beside it the picture for viewers that cannot run widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        data["text/plain"] = self.summary()
        figure = self.fallback_figure() if _someone_looks() else None
        if figure is not None:
            data["image/png"] = _png(figure)
            metadata["image/png"] = {"alt": self.summary()}
        return data, metadata


def _someone_looks() -> bool:
    """True in a notebook's kernel; elsewhere (scripts, the grader) no picture is drawn."""
    return getattr(get_ipython(), "kernel", None) is not None


def _png(figure: Figure) -> str:
    """The figure as a base64 PNG, as the notebook format wants it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=FALLBACK_DPI)
    return base64.b64encode(buffer.getvalue()).decode("ascii")
