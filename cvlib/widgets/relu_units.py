"""A layer of units that learn one target each: what the dying-ReLU simulator computes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

UNITS, BATCH = 16, 41


class Task(NamedTuple):
    """What the units start from and what they should learn, all float64."""

    inputs: Tensor  # (41,), from −2 to 2
    targets: Tensor  # (16, 41): for each unit the output of another, random ReLU unit
    weights: Tensor  # (16,), with the signs of those that made the targets


def make_task(seed: int) -> Task:
    """Targets and starting weights; the same seed gives the same."""
    random = np.random.default_rng(seed)
    signs = random.choice([-1.0, 1.0], UNITS)
    inputs = np.linspace(-2, 2, BATCH)
    weights, biases = signs * random.uniform(0.5, 2, UNITS), random.uniform(-0.5, 1, UNITS)
    targets = np.maximum(0, np.outer(weights, inputs) + biases[:, None])  # (16, 41)
    start = signs * random.uniform(0.2, 1.5, UNITS)
    return Task(*(torch.from_numpy(array.round(6)) for array in (inputs, targets, start)))


def pre_activations(task: Task, weights: Tensor, biases: Tensor) -> Tensor:
    """w·x + b of each unit for each input: (16,), (16,) → (16, 41)."""
    return weights[:, None] * task.inputs + biases[:, None]


def losses(task: Task, weights: Tensor, biases: Tensor, slope: float) -> Tensor:
    """Mean squared error of each unit over the batch, (16,). `slope` 0 is ReLU."""
    outputs = F.leaky_relu(pre_activations(task, weights, biases), slope)
    return (outputs - task.targets).square().mean(dim=1)


def descend(
    task: Task, weights: Tensor, biases: Tensor, slope: float, learning_rate: float
) -> tuple[Tensor, Tensor]:
    """Weights and biases after one step of gradient descent, each unit on its own loss."""
    weights, biases = (p.detach().clone().requires_grad_() for p in (weights, biases))
    # The units share no parameter, so that the gradient of the sum holds those of all.
    total = losses(task, weights, biases, slope).sum()
    gradients = torch.autograd.grad(total, (weights, biases))
    weights, biases = weights.detach(), biases.detach()
    return weights - learning_rate * gradients[0], biases - learning_rate * gradients[1]
