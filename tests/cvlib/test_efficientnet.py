"""EfficientNet and its parts against torchvision: counts, names, outputs, gradients."""

from __future__ import annotations

import math

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torchvision.models._utils import _make_divisible
from torchvision.models.efficientnet import MBConv as TheirMBConv
from torchvision.models.efficientnet import MBConvConfig
from torchvision.ops import SqueezeExcitation

from cvlib.drop_path import drop_path_report
from cvlib.models.efficientnet import EfficientNet
from cvlib.models.mbconv import MBConv, SqueezeExcite
from cvlib.models.scaling import VERSIONS, compound_scale, make_divisible
from cvlib.profile import count_parameters
from tests.cvlib.test_models import assert_same_outputs, fill, unbuilt

COUNTS = {
    "b0": 5_288_548,
    "b1": 7_794_184,
    "b2": 9_109_994,
    "b3": 12_233_232,
    "b4": 19_341_616,
    "b5": 30_389_784,
    "b6": 43_040_704,
    "b7": 66_347_960,
}


@pytest.fixture(autouse=True)
def _seeded(one_thread: None) -> None:
    torch.manual_seed(0)


def theirs(version: str) -> nn.Module:
    return getattr(torchvision.models, f"efficientnet_{version}")(weights=None)


@pytest.mark.parametrize("version", COUNTS)
def test_efficientnet_has_torchvisions_names_shapes_and_counts(version: str) -> None:
    ours, other = unbuilt(lambda: EfficientNet(version)), unbuilt(lambda: theirs(version))
    shapes = {name: value.shape for name, value in ours.state_dict().items()}
    assert shapes == {name: value.shape for name, value in other.state_dict().items()}
    assert count_parameters(ours) == count_parameters(other) == COUNTS[version]


@pytest.mark.parametrize("version", COUNTS)
def test_efficientnet_has_torchvisions_dropout_depth_and_normalisation(version: str) -> None:
    ours, other = unbuilt(lambda: EfficientNet(version)), unbuilt(lambda: theirs(version))
    assert ours.classifier[0].p == other.classifier[0].p  # type: ignore[index, union-attr]
    blocks = [m.drop_path for m in ours.modules() if isinstance(m, MBConv)]
    probs = [m.stochastic_depth.p for m in other.modules() if isinstance(m, TheirMBConv)]
    assert blocks == pytest.approx(probs)
    norms = [
        [(m.eps, m.momentum) for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
        for model in (ours, other)
    ]
    assert norms[0] == norms[1]


@pytest.mark.parametrize("version", ["b0", "b3", "b5"])
def test_efficientnet_gives_torchvisions_outputs(version: str) -> None:
    other = fill(unbuilt(lambda: theirs(version)))
    ours = unbuilt(lambda: EfficientNet(version))
    ours.load_state_dict(other.state_dict(), assign=True)
    assert_same_outputs(ours, other, torch.randn(1, 3, 40, 40))


def test_a_fresh_efficientnet_loads_a_seeded_state_dict() -> None:
    torch.manual_seed(3)
    other = theirs("b0")
    ours = EfficientNet("b0", num_classes=1000)
    ours.load_state_dict(other.state_dict())
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert (ours.eval()(x) - other.eval()(x)).abs().max() <= 1e-5


def test_efficientnet_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match=r"version.*b8"):
        EfficientNet("b8")
    with pytest.raises(ValueError, match=r"num_classes.*0"):
        EfficientNet(num_classes=0)


def test_versions_are_those_of_the_paper() -> None:
    assert VERSIONS["b7"] == (2.0, 3.1, 600, 0.5)
    assert VERSIONS["b0"] == (1.0, 1.0, 224, 0.2)
    widths = [v.width for v in VERSIONS.values()]
    assert widths == sorted(widths)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.integers(1, 40), st.integers(1, 7), st.integers(1, 3))
def test_squeeze_excite_matches_torchvision(c: int, block: int, h: int, n: int) -> None:
    ours = SqueezeExcite(c, block)
    other = SqueezeExcitation(c, max(1, block // 4), activation=nn.SiLU)
    other.load_state_dict(ours.state_dict())
    x = torch.randn(n, c, h, 3, requires_grad=True)
    got, want = ours(x), other(x)
    torch.testing.assert_close(got, want)
    torch.testing.assert_close(
        torch.autograd.grad(got.square().sum(), x), torch.autograd.grad(want.square().sum(), x)
    )


@pytest.mark.parametrize("in_channels", [8, 16])
@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("ratio", [1, 6])
def test_mbconv_matches_torchvision(
    in_channels: int, kernel_size: int, stride: int, ratio: int
) -> None:
    ours = MBConv(in_channels, 16, kernel_size, stride, ratio).double()
    table = MBConvConfig(ratio, kernel_size, stride, in_channels, 16, 1)
    other = TheirMBConv(table, 0.0, nn.BatchNorm2d).double()
    other.load_state_dict(ours.state_dict())
    x = torch.randn(3, in_channels, 7, 6, dtype=torch.float64, requires_grad=True)
    for mode in (True, False):
        got, want = ours.train(mode)(x), other.train(mode)(x)
        torch.testing.assert_close(got, want)
        torch.testing.assert_close(
            torch.autograd.grad(got.square().sum(), x), torch.autograd.grad(want.square().sum(), x)
        )


def test_drop_path_drops_whole_samples_and_scales_the_others() -> None:
    assert drop_path_report(MBConv, 0.5) == {
        "each sample is kept or dropped as a whole": True,
        "a share near 1 − drop_path is kept": True,
        "kept ones are multiplied by": 2.0,
        "nothing is dropped in evaluation mode": True,
    }


def test_drop_path_matches_torchvisions_stochastic_depth() -> None:
    block, plain = MBConv(8, 8, drop_path=0.4), MBConv(8, 8)
    plain.load_state_dict(block.state_dict())
    x = torch.randn(50, 8, 4, 4)
    with torch.no_grad():
        got, branch = block(x) - x, plain(x) - x
        kept = got.flatten(1).abs().sum(1) > 1e-3
        assert 10 < kept.sum() < 50
        torch.testing.assert_close(got[kept], branch[kept] / 0.6, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"stride": 0}, "stride"),
        ({"kernel_size": 4}, "kernel_size"),
        ({"drop_path": 1.0}, "drop_path"),
        ({"expand_ratio": 0}, "expand_ratio"),
    ],
)
def test_mbconv_refuses(wrong: dict[str, float], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        MBConv(8, 8, **wrong)  # type: ignore[arg-type]


@given(st.floats(0.5, 4000), st.integers(1, 32))
def test_make_divisible_matches_torchvision(channels: float, divisor: int) -> None:
    assert make_divisible(channels, divisor) == _make_divisible(channels, divisor)


def test_make_divisible_refuses() -> None:
    with pytest.raises(ValueError, match=r"channels.*0"):
        make_divisible(0)
    with pytest.raises(ValueError, match=r"divisor.*0"):
        make_divisible(8, 0)


@given(st.floats(-2, 8))
def test_compound_scale_multiplies(phi: float) -> None:
    one, two = compound_scale(phi), compound_scale(2 * phi)
    assert two == pytest.approx(tuple(x * x for x in one))
    assert one.flops == pytest.approx(one.depth * one.width**2 * one.resolution**2)


def test_compound_scale_facts() -> None:
    assert compound_scale(0) == (1, 1, 1, 1)
    assert compound_scale(1).flops == pytest.approx(1.92, abs=0.005)
    assert math.log(compound_scale(7).depth) == pytest.approx(7 * math.log(1.2))
    with pytest.raises(ValueError, match=r"gamma.*0\.9"):
        compound_scale(1, gamma=0.9)
