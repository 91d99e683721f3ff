"""The facts in session 10's questions, computed: by torch, or by running what they ask about."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from cvlib import optim, schedules
from cvlib.landscapes import LANDSCAPES, path
from cvlib.quizzes import Question, find_question
from cvlib.quizzes.judge import judge_answer
from tests.quiz_facts import bank_of, right_text, slip_of, with_values

BANK = bank_of("10_optimizers_and_schedulers")


def one_step() -> float:
    weight = nn.Parameter(torch.tensor(3.0))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    (weight**2).backward()
    optimizer.step()
    return weight.item()


def added_gradient() -> float:
    w = torch.tensor(1.0, requires_grad=True)
    for _ in range(2):
        (3 * w).backward()
    assert w.grad is not None
    return w.grad.item()


def weight_gradient_shape() -> Any:
    layer = nn.Linear(64, 10)
    layer(torch.zeros(32, 64)).sum().backward()
    assert layer.weight.grad is not None
    return layer.weight.grad.shape


def velocity_shape() -> Any:
    layer = nn.Conv2d(3, 16, 5)
    optimizer = optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
    layer(torch.zeros(8, 3, 32, 32)).sum().backward()
    optimizer.step()
    return optimizer.state[layer.weight]["velocity"].shape


def moves(kind: Any, gradients: list[float], **settings: Any) -> list[float]:
    """How far a weight moves in each step, for given gradients."""
    weight = nn.Parameter(torch.zeros((), dtype=torch.float64))
    optimizer = kind([weight], **settings)
    moved = []
    for gradient in gradients:
        before = weight.item()
        weight.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        moved.append(before - weight.item())
    return moved


def decayed(kind: Any, start: float, steps: int, **settings: Any) -> float:
    weight = nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = kind([weight], **settings)
    for _ in range(steps):
        weight.grad = torch.zeros((), dtype=torch.float64)
        optimizer.step()
    return weight.item()


def adam_megabytes() -> float:
    weight = nn.Parameter(torch.zeros(1000))
    optimizer = torch.optim.Adam([weight])
    weight.grad = torch.ones(1000)
    optimizer.step()
    kept = sum(v.numel() for v in optimizer.state[weight].values() if isinstance(v, Tensor)) // 1000
    return kept * 10e6 * 4 / 1e6


def accumulated(share: float) -> float:
    """The length of four gradients of means, added up, over that of one mean of all."""
    torch.manual_seed(0)
    x, weight = torch.randn(64, 5), nn.Parameter(torch.ones(5))
    whole = torch.autograd.grad((x @ weight).mean(), weight)[0]
    for part in x.split(16):
        ((part @ weight).mean() / share).backward()
    assert weight.grad is not None
    return (weight.grad.norm() / whole.norm()).item()


def clipped_second() -> float:
    first, second = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
    first.grad, second.grad = torch.tensor([6.0]), torch.tensor([8.0])
    nn.utils.clip_grad_norm_([first, second], 5.0)
    return second.grad.item()


def falls_behind_epoch() -> int:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=2)
    for epoch in range(1, 9):
        plateau.step(1.0)
        if optimizer.param_groups[0]["lr"] < 1:
            return epoch
    raise AssertionError


ORACLES: dict[str, Callable[[], Any]] = {
    "10-one-step": one_step,
    "10-weight-grad-shape": weight_gradient_shape,
    "10-grad-adds": added_gradient,
    "10-scaled-twice": lambda: round(accumulated(1), 4),
    "10-top-speed": lambda: moves(torch.optim.SGD, [1.0] * 300, lr=0.01, momentum=0.9)[-1],
    "10-adam-memory": adam_megabytes,
    "10-correction": lambda: 0.9 * 0.1 + 0.1,
    "10-adamw-shrink": lambda: decayed(torch.optim.AdamW, 2.0, 10_000, lr=0.001, weight_decay=0.1),
    "10-clip-vector": clipped_second,
    "10-warmup-value": lambda: schedules.warmup_cosine_lr(60, 0.1, 10, 110),
    "10-plateau-count": falls_behind_epoch,
    "10-finder-rates": lambda: torch.logspace(-4, 0, 5)[2].item(),
    "10-velocity-shape": velocity_shape,
}

SLIPS: dict[tuple[str, str], Callable[[], float]] = {
    ("10-one-step", "3.6"): lambda: 3 + 0.1 * 6,
    ("10-one-step", "2.1"): lambda: 3 - 0.1 * 9,
    ("10-one-step", "2.7"): lambda: 3 - 0.1 * 3,
    ("10-top-speed", "0.019"): lambda: moves(torch.optim.SGD, [1.0, 1], lr=0.01, momentum=0.9)[1],
    ("10-clip-vector", "2.857"): lambda: 8 * 5 / 14,
    ("10-warmup-value", "0.043"): lambda: schedules.cosine_lr(60, 0.1, 110),
    ("10-finder-rates", "0.00398"): lambda: 1e-4 * 1e4 ** (2 / 5),
    ("10-adamw-shrink", "1.98"): lambda: decayed(
        torch.optim.AdamW, 2.0, 100, lr=0.001, weight_decay=0.1
    ),
}


@with_values(BANK)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    computed = SLIPS[question_id, text]()
    assert slip_of(question_id, text) == pytest.approx(computed, rel=0.02)


# Predictions --------------------------------------------------------------------------------------


def test_ravine_has_its_border_at_one() -> None:
    calm, hot = (path(torch.optim.SGD, "ravine", 40, lr=lr)[:, 1].abs() for lr in (0.95, 1.05))
    assert (calm[1:] < calm[:-1]).all()
    assert (hot[1:] > hot[:-1]).all()
    along = path(torch.optim.SGD, "ravine", 40, lr=15.0)[:, 0].abs()
    assert along[-1] < 1e-9
    assert right_text("10-ravine").startswith("0.95 zigzags")


def test_first_step_of_adam_has_the_length_of_the_rate() -> None:
    for gradient in (1e-6, 1000.0):
        assert moves(torch.optim.Adam, [gradient], lr=0.001)[0] == pytest.approx(0.001, rel=0.011)
    assert moves(torch.optim.Adam, [1e-6], lr=0.001)[0] == pytest.approx(0.00099, rel=1e-3)


def test_adam_swallows_the_decay() -> None:
    ends = [
        decayed(torch.optim.Adam, 1.0, 100, lr=0.001, weight_decay=d) for d in (1e-4, 1e-3, 0.1)
    ]
    assert [round(end, 4) for end in ends] == [0.9018, 0.9017, 0.9017]
    ends = [decayed(torch.optim.AdamW, 1.0, 100, lr=0.001, weight_decay=d) for d in (1e-4, 0.1)]
    assert ends == pytest.approx([0.99999, 0.99005], abs=1e-5)
    assert right_text("10-decay").startswith("At about 0.9")


def test_waves_of_t_max_100() -> None:
    rates = [schedules.cosine_lr(step, 0.1, 100) for step in range(750)]
    assert min(range(150), key=rates.__getitem__) == 100
    assert rates[200] == pytest.approx(0.1)
    assert "waves of 200" in right_text("10-t-max")


# Bugs and review ----------------------------------------------------------------------------------


def test_gradients_cleared_late_teach_nothing() -> None:
    weight = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    (weight**2).sum().backward()
    optimizer.zero_grad()
    optimizer.step()
    assert weight.item() == 1
    assert right_text("10-zero-late") == "It learns nothing at all."


def test_one_cycle_per_epoch_stays_at_its_beginning() -> None:
    rates = [schedules.one_cycle_lr(step, 0.1, 5000) for step in range(20)]
    assert max(rates) < 0.0041
    assert 0.3 * 5000 == 1500
    assert "0.004" in right_text("10-one-cycle-epoch")


def test_factor_of_the_warm_up_is_a_tensor_and_pi_is_short() -> None:
    factor = 0.5 * (1 + torch.cos(torch.tensor(3.14159) * 5 / 10))
    assert isinstance(0.1 * factor, Tensor)
    assert 0.5 * (1 + math.cos(3.14159)) == pytest.approx(1.8e-12, rel=0.1)


def test_one_cycle_refuses_what_is_behind_its_end_and_cosine_does_not() -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    one = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=10)
    for _ in range(10):
        optimizer.step()
        one.step()
    with pytest.raises(ValueError, match="Tried to step"):
        one.step()


def test_scaled_losses_leave_adam_and_clipped_sgd_alone() -> None:
    gradients = [0.3, -0.2, 0.5]
    scaled = [1000 * g for g in gradients]
    assert moves(torch.optim.Adam, gradients) == pytest.approx(
        moves(torch.optim.Adam, scaled), rel=1e-5
    )
    assert moves(torch.optim.SGD, gradients, lr=0.1) != moves(torch.optim.SGD, scaled, lr=0.1)
    right = {option.text for option in find_question("10-invariance").options if option.right}
    assert len(right) == 2


def test_sgd_lingers_at_the_saddle_and_adam_does_not() -> None:
    start = LANDSCAPES["saddle"].start
    assert abs(start[1]) == 0.001
    slow = path(torch.optim.SGD, "saddle", 30, lr=0.1)[-1, 1].abs()
    fast = path(torch.optim.Adam, "saddle", 30, lr=0.1)[-1, 1].abs()
    assert slow < 0.05
    assert fast > 0.5


def test_every_group_is_shown_and_every_option_explained() -> None:
    groups = {question.group for question in BANK.questions if question.kind != "prediction"}
    assert groups == {"10-recall", "10-bugs", "10-review"}
    assert len([q for q in BANK.questions if q.kind != "prediction"]) >= 20
    assert all(option.explanation for q in BANK.questions for option in q.options)
