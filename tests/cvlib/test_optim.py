from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cvlib import optim
from cvlib.optim_runs import clipped, groups_of, parameters_of, trajectory
from cvlib.optim_task import small_net, small_task

PAIRS: list[tuple[Any, Any, dict[str, Any]]] = [
    (optim.SGD, torch.optim.SGD, {"lr": 0.3}),
    (optim.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    (optim.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}),
    (optim.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.8, "nesterov": True}),
    (optim.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    (optim.Adam, torch.optim.Adam, {"lr": 0.01}),
    (optim.Adam, torch.optim.Adam, {"lr": 0.01, "betas": (0.5, 0.9), "eps": 1e-2}),
    (optim.Adam, torch.optim.Adam, {"lr": 0.01, "weight_decay": 0.1}),
    (optim.AdamW, torch.optim.AdamW, {"lr": 0.01}),
    (optim.AdamW, torch.optim.AdamW, {"lr": 0.03, "weight_decay": 0.5, "eps": 1e-3}),
]


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("ours", "theirs", "settings"), PAIRS)
def test_fifty_steps_follow_torch(ours: Any, theirs: Any, settings: dict[str, Any]) -> None:
    assert_same(trajectory(ours, **settings), trajectory(theirs, **settings))


@pytest.mark.parametrize(("ours", "theirs", "settings"), PAIRS)
def test_groups_have_settings_of_their_own(
    ours: Any, theirs: Any, settings: dict[str, Any]
) -> None:
    groups = [{"weight_decay": 0.3}, {"lr": 0.02, "weight_decay": 0.0}]
    run = {"groups": groups, **settings}
    assert_same(trajectory(ours, **run), trajectory(theirs, **run))
    assert not torch.allclose(trajectory(ours, **run)["losses"], trajectory(ours)["losses"])


@pytest.mark.parametrize(("ours", "theirs", "settings"), PAIRS)
def test_state_dict_carries_a_run_over(ours: Any, theirs: Any, settings: dict[str, Any]) -> None:
    run = {"groups": [{}, {"lr": 0.02}], **settings}
    assert_same(trajectory(ours, save_and_load_at=7, **run), trajectory(theirs, **run))


@pytest.mark.parametrize("kind", [optim.SGD, optim.Adam, optim.AdamW])
def test_state_dict_survives_a_file_without_pickle(kind: Any, tmp_path: Any) -> None:
    net, (points, classes) = small_net(), small_task()
    settings = {"momentum": 0.9} if kind is optim.SGD else {}
    optimizer = kind(net.parameters(), lr=0.1, **settings)
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(net(points), classes).backward()
        optimizer.step()
    torch.save(optimizer.state_dict(), tmp_path / "state.pt")
    loaded = torch.load(tmp_path / "state.pt", weights_only=True)
    other = kind(copy.deepcopy(net).parameters(), lr=7.0)
    other.load_state_dict(loaded)
    assert other.param_groups[0]["lr"] == 0.1
    again = other.state_dict()
    assert again["param_groups"] == loaded["param_groups"]
    for index, state in loaded["state"].items():
        for key, value in state.items():
            assert torch.equal(torch.as_tensor(again["state"][index][key]), torch.as_tensor(value))
            assert again["state"][index][key] is not value or not torch.is_tensor(value)


def test_parameters_without_gradient_stay_and_have_no_state() -> None:
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = optim.AdamW([used, unused], lr=0.1, weight_decay=0.5)
    used.square().sum().backward()
    optimizer.step()
    assert torch.equal(unused, torch.ones(2))
    assert not torch.equal(used, torch.ones(2))
    assert list(optimizer.state) == [used]
    optimizer.zero_grad()
    assert used.grad is None


def test_gradients_stay_as_they_are() -> None:
    for kind, theirs, settings in PAIRS:
        del theirs
        weight = nn.Parameter(torch.randn(4))
        weight.square().sum().backward()
        assert weight.grad is not None
        before = weight.grad.clone()
        kind([weight], **settings).step()
        assert torch.equal(weight.grad, before)


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (optim.SGD, {"lr": -1}, "lr must be at least 0, got -1"),
        (optim.SGD, {"momentum": -0.5}, "momentum must be at least 0"),
        (optim.SGD, {"nesterov": True}, "nesterov needs momentum"),
        (optim.SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "no dampening"),
        (optim.Adam, {"betas": (0.9, 1.0)}, "betas must be from 0 to below 1"),
        (optim.Adam, {"eps": float("nan")}, "eps must be at least 0, got nan"),
        (optim.AdamW, {"weight_decay": -0.1}, "weight_decay must be at least 0"),
    ],
)
def test_bad_settings_are_refused(kind: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind([nn.Parameter(torch.ones(1))], **settings)


def test_parameters_must_be_there_and_only_once() -> None:
    weight = nn.Parameter(torch.ones(1))
    for params in ([], [weight, weight], [{"params": [weight]}, {"params": [weight]}]):
        with pytest.raises(ValueError, match="params must hold each parameter once"):
            optim.SGD(params)


def test_state_of_other_groups_is_refused() -> None:
    net = small_net()
    saved = optim.SGD(parameters_of(net, [{}, {}])).state_dict()
    with pytest.raises(ValueError, match=r"groups of \[4\] parameters, got \[2, 2\]"):
        optim.SGD(net.parameters()).load_state_dict(saved)


def test_base_class_says_what_is_missing() -> None:
    weight = nn.Parameter(torch.ones(1))
    weight.sum().backward()
    with pytest.raises(NotImplementedError, match="Optimizer has no update"):
        optim.Optimizer([weight]).step()


@pytest.mark.parametrize("max_norm", [0.1, 1.0, 3.0, 100.0])
def test_clipping_is_torchs(max_norm: float) -> None:
    generator = torch.Generator().manual_seed(0)
    gradients = [torch.randn(3, 4, generator=generator), None, torch.randn(5, generator=generator)]
    theirs = clipped(nn.utils.clip_grad_norm_, gradients, max_norm)
    ours = clipped(optim.clip_grad_norm, gradients, max_norm)
    assert ours["returned norm"] == pytest.approx(float(theirs["returned norm"]))
    assert type(ours["returned norm"]) is float
    for mine, other in zip(ours["gradients"], theirs["gradients"], strict=True):
        assert (mine is None and other is None) or torch.allclose(mine, other)


def test_clipping_nothing() -> None:
    assert optim.clip_grad_norm([], 1.0) == 0.0
    assert optim.clip_grad_norm([nn.Parameter(torch.ones(2))], 1.0) == 0.0
    with pytest.raises(ValueError, match="max_norm must be above 0, got 0"):
        optim.clip_grad_norm([], 0)


def test_split_decay_by_axes() -> None:
    decay, rest = groups_of(optim.split_decay, "cnn", 0.1)
    assert decay == {"params": ["conv.weight", "last.weight"], "weight_decay": 0.1}
    assert rest["params"] == ["conv.bias", "norm.weight", "norm.bias", "bend.weight", "last.bias"]
    assert rest["weight_decay"] == 0.0
    assert groups_of(optim.split_decay, "frozen", 0.1)[0]["params"] == ["last.weight"]


def test_groups_of_names_the_type_of_what_is_no_parameter() -> None:
    def pairs(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
        return [{"params": list(model.named_parameters())[:1], "weight_decay": weight_decay}]

    assert groups_of(pairs, "cnn", 0.1)[0]["params"] == ["tuple"]


def test_split_decay_takes_shared_parameters_once_and_works_with_torch() -> None:
    layer = nn.Linear(4, 4)
    groups = optim.split_decay(nn.Sequential(layer, nn.ReLU(), layer), 0.1)
    assert [len(group["params"]) for group in groups] == [1, 1]
    torch.optim.AdamW(groups, lr=0.1)
    with pytest.raises(ValueError, match="weight_decay must be at least 0, got -1"):
        optim.split_decay(layer, -1)
