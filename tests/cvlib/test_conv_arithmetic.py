"""Sizes, receptive fields and costs against torch's shapes, gradients and counter."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cvlib import conv

pytestmark = pytest.mark.usefixtures("one_thread")
FEW = settings(max_examples=60, deadline=None)


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
