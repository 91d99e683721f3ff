"""Two clouds of points, one of them rare: what does a loss make of that?

The clouds overlap, so nobody can tell them apart without mistakes. A classifier with one straight
border is trained to the very minimum of its loss: what is seen is the loss, not the training.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from cvlib.check import device
from cvlib.conv_arithmetic import require_at_least
from cvlib.data import cifar10
from cvlib.train import train_epoch

RARE, APART = 50, 1.5  # positives; how far the clouds' centres lie apart along each axis
STEPS = 60


class Found(NamedTuple):
    """How a classifier did; all from 0 to 1.

    Attributes:
        accuracy: share of right answers.
        recall: share of the positives that were found.
        precision: share of real ones among those called positive; 0 where none was.
        ranking: how often a random positive scores higher than a random negative (ROC AUC).
    """

    accuracy: float
    recall: float
    precision: float
    ranking: float


def clouds(ratio: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """50 positives, and `ratio` times as many negatives.

    Returns:
        points (N, 2), labels (N,): 1 for the rare ones, float32.

    Raises:
        ValueError: ratio below 1.
    """
    require_at_least(1, ratio=ratio)
    generator = torch.Generator().manual_seed(seed)
    negatives = torch.randn(ratio * RARE, 2, generator=generator)
    positives = torch.randn(RARE, 2, generator=generator) + APART
    labels = torch.cat([torch.zeros(ratio * RARE), torch.ones(RARE)])
    return torch.cat([negatives, positives]), labels


def fit_border(
    loss_fn: Callable[[Tensor, Tensor], Tensor], points: Tensor, labels: Tensor
) -> Tensor:
    """Logits of the straight border that makes a loss least, (N,).

    Args:
        loss_fn: (logits (N,), labels (N,)) → loss, a tensor with one number.
    """
    border = torch.zeros(3, requires_grad=True)  # two slopes and a bias
    optimizer = torch.optim.LBFGS([border], max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = loss_fn(points @ border[:2] + border[2], labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    return (points @ border[:2] + border[2]).detach()


def judge(logits: Tensor, labels: Tensor, threshold: float = 0.0) -> Found:
    """Count how a classifier did that says yes above a threshold; (N,) and (N,)."""
    said, true = logits > threshold, labels == 1
    hits = (said & true).sum().item()
    ranks = logits.argsort().argsort().double() + 1  # (N,): 1 for the lowest
    rare, rest = true.sum().item(), (~true).sum().item()
    ranking = (ranks[true].sum().item() - rare * (rare + 1) / 2) / (rare * rest)
    accuracy = (said == true).double().mean().item()
    return Found(accuracy, hits / rare, hits / max(1, said.sum().item()), ranking)


Pictures = tuple[Tensor, Tensor]  # images (N, C, H, W), labels (N,)


def long_tail(images: Tensor, labels: Tensor, keep: float) -> Pictures:
    """Take samples away: class 0 keeps all, each further class `keep` times as many.

    Args:
        images, labels: (N, C, H, W) and (N,); labels from 0 on.
        keep: share of the class before, above 0 and at most 1.

    Raises:
        ValueError: keep out of range.
    """
    if not 0 < keep <= 1:
        raise ValueError(f"keep must be above 0 and at most 1, got {keep}")
    first = int((labels == 0).sum())
    chosen = torch.cat(
        [(labels == k).nonzero()[: int(first * keep**k), 0] for k in range(int(labels.max()) + 1)]
    )
    return images[chosen], labels[chosen]


def train_on(
    images: Tensor, labels: Tensor, loss_fn: Callable[[Tensor, Tensor], Tensor], epochs: int
) -> nn.Module:
    """A small network for ten classes, trained from the same start each time.

    Runs on the GPU where there is one. With colours it is wider, for photographs.
    """
    require_at_least(1, epochs=epochs)
    channels = images.shape[1]
    width = 24 if channels == 1 else 64
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, width, 3),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(4 * width, 10),
        ).to(device())
        optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
        batches = DataLoader(TensorDataset(images, labels), 32, shuffle=True)
        for _ in range(epochs):
            train_epoch(net, batches, optimizer, loss_fn)
    return net


def recalls(net: nn.Module, images: Tensor, labels: Tensor) -> list[float]:
    """Share of each class's samples that a classifier gets right, 0 … 1."""
    with torch.no_grad():
        parts = images.split(500)
        answers = torch.cat([net(part.to(device())).argmax(dim=1).cpu() for part in parts])
    return [(answers[labels == k] == k).float().mean().item() for k in range(int(labels.max()) + 1)]


def photographs() -> tuple[Pictures, Pictures] | None:
    """CIFAR-10 as tensors, to learn from and held out; None, and a sentence, without a network."""
    try:
        sets = [cifar10(train=part) for part in (True, False)]
    except ConnectionError as error:
        print(error)
        return None
    whole = [next(iter(DataLoader(s, len(s)))) for s in sets]
    return (whole[0][0], whole[0][1]), (whole[1][0], whole[1][1])
