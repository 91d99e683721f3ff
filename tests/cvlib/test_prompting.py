"""Prompting's functions against segment_anything, torchvision, scipy and sets of pixels."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from segment_anything.modeling.prompt_encoder import PositionEmbeddingRandom
from segment_anything.utils.amg import batched_mask_to_box, build_point_grid
from segment_anything.utils.transforms import ResizeLongestSide
from torchmetrics.functional.classification import binary_jaccard_index

from cvlib import prompting, regions

sizes = st.tuples(st.integers(1, 3000), st.integers(1, 3000))


def random_mask(seed: int, height: int, width: int, share: float = 0.5) -> torch.Tensor:
    return torch.rand(height, width, generator=torch.Generator().manual_seed(seed)) < share


def blobs(seed: int, height: int = 40, width: int = 50) -> torch.Tensor:
    noise = torch.randn(1, 1, height, width, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.avg_pool2d(noise, 7, 1, 3)[0, 0] > 0.05


# Coordinates --------------------------------------------------------------------------------------


@given(sizes, st.integers(1, 1500))
def test_resized_size_is_that_of_segment_anything(size: tuple[int, int], target: int) -> None:
    assert prompting.resize_longest(size, target) == ResizeLongestSide.get_preprocess_shape(
        *size, target
    )


@given(st.tuples(st.integers(20, 3000), st.integers(20, 3000)), st.integers(0, 20))
def test_coordinates_are_those_of_segment_anything_and_come_back(
    size: tuple[int, int], count: int
) -> None:
    points = 2000 * torch.rand(count, 2, dtype=torch.float64)
    theirs = ResizeLongestSide(1024)
    ours = prompting.to_model_coords(points, size, 1024)
    np.testing.assert_allclose(ours.numpy(), theirs.apply_coords(points.numpy(), size))
    torch.testing.assert_close(prompting.to_image_coords(ours, size, 1024), points)


def test_coordinates_of_a_batch_and_of_whole_numbers() -> None:
    batch = torch.randint(0, 500, (2, 3, 2))
    ours = prompting.to_model_coords(batch, (480, 640), 1024)
    theirs = ResizeLongestSide(1024).apply_coords_torch(batch, (480, 640))
    torch.testing.assert_close(ours, theirs)
    assert prompting.to_model_coords([[320, 240]], (480, 640), 128).tolist() == [[64.0, 48.0]]


# Position encoding --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(2,), (0, 2), (5, 2), (2, 3, 2)])
def test_position_encoding_is_that_of_segment_anything(shape: tuple[int, ...]) -> None:
    theirs = PositionEmbeddingRandom(6)
    theirs.positional_encoding_gaussian_matrix = theirs.positional_encoding_gaussian_matrix.double()
    coords = torch.rand(shape, dtype=torch.float64)
    ours = prompting.fourier_position_encoding(coords, theirs.positional_encoding_gaussian_matrix)
    torch.testing.assert_close(ours, theirs._pe_encoding(coords))


def test_position_encoding_has_the_right_gradient() -> None:
    coords = torch.rand(3, 2, dtype=torch.float64, requires_grad=True)
    matrix = torch.randn(2, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(prompting.fourier_position_encoding, (coords, matrix))


# Masks --------------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 9), st.floats(0, 1))
@settings(max_examples=50)
def test_iou_is_torchmetrics_where_a_mask_has_a_pixel(
    seed: int, height: int, width: int, share: float
) -> None:
    a, b = random_mask(seed, height, width, share), random_mask(seed + 1, height, width, share)
    ours = prompting.mask_iou(a, b)
    if (a | b).any():
        torch.testing.assert_close(ours, binary_jaccard_index(a.int(), b.int()))
    else:
        assert ours == 1


def test_iou_of_batches_and_empty_masks() -> None:
    nothing, some = torch.zeros(4, 5, dtype=torch.bool), random_mask(0, 4, 5)
    assert prompting.mask_iou(nothing, nothing) == 1
    assert prompting.mask_iou(nothing, some) == 0
    both = torch.stack([nothing, some])
    assert prompting.mask_iou(both[:, None], both[None]).tolist() == [[1, 0], [0, 1]]
    assert prompting.mask_iou(both[:0], both[:0]).shape == (0,)
    assert prompting.mask_iou(some.numpy(), some.int().numpy()) == 1


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 9), st.floats(0, 0.4))
@settings(max_examples=50)
def test_box_is_that_of_segment_anything(seed: int, h: int, w: int, share: float) -> None:
    masks = torch.stack([random_mask(seed + i, h, w, share) for i in range(3)])
    ours = prompting.mask_to_box(masks)
    torch.testing.assert_close(ours, batched_mask_to_box(masks).float())
    full = masks.flatten(1).any(dim=1)
    torch.testing.assert_close(ours[full], torchvision.ops.masks_to_boxes(masks[full]).float())
    assert prompting.mask_to_box(masks[:0]).shape == (0, 4)


def test_policies_pick_what_their_names_say() -> None:
    masks = torch.stack([random_mask(i, 6, 7, share) for i, share in enumerate((0.5, 0.9, 0.1))])
    scores = torch.tensor([0.3, 0.2, 0.1])
    picked = {policy: prompting.pick_mask(masks, scores, policy) for policy in
              ("best", "largest", "smallest")}  # fmt: skip
    areas = masks.flatten(1).sum(dim=1).tolist()
    assert torch.equal(picked["best"], masks[0])
    assert torch.equal(picked["largest"], masks[areas.index(max(areas))])
    assert torch.equal(picked["smallest"], masks[areas.index(min(areas))])
    tie = prompting.pick_mask(masks.numpy(), np.ones(3), "best")
    assert torch.equal(tie, masks[0])


@pytest.mark.parametrize("seed", range(8))
def test_nms_on_masks_that_are_boxes_is_torchvisions(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    corners = torch.randint(0, 20, (12, 2), generator=generator)
    boxes = torch.cat([corners, corners + torch.randint(3, 12, (12, 2), generator=generator)], 1)
    masks = torch.zeros(12, 32, 32, dtype=torch.bool)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes.tolist(), strict=True):
        mask[y1:y2, x1:x2] = True
    scores = torch.rand(12, generator=generator)
    for threshold in (0.0, 0.31, 0.71):  # no IoU of small boxes is just this
        kept = prompting.mask_nms(masks, scores, threshold)
        assert torch.equal(kept, torchvision.ops.nms(boxes.float(), scores, threshold))


def test_nms_of_no_mask_and_of_one() -> None:
    one = torch.ones(1, 3, 3, dtype=torch.bool)
    assert prompting.mask_nms(one[:0], torch.zeros(0), 0.5).tolist() == []
    assert prompting.mask_nms(one, torch.zeros(1), 0.5).tolist() == [0]
    assert prompting.mask_nms(one.expand(2, 3, 3), torch.tensor([0.0, 1]), 1.0).tolist() == [1, 0]


# Regions and clicks -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_depth_and_regions_are_scipys(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "CELLS", 4000)  # several parts
    mask = blobs(seed)
    theirs = ndimage.distance_transform_edt(np.pad(mask.numpy(), 1))[1:-1, 1:-1]
    np.testing.assert_allclose(regions.depth(mask).numpy(), theirs, rtol=1e-6)
    labels, count = ndimage.label(mask.numpy(), structure=np.ones((3, 3)))
    areas = sorted(np.bincount(labels.ravel())[1:].tolist(), reverse=True)
    parts = regions.regions(mask)
    assert [int(part.sum()) for part in parts] == areas
    assert len(parts) == count
    assert torch.equal(torch.stack(parts).sum(dim=0), mask.long())


def test_depth_of_full_and_empty_masks() -> None:
    full = torch.ones(5, 7, dtype=torch.bool)
    assert regions.depth(full).max() == 3
    assert regions.depth(full)[0].tolist() == [1.0] * 7
    assert regions.depth(~full).sum() == 0
    assert regions.depth(full[:0]).shape == (0, 7)
    assert regions.regions(~full) == []


@pytest.mark.parametrize("seed", range(10))
def test_next_click_is_what_scipy_finds(seed: int) -> None:
    pred, target = blobs(seed), blobs(seed + 100)
    best = (0, None, 0)
    for error, label in ((target & ~pred, 1), (pred & ~target, 0)):
        labels, count = ndimage.label(error.numpy(), structure=np.ones((3, 3)))
        for number in range(1, count + 1):
            part = labels == number
            best = max(best, (int(part.sum()), part, label), key=lambda found: found[0])
    deep = ndimage.distance_transform_edt(np.pad(best[1], 1))[1:-1, 1:-1]  # type: ignore[arg-type]
    x, y, label = prompting.next_click(pred, target)
    assert label == best[2]
    assert deep[y, x] == pytest.approx(deep.max())


def test_next_click_by_hand() -> None:
    target = torch.zeros(9, 12, dtype=torch.bool)
    target[2:7, 3:10] = True
    nothing = torch.zeros_like(target)
    x, y, label = prompting.next_click(nothing, target)
    assert (y, label) == (4, 1)
    assert x in (5, 6, 7)
    assert prompting.next_click(~nothing, nothing)[2] == 0
    ring = target.clone()
    ring[4, 4:9] = False  # its middle is outside of it
    x, y, _ = prompting.next_click(nothing, ring)
    assert ring[y, x]
    assert regions.plain_click(nothing, ring)[2] == 1
    assert regions.plain_click(target, nothing) == (6, 4, 0)


@given(st.lists(st.lists(st.floats(0, 1), max_size=6), min_size=1, max_size=5), st.integers(1, 6))
def test_number_of_clicks_counts(ious: list[list[float]], most: int) -> None:
    counted = []
    for each in ious:
        hits = [i + 1 for i in range(min(most, len(each))) if each[i] >= 0.85]
        counted.append(min(hits, default=most))
    assert prompting.number_of_clicks(ious, 0.85, most) == pytest.approx(np.mean(counted))


@pytest.mark.parametrize("grid", [1, 3, 8])
def test_grid_is_that_of_segment_anything(grid: int) -> None:
    ours = prompting.point_grid(grid, (60, 90)) / torch.tensor([90, 60])
    np.testing.assert_allclose(ours.numpy(), build_point_grid(grid), rtol=1e-6)


# Refusals -----------------------------------------------------------------------------------------

SQUARE = torch.ones(4, 4, dtype=torch.bool)
REFUSALS: list[tuple[str, Callable[[], Any]]] = [
    ("height", lambda: prompting.resize_longest((0, 5), 10)),
    ("target", lambda: prompting.resize_longest((5, 5), 0)),
    ("points", lambda: prompting.to_model_coords(torch.zeros(3), (5, 5), 10)),
    ("points", lambda: prompting.to_image_coords(torch.zeros(2, 3), (5, 5), 10)),
    ("coords", lambda: prompting.fourier_position_encoding(torch.zeros(4), torch.zeros(2, 4))),
    ("matrix", lambda: prompting.fourier_position_encoding(torch.zeros(2), torch.zeros(4, 2))),
    ("b must", lambda: prompting.mask_iou(SQUARE, SQUARE[:3])),
    ("a must", lambda: prompting.mask_iou(torch.zeros(4, 4), SQUARE)),
    ("mask", lambda: prompting.mask_to_box(torch.zeros(4, dtype=torch.bool))),
    ("masks", lambda: prompting.pick_mask(SQUARE[None][:0], torch.zeros(0))),
    ("scores", lambda: prompting.pick_mask(SQUARE[None], torch.zeros(2))),
    ("policy", lambda: prompting.pick_mask(SQUARE[None], torch.zeros(1), "first")),
    ("scores", lambda: prompting.mask_nms(SQUARE[None], torch.zeros(2), 0.5)),
    ("target", lambda: prompting.next_click(SQUARE, SQUARE[:3])),
    ("pred", lambda: prompting.next_click(SQUARE, SQUARE)),
    ("pred", lambda: regions.plain_click(SQUARE, SQUARE)),
    ("mask", lambda: regions.depth(torch.zeros(3, 3))),
    ("mask", lambda: regions.regions(torch.zeros(3, dtype=torch.bool))),
    ("ious", lambda: prompting.number_of_clicks([])),
    ("max_clicks", lambda: prompting.number_of_clicks([[0.5]], max_clicks=0)),
    ("grid", lambda: prompting.point_grid(0, (5, 5))),
]


@pytest.mark.parametrize(("word", "call"), REFUSALS, ids=itertools.count())  # type: ignore[arg-type]
def test_refuses_and_names_the_argument(word: str, call: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=word):
        call()


def test_encoding_of_the_middle_is_zero_and_one() -> None:
    middle = prompting.fourier_position_encoding(torch.tensor([0.5, 0.5]), torch.randn(2, 3))
    torch.testing.assert_close(middle, torch.tensor([0.0, 0, 0, 1, 1, 1]))
    assert math.isclose(middle.square().sum().item(), 3)
