"""Click, look, correct: where to click next, a whole dialogue, and how many clicks it took."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from cvlib.conv_arithmetic import require_at_least
from cvlib.prompting.masks import as_mask, mask_iou
from cvlib.regions import depth, regions

Click = tuple[int, int, int]  # x, y, label


@dataclass(frozen=True)
class ClickTrace:
    """A dialogue with a segmenter: what was clicked, and what came of it.

    Attributes:
        clicks: (x, y, label) of each click; 1 is foreground, 0 background.
        ious: the IoU with the target after each click.
        mask: (H, W) boolean, after the last click.
    """

    clicks: list[Click]
    ious: list[float]
    mask: Tensor


def next_click(pred: Any, target: Any) -> Click:
    """Where a careful person would click next: in the middle of the largest error.

    Errors are pixels that are missing and pixels that are too much. Of the connected regions of
    either kind the one with most pixels is taken, and in it the pixel that lies deepest: farthest
    from the nearest pixel outside of the region, where beyond the frame all is outside.

    Args:
        pred: (H, W) boolean, the mask so far.
        target: (H, W) boolean, the mask that is wanted.

    Returns:
        (x, y, label): column, row, and 1 for missing, 0 for too much. Of equally large regions a
        missing one goes first; of equally deep pixels the first in reading order.

    Raises:
        ValueError: masks of different sizes, or nothing is wrong.

    Source: Sofiiuk et al. (2022), *Reviving iterative training with mask guidance*; the rule that
    SAM was evaluated with. Checked against scipy.ndimage's labels and distance transform.
    """
    pred, target = as_mask("pred", pred), as_mask("target", target)
    if pred.shape != target.shape or pred.dim() != 2:
        raise ValueError(
            f"target must be (H, W) like pred, {tuple(pred.shape)}, got {tuple(target.shape)}"
        )
    candidates = [(part, 1) for part in regions(target & ~pred)[:1]]
    candidates += [(part, 0) for part in regions(pred & ~target)[:1]]
    if not candidates:
        raise ValueError("pred must differ from target somewhere, got equal masks")
    region, label = max(candidates, key=lambda candidate: int(candidate[0].sum()))
    y, x = divmod(int(depth(region).argmax()), region.shape[1])
    return x, y, label


def interactive_segment(
    predictor: Any,
    image: Any,
    target: Any,
    max_clicks: int = 20,
    stop_iou: float = 0.85,
    choose: Callable[[Tensor, Tensor], Click] = next_click,
) -> ClickTrace:
    """Click until the mask is good enough: the image is encoded once, each click decoded.

    The first click gives three masks, later ones a single mask; the one with the best predicted
    IoU is shown. From the second click on, the logits of the mask shown before are a prompt, too.

    Args:
        predictor: a `segment_anything.SamPredictor`.
        image: (H, W, 3) uint8 array, red first.
        target: (H, W) boolean with at least one pixel.
        max_clicks: at least 1.
        stop_iou: no further click after an IoU of at least this.
        choose: (mask so far, target) → (x, y, label). It begins with an empty mask.

    Returns:
        The trace: from 1 to max_clicks clicks.

    Raises:
        ValueError: an empty target, one of another size than the image, max_clicks below 1.

    Checked by replaying the clicks with a second predictor.
    """
    require_at_least(1, max_clicks=max_clicks)
    target = as_mask("target", target).cpu()
    if tuple(target.shape) != tuple(image.shape[:2]) or not target.any():
        raise ValueError(
            f"target must be {tuple(image.shape[:2])} like the image and hold a pixel, got "
            f"{int(target.sum())} pixels in {tuple(target.shape)}"
        )
    predictor.set_image(image)
    clicks: list[Click] = []
    ious: list[float] = []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        mask, logits = answer_to(predictor, clicks, logits)
        ious.append(mask_iou(mask, target).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


def answer_to(predictor: Any, clicks: Sequence[Click], logits: Any) -> tuple[Tensor, Any]:
    """The mask (H, W) that all clicks so far give, and its logits (1, h, w) for the next step.

    Args:
        logits: those of the mask shown before; None before the first click.
    """
    given = torch.tensor(list(clicks)).numpy()  # (clicks, 3)
    masks, scores, low = predictor.predict(
        given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
    )
    best = int(scores.argmax())
    return torch.from_numpy(masks[best]), low[best : best + 1]


def number_of_clicks(
    ious: Sequence[Sequence[float]], target_iou: float = 0.85, max_clicks: int = 20
) -> float:
    """NoC: how many clicks it takes on average until the IoU is at least `target_iou`.

    Args:
        ious: for each object the IoU after each click.
        target_iou: from 0 to 1.
        max_clicks: an object that does not get there in so many counts as this.

    Returns:
        The mean over objects, from 1 to max_clicks.

    Raises:
        ValueError: no object, or max_clicks below 1.

    Source: Xu et al. (2016), *Deep interactive object selection*.
    """
    require_at_least(1, max_clicks=max_clicks)
    if len(ious) == 0:
        raise ValueError(f"ious must hold at least one object, got {list(ious)!r}")
    needed = [
        next((n for n, iou in enumerate(each[:max_clicks], 1) if iou >= target_iou), max_clicks)
        for each in ious
    ]
    return sum(needed) / len(needed)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"08": (next_click, interactive_segment, answer_to, number_of_clicks)}
