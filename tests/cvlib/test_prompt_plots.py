from __future__ import annotations

import matplotlib
import numpy as np
import pytest
import torch

from cvlib import prompt_plots
from cvlib.figures import PALETTE

PHOTO = np.full((12, 16, 3), 128, dtype=np.uint8)


def square() -> torch.Tensor:
    mask = torch.zeros(12, 16, dtype=torch.bool)
    mask[3:9, 4:11] = True
    return mask


def test_a_mask_is_glass_with_a_solid_rim() -> None:
    painted = prompt_plots.painted(PHOTO, square())
    blue = np.array(matplotlib.colors.to_rgb(PALETTE["blue"]))
    np.testing.assert_allclose(painted[0, 0], 128 / 255)
    np.testing.assert_allclose(painted[3, 4], blue)
    glass = prompt_plots.STRENGTH * blue + (1 - prompt_plots.STRENGTH) * 128 / 255
    np.testing.assert_allclose(painted[5, 6], glass)
    np.testing.assert_allclose(prompt_plots.painted(PHOTO, None), 128 / 255)


def test_a_mask_at_the_frame_has_no_rim_there() -> None:
    full = torch.ones(12, 16, dtype=torch.bool)
    assert len(np.unique(prompt_plots.painted(PHOTO, full).reshape(-1, 3), axis=0)) == 1


def test_several_masks_have_colours_of_their_own() -> None:
    both = torch.stack([square(), ~square()])
    painted = prompt_plots.painted(torch.rand(3, 12, 16), both)
    assert not np.allclose(painted[5, 6], painted[0, 0], atol=0.05)
    assert painted.min() >= 0
    assert painted.max() <= 1


def test_missing_and_too_much() -> None:
    pred, target = square(), square().roll(2, dims=1)
    missing, too_much = prompt_plots.errors(pred, target)
    assert missing.sum() == too_much.sum() == 12
    assert not (missing & pred).any()
    assert not (too_much & target).any()


def test_figure_has_a_panel_for_each_with_clicks_and_boxes() -> None:
    boxes = torch.tensor([[2.0, 3, 5, 6]])
    figure = prompt_plots.masks_figure(
        PHOTO, [None, square(), square()[None]], ["a", "b", "c"],
        clicks=[[], [(3, 4, 1)], [(3, 4, 1), (5, 6, 0)]], boxes=[boxes, boxes[:0], boxes],
    )  # fmt: skip
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c"]
    assert [len(axes.lines) for axes in figure.axes] == [0, 2, 4]
    assert [len(axes.patches) for axes in figure.axes] == [1, 0, 1]
    rectangle = figure.axes[0].patches[0]
    assert rectangle.get_bbox().bounds == (1.5, 2.5, 4, 4)  # type: ignore[attr-defined]


def test_pictures_of_their_own_and_refusals() -> None:
    figure = prompt_plots.masks_figure([PHOTO, 0 * PHOTO], [None] * 2)
    assert len(figure.axes) == 2
    with pytest.raises(ValueError, match="titles must be one for each of 2 panels"):
        prompt_plots.show_masks(PHOTO, [None, None], ["one"])
    with pytest.raises(ValueError, match="at least one"):
        prompt_plots.show_masks(PHOTO, [])
