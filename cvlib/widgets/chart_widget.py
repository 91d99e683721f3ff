"""What widgets with plots and fine-grained sliders have in common, beyond `CourseWidget`."""

from __future__ import annotations

from typing import Any

import traitlets

from .base import CourseWidget
from .real_number import RealNumber


class ChartWidget(CourseWidget):
    """Base class of widgets that draw with chart.js: adds chart.css and RealNumber traits."""

    styles = (*CourseWidget.styles, "chart.css")

    # {trait: {low, high, step, log}} of every RealNumber trait, for the sliders.
    _ranges = traitlets.Dict().tag(sync=True)

    @traitlets.default("_ranges")
    def _find_ranges(self) -> dict[str, dict[str, Any]]:
        traits = self.traits().items()
        return {name: t.for_slider() for name, t in traits if isinstance(t, RealNumber)}
