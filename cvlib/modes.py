"""Evaluation mode for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def evaluating(model: nn.Module) -> Iterator[nn.Module]:
    """Inside, all parts of a model are in evaluation mode; afterwards each is as it was.

    Part by part, because a frozen batch normalisation stays in evaluation mode while the rest
    of the model trains.
    """
    training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield model
    finally:
        for module, was_training in training.items():
            module.training = was_training
