"""The small SAM's prompt encoder: SAM's own, and what it tells is drawn as well.

Real SAM gives the decoder a click as a token alone, and the decoder learns from millions of masks
what its code means for each place. A small one has no such time: like networks for interactive
segmentation before SAM (Sofiiuk, Petrov and Konushin, 2021), ours draws clicks and boxes as small
maps, too, and adds them to the embedding as SAM adds a mask prompt.
"""

from __future__ import annotations

import torch
from segment_anything.modeling import PromptEncoder
from segment_anything.modeling.common import LayerNorm2d
from torch import Tensor, nn

SPREAD = 3.0  # pixels of the picture: the standard deviation of a drawn click
HIDDEN = 32  # channels on the way down from the drawing


class DrawingPromptEncoder(PromptEncoder):  # type: ignore[misc]
    """`PromptEncoder` with a drawing of the prompts in its dense embedding."""

    def __init__(self, *args: object, **named: object) -> None:
        super().__init__(*args, **named)
        self.drawing = nn.Sequential(
            nn.Conv2d(3, HIDDEN, kernel_size=2, stride=2),
            LayerNorm2d(HIDDEN),
            nn.GELU(),
            nn.Conv2d(HIDDEN, HIDDEN, kernel_size=2, stride=2),
            LayerNorm2d(HIDDEN),
            nn.GELU(),
            nn.Conv2d(HIDDEN, self.embed_dim, kernel_size=1),
        )

    def forward(
        self,
        points: tuple[Tensor, Tensor] | None,
        boxes: Tensor | None,
        masks: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Points (N, P, 2) with labels (N, P), boxes (N, 4), masks (N, 1, 4h, 4w).

        Returns tokens (N, T, C) and what is added to the embedding, (N, C, h, w).
        """
        sparse, dense = super().forward(points, boxes, masks)
        return sparse, dense + self.drawing(self.drawn(points, boxes, len(sparse)))

    def drawn(
        self, points: tuple[Tensor, Tensor] | None, boxes: Tensor | None, count: int
    ) -> Tensor:
        """Clicks on the thing, clicks beside it, inside the box: (N, 3, 4h, 4w), 0 to 1."""
        x, y = self.centres  # (4w,), (4h,)
        maps = torch.zeros(count, 3, len(y), len(x), device=x.device)
        if points is not None:
            places, labels = points[0] + 0.5, points[1]  # the middle of a pixel, as SAM has it
            across = (places[..., 0, None] - x).square()[:, :, None]  # (N, P, 1, 4w)
            down = (places[..., 1, None] - y).square()[..., None]  # (N, P, 4h, 1)
            discs = torch.exp(-(across + down) / (2 * SPREAD**2))
            for channel, label in enumerate((1, 0)):
                seen = (labels == label)[..., None, None]
                maps[:, channel] = (discs * seen).amax(1)
        if boxes is not None:
            left, top, right, bottom = boxes.reshape(-1, 4, 1).unbind(1)  # (N, 1) each
            across = (x > left) & (x < right)  # (N, 4w)
            down = (y > top) & (y < bottom)
            maps[:, 2] = across[:, None] & down[..., None]
        return maps

    @property
    def centres(self) -> tuple[Tensor, Tensor]:
        """Middles of the drawing's columns and rows, in pixels of the model's picture."""
        height, width = self.input_image_size
        rows, columns = self.mask_input_size
        device = self.no_mask_embed.weight.device
        x = (torch.arange(columns, device=device) + 0.5) * (width / columns)
        y = (torch.arange(rows, device=device) + 0.5) * (height / rows)
        return x, y
