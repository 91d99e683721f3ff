from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco
from torchmetrics.functional.classification import binary_jaccard_index

from cvlib.images import to_image
from cvlib.scenes import Scene, make_scene
from cvlib.small_sam import small_predictor
from cvlib.widgets import ClickToSegment
from cvlib.widgets.mask_runs import runs_of

from .node import needs_node, run_js

RANDOM = np.random.default_rng(0)


@cache
def predictor() -> Any:
    return small_predictor()


@cache
def scene() -> Scene:
    return make_scene(128, seed=21, objects=3, marks=True)


def widget(**given: Any) -> ClickToSegment:
    picture = to_image(scene().image)[:96]  # (96, 128, 3), so that axes can't be exchanged
    return ClickToSegment(predictor(), picture, scene().masks[-1][:96], **given)


def some_masks() -> list[np.ndarray]:
    drawn = [RANDOM.random(shape) < 0.5 for shape in ((1, 1), (4, 7), (9, 3), (20, 30))]
    return [np.zeros((3, 4), bool), np.ones((3, 4), bool), *drawn]


def test_runs_are_those_of_pycocotools() -> None:
    for mask in some_masks():
        ours = {"size": list(mask.shape[::-1]), "counts": runs_of(mask)}
        theirs = coco.frPyObjects(ours, *mask.shape[::-1])  # COCO counts along columns
        np.testing.assert_array_equal(coco.decode(theirs).T, mask)
    assert runs_of(np.zeros((0, 5), bool)) == [0]


@needs_node
def test_browser_reads_the_runs() -> None:
    masks = some_masks()
    given = [[runs_of(mask), mask.size] for mask in masks]
    read = run_js("mask_runs.js", "given.map(([runs, size]) => [...fromRuns(runs, size)])", given)
    for mask, flat in zip(masks, read, strict=True):
        np.testing.assert_array_equal(np.reshape(flat, mask.shape), mask)


@needs_node
def test_outline_is_as_long_as_the_border() -> None:
    masks = some_masks()
    given = [[mask.ravel().astype(int).tolist(), *mask.shape] for mask in masks]
    paths = run_js("mask_runs.js", "given.map(([m, h, w]) => outline(m, h, w))", given)
    for mask, path in zip(masks, paths, strict=True):
        padded = np.pad(mask, 1)
        length = sum(int((np.diff(padded.astype(int), axis=axis) != 0).sum()) for axis in (0, 1))
        steps = re.findall(r"M(\d+) (\d+)([HV])(\d+)", path)
        assert sum(int(to) - int(x if way == "H" else y) for x, y, way, to in steps) == length


@needs_node
def test_places_become_pixels_and_boxes_inside_the_picture() -> None:
    places = "[pixelAt(0, 0, [3, 5]), pixelAt(4.99, 1.5, [3, 5]), pixelAt(9, -2, [3, 5])]"
    assert run_js("mask_runs.js", places) == [[0, 0], [4, 1], [4, 0]]
    boxes = "[boxBetween([1.2, 2.9], [3.4, 0.1], [3, 5]), boxBetween([2, 2], [2, 2], [3, 5])]"
    assert run_js("mask_runs.js", boxes) == [[1, 0, 4, 3], [2, 2, 3, 3]]


@pytest.mark.parametrize("which", ["best", "1", "2", "3", "single"])
def test_masks_and_scores_are_the_predictors(which: str) -> None:
    made = widget(actions=[[60, 40, 1], [5, 6, 0], [0, 1, 9, 9], [20, 10, 90, 80]], which=which)
    other = small_predictor()
    other.set_image(made.image)
    masks, scores, _ = other.predict(
        np.array([[60.0, 40.0], [5.0, 6.0]]),
        np.array([1, 0]),
        box=np.array([20.0, 10.0, 90.0, 80.0]),
        multimask_output=which != "single",
    )
    index = int(scores.argmax()) if which in ("best", "single") else int(which) - 1
    np.testing.assert_array_equal(made.mask, masks[index])
    assert made.score == pytest.approx(float(scores[index]), abs=1e-6)
    assert made.points.tolist() == [[60, 40], [5, 6]]
    assert made.labels.tolist() == [1, 0]
    assert made.box is not None
    assert made.box.tolist() == [20, 10, 90, 80]


def test_iou_is_that_of_torchmetrics() -> None:
    made = widget()
    rows, columns = np.nonzero(made.truth)
    made.click(columns[len(columns) // 2], rows[len(rows) // 2])
    expected = binary_jaccard_index(*(torch_of(mask) for mask in (made.mask, made.truth)))
    assert made.iou == pytest.approx(expected.item())
    assert made._found["ious"][made._found["shown"]] == made.iou
    assert made._found["masks"][made._found["shown"]] == runs_of(made.mask)


def torch_of(mask: Any) -> Any:
    import torch

    return torch.from_numpy(np.asarray(mask).astype(np.int64))


def test_without_prompts_there_is_no_mask() -> None:
    made = widget()
    assert (made.score, made.iou, made.box, made.shown) == (None, None, None, None)
    assert made.mask.shape == (96, 128)
    assert not made.mask.any()
    assert made.points.shape == (0, 2)
    made.click(3, 4)
    made.click(5, 6, 0)
    assert made.score is not None
    made.undo()
    assert made.actions == [[3, 4, 1]]
    made.clear()
    made.undo()
    assert (made.actions, made.score, made._found["masks"]) == ([], None, [])


def test_the_picture_is_encoded_once_and_others_may_use_the_predictor() -> None:
    shared = small_predictor()
    first = ClickToSegment(shared, to_image(scene().image))
    first.click(60, 40)
    before = first.mask.copy()
    calls = 0

    def count(*_given: Any) -> None:
        nonlocal calls
        calls += 1

    with shared.model.image_encoder.register_forward_hook(count):
        second = ClickToSegment(shared, np.zeros((50, 70, 3), np.uint8))
        second.click(60, 40)
        first.click(61, 41)
        first.undo()
    assert calls == 1
    assert second.mask.shape == (50, 70)
    np.testing.assert_array_equal(first.mask, before)


@pytest.mark.parametrize(
    "action",
    [[1, 2], [1, 2, 3], [128, 5, 1], [5, 96, 1], [-1, 5, 1], [float("nan"), 1, 1], [5, 5, 5, 9],
     [9, 5, 5, 9], [0, 0, 129, 9], "ab", 7, [1, 2, None]],
)  # fmt: skip
def test_bad_actions_are_refused(action: Any) -> None:
    made = widget()
    with pytest.raises(ValueError, match=r"actions must be clicks .* inside 128 × 96 pixels, got"):
        made.actions = [action]
    assert made.actions == []


def test_other_bad_values_are_refused() -> None:
    with pytest.raises(ValueError, match="which must be one of best, 1, 2, 3, single, got '4'"):
        widget(which="4")
    with pytest.raises(ValueError, match=r"image must be \(H, W, 3\) of uint8, got shape \(3, 4\)"):
        ClickToSegment(predictor(), np.zeros((3, 4), np.uint8))
    with pytest.raises(ValueError, match=r"truth .* \(3, 4\), got \(4, 3\)"):
        ClickToSegment(predictor(), np.zeros((3, 4, 3), np.uint8), np.zeros((4, 3)))


def test_summary_and_picture() -> None:
    made = widget()
    assert "0 clicks (interactive" in made.summary()
    assert len(made.fallback_figure().axes) == 4  # a click, and its three masks
    assert made.actions == []
    made.actions = [[60, 40, 1], [5, 5, 0], [10, 10, 90, 80]]
    made.which = "single"
    assert (
        f"2 clicks and a box, single mask, score {made.score:.2f}, IoU {made.iou:.2f}"
        in made.summary()
    )
    figure = made.fallback_figure()
    assert len(figure.axes) == 2
    assert figure.get_size_inches()[0] <= 10
