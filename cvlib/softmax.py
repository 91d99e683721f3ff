"""Softmax by hand, and what belongs to it: its logarithm, and the logarithm of its sum.

These look along one `dim` and stay finite, with their gradients, however large the input: an
exponential never sees a number above 0. `cvlib.activations` gives them too.
"""

from __future__ import annotations

import torch
from torch import Tensor


def softmax(x: Tensor, dim: int) -> Tensor:
    """Positive numbers that sum to 1 along `dim`: eˣ / Σ eˣ. Same shape as x, which may be empty.

    The largest number along `dim` is subtracted first. That changes nothing (it cancels), and no
    exponential can overflow. Checked against torch.softmax, forward and backward.
    """
    powers = torch.exp(x - largest(x, dim))
    return powers / powers.sum(dim=dim, keepdim=True)


def log_softmax(x: Tensor, dim: int) -> Tensor:
    """log(softmax(x)), computed as x − logsumexp(x): finite where softmax has rounded to 0.

    Checked against torch.log_softmax, forward and backward.
    """
    shifted = x - largest(x, dim)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()


def logsumexp(x: Tensor, dim: int, keepdim: bool = False) -> Tensor:
    """log Σ eˣ along `dim`, without overflow: a smooth maximum. Checked against torch.logsumexp."""
    top = largest(x, dim)
    total = (x - top).exp().sum(dim=dim, keepdim=True).log() + top
    return total if keepdim else total.squeeze(dim)


def largest(x: Tensor, dim: int) -> Tensor:
    """The maximum along `dim`, kept as a place of size 1; it takes no part in the gradient."""
    top = x.detach()
    return top.amax(dim=dim, keepdim=True) if x.numel() else top.sum(dim=dim, keepdim=True)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"02": (softmax, log_softmax, logsumexp)}
