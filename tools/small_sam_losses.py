"""What the small SAM is told: losses of masks and scores, and dense lessons for the encoder.

Masks and scores → the decoder for prompts of several pictures → lessons. Half precision where the
processor is quick in it; coordinates and losses stay in float32.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from small_sam_prompts import Prompts
from small_sam_scenes import GROUND, LOW, MARK, OBJECT, low, some_objects, some_pixel
from torch import Tensor, nn

from cvlib.scenes import MOST
from cvlib.small_sam import PATCH, WIDTH

HALF: Any = {"device_type": "cpu", "dtype": torch.bfloat16}


def encoded(sam: Any, images: Tensor) -> Tensor:
    """Pictures (B, 3, 128, 128), 0 … 255 → embeddings (B, C, 16, 16)."""
    with torch.autocast(**HALF):
        embeddings = sam.image_encoder(sam.preprocess(images))
    return embeddings.float()


def decoded(
    sam: Any,
    embeddings: Tensor,
    points: tuple[Tensor, Tensor] | None = None,
    boxes: Tensor | None = None,
    masks: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """`MaskDecoder.predict_masks` where each of N prompts has its own embedding (N, C, 16, 16).

    Gives all four masks as logits (N, 4, 64, 64), the single one first, and their scores (N, 4).
    """
    sparse, dense = sam.prompt_encoder(points, boxes, masks)
    decoder, count = sam.mask_decoder, len(embeddings)
    own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])  # (5, C)
    tokens = torch.cat([own.expand(count, -1, -1), sparse], dim=1)
    places = sam.prompt_encoder.get_dense_pe().expand(count, -1, -1, -1)
    with torch.autocast(**HALF):
        queries, keys = decoder.transformer(embeddings + dense, places, tokens)
        pixels = decoder.output_upscaling(keys.transpose(1, 2).reshape(embeddings.shape))
        networks = decoder.output_hypernetworks_mlps
        weights = torch.stack([net(queries[:, 1 + i]) for i, net in enumerate(networks)], dim=1)
        logits = (weights @ pixels.flatten(2)).view(count, -1, LOW, LOW)
        scores = decoder.iou_prediction_head(queries[:, 0])
    return logits.float(), scores.float()


def decoded_at(sam: Any, embeddings: Tensor, prompts: Prompts) -> Tensor:
    """The decoder without its transformer: what is at the click says which pixels are meant.

    Pixels are those of the upscaled embedding, which all clicks in a picture share; so this is
    cheap. (B, C, 16, 16) and N clicks, as many in each picture → logits (N, 4, 64, 64).
    """
    assert prompts.clicks is not None
    decoder, pictures = sam.mask_decoder, len(embeddings)
    column, row = (prompts.clicks[0][:, 0] // PATCH).long().unbind(1)  # (N,)
    with torch.autocast(**HALF):
        pixels = decoder.output_upscaling(embeddings).flatten(2)  # (B, C / 8, 4096)
        own = embeddings[prompts.scenes, :, row, column]  # (N, C)
        weights = torch.stack([net(own) for net in decoder.output_hypernetworks_mlps], dim=1)
        logits = weights.view(pictures, -1, pixels.shape[1]) @ pixels
    return logits.float().view(len(own), -1, LOW, LOW)


def dice(shares: Tensor, targets: Tensor) -> Tensor:
    """1 − 2·|a·b| / (|a|² + |b|²) over the last axis."""
    both = (shares * targets).sum(-1)
    return 1 - (2 * both + 1) / (shares.square().sum(-1) + targets.square().sum(-1) + 1)


def mask_losses(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Each mask against each target: (N, M, 64, 64), (N, T, 64, 64) → losses, IoUs (N, T, M).

    20 · focal + dice, as Kirillov et al. (2023). Targets are shares of pixels, so the focal loss
    weighs by the distance from the share (Li et al., 2020).
    """
    given, wanted = logits.flatten(2)[:, None], targets.flatten(2)[:, :, None]
    shares = given.sigmoid()  # (N, 1, M, 4096)
    entropy = F.softplus(given) - given * wanted  # (N, T, M, 4096)
    focal = (entropy * (shares - wanted).square()).mean(-1)
    inside, true = (given > 0).float(), (wanted > 0.5).float()
    both = (inside * true).sum(-1)
    ious = both / (inside.sum(-1) + true.sum(-1) - both).clamp(min=1)
    return 20 * focal + dice(shares, wanted), ious


def prompt_loss(
    logits: Tensor, scores: Tensor | None, targets: Tensor, weights: Tensor, single: float
) -> Tensor:
    """The loss of prompts that may mean several things: one number.

    Args:
        logits, scores: of `decoded`; without scores, masks alone are judged.
        targets: (N, T, 64, 64) what a prompt may mean, weights: (N, T) how likely each is.
        single: weight of the single mask's loss; the better of three get 1.3 − single.
    """
    losses, ious = mask_losses(logits, targets)
    likely = weights / weights.sum(1, keepdim=True)  # (N, T)
    three = (weights * losses[:, :, 1:].amin(-1)).sum(1).mean()
    one = (likely * losses[:, :, 0]).sum(1).mean()
    loss = single * one + (1.3 - single) * three
    if scores is None:
        return loss
    expected = (likely[..., None] * ious).sum(1)  # (N, 4), what a score should say
    return loss + F.mse_loss(scores, expected)


class Lessons(nn.Module):
    """Heads on the embeddings that are thrown away afterwards; SAM's encoder learned as an MAE.

    From the embedding of each place: what is object, mark and border; where the middle of the
    object lies and how far it spreads; and whether two places belong to the same object.
    """

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Conv2d(WIDTH, 7 * (PATCH // 2) ** 2, 1)
        self.same = nn.Conv2d(WIDTH, 8 * (PATCH // 2) ** 2, 1)
        self.scale = nn.Parameter(torch.tensor([1.0, 2.0]))

    def forward(self, embeddings: Tensor, regions: Tensor) -> Tensor:
        """(B, C, 16, 16), (B, 16, 128, 128) → one number."""
        return self.map_loss(embeddings, regions) + 2 * self.same_loss(embeddings, regions)

    def map_loss(self, embeddings: Tensor, regions: Tensor) -> Tensor:
        """Cross-entropy for three maps, and a smooth L1 loss for four, inside objects only."""
        found = F.pixel_shuffle(self.maps(embeddings), PATCH // 2)  # (B, 7, 64, 64)
        shares = F.avg_pool2d(regions[:, : MARK + MOST].float(), 2)  # (B, 11, 64, 64)
        objects = shares[:, OBJECT:MARK]  # (B, 5, 64, 64)
        wider = F.max_pool2d(shares[:, :MARK], 3, 1, 1) > 0.5
        wanted = torch.stack(
            [1 - shares[:, GROUND], shares[:, MARK:].sum(1), (wider.sum(1) > 1).float()], dim=1
        )
        inside = (objects > 0.5).float()
        middles = (inside[:, :, None] * extents(objects)).sum(1)  # (B, 4, 64, 64)
        misses = F.smooth_l1_loss(found[:, 3:], middles, reduction="none") * inside.sum(1)[:, None]
        entropies = F.binary_cross_entropy_with_logits(found[:, :3], wanted)
        return 3 * entropies + misses.sum() / (4 * inside.sum()).clamp(min=1)

    def same_loss(self, embeddings: Tensor, regions: Tensor, each: int = 16) -> Tensor:
        """Of places by chance: which others are of the same object, by distance of 8 numbers."""
        features = F.pixel_shuffle(self.same(embeddings), PATCH // 2).flatten(2)  # (B, 8, 4096)
        scene, number = some_objects(regions, each)
        wanted = low(regions[scene, OBJECT + number])  # (B · each, 64, 64)
        place, _ = some_pixel(wanted == 1)
        own = features[scene, :, place].view(-1, each, 8)
        squares = own.square().sum(2)[..., None] + features.square().sum(1)[:, None]
        distances = (squares - 2 * own @ features).flatten(0, 1)  # (B · each, 4096)
        steepness, reach = self.scale.exp()
        logits = reach - steepness * distances
        targets = wanted.flatten(1)
        entropy = F.binary_cross_entropy_with_logits(logits, targets)
        return 2 * entropy + dice(logits.sigmoid(), targets).mean()


def extents(objects: Tensor) -> Tensor:
    """From each place to the middle of each object, and its spread, in eighths of 64 pixels.

    (B, 5, 64, 64) → (B, 5, 4, 64, 64): right, down, spread along x, along y.
    """
    steps = torch.arange(LOW).float()
    area = objects.sum((2, 3)).clamp(min=1)  # (B, 5)
    found = []
    for along, axis in ((steps, 3), (steps, 2)):
        share = objects.sum(5 - axis) / area[..., None]  # (B, 5, 64)
        mean = (share * along).sum(-1)  # (B, 5)
        spread = (share * (along - mean[..., None]).square()).sum(-1).sqrt()
        offset = mean[..., None] - along  # (B, 5, 64)
        offset = offset[..., None, :] if axis == 3 else offset[..., None]
        found.append((offset.expand_as(objects), spread[..., None, None].expand_as(objects)))
    (right, width), (down, height) = found
    return torch.stack([right, down, width, height], dim=2) / 8
