"""What a network costs, against torch's own counter of operations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cvlib import models
from cvlib.profile import count_parameters, model_table

COLOUR = (3, 224, 224)
NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int, int]]] = {
    "LeNet5": (models.LeNet5, (1, 32, 32)),
    "AlexNet": (models.AlexNet, COLOUR),
    "VGG-11": (lambda: models.VGG(11, 1000), COLOUR),
    "VGG-16": (lambda: models.VGG(16, 1000), COLOUR),
    "VGG-16 gap": (lambda: models.VGG(16, 10, head="gap"), (3, 65, 33)),
    "VGG-19": (lambda: models.VGG(19, 1000), COLOUR),
    "Inception": (lambda: models.Inception(192, 64, 96, 128, 16, 32, 32), (192, 28, 28)),
    "ResNet-18": (models.resnet18, COLOUR),
    "ResNet-34": (models.resnet34, COLOUR),
    "ResNet-50": (models.resnet50, COLOUR),
    "ResNet-101": (models.resnet101, COLOUR),
    "ResNet-152": (models.resnet152, COLOUR),
    "ResNet-20": (lambda: models.CifarResNet(20), (3, 32, 32)),
    "plain-20": (lambda: models.CifarResNet(20, residual=False), (3, 32, 32)),
    "MobileNetV1": (models.MobileNetV1, COLOUR),
    "EfficientNet-B0": (torchvision.models.efficientnet_b0, COLOUR),
    "transposed": (lambda: nn.Sequential(nn.ConvTranspose2d(6, 4, 3, 2, groups=2)), (6, 5, 7)),
}


def unbuilt(make: Callable[[], nn.Module]) -> nn.Module:
    with torch.device("meta"):
        return make()


@pytest.mark.parametrize("name", NETWORKS)
def test_table_agrees_with_torchs_counter(name: str) -> None:
    make, size = NETWORKS[name]
    model = unbuilt(make).eval()
    with FlopCounterMode(display=False) as counter:
        model(torch.empty(1, *size, device="meta"))
    for depth in (None, 1, 2):
        table = model_table(model, size, depth)
        assert table.macs == counter.get_total_flops() // 2  # a product and a sum each
        assert table.parameters == sum(p.numel() for p in model.parameters())
        assert sum(row.macs for row in table.rows) == table.macs
        assert sum(row.parameters for row in table.rows) == table.parameters


@pytest.mark.parametrize(
    ("name", "published"),  # in millions; MobileNet and ResNet from their papers' tables
    [("VGG-16", 15_470), ("ResNet-50", 4_089), ("ResNet-18", 1_814), ("MobileNetV1", 569)],
)
def test_macs_are_the_published_ones(name: str, published: int) -> None:
    make, size = NETWORKS[name]
    assert round(model_table(unbuilt(make), size).macs / 1e6) == published


def test_rows_of_lenet() -> None:
    rows = {row.name: row for row in model_table(models.LeNet5(), (1, 32, 32)).rows}
    assert list(rows)[:3] == ["features.0", "features.1", "features.2"]
    first = rows["features.0"]
    assert (first.kind, first.shape) == ("Conv2d", (6, 28, 28))
    assert (first.parameters, first.macs) == (156, 6 * 28 * 28 * 25)
    assert (rows["classifier.1"].parameters, rows["classifier.1"].macs) == (48_120, 48_000)
    assert rows["features.2"].shape == (6, 14, 14)


def test_depth_joins_rows() -> None:
    table = model_table(unbuilt(models.resnet18), COLOUR, depth=1)
    names = [row.name for row in table.rows]
    assert names == ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4",
                     "avgpool", "fc"]  # fmt: skip
    assert {row.name: row.shape for row in table.rows}["layer3"] == (256, 14, 14)
    deeper = [row.name for row in model_table(unbuilt(models.resnet18), COLOUR, depth=2).rows]
    assert "layer1.0" in deeper
    assert "layer1" not in deeper


def test_text_and_html_tell_the_sums() -> None:
    table = model_table(models.LeNet5(), (1, 32, 32))
    lines = str(table).splitlines()
    assert lines[0].split() == ["layer", "kind", "output", "parameters", "MACs"]
    assert lines[-1].split() == ["LeNet5", "61,706", f"{table.macs:,}"]
    assert len({len(line) for line in lines[2:-2]}) == 1, "columns line up"
    assert "<td" in table._repr_html_()
    assert "61,706" in table._repr_html_()


def test_model_is_left_as_it_was() -> None:
    model = models.CifarResNet(8)
    model.bn1.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    model_table(model, (3, 16, 16))
    assert model.training
    assert not model.bn1.training
    assert not any(module._forward_hooks for module in model.modules())
    torch.testing.assert_close(model.state_dict(), before)


def test_hooks_and_mode_are_restored_after_an_error() -> None:
    model = models.LeNet5()
    with pytest.raises(RuntimeError):
        model_table(model, (1, 28, 28))
    assert model.training
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


class Odd(nn.Module):
    """Shares a layer, leaves one out, has parameters of its own and returns a pair."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))
        self.twice = nn.Conv2d(2, 2, 3, padding=1)
        self.idle = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.twice(self.twice(x)) * self.scale[:, None, None]
        return x, x


def test_shared_idle_and_bare_parameters_count_once() -> None:
    table = model_table(Odd(), (2, 4, 4))
    got = [(row.name, row.shape, row.parameters, row.macs) for row in table.rows]
    cost = 2 * 4 * 4 * 18
    assert got == [
        ("twice", (2, 4, 4), 38, cost),
        ("twice", (2, 4, 4), 0, cost),
        ("(itself)", (2, 4, 4), 2, 0),
        ("idle", None, 16, 0),
    ]
    assert (table.parameters, table.macs) == (56, 2 * cost)
    assert "did not run" in str(table)


def test_single_layer_is_a_network_too() -> None:
    table = model_table(nn.Conv2d(3, 4, 3), (3, 5, 5))
    assert (table.parameters, table.macs) == (112, 4 * 9 * 27)
    assert model_table(nn.ReLU(), (3, 5, 5)).macs == 0


@pytest.mark.parametrize(
    ("size", "depth", "match"),
    [((3, 224), None, "input_size"), ((3, 0, 4), None, "input_size"), ((1, 8, 8), 0, "depth.*0")],
)
def test_bad_arguments(size: tuple[int, ...], depth: int | None, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        model_table(nn.ReLU(), size, depth)


def test_count_parameters() -> None:
    model = models.LeNet5()
    assert count_parameters(model) == 61_706
    model.features.requires_grad_(False)
    assert count_parameters(model, trainable_only=True) == 61_706 - 156 - 2_416
    assert count_parameters(model) == 61_706
    assert count_parameters(nn.BatchNorm2d(5)) == 10  # running estimates are buffers
    assert count_parameters(nn.ReLU()) == 0
    shared = nn.Linear(3, 3)
    assert count_parameters(nn.Sequential(shared, shared)) == 12
