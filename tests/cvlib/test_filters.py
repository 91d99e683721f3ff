"""Classic kernels and edges against torch and SciPy: values and gradients."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cvlib import conv
from cvlib.check.seal import sealed
from tests.cvlib.against_torch import assert_same, draw

pytestmark = pytest.mark.usefixtures("one_thread")
FEW = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


def test_sobel_matches_scipy() -> None:
    (image,) = draw(3, (2, 1, 9, 12))
    for one, got, angle in zip(
        image.detach()[:, 0],
        conv.sobel_magnitude(image).detach()[:, 0],
        conv.gradient_direction(image).detach()[:, 0],
        strict=True,
    ):
        gx = scipy.ndimage.sobel(one.numpy(), axis=1, mode="constant")
        gy = scipy.ndimage.sobel(one.numpy(), axis=0, mode="constant")
        np.testing.assert_allclose(got, np.hypot(gx, gy), rtol=1e-12)
        np.testing.assert_allclose(angle, np.arctan2(gy, gx), rtol=1e-12)


def test_sobel_gradient_matches_the_written_out_root() -> None:
    def written_out(image: Tensor) -> Tensor:
        gx = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=image.dtype)
        x = F.conv2d(image, gx[None, None], padding=1)
        y = F.conv2d(image, gx.T[None, None], padding=1)
        return (x**2 + y**2).sqrt()

    assert_same(conv.sobel_magnitude, written_out, *draw(5, (2, 1, 6, 7)))
    flat = torch.ones(1, 1, 5, 5, requires_grad=True)
    conv.sobel_magnitude(flat).sum().backward()
    assert flat.grad is not None
    assert flat.grad.isfinite().all()


def test_a_constant_image_lights_up_only_at_its_frame() -> None:
    magnitude = conv.sobel_magnitude(torch.ones(1, 1, 6, 6))[0, 0]
    assert (magnitude[1:-1, 1:-1] == 0).all()
    assert magnitude.count_nonzero() == 20


def test_gradient_points_to_the_light() -> None:
    ramp = torch.arange(6.0).expand(6, 6)[None, None]
    inside = (..., slice(1, -1), slice(1, -1))
    assert (conv.gradient_direction(ramp)[inside] == 0).all()
    down = conv.gradient_direction(ramp.mT)[inside]
    torch.testing.assert_close(down, torch.full_like(down, np.pi / 2))


def test_classic_kernels_sum_to_what_they_promise() -> None:
    sums = {name: kernel.sum().item() for name, kernel in conv.classic_kernels().items()}
    assert sums == {
        "identity": 1,
        "sobel_x": 0,
        "sobel_y": 0,
        "gaussian_blur": 1,
        "sharpen": 1,
        "laplacian": 0,
    }


@FEW
@given(st.integers(1, 5), st.integers(0, 2), SEEDS)
def test_filter_channels_is_a_depthwise_convolution(side: int, images: int, seed: int) -> None:
    x, kernel = draw(seed, (images, 3, 6, 5), (side, side))
    assert_same(
        conv.filter_channels,
        lambda x, k: F.conv2d(x, k.expand(3, 1, side, side), padding="same", groups=3),
        x,
        kernel,
    )


def test_filters_refuse_wrong_shapes() -> None:
    with pytest.raises(ValueError, match=r"^kernel must have shape \(K, K\), got \(2, 3\)$"):
        conv.filter_channels(torch.zeros(1, 1, 4, 4), torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"^image must have shape .* got \(1, 3, 4, 4\)$"):
        conv.sobel_magnitude(torch.zeros(1, 3, 4, 4))


def test_an_edge_filter_of_ones_own_is_not_made_of_the_courses_convolution() -> None:
    x = torch.zeros(1, 1, 4, 4)
    with sealed(conv.sobel_magnitude.__module__):
        for refused in (conv.conv2d, conv.conv2d_unfold, conv.true_conv2d, conv.pad_same):
            with pytest.raises(RuntimeError, match="write this one yourself"):
                refused(x, x)
