"""Session 09: what each loss makes of its numbers."""

from __future__ import annotations

import math

from cvlib.own_numbers import Numbers
from cvlib.practice import Worked, worked


@worked("09-numbers", tolerance=0.0006)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.losses.numbers`."""
    share, (p, target) = mine["surprise"]["p"], mine["slope"].values()
    gamma, sure = mine["factor"].values()
    found, true, shared = mine["dice"].values()
    (_, _, width, height), (left, top, right, bottom) = mine["iou"].values()
    both = (min(width, right) - left) * (min(height, bottom) - top)
    areas = width * height + (right - left) * (bottom - top)
    first, second, _ = mine["mean"]["costs"]
    heavy, light = mine["mean"]["weights"]
    return {
        "surprise": Worked(-math.log(share), f"−log({share})"),
        "slope": Worked(p - target, f"{p} − {target}"),
        "factor": Worked((1 - sure) ** gamma, f"(1 − {sure})^{gamma}"),
        "dice": Worked(2 * shared / (found + true), f"2 · {shared} / ({found} + {true})"),
        "iou": Worked(
            both / (areas - both),
            f"{both} / ({width * height} + {areas - width * height} − {both})",
        ),
        "mean": Worked(
            (heavy * first + light * second) / (heavy + light),
            f"({heavy} · {first} + {light} · {second}) / ({heavy} + {light})",
        ),
    }


REFERENCES = {"09": (numbers,)}
