from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cvlib.widgets import ReceptiveFieldViewer
from cvlib.widgets.receptive_field_viewer import LIMITS, MAX_LAYERS, PRESETS, Layer

from .node import needs_node, run_js

RANDOM = np.random.default_rng(0)
STACKS: list[list[Layer]] = [
    [],
    *PRESETS.values(),
    *(
        [tuple(RANDOM.integers(1, (6, 4, 4)).tolist()) for _ in range(RANDOM.integers(1, 5))]
        for _ in range(12)
    ),
]


def network(layers: list[Layer], padded: bool) -> nn.Sequential:
    convs = []
    for kernel_size, stride, dilation in layers:
        padding = dilation * (kernel_size - 1) // 2 if padded else 0
        convs.append(nn.Conv1d(1, 1, kernel_size, stride, padding, dilation, bias=False))
        nn.init.ones_(convs[-1].weight)
    return nn.Sequential(*convs).double()


def seen_pixels(layers: list[Layer], units: int) -> list[list[int]]:
    """Input pixels with a gradient, for each of the first output units, without padding."""
    size = ReceptiveFieldViewer(layers=layers).field + 200
    x = torch.ones(1, 1, size, dtype=torch.float64, requires_grad=True)
    output = network(layers, padded=False)(x)[0, 0]
    grads = [torch.autograd.grad(output[unit], x, retain_graph=True)[0] for unit in range(units)]
    return [grad.flatten().nonzero().flatten().tolist() for grad in grads]


@pytest.mark.parametrize("layers", STACKS, ids=str)
def test_field_and_jump_match_gradients(layers: list[Layer]) -> None:
    viewer = ReceptiveFieldViewer(layers=layers)
    one, other = seen_pixels(layers, 2)
    assert viewer.field == one[-1] - one[0] + 1
    assert viewer.jump == other[0] - one[0]


@pytest.mark.parametrize("layers", STACKS, ids=str)
def test_sizes_match_torch(layers: list[Layer]) -> None:
    viewer = ReceptiveFieldViewer(layers=layers, input_size=224)
    x = torch.zeros(1, 1, 224, dtype=torch.float64)
    sizes = [224]
    for layer in network(layers, padded=True):
        x = layer(x)
        sizes.append(x.shape[-1])
    assert [row.size for row in viewer.rows] == sizes


def test_window_that_does_not_fit_gives_no_size() -> None:
    viewer = ReceptiveFieldViewer(layers=[(2, 1, 1), (3, 1, 1)], input_size=1)
    assert [row.size for row in viewer.rows] == [1, None, None]


@needs_node
def test_browser_computes_what_python_computes() -> None:
    viewers = [ReceptiveFieldViewer(layers=layers, input_size=50) for layers in STACKS]
    rows = run_js("receptive_field.js", "given.map((layers) => tableRows(layers, 50))", STACKS)
    assert rows == [[row._asdict() for row in viewer.rows] for viewer in viewers]


@needs_node
def test_lit_pixels_are_those_with_a_gradient() -> None:
    seen = "given.map((layers) => [0, 1].map((u) => [...seenFrom(layers, layers.length, u)[0]]))"
    lit = run_js("receptive_field.js", seen, STACKS)
    for layers, units in zip(STACKS, lit, strict=True):
        assert [sorted(unit) for unit in units] == seen_pixels(layers, 2)


@needs_node
def test_units_are_drawn_above_the_middle_of_what_they_see() -> None:
    code = """given.map((layers) => {
        const { first, jump } = levelsOf(layers, 2).at(-1);
        const pixels = [...seenFrom(layers, layers.length, 1)[0]];
        return [first + jump, (Math.min(...pixels) + Math.max(...pixels)) / 2];
    })"""
    for drawn, middle in run_js("receptive_field.js", code, STACKS):
        assert drawn == middle


def test_preset_and_layers_follow_each_other() -> None:
    viewer = ReceptiveFieldViewer(preset="resnet_stem")
    assert (viewer.field, viewer.jump, viewer.rows[-1].size) == (11, 4, 56)
    viewer.layers = [*viewer.layers, (3, 1, 1)]
    assert viewer.preset == "custom"
    viewer.layers = [[3, 1, 1]] * 3
    assert viewer.preset == "three_3x3"


@pytest.mark.parametrize(
    "layers",
    [
        None,
        [3],
        [(3, 1)],
        [(0, 1, 1)],
        [(LIMITS["kernel_size"] + 1, 1, 1)],
        [(3, 1.0, 1)],
        [(3, 1, 9)],
        [(3, 1, 1)] * (MAX_LAYERS + 1),
    ],
)
def test_bad_layers_are_refused(layers: Any) -> None:
    with pytest.raises(ValueError, match="layers"):
        ReceptiveFieldViewer(layers=layers)


def test_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match=r"preset must be one of three_3x3, .* got 'vgg'"):
        ReceptiveFieldViewer(preset="vgg")


@pytest.mark.parametrize("layers", STACKS, ids=str)
def test_summary_and_picture(layers: list[Layer]) -> None:
    viewer = ReceptiveFieldViewer(layers=layers)
    assert f"field {viewer.field}, jump {viewer.jump}" in viewer.summary()
    figure = viewer.fallback_figure()
    assert figure is None or figure.get_size_inches()[0] <= 12


def test_picture_is_left_out_where_it_would_be_too_wide() -> None:
    assert ReceptiveFieldViewer(layers=[(11, 4, 8)] * 4).fallback_figure() is None
