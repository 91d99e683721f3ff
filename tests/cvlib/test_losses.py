"""The losses of session 09 against torch's, torchvision's and counting by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cvlib import losses

REDUCTIONS = ("none", "mean", "sum")
SHAPES = [(4,), (1,), (0,), (2, 3), (2, 3, 4, 5), (0, 3)]


def doubles(*shape: int, scale: float = 3.0) -> Tensor:
    return scale * torch.randn(shape, dtype=torch.float64)


def same(ours: Callable[..., Tensor], theirs: Callable[..., Tensor], *inputs: Tensor) -> None:
    """Equal values, and equal gradients for every floating-point input."""
    results = []
    for function in (ours, theirs):
        leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
        value = function(*leaves)
        floats = [leaf for leaf in leaves if leaf.requires_grad]
        weights = torch.linspace(1, 2, value.numel(), dtype=value.dtype).reshape(value.shape)
        grads = torch.autograd.grad((value * weights).sum(), floats, allow_unused=True)
        results.append((value, *grads))
    for a, b in zip(*results, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-7, atol=1e-9, equal_nan=True)


# Binary -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_bce_matches_torch(shape: tuple[int, ...], reduction: str) -> None:
    targets = torch.rand(shape, dtype=torch.float64)
    same(
        lambda z: losses.bce_with_logits(z, targets, reduction=reduction),
        lambda z: F.binary_cross_entropy_with_logits(z, targets, reduction=reduction),
        doubles(*shape),
    )


@pytest.mark.parametrize("pos_weight", [torch.tensor(3.0), torch.tensor([0.5, 1, 7])])
def test_bce_matches_torch_with_weights_of_positives(pos_weight: Tensor) -> None:
    targets = torch.randint(2, (5, 3)).double()
    same(
        lambda z: losses.bce_with_logits(z, targets, pos_weight.double()),
        lambda z: F.binary_cross_entropy_with_logits(z, targets, pos_weight=pos_weight.double()),
        doubles(5, 3),
    )


@pytest.mark.parametrize("alpha", [0.25, 0.9, 0.0, -1])
@pytest.mark.parametrize("gamma", [2.0, 0.0, 0.5, 1.0, 5.0])
def test_focal_matches_torchvision(alpha: float, gamma: float) -> None:
    for targets in (torch.randint(2, (4, 6)).double(), torch.rand(4, 6, dtype=torch.float64)):
        for reduction in REDUCTIONS:
            same(
                lambda z, t=targets, r=reduction: losses.focal_loss(z, t, alpha, gamma, r),
                lambda z, t=targets, r=reduction: torchvision.ops.sigmoid_focal_loss(
                    z, t, alpha, gamma, r
                ),
                doubles(4, 6),
            )


def test_focal_defaults_are_torchvisions() -> None:
    z, targets = doubles(7), torch.randint(2, (7,)).double()
    expected = torchvision.ops.sigmoid_focal_loss(z, targets)
    torch.testing.assert_close(losses.focal_loss(z, targets), expected)
    assert losses.focal_loss(torch.zeros(0), torch.zeros(0)).shape == (0,)


# One of K ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5,), (1,), (0,), (2, 4), (2, 3, 4), (0, 2, 2)])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_cross_entropy_matches_torch(
    shape: tuple[int, ...], smoothing: float, weighted: bool
) -> None:
    classes = 4
    targets = torch.randint(classes, shape)
    weight = torch.tensor([0.5, 2, 1, 3]).double() if weighted else None
    settings = {"weight": weight, "label_smoothing": smoothing}
    same(
        lambda z: losses.cross_entropy(z, targets, **settings),
        lambda z: F.cross_entropy(z, targets, **settings),
        doubles(shape[0], classes, *shape[1:]),
    )


@pytest.mark.parametrize("ignore_index", [-100, 255, 2, 0])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy_ignores_as_torch(ignore_index: int, smoothing: float) -> None:
    targets = torch.randint(3, (2, 5, 6))
    targets[torch.rand(2, 5, 6) < 0.3] = ignore_index
    settings = {
        "weight": torch.tensor([0.2, 1, 5]).double(),
        "ignore_index": ignore_index,
        "label_smoothing": smoothing,
    }
    same(
        lambda z: losses.cross_entropy(z, targets, **settings),
        lambda z: F.cross_entropy(z, targets, **settings),
        doubles(2, 3, 5, 6),
    )


def test_mean_of_nothing_is_not_a_number_as_in_torch() -> None:
    z, targets = torch.randn(3, 4), torch.full((3,), -100)
    assert losses.cross_entropy(z, targets).isnan()
    assert F.cross_entropy(z, targets).isnan()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 5), st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**31))
def test_random_shapes(n: int, classes: int, pixels: int, seed: int) -> None:
    torch.manual_seed(seed)
    z, targets = doubles(n, classes, pixels), torch.randint(classes, (n, pixels))
    same(lambda z: losses.cross_entropy(z, targets), lambda z: F.cross_entropy(z, targets), z)
    truth = torch.randint(2, (n, classes)).double()
    same(
        lambda z: losses.bce_with_logits(z, truth),
        lambda z: F.binary_cross_entropy_with_logits(z, truth),
        doubles(n, classes),
    )


# Far logits -------------------------------------------------------------------------------------

FAR = torch.tensor([-1e4, -200, -30, 0, 30, 200, 1e4])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_all_losses_stay_finite_for_far_logits(dtype: torch.dtype) -> None:
    z = FAR.to(dtype).requires_grad_()
    pictures = torch.stack([z, -z])[None]  # (1, 2, 7)
    pixels = pictures[:, :, None]  # (1, 2, 1, 7)
    right = torch.tensor([[0, 1, 0, 1, 0, 1, 0]])
    values = [
        *(losses.bce_with_logits(z, torch.full_like(z, t)) for t in (0, 1, 0.5)),
        *(losses.focal_loss(z, (z > 0).to(dtype), gamma=g).sum() for g in (0, 0.5, 1, 2)),
        *(losses.focal_loss(z, (z < 0).to(dtype), gamma=g).sum() for g in (0, 0.5, 1, 2)),
        losses.cross_entropy(pictures, right, label_smoothing=0.1),
        losses.dice_loss(pictures, right),
        losses.boundary_loss(pixels, right[:, None]),
        losses.boundary_error(pixels, right[:, None], torch.ones(1, 1, 7, dtype=dtype)),
        losses.CombinedLoss()(pictures, right),
    ]
    for value in values:
        (grad,) = torch.autograd.grad(value, z, retain_graph=True)
        assert value.isfinite()
        assert grad.isfinite().all()


# One logit --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", losses.LOSS_NAMES)
def test_closed_form_is_what_autograd_finds(name: str) -> None:
    z = torch.linspace(-12, 12, 97, dtype=torch.float64, requires_grad=True)
    p = torch.sigmoid(z)
    (expected,) = torch.autograd.grad(losses.loss_of_probability(name, p).sum(), z)
    torch.testing.assert_close(losses.gradient_wrt_logit(name, p.detach()), expected)
    ends = losses.gradient_wrt_logit(name, torch.tensor([0.0, 1.0]))
    assert ends.isfinite().all()


def test_losses_of_one_logit_are_the_losses_of_this_package() -> None:
    z = doubles(20)
    p, ones = z.sigmoid(), torch.ones(20, dtype=torch.float64)
    pair = torch.stack([-z, torch.zeros_like(z)], dim=1)  # class 1 gets σ(z)
    smoothed = F.cross_entropy(
        pair, torch.ones(20, dtype=torch.long), label_smoothing=0.1, reduction="none"
    )
    expected = {
        "bce": F.binary_cross_entropy_with_logits(z, ones, reduction="none"),
        "smoothed": smoothed,
        "focal": torchvision.ops.sigmoid_focal_loss(z, ones, alpha=-1),
        "mse": F.mse_loss(p, ones, reduction="none"),
        "mae": F.l1_loss(p, ones, reduction="none"),
        "dice": 1 - 2 * p / (p + ones),
    }
    assert list(expected) == list(losses.LOSS_NAMES)
    for name, value in expected.items():
        torch.testing.assert_close(losses.loss_of_probability(name, p), value)


# Imbalance --------------------------------------------------------------------------------------


def test_class_weights_match_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.utils.class_weight")
    labels = torch.cat([torch.arange(5), torch.randint(5, (60,))])
    balanced = sklearn.compute_class_weight(
        "balanced", classes=torch.arange(5).numpy(), y=labels.numpy()
    )
    expected = torch.tensor(balanced, dtype=torch.float32)
    torch.testing.assert_close(losses.class_weights(labels, 5), expected)
    torch.testing.assert_close(losses.class_weights(labels, 7)[:5], expected * 5 / 7)
    assert losses.class_weights(labels, 7)[5:].tolist() == [0, 0]
    assert losses.class_weights(torch.zeros(0, dtype=torch.long), 2).tolist() == [0, 0]


@pytest.mark.parametrize("share", [0.5, 0.01, 0.999, 1e-6])
def test_prior_logit_matches_torch(share: float) -> None:
    expected = torch.logit(torch.tensor(share, dtype=torch.float64)).item()
    assert losses.prior_logit(share) == pytest.approx(expected)


# Overlap ----------------------------------------------------------------------------------------


def counted_dice(prediction: Tensor, truth: Tensor, classes: int, smooth: float) -> list[float]:
    """1 − Dice of each class, counted on sets of pixels."""
    found = []
    for k in range(classes):
        ours = {i for i, label in enumerate(prediction.flatten().tolist()) if label == k}
        true = {i for i, label in enumerate(truth.flatten().tolist()) if label == k}
        found.append(1 - (2 * len(ours & true) + smooth) / (len(ours) + len(true) + smooth))
    return found


@pytest.mark.parametrize("smooth", [1.0, 0.01, 10.0])
def test_dice_of_certain_predictions_is_counted_on_sets(smooth: float) -> None:
    prediction, truth = torch.randint(3, (2, 4, 6, 5))
    logits = 1e4 * F.one_hot(prediction, 3).movedim(-1, 1).double()
    each = [counted_dice(p, t, 3, smooth) for p, t in zip(prediction, truth, strict=True)]
    expected = sum(map(sum, each)) / 12
    assert losses.dice_loss(logits, truth, smooth).item() == pytest.approx(expected)
    whole = sum(counted_dice(prediction, truth, 3, smooth)) / 3
    got = losses.dice_loss(logits, truth, smooth, per_image=False).item()
    assert got == pytest.approx(whole)


@pytest.mark.parametrize("per_image", [True, False])
def test_dice_leaves_ignored_pixels_out(per_image: bool) -> None:
    logits, truth = doubles(2, 3, 8), torch.randint(3, (2, 8))
    for ignore_index in (255, -100, 1):
        cut = truth.clone()
        cut[:, 5:] = ignore_index
        cut[:, :5] = truth[:, :5].where(truth[:, :5] != ignore_index, 0)
        same(
            lambda z, t=cut, i=ignore_index: losses.dice_loss(z, t, 1.0, per_image, i),
            lambda z, t=cut: losses.dice_loss(z[:, :, :5], t[:, :5], 1.0, per_image),
            logits,
        )


@pytest.mark.parametrize("per_image", [True, False])
def test_gradient_of_dice(per_image: bool) -> None:
    truth = torch.tensor([[0, 1, 2, 255], [1, 1, 1, 0]])
    assert torch.autograd.gradcheck(
        lambda z: losses.dice_loss(z, truth, 0.5, per_image, 255),
        (doubles(2, 3, 4).requires_grad_(),),
    )


def test_dice_of_nothing() -> None:
    logits, truth = torch.zeros(0, 2, 3, 3), torch.zeros(0, 3, 3, dtype=torch.long)
    assert losses.dice_loss(logits, truth).isnan()
    assert losses.dice_loss(logits, truth, per_image=False) == 0
    ignored = torch.full((2, 3, 3), -100)
    assert losses.dice_loss(torch.randn(2, 2, 3, 3), ignored) == 0


# Boundaries -------------------------------------------------------------------------------------


def counted_boundary(target: Tensor, width: int) -> Tensor:
    """Which pixels have another label nearby: a loop over pixels and neighbours."""
    n, height, width_of_image = target.shape
    near = torch.zeros(target.shape, dtype=torch.bool)
    for i, y, x in itertools.product(range(n), range(height), range(width_of_image)):
        around = target[i, max(0, y - width) : y + width + 1, max(0, x - width) : x + width + 1]
        near[i, y, x] = (around != target[i, y, x]).any()
    return near


@pytest.mark.parametrize("width", [1, 2, 4])
def test_boundary_weights_match_a_loop(width: int) -> None:
    target = torch.zeros(3, 9, 12, dtype=torch.long)
    target[0, 3:6, 4:9], target[1, :, 6:], target[1, 0, 0] = 2, 255, 7
    expected = torch.where(counted_boundary(target, width), 3.5, 1.0)
    torch.testing.assert_close(losses.boundary_weights(target, width, 3.5), expected)
    torch.testing.assert_close(losses.boundary_weights(target[1], width, 3.5), expected[1])
    assert (losses.boundary_weights(target[2], width, 9) == 1).all()


def test_boundaries_of_an_empty_batch() -> None:
    none = torch.zeros(0, 5, 6, dtype=torch.long)
    assert losses.boundary_weights(none, 2, 3.0).shape == (0, 5, 6)
    assert losses.boundary_loss(torch.zeros(0, 2, 5, 6), none).isnan()


def test_boundary_loss_matches_torch_with_weights() -> None:
    target = torch.randint(3, (2, 3, 4)).repeat_interleave(3, 1).repeat_interleave(2, 2)
    weights = torch.where(counted_boundary(target, 2), 4.0, 1.0).double()

    def theirs(z: Tensor) -> Tensor:
        return (F.cross_entropy(z, target, reduction="none") * weights).sum() / weights.sum()

    same(lambda z: losses.boundary_loss(z, target, 2, 4.0), theirs, doubles(2, 3, 9, 8))
    same(
        lambda z: losses.boundary_loss(z, target, 1, 1.0),
        lambda z: F.cross_entropy(z, target),
        doubles(2, 3, 9, 8),
    )


def test_boundary_error_of_certain_predictions_is_counted_by_argmax() -> None:
    prediction, target = torch.randint(4, (2, 2, 5, 6))
    weights = torch.rand(2, 5, 6, dtype=torch.float64)
    logits = 1e3 * F.one_hot(prediction, 4).movedim(-1, 1).double()
    expected = (weights * (logits.argmax(dim=1) != target)).sum() / weights.sum()
    torch.testing.assert_close(losses.boundary_error(logits, target, weights), expected)
    z = doubles(2, 4, 5, 6).requires_grad_()
    assert torch.autograd.gradcheck(lambda z: losses.boundary_error(z, target, weights), (z,))


# Boxes ------------------------------------------------------------------------------------------


def random_boxes(*shape: int, size: float = 10.0) -> Tensor:
    corner = size * torch.rand(*shape, 2, dtype=torch.float64)
    return torch.cat([corner, corner + 0.1 + size * torch.rand_like(corner)], dim=-1)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (losses.giou_loss, torchvision.ops.generalized_box_iou_loss),
        (losses.diou_loss, torchvision.ops.distance_box_iou_loss),
        (losses.ciou_loss, torchvision.ops.complete_box_iou_loss),
    ],
)
@pytest.mark.parametrize("n", [0, 1, 50])
def test_box_losses_match_torchvision(
    ours: Callable[..., Tensor], theirs: Callable[..., Tensor], n: int
) -> None:
    same(ours, theirs, random_boxes(n), random_boxes(n))


def test_iou_loss_matches_torchvision_pair_by_pair() -> None:
    a, b = random_boxes(30), random_boxes(30)
    same(losses.iou_loss, lambda a, b: 1 - torchvision.ops.box_iou(a, b).diagonal(), a, b)
    assert losses.iou_loss(random_boxes(2, 3), random_boxes(2, 3)).shape == (2, 3)


def test_iou_is_flat_where_boxes_do_not_touch_and_giou_is_not() -> None:
    a = torch.tensor([[0.0, 0, 1, 1]], requires_grad=True)
    b = torch.tensor([[5.0, 0, 6, 1]])
    for loss, moves in ((losses.iou_loss, False), (losses.giou_loss, True)):
        (grad,) = torch.autograd.grad(loss(a, b).sum(), a)
        assert bool((grad != 0).any()) is moves


# Sums of losses, regression, embeddings -----------------------------------------------------------


@pytest.mark.parametrize("dice_weight", [0.0, 0.5, 1.0])
def test_combined_loss_is_the_mixture(dice_weight: float) -> None:
    truth = torch.randint(3, (2, 5, 4))
    truth[:, 0] = 255
    combined = losses.CombinedLoss(dice_weight, ignore_index=255)

    def theirs(z: Tensor) -> Tensor:
        entropy = F.cross_entropy(z, truth, ignore_index=255)
        dice = losses.dice_loss(z[:, :, 1:], truth[:, 1:])
        return (1 - dice_weight) * entropy + dice_weight * dice

    same(lambda z: combined(z, truth), theirs, doubles(2, 3, 5, 4))


def test_combined_loss_of_ignored_pixels_is_zero_and_flat() -> None:
    z = torch.randn(2, 3, 4, 4, requires_grad=True)
    value = losses.CombinedLoss()(z, torch.full((2, 4, 4), -100))
    value.backward()
    assert value == 0
    assert (z.grad == 0).all()


def test_learned_weights_end_at_one_over_the_loss() -> None:
    given_losses = torch.tensor([4.0, 0.25, 1.0])
    weights = losses.LearnedWeights(3)
    optimizer = torch.optim.LBFGS(weights.parameters(), max_iter=100)

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = weights(given_losses)
        value.backward()
        return value

    optimizer.step(closure)
    torch.testing.assert_close((-weights.log_scales).exp() * given_losses, torch.ones(3))


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_regression_matches_torch(reduction: str) -> None:
    for shape in SHAPES:
        pair = doubles(*shape), doubles(*shape)
        for ours, theirs in ((losses.mse_loss, F.mse_loss), (losses.l1_loss, F.l1_loss)):
            same(
                lambda a, b, f=ours: f(a, b, reduction),
                lambda a, b, f=theirs: f(a, b, reduction=reduction),
                *pair,
            )
        for beta in (1.0, 0.3, 5.0):
            same(
                lambda a, b, beta=beta: losses.smooth_l1_loss(a, b, beta, reduction),
                lambda a, b, beta=beta: F.smooth_l1_loss(a, b, beta=beta, reduction=reduction),
                *pair,
            )


def test_embedding_losses_match_torch() -> None:
    a, b, c = doubles(6, 5), doubles(6, 5), doubles(6, 5)
    ones = torch.ones(6)
    same(losses.cosine_loss, lambda a, b: F.cosine_embedding_loss(a, b, ones), a, b)
    same(losses.triplet_loss, F.triplet_margin_loss, a, b, c)

    def by_hand(a: Tensor, b: Tensor) -> Tensor:
        rows = F.cosine_similarity(a[:, None], b[None], dim=2) / 0.1
        return -torch.log(rows.exp().diagonal() / rows.exp().sum(dim=1)).mean()

    same(losses.contrastive_loss, by_hand, a, b)


# What is refused ----------------------------------------------------------------------------------

N, Z, T = torch.zeros(3), torch.zeros(3, 2), torch.zeros(3, dtype=torch.long)
PIXELS, LABELS = torch.zeros(1, 2, 3, 3), torch.zeros(1, 3, 3, dtype=torch.long)
REFUSED: list[tuple[Callable[[], object], str]] = [
    (lambda: losses.bce_with_logits(N, torch.zeros(3, 1)), r"targets .* \(3,\), got \(3, 1\)"),
    (lambda: losses.bce_with_logits(N, N, reduction="avg"), "reduction .* 'avg'"),
    (lambda: losses.focal_loss(N, N, alpha=2), "alpha .* 2"),
    (lambda: losses.focal_loss(N, N, gamma=-1), "gamma .* -1"),
    (lambda: losses.cross_entropy(N, T), r"logits .* \(3,\)"),
    (lambda: losses.cross_entropy(Z, T[:2]), r"targets .* \(2,\)"),
    (lambda: losses.cross_entropy(Z, N), "targets .*float32"),
    (lambda: losses.cross_entropy(Z, T + 2), r"targets .* \[2\]"),
    (lambda: losses.cross_entropy(Z, T, weight=N), r"weight .* \(3,\)"),
    (lambda: losses.cross_entropy(Z, T, label_smoothing=1.5), "label_smoothing .* 1.5"),
    (lambda: losses.dice_loss(PIXELS, LABELS, smooth=0), "smooth .* 0"),
    (lambda: losses.dice_loss(PIXELS, LABELS + 255), "targets .*255"),
    (lambda: losses.boundary_weights(T, 1, 2), r"target .* \(3,\)"),
    (lambda: losses.boundary_weights(LABELS, 0, 2), "width .* 0"),
    (lambda: losses.boundary_error(PIXELS, LABELS, N), r"weights .* \(3,\)"),
    (lambda: losses.iou_loss(torch.zeros(2, 4), torch.zeros(3, 4)), r"boxes2 .* \(3, 4\)"),
    (lambda: losses.giou_loss(torch.zeros(2, 5), torch.zeros(2, 5)), r"boxes .* \(2, 5\)"),
    (lambda: losses.CombinedLoss(1.5), "dice_weight .* 1.5"),
    (lambda: losses.LearnedWeights(0), "num_losses .* 0"),
    (lambda: losses.LearnedWeights(2)(N), r"losses .* \(3,\)"),
    (lambda: losses.gradient_wrt_logit("hinge", N), "loss_name .* 'hinge'"),
    (lambda: losses.loss_of_probability("hinge", N), "loss_name .* 'hinge'"),
    (lambda: losses.class_weights(T, 0), "num_classes .* 0"),
    (lambda: losses.class_weights(T + 2, 2), "labels .*2"),
    (lambda: losses.prior_logit(1.0), "share .* 1"),
    (lambda: losses.mse_loss(N, torch.zeros(1)), r"targets .* \(1,\)"),
    (lambda: losses.smooth_l1_loss(N, N, beta=0), "beta .* 0"),
    (lambda: losses.contrastive_loss(Z, Z, 0), "temperature .* 0"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_bad_arguments_are_refused_by_name_and_value(
    call: Callable[[], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_inputs_stay_as_they_were() -> None:
    z, t = torch.randn(4, 3), torch.randint(3, (4,))
    t[0] = -100
    before = z.clone(), t.clone()
    losses.cross_entropy(z, t, label_smoothing=0.1)
    losses.dice_loss(z[:, :, None], t[:, None])
    assert torch.equal(z, before[0])
    assert torch.equal(t, before[1])
    assert math.isfinite(losses.boundary_loss(PIXELS, LABELS).item())
