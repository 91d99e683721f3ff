"""The course's small SAM: for pictures of 128 × 128, of the same parts as the large one.

Network → weights that come with the package → predictor → the switch to the large one. It is put
together from `segment_anything.modeling`, so `SamPredictor` takes it as it takes `sam_vit_b`; but
its image encoder is convolutional, and its prompt encoder draws: so it learns in an hour or two.
How the weights were made, and what they can do, stands in `tools/train_small_sam.py`.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from cvlib.quizzes.markup import ORANGE, say
from cvlib.small_efficientnet import as_single
from cvlib.small_sam_encoder import ConvEncoder

if TYPE_CHECKING:
    from segment_anything import SamPredictor
    from segment_anything.modeling import Sam

SIZE = 128  # pixels; SAM's own is 1024
PATCH = 8  # pixels; so the embedding has 16 × 16 places, and low-resolution masks 64 × 64
WIDTH = 128  # channels of the embedding and of the decoder
MEAN, STD = (127.5, 127.5, 127.5), (64.0, 64.0, 64.0)

WEIGHTS = "small_sam.pt"  # half precision: 4.3 MB
SHA256 = "8db694467cf9a9f88fd25f78bc9a07cfa1c892b307df4f90c559a5cef9a6c5ed"
# Read at import: while a notebook is graded, the package's files are out of its reach.
STORED = (Path(__file__).parent / "weights" / WEIGHTS).read_bytes()


def untrained_sam() -> Sam:
    """A small Sam with weights drawn from torch's global generator: 2.1 M parameters."""
    from segment_anything.modeling import MaskDecoder, Sam, TwoWayTransformer

    from cvlib.small_sam_drawing import DrawingPromptEncoder

    grid = (SIZE // PATCH, SIZE // PATCH)
    return Sam(
        image_encoder=ConvEncoder(SIZE, WIDTH),  # type: ignore[arg-type]
        prompt_encoder=DrawingPromptEncoder(
            embed_dim=WIDTH,
            image_embedding_size=grid,
            input_image_size=(SIZE, SIZE),
            mask_in_chans=16,
        ),
        mask_decoder=MaskDecoder(
            transformer_dim=WIDTH,
            transformer=TwoWayTransformer(
                depth=2, embedding_dim=WIDTH, num_heads=8, mlp_dim=4 * WIDTH
            ),
            iou_head_hidden_dim=WIDTH,
        ),
        pixel_mean=list(MEAN),
        pixel_std=list(STD),
    )


def small_sam() -> Sam:
    """The small SAM that knows the scenes of `cvlib.scenes`, in evaluation mode, on the CPU.

    It takes pictures of any size: `SamPredictor` makes the longer side 128 pixels. Low-resolution
    masks are 64 × 64. The same weights at every call, and nothing is drawn by chance.

    Raises:
        ValueError: the file with the weights isn't the one that belongs to this version.
    """
    if (found := hashlib.sha256(STORED).hexdigest()) != SHA256:
        raise ValueError(f"{WEIGHTS} must have the checksum {SHA256[:12]}…, got {found[:12]}…")
    state: dict[str, Tensor] = torch.load(io.BytesIO(STORED), weights_only=True)
    with torch.random.fork_rng():  # the weights that are drawn first, and thrown away
        model = untrained_sam()
    model.load_state_dict({name: as_single(value) for name, value in state.items()})
    return model.eval()


def small_predictor() -> SamPredictor:
    """The real `SamPredictor` around the small SAM: `set_image` once, then `predict` per prompt.

    Pictures are (H, W, 3) uint8, points (N, 2) float (x, y) in pixels, boxes (4,) xyxy.
    """
    from segment_anything import SamPredictor

    return SamPredictor(small_sam())


def load_sam(real: bool = False) -> Sam:
    """The small SAM, or with `real=True` Meta's `sam_vit_b`: the same class, the same calls.

    The first `real=True` on a machine fetches 375 MB, which stay in torch's cache, and are
    compared with a checksum; the model goes to the graphics card if there is one. Where it can't
    be fetched, one sentence says so, and the small one is returned.
    """
    if real:
        from cvlib.real_sam import vit_b

        try:
            return vit_b()
        except ConnectionError as error:
            say([f"{error} Go on with the small one."], ORANGE)
    return small_sam()
