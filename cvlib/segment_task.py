"""Pictures to segment, small enough to train on in seconds: a disc and a hair on noisy ground.

The hair is one pixel thin: a few per cent of a picture, and all of it boundary.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least

CLASSES = ("ground", "disc", "hair")
SIZE, NOISE = 32, 0.25
LEVELS = (0.3, 0.6, 0.9)  # how bright each class is, before noise
SCENES, BATCH = 24, 6  # to train on


def scenes(count: int, seed: int = 0, size: int = SIZE) -> tuple[Tensor, Tensor]:
    """Pictures and their labels: the same seed gives the same ones.

    Args:
        count: how many, at least 1.
        size: height and width in pixels, at least 8.

    Returns:
        images (N, 1, size, size), about 0 … 1 with noise; labels (N, size, size): 0, 1 or 2.

    Raises:
        ValueError: count or size too small.
    """
    require_at_least(1, count=count)
    require_at_least(8, size=size)
    generator = torch.Generator().manual_seed(seed)
    y = torch.arange(size).reshape(1, -1, 1).float()  # (1, size, 1)
    x = y.transpose(1, 2)  # (1, 1, size)
    draw = torch.rand(5, count, 1, 1, generator=generator)  # five numbers for each picture
    row, column = size * (0.25 + 0.5 * draw[:2])
    radius = size * (0.12 + 0.1 * draw[2])
    start, slope = size * draw[3], 1.2 * (draw[4] - 0.5)
    labels = torch.zeros(count, size, size, dtype=torch.long)
    labels[(y - row) ** 2 + (x - column) ** 2 <= radius**2] = 1
    labels[(y - (start + slope * (x - size / 2))).abs() <= 0.5] = 2
    noise = torch.randn(count, size, size, generator=generator)
    images = torch.tensor(LEVELS)[labels] + NOISE * noise
    return images[:, None], labels


def train_segmenter(
    loss_fn: Callable[[Tensor, Tensor], Tensor], steps: int = 100, seed: int = 0
) -> nn.Module:
    """A small network of three convolutions, trained on SCENES scenes with a loss of your choice.

    Args:
        loss_fn: (logits (N, 3, H, W), labels (N, H, W)) → loss.
        steps: of Adam, BATCH scenes each; 100 take about a second.
        seed: of the network's start and of the scenes.

    Returns:
        The network, (N, 1, H, W) → (N, 3, H, W) logits.
    """
    require_at_least(1, steps=steps)
    images, labels = scenes(SCENES, seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(
            nn.Conv2d(1, 12, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(12, 12, 5, padding=2),
            nn.ReLU(),
            nn.Conv2d(12, len(CLASSES), 5, padding=2),
        )
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for step in range(steps):
        batch = torch.arange(step * BATCH, (step + 1) * BATCH) % SCENES  # (BATCH,)
        loss = loss_fn(net(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net


def overlaps(prediction: Tensor, labels: Tensor) -> dict[str, float]:
    """IoU of each class over all pixels of a batch: name → 0 … 1; NaN for a class in neither."""
    found = {}
    for number, name in enumerate(CLASSES):
        ours, true = prediction == number, labels == number
        union = (ours | true).sum().item()
        found[name] = (ours & true).sum().item() / union if union else float("nan")
    return found
