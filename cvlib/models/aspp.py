"""Atrous spatial pyramid pooling (Chen et al., 2017): one map seen at several distances at once.

A convolution with its normalisation → the whole picture as one number → the pyramid.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least


def conv_bn(in_channels: int, out_channels: int, rate: int = 0) -> nn.Sequential:
    """Convolution 3×3 with this dilation (0: a 1×1), batch normalisation, ReLU; size stays."""
    conv = nn.Conv2d(in_channels, out_channels, 1, bias=False)
    if rate:
        conv = nn.Conv2d(in_channels, out_channels, 3, padding=rate, dilation=rate, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())


class ASPP(nn.Module):
    """A 1×1, a 3×3 for each dilation, and the whole picture, side by side; a 1×1 joins them.

    (N, in_channels, H, W) → (N, out_channels, H, W).

    Args:
        in_channels: channels of the input.
        out_channels: channels of every branch, and of what comes out.
        rates: dilations, one branch for each; the padding is as large as the dilation.

    Train and evaluation mode differ by the batch normalisation only. In training mode a single
    picture leaves the whole-picture branch with one number per channel, which torch refuses.

    Raises:
        ValueError: a number below 1, or no rates.

    Source: Chen et al. (2017), "Rethinking atrous convolution", section 3.3. Checked against
    torchvision's, without its dropout.
    """

    def __init__(
        self, in_channels: int, out_channels: int, rates: Sequence[int] = (6, 12, 18)
    ) -> None:
        super().__init__()
        require_at_least(1, in_channels=in_channels, out_channels=out_channels)
        require_at_least(1, **{f"rates[{i}]": rate for i, rate in enumerate(rates)})
        if not rates:
            raise ValueError(f"rates must hold at least one dilation, got {rates!r}")
        self.branches = nn.ModuleList(
            conv_bn(in_channels, out_channels, rate) for rate in (0, *rates)
        )
        self.whole = conv_bn(in_channels, out_channels)
        self.project = conv_bn((len(rates) + 2) * out_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        found = [branch(x) for branch in self.branches]  # each (N, O, H, W)
        whole = self.whole(F.adaptive_avg_pool2d(x, 1))  # (N, O, 1, 1)
        found.append(whole.expand(-1, -1, *x.shape[-2:]))  # (N, O, H, W)
        return self.project(torch.cat(found, dim=1))  # (N, O, H, W)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"07": (ASPP, conv_bn)}
