"""The facts in session 09's questions, computed: by torch, or by running what they ask about."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

from cvlib import imbalance_task, losses, segment_task
from cvlib.quizzes import Question, find_question, judge_answer
from tests.quiz_facts import bank_of, right_text, right_texts, slip_of, with_values

BANK = bank_of("09_losses")

SQUARES = torch.tensor([[0.0, 0, 2, 2]]), torch.tensor([[1.0, 1, 3, 3]])
APART = torch.tensor([[0.0, 0, 1, 1]]), torch.tensor([[3.0, 0, 4, 1]])
FIVE = torch.tensor([1.0, 2, 3, 4, 100])


def least(cost: Callable[[Tensor, Tensor], Tensor]) -> float:
    """The constant, in steps of ½, that makes a cost least."""
    guesses = torch.arange(0, 101, 0.5)
    each = torch.stack([cost(guess.expand(5), FIVE) for guess in guesses])
    return guesses[each.argmin()].item()


def union_of_squares() -> float:
    iou = torchvision.ops.box_iou(*SQUARES).item()
    return round((4 + 4) / (1 + iou))  # union + shared = 8, shared = IoU · union


def target_shape() -> torch.Size:
    z, y = torch.zeros(4, 21, 64, 48), torch.zeros(4, 64, 48, dtype=torch.long)
    F.cross_entropy(z, y)
    return y.shape


def axes_left(batch: int) -> int:
    p, targets = torch.zeros(batch, 10).softmax(dim=1), torch.zeros(batch, dtype=torch.long)
    return p.gather(1, targets[:, None]).squeeze().dim()


def masked_mean() -> float:
    targets = torch.tensor([0, 0, -100, -100])
    wanted = torch.tensor([0.6, 0.2, 0.4, 0.8])
    p = torch.stack([torch.exp(-wanted), 1 - torch.exp(-wanted)], dim=1)
    torch.testing.assert_close(F.cross_entropy(p.log(), 0 * targets, reduction="none"), wanted)
    return F.cross_entropy(p.log(), targets).item()


def dice_of_sets() -> float:
    ours, true = set(range(8)), set(range(4, 12))
    return 1 - 2 * len(ours & true) / (len(ours) + len(true))


def focal_ratio(p: float) -> float:
    z = torch.logit(torch.tensor([p]))
    one = torch.ones(1)
    focal = torchvision.ops.sigmoid_focal_loss(z, one, alpha=-1)
    return (F.binary_cross_entropy_with_logits(z, one) / focal).item()


ORACLES: dict[str, Callable[[], Any]] = {
    "09-log-of-half": lambda: -math.log(0.5),
    "09-sigmoid-slope": lambda: 0.1 * (1 - 0.1),
    "09-softmax-of-equals": lambda: torch.full((5,), 7.0).softmax(0)[0].item(),
    "09-logits-shape": target_shape,
    "09-overlap": union_of_squares,
    "09-gather-squeeze": lambda: axes_left(1),
    "09-mean-of-means": lambda: (100 * 0.1 + 2.1) / 101,
    "09-squeeze-targets": lambda: ((torch.rand(8, 1) - torch.rand(8)) ** 2).shape,
    "09-cross-entropy-of-softmax": lambda: F.cross_entropy(
        torch.tensor([[1.0, 0.0]]), torch.tensor([0])
    ).item(),
    "09-ignore-mean": masked_mean,
    "09-start-of-training": lambda: F.cross_entropy(torch.zeros(1, 100), torch.tensor([3])).item(),
    "09-focal-factor": lambda: focal_ratio(0.9),
    "09-dice-value": dice_of_sets,
    "09-dice-shape": lambda: torch.rand(6, 4, 32, 32).softmax(dim=1).sum(dim=(2, 3)).shape,
    "09-giou-value": lambda: torchvision.ops.generalized_box_iou(*APART).item(),
    "09-prior-bias": lambda: torch.logit(torch.tensor(0.01)).item(),
    "09-median": lambda: least(F.l1_loss),
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("09-mean-of-means", "1.1"): lambda: (0.1 + 2.1) / 2,
    ("09-ignore-mean", "0.2"): lambda: (0.6 + 0.2) / 4,
    ("09-ignore-mean", "0.5"): lambda: (0.6 + 0.2 + 0.4 + 0.8) / 4,
    ("09-focal-factor", "10"): lambda: 1 / (1 - 0.9),
    ("09-focal-factor", "1.23"): lambda: 1 / 0.9**2,
    ("09-dice-value", "0.667"): lambda: 1 - 4 / 12,
    ("09-dice-value", "0.75"): lambda: 1 - 4 / 16,
    ("09-giou-value", "1.5"): lambda: losses.giou_loss(*APART).item(),
    ("09-start-of-training", "2"): lambda: math.log10(100),
    ("09-median", "22"): lambda: least(F.mse_loss),
    ("09-median", "50.5"): lambda: least(lambda a, b: (a - b).abs().max()),
    ("09-gather-squeeze", "1"): lambda: axes_left(64),
    ("09-prior-bias", "4.595"): lambda: torch.logit(torch.tensor(0.99)).item(),
}


@with_values(BANK)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    computed = SLIPS[question_id, text]()
    assert slip_of(question_id, text) == pytest.approx(computed, abs=0.005)


# Traps and review ---------------------------------------------------------------------------------


def test_cosine_similarity_is_a_vector_that_is_largest_for_equal_directions() -> None:
    a = torch.randn(32, 128)
    similarity = nn.CosineSimilarity(dim=1)
    assert similarity(a, a).shape == (32,)
    torch.testing.assert_close(similarity(a, a), torch.ones(32))
    assert right_text("09-cosine").startswith("It is a vector of 32")


def test_torchs_bce_refuses_what_mse_only_warns_about() -> None:
    with pytest.raises(ValueError, match="size"):
        F.binary_cross_entropy_with_logits(torch.zeros(8, 1), torch.zeros(8))
    with pytest.warns(UserWarning, match="size"):
        F.mse_loss(torch.zeros(8, 1), torch.zeros(8))


def test_detached_factor_keeps_values_and_halves_the_push_at_three_tenths() -> None:
    p = torch.tensor(0.3, dtype=torch.float64)
    full = losses.gradient_wrt_logit("focal", p)
    detached = (1 - p) ** 2 * (p - 1)
    assert (full / detached).item() == pytest.approx(2, abs=0.05)
    assert right_text("09-detached-focal").startswith("The values stay")


def test_focal_factors_of_the_paper() -> None:
    assert focal_ratio(0.968) == pytest.approx(1000, rel=0.03)


def test_order_and_size_of_pushes() -> None:
    p = torch.tensor(0.01, dtype=torch.float64)
    pushes = [-losses.gradient_wrt_logit(name, p).item() for name in ("mae", "mse", "bce", "focal")]
    assert pushes == sorted(pushes)
    assert pushes == pytest.approx([0.0099, 0.0196, 0.99, 1.06], abs=0.006)
    assert [o.text.split()[0].rstrip(",") for o in find_question("09-order-of-pushes").options] == [
        "absolute",
        "squared",
        "cross-entropy",
        "focal",
    ]


def test_weights_move_the_border_and_add_no_knowledge() -> None:
    found = {}
    for ratio in (1, 1000):
        points, labels = imbalance_task.clouds(ratio)
        for weight in (1.0, float(ratio)):
            up = torch.tensor(weight)

            def loss_fn(z: Tensor, t: Tensor, up: Tensor = up) -> Tensor:
                return F.binary_cross_entropy_with_logits(z, t, pos_weight=up)

            scores = imbalance_task.fit_border(loss_fn, points, labels)
            found[ratio, weight] = imbalance_task.judge(scores, labels)
    assert found[1, 1.0].recall == pytest.approx(0.84, abs=0.03)
    plain, weighted = found[1000, 1.0], found[1000, 1000.0]
    assert plain.recall == 0
    assert weighted.recall == pytest.approx(0.88, abs=0.03)
    assert weighted.precision == pytest.approx(0.006, abs=0.001)
    assert plain.ranking == pytest.approx(0.941, abs=0.002)
    assert weighted.ranking == pytest.approx(0.941, abs=0.002)
    assert plain.accuracy == pytest.approx(0.999, abs=0.0005)
    assert right_text("09-thousand") == "Recall falls to 0, the ranking hardly changes."
    assert len(right_texts("09-what-weights-do")) == 3


def slope(loss: Callable[[Tensor], Tensor], at: Tensor) -> float:
    x = at.clone().requires_grad_()
    value = loss(x)
    if not value.requires_grad:
        return 0.0
    return torch.autograd.grad(value.sum(), x)[0].abs().max().item()


def test_which_losses_are_flat() -> None:
    a, b = APART
    logits, target = torch.tensor([[0.3, 0.2]]), torch.tensor([1])
    slopes = {
        "1 − accuracy": slope(lambda z: (z.argmax(dim=1) != target).float(), logits),
        "1 − IoU of two boxes that do not touch": slope(lambda x: losses.iou_loss(x, b), a),
        "log of a probability below the value at which it is clamped": slope(
            lambda p: p.clamp(min=1e-7).log(), torch.tensor(1e-9)
        ),
        "1 − GIoU of two boxes that do not touch": slope(lambda x: losses.giou_loss(x, b), a),
        "soft Dice": slope(lambda z: losses.dice_loss(z[..., None], target[:, None]), logits),
    }
    assert {o.text for o in find_question("09-flat-losses").options} == set(slopes)
    assert {name for name, value in slopes.items() if value == 0} == right_texts("09-flat-losses")


# Predictions --------------------------------------------------------------------------------------


def test_product_of_a_thousand_good_bets_is_zero() -> None:
    assert torch.full((1000,), 0.9).prod() == 0


def test_clamp_has_no_slope_and_logits_have() -> None:
    at = torch.tensor(-20.0)
    assert slope(lambda z: -torch.log(torch.sigmoid(z).clamp(min=1e-7)), at) == 0
    one = torch.tensor(1.0)
    assert slope(lambda z: F.binary_cross_entropy_with_logits(z, one), at) == pytest.approx(1)
    assert -math.log(1e-7) == pytest.approx(16.12, abs=0.005)
    assert right_text("09-dead-gradient") == "0 for the clamped one, −1 for yours."


def test_smoothed_loss_has_a_floor() -> None:
    lead = torch.linspace(0, 12, 2401)
    rows = torch.cat([lead[:, None], torch.zeros(len(lead), 9)], dim=1)
    each = F.cross_entropy(
        rows, torch.zeros(len(lead), dtype=torch.long), label_smoothing=0.1, reduction="none"
    )
    assert each.min().item() == pytest.approx(0.50, abs=0.002)
    assert lead[each.argmin()].item() == pytest.approx(math.log(91), abs=0.05)
    assert right_text("09-smoothed-floor") == "About 0.5"


def test_squared_error_hardly_pushes_where_the_answer_is_worst() -> None:
    p = torch.tensor(0.001, dtype=torch.float64)
    ratio = losses.gradient_wrt_logit("bce", p) / losses.gradient_wrt_logit("mse", p)
    assert ratio.item() == pytest.approx(500, rel=0.01)
    assert right_text("09-sure-and-wrong").startswith("About 500")


def test_batch_dice_hides_the_small_object() -> None:
    truth = torch.zeros(2, 32, 32, dtype=torch.long)
    truth[0, 4:28, 4:28], truth[1, 14:17, 14:17] = 1, 1
    assert [(image == 1).sum().item() for image in truth] == [576, 9]
    found = truth.clone()
    found[1] = 0
    logits = 20.0 * F.one_hot(found, 2).movedim(-1, 1)
    assert losses.dice_loss(logits, truth).item() == pytest.approx(0.226, abs=0.002)
    assert losses.dice_loss(logits, truth, per_image=False).item() < 0.01
    assert right_text("09-small-object").startswith("About 0.23 per image")


def test_box_far_away_stays_where_it_is() -> None:
    assert slope(lambda box: losses.iou_loss(box, APART[1]), APART[0]) == 0
    assert slope(lambda box: losses.giou_loss(box, APART[1]), APART[0]) > 0
    assert right_text("09-far-boxes") == "It stays where it is."


@pytest.mark.parametrize("seed", range(2))
def test_both_losses_together_find_the_hair_best_and_dice_alone_nothing(seed: int) -> None:
    images, labels = segment_task.scenes(24, seed=99)
    found = {}
    for name, loss_fn in {
        "entropy": F.cross_entropy,
        "dice": losses.dice_loss,
        "both": losses.CombinedLoss(),
    }.items():
        net = segment_task.train_segmenter(loss_fn, seed=seed)
        with torch.no_grad():
            prediction = net(images).argmax(dim=1)
        found[name] = segment_task.overlaps(prediction, labels)["hair"]
    assert found["both"] > found["entropy"] + 0.03
    assert found["dice"] == 0
    assert (labels == 2).float().mean().item() == pytest.approx(0.03, abs=0.005)
    assert right_text("09-dice-alone") == "Both together."
