"""What a block with stochastic depth does to many samples, told in plain words and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

SAMPLES = 400


def drop_path_report(block: Callable[..., nn.Module], drop_path: float) -> dict[str, Any]:
    """Run a block 8 → 8 with and without `drop_path`, with the same weights, and compare.

    Args:
        block: `MBConv`, or a class with its arguments.
    """
    x = torch.randn(SAMPLES, 8, 5, 5, generator=torch.Generator().manual_seed(0))
    dropping, plain = block(8, 8, drop_path=drop_path), block(8, 8)
    plain.load_state_dict(dropping.state_dict())
    with torch.no_grad():
        branch = plain.train()(x) - x  # (N, 8, 5, 5): what the layers add, always kept
        added = dropping.train()(x) - x  # (N, 8, 5, 5)
        still = dropping.eval()(x) - plain.eval()(x)
    factors = by_sample(added, branch)  # (N,), NaN where a sample isn't scaled as a whole
    kept = factors[factors > 0.01]
    share = len(kept) / SAMPLES
    return {
        "each sample is kept or dropped as a whole": bool(factors.isfinite().all()),
        "a share near 1 − drop_path is kept": abs(share - (1 - drop_path)) < 0.1,
        "kept ones are multiplied by": round(kept.mean().item(), 2) if len(kept) else 0.0,
        "nothing is dropped in evaluation mode": bool(still.abs().max() < 1e-4),
    }


def by_sample(added: Tensor, branch: Tensor) -> Tensor:
    """The factor between two batches for each sample; NaN where no single factor explains it."""
    a, b = added.flatten(1), branch.flatten(1)  # (N, 200)
    factor = (a * b).sum(1) / (b * b).sum(1)  # (N,)
    off = (a - factor[:, None] * b).abs().amax(1)
    return torch.where(off < 1e-3, factor, torch.full_like(factor, float("nan")))
