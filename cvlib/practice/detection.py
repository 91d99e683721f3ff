"""Session 06: from two boxes to a ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cvlib.own_numbers import Numbers
from cvlib.own_numbers.detection import SQUARE
from cvlib.practice import Worked, worked

STRIDES = (8, 16, 32)
LEVELS = 101  # of recall: 0, 0.01 … 1


@worked("06-numbers", tolerance=0.0006)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.detection.numbers`."""
    (x, y, wide, high), (left, top, right, bottom) = mine["iou"].values()
    shared = (min(x + wide, right) - left) * (min(y + high, bottom) - top)
    first, second = wide * high, (right - left) * (bottom - top)
    short, long = sorted(mine["pad"].values())
    inside = SQUARE * short // long
    scale, pad, at = mine["back"].values()
    height, width = mine["cells"].values()
    stride, _, column, distance = mine["side"].values()
    return {
        "iou": Worked(
            shared / (first + second - shared), f"{shared} / ({first} + {second} − {shared})"
        ),
        "pad": Worked((SQUARE - inside) // 2, f"({SQUARE} − {SQUARE} · {short} / {long}) / 2"),
        "back": Worked((at - pad) / scale, f"({at} − {pad}) / {scale}"),
        "cells": Worked(
            sum((height // s) * (width // s) for s in STRIDES),
            " + ".join(f"{height // s} · {width // s}" for s in STRIDES),
        ),
        "side": Worked(
            (column + 0.5 - distance) * stride, f"({column} + 0.5 − {distance}) · {stride}"
        ),
        "ap": area(*mine["ap"].values()),
    }


def area(hits: Sequence[int], objects: int) -> Worked:
    """Each level of recall gets the best precision from the hit that reaches it on."""
    ranks = [rank for rank, hit in enumerate(hits, start=1) if hit]  # of the hits
    needed = Counter(max(1, -(-step * objects // 100)) for step in range(LEVELS))
    total, parts = 0.0, []
    for count in range(1, len(ranks) + 1):
        later = range(count, len(ranks) + 1)
        best = max(later, key=lambda found: found / ranks[found - 1])
        total += needed[count] * best / ranks[best - 1]
        parts.append(f"{needed[count]} · {best}/{ranks[best - 1]}")
    return Worked(total / LEVELS, f"({' + '.join(parts)}) / {LEVELS}")


REFERENCES = {"06": (numbers,)}
