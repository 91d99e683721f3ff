from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torchvision.ops import box_iou

from cvlib.scenes import CLASSES, make_scenes
from cvlib.widgets import DrawABox

from .node import needs_node, run_js

LIMITS = {"size": [100, 60], "least": 2, "step": 1}


def scene(boxes: list[list[float]], labels: Any) -> SimpleNamespace:
    return SimpleNamespace(image=torch.zeros(3, 60, 100), boxes=torch.tensor(boxes), labels=labels)


@pytest.fixture
def trainer() -> DrawABox:
    return DrawABox([scene([[20.0, 10, 60, 50]], ["disc"])])


def test_iou_is_that_of_torchvision() -> None:
    generator = torch.Generator().manual_seed(0)
    trainer = DrawABox(make_scenes(4, objects=3))
    for _ in range(20):
        corners = 120 * torch.rand(2, 2, generator=generator)
        low, high = corners.min(0).values, corners.max(0).values + 4
        trainer.box = [*low.tolist(), *high.tolist()]
        both = (trainer.box, trainer.current.box)
        pair = [torch.tensor([box], dtype=torch.float64) for box in both]
        assert trainer.judged.iou == pytest.approx(box_iou(*pair).item())
        trainer.check()
        assert trainer.results[-1] == trainer.feedback["iou"] == trainer.judged.iou
        trainer.go_on()


def test_every_object_comes_once_before_one_comes_again() -> None:
    scenes = make_scenes(3, objects=4, seed=3)
    alone = [
        (number, CLASSES[label])
        for number, each in enumerate(scenes)
        for label in each.labels.tolist()
        if each.labels.tolist().count(label) == 1
    ]
    trainer, seen = DrawABox(scenes), []
    for _ in alone:
        seen.append((trainer.current.scene, trainer.current.name))
        assert trainer.question["name"] == trainer.current.name
        trainer.go_on()
    assert sorted(seen) == sorted(alone)
    again = DrawABox(scenes, seed=0)
    assert (again.current.scene, again.current.name) == seen[0]


def test_objects_that_a_name_does_not_tell_apart_are_left_out() -> None:
    boxes = [[0.0, 0, 9, 9], [20, 20, 30, 30], [40, 40, 50, 50]]
    trainer = DrawABox([scene(boxes, ["disc", "disc", "star"])])
    assert trainer.current.name == "star"
    with pytest.raises(ValueError, match="scenes must hold an object that is alone"):
        DrawABox([scene(boxes[:2], ["disc", "disc"])])


def test_truth_stays_in_python_until_the_box_is_checked(trainer: DrawABox) -> None:
    state = trainer.get_state()
    assert state["feedback"] == {}
    assert set(state["question"]) == {"size", "image", "name"}
    trainer.reply = {"do": "check"}
    assert trainer.feedback["truth"] == [20, 10, 60, 50]


def test_streak_and_average(trainer: DrawABox) -> None:
    drawn = [[20.0, 10, 60, 50]] * 3 + [[20.0, 10, 40, 50]] + [[20.0, 10, 60, 45]] * 9
    streaks = []
    for box in drawn:
        trainer.box = box
        trainer.check()
        streaks.append(trainer.streak)
        trainer.go_on()
    assert streaks == [1, 2, 3, 0, *range(1, 10)]
    assert trainer.average == pytest.approx((0.5 + 9 * 0.875) / 10)


def test_a_box_is_judged_once_and_goes_on_only_then(trainer: DrawABox) -> None:
    trainer.reply = {"do": "next"}
    assert trainer.results == []
    trainer.reply = {"do": "check", "sent": 1}
    trainer.reply = {"do": "check", "sent": 2}
    assert len(trainer.results) == 1
    trainer.reply = {"do": "next", "sent": 3}
    assert trainer.feedback == {}


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ([20, 10, 60, 50], "No side is a pixel off."),
        ([26, 10, 60, 50], "Your left side is farthest off: 6 pixels too far right."),
        ([20, 9, 60, 50], "Your upper side is farthest off: 1 pixel too far up."),
        ([20, 10, 57, 52], "Your right side is farthest off: 3 pixels too far left."),
        ([20, 10, 60, 60], "Your lower side is farthest off: 10 pixels too far down."),
    ],
)
def test_the_worst_side_is_told(trainer: DrawABox, box: list[float], says: str) -> None:
    trainer.box = box
    trainer.check()
    assert trainer.feedback["says"] == [says]


@pytest.mark.parametrize(
    ("guess", "says"),
    [
        (0.7, "Your guess, 0.70, is 0.20 too high."),
        (0.25, "Your guess, 0.25, is 0.25 too low."),
        (0.5, "Your guess, 0.50, is right."),
    ],
)
def test_the_guess_is_held_against_the_iou(trainer: DrawABox, guess: float, says: str) -> None:
    trainer.box, trainer.guess = [20, 10, 40, 50], guess
    trainer.check()
    assert trainer.feedback["says"][1] == says
    trainer.go_on()
    assert trainer.guess is None


@pytest.mark.parametrize(
    "box", [[], None, [1, 2, 3], "abcd", [-1, 0, 9, 9], [0, 0, 101, 9], [5, 5, 6, 9]]
)
def test_bad_boxes_are_refused(trainer: DrawABox, box: Any) -> None:
    with pytest.raises(ValueError, match="box must be x1, y1, x2, y2 inside 100 × 60"):
        trainer.box = box


def test_bad_guesses_are_refused(trainer: DrawABox) -> None:
    with pytest.raises(ValueError, match=r"guess must be from 0 to 1 or None, got 1\.5"):
        trainer.guess = 1.5


@needs_node
def test_browser_keeps_boxes_inside_the_picture() -> None:
    code = """[
        moved([10, 10, 30, 30], -50, 5, given), moved([10, 10, 30, 30], 500, 500, given),
        resized([10, 10, 30, 30], 5, 300, given), spanned([50, 40], [20.004, 10], given),
        spanned([99.5, 59], [200, 59], given), spanned([-9, -9], [-20, -5], given),
    ]"""
    assert run_js("movable_box.js", code, LIMITS) == [
        [0, 15, 20, 35],
        [80, 40, 100, 60],
        [10, 10, 12, 60],
        [20, 10, 50, 40],
        [98, 58, 100, 60],
        [0, 0, 2, 2],
    ]


def test_summary_and_picture(trainer: DrawABox) -> None:
    assert "around the disc. Boxes drawn: 0; streak of at least 0.8: 0; average of the last 10: " \
        "none yet" in trainer.summary()  # fmt: skip
    assert len(trainer.fallback_figure().axes[0].patches) == 1
    trainer.check()
    assert len(trainer.fallback_figure().axes[0].patches) == 2
