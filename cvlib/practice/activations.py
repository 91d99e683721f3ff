"""Session 02: what the numbers in one's head come from."""

from __future__ import annotations

import math

from cvlib.own_numbers import Numbers
from cvlib.practice import Worked, worked


@worked("02-numbers", tolerance=0.0006)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.activations.numbers`."""
    x, scale, share = mine["leaky"]["x"], mine["steepest"]["scale"], mine["layers"]["share"]
    exponent, terms = mine["log_sum"].values()
    kernel, inside, _ = mine["he_std"].values()
    layers = 0
    while 4**layers <= share:
        layers += 1
    return {
        "leaky": Worked(0.01 * x, f"0.01 · (−{-x})"),
        "steepest": Worked(scale / 4, f"{scale} · 1/4"),
        "layers": Worked(
            layers,
            f"4^{layers - 1} = {4 ** (layers - 1)} is not more than {share}, "
            f"but 4^{layers} = {4**layers} is",
        ),
        "log_sum": Worked(exponent + math.log(terms), f"{exponent} + log({terms})"),
        "he_std": Worked(
            math.sqrt(2 / (inside * kernel**2)), f"√(2 / ({inside} · {kernel} · {kernel}))"
        ),
        "slopes": Worked(
            mine["slopes"]["channels"],
            f"one for each of the {mine['slopes']['channels']} channels",
        ),
    }


REFERENCES = {"02": (numbers,)}
