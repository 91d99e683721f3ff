"""Model explorer: where the parameters and the arithmetic of an architecture sit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from cvlib.profile import ModelTable

from .base import BadValueError, CourseWidget, WholeNumber
from .model_costs import MODELS, for_browser, parts_of, table_of
from .some_of import SomeOf

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 3  # models side by side
SCALES = ("model", "all")


class ModelExplorer(CourseWidget):
    """Up to three architectures side by side: parameters and MACs by size of the feature maps.

    `models` are the architectures (keys of MODELS), `size` the height and width of the image,
    `scale` what a full bar means: "model" (the largest part of the same model) or "all" (the
    largest of all). `tables` follows, one `ModelTable` for each model. A bad value raises
    ValueError.
    """

    styles = (*CourseWidget.styles, "chips.css")

    models = SomeOf(MODELS, ["vgg16", "resnet50", "mobilenet_v1"], most=MOST).tag(sync=True)
    size = WholeNumber(224, 64, 512).tag(sync=True)
    scale = traitlets.Unicode("model").tag(sync=True)
    _labels = traitlets.Dict({name: m.label for name, m in MODELS.items()}).tag(sync=True)
    _tables = traitlets.Dict().tag(sync=True)

    @traitlets.validate("scale")
    def _known_scale(self, proposal: Any) -> str:
        if proposal["value"] not in SCALES:
            raise BadValueError(
                f"scale must be one of {', '.join(SCALES)}, got {proposal['value']!r}"
            )
        return proposal["value"]

    @traitlets.default("_tables")
    def _compute(self) -> dict[str, Any]:
        return {name: for_browser(name, self.size) for name in self.models}

    @traitlets.observe("models", "size")
    def _compute_anew(self, _change: Any) -> None:
        self._tables = self._compute()

    @property
    def tables(self) -> dict[str, ModelTable]:
        """Layer by layer, for each model shown."""
        return {name: table_of(name, self.size) for name in self.models}

    def summary(self) -> str:
        """Parameters and MACs of the models shown."""
        costs = "; ".join(
            f"{MODELS[name].label} {table.parameters:,} parameters, {table.macs:,} MACs"
            for name, table in self.tables.items()
        )
        return f"Model explorer, images of {self.size} × {self.size}: {costs}."

    def fallback_figure(self) -> Figure:
        """For each model the shares of its parameters and MACs by size of the feature maps."""
        import matplotlib
        from matplotlib.figure import Figure

        from cvlib.figures import PALETTE, STYLE

        with matplotlib.rc_context(STYLE):
            figure = Figure(figsize=(10, 3.2), layout="constrained")
            plots = figure.subplots(1, len(self.models), squeeze=False)[0]
            for axes, (name, table) in zip(plots, self.tables.items(), strict=True):
                parts = parts_of(table)
                places = range(len(parts))
                shares = [part.parameters / table.parameters for part in parts]
                work = [part.macs / table.macs for part in parts]
                axes.barh([p - 0.2 for p in places], shares, 0.36, color=PALETTE["blue"])
                axes.barh([p + 0.2 for p in places], work, 0.36, color=PALETTE["orange"])
                axes.set_yticks(places, [str(part.size or "head") for part in parts])
                axes.invert_yaxis()
                axes.set(xlim=(0, 1), title=f"{MODELS[name].label}, {table.parameters / 1e6:.1f} M")
            figure.supxlabel("share of the model’s parameters (blue) and MACs (orange)", size=11)
        return figure
