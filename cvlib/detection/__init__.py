"""Detection: boxes and their formats, suppression, letterbox, decoding, and how it is scored."""

from cvlib.boxes import box_iou, iou_with
from cvlib.detection.decoding import (
    cell_centres,
    decode_anchors,
    decode_grid,
    decode_v1,
    expected_distance,
)
from cvlib.detection.formats import FORMATS, convert_boxes
from cvlib.detection.letterboxing import GREY, letterbox, unletterbox
from cvlib.detection.pyramid import STRIDES, level_features
from cvlib.detection.raw import before_suppression, head_maps
from cvlib.detection.results import Detection, Truth
from cvlib.detection.scoring import (
    COCO_THRESHOLDS,
    average_precision,
    coco_ap,
    match_boxes,
    mean_average_precision,
    of_class,
    precision_and_recall,
)
from cvlib.detection.suppression import batched_nms, nms, soft_nms
from cvlib.detection.yolo import detect

__all__ = [
    "COCO_THRESHOLDS",
    "FORMATS",
    "GREY",
    "STRIDES",
    "Detection",
    "Truth",
    "average_precision",
    "batched_nms",
    "before_suppression",
    "box_iou",
    "cell_centres",
    "coco_ap",
    "convert_boxes",
    "decode_anchors",
    "decode_grid",
    "decode_v1",
    "detect",
    "expected_distance",
    "head_maps",
    "iou_with",
    "letterbox",
    "level_features",
    "match_boxes",
    "mean_average_precision",
    "nms",
    "of_class",
    "precision_and_recall",
    "soft_nms",
    "unletterbox",
]
