from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cvlib.widgets import ActivationPlayground
from cvlib.widgets.activation_playground import FLAT_BELOW, NAMES

from .node import needs_node, run_js

SETTINGS: list[dict[str, float]] = [
    {},
    {"mean": -2.0, "spread": 0.5, "alpha": 0.4, "negative_slope": 0.0, "prelu_slope": -0.3},
    {"mean": 1.7, "spread": 3.5, "alpha": 2.0, "negative_slope": 0.2, "prelu_slope": 1.0},
]
XS = torch.cat([torch.linspace(-12, 12, 97), torch.tensor([0.0, -0.75, 1e-6])]).double()


def everything(**settings: Any) -> ActivationPlayground:
    return ActivationPlayground(activations=list(NAMES), **settings)


@needs_node
@pytest.mark.parametrize("settings", SETTINGS)
def test_browser_draws_the_functions_and_slopes_of_torch(settings: dict[str, float]) -> None:
    playground = everything(**settings)
    code = """given.names.map((name) => {
        const { f, slope } = activation(name, given.settings);
        return [given.xs.map(f), given.xs.map(slope)];
    })"""
    given = {
        "names": list(NAMES),
        "xs": XS.tolist(),
        "settings": {name: getattr(playground, name) for name in playground._ranges},
    }
    for name, (values, slopes) in zip(
        NAMES, run_js("activation_functions.js", code, given), strict=True
    ):
        expected = playground.function(name)(XS)
        torch.testing.assert_close(torch.tensor(values, dtype=torch.float64), expected)
        at_xs = torch.tensor(slopes, dtype=torch.float64)
        torch.testing.assert_close(at_xs, playground.slopes(name, XS), rtol=1e-7, atol=1e-12)


@needs_node
@pytest.mark.parametrize("settings", SETTINGS)
def test_table_of_the_browser_is_that_of_python(settings: dict[str, float]) -> None:
    playground = everything(**settings)
    names = [*playground._ranges, "_standard", "_flat_below"]
    given = {name: getattr(playground, name) for name in names}
    code = f"{list(NAMES)}.map((name) => Object.values(statistics(name, given)))"
    rows = run_js("activation_functions.js", code, given)
    for row, expected in zip(rows, playground.statistics.values(), strict=True):
        assert row == pytest.approx(list(expected), abs=1e-9)


def test_functions_are_those_of_the_modules() -> None:
    playground = everything(negative_slope=0.2, prelu_slope=0.3, alpha=1.5)
    prelu = nn.PReLU(init=0.3).double()
    modules: dict[str, nn.Module] = {
        "relu": nn.ReLU(),
        "leaky_relu": nn.LeakyReLU(0.2),
        "prelu": prelu,
        "elu": nn.ELU(1.5),
        "sigmoid": nn.Sigmoid(),
        "tanh": nn.Tanh(),
        "gelu": nn.GELU(),
        "gelu_tanh": nn.GELU(approximate="tanh"),
        "silu": nn.SiLU(),
    }
    assert list(modules) == list(NAMES)
    for name, module in modules.items():
        torch.testing.assert_close(playground.function(name)(XS), module(XS).detach())


def test_batch_has_the_mean_and_spread_of_the_sliders() -> None:
    batch = ActivationPlayground(mean=-1.5, spread=0.7).batch
    assert (batch.mean().item(), batch.std().item()) == pytest.approx((-1.5, 0.7), abs=1e-6)
    assert torch.equal(batch, ActivationPlayground(mean=-1.5, spread=0.7).batch)


def test_shares_are_counted_over_the_batch() -> None:
    playground = everything(mean=-1.0)
    batch, found = playground.batch, playground.statistics
    assert found["relu"].dead == found["relu"].saturated == (batch <= 0).double().mean()
    assert found["leaky_relu"].dead == 0
    assert found["leaky_relu"].saturated == found["relu"].dead  # its slope is 0.01
    flat = (torch.sigmoid(batch) * torch.sigmoid(-batch) < FLAT_BELOW).double().mean()
    assert found["sigmoid"].saturated == flat
    playground.negative_slope = 0
    assert playground.statistics["leaky_relu"] == found["relu"]


def test_outputs_are_those_of_the_focus() -> None:
    playground = ActivationPlayground(focus="sigmoid", mean=2)
    assert torch.equal(playground.outputs, torch.sigmoid(playground.batch))


def test_focus_moves_on_when_its_curve_goes() -> None:
    playground = ActivationPlayground()
    playground.activations = ["tanh", "elu"]
    assert playground.focus == "tanh"
    with pytest.raises(ValueError, match=r"focus must be one of tanh, elu, got 'relu'"):
        playground.focus = "relu"
    assert playground.focus == "tanh"


@pytest.mark.parametrize("names", [[], ["relu", "relu"], ["swish"], None, [["relu"]]])
def test_bad_activations_are_refused(names: Any) -> None:
    with pytest.raises(ValueError, match="activations must be one or more of relu"):
        ActivationPlayground(activations=names)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mean", 5),
        ("spread", 0),
        ("negative_slope", -0.1),
        ("prelu_slope", float("nan")),
        ("alpha", "1"),
        ("x", True),
    ],
)
def test_number_out_of_range_is_refused(name: str, value: Any) -> None:
    playground = ActivationPlayground()
    before = getattr(playground, name)
    with pytest.raises(ValueError, match=rf"{name} must be a number from .* got {value!r}"):
        setattr(playground, name, value)
    assert getattr(playground, name) == before


def test_unknown_function_is_refused() -> None:
    with pytest.raises(ValueError, match=r"name must be one of relu, .* got 'softplus'"):
        ActivationPlayground().function("softplus")


@pytest.mark.parametrize("settings", SETTINGS)
def test_summary_and_picture(settings: dict[str, float]) -> None:
    playground = everything(**settings)
    assert "ReLU turns a batch" in playground.summary()
    assert playground.fallback_figure().get_size_inches()[0] <= 10
