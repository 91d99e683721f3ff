from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cvlib.widgets import ScheduleDesigner
from cvlib.widgets.schedule_designer import KINDS

from .node import needs_node, run_js

SETTINGS: list[dict[str, Any]] = [
    {},
    {"peak": 0.5, "total": 60, "turn": 12, "floor": 0.1},
    {"peak": 0.003, "total": 333, "turn": 100},
]
every = pytest.mark.parametrize("settings", SETTINGS)
kinds = pytest.mark.parametrize("kind", list(KINDS))


@kinds
@every
def test_code_gives_the_curve(kind: str, settings: dict[str, Any]) -> None:
    widget = ScheduleDesigner(kind=kind, **settings)
    names: dict[str, Any] = {"torch": torch, "model": nn.Linear(1, 1)}
    exec(widget.code, names)
    rates = []
    for _ in range(widget.total):
        rates.append(names["optimizer"].param_groups[0]["lr"])
        names["optimizer"].step()
        names["scheduler"].step()
    assert rates == pytest.approx(widget.rates, rel=1e-6, abs=1e-9)


@needs_node
@kinds
@every
def test_curve_of_the_browser_is_pythons(kind: str, settings: dict[str, Any]) -> None:
    widget = ScheduleDesigner(kind=kind, **settings)
    given = {name: getattr(widget, name) for name in ("kind", "peak", "total", "turn", "floor")}
    got = run_js("schedule_curves.js", "rates(given)", given)
    assert got == pytest.approx(widget.rates, abs=1e-9)


def test_turn_stays_inside_of_the_run() -> None:
    widget = ScheduleDesigner(total=100, turn=80)
    widget.total = 50
    assert widget.turn == 49
    widget.turn = 90
    assert widget.turn == 49
    assert "milestones=[49]" in widget.code


@pytest.mark.parametrize(
    ("name", "value"), [("kind", "linear"), ("peak", 2), ("total", 10), ("floor", 0.6)]
)
def test_setting_out_of_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be .* got {value!r}"):
        ScheduleDesigner(**{name: value})


def test_summary_and_picture() -> None:
    widget = ScheduleDesigner(kind="one_cycle")
    assert "One-cycle over 200 steps" in widget.summary()
    assert widget.fallback_figure().get_size_inches()[0] <= 10
