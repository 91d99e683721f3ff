"""The world of made pictures, the photographs, and the small network between them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from cvlib import small_efficientnet, surface_reading
from cvlib.images import sample_image
from cvlib.made_pictures import KINDS, OUTLINES, made_pictures
from cvlib.made_textures import PATTERNS, noise, turned_plane
from cvlib.models.mbconv import SqueezeExcite
from cvlib.profile import count_parameters
from cvlib.small_efficientnet import prepared, pretrained_efficientnet
from cvlib.surfaces import NAMES, PARTS, SOURCES, loader, surfaces
from cvlib.train import evaluate

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_picture_with_something_on_it(kind: str) -> None:
    pictures, _ = made_pictures(6, 32, labels=torch.full((6,), KINDS.index(kind)))
    assert pictures.shape == (6, 3, 32, 32)
    assert pictures.isfinite().all()
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert (pictures.flatten(1).std(1) > 0.02).all()
    assert (pictures[0] - pictures[1]).abs().mean() > 0.02, "all alike"


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_stay_between_0_and_1(name: str) -> None:
    plane = turned_plane(4, 24, torch.Generator().manual_seed(1))
    heights = PATTERNS[name](plane)
    assert heights.shape == (4, 24, 24)
    assert heights.min() >= -1e-5
    assert heights.max() <= 1 + 1e-5


def test_pictures_are_seeded_and_kinds_take_turns() -> None:
    first, labels = made_pictures(68, 16, seed=3)
    again, same = made_pictures(68, 16, seed=3)
    assert torch.equal(first, again)
    assert torch.equal(labels, same)
    assert torch.bincount(labels).tolist() == [2] * len(KINDS)
    assert len(KINDS) == len(PATTERNS) + len(OUTLINES) == 34


def test_noise_fills_its_range() -> None:
    hills = noise(3, 20, 4, torch.Generator().manual_seed(0))
    torch.testing.assert_close(hills.amin((1, 2)), torch.zeros(3))
    torch.testing.assert_close(hills.amax((1, 2)), torch.ones(3))


@pytest.mark.parametrize(
    ("count", "size", "labels"),
    [(0, 16, None), (2, 4, None), (2, 16, torch.tensor([0])), (1, 16, torch.tensor([34]))],
)
def test_made_pictures_refuse(count: int, size: int, labels: Tensor | None) -> None:
    with pytest.raises(ValueError, match=r"count|size|labels"):
        made_pictures(count, size, labels=labels)


# The network ------------------------------------------------------------------------------------


def test_the_pretrained_network_names_made_pictures_it_has_not_seen() -> None:
    model = pretrained_efficientnet()
    assert not model.training
    assert count_parameters(model) < 200_000
    pictures, labels = made_pictures(340, seed=99)
    assert evaluate(model, [(prepared(pictures), labels)]) > 0.94


def test_its_squeeze_goes_by_the_blocks_input_as_ours_does() -> None:
    block = pretrained_efficientnet().features[3][0].block  # type: ignore[index, union-attr]
    ours = SqueezeExcite(96, 24)
    assert [p.shape for p in ours.parameters()] == [p.shape for p in block[2].parameters()]  # type: ignore[index, union-attr]


def test_weights_are_small_loaded_without_code_and_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = Path(small_efficientnet.__file__).parent / "weights" / small_efficientnet.WEIGHTS
    assert file.stat().st_size < 3_000_000
    state = torch.load(io.BytesIO(file.read_bytes()), weights_only=True)
    assert all(isinstance(value, Tensor) for value in state.values())
    monkeypatch.setattr(small_efficientnet, "SHA256", "0" * 64)
    with pytest.raises(ValueError, match="checksum"):
        pretrained_efficientnet()


def test_prepared_makes_three_channels_and_shifts() -> None:
    x = torch.rand(2, 1, 4, 4)
    torch.testing.assert_close(prepared(x), ((x - 0.5) / 0.25).repeat(1, 3, 1, 1))
    torch.testing.assert_close(prepared(x.repeat(1, 3, 1, 1)), prepared(x))


# The photographs --------------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_surfaces_have_ten_kinds_of_even_pictures(part: str) -> None:
    pictures, labels = surfaces(part)
    count = PARTS[part][2]
    assert pictures.shape == (10 * count, 1, 48, 48)
    assert torch.bincount(labels).tolist() == [count] * len(NAMES)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert ((pictures.flatten(1).mean(1) - 0.5).abs() < 0.06).all()


def test_parts_of_a_photograph_do_not_overlap_and_windows_fit() -> None:
    ends = [(start, end) for start, end, _ in PARTS.values()]
    assert ends[0][1] <= ends[1][0]
    assert ends[1][1] <= ends[2][0]
    for source in SOURCES.values():
        height, width = sample_image(source.photograph).shape[:2]
        top, bottom, left, right = source.box
        assert 0 <= top < bottom <= height
        assert 0 <= left < right <= width
        narrowest = min(
            int(end * (right - left)) - int(start * (right - left)) for start, end in ends
        )
        assert source.window <= min(narrowest, bottom - top)


def test_surfaces_and_loader_refuse() -> None:
    with pytest.raises(ValueError, match="part"):
        surfaces("all")
    with pytest.raises(ValueError, match="batch_size"):
        loader("train", 0)


def test_loader_is_seeded_and_prepared() -> None:
    first, again = next(iter(loader("train", 8, 1))), next(iter(loader("train", 8, 1)))
    assert torch.equal(first[1], again[1])
    assert first[0].shape == (8, 3, 48, 48)
    assert len(next(iter(loader("test", 40)))[1].unique()) == 1, "test pictures stay in order"


# What is found ----------------------------------------------------------------------------------


class Says(nn.Module):
    """Knows which pictures it is shown by their number."""

    def __init__(self, share: float, learned: float, classes: int = 10) -> None:
        super().__init__()
        self.shares, self.classes = {400: share, 240: learned, 40: share, 20: learned}, classes

    def forward(self, x: Tensor) -> Tensor:
        labels = surfaces("test" if len(x) in (400, 40) else "train")[1][: len(x)]
        wrong = torch.arange(len(x)) % 10 >= self.shares[len(x)] * 10
        return nn.functional.one_hot((labels + wrong) % self.classes, self.classes).float()


@pytest.mark.parametrize(
    ("reader", "found"),
    [
        (None, None),
        (Says(0.8, 1.0), surface_reading.GOOD),
        (Says(0.9, 0.5), surface_reading.LEAKED),
        (Says(0.1, 0.1), surface_reading.GUESSES),
        (Says(0.5, 1.0), "names 200 of 400 test pictures; 280 are wanted"),
        (Says(0.5, 1.0, classes=34), surface_reading.OLD_HEAD),
        (lambda x: torch.zeros(len(x), 10), surface_reading.SAME),
        (lambda x: torch.rand(len(x), 10), surface_reading.UNSTEADY),
        (lambda x: torch.full((len(x), 10), torch.nan), "gives numbers that are infinite or NaN"),
        (lambda x: torch.zeros(3), "gives (3,) for 400 pictures; (400, 10) is wanted"),
    ],
)
def test_finding(reader: nn.Module | None, found: str | None) -> None:
    assert surface_reading.finding(reader) == found


def test_form_looks_at_the_shape_only() -> None:
    assert surface_reading.form(lambda x: torch.rand(len(x), 10)) == surface_reading.LOGITS
    assert surface_reading.form(None) is None
