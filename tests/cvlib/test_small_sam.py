"""The small SAM through the real SamPredictor: what it can do, and how it is loaded."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_sam_losses import decoded, encoded
from small_sam_measure import a_click

from cvlib import real_sam, small_sam
from cvlib.images import to_image
from cvlib.prompting import mask_iou
from cvlib.scenes import Scene, make_scenes

pytestmark = pytest.mark.usefixtures("one_thread")
SEED = 77  # of scenes that training never saw: its own are those of seeds 1 and 2


@cache
def predictor() -> Any:
    return small_sam.small_predictor()


@cache
def scenes(marks: bool) -> list[Scene]:
    return make_scenes(30, 128, seed=SEED, marks=marks)


def same_click(region: torch.Tensor) -> tuple[Any, Any]:
    """A pixel of the region, drawn by chance but always the same."""
    return a_click(region.numpy(), np.random.default_rng(int(region.sum())))


def clicked(region: torch.Tensor) -> tuple[Any, Any, Any]:
    """Three masks, their scores and logits for one click in the region."""
    return predictor().predict(*same_click(region))


def test_one_box_is_enough() -> None:
    found = []
    for scene in [*scenes(marks=False), *scenes(marks=True)]:
        predictor().set_image(to_image(scene.image))
        for box, mask in zip(scene.boxes.numpy(), scene.masks, strict=True):
            masks, _, _ = predictor().predict(box=box, multimask_output=False)
            found.append(mask_iou(masks[0], mask))
    assert np.mean(found) >= 0.85


def test_one_click_is_mostly_enough_by_the_best_predicted_score() -> None:
    found = []
    for scene in [*scenes(marks=False), *scenes(marks=True)]:
        predictor().set_image(to_image(scene.image))
        for mask in scene.masks:
            masks, scores, _ = clicked(mask)
            found.append(mask_iou(masks[scores.argmax()], mask))
    assert np.mean(found) >= 0.75


def test_a_click_on_a_mark_gives_the_mark_and_the_whole_object() -> None:
    marks, wholes, alike = [], [], []
    for scene in scenes(marks=True):
        predictor().set_image(to_image(scene.image))
        for part, whole in zip(scene.parts, scene.masks, strict=True):
            if part.sum() < 40 or part.sum() > 0.5 * whole.sum():
                continue
            masks, _, _ = clicked(part)
            marks.append(mask_iou(masks, part).max())
            wholes.append(mask_iou(masks, whole).max())
            alike += [mask_iou(a, b) for a, b in combinations(masks, 2)]
    assert len(marks) >= 10
    assert np.mean(marks) >= 0.55
    assert np.mean(wholes) >= 0.7
    assert np.mean(alike) <= 0.7


def test_a_second_click_corrects_the_first() -> None:
    first, second = [], []
    for scene in scenes(marks=True):
        predictor().set_image(to_image(scene.image))
        for whole in scene.masks:
            points, labels = same_click(whole)
            masks, scores, low = predictor().predict(points, labels)
            best = scores.argmax()
            wrong = torch.from_numpy(masks[best]) ^ whole
            if not wrong.any():
                continue
            first.append(mask_iou(masks[best], whole))
            row, column = wrong.nonzero()[len(wrong.nonzero()) // 2].tolist()
            masks, _, _ = predictor().predict(
                np.array([*points, [column, row]]),
                np.array([*labels, int(whole[row, column])]),
                mask_input=low[best][None],
                multimask_output=False,
            )
            second.append(mask_iou(masks[0], whole))
    assert np.mean(second) >= np.mean(first)


def test_scores_tell_good_masks_from_bad_ones() -> None:
    scores, truths = [], []
    for scene in scenes(marks=False):
        predictor().set_image(to_image(scene.image))
        for mask in scene.masks:
            masks, told, _ = clicked(mask)
            scores += told.tolist()
            truths += mask_iou(masks, mask).tolist()
    assert np.corrcoef(scores, truths)[0, 1] >= 0.6


def test_pictures_of_any_shape_keep_their_size() -> None:
    scene = scenes(marks=False)[0]
    wide = np.kron(to_image(scene.image)[:80], np.ones((2, 2, 1), np.uint8))  # (160, 256, 3)
    predictor().set_image(wide)
    masks, scores, low = predictor().predict(np.array([[100, 60]]), np.array([1]))
    assert masks.shape == (3, 160, 256)
    assert scores.shape == (3,)
    assert low.shape == (3, 64, 64)


def test_training_decodes_as_the_real_decoder_does() -> None:
    """The script that made the weights decodes prompts of several pictures in one go."""
    sam = predictor().model
    images = torch.stack([scene.image for scene in scenes(marks=True)[:2]]) * 255
    points = torch.tensor([[[40.0, 50.0]], [[70.0, 60.0]]]), torch.ones(2, 1)
    with torch.no_grad():
        embeddings = encoded(sam, images)
        logits, scores = decoded(sam, embeddings, points)
        for index in range(2):
            sparse, dense = sam.prompt_encoder(tuple(p[index, None] for p in points), None, None)
            expected, told = sam.mask_decoder.predict_masks(
                embeddings[index, None], sam.prompt_encoder.get_dense_pe(), sparse, dense
            )
            same = (logits[index] > 0) == (expected[0] > 0)
            assert same.float().mean() > 0.98  # half precision
            torch.testing.assert_close(scores[index], told[0], atol=0.05, rtol=0.05)


def test_it_is_the_same_every_time_and_leaves_the_generator_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, other = small_sam.small_sam(), small_sam.small_sam()
    assert torch.equal(torch.rand(3), expected)
    assert not one.training
    states = one.state_dict(), other.state_dict()
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_weights_are_small_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(small_sam.STORED) <= 5_000_000
    monkeypatch.setattr(small_sam, "STORED", small_sam.STORED[:-1] + b"x")
    with pytest.raises(ValueError, match=r"small_sam\.pt must have the checksum"):
        small_sam.small_sam()


def test_without_network_the_switch_says_so_and_gives_the_small_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(*_given: Any, **_named: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    assert small_sam.load_sam(real=True).image_encoder.img_size == small_sam.SIZE
    assert capsys.readouterr().out == (
        "The weights sam_vit_b_01ec64.pth can't be downloaded here. Go on with the small one.\n"
    )
    assert small_sam.load_sam().image_encoder.img_size == small_sam.SIZE
    assert capsys.readouterr().out == ""


def test_another_file_than_metas_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "source.pth"
    source.write_bytes(b"weights")
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    right = "0" * 64
    with pytest.raises(ConnectionError, match=r"source\.pth can't be downloaded"):
        real_sam.checkpoint(source.as_uri(), right)
    stale = tmp_path / "checkpoints" / "source.pth"
    stale.write_bytes(b"half")
    with pytest.raises(ConnectionError, match="another checksum"):
        real_sam.checkpoint(source.as_uri(), right)
    stale.unlink()
    known = hashlib.sha256(b"weights").hexdigest()
    assert real_sam.checkpoint(source.as_uri(), known).read_bytes() == b"weights"
