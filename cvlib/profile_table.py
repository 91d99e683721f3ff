"""The table that `cvlib.profile.model_table` returns: its rows, as text and as HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One layer, or one part of a network with all its layers.

    Attributes:
        name: path of attributes, "layer1.0.conv1".
        kind: class, "Conv2d".
        shape: of the output for one image, without N; None where it did not run.
        parameters: of this layer; 0 where it shares all of them with a row above.
        macs: multiply–accumulates for one image.
    """

    name: str
    kind: str
    shape: tuple[int, ...] | None
    parameters: int
    macs: int


@dataclass(frozen=True, repr=False)
class ModelTable:
    """The rows of a network in the order in which they ran; prints as text, shows as a table.

    Attributes:
        model: class of the network.
        input_size: (C, H, W) of the image.
        rows: the layers.
        parameters: of the whole network, each counted once.
        macs: of the whole network, for one image.
    """

    model: str
    input_size: tuple[int, ...]
    rows: tuple[Row, ...]
    parameters: int
    macs: int

    def cells(self) -> list[tuple[str, ...]]:
        """Head, rows and sums as text."""
        head = ("layer", "kind", "output", "parameters", "MACs")
        body = [
            (
                row.name,
                row.kind,
                "did not run" if row.shape is None else str(row.shape),
                f"{row.parameters:,}",
                f"{row.macs:,}",
            )
            for row in self.rows
        ]
        return [head, *body, (self.model, "", "", f"{self.parameters:,}", f"{self.macs:,}")]

    def __str__(self) -> str:
        cells = self.cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        form = "  ".join(f"{{:{side}{width}}}" for side, width in zip("<<<>>", widths, strict=True))
        head, *body, sums = (form.format(*line) for line in cells)
        rule = "─" * len(head)
        return "\n".join([head, rule, *body, rule, sums])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = []
        for number, line in enumerate(self.cells()):
            tag = "th" if number in (0, len(self.rows) + 1) else "td"
            lines.append(
                "".join(
                    f'<{tag} style="text-align: {"left" if column < 3 else "right"}">'
                    f"{html.escape(text)}</{tag}>"
                    for column, text in enumerate(line)
                )
            )
        return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
