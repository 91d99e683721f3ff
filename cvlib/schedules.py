"""Learning rates over a run: pure functions of the step, and one schedule that watches a number.

A schedule answers one question: which learning rate does step number `step` get, counted from 0?
It keeps nothing, so that a run can be resumed, and drawn before it begins.

    for step in range(total_steps):
        set_lr(optimizer, warmup_cosine_lr(step, 1e-3, warmup_steps=100, total_steps=total_steps))

`ReduceOnPlateau` can't be such a function: it waits for a validation loss.
"""

from __future__ import annotations

import math
from typing import Any

from cvlib.conv_arithmetic import require_at_least


def set_lr(optimizer: Any, lr: float) -> None:
    """Give every group of an optimizer this learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = lr


def step_lr(step: int, base_lr: float, step_size: int, gamma: float = 0.1) -> float:
    """base_lr, multiplied by gamma after every `step_size` steps. As torch's StepLR.

    Raises ValueError for a step below 0 or a step_size below 1.
    """
    require_at_least(0, step=step)
    require_at_least(1, step_size=step_size)
    return base_lr * gamma ** (step // step_size)


def cosine_lr(step: float, base_lr: float, total_steps: float, min_lr: float = 0.0) -> float:
    """Half a cosine from base_lr at step 0 to min_lr at step total_steps (SGDR, 2017).

    As torch's CosineAnnealingLR, and like it the rate *rises* again beyond total_steps. Steps
    may be parts of one. Raises ValueError for a step below 0, or total_steps not above 0.
    """
    if not step >= 0:
        raise ValueError(f"step must be at least 0, got {step}")
    if not total_steps > 0:
        raise ValueError(f"total_steps must be above 0, got {total_steps}")
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * step / total_steps)) / 2


def warmup_cosine_lr(
    step: int, base_lr: float, warmup_steps: int, total_steps: int, min_lr: float = 0.0
) -> float:
    """Straight up in `warmup_steps` steps, then half a cosine down to min_lr at total_steps.

    The first step gets base_lr / warmup_steps, not 0; the last one of the warm-up and the one
    behind it get base_lr. As torch's LinearLR and CosineAnnealingLR in a SequentialLR. Raises
    ValueError for a step or warmup_steps below 0, or total_steps not above warmup_steps.
    """
    require_at_least(0, step=step, warmup_steps=warmup_steps)
    require_at_least(warmup_steps + 1, total_steps=total_steps)
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    return cosine_lr(step - warmup_steps, base_lr, total_steps - warmup_steps, min_lr)


def one_cycle_lr(
    step: int,
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> float:
    """Half a cosine up from max_lr / div_factor, then half a cosine down to almost nothing.

    The peak is at step pct_start · total_steps − 1, and the last step, total_steps − 1, gets
    max_lr / (div_factor · final_div_factor). As torch's OneCycleLR (Smith, 2018).

    Raises:
        ValueError: a step outside of 0 … total_steps − 1, or pct_start not between 0 and 1.
    """
    require_at_least(2, total_steps=total_steps)
    if not 0 <= step < total_steps:
        raise ValueError(f"step must be from 0 to {total_steps - 1}, got {step}")
    if not 0 < pct_start < 1:
        raise ValueError(f"pct_start must be between 0 and 1, got {pct_start}")
    start = max_lr / div_factor
    peak, last = pct_start * total_steps - 1, total_steps - 1
    if step < peak:
        return cosine_lr(step, start, peak, max_lr)  # "down" to a higher rate is up
    return cosine_lr(step - peak, max_lr, last - peak, start / final_div_factor)


class ReduceOnPlateau:
    """Multiply all learning rates by `factor` when a number has not improved for a while.

    Call `step(metric)` once for each validation. A metric counts as better when it beats the best
    one by a share of `threshold`. After more than `patience` calls in a row that were not better,
    the rates fall, but not below `min_lr`, and the count begins anew. As torch's ReduceLROnPlateau.

    Raises:
        ValueError: a mode other than "min" and "max", a factor not between 0 and 1, or a patience
            below 0.
    """

    def __init__(
        self,
        optimizer: Any,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        min_lr: float = 0.0,
    ) -> None:
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', got {mode!r}")
        if not 0 < factor < 1:
            raise ValueError(f"factor must be between 0 and 1, got {factor}")
        require_at_least(0, patience=patience)
        self.optimizer, self.mode = optimizer, mode
        self.factor, self.patience, self.threshold, self.min_lr = (
            factor, patience, threshold, min_lr,
        )  # fmt: skip
        self.best = math.inf if mode == "min" else -math.inf
        self.bad = 0  # calls in a row that were not better

    def step(self, metric: float) -> None:
        """Hear of one validation."""
        metric = float(metric)
        if self._is_better(metric):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                lower = max(self.min_lr, group["lr"] * self.factor)
                if group["lr"] - lower > 1e-8:  # torch's eps: smaller changes are not worth it
                    group["lr"] = lower

    def state_dict(self) -> dict[str, float]:
        """What a checkpoint has to keep."""
        return {"best": self.best, "bad": self.bad}

    def load_state_dict(self, saved: dict[str, float]) -> None:
        """Go on from a `state_dict`."""
        self.best, self.bad = saved["best"], int(saved["bad"])

    def _is_better(self, metric: float) -> bool:
        if self.mode == "min":
            return metric < self.best * (1 - self.threshold)
        return metric > self.best * (1 + self.threshold)


REFERENCES = {
    "10": (step_lr, cosine_lr, warmup_cosine_lr, one_cycle_lr, ReduceOnPlateau),
}
