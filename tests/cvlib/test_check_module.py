"""check.module: right designs of any form pass; silent faults are seen, and said in few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import check
from cvlib.check import CheckFailed, NotDone
from cvlib.check.compare import gradient_difference


class Net(nn.Module):
    """The reference of these tests: every kind of layer that behaves in its own way."""

    def __init__(self, channels: int = 4, classes: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(channels)
        self.hidden = nn.Linear(channels, channels)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.norm(self.conv(x))).mean(dim=(2, 3))  # (N, C)
        return self.out(self.drop(torch.relu(self.hidden(x))))  # (N, K)


class OtherNames(nn.Module):
    def __init__(self, channels: int = 4, classes: int = 3) -> None:
        super().__init__()
        self.a = nn.Conv2d(2, channels, 3, padding=1)
        self.b = nn.BatchNorm2d(channels)
        self.c, self.d = nn.Linear(channels, channels), nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.b(self.a(x))).mean(dim=(2, 3))
        return self.d(F.dropout(F.relu(self.c(x)), training=self.training))


class OtherOrder(nn.Module):
    def __init__(self, channels: int = 4, classes: int = 3) -> None:
        super().__init__()
        self.out = nn.Linear(channels, classes)
        self.hidden = nn.Linear(channels, channels)
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(2, channels, 3, padding=1)

    forward = Net.forward
    drop = nn.Identity()


def in_a_chain(channels: int = 4, classes: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(2, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU()),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, channels), nn.ReLU(inplace=True),
        nn.Dropout(), nn.Linear(channels, classes),
    )  # fmt: skip


class ByHand(nn.Module):
    """Only parameters and functions."""

    mean: Tensor
    var: Tensor

    def __init__(self, channels: int = 4, classes: int = 3) -> None:
        super().__init__()
        self.w1 = nn.Parameter(torch.randn(channels, 2, 3, 3))
        self.b1 = nn.Parameter(torch.zeros(channels))
        self.scale = nn.Parameter(torch.ones(channels))
        self.shift = nn.Parameter(torch.zeros(channels))
        self.w2 = nn.Parameter(torch.randn(channels, channels))
        self.b2 = nn.Parameter(torch.zeros(channels))
        self.w3 = nn.Parameter(torch.randn(classes, channels))
        self.b3 = nn.Parameter(torch.zeros(classes))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv2d(x, self.w1, self.b1, padding=1)
        x = F.batch_norm(x, self.mean, self.var, self.scale, self.shift, self.training)
        x = F.linear(F.relu(x).mean(dim=(2, 3)), self.w2, self.b2)
        return F.linear(F.relu(x), self.w3, self.b3)


RIGHT = [OtherNames, OtherOrder, in_a_chain, ByHand]


def run(answer: Any, **more: Any) -> float | None:
    r = check.inputs()
    configs = [check.case(), check.case(5, classes=2)]
    inputs = [r.normal(3, 2, 6, 6), r.normal(2, 2, 4, 5)]
    return check.module(answer, like=Net, configs=configs, inputs=inputs, **more)


def failure(answer: Any, **more: Any) -> str:
    with pytest.raises(CheckFailed) as caught:
        run(answer, **more)
    message = str(caught.value)
    assert len(message.splitlines()) <= 8, message
    assert not isinstance(caught.value, NotDone)
    return message


@pytest.mark.parametrize("answer", RIGHT)
def test_a_right_design_passes_whatever_its_form(answer: Callable[..., nn.Module]) -> None:
    assert run(answer) is None
    assert run(answer, points=2) == 2


def test_the_callers_random_numbers_and_inputs_stay() -> None:
    x = torch.randn(3, 2, 6, 6)
    kept, state = x.clone(), torch.get_rng_state()
    check.module(in_a_chain, like=Net, inputs=[x])
    assert torch.equal(x, kept)
    assert torch.equal(torch.get_rng_state(), state)


# What differs -----------------------------------------------------------------------------------


class Changed(OtherNames):
    """A right net to which one thing is done."""


class Narrow(Changed):
    def __init__(self, channels: int = 4, classes: int = 3) -> None:
        super().__init__(channels, classes)
        self.c = nn.Linear(channels, channels, bias=False)


class ForgetsEval(Changed):
    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(F.batch_norm(self.a(x), None, None, self.b.weight, self.b.bias, True))
        self.b.running_mean  # noqa: B018  (has the buffers, never uses them)
        return self.d(F.relu(self.c(x.mean(dim=(2, 3)))))


class OtherMomentum(Changed):
    def __init__(self, channels: int = 4, classes: int = 3) -> None:
        super().__init__(channels, classes)
        self.b = nn.BatchNorm2d(channels, momentum=0.9)


class SoftmaxInside(Changed):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).softmax(dim=1)


class CutOff(Changed):
    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.b(self.a(x))).mean(dim=(2, 3))
        return self.d(F.relu(self.c(x.detach())))


class BiasedVariance(Changed):
    def forward(self, x: Tensor) -> Tensor:
        x, mean, var = self.a(x), self.b.running_mean, self.b.running_var
        assert mean is not None
        assert var is not None
        if self.training:
            with torch.no_grad():
                mean.lerp_(x.mean((0, 2, 3)), 0.1)
                var.lerp_(x.var((0, 2, 3), unbiased=False), 0.1)
            mean = var = None
        norm = F.batch_norm(x, mean, var, self.b.weight, self.b.bias, self.training)
        return self.d(F.relu(self.c(F.relu(norm).mean(dim=(2, 3)))))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Narrow, "parameter 6: expected (4,), yours (3, 4)"),
        (ForgetsEval, "in eval mode"),
        (OtherMomentum, "what training keeps"),
        (BiasedVariance, "what training keeps"),
        (SoftmaxInside, "in eval mode"),
        (CutOff, "gradient"),
    ],
)
def test_a_silent_fault_is_said(answer: Any, words: str) -> None:
    assert words in failure(answer)


def test_the_layer_that_differs_is_named_by_its_place_and_shape() -> None:
    def wide(channels: int = 4, classes: int = 3) -> nn.Module:
        net = in_a_chain(channels, classes)
        net[3], net[6] = nn.Linear(channels, 9), nn.Linear(9, classes)
        return net

    message = failure(wide)
    assert "parameter 5: expected (4, 4), yours (9, 4)" in message
    assert "parameters, yours has" in message


def test_names_of_the_state_dict_count_where_asked() -> None:
    assert run(OtherNames) is None
    message = failure(OtherNames, state_names=True)
    assert "would not load" in message
    assert "conv.weight" in message


def test_no_module_and_errors_are_told_in_words() -> None:
    def stops(channels: int = 4, classes: int = 3) -> nn.Module:
        raise KeyError("channels")

    assert "expected a module" in failure(lambda channels=4, classes=3: "a text")
    assert "stopped with KeyError" in failure(stops)


def test_a_stub_is_not_done_but_torchs_own_not_implemented_is_an_error() -> None:
    def stub(channels: int = 4, classes: int = 3) -> nn.Module:
        raise NotImplementedError

    class AsksTooMuch(OtherNames):
        def forward(self, x: Tensor) -> Tensor:
            return F.cross_entropy(torch.zeros(3, dtype=torch.long), super().forward(x))

    with pytest.raises(NotDone):
        run(stub)
    assert "stopped with NotImplementedError" in failure(AsksTooMuch)


def test_partial_credit_is_the_share_of_configurations(capsys: pytest.CaptureFixture[str]) -> None:
    def always_four(channels: int = 4, classes: int = 3) -> nn.Module:
        return in_a_chain(4, 3)

    assert run(always_four, points=3) == 1.5
    assert "1 of 2 configurations right" in capsys.readouterr().out


def test_the_reference_itself_and_a_wrong_number_of_inputs_are_refused() -> None:
    assert "own solution" in failure(Net)
    with pytest.raises(ValueError, match="as many as configs"):
        check.module(OtherNames, like=Net, inputs=[])


def test_a_small_gradient_beside_a_large_one_carries_its_rounding() -> None:
    wanted = {"weight": torch.tensor([1.0, 1e-3])}
    rounded, wrong = ({"weight": torch.tensor([1.0, 1e-3 + off])} for off in (5e-5, 5e-4))
    assert gradient_difference(wanted, rounded)
    assert not gradient_difference(wanted, rounded, summed=True)
    assert gradient_difference(wanted, wrong, summed=True)
