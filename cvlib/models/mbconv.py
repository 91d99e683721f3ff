"""The block of MobileNetV2, V3 and EfficientNet: wide inside, narrow outside.

Convolution with normalisation → squeeze-and-excitation → the block. Attribute names are
torchvision's, so that its state dicts load.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least


def conv_bn(
    in_channels: int,
    out_channels: int,
    kernel_size: int = 1,
    stride: int = 1,
    groups: int = 1,
    activation: bool = True,
) -> nn.Sequential:
    """Convolution without bias, batch normalisation, SiLU: (N, in, H, W) → (N, out, ⌈H/S⌉, ⌈W/S⌉).

    `activation=False` leaves the SiLU away.
    """
    padding = kernel_size // 2
    conv = nn.Conv2d(
        in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False
    )
    silu = [nn.SiLU(inplace=True)] if activation else []
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels), *silu)


class SqueezeExcite(nn.Module):
    """Look at the mean of every channel, and turn each channel up or down: (N, C, H, W) → same.

    mean over positions → 1×1 to the squeeze width → SiLU → 1×1 back → sigmoid → times the input.
    Both 1×1 have a bias.

    Args:
        channels: of what comes in and goes out, C.
        in_channels: of the *block* around it. A quarter of them is the squeeze width, at least 1.

    Train and evaluation mode are the same. Raises ValueError for an argument below 1.
    Source: Hu et al. (2018); the width as in Tan and Le's code. Checked against torchvision.
    """

    def __init__(self, channels: int, in_channels: int) -> None:
        super().__init__()
        require_at_least(1, channels=channels, in_channels=in_channels)
        squeezed = max(1, in_channels // 4)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        means = x.mean(dim=(2, 3), keepdim=True)  # (N, C, 1, 1)
        small = nn.functional.silu(self.fc1(means))  # (N, squeezed, 1, 1)
        return x * torch.sigmoid(self.fc2(small))  # (N, C, H, W)


class MBConv(nn.Module):
    """Expand, look around, excite, project; with a shortcut where shapes allow it.

    (N, in_channels, H, W) → (N, out_channels, ⌈H/S⌉, ⌈W/S⌉).

    1. 1×1 to in_channels · expand_ratio, BN, SiLU; left away when expand_ratio is 1
    2. depthwise K×K with the stride, BN, SiLU
    3. `SqueezeExcite`
    4. 1×1 to out_channels, BN, and *no* activation
    5. with stride 1 and in_channels = out_channels: plus the input

    Args:
        kernel_size: odd.
        drop_path: stochastic depth (Huang et al., 2016). In training, with this probability and
            for each sample by itself, step 5 gives the input alone; what is kept is divided by
            1 − drop_path. Without a shortcut, and in evaluation mode, nothing is dropped.

    Raises ValueError for sizes below 1, an even kernel_size, or drop_path outside [0, 1).
    Source: Sandler et al. (2018), Tan and Le (2019). Checked against torchvision.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        expand_ratio: int = 6,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        require_at_least(1, in_channels=in_channels, out_channels=out_channels, stride=stride)
        require_at_least(1, kernel_size=kernel_size, expand_ratio=expand_ratio)
        if kernel_size % 2 == 0:
            raise ValueError(f"kernel_size must be odd, got {kernel_size}")
        if not 0 <= drop_path < 1:
            raise ValueError(f"drop_path must be at least 0 and below 1, got {drop_path}")
        wide = in_channels * expand_ratio
        expand = [conv_bn(in_channels, wide)] if expand_ratio > 1 else []
        self.block = nn.Sequential(
            *expand,
            conv_bn(wide, wide, kernel_size, stride, groups=wide),
            SqueezeExcite(wide, in_channels),
            conv_bn(wide, out_channels, activation=False),
        )
        self.shortcut = stride == 1 and in_channels == out_channels
        self.drop_path = drop_path

    def forward(self, x: Tensor) -> Tensor:
        out = self.block(x)  # (N, out_channels, H/S, W/S)
        if not self.shortcut:
            return out
        if self.training and self.drop_path > 0:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path  # (N, 1, 1, 1)
            out = out * kept / (1 - self.drop_path)
        return x + out


REFERENCES = {"05": (SqueezeExcite, MBConv)}
