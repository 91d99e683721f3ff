"""Runs of prompt programs with a real predictor: which clicks they make, what they encode.

Each function takes yours first and returns plain data: `check.function(…, through=…)` calls them
where the answer lives. What the runs are worth is decided elsewhere, by `cvlib.prompt_facts`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least
from cvlib.prompting.clicks import ClickTrace
from cvlib.scenes import Scene, make_scene

if TYPE_CHECKING:
    from segment_anything import SamPredictor

HEIGHT, WIDTH = 96, 128  # of the pictures: not square, so that exchanged axes are seen

_embeddings: dict[bytes, Tensor] = {}  # what the encoder has seen in this process


class CountingEncoder(nn.Module):
    """The image encoder of a Sam: counts its pictures, and remembers their embeddings."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder, self.img_size = encoder, encoder.img_size
        self.calls = 0
        self.seen: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """(1, 3, S, S), normalised and padded → (1, C, S / patch, S / patch)."""
        self.calls += len(x)
        self.seen = x
        key = x.cpu().numpy().tobytes()
        if key not in _embeddings:
            _embeddings[key] = self.encoder(x)
        return _embeddings[key]


@functools.cache
def model() -> Any:
    """The course's small SAM, loaded once in each process."""
    from cvlib.small_sam import small_predictor

    return small_predictor().model


def counting_predictor() -> SamPredictor:
    """A real predictor with the course's small SAM and an encoder that counts."""
    from segment_anything import SamPredictor
    from segment_anything.modeling import Sam

    sam = model()
    mean, std = (buffer.flatten().tolist() for buffer in (sam.pixel_mean, sam.pixel_std))
    counting = Sam(
        CountingEncoder(sam.image_encoder),  # type: ignore[arg-type]
        sam.prompt_encoder,
        sam.mask_decoder,
        pixel_mean=mean,
        pixel_std=std,
    )
    return SamPredictor(counting.to(sam.device).eval())


def calls(predictor: SamPredictor) -> int:
    """How many pictures a counting predictor has encoded."""
    return int(predictor.model.image_encoder.calls)  # type: ignore[arg-type]


def picture(scene: Scene) -> np.ndarray[Any, Any]:
    """A scene as a photograph: its first HEIGHT rows, (HEIGHT, WIDTH, 3) uint8, red first."""
    pixels = (scene.image[:, :HEIGHT] * 255).round().to(torch.uint8)  # (3, HEIGHT, WIDTH)
    return np.ascontiguousarray(pixels.movedim(0, -1).numpy())


@functools.lru_cache(64)
def made(seed: int) -> Scene:
    """The scene of a seed, with two to four objects; nobody may change it."""
    return make_scene(WIDTH, seed=seed, objects=2 + seed % 3)


def task(seed: int) -> tuple[np.ndarray[Any, Any], Tensor]:
    """A photograph and the object to cut out of it: (H, W, 3) uint8, (H, W) boolean.

    The object is the one with most pixels in the picture.
    """
    require_at_least(0, seed=seed)
    masks = made(seed).masks[:, :HEIGHT]  # (K, HEIGHT, WIDTH)
    return picture(made(seed)), masks[masks.sum(dim=(1, 2)).argmax()].clone()


def marked(seed: int) -> tuple[np.ndarray[Any, Any], Tensor, Tensor]:
    """A photograph, the largest mark on an object in it, and that object: twice (H, W) boolean."""
    scene = make_scene(WIDTH, seed=seed, objects=2, marks=True)
    parts = scene.parts[:, :HEIGHT]  # (K, HEIGHT, WIDTH)
    largest = parts.sum(dim=(1, 2)).argmax()
    return picture(scene), parts[largest], scene.masks[largest, :HEIGHT]


def things(seed: int, count: int = -1) -> tuple[np.ndarray[Any, Any], Tensor]:
    """A photograph and the tight boxes of its objects: (H, W, 3) uint8, (N, 4) float32 xyxy.

    With a `count` of 0 or more, of the first objects only.
    """
    image, masks = picture(made(seed)), made(seed).masks[:, :HEIGHT]
    boxes = []
    for mask in masks[masks.sum(dim=(1, 2)) >= 60]:
        rows, columns = mask.any(dim=1).nonzero(), mask.any(dim=0).nonzero()
        boxes.append([columns.min(), rows.min(), columns.max(), rows.max()])
    every = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)
    return image, every[:count] if count >= 0 else every


def clicked(
    interactive_segment: Callable[..., Any],
    seeds: Sequence[int],
    max_clicks: int,
    stop_iou: float,
    within: float,
) -> list[dict[str, Any]]:
    """The dialogues about one object in each of some pictures.

    Args:
        within: for `prompt_facts.replayed`.
    """
    runs = []
    for seed in seeds:
        image, target = task(seed)
        predictor = counting_predictor()
        trace = interactive_segment(predictor, image, target, max_clicks, stop_iou)
        if not isinstance(trace, ClickTrace):
            raise ValueError(
                f"interactive_segment must return a ClickTrace, got {type(trace).__name__}"
            )
        clicks = [tuple(int(number) for number in click) for click in trace.clicks]
        ious = [float(iou) for iou in trace.ious]
        mask = torch.as_tensor(trace.mask)
        runs.append({"clicks": clicks, "ious": ious, "mask": mask, "encoded": calls(predictor)})
    return runs


def boxed(segment_boxes: Callable[..., Any], seed: int, count: int = -1) -> dict[str, Any]:
    """The masks for the boxes of a picture; with `count`, for the first of them only."""
    image, boxes = things(seed, count)
    predictor = counting_predictor()
    masks = segment_boxes(predictor, image, boxes)
    return {"masks": one_tensor("segment_boxes", masks), "encoded": calls(predictor)}


def gridded(
    automatic_masks: Callable[..., Any], seed: int, grid: int, **settings: float
) -> dict[str, Any]:
    """All masks of a picture."""
    predictor = counting_predictor()
    masks = automatic_masks(predictor, task(seed)[0], grid, **settings)
    return {"masks": one_tensor("automatic_masks", masks), "encoded": calls(predictor)}


def one_tensor(name: str, masks: Any) -> Tensor:
    """What a learner's function returned, if it is a tensor or an array; ValueError otherwise."""
    if not isinstance(masks, Tensor | np.ndarray):
        raise ValueError(f"{name} must return one tensor, got {type(masks).__name__}")
    return torch.as_tensor(masks)


def cut(cut_out: Callable[..., Any], seed: int) -> dict[str, Any]:
    """The masks for a photograph whose blue comes first, and boxes x, y, width, height."""
    image, boxes = things(seed)
    sized = torch.cat([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], dim=1)  # (N, 4) xywh
    given = sized.clone()
    predictor, ours = counting_predictor(), counting_predictor()
    masks = cut_out(predictor, np.ascontiguousarray(image[..., ::-1]), given)
    ours.set_image(image)
    seen, wanted = (p.model.image_encoder.seen for p in (predictor, ours))
    return {
        "masks": torch.as_tensor(np.asarray(masks)),
        "encoded": calls(predictor),
        "the model sees red first": seen is not None and torch.equal(seen, wanted),
        "boxes are kept": torch.equal(given, sized),
    }
