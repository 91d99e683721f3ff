"""The small YOLO: what it finds in scenes it never saw, its file, its switch, and its silence."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torchmetrics.detection import MeanAveragePrecision

from cvlib import small_yolo
from cvlib.scenes import CLASSES, Scene, make_scene, make_scenes
from cvlib.small_yolo import SIZE, STORED, TABLE, load_yolo, untrained_yolo
from cvlib.ultralytics_offline import offline_ultralytics

ROOT = Path(__file__).parents[2]
HELD_OUT = [*make_scenes(40, SIZE, seed=77), *make_scenes(20, SIZE, seed=78, marks=True)]


@pytest.fixture(scope="module")
def model() -> object:
    torch.set_num_threads(1)
    return small_yolo.small_yolo()


def pictures(scenes: list[Scene]) -> torch.Tensor:
    return torch.stack([scene.image for scene in scenes])


def test_it_finds_shapes_in_scenes_it_never_saw(model: object) -> None:
    results = model(pictures(HELD_OUT), conf=0.01, verbose=False)  # type: ignore[operator]
    metric = MeanAveragePrecision()
    metric.warn_on_many_detections = False
    metric.update(
        [{"boxes": r.boxes.xyxy, "scores": r.boxes.conf, "labels": r.boxes.cls.long()}
         for r in results],
        [{"boxes": scene.boxes, "labels": scene.labels} for scene in HELD_OUT],
    )  # fmt: skip
    assert metric.compute()["map_50"] >= 0.85


def test_it_is_a_real_yolo_with_real_results(model: object) -> None:
    ultralytics = offline_ultralytics()
    assert isinstance(model, ultralytics.YOLO)
    (result,) = model.predict(HELD_OUT[0].image[None], verbose=False)
    assert isinstance(result, ultralytics.engine.results.Results)
    assert result.names == dict(enumerate(CLASSES)) == model.names
    assert result.orig_shape == (SIZE, SIZE)
    assert [int(s) for s in model.model.stride] == [8, 16, 32]


def test_arrays_have_blue_first_and_boxes_are_in_pixels_of_the_picture(model: object) -> None:
    scene = make_scene(256, seed=4, objects=2)
    array = (scene.image * 255).round().byte().permute(1, 2, 0).numpy()[..., ::-1]
    wide = np.pad(array, ((0, 0), (0, 128), (0, 0)), constant_values=114)
    (result,) = model(wide, verbose=False)  # type: ignore[operator]
    assert result.orig_shape == (256, 384)
    found = result.boxes.xyxy[result.boxes.conf > 0.5]
    assert len(found) == len(scene.boxes)
    gaps = (found[:, None] - scene.boxes).abs().amax(2).amin(0)  # to the nearest found one
    assert gaps.max() < 16


def test_a_list_of_pictures_gives_a_result_each(model: object) -> None:
    arrays = [np.zeros((64, 96, 3), np.uint8), np.zeros((128, 128, 3), np.uint8)]
    results = model(arrays, verbose=False)  # type: ignore[operator]
    assert [r.orig_shape for r in results] == [(64, 96), (128, 128)]


def test_a_file_with_other_weights_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_yolo, "STORED", STORED[:-1] + b"?")
    with pytest.raises(ValueError, match=r"small_yolo\.pt must have the checksum"):
        load_yolo()


def test_the_file_is_small_and_holds_only_numbers() -> None:
    assert len(STORED) <= 3_000_000
    state = torch.load(io.BytesIO(STORED), weights_only=True)
    assert all(isinstance(value, torch.Tensor) for value in state.values())
    assert state.keys() == untrained_yolo().model.state_dict().keys()


def test_loading_it_draws_no_random_numbers_of_the_reader() -> None:
    before = torch.random.get_rng_state()
    load_yolo()
    assert torch.equal(torch.random.get_rng_state(), before)


def test_every_layer_of_the_table_is_numbered_right() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("  - ")]
    assert [int(row.split("# ")[1].split(":")[0]) for row in rows] == list(range(len(rows)))
    assert len(rows) == len(untrained_yolo().model.model)


def test_where_the_large_one_cannot_be_downloaded_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise ConnectionError("no network")

    offline_ultralytics()  # so that only weights would go to the folder
    monkeypatch.setattr("requests.get", no_network)
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    assert load_yolo(real=True).names == dict(enumerate(CLASSES))
    told = capsys.readouterr()
    assert told.out.count("\n") == 1
    assert "yolo11n.pt" in told.out
    assert told.err == ""
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


QUIET = """
import os, sys

touched = []

def watch(event, args):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        touched.append((event, args[1:]))
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        touched.append((event, str(args[0])))
    if event in ("os.mkdir", "os.symlink"):
        touched.append((event, str(args[event == "os.symlink"])))

import torch, torchvision, matplotlib.font_manager
sys.addaudithook(watch)
from cvlib.scenes import make_scene
from cvlib.small_yolo import small_yolo
from ultralytics import YOLO, settings

model = small_yolo()
(found,) = model(make_scene().image[None])
found.plot(pil=True)
assert not settings["sync"]
print(repr([entry for entry in touched if not str(entry[1]).startswith(sys.argv[1])]))
print(torch.arange(30) / 7)
"""


def test_nothing_is_sent_looked_up_or_written_outside_a_temporary_folder(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "here").mkdir()
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("YOLO", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-c", QUIET, str(tmp_path)],
        cwd=tmp_path / "here", capture_output=True, text=True, check=False,
        env=kept | {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path),
                    "PYTHONPATH": str(ROOT), "MPLCONFIGDIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    touched, *numbers = done.stdout.splitlines()
    assert touched == "[]"
    assert list((tmp_path / "home").iterdir()) == list((tmp_path / "here").iterdir()) == []
    assert max(map(len, numbers)) <= 80  # ultralytics would print lines of 320 letters
    assert done.stderr == ""
