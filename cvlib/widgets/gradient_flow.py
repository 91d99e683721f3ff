"""Gradient flow: how much gradient reaches each layer, with and without skips and BatchNorm."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
import traitlets
from torch import Tensor, nn

from .base import BadValueError, WholeNumber
from .chart_widget import ChartWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_DEPTH, LAST_SEED = 50, 99
NETS = {
    "plain": "plain",
    "plain_bn": "plain + BatchNorm",
    "skips": "skips",
    "skips_bn": "skips + BatchNorm",
}


def next_features(x: Tensor, layer: nn.Conv2d, net: str) -> Tensor:
    """One layer of the net on features, (N, 8, H, W) → (N, 8, H, W)."""
    features = layer(x)
    if net.endswith("bn"):
        features = F.batch_norm(features, None, None, training=True)
    features = torch.relu(features)
    return x + features if net.startswith("skips") else features


@lru_cache(maxsize=256)
def gradient_norms(depth: int, seed: int) -> dict[str, tuple[float, ...]]:
    """Norm of the gradient at every layer's weight, first layer first, for all of NETS.

    The same `depth` convolutions, `nn.Conv2d(8, 8, 3, padding=1)` as torch initialises them, make
    all four nets; what is differentiated is the mean of the output. "plain" and "skips" are those
    of `cvlib.models.plain_vs_residual`. The caller's random state stays as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
        images = torch.randn(4, 8, 8, 8)  # (N, C, H, W)
    weights = [layer.weight for layer in layers]
    norms = {}
    for net in NETS:
        x = images
        for layer in layers:
            x = next_features(x, layer, net)  # (N, C, H, W)
        gradients = torch.autograd.grad(x.mean(), weights)
        norms[net] = tuple(gradient.norm().item() for gradient in gradients)
    return norms


class NetNames(traitlets.List):
    """Any of NETS, each at most once."""

    def validate(self, obj: Any, value: Any) -> list[str]:
        """Return the list, or raise BadValueError."""
        is_list = isinstance(value, (list, tuple))
        names = [net for net in value if net in list(NETS)] if is_list else []
        if not is_list or len(set(names)) != len(value):
            raise BadValueError(f"{self.name} must be some of {', '.join(NETS)}, got {value!r}")
        return names


class GradientFlow(ChartWidget):
    """Gradient norms by layer, of four small networks made of the same convolutions.

    `depth` and `seed` make the networks; `shown` are the curves drawn (keys of NETS), `layer` the
    layer that is read off (it goes back into range when the depth shrinks). `norms` follows: for
    each net one number per layer, first layer first. A bad value raises ValueError.
    """

    depth = WholeNumber(30, 2, MAX_DEPTH).tag(sync=True)
    seed = WholeNumber(0, 0, LAST_SEED).tag(sync=True)
    layer = WholeNumber(1, 1, MAX_DEPTH).tag(sync=True)
    shown = NetNames(list(NETS)).tag(sync=True)
    _nets = traitlets.Dict(NETS).tag(sync=True)
    _norms = traitlets.Dict().tag(sync=True)

    @traitlets.default("_norms")
    def _compute(self) -> dict[str, list[float]]:
        return {net: list(norms) for net, norms in gradient_norms(self.depth, self.seed).items()}

    @traitlets.validate("layer")
    def _layer_in_net(self, proposal: Any) -> int:
        if proposal["value"] > self.depth:
            raise BadValueError(
                f"layer must be at most {self.depth}, the depth, got {proposal['value']}"
            )
        return proposal["value"]

    @traitlets.observe("depth", "seed")
    def _compute_anew(self, _change: Any) -> None:
        self.layer = min(self.layer, self.depth)
        self._norms = self._compute()

    @property
    def norms(self) -> dict[str, tuple[float, ...]]:
        """For each net the gradient norms, first layer first; 0 where float32 has nothing left."""
        return gradient_norms(self.depth, self.seed)

    def summary(self) -> str:
        """The norms at the first layer in one sentence."""
        first = ", ".join(f"{NETS[net]} {norms[0]:.1e}" for net, norms in self.norms.items())
        return f"Gradient flow at depth {self.depth}: norm at the first layer: {first}."

    def fallback_figure(self) -> Figure:
        """The four curves on a log scale."""
        import matplotlib
        from matplotlib.figure import Figure

        from cvlib.figures import STYLE

        with matplotlib.rc_context(STYLE):
            figure = Figure(figsize=(8, 3.6), layout="constrained")
            axes = figure.subplots()
            for net in self.shown:
                norms = [norm or float("nan") for norm in self.norms[net]]
                axes.plot(range(1, self.depth + 1), norms, label=NETS[net], marker=".")
            axes.set(yscale="log", xlabel="layer (1 is the input side)", ylabel="gradient norm")
            if self.shown:
                axes.legend()
        return figure
