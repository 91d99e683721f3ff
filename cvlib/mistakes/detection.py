"""Known mistakes of session 06, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses the names of the session's set-up cell and exercises that come earlier, nothing
else.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from cvlib import detection
from cvlib.boxes import iou_with
from cvlib.detection import Detection, match_boxes, of_class
from cvlib.mistakes import mistake, mistaken_values, slip

# 06-convert -------------------------------------------------------------------------------------


@mistake(
    "06-convert",
    says="The centre is taken for the upper left corner: half of the size is missing.",
    asks="How far is it from the centre of a box to its left edge?",
)
def takes_the_centre_for_a_corner(boxes, from_format, to_format):
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"unknown format {value!r}")
    first, second = boxes[..., :2], boxes[..., 2:]
    if from_format != "xyxy":
        second = first + second
    if to_format != "xyxy":
        second = second - first
    return torch.cat([first, second], dim=-1)


@mistake(
    "06-convert",
    says="Sizes are counted with one pixel more, x2 − x1 + 1.",
    asks="How wide is a box from 0 to 10, if edges lie between pixels?",
)
def adds_a_pixel_to_sizes(boxes, from_format, to_format):
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"unknown format {value!r}")
    first, second = boxes[..., :2], boxes[..., 2:]
    if from_format == "cxcywh":
        first = first - second / 2
    if from_format != "xyxy":
        second = first + second - 1
    if to_format != "xyxy":
        second = second - first + 1
    if to_format == "cxcywh":
        first = first + second / 2
    return torch.cat([first, second], dim=-1)


@mistake(
    "06-convert",
    says="The way back is forgotten: boxes that do not come as xyxy are taken as if they did.",
    asks="What do the last two numbers mean in the format that comes in?",
)
def reads_only_xyxy(boxes, from_format, to_format):
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"unknown format {value!r}")
    first, second = boxes[..., :2], boxes[..., 2:]
    if to_format != "xyxy":
        second = second - first
    if to_format == "cxcywh":
        first = first + second / 2
    return torch.cat([first, second], dim=-1)


@mistake(
    "06-convert",
    says="Height comes before width.",
    asks="Which of the four numbers of xyxy gives the width, together with x1?",
)
def writes_height_before_width(boxes, from_format, to_format):
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"unknown format {value!r}")
    first, second = boxes[..., :2], boxes[..., 2:]
    if from_format == "cxcywh":
        first = first - second / 2
    if from_format != "xyxy":
        second = first + second
    if to_format != "xyxy":
        second = second - first
    if to_format == "cxcywh":
        first = first + second / 2
    if to_format != "xyxy":
        second = second.flip(-1)
    return torch.cat([first, second], dim=-1)


@mistake(
    "06-convert",
    says="Unknown formats are let through without a word.",
    asks='What should happen to "XYWH", before anything is computed?',
)
def accepts_any_format(boxes, from_format, to_format):
    first, second = boxes[..., :2], boxes[..., 2:]
    if from_format == "cxcywh":
        first = first - second / 2
    if from_format != "xyxy":
        second = first + second
    if to_format != "xyxy":
        second = second - first
    if to_format == "cxcywh":
        first = first + second / 2
    return torch.cat([first, second], dim=-1)


@mistake(
    "06-convert",
    says="The numbers are changed inside the tensor that came in, so the caller's boxes are lost.",
    asks="Which operation makes a copy, and which writes in place?",
)
def writes_into_the_boxes(boxes, from_format, to_format):
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"unknown format {value!r}")
    if from_format == "cxcywh":
        boxes[..., :2] -= boxes[..., 2:] / 2
    if from_format != "xyxy":
        boxes[..., 2:] += boxes[..., :2]
    if to_format != "xyxy":
        boxes[..., 2:] -= boxes[..., :2]
    if to_format == "cxcywh":
        boxes[..., :2] += boxes[..., 2:] / 2
    return boxes


@mistake(
    "06-convert",
    says="Brackets are missing: half of the second corner is added to the first one.",
    asks="Where is the middle between x1 = 10 and x2 = 30? Does x1 + x2 / 2 give it?",
)
def halves_only_the_second_corner(boxes, from_format, to_format):
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"unknown format {value!r}")
    x1, y1, x2, y2 = boxes.unbind(dim=-1)
    if from_format == "cxcywh":
        x1, y1, x2, y2 = x1 - x2 / 2, y1 - y2 / 2, x1 + x2 / 2, y1 + y2 / 2
    if from_format == "xywh":
        x2, y2 = x1 + x2, y1 + y2
    if to_format == "xywh":
        x2, y2 = x2 - x1, y2 - y1
    if to_format == "cxcywh":
        x1, y1, x2, y2 = x1 + x2 / 2, y1 + y2 / 2, x2 - x1, y2 - y1
    return torch.stack([x1, y1, x2, y2], dim=-1)


@mistake(
    "06-convert",
    says="The centre is overwritten by the corner before the second corner is computed from it.",
    asks="After x = x - w / 2, what is x + w / 2?",
)
def overwrites_the_centre(boxes, from_format, to_format):
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"unknown format {value!r}")
    first, second = boxes[..., :2], boxes[..., 2:]
    if from_format == "cxcywh":
        first = first - second / 2
        second = first + second / 2
    if from_format == "xywh":
        second = first + second
    if to_format != "xyxy":
        second = second - first
    if to_format == "cxcywh":
        first = first + second / 2
    return torch.cat([first, second], dim=-1)


@mistake(
    "06-convert",
    says="Only pairs with xyxy are there; xywh to cxcywh, or a format to itself, is refused.",
    asks="How many pairs do three formats make? Which way leads from any of them to any other?",
)
def converts_only_from_and_to_corners(boxes, from_format, to_format):
    first, second = boxes[..., :2], boxes[..., 2:]
    if (from_format, to_format) == ("xyxy", "xywh"):
        return torch.cat([first, second - first], dim=-1)
    if (from_format, to_format) == ("xyxy", "cxcywh"):
        return torch.cat([(first + second) / 2, second - first], dim=-1)
    if (from_format, to_format) == ("xywh", "xyxy"):
        return torch.cat([first, first + second], dim=-1)
    if (from_format, to_format) == ("cxcywh", "xyxy"):
        return torch.cat([first - second / 2, first + second / 2], dim=-1)
    raise ValueError(f"can't convert {from_format!r} to {to_format!r}")


# 06-iou -----------------------------------------------------------------------------------------


@mistake(
    "06-iou",
    says="The shared area is counted twice in the union.",
    asks="If two boxes are the same, how large is the area that they cover together?",
)
def counts_the_shared_area_twice(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=-1)
    union = area1[:, None] + area2[None]
    return shared / torch.where(union > 0, union, 1.0)


@mistake(
    "06-iou",
    says="The sides of the shared box are not clamped: boxes apart get an overlap, or a negative "
    "one.",
    asks="What is minus 3 times minus 2, and how much do two such boxes share?",
)
def does_not_clamp(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).prod(dim=-1)
    union = area1[:, None] + area2[None] - shared
    return shared / torch.where(union > 0, union, 1.0)


@mistake(
    "06-iou",
    says="The product of the two sides is clamped, not each side: two negative ones make a "
    "positive area.",
    asks="At which moment do you still see that a side is negative?",
)
def clamps_the_product(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).prod(dim=-1).clamp(min=0)
    union = area1[:, None] + area2[None] - shared
    return shared / torch.where(union > 0, union, 1.0)


@mistake(
    "06-iou",
    says="Every side is counted with one pixel more, as old code for whole pixels does.",
    asks="Which area has a box from (0, 0) to (4, 2)?",
)
def adds_a_pixel_to_each_side(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0] + 1) * (b[:, 3] - b[:, 1] + 1) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1 + 1).clamp(min=0).prod(dim=-1)
    return shared / (area1[:, None] + area2[None] - shared)


@mistake(
    "06-iou",
    says="The shared area is divided by the smaller of the two areas: a small box inside a large "
    "one then counts as a perfect hit.",
    asks="Which area does the U in IoU stand for?",
)
def divides_by_the_smaller_box(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=-1)
    smaller = torch.minimum(area1[:, None], area2[None])
    return shared / torch.where(smaller > 0, smaller, 1.0)


@mistake(
    "06-iou",
    says="Two boxes without area give NaN, 0/0.",
    asks="What is the union of two points, and by what may you divide instead?",
)
def divides_by_zero(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=-1)
    return shared / (area1[:, None] + area2[None] - shared)


@mistake(
    "06-iou",
    says="Rows and columns of the matrix are exchanged: (M, N) instead of (N, M).",
    asks="To which of the two arguments does row 0 belong?",
)
def exchanges_rows_and_columns(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[None, :, :2], boxes2[:, None, :2])
    corner2 = torch.minimum(boxes1[None, :, 2:], boxes2[:, None, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=-1)
    union = area1[None] + area2[:, None] - shared
    return shared / torch.where(union > 0, union, 1.0)


@mistake(
    "06-iou",
    says="Smaller and larger are exchanged: that is the box around both, not the part they share.",
    asks="Two boxes begin at x = 0 and x = 2. Where does the part begin that lies in both?",
)
def takes_the_box_around_both(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.minimum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.maximum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=-1)
    union = area1[:, None] + area2[None] - shared
    return shared / torch.where(union > 0, union, 1.0)


@mistake(
    "06-iou",
    says="The second corner is taken for width and height when the areas are computed.",
    asks="How large is the box (10, 10, 12, 12) in xyxy?",
)
def takes_a_corner_for_the_size(boxes1, boxes2):
    area1, area2 = (b[:, 2] * b[:, 3] for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=-1)
    union = area1[:, None] + area2[None] - shared
    return shared / torch.where(union > 0, union, 1.0)


# 06-nms -----------------------------------------------------------------------------------------


@mistake(
    "06-nms",
    says="Boxes are taken in the order of their indices, not of their scores.",
    asks="Which box may never be dropped, and is it the first one of the tensor?",
)
def goes_by_index(boxes, scores, iou_threshold):
    order = torch.arange(len(boxes), device=boxes.device)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else order


@mistake(
    "06-nms",
    says="The scores are sorted upwards, so the worst box is chosen first.",
    asks="What does `argsort` do if you don't say `descending=True`?",
)
def begins_with_the_worst(boxes, scores, iou_threshold):
    order = scores.argsort()
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else order


@mistake(
    "06-nms",
    says="A box whose IoU equals the threshold is dropped.",
    asks="The task says *above* the threshold. Which comparison leaves an equal one in?",
)
def drops_at_the_threshold(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) < iou_threshold]
    return torch.stack(keep) if keep else order


@mistake(
    "06-nms",
    says="Boxes that were already dropped go on dropping others.",
    asks="A drops B, and B overlaps C. Is B still there when C is judged?",
)
def lets_dropped_boxes_drop(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    keep = [
        index
        for place, index in enumerate(order)
        if not (iou_with(boxes[index], boxes[order[:place]]) > iou_threshold).any()
    ]
    return torch.stack(keep) if keep else order


@mistake(
    "06-nms",
    says="The boxes that overlap stay, and those apart are dropped.",
    asks="Which boxes are likely to show the same object: those with a large IoU, or a small one?",
)
def keeps_the_doubles(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) > iou_threshold]
    return torch.stack(keep) if keep else order


@mistake(
    "06-nms",
    says="The indices come in the order of the boxes, not the best first.",
    asks="Which box should the first index of the result name?",
)
def forgets_the_order(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep).sort().values if keep else order


@mistake(
    "06-nms",
    says="No boxes give an empty *float* tensor, which can't be used as an index.",
    asks="Which dtype has `torch.tensor([])`?",
)
def returns_an_empty_float(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best.item())
        order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.tensor(keep, device=boxes.device)


@mistake(
    "06-nms",
    says="The indices count places in the sorted boxes, not in the boxes that came in.",
    asks="After boxes = boxes[order], which box of the caller is number 0?",
)
def returns_places_in_the_sorted_boxes(boxes, scores, iou_threshold):
    boxes = boxes[scores.argsort(descending=True)]
    left = torch.arange(len(boxes), device=boxes.device)
    keep = []
    while len(left):
        best, rest = left[0], left[1:]
        keep.append(best)
        left = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else left


@mistake(
    "06-nms",
    says="That is a mask, true for each box that stays; the task asks for indices, best first.",
    asks="How could a mask say which of the boxes is the best?",
)
def returns_a_mask(boxes, scores, iou_threshold):
    stays = torch.ones(len(boxes), dtype=torch.bool, device=boxes.device)
    for index in scores.argsort(descending=True):
        if stays[index]:
            stays &= iou_with(boxes[index], boxes) <= iou_threshold
            stays[index] = True
    return stays


@mistake(
    "06-nms",
    says="There is only one round: those that the best box leaves never meet one another.",
    asks="The best box is far away from two doubles. Who drops the worse of the two?",
)
def makes_one_round(boxes, scores, iou_threshold):
    order = scores.argsort(descending=True)
    if len(order) == 0:
        return order
    best, rest = order[:1], order[1:]
    return torch.cat([best, rest[iou_with(boxes[best[0]], boxes[rest]) <= iou_threshold]])


# 06-batched-nms ---------------------------------------------------------------------------------


@mistake(
    "06-batched-nms",
    says="Labels are ignored: boxes of one class drop those of another.",
    asks="May a rider drop a bicycle?",
)
def ignores_the_labels(boxes, scores, labels, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else order


@mistake(
    "06-batched-nms",
    says="The result is sorted class by class, not by score over all classes.",
    asks="The best box of the last class may be the best of all. Where should it stand?",
)
def sorts_class_by_class(boxes, scores, labels, iou_threshold):
    keep = []
    for label in labels.unique():
        order = scores.argsort(descending=True)
        order = order[labels[order] == label]
        while len(order):
            best, rest = order[0], order[1:]
            keep.append(best)
            order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else torch.zeros(0, dtype=torch.int64, device=boxes.device)


@mistake(
    "06-batched-nms",
    says="Classes are moved apart by one pixel for each label: their boxes still touch.",
    asks="How far must a class be moved, so that none of its boxes reaches another class?",
)
def moves_classes_by_a_pixel(boxes, scores, labels, iou_threshold):
    moved = boxes + labels[:, None]
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(moved[best], moved[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else order


@mistake(
    "06-batched-nms",
    says="Boxes of *other* classes are dropped, and doubles of the same class stay.",
    asks="When are two boxes rivals: if their labels are equal, or if they differ?",
)
def lets_other_classes_compete(boxes, scores, labels, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        doubles = iou_with(boxes[best], boxes[rest]) > iou_threshold
        order = rest[~(doubles & (labels[rest] != labels[best]))]
    return torch.stack(keep) if keep else order


@mistake(
    "06-batched-nms",
    says="Only one box of each class is left, wherever the others lie.",
    asks="May there be two bicycles in a picture?",
)
def keeps_one_of_each_class(boxes, scores, labels, iou_threshold):
    order = scores.argsort(descending=True)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[labels[rest] != labels[best]]
    return torch.stack(keep) if keep else order


@mistake(
    "06-batched-nms",
    says="The indices count within their class: they are places in boxes[labels == label].",
    asks="`nms` says 0 for the best box of class 7. Which number has this box among all?",
)
def counts_within_a_class(boxes, scores, labels, iou_threshold):
    keep = []
    for label in labels.unique():
        ours, order = boxes[labels == label], scores[labels == label].argsort(descending=True)
        while len(order):
            best, rest = order[0], order[1:]
            keep.append(best)
            order = rest[iou_with(ours[best], ours[rest]) <= iou_threshold]
    found = torch.stack(keep) if keep else torch.zeros_like(labels)
    return found[scores[found].argsort(descending=True)]


@mistake(
    "06-batched-nms",
    says="Classes are counted 0, 1, 2 …, so boxes with other labels are never looked at.",
    asks="Which labels does `range(len(labels.unique()))` go through, if they are 7 and 1000?",
)
def counts_classes_from_zero(boxes, scores, labels, iou_threshold):
    keep = []
    for label in range(len(labels.unique())):
        order = scores.argsort(descending=True)
        order = order[labels[order] == label]
        while len(order):
            best, rest = order[0], order[1:]
            keep.append(best)
            order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    found = torch.stack(keep) if keep else torch.zeros_like(labels[:0])
    return found[scores[found].argsort(descending=True)]


# 06-soft-nms ------------------------------------------------------------------------------------


@mistake(
    "06-soft-nms",
    says="The scores are lowered in the tensor that came in.",
    asks="Who else may still need the scores that you were given?",
)
def writes_into_the_scores(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = (scores >= score_threshold).nonzero()[:, 0]
    keep, found = [], []
    while len(left):
        best = left[scores[left].argmax()]
        keep.append(best)
        found.append(scores[best].clone())
        left = left[left != best]
        scores[left] *= torch.exp(-(iou_with(boxes[best], boxes[left]) ** 2) / sigma)
        left = left[scores[left] >= score_threshold]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, scores[left])


@mistake(
    "06-soft-nms",
    says="The boxes are sorted once, at the beginning; scores that fall later change nothing.",
    asks="After the first choice, is the box that was second still the best of the rest?",
)
def sorts_only_once(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = scores.argsort(descending=True)
    left = left[scores[left] >= score_threshold]
    current = scores[left]
    keep, found = [], []
    while len(left):
        keep.append(left[0])
        found.append(current[0])
        overlaps = iou_with(boxes[left[0]], boxes[left[1:]])
        current = current[1:] * torch.exp(-(overlaps**2) / sigma)
        left, current = left[1:][current >= score_threshold], current[current >= score_threshold]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="The IoU is not squared in the exponent.",
    asks="By what is a score multiplied for an IoU of 0.6 and σ = 0.5? Compare with the example.",
)
def forgets_the_square(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = (scores >= score_threshold).nonzero()[:, 0]
    current = scores[left]
    keep, found = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        found.append(current[best])
        current = current * torch.exp(-iou_with(boxes[left[best]], boxes[left]) / sigma)
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="Scores are multiplied by 1 − IoU: the linear form of the paper, not the one asked for.",
    asks="Where does sigma stand in your formula?",
)
def decays_linearly(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = (scores >= score_threshold).nonzero()[:, 0]
    current = scores[left]
    keep, found = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        found.append(current[best])
        current = current * (1 - iou_with(boxes[left[best]], boxes[left]))
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="The old scores are returned, as if nothing had been lowered.",
    asks="Which score did a box have at the moment when it was chosen?",
)
def returns_the_old_scores(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = (scores >= score_threshold).nonzero()[:, 0]
    current = scores[left]
    keep = []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        overlaps = iou_with(boxes[left[best]], boxes[left])
        current = current * torch.exp(-(overlaps**2) / sigma)
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), scores[torch.stack(keep)]) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="The chosen box lowers its own score, too, before it is written down.",
    asks="Which IoU does a box have with itself?",
)
def lowers_the_chosen_box(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = (scores >= score_threshold).nonzero()[:, 0]
    current = scores[left]
    keep, found = [], []
    while len(left):
        best = current.argmax()
        overlaps = iou_with(boxes[left[best]], boxes[left])
        current = current * torch.exp(-(overlaps**2) / sigma)
        keep.append(left[best])
        found.append(current[best])
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="A first box below the threshold is chosen all the same: scores are compared with it only "
    "after they were lowered.",
    asks="Scores 0.8 and 0.3, a threshold of 0.9: which box may be chosen at all?",
)
def looks_at_the_threshold_too_late(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = torch.arange(len(scores), device=scores.device)
    current = scores.clone()
    keep, found = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        found.append(current[best])
        overlaps = iou_with(boxes[left[best]], boxes[left])
        current = current * torch.exp(-(overlaps**2) / sigma)
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="No box is ever dropped: `score_threshold` is not used.",
    asks="What happens to a box whose score has fallen to nearly nothing?",
)
def never_drops_a_box(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = torch.arange(len(scores), device=scores.device)
    current = scores.clone()
    keep, found = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        found.append(current[best])
        others = torch.arange(len(left), device=left.device) != best
        overlaps = iou_with(boxes[left[best]], boxes[left[others]])
        current = current[others] * torch.exp(-(overlaps**2) / sigma)
        left = left[others]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="Each time the first scores are lowered, so that only the last choice counts.",
    asks="A box overlaps two boxes that were chosen. How often is its score multiplied?",
)
def lowers_the_first_scores_each_time(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = (scores >= score_threshold).nonzero()[:, 0]
    current = scores[left]
    keep, found = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        found.append(current[best])
        overlaps = iou_with(boxes[left[best]], boxes[left])
        current = scores[left] * torch.exp(-(overlaps**2) / sigma)
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


@mistake(
    "06-soft-nms",
    says="The exponent is divided by 2σ², as in a normal distribution, not by σ.",
    asks="For which σ are 2σ² and σ the same, so that nobody notices?",
)
def divides_by_two_sigma_squared(boxes, scores, sigma=0.5, score_threshold=0.001):
    left = (scores >= score_threshold).nonzero()[:, 0]
    current = scores[left]
    keep, found = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        found.append(current[best])
        overlaps = iou_with(boxes[left[best]], boxes[left])
        current = current * torch.exp(-(overlaps**2) / (2 * sigma**2))
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)


# 06-letterbox -----------------------------------------------------------------------------------


@mistake(
    "06-letterbox",
    says="The picture is stretched to a square.",
    asks="Which shape has a disc afterwards?",
)
def stretches(image, size):
    height, width = image.shape[-2:]
    batch = image if image.dim() == 4 else image[None]
    square = F.interpolate(batch, (size, size), mode="bilinear")
    return square if image.dim() == 4 else square[0], size / max(height, width), (0, 0)


@mistake(
    "06-letterbox",
    says="The picture lies in the upper left corner: all grey is on the right and below.",
    asks="How many columns of grey should be on the left?",
)
def does_not_centre(image, size):
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    square = F.pad(small, (0, size - wide, 0, size - high), value=114 / 255)
    return square if image.dim() == 4 else square[0], scale, (0, 0)


@mistake(
    "06-letterbox",
    says="The frame is black instead of grey.",
    asks="Which value does `F.pad` fill in, if you don't name one?",
)
def pads_with_black(image, size):
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    square = F.pad(small, (left, size - wide - left, top, size - high - top))
    return square if image.dim() == 4 else square[0], scale, (left, top)


@mistake(
    "06-letterbox",
    says="The scale goes by the shorter side, so the longer one is cut off.",
    asks="Which of the two sides has to fit into the square?",
)
def fits_the_shorter_side(image, size):
    height, width = image.shape[-2:]
    scale = size / min(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    square = F.pad(small, (left, size - wide - left, top, size - high - top), value=114 / 255)
    return square if image.dim() == 4 else square[0], scale, (left, top)


@mistake(
    "06-letterbox",
    says="The two pads are returned as (rows, columns), but x comes first.",
    asks="Which of the two moves a box to the right?",
)
def returns_rows_before_columns(image, size):
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    around = (left, size - wide - left, top, size - high - top)
    square = F.pad(small, around, value=114 / 255)
    return square if image.dim() == 4 else square[0], scale, (top, left)


@mistake(
    "06-letterbox",
    says="Boxes are divided by the scale first, and the pad is taken away after that.",
    asks="The pad is measured in pixels of the square. What must be undone while boxes still are?",
    function="unletterbox",
)
def divides_before_it_subtracts(boxes, scale, pad, original_size):
    height, width = original_size
    back = boxes / scale - boxes.new_tensor([*pad, *pad])
    most = back.new_tensor([width, height, width, height])
    return torch.minimum(back.clamp(min=0), most)


@mistake(
    "06-letterbox",
    says="The pad is forgotten on the way back.",
    asks="Where in the square is the picture's upper left corner?",
    function="unletterbox",
)
def forgets_the_pad(boxes, scale, pad, original_size):
    height, width = original_size
    back = boxes / scale
    most = back.new_tensor([width, height, width, height])
    return torch.minimum(back.clamp(min=0), most)


@mistake(
    "06-letterbox",
    says="Boxes are multiplied by the scale a second time, instead of divided by it.",
    asks="Is the picture larger or smaller than what the network saw?",
    function="unletterbox",
)
def multiplies_by_the_scale(boxes, scale, pad, original_size):
    height, width = original_size
    back = (boxes - boxes.new_tensor([*pad, *pad])) * scale
    most = back.new_tensor([width, height, width, height])
    return torch.minimum(back.clamp(min=0), most)


@mistake(
    "06-letterbox",
    says="The x of a box is clipped to the height, and y to the width.",
    asks="In which order does original_size name them, and how far may x go?",
    function="unletterbox",
)
def clips_x_to_the_height(boxes, scale, pad, original_size):
    height, width = original_size
    back = (boxes - boxes.new_tensor([*pad, *pad])) / scale
    most = back.new_tensor([height, width, height, width])
    return torch.minimum(back.clamp(min=0), most)


@mistake(
    "06-letterbox",
    says="Boxes are not clipped: they may leave the picture.",
    asks="What is the smallest x in a picture, and what the largest?",
    function="unletterbox",
)
def lets_boxes_leave_the_picture(boxes, scale, pad, original_size):
    return (boxes - boxes.new_tensor([*pad, *pad])) / scale


@mistake(
    "06-letterbox",
    says="The new sides are cut off, not rounded: 0.8 · 6 becomes 4 instead of 5.",
    asks="What does `int(4.8)` give, and what `round(4.8)`?",
)
def cuts_the_sides_off(image, size):
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = int(scale * height), int(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    around = (left, size - wide - left, top, size - high - top)
    square = F.pad(small, around, value=114 / 255)
    return square if image.dim() == 4 else square[0], scale, (left, top)


@mistake(
    "06-letterbox",
    says="The scale goes by the width, so a picture that is higher than wide does not fit in.",
    asks="Which of the two sides is the longer one in an upright picture?",
)
def goes_by_the_width(image, size):
    height, width = image.shape[-2:]
    scale = size / width
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    around = (left, size - wide - left, top, size - high - top)
    square = F.pad(small, around, value=114 / 255)
    return square if image.dim() == 4 else square[0], scale, (left, top)


@mistake(
    "06-letterbox",
    says="The rows are given to `F.pad` first, but it begins with the last axis, the columns.",
    asks="In which order does `F.pad` take left, right, top and bottom?",
)
def pads_rows_before_columns(image, size):
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    around = (top, size - high - top, left, size - wide - left)
    square = F.pad(small, around, value=114 / 255)
    return square if image.dim() == 4 else square[0], scale, (left, top)


@mistake(
    "06-letterbox",
    says="The grey is 114, but pixels run from 0 to 1 here.",
    asks="Which number is the brightest in `image`?",
)
def fills_up_with_114(image, size):
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    around = (left, size - wide - left, top, size - high - top)
    square = F.pad(small, around, value=114)
    return square if image.dim() == 4 else square[0], scale, (left, top)


@mistake(
    "06-letterbox",
    says="The scale that is returned leads from the square to the picture, not into the square.",
    asks="A picture 100 wide goes into 50. Is the scale 2, or a half?",
)
def returns_the_scale_of_the_way_back(image, size):
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")
    left, top = (size - wide) // 2, (size - high) // 2
    around = (left, size - wide - left, top, size - high - top)
    square = F.pad(small, around, value=114 / 255)
    return square if image.dim() == 4 else square[0], 1 / scale, (left, top)


@mistake(
    "06-letterbox",
    says="The two pads are exchanged: that of the columns is taken from y.",
    asks="In which order does `pad` name the two?",
    function="unletterbox",
)
def exchanges_the_pads(boxes, scale, pad, original_size):
    height, width = original_size
    pad_y, pad_x = pad
    back = (boxes - boxes.new_tensor([pad_x, pad_y, pad_x, pad_y])) / scale
    most = back.new_tensor([width, height, width, height])
    return torch.minimum(back.clamp(min=0), most)


@mistake(
    "06-letterbox",
    says="Boxes are clipped to width − 1 and height − 1, the last pixel's number, not its edge.",
    asks="How wide is a box that covers all of a picture of 100 columns?",
    function="unletterbox",
)
def clips_a_pixel_early(boxes, scale, pad, original_size):
    height, width = original_size
    back = (boxes - boxes.new_tensor([*pad, *pad])) / scale
    most = back.new_tensor([width - 1, height - 1, width - 1, height - 1])
    return torch.minimum(back.clamp(min=0), most)


# 06-decode-grid ---------------------------------------------------------------------------------


@mistake(
    "06-decode-grid",
    says="Row and column are exchanged: the row number is used for x.",
    asks="If you go one column to the right, which of the two coordinates grows?",
)
def exchanges_row_and_column(predictions, stride):
    height, width = predictions.shape[2:]
    x = (torch.arange(height, device=predictions.device) + 0.5)[:, None]
    y = (torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    return stride * boxes.flatten(1, 2)


@mistake(
    "06-decode-grid",
    says="Distances are measured from the upper left corner of the cell, not from its centre.",
    asks="Where in a cell of 8 pixels is its centre?",
)
def measures_from_the_corner(predictions, stride):
    height, width = predictions.shape[2:]
    y = torch.arange(height, device=predictions.device)[:, None]
    x = torch.arange(width, device=predictions.device)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    return stride * boxes.flatten(1, 2)


@mistake(
    "06-decode-grid",
    says="The centres are in pixels, but the distances are still in cells.",
    asks="How many pixels is a distance of 2 cells?",
)
def leaves_the_distances_in_cells(predictions, stride):
    height, width = predictions.shape[2:]
    y = stride * (torch.arange(height, device=predictions.device) + 0.5)[:, None]
    x = stride * (torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    return boxes.flatten(1, 2)


@mistake(
    "06-decode-grid",
    says="Everything is in cells: the stride is never used.",
    asks="Which unit do the boxes have to have?",
)
def forgets_the_stride(predictions, stride):
    height, width = predictions.shape[2:]
    y = (torch.arange(height, device=predictions.device) + 0.5)[:, None]
    x = (torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    return boxes.flatten(1, 2)


@mistake(
    "06-decode-grid",
    says="All four distances are added: the box begins to the right of its own centre.",
    asks="On which side of the centre does the left edge lie?",
)
def adds_all_distances(predictions, stride):
    height, width = predictions.shape[2:]
    y = (torch.arange(height, device=predictions.device) + 0.5)[:, None]
    x = (torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x + left, y + top, x + right, y + bottom], dim=-1)
    return stride * boxes.flatten(1, 2)


@mistake(
    "06-decode-grid",
    says="The boxes come column by column.",
    asks="Which cell should be the second of the result: the one to the right, or the one below?",
)
def goes_column_by_column(predictions, stride):
    height, width = predictions.shape[2:]
    y = (torch.arange(height, device=predictions.device) + 0.5)[:, None]
    x = (torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    return stride * boxes.transpose(1, 2).flatten(1, 2)


@mistake(
    "06-decode-grid",
    says="The axes are flattened without moving the four numbers to the end, which mixes cells.",
    asks="Which axis of (N, 4, H, W) has to be the last one, before you reshape?",
)
def reshapes_without_moving(predictions, stride):
    height, width = predictions.shape[2:]
    y = (torch.arange(height, device=predictions.device) + 0.5)[:, None].expand(height, width)
    x = (torch.arange(width, device=predictions.device) + 0.5)[None].expand(height, width)
    centres = torch.stack([x, y], dim=-1).reshape(-1, 2)
    distances = predictions.reshape(len(predictions), height * width, 4)
    boxes = torch.cat([centres - distances[..., :2], centres + distances[..., 2:]], dim=-1)
    return stride * boxes


@mistake(
    "06-decode-grid",
    says="Half a *pixel* is added to the cell's corner, not half a cell.",
    asks="How many pixels is it from the corner of a cell of stride 8 to its centre?",
)
def adds_half_a_pixel(predictions, stride):
    height, width = predictions.shape[2:]
    y = (stride * torch.arange(height, device=predictions.device) + 0.5)[:, None]
    x = (stride * torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = (stride * predictions).unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    return boxes.flatten(1, 2)


@mistake(
    "06-decode-grid",
    says="The boxes are right as (N, 4, H, W), but `reshape` does not move the 4 to the end: it "
    "cuts the numbers up in the order in which they lie.",
    asks="Which four numbers lie side by side in (N, 4, H, W)? Which should?",
)
def reshapes_the_boxes(predictions, stride):
    height, width = predictions.shape[2:]
    y = (torch.arange(height, device=predictions.device) + 0.5)[:, None]
    x = (torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=1)
    return stride * boxes.reshape(len(boxes), -1, 4)


@mistake(
    "06-decode-grid",
    says="Boxes are clipped at 0, but at this step they may leave the picture.",
    asks="Is the picture's left edge at x = 0 of the square, if there is grey on the left?",
)
def clips_at_zero(predictions, stride):
    height, width = predictions.shape[2:]
    y = (torch.arange(height, device=predictions.device) + 0.5)[:, None]
    x = (torch.arange(width, device=predictions.device) + 0.5)[None]
    left, top, right, bottom = predictions.unbind(dim=1)
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)
    return (stride * boxes.flatten(1, 2)).clamp(min=0)


# 06-average-precision ---------------------------------------------------------------------------


@mistake(
    "06-average-precision",
    says="Each level takes the precision at its first point, not the best from there on: the "
    "envelope is missing.",
    asks="Precision falls to ½ and later rises to ⅔. What counts at the recall of the dip?",
)
def forgets_the_envelope(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / num_truth
    total = 0.0
    for step in range(101):
        reached = precision[recall >= step / 100]
        total += reached[0].item() if len(reached) else 0.0
    return total / 101


@mistake(
    "06-average-precision",
    says="The detections are taken as they come, without sorting them by score.",
    asks="Which detection is judged first?",
)
def does_not_sort(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    hits = matches.double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / num_truth
    total = 0.0
    for step in range(101):
        reached = precision[recall >= step / 100]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


@mistake(
    "06-average-precision",
    says="Recall is measured against the objects that were found, so it always reaches 1.",
    asks="How many objects were there to be found?",
)
def ignores_what_was_missed(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / max(1, int(matches.sum()))
    total = 0.0
    for step in range(101):
        reached = precision[recall >= step / 100]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


@mistake(
    "06-average-precision",
    says="Only 11 levels are used, 0, 0.1 … 1, as Pascal VOC did until 2009.",
    asks="How many levels does the task name?",
)
def takes_eleven_levels(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / num_truth
    total = 0.0
    for step in range(11):
        reached = precision[recall >= step / 10]
        total += reached.max().item() if len(reached) else 0.0
    return total / 11


@mistake(
    "06-average-precision",
    says="Without objects the answer is 0, which would pull a mean down.",
    asks="Can a detector be bad at a class that is in no picture?",
)
def says_zero_without_objects(scores, matches, num_truth):
    if num_truth == 0:
        return 0.0
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / num_truth
    total = 0.0
    for step in range(101):
        reached = precision[recall >= step / 100]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


@mistake(
    "06-average-precision",
    says="Levels that are never reached are left out of the mean, instead of counting as 0.",
    asks="A detector finds one of seven objects, at once. Should its average precision be 1?",
)
def leaves_out_unreached_levels(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / num_truth
    found = []
    for step in range(101):
        reached = precision[recall >= step / 100]
        if len(reached):
            found.append(reached.max().item())
    return sum(found) / max(1, len(found))


@mistake(
    "06-average-precision",
    says="That is the exact area under the envelope, as Pascal VOC takes it since 2010.",
    asks="How many levels of recall does the task name, and does level 0 count, too?",
)
def takes_the_area(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    total = 0.0
    for place in range(len(order)):
        if matches[order[place]]:  # recall grows by one object
            total += precision[place:].max().item() / num_truth
    return total


@mistake(
    "06-average-precision",
    says="Precision is averaged at the hits only, as in text retrieval, with no levels of recall.",
    asks="For each of the 101 levels, which precision is the best from there on?",
)
def averages_at_the_hits(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    return precision[matches[order]].sum().item() / num_truth


@mistake(
    "06-average-precision",
    says="The level 1 is left out: 0, 0.01 … 0.99 are only 100 levels.",
    asks="With which number does `range(100)` end, and `torch.arange(0, 1, 0.01)`?",
)
def leaves_out_the_last_level(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / num_truth
    total = 0.0
    for step in range(100):
        reached = precision[recall >= step / 100]
        total += reached.max().item() if len(reached) else 0.0
    return total / 100


# 06-map -----------------------------------------------------------------------------------------


@mistake(
    "06-map",
    says="An object can be found several times: doubles count as hits.",
    asks="Who remembers that an object is taken?",
    function="match_boxes",
)
def counts_doubles(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    for index in range(len(boxes)):
        overlaps = iou_with(boxes[index], truth)
        matches[index] = len(truth) > 0 and bool(overlaps.max() >= iou_threshold)
    return matches


@mistake(
    "06-map",
    says="The detections choose in the order of the tensor, not the best score first.",
    asks="Which of two detections of the same object should be the hit?",
    function="match_boxes",
)
def lets_the_first_choose(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for index in range(len(boxes)):
        overlaps = iou_with(boxes[index], truth).where(free, -1.0)
        if len(truth) and overlaps.max() >= iou_threshold:
            matches[index] = True
            free[overlaps.argmax()] = False
    return matches


@mistake(
    "06-map",
    says="A detection whose best object is taken gives up, as in Pascal VOC; it doesn't look at "
    "the objects still free.",
    asks="Among which objects is the largest IoU looked for?",
    function="match_boxes",
)
def gives_up_on_a_taken_object(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for index in scores.argsort(descending=True):
        overlaps = iou_with(boxes[index], truth)
        if len(truth) and overlaps.max() >= iou_threshold and free[overlaps.argmax()]:
            matches[index] = True
            free[overlaps.argmax()] = False
    return matches


@mistake(
    "06-map",
    says="An IoU equal to the threshold counts as a miss.",
    asks="The task says *at least* the threshold. And in suppression?",
    function="match_boxes",
)
def misses_at_the_threshold(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for index in scores.argsort(descending=True):
        overlaps = iou_with(boxes[index], truth).where(free, -1.0)
        if len(truth) and overlaps.max() > iou_threshold:
            matches[index] = True
            free[overlaps.argmax()] = False
    return matches


@mistake(
    "06-map",
    says="Average precision is computed for each picture, and then averaged, instead of ranking "
    "the detections of all pictures together.",
    asks="Where does a picture's worst detection stand among those of all pictures?",
    function="mean_average_precision",
)
def averages_over_pictures(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    for threshold in iou_thresholds:
        for label in torch.cat([truth.labels for truth in truths]).unique():
            each = [
                detection.coco_ap(one[1], match_boxes(*one, threshold), len(one[2]))
                for one in of_class(detections, truths, label)
                if len(one[2])
            ]
            aps.append(sum(each) / len(each))
    return sum(aps) / len(aps)


@mistake(
    "06-map",
    says="Labels are ignored: all boxes go into one ranking, and a wrong class counts as a hit.",
    asks="Is a cat in the right place, called a dog, a hit?",
    function="mean_average_precision",
)
def pools_all_classes(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    scores = torch.cat([one.scores for one in detections])
    count = sum(len(one.boxes) for one in truths)
    for threshold in iou_thresholds:
        pairs = zip(detections, truths, strict=True)
        matches = [match_boxes(d.boxes, d.scores, t.boxes, threshold) for d, t in pairs]
        aps.append(detection.coco_ap(scores, torch.cat(matches), count))
    return sum(aps) / len(aps)


@mistake(
    "06-map",
    says="Classes that were only detected, and are in no picture, count as 0.",
    asks="Which classes does the mean run over: those of the truth, or of the detections, too?",
    function="mean_average_precision",
)
def counts_classes_that_are_absent(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    for threshold in iou_thresholds:
        for label in torch.cat([one.labels for one in [*truths, *detections]]).unique():
            pictures = of_class(detections, truths, label)
            scores = torch.cat([scores for _, scores, _ in pictures])
            matches = torch.cat([match_boxes(*one, threshold) for one in pictures])
            count = sum(len(truth) for _, _, truth in pictures)
            aps.append(detection.coco_ap(scores, matches, count) if count else 0.0)
    return sum(aps) / len(aps)


@mistake(
    "06-map",
    says="Only the first IoU threshold is used.",
    asks="What does mAP@[.5:.95] average over, besides the classes?",
    function="mean_average_precision",
)
def uses_one_threshold(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    for label in torch.cat([truth.labels for truth in truths]).unique():
        pictures = of_class(detections, truths, label)
        scores = torch.cat([scores for _, scores, _ in pictures])
        matches = torch.cat([match_boxes(*one, iou_thresholds[0]) for one in pictures])
        count = sum(len(truth) for _, _, truth in pictures)
        aps.append(detection.coco_ap(scores, matches, count))
    return sum(aps) / len(aps)


@mistake(
    "06-map",
    says="The matches come best score first, not in the order of the boxes.",
    asks="Element 0 of the result: does it speak of `boxes[0]`, or of the best box?",
    function="match_boxes",
)
def returns_matches_best_first(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for place, index in enumerate(scores.argsort(descending=True)):
        overlaps = iou_with(boxes[index], truth).where(free, -1.0)
        if len(truth) and overlaps.max() >= iou_threshold:
            matches[place] = True
            free[overlaps.argmax()] = False
    return matches


@mistake(
    "06-map",
    says="Each object takes the box that fits it best; the scores have no say.",
    asks="Two boxes lie on an object. Which may choose first: the better fit, or the surer one?",
    function="match_boxes",
)
def lets_objects_take_the_closest_box(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    for one in truth:
        overlaps = iou_with(one, boxes).where(~matches, -1.0)
        if len(boxes) and overlaps.max() >= iou_threshold:
            matches[overlaps.argmax()] = True
    return matches


@mistake(
    "06-map",
    says="A detection takes the first free object above the threshold, not the one that it fits "
    "best: so it may take it away from somebody else.",
    asks="Two free objects lie under one box. Which of them should it take?",
    function="match_boxes",
)
def takes_the_first_free_object(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for index in scores.argsort(descending=True):
        near = (iou_with(boxes[index], truth) >= iou_threshold) & free
        if near.any():
            matches[index] = True
            free[near.nonzero()[0]] = False
    return matches


@mistake(
    "06-map",
    says="A miss takes an object, too: nobody can find it after that.",
    asks="A sure detection lies far away from all objects. Which one does yours cross off?",
    function="match_boxes",
)
def takes_an_object_by_a_miss(boxes, scores, truth, iou_threshold):
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for index in scores.argsort(descending=True):
        overlaps = iou_with(boxes[index], truth).where(free, -1.0)
        if len(truth):
            matches[index] = overlaps.max() >= iou_threshold
            free[overlaps.argmax()] = False
    return matches


@mistake(
    "06-map",
    says="Boxes of all pictures are matched together, so a box finds objects in other pictures.",
    asks="What is pooled: boxes before they are matched, or scores and matches after that?",
    function="mean_average_precision",
)
def matches_across_pictures(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    for threshold in iou_thresholds:
        for label in torch.cat([truth.labels for truth in truths]).unique():
            pictures = of_class(detections, truths, label)
            boxes, scores, truth = (torch.cat(parts) for parts in zip(*pictures, strict=True))
            matches = match_boxes(boxes, scores, truth, threshold)
            aps.append(detection.coco_ap(scores, matches, len(truth)))
    return sum(aps) / len(aps)


@mistake(
    "06-map",
    says="The hits of one class are measured against the objects of all classes.",
    asks="Which of the three parts that `of_class` gives says how many objects there are?",
    function="mean_average_precision",
)
def counts_objects_of_all_classes(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    for threshold in iou_thresholds:
        for label in torch.cat([truth.labels for truth in truths]).unique():
            pictures = of_class(detections, truths, label)
            scores = torch.cat([scores for _, scores, _ in pictures])
            matches = torch.cat([match_boxes(*one, threshold) for one in pictures])
            count = sum(len(truth.boxes) for truth in truths)
            aps.append(detection.coco_ap(scores, matches, count))
    return sum(aps) / len(aps)


@mistake(
    "06-map",
    says="A class that is never detected is left out of the mean; its AP is 0, and counts.",
    asks="Over whose labels does your loop go, and what of an object that nobody has found?",
    function="mean_average_precision",
)
def leaves_out_classes_never_detected(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    for threshold in iou_thresholds:
        for label in torch.cat([one.labels for one in detections]).unique():
            pictures = of_class(detections, truths, label)
            scores = torch.cat([scores for _, scores, _ in pictures])
            matches = torch.cat([match_boxes(*one, threshold) for one in pictures])
            count = sum(len(truth) for _, _, truth in pictures)
            if count:
                aps.append(detection.coco_ap(scores, matches, count))
    return sum(aps) / len(aps)


@mistake(
    "06-map",
    says="Classes are counted 0, 1, 2 … up to the largest label; one that is in no picture has the "
    "AP NaN, and makes the mean NaN.",
    asks="Which labels occur in `truths`, if they are 2 and 5?",
    function="mean_average_precision",
)
def counts_labels_from_zero(detections, truths, iou_thresholds=(0.5,)):
    aps = []
    for threshold in iou_thresholds:
        for label in range(int(torch.cat([truth.labels for truth in truths]).max()) + 1):
            pictures = of_class(detections, truths, label)
            scores = torch.cat([scores for _, scores, _ in pictures])
            matches = torch.cat([match_boxes(*one, threshold) for one in pictures])
            count = sum(len(truth) for _, _, truth in pictures)
            aps.append(detection.coco_ap(scores, matches, count))
    return sum(aps) / len(aps)


# 06-detect --------------------------------------------------------------------------------------


@mistake(
    "06-detect",
    says="The pictures go in with red first, but the model takes arrays as blue first.",
    asks="Which colour does OpenCV put first, and what turns the last axis around?",
)
def gives_red_first(model, images, conf):
    if len(images) == 0:
        return []
    results = model([*images], conf=conf, verbose=False)
    return [Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())
            for r in results]  # fmt: skip


@mistake(
    "06-detect",
    says="The boxes are normalised: all numbers lie between 0 and 1.",
    asks="What does the n in `.xyxyn` stand for?",
)
def returns_normalised_boxes(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], conf=conf, verbose=False)
    return [Detection(r.boxes.xyxyn.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())
            for r in results]  # fmt: skip


@mistake(
    "06-detect",
    says="The boxes are centre and size, not two corners.",
    asks="Which of the four formats of `result.boxes` has the corners?",
)
def returns_centre_and_size(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], conf=conf, verbose=False)
    return [Detection(r.boxes.xywh.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())
            for r in results]  # fmt: skip


@mistake(
    "06-detect",
    says="The threshold conf is never passed on, so the model uses its own threshold, 0.25.",
    asks="Does anything change when you call your function with 0.9?",
)
def ignores_the_confidence(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], verbose=False)
    return [Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())
            for r in results]  # fmt: skip


@mistake(
    "06-detect",
    says="The labels are floats, as ultralytics gives them: they can't be used as indices.",
    asks="Which dtype has `result.boxes.cls`, and which one is asked for?",
)
def leaves_labels_as_floats(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], conf=conf, verbose=False)
    return [Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), r.boxes.cls.cpu()) for r in results]


@mistake(
    "06-detect",
    says="The labels are names, in a list, instead of a tensor of numbers.",
    asks="What would `labels == 2` give for a list of names?",
)
def returns_names(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], conf=conf, verbose=False)
    found = []
    for r in results:
        names = [r.names[int(number)] for number in r.boxes.cls]
        found.append(Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), names))
    return found


@mistake(
    "06-detect",
    says="The boxes are in pixels of the letterboxed square that went in, not of the picture.",
    asks="Where in the square is the picture's upper edge?",
)
def returns_boxes_of_the_square(model, images, conf):
    if len(images) == 0:
        return []
    squares = []
    for image in images:
        height, width = image.shape[:2]
        side = max(height, width)
        square = np.full((side, side, 3), 114, dtype=np.uint8)
        top, left = (side - height) // 2, (side - width) // 2
        square[top : top + height, left : left + width] = image[..., ::-1]
        squares.append(square)
    results = model(squares, conf=conf, verbose=False)
    return [Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())
            for r in results]  # fmt: skip


@mistake(
    "06-detect",
    says="Only the first result is read: one list entry for all pictures.",
    asks="How many results does the model return for three pictures?",
)
def reads_only_the_first_result(model, images, conf):
    if len(images) == 0:
        return []
    r = model([image[..., ::-1] for image in images], conf=conf, verbose=False)[0]
    return [Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())]


@mistake(
    "06-detect",
    says="The rows are turned around by `image[::-1]`: the pictures stand on their heads.",
    asks="Which axis of (H, W, 3) holds the colours, and which one does `[::-1]` turn around?",
)
def turns_the_pictures_upside_down(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[::-1] for image in images], conf=conf, verbose=False)
    return [Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())
            for r in results]  # fmt: skip


@mistake(
    "06-detect",
    says="Boxes are sorted out after the model has applied its own threshold, 0.25: below that, "
    "nothing is left to choose from.",
    asks="With conf = 0.1, who has removed the boxes between 0.1 and 0.25?",
)
def sorts_out_afterwards(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], verbose=False)
    found = []
    for boxes in (r.boxes[r.boxes.conf > conf] for r in results):
        found.append(Detection(boxes.xyxy.cpu(), boxes.conf.cpu(), boxes.cls.long().cpu()))
    return found


@mistake(
    "06-detect",
    says="Pictures in which nothing is found are left out: the list is shorter than `images`.",
    asks="How would the caller know which picture the second entry belongs to?",
)
def leaves_out_empty_pictures(model, images, conf):
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], conf=conf, verbose=False)
    return [Detection(r.boxes.xyxy.cpu(), r.boxes.conf.cpu(), r.boxes.cls.long().cpu())
            for r in results if len(r.boxes)]  # fmt: skip


# 06-numbers -------------------------------------------------------------------------------------


@slip(
    "06-numbers",
    says="Width and height of the first box are read as its second corner.",
    asks="Where does a box end that begins at x = 2 and is 7 wide?",
)
def reads_sizes_as_a_corner(mine):
    first, second = (torch.tensor([box], dtype=torch.float64) for box in mine["iou"].values())
    return {"iou": detection.box_iou(first, second).item()}


@slip(
    "06-numbers",
    says="The shared area is divided by the sum of both areas, so it is counted twice below the "
    "line.",
    asks="What would two equal boxes get?",
)
def adds_both_areas_up(mine):
    x, y, width, height = mine["iou"]["xywh"]
    left, top, right, bottom = mine["iou"]["xyxy"]
    shared = (min(x + width, right) - left) * (min(y + height, bottom) - top)
    return {"iou": shared / (width * height + (right - left) * (bottom - top))}


@slip(
    "06-numbers",
    says="That is the grey on both sides together.",
    asks="Where does the picture lie in its square: at the edge, or in the middle?",
)
def counts_the_grey_of_both_sides(mine):
    width, height = mine["pad"].values()
    return {"pad": 640 - 640 * min(width, height) // max(width, height)}


@slip(
    "06-numbers",
    says="That is the grey along the longer side, which fills the square.",
    asks="Is the picture wider than high? Then where does room remain?",
)
def pads_the_longer_side(mine):
    return {"pad": 0}


@slip(
    "06-numbers",
    says="The scale is undone before the pad, but the pad was measured in the square.",
    asks="On the way in it is scale, then pad. What is undone first?",
)
def subtracts_the_pad_last(mine):
    scale, pad, y = mine["back"].values()
    return {"back": y / scale - pad}


@slip(
    "06-numbers",
    says="The scale is undone, and the grey rows are still in it.",
    asks="At which y of the square does the picture begin, and what should come out for it?",
)
def leaves_the_pad_in(mine):
    return {"back": mine["back"]["y"] / mine["back"]["scale"]}


@slip(
    "06-numbers",
    says="The pad is gone, but then the number is scaled once more in the same direction.",
    asks="Is the picture larger or smaller than what lies in the square?",
)
def scales_once_more(mine):
    scale, pad, y = mine["back"].values()
    return {"back": (y - pad) * scale}


@slip(
    "06-numbers",
    says="Those are the cells of the finest grid alone.",
    asks="How many grids has the head?",
)
def counts_the_finest_grid(mine):
    height, width = mine["cells"].values()
    return {"cells": height * width // 64}


@slip(
    "06-numbers",
    says="The area is divided by the stride once, but a cell is as high as it is wide.",
    asks="How many pixels does a cell of stride 8 stand for?",
)
def divides_the_area_by_the_stride(mine):
    height, width = mine["cells"].values()
    return {"cells": sum(height * width // stride for stride in (8, 16, 32))}


@slip(
    "06-numbers",
    says="Three boxes are counted for each cell, as with the anchors of v3.",
    asks="How many boxes does a cell propose that says four distances?",
)
def counts_three_anchors(mine):
    height, width = mine["cells"].values()
    return {"cells": 3 * sum(height * width // stride**2 for stride in (8, 16, 32))}


@slip(
    "06-numbers",
    says="The distance is measured from the corner of the cell, not from its centre.",
    asks="Where is the centre of column 0, in cells?",
)
def begins_at_the_corner(mine):
    cell = mine["side"]
    return {"side": (cell["column"] - cell["distance"]) * cell["stride"]}


@slip(
    "06-numbers",
    says="The row is taken for x.",
    asks="Which of row and column says how far to the right a cell lies?",
)
def takes_the_row_for_x(mine):
    cell = mine["side"]
    return {"side": (cell["row"] + 0.5 - cell["distance"]) * cell["stride"]}


@slip(
    "06-numbers",
    says="The distance is taken away in pixels, but it was said in cells.",
    asks="How many pixels is a distance of one cell?",
)
def subtracts_cells_from_pixels(mine):
    cell = mine["side"]
    return {"side": (cell["column"] + 0.5) * cell["stride"] - cell["distance"]}


@slip(
    "06-numbers",
    says="Precision is averaged over the hits; the objects that were never found cost nothing.",
    asks="Which precision have the levels of recall that are never reached?",
)
def averages_over_the_hits(mine):
    hits = mine["ap"]["hits"]
    return {"ap": sum(precisions_at_hits(hits)) / sum(hits)}


@slip(
    "06-numbers",
    says="Each level takes the precision where it is first reached, even if it gets better later.",
    asks="What is the best precision at this recall *or any higher one*?",
)
def takes_the_first_precision(mine):
    hits, objects = mine["ap"].values()
    first = precisions_at_hits(hits)
    needed = [max(1, -(-step * objects // 100)) for step in range(101)]  # hits, rounded up
    return {"ap": sum(first[found - 1] for found in needed if found <= len(first)) / 101}


def precisions_at_hits(hits):
    """The precision at each hit of a ranking of ones and zeros."""
    return [sum(hits[: n + 1]) / (n + 1) for n, hit in enumerate(hits) if hit]


# 06-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "06-bug-hunt",
    says="The rows are still put together level by level: those of small boxes come first.",
    asks="Give it a large box and then a small one. Whose features stand in row 0?",
)
def joins_level_by_level(pyramid, boxes):
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()
    levels = torch.bucketize(sides, sides.new_tensor([64.0, 128.0]))
    found = []
    for number, (maps, stride) in enumerate(zip(pyramid, (8, 16, 32), strict=True)):
        centres = (boxes[levels == number, :2] + boxes[levels == number, 2:]) / 2
        columns, rows = (centres / stride).long().unbind(dim=1)
        found.append(maps[:, rows, columns].T)
    return torch.cat(found)


@mistake(
    "06-bug-hunt",
    says="The joined rows are indexed with the order itself, not with its inverse.",
    asks="`order[k]` says which box row k belongs to. Which row belongs to box i?",
)
def applies_the_order_twice(pyramid, boxes):
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()
    levels = torch.bucketize(sides, sides.new_tensor([64.0, 128.0]))
    order, found = [], []
    for number, (maps, stride) in enumerate(zip(pyramid, (8, 16, 32), strict=True)):
        mine = (levels == number).nonzero()[:, 0]
        columns, rows = ((boxes[mine, :2] + boxes[mine, 2:]) / 2 / stride).long().unbind(dim=1)
        order.append(mine)
        found.append(maps[:, rows, columns].T)
    return torch.cat(found)[torch.cat(order)]


@mistake(
    "06-bug-hunt",
    says="Every box is read from the finest map: the order is right, but the pyramid is gone.",
    asks="From which map does a box of 200 pixels take its features?",
)
def reads_one_map(pyramid, boxes):
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    columns, rows = (centres / 8).long().unbind(dim=1)
    return pyramid[0][:, rows, columns].T


@mistake(
    "06-bug-hunt",
    says="The rows are put back by size, but within a level they are in the order of the boxes.",
    asks="Two boxes of level 0 come in as 40 and 20 pixels. In which order are their rows joined?",
)
def puts_rows_back_by_size(pyramid, boxes):
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()
    levels = torch.bucketize(sides, sides.new_tensor([64.0, 128.0]))
    found = []
    for number, (maps, stride) in enumerate(zip(pyramid, (8, 16, 32), strict=True)):
        centres = (boxes[levels == number, :2] + boxes[levels == number, 2:]) / 2
        columns, rows = (centres / stride).long().unbind(dim=1)
        found.append(maps[:, rows, columns].T)
    return torch.cat(found)[sides.argsort().argsort()]


mistaken_values(
    "06-bug-hunt",
    "blames_the_borders",
    says="The borders between the levels are blamed; a box of exactly 64 pixels is on level 0, as "
    "it should be.",
    asks="What does bucketize give for 64, with the borders 64 and 128?",
    bug_line=3,
    why="A",
)

mistaken_values(
    "06-bug-hunt",
    "blames_rows_and_columns",
    says="Rows and columns are blamed, but a centre is (x, y): first the column, then the row.",
    asks="Which of x and y counts columns?",
    bug_line=7,
    why="B",
)

mistaken_values(
    "06-bug-hunt",
    "finds_the_line_where_rows_are_collected",
    says="Line 8 collects what one level found, which may be as it is; the order is lost where the "
    "parts are joined.",
    asks="In which line do rows of different levels meet?",
    bug_line=8,
)

mistaken_values(
    "06-bug-hunt",
    "finds_the_line_of_the_empty_list",
    says="Line 4 makes an empty list: a repair may begin there, but nothing is out of order yet.",
    asks="In which line do rows of different levels meet?",
    bug_line=4,
)
