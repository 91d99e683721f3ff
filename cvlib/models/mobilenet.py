"""MobileNetV1 (Howard et al., 2017): a convolution in two cheap steps."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# (channels, stride) of the thirteen blocks after the stem. The paper's table 1.
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2),
          (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1))  # fmt: skip


class DepthwiseSeparable(nn.Module):
    """Depthwise 3×3 (each channel by itself), then pointwise 1×1 (channels mixed).

    (N, in_channels, H, W) → (N, out_channels, ⌈H/S⌉, ⌈W/S⌉). Batch normalisation and ReLU follow
    each. Of the work of a full 3×3 with C outputs the share 1/C + 1/9 remains. Train and evaluation
    mode differ by the batch normalisation only.

    Source: Howard et al. (2017), figure 3 and equation 5. Checked against torch's functions.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            in_channels, in_channels, 3, stride, padding=1, groups=in_channels, bias=False
        )
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.depthwise(x)))  # (N, C, H/S, W/S)
        return self.relu(self.bn2(self.pointwise(x)))  # (N, O, H/S, W/S)


class MobileNetV1(nn.Module):
    """Stem, thirteen depthwise separable blocks, mean over positions, one layer.

    (N, in_channels, H, W) → logits (N, num_classes), for any size from 1 pixel on.

    | width | parameters | MACs at 224 | top-1 (paper) |
    |---|---|---|---|
    | 1.0 | 4,231,976 | 569 M | 70.6 % |
    | 0.75 | 2,585,560 | 325 M | 68.4 % |
    | 0.5 | 1,331,592 | 149 M | 63.7 % |
    | 0.25 | 470,072 | 41 M | 50.6 % |

    Args:
        num_classes: numbers that come out.
        width: factor on all channels, above 0 ("α" in the paper).
        in_channels: 3 for colour, 1 for grey.

    Raises:
        ValueError: a width that leaves no channel.

    Source: Howard et al. (2017), tables 1 and 6. Checked against the paper's counts.
    """

    def __init__(self, num_classes: int = 1000, width: float = 1.0, in_channels: int = 3) -> None:
        super().__init__()
        if int(32 * width) < 1:
            raise ValueError(f"width must leave at least 1 of 32 channels, got {width}")
        channels = int(32 * width)
        self.stem = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )
        blocks = []
        for wide, stride in BLOCKS:
            out_channels = int(wide * width)
            blocks.append(DepthwiseSeparable(channels, out_channels, stride))
            channels = out_channels
        self.blocks = nn.Sequential(*blocks)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.stem(x))  # (N, 1024·width, H/32, W/32)
        return self.fc(torch.flatten(self.avgpool(x), 1))  # (N, num_classes)
