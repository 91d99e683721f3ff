"""What a run of a prompt program is worth: replayed with a predictor of the judge's own.

A strategy is free where an exercise leaves it free: these functions turn what came back from a
run into facts that hold for every good one. `check.function(…, facts=…)` calls them where the
check runs. They trust nothing that they can compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from cvlib.prompt_runs import counting_predictor, task, things
from cvlib.prompting.clicks import Click, answer_to
from cvlib.prompting.masks import mask_iou
from cvlib.prompting.programs import automatic_masks, segment_boxes
from cvlib.regions import depth, regions

CLOSE = 0.01  # how far an IoU that is told may be from the one replayed
ALIKE = 0.9  # IoU from which on two masks count as the same answer


def replayed(
    runs: Any, seeds: Sequence[int], max_clicks: int, stop_iou: float, within: float
) -> dict[str, str]:
    """Facts about dialogues: each is said of the first run that breaks it.

    Args:
        runs: what `prompt_runs.clicked` gave.
        within: how many clicks may be needed on average.

    Raises:
        ValueError: runs, clicks or masks that are none.
    """
    if not isinstance(runs, list) or len(runs) != len(seeds):
        raise ValueError(f"there must be {len(seeds)} traces, got {runs!r:.60}")
    pairs = zip(runs, seeds, strict=True)
    told = [facts_of_run(run, seed, max_clicks, stop_iou) for run, seed in pairs]
    best = {name: next((f[name] for f in told if f[name] != good), good)
            for name, good in GOOD.items()}  # fmt: skip
    needed = sum(len(run["clicks"]) for run in runs) / len(runs)
    limit = f"at most {within:g}"
    return best | {"clicks on average": limit if needed <= within else f"{needed:.1f}"}


GOOD = {
    "the image is encoded": "once",
    "clicks": "each on a wrong pixel, with its right label",
    "IoUs": "what these clicks give",
    "mask": "the last one",
    "it stops": "in time",
}


def facts_of_run(run: Any, seed: int, max_clicks: int, stop_iou: float) -> dict[str, str]:
    """The facts of one dialogue; as in GOOD where all is well."""
    _, target = task(seed)
    clicks, ious = trace_of(run, tuple(target.shape))
    facts = GOOD | {"the image is encoded": times(run.get("encoded"))}
    masks = [torch.zeros_like(target), *answers(seed, tuple(clicks))]
    real = [mask_iou(mask, target).item() for mask in masks[1:]]
    for number, ((x, y, label), mask) in enumerate(zip(clicks, masks, strict=False), 1):
        if mask[y, x] == target[y, x]:
            facts["clicks"] = f"click {number} is on a pixel that is right already"
        elif label != int(target[y, x]):
            facts["clicks"] = f"click {number} has the wrong label"
        if facts["clicks"] != GOOD["clicks"]:
            break
    if len(ious) != len(clicks):
        facts["IoUs"] = f"{len(ious)} for {len(clicks)} clicks"
    elif apart := [n for n, iou in enumerate(real) if not abs(ious[n] - iou) <= CLOSE]:
        n = apart[0]
        facts["IoUs"] = f"told {ious[n]:.2f} where click {n + 1} gives {real[n]:.2f}"
    if same_masks(run.get("mask"), masks[-1]) != "alike":
        facts["mask"] = "another one"
    facts["it stops"] = stopping(real, max_clicks, stop_iou)
    return facts


@lru_cache(64)  # the reference's run and most answers make the same clicks
def answers(seed: int, clicks: tuple[Click, ...]) -> list[Tensor]:
    """The mask after each click of a dialogue, (H, W) boolean, from the judge's own predictor."""
    predictor = counting_predictor()
    predictor.set_image(task(seed)[0])
    masks, logits = [], None
    for number in range(1, len(clicks) + 1):
        mask, logits = answer_to(predictor, clicks[:number], logits)
        masks.append(mask)
    return masks


def trace_of(run: Any, size: tuple[int, ...]) -> tuple[list[tuple[int, int, int]], list[float]]:
    """The clicks and the IoUs of a run, if they are such; ValueError otherwise."""
    if not isinstance(run, dict) or not all(isinstance(run.get(k), list) for k in GOOD_LISTS):
        raise ValueError("a trace must hold lists of clicks and ious")
    for click in run["clicks"]:
        whole = isinstance(click, list | tuple) and all(type(number) is int for number in click)
        if not whole or len(click) != 3 or click[2] not in (0, 1):
            raise ValueError(
                f"a click must be three plain ints (x, y, label), label 0 or 1, got {click!r:.40}"
            )
        if not (0 <= click[0] < size[1] and 0 <= click[1] < size[0]):
            raise ValueError(
                f"a click must lie in the picture, {size[1]} wide and {size[0]} high, got {click}"
            )
    if len(run["clicks"]) > 200 or not all(type(iou) is float for iou in run["ious"]):
        raise ValueError("a trace must hold at most 200 clicks, and ious that are floats")
    return [tuple(click) for click in run["clicks"]], run["ious"]


GOOD_LISTS = ("clicks", "ious")


def times(count: Any) -> str:
    """How often, in words."""
    return {0: "never", 1: "once"}.get(count, "several times")


def stopping(ious: Sequence[float], max_clicks: int, stop_iou: float) -> str:
    """Whether a dialogue ended with the first IoU of stop_iou, or with the last click allowed."""
    reached = next((n for n, iou in enumerate(ious[:max_clicks], 1) if iou >= stop_iou), max_clicks)
    if len(ious) == reached:
        return GOOD["it stops"]
    return "too early" if len(ious) < reached else "too late"


def same_masks(given: Any, wanted: Tensor) -> str:
    """ "alike" when a mask, or each of several, is about the wanted one; else what it is."""
    if not isinstance(given, Tensor) or given.dtype != torch.bool:
        return f"{given.dtype} instead of bool" if isinstance(given, Tensor) else "no tensor"
    if given.shape != wanted.shape:
        return f"of shape {tuple(given.shape)}"
    wrong = (mask_iou(given, wanted).reshape(-1) < ALIKE).nonzero().flatten().tolist()
    return "alike" if not wrong else f"not alike at {wrong}"


def masks_of_boxes(run: Any, seed: int, count: int = -1) -> dict[str, str]:
    """Facts about `prompt_runs.boxed`: the judge prompts with the same boxes."""
    wanted = wanted_masks(seed, count)
    run, encoded = dict(run), times(dict(run).get("encoded"))
    if len(wanted) == 0 and encoded == "never":
        encoded = "once"  # for no box, none is needed
    return {"the image is encoded": encoded, "masks": same_masks(run.get("masks"), wanted)}


@lru_cache(64)
def wanted_masks(seed: int, count: int) -> Tensor:
    """The masks for the boxes of a picture, (N, H, W); with `count`, for the first of them."""
    return segment_boxes(counting_predictor(), *things(seed, count))


def masks_cut(run: Any, seed: int) -> dict[str, Any]:
    """Facts about `prompt_runs.cut`."""
    kept = {name: dict(run).get(name) for name in ("the model sees red first", "boxes are kept")}
    return masks_of_boxes(run, seed) | kept


def masks_of_grid(run: Any, seed: int, grid: int, **settings: float) -> dict[str, Any]:
    """Facts about `prompt_runs.gridded`: is each mask one that the judge finds, and once?"""
    wanted = wanted_grid(seed, grid, **settings)
    found = dict(run).get("masks")
    facts: dict[str, Any] = {"the image is encoded": times(dict(run).get("encoded"))}
    others = ("masks that are missing", "masks that are too much", "the best comes first")
    facts |= dict.fromkeys(others, "can't be told")
    if not isinstance(found, Tensor) or found.dtype != torch.bool:
        return facts | {"masks": same_masks(found, wanted)}
    if found.dim() != 3 or found.shape[1:] != wanted.shape[1:] or len(found) > 1000:
        return facts | {"masks": f"of shape {tuple(found.shape)}"}
    alike = mask_iou(wanted[:, None], found[None]) >= ALIKE  # (ours, yours)
    return facts | {
        "masks": len(found),
        "masks that are missing": int((~alike.any(dim=1)).sum()),
        "masks that are too much": int((~alike.any(dim=0)).sum()),
        "the best comes first": bool(alike[:1, :1].all()),
    }


@lru_cache(64)
def wanted_grid(seed: int, grid: int, **settings: float) -> Tensor:
    """All masks of a picture, (K, H, W), best first."""
    return automatic_masks(counting_predictor(), task(seed)[0], grid, **settings)


def click_quality(click: Any, pred: Tensor, target: Tensor) -> dict[str, Any]:
    """Facts about one click: where it lies, its label, and how deep inside the largest error.

    Raises:
        ValueError: no click inside the picture.
    """
    if not isinstance(click, tuple | list) or len(click) != 3:
        raise ValueError(f"a click must be (x, y, label), got {click!r:.40}")
    ((x, y, label),), _ = trace_of({"clicks": [click], "ious": []}, tuple(pred.shape))
    parts = regions(target & ~pred)[:1] + regions(pred & ~target)[:1]
    largest = max(parts, key=lambda part: int(part.sum()))
    inside = depth(largest)
    where = "the largest error" if largest[y, x] else "a smaller error"
    if pred[y, x] == target[y, x]:
        where = "no error at all"
    deepest = "as far as possible"
    if inside[y, x] < inside.max() - 1e-4:
        deepest = f"{inside[y, x]:.1f} pixels, where {inside.max():.1f} are possible"
    return {"the click lies in": where, "label": label, "distance to its edge": deepest}
