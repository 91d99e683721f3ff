"""Convolution by hand against torch, SciPy and traced networks: values and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from cvlib import conv

FEW = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def draw(seed: int, *shapes: tuple[int, ...]) -> list[Tensor]:
    """Normal float64 tensors that ask for gradients."""
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()
        for shape in shapes
    ]


def assert_same(ours: Callable, theirs: Callable, tensors: list[Tensor]) -> None:
    """Equal values, and equal gradients for every tensor under a random upstream gradient."""
    got, want = ours(*tensors), theirs(*tensors)
    torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)
    upstream = torch.randn(want.shape, dtype=want.dtype, generator=torch.Generator().manual_seed(1))
    got_grads = torch.autograd.grad(got, tensors, upstream, materialize_grads=True)
    want_grads = torch.autograd.grad(want, tensors, upstream, materialize_grads=True)
    for got_grad, want_grad in zip(got_grads, want_grads, strict=True):
        torch.testing.assert_close(got_grad, want_grad, rtol=1e-10, atol=1e-10)


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


# Sizes ------------------------------------------------------------------------------------------

# The syllabus's facts: (size, kernel, stride, padding, dilation) → cells.
FACTS = {
    (32, 3, 1, 1, 1): 32,
    (32, 3, 1, 0, 1): 30,
    (32, 3, 2, 1, 1): 16,
    (224, 7, 2, 3, 1): 112,
    (64, 3, 1, 0, 1): 62,
    (64, 3, 2, 1, 1): 32,
    (112, 3, 2, 0, 1): 55,  # ResNet's pooling without padding …
    (112, 3, 2, 1, 1): 56,  # … and as ResNet has it
    (64, 5, 1, 2, 2): 60,
    (28, 4, 2, 1, 1): 14,
    (1, 1, 1, 0, 1): 1,
    (1, 3, 1, 1, 1): 1,
}


@pytest.mark.parametrize(("arguments", "cells"), FACTS.items())
def test_output_size_gives_the_facts_of_the_syllabus(arguments: tuple, cells: int) -> None:
    assert conv.conv_output_size(*arguments) == cells


@FEW
@given(*[st.integers(1, 20)] * 2, st.integers(1, 5), st.integers(0, 6), st.integers(1, 4))
def test_output_size_matches_torch_shapes(
    size: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    x, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
    if dilation * (kernel - 1) + 1 > size + 2 * padding:
        with pytest.raises(ValueError, match="does not fit"):
            conv.conv_output_size(size, kernel, stride, padding, dilation)
        return
    want = F.conv1d(x, weight, stride=stride, padding=padding, dilation=dilation).shape[-1]
    got = conv.conv_output_size(size, kernel, stride, padding, dilation)
    assert got == want
    assert type(got) is int


@FEW
@given(
    *[st.integers(1, 8)] * 2,
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(0, 3),
)
def test_transposed_output_size_matches_torch_shapes(
    size: int, kernel: int, stride: int, padding: int, dilation: int, extra: int
) -> None:
    def theirs() -> int:
        x, weight = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
        return F.conv_transpose1d(x, weight, None, stride, padding, extra, 1, dilation).shape[-1]

    try:
        want = theirs()
    except RuntimeError:
        with pytest.raises(ValueError, match="padding"):
            conv.transposed_output_size(size, kernel, stride, padding, dilation, extra)
    else:
        got = conv.transposed_output_size(size, kernel, stride, padding, dilation, extra)
        assert got == want


@pytest.mark.parametrize("name", ["size", "kernel_size", "stride", "dilation"])
@pytest.mark.parametrize("value", [0, -1, 2.0, True])
def test_sizes_refuse_what_is_not_a_positive_integer(name: str, value: Any) -> None:
    arguments = {"size": 8, "kernel_size": 3, "stride": 1, "dilation": 1, name: value}
    for function in (conv.conv_output_size, conv.transposed_output_size):
        with pytest.raises(ValueError, match=rf"^{name} must .* got {value!r}$"):
            function(**arguments)


def test_sizes_refuse_negative_padding() -> None:
    for function in (conv.conv_output_size, conv.transposed_output_size):
        with pytest.raises(ValueError, match=r"^padding must .* got -1$"):
            function(8, 3, padding=-1)


# Convolution --------------------------------------------------------------------------------------


@FEW
@given(layers(), SEEDS, st.booleans())
def test_conv2d_matches_torch_with_gradients(layer: dict, seed: int, with_bias: bool) -> None:
    x, weight, bias = draw(seed, layer.pop("x"), layer.pop("weight"), layer.pop("bias"))
    tensors = [x, weight, bias] if with_bias else [x, weight]
    assert_same(lambda *t: conv.conv2d(*t, **layer), lambda *t: F.conv2d(*t, **layer), tensors)


@FEW
@given(layers(with_groups=False), SEEDS, st.booleans())
def test_conv2d_unfold_matches_torch_with_gradients(
    layer: dict, seed: int, with_bias: bool
) -> None:
    x, weight, bias = draw(seed, layer["x"], layer["weight"], layer["bias"])
    step = {"stride": layer["stride"], "padding": layer["padding"]}
    tensors = [x, weight, bias] if with_bias else [x, weight]
    assert_same(lambda *t: conv.conv2d_unfold(*t, **step), lambda *t: F.conv2d(*t, **step), tensors)


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
        [x, weight, bias],
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
        [x, weight],
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


# Pooling ------------------------------------------------------------------------------------------


@st.composite
def pools(draw_: Any) -> tuple[tuple[int, ...], dict[str, Any]]:
    kernel = draw_(st.integers(1, 4))
    padding = draw_(st.integers(0, kernel // 2))
    least = max(1, kernel - 2 * padding)
    sizes = draw_(st.tuples(*[st.integers(least, least + 6)] * 2))
    shape = (draw_(st.integers(0, 2)), draw_(st.integers(1, 3)), *sizes)
    stride = draw_(st.one_of(st.none(), st.integers(1, 3)))
    return shape, {"kernel_size": kernel, "stride": stride, "padding": padding}


@FEW
@given(pools(), SEEDS)
def test_pooling_matches_torch_with_gradients(pool: tuple, seed: int) -> None:
    shape, options = pool
    for ours, theirs in ((conv.max_pool2d, F.max_pool2d), (conv.avg_pool2d, F.avg_pool2d)):
        assert_same(
            lambda x, f=ours: f(x, **options),
            lambda x, f=theirs: f(x, **options),
            draw(seed, shape),
        )


def test_padding_never_wins_a_maximum() -> None:
    x = torch.full((1, 1, 3, 3), -5.0)
    assert torch.equal(conv.max_pool2d(x, 3, 2, 1), torch.full((1, 1, 2, 2), -5.0))


@FEW
@given(st.tuples(*[st.integers(1, 9)] * 4), st.integers(0, 2), SEEDS)
def test_adaptive_pooling_matches_torch_with_gradients(
    sizes: tuple, images: int, seed: int
) -> None:
    height, width, *output = sizes
    assert_same(
        lambda x: conv.adaptive_avg_pool2d(x, tuple(output)),
        lambda x: F.adaptive_avg_pool2d(x, tuple(output)),
        draw(seed, (images, 2, height, width)),
    )


def test_global_pooling_is_adaptive_pooling_to_one() -> None:
    assert_same(
        conv.global_avg_pool,
        lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
        draw(0, (3, 4, 5, 6)),
    )
    assert conv.global_avg_pool(torch.zeros(0, 4, 5, 6)).shape == (0, 4)


def test_pooling_refuses_what_it_cannot_pool() -> None:
    x = torch.zeros(1, 1, 4, 4)
    for function in (conv.max_pool2d, conv.avg_pool2d):
        with pytest.raises(ValueError, match=r"^padding must be at most half .* got 2$"):
            function(x, 3, padding=2)
        with pytest.raises(ValueError, match=r"^kernel_size=5 .* does not fit size=4"):
            function(x, 5)
        with pytest.raises(ValueError, match=r"^stride must .* got 0$"):
            function(x, 2, stride=0)
        with pytest.raises(ValueError, match=r"^x must have shape"):
            function(x[0], 2)
    with pytest.raises(ValueError, match=r"^output_height must .* got 0$"):
        conv.adaptive_avg_pool2d(x, 0)
    with pytest.raises(ValueError, match=r"^height must .* got 0$"):
        conv.global_avg_pool(torch.zeros(1, 1, 0, 4))


# Kernels ------------------------------------------------------------------------------------------


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

    assert_same(conv.sobel_magnitude, written_out, draw(5, (2, 1, 6, 7)))
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
        [x, kernel],
    )


def test_filters_refuse_wrong_shapes() -> None:
    with pytest.raises(ValueError, match=r"^kernel must have shape \(K, K\), got \(2, 3\)$"):
        conv.filter_channels(torch.zeros(1, 1, 4, 4), torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"^image must have shape .* got \(1, 3, 4, 4\)$"):
        conv.sobel_magnitude(torch.zeros(1, 3, 4, 4))


# Receptive field and cost -------------------------------------------------------------------------


def traced_field(network: nn.Module, size: int) -> tuple[int, int]:
    """(field, jump) of a 1-D network: which input cells get a gradient from an output?"""
    x = torch.zeros(1, 1, size, dtype=torch.float64, requires_grad=True)
    out = network(x).flatten()
    middle = out.numel() // 2
    first = []
    for position in (middle, middle + 1):
        (gradient,) = torch.autograd.grad(out[position], x, retain_graph=True)
        cells = gradient.flatten().nonzero().flatten()
        first.append((int(cells[0]), int(cells[-1])))
    return first[0][1] - first[0][0] + 1, first[1][0] - first[0][0]


@FEW
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2), st.integers(1, 3)), max_size=4))
def test_receptive_field_is_where_a_real_network_has_gradients(layer_list: list) -> None:
    network = nn.Sequential(
        *(nn.Conv1d(1, 1, k, s, dilation=d, dtype=torch.float64) for k, s, d in layer_list)
    )
    for parameter in network.parameters():
        nn.init.ones_(parameter)  # no weight is 0, none cancel
    field, jump = conv.receptive_field(layer_list)
    assert traced_field(network, field + 4 * jump) == (field, jump)


def test_receptive_field_of_known_stacks() -> None:
    assert conv.receptive_field([]) == (1, 1)
    assert conv.receptive_field([(3, 1, 1)] * 2) == conv.receptive_field([(5, 1, 1)]) == (5, 1)
    assert conv.receptive_field([(7, 2, 1), (3, 2, 1)]) == (11, 4)  # ResNet's stem


@pytest.mark.parametrize(
    ("layer_list", "message"),
    [
        ([(3, 1)], r"^layers must hold .* got \(3, 1\)$"),
        ([(0, 1, 1)], r"^kernel_size must .* got 0$"),
        ([(3, 0, 1)], r"^stride must .* got 0$"),
        ([(3, 1, 1), (3, 1, -1)], r"^dilation must .* got -1$"),
    ],
)
def test_receptive_field_refuses_bad_layers(layer_list: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        conv.receptive_field(layer_list)


@FEW
@given(*[st.integers(1, 4)] * 3, st.integers(1, 3), *[st.integers(1, 6)] * 2, st.booleans())
def test_conv_cost_is_what_torch_counts(
    groups: int, ins: int, outs: int, kernel: int, height: int, width: int, bias: bool
) -> None:
    layer = nn.Conv2d(ins * groups, outs * groups, kernel, groups=groups, bias=bias)
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        layer(torch.zeros(1, ins * groups, height + kernel - 1, width + kernel - 1))
    parameters = sum(p.numel() for p in layer.parameters())
    got = conv.conv_cost(ins * groups, outs * groups, kernel, height, width, groups, bias)
    assert got == (parameters, counter.get_total_flops() // 2)


def test_bottleneck_saves_what_the_syllabus_says() -> None:
    plain = conv.conv_cost(256, 256, 5, 1, 1, bias=False)[1]
    squeezed = conv.conv_cost(256, 64, 1, 1, 1)[1] + conv.conv_cost(64, 256, 5, 1, 1)[1]
    assert (plain, squeezed) == (1_638_400, 425_984)
    assert round(100 * (1 - squeezed / plain)) == 74


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": 3}, r"^groups must divide in_channels=4 and out_channels=6, got 3$"),
        ({"groups": 4}, r"^groups must divide in_channels=4 and out_channels=6, got 4$"),
        ({"groups": 0}, r"^groups must .* got 0$"),
        ({"kernel_size": 0}, r"^kernel_size must .* got 0$"),
        ({"out_height": 0}, r"^out_height must .* got 0$"),
    ],
)
def test_conv_cost_refuses_impossible_layers(options: dict, message: str) -> None:
    arguments = {"in_channels": 4, "out_channels": 6, "kernel_size": 3, "out_height": 5}
    with pytest.raises(ValueError, match=message):
        conv.conv_cost(**{**arguments, "out_width": 5, **options})


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
