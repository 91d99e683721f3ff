"""Transfer helpers on torchvision's networks and on small ones, against torch's own behaviour."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from cvlib import transfer_reports as reports
from cvlib.transfer import GradualUnfreezing, param_groups, parts_of, replace_head, two_rates


@pytest.fixture(autouse=True)
def _seeded(one_thread: None) -> None:
    torch.manual_seed(0)


# Heads ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["resnet18", "vgg11_bn", "efficientnet_b0", "mobilenet_v3_small"])
def test_replace_head_fits_torchvisions_networks(name: str) -> None:
    with torch.device("meta"):
        model = getattr(torchvision.models, name)(weights=None)
    children = list(model.named_modules())
    assert replace_head(model, 7) is model
    last = [m for m in model.modules() if isinstance(m, nn.Linear)][-1]
    assert last.out_features == 7
    assert last.weight.is_meta
    changed = [n for (n, m), (_, was) in zip(model.named_modules(), children, strict=True)
               if m is not was]  # fmt: skip
    assert len(changed) == 1


def test_replace_head_takes_the_feature_width_so_that_the_network_runs() -> None:
    model = replace_head(torchvision.models.mobilenet_v3_small(weights=None), 3)
    assert model.eval()(torch.zeros(2, 3, 32, 32)).shape == (2, 3)


def test_the_new_head_learns_although_the_rest_is_frozen() -> None:
    report = reports.head_report(replace_head, "frozen", 4)
    assert report["the new layers learn"]
    assert report["the rest learns as before"] == 2


def test_replace_head_refuses() -> None:
    with pytest.raises(ValueError, match=r"num_classes.*0"):
        replace_head(nn.Sequential(nn.Linear(2, 2)), 0)
    for nothing in (nn.ReLU(), nn.Linear(2, 2)):
        with pytest.raises(ValueError, match="model must have a linear layer"):
            replace_head(nothing, 3)


# Rates ------------------------------------------------------------------------------------------


def test_parts_of_torchvisions_networks() -> None:
    with torch.device("meta"):
        b0, resnet = torchvision.models.efficientnet_b0(), torchvision.models.resnet18()
    assert [n for n, _ in parts_of(b0)] == [f"features.{i}" for i in range(9)] + ["classifier"]
    names = ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "fc"]
    assert [n for n, _ in parts_of(resnet)] == names


def test_param_groups_hold_every_learning_parameter_once_and_rates_grow() -> None:
    model = reports.network("small")
    groups = param_groups(model, 0.1, 0.5)
    held = [id(p) for g in groups for p in g["params"]]
    assert sorted(held) == sorted(id(p) for p in model.parameters())
    assert [g["lr"] for g in groups] == pytest.approx([0.0125, 0.025, 0.05, 0.1])
    model.features[1].requires_grad_(False)  # type: ignore[index, union-attr]
    assert [g["lr"] for g in param_groups(model, 0.1, 0.5)] == pytest.approx([0.0125, 0.05, 0.1])


def test_sgd_moves_each_part_by_its_own_rate() -> None:
    model = reports.network("small").eval()
    twin = copy.deepcopy(model)
    optimizer = torch.optim.SGD(param_groups(model, 0.1, 0.5), lr=1.0)
    for net in (model, twin):
        F.cross_entropy(net(reports.pictures()), torch.arange(6) % 5).backward()
    optimizer.step()
    rates = (0.0125, 0.025, 0.05, 0.1)
    for rate, (_, part), (_, other) in zip(rates, parts_of(model), parts_of(twin), strict=True):
        for got, was in zip(part.parameters(), other.parameters(), strict=True):
            torch.testing.assert_close(got, was - rate * was.grad)


@pytest.mark.parametrize(("lr", "decay"), [(0, 0.5), (0.1, 0), (0.1, 1.5)])
def test_param_groups_refuse(lr: float, decay: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        param_groups(reports.network("small"), lr, decay)


def test_two_rates_split_the_network() -> None:
    report = reports.groups_report(two_rates, "residual", 0.1)
    assert report["rates of the groups"] == pytest.approx([0.01, 0.1])
    body, head = report["parameters of the groups"]
    assert head == ["fc.weight"]
    assert len(body) == len(list(reports.network("residual").parameters())) - 1


def test_a_report_takes_generators_of_parameters_as_an_optimizer_does() -> None:
    def lazily(model: torch.nn.Module) -> list[dict]:
        return [{"params": part.parameters(), "lr": 0.1} for _, part in parts_of(model)]

    whole = [n for n, _ in reports.network("small").named_parameters()]
    parts = reports.groups_report(lazily, "small")["parameters of the groups"]
    assert [name for part in parts for name in part] == whole


# Unfreezing -------------------------------------------------------------------------------------


CALLS = [f"call {n}, step({epoch})" for n, epoch in enumerate((0, 1, 1, 2, 9), start=1)]


def test_gradual_unfreezing_hands_parameters_over_and_they_move() -> None:
    seen = reports.unfreezing_report(GradualUnfreezing, "small", (0, 1, 1, 2, 9), decay=0.5)
    joined = [seen[f"{call}: joined"] for call in CALLS]
    assert joined == [[], ["features.2"], [], ["features.1"], ["features.0"]]
    for call in CALLS:
        assert set(seen[f"{call}: moved"]) == set(seen[f"{call}: learn"])
    rates = {"features.0": 0.0625, "features.1": 0.125, "features.2": 0.25, "classifier": 0.5}
    for part, rate in rates.items():
        assert seen[f"{CALLS[-1]}: rate of {part}"] == rate
    total = len(list(reports.network("small").parameters()))
    assert seen[f"{CALLS[-1]}: parameters in the optimizer"] == total


def test_gradual_unfreezing_every_other_epoch_and_after_a_restart() -> None:
    seen = reports.unfreezing_report(GradualUnfreezing, "residual", (1, 2, 5), every=2)
    joined = [value for key, value in seen.items() if key.endswith("joined")]
    assert joined == [[], ["layer2"], ["layer1"]]
    restarted = reports.unfreezing_report(GradualUnfreezing, "residual", (5,), every=2)
    assert restarted["call 1, step(5): joined"] == ["layer2", "layer1"]


def test_gradual_unfreezing_refuses() -> None:
    model = reports.network("small")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=r"every.*0"):
        GradualUnfreezing(model, optimizer, every=0)
    with pytest.raises(ValueError, match=r"decay.*0"):
        GradualUnfreezing(model, optimizer, decay=0)
    with pytest.raises(ValueError, match=r"epoch.*-1"):
        GradualUnfreezing(model, optimizer).step(-1)


def test_reports_refuse_unknown_kinds() -> None:
    with pytest.raises(ValueError, match="kind"):
        reports.network("huge")
