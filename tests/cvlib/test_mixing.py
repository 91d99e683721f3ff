"""MixUp and CutMix against the same steps written pixel by pixel, and against scipy's Beta."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cvlib.mixing import beta, cutmix, mixup


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_beta_has_the_distribution_that_scipy_has(alpha: float) -> None:
    drawn = [beta(alpha, g) for g in [generator(0)] for _ in range(2000)]
    assert stats.kstest(drawn, stats.beta(alpha, alpha).cdf).pvalue > 0.01


def test_beta_stays_a_number_for_a_tiny_alpha() -> None:
    g = generator(0)
    drawn = [beta(1e-4, g) for _ in range(200)]
    assert set(np.round(drawn, 6)) == {0.0, 1.0}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 6), st.integers(1, 9), st.integers(1, 9), st.integers(0, 999))
def test_mixup_matches_the_formula_pixel_by_pixel(n: int, h: int, w: int, seed: int) -> None:
    x, y = torch.rand(n, 2, h, w), torch.arange(n) % 3
    mixed, labels = mixup(x, y, 3, 0.4, generator(seed))
    g = generator(seed)
    lam, order = beta(0.4, g), torch.randperm(n, generator=g)
    for i in range(n):
        torch.testing.assert_close(mixed[i], lam * x[i] + (1 - lam) * x[order[i]])
        for k in range(3):
            want = lam * (y[i] == k) + (1 - lam) * (y[order[i]] == k)
            assert labels[i, k].item() == pytest.approx(float(want), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5), st.integers(1, 9), st.integers(1, 9), st.integers(0, 999))
def test_cutmix_labels_are_the_share_of_pixels_really_pasted(
    n: int, h: int, w: int, seed: int
) -> None:
    own = torch.arange(n).float().view(n, 1, 1, 1).expand(n, 3, h, w).clone()
    kept = own.clone()
    y = torch.arange(n)
    mixed, labels = cutmix(own, y, max(n, 1), 1.0, generator(seed))
    assert torch.equal(own, kept)
    for i in range(n):  # each picture is painted with its own number: count the pixels
        for k in range(n):
            counted = (mixed[i, 0] == k).double().mean().item()
            assert labels[i, k].item() == pytest.approx(counted, abs=1e-6)


def test_cutmix_box_has_its_area_unless_it_is_clipped() -> None:
    shares, whole = [], []
    for seed in range(300):
        x = torch.zeros(2, 1, 40, 40)
        x[1] = 1
        g = generator(seed)
        lam, order = beta(1.0, g), torch.randperm(2, generator=g)
        if order[0] == 0:
            continue
        mixed, _ = cutmix(x, torch.tensor([0, 1]), 2, 1.0, generator(seed))
        shares.append(mixed[0].mean().item())
        whole.append(1 - lam)
    assert all(share <= full + 0.06 for share, full in zip(shares, whole, strict=True))
    clipped = [share < full - 0.06 for share, full in zip(shares, whole, strict=True)]
    assert 0.3 < np.mean(clipped) < 0.98


@pytest.mark.parametrize("mix", [mixup, cutmix])
def test_mixing_refuses(mix: object) -> None:
    x, y = torch.zeros(2, 1, 4, 4), torch.tensor([0, 1])
    with pytest.raises(ValueError, match=r"alpha.*0"):
        mix(x, y, 2, 0.0, generator(0))  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"y must have 2"):
        mix(x, y[:1], 2, 1.0, generator(0))  # type: ignore[operator]
