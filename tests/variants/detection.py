"""Right but different solutions to session 06.

Like mistakes they are pasted into notebooks as they stand: torch, F, np, iou_with, of_class and
earlier exercises of the session are there, anything else is imported inside.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from autograder.variants import variant
from cvlib.boxes import iou_with
from cvlib.detection import Detection, average_precision, box_iou, match_boxes, nms, of_class

# 06-convert -------------------------------------------------------------------------------------


@variant("06-convert")
def convert_by_columns(boxes, from_format, to_format):
    known = {"xyxy", "xywh", "cxcywh"}
    if not {from_format, to_format} <= known:
        raise ValueError(f"unknown format among {from_format!r}, {to_format!r}")
    a, b, c, d = boxes.unbind(-1)
    if from_format == "xywh":
        a, b, c, d = a, b, a + c, b + d
    elif from_format == "cxcywh":
        a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
    if to_format == "xywh":
        a, b, c, d = a, b, c - a, d - b
    elif to_format == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return torch.stack((a, b, c, d), dim=-1)


@variant("06-convert")
def convert_by_matrices(boxes, from_format, to_format):
    to_corners = {
        "xyxy": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
        "xywh": [[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1]],
        "cxcywh": [[1, 0, -0.5, 0], [0, 1, 0, -0.5], [1, 0, 0.5, 0], [0, 1, 0, 0.5]],
    }
    if from_format not in to_corners or to_format not in to_corners:
        raise ValueError(f"formats are {[*to_corners]}, got {from_format!r} and {to_format!r}")
    there, back = (
        torch.tensor(to_corners[f], dtype=torch.float64) for f in (from_format, to_format)
    )
    both = (torch.linalg.inv(back) @ there).to(boxes)
    return (boxes[..., None, :] * both).sum(dim=-1)


# 06-iou -----------------------------------------------------------------------------------------


@variant("06-iou")
def iou_row_by_row(boxes1, boxes2):
    rows = boxes1.new_zeros(len(boxes1), len(boxes2))
    areas = (boxes2[:, 2] - boxes2[:, 0]) * (boxes2[:, 3] - boxes2[:, 1])
    for i, (x1, y1, x2, y2) in enumerate(boxes1.tolist()):
        w = (boxes2[:, 2].clamp(max=x2) - boxes2[:, 0].clamp(min=x1)).clamp(min=0)
        h = (boxes2[:, 3].clamp(max=y2) - boxes2[:, 1].clamp(min=y1)).clamp(min=0)
        union = areas + (x2 - x1) * (y2 - y1) - w * h
        rows[i] = torch.where(union > 0, w * h / union, torch.zeros_like(union))
    return rows


@variant("06-iou")
def iou_with_relu_and_a_tiny_number(boxes1, boxes2):
    a, b = boxes1.unsqueeze(1), boxes2.unsqueeze(0)
    sides = F.relu(torch.min(a[..., 2:], b[..., 2:]) - torch.max(a[..., :2], b[..., :2]))
    both = sides[..., 0] * sides[..., 1]
    areas = [(x[..., 2:] - x[..., :2]).prod(-1) for x in (a, b)]
    return both / (areas[0] + areas[1] - both).clamp(min=1e-9)


# 06-nms -----------------------------------------------------------------------------------------


@variant("06-nms")
def nms_by_a_matrix(boxes, scores, iou_threshold):
    order = torch.argsort(scores, descending=True)
    overlaps = box_iou(boxes[order], boxes[order]) > iou_threshold
    alive = torch.ones(len(order), dtype=torch.bool, device=boxes.device)
    for place in range(len(order)):
        if alive[place]:
            alive[place + 1 :] &= ~overlaps[place, place + 1 :]
    return order[alive]


@variant("06-nms")
def nms_one_candidate_at_a_time(boxes, scores, iou_threshold):
    keep = []
    for index in sorted(range(len(scores)), key=lambda i: -scores[i].item()):
        if all(iou_with(boxes[index], boxes[k : k + 1]).item() <= iou_threshold for k in keep):
            keep.append(index)
    return torch.tensor(keep, dtype=torch.int64, device=boxes.device)


@variant("06-nms")
def nms_by_the_largest_left(boxes, scores, iou_threshold):
    left = torch.arange(len(scores), device=scores.device)
    keep = left.new_zeros(0)
    while left.numel() > 0:
        best = left[scores[left].argmax()]
        keep = torch.cat([keep, best[None]])
        left = left[(iou_with(boxes[best], boxes[left]) <= iou_threshold) & (left != best)]
    return keep


# 06-batched-nms ---------------------------------------------------------------------------------


@variant("06-batched-nms")
def batched_by_moving(boxes, scores, labels, iou_threshold):
    if len(boxes) == 0:
        return torch.zeros(0, dtype=torch.long, device=boxes.device)
    far = labels.unique(return_inverse=True)[1] * (boxes.max() + 1)
    return nms(boxes.double() + far[:, None], scores, iou_threshold)


@variant("06-batched-nms")
def batched_class_by_class(boxes, scores, labels, iou_threshold):
    stays = torch.zeros(len(scores), dtype=torch.bool, device=scores.device)
    for label in labels.unique():
        mine = torch.where(labels == label)[0]
        stays[mine[nms(boxes[mine], scores[mine], iou_threshold)]] = True
    keep = stays.nonzero()[:, 0]
    return keep[scores[keep].argsort(descending=True)]


# 06-soft-nms ------------------------------------------------------------------------------------


@variant("06-soft-nms")
def soft_nms_that_drops_at_the_end(boxes, scores, sigma=0.5, score_threshold=0.001):
    scores = scores.clone()
    open_, order = torch.ones(len(scores), dtype=torch.bool, device=scores.device), []
    for _ in range(len(scores)):
        best = scores.masked_fill(~open_, -1).argmax()
        open_[best] = False
        order.append(best)
        decay = torch.exp(-iou_with(boxes[best], boxes).square() / sigma)
        scores = torch.where(open_, scores * decay, scores)
    keep = torch.stack(order) if order else torch.zeros(0, dtype=torch.long, device=scores.device)
    return keep[scores[keep] >= score_threshold], scores[keep][scores[keep] >= score_threshold]


@variant("06-soft-nms")
def soft_nms_in_plain_python(boxes, scores, sigma=0.5, score_threshold=0.001):
    import math

    alive = {i: s for i, s in enumerate(scores.tolist()) if s >= score_threshold}
    chosen = []
    while alive:
        best = max(alive, key=alive.get)
        chosen.append((best, alive.pop(best)))
        for i in list(alive):
            alive[i] *= math.exp(-(iou_with(boxes[best], boxes[i : i + 1]).item() ** 2) / sigma)
            if alive[i] < score_threshold:
                del alive[i]
    where = {"device": scores.device}
    return (
        torch.tensor([i for i, _ in chosen], dtype=torch.int64, **where),
        torch.tensor([s for _, s in chosen], dtype=scores.dtype, **where),
    )


# 06-letterbox -----------------------------------------------------------------------------------


@variant("06-letterbox")
def letterbox_into_a_grey_square(image, size):
    *axes, height, width = image.shape
    scale = size / max(height, width)
    high, wide = round(height * scale), round(width * scale)
    pixels = image.reshape(1, -1, height, width)
    small = F.interpolate(pixels, size=(high, wide), mode="bilinear", align_corners=False)
    square = torch.full((1, pixels.shape[1], size, size), 114 / 255, device=image.device)
    x, y = (size - wide) // 2, (size - high) // 2
    square[:, :, y : y + high, x : x + wide] = small
    return square.reshape(*axes, size, size), scale, (x, y)


@variant("06-letterbox")
def letterbox_side_by_side(image, size):
    batch = image[None] if image.ndim == 3 else image
    height, width = batch.shape[2], batch.shape[3]
    scale = min(size / height, size / width)
    high, wide = round(scale * height), round(scale * width)
    batch = F.interpolate(batch, (high, wide), mode="bilinear")
    top, left = (size - high) // 2, (size - wide) // 2
    batch = F.pad(batch - 114 / 255, (left, size - wide - left, top, size - high - top))
    batch = batch + 114 / 255
    return (batch[0] if image.ndim == 3 else batch), scale, (left, top)


@variant("06-letterbox", function="unletterbox")
def unletterbox_side_by_side(boxes, scale, pad, original_size):
    x1, y1, x2, y2 = boxes.unbind(-1)
    x1, x2 = (((x - pad[0]) / scale).clamp(0, original_size[1]) for x in (x1, x2))
    y1, y2 = (((y - pad[1]) / scale).clamp(0, original_size[0]) for y in (y1, y2))
    return torch.stack([x1, y1, x2, y2], dim=-1)


@variant("06-letterbox", function="unletterbox")
def unletterbox_even_and_odd(boxes, scale, pad, original_size):
    boxes = boxes.clone()
    for axis in (0, 1):
        boxes[..., axis::2] -= pad[axis]
        boxes[..., axis::2] /= scale
        boxes[..., axis::2] = boxes[..., axis::2].clamp(0, original_size[1 - axis])
    return boxes


# 06-decode-grid ---------------------------------------------------------------------------------


@variant("06-decode-grid")
def decode_with_a_meshgrid(predictions, stride):
    n, _, h, w = predictions.shape
    rows, columns = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
    centres = torch.stack([columns, rows], dim=-1).reshape(-1, 2).to(predictions) + 0.5
    ltrb = predictions.permute(0, 2, 3, 1).reshape(n, h * w, 4)
    corners = torch.cat([centres - ltrb[..., :2], centres + ltrb[..., 2:]], dim=2)
    return corners * stride


@variant("06-decode-grid")
def decode_cell_by_cell(predictions, stride):
    boxes = []
    for i in range(predictions.shape[2]):
        for j in range(predictions.shape[3]):
            x, y = (j + 0.5) * stride, (i + 0.5) * stride
            left, top, right, bottom = stride * predictions[:, :, i, j].T
            boxes.append(torch.stack([x - left, y - top, x + right, y + bottom], dim=1))
    return torch.stack(boxes, dim=1)


# 06-average-precision ---------------------------------------------------------------------------


@variant("06-average-precision")
def ap_by_searchsorted(scores, matches, num_truth):
    if not num_truth:
        return float("nan")
    hits = matches[scores.argsort(descending=True)].cumsum(0)
    places = torch.arange(1, len(hits) + 1, device=hits.device)
    best = (hits / places).flip(0).cummax(0).values.flip(0)
    levels = torch.linspace(0, 1, 101, device=hits.device)
    where = torch.searchsorted(hits / num_truth, levels)
    return float(torch.cat([best, best.new_zeros(1)])[where].mean())


@variant("06-average-precision")
def ap_in_plain_python(scores, matches, num_truth):
    if num_truth == 0:
        return float("nan")
    ranked = sorted(zip(scores.tolist(), matches.tolist(), strict=True), reverse=True)
    points, found = [], 0
    for count, (_, hit) in enumerate(ranked, start=1):
        found += hit
        points.append((found / num_truth, found / count))
    best = [max([p for r, p in points if r >= k / 100], default=0.0) for k in range(101)]
    return sum(best) / len(best)


# 06-map -----------------------------------------------------------------------------------------


@variant("06-map", function="match_boxes")
def match_with_a_matrix(boxes, scores, truth, iou_threshold):
    overlaps = box_iou(boxes, truth)
    hit = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    if len(truth) == 0:
        return hit
    for index in scores.argsort(descending=True).tolist():
        value, column = overlaps[index].max(dim=0)
        if value >= iou_threshold:
            hit[index] = True
            overlaps[:, column] = -1
    return hit


@variant("06-map", function="match_boxes")
def match_with_a_set(boxes, scores, truth, iou_threshold):
    taken, result = set(), [False] * len(boxes)
    for index in sorted(range(len(boxes)), key=lambda i: -float(scores[i])):
        overlaps = iou_with(boxes[index], truth).tolist()
        free = [j for j in range(len(truth)) if j not in taken and overlaps[j] >= iou_threshold]
        if free:
            taken.add(max(free, key=lambda j: overlaps[j]))
            result[index] = True
    return torch.tensor(result, dtype=torch.bool, device=boxes.device)


@variant("06-map", function="mean_average_precision")
def map_class_by_class(detections, truths, iou_thresholds=(0.5,)):
    labels = sorted({int(label) for truth in truths for label in truth.labels})
    total = 0.0
    for label in labels:
        pictures = of_class(detections, truths, label)
        scores = torch.cat([one[1] for one in pictures])
        count = sum(len(one[2]) for one in pictures)
        for threshold in iou_thresholds:
            matches = torch.cat([match_boxes(b, s, t, threshold) for b, s, t in pictures])
            total += average_precision(scores, matches, count)
    return total / (len(labels) * len(iou_thresholds))


@variant("06-map", function="mean_average_precision")
def map_without_the_helper(detections, truths, iou_thresholds=(0.5,)):
    table = []
    for label in set(torch.cat([truth.labels for truth in truths]).tolist()):
        for threshold in iou_thresholds:
            scores, hits, count = [], [], 0
            for found, truth in zip(detections, truths, strict=True):
                mine = found.labels == label
                its = truth.boxes[truth.labels == label]
                scores.append(found.scores[mine])
                hits.append(match_boxes(found.boxes[mine], found.scores[mine], its, threshold))
                count += its.shape[0]
            table.append(average_precision(torch.cat(scores), torch.cat(hits), count))
    return float(np.mean(table))


# 06-detect --------------------------------------------------------------------------------------


@variant("06-detect")
def detect_one_at_a_time(model, images, conf):
    found = []
    for image in images:
        blue_first = np.ascontiguousarray(image[:, :, [2, 1, 0]])
        (result,) = model.predict(blue_first, conf=conf, verbose=False)
        rows = result.boxes.data.cpu()
        found.append(Detection(rows[:, :4], rows[:, 4], rows[:, 5].to(torch.int64)))
    return found


@variant("06-detect")
def detect_through_pillow(model, images, conf):
    from PIL import Image

    if not len(images):
        return []
    results = model([Image.fromarray(image) for image in images], conf=conf, verbose=False)
    return [
        Detection(one.boxes.xyxy.cpu(), one.boxes.conf.cpu(), one.boxes.cls.cpu().long())
        for one in results
    ]


# 06-bug-hunt ------------------------------------------------------------------------------------


@variant("06-bug-hunt")
def features_by_the_inverse_order(pyramid, boxes):
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()
    levels = torch.bucketize(sides, sides.new_tensor([64.0, 128.0]))
    order, found = [], []
    for number, (maps, stride) in enumerate(zip(pyramid, (8, 16, 32), strict=True)):
        mine = (levels == number).nonzero()[:, 0]
        columns, rows = ((boxes[mine, :2] + boxes[mine, 2:]) / 2 / stride).long().unbind(dim=1)
        order.append(mine)
        found.append(maps[:, rows, columns].T)
    return torch.cat(found)[torch.cat(order).argsort()]


@variant("06-bug-hunt")
def features_box_by_box(pyramid, boxes):
    rows = []
    for x1, y1, x2, y2 in boxes.tolist():
        side = ((x2 - x1) * (y2 - y1)) ** 0.5
        level = int(side > 64) + int(side > 128)
        stride = (8, 16, 32)[level]
        rows.append(pyramid[level][:, int((y1 + y2) / 2 / stride), int((x1 + x2) / 2 / stride)])
    return torch.stack(rows) if rows else pyramid[0].new_zeros(0, len(pyramid[0]))
