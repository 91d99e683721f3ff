"""The reader of digits, and the small networks on which training code is tried out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import data, digit_reading, small_models, train
from cvlib.digit_reading import finding, form

TRUE = {images.flatten()[:].numpy().tobytes(): int(label)
        for part in (True, False)
        for images, label in zip(*data.digits(part), strict=True)}  # fmt: skip


def knows(share: float, on_learned: float = 1.0) -> Callable[[Tensor], Tensor]:
    """A reader that knows this share of the held-out digits, and of the others."""

    def read(images: Tensor) -> Tensor:
        labels = torch.tensor([TRUE[image.flatten().numpy().tobytes()] for image in images])
        part = share if len(images) == 397 else on_learned
        wrong = torch.arange(len(labels)) >= round(part * len(labels))
        return 5 * F.one_hot((labels + wrong) % 10, 10).float() - 1

    return read


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (knows(1.0), digit_reading.GOOD),
        (knows(386 / 397), digit_reading.GOOD),
        (knows(385 / 397), "reads 385 of 397 held-out digits; 386 are wanted"),
        (knows(0.9), "reads 357 of 397 held-out digits; 386 are wanted"),
        (knows(0.2, 0.2), digit_reading.GUESSES),
        (knows(1.0, 0.95), digit_reading.LEAKED),
        (lambda x: knows(1.0)(x).softmax(dim=1), digit_reading.PROBABILITIES),
        (lambda x: torch.arange(10.0).expand(len(x), 10), digit_reading.SAME),
        (lambda x: knows(1.0)(x) + torch.randn(len(x), 10), digit_reading.UNSTEADY),
        (lambda x: knows(1.0)(x) * float("nan"), "gives numbers that are infinite or NaN"),
        (lambda x: knows(1.0)(x)[0], "gives (10,) for 397 digits; (397, 10) is wanted"),
        (lambda x: 7, "gives int for 397 digits; (397, 10) is wanted"),
        (nn.Conv2d(3, 10, 3), "can't be asked; it stops with RuntimeError: Given groups=1, weight"),
        (0.98, "can't be asked; it stops with TypeError: 'float' object is not callable"),
        (None, None),
    ],
)
def test_finding_names_the_first_thing_that_is_true(
    reader: Callable[[Tensor], Tensor] | None, said: str | None
) -> None:
    found = finding(reader)
    assert found == said or (found or "").startswith(said or "?") == ("stops" in (said or ""))


def test_form_looks_at_the_kind_of_answer_only() -> None:
    assert form(None) is None
    assert form(knows(0.0, 0.0)) == digit_reading.LOGITS
    assert form(lambda x: knows(1.0)(x).softmax(dim=1)) == digit_reading.PROBABILITIES


def test_learn_and_report_is_train_step_then_evaluate() -> None:
    model, learned, held_out, optimizer, epochs = small_models.one_experiment(5, epochs=2)
    share = digit_reading.learn_and_report(model, learned, held_out, optimizer, epochs)
    twin, learned, held_out, optimizer, _ = small_models.one_experiment(5)
    for _ in range(epochs):
        for batch in learned:
            train.train_step(twin, batch, F.cross_entropy, optimizer)
    assert share == train.evaluate(twin, held_out)
    for got, want in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(got, want)


# Small models -----------------------------------------------------------------------------------


def test_makers_give_the_same_each_time_and_leave_the_callers_random_numbers() -> None:
    state = torch.get_rng_state()
    one, two = small_models.one_step(3), small_models.one_step(3)
    assert torch.equal(torch.get_rng_state(), state)
    for got, want in zip(one[0].state_dict().values(), two[0].state_dict().values(), strict=True):
        assert torch.equal(got, want)
    assert torch.equal(one[1][0], two[1][0])


@pytest.mark.parametrize("training", [True, False])
def test_a_step_starts_with_old_gradients_in_the_mode_asked_for(training: bool) -> None:
    model, (images, labels), _, _ = small_models.one_step(0, samples=5, training=training)
    assert model.training is training
    assert images.shape == (5, 4)
    assert labels.shape == (5,)
    assert all(p.grad is not None and p.grad.any() for p in model.parameters() if p.dim() > 1)
    assert model.followed == 0


def test_a_measurement_has_batches_of_different_accuracy() -> None:
    model, batches = small_models.one_measurement(1, [30, 30, 7, 3])
    shares = [train.evaluate(model, [batch]) for batch in batches]
    assert shares[1] == shares[3] == 1
    assert shares[0] < 0.8
    assert sum(shares) / 4 != pytest.approx(train.evaluate(model, batches), abs=0.01)
    assert model.training


def test_followed_counts_passes_with_gradients() -> None:
    model, batches = small_models.one_measurement(1)
    with torch.no_grad():
        model(batches[0][0])
    assert model.followed == 0
    model(batches[0][0])
    assert model.followed == 1


def test_kinds_to_count() -> None:
    assert small_models.one_to_count("frozen", True)[1:] == (True,)
    module = small_models.one_to_count("shared")[0]
    assert isinstance(module, nn.Sequential)
    assert module[0] is module[2]
    with pytest.raises(ValueError, match=r"kind must be one of plain, .* got 'odd'"):
        small_models.one_to_count("odd")
