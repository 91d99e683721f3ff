"""Data sets on disk, as ultralytics reads them: pictures and labels come back as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torchvision.io import read_image

from cvlib.detection.formats import convert_boxes
from cvlib.detection_reports import write_data_set
from cvlib.scenes import CLASSES, make_scenes


def test_scenes_can_be_read_back_from_the_data_set(tmp_path: Path) -> None:
    learn, held_out = make_scenes(3, 96, seed=5), make_scenes(2, 96, seed=6, marks=True)
    file = write_data_set(tmp_path, learn, held_out)
    for part, scenes in (("train", learn), ("val", held_out)):
        pictures = sorted((tmp_path / "images" / part).iterdir())
        labels = sorted((tmp_path / "labels" / part).iterdir())
        assert [path.stem for path in pictures] == [path.stem for path in labels]
        for picture, label, scene in zip(pictures, labels, scenes, strict=True):
            assert (read_image(str(picture)) / 255 - scene.image).abs().max() <= 0.5 / 255 + 1e-6
            rows = [
                [float(number) for number in line.split()]
                for line in label.read_text().splitlines()
            ]
            found = torch.tensor(rows).reshape(-1, 5)
            assert found[:, 0].tolist() == scene.labels.tolist()
            boxes = convert_boxes(96 * found[:, 1:], "cxcywh", "xyxy")
            assert torch.allclose(boxes, scene.boxes, atol=1e-3)
    listed = file.read_text().splitlines()
    assert listed[-len(CLASSES) :] == [f"  {n}: {name}" for n, name in enumerate(CLASSES)]
    assert listed[:3] == [f"path: {tmp_path}", "train: images/train", "val: images/val"]


def test_a_scene_without_objects_has_an_empty_label_file(tmp_path: Path) -> None:
    (empty,) = make_scenes(1, 64, seed=1, objects=0)
    write_data_set(tmp_path, [empty], [])
    (label,) = (tmp_path / "labels" / "train").iterdir()
    assert label.read_text() == ""


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    write_data_set(tmp_path, make_scenes(1, 64, seed=1), [])
    with pytest.raises(FileExistsError):
        write_data_set(tmp_path, make_scenes(1, 64, seed=2), [])
