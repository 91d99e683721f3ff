"""Pooling by hand against torch: values and gradients."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from cvlib import conv
from tests.cvlib.against_torch import assert_same, draw

pytestmark = pytest.mark.usefixtures("one_thread")
FEW = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


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
            *draw(seed, shape),
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
        *draw(seed, (images, 2, height, width)),
    )


def test_global_pooling_is_adaptive_pooling_to_one() -> None:
    assert_same(
        conv.global_avg_pool,
        lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
        *draw(0, (3, 4, 5, 6)),
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
