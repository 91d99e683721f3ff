"""The course's small EfficientNet: a short table for pictures of 48 × 48, and its weights.

Network → weights that come with the package. It is built from torchvision's own classes, so what
a notebook learns about it holds for the large ones: `features.0` … `features.5`, `classifier.1`.
How the weights were made, and what they know, stands in `tools/train_small_efficientnet.py`.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least
from cvlib.made_pictures import KINDS

if TYPE_CHECKING:
    from torchvision.models.efficientnet import EfficientNet

# Of the pictures it learned from; new pictures have to be normalised with the same numbers.
MEAN = (0.5, 0.5, 0.5)
STD = (0.25, 0.25, 0.25)
SIZE = 48  # pixels

# (expand_ratio, kernel_size, stride, in_channels, out_channels, blocks); the stem halves, too.
TABLE = ((1, 3, 1, 16, 16, 1), (4, 3, 2, 16, 24, 2), (4, 5, 2, 24, 40, 2), (6, 3, 2, 40, 64, 2))
FEATURES = 192

WEIGHTS = "small_efficientnet.pt"  # half precision: 0.4 MB
SHA256 = "f37360735d381576a4b9f3544bdc3a373cbc3a9d7aabfbe9cc04349598fb4242"
# Read at import: while a notebook is graded, the package's files are out of its reach.
STORED = (Path(__file__).parent / "weights" / WEIGHTS).read_bytes()


def small_efficientnet(num_classes: int = len(KINDS), dropout: float = 0.1) -> EfficientNet:
    """An EfficientNet with 7 blocks, untrained: (N, 3, H, W) → logits (N, num_classes).

    Weights are drawn from torch's global generator. Raises ValueError for num_classes below 1.
    """
    from torchvision.models.efficientnet import EfficientNet, MBConvConfig

    require_at_least(1, num_classes=num_classes)
    table = [MBConvConfig(*row) for row in TABLE]
    return EfficientNet(
        table, dropout, stochastic_depth_prob=0.1, num_classes=num_classes, last_channel=FEATURES
    )


def pretrained_efficientnet() -> EfficientNet:
    """The small EfficientNet that knows the 34 kinds of `cvlib.made_pictures`, in evaluation mode.

    Raises:
        ValueError: the file with the weights isn't the one that belongs to this version.
    """
    if (found := hashlib.sha256(STORED).hexdigest()) != SHA256:
        raise ValueError(f"{WEIGHTS} must have the checksum {SHA256[:12]}…, got {found[:12]}…")
    state: dict[str, Tensor] = torch.load(io.BytesIO(STORED), weights_only=True)
    model = small_efficientnet()
    model.load_state_dict({name: as_single(value) for name, value in state.items()})
    return model.eval()


def as_single(value: Tensor) -> Tensor:
    """Half precision → float32; whole numbers as they are."""
    return value.float() if value.is_floating_point() else value


def prepared(pictures: Tensor) -> Tensor:
    """Pictures of 0 … 1 as the network learned on them: (N, 1 or 3, H, W) → (N, 3, H, W).

    Grey in three channels, the mean subtracted, divided by the deviation.
    """
    mean, std = (torch.tensor(n, device=pictures.device).view(3, 1, 1) for n in (MEAN, STD))
    return (pictures.expand(-1, 3, -1, -1) - mean) / std
