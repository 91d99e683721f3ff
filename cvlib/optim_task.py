"""Small nets, small data and an optimizer of the course's own, for short runs.

One pair in float64 for runs that are compared step by step, and one with everything that a run has
to keep: dropout, BatchNorm, shuffled batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from cvlib.check.cases import device
from cvlib.optimizer_base import Group, Optimizer, State


def small_net(seed: int = 0) -> nn.Sequential:
    """Two linear layers with a tanh between them, 6 → 5 → 3, in float64."""
    generator = torch.Generator().manual_seed(seed)
    net = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 3)).double()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) / 2)
    return net.to(device())


def small_task(seed: int = 1) -> tuple[Tensor, Tensor]:
    """Sixteen points (16, 6) in float64 and their three classes (16,)."""
    points = torch.randn(16, 6, generator=torch.Generator().manual_seed(seed)).double()
    return points.to(device()), torch.arange(16, device=device()) % 3


def dropout_net(seed: int = 0) -> nn.Sequential:
    """6 → 8 → 3 with BatchNorm and dropout: its losses hang on everything a run has to keep."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.25), nn.Linear(8, 3)
        return nn.Sequential(*layers)


def batches(seed: int = 0) -> tuple[Any, Any]:
    """Loaders over 20 points: shuffled in batches of 8, 8 and 4, and held out in one of 16."""
    generator = torch.Generator().manual_seed(2)
    points = torch.randn(36, 6, generator=generator)
    data = torch.utils.data.TensorDataset(points, torch.arange(36) % 3)
    learn, held_out = (torch.utils.data.Subset(data, part) for part in (range(20), range(20, 36)))
    shuffling = torch.Generator().manual_seed(seed)
    loader = torch.utils.data.DataLoader(learn, 8, shuffle=True, generator=shuffling)
    return loader, torch.utils.data.DataLoader(held_out, 16)


class Momentum(Optimizer):
    """What the course's own runs use, so that they need no answer of yours."""

    def update(self, parameter: Tensor, gradient: Tensor, state: State, group: Group) -> None:
        """v ← 0.9 v + g + decay · w; w ← w − lr · v."""
        old = state.get("velocity", torch.zeros_like(parameter))
        state["velocity"] = 0.9 * old + gradient + group["weight_decay"] * parameter
        parameter -= group["lr"] * state["velocity"]


def numbered(parameters: Iterator[nn.Parameter]) -> Tensor:
    """All parameters as one vector."""
    return torch.cat([p.detach().flatten() for p in parameters])
