"""The facts in session 01's questions, computed: by torch, NumPy, or counting."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib.quizzes import Question, find_question, judge_answer
from tests.quiz_facts import bank_of, right_text, slip_of, with_values

BANK = bank_of("01_convolution_arithmetic")


def width(layer: Callable[[Tensor], Tensor], size: int, channels: int = 1) -> int:
    return layer(torch.zeros(1, channels, size, size)).shape[-1]


def parameters(layer: nn.Module) -> int:
    return sum(parameter.numel() for parameter in layer.parameters())


def field_of(*layers: nn.Module) -> int:
    """Pixels of one row that the middle output depends on, found by its gradient."""
    x = torch.zeros(1, 1, 41, 41, requires_grad=True)
    out = nn.Sequential(*layers)(x)
    out[0, 0, out.shape[2] // 2, out.shape[3] // 2].backward()
    assert x.grad is not None
    return int((x.grad[0, 0] != 0).any(0).sum())


def conv_of_ones(kernel: int, **settings: Any) -> nn.Conv2d:
    layer = nn.Conv2d(1, 1, kernel, bias=False, **settings)
    nn.init.ones_(layer.weight)
    return layer


def multiplications(layer: nn.Conv2d) -> int:
    """Per output position: every weight is used once."""
    return layer.weight.numel()


def bottleneck() -> tuple[int, int]:
    direct = multiplications(nn.Conv2d(256, 256, 5))
    squeezed = multiplications(nn.Conv2d(256, 64, 1)) + multiplications(nn.Conv2d(64, 256, 5))
    return direct, squeezed


def window_sum(turned: bool = False) -> int:
    window = torch.tensor([[1, 2], [3, 4]])
    kernel = torch.tensor([[1, 0], [2, -1]])
    return int((window * (kernel.rot90(2) if turned else kernel)).sum())


def uint8_sum() -> int:
    return int((np.array([200], dtype=np.uint8) + np.array([100], dtype=np.uint8))[0])


def same_padding_total() -> int:
    return 32 - width(conv_of_ones(5, dilation=2), 32)


ORACLES: dict[str, Callable[[], Any]] = {
    "01-picture-bytes": lambda: torch.zeros(480, 640, 3, dtype=torch.uint8).nbytes,
    "01-slice-shape": lambda: torch.zeros(1, 3, 8, 7)[:, :, 1:, ::2].shape,
    "01-global-mean": lambda: torch.zeros(8, 64, 7, 7).mean(dim=(2, 3)).shape,
    "01-uint8-overflow": uint8_sum,
    "01-window-sum": window_sum,
    "01-normalised-range": lambda: (255 / 255 - 0.485) / 0.229,
    "01-stem-size": lambda: width(nn.Conv2d(1, 1, 7, stride=2, padding=3), 224),
    "01-same-padding": same_padding_total,
    "01-pool-parameters": lambda: parameters(nn.MaxPool2d(3, stride=2, padding=1)),
    "01-bottleneck-saving": lambda: 100 * (1 - bottleneck()[1] / bottleneck()[0]),
    "01-depthwise-parameters": lambda: parameters(nn.Conv2d(64, 64, 3, groups=64, bias=False)),
    "01-receptive-stack": lambda: field_of(conv_of_ones(3, stride=2), conv_of_ones(3)),
    "01-transposed-size": lambda: width(nn.ConvTranspose2d(16, 8, 4, 2, 1), 14, channels=16),
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("01-picture-bytes", "3686400"): lambda: torch.zeros(480, 640, 3).nbytes,
    ("01-picture-bytes", "7372800"): lambda: 8 * torch.zeros(480, 640, 3, dtype=torch.uint8).nbytes,
    ("01-picture-bytes", "307200"): lambda: 640 * 480,
    ("01-global-mean", "8, 64, 1, 1"): lambda: torch.zeros(8, 64, 7, 7).mean((2, 3), True).shape,
    ("01-window-sum", "7"): lambda: window_sum(turned=True),
    ("01-window-sum", "20"): lambda: (1 + 2 + 3 + 4) * (1 + 0 + 2 - 1),
    ("01-normalised-range", "1111.42"): lambda: (255 - 0.485) / 0.229,
    ("01-normalised-range", "0.515"): lambda: 1 - 0.485,
    ("01-normalised-range", "-1.12"): lambda: 1 - 0.485 / 0.229,
    ("01-normalised-range", "9.82"): lambda: (1 - 0.485) / 0.229**2,
    ("01-stem-size", "109"): lambda: width(nn.Conv2d(1, 1, 7, stride=2), 224),
    ("01-stem-size", "224"): lambda: width(nn.Conv2d(1, 1, 7, padding=3), 224),
    ("01-stem-size", "111"): lambda: (224 - 7 + 3) // 2 + 1,
    ("01-depthwise-parameters", "36864"): lambda: parameters(nn.Conv2d(64, 64, 3, bias=False)),
    ("01-depthwise-parameters", "640"): lambda: parameters(nn.Conv2d(64, 64, 3, groups=64)),
    ("01-receptive-stack", "5"): lambda: field_of(conv_of_ones(3), conv_of_ones(3)),
    ("01-transposed-size", "7"): lambda: width(nn.Conv2d(1, 1, 4, stride=2, padding=1), 14),
    ("01-transposed-size", "30"): lambda: width(nn.ConvTranspose2d(1, 1, 4, stride=2), 14),
    ("01-bottleneck-saving", "75"): lambda: 100 * (1 - 64 * 256 * 25 / bottleneck()[0]),
    ("01-bottleneck-saving", "92.75"): lambda: (
        100 * (1 - (256 * 64 + 64 * 64 * 25) / bottleneck()[0])
    ),
}


@with_values(BANK)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    slip, computed = slip_of(question_id, text), SLIPS[question_id, text]()
    number = find_question(question_id).kind == "number"
    assert slip == (pytest.approx(computed, abs=0.01) if number else computed)


def test_bottleneck_counts_are_those_in_the_text() -> None:
    question = find_question("01-bottleneck-saving")
    assert bottleneck() == (1_638_400, 425_984)
    assert "425,984 instead of 1,638,400: 74 % saved" in question.explanation


def test_multiplying_by_a_sum_of_one_leaves_the_picture() -> None:
    batch = torch.rand(4, 3, 5, 5)
    before = batch.clone()
    batch[2] *= 0.8 + 0.2
    assert torch.equal(batch, before)
    assert right_text("01-scale-and-shift") == "It leaves the picture as it was."


def test_only_permute_turns_hwc_into_chw() -> None:
    image = torch.rand(480, 640, 3)
    wanted = torch.stack([image[..., channel] for channel in range(3)])
    for option in find_question("01-hwc-to-chw").options:
        made = eval(option.text.strip("`"), {"image": image})
        assert (made.shape == wanted.shape and torch.equal(made, wanted)) is option.right


def test_average_of_two_red_hues_is_cyan() -> None:
    red, green, blue = colorsys.hsv_to_rgb((350 + 10) / 2 / 360, 1, 1)
    assert (red, green, blue) == pytest.approx((0, 1, 1))
    assert right_text("01-hue-average").startswith("Cyan")


def test_bgr_shows_red_as_blue_and_keeps_green() -> None:
    assert np.array([255, 0, 0])[::-1].tolist() == [0, 0, 255]
    assert np.array([0, 255, 0])[::-1].tolist() == [0, 255, 0]


def test_conv2d_does_not_turn_the_kernel() -> None:
    kernel = torch.arange(9.0).reshape(1, 1, 3, 3)
    point = F.pad(torch.ones(1, 1, 1, 1), (2, 2, 2, 2))
    assert torch.equal(F.conv2d(point, kernel), kernel.rot90(2, (2, 3)))
    window = torch.rand(1, 1, 3, 3)
    assert F.conv2d(window, kernel).item() == pytest.approx((window * kernel).sum().item())
    assert right_text("01-flip").startswith("It slides the kernel as it is")


def test_dilated_kernel() -> None:
    layer = conv_of_ones(3, dilation=4, padding=4)
    x = torch.zeros(1, 1, 21, 21, requires_grad=True)
    layer(x)[0, 0, 10, 10].backward()
    assert x.grad is not None
    rows = x.grad[0, 0].any(1).nonzero().flatten()
    assert rows.max() - rows.min() + 1 == 9
    assert (x.grad != 0).sum() == layer.weight.numel() == 9
    assert width(layer, 21) == 21


def test_steps_to_one_output_value() -> None:
    x, weight, bias = torch.rand(1, 3, 6, 6), torch.rand(2, 3, 3, 3), torch.rand(2)
    padded = F.pad(x, (1, 1, 1, 1))
    window = padded[0, :, 2:5, 1:4]
    value = (window * weight[1]).sum() + bias[1]
    assert value.item() == pytest.approx(F.conv2d(x, weight, bias, padding=1)[0, 1, 2, 1].item())
    texts = [option.text for option in find_question("01-one-output-value").options]
    assert [text.split()[0] for text in texts] == ["Put", "Cut", "Multiply", "Add", "Add"]


def test_max_pool_padding_never_wins() -> None:
    x = -1 - torch.rand(1, 1, 8, 8)
    assert torch.isin(F.max_pool2d(x, 3, stride=2, padding=1), x).all()
    assert right_text("01-max-pool-border") == "Only values that stand in the map itself."


def test_order_of_parameters() -> None:
    layers = {
        "3 × 3, `groups=64`": (3, 64),
        "1 × 1": (1, 1),
        "3 × 3, `groups=4`": (3, 4),
        "3 × 3": (3, 1),
    }
    options = find_question("01-parameter-order").options
    counts = [
        parameters(nn.Conv2d(64, 64, kernel, groups=groups, bias=False))
        for kernel, groups in (layers[option.text] for option in options)
    ]
    assert counts == sorted(counts)
    for count, option in zip(counts, options, strict=True):
        assert f"{count:,}" in option.explanation


def test_keras_same_padding_with_stride_is_shifted() -> None:
    """Keras's rule (TensorFlow's "SAME"): total (out − 1)·S + K − W, the smaller half first."""
    x, weight = torch.rand(1, 1, 224, 224), torch.rand(1, 1, 3, 3)
    total = (112 - 1) * 2 + 3 - 224
    assert total == 1
    keras = F.conv2d(F.pad(x, (0, 1, 0, 1)), weight, stride=2)
    ours = F.conv2d(x, weight, stride=2, padding=1)
    assert keras.shape == ours.shape == (1, 1, 112, 112)
    assert not torch.allclose(keras, ours)
    with pytest.raises(ValueError, match="same"):
        nn.Conv2d(1, 1, 3, stride=2, padding="same")


# Predictions: the experiment of each, and the letter that it speaks for.


def sobel_magnitude(x: Tensor) -> Tensor:
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None]
    gx, gy = F.conv2d(x, kernel, padding=1), F.conv2d(x, kernel.mT, padding=1)
    return (gx**2 + gy**2).sqrt()


def test_sobel_frame() -> None:
    out = sobel_magnitude(torch.full((1, 1, 6, 7), 0.5))[0, 0]
    assert (out[1:-1, 1:-1] == 0).all()
    assert out[0, 1:-1].unique().tolist() == out[1:-1, 0].unique().tolist() == [2.0]
    assert out[0, 0].item() == pytest.approx(2.12, abs=0.005)
    assert right_text("01-sobel-frame").startswith("Black with a bright frame")


def test_sharpen_leaves_the_range() -> None:
    kernel = torch.tensor([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]])[None, None]
    edge = torch.tensor([0.2] * 4 + [0.8] * 4).expand(1, 1, 5, 8)
    out = F.conv2d(edge, kernel)
    assert (out.min().item(), out.max().item()) == pytest.approx((-0.4, 1.4))
    assert right_text("01-sharpen-range") == "Values below 0 and above 1."


def test_checkerboard_under_pooling_and_stride() -> None:
    board = (torch.arange(8)[:, None] + torch.arange(8)).remainder(2).float()[None, None]
    assert (F.avg_pool2d(board, 2) == 0.5).all()
    assert (F.max_pool2d(board, 2) == 1).all()
    assert (board[..., ::2, ::2] == 0).all()
    assert (board[..., ::2, 1::2] == 1).all()
    assert right_text("01-average-checkerboard") == "Even grey, 0.5."
    assert right_text("01-stride-checkerboard") == "All black."


def test_padding_one_with_an_even_kernel_grows_the_picture() -> None:
    assert right_text("01-even-padding") == str(width(nn.Conv2d(1, 1, 2, padding=1), 32)) == "33"


def test_turning_a_gaussian_and_a_sobel_kernel() -> None:
    line = torch.tensor([1.0, 2, 1])
    gauss, sobel = line[:, None] * line, line[:, None] * torch.tensor([-1.0, 0, 1])
    assert torch.equal(gauss.rot90(2), gauss)
    assert torch.equal(sobel.rot90(2), -sobel)
    assert right_text("01-flip-symmetric").startswith("The blur stays")


def test_depthwise_separable_cost() -> None:
    full = multiplications(nn.Conv2d(64, 64, 3))
    split = multiplications(nn.Conv2d(64, 64, 3, groups=64)) + multiplications(nn.Conv2d(64, 64, 1))
    assert (full, split) == (36_864, 4_672)
    assert full / split == pytest.approx(7.9, abs=0.05)
    assert full / split == pytest.approx(9 * 64 / (9 + 64))
    assert right_text("01-depthwise-cost") == "About 8 times."


def test_transposed_convolution_overlaps_unevenly() -> None:
    x = torch.ones(1, 1, 6, 6)
    odd = F.conv_transpose2d(x, torch.ones(1, 1, 3, 3), stride=2)[..., 2:-2, 2:-2]
    even = F.conv_transpose2d(x, torch.ones(1, 1, 4, 4), stride=2)[..., 3:-3, 3:-3]
    assert odd.unique().tolist() == [1, 2, 4]
    assert even.unique().tolist() == [4]
    assert right_text("01-transposed-checkerboard") == "A regular pattern of 1, 2 and 4."


def test_three_small_kernels_see_what_a_large_one_sees() -> None:
    assert field_of(*(conv_of_ones(3) for _ in range(3))) == field_of(conv_of_ones(7)) == 7
    assert 3 * conv_of_ones(3).weight.numel() == 27
    assert conv_of_ones(7).weight.numel() == 49
    assert right_text("01-three-small").startswith("Both see 7 × 7; the small ones have 27")


def test_reshape_fills_the_first_channel_with_the_top_third() -> None:
    image = torch.arange(6 * 4 * 3).reshape(6, 4, 3)  # (H, W, 3)
    first = image.reshape(3, 6, 4)[0]
    assert torch.equal(first.flatten(), image[:2].flatten())
    assert torch.equal(first[:3].flatten(), image[0].flatten())
    assert right_text("01-reshape-image").startswith("The top third of the picture")
