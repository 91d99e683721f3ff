from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from cvlib.models import plain_vs_residual
from cvlib.widgets import GradientFlow
from cvlib.widgets.gradient_flow import NETS, gradient_norms

from .node import needs_node, run_js


@pytest.mark.parametrize(("depth", "seed"), [(2, 0), (13, 5), (50, 1)])
def test_first_layer_is_that_of_the_reference_function(depth: int, seed: int) -> None:
    norms, expected = gradient_norms(depth, seed), plain_vs_residual(depth, seed)
    assert norms["plain"][0] == pytest.approx(expected["plain"], rel=1e-5)
    assert norms["skips"][0] == pytest.approx(expected["residual"], rel=1e-5)


@pytest.mark.parametrize("net", NETS)
def test_norms_match_a_network_of_modules(net: str) -> None:
    depth, seed = 4, 3
    torch.manual_seed(seed)
    convs = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    x = torch.randn(4, 8, 8, 8)
    for conv in convs:
        norm = nn.BatchNorm2d(8) if net.endswith("bn") else nn.Identity()
        branch = nn.Sequential(conv, norm, nn.ReLU())(x)
        x = x + branch if "skips" in net else branch
    x.mean().backward()
    expected = [conv.weight.grad.norm().item() for conv in convs if conv.weight.grad is not None]
    assert gradient_norms(depth, seed)[net] == pytest.approx(expected, rel=1e-4)


def test_lesson_holds_for_many_seeds() -> None:
    for seed in range(5):
        norms = gradient_norms(40, seed)
        assert norms["plain"][0] < 1e-12  # vanishes
        assert norms["plain_bn"][0] > 10 * norms["plain_bn"][-1]  # explodes
        assert norms["skips"][0] > 1
        assert 0.1 < norms["skips_bn"][0] / norms["skips_bn"][-1] < 20


def test_callers_random_state_stays() -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    gradient_norms(3, 17)
    assert torch.equal(torch.rand(3), expected)


def test_depth_and_seed_compute_anew() -> None:
    flow = GradientFlow(depth=5, layer=5)
    flow.depth = 3
    assert flow.layer == 3
    assert flow._norms == {net: list(norms) for net, norms in gradient_norms(3, 0).items()}
    flow.seed = 2
    assert flow._norms["plain"] == list(flow.norms["plain"]) == list(gradient_norms(3, 2)["plain"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("depth", 1),
        ("depth", 51),
        ("seed", -1),
        ("layer", 31),
        ("shown", ["dense"]),
        ("shown", [["plain"], "skips"]),
        ("shown", ["plain", "plain"]),
        ("shown", 3),
    ],
)
def test_bad_setting_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be"):
        setattr(GradientFlow(), name, value)


@needs_node
def test_numbers_and_axis_of_the_browser() -> None:
    given = [0, 1e-15, 0.00123, 0.0123, 1.26, 17.596, 131.7, 14000, 1]
    written = run_js("gradient_flow.js", "given.map(scientific)", given)
    assert written == ["0", "1·10⁻¹⁵", "1.2·10⁻³", "0.012", "1.3", "18", "130", "1.4·10⁴", "1"]
    axis = run_js("gradient_flow.js", "logAxis([1e-9, 0, 30])")
    assert axis["range"] == [-9.3, 2.3]
    assert [power for power, _ in axis["ticks"]] == [-8, -6, -4, -2, 0, 2]


@pytest.mark.parametrize("shown", [list(NETS), ["plain"], []])
def test_summary_and_picture(shown: list[str]) -> None:
    flow = GradientFlow(depth=50, shown=shown)
    assert "at depth 50" in flow.summary()
    assert flow.fallback_figure().get_size_inches()[0] <= 10
