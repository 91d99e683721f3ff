from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cvlib.widgets import ConvolutionExplorer
from cvlib.widgets.convolution_explorer import SETTINGS

from .node import needs_node, run_js

TABLES = ("_pixels", "_weights")
GRID = [
    dict(zip(SETTINGS, values, strict=True))
    for values in itertools.product((1, 4, 9), (1, 2, 3, 5), (1, 2, 4), (0, 1, 3), (1, 2, 3))
]


def torch_output(explorer: ConvolutionExplorer) -> np.ndarray:
    picture = torch.from_numpy(explorer.input)[None, None].double()
    weight = torch.from_numpy(explorer.kernel)[None, None].double()
    settings = {name: getattr(explorer, name) for name in ("stride", "padding", "dilation")}
    return F.conv2d(picture, weight, **settings)[0, 0].numpy()


def test_output_matches_torch() -> None:
    for settings in GRID:
        explorer = ConvolutionExplorer(**settings)
        if explorer.output_size is None:
            assert explorer.output is None
            with pytest.raises(RuntimeError, match="size"):
                torch_output(explorer)
        else:
            assert explorer.output.shape == (explorer.output_size,) * 2
            np.testing.assert_array_equal(explorer.output, torch_output(explorer))
        explorer.close()


@needs_node
def test_browser_computes_what_python_computes() -> None:
    states: list[dict[str, Any]] = []
    expected = []
    for settings in GRID:
        explorer = ConvolutionExplorer(**settings)
        states.append({name: explorer.get_state()[name] for name in (*SETTINGS, *TABLES)})
        output = [] if explorer.output is None else explorer.output.ravel().tolist()
        expected.append([explorer.output_size or 0, output])
        explorer.close()
    outputs = """given.map((state) => {
        const { outputSize, valueAt } = explore(state);
        const cells = [...Array(outputSize ** 2).keys()];
        return [outputSize, cells.map((i) => valueAt(Math.floor(i / outputSize), i % outputSize))];
    })"""
    assert run_js("convolution_steps.js", outputs, states) == expected


@needs_node
@pytest.mark.parametrize(
    ("key", "start", "end"),
    [
        ("ArrowRight", 0, 1),
        ("ArrowRight", 15, 15),
        ("ArrowLeft", 0, 0),
        ("ArrowDown", 5, 9),
        ("ArrowUp", 5, 1),
        ("Home", 5, 0),
        ("End", 5, 15),
        ("x", 5, None),
    ],
)
def test_arrow_keys_move_in_a_four_by_four_output(key: str, start: int, end: int | None) -> None:
    assert run_js("convolution_steps.js", f"move('{key}', {start}, 4)") == end


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", 0),
        ("size", 10),
        ("kernel_size", 6),
        ("stride", 0),
        ("padding", -1),
        ("dilation", 4),
    ],
)
def test_setting_out_of_range_is_refused(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=rf"{name} .* got {value}"):
        ConvolutionExplorer(**{name: value})


def test_position_must_be_an_output() -> None:
    explorer = ConvolutionExplorer(size=5, position=8)  # 3 × 3 outputs
    with pytest.raises(ValueError, match=r"position must be below 9, .* got 9"):
        explorer.position = 9
    assert explorer.position == 8


def test_position_stays_inside_when_the_output_shrinks() -> None:
    explorer = ConvolutionExplorer(size=6, position=15)  # the last of 4 × 4
    explorer.stride = 2  # now 2 × 2
    assert explorer.position == 3
    explorer.set_trait("kernel_size", 5)
    explorer.dilation = 3  # nothing fits
    assert (explorer.output_size, explorer.position) == (None, 0)


@pytest.mark.parametrize("settings", [{}, {"kernel_size": 5, "dilation": 3}, {"padding": 3}])
def test_summary_and_picture(settings: dict[str, int]) -> None:
    explorer = ConvolutionExplorer(**settings)
    size = explorer.output_size
    assert ("does not fit" if size is None else f"output {size}.") in explorer.summary()
    assert explorer.fallback_figure().get_size_inches()[0] <= 10
