from __future__ import annotations

from typing import Any

import pytest

from cvlib.widgets.chart_widget import ChartWidget
from cvlib.widgets.real_number import RealNumber

from .node import WIDGETS, needs_node, run_js


class Gauge(ChartWidget):
    level = RealNumber(0.5, 0, 2, step=0.25).tag(sync=True)
    rate = RealNumber(1, 0.01, 10, log=True).tag(sync=True)


@needs_node
@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ([-6, 6], [-6, -4, -2, 0, 2, 4, 6]),
        ([0, 1], [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ([-0.2, 1.2], [0, 0.5, 1]),
        ([0, 20], [0, 5, 10, 15, 20]),
        ([0, 137], [0, 50, 100]),
        ([0, 0.003], [0, 0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003]),
    ],
)
def test_ticks_are_round_numbers(span: list[float], expected: list[float]) -> None:
    assert run_js("chart.js", "ticks(given)", span) == expected


def test_ranges_reach_the_browser() -> None:
    assert Gauge().get_state()["_ranges"] == {
        "level": {"low": 0, "high": 2, "step": 0.25, "log": False},
        "rate": {"low": 0.01, "high": 10, "step": 0.1, "log": True},
    }


@pytest.mark.parametrize("value", [-0.1, 2.1, "1", None, True, float("nan"), 1j])
def test_real_number_refuses_value_and_names_it(value: Any) -> None:
    gauge = Gauge()
    with pytest.raises(ValueError, match=r"level must be a number from 0 to 2, got"):
        gauge.level = value
    assert gauge.level == 0.5


def test_real_number_becomes_a_float() -> None:
    assert isinstance(Gauge(level=1).level, float)


def test_style_of_charts_is_in_every_chart_widget() -> None:
    from cvlib.widgets import ActivationPlayground

    css = ActivationPlayground._css
    chart_css = (WIDGETS / "chart.css").read_text(encoding="utf-8")
    assert css.count(chart_css) == 1
    assert css.index(chart_css) < css.index(".cv-ActivationPlayground {")
