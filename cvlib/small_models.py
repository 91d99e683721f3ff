"""Networks of a few numbers, with batches and optimizers, on which training code is tried out.

Each maker returns the arguments of one call as a tuple, for `check.case_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FEATURES, CLASSES = 4, 3

Batches = list[tuple[Tensor, Tensor]]


class SmallNet(nn.Module):
    """Two linear layers around a batch normalisation: (N, 4) → logits (N, 3).

    Batch normalisation makes training and evaluation mode differ. The buffer `followed` counts
    the forward passes that autograd had to follow.
    """

    followed: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(FEATURES, 6)
        self.norm = nn.BatchNorm1d(6)
        self.last = nn.Linear(6, CLASSES)
        self.register_buffer("followed", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        self.followed += int(torch.is_grad_enabled())
        return self.last(torch.relu(self.norm(self.first(x))))  # (N, 3)


def make_batches(sizes: Sequence[int], seed: int) -> Batches:
    """Batches (images (N, 4), labels (N,)), each of another brightness and spread."""
    generator = torch.Generator().manual_seed(seed)
    batches = []
    for number, size in enumerate(sizes):
        images = torch.randn(size, FEATURES, generator=generator) * (1 + number) + number
        batches.append((images, torch.randint(CLASSES, (size,), generator=generator)))
    return batches


def make_model(seed: int, training: bool) -> SmallNet:
    """A small net that has already seen something, in the mode that was asked for."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = SmallNet()
        model(3 * torch.randn(20, FEATURES) + 1)  # running statistics
    model.followed.zero_()
    return model.train(training)


def one_step(
    seed: int, samples: int = 8, training: bool = False, smoothing: float = 0.0
) -> tuple[Any, ...]:
    """Arguments for a training step: model, batch, loss function, optimizer.

    Gradients of an earlier batch still lie in the parameters. The loss is cross-entropy, with
    labels smoothed as asked for.
    """
    model = make_model(seed, training)
    before, batch = make_batches([10, samples], seed)
    F.cross_entropy(model(before[0]), before[1]).backward()
    model.followed.zero_()
    loss_fn = partial(F.cross_entropy, label_smoothing=smoothing)
    return model, batch, loss_fn, torch.optim.SGD(model.parameters(), lr=0.5)


def one_measurement(
    seed: int, sizes: Sequence[int] = (6, 6, 1), training: bool = True
) -> tuple[Any, ...]:
    """Arguments for a measurement: model, and a loader with batches of these sizes.

    In every second batch the labels are what the model says, so that batches differ in accuracy.
    """
    model = make_model(seed, training)
    batches = make_batches(sizes, seed)
    for number, (images, labels) in enumerate(batches):
        if number % 2:
            with torch.no_grad():
                labels.copy_(model.eval()(images).argmax(dim=1))
    model.train(training)
    return model, batches


def one_experiment(seed: int, epochs: int = 1) -> tuple[Any, ...]:
    """Arguments for a whole experiment: model, training and held-out batches, optimizer, epochs."""
    model = make_model(seed, training=True)
    batches = make_batches([8, 5, 7, 6, 3], seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    return model, batches[:2], batches[2:], optimizer, epochs


def one_to_count(kind: str, *rest: Any) -> tuple[Any, ...]:
    """Arguments for a count: a module of this kind, then the rest.

    Args:
        kind: "plain", "frozen" (its first layer), "shared" (one layer in two places), "bare" (a
            parameter outside of any layer), or "empty" (no parameters at all).
    """
    shared = nn.Linear(4, 4)
    modules: dict[str, nn.Module] = {
        "plain": SmallNet(),
        "frozen": SmallNet(),
        "shared": nn.Sequential(shared, nn.ReLU(), shared, nn.Linear(4, 2, bias=False)),
        "bare": nn.Sequential(nn.PReLU(3), nn.Sequential(nn.Conv2d(3, 5, 3), nn.PReLU())),
        "empty": nn.Sequential(nn.ReLU(), nn.Flatten()),
    }
    if kind not in modules:
        raise ValueError(f"kind must be one of {', '.join(modules)}, got {kind!r}")
    if kind == "frozen":
        modules["frozen"].first.requires_grad_(False)
    return modules[kind], *rest
