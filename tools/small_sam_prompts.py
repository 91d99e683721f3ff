"""Prompts for training the small SAM: what a click may mean, boxes, clicks on what is wrong."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from small_sam_scenes import FEWEST, GROUND, GROUP, LOW, MARK, OBJECT, low, some_objects, some_pixel
from torch import Tensor

from cvlib.scenes import boxes_of
from cvlib.small_sam import SIZE

# How likely each meaning of a click is: the object, its mark (if the click is on it), its group.
LIKELY = (1.0, 0.7, 0.4)

Clicks = tuple[Tensor, Tensor]  # (N, P, 2) x, y in pixels and (N, P) labels


class Prompts(NamedTuple):
    """Some prompts, and what they may mean."""

    scenes: Tensor  # (N,) where in the batch
    clicks: Clicks | None
    boxes: Tensor | None  # (N, 4) xyxy
    targets: Tensor  # (N, T, 64, 64) shares of pixels
    weights: Tensor  # (N, T), 0 for what isn't meant


def some_clicks(regions: Tensor, each: int) -> Prompts:
    """One click each: 3 of 10 on a mark, 1 of 10 on the ground, else anywhere on an object."""
    scenes, number = some_objects(regions, each)
    ground, whole, mark, group = (
        regions[scenes, place] for place in (GROUND, OBJECT + number, MARK + number, GROUP + number)
    )
    chance = torch.rand(len(scenes))
    has_mark, has_group = size_of(mark) >= 16, size_of(group) > size_of(whole) + 16
    on_ground, on_mark = chance > 0.9, (chance < 0.3) & has_mark
    clicked = torch.where(on_mark[:, None, None], mark, whole)
    clicked = torch.where(on_ground[:, None, None], ground, clicked)
    whole = torch.where(on_ground[:, None, None], ground, whole)
    targets = torch.stack([low(whole), low(mark), low(group)], dim=1)  # (N, 3, 64, 64)
    place, points = some_pixel(low(clicked) == 1)
    hits_mark = targets[:, 1].flatten(1).gather(1, place[:, None])[:, 0] > 0.5
    meant = [torch.ones_like(on_ground), hits_mark & has_mark & ~on_ground, has_group & ~on_ground]
    weights = torch.stack(meant, dim=1) * torch.tensor(LIKELY)
    return Prompts(scenes, (points[:, None], torch.ones(len(scenes), 1)), None, targets, weights)


def some_boxes(regions: Tensor, each: int) -> Prompts:
    """Boxes around objects, one in four around a mark, one in seven around a group.

    Half of them are wrong by 8 % of their sides, at most 8 pixels; all by half a pixel.
    """
    scenes, number = some_objects(regions, each)
    whole, mark, group = (regions[scenes, place + number] for place in (OBJECT, MARK, GROUP))
    chance = torch.rand(len(scenes))
    marks = (chance < 0.25) & (size_of(mark) >= 16)
    groups = (chance > 0.85) & (size_of(group) >= FEWEST)
    meant = torch.where(marks[:, None, None], mark, whole)
    meant = torch.where(groups[:, None, None], group, meant)
    boxes = boxes_of(meant)
    sides = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)  # (N, 4)
    wrong = (0.08 * sides * torch.randn(boxes.shape)).clamp(-8, 8)
    wrong = wrong * (torch.rand(len(boxes), 1) < 0.5) + 0.5 * torch.randn(boxes.shape)
    boxes = (boxes + wrong).clamp(0, SIZE)
    return Prompts(scenes, None, boxes, low(meant)[:, None], torch.ones(len(scenes), 1))


def size_of(maps: Tensor) -> Tensor:
    """Pixels of each map: (N, H, W) → (N,)."""
    return maps.flatten(1).sum(1)


def corrected(before: Prompts, logits: Tensor, scores: Tensor, more: int) -> tuple[Prompts, Tensor]:
    """The prompts with a click on a wrong pixel and `more` elsewhere, and the answer's logits.

    For a click the answer is the mask with the best score, and what was meant is drawn now; for a
    box it is the single mask. Where nothing is wrong, the click is on the object again.
    """
    every = torch.arange(len(logits))
    meant = torch.multinomial(before.weights, 1)[:, 0]
    target = before.targets[every, meant]  # (N, 64, 64)
    answer = scores[:, 1:].argmax(1) + 1 if before.boxes is None else torch.zeros_like(every)
    drawn = logits[every, answer].detach()  # (N, 64, 64)
    inside = target > 0.5
    wrong = (drawn > 0) != inside
    wrong = torch.where(wrong.flatten(1).any(1)[:, None, None], wrong, inside)
    found = [click_on(wrong, inside)]
    found += [click_on(near(target, inside), inside) for _ in range(more)]
    points, labels = (torch.cat(list(parts), dim=1) for parts in zip(*found, strict=True))
    if before.clicks is not None:
        points = torch.cat([before.clicks[0], points], dim=1)
        labels = torch.cat([before.clicks[1], labels], dim=1)
    one = torch.ones(len(logits), 1)
    after = before._replace(clicks=(points, labels), targets=target[:, None], weights=one)
    return after, drawn[:, None]


def near(target: Tensor, inside: Tensor) -> Tensor:
    """Where further clicks fall: inside, or outside and then mostly close to the border."""
    close = (F.avg_pool2d(target[:, None], 9, 1, 4)[:, 0] > 0) & ~inside
    outside = 4 * close + 0.3 * ~inside
    return torch.where(torch.rand(len(target), 1, 1) < 0.5, inside.float(), outside)


def click_on(weights: Tensor, inside: Tensor) -> Clicks:
    """A click by chance, labelled by what it hits: (N, 64, 64) twice → (N, 1, 2), (N, 1)."""
    place, points = some_pixel(weights)
    labels = inside.view(-1, LOW * LOW).gather(1, place[:, None]).float()
    return points[:, None], labels
