"""The facts in session 05's questions, computed: by torch, or by running what they ask about."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from cvlib import made_pictures, surfaces, transfer
from cvlib.models.efficientnet import EfficientNet
from cvlib.models.mbconv import MBConv, SqueezeExcite
from cvlib.models.scaling import VERSIONS, compound_scale, make_divisible
from cvlib.profile import count_parameters
from cvlib.quizzes import Question, judge_answer
from cvlib.small_efficientnet import prepared, pretrained_efficientnet
from cvlib.train import evaluate
from tests.quiz_facts import bank_of, right_text, slip_of, with_values

BANK = bank_of("05_efficientnet_finetuning")


def separable(*parts: str) -> int:
    made = {
        "deep": nn.Conv2d(128, 128, 3, groups=128, bias=False),
        "point": nn.Conv2d(128, 128, 1, bias=False),
        "full": nn.Conv2d(128, 128, 3, bias=False),
    }
    return sum(count_parameters(made[part]) for part in parts)


def gate_shape() -> torch.Size:
    means = torch.zeros(8, 96, 14, 14).mean(dim=(2, 3), keepdim=True)
    return nn.Conv2d(4, 96, 1)(nn.Conv2d(96, 4, 1)(means)).sigmoid().shape


def twice_listed() -> int:
    p = nn.Linear(4, 3).parameters()
    list(p)
    return len(list(p))


ORACLES: dict[str, Callable[[], Any]] = {
    "05-pointwise-weights": lambda: separable("deep", "point"),
    "05-sigmoid-zero": lambda: torch.sigmoid(torch.tensor(0.0)).item(),
    "05-se-shape": gate_shape,
    "05-se-parameters": lambda: count_parameters(SqueezeExcite(144, 24)),
    "05-mbconv-shape": lambda: MBConv(24, 40, 5, 2)(torch.zeros(2, 24, 56, 56)).shape,
    "05-drop-path-scale": lambda: 1 / (1 - 0.2),
    "05-flops-two": lambda: round(compound_scale(3).flops, 1),
    "05-divisible": lambda: make_divisible(18),
    "05-cutmix-area": lambda: len(range(8)[0:2]) * len(range(8)[0:2]) / 64,
    "05-two-lists": twice_listed,
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("05-pointwise-weights", "147456"): lambda: separable("full"),
    ("05-pointwise-weights", "1152"): lambda: separable("deep"),
    ("05-pointwise-weights", "16384"): lambda: separable("point"),
    ("05-se-parameters", "10548"): lambda: count_parameters(SqueezeExcite(144, 144)),
    ("05-se-parameters", "1728"): lambda: count_parameters(SqueezeExcite(144, 24)) - 150,
    ("05-flops-two", "3.5"): lambda: (1.2 * 1.1 * 1.15) ** 3,
    ("05-flops-two", "5.8"): lambda: round(3 * compound_scale(1).flops, 1),
    ("05-two-lists", "2"): lambda: len(list(nn.Linear(4, 3).parameters())),
    ("05-two-lists", "12"): lambda: nn.Linear(4, 3).weight.numel(),
}


@with_values(BANK)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    computed = SLIPS[question_id, text]()
    assert slip_of(question_id, text) == pytest.approx(computed, abs=0.01)


def test_there_are_twenty_questions_beside_the_predictions() -> None:
    assert len([q for q in BANK.questions if q.kind != "prediction"]) >= 20
    assert len([q for q in BANK.questions if q.kind == "prediction"]) >= 5


# Architecture -----------------------------------------------------------------------------------


def test_b0_against_resnet_50_and_with_the_wrong_squeeze() -> None:
    class Greedy(MBConv):
        def __init__(self, i: int, o: int, k: int, s: int, e: int, d: float) -> None:
            super().__init__(i, o, k, s, e, d)
            self.block[-2] = SqueezeExcite(i * e, i * e)

    with torch.device("meta"):
        b0, greedy = EfficientNet("b0"), EfficientNet("b0", block=Greedy)
        resnet = torchvision.models.resnet50()
    assert count_parameters(resnet) / count_parameters(b0) == pytest.approx(4.8, abs=0.05)
    assert count_parameters(greedy) == 8_423_848
    assert count_parameters(greedy) / count_parameters(b0) == pytest.approx(1.59, abs=0.005)
    gates = sum(count_parameters(m) for m in b0.modules() if isinstance(m, SqueezeExcite))
    assert gates / count_parameters(b0) == pytest.approx(0.12, abs=0.005)
    assert right_text("05-smaller") == "about 5 times"


def test_the_rule_and_b7() -> None:
    rule = compound_scale(7)
    assert (round(rule.depth, 2), round(rule.width, 2)) == (3.58, 1.95)
    assert round(224 * rule.resolution) == 596
    assert VERSIONS["b7"][:3] == (2.0, 3.1, 600)
    assert compound_scale(1).flops == pytest.approx(1.92, abs=0.005)


def test_sizes_of_networks_on_a_telephone() -> None:
    with torch.device("meta"):
        b0, small = EfficientNet("b0"), torchvision.models.mobilenet_v3_small()
    assert count_parameters(b0) * 4 / 1e6 == pytest.approx(21, abs=0.3)
    assert 5 < count_parameters(b0) / 1e6 < 5.4
    assert count_parameters(small) / 1e6 == pytest.approx(2.5, abs=0.06)


# What the predictions promise -------------------------------------------------------------------


def exam() -> list[tuple[torch.Tensor, torch.Tensor]]:
    made, kinds = made_pictures.made_pictures(340, seed=7)
    return [(prepared(made), kinds)]


def test_statistics_drift_without_a_single_step() -> None:
    model, questions = pretrained_efficientnet().requires_grad_(False), exam()
    assert evaluate(model, questions) > 0.95
    model.train()
    for _ in range(4):
        for batch, _ in surfaces.loader("train", 24):
            model(batch)
    assert 0.66 < evaluate(model, questions) < 0.76


def test_unprepared_pictures_do_harm() -> None:
    model, (made, kinds) = pretrained_efficientnet(), made_pictures.made_pictures(340, seed=7)
    assert 0.74 < evaluate(model, [(made, kinds)]) < 0.88
    assert evaluate(model, [(255 * made, kinds)]) < 0.08


# Bugs -------------------------------------------------------------------------------------------


def test_in_between_parameters_is_an_error() -> None:
    model = torchvision.models.resnet18()
    with pytest.raises(RuntimeError):
        [p for p in model.parameters() if p not in model.fc.parameters()]
    assert right_text("05-in-parameters") == "a RuntimeError"


def test_an_optimizer_skips_what_has_no_gradient_decay_included() -> None:
    layer = nn.Linear(2, 2).requires_grad_(False)
    before = copy.deepcopy(layer.weight)
    torch.optim.AdamW(layer.parameters(), lr=1.0, weight_decay=0.5).step()
    assert torch.equal(before, layer.weight)


def test_what_the_optimizer_does_not_have_does_not_move() -> None:
    body, head = nn.Linear(3, 3).requires_grad_(False), nn.Linear(3, 2)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
    body.requires_grad_(True)
    before = copy.deepcopy(body.weight)
    head(body(torch.ones(1, 3))).sum().backward()
    optimizer.step()
    assert body.weight.grad is not None
    assert torch.equal(before, body.weight)


def test_no_grad_does_not_stop_statistics() -> None:
    layer = nn.BatchNorm2d(1).train()
    with torch.no_grad():
        layer(torch.ones(2, 1, 3, 3))
    assert layer.running_mean is not None
    assert layer.running_mean.item() == pytest.approx(0.1)


def test_cross_entropy_takes_soft_labels() -> None:
    logits, soft = torch.randn(4, 3), torch.rand(4, 3).softmax(1)
    want = -(soft * logits.log_softmax(1)).sum(1).mean()
    torch.testing.assert_close(F.cross_entropy(logits, soft), want)


def test_all_parts_of_b0_are_listed_in_order() -> None:
    with torch.device("meta"):
        parts = [name for name, _ in transfer.parts_of(EfficientNet("b0"))]
    assert parts[0] == "features.0"
    assert parts[-1] == "classifier"
    assert len(parts) == 10


def test_the_bug_of_the_hunt_raises_no_error_and_leaves_the_second_group_empty() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))
    head = model[1].parameters()
    known = {id(p) for p in head}
    body = [p for p in model.parameters() if id(p) not in known]
    optimizer = torch.optim.SGD([{"params": body, "lr": 0.1}, {"params": head, "lr": 1.0}])
    assert [len(group["params"]) for group in optimizer.param_groups] == [2, 0]
