"""ResNet (He, Zhang, Ren and Sun, 2015): layers learn what to add, y = F(x) + x.

Shortcut → two blocks → network → the five sizes. Attribute names are torchvision's, so that its
state dicts load.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least


def shortcut_kind(in_channels: int, out_channels: int, stride: int) -> str:
    """ "identity" where input and output of a block have the same shape, else "projection".

    A projection is a 1×1 convolution with the block's stride and batch normalisation: it is
    needed when the channels change, when the size changes, or both.

    Raises:
        ValueError: an argument below 1.

    Source: He et al. (2015), section 3.3, option B.
    """
    require_at_least(1, in_channels=in_channels, out_channels=out_channels, stride=stride)
    return "identity" if in_channels == out_channels and stride == 1 else "projection"


def projection(in_channels: int, out_channels: int, stride: int) -> nn.Sequential | None:
    """The layers of a shortcut: (N, in, H, W) → (N, out, H/S, W/S); None for the identity."""
    if shortcut_kind(in_channels, out_channels, stride) == "identity":
        return None
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False),
        nn.BatchNorm2d(out_channels),
    )


class BasicBlock(nn.Module):
    """Two convolutions 3×3 and a shortcut: the block of ResNet-18 and 34.

    (N, in_channels, H, W) → (N, channels, ⌈H/S⌉, ⌈W/S⌉). The first convolution has the stride. The
    ReLU after the second one comes after the addition. Convolutions have no bias: the batch
    normalisation that follows would subtract it again.

    Args:
        in_channels: channels of the input.
        channels: channels inside, and times `expansion` = 1 of the output.
        stride: 1 or 2.

    Train and evaluation mode differ by the batch normalisation only. Raises ValueError for an
    argument below 1. Source: He et al. (2015), figure 2. Checked against torchvision.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.downsample = projection(in_channels, channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))  # (N, C, H/S, W/S)
        out = self.bn2(self.conv2(out))  # (N, C, H/S, W/S)
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.relu(out + shortcut)


class Bottleneck(nn.Module):
    """1×1 down, 3×3, 1×1 up, and a shortcut: the block of ResNet-50, 101 and 152.

    (N, in_channels, H, W) → (N, 4·channels, ⌈H/S⌉, ⌈W/S⌉). The stride is on the 3×3, as in
    torchvision ("ResNet V1.5", Goyal et al., 2017); the paper had it on the first 1×1, which skips
    three of four positions. Arguments, modes and errors as `BasicBlock`, with `expansion` = 4.

    Source: He et al. (2015), figure 5. Checked against torchvision.
    """

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        out_channels = channels * self.expansion
        self.downsample = projection(in_channels, out_channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))  # (N, C, H, W)
        out = self.relu(self.bn2(self.conv2(out)))  # (N, C, H/S, W/S)
        out = self.bn3(self.conv3(out))  # (N, 4C, H/S, W/S)
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.relu(out + shortcut)


Block = type[BasicBlock] | type[Bottleneck]


class ResNet(nn.Module):
    """ResNet for photographs: stem, four stages of blocks, mean over positions, one layer.

    (N, 3, H, W) → logits (N, num_classes). Any size from 1 pixel on works; 224 is usual.

    | ResNet | block | layers | parameters | top-1 of torchvision's V1 weights |
    |---|---|---|---|---|
    | 18 | basic | 2, 2, 2, 2 | 11,689,512 | 69.8 % |
    | 34 | basic | 3, 4, 6, 3 | 21,797,672 | 73.3 % |
    | 50 | bottleneck | 3, 4, 6, 3 | 25,557,032 | 76.1 % |
    | 101 | bottleneck | 3, 4, 23, 3 | 44,549,160 | 77.4 % |
    | 152 | bottleneck | 3, 8, 36, 3 | 60,192,808 | 78.3 % |

    Args:
        block: `BasicBlock`, `Bottleneck`, or a class with their arguments and `expansion`.
        layers: how many blocks each of the four stages has. Every stage after the first begins
            with stride 2.
        num_classes: numbers that come out.
        zero_init_residual: start every block as the identity, by a last batch normalisation
            with weight 0 (Goyal et al., 2017).

    Train and evaluation mode differ by the batch normalisation only. Raises ValueError unless
    `layers` are four numbers of at least 1. Source: He et al. (2015), table 1. Checked against
    torchvision, all five.
    """

    def __init__(
        self,
        block: Block,
        layers: Sequence[int],
        num_classes: int = 1000,
        zero_init_residual: bool = False,
    ) -> None:
        super().__init__()
        if len(layers) != 4 or min(layers) < 1:
            raise ValueError(f"layers must be four numbers of at least 1, got {layers!r}")
        require_at_least(1, num_classes=num_classes)
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = stage(block, 64, 64, layers[0], stride=1)
        self.layer2 = stage(block, 64 * block.expansion, 128, layers[1], stride=2)
        self.layer3 = stage(block, 128 * block.expansion, 256, layers[2], stride=2)
        self.layer4 = stage(block, 256 * block.expansion, 512, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        initialise(self, zero_init_residual)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (N, 64, H/4, W/4)
        x = self.layer2(self.layer1(x))  # (N, 128·expansion, H/8, W/8)
        x = self.layer4(self.layer3(x))  # (N, 512·expansion, H/32, W/32)
        return self.fc(torch.flatten(self.avgpool(x), 1))  # (N, num_classes)


def stage(block: Block, in_channels: int, channels: int, blocks: int, stride: int) -> nn.Sequential:
    """Blocks in a row; the first has the stride: (N, in, H, W) → (N, C·expansion, H/S, W/S)."""
    first = block(in_channels, channels, stride)
    rest = [block(channels * block.expansion, channels) for _ in range(blocks - 1)]
    return nn.Sequential(first, *rest)


def initialise(model: nn.Module, zero_init_residual: bool) -> None:
    """He's rule for convolutions; batch normalisations start as weight 1, bias 0 by themselves."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
        if zero_init_residual and isinstance(layer, BasicBlock | Bottleneck):
            last = layer.bn3 if isinstance(layer, Bottleneck) else layer.bn2
            nn.init.zeros_(last.weight)


def resnet18(num_classes: int = 1000, zero_init_residual: bool = False) -> ResNet:
    """ResNet-18: 11,689,512 parameters at 1000 classes."""
    return ResNet(BasicBlock, (2, 2, 2, 2), num_classes, zero_init_residual)


def resnet34(num_classes: int = 1000, zero_init_residual: bool = False) -> ResNet:
    """ResNet-34: 21,797,672 parameters at 1000 classes."""
    return ResNet(BasicBlock, (3, 4, 6, 3), num_classes, zero_init_residual)


def resnet50(num_classes: int = 1000, zero_init_residual: bool = False) -> ResNet:
    """ResNet-50: 25,557,032 parameters at 1000 classes."""
    return ResNet(Bottleneck, (3, 4, 6, 3), num_classes, zero_init_residual)


def resnet101(num_classes: int = 1000, zero_init_residual: bool = False) -> ResNet:
    """ResNet-101: 44,549,160 parameters at 1000 classes."""
    return ResNet(Bottleneck, (3, 4, 23, 3), num_classes, zero_init_residual)


def resnet152(num_classes: int = 1000, zero_init_residual: bool = False) -> ResNet:
    """ResNet-152: 60,192,808 parameters at 1000 classes."""
    return ResNet(Bottleneck, (3, 8, 36, 3), num_classes, zero_init_residual)


REFERENCES = {"04": (shortcut_kind, projection, BasicBlock, Bottleneck, stage, ResNet)}
