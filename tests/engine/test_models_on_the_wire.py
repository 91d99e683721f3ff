"""check.module and check.case_of say over the wire what they say at home."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from autograder.cells import Outcome, run_cell
from autograder.engine.judge import Judge, Link
from autograder.engine.student import Student
from cvlib import check, mistakes, small_models, train
from cvlib.models import vgg

SEEN = {"check": check, "small_models": small_models, "train": train, "vgg": vgg}
MODULE = """
r = check.inputs()
configs = [check.case([(4, 1), (6, 2)], 5, hidden=8), check.case([(3, 1)], 2, 1, "gap")]
inputs = [r.normal(2, 3, 12, 12), r.normal(1, 1, 6, 6)]
check.module(answer, like=vgg.VGG, exercise="03-vgg", configs=configs, inputs=inputs,
             state_names=True, points=2)
"""
STEP = """
check.function(
    answer, like=train.train_step, exercise="03-train-step", watch=("parameters", "training"),
    cases=[check.case_of(small_models.one_step, 1), check.case_of(small_models.one_step, 2, 5),
           check.case_of(small_models.one_step, 3, smoothing=0.3)],
    points=2,
)
"""


def right_step(model: Any, batch: Any, loss_fn: Any, optimizer: Any) -> float:
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


class RightNet(vgg.VGG):
    """The reference under another name."""


def answers() -> Iterator[Any]:
    yield pytest.param(MODULE, RightNet, id="right net")
    yield pytest.param(STEP, right_step, id="right step")
    for text, exercise in ((MODULE, "03-vgg"), (STEP, "03-train-step")):
        for mistake in mistakes.of(exercise):
            yield pytest.param(text, mistake.answer, id=mistake.id)


def over_the_wire(text: str, answer: Callable[..., Any]) -> Outcome:
    """The test cell runs in a judge, the answer in a student's loop in another thread."""
    ours, theirs = socket.socketpair()
    student = Student(theirs, SimpleNamespace(user_ns={"answer": answer}))  # type: ignore[arg-type]
    thread = threading.Thread(target=student.serve, daemon=True)
    thread.start()
    judge = Judge()
    judge.link = Link(ours)
    judge.link.deadline = time.monotonic() + 60
    judge.namespace.update(SEEN)
    try:
        return judge.run(text, "test")
    finally:
        ours.close()
        thread.join(5)


def verdict(outcome: Outcome) -> tuple[Any, str, str, tuple[str, ...]]:
    told = getattr(outcome.error, "mistakes", ())
    return outcome.value, str(outcome.error or ""), outcome.printed, told


@pytest.mark.parametrize(("text", "answer"), list(answers()))
def test_verdict_is_the_same_over_the_wire_as_at_home(
    text: str, answer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("observe", "observe_module"):  # the mistakes are made of the course's own blocks
        monkeypatch.setattr(f"cvlib.check.{place}.sealed", lambda module: contextlib.nullcontext())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        home = verdict(run_cell(text, {**SEEN, "answer": answer}, "test"))
        assert verdict(over_the_wire(text, answer)) == home
    finally:
        torch.set_num_threads(threads)
    assert (home[0] == 2) is (answer in (RightNet, right_step))
