"""Right but different solutions to session 08.

Like mistakes they are pasted into notebooks as they stand: torch, np, math, the modules of the
session's set-up cell and earlier exercises are there, anything else is imported inside.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from autograder.variants import variant
from cvlib import regions
from cvlib.prompting import ClickTrace, mask_nms, resize_longest

# 08-coordinates -----------------------------------------------------------------------------------


@variant("08-coordinates", function="resize_longest")
def size_in_whole_numbers(size, target):
    longer = max(size)
    return tuple((2 * side * target + longer) // (2 * longer) for side in size)


@variant("08-coordinates", function="to_model_coords")
def points_axis_by_axis(points, original_size, target):
    new = resize_longest(original_size, target)
    x, y = points.unbind(-1)
    return torch.stack([x * new[1] / original_size[1], y * new[0] / original_size[0]], dim=-1)


@variant("08-coordinates", function="to_image_coords")
def points_back_by_the_inverse_factor(points, original_size, target):
    new_height, new_width = resize_longest(original_size, target)
    back = points.clone()
    back[..., 0] *= original_size[1] / new_width
    back[..., 1] *= original_size[0] / new_height
    return back


# 08-fourier ---------------------------------------------------------------------------------------


@variant("08-fourier")
def fourier_by_hand(coords, matrix):
    v = (2 * coords[..., :1] - 1) * matrix[0] + (2 * coords[..., 1:] - 1) * matrix[1]
    return torch.cat((torch.sin(2 * math.pi * v), torch.cos(2 * math.pi * v)), -1)


@variant("08-fourier")
def fourier_by_einsum(coords, matrix):
    angles = torch.einsum("...c,cf->...f", coords - 0.5, matrix) * (4 * torch.pi)
    return torch.stack([angles.sin(), angles.cos()], dim=-2).flatten(-2)


# 08-pick-mask -------------------------------------------------------------------------------------


@variant("08-pick-mask")
def pick_by_ifs(masks, scores, policy="best"):
    counts = masks.flatten(1).float().sum(1)
    if policy == "best":
        return masks[scores.argmax()]
    if policy == "largest":
        return masks[counts.argmax()]
    if policy == "smallest":
        return masks[counts.argmin()]
    raise ValueError(f"policy {policy!r} is unknown")


@variant("08-pick-mask")
def pick_by_sorting(masks, scores, policy="best"):
    if policy not in {"best", "largest", "smallest"}:
        raise ValueError("policy")
    numbers = range(len(masks))
    if policy == "best":
        return masks[max(numbers, key=lambda i: scores[i].item())]
    sign = 1 if policy == "smallest" else -1
    return masks[sorted(numbers, key=lambda i: sign * masks[i].sum().item())[0]].clone()


# 08-masks -----------------------------------------------------------------------------------------


@variant("08-masks", function="mask_iou")
def iou_by_areas(a, b):
    shared = torch.logical_and(a, b).flatten(-2).sum(-1)
    union = a.flatten(-2).sum(-1) + b.flatten(-2).sum(-1) - shared
    iou = shared / union
    return torch.where(union == 0, torch.ones_like(iou), iou)


@variant("08-masks", function="mask_to_box")
def box_by_nonzero(mask):
    places = torch.nonzero(mask)
    if places.numel() == 0:
        return torch.zeros(4).to(mask.device)
    y1, x1 = places.min(dim=0).values
    y2, x2 = places.max(dim=0).values
    return torch.tensor([x1, y1, x2, y2], dtype=torch.float32)


@variant("08-masks", function="mask_to_box")
def box_by_torchvision(mask):
    from torchvision.ops import masks_to_boxes

    return masks_to_boxes(mask[None])[0] if mask.sum() else torch.zeros(4)


# 08-next-click ------------------------------------------------------------------------------------


@variant("08-next-click")
def click_by_sorting_all_regions(pred, target):
    every = [(int(r.sum()), 1, r) for r in regions.regions(target & ~pred)]
    every += [(int(r.sum()), 0, r) for r in regions.regions(pred & ~target)]
    if len(every) == 0:
        raise ValueError("the masks are equal")
    every.sort(key=lambda found: (found[0], found[1]), reverse=True)
    _, label, region = every[0]
    inside = regions.depth(region)
    rows, columns = torch.where(inside == inside.max())
    return int(columns[-1]), int(rows[-1]), label  # the last of equally deep ones


@variant("08-next-click")
def click_by_peeling(pred, target):
    if torch.equal(pred, target):
        raise ValueError("nothing is wrong")
    best, label = None, 0
    for kind, error in ((1, target & ~pred), (0, pred & ~target)):
        for region in regions.regions(error):
            if best is None or region.sum() > best.sum():
                best, label = region, kind
    ys, xs = torch.nonzero(best, as_tuple=True)
    outside = torch.nonzero(~torch.nn.functional.pad(best, (1, 1, 1, 1))) - 1
    inside = torch.stack([ys, xs], dim=1)
    nearest = torch.cdist(inside.float(), outside.float()).min(dim=1).values
    deepest = nearest.argmax()
    return xs[deepest].item(), ys[deepest].item(), label


# 08-interactive -----------------------------------------------------------------------------------


@variant("08-interactive")
def program_that_clicks_deep(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    def deepest(mask):
        missing, too_much = regions.depth(target & ~mask), regions.depth(mask & ~target)
        label = int(missing.max() >= too_much.max())
        y, x = divmod(int((missing if label else too_much).argmax()), target.shape[1])
        return x, y, label

    predictor.set_image(image)
    trace = ClickTrace([], [], torch.zeros_like(target))
    low = None
    for number in range(max_clicks):
        trace.clicks.append(deepest(trace.mask))
        points = np.array([[x, y] for x, y, _ in trace.clicks], dtype=np.float32)
        labels = np.array([label for *_, label in trace.clicks])
        if number == 0:
            masks, scores, logits = predictor.predict(points, labels, multimask_output=True)
            best = max(range(3), key=lambda i: scores[i])
            mask, low = masks[best], logits[best : best + 1]
        else:
            masks, _, low = predictor.predict(
                points, labels, mask_input=low, multimask_output=False
            )
            mask = masks[0]
        mask = torch.as_tensor(mask)
        union = int((mask | target).sum())
        trace.ious.append(int((mask & target).sum()) / union)
        trace = ClickTrace(trace.clicks, trace.ious, mask)
        if trace.ious[-1] >= stop_iou:
            return trace
    return trace


@variant("08-interactive")
def program_that_clicks_at_random(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    generator = torch.Generator().manual_seed(4)
    predictor.set_image(image, "RGB")
    points, labels, ious = [], [], []
    seen, low, iou = target & False, None, -1.0
    while iou < stop_iou and len(points) < max_clicks:
        wrong = seen ^ target
        inner = regions.depth(wrong)
        places = (inner > inner.max() / 2).nonzero()  # not at an edge, but anywhere else
        y, x = places[torch.randint(len(places), (), generator=generator)].tolist()
        points.append([x, y])
        labels.append(int(target[y, x]))
        masks, scores, logits = predictor.predict(
            np.array(points), np.array(labels), None, low, len(points) == 1
        )
        first = int(np.argmax(scores))
        seen, low = torch.tensor(masks[first]), logits[[first]]
        iou = ((seen & target).sum() / (seen | target).sum()).item()
        ious.append(iou)
    return ClickTrace([(*p, label) for p, label in zip(points, labels, strict=True)], ious, seen)


# 08-noc -------------------------------------------------------------------------------------------


@variant("08-noc")
def clicks_by_a_loop(ious, target_iou=0.85, max_clicks=20):
    if len(ious) == 0:
        raise ValueError("ious is empty")
    total = 0
    for each in ious:
        count = 0
        for iou in each[:max_clicks]:
            count += 1
            if iou >= target_iou:
                break
        else:
            count = max_clicks
        total += count
    return total / len(ious)


@variant("08-noc")
def clicks_by_padding(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("ious must not be empty")
    rows = [[iou >= target_iou for iou in each[: max_clicks - 1]] + [True] for each in ious]
    return float(np.mean([row.index(True) + 1 if any(row[:-1]) else max_clicks for row in rows]))


# 08-boxes -----------------------------------------------------------------------------------------


@variant("08-boxes")
def boxes_at_once(predictor, image, boxes):
    if len(boxes) == 0:
        return torch.zeros(0, *image.shape[:2], dtype=torch.bool)
    predictor.set_image(image)
    moved = predictor.transform.apply_boxes_torch(boxes, image.shape[:2])
    masks, _, _ = predictor.predict_torch(None, None, moved, multimask_output=False)
    return masks[:, 0]


@variant("08-boxes")
def boxes_in_a_list(predictor, image, boxes):
    height, width, _ = image.shape
    predictor.set_image(image, image_format="RGB")
    found = [np.zeros((0, height, width), dtype=bool)]
    for box in boxes:
        found.append(predictor.predict(box=box.numpy(), multimask_output=False)[0])
    return torch.from_numpy(np.concatenate(found))


# 08-automatic -------------------------------------------------------------------------------------


@variant("08-automatic", function="mask_nms")
def nms_by_a_matrix(masks, scores, iou_threshold):
    flat = masks.flatten(1).double()
    shared = flat @ flat.T
    areas = flat.sum(dim=1)
    iou = shared / (areas[:, None] + areas - shared)
    left = torch.sort(scores, descending=True).indices.tolist()
    kept = []
    while left:
        first = left.pop(0)
        kept.append(first)
        left = [index for index in left if not iou[first, index] > iou_threshold]
    return torch.tensor(kept).long()


@variant("08-automatic", function="automatic_masks")
def everything_in_one_batch(predictor, image, grid, min_score=0.5, iou_threshold=0.7):
    height, width = image.shape[:2]
    predictor.set_image(image)
    steps = (torch.arange(grid) + 0.5) / grid
    points = torch.cartesian_prod(steps * height, steps * width).flip(-1)  # (grid², 2)
    points = predictor.transform.apply_coords_torch(points, (height, width))
    masks, scores, _ = predictor.predict_torch(points[:, None], torch.ones(len(points), 1))
    masks, scores = masks.flatten(0, 1), scores.flatten()
    good = (scores >= min_score) & (masks.sum(dim=(1, 2)) > 0)
    masks, scores = masks[good], scores[good]
    return masks[mask_nms(masks, scores, iou_threshold)]


# 08-bug-hunt --------------------------------------------------------------------------------------


@variant("08-bug-hunt")
def cut_with_the_predictors_own_switch(predictor, photo, boxes):
    predictor.set_image(photo, image_format="BGR")
    corners = boxes.clone()
    corners[:, 2:] += corners[:, :2]
    found = [predictor.predict(box=box, multimask_output=False)[0] for box in corners.numpy()]
    return torch.from_numpy(np.concatenate(found))


@variant("08-bug-hunt")
def cut_with_flip(predictor, photo, boxes):
    rgb = np.flip(photo, axis=2).copy()
    predictor.set_image(rgb)
    masks = []
    for i in range(len(boxes)):
        x, y, w, h = boxes[i]
        box = torch.stack([x, y, x + w, y + h]).numpy()
        masks.append(torch.tensor(predictor.predict(box=box, multimask_output=False)[0][0]))
    return torch.stack(masks)
