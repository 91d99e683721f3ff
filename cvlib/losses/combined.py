"""Sums of losses: with weights that are chosen, and with weights that are learned."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cvlib.losses.classification import cross_entropy
from cvlib.losses.overlap import dice_loss


class CombinedLoss(nn.Module):
    """(1 − λ) · cross-entropy + λ · Dice per image, both without the ignored pixels.

    Args:
        dice_weight: λ, from 0 to 1.
        ignore_index: target of the pixels that do not count, inside or outside 0 … K − 1.

    Shape: logits (N, K, …), *not* probabilities, and targets (N, …), whole numbers → (). Where
    every pixel is ignored the loss is 0, and so is its gradient; the mean of nothing would be
    NaN. No parameters; the same in training and in evaluation.

    Raises:
        ValueError: dice_weight out of range; in a call, shapes or classes that do not fit.

    Source: the usual mixture, for instance Isensee et al. (2021). Checked against torch's
    cross-entropy plus Dice.
    """

    def __init__(self, dice_weight: float = 0.5, ignore_index: int = -100) -> None:
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight must be from 0 to 1, got {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        if not (targets != self.ignore_index).any():
            return 0 * logits.sum()
        entropy = cross_entropy(logits, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, ignore_index=self.ignore_index)
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice


class LearnedWeights(nn.Module):
    """A sum of task losses that learns how much each counts: Σ exp(−sᵢ) · lossᵢ + sᵢ.

    exp(−s) is the weight; the lonely s keeps all weights from shrinking to 0. At the best s the
    weight of a loss is 1 / loss: every task ends up with a weighted loss of 1.

    Args:
        num_losses: how many, at least 1.

    Shape: (num_losses,), losses that are at least 0 → (). The s start at 0; state: `log_scales`.

    Raises:
        ValueError: num_losses below 1, or another number of losses.

    Source: Kendall, Gal and Cipolla (2018), with the factors of ½ left out.
    """

    def __init__(self, num_losses: int) -> None:
        super().__init__()
        if num_losses < 1:
            raise ValueError(f"num_losses must be at least 1, got {num_losses}")
        self.log_scales = nn.Parameter(torch.zeros(num_losses))

    def forward(self, losses: Tensor) -> Tensor:
        if losses.shape != self.log_scales.shape:
            shape = tuple(losses.shape)
            raise ValueError(f"losses must have shape ({len(self.log_scales)},), got {shape}")
        return (torch.exp(-self.log_scales) * losses + self.log_scales).sum()


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"09": (CombinedLoss,)}
