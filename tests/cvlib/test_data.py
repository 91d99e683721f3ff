"""The data sets: shapes, a split that never moves, and words instead of stack traces."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader

from cvlib import data


def test_digits_are_all_of_scikit_learns_split_in_two() -> None:
    (train, train_labels), (held_out, held_out_labels) = data.digits(), data.digits(train=False)
    assert train.shape == (1400, 1, 8, 8)
    assert held_out.shape == (397, 1, 8, 8)
    assert train.dtype == held_out.dtype == torch.float32
    assert train_labels.dtype == torch.int64
    theirs = load_digits()
    got = torch.cat([train, held_out]).flatten(1) * 16
    rows = np.column_stack([got.numpy(), torch.cat([train_labels, held_out_labels]).numpy()])
    want = np.column_stack([theirs.data, theirs.target])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, want))  # so no image is in both


def test_split_is_the_same_forever() -> None:
    _, labels = data.digits(train=False)
    assert labels[:12].tolist() == [2, 8, 2, 6, 6, 7, 1, 9, 8, 5, 2, 8]
    assert labels.bincount().min() >= 30, "every digit is held out often enough"


def test_digits_do_not_depend_on_the_callers_random_numbers() -> None:
    np.random.seed(1)
    first = data.digits()[1]
    np.random.seed(2)
    torch.testing.assert_close(data.digits()[1], first)


@pytest.mark.parametrize("size", [1, 4, 16, 32])
def test_digits_in_another_size(size: int) -> None:
    images, _ = data.digits(train=False, size=size)
    assert images.shape == (397, 1, size, size)
    assert images.min() >= 0
    assert images.max() <= 1
    if size == 1:
        return  # a single pixel says more of the middle than of the border
    small, _ = data.digits(train=False)
    torch.testing.assert_close(images.mean((1, 2, 3)), small.mean((1, 2, 3)), atol=0.02, rtol=0)


def test_loaders_shuffle_by_their_seed_and_lose_nothing() -> None:
    train, held_out = data.loaders(batch_size=64, seed=3)
    again, _ = data.loaders(batch_size=64, seed=3)
    other, _ = data.loaders(batch_size=64, seed=4)
    epochs = [torch.cat([labels for _, labels in loader]) for loader in (train, again, other)]
    assert torch.equal(epochs[0], epochs[1])
    assert not torch.equal(epochs[0], epochs[2])
    assert not torch.equal(epochs[0], torch.cat([labels for _, labels in train])), "a new order"
    torch.testing.assert_close(epochs[0].bincount(), data.digits()[1].bincount())
    labels = torch.cat([labels for _, labels in held_out])
    assert torch.equal(labels, data.digits(train=False)[1])


@pytest.mark.parametrize("arguments", [{"batch_size": 0}, {"size": 0}])
def test_bad_arguments(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(arguments))}.*0"):
        data.loaders(**arguments)


def test_missing_scikit_learn_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match="pip install scikit-learn") as caught:
        data.digits()
    assert caught.value.__suppress_context__


def no_network(*args: object, **kwargs: object) -> None:
    raise OSError("Name or service not known")


def test_cifar_without_a_network_is_one_sentence_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torchvision.datasets.cifar, "download_and_extract_archive", no_network)
    with pytest.raises(ConnectionError, match="go on with the digits") as caught:
        data.cifar10(tmp_path)
    assert caught.value.__suppress_context__


def test_cifar_is_normalised_and_augmented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With files of our own in the format of the real ones."""
    import pickle

    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    pixels = np.random.RandomState(0).randint(0, 256, (4, 3072), dtype=np.uint8)
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"):
        (folder / name).write_bytes(pickle.dumps({"data": pixels, "labels": [0, 1, 2, 3]}))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}))
    monkeypatch.setattr(torchvision.datasets.CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr(torchvision.datasets.cifar, "check_integrity", lambda *a: True)
    plain, moved = data.cifar10(tmp_path), data.cifar10(tmp_path, augment=True)
    image, label = plain[1]
    want = torch.tensor(pixels[1].reshape(3, 32, 32) / 255, dtype=torch.float32)
    want = (want - torch.tensor(data.CIFAR_MEAN)[:, None, None]) / torch.tensor(data.CIFAR_STD)[
        :, None, None
    ]
    torch.testing.assert_close(image, want)
    assert label == 1
    images, _ = next(iter(DataLoader(moved, 20)))
    assert images.shape == (20, 3, 32, 32)
    assert len(data.CIFAR_CLASSES) == 10
