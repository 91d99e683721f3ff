"""The facts in session 02's questions, computed: by torch, or by running what they ask about."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import activations
from cvlib.quizzes import Question, find_question, judge_answer
from tests.quiz_facts import bank_of, right_text, right_texts, slip_of, with_values

BANK = bank_of("02_activations")


def strided_width(**settings: int) -> int:
    layer = nn.Conv2d(1, 1, 3, **({"stride": 2, "padding": 1} | settings))
    return layer(torch.zeros(1, 1, 32, 32)).shape[-1]


def slope_of_square() -> float:
    x = torch.tensor(1.0, requires_grad=True)
    ((2 * x + 1) ** 2).backward()
    assert x.grad is not None
    return x.grad.item()


def he_std(*shape: int, mode: str = "fan_in", nonlinearity: str = "relu") -> float:
    """Measured on many weights of that shape, so that torch's own rule is the oracle."""
    torch.manual_seed(0)
    drawn = [
        nn.init.kaiming_normal_(torch.empty(shape), mode=mode, nonlinearity=nonlinearity)
        for _ in range(40)
    ]
    return torch.stack(drawn).std().item()


def second_of_two(scale: float) -> float:
    return torch.softmax(scale * torch.tensor([0, math.log(9)]), dim=0)[1].item()


ORACLES: dict[str, Callable[[], Any]] = {
    "02-strided-size": strided_width,
    "02-product-shape": lambda: (torch.zeros(10, 64) @ torch.zeros(64, 100)).shape,
    "02-chain-rule": slope_of_square,
    "02-log-rule": lambda: round(math.log(math.e**3 * math.e**4), 9),
    "02-he-std": lambda: round(he_std(32, 8, 5, 5), 3),
    "02-temperature": lambda: second_of_two(1 / 2),
    "02-far-behind": lambda: torch.log_softmax(torch.tensor([200.0, 0.0]), dim=0)[1].item(),
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("02-strided-size", "32"): lambda: strided_width(stride=1),
    ("02-strided-size", "15"): lambda: strided_width(padding=0),
    ("02-chain-rule", "9"): lambda: (2 * 1 + 1) ** 2,
    ("02-chain-rule", "6"): lambda: 2 * (2 * 1 + 1),
    ("02-log-rule", "1096.63"): lambda: math.e**7,
    ("02-he-std", "0.05"): lambda: he_std(32, 8, 5, 5, mode="fan_out"),
    ("02-he-std", "0.5"): lambda: math.sqrt(2 / 8),
    ("02-he-std", "0.01"): lambda: 2 / 200,
    ("02-he-std", "0.0707"): lambda: he_std(32, 8, 5, 5, nonlinearity="linear"),
    ("02-temperature", "0.9"): lambda: second_of_two(1),
    ("02-temperature", "0.988"): lambda: second_of_two(2),
    ("02-temperature", "0.45"): lambda: second_of_two(1) / 2,
}


@with_values(BANK)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    computed = SLIPS[question_id, text]()
    assert slip_of(question_id, text) == pytest.approx(computed, abs=0.005)


# Recall and stability -----------------------------------------------------------------------------


def test_sums_without_keepdim_do_not_broadcast_unless_square() -> None:
    x = torch.rand(5, 3)
    with pytest.raises(RuntimeError):
        x / x.sum(dim=1)
    square = torch.rand(5, 5)
    assert not torch.allclose((square / square.sum(dim=1)).sum(dim=1), torch.ones(5))
    assert right_text("02-keepdim").startswith("It raises an error")


def test_exponentials_overflow_where_the_questions_say() -> None:
    assert torch.exp(torch.tensor(100.0)).item() == math.inf
    assert torch.exp(torch.tensor(88.0)).isfinite()
    assert torch.exp(torch.tensor(89.0)).item() == math.inf
    assert torch.exp(torch.tensor(11.0, dtype=torch.float16)).isfinite()
    assert torch.exp(torch.tensor(12.0, dtype=torch.float16)).item() == math.inf
    assert torch.finfo(torch.float32).max == pytest.approx(3.4e38, rel=0.01)
    assert math.exp(100) == pytest.approx(2.7e43, rel=0.01)
    with pytest.raises(OverflowError):
        math.exp(1000)
    assert right_text("02-exp-100") == "`inf`, infinity."


def test_where_sends_nan_back_through_the_branch_that_was_not_taken() -> None:
    x = torch.tensor(1000.0, requires_grad=True)
    torch.where(x > 0, x, torch.exp(x)).backward()
    assert x.grad is not None
    assert x.grad.isnan()
    x.grad = None
    torch.where(x > 0, x, torch.exp(x.clamp(max=0))).backward()
    assert x.grad.item() == 1
    assert right_text("02-where-nan") == "NaN."


def test_in_place_relu_behind_a_sigmoid_breaks_and_behind_a_convolution_does_not() -> None:
    x = torch.randn(5, requires_grad=True)
    y = torch.sigmoid(x)
    y.relu_()
    with pytest.raises(RuntimeError, match="inplace operation"):
        y.sum().backward()
    nn.Conv2d(1, 1, 3)(torch.zeros(1, 1, 5, 5)).relu_().sum().backward()
    norm = nn.BatchNorm2d(1)
    norm(torch.randn(2, 1, 3, 3, requires_grad=True)).relu_().sum().backward()
    assert right_text("02-inplace").startswith("A RuntimeError: a tensor needed")


def test_softmax_rounds_to_zero_what_log_softmax_keeps() -> None:
    x = torch.tensor([200.0, 0.0])
    assert x.softmax(0)[1].item() == 0
    assert x.softmax(0).log()[1].item() == -math.inf
    assert x.log_softmax(0)[0].item() == 0


def test_squeeze_eats_a_batch_of_one() -> None:
    assert torch.zeros(4, 10, 1, 1).squeeze().argmax(dim=1).shape == (4,)
    with pytest.raises(IndexError):
        torch.zeros(1, 10, 1, 1).squeeze().argmax(dim=1)
    scores = torch.zeros(1, 10, 1, 1)
    assert scores.squeeze(-1).squeeze(-1).shape == scores.flatten(1).shape == (1, 10)
    assert right_text("02-squeeze").startswith("`squeeze()` removes the batch axis")


# Review -------------------------------------------------------------------------------------------


def test_which_activations_go_below_zero() -> None:
    x = torch.linspace(-6, 6, 1201)
    outputs = {
        "LeakyReLU": F.leaky_relu(x),
        "ReLU": x.relu(),
        "GELU": F.gelu(x),
        "tanh": x.tanh(),
        "softmax": x.softmax(0),
    }
    assert {name for name, y in outputs.items() if y.min() < 0} == right_texts(
        "02-negative-outputs"
    )
    assert outputs["GELU"].min().item() == pytest.approx(-0.17, abs=0.001)
    assert x[outputs["GELU"].argmin()].item() == pytest.approx(-0.75, abs=0.01)
    assert F.silu(x).min().item() == pytest.approx(-0.28, abs=0.002)
    minus_one = torch.tensor(-1.0)
    assert F.gelu(minus_one).item() == pytest.approx(-0.16, abs=0.002)
    assert minus_one.tanh().item() == pytest.approx(-0.76, abs=0.002)


def slope(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    x = at.clone().double().requires_grad_()
    return torch.autograd.grad(function(x).sum(), x)[0]


def test_order_of_slopes_at_two_and_their_maxima() -> None:
    functions = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "ReLU": torch.relu, "GELU": F.gelu}
    slopes = [slope(function, torch.tensor(2.0)).item() for function in functions.values()]
    assert slopes == sorted(slopes)
    assert slopes == pytest.approx([0.07, 0.10, 1, 1.09], abs=0.006)
    assert [o.text for o in find_question("02-order-of-slopes").options] == list(functions)
    x = torch.linspace(-6, 6, 4001)
    assert slope(F.gelu, x).max().item() == pytest.approx(1.13, abs=0.005)
    assert slope(F.silu, x).max().item() == pytest.approx(1.10, abs=0.005)


def test_softmax_of_two_is_a_sigmoid_of_the_difference() -> None:
    a, b = torch.randn(2, 100)
    want = torch.softmax(torch.stack([a, b]), dim=0)[0]
    formulas = {
        "σ(a)": a.sigmoid(),
        "σ(a − b)": (a - b).sigmoid(),
        "σ(a) / (σ(a) + σ(b))": a.sigmoid() / (a.sigmoid() + b.sigmoid()),
        "σ(a + b)": (a + b).sigmoid(),
    }
    for option in find_question("02-sigmoid-softmax").options:
        assert torch.allclose(formulas[option.text], want, atol=1e-6) is option.right


# Predictions: the experiment of each, and the letter that it speaks for ---------------------------


def test_layers_without_a_bend_are_one_affine_map() -> None:
    net = nn.Sequential(nn.Linear(2, 32), nn.Linear(32, 32), nn.Linear(32, 1)).double()
    corner, a, b = torch.zeros(2).double(), torch.tensor([1.0, 0]).double(), torch.tensor([0, 1.0])
    b = b.double()
    flat = net(corner) + 3 * (net(a) - net(corner)) + 5 * (net(b) - net(corner))
    torch.testing.assert_close(net(3 * a + 5 * b), flat)
    assert right_text("02-no-bend").startswith("A straight line")


def test_the_two_formulas_of_the_sigmoid_break_on_one_side_each() -> None:
    x = torch.tensor([-1000.0, 1000.0])
    assert (x.exp() / (1 + x.exp())).isnan().tolist() == [False, True]
    x.requires_grad_()
    y = 1 / (1 + torch.exp(-x))
    y.sum().backward()
    assert y.tolist() == [0, 1]
    assert x.grad is not None
    assert x.grad.isnan().tolist() == [True, False]
    assert right_text("02-overflow") == "`nan`"


def test_ten_sigmoids_let_less_than_a_millionth_pass() -> None:
    def ten(x: Tensor) -> Tensor:
        for _ in range(10):
            x = torch.sigmoid(x)
        return x

    assert slope(ten, torch.linspace(-50, 50, 10_001)).max() < 0.25**10 < 1e-6
    assert right_text("02-ten-sigmoids") == "Less than a millionth."


def test_dead_units_get_no_gradient_and_stay() -> None:
    torch.manual_seed(0)
    layer, out = nn.Linear(8, 20), nn.Linear(20, 3)
    with torch.no_grad():
        layer.bias[:7] = -100
    x, labels = torch.randn(50, 8), torch.randint(3, (50,))
    optimizer = torch.optim.SGD([*layer.parameters(), *out.parameters()], lr=0.1)
    for _ in range(50):
        hidden = torch.relu(layer(x))
        optimizer.zero_grad()
        F.cross_entropy(out(hidden), labels).backward()
        assert layer.weight.grad is not None
        assert (layer.weight.grad[:7] == 0).all()
        optimizer.step()
    assert activations.dead_units(torch.relu(layer(x)))[:7].all()
    assert right_text("02-dead") == "None."


def test_softmax_does_not_see_a_shift() -> None:
    x = torch.tensor([2.0, 1, 0, -1])
    torch.testing.assert_close((x + 100).softmax(0), x.softmax(0))
    assert (4 * x).softmax(0)[0] > 0.95
    assert right_text("02-shift") == "Nothing."


def test_thirty_relu_layers_lose_fifteen_bits() -> None:
    last = activations.activation_stds(30, "relu", 1 / 16)[-1]
    assert 1 / 60_000 < last < 1 / 15_000
    assert pytest.approx(1 / 33_000, rel=0.01) == 2**-15
    assert activations.activation_stds(30, "none", 1 / 16)[-1] == pytest.approx(1, rel=0.2)
    assert right_text("02-depth-std") == "About 1/30,000."


@pytest.mark.parametrize("seed", range(3))
def test_hes_start_does_not_save_a_stack_of_sigmoids(seed: int) -> None:
    xavier, he = (
        activations.gradient_norms(30, "sigmoid", init, seed=seed) for init in ("xavier", "he")
    )
    assert 1000 < he[0] / xavier[0] < 10_000
    assert he[0] / he[-1] < 1e-14
    assert math.sqrt(2) ** 29 == pytest.approx(23_000, rel=0.02)
    assert right_text("02-flow").startswith("It grows some thousand times")


def test_two_softmaxes_have_a_floor() -> None:
    sure = 1000 * F.one_hot(torch.arange(10), 10).float()
    twice = F.cross_entropy(sure.softmax(dim=1), torch.arange(10)).item()
    assert twice == pytest.approx(1.46, abs=0.005)
    assert twice == pytest.approx(math.log(1 + 9 / math.e), rel=1e-5)
    assert math.log(10) == pytest.approx(2.30, abs=0.005)
    assert math.e / (math.e + 9) == pytest.approx(0.23, abs=0.005)
    assert right_text("02-double-softmax") == "About 1.46."
