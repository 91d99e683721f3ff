from __future__ import annotations

from typing import Any

import pytest
import torch

from cvlib.landscapes import LANDSCAPES, path
from cvlib.widgets import OptimizerRace
from cvlib.widgets.race_steps import STEPS, race, slope

from .node import needs_node, run_js

RUNS: list[dict[str, Any]] = [
    {"landscape": "ravine", "rate": 0.5, "ruler_rate": 0.1, "momentum": 0.8},
    {"landscape": "ravine", "rate": 1.2, "ruler_rate": 1.5, "momentum": 0.0},
    {"landscape": "saddle", "rate": 0.1, "ruler_rate": 0.05, "momentum": 0.9},
    {"landscape": "rosenbrock", "rate": 0.001, "ruler_rate": 0.02, "momentum": 0.9},
]


@needs_node
@pytest.mark.parametrize("settings", RUNS)
def test_paths_of_the_browser_are_those_of_python(settings: dict[str, Any]) -> None:
    start = list(LANDSCAPES[settings["landscape"]].start)
    got = run_js("race_steps.js", "race(given[0], given[1], given[2])", [settings, start, STEPS])
    for name, wanted in race(**settings).items():
        assert len(got[name]) == len(wanted)
        pairs = zip(got[name], wanted, strict=True)
        assert all(a == pytest.approx(b, abs=1e-6) for a, b in pairs)


@pytest.mark.parametrize("settings", RUNS)
def test_paths_are_those_of_torchs_optimizers(settings: dict[str, Any]) -> None:
    rate, ruler_rate = settings["rate"], settings["ruler_rate"]
    theirs = {
        "sgd": (torch.optim.SGD, {"lr": rate}),
        "momentum": (torch.optim.SGD, {"lr": rate, "momentum": settings["momentum"]}),
        "rmsprop": (torch.optim.RMSprop, {"lr": ruler_rate}),
        "adam": (torch.optim.Adam, {"lr": ruler_rate}),
    }
    for name, places in race(**settings).items():
        kind, own = theirs[name]
        steps = min(40, len(places) - 1)
        want = path(kind, settings["landscape"], steps, **own)
        torch.testing.assert_close(
            torch.tensor(places[: steps + 1], dtype=torch.float64), want, rtol=1e-6, atol=1e-6
        )


@pytest.mark.parametrize("name", list(LANDSCAPES))
def test_slopes_are_autograds_and_goals_are_lowest(name: str) -> None:
    land = LANDSCAPES[name]
    for place in ((0.3, -0.7), (-1.1, 0.4), *land.goals):
        point = torch.tensor(place, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(land.loss(*point), point)
        assert slope(name, *place) == pytest.approx(gradient.tolist())
    around = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    best = min(land.loss(*goal) for goal in land.goals)
    assert land.loss(around[:, 0], around[:, 1]).min() >= best


def test_too_large_a_rate_flies_away() -> None:
    widget = OptimizerRace(rate=1.2, step=60)
    assert widget.losses["sgd"] == float("inf")
    assert widget.losses["adam"] < 1
    assert "SGD inf" in widget.summary()
    assert widget.fallback_figure().get_size_inches()[0] <= 10


@pytest.mark.parametrize(
    ("name", "value"),
    [("landscape", "hill"), ("rate", 0), ("momentum", 1), ("step", 151), ("ruler_rate", 3)],
)
def test_setting_out_of_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be .* got {value!r}"):
        OptimizerRace(**{name: value})


@needs_node
def test_contours_are_lines_inside_of_the_plot() -> None:
    code = """contours("ravine", { x: [-8, 3], y: [-3, 3] }, [1], { X: (x) => x, Y: (y) => y })"""
    pieces = [piece.split("L") for piece in run_js("race_steps.js", code).split("M")[1:]]
    assert len(pieces) > 20
    for ends in pieces:
        for end in ends:
            x, y = map(float, end.split())
            assert x**2 / 20 + y**2 == pytest.approx(1, abs=0.25)
