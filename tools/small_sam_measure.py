"""What the small SAM can do on scenes that it never saw, through the real `SamPredictor`."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

import numpy as np
from segment_anything import SamPredictor

from cvlib.images import to_image
from cvlib.prompting import mask_iou
from cvlib.scenes import make_scenes
from cvlib.small_sam import SIZE

CLICKS = 5  # of a dialogue


def measure(sam: Any, count: int, seed: int) -> dict[str, float]:
    """Means over the objects of `count` scenes without marks and `count` with marks."""
    predictor, random = SamPredictor(sam), np.random.default_rng(seed)
    found: dict[str, list[float]] = defaultdict(list)
    for marks in (False, True):
        kind = "with marks" if marks else "without marks"
        for scene in make_scenes(count, SIZE, seed=seed + marks, marks=marks):
            predictor.set_image(to_image(scene.image))
            for box, mask, part in zip(
                scene.boxes.numpy(), scene.masks.numpy(), scene.parts.numpy(), strict=True
            ):
                masks, _, _ = predictor.predict(box=box, multimask_output=False)
                found[f"box, {kind}"].append(float(mask_iou(masks[0], mask)))
                click = a_click(mask, random)
                masks, scores, _ = predictor.predict(*click)
                ious = mask_iou(masks, mask)  # (3,)
                found[f"click, best score, {kind}"].append(float(ious[scores.argmax()]))
                found[f"click, best of three, {kind}"].append(float(ious.max()))
                found[f"{CLICKS} clicks, {kind}"].append(dialogue(predictor, mask, random))
                if part.sum() >= 40:
                    on_mark(predictor, mask, part, random, found)
    return {name: float(np.mean(values)) for name, values in found.items()}


def a_click(region: Any, random: np.random.Generator) -> tuple[Any, Any]:
    """One pixel of a region by chance, as SamPredictor wants it."""
    rows, columns = np.nonzero(region)
    place = random.integers(len(rows))
    return np.array([[columns[place], rows[place]]]), np.array([1])


def on_mark(predictor: Any, mask: Any, part: Any, random: np.random.Generator, found: Any) -> None:
    """A click on a mark may mean the mark or the whole object: are both among the three?"""
    masks, _, _ = predictor.predict(*a_click(part, random))
    best = [float(mask_iou(masks, wanted).max()) for wanted in (part, mask)]
    found["on a mark: the mark, best of three"].append(best[0])
    found["on a mark: the object, best of three"].append(best[1])
    found["on a mark: both above 0.7"].append(min(best) > 0.7)
    pairs = [float(mask_iou(a, b)) for a, b in combinations(masks, 2)]
    found["on a mark: how alike the three are"].append(float(np.mean(pairs)))


def dialogue(predictor: Any, mask: Any, random: np.random.Generator) -> float:
    """Each click on a wrong pixel by chance, together with the logits so far; the last IoU."""
    points, labels = a_click(mask, random)
    masks, scores, low = predictor.predict(points, labels)
    best = int(scores.argmax())
    answer, logits = masks[best], low[best][None]
    for _ in range(CLICKS - 1):
        wrong = answer ^ mask
        if not wrong.any():
            break
        place, _ = a_click(wrong, random)
        points = np.concatenate([points, place])
        labels = np.append(labels, int(mask[place[0, 1], place[0, 0]]))
        masks, _, logits = predictor.predict(
            points, labels, mask_input=logits, multimask_output=False
        )
        answer = masks[0]
    return float(mask_iou(answer, mask))
