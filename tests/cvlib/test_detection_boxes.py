"""Formats, overlaps and suppression of boxes against torchvision."""

from __future__ import annotations

import math

import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cvlib import boxes as pairs
from cvlib import check, detection
from cvlib.check.forbid import ForbiddenCall, forbidding

counts = st.integers(0, 30)
seeds = st.integers(0, 10_000)


def some_boxes(count: int, seed: int, spread: float = 20.0) -> Tensor:
    """Random boxes (count, 4) in float64, many of which overlap."""
    generator = torch.Generator().manual_seed(seed)
    corner = spread * torch.rand(count, 2, generator=generator, dtype=torch.float64)
    sides = 1 + 15 * torch.rand(count, 2, generator=generator, dtype=torch.float64)
    return torch.cat([corner, corner + sides], dim=1)


def some_scores(count: int, seed: int) -> Tensor:
    return torch.rand(count, generator=torch.Generator().manual_seed(seed + 1), dtype=torch.float64)


@given(counts, seeds, st.sampled_from(detection.FORMATS), st.sampled_from(detection.FORMATS))
@settings(max_examples=40, deadline=None)
def test_convert_boxes_matches_torchvision(count: int, seed: int, old: str, new: str) -> None:
    boxes = torchvision.ops.box_convert(some_boxes(count, seed), "xyxy", old).requires_grad_()
    ours = detection.convert_boxes(boxes, old, new)
    theirs = torchvision.ops.box_convert(boxes, old, new)
    torch.testing.assert_close(ours, theirs)
    grads = [torch.autograd.grad(out.sin().sum(), boxes)[0] for out in (ours, theirs)]
    torch.testing.assert_close(*grads)


def test_convert_boxes_takes_any_shape_and_gives_new_memory() -> None:
    boxes = some_boxes(6, 0).reshape(2, 3, 4)
    assert detection.convert_boxes(boxes, "xyxy", "xywh").shape == (2, 3, 4)
    same = detection.convert_boxes(boxes, "xyxy", "xyxy")
    assert same.data_ptr() != boxes.data_ptr()
    assert torch.equal(same, boxes)


def test_convert_boxes_refuses_other_formats_and_shapes() -> None:
    with pytest.raises(ValueError, match=r"from_format must be one of .* got 'yxyx'"):
        detection.convert_boxes(torch.zeros(1, 4), "yxyx", "xywh")
    with pytest.raises(ValueError, match=r"to_format must be one of .* got 'XYWH'"):
        detection.convert_boxes(torch.zeros(1, 4), "xyxy", "XYWH")
    with pytest.raises(ValueError, match=r"boxes must have shape \(…, 4\), got \(3, 5\)"):
        detection.convert_boxes(torch.zeros(3, 5), "xyxy", "xywh")


@given(counts, counts, seeds)
@settings(max_examples=30, deadline=None)
def test_box_iou_matches_torchvision(n: int, m: int, seed: int) -> None:
    a, b = some_boxes(n, seed).requires_grad_(), some_boxes(m, seed + 7).requires_grad_()
    ours, theirs = detection.box_iou(a, b), torchvision.ops.box_iou(a, b)
    assert ours.shape == (n, m)
    torch.testing.assert_close(ours, theirs)
    for box in (a, b):
        grads = [torch.autograd.grad(out.sin().sum(), box, retain_graph=True)[0]
                 for out in (ours, theirs)]  # fmt: skip
        torch.testing.assert_close(*grads)
    if n:
        torch.testing.assert_close(detection.iou_with(a[0], b), theirs[0])


def test_boxes_without_area_have_no_overlap_instead_of_nan() -> None:
    point = torch.full((1, 4), 3.0)
    assert torchvision.ops.box_iou(point, point).isnan().all()
    assert detection.box_iou(point, point).item() == 0
    assert detection.iou_with(point[0], point).item() == 0


def test_box_iou_refuses_other_shapes() -> None:
    with pytest.raises(ValueError, match=r"boxes1 must have shape \(N, 4\), got \(4,\)"):
        detection.box_iou(torch.zeros(4), torch.zeros(2, 4))
    with pytest.raises(ValueError, match=r"boxes2 must have shape \(N, 4\), got \(2, 5\)"):
        detection.box_iou(torch.zeros(2, 4), torch.zeros(2, 5))


@given(counts, seeds, st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]))
@settings(max_examples=60, deadline=None)
def test_nms_matches_torchvision(count: int, seed: int, threshold: float) -> None:
    boxes, scores = some_boxes(count, seed), some_scores(count, seed)
    ours = detection.nms(boxes, scores, threshold)
    assert ours.dtype == torch.int64
    assert torch.equal(ours, torchvision.ops.nms(boxes, scores, threshold))


@given(counts, seeds, st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_batched_nms_matches_torchvision(count: int, seed: int, classes: int) -> None:
    boxes, scores = some_boxes(count, seed), some_scores(count, seed)
    labels = torch.randint(classes, (count,), generator=torch.Generator().manual_seed(seed))
    ours = detection.batched_nms(boxes, scores, labels, 0.4)
    assert ours.dtype == torch.int64
    assert torch.equal(ours, torchvision.ops.batched_nms(boxes, scores, labels, 0.4))


def test_a_box_at_the_threshold_stays() -> None:
    boxes, scores = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5]]), torch.tensor([0.9, 0.8])
    assert detection.box_iou(boxes, boxes)[0, 1] == 0.5
    for keep in (detection.nms(boxes, scores, 0.5), torchvision.ops.nms(boxes, scores, 0.5)):
        assert keep.tolist() == [0, 1]
    labels = torch.tensor([0, 0])
    assert detection.batched_nms(boxes, scores, labels, 0.5).tolist() == [0, 1]


def soft_nms_in_plain_numbers(
    boxes: list[list[float]], scores: list[float], sigma: float, least: float
) -> list[tuple[int, float]]:
    """Bodla's loop, on lists, with its own overlap."""
    alive = {i: s for i, s in enumerate(scores) if s >= least}
    chosen = []
    while alive:
        best = max(alive, key=lambda i: alive[i])
        chosen.append((best, alive.pop(best)))
        ax1, ay1, ax2, ay2 = boxes[best]
        for i in list(alive):
            bx1, by1, bx2, by2 = boxes[i]
            shared = max(0, min(ax2, bx2) - max(ax1, bx1)) * max(0, min(ay2, by2) - max(ay1, by1))
            union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
            alive[i] *= math.exp(-((shared / union) ** 2) / sigma)
            if alive[i] < least:
                del alive[i]
    return chosen


@given(counts, seeds, st.sampled_from([0.05, 0.5, 2.0]), st.sampled_from([0.0, 0.001, 0.3]))
@settings(max_examples=60, deadline=None)
def test_soft_nms_matches_a_loop_over_numbers(
    count: int, seed: int, sigma: float, least: float
) -> None:
    boxes, scores = some_boxes(count, seed), some_scores(count, seed)
    before = boxes.clone(), scores.clone()
    keep, kept = detection.soft_nms(boxes, scores, sigma, least)
    wanted = soft_nms_in_plain_numbers(boxes.tolist(), scores.tolist(), sigma, least)
    assert keep.tolist() == [index for index, _ in wanted]
    torch.testing.assert_close(kept, torch.tensor([s for _, s in wanted], dtype=torch.float64))
    assert keep.dtype == torch.int64
    assert torch.equal(boxes, before[0])
    assert torch.equal(scores, before[1])


def test_soft_nms_with_a_tiny_sigma_leaves_only_boxes_apart() -> None:
    boxes, scores = some_boxes(20, 3), some_scores(20, 3)
    keep, _ = detection.soft_nms(boxes, scores, sigma=1e-9)
    assert keep.tolist() == torchvision.ops.nms(boxes, scores, 0.0).tolist()


def test_suppression_refuses_what_does_not_fit() -> None:
    boxes, scores = some_boxes(3, 0), some_scores(3, 0)
    with pytest.raises(ValueError, match=r"scores must have shape \(3,\), got \(2,\)"):
        detection.nms(boxes, scores[:2], 0.5)
    with pytest.raises(ValueError, match=r"labels must have shape \(3,\), got \(1,\)"):
        detection.batched_nms(boxes, scores, torch.zeros(1), 0.5)
    with pytest.raises(ValueError, match=r"boxes must have shape \(N, 4\), got \(4,\)"):
        detection.nms(boxes[0], scores, 0.5)
    with pytest.raises(ValueError, match="sigma must be above 0, got 0"):
        detection.soft_nms(boxes, scores, sigma=0)


READY_MADE = {
    "convert_boxes": ("box_convert", [(torch.ones(2, 4), "xyxy", "xywh")]),
    "box_iou": ("box_iou", [(torch.ones(2, 4), torch.ones(3, 4))]),
    "nms": ("nms", [(torch.ones(2, 4), torch.ones(2), 0.5)]),
    "batched_nms": ("nms", [(torch.ones(2, 4), torch.ones(2), torch.zeros(2), 0.5)]),
}


@pytest.mark.parametrize("name", READY_MADE)
def test_what_torchvision_has_is_refused_under_every_name(name: str) -> None:
    forbidden, cases = READY_MADE[name]
    theirs = getattr(torchvision.ops, {"convert_boxes": "box_convert"}.get(name, name))
    how = {"like": getattr(detection, name), "cases": cases, "forbid": (forbidden,)}
    with pytest.raises(check.CheckFailed, match="here you write it by hand"):
        check.function(lambda *args: theirs(*args), **how)
    theirs(*cases[0])  # works again


def test_overlap_of_pairs_is_no_answer_to_overlap_of_all() -> None:
    a, b = some_boxes(2, 0), some_boxes(3, 1)
    with forbidding(("box_iou",)), pytest.raises(ForbiddenCall, match="ready-made"):
        torch.stack([pairs.iou_with(one, b) for one in a])
    assert pairs.iou_with(a[0], b).shape == (3,)  # works again
