"""What widgets that draw boxes have in common, beyond `ChartWidget`."""

from __future__ import annotations

from .chart_widget import ChartWidget


class BoxWidget(ChartWidget):
    """Base class of widgets that draw with box_field.js: adds box_field.css."""

    styles = (*ChartWidget.styles, "box_field.css")
