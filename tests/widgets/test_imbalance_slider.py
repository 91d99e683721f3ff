from __future__ import annotations

import math
from typing import Any

import pytest

from cvlib.widgets import ImbalanceSlider
from cvlib.widgets.imbalance_slider import LOSSES

from .node import needs_node, run_js

SETTINGS: list[dict[str, Any]] = [
    {},
    {"ratio": 1},
    {"ratio": 1000, "p_positive": 0.9, "p_negative": 0.001},
    {"ratio": 37.5, "p_positive": 0.02, "p_negative": 0.3},
]


@needs_node
@pytest.mark.parametrize("loss", LOSSES)
def test_browser_computes_the_shares_that_autograd_finds(loss: str) -> None:
    sliders = [ImbalanceSlider(loss=loss, **settings) for settings in SETTINGS]
    names = ("ratio", "loss", "p_positive", "p_negative")
    given = [{name: getattr(slider, name) for name in names} for slider in sliders]
    found = run_js("imbalance_numbers.js", "given.map((s) => [shares(s), prior(s)])", given)
    for slider, (shares, prior) in zip(sliders, found, strict=True):
        assert shares == pytest.approx(slider.shares, abs=1e-12)
        assert (prior["share"], prior["logit"]) == pytest.approx(slider.prior, abs=1e-12)


def test_undecided_network_hears_the_negatives_only() -> None:
    shares = ImbalanceSlider(ratio=1000).shares
    assert list(shares.values()) == pytest.approx([1 / 1001] * 3)


def test_weights_balance_an_undecided_network() -> None:
    assert ImbalanceSlider(ratio=1000, loss="weighted").shares["gradient"] == pytest.approx(0.5)


def test_prior_start_balances_the_gradient_without_weights() -> None:
    slider = ImbalanceSlider(ratio=999)
    slider.p_positive = slider.p_negative = slider.prior[0]
    assert slider.prior == pytest.approx((0.001, math.log(0.001 / 0.999)))
    assert slider.shares["gradient"] == pytest.approx(0.5)


def test_focal_loss_turns_easy_negatives_down() -> None:
    trained = {"ratio": 1000, "p_positive": 0.6, "p_negative": 0.02}
    plain, focal = (ImbalanceSlider(loss=loss, **trained).shares for loss in ("bce", "focal"))
    assert plain["gradient"] < 0.03
    assert focal["gradient"] > 0.85


def test_bad_values_are_refused() -> None:
    with pytest.raises(ValueError, match="loss must be one of bce, weighted, focal, got 'hinge'"):
        ImbalanceSlider(loss="hinge")
    with pytest.raises(ValueError, match="ratio must be a number from 1 to 1000, got 0"):
        ImbalanceSlider(ratio=0)


@pytest.mark.parametrize("settings", SETTINGS)
def test_summary_and_picture(settings: dict[str, Any]) -> None:
    slider = ImbalanceSlider(**settings)
    assert f"1 positive to {slider.ratio:g} negatives, cross-entropy" in slider.summary()
    assert slider.fallback_figure().get_size_inches()[0] <= 10
