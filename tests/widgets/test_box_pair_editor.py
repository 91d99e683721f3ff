from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from cvlib import losses
from cvlib.widgets import BoxPairEditor
from cvlib.widgets.box_pair_editor import HEIGHT, SMALLEST, WIDTH

from .node import needs_node, run_js


def random_box(generator: random.Random) -> list[float]:
    x, y = generator.uniform(0, WIDTH - 1), generator.uniform(0, HEIGHT - 1)
    return [x, y, generator.uniform(x + SMALLEST, WIDTH), generator.uniform(y + SMALLEST, HEIGHT)]


def some_editors() -> list[BoxPairEditor]:
    generator = random.Random(0)
    drawn = [BoxPairEditor(box1=random_box(generator), box2=random_box(generator))
             for _ in range(30)]  # fmt: skip
    return [BoxPairEditor(), BoxPairEditor(box1=[0, 0, 1, 1], box2=[9, 5, 12, 7]), *drawn]


@needs_node
def test_browser_computes_what_torchvision_and_autograd_find() -> None:
    editors = some_editors()
    given = [[editor.box1, editor.box2] for editor in editors]
    code = "given.map(([a, b]) => [overlaps(a, b), pushes(a, b)])"
    found = run_js("box_overlaps.js", code, given)
    for editor, (overlaps, pushes) in zip(editors, found, strict=True):
        assert overlaps == pytest.approx(editor.overlaps, abs=1e-6)
        for name, (right, down) in editor.pushes.items():
            if name == "ciou":  # there α takes no part in the gradient; moving keeps the shapes
                continue
            assert pushes[name] == pytest.approx([right, down], abs=1e-5), name


@needs_node
def test_moving_does_not_change_shapes_so_ciou_pushes_as_diou_does_but_for_alpha() -> None:
    equal_shapes = [[1, 1, 3, 2], [2, 1, 4, 2]]
    found = run_js("box_overlaps.js", "pushes(...given)", equal_shapes)
    assert found["ciou"] == pytest.approx(found["diou"], abs=1e-6)


def test_overlaps_are_those_of_the_session() -> None:
    for editor in some_editors():
        pair = (torch.tensor([box]).double() for box in (editor.box1, editor.box2))
        a, b = pair
        for name, value in editor.overlaps.items():
            assert value == pytest.approx(
                1 - getattr(losses, f"{name}_loss")(a, b).item(), abs=1e-6
            )


def test_iou_is_blind_apart_and_giou_inside() -> None:
    apart = BoxPairEditor(box1=[0, 0, 1, 1], box2=[9, 5, 12, 7])
    assert apart.pushes["iou"] == (0, 0)
    assert apart.pushes["giou"] != (0, 0)
    inside = BoxPairEditor(box1=[4, 2.5, 5.5, 4], box2=[2, 1, 9, 6])
    assert inside.pushes["giou"] == pytest.approx((0, 0), abs=1e-9)
    assert inside.pushes["diou"][0] > 0.01


@pytest.mark.parametrize(
    "box", [None, [1, 2, 3], [0, 0, 0.2, 3], [3, 3, 1, 1], [0, 0, 13, 2], [0, 0, float("nan"), 2]]
)
def test_bad_boxes_are_refused(box: Any) -> None:
    with pytest.raises(ValueError, match=r"box1 must be x1, y1, x2, y2 with sides of 0\.5"):
        BoxPairEditor(box1=box)


def test_summary_and_picture() -> None:
    editor = BoxPairEditor()
    assert (
        f"IoU {editor.overlaps['iou']:.2f}, GIoU {editor.overlaps['giou']:.2f}" in editor.summary()
    )
    assert editor.fallback_figure().get_size_inches()[0] <= 10
