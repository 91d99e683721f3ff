"""The learning-rate finder (Smith, 2017): raise the rate in every step, and watch the loss.

rates, losses = lr_find(model, loader, optimizer)
show_lines({"loss": losses}, rates, …)      # take a tenth of the rate at the lowest point
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any

import torch.nn.functional as F
from torch import nn

from cvlib.conv_arithmetic import require_at_least
from cvlib.schedules import set_lr
from cvlib.train import Batch, LossFunction, device_of

DIVERGED = 4  # times the smallest loss so far: from there on the curve tells nothing


def lr_find(
    model: nn.Module,
    loader: Iterable[Batch],
    optimizer: Any,
    lowest: float = 1e-5,
    highest: float = 1.0,
    steps: int = 100,
    loss_fn: LossFunction = F.cross_entropy,
) -> tuple[list[float], list[float]]:
    """Losses over learning rates that grow by the same factor in every step.

    Args:
        model, optimizer: are trained on the way, and put back to where they were.
        loader: batches (images, labels); begins anew when it has been gone through.
        lowest, highest: rates of the first and of the last step, 0 < lowest < highest.
        steps: at least 2.
        loss_fn: (logits, labels) → mean loss of the batch.

    Returns:
        Rates, and the loss of each step *before* its change. They end early, with the loss that
        is more than 4 times the smallest one, or not a finite number.

    Raises:
        ValueError: rates that are not in order, or fewer than two steps.
    """
    require_at_least(2, steps=steps)
    if not 0 < lowest < highest:
        raise ValueError(f"0 < lowest < highest must hold, got lowest={lowest}, highest={highest}")
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict(), model.training))
    batches = chain.from_iterable(repeat(loader))
    rates: list[float] = []
    losses: list[float] = []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        set_lr(optimizer, rates[-1])
        losses.append(_learn(model, next(batches), optimizer, loss_fn))
        if not math.isfinite(losses[-1]) or losses[-1] > DIVERGED * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    optimizer.zero_grad()
    model.train(kept[2])
    return rates, losses


def _learn(model: nn.Module, batch: Batch, optimizer: Any, loss_fn: LossFunction) -> float:
    images, labels = (part.to(device_of(model)) for part in batch)
    loss = loss_fn(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


REFERENCES = {"10": (lr_find,)}
