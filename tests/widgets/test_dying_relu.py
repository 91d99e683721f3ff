from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cvlib.widgets import DyingReLU
from cvlib.widgets.dying_relu import MAX_STEPS

from .node import needs_node, run_js

RUNS: list[dict[str, Any]] = [
    {},
    {"learning_rate": 1.0, "initial_bias": -1, "seed": 3},
    {"learning_rate": 2.0, "activation": "leaky_relu", "negative_slope": 0.3, "initial_bias": 1},
    {"activation": "leaky_relu", "initial_bias": -3, "seed": 99},
]
NEEDED = ["learning_rate", "initial_bias", "activation", "negative_slope", "state"]
NEEDED += ["_inputs", "_targets", "_start_weights", "_max_steps"]


def browser_settings(widget: DyingReLU) -> dict[str, Any]:
    return {name: widget.get_state()[name] for name in NEEDED}


def assert_same_state(got: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in ("weights", "biases", "history"):
        values = (torch.tensor(state[name], dtype=torch.float64) for state in (got, expected))
        torch.testing.assert_close(*values)


@needs_node
@pytest.mark.parametrize("settings", RUNS)
def test_steps_of_the_browser_are_those_of_autograd(settings: dict[str, Any]) -> None:
    widget = DyingReLU(**settings)
    fresh, later = run_js(
        "relu_units.js", "[freshState(given), advance(given, 40)]", browser_settings(widget)
    )
    assert_same_state(fresh, widget.state)
    widget.advance(40)
    assert_same_state(later, widget.state)


@needs_node
def test_browser_stops_where_python_stops() -> None:
    widget = DyingReLU()
    widget.advance(MAX_STEPS + 5)
    assert widget.steps == MAX_STEPS
    code = "advance(given, 5).history.length"
    assert run_js("relu_units.js", code, browser_settings(widget)) == MAX_STEPS + 1


@pytest.mark.parametrize("settings", RUNS)
def test_a_step_is_one_of_torchs_sgd(settings: dict[str, Any]) -> None:
    widget = DyingReLU(**settings)
    slope = widget.slope
    weights, biases = (nn.Parameter(p.clone()) for p in (widget.weights, widget.biases))
    optimizer = torch.optim.SGD([weights, biases], lr=widget.learning_rate)
    for _ in range(10):
        z = weights[:, None] * widget.task.inputs + biases[:, None]
        outputs = nn.LeakyReLU(slope)(z) if slope else nn.ReLU()(z)
        loss = nn.functional.mse_loss(outputs, widget.task.targets, reduction="none").mean(1).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    widget.advance(10)
    torch.testing.assert_close(widget.weights, weights.detach())
    torch.testing.assert_close(widget.biases, biases.detach())


def test_small_learning_rate_kills_no_unit_and_learns() -> None:
    for seed in range(5):
        widget = DyingReLU(learning_rate=0.1, seed=seed)
        start = widget.loss
        widget.advance(100)
        assert not widget.dead.any()
        assert widget.loss < 0.01 * start


def test_large_learning_rate_kills_most_units() -> None:
    for seed in range(5):
        widget = DyingReLU(learning_rate=1.5, seed=seed)
        widget.advance(100)
        assert widget.dead.sum() >= 10


def test_low_bias_kills_all_units_and_no_step_revives_one() -> None:
    widget = DyingReLU(initial_bias=-4)
    before = widget.weights
    widget.advance(50)
    assert widget.dead.all()
    assert torch.equal(widget.weights, before)


def test_dead_units_have_no_gradient_and_the_others_have() -> None:
    widget = DyingReLU(initial_bias=-2)
    before = widget.weights
    widget.advance(1)
    assert torch.equal(widget.weights == before, widget.dead)


def test_leaky_relu_revives_the_dead() -> None:
    widget = DyingReLU(initial_bias=-3, learning_rate=0.3)
    widget.advance(50)
    assert widget.dead.all()
    widget.activation = "leaky_relu"
    assert not widget.dead.any()
    assert widget.silent.all()
    widget.advance(100)
    assert not widget.silent.any()


def test_history_has_one_line_per_step() -> None:
    widget = DyingReLU(initial_bias=-2)
    widget.advance(3)
    widget.advance(2)
    assert widget.steps == 5
    assert widget.state["history"][-1] == [int(widget.silent.sum()), widget.loss]


@pytest.mark.parametrize("change", [{"seed": 7}, {"initial_bias": -1.0}])
def test_other_units_or_bias_start_the_run_anew(change: dict[str, Any]) -> None:
    widget = DyingReLU()
    widget.advance(3)
    for name, value in change.items():
        setattr(widget, name, value)
    assert widget.steps == 0
    assert widget.state == DyingReLU(**change).state


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"weights": [0.0] * 15, "biases": [0.0] * 15, "history": [[0, 0.0]]},
        {"weights": [0.0] * 16, "biases": [float("inf")] * 16, "history": [[0, 0.0]]},
        {"weights": [0.0] * 16, "biases": ["a"] * 16, "history": [[0, 0.0]]},
        {"weights": [0.0] * 16, "biases": [0.0] * 16, "history": []},
        {"weights": [0.0] * 16, "biases": [0.0] * 16, "history": [[0, 0.0]] * (MAX_STEPS + 2)},
    ],
)
def test_bad_state_is_refused(state: Any) -> None:
    widget = DyingReLU()
    with pytest.raises(ValueError, match="state must hold 16 weights"):
        widget.state = state
    assert widget.steps == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", 0), ("initial_bias", 3), ("activation", "gelu"), ("seed", 100)],
)
def test_setting_out_of_range_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be .* got {value!r}"):
        DyingReLU(**{name: value})


def test_steps_must_be_a_whole_number() -> None:
    with pytest.raises(ValueError, match="steps must be a whole number of at least 0, got -1"):
        DyingReLU().advance(-1)


def test_summary_and_picture() -> None:
    widget = DyingReLU(initial_bias=-4)
    widget.advance(2)
    assert "16 of 16 ReLU units are dead after 2 steps" in widget.summary()
    assert widget.fallback_figure().get_size_inches()[0] <= 10
