"""Figures: what is drawn, with which scale, and that every figure has a text alternative."""

from __future__ import annotations

import html
import io
from typing import Any

import IPython
import IPython.display
import matplotlib.image
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from cvlib import conv, figures, images, number_plots, plots, window_plots


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What a notebook would display."""
    outputs: list[dict[str, str]] = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: outputs.append(data))
    return outputs


CALLS = {
    "images": lambda **alt: plots.show_images(images.checkerboard(8), "board", **alt),
    "numbers": lambda **alt: plots.show_grid_numbers([[1, 2], [3, 4]], **alt),
    "bars": lambda **alt: plots.show_bars({"loops": 2.0, "unfold": 1.0}, "ms", **alt),
    "windows": lambda **alt: plots.show_windows(7, 3, 2, 1, **alt),
    "field": lambda **alt: plots.receptive_field_plot([(3, 2, 1)], **alt),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_figure_carries_alt_text(call: Any, shown: list[dict[str, str]]) -> None:
    call()
    call(alt='a < b & "c"')
    default, own = shown
    assert default["text/plain"]
    assert f'alt="{html.escape(default["text/plain"])}"' in default["text/html"]
    assert 'alt="a &lt; b &amp; &quot;c&quot;"' in own["text/html"]
    assert own["text/html"].startswith('<img src="data:image/png;base64,')


def test_outside_of_a_notebook_nothing_happens(capsys: pytest.CaptureFixture[str]) -> None:
    for call in CALLS.values():
        call()
    assert capsys.readouterr().out == ""


def test_figures_bring_their_own_paper_and_leave_the_style_of_others_alone() -> None:
    before = dict(figures.matplotlib.rcParams)
    picture = pixels_of(plots.images_figure(images.gradient(8)))
    np.testing.assert_array_equal(picture[[0, 0, -1, -1], [0, -1, 0, -1]], 1)  # opaque white
    assert dict(figures.matplotlib.rcParams) == before


def pixels_of(figure: Figure) -> np.ndarray:
    return matplotlib.image.imread(io.BytesIO(figures.to_png(figure)))


def titles_of(figure: Figure) -> list[str]:
    return [axes.get_title() for axes in figure.axes]


# Pictures and maps --------------------------------------------------------------------------------


def test_uint8_and_floats_keep_their_full_scale() -> None:
    dark = np.full((4, 4), 10, np.uint8)
    assert plots.as_panel(dark)[2:] == (0, 255, "")
    assert plots.as_panel(torch.rand(1, 4, 4))[2:] == (0, 1, "")
    assert plots.as_panel(np.array([[True, False]]))[2:] == (0, 1, "")
    bright = plots.as_panel(torch.tensor([[0.0, 3.5]]))
    assert bright[2:] == (0, 3.5, "0 … 3.5")


def test_signed_maps_have_white_at_zero() -> None:
    panel = plots.as_panel(torch.tensor([[-1.0, 0.0, 0.0, 3.0]]))
    assert (panel.low, panel.high, panel.note) == (-3.0, 3.0, "−1 … 3")
    np.testing.assert_allclose(panel.colours(0.5)[:3], 0.97, atol=0.01)


def test_a_sharpened_photograph_stays_grey_and_a_kernel_does_not() -> None:
    sharpen = conv.classic_kernels()["sharpen"]
    for name in ("chelsea", "coffee", "astronaut"):
        photograph = images.to_tensor(images.rgb_to_grey(images.sample_image(name, 96)))
        panel = plots.as_panel(conv.filter_channels(photograph, sharpen))
        assert (panel.colours, panel.low) == ("gray", 0)
        assert panel.note.endswith("cut at 0")
    for kernel in ("sharpen", "laplacian", "sobel_x"):
        assert plots.as_panel(conv.classic_kernels()[kernel]).colours is plots.SIGNED
    edges = conv.filter_channels(photograph, conv.classic_kernels()["laplacian"])
    assert plots.as_panel(edges).colours is plots.SIGNED


def test_limits_give_maps_the_same_scale() -> None:
    for numbers in (torch.tensor([[-1.0, 3.0]]), torch.tensor([[0.5]])):
        panel = plots.as_panel(numbers, limits=(-4, 4))
        assert (panel.low, panel.high, panel.colours) == (-4, 4, plots.SIGNED)


def test_layouts_reach_the_same_pixels() -> None:
    picture = images.shapes_scene(12)  # (H, W, 3)
    tensor = images.to_tensor(picture)  # (1, 3, H, W)
    for given_ in (tensor, tensor[0], picture / 255):
        np.testing.assert_allclose(plots.as_pixels(given_), picture / 255, atol=1e-6)
    half = tensor.half().requires_grad_()
    np.testing.assert_allclose(plots.as_pixels(half), picture / 255, atol=1e-3)
    assert plots.as_pixels(tensor[:, :1]).shape == (12, 12)


def test_a_normalised_picture_says_that_it_is_cut_off() -> None:
    panel = plots.as_panel(torch.tensor([-2.0, 0.5, 2.0])[:, None, None])
    assert panel.note == "−2 … 2, cut to 0 … 1"
    assert panel.pixels.tolist() == [[[0, 0.5, 1]]]


def test_show_images_lays_out_batches_and_lists() -> None:
    assert len(plots.images_figure(torch.rand(5, 1, 4, 4)).axes) == 5
    mixed = [np.zeros((4, 6, 3), np.uint8), torch.randn(4, 4)]
    assert titles_of(plots.images_figure(mixed, ["a", "b"])) == ["a", "b"]
    columns = {
        count: plots.images_figure(torch.rand(count, 1, 4, 4)).axes[0].get_gridspec().ncols
        for count in (1, 4, 5, 8)
    }
    assert columns == {1: 1, 4: 4, 5: 3, 8: 4}
    wide = plots.images_figure(torch.rand(6, 1, 4, 4), columns=6)
    assert wide.axes[0].get_gridspec().ncols == 6


def test_show_images_refuses_what_is_no_picture() -> None:
    with pytest.raises(ValueError, match=r"got shape \(16, 8, 8\)$"):
        plots.show_images([torch.rand(16, 8, 8)])
    with pytest.raises(ValueError, match=r"got shape \(0, 4\)$"):
        plots.show_images(np.zeros((0, 4)))
    with pytest.raises(ValueError, match="at least one picture"):
        plots.show_images([])
    with pytest.raises(ValueError, match=r"^titles must be 2, one for each picture, got 1$"):
        plots.show_images(torch.rand(2, 1, 4, 4), ["one"])
    with pytest.raises(ValueError, match=r"^columns must be at least 1, got 0$"):
        plots.show_images(torch.rand(2, 1, 4, 4), columns=0)


def test_directions_have_four_colours() -> None:
    angles = torch.tensor([[0.0, np.pi / 2, np.pi, -np.pi / 2, 0.0]])
    lights = torch.tensor([[1.0, 1.0, 1.0, 1.0, 0.0]])
    colours = plots.colour_directions(angles, lights)[0]
    names = ("yellow", "vermilion", "blue", "sky", "black")
    want = [matplotlib.colors.to_rgb(plots.PALETTE[name]) for name in names]
    np.testing.assert_allclose(colours, want, atol=0.02)


# Numbers and bars ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text"),
    [(3, "3"), (-2.0, "−2"), (0.0625, "0.0625"), (-0.00001, "0"), (1638400, "1,638,400")],
)
def test_numbers_are_written_as_by_hand(number: float, text: str) -> None:
    assert plots.number_text(number) == text


def test_numbers_stand_in_their_cells_and_marks_are_coloured() -> None:
    matrices = {"input": torch.arange(6).reshape(2, 3), "kernel": [[0.5]]}
    figure = number_plots.numbers_figure(matrices, {"input": [(1, 2)]})
    assert titles_of(figure) == ["input", "kernel"]
    left, right = figure.axes
    assert [text.get_text() for text in left.texts] == list("012345")
    assert [text.get_text() for text in right.texts] == ["0.5"]
    marked = [p for p in left.patches if p.get_facecolor() != (1, 1, 1, 1)]
    assert [patch.get_xy() for patch in marked] == [(2, 1)]


@pytest.mark.parametrize(
    "matrix", [np.arange(400).reshape(20, 20) - 999, [[1234567.0]], [[-0.123]]]
)
def test_numbers_fit_their_cells(matrix: Any) -> None:
    figure = number_plots.numbers_figure(matrix)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    for text, patch in zip(axes.texts, axes.patches, strict=True):
        assert text.get_window_extent().width <= patch.get_window_extent().width


def test_numbers_and_bars_refuse_what_they_cannot_show() -> None:
    for matrix in (torch.zeros(3), torch.zeros(0, 3), torch.zeros(21, 2)):
        with pytest.raises(ValueError, match=r"^matrix must have 1 to 20 rows and columns"):
            plots.show_grid_numbers(matrix)
    with pytest.raises(ValueError, match=r"^values must be there"):
        plots.show_bars({})
    with pytest.raises(ValueError, match=r"above 0 if logarithmic, got \{'a': 0\}$"):
        plots.show_bars({"a": 0}, logarithmic=True)


def test_bars_are_as_long_as_their_values() -> None:
    figure = number_plots.bars_figure({"loops": 800.0, "unfold": 4.0}, "ms", logarithmic=True)
    (axes,) = figure.axes
    assert [bar.get_width() for bar in axes.patches] == [800, 4]
    assert {text.get_text() for text in axes.texts} == {"800 ms", "4 ms"}


# Windows and receptive fields ---------------------------------------------------------------------


def test_windows_figure_draws_every_position() -> None:
    figure = window_plots.windows_figure(8, 3, stride=2)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts[-4:] == ["output 0", "output 1", "output 2", "input (last 1 never read)"]
    assert len(figure.axes[0].patches) == 8 + 3 * 3
    with pytest.raises(ValueError, match="does not fit"):
        plots.show_windows(2, 3)
    with pytest.raises(ValueError, match=r"^too much to draw: 98 windows"):
        plots.show_windows(100, 3)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3)), max_size=3))
def test_rows_of_the_figure_agree_with_receptive_field(layers: list) -> None:
    field, jump = conv.receptive_field(layers)
    rows = window_plots.field_rows(layers)
    needed = rows[0].needed
    assert max(needed) - min(needed) + 1 == field
    assert rows[-1].jump == jump
    assert rows[0].cells == field + 2 * jump  # three outputs, no cell too many
    middle = rows[-1].first + rows[-1].jump  # the marked output lies over the middle of its field
    assert middle == (max(needed) + min(needed)) / 2


def test_receptive_field_plot_draws_the_field_and_refuses_huge_stacks() -> None:
    figure = window_plots.receptive_field_figure([(3, 1, 1), (3, 2, 2)])
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == [
        "input",
        "layer 1: k3 s1",
        "layer 2: k3 s2 d2",
        "field 7",
        "its neighbour: jump 2",
    ]
    assert window_plots.receptive_field_figure([]).axes
    with pytest.raises(ValueError, match="too much to draw"):
        plots.receptive_field_plot([(3, 2, 1)] * 8)
    with pytest.raises(ValueError, match=r"^stride must .* got 0$"):
        plots.receptive_field_plot([(3, 0, 1)])


def test_words_beside_the_cells_stay_on_the_paper() -> None:
    drawn = [
        window_plots.receptive_field_figure([(3, 2, 1)] * 5),
        window_plots.receptive_field_figure([(3, 1, 4), (7, 3, 1)]),
        window_plots.windows_figure(9, 3, 2, 1, 2),
        window_plots.windows_figure(38, 5, 9),
    ]
    for figure in drawn:
        figure.draw_without_rendering()
        width = figure.bbox.width
        assert all(text.get_window_extent().x1 <= width for text in figure.axes[0].texts)
