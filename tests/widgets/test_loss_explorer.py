from __future__ import annotations

from typing import Any

import pytest
import torch

from cvlib import losses
from cvlib.widgets import LossExplorer
from cvlib.widgets.loss_explorer import NAMES

from .node import needs_node, run_js

SETTINGS: list[dict[str, float]] = [
    {},
    {"gamma": 0.0, "epsilon": 0.0},
    {"gamma": 5, "epsilon": 0.5},
]
PS = torch.linspace(0.001, 0.999, 101, dtype=torch.float64)


def everything(**settings: Any) -> LossExplorer:
    return LossExplorer(losses=list(NAMES), **settings)


@needs_node
@pytest.mark.parametrize("settings", SETTINGS)
def test_browser_draws_what_autograd_finds(settings: dict[str, float]) -> None:
    explorer = everything(**settings)
    code = """given.names.map((name) => {
        const { value, slope, push } = loss(name, given.settings);
        return [given.ps.map(value), given.ps.map(slope), given.ps.map(push)];
    })"""
    numbers = {name: getattr(explorer, name) for name in ("gamma", "epsilon")}
    given = {"names": list(NAMES), "ps": PS.tolist(), "settings": numbers}
    for name, found in zip(NAMES, run_js("loss_functions.js", code, given), strict=True):
        expected = [f(name, PS) for f in (explorer.value, explorer.slopes, explorer.pushes)]
        got = torch.tensor(found, dtype=torch.float64)
        torch.testing.assert_close(got, torch.stack(expected), rtol=1e-7, atol=1e-10)


def test_losses_and_pushes_are_those_of_the_session() -> None:
    explorer = everything()
    assert list(NAMES) == list(losses.LOSS_NAMES)
    for name in NAMES:
        torch.testing.assert_close(explorer.value(name, PS), losses.loss_of_probability(name, PS))
        torch.testing.assert_close(explorer.pushes(name, PS), -losses.gradient_wrt_logit(name, PS))


def test_numbers_of_the_table() -> None:
    felt = LossExplorer(losses=["bce", "mse"], p=0.001).felt
    assert list(felt) == ["bce", "mse"]
    assert felt["bce"].push == pytest.approx(0.999)
    assert felt["mse"].push == pytest.approx(0.002, abs=1e-5)
    assert felt["bce"].value == pytest.approx(6.9078, abs=1e-4)


@pytest.mark.parametrize("names", [[], ["bce", "bce"], ["hinge"], None])
def test_bad_losses_are_refused(names: Any) -> None:
    with pytest.raises(ValueError, match="losses must be one or more of bce"):
        LossExplorer(losses=names)


@pytest.mark.parametrize(("name", "value"), [("p", 0), ("p", 1), ("gamma", -1), ("epsilon", 0.6)])
def test_number_out_of_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be a number from .* got {value!r}"):
        LossExplorer(**{name: value})


def test_unknown_loss_is_refused() -> None:
    with pytest.raises(ValueError, match=r"name must be one of bce, .* got 'hinge'"):
        LossExplorer().value("hinge", PS)


@pytest.mark.parametrize("settings", SETTINGS)
def test_summary_and_picture(settings: dict[str, float]) -> None:
    explorer = everything(**settings)
    assert "p = 0.1: cross-entropy 2.303, push 0.900" in explorer.summary()
    assert explorer.fallback_figure().get_size_inches()[0] <= 10
