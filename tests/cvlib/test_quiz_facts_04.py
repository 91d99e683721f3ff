"""The facts in session 04's questions, computed: by torch, or by running what they ask about."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import conv, data, models, train
from cvlib.quizzes import Question, find_question, judge_answer
from tests.quiz_facts import bank_of, right_text, right_texts, slip_of, with_values

BANK = bank_of("04_resnet")


def count(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def stem_shape(padding: int = 1) -> torch.Size:
    net = models.resnet18()
    pool = nn.MaxPool2d(3, 2, padding)
    return pool(net.relu(net.bn1(net.conv1(torch.zeros(1, 3, 224, 224))))).shape


def running_mean(batches: int, momentum: float = 0.1) -> float:
    norm = nn.BatchNorm2d(1, momentum=momentum)
    for _ in range(batches):
        norm(torch.full((2, 1, 1, 1), 10.0))
    return norm.running_mean.item()  # type: ignore[union-attr]


def cost(groups: int, kernel_size: int) -> int:
    return conv.conv_cost(128, 128, kernel_size, 1, 1, groups=groups)[1]


def strided_share() -> float:
    image = torch.zeros(1, 1, 8, 8, requires_grad=True)
    nn.Conv2d(1, 1, 1, stride=2)(image).sum().backward()
    assert image.grad is not None
    return (image.grad != 0).float().mean().item()


def terms(factors: int) -> int:
    """Terms of (1 + a)(1 + b)…: the product at a = b = … = 1."""
    return math.prod([1 + 1] * factors)


PAIR = torch.tensor([1.0, 3.0])
ORACLES: dict[str, Callable[[], Any]] = {
    "04-variance": lambda: PAIR.var().item(),
    "04-one-by-one": lambda: count(nn.Conv2d(64, 128, 1, bias=False)),
    "04-odd-size": lambda: nn.Conv2d(1, 1, 3, 2, 1)(torch.zeros(1, 1, 7, 7)).shape[-1],
    "04-thirty-factors": lambda: 0.8**30,
    "04-strided-block": lambda: models.BasicBlock(64, 128, 2)(torch.zeros(2, 64, 56, 56)).shape,
    "04-neck-shape": lambda: models.Bottleneck(256, 128, 2)(torch.zeros(1, 256, 56, 56)).shape,
    "04-stem-shape": stem_shape,
    "04-state-keys": lambda: len(nn.BatchNorm2d(8).state_dict()),
    "04-two-batches": lambda: running_mean(2),
    "04-paths": lambda: terms(3),
    "04-separable-share": lambda: (cost(128, 3) + cost(1, 1)) / cost(1, 3),
    "04-unseen-positions": lambda: 1 - strided_share(),
}
SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("04-variance", "1"): lambda: PAIR.var(unbiased=False).item(),
    ("04-variance", "1.414"): lambda: PAIR.std().item(),
    ("04-one-by-one", "8320"): lambda: count(nn.Conv2d(64, 128, 1)),
    ("04-one-by-one", "73728"): lambda: count(nn.Conv2d(64, 128, 3, bias=False)),
    ("04-odd-size", "3"): lambda: nn.Conv2d(1, 1, 3, 2)(torch.zeros(1, 1, 7, 7)).shape[-1],
    ("04-thirty-factors", "24"): lambda: 30 * 0.8,
    ("04-state-keys", "2"): lambda: len(list(nn.BatchNorm2d(8).parameters())),
    ("04-two-batches", "1"): lambda: running_mean(1),
    ("04-two-batches", "9.9"): lambda: running_mean(2, momentum=0.9),
    ("04-separable-share", "0.111"): lambda: cost(1, 1) / cost(1, 3),
    ("04-separable-share", "0.0078"): lambda: cost(128, 3) / cost(1, 3),
    ("04-unseen-positions", "0.25"): strided_share,
}


@with_values(BANK)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    computed = SLIPS[question_id, text]()
    assert slip_of(question_id, text) == pytest.approx(computed, abs=0.001)


# Recall, shapes and bugs --------------------------------------------------------------------------


def test_two_names_are_one_tensor() -> None:
    a = torch.zeros(2)
    b = a
    b += 1
    assert str(a) == right_text("04-two-names") == "tensor([1., 1.])"


def test_which_layers_have_two_modes() -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 3, 6, 6)
    layers = {
        "nn.Dropout": nn.Dropout(),
        "nn.ReLU": nn.ReLU(),
        "nn.BatchNorm2d": nn.BatchNorm2d(3),
        "nn.Conv2d": nn.Conv2d(3, 3, 3),
        "nn.MaxPool2d": nn.MaxPool2d(2),
    }
    two = {name for name, m in layers.items() if not torch.equal(m.train()(x), m.eval()(x))}
    assert two == right_texts("04-two-modes")


def test_a_block_without_expansion_stops_the_building() -> None:
    class SmallBlock(nn.Module):
        def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
            super().__init__()

    with pytest.raises(AttributeError, match="expansion"):
        models.ResNet(SmallBlock, [1, 1, 1, 1])  # type: ignore[arg-type]
    assert "as soon as the network is built" in right_text("04-no-expansion")


def test_one_block_three_times_has_the_parameters_of_one() -> None:
    block = models.BasicBlock(64, 64)
    assert count(nn.Sequential(*([block] * 3))) == count(block) == 73_984
    assert right_text("04-same-block") == "The three share one set of weights."


def test_where_an_addition_in_place_breaks() -> None:
    conv2d, norm = nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2)
    x = torch.randn(2, 2, 4, 4)
    for harmless in (conv2d(x), norm(conv2d(x))):
        harmless += x
        harmless.sum().backward()
    out = torch.sigmoid(conv2d(x))
    out += x
    with pytest.raises(RuntimeError, match="inplace operation"):
        out.sum().backward()
    assert "sigmoid" in right_text("04-sigmoid-add")


def test_a_plain_list_hides_its_modules() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = [models.BasicBlock(16, 16) for _ in range(8)]
            self.fc = nn.Linear(16, 10)

    assert count(Net()) == count(nn.Linear(16, 10))
    assert right_text("04-python-list") == "The blocks are not in `net.parameters()`."


# Review -------------------------------------------------------------------------------------------


def test_order_of_sizes() -> None:
    with torch.device("meta"):
        sizes = [
            count(models.MobileNetV1()),
            count(models.resnet18()),
            count(models.resnet34()),
            count(models.resnet50()),
            count(models.VGG(16, 1000)),
        ]
    assert sizes == sorted(sizes)
    said = [float(o.explanation.split()[0]) for o in find_question("04-order-of-sizes").options]
    assert said == [round(size / 1e6, 1) for size in sizes]


def test_a_single_value_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        nn.BatchNorm2d(64)(torch.randn(1, 64, 1, 1))
    assert right_text("04-single-value").startswith("A ValueError")


def test_where_a_projection_is_needed() -> None:
    for option in find_question("04-where-to-project").options:
        numbers = option.text.replace(" → ", " ").replace(", stride ", " ").split()
        kind = models.shortcut_kind(*map(int, numbers))
        assert option.right is (kind == "projection"), option.text


# Predictions: the experiment of each, and the letter that it speaks for ---------------------------


def fitted(net: nn.Module, epochs: int) -> train.History:
    learn, hold_out = data.loaders(64)
    optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9, weight_decay=1e-4)
    steps = epochs * len(learn)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    return train.fit(
        net, learn, hold_out, epochs, optimizer, F.cross_entropy, schedule, progress=False
    )


def test_a_deep_plain_network_has_the_higher_training_loss() -> None:
    learn, hold_out = data.loaders(64)
    losses = []
    for depth, residual in ((8, False), (44, False), (44, True)):
        torch.manual_seed(1)
        net = models.CifarResNet(depth, residual=residual, in_channels=1)
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
        seen = train.fit(net, learn, hold_out, 2, optimizer, F.cross_entropy, progress=False)
        losses.append(seen.train_loss[-1])
    shallow, deep, residual_loss = losses
    assert deep > 1.5 > 0.9 > max(shallow, residual_loss)
    assert right_text("04-degradation") == "The deeper one's is much higher."


def test_neighbours_matter_in_training_mode_only() -> None:
    picture, others = torch.randn(1, 1, 4, 4), torch.randn(7, 1, 4, 4)
    norm = nn.BatchNorm2d(1)
    results = [[norm.train(mode)(torch.cat([picture, others + shift]))[0] for shift in (-3, 3)]
               for mode in (True, False)]  # fmt: skip
    assert not torch.allclose(*results[0], atol=1)
    torch.testing.assert_close(*results[1])
    assert "in evaluation mode it does not" in right_text("04-neighbours")


def test_blocks_with_zero_gamma_are_the_identity_and_learn() -> None:
    x = h = torch.randn(4, 16, 8, 8).relu()
    blocks = [models.BasicBlock(16, 16) for _ in range(20)]
    for block in blocks:
        nn.init.zeros_(block.bn2.weight)
        h = block(h)
    assert torch.equal(h, x)
    h.square().mean().backward()
    assert all(block.bn2.weight.grad.abs().sum() > 0 for block in blocks)  # type: ignore[union-attr]
    assert right_text("04-zero-init") == "Its input, exactly; and γ gets a gradient."


def test_a_bottleneck_has_a_seventeenth_of_the_weights() -> None:
    def weights(*layers: tuple[int, int, int]) -> int:
        return sum(count(nn.Conv2d(a, b, k, bias=False)) for a, b, k in layers)

    full = weights((256, 256, 3), (256, 256, 3))
    neck = weights((256, 64, 1), (64, 64, 3), (64, 256, 1))
    assert (full, neck) == (1_179_648, 69_632)
    assert f"About {full / neck:.0f} times as many." == right_text("04-bottleneck-cost")


def test_the_false_resnet_50_is_a_resnet_34() -> None:
    with torch.device("meta"):
        false = models.ResNet(models.BasicBlock, [3, 4, 6, 3])
    assert count(false) == 21_797_672
    assert right_text("04-fifty") == "21.8 million: it is a ResNet-34."


@pytest.mark.parametrize("seed", range(3))
def test_next_to_nothing_reaches_the_first_of_thirty_plain_layers(seed: int) -> None:
    norms = models.plain_vs_residual(30, seed)
    assert norms["plain"] / norms["residual"] < 1e-10
    for depth in (10, 20):
        factor = models.plain_vs_residual(depth, seed)["plain"] / norms["plain"]
        assert 2 < factor ** (1 / (30 - depth)) < 4
    assert right_text("04-highway-depth") == "Less than a millionth."


def digit_net() -> nn.Sequential:
    widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]
    blocks = [models.BasicBlock(a, b, 1 if a == b else 2) for a, b in zip(widths, widths[1:])]  # noqa: B905, RUF007
    stem = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return nn.Sequential(stem, nn.Sequential(*blocks), head)


def test_a_residual_network_survives_the_loss_of_a_block() -> None:
    torch.manual_seed(0)
    yours, plain = digit_net(), models.CifarResNet(20, residual=False, in_channels=1)
    _, hold_out = data.loaders(64)
    left: list[list[float]] = []
    blocks_of: list[tuple[nn.Module, Any]] = [(yours, yours[1]), (plain, plain.blocks)]
    for net, blocks in blocks_of:
        assert fitted(net, 6).val_accuracy[-1] > 0.93
        left.append([])
        for place in (0, 1, 2, 4, 5, 7, 8):
            block, blocks[place] = blocks[place], nn.Identity()
            left[-1].append(train.evaluate(net, hold_out))
            blocks[place] = block
    assert median(left[0]) > 0.9
    assert min(left[0][-2:]) > 0.9
    assert median(left[1]) < 0.35
    assert right_text("04-lesion").startswith("Yours suffers from the loss of an early block")


def test_a_shift_before_a_batch_norm_changes_nothing() -> None:
    x: Tensor = torch.randn(4, 3, 5, 5, dtype=torch.float64)
    norm = nn.BatchNorm2d(3).double()
    torch.testing.assert_close(norm(x + 100), norm(x))
