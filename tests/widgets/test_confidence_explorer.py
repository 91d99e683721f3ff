from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torchmetrics.detection import MeanAveragePrecision

from cvlib.detection import average_precision, match_boxes
from cvlib.widgets import ConfidenceExplorer
from cvlib.widgets.detection_counts import matches

from .made_boxes import some_pictures
from .node import needs_node, run_js

BOXES = torch.tensor([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], [60, 0, 70, 10.0]])


def by_hand(**more: Any) -> ConfidenceExplorer:
    """Four objects; detections right, wrong, right, and none for the other two."""
    found = BOXES[[0, 0, 1]] + torch.tensor([[0.0], [1.0], [1.0]])
    return ConfidenceExplorer([(found, torch.tensor([0.9, 0.8, 0.4]))], [BOXES], **more)


def some_explorers(count: int = 12, truths: int | None = None) -> list[ConfidenceExplorer]:
    return [
        ConfidenceExplorer(*some_pictures(seed, truths), iou_threshold=(0.3, 0.5, 0.75)[seed % 3])
        for seed in range(count)
    ]


def test_counts_and_area_by_hand() -> None:
    explorer = by_hand(confidence=0.85)
    assert explorer.counts == (1, 0, 3)
    explorer.confidence = 0.8  # a score of just this is let through
    assert explorer.counts == (1, 1, 3)
    explorer.confidence = 0.1
    assert explorer.counts == (2, 1, 2)
    now = explorer.counts
    assert (now.precision, now.recall, now.f1) == pytest.approx((2 / 3, 1 / 2, 4 / 7))
    assert [point.recall for point in explorer.curve] == [1 / 4, 1 / 4, 1 / 2]
    assert [point.precision for point in explorer.curve] == [1, 1 / 2, 2 / 3]
    assert explorer.average_precision == pytest.approx(1 / 4 * 1 + 1 / 4 * 2 / 3)


def test_matches_are_those_of_the_session() -> None:
    for explorer in some_explorers():
        for whole in explorer.pictures:
            for label in set(whole.true_classes):
                found = whole.only(label)
                mine = [match is not None for match in matches(found, explorer.iou_threshold)]
                assert (
                    mine
                    == match_boxes(
                        found.boxes, found.scores, found.truths, explorer.iou_threshold
                    ).tolist()
                )


def test_a_confidence_threshold_changes_no_match_of_what_it_lets_through() -> None:
    for explorer in some_explorers():
        for found in explorer.pictures:
            through = found.scores >= 0.5
            names = [name for name, yes in zip(found.classes, through.tolist(), strict=True) if yes]
            some = found._replace(
                boxes=found.boxes[through], scores=found.scores[through], classes=names
            )
            all_of_them = matches(found, explorer.iou_threshold)
            assert matches(some, explorer.iou_threshold) == [
                match for match, yes in zip(all_of_them, through.tolist(), strict=True) if yes
            ]


def test_mean_at_101_levels_is_the_sessions_average_precision() -> None:
    for explorer in some_explorers():
        for label in explorer._labels:
            explorer.label = label
            scores = torch.cat([found.scores for found in explorer.chosen])
            hits = [
                match is not None
                for found in explorer.chosen
                for match in matches(found, explorer.iou_threshold)
            ]
            truths = sum(len(found.truths) for found in explorer.chosen)
            expected = average_precision(scores, torch.tensor(hits, dtype=torch.bool), truths)
            assert explorer.coco_average_precision == pytest.approx(expected)
            # Levels are spread evenly over the steps of the envelope, with one more at recall 0.
            if 100 % truths == 0:
                best = max((point.precision for point in explorer.curve), default=0)
                assert 101 * expected == pytest.approx(100 * explorer.average_precision + best)


@pytest.mark.parametrize("truths", [1, 3, 7, 20])
def test_area_is_pycocotools_mean_over_one_level_for_each_object(truths: int) -> None:
    for explorer in some_explorers(3, truths):
        for label in explorer._labels:
            explorer.label = label
            total = sum(len(found.truths) for found in explorer.chosen)
            metric = MeanAveragePrecision(
                iou_thresholds=[explorer.iou_threshold],
                rec_thresholds=[count / total for count in range(1, total + 1)],
            )
            one = torch.zeros(100, dtype=torch.int64)
            metric.update(
                [
                    {"boxes": f.boxes, "scores": f.scores, "labels": one[: len(f.boxes)]}
                    for f in explorer.chosen
                ],
                [{"boxes": f.truths, "labels": one[: len(f.truths)]} for f in explorer.chosen],
            )
            expected = metric.compute()["map"].item()
            assert explorer.average_precision == pytest.approx(expected, abs=1e-6)


@needs_node
def test_browser_computes_what_python_computes() -> None:
    explorers = [*some_explorers(), by_hand()]
    given = []
    for number, explorer in enumerate(explorers):
        explorer.label = explorer._labels[0] if explorer._labels and number % 2 else ""
        state = explorer.get_state()
        given.append([state[n] for n in ("_pictures", "label", "iou_threshold", "confidence")])
    code = """given.map(([all, label, threshold, confidence]) => {
        const pictures = all.map((picture) => only(picture, label));
        const points = precisionRecall(pictures, threshold);
        return {
            matches: pictures.map((picture) => matches(picture, threshold)), points,
            areas: [areaUnder(points), cocoMean(points)],
            counts: Object.values(counts(pictures, threshold, confidence)),
        };
    })"""
    found = run_js("detection_counts.js", code, given)
    for explorer, theirs in zip(explorers, found, strict=True):
        mine = [matches(picture, explorer.iou_threshold) for picture in explorer.chosen]
        assert theirs["matches"] == mine
        assert theirs["points"] == [pytest.approx(point) for point in explorer.curve]
        areas = [explorer.average_precision, explorer.coco_average_precision]
        assert theirs["areas"] == pytest.approx(areas)
        now = explorer.counts
        expected = [*now, now.precision, now.recall, now.f1]
        assert theirs["counts"] == [None if math.isnan(n) else pytest.approx(n) for n in expected]


def test_no_detection_gives_no_precision_and_no_area() -> None:
    explorer = ConfidenceExplorer([([], [])], [BOXES])
    assert explorer.counts == (0, 0, 4)
    assert math.isnan(explorer.counts.precision)
    assert (explorer.counts.recall, explorer.counts.f1, explorer.average_precision) == (0, 0, 0)
    assert explorer.fallback_figure() is not None


def test_labels_match_within_a_class_only() -> None:
    scores, labels = torch.tensor([0.9, 0.8]), torch.tensor([1, 1])
    truths = [(BOXES[:2], torch.tensor([0, 1]))]
    explorer = ConfidenceExplorer([(BOXES[:2], scores, labels)], truths, names=["cat", "dog"])
    assert explorer.counts == (1, 1, 1)
    explorer.label = "dog"
    assert explorer.counts == (1, 1, 0)
    with pytest.raises(ValueError, match="label must be '' or one of cat, dog, got 'cow'"):
        explorer.label = "cow"


SCORES = torch.tensor([0.5] * 4)


@pytest.mark.parametrize(
    ("detections", "truths", "complaint"),
    [
        ([], [BOXES], "one entry for each picture, got 0, 1 and 1"),
        ([(BOXES, SCORES)], [torch.zeros(0, 4)], "truths must hold at least one box"),
        ([(BOXES, SCORES, SCORES)], [BOXES], "got 3 and 1 parts"),
        ([(BOXES, SCORES + 1)], [BOXES], r"scores of detections\[0\] must be from 0 to 1"),
        ([(BOXES[0], SCORES)], [BOXES], r"boxes of detections\[0\] must have shape"),
        ([(BOXES, SCORES)], [BOXES * math.inf], r"boxes of truths\[0\] must be finite"),
    ],
)
def test_bad_arguments_are_refused(detections: list, truths: list, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ConfidenceExplorer(detections, truths)


def test_summary_and_picture() -> None:
    explorer = by_hand(images=[torch.rand(3, 20, 80)])
    assert "1 right, 1 wrong, 3 missed; precision 0.50, recall 0.25" in explorer.summary()
    assert explorer.fallback_figure().get_size_inches()[0] <= 10
    assert explorer.get_state()["_pictures"][0]["size"] == [80, 20]
