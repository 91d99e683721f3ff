from __future__ import annotations

from typing import Any

import pytest
import torch

from cvlib.profile import model_table
from cvlib.widgets import ModelExplorer
from cvlib.widgets.model_costs import MODELS, WithoutDrawing, for_browser, parts_of, table_of

from .node import needs_node, run_js

# Published counts: torchvision's documentation, LeCun et al. (1998), Howard et al. (2017).
PARAMETERS = {
    "lenet5": 61_706,
    "alexnet": 61_100_840,
    "vgg16": 138_357_544,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "mobilenet_v1": 4_231_976,
    "efficientnet_b0": 5_288_548,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_the_published_ones(name: str) -> None:
    assert table_of(name, 224).parameters == PARAMETERS[name]


@pytest.mark.parametrize("name", ["mobilenet_v1", "efficientnet_b0"])
def test_table_is_that_of_a_real_network(name: str) -> None:
    assert table_of(name, 96) == model_table(MODELS[name].make(), (3, 96, 96))


@pytest.mark.parametrize("name", MODELS)
def test_parts_hold_everything_once(name: str) -> None:
    table = table_of(name, 224)
    parts = parts_of(table)
    assert sum(part.parameters for part in parts) == table.parameters
    assert sum(part.macs for part in parts) == table.macs
    sizes = [part.size for part in parts]
    assert sizes == sorted(set(sizes), reverse=True)
    assert sizes[-1] == 0
    layers = for_browser(name, 224)["layers"]
    assert sum(layer[3] for layer in layers) == table.parameters
    assert sum(layer[4] for layer in layers) == table.macs


def test_heads_of_vgg() -> None:
    assert parts_of(table_of("vgg16", 224))[-1].parameters == 123_642_856
    assert parts_of(table_of("vgg16_gap", 224))[-1].parameters == 513_000


def test_squeeze_and_excitation_counts_where_it_stands() -> None:
    sizes = [part.size for part in parts_of(table_of("efficientnet_b0", 224))]
    assert sizes == [112, 56, 28, 14, 7, 0]


def test_drawing_is_off_only_inside() -> None:
    with WithoutDrawing():
        assert torch.equal(torch.zeros(3).normal_(), torch.zeros(3))
    assert torch.zeros(3).normal_().abs().sum() > 0


def test_models_and_size_compute_anew() -> None:
    explorer = ModelExplorer(models=["resnet18"])
    assert list(explorer._tables) == ["resnet18"]
    explorer.models = ["alexnet", "resnet18"]
    explorer.size = 128
    assert list(explorer._tables) == list(explorer.tables) == ["alexnet", "resnet18"]
    assert explorer._tables["resnet18"]["macs"] == explorer.tables["resnet18"].macs
    assert explorer.tables["resnet18"].input_size == (3, 128, 128)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("models", []),
        ("models", ["vgg16", "vgg16"]),
        ("models", ["resnet18", "resnet34", "resnet50", "vgg16"]),
        ("models", ["inception"]),
        ("size", 32),
        ("scale", "log"),
    ],
)
def test_bad_setting_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be"):
        ModelExplorer(**{name: value})


@needs_node
def test_numbers_of_the_browser() -> None:
    given = [0, 999, 1000, 38720, 999_960, 138357544, 15470264320]
    written = run_js("model_tables.js", "given.map(short)", given)
    assert written == ["0", "999", "1 k", "38.7 k", "1 M", "138 M", "15.5 G"]


@needs_node
def test_rows_and_bars_of_the_browser() -> None:
    tables = [for_browser(name, 224) for name in ("vgg16", "resnet50")]
    places, full = run_js("model_tables.js", "[placesOf(given), fullBars(given)]", tables)
    assert places == [224, 112, 56, 28, 14, 7, 0]
    assert full == [123_642_856, 4_624_220_160]


def test_summary_and_picture() -> None:
    explorer = ModelExplorer(models=["vgg16"])
    assert "VGG-16 138,357,544 parameters" in explorer.summary()
    assert explorer.fallback_figure().get_size_inches()[0] <= 10
