"""U-Net (Ronneberger, Fischer and Brox, 2015): down to see far, up to see sharply, skips across.

Two convolutions → one step down → one step up → network. With padding and batch normalisation,
as it is built today, so that what comes out is as large as what went in.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least

LEAST = 16  # pixels: four times halved, one is left


class DoubleConv(nn.Module):
    """Twice: convolution 3×3, batch normalisation, ReLU.

    (N, in_channels, H, W) → (N, out_channels, H, W). Padding 1 keeps the size. Convolutions have
    no bias: the batch normalisation that follows would subtract it again.

    Train and evaluation mode differ by the batch normalisation only. Raises ValueError for an
    argument below 1. Source: Ronneberger et al. (2015), with padding and batch normalisation.
    Checked against the same layers in a row.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        require_at_least(1, in_channels=in_channels, out_channels=out_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(x)))  # (N, O, H, W)
        return F.relu(self.bn2(self.conv2(x)))  # (N, O, H, W)


class Down(nn.Module):
    """Max pooling by 2, then `DoubleConv`: (N, in_channels, H, W) → (N, O, ⌊H/2⌋, ⌊W/2⌋).

    Modes and errors as of `DoubleConv`. Height and width must be at least 2.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.max_pool2d(x, 2))  # (N, O, H/2, W/2)


class Up(nn.Module):
    """Twice as large with half the channels, the skip in front, then `DoubleConv`.

    x (N, in_channels, h, w) and skip (N, in_channels/2, H, W) → (N, out_channels, H, W). Where the
    skip is larger than 2h × 2w, because pooling rounded an odd size down, zeros are added at the
    bottom and on the right.

    Args:
        in_channels: channels of x, even.
        out_channels: channels that come out.
        bilinear: enlarge by interpolation and halve the channels by a 1×1 convolution; by default
            a transposed convolution with kernel 2 and stride 2 does both.

    Train and evaluation mode differ by the batch normalisation only.

    Raises:
        ValueError: in_channels odd, a number below 1; in a call, a skip with other channels or
            smaller than 2h × 2w.

    Source: Ronneberger et al. (2015); padding instead of cropping as in today's versions. Checked
    against torch's layers in a row.
    """

    def __init__(self, in_channels: int, out_channels: int, bilinear: bool = False) -> None:
        super().__init__()
        require_at_least(1, in_channels=in_channels, out_channels=out_channels)
        if in_channels % 2:
            raise ValueError(f"in_channels must be even, got {in_channels}")
        half = in_channels // 2
        self.bilinear = bilinear
        self.up: nn.Module = (
            nn.Conv2d(in_channels, half, 1)
            if bilinear
            else nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        )
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        if self.bilinear:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = self.up(x)  # (N, C/2, 2h, 2w)
        rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        if skip.shape[1] != x.shape[1] or min(rows, columns) < 0:
            raise ValueError(
                f"skip must be (N, {x.shape[1]}, {x.shape[2]} or more, {x.shape[3]} or more), "
                f"got {tuple(skip.shape)}"
            )
        x = F.pad(x, (0, columns, 0, rows))  # (N, C/2, H, W)
        return self.conv(torch.cat([skip, x], dim=1))  # (N, O, H, W)


class UNet(nn.Module):
    """Four steps down, four up, and a skip from each level to the one opposite.

    (N, in_channels, H, W) → logits (N, num_classes, H, W), for every H, W of at least 16. No
    softmax or sigmoid: the loss brings its own.

    | base | bilinear | parameters, 3 channels, 2 classes |
    |---|---|---|
    | 64 | no | 31,037,698 |
    | 64 | yes | 28,948,738 |

    Args:
        in_channels: 3 for colour, 1 for grey.
        num_classes: numbers for each pixel.
        base: channels of the first level; each level below has twice as many.
        bilinear: how the steps up enlarge, see `Up`.

    Train and evaluation mode differ by the batch normalisation only. In training mode a single
    picture of less than 32 × 32 leaves one number per channel at the bottom, which torch refuses.

    Raises:
        ValueError: a number below 1; in a call, a picture of less than 16 pixels.

    Source: Ronneberger et al. (2015), figure 1, with padding and batch normalisation. Checked
    against an independent count of parameters, and against the same parts put together by hand.
    """

    def __init__(
        self, in_channels: int, num_classes: int, base: int = 64, bilinear: bool = False
    ) -> None:
        super().__init__()
        require_at_least(1, num_classes=num_classes, base=base)
        self.inc = DoubleConv(in_channels, base)
        self.down1 = Down(base, 2 * base)
        self.down2 = Down(2 * base, 4 * base)
        self.down3 = Down(4 * base, 8 * base)
        self.down4 = Down(8 * base, 16 * base)
        self.up1 = Up(16 * base, 8 * base, bilinear)
        self.up2 = Up(8 * base, 4 * base, bilinear)
        self.up3 = Up(4 * base, 2 * base, bilinear)
        self.up4 = Up(2 * base, base, bilinear)
        self.outc = nn.Conv2d(base, num_classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        if min(x.shape[-2:]) < LEAST:
            raise ValueError(f"x must be at least {LEAST} × {LEAST} pixels, got {tuple(x.shape)}")
        first = self.inc(x)  # (N, B, H, W)
        second = self.down1(first)  # (N, 2B, H/2, W/2)
        third = self.down2(second)  # (N, 4B, H/4, W/4)
        fourth = self.down3(third)  # (N, 8B, H/8, W/8)
        x = self.down4(fourth)  # (N, 16B, H/16, W/16)
        x = self.up2(self.up1(x, fourth), third)  # (N, 4B, H/4, W/4)
        x = self.up4(self.up3(x, second), first)  # (N, B, H, W)
        return self.outc(x)  # (N, K, H, W)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"07": (DoubleConv, Down, Up, UNet)}
