"""The Inception module (Szegedy et al., 2014): several kernel sizes side by side."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def conv_relu(in_channels: int, out_channels: int, kernel_size: int) -> nn.Sequential:
    """Convolution that keeps the size, and ReLU: (N, in, H, W) → (N, out, H, W)."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2),
        nn.ReLU(inplace=True),
    )


class Inception(nn.Module):
    """Four branches over the same input, concatenated: 1×1, 3×3, 5×5 and pooling.

    (N, in_channels, H, W) → (N, one + three + five + pool, H, W). The 3×3 and 5×5 see an input that
    a 1×1 has narrowed first, which saves most of the work.

    Args:
        in_channels: channels of the input.
        one: channels of the 1×1 branch.
        reduce_three, three: channels of the 1×1 and of the 3×3 after it.
        reduce_five, five: channels of the 1×1 and of the 5×5 after it.
        pool: channels of the 1×1 after the 3×3 max pool.

    The first module of GoogLeNet is Inception(192, 64, 96, 128, 16, 32, 32): 163,696 parameters
    (the paper's "159K" are its 163,328 weights by 1024). As in the paper there is no batch
    normalisation, so training and evaluation mode do the same; torchvision's GoogLeNet has it, and
    3×3 in place of 5×5 by an old mistake. Torch raises ValueError for numbers below 0.

    Source: Szegedy et al. (2014), figure 2b and table 1. Checked against torch's functions.
    """

    def __init__(
        self,
        in_channels: int,
        one: int,
        reduce_three: int,
        three: int,
        reduce_five: int,
        five: int,
        pool: int,
    ) -> None:
        super().__init__()
        self.branch1 = conv_relu(in_channels, one, 1)
        self.branch3 = nn.Sequential(
            conv_relu(in_channels, reduce_three, 1), conv_relu(reduce_three, three, 3)
        )
        self.branch5 = nn.Sequential(
            conv_relu(in_channels, reduce_five, 1), conv_relu(reduce_five, five, 5)
        )
        self.branch_pool = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1), conv_relu(in_channels, pool, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        branches = (self.branch1, self.branch3, self.branch5, self.branch_pool)
        return torch.cat([branch(x) for branch in branches], dim=1)  # (N, sum of four, H, W)
