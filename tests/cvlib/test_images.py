"""Sample pictures, and the ways a picture is written as numbers."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torchvision.transforms.functional as TF
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage import color

from cvlib import images

FEW = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize("name", images.PHOTOGRAPHS)
def test_every_photograph_is_there_without_a_network(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "socket", refuse)
    picture = images.sample_image(name)
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert picture.std() > 5  # there is something to see


def test_sample_image_cuts_a_centred_part_of_the_wanted_shape() -> None:
    assert images.sample_image("coffee", 64).shape == (64, 64, 3)
    assert images.sample_image("coffee", (40, 100)).shape == (40, 100, 3)
    assert images.sample_image("chelsea", (600, 300)).shape == (600, 300, 3)  # larger than it is
    whole = images.sample_image("astronaut")
    np.testing.assert_array_equal(images.sample_image("astronaut", 512), whole)
    wide = images.sample_image("coffee")
    np.testing.assert_array_equal(images.sample_image("coffee", 400), wide[:, 100:500])


def test_unknown_names_and_sizes_give_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"^name must be one of astronaut, .*, got 'lena'$"):
        images.sample_image("lena")
    with pytest.raises(ValueError, match=r"^height must be at least 1, got 0$"):
        images.sample_image("coffee", 0)


@pytest.mark.parametrize(
    "draw",
    [images.checkerboard, images.gradient, images.edge, images.shapes_scene],
)
def test_drawings_are_pictures_of_the_wanted_size(draw: Callable) -> None:
    for size in (1, 2, 17, 64):
        picture = draw(size)
        assert picture.shape == (size, size, 3)
        assert picture.dtype == np.uint8
    with pytest.raises(ValueError, match=r"^size must be at least 1, got 0$"):
        draw(0)


def test_drawings_show_what_they_say() -> None:
    board = images.checkerboard(4, 1)[..., 0]
    np.testing.assert_array_equal(board[:2], [[0, 255, 0, 255], [255, 0, 255, 0]])
    ramp = images.gradient(5)[0, :, 0]
    assert (ramp[0], ramp[-1]) == (0, 255)
    assert (np.diff(ramp.astype(int)) > 0).all()
    for draw in (images.gradient, images.edge):
        np.testing.assert_array_equal(draw(6, "down"), draw(6).swapaxes(0, 1))
        with pytest.raises(ValueError, match=r"^direction must be .* got 'left'$"):
            draw(6, "left")
    with pytest.raises(ValueError, match=r"^square must be at least 1, got 0$"):
        images.checkerboard(8, 0)


def test_seeded_drawings_repeat_and_other_seeds_differ() -> None:
    for draw in (
        lambda seed: images.shapes_scene(48, seed=seed),
        lambda seed: images.add_noise(images.gradient(32), seed=seed),
    ):
        np.testing.assert_array_equal(draw(3), draw(3))
        assert (draw(3) != draw(4)).any()
    with pytest.raises(ValueError, match=r"^amount must not be negative, got -1$"):
        images.add_noise(images.gradient(8), -1)


@FEW
@given(arrays.arrays(np.uint8, st.tuples(*[st.integers(1, 5)] * 2, st.sampled_from([1, 3]))))
def test_to_tensor_matches_torchvision_and_to_image_undoes_it(picture: np.ndarray) -> None:
    tensor = images.to_tensor(picture)
    torch.testing.assert_close(tensor, TF.to_tensor(picture)[None])
    np.testing.assert_array_equal(images.to_image(tensor), picture)
    np.testing.assert_array_equal(images.to_image(tensor[0]), picture)


def test_to_tensor_takes_grey_pictures_batches_and_other_types() -> None:
    assert images.to_tensor(np.zeros((4, 5), np.uint8)).shape == (1, 1, 4, 5)
    assert images.to_tensor(np.zeros((0, 4, 5, 3), np.uint8)).shape == (0, 3, 4, 5)
    assert images.to_tensor(np.full((2, 2), 65535, np.uint16)).max() == 1
    assert images.to_tensor(np.array([[True, False]])).tolist() == [[[[1.0, 0.0]]]]
    assert images.to_tensor(np.full((2, 2), 0.25)).max() == 0.25
    with pytest.raises(ValueError, match=r"channels last, got \(3, 8, 8\)$"):
        images.to_tensor(np.zeros((3, 8, 8), np.uint8))


def test_to_image_rounds_cuts_off_and_keeps_batches() -> None:
    levels = torch.tensor([[-0.5, 0.499 / 255], [0.501 / 255, 2.0]])[None, None]
    assert images.to_image(levels)[..., 0].tolist() == [[0, 0], [1, 255]]
    assert images.to_image(torch.zeros(2, 3, 4, 5)).shape == (2, 4, 5, 3)
    assert images.to_image(torch.zeros(0, 3, 4, 5)).shape == (0, 4, 5, 3)
    with pytest.raises(ValueError, match=r"^tensor must have shape .* got \(4, 5\)$"):
        images.to_image(torch.zeros(4, 5))


def test_normalize_matches_torchvision_and_denormalize_undoes_it() -> None:
    x = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    want = TF.normalize(x, list(images.IMAGENET_MEAN), list(images.IMAGENET_STD))
    torch.testing.assert_close(images.normalize(x), want)
    torch.testing.assert_close(images.denormalize(images.normalize(x)), x)
    assert images.normalize(x[:0]).shape == (0, 3, 4, 5)
    with pytest.raises(ValueError, match=r"^mean must .* for shape \(2, 1, 4, 5\)$"):
        images.normalize(x[:, :1])
    with pytest.raises(ValueError, match=r"^std must .* got \(1\.0,\)"):
        images.denormalize(x, std=(1.0,))


def test_colour_spaces_of_known_colours() -> None:
    red, white = np.array([[[255, 0, 0]]], np.uint8), np.full((1, 1, 3), 255, np.uint8)
    np.testing.assert_allclose(images.rgb_to_hsv(red)[0, 0], [0, 1, 1])
    np.testing.assert_allclose(images.rgb_to_lab(red)[0, 0], [53.24, 80.09, 67.20], atol=0.02)
    np.testing.assert_allclose(images.rgb_to_lab(white)[0, 0], [100, 0, 0], atol=0.02)
    np.testing.assert_allclose(images.rgb_to_grey(red), [[0.2125]], atol=1e-4)
    np.testing.assert_array_equal(images.swap_red_and_blue(red), [[[0, 0, 255]]])


def test_colour_spaces_match_scikit_image_and_leave_the_picture_alone() -> None:
    picture = images.shapes_scene(20)
    before = picture.copy()
    for ours, theirs in (
        (images.rgb_to_grey, color.rgb2gray),
        (images.rgb_to_hsv, color.rgb2hsv),
        (images.rgb_to_lab, color.rgb2lab),
    ):
        np.testing.assert_allclose(ours(picture), theirs(picture), rtol=1e-5, atol=1e-5)
        assert ours(picture).dtype == np.float32
        with pytest.raises(ValueError, match=r"channels last, got \(20, 20\)$"):
            ours(picture[..., 0])
    swapped = images.swap_red_and_blue(picture)
    np.testing.assert_array_equal(images.swap_red_and_blue(swapped), picture)
    swapped[:] = 0
    np.testing.assert_array_equal(picture, before)
