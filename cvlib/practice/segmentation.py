"""Session 07: how a U-Net is counted, and its maps are scored."""

from __future__ import annotations

from cvlib.own_numbers import Numbers
from cvlib.practice import Worked, worked


@worked("07-numbers", tolerance=0.0006)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.segmentation.numbers`."""
    narrow, wide = mine["double"].values()
    below, half = mine["up"].values()
    side, levels = mine["unpadded"].values()
    found, missed, extra = mine["dice"].values()
    score, ious = mine["iou"]["dice"], mine["mean"]["ious"]
    rows = [side - 4]
    for _ in range(levels):
        rows.append(rows[-1] // 2 - 4)
    for _ in range(levels):
        rows.append(rows[-1] * 2 - 4)
    return {
        "double": Worked(
            9 * narrow * wide + 9 * wide**2 + 4 * wide,
            f"9 · {narrow} · {wide} + 9 · {wide} · {wide} + 4 · {wide}",
        ),
        "up": Worked(
            4 * below * half + half + 9 * below * half + 9 * half**2 + 4 * half,
            f"4 · {below} · {half} + {half} + 9 · {below} · {half} + 9 · {half} · {half} "
            f"+ 4 · {half}",
        ),
        "unpadded": Worked(
            rows[-1], f"{side} rows, after each pair of convolutions " + ", ".join(map(str, rows))
        ),
        "dice": Worked(
            2 * found / (2 * found + missed + extra),
            f"2 · {found} / (2 · {found} + {missed} + {extra})",
        ),
        "iou": Worked(score / (2 - score), f"{score} / (2 − {score})"),
        "mean": Worked(sum(ious) / 4, f"({' + '.join(map(str, ious))} + 0) / 4"),
    }


REFERENCES = {"07": (numbers,)}
