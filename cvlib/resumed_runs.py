"""Runs that are trained, interrupted and continued: what comes of a `train` or a `resume`.

Like `cvlib.optim_runs`, for functions that work on a whole run.
"""

from __future__ import annotations

import dataclasses
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from cvlib.check.cases import device
from cvlib.history import History
from cvlib.optim_task import Momentum, batches, dropout_net, numbered

KEYS = ("model", "optimizer", "history", "random", "shuffling")  # of a checkpoint


class Noted(Momentum):
    """Notes every group's learning rate at each step."""

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        super().__init__(groups, lr=0.1, weight_decay=0.0)
        self.rates: list[list[float]] = []

    def step(self) -> None:
        """Note, then change the parameters."""
        self.rates.append([float(group["lr"]) for group in self.param_groups])
        super().step()


def new_run(seed: int = 0, place: Any = "cpu") -> tuple[Any, Any, Noted]:
    """A model with dropout, its loaders, and an optimizer with momentum and two groups.

    On the CPU unless told otherwise: a GPU draws dropout's numbers from a generator of its own.
    """
    torch.manual_seed(seed)
    model, loaders = dropout_net(seed).to(place), batches(seed)
    parts = list(model.parameters())
    groups: list[dict[str, Any]] = [
        {"params": parts[:4]},
        {"params": parts[4:], "weight_decay": 0.1},
    ]
    return model, loaders, Noted(groups)


def trained(train: Callable[..., Any], epochs: int, already: int = 0) -> dict[str, Any]:
    """The history of a run whose schedule is 0.05 / (1 + step), and what it left behind.

    The model comes in evaluation mode, as an evaluation before the run may leave it.

    Args:
        already: epochs that `history` says have been run before.
    """
    model, loaders, optimizer = new_run(place=device())

    def schedule(step: int) -> float:
        return 0.05 / (1 + step)

    model.eval()
    before = {"history": None} if already == 0 else {"history": ran(already)}
    seen = train(model, loaders, optimizer, schedule, epochs, device(), **before)
    fields = ("train_loss", "train_accuracy", "val_loss", "val_accuracy")
    return {
        "epochs in the history": len(seen.train_loss),
        "learning rates of the steps": optimizer.rates,
        **{name: list(getattr(seen, name)) for name in fields},
        "weights": numbered(model.parameters()),
    }


def ran(epochs: int) -> History:
    """A history that says that so many epochs have been run."""
    return History(*[[0.5] * epochs for _ in dataclasses.fields(History)])


def learn(model: Any, loaders: Any, optimizer: Any, epochs: int) -> list[float]:
    """Train for some epochs; the loss of every batch."""
    losses = []
    model.train()
    for _ in range(epochs):
        for images, labels in loaders[0]:
            loss = F.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def interrupted(save_checkpoint: Callable[..., Any], epochs: int) -> dict[str, Any]:
    """Train, save with your function, and continue from the file: the losses from there on.

    The file is read by the course, key by key, into a run that began with other numbers.
    """
    run = new_run()
    learn(*run, epochs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pt"
        save_checkpoint(path, *run, ran(epochs))
        learn(*run, 1)  # what comes later must not reach the file
        saved = read_checkpoint(path)
    model, loaders, optimizer = new_run(seed=9)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    loaders[0].generator.set_state(saved["shuffling"])
    torch.set_rng_state(saved["random"])
    return {"epochs": len(saved["history"]["train_loss"]),
            "losses after the restart": learn(model, loaders, optimizer, 2)}  # fmt: skip


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What a file holds; ValueError, in plain words, where it is no checkpoint as agreed."""
    if not path.exists():
        raise ValueError("there is no file at path after save_checkpoint")
    try:
        saved = torch.load(path, weights_only=True)
    except pickle.UnpicklingError:
        raise ValueError(
            "weights_only=True can't read this file: it holds whole objects. Save state_dict() "
            "and dataclasses.asdict(history), which are plain"
        ) from None
    if not isinstance(saved, dict):
        raise ValueError(f"the file must hold a dict, got {type(saved).__name__}")
    missing = [repr(key) for key in KEYS if key not in saved]
    if missing:
        raise ValueError(f"the checkpoint lacks the key {', '.join(missing)}")
    return saved


def continued(resume: Callable[..., Any], epochs: int) -> dict[str, Any]:
    """Train, save, and continue with your function: the losses from there on."""
    run = new_run()
    learn(*run, epochs)
    model, loaders, optimizer = run
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.pt"
        saved = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "history": dataclasses.asdict(ran(epochs)),
            "random": torch.get_rng_state(),
            "shuffling": loaders[0].generator.get_state(),
        }
        torch.save(saved, path)
        fresh = new_run(seed=9)
        history = resume(path, *fresh)
    if not isinstance(history, History):
        raise ValueError(f"resume must return a History, got {type(history).__name__}")
    return {"epochs": len(history.train_loss), "losses after the restart": learn(*fresh, 2)}
