"""Session 05: how blocks, scales, mixed labels and rates are counted."""

from __future__ import annotations

import math

from cvlib.own_numbers import Numbers
from cvlib.practice import Worked, worked


@worked("05-numbers", tolerance=1e-5)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.finetuning.numbers`."""
    wide, narrow = mine["squeeze"].values()
    small, rows = narrow // 4, mine["rows"]["rows"]
    channels, divisor = mine["divisible"].values()
    phi, alpha, beta, gamma = mine["work"].values()
    side, lam, row = mine["label"].values()
    length = round(side * math.sqrt(1 - lam))
    height = row - length // 2 + length  # the box begins above row 0
    base, decay, parts, part = mine["rate"].values()
    return {
        "squeeze": Worked(
            2 * wide * small + small + wide,
            f"{wide} · {small} + {small} + {small} · {wide} + {wide}",
        ),
        "rows": Worked((rows + 1) // 2, f"({rows} + 1) / 2"),
        "divisible": Worked(
            math.ceil(channels / divisor) * divisor,
            f"{int(channels // divisor) * divisor} is less than 0.9 · {channels}, so one more step "
            f"of {divisor}",
        ),
        "work": Worked(
            (alpha * beta**2 * gamma**2) ** phi, f"({alpha} · {beta}^2 · {gamma}^2)^{phi}"
        ),
        "label": Worked(
            1 - length * height / side**2,
            f"1 − {length} · ({row} − {length // 2} + {length}) / {side}^2",
        ),
        "rate": Worked(base * decay ** (parts - part), f"{base} · {decay}^({parts} − {part})"),
    }


REFERENCES = {"05": (numbers,)}
