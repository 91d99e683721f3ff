from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler as theirs

from cvlib import schedules
from cvlib.optim_runs import watched


def rates_of(make: Callable[[Any], Any], steps: int, lr: float = 0.7) -> list[float]:
    """The rate at every step of a torch scheduler."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr, momentum=0.9)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize(("size", "gamma"), [(1, 0.5), (3, 0.1), (7, 0.9), (100, 0.1)])
def test_step_lr_is_torchs(size: int, gamma: float) -> None:
    wanted = rates_of(lambda o: theirs.StepLR(o, size, gamma), 40)
    assert [schedules.step_lr(s, 0.7, size, gamma) for s in range(40)] == pytest.approx(wanted)


@pytest.mark.parametrize(("total", "low"), [(1, 0.0), (2, 0.1), (10, 0.0), (33, 0.05)])
def test_cosine_lr_is_torchs_also_beyond_its_end(total: int, low: float) -> None:
    wanted = rates_of(lambda o: theirs.CosineAnnealingLR(o, total, low), total + 1)
    got = [schedules.cosine_lr(s, 0.7, total, low) for s in range(total + 1)]
    assert got == pytest.approx(wanted, abs=1e-12)


def test_cosine_lr_rises_again_as_torchs() -> None:
    wanted = rates_of(lambda o: theirs.CosineAnnealingLR(o, 10), 35)
    got = [schedules.cosine_lr(s, 0.7, 10) for s in range(35)]
    assert got == pytest.approx(wanted, abs=1e-9)
    assert got[20] == pytest.approx(0.7)


@pytest.mark.parametrize(("warmup", "total"), [(2, 3), (5, 20), (10, 11), (3, 50)])
def test_warmup_cosine_lr_is_torchs_two_in_a_row(warmup: int, total: int) -> None:
    def make(optimizer: Any) -> Any:
        up = theirs.LinearLR(optimizer, 1 / warmup, total_iters=warmup - 1)
        down = theirs.CosineAnnealingLR(optimizer, total - warmup, eta_min=0.01)
        return theirs.SequentialLR(optimizer, [up, down], [warmup])

    got = [schedules.warmup_cosine_lr(s, 0.7, warmup, total, 0.01) for s in range(total + 1)]
    assert got == pytest.approx(rates_of(make, total + 1), abs=1e-12)
    assert got[0] == pytest.approx(0.7 / warmup)
    assert got[warmup - 1] == pytest.approx(0.7)
    assert got[warmup] == pytest.approx(0.7)


def test_no_warm_up_is_a_cosine() -> None:
    for step in range(9):
        rate = schedules.warmup_cosine_lr(step, 0.7, 0, 8)
        assert rate == schedules.cosine_lr(step, 0.7, 8)


@pytest.mark.parametrize("total", [5, 10, 37, 100])
@pytest.mark.parametrize(("start", "div", "final"), [(0.3, 25, 1e4), (0.5, 10, 100), (0.21, 4, 2)])
def test_one_cycle_lr_is_torchs(total: int, start: float, div: float, final: float) -> None:
    def make(optimizer: Any) -> Any:
        return theirs.OneCycleLR(optimizer, 0.7, total, pct_start=start, div_factor=div,
                                 final_div_factor=final)  # fmt: skip

    got = [schedules.one_cycle_lr(s, 0.7, total, start, div, final) for s in range(total)]
    assert got == pytest.approx(rates_of(make, total), abs=1e-12)


def test_one_cycle_where_torch_divides_by_zero() -> None:
    assert schedules.one_cycle_lr(0, 1.0, 2, 0.5) == 1.0
    assert schedules.one_cycle_lr(1, 1.0, 2, 0.5) == pytest.approx(1 / 25e4)


def rates_after(metrics: list[float], lr: tuple[float, ...], **settings: Any) -> list[list[float]]:
    """The rates of all groups after each metric, by torch's own."""
    groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": rate} for rate in lr]
    optimizer = torch.optim.SGD(groups, lr=0.1)
    plateau = theirs.ReduceLROnPlateau(optimizer, **settings)
    rates = []
    for metric in metrics:
        plateau.step(metric)
        rates.append([group["lr"] for group in optimizer.param_groups])
    return rates


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("settings", [{}, {"patience": 0}, {"patience": 2, "factor": 0.5},
    {"patience": 1, "threshold": 0.1, "min_lr": 0.02}])  # fmt: skip
def test_plateau_is_torchs(mode: str, settings: dict[str, Any]) -> None:
    for seed in range(5):
        draw = random.Random(seed)
        metrics = [1 + draw.choice([0, 0, 0.05, -0.2, 0.5]) * draw.random() for _ in range(60)]
        for given in (metrics, sorted(metrics), sorted(metrics, reverse=True), [1.0] * 60):
            run: dict[str, Any] = {"lr": (0.1, 0.03), "mode": mode, **settings}
            want = rates_after(given, **run)
            got = watched(schedules.ReduceOnPlateau, given, **run)
            assert [x for row in got for x in row] == pytest.approx([x for r in want for x in r])


def test_plateau_goes_on_from_its_state() -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    first = schedules.ReduceOnPlateau(optimizer, patience=1)
    first.step(0.5)
    first.step(0.6)
    second = schedules.ReduceOnPlateau(optimizer, patience=1)
    second.load_state_dict(first.state_dict())
    second.step(0.7)
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_set_lr_reaches_every_group() -> None:
    optimizer = torch.optim.SGD([{"params": [nn.Parameter(torch.zeros(1))]} for _ in "ab"], lr=1)
    schedules.set_lr(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.25]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: schedules.step_lr(-1, 0.1, 3), "step must be .* got -1"),
        (lambda: schedules.step_lr(1, 0.1, 0), "step_size must be .* got 0"),
        (lambda: schedules.cosine_lr(1, 0.1, 0), "total_steps must be .* got 0"),
        (lambda: schedules.cosine_lr(-0.5, 0.1, 9), "step must be .* got -0.5"),
        (lambda: schedules.warmup_cosine_lr(1, 0.1, -1, 9), "warmup_steps must be .* got -1"),
        (lambda: schedules.warmup_cosine_lr(1, 0.1, 9, 9), "total_steps must be .* got 9"),
        (lambda: schedules.one_cycle_lr(10, 0.1, 10), "step must be from 0 to 9, got 10"),
        (lambda: schedules.one_cycle_lr(1, 0.1, 10, 1.0), "pct_start must be .* got 1.0"),
        (lambda: schedules.ReduceOnPlateau(None, "least"), "mode must be .* got 'least'"),
        (lambda: schedules.ReduceOnPlateau(None, factor=1), "factor must be .* got 1"),
        (lambda: schedules.ReduceOnPlateau(None, patience=-1), "patience must be .* got -1"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
