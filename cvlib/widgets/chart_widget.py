"""What widgets with plots and fine-grained sliders have in common, beyond `CourseWidget`."""

from __future__ import annotations

from typing import Any

import traitlets

from .base import BASE_CSS, HERE, CourseWidget
from .real_number import RealNumber

CHART_CSS = (HERE / "chart.css").read_text(encoding="utf-8")


class ChartWidget(CourseWidget):
    """Base class of widgets that draw with chart.js: adds chart.css and RealNumber traits."""

    # {trait: {low, high, step, log}} of every RealNumber trait, for the sliders.
    _ranges = traitlets.Dict().tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Put the style of charts between that of all widgets and the subclass's own."""
        super().__init_subclass__(**kwargs)
        css = cls.__dict__.get("_css")
        if isinstance(css, str):  # in the classes that anywidget derives, it is a trait
            cls._css = css.replace(BASE_CSS, BASE_CSS + CHART_CSS, 1)

    @traitlets.default("_ranges")
    def _find_ranges(self) -> dict[str, dict[str, Any]]:
        traits = self.traits().items()
        return {name: t.for_slider() for name, t in traits if isinstance(t, RealNumber)}
