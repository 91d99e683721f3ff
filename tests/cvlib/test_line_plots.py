"""Curves: what is drawn, what is told to readers who do not see it, what is refused."""

from __future__ import annotations

import pytest
import torch

from cvlib import line_plots


def test_curves_are_drawn_with_their_names_and_told_in_words() -> None:
    x = torch.linspace(-1, 1, 5, requires_grad=True)
    lines = {"twice": 2 * x, "square": x**2}
    figure = line_plots.lines_figure(lines, x, xlabel="x")
    (axes,) = figure.axes
    drawn = {line.get_label(): list(line.get_ydata()) for line in axes.get_lines()}
    assert drawn["twice"] == [-2, -1, 0, 1, 2]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["twice", "square"]
    told = line_plots.lines_text(line_plots.as_panels(lines))
    assert told == "Curves. twice from -2 to 2; square from 1 to 1"


def test_panels_stand_side_by_side_and_share_a_logarithmic_axis() -> None:
    panels = {"left": {"a": [1, 10]}, "right": {"a": [100, 1000], "b": [5, 5]}}
    figure = line_plots.lines_figure(panels, logarithmic=True)
    assert [axes.get_title() for axes in figure.axes] == ["left", "right"]
    assert {axes.get_yscale() for axes in figure.axes} == {"log"}
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_nothing_to_draw_and_wrong_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^panels must hold at least one curve, got none$"):
        line_plots.lines_figure({})
    with pytest.raises(ValueError, match=r"^'a' must have 3 numbers like x, got 2$"):
        line_plots.lines_figure({"a": [1, 2]}, x=[1, 2, 3])
