"""Training on ten surfaces, always with the same budget: pictures, rounds, changes, schedule."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib.conv_arithmetic import require_at_least
from cvlib.small_efficientnet import prepared, small_efficientnet
from cvlib.surfaces import NAMES, surfaces
from cvlib.train import seed_everything

EPOCHS = 5
BATCH = 24
SCRATCH_RATE = 2e-2  # the best of five on the validation pictures; see benchmarks/transfer.py


def run(model: nn.Module, groups: list[dict[str, Any]], epochs: int = EPOCHS) -> nn.Module:
    """Train on the 240 pictures, turned and mirrored by chance; in evaluation mode afterwards.

    AdamW, batches of 24, one cycle of the rates. Random numbers come from torch's own generator.

    Args:
        model: prepared pictures (N, 3, 48, 48) → logits (N, 10); changed in place.
        groups: parameters and their highest rates, as for an optimizer.
        epochs: at least 1.
    """
    require_at_least(1, epochs=epochs)
    optimizer = torch.optim.AdamW(groups)
    pictures, labels = surfaces("train")
    highest = [group["lr"] for group in optimizer.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, highest, total_steps=epochs * -(-len(labels) // BATCH)
    )
    model.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(labels)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(model(augmented(pictures[chosen])), labels[chosen]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def from_scratch(seed: int = 0, epochs: int = EPOCHS, rate: float = SCRATCH_RATE) -> nn.Module:
    """The small EfficientNet from random numbers, with the recipe that suits it best."""
    seed_everything(seed)
    model = small_efficientnet(len(NAMES))
    return run(model, [{"params": list(model.parameters()), "lr": rate}], epochs)


def augmented(pictures: Tensor) -> Tensor:
    """A prepared batch, mirrored and turned by chance: every surface may lie anyhow."""
    quarter, mirrored = torch.randint(4, (2,)).tolist()
    pictures = pictures.flip(-1) if mirrored % 2 else pictures
    return prepared(torch.rot90(pictures, quarter, (2, 3)))
