"""The training loop: one step against the formula, accuracy, history, and what is shown."""

from __future__ import annotations

import copy
import random
import re
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import accuracy_score
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from cvlib import data, train, training_plots
from cvlib.models import VGG


@pytest.fixture(autouse=True)
def _seeded(one_thread: None) -> None:
    torch.manual_seed(0)


def small_model() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2),
        nn.Linear(4 * 4, 3),
    )  # fmt: skip


def batches(samples: int, size: int) -> DataLoader[tuple[Tensor, ...]]:
    images = torch.randn(samples, 1, 4, 4)
    return DataLoader(TensorDataset(images, torch.arange(samples) % 3), size)


# One step ---------------------------------------------------------------------------------------


def test_train_step_is_the_formula_of_sgd() -> None:
    model = nn.Linear(3, 2).double()
    x, labels = torch.randn(4, 3, dtype=torch.float64), torch.tensor([0, 1, 1, 0])
    probabilities = model(x).softmax(1)
    wrong = (probabilities - F.one_hot(labels)) / 4  # the gradient at the logits
    want = (model.weight - 0.1 * wrong.T @ x).detach(), (model.bias - 0.1 * wrong.sum(0)).detach()
    loss_before = -probabilities[range(4), labels].log().mean().item()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    assert train.train_step(model, (x, labels), F.cross_entropy, optimizer) == pytest.approx(
        loss_before
    )
    torch.testing.assert_close((model.weight.detach(), model.bias.detach()), want)


def test_train_step_starts_from_zero_gradients_and_in_training_mode() -> None:
    model = small_model().eval()
    batch = next(iter(batches(6, 6)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    got = []
    for _ in range(2):
        torch.manual_seed(1)
        loss = train.train_step(model, batch, F.cross_entropy, optimizer)
        got.append((loss, [p.grad.clone() for p in model.parameters() if p.grad is not None]))
    assert model.training
    assert got[0][0] == got[1][0]
    assert type(got[0][0]) is float
    torch.testing.assert_close(got[0][1], got[1][1])


# Accuracy ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 4, 7, 50])
def test_evaluate_counts_samples_not_batches(size: int) -> None:
    model = small_model().eval()
    loader = batches(22, size)
    images, labels = loader.dataset.tensors  # type: ignore[attr-defined]
    want = accuracy_score(labels, model(images).argmax(1))
    assert train.evaluate(model.train(), loader) == pytest.approx(want)


def test_evaluate_leaves_every_part_in_its_mode_and_learns_nothing() -> None:
    model = small_model()
    model[1].eval()  # a frozen batch normalisation
    before = copy.deepcopy(model.state_dict())
    seen: list[tuple[bool, bool]] = []
    model[0].register_forward_hook(
        lambda m, a, out: seen.append((torch.is_grad_enabled(), m.training))
    )
    train.evaluate(model, batches(5, 2))
    assert set(seen) == {(False, False)}
    assert [part.training for part in model] == [True, False, True, True, True, True]
    assert torch.is_grad_enabled()
    torch.testing.assert_close(model.state_dict(), before)


def test_mode_is_restored_after_an_error() -> None:
    model = small_model()
    with pytest.raises(RuntimeError):
        train.evaluate(model, [(torch.zeros(1, 7, 4, 4), torch.zeros(1))])
    assert model.training


def test_accuracy_of_labels_and_of_mixtures() -> None:
    logits = torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]])
    assert train.accuracy(logits, torch.tensor([0, 1, 1])) == pytest.approx(2 / 3)
    assert train.accuracy(logits, torch.tensor([[0.7, 0.3], [0.6, 0.4], [1.0, 0.0]])) == (
        pytest.approx(2 / 3)
    )
    with pytest.raises(ValueError, match="labels"):
        train.accuracy(torch.zeros(0, 2), torch.zeros(0))


def test_nothing_to_measure_is_an_error() -> None:
    model = small_model()
    with pytest.raises(ValueError, match="at least one sample"):
        train.evaluate(model, [])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for train_loader, val_loader, name in (
        ([], batches(3, 3), "train_"),
        (batches(3, 3), [], "val_"),
    ):
        with pytest.raises(ValueError, match=f"{name}loader"):
            train.fit(model, train_loader, val_loader, 1, optimizer, F.cross_entropy)
    with pytest.raises(ValueError, match=r"epochs.*0"):
        train.fit(model, batches(3, 3), batches(3, 3), 0, optimizer, F.cross_entropy)


# The loop ---------------------------------------------------------------------------------------


def fit(model: nn.Module, epochs: int = 2, progress: bool = False, **more: Any) -> train.History:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    if "schedule" in more:
        more["schedule"] = more["schedule"](optimizer)
    loaders = batches(10, 4), batches(7, 4)
    return train.fit(model, *loaders, epochs, optimizer, F.cross_entropy, progress=progress, **more)


def test_fit_is_its_steps_one_after_the_other() -> None:
    ours = small_model()
    by_hand = copy.deepcopy(ours)
    loader, held_out = batches(10, 4), batches(7, 4)
    torch.manual_seed(5)
    optimizer = torch.optim.SGD(ours.parameters(), lr=0.1, momentum=0.9)
    history = train.fit(ours, loader, held_out, 2, optimizer, F.cross_entropy, progress=False)
    torch.manual_seed(5)
    optimizer = torch.optim.SGD(by_hand.parameters(), lr=0.1, momentum=0.9)
    for epoch in range(2):
        losses = [
            train.train_step(by_hand, batch, F.cross_entropy, optimizer) * len(batch[1])
            for batch in loader
        ]
        assert history.train_loss[epoch] == pytest.approx(sum(losses) / 10)
        assert history.val_accuracy[epoch] == train.evaluate(by_hand, held_out)
    torch.testing.assert_close(ours.state_dict(), by_hand.state_dict())


def test_history_has_one_number_per_epoch() -> None:
    history = fit(small_model(), epochs=3)
    assert history.epochs == 3
    for name, numbers in vars(history).items():
        assert len(numbers) == 3, name
        assert all(type(number) is float for number in numbers), name
    assert history.val_accuracy[history.best_epoch - 1] == max(history.val_accuracy)


def test_schedule_steps_once_per_batch() -> None:
    history = fit(
        small_model(), schedule=lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=3, gamma=0.5)
    )
    assert history.learning_rate == pytest.approx([0.05, 0.025])  # three batches an epoch


def test_same_seed_gives_the_same_run() -> None:
    runs = []
    for _ in range(2):
        train.seed_everything(7)
        history = fit(small_model())
        runs.append((history.train_loss, random.random(), np.random.rand()))
    assert runs[0] == runs[1]


def test_a_small_vgg_learns_real_digits() -> None:
    train.seed_everything(0)
    model = VGG(((16, 1), (32, 1)), 10, in_channels=1, head="gap")
    loader, held_out = data.loaders(32)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    history = train.fit(model, loader, held_out, 3, optimizer, F.cross_entropy, progress=False)
    assert history.val_accuracy[-1] > 0.85
    assert history.val_accuracy[-1] == train.evaluate(model, held_out)


# What is shown ----------------------------------------------------------------------------------


class Place:
    """Stands in for an output of a notebook."""

    def __init__(self) -> None:
        self.pages: list[dict[str, str]] = []

    def update(self, page: dict[str, str], raw: bool) -> None:
        assert raw
        self.pages.append(page)


def test_notebook_sees_a_bar_then_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    monkeypatch.setattr(training_plots, "open_place", lambda: place)
    monkeypatch.setattr(training_plots, "SECONDS_BETWEEN_BARS", 0)
    history = fit(small_model(), epochs=2, progress=True)
    shares = [float(re.findall(r'value="([\d.]+)"', page["text/html"])[0]) for page in place.pages]
    assert shares == sorted(shares)
    assert shares[0] == pytest.approx(1 / 6, abs=1e-3)  # the first of 2 × 3 batches
    assert shares[-1] == 1
    assert place.pages[-1]["text/plain"] == training_plots.history_text(history)
    assert "<img" in place.pages[-1]["text/html"]
    assert place.pages[0]["text/plain"].startswith("epoch 1 of 2, batch 1")


def test_pictures_are_drawn_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    monkeypatch.setattr(training_plots, "open_place", lambda: place)
    monkeypatch.setattr(training_plots, "SECONDS_BETWEEN_CURVES", 1000)
    fit(small_model(), epochs=20, progress=True)
    assert len({p["text/html"].partition("<img")[2] for p in place.pages} - {""}) == 2


def test_terminal_gets_a_line_per_epoch_or_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    fit(small_model(), epochs=3, progress=True)
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Epoch 1", "Epoch 2", "Epoch 3"]
    fit(small_model(), progress=False)
    assert capsys.readouterr().out == ""


def test_curves_show_the_history() -> None:
    history = train.History([2.0, 1.0], [0.3, 0.6], [2.1, 1.4], [0.2, 0.5], [0.1, 0.1], [1.0, 1.0])
    left, right = training_plots.history_figure(history).axes
    assert [list(line.get_ydata()) for line in left.lines] == [[2.0, 1.0], [2.1, 1.4]]
    assert [list(line.get_ydata()) for line in right.lines] == [[0.3, 0.6], [0.2, 0.5]]
    assert list(left.lines[0].get_xdata()) == [1, 2]
    assert "best 50.0% in epoch 2" in training_plots.history_text(history)
    train.plot_history(history)
    with pytest.raises(ValueError, match="at least one epoch"):
        train.plot_history(train.History())
