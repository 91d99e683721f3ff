"""What a network that reads digits is worth, found out by asking it.

An experiment → what is found when a finished reader is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from cvlib import data

WANTED = 0.97  # share of the held-out digits

LOGITS = "ten logits for each digit"
GOOD = "reads at least 97 % of the held-out digits"
PROBABILITIES = "gives probabilities; logits are wanted"
SAME = "gives the same answer for every digit"
UNSTEADY = "gives another answer when it is asked again"
LEAKED = "reads the held-out digits better than those it had to learn from"
GUESSES = "guesses: it reads hardly more than one digit in ten"


def learn_and_report(
    model: nn.Module,
    train_loader: Iterable[Any],
    held_out: Iterable[Any],
    optimizer: Optimizer,
    epochs: int,
) -> float:
    """Train a model for some epochs; accuracy on the held-out batches afterwards, 0 … 1.

    Args:
        model: is changed in place.
        train_loader, held_out: batches (images, labels).
        optimizer: of the model's parameters.
        epochs: how often to go through train_loader.

    Checked against the same steps written out.
    """
    for _ in range(epochs):
        model.train()
        for images, labels in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
    model.eval()
    right = total = 0
    with torch.no_grad():
        for images, labels in held_out:
            right += int((model(images).argmax(dim=1) == labels).sum())
            total += len(labels)
    return right / total


def finding(reader: Callable[[Tensor], Tensor] | None) -> str | None:
    """In one sentence, what a reader of digits does: the first that is true of it.

    Args:
        reader: (N, 1, 8, 8) → logits (N, 10); asked as it is, in the mode it is in.

    Returns:
        GOOD, or what is in the way of it; None where there is no reader.
    """
    if reader is None:
        return None
    try:
        return found_by_asking(reader)
    except Exception as error:  # whatever a learner's network does
        return f"can't be asked; it stops with {type(error).__name__}: {error}"


def found_by_asking(reader: Callable[[Tensor], Tensor]) -> str:
    """What `finding` says of a reader that can be asked."""
    held_out, labels = data.digits(train=False)  # (397, 1, 8, 8), (397,)
    with torch.no_grad():
        logits = reader(held_out)
        if odd := form_of(logits, len(labels)):
            return odd
        if not torch.allclose(logits, reader(held_out), atol=1e-4):
            return UNSTEADY
        share = right_share(logits, labels)
        learned, named = data.digits(train=True)
        on_learned = right_share(reader(learned), named)
    if share < 0.3:
        return GUESSES
    if share > on_learned + 0.01:
        return LEAKED
    if share >= WANTED:
        return GOOD
    wanted = math.ceil(WANTED * len(labels))
    return (
        f"reads {round(share * len(labels))} of {len(labels)} held-out digits; {wanted} are wanted"
    )


def form(reader: Callable[[Tensor], Tensor] | None) -> str | None:
    """LOGITS, or what is odd about a reader's answers; None where there is no reader."""
    if reader is None:
        return None
    some = data.digits()[0][:20]  # (20, 1, 8, 8)
    try:
        with torch.no_grad():
            return form_of(reader(some), len(some)) or LOGITS
    except Exception as error:  # whatever a learner's network does
        return f"can't be asked; it stops with {type(error).__name__}: {error}"


def form_of(logits: Any, samples: int) -> str:
    """What is odd about a batch of answers, before anybody asks whether they are right."""
    if not isinstance(logits, Tensor) or logits.shape != (samples, 10):
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        return f"gives {shape} for {samples} digits; ({samples}, 10) is wanted"
    if not logits.isfinite().all():
        return "gives numbers that are infinite or NaN"
    if (logits - logits[0]).abs().max() < 1e-5:
        return SAME
    sums = logits.sum(dim=1)
    if logits.min() >= 0 and torch.allclose(sums, torch.ones_like(sums), atol=1e-3):
        return PROBABILITIES
    return ""


def right_share(logits: Tensor, labels: Tensor) -> float:
    """Share of the rows whose largest logit is at the label."""
    return (logits.argmax(dim=1) == labels).double().mean().item()


REFERENCES = {"03": (learn_and_report,)}
