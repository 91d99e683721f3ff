"""A stand-in for a residual block, to try a ResNet without paying for real blocks.

The checks of session 04 build a ResNet of these. Whether stages, strides and widths are right can
then be seen apart from the blocks, and in milliseconds: one convolution 1×1 has a ninth of the
weights of one 3×3.
"""

from __future__ import annotations

from torch import Tensor, nn


class ThinBlock(nn.Module):
    """One convolution 1×1 with batch normalisation and ReLU, and no shortcut.

    (N, in_channels, H, W) → (N, channels, ⌈H/S⌉, ⌈W/S⌉). Arguments as of a residual block.
    """

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        out_channels = channels * self.expansion
        self.conv = nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.bn(self.conv(x)))  # (N, C·expansion, H/S, W/S)


class ThinDoubleBlock(ThinBlock):
    """The same with twice as many channels in its output: (N, 2·channels, ⌈H/S⌉, ⌈W/S⌉)."""

    expansion = 2


class ThinQuadrupleBlock(ThinBlock):
    """The same with four times as many: (N, 4·channels, ⌈H/S⌉, ⌈W/S⌉)."""

    expansion = 4


BLOCKS = {block.expansion: block for block in (ThinBlock, ThinDoubleBlock, ThinQuadrupleBlock)}


def thin_blocks(
    expansion: int, layers: tuple[int, ...], num_classes: int
) -> tuple[type[ThinBlock], tuple[int, ...], int]:
    """Arguments for a ResNet: a stand-in block with this `expansion`, `layers`, `num_classes`.

    Raises:
        ValueError: expansion is none of 1, 2 and 4.
    """
    if expansion not in BLOCKS:
        raise ValueError(f"expansion must be 1, 2 or 4, got {expansion}")
    return BLOCKS[expansion], tuple(layers), num_classes
