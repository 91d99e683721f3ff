"""Letterbox, decoding, pyramid and the small YOLO, against ultralytics and plain loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cvlib import detection, detection_runs, scenes
from cvlib.pixels import to_image
from cvlib.ultralytics_offline import offline_ultralytics
from tests.cvlib.test_detection_boxes import some_boxes

sides = st.integers(1, 90)


@given(sides, sides, st.sampled_from([32, 33, 64]))
@settings(max_examples=40, deadline=None)
def test_letterbox_keeps_the_shape_and_centres_the_picture(
    height: int, width: int, size: int
) -> None:
    image = torch.zeros(2, 3, height, width)
    square, scale, (left, top) = detection.letterbox(image, size)
    assert square.shape == (2, 3, size, size)
    assert scale == size / max(height, width)
    inside = square[0, 0] != torch.tensor(detection.GREY)
    rows, columns = inside.any(dim=1).nonzero()[:, 0], inside.any(dim=0).nonzero()[:, 0]
    assert (top, left) == (rows[0], columns[0])
    for length, count, before in ((height, len(rows), top), (width, len(columns), left)):
        assert abs(count - scale * length) <= 0.5 or count == 1
        assert 0 <= size - count - 2 * before <= 1  # the odd one lies behind


@given(st.integers(20, 90), st.integers(20, 90), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_boxes_come_back_within_half_a_pixel(height: int, width: int, seed: int) -> None:
    """A bright box is painted, looked for in the square, and taken back."""
    generator = torch.Generator().manual_seed(seed)
    x1, y1 = (int(torch.randint(0, n - 8, (), generator=generator)) for n in (width, height))
    x2, y2 = min(width, x1 + 12), min(height, y1 + 10)
    image = torch.zeros(3, height, width)
    image[0, y1:y2, x1:x2] = 1
    square, scale, pad = detection.letterbox(image, 192)  # enlarged, so that edges are seen well
    seen = square[0] - square[1]  # the grey border cancels
    edges = [edges_of(seen.sum(dim=axis)) for axis in (0, 1)]
    found = torch.tensor([[edges[0][0], edges[1][0], edges[0][1], edges[1][1]]])
    back = detection.unletterbox(found, scale, pad, (height, width))
    assert (back - torch.tensor([[x1, y1, x2, y2]])).abs().max() * scale <= 0.5 + scale * 0.02


def edges_of(profile: Tensor) -> tuple[float, float]:
    """Where a bright stretch begins and ends, between pixels: from its mass and its middle."""
    if profile[0] > 0.5 * profile.max() or profile[-1] > 0.5 * profile.max():
        clear = (profile > 0.5 * profile.max()).nonzero()[:, 0]
        return clear[0].item(), clear[-1].item() + 1
    share = profile / profile.sum()
    places = torch.arange(len(profile)) + 0.5
    middle = (share * places).sum().item()
    wide = (profile.sum() / profile.max()).item()
    return middle - wide / 2, middle + wide / 2


@given(sides, sides, st.integers(0, 20), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_unletterbox_undoes_the_formula(height: int, width: int, count: int, seed: int) -> None:
    _, scale, pad = detection.letterbox(torch.zeros(3, height, width), 64)
    shares = torch.rand(count, 2, 2, generator=torch.Generator().manual_seed(seed)).double()
    boxes = (shares.sort(dim=1).values * torch.tensor([width, height])).reshape(count, 4)
    there = scale * boxes + torch.tensor([*pad, *pad])
    back = detection.unletterbox(there, scale, pad, (height, width))
    torch.testing.assert_close(back, boxes)


def test_unletterbox_clips_to_the_picture() -> None:
    wide = torch.tensor([[-50.0, -50, 500, 500]])
    back = detection.unletterbox(wide, 0.5, (10, 0), (40, 100))
    assert back.tolist() == [[0, 0, 100, 40]]
    assert detection.unletterbox(wide[:0], 0.5, (10, 0), (40, 100)).shape == (0, 4)


def test_letterbox_refuses_what_is_no_picture() -> None:
    with pytest.raises(ValueError, match=r"image must have shape \(…, C, H, W\), got \(4, 4\)"):
        detection.letterbox(torch.zeros(4, 4), 8)
    with pytest.raises(ValueError, match=r"size must be .* at least 1, got 0"):
        detection.letterbox(torch.zeros(3, 4, 4), 0)
    with pytest.raises(ValueError, match="scale must be above 0, got 0"):
        detection.unletterbox(torch.zeros(1, 4), 0, (0, 0), (4, 4))


@pytest.mark.parametrize("shape", [(96, 128), (128, 50), (200, 333), (61, 61)])
def test_letterbox_lies_where_ultralytics_puts_it(shape: tuple[int, int]) -> None:
    offline_ultralytics()
    from ultralytics.data.augment import LetterBox

    black = np.zeros((*shape, 3), dtype=np.uint8)
    theirs = LetterBox((128, 128), auto=False, scaleup=True)(image=black)[..., 0]
    ours = detection.letterbox(torch.zeros(3, *shape), 128)[0][0]
    assert np.array_equal(theirs == 0, (ours == 0).numpy())
    assert set(np.unique(theirs)) <= {0, round(detection.GREY * 255)}


@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 8, 32]))
@settings(max_examples=25, deadline=None)
def test_decode_grid_matches_ultralytics(batch: int, height: int, width: int, stride: int) -> None:
    offline_ultralytics()
    from ultralytics.utils.tal import dist2bbox, make_anchors

    generator = torch.Generator().manual_seed(height * 10 + width)
    predictions = 6 * torch.rand(batch, 4, height, width, generator=generator)
    points, strides = make_anchors([predictions], [stride])
    theirs = dist2bbox(predictions.flatten(2).transpose(1, 2), points, xywh=False) * strides
    ours = detection.decode_grid(predictions, stride)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        detection.cell_centres(height, width, stride), points.float() * stride
    )


def test_decode_grid_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r"predictions must have shape \(N, 4, H, W\)"):
        detection.decode_grid(torch.zeros(1, 5, 2, 2), 8)
    with pytest.raises(ValueError, match=r"stride must be .* at least 1, got 0"):
        detection.decode_grid(torch.zeros(1, 4, 2, 2), 0)


def test_expected_distance_is_ultralytics_dfl() -> None:
    offline_ultralytics()
    from ultralytics.nn.modules.block import DFL

    logits = torch.randn(2, 4, 16, 5)  # (N, sides, bins, cells)
    theirs = DFL(16)(logits.flatten(1, 2))  # (N, 4, cells)
    ours = detection.expected_distance(logits.transpose(2, 3))
    torch.testing.assert_close(ours, theirs)


def test_decode_v1_cell_by_cell() -> None:
    p = torch.rand(1, 4, 3, 3)
    boxes = detection.decode_v1(p, 60)
    for row in range(3):
        for column in range(3):
            x, y, root_w, root_h = p[0, :, row, column].tolist()
            cx, cy, w, h = (column + x) * 20, (row + y) * 20, root_w**2 * 60, root_h**2 * 60
            wanted = torch.tensor([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2])
            torch.testing.assert_close(boxes[0, 3 * row + column], wanted)


def test_decode_anchors_cell_by_cell() -> None:
    p, anchors = torch.randn(1, 2, 4, 2, 3), torch.tensor([[10.0, 20.0], [40.0, 30.0]])
    boxes = detection.decode_anchors(p, anchors, 16)
    for a in range(2):
        for row in range(2):
            for column in range(3):
                tx, ty, tw, th = p[0, a, :, row, column].tolist()
                cx = (column + 1 / (1 + math.exp(-tx))) * 16
                cy = (row + 1 / (1 + math.exp(-ty))) * 16
                w, h = anchors[a, 0].item() * math.exp(tw), anchors[a, 1].item() * math.exp(th)
                wanted = torch.tensor([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2])
                torch.testing.assert_close(boxes[0, a, 3 * row + column], wanted)


def test_level_features_one_box_at_a_time() -> None:
    pyramid = [torch.randn(5, 256 // s, 256 // s) for s in detection.STRIDES]
    boxes = (10 * some_boxes(12, 4)).float().clamp(max=255)
    boxes[0], boxes[1] = torch.tensor([0.0, 0, 200, 200]), torch.tensor([8.0, 8, 12, 12])
    features = detection.level_features(pyramid, boxes)
    for box, feature in zip(boxes.tolist(), features, strict=True):
        side = math.sqrt((box[2] - box[0]) * (box[3] - box[1]))
        level = (side > 64) + (side > 128)
        stride = detection.STRIDES[level]
        row, column = int((box[1] + box[3]) / 2 / stride), int((box[0] + box[2]) / 2 / stride)
        assert torch.equal(feature, pyramid[level][:, row, column])
    assert detection.level_features(pyramid, boxes[:0]).shape == (0, 5)


def test_detect_finds_the_shapes() -> None:
    some = [scenes.make_scene(seed=seed) for seed in range(900, 912)]
    pictures = [to_image(one.image) for one in some]
    found = detection.detect(detection_runs.one_yolo(), pictures, 0.01)
    truths = [detection.Truth(one.boxes, one.labels) for one in some]
    assert detection.mean_average_precision(found, truths) > 0.8
    assert all(one.labels.dtype == torch.int64 for one in found)
    assert all((one.scores.diff() <= 0).all() for one in found)


def test_detect_answers_for_no_picture_and_for_nothing_found() -> None:
    model = detection_runs.one_yolo()
    assert detection.detect(model, [], 0.5) == []
    (nothing,) = detection.detect(model, [np.full((96, 128, 3), 90, dtype=np.uint8)], 0.9)
    assert [tuple(part.shape) for part in nothing] == [(0, 4), (0,), (0,)]


def test_drivers_give_plain_values() -> None:
    (found,) = detection_runs.detected(detection.detect, [3], 0.2)
    assert set(found) == {"boxes", "scores", "labels"}
    box = torch.tensor([[0.0, 0, 9, 9]])
    pair = [(box, torch.ones(1), torch.zeros(1))], [(box, torch.zeros(1))]
    assert detection_runs.scored(detection.mean_average_precision, *pair) == 1


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda *_: None, r"None instead of a list \(is a `return` missing\?\)"),
        (lambda *_: [(1, 2, 3)], r"needs a Detection\(boxes, scores, labels\), got .* type tuple"),
    ],
)
def test_a_driver_says_what_an_answer_gives_instead(answer: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        detection_runs.detected(answer, [3], 0.2)
