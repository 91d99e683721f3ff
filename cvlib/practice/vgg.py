"""Session 03: how the parts of a VGG are counted."""

from __future__ import annotations

from cvlib.own_numbers import Numbers
from cvlib.practice import Worked, worked


@worked("03-numbers", tolerance=0.0006)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.vgg.numbers`."""
    narrow, wide, convs = mine["block"].values()
    picture, blocks = mine["side"].values()
    maps, side, hidden = mine["linear"].values()
    layers, others = mine["field"]["layers"], mine["saved"]["layers"]
    sizes, right = mine["accuracy"].values()
    sides = [picture // 2**n for n in range(blocks + 1)]
    return {
        "block": Worked(
            (9 * narrow + 1) * wide + (convs - 1) * (9 * wide + 1) * wide,
            f"(9 · {narrow} + 1) · {wide} + {convs - 1} · (9 · {wide} + 1) · {wide}",
        ),
        "side": Worked(sides[-1], "halved and rounded down: " + ", ".join(map(str, sides))),
        "linear": Worked(maps * side**2 * hidden, f"{maps} · {side} · {side} · {hidden}"),
        "field": Worked(2 * layers + 1, f"1 + 2 · {layers}"),
        "saved": Worked(
            1 - 9 * others / (2 * others + 1) ** 2,
            f"1 − {others} · 9 / (1 + 2 · {others})^2",
        ),
        "accuracy": Worked(
            sum(right) / sum(sizes),
            f"({' + '.join(map(str, right))}) / ({' + '.join(map(str, sizes))})",
        ),
    }


REFERENCES = {"03": (numbers,)}
