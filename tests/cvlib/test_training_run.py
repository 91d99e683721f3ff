from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cvlib import data, optim, schedules
from cvlib import train as course_train
from cvlib.lr_finder import lr_find
from cvlib.optim_runs import searched
from cvlib.optim_task import batches, dropout_net
from cvlib.resumed_runs import continued, interrupted, trained
from cvlib.training_run import resume, save_checkpoint, train


def rate(step: int) -> float:
    return schedules.warmup_cosine_lr(step, 0.01, 4, 18)


def new_run(kind: Any, seed: int = 0) -> tuple[Any, Any, Any]:
    torch.manual_seed(seed)
    model = dropout_net(seed)
    return model, batches(seed), kind(optim.split_decay(model, 0.05), lr=1.0)


@pytest.mark.parametrize("kind", [torch.optim.AdamW, torch.optim.SGD, optim.AdamW])
@pytest.mark.parametrize("stop", [1, 2, 5])
def test_resumed_run_has_equal_losses_bit_for_bit(tmp_path: Path, kind: Any, stop: int) -> None:
    whole = train(*new_run(kind), rate, 6)
    train(*new_run(kind), rate, stop, path=tmp_path / "run.pt")
    model, loaders, optimizer = new_run(kind, seed=7)
    history = resume(tmp_path / "run.pt", model, loaders, optimizer)
    assert history.epochs == stop
    train(model, loaders, optimizer, rate, 6, history=history)
    assert history.train_loss == whole.train_loss
    assert history.val_loss == whole.val_loss
    assert history.learning_rate == whole.learning_rate
    assert list(tmp_path.iterdir()) == [tmp_path / "run.pt"]


def test_resumed_run_with_a_plateau(tmp_path: Path) -> None:
    def run(epochs: int, **how: Any) -> Any:
        model, loaders, optimizer = new_run(torch.optim.SGD)
        schedules.set_lr(optimizer, 0.05)
        plateau = schedules.ReduceOnPlateau(optimizer, patience=0, factor=0.5, threshold=0.2)
        if how.get("load"):
            history = resume(tmp_path / "run.pt", model, loaders, optimizer, plateau)
            return train(model, loaders, optimizer, plateau, epochs, history=history)
        return train(model, loaders, optimizer, plateau, epochs, path=tmp_path / "run.pt")

    whole = run(6)
    run(3)
    again = run(6, load=True)
    assert again.train_loss == whole.train_loss
    assert len(set(whole.learning_rate)) > 1


def test_training_is_fits_with_a_torch_scheduler() -> None:
    def make(seed: int = 0) -> tuple[Any, Any, Any]:
        return new_run(torch.optim.SGD, seed)

    runs = []
    for mine in (True, False):
        model, loaders, optimizer = make()
        schedules.set_lr(optimizer, 0.1)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 4, 0.5)
        if mine:
            runs.append(train(model, loaders, optimizer, schedule, 3))
        else:
            runs.append(course_train.fit(model, *loaders, 3, optimizer, F.cross_entropy, schedule,
                                         progress=False))  # fmt: skip
    assert runs[0].train_loss == runs[1].train_loss
    assert runs[0].val_accuracy == runs[1].val_accuracy
    assert runs[0].learning_rate == runs[1].learning_rate


def test_digits_are_learned() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    loaders = data.loaders(64)
    steps = 8 * len(loaders[0])
    optimizer = optim.AdamW(optim.split_decay(model, 0.01), lr=1.0)
    history = train(
        model, loaders, optimizer, lambda s: schedules.warmup_cosine_lr(s, 0.01, 20, steps), 8
    )
    assert history.val_accuracy[-1] > 0.94


def test_no_schedule_leaves_the_rates() -> None:
    model, loaders, optimizer = new_run(torch.optim.SGD)
    schedules.set_lr(optimizer, 0.125)
    assert train(model, loaders, optimizer, None, 2).learning_rate == [0.125, 0.125]
    with pytest.raises(ValueError, match=r"epochs must be .* got 0"):
        train(model, loaders, optimizer, None, 0)


def test_checkpoint_runs_no_code(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (print, ("owned",))

    torch.save({"model": Trap()}, tmp_path / "run.pt")
    model, loaders, optimizer = new_run(torch.optim.SGD)
    with pytest.raises(Exception, match=r"[Ww]eights.?only"):
        resume(tmp_path / "run.pt", model, loaders, optimizer)


def test_a_loader_without_generator_can_be_saved(tmp_path: Path) -> None:
    model, loaders, optimizer = new_run(torch.optim.SGD)
    plain = (list(loaders[0]), list(loaders[1]))
    history = train(model, plain, optimizer, None, 1)
    save_checkpoint(tmp_path / "run.pt", model, plain, optimizer, history)
    assert resume(tmp_path / "run.pt", model, plain, optimizer) == history


def test_drivers_tell_what_happened() -> None:
    seen = trained(train, 2)
    rates = [[0.05 / (1 + step)] * 2 for step in range(9)]
    assert seen["learning rates of the steps"] == rates[:6]
    assert trained(train, 3, already=1)["learning rates of the steps"] == rates[3:]
    one, other = interrupted(save_checkpoint, 2), continued(resume, 2)
    assert one == other
    assert len(one["losses after the restart"]) == 6


def test_the_model_comes_in_evaluation_mode_to_a_run() -> None:
    modes = []

    def watching(model: nn.Module, *rest: Any, **settings: Any) -> Any:
        modes.append(model.training)
        return train(model, *rest, **settings)

    trained(watching, 1)
    assert modes == [False]


def test_finder_stops_at_a_loss_that_is_no_number() -> None:
    seen = searched(lr_find, damaged=9, steps=8)
    assert [math.isnan(loss) for loss in seen["losses"]] == [False, False, True]
    assert seen["the weights are put back"]


def test_finder_raises_the_rate_and_puts_everything_back() -> None:
    seen = searched(lr_find, lowest=1e-3, highest=10.0, steps=41)
    assert seen["rates"][:2] == pytest.approx([1e-3, 1e-3 * 1e4 ** (1 / 40)])
    assert len(seen["rates"]) == len(seen["losses"])
    assert [value for value in seen.values() if isinstance(value, bool)] == [True] * 3


def test_finder_stops_when_the_loss_runs_away() -> None:
    model = nn.Linear(2, 2)
    loader = [(torch.randn(8, 2), torch.arange(8) % 2)]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    rates, losses = lr_find(model, loader, optimizer, 1e-3, 1e6, 50)
    assert len(rates) < 50
    assert losses[-1] > 4 * min(losses)
    for bad in ({"lowest": 0.0}, {"lowest": 2.0}, {"steps": 1}):
        with pytest.raises(ValueError, match="must"):
            lr_find(model, loader, optimizer, **bad)
