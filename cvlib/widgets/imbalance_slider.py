"""Imbalance slider: one positive among up to 1,000 negatives, and who owns the gradient."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
import traitlets
from torch import Tensor

from .base import BadValueError
from .chart_widget import ChartWidget
from .real_number import RealNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOSSES = {
    "bce": "cross-entropy",
    "weighted": "cross-entropy, positives × ratio",
    "focal": "focal, γ = 2",
}


class ImbalanceSlider(ChartWidget):
    """One positive and `ratio` negatives: which share of loss and gradient has the positive?

    The network gives the positive the probability `p_positive` of yes, and every negative
    `p_negative`. `loss` is a key of LOSSES; `shares` and `prior` follow. A bad value raises
    ValueError.
    """

    ratio = RealNumber(100.0, 1, 1000, log=True).tag(sync=True)
    loss = traitlets.Unicode("bce").tag(sync=True)
    p_positive = RealNumber(0.5, 0.001, 0.999, step=0.001).tag(sync=True)
    p_negative = RealNumber(0.5, 0.001, 0.999, step=0.001).tag(sync=True)
    _losses = traitlets.List([list(pair) for pair in LOSSES.items()]).tag(sync=True)

    @traitlets.validate("loss")
    def _known_loss(self, proposal: Any) -> str:
        if proposal["value"] not in LOSSES:
            names = ", ".join(LOSSES)
            raise BadValueError(f"loss must be one of {names}, got {proposal['value']!r}")
        return proposal["value"]

    def _each(self, logits: Tensor, targets: Tensor) -> Tensor:
        if self.loss == "focal":
            from torchvision.ops import sigmoid_focal_loss

            return sigmoid_focal_loss(logits, targets, alpha=-1)
        weight = torch.tensor(self.ratio if self.loss == "weighted" else 1.0).double()
        return F.binary_cross_entropy_with_logits(
            logits, targets, pos_weight=weight, reduction="none"
        )

    @property
    def shares(self) -> dict[str, float]:
        """Of the positive, from 0 to 1: of the samples, the loss, and the gradient's size."""
        p = torch.tensor([self.p_positive, self.p_negative], dtype=torch.float64)
        logits = torch.logit(p).requires_grad_()
        each = self._each(logits, torch.tensor([1.0, 0.0]).double())  # (2,)
        (slopes,) = torch.autograd.grad(each.sum(), logits)
        count = torch.tensor([1.0, self.ratio]).double()
        parts = {"samples": torch.ones(2).double(), "loss": each.detach(), "gradient": slopes.abs()}
        return {
            name: (part * count / (part * count).sum())[0].item() for name, part in parts.items()
        }

    @property
    def prior(self) -> tuple[float, float]:
        """The share of positives, and the logit of that: where the last bias should start."""
        return 1 / (1 + self.ratio), -math.log(self.ratio)

    def summary(self) -> str:
        """The shares in one sentence."""
        found = self.shares
        return (
            f"Imbalance slider, 1 positive to {self.ratio:g} negatives, {LOSSES[self.loss]}: the "
            f"positive is {found['samples']:.1%} of the samples, and has {found['loss']:.1%} of "
            f"the loss and {found['gradient']:.1%} of the gradient."
        )

    def fallback_figure(self) -> Figure:
        """The shares as bars."""
        from .loss_figures import imbalance_figure

        return imbalance_figure(self)
