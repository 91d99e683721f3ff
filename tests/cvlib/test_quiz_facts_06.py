"""The facts in session 06's questions, computed: by torchvision, or by running what they ask."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torchvision.ops import box_iou

from cvlib import detection, detection_runs, scenes
from cvlib.boxes import iou_with
from cvlib.detection import Detection, Truth
from cvlib.pixels import to_image
from cvlib.quizzes import Question, find_question, judge_answer, load_banks, right_answer
from cvlib.quizzes.answers import read_answer

BANK = next(bank for bank in load_banks() if bank.session == "06_yolo_inference")


def one_iou(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return box_iou(torch.tensor([a]), torch.tensor([b])).item()


def shape_of_the_order() -> torch.Size:
    """The lines of the question, with boxes that hardly overlap."""
    boxes = torch.zeros(8, 4)
    boxes[4], boxes[7] = torch.tensor([0.0, 0, 10, 10]), torch.tensor([9.0, 9, 20, 20])
    order = torch.tensor([4, 7])
    overlaps = box_iou(boxes[order[:1]], boxes[order[1:]]).squeeze()
    return order[1:][overlaps <= 0.5].shape


def channels_of_the_neck() -> int:
    joined = torch.cat([torch.zeros(1, 128, 4, 4), torch.zeros(1, 96, 4, 4)], dim=1)
    with pytest.raises(RuntimeError, match="channels"):
        nn.Conv2d(128, 64, 1)(joined)
    nn.Conv2d(224, 64, 1)(joined)
    return joined.shape[1]


def old_iou(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """With one pixel more on each side, by counting pixels from x1 to x2, both included."""
    pixels = [{(x, y) for x in range(x1, x2 + 1) for y in range(y1, y2 + 1)}
              for x1, y1, x2, y2 in (a, b)]  # fmt: skip
    return len(pixels[0] & pixels[1]) / len(pixels[0] | pixels[1])


def kept_of_a_chain() -> int:
    start = torch.arange(5)[:, None] * 4.0
    boxes = torch.cat([start, 0 * start, start + 10, 0 * start + 10], dim=1)
    overlaps = box_iou(boxes, boxes)
    assert (overlaps[0, 1] > 0.3) & (overlaps[0, 2] < 0.3)
    return len(torchvision.ops.nms(boxes, torch.tensor([0.6, 0.7, 0.9, 0.8, 0.5]), 0.3))


def letterboxed() -> tuple[float, tuple[int, int]]:
    return detection.letterbox(torch.zeros(1, 720, 1280), 640)[1:]


def back(y: float) -> float:
    box = torch.tensor([[0.0, y, 10.0, y + 10]])
    return detection.unletterbox(box, *letterboxed(), (720, 1280))[0, 1].item()


def left_side() -> float:
    distances = torch.full((1, 4, 1, 5), 1.5)
    return detection.decode_grid(distances, 16)[0, 3, 0].item()


def mean_distance() -> float:
    p = torch.zeros(16)
    p[2] = p[6] = 0.5
    return detection.expected_distance(p.log()).item()


def soft(score: float, iou: float, sigma: float) -> float:
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10 * iou]])
    return detection.soft_nms(boxes, torch.tensor([0.99, score]), sigma)[1][1].item()


ORACLES: dict[str, Callable[[], Any]] = {
    "06-slice": lambda: torch.zeros(3, 100, 200)[..., 10:30, 30:70].shape,
    "06-broadcast": lambda: torch.maximum(torch.zeros(5, 1, 2), torch.zeros(1, 3, 2)).shape,
    "06-third": lambda: one_iou((0, 0, 4, 4), (2, 0, 6, 4)),
    "06-stride-cells": lambda: nn.Sequential(*[nn.MaxPool2d(2)] * 3)(
        torch.zeros(1, 1, 128, 128)
    ).shape[-1],
    "06-squeeze": shape_of_the_order,
    "06-neck-channels": channels_of_the_neck,
    "06-plus-one": lambda: old_iou((0, 0, 1, 1), (1, 1, 2, 2)),
    "06-to-cxcywh": lambda: tuple(
        int(n)
        for n in torchvision.ops.box_convert(torch.tensor([30, 10, 50, 50]), "xyxy", "cxcywh")
    ),
    "06-diagonal": lambda: one_iou((0, 0, 10, 10), (5, 5, 15, 15)),
    "06-iou-shape": lambda: box_iou(torch.zeros(7, 4), torch.zeros(0, 4)).shape,
    "06-chain": kept_of_a_chain,
    "06-soft-value": lambda: soft(0.8, 0.5, 0.5),
    "06-letterbox-pad": lambda: letterboxed()[1][1],
    "06-back-again": lambda: back(240.0),
    "06-decode-value": left_side,
    "06-v1-boxes": lambda: 2 * detection.decode_v1(torch.zeros(1, 4, 7, 7), 448).shape[1],
    "06-dfl-mean": mean_distance,
    "06-ap-value": lambda: detection.average_precision(
        torch.tensor([0.9, 0.8]), torch.tensor([False, True]), 2
    ),
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("06-third", "0.5"): lambda: 8 / 16,
    ("06-third", "0.25"): lambda: 8 / 32,
    ("06-diagonal", "0.333"): lambda: one_iou((0, 0, 10, 10), (5, 0, 15, 10)),
    ("06-diagonal", "0.25"): lambda: 25 / 100,
    ("06-plus-one", "0"): lambda: one_iou((0, 0, 1, 1), (1, 1, 2, 2)),
    ("06-soft-value", "0.294"): lambda: 0.8 * math.exp(-0.5 / 0.5),
    ("06-soft-value", "0.4"): lambda: 0.8 * (1 - 0.5),
    ("06-soft-value", "0.607"): lambda: math.exp(-(0.5**2) / 0.5),
    ("06-back-again", "340"): lambda: 240 / letterboxed()[0] - 140,
    ("06-back-again", "480"): lambda: 240 / letterboxed()[0],
    ("06-back-again", "50"): lambda: (240 - 140) * letterboxed()[0],
    ("06-decode-value", "24"): lambda: (3 - 1.5) * 16,
    ("06-decode-value", "54.5"): lambda: 3.5 * 16 - 1.5,
    ("06-decode-value", "80"): lambda: (3.5 + 1.5) * 16,
    ("06-letterbox-pad", "280"): lambda: 640 - 360,
}


@pytest.mark.parametrize(
    "question",
    [question for question in BANK.questions if question.kind in ("number", "shape")],
    ids=lambda question: question.id,
)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    question = find_question(question_id)
    assert text in [option.text for option in question.options]
    said, computed = read_answer(question, text), SLIPS[question_id, text]()
    assert said == pytest.approx(computed, abs=max(question.tolerance, 1e-9))


def letter(question_id: str) -> str:
    """The text of the right option."""
    question = find_question(question_id, kind=None)
    return next(option.text for option in question.options if option.right)


def test_half_a_width_leaves_a_third() -> None:
    assert one_iou((0, 0, 40, 40), (20, 0, 60, 40)) == pytest.approx(1 / 3)
    assert letter("06-half-shift") == "1/3"


def test_an_empty_tensor_is_float_and_no_index() -> None:
    assert torch.tensor([]).dtype == torch.float32
    with pytest.raises(IndexError):
        torch.zeros(3, 4)[torch.tensor([])]
    assert torch.zeros(3, 4)[torch.zeros(0, dtype=torch.int64)].shape == (0, 4)


def test_slices_are_views() -> None:
    boxes, scores = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2]]), torch.tensor([0.9, 0.8])
    scores[1:] *= torch.exp(-(iou_with(boxes[0], boxes[1:]) ** 2) / 0.5)
    assert scores[1] < 0.2


def test_the_wrong_inverse_is_off_by_20() -> None:
    for x in (20.0, 100.0):
        assert (x / 0.5 - 20) - (x - 20) / 0.5 == 20
    assert letter("06-inverse-order").startswith("By 20 pixels to the right")


def test_of_ten_in_a_row_five_are_left() -> None:
    start = 10.0 * torch.arange(10)[:, None]
    people = torch.cat([start, 0 * start, start + 40, 0 * start + 90], dim=1)
    scores = torch.tensor([0.97, 0.91, 0.95, 0.9, 0.96, 0.94, 0.89, 0.92, 0.98, 0.93])
    overlaps = box_iou(people, people)
    assert overlaps[0, 1].item() == pytest.approx(0.6)
    assert overlaps[0, 2].item() == pytest.approx(1 / 3)
    assert len(torchvision.ops.nms(people, scores, 0.5)) == 5
    assert len(torchvision.ops.nms(people, scores, 0.7)) == 10
    assert len(detection.soft_nms(people, scores, score_threshold=0.1)[0]) == 10


def test_cells_of_the_grids() -> None:
    assert sum((640 // stride) ** 2 for stride in detection.STRIDES) == 8400
    assert sum((128 // stride) ** 2 for stride in detection.STRIDES) == 336
    assert 80**2 / 8400 > 0.75


def judged() -> tuple[list[scenes.Scene], list[Truth]]:
    some = scenes.make_scenes(24, seed=3)
    return some, [Truth(one.boxes, one.labels) for one in some]


def test_doubles_cost_about_half_of_the_map() -> None:
    some, truths = judged()
    raw = [detection.before_suppression(detection_runs.one_yolo(), s.image, 0.05) for s in some]
    found: dict[float, float] = {}
    for threshold in (0.3, 0.5, 0.7, 1.0):
        keeps = [detection.batched_nms(*one, threshold) for one in raw]
        clean = [Detection(*(p[keep] for p in one)) for one, keep in zip(raw, keeps, strict=True)]
        found[threshold] = detection.mean_average_precision(clean, truths)
    assert found[0.5] > 0.9
    assert 0.4 < found[1.0] / found[0.5] < 0.6
    assert max(found[0.3], found[0.7]) - min(found[0.3], found[0.7]) < 0.05


def test_colours_do_not_matter_to_the_small_yolo() -> None:
    some, truths = judged()
    pictures = [to_image(one.image) for one in some]
    right, swapped = (
        detection.mean_average_precision(
            detection.detect(detection_runs.one_yolo(), given, 0.001), truths
        )
        for given in (pictures, [picture[..., ::-1] for picture in pictures])
    )
    assert right == pytest.approx(swapped, abs=0.03)


def test_misses_behind_the_last_hit_change_nothing() -> None:
    scores, matches = torch.linspace(1, 0, 110), torch.arange(110) < 7
    assert detection.average_precision(scores, matches, 9) == detection.average_precision(
        scores[:10], matches[:10], 9
    )
    assert letter("06-ap-tail") == "Nothing."


def test_precision_and_recall_of_the_filter() -> None:
    said: Tensor = torch.tensor([True] * 6 + [False] * 2)
    precision, recall = detection.precision_and_recall(said, 10)
    assert (precision[-1].item(), recall[-1].item()) == (0.75, 0.6)
    assert right_answer(find_question("06-precision-recall")) == "b"
