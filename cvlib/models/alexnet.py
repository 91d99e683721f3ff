"""AlexNet (Krizhevsky, Sutskever and Hinton, 2012): the network that won ImageNet by far."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

# Channels of the five convolutions.
ONE_GPU = (64, 192, 384, 256, 256)  # Krizhevsky (2014), torchvision's: 61,100,840 parameters
PAPER = (96, 256, 384, 384, 256)  # 2012, its two halves not kept apart: 62,378,344 parameters


class AlexNet(nn.Module):
    """AlexNet in the form of Krizhevsky (2014), "One weird trick", which torchvision has too.

    (N, 3, H, W) → logits (N, num_classes). 224 pixels with padding 2 in the first layer, or 227
    without: both give 55×55, 227 *with* padding doesn't. At least 63 pixels.

    | layer | output at 224 |
    |---|---|
    | conv 11×11, stride 4, padding 2; pool 3, stride 2 | (64, 55, 55) → (64, 27, 27) |
    | conv 5×5; pool 3, stride 2 | (192, 27, 27) → (192, 13, 13) |
    | conv 3×3, three times; pool 3, stride 2 | (256, 13, 13) → (256, 6, 6) |
    | 9216 → 4096 → 4096 → classes, dropout before the first two | |

    Left out: local response normalisation, which VGG found useless, and the groups that split
    three layers between two GPUs.

    Args:
        num_classes: numbers that come out.
        channels: of the five convolutions; `PAPER` gives 2012's.

    In training mode half of the inputs of two layers are dropped. Attribute names are
    torchvision's, so its state dict loads. Raises ValueError unless there are five channel counts.
    Source: Krizhevsky et al. (2012), figure 2. Checked against torchvision's alexnet.
    """

    def __init__(self, num_classes: int = 1000, channels: Sequence[int] = ONE_GPU) -> None:
        super().__init__()
        if len(channels) != 5:
            raise ValueError(f"channels must be five numbers, got {channels!r}")
        c1, c2, c3, c4, c5 = channels
        self.features = nn.Sequential(
            nn.Conv2d(3, c1, 11, stride=4, padding=2),  # (N, C1, 55, 55)
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),  # (N, C1, 27, 27)
            nn.Conv2d(c1, c2, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),  # (N, C2, 13, 13)
            nn.Conv2d(c2, c3, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(c3, c4, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(c4, c5, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),  # (N, C5, 6, 6)
        )
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Dropout(),
            nn.Linear(c5 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))  # (N, C5, 6, 6)
        return self.classifier(torch.flatten(x, 1))  # (N, num_classes)
