"""What the draw-a-box trainer asks and says: objects, measures and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch

from cvlib.boxes import intersection_and_union

from .box_input import Names, as_boxes, as_names

SIDES = ("left", "upper", "right", "lower")


class Question(NamedTuple):
    """An object to draw a box around."""

    scene: int
    name: str
    box: tuple[float, ...]  # x1, y1, x2, y2


class Judged(NamedTuple):
    """A box held against the true one, in pixels of the picture."""

    intersection: float
    union: float

    @property
    def iou(self) -> float:
        """0 … 1."""
        return self.intersection / self.union


def judge(box: Sequence[float], truth: Sequence[float]) -> Judged:
    """What two boxes share and cover together; both x1, y1, x2, y2 with an area."""
    pair = (torch.tensor(each, dtype=torch.float64) for each in (box, truth))
    shared, union = intersection_and_union(*pair)
    return Judged(shared.item(), union.item())


def questions(scenes: Sequence[Any], names: Names) -> Iterator[Question]:
    """All objects that are alone of their class in their scene."""
    for number, scene in enumerate(scenes):
        boxes = as_boxes(f"boxes of scenes[{number}]", scene.boxes)
        labels = as_names(f"labels of scenes[{number}]", scene.labels, len(boxes), names)
        for box, label in zip(boxes.tolist(), labels, strict=True):
            if labels.count(label) == 1 and min(box[2] - box[0], box[3] - box[1]) > 0:
                yield Question(number, label, tuple(box))


def about_sides(box: Sequence[float], truth: Sequence[float]) -> str:
    """Which side of the box is farthest from its place."""
    errors = [mine - true for mine, true in zip(box, truth, strict=True)]
    worst = max(range(4), key=lambda side: abs(errors[side]))
    far = abs(errors[worst])
    if far < 1:
        return "No side is a pixel off."
    ways = ("right", "left") if worst % 2 == 0 else ("down", "up")
    towards = ways[0] if errors[worst] > 0 else ways[1]
    far_text = f"{far:.0f} pixel{'' if round(far) == 1 else 's'}"
    return f"Your {SIDES[worst]} side is farthest off: {far_text} too far {towards}."


def about_guess(guess: float | None, iou: float) -> list[str]:
    """How good the guess was; nothing where there was none."""
    if guess is None:
        return []
    off = guess - iou
    if abs(off) < 0.005:
        return [f"Your guess, {guess:.2f}, is right."]
    return [f"Your guess, {guess:.2f}, is {abs(off):.2f} too {'high' if off > 0 else 'low'}."]
