"""Ours against torch's: the same values, and the same gradients."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def draw(seed: int, *shapes: tuple[int, ...]) -> list[Tensor]:
    """Normal float64 tensors that ask for gradients."""
    generator = torch.Generator().manual_seed(seed)
    return [
        torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()
        for shape in shapes
    ]


def assert_same(ours: Callable, theirs: Callable, *tensors: Tensor, rtol: float = 1e-10) -> None:
    """Equal values, and equal finite gradients for every tensor under a random upstream gradient.

    `rtol` is that of the gradients.
    """
    leaves = [tensor.detach().requires_grad_() for tensor in tensors]
    got, want = ours(*leaves), theirs(*leaves)
    torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)
    upstream = torch.randn(want.shape, dtype=want.dtype, generator=torch.Generator().manual_seed(1))
    got_gradients = torch.autograd.grad(got, leaves, upstream, materialize_grads=True)
    want_gradients = torch.autograd.grad(want, leaves, upstream, materialize_grads=True)
    for mine, right in zip(got_gradients, want_gradients, strict=True):
        assert mine.isfinite().all()
        torch.testing.assert_close(mine, right, rtol=rtol, atol=1e-10)
