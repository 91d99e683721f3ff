from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from cvlib import segmentation
from cvlib.widgets import MaskMetrics
from cvlib.widgets.mask_metrics import SIDE, presets

from .node import needs_node, run_js


def some_masks() -> list[MaskMetrics]:
    generator = random.Random(0)
    drawn = [MaskMetrics(painted=[int(generator.random() < share) for _ in range(SIDE**2)])
             for share in (0.05, 0.3, 0.6, 0.9)]  # fmt: skip
    return [*drawn, *(MaskMetrics(painted=cells) for cells in presets().values())]


@needs_node
def test_browser_computes_what_python_does() -> None:
    widgets = some_masks()
    given = [[widget.painted, widget._truth] for widget in widgets]
    found = run_js("mask_numbers.js", "given.map(([a, b]) => measures(a, b))", given)
    for widget, numbers in zip(widgets, found, strict=True):
        assert numbers == pytest.approx(widget.measures)


def test_measures_are_those_of_the_session() -> None:
    for widget in some_masks():
        pred, target = torch.tensor(widget.painted), torch.tensor(widget._truth)
        found = widget.measures
        assert found["accuracy"] == pytest.approx(segmentation.pixel_accuracy(pred, target))
        assert found["mean"] == pytest.approx(segmentation.mean_iou(pred, target, 2))
        assert found["dice"] == pytest.approx(2 * found["object"] / (1 + found["object"]))


def test_presets_show_what_they_are_named_for() -> None:
    found = {name: MaskMetrics(painted=cells).measures for name, cells in presets().items()}
    assert set(found["the truth"].values()) == {1}
    assert found["all ground"]["accuracy"] > 0.75
    assert found["all ground"]["object"] == 0
    assert found["without the wire"]["accuracy"] > 0.9
    assert found["without the wire"]["object"] < 0.8
    assert found["shifted by one"]["accuracy"] - found["shifted by one"]["object"] > 0.25


@needs_node
def test_sentences() -> None:
    found = [MaskMetrics(painted=cells).measures for cells in presets().values()]
    told = dict(zip(presets(), run_js("mask_numbers.js", "given.map(noticed)", found), strict=True))
    accuracy = round(100 * found[0]["accuracy"])
    assert told["all ground"].endswith(f"pixel accuracy still says {accuracy} %.")
    assert told["the truth"].startswith("Everything is right.")
    assert len(set(told.values())) >= 3


@pytest.mark.parametrize("cells", [None, [0, 1], [2] * SIDE**2, ["a"] * SIDE**2, [0.5] * SIDE**2])
def test_bad_cells_are_refused(cells: Any) -> None:
    with pytest.raises(ValueError, match=r"painted must be 16 × 16 zeros and ones"):
        MaskMetrics(painted=cells)


def test_nested_cells_become_one_row() -> None:
    assert MaskMetrics(painted=[[1] * SIDE] * SIDE).painted == [1] * SIDE**2


def test_summary_and_picture() -> None:
    widget = MaskMetrics()
    assert f"mean IoU {widget.measures['mean']:.2f}" in widget.summary()
    assert widget.fallback_figure().get_size_inches()[0] <= 10
