"""Activations, initialisation and gradient flow against torch: values and gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cvlib import activations
from cvlib.check.seal import sealed
from tests.cvlib import against_torch

pytestmark = pytest.mark.usefixtures("one_thread")
assert_same = partial(against_torch.assert_same, rtol=1e-9)
FEW = settings(max_examples=40, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.lists(st.integers(0, 5), min_size=0, max_size=4).map(tuple)
EXTREMES = [-1000.0, -745.0, -88.7, -30.0, -1e-300, 1e-300, 30.0, 88.7, 709.0, 1000.0]


def draw(seed: int, *shape: int, scale: float = 3.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(shape, generator=generator, dtype=torch.float64)


# Element by element -------------------------------------------------------------------------------

PAIRS: dict[str, tuple[Callable, Callable]] = {
    "relu": (activations.relu, torch.relu),
    "leaky_relu": (activations.leaky_relu, F.leaky_relu),
    "leaky_relu 0.2": (lambda x: activations.leaky_relu(x, 0.2), lambda x: F.leaky_relu(x, 0.2)),
    "leaky_relu 1.5": (lambda x: activations.leaky_relu(x, 1.5), lambda x: F.leaky_relu(x, 1.5)),
    "elu": (activations.elu, F.elu),
    "elu 0.5": (lambda x: activations.elu(x, 0.5), lambda x: F.elu(x, 0.5)),
    "sigmoid": (activations.sigmoid, torch.sigmoid),
    "tanh": (activations.tanh, torch.tanh),
    "silu": (activations.silu, F.silu),
    "gelu": (activations.gelu, F.gelu),
    "gelu tanh": (lambda x: activations.gelu(x, "tanh"), lambda x: F.gelu(x, approximate="tanh")),
}
each_pair = pytest.mark.parametrize("name", PAIRS)


@each_pair
@FEW
@given(SHAPES, SEEDS)
def test_activations_match_torch_with_gradients(name: str, shape: tuple, seed: int) -> None:
    assert_same(*PAIRS[name], draw(seed, *shape))


@each_pair
def test_activations_and_gradients_are_finite_at_extremes(name: str) -> None:
    assert_same(*PAIRS[name], torch.tensor(EXTREMES, dtype=torch.float64))


@each_pair
def test_activations_are_finite_at_extremes_in_float32(name: str) -> None:
    x = torch.tensor([-1000.0, -100.0, 100.0, 1000.0], requires_grad=True)
    out = PAIRS[name][0](x)
    assert out.dtype == torch.float32
    torch.testing.assert_close(out, PAIRS[name][1](x))
    out.sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "sigmoid", "tanh", "silu", "gelu"])
def test_gradient_at_zero_is_torchs(name: str) -> None:
    assert_same(*PAIRS[name], torch.zeros(3, dtype=torch.float64))


@each_pair
def test_not_a_number_stays_one_and_inputs_stay_as_they_are(name: str) -> None:
    x = torch.tensor([math.nan, 1.0, -1.0])
    before = x.clone()
    assert PAIRS[name][0](x).isnan().tolist() == [True, False, False]
    torch.testing.assert_close(x, before, equal_nan=True)


def test_gelu_forms_differ_by_less_than_half_a_thousandth() -> None:
    x = torch.linspace(-8, 8, 100_001, dtype=torch.float64)
    apart = (activations.gelu(x) - activations.gelu(x, "tanh")).abs().max().item()
    assert 0.0004 < apart < 0.0005


def test_gelu_refuses_unknown_approximations() -> None:
    with pytest.raises(ValueError, match=r"^approximate must be .* got 'erf'$"):
        activations.gelu(torch.zeros(2), "erf")


@pytest.mark.parametrize(
    ("slope", "function"),
    [
        (activations.relu_grad, torch.relu),
        (activations.sigmoid_grad, torch.sigmoid),
    ],
)
@FEW
@given(shape=SHAPES, seed=SEEDS)
def test_slopes_match_autograd(
    slope: Callable, function: Callable, shape: tuple, seed: int
) -> None:
    for x in (draw(seed, *shape), torch.tensor([*EXTREMES, 0.0], dtype=torch.float64)):
        x.requires_grad_()
        (want,) = torch.autograd.grad(function(x).sum(), x, materialize_grads=True)
        got = slope(x)
        assert got.dtype == x.dtype
        torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-12)


def test_largest_sigmoid_slope_is_a_quarter() -> None:
    x = torch.linspace(-9, 9, 20_001, dtype=torch.float64)
    slopes = activations.sigmoid_grad(x)
    assert slopes.max().item() == pytest.approx(0.25)
    assert x[slopes.argmax()].item() == pytest.approx(0, abs=1e-3)


# Softmax ------------------------------------------------------------------------------------------

SOFTMAXES: dict[str, tuple[Callable, Callable]] = {
    "softmax": (activations.softmax, torch.softmax),
    "log_softmax": (activations.log_softmax, torch.log_softmax),
}
each_softmax = pytest.mark.parametrize("name", SOFTMAXES)


@each_softmax
@FEW
@given(SHAPES, SEEDS, st.integers(-4, 3), st.sampled_from([1.0, 1000.0]))
def test_softmax_matches_torch_with_gradients(
    name: str, shape: tuple, seed: int, dim: int, scale: float
) -> None:
    ours, theirs = SOFTMAXES[name]
    places = max(len(shape), 1)  # a single number counts as one place
    dim = (dim + 4) % places - (places if dim < 0 else 0)
    assert_same(lambda x: ours(x, dim), lambda x: theirs(x, dim), draw(seed, *shape, scale=scale))


@each_softmax
def test_softmax_does_not_mind_rows_that_are_far_apart_or_masked(name: str) -> None:
    x = torch.tensor([[1000.0, 999.0, -1000.0], [-1000.0, -1001.0, -999.0], [0.0, -math.inf, 1.0]])
    ours, theirs = SOFTMAXES[name]
    torch.testing.assert_close(ours(x, 1), theirs(x, 1))


@FEW
@given(SHAPES.filter(lambda s: len(s) > 0 and min(s) > 0), SEEDS, st.booleans())
def test_logsumexp_matches_torch_with_gradients(shape: tuple, seed: int, keepdim: bool) -> None:
    assert_same(
        lambda x: activations.logsumexp(x, -1, keepdim),
        lambda x: torch.logsumexp(x, -1, keepdim),
        draw(seed, *shape, scale=500.0),
    )


@FEW
@given(st.integers(1, 5), st.integers(1, 6), st.integers(1, 4), SEEDS)
def test_classification_loss_is_cross_entropy(n: int, k: int, features: int, seed: int) -> None:
    targets = torch.randint(k, (n,), generator=torch.Generator().manual_seed(seed))
    assert_same(
        lambda x, w: activations.classification_loss(x, w, targets),
        lambda x, w: F.cross_entropy(x.relu() @ w.T, targets),
        draw(seed, n, features, scale=100.0),
        draw(seed + 1, k, features),
    )


def test_a_sigmoid_of_ones_own_is_not_made_of_the_courses_softmax() -> None:
    with (
        sealed(activations.sigmoid.__module__),
        pytest.raises(RuntimeError, match="write this one yourself"),
    ):
        activations.softmax(torch.zeros(2), 0)


# Units --------------------------------------------------------------------------------------------


@FEW
@given(st.integers(1, 5), st.integers(0, 4), st.sampled_from([(), (3,), (2, 3)]), SEEDS)
def test_dead_units_are_those_whose_maximum_size_is_zero(
    n: int, channels: int, rest: tuple, seed: int
) -> None:
    x = draw(seed, n, channels, *rest).relu()
    x[:, ::2] = 0
    if x.numel():
        size = x.abs().amax(dim=[i for i in range(x.dim()) if i != 1])
        assert torch.equal(activations.dead_units(x), size == 0)
    assert activations.dead_units(x).shape == (channels,)


@pytest.mark.parametrize("shape", [(), (4,), (0, 4), (0, 4, 2, 2)])
def test_dead_units_need_a_batch(shape: tuple) -> None:
    with pytest.raises(ValueError, match=r"^activations must have shape"):
        activations.dead_units(torch.zeros(shape))


@FEW
@given(st.integers(1, 4), st.integers(0, 3), st.sampled_from([(), (3,), (2, 3), (2, 1, 2)]), SEEDS)
def test_prelu_matches_torch_with_gradients(channels: int, n: int, rest: tuple, seed: int) -> None:
    ours, theirs = activations.PReLU(channels).double(), nn.PReLU(channels).double()
    slopes = draw(seed, channels, scale=1.0)
    with torch.no_grad():
        ours.weight.copy_(slopes)
        theirs.weight.copy_(slopes)
    x = draw(seed + 1, n, channels, *rest)
    assert_same(ours, theirs, x)
    for layer in (ours, theirs):
        layer(x).square().sum().backward()
    torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)


def test_prelu_starts_as_torchs_does() -> None:
    assert torch.equal(activations.PReLU(3).weight, nn.PReLU(3).weight)
    assert torch.equal(activations.PReLU(2, init=0.1).weight, nn.PReLU(2, init=0.1).weight)
    assert activations.PReLU().weight.shape == (1,)
    assert activations.PReLU()(torch.full((2, 3, 4), -4.0)).unique().tolist() == [-1.0]


def test_prelu_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r"^num_parameters must be at least 1, got 0$"):
        activations.PReLU(0)
    for shape in ((2, 4), (3,)):
        with pytest.raises(ValueError, match=r"^x must have 3 channels, got shape"):
            activations.PReLU(3)(torch.zeros(shape))


# Initialisation and depth -------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(256, 512), (256, 64, 2, 2), (1000, 30, 3, 1)])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (activations.he_normal_, nn.init.kaiming_normal_),
        (activations.xavier_normal_, nn.init.xavier_normal_),
    ],
)
def test_initialisation_has_torchs_statistics(
    ours: Callable, theirs: Callable, shape: tuple
) -> None:
    torch.manual_seed(0)
    mine, right = torch.zeros(shape), torch.zeros(shape)
    assert ours(mine) is mine
    theirs(right)
    assert mine.std().item() == pytest.approx(right.std().item(), rel=0.02)
    assert abs(mine.mean().item()) < 0.02 * mine.std().item()
    for share in (0.01, 0.16, 0.5, 0.84, 0.99):
        got, want = (torch.quantile(w.flatten()[:100_000], share).item() for w in (mine, right))
        assert got == pytest.approx(want, abs=0.03 * right.std().item())


def test_initialisation_fills_parameters_and_refuses_what_has_no_fan() -> None:
    for fill_ in (activations.he_normal_, activations.xavier_normal_):
        parameter = nn.Parameter(torch.zeros(4, 5))
        assert fill_(parameter) is parameter
        assert parameter.requires_grad
        assert parameter.count_nonzero() == 20
        assert fill_(torch.zeros(0, 4)).shape == (0, 4)
        with pytest.raises(ValueError, match=r"^weight must have at least two axes, got .*\(3,\)$"):
            fill_(torch.zeros(3))
        with pytest.raises(ValueError, match=r"^weight must have"):
            fill_(torch.zeros(0, 0))


@pytest.mark.parametrize("shape", [(256, 512), (256, 64, 2, 2)])
def test_spread_is_the_same_for_every_seed_and_every_right_answer(shape: tuple) -> None:
    fan_in = math.prod(shape[1:])

    def by_randn(weight: Tensor) -> None:
        weight.copy_(torch.randn(shape) * (2 / fan_in) ** 0.5)

    want = {"mean / std": 0.0, "std": (2 / fan_in) ** 0.5, "share within one std": 0.7}
    for seed in range(25):
        torch.manual_seed(seed)
        for fill_ in (activations.he_normal_, nn.init.kaiming_normal_, by_randn):
            assert activations.weight_spread(fill_, shape) == pytest.approx(want)


def test_spread_tells_wrong_answers_from_the_right_one() -> None:
    torch.manual_seed(0)
    right = activations.spread_after_he_normal_(256, 512)
    wrong = [
        lambda w: w.normal_(0, math.sqrt(1 / 512)),
        lambda w: w.normal_(0, math.sqrt(2 / 256)),
        lambda w: w.uniform_(-1, 1).mul_(math.sqrt(3 * 2 / 512)),
        lambda w: w.normal_(0.01, math.sqrt(2 / 512)),
        lambda w: None,
        lambda w: w.fill_(math.nan),
    ]
    spreads = [str(activations.weight_spread(fill_, (256, 512))) for fill_ in wrong]
    assert len({str(right), *spreads}) == len(wrong) + 1


@pytest.mark.parametrize("activation", activations.ACTIVATIONS)
@pytest.mark.parametrize("init", activations.INITS)
@pytest.mark.parametrize("depth", [1, 4])
def test_gradient_norms_match_autograd_through_layers(
    activation: str, init: str, depth: int
) -> None:
    width, seed = 8, 3
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    std = {"he": (2 / width) ** 0.5, "xavier": (2 / (width + width)) ** 0.5, "small": 0.01}[init]
    layers = [nn.Linear(width, width, bias=False, dtype=torch.float64) for _ in range(depth)]
    with torch.no_grad():
        for layer in layers:
            layer.weight.copy_(torch.randn(width, width, generator=generator, dtype=h.dtype) * std)
    for layer in layers:
        h = activations.ACTIVATIONS[activation](layer(h))
    (h.sum() / len(h)).backward()
    want = [layer.weight.grad.square().sum().sqrt().item() for layer in layers]
    got = activations.gradient_norms(depth, activation, init, width, seed)
    assert got == pytest.approx(want, rel=1e-9)


def test_gradient_norms_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValueError, match=r"^depth must be at least 1, got 0$"):
        activations.gradient_norms(0, "relu", "he")
    with pytest.raises(ValueError, match=r"^activation must be one of .* got 'swish'$"):
        activations.gradient_norms(2, "swish", "he")
    with pytest.raises(ValueError, match=r"^init must be one of .* got 'lecun'$"):
        activations.gradient_norms(2, "relu", "lecun")


def test_what_the_session_says_about_deep_stacks() -> None:
    he, xavier = (activations.gradient_norms(30, "relu", init) for init in ("he", "xavier"))
    assert 0.1 < he[0] / he[-1] < 10
    assert xavier[0] / he[0] == pytest.approx(2**-14.5, rel=1e-6)  # each layer √2 less; own W not
    for init in activations.INITS:
        sigmoid = activations.gradient_norms(30, "sigmoid", init)
        assert sigmoid[0] / sigmoid[-1] < 1e-14
    assert activations.activation_stds(30, "none", 1 / 16)[-1] == pytest.approx(1, rel=0.3)
    assert activations.activation_stds(30, "relu", math.sqrt(2 / 256))[-1] > 0.5
    assert activations.activation_stds(30, "relu", 0.01)[-1] < 1e-25
    assert activations.activation_stds(30, "relu", 1.0)[-1] > 1e25
