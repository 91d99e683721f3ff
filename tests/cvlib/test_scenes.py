"""Generated scenes: boxes and masks against torchvision, visibility, seeds, and what they show."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torchvision.ops import masks_to_boxes

from cvlib import scenes
from cvlib.scene_shapes import SHAPES, pointed_star
from cvlib.scenes import CLASSES, boxes_of, class_map, make_scene, make_scenes

MANY = make_scenes(40, 64, seed=5, marks=True)


def test_there_are_five_classes_in_a_fixed_order() -> None:
    assert CLASSES == ("disc", "square", "triangle", "star", "ring")


@pytest.mark.parametrize("size", [32, 65, 128])
def test_shapes_and_types(size: int) -> None:
    scene = make_scene(size, seed=2, objects=3)
    count = len(scene.labels)
    assert 1 <= count <= 3
    assert scene.image.shape == (3, size, size)
    assert scene.boxes.shape == (count, 4)
    assert scene.masks.shape == scene.parts.shape == (count, size, size)
    wanted = {"image": torch.float32, "boxes": torch.float32, "labels": torch.int64,
              "masks": torch.bool, "parts": torch.bool}  # fmt: skip
    assert all(getattr(scene, name).dtype == dtype for name, dtype in wanted.items())
    assert scene.image.min() >= 0
    assert scene.image.max() <= 1


def test_boxes_are_torchvisions_with_exclusive_ends() -> None:
    for scene in MANY:
        oracle = masks_to_boxes(scene.masks) + torch.tensor([0, 0, 1, 1])
        assert torch.equal(scene.boxes, oracle)


@pytest.mark.parametrize("cells", [[(0, 0)], [(3, 1), (0, 4)], [(4, 4), (2, 3), (2, 0)]])
def test_boxes_of_single_masks(cells: list[tuple[int, int]]) -> None:
    mask = torch.zeros(1, 5, 5, dtype=torch.bool)
    for row, column in cells:
        mask[0, row, column] = True
    assert torch.equal(boxes_of(mask), masks_to_boxes(mask) + torch.tensor([0, 0, 1, 1]))


def test_masks_are_disjoint_and_visible_enough() -> None:
    for scene in MANY:
        assert scene.masks.sum(0).max() <= 1
        assert (scene.masks.sum((1, 2)) >= scenes.FEWEST_PIXELS).all()


def test_what_lies_in_front_hides_no_more_than_allowed() -> None:
    hidden = 0
    for seed in range(30):
        generator = torch.Generator().manual_seed(seed)
        placed, masks = scenes.place(6, 64, list(range(5)), generator)
        whole = torch.stack([one.inside > 0 for one in placed])
        shares = masks.sum((1, 2)) / whole.sum((1, 2))
        assert (shares >= scenes.LEAST_VISIBLE).all()
        assert torch.equal(masks.any(0), whole.any(0))
        assert torch.equal(masks[-1], whole[-1])  # nothing is in front of the last one
        hidden += int((shares < 0.9).sum())
    assert hidden > 20, "hardly anything overlaps"


def test_marks_lie_on_their_objects_and_look_different() -> None:
    marked = plain = 0
    for scene in MANY:
        assert not (scene.parts & ~scene.masks).any()
        for mask, part in zip(scene.masks, scene.parts, strict=True):
            rest = mask & ~part
            if part.sum() > 12 and rest.sum() > 12:
                inner, outer = (scene.image[:, where].mean(1) for where in (part, rest))
                marked += 1
                plain += bool((inner - outer).abs().max() < 0.08)
    assert marked > 60
    assert plain < 0.05 * marked
    assert not any(scene.parts.any() for scene in make_scenes(4, 48, seed=5))


def test_objects_differ_from_what_is_behind_them() -> None:
    gaps = []
    for scene in make_scenes(30, 64, seed=6, noise=0):
        ground = ~scene.masks.any(0)
        for mask in scene.masks:
            gaps.append(
                float((scene.image[:, mask].mean(1) - scene.image[:, ground].mean(1)).norm())
            )
    assert min(gaps) > 0.05
    assert sum(gap > 0.2 for gap in gaps) > 0.9 * len(gaps)


def test_the_same_seed_gives_the_same_scene_and_no_other_does() -> None:
    first, again = make_scenes(3, 48, seed=1, marks=True), make_scenes(3, 48, seed=1, marks=True)
    for one, other in zip(first, again, strict=True):
        for name in ("image", "boxes", "labels", "masks", "parts"):
            assert torch.equal(getattr(one, name), getattr(other, name))
    images = [scene.image for scene in (*first, *make_scenes(3, 48, seed=2, marks=True))]
    assert all((a - b).abs().mean() > 0.01 for i, a in enumerate(images) for b in images[:i])
    assert torch.equal(make_scene(48, seed=0).image, make_scenes(1, 48)[0].image)


def test_scenes_leave_the_global_generator_alone() -> None:
    before = torch.random.get_rng_state()
    make_scene(48, seed=1, marks=True)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_noise_changes_the_picture_only() -> None:
    calm, grainy = (make_scene(64, seed=4, noise=noise) for noise in (0.0, 0.1))
    assert torch.equal(calm.masks, grainy.masks)
    inner = (calm.image > 0.35) & (calm.image < 0.65)  # where nothing is cut off
    assert 0.07 < (grainy.image - calm.image)[inner].std() < 0.13


def test_an_empty_scene_has_empty_tensors() -> None:
    scene = make_scene(40, objects=0)
    assert scene.boxes.shape == (0, 4)
    assert scene.labels.shape == (0,)
    assert scene.masks.shape == scene.parts.shape == (0, 40, 40)
    assert torch.equal(class_map(scene), torch.zeros(40, 40, dtype=torch.int64))
    assert make_scenes(0) == []


def test_the_same_scene_at_another_size_has_the_same_layout() -> None:
    small, large = make_scene(64, seed=9), make_scene(128, seed=9)
    assert torch.equal(small.labels, large.labels)
    assert (small.boxes * 2 - large.boxes).abs().max() <= 4


def test_only_chosen_classes_appear() -> None:
    seen = torch.cat([s.labels for s in make_scenes(12, 48, classes=("ring", "disc"))])
    assert set(seen.tolist()) == {0, 4}
    everything = torch.cat([scene.labels for scene in MANY])
    assert torch.bincount(everything, minlength=5).min() > 8


def test_a_class_map_says_what_each_pixel_shows() -> None:
    for scene in MANY[:10]:
        numbers = class_map(scene)
        assert numbers.dtype == torch.int64
        assert torch.equal(numbers > 0, scene.masks.any(0))
        for mask, label in zip(scene.masks, scene.labels, strict=True):
            assert (numbers[mask] == label + 1).all()


AREAS = {  # of the shapes as they are defined, by their formulas
    "disc": math.pi * 0.9**2,
    "square": (2 * 0.8) ** 2,
    "triangle": 3 * math.sqrt(3) * 0.65**2,
    "star": 5 * 1.1 * 0.5 * math.sin(math.pi / 5),
    "ring": math.pi * (1.0**2 - 0.52**2),
}


@pytest.mark.parametrize("name", CLASSES)
def test_shapes_have_the_area_of_their_formula(name: str) -> None:
    step = torch.linspace(-1.5, 1.5, 1001)
    v, u = torch.meshgrid(step, step, indexing="ij")
    area = float((SHAPES[name](u, v) > 0).sum()) * 0.003**2
    assert area == pytest.approx(AREAS[name], rel=0.01)


def test_a_star_knows_its_points_and_its_corners() -> None:
    angles = torch.arange(10) * math.pi / 5
    for reach, places in ((1.1, angles[::2]), (0.5, angles[1::2])):
        inside = pointed_star(reach * places.cos(), reach * places.sin())
        assert inside.abs().max() < 1e-5


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"size": 31}, "size"),
        ({"objects": -1}, "objects"),
        ({"noise": -0.1}, "noise"),
        ({"noise": float("nan")}, "noise"),
        ({"classes": ("disc", "cube")}, "cube"),
        ({"classes": ()}, "classes"),
    ],
)
def test_bad_arguments_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        make_scene(**given)


@pytest.mark.parametrize("count", [-1, 1_000_001])
def test_a_bad_count_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="count"):
        make_scenes(count)
