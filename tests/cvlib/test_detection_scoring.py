"""Average precision and mAP against pycocotools and torchmetrics."""

from __future__ import annotations

import contextlib
import io
import math
from typing import Any

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torch import Tensor
from torchmetrics.detection import MeanAveragePrecision

from cvlib import check
from cvlib.detection import (
    COCO_THRESHOLDS,
    Detection,
    Truth,
    average_precision,
    coco_ap,
    convert_boxes,
    match_boxes,
    mean_average_precision,
)

# With pycocotools' own linspace, a recall of 7/10 lies below the level 0.7000000000000001.
LEVELS = (np.arange(101) / 100).tolist()


def some_pictures(seed: int, classes: int = 3) -> tuple[list[Detection], list[Truth]]:
    """Objects, and detections that hit some of them, some twice, and some nothing."""
    generator = torch.Generator().manual_seed(seed)
    detections, truths = [], []
    for _ in range(int(torch.randint(1, 5, (), generator=generator))):
        count = int(torch.randint(0, 6, (), generator=generator))
        corner = 80 * torch.rand(count, 2, generator=generator)
        truth = torch.cat([corner, corner + 8 + 30 * torch.rand(count, 2, generator=generator)], 1)
        labels = torch.randint(classes, (count,), generator=generator)
        hits = torch.arange(count).repeat(2)[: int(1.7 * count)]
        moved = truth[hits] + 4 * torch.randn(len(hits), 4, generator=generator)
        noise = 60 * torch.rand(3, 2, generator=generator)
        extra = torch.cat([noise, noise + 20], dim=1)
        boxes = torch.cat([moved, extra])
        boxes[:, 2:] = torch.maximum(boxes[:, 2:], boxes[:, :2] + 1)
        its = torch.cat([labels[hits], torch.randint(classes, (3,), generator=generator)])
        detections.append(Detection(boxes, torch.rand(len(boxes), generator=generator), its))
        truths.append(Truth(truth, labels))
    return detections, truths


def by_pycocotools(
    detections: list[Detection], truths: list[Truth], thresholds: tuple[float, ...]
) -> float:
    def rows(boxes: Tensor, labels: Tensor, image: int) -> list[dict[str, Any]]:
        plain = convert_boxes(boxes.double(), "xyxy", "xywh").tolist()
        return [
            {
                "image_id": image,
                "category_id": label,
                "bbox": box,
                "area": box[2] * box[3],
                "iscrowd": 0,
            }
            for box, label in zip(plain, labels.tolist(), strict=True)
        ]

    true = [row for i, one in enumerate(truths) for row in rows(one.boxes, one.labels, i)]
    found = []
    for i, one in enumerate(detections):
        for row, score in zip(rows(one.boxes, one.labels, i), one.scores.tolist(), strict=True):
            found.append({**row, "score": score})
    categories = sorted({row["category_id"] for row in true})
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": i} for i in range(len(truths))],
            "categories": [{"id": c} for c in categories],
            "annotations": [{**row, "id": n + 1} for n, row in enumerate(true)],
        }
        coco.createIndex()
        judge = COCOeval(coco, coco.loadRes([f for f in found if f["category_id"] in categories]),
                         "bbox")  # fmt: skip
        judge.params.iouThrs, judge.params.recThrs = np.array(thresholds), np.array(LEVELS)
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][:, :, :, 0, -1]  # thresholds, levels, classes
    return float(precision[precision > -1].mean())


@pytest.mark.parametrize("seed", range(100))
def test_map_matches_pycocotools(seed: int) -> None:
    detections, truths = some_pictures(seed)
    if not any(len(one.labels) for one in truths):
        assert math.isnan(mean_average_precision(detections, truths))
        return
    thresholds = COCO_THRESHOLDS if seed % 5 == 0 else (0.5, 0.8)
    ours = mean_average_precision(detections, truths, thresholds)
    assert ours == pytest.approx(by_pycocotools(detections, truths, thresholds), abs=1e-9)


def test_map_matches_torchmetrics() -> None:
    judge = MeanAveragePrecision(iou_thresholds=list(COCO_THRESHOLDS), rec_thresholds=LEVELS)
    for seed in (3, 8):
        detections, truths = some_pictures(seed)
        judge.reset()
        judge.update([one._asdict() for one in detections], [one._asdict() for one in truths])
        ours = mean_average_precision(detections, truths, COCO_THRESHOLDS)
        assert ours == pytest.approx(judge.compute()["map"].item(), abs=1e-6)


def test_average_precision_by_hand() -> None:
    scores, matches = torch.tensor([0.9, 0.8, 0.7]), torch.tensor([True, False, True])
    # precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1: 51 levels at 1, 50 at 2/3
    assert average_precision(scores, matches, 2) == pytest.approx((51 + 50 * 2 / 3) / 101)
    assert average_precision(scores.flip(0), matches.flip(0), 2) == pytest.approx(
        average_precision(scores, matches, 2)
    )


def test_average_precision_at_its_ends() -> None:
    nothing, none = torch.zeros(0), torch.zeros(0, dtype=torch.bool)
    assert average_precision(nothing, none, 3) == 0
    assert math.isnan(average_precision(nothing, none, 0))
    assert math.isnan(average_precision(torch.ones(1), torch.zeros(1, dtype=torch.bool), 0))
    for count in range(1, 60):  # a recall of k / n counts as reaching the level k / n
        scores = torch.linspace(1, 0, count)
        half = torch.arange(count) < count // 2
        reached = 1 + 100 * (count // 2) // count if count > 1 else 0
        assert average_precision(scores, half, count) == pytest.approx(reached / 101)


def test_each_object_is_found_once_by_the_best_box() -> None:
    truth = torch.tensor([[0.0, 0, 10, 10]])
    boxes = torch.tensor([[0.0, 0, 10, 9], [0, 0, 10, 10], [20, 20, 30, 30]])
    scores = torch.tensor([0.9, 0.5, 0.99])
    assert match_boxes(boxes, scores, truth, 0.5).tolist() == [True, False, False]
    assert match_boxes(boxes, scores, truth[:0], 0.5).tolist() == [False] * 3
    assert match_boxes(boxes[:0], scores[:0], truth, 0.5).shape == (0,)
    assert match_boxes(torch.tensor([[0.0, 0, 10, 5]]), scores[:1], truth, 0.5).tolist() == [True]


def test_map_without_detections_or_objects() -> None:
    none = Detection(torch.zeros(0, 4), torch.zeros(0), torch.zeros(0, dtype=torch.int64))
    one = Truth(torch.tensor([[0.0, 0, 4, 4]]), torch.tensor([2]))
    assert mean_average_precision([none], [one]) == 0
    assert math.isnan(mean_average_precision([none], [Truth(none.boxes, none.labels)]))
    assert math.isnan(mean_average_precision([], []))


def test_scoring_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="truths must be as many as detections, 0, got 1"):
        mean_average_precision([], [Truth(torch.zeros(0, 4), torch.zeros(0))])
    with pytest.raises(ValueError, match=r"num_truth must be .* at least 0, got -1"):
        average_precision(torch.zeros(1), torch.zeros(1, dtype=torch.bool), -1)
    with pytest.raises(ValueError, match="scores and matches must both have shape"):
        average_precision(torch.zeros(2), torch.zeros(1, dtype=torch.bool), 1)


def test_the_tool_for_the_next_exercise_is_no_answer_to_this_one() -> None:
    cases = [(torch.tensor([0.9, 0.8]), torch.tensor([True, False]), 2)]
    assert coco_ap(*cases[0]) == average_precision(*cases[0])
    with pytest.raises(check.CheckFailed, match="here you write it by hand"):
        check.function(
            lambda *args: coco_ap(*args),
            like=average_precision,
            cases=cases,
            forbid=("average_precision",),
        )
