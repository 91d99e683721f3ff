"""What a detector costs and finds: the table of session 06, and fine-tuning for its lab.

Score → score by the input's size → a data set as ultralytics reads it → fine-tuning on it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cvlib.detection.formats import convert_boxes
from cvlib.detection.pyramid import STRIDES
from cvlib.detection.results import Detection, Truth
from cvlib.detection.scoring import COCO_THRESHOLDS, mean_average_precision
from cvlib.detection.yolo import detect
from cvlib.pixels import to_image
from cvlib.scenes import CLASSES, Scene, make_scenes
from cvlib.small_yolo import load_yolo
from cvlib.ultralytics_offline import offline_ultralytics

LEAST = 0.001  # score from which on detections count: mAP looks at all of the curve


class SizeRow(NamedTuple):
    """One size of the input.

    Attributes:
        size: side of the square in pixels.
        cells: of all three grids: how many boxes are proposed.
        milliseconds: of processor time for a picture, everything included.
        loose, strict: mAP@.5 and mAP@[.5:.95].
    """

    size: int
    cells: int
    milliseconds: float
    loose: float
    strict: float


def scores(found: Sequence[Detection], scenes: Sequence[Scene]) -> tuple[float, float]:
    """mAP@.5 and mAP@[.5:.95] of detections in scenes."""
    truths = [Truth(scene.boxes, scene.labels) for scene in scenes]
    return (
        mean_average_precision(found, truths),
        mean_average_precision(found, truths, COCO_THRESHOLDS),
    )


def by_input_size(model: Any, scenes: Sequence[Scene], sizes: Sequence[int]) -> list[SizeRow]:
    """The same YOLO on the same scenes, made larger or smaller before the network sees them.

    Args:
        model: an ultralytics.YOLO; its own size is what it was before, afterwards.
        sizes: multiples of 32.
    """
    pictures = [to_image(scene.image) for scene in scenes]
    usual = model.overrides.get("imgsz")
    rows = []
    try:
        for size in sizes:
            model.overrides["imgsz"] = size
            detect(model, pictures[:1], LEAST)  # the first of a size takes longer
            start = time.process_time()
            found = detect(model, pictures, LEAST)
            spent = 1000 * (time.process_time() - start) / len(pictures)
            cells = sum((size // stride) ** 2 for stride in STRIDES)
            rows.append(SizeRow(size, cells, spent, *scores(found, scenes)))
    finally:
        model.overrides["imgsz"] = usual
    return rows


def write_data_set(folder: Path, learn: Sequence[Scene], held_out: Sequence[Scene]) -> Path:
    """Write scenes as ultralytics reads them: pictures, label files, and a YAML file, returned."""
    for part, scenes in (("train", learn), ("val", held_out)):
        for kind in ("images", "labels"):
            (folder / kind / part).mkdir(parents=True)
        for index, scene in enumerate(scenes):
            write_scene(scene, folder, f"{part}/{index:05d}")
    names = "".join(f"  {number}: {name}\n" for number, name in enumerate(CLASSES))
    file = folder / "scenes.yaml"
    file.write_text(f"path: {folder}\ntrain: images/train\nval: images/val\nnames:\n{names}")
    return file


def write_scene(scene: Scene, folder: Path, name: str) -> None:
    """One picture, and a line "class cx cy w h" for each object, as shares of the picture."""
    from torchvision.io import write_png

    write_png((255 * scene.image).round().byte(), str(folder / f"images/{name}.png"))
    shares = convert_boxes(scene.boxes, "xyxy", "cxcywh") / scene.image.shape[-1]  # (K, 4)
    lines = [
        " ".join([str(label), *(f"{number:.6f}" for number in box)])
        for label, box in zip(scene.labels.tolist(), shares.tolist(), strict=True)
    ]
    (folder / f"labels/{name}.txt").write_text("\n".join(lines))


def fine_tune(real: bool = False, count: int = 400, epochs: int = 10, size: int = 128) -> Any:
    """Teach a YOLO the five shapes, on a data set in a folder that is removed afterwards.

    Prints mAP@.5 and mAP@[.5:.95] on new scenes after training. A head for another number of
    classes is exchanged by ultralytics; all other weights are kept.

    Args:
        real: begin with yolo11n.pt, as `load_yolo` does.
        count: scenes to learn from.

    Returns:
        The trained ultralytics.YOLO. (One that has been used can't learn: its batch normalisations
        are merged into its convolutions by then. So this loads its own.)
    """
    model: Any = load_yolo(real)
    judged = make_scenes(40, seed=63)
    with tempfile.TemporaryDirectory() as folder:
        if not model.ckpt:  # the small one comes from no file that could be trained on
            model.save(Path(folder, "start.pt"))
            model = offline_ultralytics().YOLO(Path(folder, "start.pt"))
        data = write_data_set(Path(folder), make_scenes(count, seed=61), make_scenes(40, seed=62))
        model.train(
            data=str(data), epochs=epochs, imgsz=size, project=folder, plots=False, workers=0,
            seed=0, verbose=False,
        )  # fmt: skip
        model.overrides["imgsz"] = size
        found = detect(model, [to_image(scene.image) for scene in judged], LEAST)
    loose, strict = scores(found, judged)
    print(f"after {epochs} epochs on {count} scenes: mAP@.5 {loose:.3f}, mAP@[.5:.95] {strict:.3f}")
    return model
