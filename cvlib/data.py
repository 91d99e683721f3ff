"""Pictures with labels to train on: real digits without a network, CIFAR-10 with one.

Digits → CIFAR-10. Images are (N, C, H, W) float32, labels (N,) int64.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from cvlib.conv_arithmetic import require_at_least

if TYPE_CHECKING:
    from torchvision.datasets import CIFAR10

HELD_OUT = 397  # of 1,797; the other 1,400 are for training

# Mean and standard deviation of the red, green and blue of CIFAR-10's training images.
CIFAR_MEAN = (0.4914, 0.4822, 0.4465)
CIFAR_STD = (0.2470, 0.2435, 0.2616)
CIFAR_CLASSES = (
    "aeroplane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "lorry",
)  # fmt: skip


def digits(train: bool = True, size: int = 8) -> tuple[Tensor, Tensor]:
    """Handwritten digits, 8×8 grey, by 43 people (Alpaydin and Kaynak, 1998, UCI).

    Args:
        train: the 1,400 images to learn from, or the 397 held out. The split is always the same.
        size: height and width in pixels; other sizes than 8 are interpolated (bilinear).

    Returns:
        images (N, 1, size, size), 0 (paper) … 1 (ink), and labels (N,), 0 … 9.

    Raises:
        ValueError: size below 1.
        ImportError: scikit-learn, which brings the images, isn't installed.
    """
    require_at_least(1, size=size)
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ImportError("The digits come with scikit-learn: %pip install scikit-learn") from None
    data = load_digits()
    images = torch.tensor(data.images / 16, dtype=torch.float32)[:, None]  # (1797, 1, 8, 8)
    labels = torch.tensor(data.target, dtype=torch.int64)  # (1797,)
    order = np.random.RandomState(0).permutation(len(labels))  # the same with every NumPy
    chosen = torch.from_numpy(order[HELD_OUT:] if train else order[:HELD_OUT])
    images, labels = images[chosen], labels[chosen]
    if size != 8:
        images = F.interpolate(images, size=(size, size), mode="bilinear", antialias=size < 8)
    return images, labels


def loaders(
    batch_size: int = 64, seed: int = 0, size: int = 8
) -> tuple[DataLoader[tuple[Tensor, ...]], DataLoader[tuple[Tensor, ...]]]:
    """The digits in batches: for training, shuffled anew in each epoch, and held out, in order.

    Args:
        batch_size: images of a batch; the last one of an epoch may have fewer.
        seed: of the shuffling.
        size: as for `digits`.

    Returns:
        (train_loader, val_loader), each of batches (images, labels).

    Raises:
        ValueError: batch_size or size below 1.
    """
    require_at_least(1, batch_size=batch_size)
    train, held_out = TensorDataset(*digits(True, size)), TensorDataset(*digits(False, size))
    generator = torch.Generator().manual_seed(seed)
    return (
        DataLoader(train, batch_size, shuffle=True, generator=generator),
        DataLoader(held_out, batch_size),
    )


def cifar10(root: str | Path = "data", train: bool = True, augment: bool = False) -> CIFAR10:
    """CIFAR-10 (Krizhevsky, 2009): 60,000 photographs of 32×32 in ten classes, by torchvision.

    170 MB come over the network at the first call and stay in `root`. For the Colab labs; without
    a network, `digits` does.

    Args:
        root: folder for the files.
        train: the 50,000 images to learn from, or the 10,000 of the test set.
        augment: flip half of the images and shift all by up to 4 pixels; for training only.

    Returns:
        A data set of (image (3, 32, 32), label): channels have mean 0 and deviation 1.

    Raises:
        ConnectionError: the files aren't there and can't be fetched.
    """
    from torchvision import transforms
    from torchvision.datasets import CIFAR10

    steps = [transforms.ToTensor(), transforms.Normalize(CIFAR_MEAN, CIFAR_STD)]
    if augment:
        steps = [transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(), *steps]
    try:
        return CIFAR10(root, train, transforms.Compose(steps), download=True)
    except (OSError, RuntimeError):  # no network, or half a file
        raise ConnectionError(
            "CIFAR-10 can't be downloaded here; go on with the digits: data.loaders(size=32)"
        ) from None
