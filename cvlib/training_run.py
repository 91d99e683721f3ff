"""Training that can be interrupted: a loop with a schedule, and checkpoints to go on from.

    history = train(model, loaders, optimizer, schedule, epochs=10, path="run.pt")
    …the machine restarts; model, loaders and optimizer are built anew…
    history = resume("run.pt", model, loaders, optimizer)
    train(model, loaders, optimizer, schedule, epochs=10, history=history)

`train` → `save_checkpoint` → `resume`. One epoch lies in `train_one_epoch`.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from cvlib.conv_arithmetic import require_at_least
from cvlib.history import History, Totals
from cvlib.schedules import set_lr
from cvlib.train import Batch, LossFunction, device_of, measure

Loaders = tuple[Any, Any]  # for training, and held out


def train(
    model: nn.Module,
    loaders: Loaders,
    optimizer: Any,
    schedule: Any,
    epochs: int,
    device: torch.device | str | None = None,
    history: History | None = None,
    path: str | Path | None = None,
    loss_fn: LossFunction = F.cross_entropy,
) -> History:
    """Train a model, with a schedule that is asked before every step of the optimizer.

    Args:
        model: is changed in place.
        loaders: (train_loader, val_loader), both of batches (images, labels).
        optimizer: of the model's parameters; torch's or ours.
        schedule: None; a function step → learning rate, with steps counted over the whole run
            from 0; a torch scheduler, stepped after each batch; or one of the plateau kind,
            stepped with the validation loss after each epoch.
        epochs: of the whole run, at least 1.
        device: where to train; by default where the model is.
        history: of the epochs that have already been run, when this continues a run.
        path: save a checkpoint there after each epoch.
        loss_fn: (logits, labels) → mean loss of the batch.

    Returns:
        The numbers of every epoch, those of `history` included.

    Raises:
        ValueError: epochs below 1, or a loader that gives nothing.
    """
    require_at_least(1, epochs=epochs)
    if device is not None:
        model.to(device)
    train_loader, val_loader = loaders
    history = History() if history is None else history
    while history.epochs < epochs:
        start = time.perf_counter()
        first_step = history.epochs * len(train_loader)
        trained = train_one_epoch(model, train_loader, optimizer, schedule, first_step, loss_fn)
        history.add(trained, measure(model, val_loader, loss_fn), optimizer,
                    time.perf_counter() - start)  # fmt: skip
        if watches_a_number(schedule):
            schedule.step(history.val_loss[-1])
        if path is not None:
            save_checkpoint(path, model, loaders, optimizer, history, schedule)
    return history


def train_one_epoch(
    model: nn.Module,
    loader: Iterable[Batch],
    optimizer: Any,
    schedule: Any,
    first_step: int,
    loss_fn: LossFunction,
) -> Totals:
    """Learn from every batch once; the schedule counts steps from `first_step`."""
    totals, device = Totals(), device_of(model)
    model.train()
    for step, batch in enumerate(loader, start=first_step):
        images, labels = (part.to(device) for part in batch)
        if is_function(schedule):
            set_lr(optimizer, schedule(step))
        logits = model(images)
        loss = loss_fn(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None and not is_function(schedule) and not watches_a_number(schedule):
            schedule.step()
        totals.add(loss, logits, labels)
    return totals


def save_checkpoint(
    path: str | Path,
    model: nn.Module,
    loaders: Loaders,
    optimizer: Any,
    history: History,
    schedule: Any = None,
) -> None:
    """Write all that a run needs to go on as if nothing had happened.

    That is weights and buffers, the optimizer's state, the history (which tells the step), the
    state of the random numbers, of the loader's shuffling, and of a schedule that has one. The
    file is there as a whole or not at all.
    """
    shuffler = getattr(loaders[0], "generator", None)
    saved = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": dataclasses.asdict(history),
        "random": torch.get_rng_state(),
        "random_cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
        "shuffling": shuffler.get_state() if shuffler is not None else None,
        "schedule": schedule.state_dict() if hasattr(schedule, "state_dict") else None,
    }
    half = Path(f"{path}.part")
    torch.save(saved, half)
    os.replace(half, path)


def resume(
    path: str | Path, model: nn.Module, loaders: Loaders, optimizer: Any, schedule: Any = None
) -> History:
    """Put a run back to where a checkpoint was saved; `train` with the history continues it.

    Nothing but tensors and plain data is read (`weights_only=True`), so that a file from
    elsewhere can't run code.

    Args:
        path: of the file that `save_checkpoint` wrote.
        model, loaders, optimizer, schedule: built as for the run that was interrupted.

    Returns:
        The history up to the checkpoint.

    Raises:
        FileNotFoundError: there is no such file.
        RuntimeError, ValueError: it belongs to another model or optimizer.
    """
    saved = torch.load(path, weights_only=True, map_location="cpu")
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    if saved.get("schedule") is not None and schedule is not None:
        schedule.load_state_dict(saved["schedule"])
    torch.set_rng_state(saved["random"])
    if saved.get("random_cuda") and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(saved["random_cuda"])
    if saved["shuffling"] is not None:
        loaders[0].generator.set_state(saved["shuffling"])
    return History(**saved["history"])


def is_function(schedule: Any) -> bool:
    """Whether a schedule is a function step → learning rate."""
    return callable(schedule) and not hasattr(schedule, "step")


def watches_a_number(schedule: Any) -> bool:
    """Whether a schedule is of the plateau kind: ours, or torch's."""
    return "Plateau" in type(schedule).__name__


REFERENCES: dict[str, tuple[Callable[..., Any], ...]] = {"10": (train, save_checkpoint, resume)}
