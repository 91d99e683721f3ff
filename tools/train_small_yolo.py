"""Train the small YOLO of sessions 06 and 08: writes cvlib/weights/small_yolo.pt.

    python tools/train_small_yolo.py [--out FILE] [--scenes 4000] [--epochs 12]

It learns to find the five shapes of `cvlib.scenes`, by `ultralytics.YOLO(…).train(…)` from
scratch: no photograph and no other weights are among what it saw. Half of the scenes have marks,
sizes are 128 × 128, everything is seeded, one core. At the end it measures mAP on 500 scenes from
another seed, and prints the file's checksum for `cvlib/small_yolo.py`. Numbers are stored in half
precision.

The shipped file was made so: torch 2.15 and ultralytics 8.4 on a busy CPU, 820 seconds of CPU time,
mAP@.5 0.948 and mAP@[.5:.95] 0.783 on the 500 held-out scenes, 2,329,518 bytes. Other versions give
other last digits, and another checksum.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from stored_weights import write
from torch import nn

from cvlib.detection_reports import write_data_set
from cvlib.scenes import Scene, make_scenes
from cvlib.small_yolo import SIZE, TABLE, WEIGHTS
from cvlib.ultralytics_offline import offline_ultralytics

ROOT = Path(__file__).parents[1]
BATCH = 16


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=ROOT / "cvlib" / "weights" / WEIGHTS)
    parser.add_argument("--scenes", type=int, default=4_000)
    parser.add_argument("--epochs", type=int, default=12)
    given = parser.parse_args()
    torch.set_num_threads(1)
    start, worked = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        learned, held_out = half_marked(given.scenes, seed=0), half_marked(500, seed=1)
        data = write_data_set(Path(folder), learned, held_out)
        model = learn(Path(folder), data, given.epochs)
        spent = f"{time.perf_counter() - start:.0f} s, {time.process_time() - worked:.0f} s of CPU"
        write(model, given.out)
        measure(Path(folder), data, given.out)
    print(spent)


def half_marked(count: int, seed: int) -> list[Scene]:
    """Scenes, half of them with marks; another seed gives others."""
    half = count // 2
    marked = make_scenes(count - half, SIZE, seed=2 * seed + 1, marks=True)
    return make_scenes(half, SIZE, seed=2 * seed) + marked


def learn(folder: Path, data: Path, epochs: int) -> nn.Module:
    """The library's own training: AdamW, mosaics but for the last epochs, mirrored both ways."""
    table = folder / "small_yolo.yaml"
    table.write_text(TABLE)
    model = offline_ultralytics().YOLO(table, task="detect")
    model.add_callback("on_train_epoch_end", tell)
    model.train(
        data=str(data), imgsz=SIZE, epochs=epochs, batch=BATCH, nbs=BATCH,
        optimizer="AdamW", lr0=2e-3, lrf=0.01, cos_lr=True, weight_decay=0.02,
        warmup_epochs=1, warmup_bias_lr=0, mosaic=0.3, close_mosaic=max(1, epochs // 4),
        flipud=0.5, fliplr=0.5, degrees=0, scale=0.4, hsv_h=0.5, erasing=0,
        seed=0, deterministic=True, device="cpu", workers=0, cache="ram", amp=False,
        val=False, plots=False, pretrained=False, project=str(folder), name="run",
    )  # fmt: skip
    return model.model  # the averaged weights


def tell(trainer: Any) -> None:
    """One line for an epoch."""
    losses = trainer.label_loss_items(trainer.tloss, prefix="")
    print(f"epoch {trainer.epoch + 1}: {losses}", flush=True)


def measure(folder: Path, data: Path, file: Path) -> None:
    """mAP of what was written on the held-out scenes, by ultralytics."""
    from cvlib.small_yolo import filled

    model = filled(torch.load(file, weights_only=True))
    found = model.val(
        data=str(data), imgsz=SIZE, batch=50, device="cpu", workers=0, plots=False, verbose=False,
        project=str(folder), name="measured",
    )  # fmt: skip
    print(f"held out: mAP50 {found.box.map50:.3f}, mAP50-95 {found.box.map:.3f}")


if __name__ == "__main__":
    main()
