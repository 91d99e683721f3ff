"""VGG (Simonyan and Zisserman, 2014): only 3×3 convolutions, twice the channels after each pool.

Block → network → its parameters counted on paper.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least

# Depth → its blocks as (channels, convolutions). The paper's table 1, columns A, B, D and E.
CONFIGS: dict[int, tuple[tuple[int, int], ...]] = {
    11: ((64, 1), (128, 1), (256, 2), (512, 2), (512, 2)),
    13: ((64, 2), (128, 2), (256, 2), (512, 2), (512, 2)),
    16: ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)),
    19: ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)),
}

Config = int | Sequence[tuple[int, int]]


def vgg_block(in_channels: int, out_channels: int, num_convs: int) -> nn.Sequential:
    """Convolutions 3×3, each with its ReLU, then one max pool that halves height and width.

    (N, in_channels, H, W) → (N, out_channels, ⌊H/2⌋, ⌊W/2⌋). Only the first convolution changes the
    number of channels; stride 1 and padding 1 keep the size.

    Args:
        in_channels: channels of the input, at least 1.
        out_channels: channels of every convolution of the block, at least 1.
        num_convs: how many convolutions, at least 1.

    Raises:
        ValueError: an argument below 1.

    Source: Simonyan and Zisserman (2014), section 2. Checked against torchvision's vgg16.
    """
    require_at_least(1, in_channels=in_channels, out_channels=out_channels, num_convs=num_convs)
    layers: list[nn.Module] = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        layers.append(nn.Conv2d(channels, out_channels, 3, padding=1))  # (N, O, H, W)
        layers.append(nn.ReLU(inplace=True))  # a convolution's backward doesn't need its output
    return nn.Sequential(*layers, nn.MaxPool2d(2))  # (N, O, H/2, W/2)


class VGG(nn.Module):
    """VGG of any depth: blocks, then three fully connected layers or one pooled one.

    (N, in_channels, H, W) → logits (N, num_classes). No softmax: the loss brings its own. Height
    and width must survive the pools: at least 32 with five blocks.

    Args:
        config: 11, 13, 16 or 19, or the blocks as (channels, convolutions), in order.
        num_classes: numbers that come out, at least 1.
        in_channels: 3 for colour, 1 for grey.
        head: "fc", the paper's: 7×7 positions → 4096 → 4096 → classes, with dropout;
            "gap": the mean over all positions, then one layer (Lin et al., 2013).
        hidden: width of the two hidden layers of the "fc" head.

    In training mode the "fc" head drops half of its hidden units; in evaluation mode none.
    Attribute names are torchvision's, so its state dicts load (head "fc").

    | VGG | parameters | of them "fc" head |
    |---|---|---|
    | 11 | 132,863,336 | 123,642,856 |
    | 13 | 133,047,848 | 123,642,856 |
    | 16 | 138,357,544 | 123,642,856 |
    | 19 | 143,667,240 | 123,642,856 |

    Raises:
        ValueError: an unknown config or head, or a number below 1.

    Source: Simonyan and Zisserman (2014), table 1. Checked against torchvision, all four depths.
    """

    def __init__(
        self,
        config: Config,
        num_classes: int,
        in_channels: int = 3,
        head: str = "fc",
        hidden: int = 4096,
    ) -> None:
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f'head must be "fc" or "gap", got {head!r}')
        require_at_least(1, num_classes=num_classes, in_channels=in_channels, hidden=hidden)
        layers: list[nn.Module] = []
        channels = in_channels
        for out_channels, num_convs in blocks_of(config):
            layers += vgg_block(channels, out_channels, num_convs)
            channels = out_channels
        self.features = nn.Sequential(*layers)  # (N, C, H/32, W/32) with five blocks
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        self.classifier = (
            fc_head(channels * 7 * 7, hidden, num_classes)
            if head == "fc"
            else nn.Linear(channels, num_classes)
        )
        self.apply(initialise)

    def forward(self, x: Tensor) -> Tensor:
        x = self.avgpool(self.features(x))  # (N, C, 7, 7) or (N, C, 1, 1)
        return self.classifier(torch.flatten(x, 1))  # (N, num_classes)


def blocks_of(config: Config) -> tuple[tuple[int, int], ...]:
    """The blocks (channels, convolutions) of a depth, or of a list of blocks."""
    if isinstance(config, int):
        if config not in CONFIGS:
            raise ValueError(f"config must be 11, 13, 16, 19 or a list of blocks, got {config!r}")
        return CONFIGS[config]
    if not config or not all(isinstance(b, Sequence) and len(b) == 2 for b in config):
        raise ValueError(f"config must be blocks (channels, convolutions), got {config!r}")
    return tuple((channels, num_convs) for channels, num_convs in config)


def fc_head(in_features: int, hidden: int, num_classes: int) -> nn.Sequential:
    """The paper's head: (N, in_features) → (N, num_classes)."""
    return nn.Sequential(
        nn.Linear(in_features, hidden),
        nn.ReLU(inplace=True),
        nn.Dropout(),
        nn.Linear(hidden, hidden),
        nn.ReLU(inplace=True),
        nn.Dropout(),
        nn.Linear(hidden, num_classes),
    )


def initialise(layer: nn.Module) -> None:
    """He's rule (2015) for convolutions: without it 16 layers don't start to learn."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    elif isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, 0, 0.01)
    if isinstance(layer, nn.Conv2d | nn.Linear) and layer.bias is not None:
        nn.init.zeros_(layer.bias)


def vgg_parameters(config: Config, num_classes: int, image_size: int = 224) -> int:
    """Parameters of a VGG with the "fc" head for colour images, without building it.

    Each 3×3 convolution has 9·C_in·C_out weights and C_out biases. Each block halves the size,
    rounding down; the first fully connected layer has 4096 units that see C·s·s numbers, with s
    the size after the last block. At 224 pixels and five blocks s is 7, as in `VGG`.

    Args:
        config: as for `VGG`.
        num_classes: at least 1.
        image_size: height and width of the image in pixels.

    Raises:
        ValueError: an unknown config, a number below 1, or an image that the pools use up.

    Source: Simonyan and Zisserman (2014), table 2. Checked against torchvision's models.
    """
    require_at_least(1, num_classes=num_classes, image_size=image_size)
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in blocks_of(config):
        require_at_least(1, out_channels=out_channels, num_convs=num_convs)
        total += 9 * channels * out_channels + out_channels
        total += (num_convs - 1) * (9 * out_channels * out_channels + out_channels)
        channels, size = out_channels, size // 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is used up by {len(blocks_of(config))} pools")
    total += channels * size * size * 4096 + 4096
    total += 4096 * 4096 + 4096
    return total + 4096 * num_classes + num_classes


REFERENCES = {"03": (vgg_block, VGG, vgg_parameters)}
