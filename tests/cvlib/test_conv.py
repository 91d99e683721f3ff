"""Convolution by hand against torch and SciPy: values and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.signal
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cvlib import conv
from tests.cvlib.against_torch import assert_same, draw

pytestmark = pytest.mark.usefixtures("one_thread")
FEW = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def layers(draw_: Any, with_groups: bool = True) -> dict[str, Any]:
    """A convolution layer and an input that it fits, batch of 0 and sizes of one included."""
    groups = draw_(st.integers(1, 3)) if with_groups else 1
    dilation = draw_(st.integers(1, 3)) if with_groups else 1
    kernel = draw_(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    padding = draw_(st.integers(0, 3))
    sizes = []
    for kernel_size in kernel:
        least = max(1, dilation * (kernel_size - 1) + 1 - 2 * padding)
        sizes.append(draw_(st.integers(least, least + 6)))
    channels = groups * draw_(st.integers(1, 2))
    out_channels = groups * draw_(st.integers(1, 2))
    return {
        "x": (draw_(st.integers(0, 2)), channels, *sizes),
        "weight": (out_channels, channels // groups, *kernel),
        "bias": (out_channels,),
        "stride": draw_(st.integers(1, 3)),
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
    }


@FEW
@given(layers(), SEEDS, st.booleans())
def test_conv2d_matches_torch_with_gradients(layer: dict, seed: int, with_bias: bool) -> None:
    x, weight, bias = draw(seed, layer.pop("x"), layer.pop("weight"), layer.pop("bias"))
    tensors = [x, weight, bias] if with_bias else [x, weight]
    assert_same(lambda *t: conv.conv2d(*t, **layer), lambda *t: F.conv2d(*t, **layer), *tensors)


@FEW
@given(layers(with_groups=False), SEEDS, st.booleans())
def test_conv2d_unfold_matches_torch_with_gradients(
    layer: dict, seed: int, with_bias: bool
) -> None:
    x, weight, bias = draw(seed, layer["x"], layer["weight"], layer["bias"])
    step = {"stride": layer["stride"], "padding": layer["padding"]}
    tensors = [x, weight, bias] if with_bias else [x, weight]
    assert_same(
        lambda *t: conv.conv2d_unfold(*t, **step), lambda *t: F.conv2d(*t, **step), *tensors
    )


@FEW
@given(layers(with_groups=False), SEEDS)
def test_conv_transpose2d_matches_torch_with_gradients(layer: dict, seed: int) -> None:
    o, c, kh, kw = layer["weight"]
    x, weight, bias = draw(seed, layer["x"], (c, o, kh, kw), layer["bias"])
    step = {"stride": layer["stride"], "padding": layer["padding"]}
    for size, kernel_size in ((x.shape[2], kh), (x.shape[3], kw)):
        assume((size - 1) * step["stride"] + kernel_size > 2 * step["padding"])
    assert_same(
        lambda *t: conv.conv_transpose2d(*t, **step),
        lambda *t: F.conv_transpose2d(*t, **step),
        x,
        weight,
        bias,
    )


def test_true_conv2d_matches_scipy_convolve2d() -> None:
    image, kernel = draw(0, (9, 11), (3, 4))
    want = scipy.signal.convolve2d(image.detach(), kernel.detach(), mode="valid")
    got = conv.true_conv2d(image[None, None], kernel[None, None]).detach()[0, 0]
    np.testing.assert_allclose(got, want, rtol=1e-12)


@FEW
@given(st.integers(1, 6), st.integers(1, 4), SEEDS)
def test_pad_same_pads_as_torch_does(kernel: int, dilation: int, seed: int) -> None:
    x, weight = draw(seed, (2, 1, 7, 6), (1, 1, kernel, kernel))
    assert_same(
        lambda x, w: F.conv2d(conv.pad_same(x, kernel, dilation), w, dilation=dilation),
        lambda x, w: F.conv2d(x, w, padding="same", dilation=dilation),
        x,
        weight,
    )


@pytest.mark.parametrize(
    ("kernel", "dilation", "amounts"),
    [
        (1, 1, (0, 0)),
        (3, 1, (1, 1)),
        (3, 2, (2, 2)),
        (4, 1, (1, 2)),
        (2, 1, (0, 1)),
        (4, 3, (4, 5)),
    ],
)
def test_same_padding_by_hand(kernel: int, dilation: int, amounts: tuple[int, int]) -> None:
    assert conv.same_padding(kernel, dilation) == amounts


def test_conv2d_leaves_its_inputs_alone_and_keeps_the_dtype() -> None:
    x, weight, bias = (t.detach().float() for t in draw(0, (1, 2, 5, 5), (3, 2, 3, 3), (3,)))
    before = [t.clone() for t in (x, weight, bias)]
    for function in (conv.conv2d, conv.conv2d_unfold):
        assert function(x, weight, bias, padding=1).dtype == torch.float32
    assert all(torch.equal(a, b) for a, b in zip((x, weight, bias), before, strict=True))


@pytest.mark.parametrize("function", [conv.conv2d, conv.conv2d_unfold, conv.conv_transpose2d])
@pytest.mark.parametrize(
    ("x", "weight", "options", "message"),
    [
        ((3, 8, 8), (2, 3, 3, 3), {}, r"^x must have shape \(N, C, H, W\), got \(3, 8, 8\)$"),
        ((1, 3, 8, 8), (3, 3, 3), {}, r"^weight must have shape .* got \(3, 3, 3\)$"),
        ((1, 5, 8, 8), (2, 3, 3, 3), {}, r"^weight of shape .* does not fit x of shape"),
        ((1, 3, 8, 8), (3, 3, 3, 3), {"bias": torch.zeros(1)}, r"^bias must .* got \(1,\)$"),
        ((1, 3, 8, 8), (3, 3, 3, 3), {"stride": 0}, r"^stride must .* got 0$"),
        ((1, 3, 8, 8), (3, 3, 3, 3), {"padding": -2}, r"^padding must .* got -2$"),
    ],
)
def test_convolutions_refuse_what_does_not_belong_together(
    function: Callable, x: tuple, weight: tuple, options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        function(torch.zeros(x), torch.zeros(weight), **options)


def test_conv2d_refuses_integers_and_windows_and_groups_that_do_not_fit() -> None:
    image, weight = torch.zeros(1, 4, 2, 8), torch.zeros(2, 4, 3, 3)
    with pytest.raises(ValueError, match=r"floating-point numbers, got torch.uint8"):
        conv.conv2d(image.to(torch.uint8), weight)
    for function in (conv.conv2d, conv.conv2d_unfold):
        with pytest.raises(ValueError, match="does not fit size=2"):
            function(image, weight)
    with pytest.raises(ValueError, match="groups=2"):
        conv.conv2d(torch.zeros(1, 4, 8, 8), torch.zeros(3, 2, 3, 3), groups=2)
    with pytest.raises(ValueError, match=r"^padding=9 takes away all cells of size=4$"):
        conv.transposed_output_size(4, 3, padding=9)


def test_no_reference_calls_torchs_own_convolution_or_pooling() -> None:
    """What the student must write by hand, the reference has written by hand too."""
    from torch.utils._python_dispatch import TorchDispatchMode

    seen: set[str] = set()

    class Listen(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None):  # type: ignore[no-untyped-def]
            seen.add(func.overloadpacket.__name__)
            return func(*args, **(kwargs or {}))

    x, weight = torch.randn(1, 1, 6, 6), torch.randn(1, 1, 3, 3)
    with Listen():
        for function in (conv.conv2d, conv.conv2d_unfold, conv.true_conv2d, conv.conv_transpose2d):
            function(x, weight)
        for function in (conv.max_pool2d, conv.avg_pool2d, conv.adaptive_avg_pool2d):
            function(x, 2)
        conv.sobel_magnitude(x)
    assert seen
    assert not [name for name in seen if "conv" in name or "pool" in name]
