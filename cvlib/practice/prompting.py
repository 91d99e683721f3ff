"""Session 08: where a click goes, and what all of them cost."""

from __future__ import annotations

import math

from cvlib.own_numbers import Numbers
from cvlib.own_numbers.prompting import LONGEST
from cvlib.practice import Worked, worked

ENOUGH = 0.85  # the IoU that NoC@85 waits for


@worked("08-numbers", tolerance=0.0006)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.prompting.numbers`."""
    clicked = mine["place"]
    at = clicked[clicked["axis"]]
    short, long = sorted((clicked["height"], clicked["width"]))
    new = int(short * LONGEST / long + 0.5)
    (x, y), (along_x, along_y) = mine["wave"].values()
    mask, thing, shared, added, removed = mine["iou"].values()
    ious, most = mine["noc"].values()
    needed = [next(n for n, iou in enumerate(row, start=1) if iou >= ENOUGH) for row in ious]
    pixels, patch = mine["logits"].values()
    encode, click, photographs, clicks = mine["seconds"].values()
    return {
        "place": Worked(at * new / short, f"{at} · {new} / {short}"),
        "wave": Worked(
            math.sin(2 * math.pi * ((2 * x - 1) * along_x + (2 * y - 1) * along_y)),
            f"sin(2 · π · ((2 · {x} − 1) · {along_x} + (2 · {y} − 1) · {along_y}))",
        ),
        "iou": Worked(
            (shared + added) / (mask + thing - shared - removed),
            f"({shared} + {added}) / ({mask} − {removed} + {thing} − {shared})",
        ),
        "noc": Worked((sum(needed) + most) / 3, f"({needed[0]} + {needed[1]} + {most}) / 3"),
        "logits": Worked(3 * (4 * pixels // patch) ** 2, f"3 · (4 · {pixels} / {patch})^2"),
        "seconds": Worked(
            photographs * (encode + clicks * click),
            f"{photographs} · ({encode} + {clicks} · {click})",
        ),
    }


REFERENCES = {"08": (numbers,)}
