"""Session 08: prompts for Segment Anything, from a click to its mask and back to the next click.

    from cvlib import prompting
    x, y, label = prompting.next_click(pred, target)

Coordinates → position encoding → masks → clicks → whole programs. Regions of a mask, which
exercises may use, are in `cvlib.regions`.
"""

from cvlib.prompting.clicks import ClickTrace, interactive_segment, next_click, number_of_clicks
from cvlib.prompting.coordinates import resize_longest, to_image_coords, to_model_coords
from cvlib.prompting.masks import mask_iou, mask_nms, mask_to_box, pick_mask
from cvlib.prompting.position import fourier_position_encoding
from cvlib.prompting.programs import automatic_masks, cut_out, point_grid, segment_boxes

__all__ = [
    "ClickTrace",
    "automatic_masks",
    "cut_out",
    "fourier_position_encoding",
    "interactive_segment",
    "mask_iou",
    "mask_nms",
    "mask_to_box",
    "next_click",
    "number_of_clicks",
    "pick_mask",
    "point_grid",
    "resize_longest",
    "segment_boxes",
    "to_image_coords",
    "to_model_coords",
]
