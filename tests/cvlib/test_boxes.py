"""Boxes in pairs against torchvision and against counting unit squares."""

from __future__ import annotations

import pytest
import torch
import torchvision
from torch import Tensor

from cvlib import boxes


def whole_boxes(n: int) -> Tensor:
    corner = torch.randint(0, 6, (n, 2))
    return torch.cat([corner, corner + torch.randint(1, 6, (n, 2))], dim=1).double()


def squares(box: Tensor) -> set[tuple[int, int]]:
    x1, y1, x2, y2 = (int(v) for v in box)
    return {(x, y) for x in range(x1, x2) for y in range(y1, y2)}


def test_area_matches_torchvision() -> None:
    some = whole_boxes(20)
    torch.testing.assert_close(boxes.box_area(some), torchvision.ops.box_area(some))
    assert boxes.box_area(torch.zeros(0, 4)).shape == (0,)


def test_intersection_and_union_are_counted_in_squares() -> None:
    a, b = whole_boxes(60), whole_boxes(60)
    shared, union = boxes.intersection_and_union(a, b)
    for i in range(60):
        assert shared[i] == len(squares(a[i]) & squares(b[i]))
        assert union[i] == len(squares(a[i]) | squares(b[i]))


def test_pairs_are_the_diagonal_of_torchvisions_matrix() -> None:
    a, b = whole_boxes(40), whole_boxes(40)
    for ours, theirs in (
        (boxes.paired_iou, torchvision.ops.box_iou),
        (boxes.paired_giou, torchvision.ops.generalized_box_iou),
        (boxes.paired_diou, torchvision.ops.distance_box_iou),
        (boxes.paired_ciou, torchvision.ops.complete_box_iou),
    ):
        torch.testing.assert_close(ours(a, b), theirs(a, b).diagonal(), rtol=1e-6, atol=1e-6)


def test_a_box_agrees_with_itself_and_boxes_without_area_stay_finite() -> None:
    some = whole_boxes(10)
    point = torch.full((1, 4), 3.0, requires_grad=True)
    for measure in (boxes.paired_iou, boxes.paired_giou, boxes.paired_diou, boxes.paired_ciou):
        torch.testing.assert_close(measure(some, some), torch.ones(10).double())
        value = measure(point, point)
        assert value.isfinite().all()
        assert torch.autograd.grad(value.sum(), point)[0].isfinite().all()


def test_enclosing_box_holds_both() -> None:
    a, b = whole_boxes(30), whole_boxes(30)
    around = boxes.enclosing_box(a, b)
    assert (around[:, :2] == torch.minimum(a, b)[:, :2]).all()
    assert (around[:, 2:] == torch.maximum(a, b)[:, 2:]).all()


def test_bad_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"boxes must have shape .* got \(3,\)"):
        boxes.box_area(torch.zeros(3))
    with pytest.raises(ValueError, match=r"boxes2 must have the shape of boxes1, \(2, 4\), got"):
        boxes.paired_iou(torch.zeros(2, 4), torch.zeros(1, 4))
