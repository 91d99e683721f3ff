"""What a network that tells surfaces apart is worth, found out by asking it.

What is odd about its answers → what is found.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from cvlib.made_pictures import KINDS
from cvlib.small_efficientnet import prepared
from cvlib.surfaces import NAMES, surfaces

WANTED = 0.70  # share of the test pictures

LOGITS = "ten logits for each picture"
GOOD = "names at least 70 % of the test pictures"
OLD_HEAD = f"gives {len(KINDS)} numbers for each picture: the old head, for made pictures"
UNSTEADY = "gives another answer when it is asked again"
SAME = "gives the same answer for every picture"
LEAKED = "names the test pictures better than those it had to learn from"
GUESSES = "guesses: it names hardly more than one picture in ten"

Reader = Callable[[Tensor], Tensor]


def finding(reader: Reader | None) -> str | None:
    """In one sentence, what a network does with surfaces: the first that is true of it.

    Args:
        reader: prepared pictures (N, 3, 48, 48) → logits (N, 10); asked as it is, in its mode.

    Returns:
        GOOD, or what is in the way of it; None where there is no reader.
    """
    if reader is None:
        return None
    pictures, labels = surfaces("test")  # (400, 1, 48, 48), (400,)
    with torch.no_grad():
        logits = reader(prepared(pictures))
        if odd := form_of(logits, len(labels)):
            return odd
        if not torch.allclose(logits[:40], reader(prepared(pictures[:40])), atol=1e-3):
            return UNSTEADY
        learned, named = surfaces("train")
        on_learned = right_share(reader(prepared(learned)), named)
    share = right_share(logits, labels)
    if share < 0.2:
        return GUESSES
    if share > on_learned + 0.02:
        return LEAKED
    if share >= WANTED:
        return GOOD
    wanted = math.ceil(WANTED * len(labels))
    return f"names {round(share * len(labels))} of {len(labels)} test pictures; {wanted} are wanted"


def form(reader: Reader | None) -> str | None:
    """LOGITS, or what is odd about a network's answers; None where there is none."""
    if reader is None:
        return None
    some = prepared(surfaces("train")[0][::12])  # (20, 3, 48, 48)
    with torch.no_grad():
        return form_of(reader(some), len(some)) or LOGITS


def form_of(logits: Any, samples: int) -> str:
    """What is odd about a batch of answers, before anybody asks whether they are right."""
    if isinstance(logits, Tensor) and logits.shape == (samples, len(KINDS)):
        return OLD_HEAD
    if not isinstance(logits, Tensor) or logits.shape != (samples, len(NAMES)):
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        return f"gives {shape} for {samples} pictures; ({samples}, {len(NAMES)}) is wanted"
    if not logits.isfinite().all():
        return "gives numbers that are infinite or NaN"
    return SAME if (logits - logits[0]).abs().max() < 1e-5 else ""


def right_share(logits: Tensor, labels: Tensor) -> float:
    """Share of the rows whose largest logit is at the label."""
    return (logits.argmax(dim=1) == labels).double().mean().item()
