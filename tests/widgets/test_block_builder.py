from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cvlib.widgets import BlockBuilder
from cvlib.widgets.block_builder import KINDS

from .node import needs_node, run_js

NAMES = ("kind", "shortcut", "in_channels", "out_channels", "stride", "size", "expansion")
GRID: list[dict[str, Any]] = [
    dict(zip(NAMES, values, strict=True))
    for values in itertools.product(
        KINDS, ("identity", "projection", "none"), (24, 64), (24, 64), (1, 2), (7, 28), (1, 6)
    )
]


def conv(cin: int, cout: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    padding = kernel // 2
    layer = nn.Conv2d(cin, cout, kernel, stride, padding, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(cout))


def real_path(b: BlockBuilder) -> list[nn.Sequential]:
    cin, out, stride = b.in_channels, b.out_channels, b.stride
    if b.kind == "bottleneck":
        middle = out // 4
        return [conv(cin, middle, 1), conv(middle, middle, 3, stride), conv(middle, out, 1)]
    if b.kind == "inverted_residual":
        wide = cin * b.expansion
        expand = [conv(cin, wide, 1)] if b.expansion > 1 else []
        return [*expand, conv(wide, wide, 3, stride, groups=wide), conv(wide, out, 1)]
    return [conv(cin, out, 3, stride), conv(out, out, 3)]


def measured(layers: list[nn.Sequential], x: torch.Tensor) -> list[tuple[Any, int, int]]:
    """(shape, parameters, MACs) of each layer, as torch finds them."""
    found = []
    for layer in layers:
        with FlopCounterMode(display=False) as counter:
            x = layer(x)
        parameters = sum(p.numel() for p in layer.parameters())
        found.append((tuple(x.shape[1:]), parameters, counter.get_total_flops() // 2))
    return found


@pytest.mark.parametrize("settings", GRID[::3], ids=lambda s: " ".join(map(str, s.values())))
def test_shapes_and_costs_match_torch(settings: dict[str, Any]) -> None:
    b = BlockBuilder(**settings)
    with torch.device("meta"):
        x = torch.zeros(1, *b.input_shape)
        path = measured(real_path(b), x)
        projection = conv(b.in_channels, b.out_channels, 1, b.stride)
        shortcut = measured([projection], x) if b.projection else []
    assert [step[1:] for step in b.steps] == path + shortcut
    assert b.path_shape == path[-1][0]
    assert (b.parameters, b.macs) == tuple(sum(s[i] for s in path + shortcut) for i in (1, 2))
    if b.shortcut_shape is not None:
        assert b.fits == (b.shortcut_shape == b.path_shape)


@needs_node
def test_browser_computes_what_python_computes() -> None:
    code = """given.map((s) => {
        const { steps, path, shortcut, fits, parameters, macs } = block(s);
        const rows = steps.map((step) => [step.name, step.shape, step.parameters, step.macs]);
        return [rows, path, shortcut, fits, parameters, macs];
    })"""
    for settings, found in zip(GRID, run_js("block_steps.js", code, GRID), strict=True):
        b = BlockBuilder(**settings)
        rows = [[s.name, list(s.shape[:2]), s.parameters, s.macs] for s in b.steps]
        shortcut = b.shortcut_shape and list(b.shortcut_shape[:2])
        assert found == [rows, list(b.path_shape[:2]), shortcut, b.fits, b.parameters, b.macs]
        b.close()


@needs_node
def test_sentence_says_whether_the_addition_works() -> None:
    sentences = run_js("block_steps.js", "given.map((s) => explain(s, block(s)))", GRID)
    for settings, sentence in zip(GRID, sentences, strict=True):
        b = BlockBuilder(**settings)
        assert ("The addition fails" in sentence) == (not b.fits)
        assert ("The addition works" in sentence) == (b.fits and b.shortcut_shape is not None)
        if not b.fits:
            assert ("stride 2 has shrunk" in sentence) == (b.stride == 2)
            assert ("channels instead of" in sentence) == (b.in_channels != b.out_channels)
        b.close()


def test_resnet50_block_costs_what_torchvision_says() -> None:
    torchvision = pytest.importorskip("torchvision")
    block = torchvision.models.resnet50().layer2[0]
    b = BlockBuilder(
        kind="bottleneck", shortcut="projection", in_channels=256, out_channels=512, stride=2
    )
    assert b.parameters == sum(p.numel() for p in block.parameters())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "dense"),
        ("shortcut", "conv"),
        ("in_channels", 3),
        ("out_channels", 4096),
        ("stride", 3),
        ("size", 6),
        ("expansion", 0),
    ],
)
def test_bad_setting_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be .* got {value!r}"):
        BlockBuilder(**{name: value})


@pytest.mark.parametrize("settings", GRID[::17], ids=lambda s: " ".join(map(str, s.values())))
def test_summary_and_picture(settings: dict[str, Any]) -> None:
    b = BlockBuilder(**settings)
    assert f"{b.parameters:,} parameters" in b.summary()
    assert ("does not fit" in b.summary()) == (not b.fits)
    assert b.fallback_figure().get_size_inches()[0] <= 10
