from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cvlib.widgets import KernelPlayground
from cvlib.widgets.kernel_playground import MAX_SIDE, PRESETS

from .node import needs_node, run_js

RANDOM = np.random.default_rng(0)


@pytest.fixture
def picture() -> np.ndarray:
    return RANDOM.integers(0, 256, (9, 12)).astype(np.uint8)


def test_filtered_matches_torch(picture: np.ndarray) -> None:
    kernel = RANDOM.normal(size=(3, 3))
    playground = KernelPlayground(image=picture, kernel=kernel)
    weight = torch.from_numpy(kernel)[None, None]
    expected = F.conv2d(torch.from_numpy(picture)[None, None].double(), weight)[0, 0]
    np.testing.assert_allclose(playground.filtered, expected.numpy())


@needs_node
@pytest.mark.parametrize("preset", PRESETS)
def test_browser_computes_what_python_computes(picture: np.ndarray, preset: str) -> None:
    playground = KernelPlayground(image=picture, preset=preset)
    height, width = picture.shape
    given = {"height": height, "width": width, "pixels": picture.ravel().tolist()}
    values = f"[...filter(given, {playground.kernel}).values]"
    np.testing.assert_allclose(
        run_js("kernel_filter.js", values, given), playground.filtered.ravel()
    )


@needs_node
@pytest.mark.parametrize(
    ("values", "kernel_sum", "expected"),
    [
        ([-10, 0, 30], 0, {"from": -30, "to": 30, "isSigned": True, "cut": 0}),
        ([-10, 0, 300], 1, {"from": 0, "to": 255, "isSigned": False, "cut": 2 / 3}),
        ([0, 0, 0], 0, {"from": 0, "to": 255, "isSigned": False, "cut": 0}),
    ],
)
def test_range_shown(values: list[float], kernel_sum: float, expected: dict[str, Any]) -> None:
    shown = run_js("kernel_filter.js", f"shownRange({values}, [{kernel_sum}])")
    assert {name: shown[name] for name in expected} == expected


@needs_node
def test_signed_colours_are_those_of_the_course() -> None:
    from cvlib.figures import SIGNED

    signed = "{ from: -1, to: 1, isSigned: true }"
    got = run_js("kernel_filter.js", f"given.map((value) => colourOf(value, {signed}))", [-1, 0, 1])
    expected = 255 * SIGNED([0.0, 0.5, 1.0])[:, :3]
    np.testing.assert_allclose(got, expected, atol=2)  # matplotlib's table has 256 steps


def test_preset_and_kernel_follow_each_other() -> None:
    playground = KernelPlayground(preset="laplacian")
    assert playground.kernel == PRESETS["laplacian"]
    playground.kernel = PRESETS["sharpen"]
    assert playground.preset == "sharpen"
    playground.kernel = [1.0] * 9
    assert playground.preset == "custom"
    assert KernelPlayground(kernel=PRESETS["gaussian"]).preset == "gaussian"


def test_kernel_may_be_an_array() -> None:
    assert KernelPlayground(kernel=np.eye(3)).kernel == [1, 0, 0, 0, 1, 0, 0, 0, 1]


@pytest.mark.parametrize("kernel", [[1.0] * 8, "sobel", None, [float("nan")] * 9, [[1], [2, 3]]])
def test_kernel_of_other_than_nine_numbers_is_refused(kernel: Any) -> None:
    with pytest.raises(ValueError, match="kernel must be 9 finite numbers, got"):
        KernelPlayground(kernel=kernel)


def test_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match=r"preset must be one of identity, .* got 'blur'"):
        KernelPlayground(preset="blur")


@pytest.mark.parametrize(
    ("image", "complaint"),
    [
        (np.zeros((2, 9), np.uint8), "3 × 3"),
        (np.zeros(9), "shape"),
        (np.zeros((4, 4, 4)), "shape"),
        (np.full((4, 4), -0.5), "floats from 0 to 1"),
        (np.full((4, 4), np.nan), "floats from 0 to 1"),
        (np.full((4, 4), 200), "uint8"),
    ],
)
def test_other_arrays_than_pictures_are_refused(image: np.ndarray, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"image must .*{complaint}"):
        KernelPlayground(image=image)


def test_large_colour_picture_becomes_small_and_grey() -> None:
    playground = KernelPlayground(image=np.full((300, 200, 3), 0.5))
    assert playground.image.shape == (100, 66)  # blocks of 3 × 3
    assert np.unique(playground.image).tolist() == [128]


def test_default_picture_reaches_the_browser_as_bytes() -> None:
    image = KernelPlayground().get_state()["image"]
    assert (image["height"], image["width"]) == (MAX_SIDE, MAX_SIDE)
    assert len(image["pixels"]) == MAX_SIDE**2


@pytest.mark.parametrize("preset", PRESETS)
def test_summary_and_picture(preset: str) -> None:
    playground = KernelPlayground(preset=preset)
    assert preset in playground.summary()
    assert playground.fallback_figure().get_size_inches()[0] <= 10
