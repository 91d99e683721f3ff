"""Receptive-field viewer: a stack of layers, and which input pixels one output unit sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import traitlets

from .base import BadValueError, WholeNumber
from .presets import PresetWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Layer = tuple[int, int, int]  # kernel_size, stride, dilation
LIMITS = {"kernel_size": 11, "stride": 4, "dilation": 8}
MAX_LAYERS = 8
PRESETS: dict[str, list[Layer]] = {
    "three_3x3": [(3, 1, 1), (3, 1, 1), (3, 1, 1)],
    "resnet_stem": [(7, 2, 1), (3, 2, 1)],
    "vgg_start": [(3, 1, 1), (3, 1, 1), (2, 2, 1), (3, 1, 1), (3, 1, 1), (2, 2, 1)],
    "dilated_stack": [(3, 1, 1), (3, 1, 2), (3, 1, 4)],
}


class Row(NamedTuple):
    """What the table says of one layer's output, in pixels of the input where not said."""

    size: int | None  # units along one direction; None where a window does not fit
    field: int  # pixels that one unit sees
    jump: int  # pixels from one unit to the next


class Layers(traitlets.List):
    """At most MAX_LAYERS layers (kernel_size, stride, dilation), each number within LIMITS."""

    def validate(self, obj: Any, value: Any) -> list[Layer]:
        """Return a list of tuples, or raise BadValueError."""
        if not isinstance(value, (list, tuple)) or len(value) > MAX_LAYERS:
            raise BadValueError(f"{self.name} must be a list of up to {MAX_LAYERS}, got {value!r}")
        return [self._layer(layer) for layer in value]

    def _layer(self, layer: Any) -> Layer:
        if not isinstance(layer, (list, tuple)) or len(layer) != len(LIMITS):
            raise BadValueError(
                f"{self.name}: expected (kernel_size, stride, dilation), got {layer!r}"
            )
        for (name, high), number in zip(LIMITS.items(), layer, strict=True):
            if type(number) is not int or not 1 <= number <= high:
                raise BadValueError(f"{self.name}: {name} must be from 1 to {high}, got {number!r}")
        return tuple(layer)


class ReceptiveFieldViewer(PresetWidget):
    """The pyramid below one output unit, along one direction, with a table of the layers.

    `layers` lists (kernel_size, stride, dilation) from the input to the output; `preset` is the
    name that goes with them ("custom" for any others); setting one sets the other. `rows`,
    `field` and `jump` follow. Sizes are for an input of `input_size` pixels where every layer
    has padding ⌊dilation·(kernel_size − 1) / 2⌋. A bad value raises ValueError.
    """

    preset_of, presets = "layers", PRESETS

    layers = Layers(PRESETS["three_3x3"]).tag(sync=True)
    preset = traitlets.Unicode("three_3x3").tag(sync=True)
    input_size = WholeNumber(224, 1, 512).tag(sync=True)
    _layer_limits = traitlets.List([*LIMITS.values(), MAX_LAYERS]).tag(sync=True)

    @property
    def rows(self) -> list[Row]:
        """The table: the input first, then one row for each layer."""
        rows = [Row(self.input_size, 1, 1)]
        for kernel_size, stride, dilation in self.layers:
            size, field, jump = rows[-1]
            reach = dilation * (kernel_size - 1)
            room = -1 if size is None else size + 2 * (reach // 2) - reach - 1
            new_size = room // stride + 1 if room >= 0 else None
            rows.append(Row(new_size, field + reach * jump, jump * stride))
        return rows

    @property
    def field(self) -> int:
        """How many input pixels one output unit sees along one direction."""
        return self.rows[-1].field

    @property
    def jump(self) -> int:
        """How many input pixels lie between neighbouring output units."""
        return self.rows[-1].jump

    def summary(self) -> str:
        """Layers, field and jump in one sentence."""
        layers = ", ".join(f"k{k} s{s} d{d}" for k, s, d in self.layers) or "no layers"
        return f"Receptive-field viewer: {layers} give field {self.field}, jump {self.jump}."

    def fallback_figure(self) -> Figure | None:
        """The pyramid; None where it has too many cells to be drawn."""
        from cvlib.window_plots import receptive_field_figure

        try:
            return receptive_field_figure(self.layers)
        except ValueError:
            return None
