"""What a network that segments scenes is worth, found out by asking it.

What is odd about its answers → what is found.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from cvlib.wire_scenes import CLASSES, HOLD_OUT, pictures

WANTED = 0.90  # mean IoU of the held-out pictures
BY_CHANCE = 0.2  # of mean IoU: honest networks differ by 0.1 between two sets of pictures

LOGITS = "three logits for each pixel"
GOOD = "a mean IoU of at least 0.90 on the held-out pictures"
SHARES = "gives shares from 0 to 1; logits are wanted"
UNSTEADY = "gives another answer when it is asked about fewer pictures at a time"
LEAKED = "segments the held-out pictures far better than those it had to learn from"
NO_WIRES = "finds the shapes, and hardly a pixel of the wires"
GUESSES = "guesses: hardly better than calling every pixel ground"

Segmenter = Callable[[Tensor], Tensor]

known = cache(pictures)  # painting them takes longer than asking about them


def finding(segmenter: Segmenter | None) -> str | None:
    """In one sentence, what a network does with pictures: the first that is true of it.

    Args:
        segmenter: (N, 3, 64, 64) → logits (N, 3, 64, 64); asked as it is, in the mode it is in.

    Returns:
        GOOD, or what is in the way of it; None where there is no network.
    """
    if segmenter is None:
        return None
    try:
        return found_by_asking(segmenter)
    except Exception as error:  # whatever a learner's network does
        return f"can't be asked; it stops with {type(error).__name__}: {error}"


def found_by_asking(segmenter: Segmenter) -> str:
    """What `finding` says of a network that can be asked."""
    images, labels = known(HOLD_OUT, seed=2)  # (32, 3, 64, 64), (32, 64, 64)
    with torch.no_grad():
        logits = segmenter(images.clone())
        if odd := form_of(logits, images):
            return odd
        if not torch.allclose(logits[:8], segmenter(images[:8].clone()), atol=1e-3):
            return UNSTEADY
        learned, named = known(16, seed=1)  # the first of those to learn from
        before = sum(overlaps(segmenter(learned.clone()), named)) / len(CLASSES)
    found = overlaps(logits, labels)
    mean = sum(found) / len(CLASSES)
    if mean < 0.4:
        return GUESSES
    if mean > before + BY_CHANCE:
        return LEAKED
    if found[2] < 0.2:
        return NO_WIRES
    return GOOD if mean >= WANTED else f"a mean IoU of {mean:.3f}; {WANTED:.2f} is wanted"


def form(segmenter: Segmenter | None) -> str | None:
    """LOGITS, or what is odd about a network's answers; None where there is none."""
    if segmenter is None:
        return None
    images, _ = known(2, seed=3)
    try:
        with torch.no_grad():
            return form_of(segmenter(images.clone()), images) or LOGITS
    except Exception as error:  # whatever a learner's network does
        return f"can't be asked; it stops with {type(error).__name__}: {error}"


def form_of(logits: Any, images: Tensor) -> str:
    """What is odd about a batch of answers, before anybody asks whether they are right."""
    wanted = (len(images), len(CLASSES), *images.shape[-2:])
    if not isinstance(logits, Tensor) or logits.shape != wanted:
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        return f"gives {shape}; {wanted} is wanted"
    if not logits.isfinite().all():
        return "gives numbers that are infinite or NaN"
    return SHARES if logits.min() >= 0 and logits.max() <= 1 else ""


def overlaps(logits: Tensor, labels: Tensor) -> list[float]:
    """IoU of each class over all pixels: (N, 3, H, W), (N, H, W) → three numbers."""
    guesses = logits.argmax(dim=1)  # (N, H, W)
    pairs = [(guesses == k, labels == k) for k in range(len(CLASSES))]
    return [(a & b).sum().item() / max(1, (a | b).sum().item()) for a, b in pairs]
