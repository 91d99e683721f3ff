"""The facts in session 03's questions and text, computed: by torch, or by the experiment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from cvlib import data, models, train
from cvlib.models.alexnet import PAPER
from cvlib.models.vgg import VGG, vgg_block, vgg_parameters
from cvlib.profile import count_parameters, model_table
from cvlib.quizzes import Question, find_question, judge_answer
from tests.quiz_facts import bank_of, right_text, slip_of, with_values

BANK = bank_of("03_vgg")
SMALL = [(16, 2), (32, 2)]


@pytest.fixture(autouse=True)
def _seeded(one_thread: None) -> None:
    torch.manual_seed(0)


def unbuilt(make: Callable[[], nn.Module]) -> nn.Module:
    with torch.device("meta"):
        return make()


def field(layers: int) -> int:
    """How many pixels of a row one output of a stack of 3 × 3 layers depends on."""
    return int((influence(layers)[0] > 0).any(dim=0).sum())


def influence(layers: int) -> Tensor:
    x = torch.zeros(1, 1, 11, 11, requires_grad=True)
    y = x
    for _ in range(layers):
        y = F.conv2d(y, torch.ones(1, 1, 3, 3), padding=1)
    return torch.autograd.grad(y[0, 0, 5, 5], x)[0][0]


def weights(*kernels: int) -> int:
    """Of a chain of convolutions 8 → 8 without bias."""
    return sum(count_parameters(nn.Conv2d(8, 8, k, bias=False)) for k in kernels)


def accuracy_of_two_batches() -> float:
    """48 of 64 right, then 16 of 16: counted by the course's own evaluate."""
    batches = [(F.one_hot(torch.zeros(n, dtype=torch.long), 2).float(), wrong) for n, wrong in
               ((64, (torch.arange(64) >= 48).long()), (16, torch.zeros(16).long()))]  # fmt: skip
    return train.evaluate(nn.Identity(), batches)


def vgg16(**options: Any) -> Any:
    return unbuilt(lambda: VGG(16, 1000, **options))


def share_saved(kept: tuple[int, ...], replaced: int) -> float:
    return 100 * (1 - weights(*kept) / weights(replaced))


ORACLES: dict[str, Callable[[], Any]] = {
    "03-two-in-a-row": lambda: field(2),
    "03-conv-parameters": lambda: count_parameters(nn.Conv2d(64, 128, 3)),
    "03-flatten-shape": lambda: torch.zeros(32, 16, 2, 2).flatten(1).shape,
    "03-odd-pool": lambda: nn.MaxPool2d(2)(torch.zeros(1, 7, 7)).shape[-1],
    "03-view-last-batch": lambda: torch.zeros(13, 16, 2, 2).view(32, -1).shape,
    "03-three-for-seven": lambda: share_saved((3, 3, 3), 7),
    "03-first-linear": lambda: count_parameters(vgg16().classifier[0]) / 1e6,
    "03-gap-shape": lambda: nn.AdaptiveAvgPool2d(1)(torch.zeros(8, 512, 7, 7)).flatten(1).shape,
    "03-image-448": lambda: 1,
    "03-second-of-lenet": lambda: count_parameters(nn.Conv2d(6, 16, 5)),
    "03-two-batches": accuracy_of_two_batches,
    "03-features-shape": lambda: vgg16().features(torch.zeros(4, 3, 64, 64, device="meta")).shape,
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("03-two-in-a-row", "3"): lambda: field(1),
    ("03-conv-parameters", "73728"): lambda: nn.Conv2d(64, 128, 3).weight.numel(),
    ("03-conv-parameters", "24704"): lambda: 128 * (3 * 64 + 1),
    ("03-conv-parameters", "1280"): lambda: count_parameters(nn.Conv2d(1, 128, 3)),
    ("03-odd-pool", "4"): lambda: nn.MaxPool2d(2, ceil_mode=True)(torch.zeros(1, 7, 7)).shape[-1],
    ("03-odd-pool", "6"): lambda: nn.MaxPool2d(2, 1)(torch.zeros(1, 7, 7)).shape[-1],
    ("03-three-for-seven", "82"): lambda: share_saved((3,), 7),
    ("03-three-for-seven", "55"): lambda: 100 - share_saved((3, 3, 3), 7),
    ("03-three-for-seven", "28"): lambda: share_saved((3, 3), 5),
    ("03-first-linear", "2.1"): lambda: 512 * 4096 / 1e6,
    ("03-first-linear", "14.7"): lambda: 512 * 7 * 4096 / 1e6,
    ("03-first-linear", "123.6"): lambda: count_parameters(vgg16().classifier) / 1e6,
    ("03-second-of-lenet", "2400"): lambda: nn.Conv2d(6, 16, 5).weight.numel(),
    ("03-second-of-lenet", "416"): lambda: count_parameters(nn.Conv2d(1, 16, 5)),
    ("03-second-of-lenet", "1516"): lambda: 25 * (6 * 3 + 9 * 4 + 6) + 16,
    ("03-two-batches", "0.875"): lambda: (48 / 64 + 16 / 16) / 2,
}


@with_values(BANK)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    computed = SLIPS[question_id, text]()
    assert slip_of(question_id, text) == pytest.approx(computed, rel=0.03)


# Bugs that say nothing --------------------------------------------------------------------------


def test_view_stitches_images_together_without_a_word() -> None:
    maps = torch.arange(25.0)[:, None, None, None].expand(25, 16, 4, 4).contiguous()
    rows = maps.view(-1, 400)
    assert rows.shape == (16, 400)
    assert all(len(row.unique()) >= 2 for row in rows)
    assert nn.Linear(400, 10)(rows).shape == (16, 10)
    with pytest.raises(RuntimeError):
        nn.Linear(400, 10)(maps.flatten(1))
    assert right_text("03-view-mixes").startswith("Nothing is reported")


def test_layers_in_a_plain_list_are_not_registered() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks = [vgg_block(3, 8, 1), vgg_block(8, 16, 1)]

    assert count_parameters(Net()) == 0
    assert count_parameters(nn.ModuleList(Net().blocks)) > 0
    assert right_text("03-list-of-layers") == "0"


def test_a_sum_of_losses_keeps_their_graphs() -> None:
    w = torch.ones(1, requires_grad=True)
    total: Any = 0
    for _ in range(2):
        loss = (2 * w).sum()
        loss.backward()
        total = total + loss
    assert total.grad_fn is not None
    assert right_text("03-loss-grows-memory").startswith("Line 6")


def test_dropout_that_was_not_switched_off_answers_differently_and_worse() -> None:
    images, labels = data.digits()
    net = VGG(SMALL, 10, 1, hidden=64)
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(150):
        chosen = torch.randint(0, 1400, (32,))
        train.train_step(net, (images[chosen], labels[chosen]), F.cross_entropy, optimizer)
    kept = [p.clone() for p in net.parameters()]
    with torch.no_grad():
        first, second = net(images), net(images)
    assert not torch.equal(first, second)
    assert all(torch.equal(a, b) for a, b in zip(kept, net.parameters(), strict=True))
    noisy = (first.argmax(1) == labels).float().mean().item()
    assert noisy < train.evaluate(net, [(images, labels)])
    rights = [o.text[:8] for o in find_question("03-forgot-eval").options if o.right]
    assert rights == ["The same", "The accu"]


# The architectures ------------------------------------------------------------------------------


def test_counts_in_text_and_questions() -> None:
    assert count_parameters(models.LeNet5()) == 61_706
    assert count_parameters(unbuilt(lambda: models.AlexNet(channels=PAPER))) == 62_378_344
    alexnet = unbuilt(models.AlexNet)
    sizes = [61_706, 15_227_688, 61_100_840, 138_357_544]
    nets = [models.LeNet5(), vgg16(head="gap"), alexnet, vgg16()]
    assert [count_parameters(net) for net in nets] == sizes == sorted(sizes)
    names = [option.text for option in find_question("03-order-of-size").options]
    assert [name.split()[0] for name in names] == ["LeNet-5", "VGG-16", "AlexNet", "VGG-16"]
    assert count_parameters(alexnet.classifier) == pytest.approx(59e6, rel=0.01)  # type: ignore
    assert 4 * sizes[3] / 1e6 == pytest.approx(553, abs=1)
    assert 4 * vgg_parameters(16, 12) / 1e6 == pytest.approx(537, abs=1)
    assert vgg_parameters(16, 1000, 448) - vgg_parameters(16, 1000) == 3 * 25_088 * 4096
    assert pytest.approx(411e6, rel=0.001) == 4 * 25_088 * 4096


def test_head_has_the_parameters_and_features_do_the_work() -> None:
    table = model_table(vgg16(), (3, 224, 224), depth=1)
    features, _, head = table.rows
    assert table.macs == pytest.approx(15.5e9, rel=0.005)
    assert head.parameters == 123_642_856
    assert head.parameters / table.parameters == pytest.approx(0.894, abs=0.001)
    assert head.macs / table.macs < 0.01
    assert head.macs == pytest.approx(0.12e9, rel=0.05)
    assert features.parameters == 14_714_688
    convs = [layer for layer in vgg16().features if isinstance(layer, nn.Conv2d)]
    assert len(convs) == 13
    assert {conv.kernel_size for conv in convs} == {(3, 3)}
    assert max(conv.out_channels for conv in convs) == 512
    assert 224 * 224 == 50_176
    assert right_text("03-head-share") == "About 90 % of the parameters, below 1 % of the work."


def test_stem_with_both_repairs_goes_unnoticed_after_the_pool() -> None:
    sizes = {}
    for pixels, padding in ((224, 2), (227, 0), (227, 2), (224, 0)):
        x = nn.Conv2d(3, 2, 11, stride=4, padding=padding)(torch.zeros(1, 3, pixels, pixels))
        sizes[pixels, padding] = x.shape[-1], F.max_pool2d(x, 3, stride=2).shape[-1]
    assert sizes[224, 2] == sizes[227, 0] == (55, 27)
    assert sizes[227, 2] == (56, 27)
    assert (224 - 11) / 4 + 1 == 54.25
    assert right_text("03-stem").startswith("Not at all")


def test_middle_of_a_stack_counts_49_times() -> None:
    seen = influence(3)[0]
    assert (seen[5, 5], seen[2, 2], seen[1, 1]) == (49, 1, 0)
    assert seen[5, 2:9].tolist() == [7 * n for n in (1, 3, 6, 7, 6, 3, 1)]
    assert influence(2)[0][5, 5] == 9
    assert right_text("03-pyramid") == "49 times as often."


# The experiments --------------------------------------------------------------------------------


def plain_vgg(blocks: list[tuple[int, int]]) -> VGG:
    """With torch's own start, as a student's is."""
    net = VGG(blocks, 10, in_channels=1, head="gap")
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.reset_parameters()
    return net


@pytest.mark.parametrize("seed", range(3))
def test_without_zero_grad_it_is_faster_first_and_then_wild(seed: int) -> None:
    images, labels = data.digits()
    curves = []
    for forget in (True, False):
        torch.manual_seed(seed)
        net = plain_vgg([(16, 1), (32, 1)])
        optimizer, losses = torch.optim.SGD(net.parameters(), lr=0.3), []
        for _ in range(250):
            chosen = torch.randint(0, 1400, (64,))
            if forget:
                optimizer.zero_grad()
            loss = F.cross_entropy(net(images[chosen]), labels[chosen])
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        curves.append(torch.tensor(losses))
    right, wild = curves
    assert wild[:60].min() < right[:60].min() - 0.3
    assert wild[150:].mean() > 2 > right[200:].mean()
    assert right_text("03-zero-grad").startswith("It falls faster at first")


def test_mean_of_batch_means_is_six_sevenths() -> None:
    truth = torch.zeros(397, dtype=torch.long)
    truth[-13:] = 1
    answers = F.one_hot(torch.zeros(397, dtype=torch.long), 2).float()
    loader = DataLoader(TensorDataset(answers, truth), 64)
    shares = [train.evaluate(nn.Identity(), [batch]) for batch in loader]
    assert sum(shares) / len(shares) == pytest.approx(0.857, abs=0.001)
    assert train.evaluate(nn.Identity(), loader) == pytest.approx(0.967, abs=0.001)
    assert right_text("03-batch-means") == "About 86 %."


@pytest.mark.parametrize("seed", range(2))
def test_sixty_digits_are_learned_by_heart(seed: int) -> None:
    torch.manual_seed(seed)
    images, labels = data.digits()
    net = plain_vgg(SMALL)
    assert count_parameters(net) == pytest.approx(16_000, rel=0.05)
    loader = DataLoader(TensorDataset(images[:60], labels[:60]), 32, shuffle=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    held_out = [data.digits(train=False)]
    seen = train.fit(net, loader, held_out, 80, optimizer, F.cross_entropy, progress=False)
    assert seen.train_accuracy[-1] == 1
    assert 0.8 <= seen.val_accuracy[-1] <= 0.92
    assert seen.val_loss[-1] > 10 * seen.train_loss[-1]
    assert right_text("03-sixty") == "All 60, and between 80 and 92 % of the others."


@pytest.mark.parametrize("seed", range(2))
def test_one_pixel_is_enough_and_mirrors_hurt(seed: int) -> None:
    images, labels = data.digits()
    straight = data.digits(train=False)
    moved = F.pad(straight[0], (1, 0, 1, 0))[:, :, :8, :8], straight[1]

    def shifted(x: Tensor) -> Tensor:
        top, left = torch.randint(0, 3, (2,)).tolist()
        return F.pad(x, (1, 1, 1, 1))[:, :, top : top + 8, left : left + 8]

    def mirrored(x: Tensor) -> Tensor:
        return x.flip(-1) if torch.rand(()) < 0.5 else x

    found = []
    for change in (lambda x: x, shifted, mirrored):
        torch.manual_seed(seed)
        net = plain_vgg(SMALL)
        optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
        for _ in range(500):
            chosen = torch.randint(0, 1400, (32,))
            train.train_step(net, (change(images[chosen]), labels[chosen]), F.cross_entropy,
                             optimizer)  # fmt: skip
        found.append((train.evaluate(net, [straight]), train.evaluate(net, [moved])))
    as_it_is, shifts, mirrors = found
    assert as_it_is[0] > 0.95
    assert as_it_is[1] < 0.6
    assert shifts[1] > 0.85
    assert mirrors[0] < as_it_is[0] - 0.01
    assert right_text("03-shift") == "About half, or even fewer."
    assert right_text("03-flip") == "It falls."
