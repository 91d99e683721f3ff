"""The small ResNets for 32×32 pixels (He et al., 2015, section 4.2), and their plain twins."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class CifarBlock(nn.Module):
    """Two convolutions 3×3; with a shortcut that has no parameters, or without any.

    (N, in_channels, H, W) → (N, channels, ⌈H/S⌉, ⌈W/S⌉). Where shapes change, the shortcut takes
    every S-th position and fills the new channels with zeros ("option A"): so a plain and a
    residual network have exactly the same parameters.
    """

    def __init__(self, in_channels: int, channels: int, stride: int, residual: bool) -> None:
        super().__init__()
        self.residual = residual
        self.stride = stride
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))  # (N, C, H/S, W/S)
        out = self.bn2(self.conv2(out))  # (N, C, H/S, W/S)
        if self.residual:
            shortcut = x[:, :, :: self.stride, :: self.stride]  # (N, in, H/S, W/S)
            new = out.shape[1] - x.shape[1]
            out = out + F.pad(shortcut, (0, 0, 0, 0, 0, new))  # (N, C, H/S, W/S)
        return F.relu(out)


class CifarResNet(nn.Module):
    """ResNet-20, 32, 44, 56 or 110 for small pictures, or the plain network of that depth.

    (N, in_channels, H, W) → logits (N, num_classes). Three stages with 16, 32 and 64 channels, each
    of n blocks: depth = 6n + 2. Works from 1 pixel on; made for 32.

    | depth | parameters (10 classes) | test error on CIFAR-10, residual (paper) |
    |---|---|---|
    | 20 | 269,722 | 8.75 % |
    | 32 | 464,154 | 7.51 % |
    | 56 | 853,018 | 6.97 % |

    Args:
        depth: 6n + 2, at least 8.
        num_classes: numbers that come out.
        residual: False leaves the shortcuts out and changes nothing else.
        in_channels: 3 for colour, 1 for grey.

    Train and evaluation mode differ by the batch normalisation only. Raises ValueError for another
    depth. Source: He et al. (2015), table 6. Checked against the paper's counts.
    """

    def __init__(
        self, depth: int, num_classes: int = 10, residual: bool = True, in_channels: int = 3
    ) -> None:
        super().__init__()
        if depth < 8 or depth % 6 != 2:
            raise ValueError(f"depth must be 8, 14, 20, … (6n + 2), got {depth}")
        self.conv1 = nn.Conv2d(in_channels, 16, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        blocks = []
        channels = 16
        for wide, first_stride in ((16, 1), (32, 2), (64, 2)):
            for number in range(depth // 6):
                stride = first_stride if number == 0 else 1
                blocks.append(CifarBlock(channels, wide, stride, residual))
                channels = wide
        self.blocks = nn.Sequential(*blocks)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(64, num_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(F.relu(self.bn1(self.conv1(x))))  # (N, 64, H/4, W/4)
        return self.fc(torch.flatten(self.avgpool(x), 1))  # (N, num_classes)
