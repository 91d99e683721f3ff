"""What a training run looked like, epoch by epoch, and how right answers are counted.

`cvlib.train` gives all of this too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor
from torch.optim import Optimizer


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
