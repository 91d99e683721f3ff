"""EfficientNet-B0 … B7 (Tan and Le, 2019), from MBConv blocks.

Attribute names are torchvision's, so that its state dicts load.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least
from cvlib.models.mbconv import MBConv, conv_bn
from cvlib.models.scaling import VERSIONS, make_divisible

# (expand_ratio, kernel_size, stride, in_channels, out_channels, blocks) of B0's seven stages.
STAGES = ((1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3),
          (6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1))  # fmt: skip
DROP_PATH = 0.2  # of the last block; it grows in equal steps from 0 at the first


class EfficientNet(nn.Module):
    """Stem, seven stages of MBConv, 1×1, mean over positions, dropout, one layer.

    (N, 3, H, W) → logits (N, num_classes). Any size from 1 pixel on works; each version has been
    trained at its own.

    | version | width | depth | pixels | parameters | top-1 (paper) |
    |---|---|---|---|---|---|
    | b0 | 1.0 | 1.0 | 224 | 5,288,548 | 77.1 % |
    | b1 | 1.0 | 1.1 | 240 | 7,794,184 | 79.1 % |
    | b2 | 1.1 | 1.2 | 260 | 9,109,994 | 80.1 % |
    | b3 | 1.2 | 1.4 | 300 | 12,233,232 | 81.6 % |
    | b4 | 1.4 | 1.8 | 380 | 19,341,616 | 82.9 % |
    | b5 | 1.6 | 2.2 | 456 | 30,389,784 | 83.6 % |
    | b6 | 1.8 | 2.6 | 528 | 43,040,704 | 84.0 % |
    | b7 | 2.0 | 3.1 | 600 | 66,347,960 | 84.3 % |

    Args:
        version: "b0" … "b7".
        num_classes: numbers that come out.
        block: `MBConv`, or a class with its arguments.

    Train and evaluation mode differ by batch normalisation, dropout and stochastic depth. Raises
    ValueError for an unknown version. Source: Tan and Le (2019), tables 1 and 2. Checked against
    torchvision, all eight.
    """

    def __init__(
        self,
        version: str = "b0",
        num_classes: int = 1000,
        block: Callable[..., nn.Module] = MBConv,
    ) -> None:
        super().__init__()
        if version not in VERSIONS:
            raise ValueError(f"version must be one of {', '.join(VERSIONS)}, got {version!r}")
        require_at_least(1, num_classes=num_classes)
        width, depth, _, dropout = VERSIONS[version]
        total = sum(math.ceil(row[-1] * depth) for row in STAGES)
        stem = make_divisible(32 * width)
        parts: list[nn.Module] = [conv_bn(3, stem, 3, stride=2)]
        built = 0
        for expand_ratio, kernel_size, stride, narrow, wide, blocks in STAGES:
            channels, out_channels = make_divisible(narrow * width), make_divisible(wide * width)
            stage = nn.Sequential()
            for number in range(math.ceil(blocks * depth)):
                ahead = out_channels if number else channels
                step, drop = 1 if number else stride, DROP_PATH * built / total
                stage.append(block(ahead, out_channels, kernel_size, step, expand_ratio, drop))
                built += 1
            parts.append(stage)
        last = make_divisible(STAGES[-1][4] * width)
        self.features = nn.Sequential(*parts, conv_bn(last, 4 * last))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(nn.Dropout(dropout), nn.Linear(4 * last, num_classes))
        initialise(self)
        if version in ("b5", "b6", "b7"):
            set_batch_norm(self, eps=1e-3, momentum=0.01)

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))  # (N, 1280·width, 1, 1)
        return self.classifier(torch.flatten(x, 1))  # (N, num_classes)


def set_batch_norm(model: nn.Module, eps: float, momentum: float) -> None:
    """As in the weights of B5 … B7, which were trained with TensorFlow's settings."""
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps, layer.momentum = eps, momentum


def initialise(model: nn.Module) -> None:
    """He's rule for convolutions, no biases; the head ±1/√classes."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out")
        if isinstance(layer, nn.Linear):
            reach = 1 / math.sqrt(layer.out_features)
            nn.init.uniform_(layer.weight, -reach, reach)
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
