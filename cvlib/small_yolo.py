"""The course's small YOLO: five shapes in scenes of 128 × 128, through ultralytics' own classes.

Table of layers → weights that come with the package → the switch to a large one. It is a YOLO11
with fewer channels (1.1 million parameters; strides 8, 16 and 32), so what a notebook learns about
it holds for the large ones. How the weights were made stands in `tools/train_small_yolo.py`.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from cvlib.quizzes.markup import ORANGE, say
from cvlib.scenes import CLASSES
from cvlib.small_efficientnet import as_single
from cvlib.ultralytics_offline import FOLDER, offline_ultralytics

if TYPE_CHECKING:
    from ultralytics import YOLO

SIZE = 128  # pixels: larger pictures are made as small before the network sees them
REAL = "yolo11n.pt"

# As ultralytics reads it. Each layer: whose output it takes, how often, which module, arguments.
TABLE = """\
nc: 5
backbone:
  - [-1, 1, Conv, [16, 3, 2]] # 0
  - [-1, 1, Conv, [24, 3, 2]] # 1
  - [-1, 1, C3k2, [32, False, 0.25]] # 2
  - [-1, 1, Conv, [48, 3, 2]] # 3
  - [-1, 1, C3k2, [64, False, 0.25]] # 4: stride 8
  - [-1, 1, Conv, [64, 3, 2]] # 5
  - [-1, 1, C3k2, [96, True]] # 6: stride 16
  - [-1, 1, Conv, [128, 3, 2]] # 7
  - [-1, 1, C3k2, [128, True]] # 8: stride 32
  - [-1, 1, SPPF, [128, 5]] # 9
  - [-1, 1, C2PSA, [128]] # 10
head:
  - [-1, 1, nn.Upsample, [None, 2, nearest]] # 11
  - [[-1, 6], 1, Concat, [1]] # 12
  - [-1, 1, C3k2, [96, False]] # 13
  - [-1, 1, nn.Upsample, [None, 2, nearest]] # 14
  - [[-1, 4], 1, Concat, [1]] # 15
  - [-1, 1, C3k2, [64, False]] # 16: stride 8
  - [-1, 1, Conv, [64, 3, 2]] # 17
  - [[-1, 13], 1, Concat, [1]] # 18
  - [-1, 1, C3k2, [96, False]] # 19: stride 16
  - [-1, 1, Conv, [96, 3, 2]] # 20
  - [[-1, 10], 1, Concat, [1]] # 21
  - [-1, 1, C3k2, [128, True]] # 22: stride 32
  - [[16, 19, 22], 1, Detect, [nc]] # 23
"""

WEIGHTS = "small_yolo.pt"  # half precision: 2.3 MB
SHA256 = "a14bc27b55378f64f8978dfda0a98d0e429ca14ec301ee9e0571740906a9733b"
# Read at import: while a notebook is graded, the package's files are out of its reach.
STORED = (Path(__file__).parent / "weights" / WEIGHTS).read_bytes()


def untrained_yolo() -> YOLO:
    """The small YOLO with random weights, from torch's global generator."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "small_yolo.yaml")
        table.write_text(TABLE)
        model: Any = offline_ultralytics().YOLO(table, task="detect")
    model.model.names = dict(enumerate(CLASSES))
    model.overrides["imgsz"] = SIZE
    return model


def filled(state: dict[str, Tensor]) -> YOLO:
    """The small YOLO with these weights, float32, in evaluation mode."""
    with torch.random.fork_rng(devices=[]):
        model: Any = untrained_yolo()
    model.model.load_state_dict({name: as_single(value) for name, value in state.items()})
    model.model.eval()
    return model


def small_yolo() -> YOLO:
    """The detector that knows the five shapes of `cvlib.scenes`, as an `ultralytics.YOLO`.

    It learned from scenes of the seeds 0 and 1 (`make_scene` up to 1,999): measure it on others.
    Call it as you would the large ones: `model(pictures, conf=0.25)` gives a `Results` for each
    picture, with `boxes.xyxy` in pixels of that picture, `boxes.conf` and `boxes.cls`. Arrays are
    (H, W, 3) uint8 with blue first (the habit of OpenCV), tensors (N, 3, H, W) from 0 to 1 with
    red first and sides that 32 divides.

    Raises:
        ValueError: the file with the weights isn't the one that belongs to this version.
        ImportError: ultralytics isn't installed.
    """
    if (found := hashlib.sha256(STORED).hexdigest()) != SHA256:
        raise ValueError(f"{WEIGHTS} must have the checksum {SHA256[:12]}…, got {found[:12]}…")
    return filled(torch.load(io.BytesIO(STORED), weights_only=True))


def load_yolo(real: bool = False, name: str = REAL) -> YOLO:
    """The small YOLO, or a large one that learned from photographs (COCO, 80 classes).

    Args:
        real: download the weights `name` (5 MB for yolo11n.pt), once. Where that fails, one
            sentence says so, and you get the small one.
        name: a file of weights that ultralytics offers.
    """
    if not real:
        return small_yolo()
    try:
        return offline_ultralytics().YOLO(Path(os.environ[FOLDER], "weights", name))
    except OSError:  # no network, no such file, or half a file
        told = f"`{name}` can't be downloaded here. Go on with the small one, which knows shapes."
        say([told], ORANGE)
        return small_yolo()
