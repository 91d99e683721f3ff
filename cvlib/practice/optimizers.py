"""Session 10: single steps, of weights, gradients and rates."""

from __future__ import annotations

import math

from cvlib.own_numbers import Numbers
from cvlib.practice import Worked, worked


@worked("10-numbers", tolerance=1e-5)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.optimizers.numbers`."""
    lr, momentum, slope = mine["moved"].values()
    adam_lr, steep = mine["first_step"].values()
    shrink_lr, decay, weight = mine["decayed"].values()
    first, second, longest = mine["clipped"].values()
    warmup, goal, step = mine["warm"].values()
    high, total, now = mine["cosine"].values()
    return {
        "moved": Worked(
            lr * slope * (2 + momentum), f"{lr} · {slope} + {lr} · ({momentum} · {slope} + {slope})"
        ),
        "first_step": Worked(adam_lr, f"{adam_lr} · {steep} / √({steep}^2)"),
        "decayed": Worked(
            weight * (1 - shrink_lr * decay), f"{weight} · (1 − {shrink_lr} · {decay})"
        ),
        "clipped": Worked(
            first * longest / math.hypot(first, second),
            f"{first} · {longest} / √({first}^2 + {second}^2)",
        ),
        "warm": Worked(goal * (step + 1) / warmup, f"{goal} · ({step} + 1) / {warmup}"),
        "cosine": Worked(
            high * (1 + math.cos(math.pi * now / total)) / 2,
            f"{high} · (1 + cos(π · {now} / {total})) / 2",
        ),
    }


REFERENCES = {"10": (numbers,)}
