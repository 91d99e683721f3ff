"""Session 04: how the parts of a ResNet are counted."""

from __future__ import annotations

from cvlib.own_numbers import Numbers
from cvlib.practice import Worked, worked


@worked("04-numbers", tolerance=1e-6)
def numbers(mine: Numbers) -> dict[str, Worked]:
    """The answers to `cvlib.own_numbers.resnet.numbers`."""
    blocks, norm = mine["in_the_name"]["blocks"], mine["learned"]["channels"]
    before, batch = mine["running"].values()
    picture, width = mine["side"]["picture"], mine["basic"]["channels"]
    narrow, wide = mine["projected"].values()
    return {
        "in_the_name": Worked(3 * sum(blocks) + 2, f"1 + 3 · ({' + '.join(map(str, blocks))}) + 1"),
        "learned": Worked(2 * norm, f"2 · {norm}"),
        "running": Worked(0.9 * before + 0.1 * batch, f"0.9 · {before} + 0.1 · {batch}"),
        "side": Worked(picture // 16, f"{picture} / 2 / 2 / 2 / 2"),
        "basic": Worked(18 * width**2 + 4 * width, f"2 · 9 · {width} · {width} + 2 · 2 · {width}"),
        "projected": Worked(narrow * wide + 2 * wide, f"{narrow} · {wide} + 2 · {wide}"),
    }


REFERENCES = {"04": (numbers,)}
