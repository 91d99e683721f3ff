from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F

from cvlib.widgets import LiveTraining
from cvlib.widgets.live_training import BATCH, STEPS

from .node import needs_node, run_js


@pytest.mark.parametrize("settings", [{"rate": 0.1}, {"rate": 0.05, "momentum": 0.9, "seed": 3}])
def test_steps_are_those_of_torchs_sgd(settings: dict[str, Any]) -> None:
    widget = LiveTraining(**settings)
    weights = [weight.clone().requires_grad_() for weight in widget._weights]
    drawing = torch.Generator()
    drawing.set_state(widget._random.get_state())
    optimizer = torch.optim.SGD(weights, lr=widget.rate, momentum=widget.momentum)
    wanted = []
    for _ in range(20):
        chosen = torch.randint(1400, (BATCH,), generator=drawing)
        hidden = F.relu(F.linear(widget._images[chosen].flatten(1), *weights[:2]))
        loss = F.cross_entropy(F.linear(hidden, *weights[2:]), widget._labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        wanted.append(loss.item())
    widget.advance(20)
    assert widget.losses == pytest.approx(wanted, rel=1e-4)


def test_stopping_changes_nothing() -> None:
    whole, parts = LiveTraining(momentum=0.9), LiveTraining(momentum=0.9)
    whole.advance(40)
    for steps in (1, 9, 30):
        parts.advance(steps)
    assert parts.losses == whole.losses


def test_it_learns_and_a_lower_rate_calms_it() -> None:
    widget = LiveTraining(rate=1.0)
    widget.advance(200)
    widget.rate = 0.1
    widget.advance(150)
    hot, calm = torch.tensor(widget.losses[100:200]), torch.tensor(widget.losses[250:])
    assert calm.mean() < 0.6 * hot.mean()
    assert widget.rates == [1.0] * 200 + [0.1] * 150


def test_run_ends_and_a_diverged_loss_is_none() -> None:
    widget = LiveTraining(rate=10.0, momentum=0.99)
    widget.advance(STEPS + 50)
    assert len(widget.losses) == STEPS
    assert all(loss is None or loss >= 0 for loss in widget.losses)
    assert f"{STEPS} steps so far" in widget.summary()
    widget.seed = 1
    assert widget.losses == []


def test_browser_asks_for_ten_steps() -> None:
    widget = LiveTraining()
    widget._asked = 1
    assert len(widget.losses) == 10


@needs_node
def test_mean_and_changes_in_the_browser() -> None:
    assert run_js("live_training.js", "smooth(given, 2)", [4, 2, None, 1, 3]) == [
        4, 3, None, None, 2,
    ]  # fmt: skip
    assert run_js("live_training.js", "changes(given)", [1, 1, 0.1, 1]) == [
        [0, 1],
        [2, 0.1],
        [3, 1],
    ]


def test_bad_values_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rate must be .* got 11"):
        LiveTraining(rate=11)
    with pytest.raises(ValueError, match="steps must be a whole number of at least 0, got -1"):
        LiveTraining().advance(-1)


def test_summary_and_picture() -> None:
    widget = LiveTraining()
    assert "0 steps so far" in widget.summary()
    assert widget.fallback_figure().get_size_inches()[0] <= 10
    assert widget.losses == []
