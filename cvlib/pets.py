"""Cats and dogs for the lab of session 05: ImageNet's EfficientNet-B0 and 37 breeds, on Colab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

CLASSES = 37


def pets_and_weights(
    root: str | Path = "data", batch_size: int = 64
) -> tuple[nn.Module, int, DataLoader[Any], DataLoader[Any]]:
    """EfficientNet-B0 with ImageNet weights, and Oxford-IIIT Pets prepared for it.

    At the first call 21 MB and 800 MB come over the network; they stay in torch's cache and in
    `root`. Training pictures are cropped and mirrored by chance, held-out ones are not.

    Returns:
        The network with its old head, the number of breeds, and batches to learn from and to
        measure on.

    Raises:
        ConnectionError: something can't be fetched.
    """
    from torchvision.datasets import OxfordIIITPet
    from torchvision.models import EfficientNet_B0_Weights, efficientnet_b0
    from torchvision.transforms import v2

    weights = EfficientNet_B0_Weights.IMAGENET1K_V1
    prepare = weights.transforms()  # size, crop, mean and deviation that belong to the weights
    views = [
        v2.PILToTensor(),
        v2.RandomResizedCrop(224, scale=(0.5, 1.0), antialias=True),
        v2.RandomHorizontalFlip(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(prepare.mean, prepare.std),
    ]
    try:
        model = efficientnet_b0(weights=weights)
        learn = OxfordIIITPet(root, "trainval", transform=v2.Compose(views), download=True)
        hold_out = OxfordIIITPet(root, "test", transform=prepare, download=True)
    except (OSError, RuntimeError):  # no network, or half a file
        raise ConnectionError(
            "The weights or the pets can't be downloaded here; go on with the surfaces."
        ) from None
    return (
        model,
        CLASSES,
        DataLoader(learn, batch_size, shuffle=True, num_workers=2),
        DataLoader(hold_out, batch_size, num_workers=2),
    )
