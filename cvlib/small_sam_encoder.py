"""The small SAM's image encoder: convolutions, for a vision transformer needs more to learn from.

Convolution → encoder. Convolutional encoders behind SAM's own decoder are those of MobileSAM (Zhang
et al., 2023) and EdgeSAM (Zhou et al., 2023); this one goes down and up again as U-Net does
(Ronneberger et al., 2015), because outlines need places finer than the embedding's.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib.models.resnet import BasicBlock

CHANNELS = (32, 64, 96, 128)  # at strides 2, 4, 8, 16
FINE = 16  # channels at stride 2, on the way up
FOLD = 4  # so many places of stride 2, along each side, are folded into one of the embedding


def convolution(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
    """A 3 × 3 convolution, batch normalisation and ReLU."""
    return [
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    ]


class ConvEncoder(nn.Module):
    """What `Sam` asks of an image encoder: (B, 3, S, S) → (B, out_chans, S / 8, S / 8).

    Args:
        img_size: S, a multiple of 16 pixels; `SamPredictor` reads it from the attribute.
        out_chans: channels of the embedding.
    """

    def __init__(self, img_size: int, out_chans: int) -> None:
        super().__init__()
        self.img_size = img_size
        steps = zip((3, *CHANNELS), CHANNELS, strict=False)
        self.down = nn.ModuleList(
            nn.Sequential(*convolution(inputs, outputs, 2), BasicBlock(outputs, outputs))
            for inputs, outputs in steps
        )
        # Where in the picture a place is, learned: two objects alike differ in nothing else.
        deepest = img_size // 2 ** len(CHANNELS)
        self.places = nn.Parameter(torch.zeros(1, CHANNELS[-1], deepest, deepest))
        ups = zip(CHANNELS[::-1], CHANNELS[-2::-1], strict=False)
        self.up = nn.ModuleList(
            nn.Sequential(*convolution(low + high, high), BasicBlock(high, high))
            for low, high in ups
        )
        self.fine = nn.Conv2d(CHANNELS[0], FINE, 1)
        self.out = nn.Sequential(
            nn.Conv2d(FINE * FOLD**2, out_chans, 1, bias=False), nn.BatchNorm2d(out_chans)
        )

    def forward(self, x: Tensor) -> Tensor:
        levels = []
        for step in self.down:
            x = step(x)
            levels.append(x)
        x = levels.pop() + self.places
        for step, beside in zip(self.up, reversed(levels), strict=True):
            x = step(torch.cat([F.interpolate(x, scale_factor=2.0), beside], dim=1))
        embedding: Tensor = self.out(F.pixel_unshuffle(self.fine(x), FOLD))
        return embedding  # (B, out_chans, S / 8, S / 8)
