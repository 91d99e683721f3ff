"""A training loop that can be read in one go.

    history = fit(model, train_loader, val_loader, epochs=10,
                  optimizer=torch.optim.Adam(model.parameters()), loss_fn=F.cross_entropy)
    plot_history(history)

One step → accuracy → the loop. What is shown meanwhile lies in `cvlib.training_plots`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Sized
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from cvlib.conv_arithmetic import require_at_least
from cvlib.history import History, Totals, accuracy, count_right
from cvlib.modes import evaluating
from cvlib.training_plots import Display, plot_history

__all__ = [
    "History",
    "accuracy",
    "count_right",
    "device_of",
    "evaluate",
    "fit",
    "measure",
    "plot_history",
    "seed_everything",
    "train_epoch",
    "train_step",
]

Batch = tuple[Tensor, Tensor] | list[Tensor]
LossFunction = Callable[[Tensor, Tensor], Tensor]


def seed_everything(seed: int) -> None:
    """Start the random numbers of Python, NumPy and torch (CPU and GPU) at the same place.

    On a CPU the same program then gives the same numbers. Some GPU kernels add in any order, and
    their last digits still differ.
    """
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def device_of(model: nn.Module) -> torch.device:
    """Where a model's first parameter lies; a model without any is on the CPU."""
    return next((p.device for p in model.parameters()), torch.device("cpu"))


def train_step(
    model: nn.Module, batch: Batch, loss_fn: LossFunction, optimizer: Optimizer
) -> float:
    """Learn from one batch: forward, loss, backward, one step of the optimizer.

    Args:
        model: is put into training mode and stays there.
        batch: (images, labels); moved to the model's device.
        loss_fn: (logits, labels) → loss, a tensor with one number.
        optimizer: of the model's parameters. Gradients left from before are dropped.

    Returns:
        The loss on this batch before the step.

    Checked against the same step written out with autograd and SGD's formula.
    """
    images, labels = (part.to(device_of(model)) for part in batch)
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.item()


def evaluate(model: nn.Module, loader: Iterable[Batch]) -> float:
    """Accuracy over all samples of a loader, 0 … 1; a short last batch counts by its samples.

    The model runs in evaluation mode and without gradients, and has its own mode again afterwards.
    Raises ValueError if the loader gives no sample. Checked against scikit-learn's accuracy_score.
    """
    right, total = 0, 0
    with evaluating(model), torch.no_grad():
        for batch in loader:
            images, labels = (part.to(device_of(model)) for part in batch)
            right += count_right(model(images), labels)
            total += len(labels)
    if total == 0:
        raise ValueError("loader must give at least one sample, got none")
    return right / total


def train_epoch(
    model: nn.Module,
    loader: Iterable[Batch],
    optimizer: Optimizer,
    loss_fn: LossFunction,
    schedule: Any = None,
    after_batch: Callable[[int], None] = lambda number: None,
) -> Totals:
    """Learn from every batch of a loader once, and say how it went; `fit` does the rest.

    Args:
        after_batch: is called after each batch with its number, counted from 1.
        model, loader, optimizer, loss_fn, schedule: as for `fit`.
    """
    totals = Totals()
    model.train()
    for number, batch in enumerate(loader, start=1):
        images, labels = (part.to(device_of(model)) for part in batch)
        optimizer.zero_grad()
        logits = model(images)
        loss = loss_fn(logits, labels)
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        totals.add(loss, logits, labels)
        after_batch(number)
    return totals


def measure(model: nn.Module, loader: Iterable[Batch], loss_fn: LossFunction) -> Totals:
    """Loss and accuracy over all samples of a loader, in evaluation mode; the model stays."""
    totals = Totals()
    with evaluating(model), torch.no_grad():
        for batch in loader:
            images, labels = (part.to(device_of(model)) for part in batch)
            logits = model(images)
            totals.add(loss_fn(logits, labels), logits, labels)
    return totals


def fit(
    model: nn.Module,
    train_loader: Iterable[Batch],
    val_loader: Iterable[Batch],
    epochs: int,
    optimizer: Optimizer,
    loss_fn: LossFunction,
    schedule: Any = None,
    device: torch.device | str | None = None,
    progress: bool = True,
) -> History:
    """Train a model, and measure it on held-out data after each epoch.

    Args:
        model: is changed in place, and is in training mode at the end.
        train_loader: batches (images, labels), in a new order each time it is gone through.
        val_loader: batches to measure on; it may not be empty.
        epochs: how often to go through train_loader, at least 1.
        optimizer: of the model's parameters.
        loss_fn: (logits, labels) → mean loss of the batch.
        schedule: a torch learning-rate scheduler. Its `step()` is called after each *batch*, so
            its lengths (T_max, total_steps, step_size) count batches, not epochs.
        device: where to train; by default where the model is.
        progress: show a bar and growing curves; in a terminal one line per epoch.

    Returns:
        The numbers of every epoch.

    Raises:
        ValueError: epochs below 1, or a loader that gives nothing.
    """
    require_at_least(1, epochs=epochs)
    if device is not None:
        model.to(device)
    history = History()
    display = Display(history, epochs, length_of(train_loader), progress)
    for _ in range(epochs):
        start = time.perf_counter()
        trained = train_epoch(
            model, train_loader, optimizer, loss_fn, schedule, display.after_batch
        )
        measured = measure(model, val_loader, loss_fn)
        history.add(trained, measured, optimizer, time.perf_counter() - start)
        display.after_epoch()
    return history


def length_of(loader: Iterable[Batch]) -> int | None:
    """Number of batches, where the loader knows it."""
    return len(loader) if isinstance(loader, Sized) else None


REFERENCES = {"03": (train_step, evaluate)}
