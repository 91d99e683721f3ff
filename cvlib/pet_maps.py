"""Pets and their outlines for the lab of session 07: Oxford-IIIT Pets' trimaps, on Colab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

SIZE = 128  # pixels
NAMES = ("animal", "ground", "outline")
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as encoders expect


def prepared(picture: Any, trimap: Any) -> tuple[Tensor, Tensor]:
    """A photograph and its trimap, small and square: (3, SIZE, SIZE), (SIZE, SIZE) of 0, 1, 2.

    The labels are resized by nearest neighbours: in between two of them lies no third.
    """
    from torchvision.transforms.v2 import InterpolationMode
    from torchvision.transforms.v2 import functional as change

    image = change.to_dtype(change.pil_to_tensor(picture.convert("RGB")), torch.float32, scale=True)
    image = change.resize(image, [SIZE, SIZE], antialias=True)  # (3, SIZE, SIZE)
    nearest = InterpolationMode.NEAREST
    labels = change.resize(change.pil_to_tensor(trimap), [SIZE, SIZE], interpolation=nearest)
    image = change.normalize(image, list(MEAN), list(DEVIATION))
    return image, labels[0].long() - 1  # the file counts from 1


def loaders(
    root: str | Path = "data", batch_size: int = 32
) -> tuple[DataLoader[Any], DataLoader[Any]] | None:
    """Batches (images, labels) to learn from and to measure on; None where there is no network.

    At the first call 800 MB come over the network; they stay in `root`. Says so in one sentence
    if they can't be fetched.
    """
    from torchvision.datasets import OxfordIIITPet

    how: dict[str, Any] = {"target_types": "segmentation", "transforms": prepared, "download": True}
    try:
        learn, hold_out = (OxfordIIITPet(root, split, **how) for split in ("trainval", "test"))
    except (OSError, RuntimeError):  # no network, or half a file
        print("The pets can't be downloaded here; go on with the wires.")
        return None
    return (
        DataLoader(learn, batch_size, shuffle=True, num_workers=2),
        DataLoader(hold_out, batch_size, num_workers=2),
    )


def pretrained(num_classes: int) -> dict[str, nn.Module]:
    """Name → a U-Net on ImageNet's ResNet-34, from segmentation-models-pytorch; {} without it."""
    try:
        from importlib import import_module

        smp = import_module("segmentation_models_pytorch")
        return {"smp.Unet, ResNet-34": smp.Unet("resnet34", classes=num_classes)}
    except ImportError:
        print("For the pretrained encoder: pip install segmentation-models-pytorch")
    except OSError:
        print("The encoder's weights can't be downloaded here.")
    return {}
