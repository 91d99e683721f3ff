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
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from cvlib.conv_arithmetic import require_at_least
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


def accuracy(logits: Tensor, labels: Tensor) -> float:
    """Share of the rows whose largest logit is at the label: (N, K), (N,) → 0 … 1.

    Labels that are probabilities, (N, K), as MixUp makes them, count as their largest. Raises
    ValueError for an empty batch.
    """
    if not len(labels):
        raise ValueError("labels must not be empty: there is no accuracy of nothing")
    return count_right(logits, labels) / len(labels)


def count_right(logits: Tensor, labels: Tensor) -> int:
    """How many rows have their largest logit at the label: (N, K), (N,) or (N, K) → 0 … N."""
    if labels.dim() == 2:
        labels = labels.argmax(1)  # (N,)
    return int((logits.argmax(1) == labels).sum())


@torch.no_grad()
def evaluate(model: nn.Module, loader: Iterable[Batch]) -> float:
    """Accuracy over all samples of a loader, 0 … 1; a short last batch counts by its samples.

    The model runs in evaluation mode and without gradients, and has its own mode again afterwards.
    Raises ValueError if the loader gives no sample. Checked against scikit-learn's accuracy_score.
    """
    right, total = 0, 0
    with evaluating(model):
        for batch in loader:
            images, labels = (part.to(device_of(model)) for part in batch)
            right += count_right(model(images), labels)
            total += len(labels)
    if total == 0:
        raise ValueError("loader must give at least one sample, got none")
    return right / total


class Totals:
    """Loss and right answers, added up over samples."""

    def __init__(self) -> None:
        self.loss, self.right, self.samples = 0.0, 0, 0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """One batch, with the mean loss of its samples."""
        self.loss += loss.item() * len(labels)
        self.right += count_right(logits, labels)
        self.samples += len(labels)

    def means(self, loader: str) -> tuple[float, float]:
        """Loss and accuracy of a sample; ValueError, with the loader's name, if there was none."""
        if self.samples == 0:
            raise ValueError(f"{loader} must give at least one sample, got none")
        return self.loss / self.samples, self.right / self.samples


@dataclass
class History:
    """What a training run looked like: one number per epoch in every list.

    Attributes:
        train_loss, train_accuracy: means over the samples *while* the epoch changed the model, in
            training mode.
        val_loss, val_accuracy: at the end of the epoch, in evaluation mode.
        learning_rate: of the optimizer's first group, at the end of the epoch.
        seconds: of the epoch.
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    val_accuracy: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, trained: Totals, measured: Totals, optimizer: Optimizer, seconds: float) -> None:
        """One more epoch. Raises ValueError if a loader gave no sample."""
        train, held_out = trained.means("train_loader"), measured.means("val_loader")
        self.train_loss.append(train[0])
        self.train_accuracy.append(train[1])
        self.val_loss.append(held_out[0])
        self.val_accuracy.append(held_out[1])
        self.learning_rate.append(optimizer.param_groups[0]["lr"])
        self.seconds.append(seconds)

    @property
    def epochs(self) -> int:
        """Epochs that have been run to their end."""
        return len(self.seconds)

    @property
    def best_epoch(self) -> int:
        """The epoch, counted from 1, with the highest validation accuracy; the first of equals."""
        return self.val_accuracy.index(max(self.val_accuracy)) + 1


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


@torch.no_grad()
def measure(model: nn.Module, loader: Iterable[Batch], loss_fn: LossFunction) -> Totals:
    """Loss and accuracy over all samples of a loader, in evaluation mode; the model stays."""
    totals = Totals()
    with evaluating(model):
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


REFERENCES = (train_step, evaluate)
