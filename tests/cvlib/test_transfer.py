"""Transfer helpers on torchvision's networks and on small ones, against torch's own behaviour."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from cvlib import transfer_reports as reports
from cvlib.transfer import (
    GradualUnfreezing,
    freeze,
    is_inside,
    param_groups,
    parts_of,
    replace_head,
    two_rates,
    unfreeze,
)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


def statistics(model: nn.Module) -> list[torch.Tensor]:
    return [b.clone() for n, b in model.named_buffers() if "running" in n]


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


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


# Freezing ---------------------------------------------------------------------------------------


def test_frozen_statistics_stay_through_train_deepcopy_and_saving() -> None:
    model = reports.network("small")
    freeze(model, except_=("classifier",))
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=False)  # our own file, just written
    for one in (model, copy.deepcopy(model), loaded):
        before = statistics(one)
        one.train()
        one(reports.pictures())
        assert same(before, statistics(one))
        assert not any(p.requires_grad for p in one.features.parameters())
        assert all(p.requires_grad for p in one.classifier.parameters())


def test_a_frozen_layer_gives_what_evaluation_mode_gives() -> None:
    model = reports.network("residual")
    frozen = copy.deepcopy(model)
    freeze(frozen)
    x = reports.pictures()
    torch.testing.assert_close(frozen.train()(x), model.eval()(x))


def test_freezing_twice_and_unfreezing_once_gives_the_old_network() -> None:
    model = reports.network("small")
    freeze(model)
    freeze(model)
    unfreeze(model)
    assert all(p.requires_grad for p in model.parameters())
    before = statistics(model)
    model.train()(reports.pictures())
    assert not same(before, statistics(model))
    assert not any(m._forward_pre_hooks for m in model.modules())


def test_unfreeze_only_some_parts() -> None:
    model = reports.network("small")
    freeze(model)
    unfreeze(model, only=("features.2",))
    names = {n.rpartition(".")[0] for n, p in model.named_parameters() if p.requires_grad}
    assert names == {"features.2.0", "features.2.1"}


def test_names_are_whole_names() -> None:
    assert is_inside("features.1.0", ["features.1"])
    assert not is_inside("features.10", ["features.1"])
    learning = reports.freeze_report(freeze, "long", ("features.1",))["parameters that learn"]
    assert all(name.startswith("features.1.") for name in learning)
    assert len(learning) == 4


@pytest.mark.parametrize("change", [freeze, unfreeze])
def test_unknown_names_are_refused(change: object) -> None:
    with pytest.raises(ValueError, match="'head'"):
        change(reports.network("small"), ("head",))  # type: ignore[operator]
    with pytest.raises(ValueError, match="'c'"):
        change(reports.network("small"), "classifier")  # type: ignore[operator]


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
    assert [g["lr"] for g in report] == pytest.approx([0.01, 0.1])
    assert report[1]["params"] == ["fc.weight"]
    assert len(report[0]["params"]) == len(list(reports.network("residual").parameters())) - 1


# Unfreezing -------------------------------------------------------------------------------------


def test_gradual_unfreezing_hands_parameters_over_and_they_move() -> None:
    seen = reports.unfreezing_report(GradualUnfreezing, "small", (0, 1, 1, 2, 9), decay=0.5)
    assert [e["joined"] for e in seen] == [[], ["features.2"], [], ["features.1"], ["features.0"]]
    for epoch in seen:
        assert set(epoch["moved"]) == set(epoch["learn"])
    assert seen[-1]["rates"] == {
        "features.0": 0.0625, "features.1": 0.125, "features.2": 0.25, "classifier": 0.5,
    }  # fmt: skip
    total = len(list(reports.network("small").parameters()))
    assert seen[-1]["parameters in the optimizer"] == total


def test_gradual_unfreezing_every_other_epoch_and_after_a_restart() -> None:
    seen = reports.unfreezing_report(GradualUnfreezing, "residual", (1, 2, 5), every=2)
    assert [e["joined"] for e in seen] == [[], ["layer2"], ["layer1"]]
    restarted = reports.unfreezing_report(GradualUnfreezing, "residual", (5,), every=2)
    assert restarted[0]["joined"] == ["layer2", "layer1"]


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
