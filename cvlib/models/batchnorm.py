"""Batch normalisation (Ioffe and Szegedy, 2015), by hand.

The networks of this package use torch's own, which is faster; this one shows what it does.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class BatchNorm2d(nn.Module):
    """Every channel shifted and scaled to mean 0 and variance 1, then by two learnt numbers.

    (N, C, H, W) → (N, C, H, W): y = (x − mean) / √(var + eps) · weight + bias, per channel.

    Training mode takes mean and variance over N, H and W of this batch; the variance that divides
    is the biased one (divided by n), the one that enters the running estimate is unbiased (n − 1).
    running = (1 − momentum) · running + momentum · batch. The gradient flows through mean and
    variance. Evaluation mode uses the running estimates and changes nothing: there one image's
    result doesn't depend on its neighbours, and a batch of 0 or 1 is fine.

    Args:
        num_features: channels C.
        eps: added to the variance, so that a constant channel doesn't divide by 0.
        momentum: share of the new batch in the running estimate, 0 … 1.

    State: parameters `weight` (ones) and `bias` (zeros); buffers `running_mean` (zeros),
    `running_var` (ones), `num_batches_tracked` (0).

    Raises:
        ValueError: x isn't (N, C, H, W), or training with a single value per channel (its
            variance is 0 and says nothing).

    Source: Ioffe and Szegedy (2015), algorithms 1 and 2. Checked against torch.nn.BatchNorm2d:
    outputs, gradients and running estimates, in both modes.
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 4 or x.shape[1] != self.weight.numel():
            wanted = f"(N, {self.weight.numel()}, H, W)"
            raise ValueError(f"x must have shape {wanted}, got {tuple(x.shape)}")
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean = x.mean((0, 2, 3))  # (C,)
            var = x.var((0, 2, 3), unbiased=False)  # (C,)
            self.track(mean, var, values=x.numel() // x.shape[1])
        mean, scale = mean[:, None, None], self.weight / (var + self.eps).sqrt()
        return (x - mean) * scale[:, None, None] + self.bias[:, None, None]

    def track(self, mean: Tensor, var: Tensor, values: int) -> None:
        """Move the running estimates towards this batch, which had `values` values a channel."""
        if values < 2:
            raise ValueError(f"x must have more than 1 value per channel to train, got {values}")
        unbiased = var.detach() * values / (values - 1)
        self.running_mean.lerp_(mean.detach(), self.momentum)
        self.running_var.lerp_(unbiased, self.momentum)
        self.num_batches_tracked += 1


REFERENCES = {"04": (BatchNorm2d,)}
