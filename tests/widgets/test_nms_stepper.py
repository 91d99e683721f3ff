from __future__ import annotations

from typing import Any

import pytest
import torch
from torchvision.ops import batched_nms, nms

from cvlib.check.forbid import ForbiddenCall, forbidding
from cvlib.widgets import NMSStepper
from cvlib.widgets.nms_steps import suppression

from .made_boxes import coarse, crowd
from .node import needs_node, run_js

BOXES = torch.tensor([[0, 0, 10, 10], [0, 0, 10, 5], [20, 20, 30, 30], [0, 0, 10, 8.0]])
SCORES = torch.tensor([0.9, 0.8, 0.7, 0.6])


def some_steppers() -> list[NMSStepper]:
    """Crowds of every size, in both precisions, and boxes whose IoUs often equal the threshold."""
    generator = torch.Generator().manual_seed(0)
    made = []
    for count in (0, 1, 2, 7, 30):
        for kind in (crowd, coarse):
            for dtype in (torch.float32, torch.float64):
                for threshold in (0.0, 0.25, 1 / 3, 0.5, 0.6, 1.0):
                    boxes = kind(count, generator, dtype)
                    scores = (torch.rand(count, generator=generator) * 12).round() / 12  # ties
                    labels = torch.randint(3, (count,), generator=generator)
                    stepper = NMSStepper(boxes, scores, labels, iou_threshold=threshold)
                    stepper.per_class = bool(len(made) % 2)
                    stepper.step = count
                    made.append(stepper)
    return made


def test_kept_boxes_are_those_of_torchvision() -> None:
    for stepper in some_steppers():
        stepper.per_class = False
        expected = nms(stepper.boxes, stepper.scores.to(stepper.boxes), stepper.iou_threshold)
        assert stepper.kept.tolist() == expected.tolist()


def test_per_class_keeps_what_torchvision_keeps_class_by_class() -> None:
    generator = torch.Generator().manual_seed(1)
    for threshold in (0.2, 0.5, 0.8):
        boxes, scores = crowd(40, generator), torch.rand(40, generator=generator)
        labels = torch.randint(3, (40,), generator=generator)
        stepper = NMSStepper(boxes, scores, labels, iou_threshold=threshold)
        stepper.per_class, stepper.step = True, 40
        assert stepper.kept.tolist() == batched_nms(boxes, scores, labels, threshold).tolist()
        for label in range(3):
            mine = torch.where(labels == label)[0]
            alone = mine[nms(boxes[mine], scores[mine], threshold)].tolist()
            assert [i for i in stepper.kept.tolist() if i in mine] == alone


@needs_node
def test_browser_does_the_same_step_by_step_to_the_last_bit() -> None:
    steppers = some_steppers()
    given = [[s.get_state()["_given"], s.iou_threshold, s.per_class] for s in steppers]
    code = "given.map((each) => suppression(...each))"
    for stepper, events in zip(steppers, run_js("nms_steps.js", code, given), strict=True):
        for mine, theirs in zip(stepper.events, events, strict=True):
            assert mine._asdict() == theirs


@needs_node
def test_browser_knows_where_things_stand() -> None:
    stepper = NMSStepper(BOXES, SCORES)
    code = """[0, 1, 2, 4].map((step) => {
        const s = standing(given, suppression(given, 0.5, false), step);
        return [s.kept, [...s.removed.keys()], s.waiting, s.best];
    })"""
    found = run_js("nms_steps.js", code, stepper.get_state()["_given"])
    assert found == [
        [[], [], [0, 1, 2, 3], None],
        [[0], [], [1, 2, 3], 0],
        [[0], [3], [1, 2], 0],
        [[0, 1, 2], [3], [], 2],
    ]


def test_steps_by_hand() -> None:
    stepper = NMSStepper(BOXES, SCORES)  # IoU with box 0: 0.5, 0, 0.8
    assert [(e.kind, e.box, e.by) for e in stepper.events] == [
        ("keep", 0, None),
        ("remove", 3, 0),
        ("keep", 1, None),  # 0.5 is not greater than 0.5
        ("keep", 2, None),
    ]
    assert stepper.events[1].iou == pytest.approx(0.8)
    stepper.iou_threshold, stepper.step = 0.49, 3
    assert stepper.kept.tolist() == [0]
    assert {box: e.iou for box, e in stepper.removed.items()} == pytest.approx({1: 0.5, 3: 0.8})


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_an_iou_at_the_threshold_is_judged_in_the_precision_of_the_boxes(dtype: Any) -> None:
    boxes = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 0.6]], dtype=dtype)
    expected = nms(boxes, SCORES[:2].to(dtype), 0.6).tolist()
    events = suppression(boxes, SCORES[:2], 0.6)
    assert [e.box for e in events if e.kind == "keep"] == expected


@pytest.mark.parametrize("empty", [[], torch.zeros(0, 4)])
def test_no_box(empty: Any) -> None:
    stepper = NMSStepper(empty, [])
    assert stepper.events == []
    assert stepper.kept.dtype == torch.int64
    assert stepper.fallback_figure() is not None
    assert "0 boxes" in stepper.summary()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((BOXES[:, :3], SCORES), r"boxes must have shape \(N, 4\), got \(4, 3\)"),
        ((BOXES.flip(1), SCORES), "boxes must be finite x1 ≤ x2"),
        ((BOXES, SCORES[:3]), "scores must be 4 finite numbers"),
        ((BOXES, SCORES * torch.nan), "scores must be 4 finite numbers"),
        ((BOXES, SCORES, [1, 2]), "labels must be 4 labels"),
        ((BOXES, SCORES, None, torch.zeros(5)), "a picture must be"),
        ((BOXES, SCORES, None, None, 1.5), "iou_threshold must be a number from 0 to 1, got 1.5"),
        ((torch.zeros(101, 4), torch.zeros(101)), "boxes must be at most 100, got 101"),
    ],
)
def test_bad_arguments_are_refused(arguments: tuple, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        NMSStepper(*arguments)


@pytest.mark.parametrize("step", [-1, 5])
def test_step_stays_within_the_boxes(step: int) -> None:
    stepper = NMSStepper(BOXES, SCORES)
    with pytest.raises(ValueError, match=f"step must be from 0 to 4, .* got {step}"):
        stepper.step = step
    assert stepper.step == 0


def test_the_stepper_is_no_answer_where_nms_is_to_be_written_by_hand() -> None:
    stepper = NMSStepper(BOXES, SCORES)
    with forbidding(("nms",)), pytest.raises(ForbiddenCall):
        _ = stepper.events
    assert len(stepper.events) == 4


def test_summary_and_picture() -> None:
    stepper = NMSStepper(BOXES, SCORES, ["cat"] * 4, image=torch.rand(3, 32, 40))
    stepper.step = 2
    assert "after 2 steps 1 are kept and 1 removed; in the end [0, 1, 2] stay" in stepper.summary()
    assert stepper.fallback_figure().get_size_inches()[0] <= 10
    assert stepper.get_state()["_given"]["size"] == [40, 32]
