"""Small networks, built as the large ones are, and pictures, to try transfer learning on."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHANNELS = 4
KINDS = ("small", "residual", "long", "frozen", "three layers", "headless")


def unit(in_channels: int = CHANNELS) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU: (N, in, H, W) → (N, 4, H, W)."""
    return nn.Sequential(
        nn.Conv2d(in_channels, CHANNELS, 3, padding=1), nn.BatchNorm2d(CHANNELS), nn.ReLU()
    )


class SmallNet(nn.Module):
    """`units` parts called features.0, features.1, …, then `head`: (N, 3, H, W) → (N, 5)."""

    def __init__(self, units: int, head: nn.Module) -> None:
        super().__init__()
        self.features = nn.Sequential(*(unit(CHANNELS if i else 3) for i in range(units)))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = head

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


class NamedLikeResNet(nn.Module):
    """conv1, bn1, layer1, layer2, fc: (N, 3, H, W) → (N, 5)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, CHANNELS, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(CHANNELS)
        self.layer1, self.layer2 = unit(), unit()
        self.fc = nn.Linear(CHANNELS, 5, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x)))))
        return self.fc(x.mean(dim=(2, 3)))


def network(kind: str) -> nn.Module:
    """A small network of one of KINDS, always with the same numbers, in training mode."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if kind == "residual":
            return NamedLikeResNet()
        head: nn.Module = nn.Sequential(nn.Dropout(0.2), nn.Linear(CHANNELS, 5))
        if kind == "three layers":
            head = nn.Sequential(nn.Linear(CHANNELS, 6), nn.ReLU(), nn.Linear(6, 5))
        if kind == "headless":
            head = nn.Identity()
        model = SmallNet(12 if kind == "long" else 3, head)
        if kind == "frozen":
            model.requires_grad_(False)
    return model


def pictures(count: int = 6) -> Tensor:
    """Pictures (N, 3, 6, 6), always the same, whose mean isn't 0."""
    return 2 + torch.randn(count, 3, 6, 6, generator=torch.Generator().manual_seed(1))
