"""What freezing stops: parameters, running statistics, before and after saving."""

from __future__ import annotations

import copy
import io

import pytest
import torch
from torch import nn

from cvlib import transfer_reports as reports
from cvlib.freezing import freeze, is_inside, unfreeze


@pytest.fixture(autouse=True)
def _seeded(one_thread: None) -> None:
    torch.manual_seed(0)


def statistics(model: nn.Module) -> list[torch.Tensor]:
    return [b.clone() for n, b in model.named_buffers() if "running" in n]


def same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


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
