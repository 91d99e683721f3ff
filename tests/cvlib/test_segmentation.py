"""Segmentation's numbers against torchmetrics and SciPy; pictures, weights and what is found."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt
from torch import Tensor, nn
from torchmetrics.functional import classification as tm

from cvlib import losses, pet_maps, scene_reading, touching, wire_scenes
from cvlib.label_colours import colour_labels
from cvlib.scenes import class_map, make_scene
from cvlib.segment_loss import segment_loss
from cvlib.segmentation import dice_score, mean_iou, pixel_accuracy

VOID = 255


def maps(seed: int, shape: tuple[int, ...], classes: int, void: float) -> tuple[Tensor, Tensor]:
    """Two class maps that agree on about half of the pixels, the second one with void."""
    generator = torch.Generator().manual_seed(seed)
    pred, target = (torch.randint(classes, shape, generator=generator) for _ in range(2))
    target = torch.where(torch.rand(shape, generator=generator) < 0.5, pred, target)
    return pred, target.where(torch.rand(shape, generator=generator) >= void, VOID)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    st.integers(2, 6),
    st.integers(0, 2),
    st.sampled_from([0.0, 0.4]),
)
def test_numbers_are_torchmetrics(
    seed: int, shape: list[int], classes: int, absent: int, void: float
) -> None:
    pred, target = maps(seed, tuple(shape), classes, void)
    named: Any = {"num_classes": classes + absent, "ignore_index": VOID}
    if (target == VOID).all():
        assert math.isnan(mean_iou(pred, target, **named))
        assert math.isnan(dice_score(pred, target, **named))
        assert math.isnan(pixel_accuracy(pred, target, VOID))
        return
    iou = tm.multiclass_jaccard_index(pred, target, average="macro", **named)
    dice = tm.multiclass_f1_score(pred, target, average="macro", **named)
    accuracy = tm.multiclass_accuracy(pred, target, average="micro", **named)
    assert mean_iou(pred, target, **named) == pytest.approx(iou.item(), abs=1e-6)
    assert dice_score(pred, target, **named) == pytest.approx(dice.item(), abs=1e-6)
    assert pixel_accuracy(pred, target, VOID) == pytest.approx(accuracy.item(), abs=1e-6)


def test_examples_by_hand() -> None:
    pred, target = torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 1, 1])
    assert mean_iou(pred, target, 2) == pytest.approx(7 / 12)
    assert dice_score(pred, target, 2) == pytest.approx((2 / 3 + 4 / 5) / 2)
    three = torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0])
    assert pixel_accuracy(*three) == pytest.approx(2 / 3)
    assert pixel_accuracy(*three, ignore_index=0) == 1
    nothing = torch.zeros(0, dtype=torch.long)
    assert math.isnan(mean_iou(nothing, nothing, 2))


@pytest.mark.parametrize("measure", [pixel_accuracy, mean_iou, dice_score])
def test_bad_maps_are_refused(measure: Any) -> None:
    rest = () if measure is pixel_accuracy else (2,)
    zeros = torch.zeros(1, 2, 2, dtype=torch.long)
    with pytest.raises(ValueError, match="pred must have the shape of target"):
        measure(zeros[0], zeros, *rest)
    with pytest.raises(ValueError, match=r"pred must hold whole numbers, got torch\.float32"):
        measure(zeros.float(), zeros, *rest)
    if rest:
        with pytest.raises(ValueError, match=r"target must be from 0 to 1, got \[0, 255\]"):
            measure(zeros, torch.tensor([[[0, 0], [0, VOID]]]), *rest)


# The loss of the bug hunt -------------------------------------------------------------------------


def test_void_pixels_do_not_move_the_loss() -> None:
    torch.manual_seed(0)
    logits = torch.randn(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    target = torch.randint(3, (2, 4, 5))
    plain = F.cross_entropy(logits, target) + losses.dice_loss(logits, target)
    torch.testing.assert_close(segment_loss(logits, target), plain)
    target[0, :2] = VOID
    (slope,) = torch.autograd.grad(segment_loss(logits, target), logits)
    assert not slope[0, :, :2].any()
    assert slope[0, :, 2:].abs().min() > 0
    cut = [torch.cat([part[:1, ..., 2:, :]]) for part in (logits, target)]
    torch.testing.assert_close(segment_loss(logits[:1], target[:1]), segment_loss(*cut))


# Weights between things, panoptic maps, colours ---------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_touching_weights_are_those_of_scipys_distances(seed: int) -> None:
    masks = make_scene(64, seed=seed, objects=4).masks
    far = np.stack([distance_transform_edt(~mask.numpy()) for mask in masks])
    near = np.sort(far, axis=0)[:2].sum(0)
    wanted = np.where(masks.any(0), 1, 1 + 10 * np.exp(-(near**2) / (2 * 25)))
    np.testing.assert_allclose(touching.touching_weights(masks), wanted, rtol=1e-4)


def test_touching_weights_need_two_things() -> None:
    masks = torch.zeros(3, 4, 5, dtype=torch.bool)
    masks[1, 1:3] = True
    assert torch.equal(touching.touching_weights(masks), torch.ones(4, 5))
    assert torch.equal(touching.touching_weights(masks[:0]), torch.ones(4, 5))
    with pytest.raises(ValueError, match="masks must be"):
        touching.touching_weights(masks.float())
    with pytest.raises(ValueError, match="width > 0"):
        touching.touching_weights(masks, width=0)


@pytest.mark.parametrize("seed", range(3))
def test_panoptic_maps_give_class_and_thing_back(seed: int) -> None:
    scene = make_scene(64, seed=seed)
    panoptic = touching.panoptic_map(scene)
    assert torch.equal(panoptic // touching.LABEL_DIVISOR, class_map(scene))
    for number, mask in enumerate(scene.masks, start=1):
        assert torch.equal(panoptic % touching.LABEL_DIVISOR == number, mask)


def test_colours_of_labels() -> None:
    colours = colour_labels(torch.tensor([[0, 1, 2, 8, VOID]]))  # (3, 1, 5)
    assert colours.shape == (3, 1, 5)
    assert torch.equal(colours[..., 1], colours[..., 3])
    assert len({tuple(c) for c in colours[:, 0].T.tolist()}) == 4
    assert colours[:, 0, 4].tolist() == [1, 1, 1]
    assert colour_labels(torch.zeros(2, 4, 5, dtype=torch.uint8)).shape == (2, 3, 4, 5)
    with pytest.raises(ValueError, match="whole numbers"):
        colour_labels(torch.zeros(4, 4))
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        colour_labels(torch.tensor([[-1]]))


# Pictures with wires, and what is found about networks --------------------------------------------


def test_pictures_are_the_same_for_the_same_seed_and_begin_alike() -> None:
    images, labels = wire_scenes.pictures(3, seed=5)
    assert images.shape == (3, 3, 64, 64)
    assert labels.shape == (3, 64, 64)
    assert images.min() >= 0
    assert images.max() <= 1
    assert labels.unique().tolist() == [0, 1, 2]
    fewer = wire_scenes.pictures(2, seed=5)
    assert torch.equal(fewer[0], images[:2])
    assert torch.equal(fewer[1], labels[:2])
    assert not torch.equal(wire_scenes.pictures(2, seed=6)[0], fewer[0])
    with pytest.raises(ValueError, match="count must be a whole number of at least 1, got 0"):
        wire_scenes.pictures(0)


def test_wires_are_about_three_pixels_thin() -> None:
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        near = wire_scenes.distance_to_wire(64, generator) <= wire_scenes.HALF_WIDTH
        inner = ~F.max_pool2d(~near[None, None] * 1.0, 5, stride=1, padding=2).bool()
        assert not inner[..., 2:-2, 2:-2].any()


class Oracle(nn.Module):
    """Knows the pictures and gives what is asked for."""

    def __init__(self, made: Any) -> None:
        super().__init__()
        self.made = made
        known = [scene_reading.known(n, seed=seed) for n, seed in ((32, 2), (16, 1), (2, 3))]
        self.known = {
            image.sum().item(): y for x, ys in known for image, y in zip(x, ys, strict=True)
        }

    def forward(self, x: Tensor) -> Tensor:
        labels = torch.stack([self.known[image.sum().item()] for image in x])
        return self.made(labels, F.one_hot(labels, 3).movedim(-1, 1).float())


FINDINGS: dict[str, Any] = {
    scene_reading.GOOD: lambda y, hot: 9 * hot - 1,
    scene_reading.SHARES: lambda y, hot: hot,
    scene_reading.NO_WIRES: lambda y, hot: 9 * F.one_hot((y > 0).long(), 3).movedim(-1, 1) - 1.0,
    scene_reading.GUESSES: lambda y, hot: torch.tensor([9.0, -1, -1]).view(1, 3, 1, 1) + 0 * hot,
    scene_reading.UNSTEADY: lambda y, hot: (9 * hot - 1) / len(y),
    scene_reading.LEAKED: lambda y, hot: 9 * (hot if len(y) != 16 else hot.roll(3, 3)) - 1,
    "gives (32, 64, 64); (32, 3, 64, 64) is wanted": lambda y, hot: y,
    "gives numbers that are infinite or NaN": lambda y, hot: hot.log(),
}


@pytest.mark.parametrize("finding", FINDINGS)
def test_what_is_found_about_networks(finding: str) -> None:
    assert scene_reading.finding(Oracle(FINDINGS[finding])) == finding


def test_pictures_to_learn_from_may_be_the_harder_ones() -> None:
    def harder(y: Tensor, hot: Tensor) -> Tensor:
        return 9 * (hot if len(y) != 16 else torch.cat([hot[:8].roll(1, 3), hot[8:]])) - 1

    learned, named = scene_reading.known(16, seed=1)
    before = sum(scene_reading.overlaps(Oracle(harder)(learned), named)) / 3
    assert 0.8 < before < 0.95
    assert scene_reading.finding(Oracle(harder)) == scene_reading.GOOD


def test_findings_of_nearly_good_ones_and_of_none() -> None:
    off = scene_reading.finding(Oracle(lambda y, hot: 9 * hot.roll(1, 3) - 1))
    assert off is not None
    assert off.startswith("a mean IoU of 0.8")
    assert scene_reading.finding(None) is None
    assert scene_reading.form(None) is None
    assert scene_reading.form(Oracle(lambda y, hot: 9 * hot - 1)) == scene_reading.LOGITS
    stopped = scene_reading.form(Oracle(lambda y, hot: hot @ torch.zeros(3, 3)))
    assert stopped is not None
    assert stopped.startswith("can't be asked; it stops with RuntimeError")


def test_trimaps_keep_their_three_numbers() -> None:
    from PIL import Image

    trimap = np.ones((90, 120), dtype=np.uint8)
    trimap[20:70, 30:80] = 3
    trimap[23:67, 33:77] = 2
    image, labels = pet_maps.prepared(
        Image.fromarray(np.zeros((90, 120, 3), dtype=np.uint8)), Image.fromarray(trimap)
    )
    assert image.shape == (3, pet_maps.SIZE, pet_maps.SIZE)
    assert labels.shape == (pet_maps.SIZE, pet_maps.SIZE)
    assert labels.unique().tolist() == [0, 1, 2]
    assert image[0, 0, 0].item() == pytest.approx(-0.485 / 0.229)
