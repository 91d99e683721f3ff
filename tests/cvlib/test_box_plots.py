"""Boxes on pictures: what is drawn where, what is written, and what a reader is told instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from cvlib import box_plots
from cvlib.box_drawing import COLOURS, mark, pixels_per_point, places, shared, tag_size
from cvlib.box_plots import boxes_figure, scenes_figure, show_boxes, show_scenes
from cvlib.figures import to_png
from cvlib.scenes import CLASSES, make_scene, make_scenes

IMAGE = torch.rand(3, 40, 60)
BOXES = torch.tensor([[5.0, 6, 20, 30], [30, 0, 60, 40]])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Figure, str]]:
    """What was shown: figures with their text alternatives."""
    figures: list[tuple[Figure, str]] = []
    monkeypatch.setattr(box_plots, "show", lambda figure, alt: figures.append((figure, alt)))
    return figures


def drawn(figure: Figure, axes: int = 0) -> list[Rectangle]:
    return [patch for patch in figure.axes[axes].patches if isinstance(patch, Rectangle)]


def written(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_boxes_stand_where_they_should(shown: list[tuple[Figure, str]]) -> None:
    show_boxes(IMAGE, BOXES, torch.tensor([1, 4]), torch.tensor([0.9, 0.255]), CLASSES, title="Two")
    ((figure, alt),) = shown
    corners = [(*box.get_xy(), box.get_width(), box.get_height()) for box in drawn(figure)]
    assert corners == [(5, 6, 15, 24), (30, 0, 30, 40)]
    assert [to_hex(box.get_edgecolor()).upper() for box in drawn(figure)] == [
        COLOURS[1].upper(), COLOURS[4].upper()
    ]  # fmt: skip
    assert written(figure)[0] == "square 0.90"
    assert alt == f"Two. A picture with 2 boxes: square 0.90, {written(figure)[1]}"
    assert figure.axes[0].get_title() == "Two"
    assert figure.axes[0].get_xlim() == (0, 60)  # a pixel's edges are whole numbers
    assert figure.axes[0].get_ylim() == (40, 0)


@pytest.mark.parametrize("image", [IMAGE, IMAGE.permute(1, 2, 0).numpy(),
                                   (IMAGE * 255).byte(), IMAGE[:1]])  # fmt: skip
def test_pictures_of_all_kinds_are_drawn(image: Any) -> None:
    assert len(to_png(boxes_figure(image, mark(BOXES)))) > 1000


def test_no_box_is_a_picture_all_the_same(shown: list[tuple[Figure, str]]) -> None:
    show_boxes(IMAGE, torch.zeros(0, 4), torch.zeros(0), torch.zeros(0))
    assert shown[0][1] == "A picture with 0 boxes"
    assert drawn(shown[0][0]) == []


def test_truth_is_dashed(shown: list[tuple[Figure, str]]) -> None:
    show_boxes(IMAGE, BOXES[:1], truth=BOXES, alt="told")
    (figure, alt) = shown[0]
    assert alt == "told"
    assert [box.get_linestyle() for box in drawn(figure)] != ["solid"] * 3
    assert len(drawn(figure)) == 3


def test_many_boxes_have_no_names(shown: list[tuple[Figure, str]]) -> None:
    boxes = torch.rand(13, 4).sort(dim=1).values * 40
    show_boxes(IMAGE, boxes, torch.zeros(13), names=CLASSES)
    assert written(shown[0][0]) == []
    assert shown[0][1] == "A picture with 13 boxes"


def test_names_hide_no_other_name_and_stay_inside() -> None:
    corners = np.array([[0.0, 30, 60, 80], [0, 33, 90, 90], [80, 2, 100, 40], [2, 30, 58, 80]])
    sizes = [(30.0, 8.0)] * 4
    found = places(corners, sizes, (100, 100))
    assert found[0] == (0, 22)  # above its box
    assert found[1] == (60, 25)  # at the other end: the left one is taken
    assert found[2] == (70, 0)  # pushed back into the picture
    rectangles = [(*at, *size) for at, size in zip(found, sizes, strict=True)]
    pairs = [(a, b) for i, a in enumerate(rectangles) for b in rectangles[:i]]
    assert not any(shared(a, b) for a, b in pairs)
    assert all(0 <= x <= 70 and 0 <= y <= 92 for x, y in found)


def test_where_there_is_no_room_names_share_as_little_as_they_can() -> None:
    corners = np.array([[0.0, 0, 10, 10]] * 3)
    assert places(corners, [(10.0, 10.0)] * 3, (10, 10)) == [(0, 0)] * 3
    assert places(corners[:1], [(40.0, 4.0)], (10, 10)) == [(0, 0)]  # wider than the picture
    assert places(np.zeros((0, 4)), [], (10, 10)) == []


def test_names_are_as_large_as_they_are_drawn(shown: list[tuple[Figure, str]]) -> None:
    image = torch.zeros(3, 100, 100)
    marked = mark(BOXES[:1] + 20, [3], [0.5], CLASSES)
    figure = boxes_figure(image, marked)
    figure.draw_without_rendering()
    patch = figure.axes[0].texts[0].get_bbox_patch()
    assert patch is not None
    extent = patch.get_window_extent().transformed(figure.axes[0].transData.inverted())
    guessed = tag_size(marked.tags[0], 9.0, pixels_per_point(figure.axes[0]))
    assert (abs(extent.width), abs(extent.height)) == pytest.approx(guessed, rel=0.12)


def test_lists_and_arrays_and_gradients_will_do() -> None:
    marked = mark(BOXES.clone().requires_grad_(), [0, 1], np.array([0.5, 1]))
    assert marked.tags == ["0 0.50", "1 1.00"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"boxes": torch.zeros(4)}, r"boxes must have the shape \(N, 4\), got \(4,\)"),
        ({"boxes": []}, r"\(N, 4\), got \(0,\)"),
        ({"boxes": BOXES, "labels": [1]}, "labels must be 2, one for each box, got 1"),
        ({"boxes": BOXES, "scores": [1, 1, 1]}, "scores must be 2"),
    ],
)
def test_bad_arguments_are_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        show_boxes(IMAGE, **given)


def test_scenes_stand_side_by_side(shown: list[tuple[Figure, str]]) -> None:
    scenes = [*make_scenes(2, 48, objects=2), make_scene(48, objects=0)]
    show_scenes(scenes, columns=2)
    figure, alt = shown[0]
    assert len(figure.axes) == 3
    assert [len(drawn(figure, i)) for i in range(3)] == [len(s.labels) for s in scenes]
    assert alt.startswith("3 scenes with boxes: ")
    assert alt.endswith("; nothing")


def test_masks_are_tinted_in_the_colour_of_their_class(shown: list[tuple[Figure, str]]) -> None:
    scene = make_scene(64, seed=1, objects=1, classes=("star",), noise=0)
    show_scenes([scene], masks=True)
    assert "masks" in shown[0][1]
    before, after = scene.image, box_plots.tinted(scene)
    inside = after[:, scene.masks[0]].mean(1)
    assert (inside[1] > inside[0]) & (inside[1] > inside[2])  # green, as stars are
    assert not torch.equal(before, after)


def test_no_scene_is_refused() -> None:
    with pytest.raises(ValueError, match="scenes and columns"):
        scenes_figure([])
