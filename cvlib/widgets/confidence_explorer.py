"""Confidence explorer: what a threshold on the score does to precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from .base import BadValueError
from .box_input import Names, as_boxes, as_names, as_picture, as_scores
from .box_widget import BoxWidget
from .detection_counts import Counts, Found, Point, area, coco_mean, counts, precision_recall
from .real_number import RealNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST = 256  # pixels of a picture in the browser, where several stand side by side


class ConfidenceExplorer(BoxWidget):
    """Detections and true boxes of several pictures, seen through a threshold on the score.

    Detections with a score of at least `confidence` are let through. They are matched to true
    boxes by score, the best first, at an IoU of at least `iou_threshold` (see
    `detection_counts.matches`); with labels, only within a class. `label` chooses one class,
    "" all of them together. `counts`, `curve` and `average_precision` follow.

    Args:
        detections: for each picture (boxes (N, 4) xyxy, scores (N,) from 0 to 1), with labels
            (N,), numbers or names, as a third one if there are any. N may be 0.
        truths: for each picture boxes (M, 4), or (boxes, labels); with labels exactly if the
            detections have them. M may be 0, but not everywhere.
        iou_threshold: 0.05 … 0.95.
        images: for each picture what `show_images` takes; None for empty grounds.
        names: of the classes, if labels are their numbers.

    Raises:
        ValueError: lists of different lengths, no true box at all, and what is no box or score.
    """

    confidence = RealNumber(0.5, 0, 1, step=0.01).tag(sync=True)
    iou_threshold = RealNumber(0.5, 0.05, 0.95, step=0.05).tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    _pictures = traitlets.List(traitlets.Dict()).tag(sync=True)
    _labels = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(
        self,
        detections: Sequence[Any],
        truths: Sequence[Any],
        iou_threshold: float = 0.5,
        images: Sequence[Any] | None = None,
        names: Names | None = None,
        **kwargs: Any,
    ) -> None:
        self.images = [None] * len(truths) if images is None else list(images)
        if not len(detections) == len(truths) == len(self.images):
            raise ValueError(
                "detections, truths and images must have one entry for each picture, "
                f"got {len(detections)}, {len(truths)} and {len(self.images)}"
            )
        pairs = zip(detections, truths, strict=True)
        self.pictures = [_found(index, *pair, names) for index, pair in enumerate(pairs)]
        named = sorted({name for found in self.pictures for name in found.true_classes})
        if not named:
            raise ValueError("truths must hold at least one box, got none")
        shown = [_for_browser(f, i) for f, i in zip(self.pictures, self.images, strict=True)]
        labels = named if named != [""] else []
        super().__init__(iou_threshold=iou_threshold, _pictures=shown, _labels=labels, **kwargs)

    @traitlets.validate("label")
    def _known_label(self, proposal: Any) -> str:
        if proposal["value"] not in ("", *self._labels):
            known = ", ".join(self._labels)
            raise BadValueError(f"label must be '' or one of {known}, got {proposal['value']!r}")
        return proposal["value"]

    @property
    def chosen(self) -> list[Found]:
        """The pictures with the chosen class only."""
        return [found.only(self.label) for found in self.pictures]

    @property
    def counts(self) -> Counts:
        """Right, wrong and missed at this confidence; precision, recall and f1 are theirs."""
        return counts(self.chosen, self.iou_threshold, self.confidence)

    @property
    def curve(self) -> list[Point]:
        """Precision and recall, one point for each detection, from the highest score down."""
        return precision_recall(self.chosen, self.iou_threshold)

    @property
    def average_precision(self) -> float:
        """The exact area under the envelope of the curve, 0 … 1."""
        return area(self.curve)

    @property
    def coco_average_precision(self) -> float:
        """The same at COCO's 101 levels of recall, 0 … 1."""
        return coco_mean(self.curve)

    def summary(self) -> str:
        """Counts, precision, recall and average precision."""
        now = self.counts
        which = f" of class {self.label}" if self.label else ""
        return (
            f"Confidence explorer, {len(self.pictures)} pictures, detections{which} from "
            f"{self.confidence:.2f} on: {now.right} right, {now.wrong} wrong, {now.missed} missed; "
            f"precision {now.precision:.2f}, recall {now.recall:.2f}, F1 {now.f1:.2f}; "
            f"average precision {self.average_precision:.3f} at IoU {self.iou_threshold:.2f}."
        )

    def fallback_figure(self) -> Figure:
        """The first pictures with their boxes, and the curve."""
        from .detection_figures import confidence_figure

        return confidence_figure(self)


def _found(index: int, detection: Any, truth: Any, names: Names | None) -> Found:
    """Read one picture's entries, or raise ValueError."""
    parts = tuple(detection)
    true = tuple(truth) if isinstance(truth, tuple) else (truth,)
    if (len(parts), len(true)) not in ((2, 1), (3, 2)):
        raise ValueError(
            f"detections[{index}] and truths[{index}] must be (boxes, scores) and boxes, or "
            f"(boxes, scores, labels) and (boxes, labels); got {len(parts)} and {len(true)} parts"
        )
    boxes = as_boxes(f"boxes of detections[{index}]", parts[0])
    scores = as_scores(f"scores of detections[{index}]", parts[1], len(boxes))
    if len(scores) and not (scores.min() >= 0 and scores.max() <= 1):
        raise ValueError(f"scores of detections[{index}] must be from 0 to 1, got {scores}")
    classes = as_names(f"labels of detections[{index}]", (*parts, None)[2], len(boxes), names)
    truths = as_boxes(f"boxes of truths[{index}]", true[0])
    true_classes = as_names(f"labels of truths[{index}]", (*true, None)[1], len(truths), names)
    return Found(boxes, scores, classes, truths, true_classes)


def _for_browser(found: Found, image: Any) -> dict[str, Any]:
    return {
        "boxes": found.boxes.tolist(),
        "scores": found.scores.tolist(),
        "classes": found.classes,
        "truths": found.truths.tolist(),
        "trueClasses": found.true_classes,
        **as_picture(image, [found.boxes, found.truths], LONGEST),
    }
