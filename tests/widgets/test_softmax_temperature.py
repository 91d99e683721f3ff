from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from cvlib.widgets import SoftmaxTemperature

from .node import needs_node, run_js

CASES: list[dict[str, Any]] = [
    {},
    {"temperature": 0.1, "logits": [10, -10, 0, 9.9, 3]},
    {"temperature": 10, "logits": [1, 1, 1, 1, 1]},
    {"shift": 80},
    {"shift": 100},
    {"shift": 1000},
    {"shift": -1000},
    {"shift": -1000, "temperature": 0.5},
]
CODE = """given.map((s) => {
    const tell = (value) => (Number.isFinite(value) ? value : String(value));
    const probabilities = softmax(scaled(s));
    const { powers, shares } = naive(scaled(s));
    return [probabilities, entropy(probabilities), powers.map(tell), shares.map(tell)];
})"""


def float32(values: list[Any]) -> torch.Tensor:
    return torch.tensor([float(str(v).replace("Infinity", "inf")) for v in values])


@needs_node
def test_browser_computes_what_torch_computes() -> None:
    widgets = [SoftmaxTemperature(**case) for case in CASES]
    names = ("logits", "shift", "temperature")
    given = [{name: getattr(widget, name) for name in names} for widget in widgets]
    for widget, found in zip(widgets, run_js("softmax_numbers.js", CODE, given), strict=True):
        probabilities, entropy, powers, shares = found
        got = torch.tensor(probabilities, dtype=torch.float64)
        torch.testing.assert_close(got, widget.probabilities)
        assert entropy == pytest.approx(widget.entropy, abs=1e-9)
        expected = widget.scaled.float().exp()
        torch.testing.assert_close(float32(powers), expected, rtol=1e-5, atol=1e-30)
        torch.testing.assert_close(
            float32(shares), widget.naive, rtol=1e-5, atol=1e-30, equal_nan=True
        )


@pytest.mark.parametrize("case", CASES)
def test_probabilities_and_entropy_match_torch(case: dict[str, Any]) -> None:
    widget = SoftmaxTemperature(**case)
    logits = torch.tensor(widget.logits, dtype=torch.float64)
    expected = torch.distributions.Categorical(logits=logits / widget.temperature)
    torch.testing.assert_close(widget.probabilities, expected.probs)
    assert widget.entropy == pytest.approx(expected.entropy().item(), abs=1e-9)


@pytest.mark.parametrize(("shift", "breaks"), [(0, False), (80, False), (90, True), (-1000, True)])
def test_naive_formula_breaks_when_exp_leaves_float32(shift: float, breaks: bool) -> None:
    widget = SoftmaxTemperature(shift=shift)
    assert bool(widget.naive.isnan().any()) == breaks
    torch.testing.assert_close(widget.probabilities, SoftmaxTemperature().probabilities)


def test_temperature_goes_from_certain_to_even() -> None:
    entropies = [SoftmaxTemperature(temperature=t).entropy for t in (0.1, 0.5, 1, 2, 10)]
    assert entropies == sorted(entropies)
    assert entropies[0] < 0.01
    assert entropies[-1] > 0.98 * math.log(5)


@pytest.mark.parametrize("logits", [None, [1, 2], [0, 0, 0, 0, 11], [0, 0, 0, 0, float("nan")]])
def test_bad_logits_are_refused(logits: Any) -> None:
    with pytest.raises(ValueError, match="logits must be 5 numbers from −10 to 10, got"):
        SoftmaxTemperature(logits=logits)


@pytest.mark.parametrize(("name", "value"), [("temperature", 0), ("shift", 2000)])
def test_setting_out_of_range_is_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be a number from .* got {value}"):
        SoftmaxTemperature(**{name: value})


@pytest.mark.parametrize("case", CASES)
def test_summary_and_picture(case: dict[str, Any]) -> None:
    widget = SoftmaxTemperature(**case)
    assert f"at temperature {widget.temperature:g}: cat" in widget.summary()
    assert widget.fallback_figure().get_size_inches()[0] <= 10
