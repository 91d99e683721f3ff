"""Block builder: the data path of a residual block, its shapes, and whether they can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import traitlets

from .base import BadValueError, CourseWidget, WholeNumber

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("plain", "basic", "bottleneck", "inverted_residual")
SHORTCUTS = ("identity", "projection", "none")
Shape = tuple[int, int, int]  # C, H, W


class Step(NamedTuple):
    """One convolution of the block, with its batch normalisation."""

    name: str
    shape: Shape  # of what comes out
    parameters: int  # weights, and two numbers per channel for the batch normalisation
    macs: int  # of the convolution


class BlockBuilder(CourseWidget):
    """A block of a ResNet or MobileNetV2, layer by layer.

    `kind` is plain, basic, bottleneck (a quarter of the channels inside) or inverted_residual
    (`expansion` times the channels inside); `shortcut` is identity, projection or none. The
    input has `in_channels` and is `size` × `size`. `steps`, `path_shape`, `shortcut_shape`,
    `fits`, `parameters` and `macs` follow. A bad value raises ValueError.
    """

    kind = traitlets.Unicode("basic").tag(sync=True)
    shortcut = traitlets.Unicode("identity").tag(sync=True)
    in_channels = WholeNumber(64, 4, 2048).tag(sync=True)
    out_channels = WholeNumber(64, 4, 2048).tag(sync=True)
    stride = WholeNumber(1, 1, 2).tag(sync=True)
    size = WholeNumber(56, 7, 224).tag(sync=True)
    expansion = WholeNumber(6, 1, 8).tag(sync=True)

    @traitlets.validate("kind", "shortcut")
    def _known_name(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        known = KINDS if name == "kind" else SHORTCUTS
        if value not in known:
            raise BadValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")
        return value

    def _convolution(
        self,
        name: str,
        shape: Shape,
        channels: int,
        kernel_size: int,
        stride: int = 1,
        groups: int = 1,
    ) -> Step:
        """A convolution that keeps the size but for its stride, and its batch normalisation."""
        side = (shape[1] - 1) // stride + 1  # padding ⌊kernel_size / 2⌋
        weights = channels * (shape[0] // groups) * kernel_size**2
        full_name = f"{name}, stride {stride}" if stride > 1 else name
        return Step(full_name, (channels, side, side), weights + 2 * channels, weights * side**2)

    @property
    def input_shape(self) -> Shape:
        """(C, H, W) of what enters."""
        return self.in_channels, self.size, self.size

    @property
    def path(self) -> list[Step]:
        """The convolutions from the input to the addition."""
        shape, out, stride = self.input_shape, self.out_channels, self.stride
        wide = self.in_channels * self.expansion
        plans: dict[str, list[tuple[str, int, int, int]]] = {
            "basic": [("3×3 conv", out, 3, stride), ("3×3 conv", out, 3, 1)],
            "bottleneck": [
                ("1×1 conv", max(1, out // 4), 1, 1),
                ("3×3 conv", max(1, out // 4), 3, stride),
                ("1×1 conv", out, 1, 1),
            ],
            "inverted_residual": [
                *([("1×1 conv", wide, 1, 1)] if self.expansion > 1 else []),
                ("3×3 depthwise", wide, 3, stride),
                ("1×1 conv", out, 1, 1),
            ],
        }
        steps: list[Step] = []
        for name, channels, kernel_size, step_stride in plans.get(self.kind, plans["basic"]):
            groups = shape[0] if "depthwise" in name else 1
            steps.append(self._convolution(name, shape, channels, kernel_size, step_stride, groups))
            shape = steps[-1].shape
        return steps

    @property
    def projection(self) -> Step | None:
        """The 1×1 convolution on the shortcut, where there is one."""
        if self.kind == "plain" or self.shortcut != "projection":
            return None
        return self._convolution("1×1 conv", self.input_shape, self.out_channels, 1, self.stride)

    @property
    def steps(self) -> list[Step]:
        """All convolutions: the path, then the projection if there is one."""
        return self.path + ([self.projection] if self.projection else [])

    @property
    def path_shape(self) -> Shape:
        """(C, H, W) at the end of the path."""
        return self.path[-1].shape

    @property
    def shortcut_shape(self) -> Shape | None:
        """(C, H, W) that the shortcut brings to the addition; None where there is no shortcut."""
        if self.kind == "plain" or self.shortcut == "none":
            return None
        return self.projection.shape if self.projection else self.input_shape

    @property
    def fits(self) -> bool:
        """Can path and shortcut be added? True also where there is nothing to add."""
        return self.shortcut_shape in (None, self.path_shape)

    @property
    def parameters(self) -> int:
        """Of all convolutions and batch normalisations."""
        return sum(step.parameters for step in self.steps)

    @property
    def macs(self) -> int:
        """Multiply–accumulates of all convolutions, for one image."""
        return sum(step.macs for step in self.steps)

    def summary(self) -> str:
        """Shapes, cost, and whether the addition works."""
        shapes = " → ".join(
            "×".join(map(str, shape))
            for shape in (self.input_shape, *(step.shape for step in self.path))
        )
        works = "" if self.fits else "; the shortcut does not fit"
        return (
            f"Block builder, {self.kind.replace('_', ' ')} block: {shapes}; "
            f"{self.parameters:,} parameters, {self.macs:,} MACs{works}."
        )

    def fallback_figure(self) -> Figure:
        """The data path from left to right, with the shortcut above it."""
        from .block_figure import block_figure

        return block_figure(self)
