"""The facts in session 07's questions, computed: by torch, or by running what they ask about."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import scene_reading, segmentation, train, wire_scenes
from cvlib.conv import conv_output_size, receptive_field, same_padding
from cvlib.conv_arithmetic import transposed_output_size
from cvlib.models import fcn
from cvlib.models.aspp import ASPP
from cvlib.models.unet import DoubleConv, Down, UNet, Up
from cvlib.quizzes import Question, find_question, judge_answer, load_banks, right_answer
from cvlib.quizzes.answers import read_answer

BANK = next(bank for bank in load_banks() if bank.session == "07_unet")


def halved(size: int, times: int) -> int:
    return F.max_pool2d(torch.zeros(1, 1, size, size), 2**times).shape[-1]


def parameters(*layers: nn.Module) -> int:
    return sum(p.numel() for layer in layers for p in layer.parameters())


def unet_on_meta(num_classes: int) -> UNet:
    """Base 64, with shapes and without numbers."""
    with torch.device("meta"):
        return UNet(3, num_classes)


def square(side: int) -> tuple[Tensor, Tensor]:
    """A square one pixel to the right of the true one."""
    true = torch.zeros(side + 4, side + 4, dtype=torch.long)
    true[1 : side + 1, 1 : side + 1] = 1
    return true.roll(1, 1), true


def iou_of_ones(pred: Tensor, target: Tensor) -> float:
    ours, true = pred == 1, target == 1
    return (ours & true).sum().item() / (ours | true).sum().item()


def absent_class() -> float:
    """IoU 0.8 and 0.6 with a third class that is nowhere."""
    target = torch.tensor([0] * 8 + [1] * 3)
    pred = torch.tensor([0] * 8 + [1] * 3)
    target, pred = (
        torch.cat([target, torch.tensor([1, 1])]),
        torch.cat([pred, torch.tensor([0, 0])]),
    )
    both = [(pred == k, target == k) for k in (0, 1)]
    assert [(a & b).sum().item() / (a | b).sum().item() for a, b in both] == [0.8, 0.6]
    return segmentation.mean_iou(pred, target, 3)


def wires_of_two_pictures() -> float:
    target = torch.ones(100, dtype=torch.long)
    pred = target.clone()
    pred[0] = 0
    return iou_of_ones(pred, target)


ORACLES: dict[str, Callable[[], Any]] = {
    "07-pooled-size": lambda: halved(75, 2),
    "07-concat-shape": lambda: (
        torch.cat([torch.zeros(2, 48, 30, 40), torch.zeros(2, 16, 30, 40)], dim=1).shape
    ),
    "07-transposed-size": lambda: nn.ConvTranspose2d(1, 1, 2, 2)(torch.zeros(1, 1, 18, 4)).shape[2],
    "07-double-conv-parameters": lambda: parameters(
        nn.Conv2d(8, 16, 3, bias=False), nn.BatchNorm2d(16)
    ),
    "07-dilated-size": lambda: same_padding(3, 6)[0],
    "07-bilinear-labels": lambda: F.interpolate(
        torch.tensor([[[0.0, 2.0]]]), size=3, mode="linear", align_corners=True
    )[0, 0, 1].item(),
    "07-absent-class": absent_class,
    "07-sigmoid-inside": lambda: F.binary_cross_entropy_with_logits(
        torch.zeros(1), torch.zeros(1)
    ).item(),
    "07-mean-of-images": wires_of_two_pictures,
    "07-crop-size": lambda: 100 - conv_output_size(conv_output_size(100, 3), 3),
    "07-unet-size": lambda: UNet(3, 5, base=2).eval()(torch.zeros(1, 3, 97, 33)).shape,
    "07-bottom-size": lambda: halved(100, 4),
    "07-last-layer": lambda: parameters(unet_on_meta(21).outc),
    "07-up-channels": lambda: Up(512, 8).conv.conv1.in_channels,
    "07-dice-of-iou": lambda: 2 * 0.5 / 1.5,
    "07-iou-by-hand": lambda: iou_of_ones(*square(4)),
    "07-rates": lambda: receptive_field([(3, 1, rate) for rate in (1, 2, 3)])[0],
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("07-pooled-size", "37"): lambda: halved(75, 1),
    ("07-transposed-size", "37"): lambda: transposed_output_size(18, 3, 2),
    ("07-double-conv-parameters", "1152"): lambda: parameters(nn.Conv2d(8, 16, 3, bias=False)),
    ("07-absent-class", "0.467"): lambda: (0.8 + 0.6) / 3,
    ("07-absent-class", "0.8"): lambda: (0.8 + 0.6 + 1) / 3,
    ("07-crop-size", "2"): lambda: 100 - conv_output_size(100, 3),
    ("07-last-layer", "1344"): lambda: 64 * 21,
    ("07-last-layer", "12096"): lambda: parameters(nn.Conv2d(64, 21, 3, bias=False)),
    ("07-up-channels", "768"): lambda: 512 + 256,
    ("07-dice-of-iou", "0.333"): lambda: 0.5 / 1.5,
    ("07-iou-by-hand", "0.75"): lambda: 12 / 16,
    ("07-iou-by-hand", "0.375"): lambda: 12 / 32,
    ("07-rates", "7"): lambda: receptive_field([(3, 1, 1)] * 3)[0],
    ("07-bottom-size", "12"): lambda: halved(100, 3),
}


@pytest.mark.parametrize(
    "question",
    [question for question in BANK.questions if question.kind in ("number", "shape")],
    ids=lambda question: question.id,
)
def test_values_are_what_torch_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    question = find_question(question_id)
    assert text in [option.text for option in question.options]
    slip = read_answer(question, text)
    assert slip == pytest.approx(SLIPS[question_id, text](), abs=0.005)


def right_text(question_id: str) -> str:
    question = find_question(question_id)
    return question.shown[question.letters.index(right_answer(question))].text


def right_texts(question_id: str) -> set[str]:
    return {option.text for option in find_question(question_id).options if option.right}


# Traps and review ---------------------------------------------------------------------------------


def test_one_hot_refuses_void() -> None:
    with pytest.raises(RuntimeError, match="Class values must be smaller than num_classes"):
        F.one_hot(torch.tensor([0, 2, 255]), num_classes=3)
    assert F.one_hot(torch.tensor([0, 2, 255])).shape == (3, 256)
    assert right_text("07-one-hot-void") == "It raises an error."


def test_a_single_picture_is_left_over_and_aspp_refuses_it() -> None:
    assert 1457 % 8 == 1
    with pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
        ASPP(2, 2)(torch.zeros(1, 2, 8, 8))
    assert right_text("07-last-batch").startswith("The last batch has one picture")


def test_one_pixel_hurts_small_squares() -> None:
    assert iou_of_ones(*square(40)) == pytest.approx(0.95, abs=0.005)


def spread(enlarge: Callable[[Tensor], Tensor]) -> float:
    """How unevenly a constant map is enlarged, away from the border."""
    out = enlarge(torch.ones(1, 1, 10, 10))[..., 4:-4, 4:-4]
    return (out.max() - out.min()).item()


def test_which_ways_enlarge_evenly_whatever_the_weights_are() -> None:
    torch.manual_seed(0)
    conv = nn.Conv2d(1, 1, 3, padding=1)
    ways = {
        "nearest neighbours, then a 3 × 3 convolution": lambda x: conv(
            F.interpolate(x, scale_factor=2.0)
        ),
        "bilinear interpolation, then a 3 × 3 convolution": lambda x: conv(
            F.interpolate(x, scale_factor=2.0, mode="bilinear")
        ),
        "transposed convolution, kernel 2, stride 2": nn.ConvTranspose2d(1, 1, 2, 2),
        "transposed convolution, kernel 3, stride 2": nn.ConvTranspose2d(1, 1, 3, 2),
    }
    assert {option.text for option in find_question("07-even-stamps").options} == set(ways)
    even = {name for name, way in ways.items() if spread(way) < 1e-6}
    assert even == right_texts("07-even-stamps")


def test_rates_of_two_see_every_second_pixel() -> None:
    x = torch.zeros(1, 1, 15, 15)
    x[..., 7, 7] = 1
    for _ in range(3):
        x = F.conv2d(x, torch.ones(1, 1, 3, 3), padding=2, dilation=2)
    assert receptive_field([(3, 1, 2)] * 3)[0] == 13
    assert (x[0, 0] > 0).sum() == 49


def test_dice_is_two_iou_over_one_plus_iou_for_each_class() -> None:
    pred, target = square(4)
    pair = (pred == 1).long(), (target == 1).long()
    iou = iou_of_ones(*pair)
    ours, true = pair[0].sum().item(), pair[1].sum().item()
    dice = 2 * (pair[0] & pair[1]).sum().item() / (ours + true)
    assert dice == pytest.approx(2 * iou / (1 + iou))


# Predictions, and what the text says --------------------------------------------------------------


def test_accuracy_hides_the_wires() -> None:
    _, labels = scene_reading.known(16, seed=2)
    shares = labels.flatten().bincount() / labels.numel()
    assert shares.tolist() == pytest.approx([0.72, 0.22, 0.06], abs=0.005)
    wireless = labels.where(labels != 2, 0)
    assert segmentation.pixel_accuracy(wireless, labels) == pytest.approx(0.94, abs=0.005)
    assert segmentation.mean_iou(wireless, labels, 3) == pytest.approx(0.64, abs=0.005)
    assert right_text("07-all-ground") == "About 94 %."


def test_best_maps_of_strides() -> None:
    _, labels = scene_reading.known(16, seed=2)
    ious = {
        stride: scene_reading.overlaps(
            fcn.fused_scores([fcn.at_stride(labels, 3, stride)], (64, 64)), labels
        )
        for stride in (32, 16, 8, 4)
    }
    assert ious[8][2] < 0.1
    assert ious[8][1] == pytest.approx(0.72, abs=0.01)
    assert ious[4][2] == pytest.approx(0.53, abs=0.02)
    assert ious[16][2] == ious[32][2] == 0
    assert right_text("07-stride") == "Below 0.1"


@pytest.mark.parametrize(
    ("kernel", "padding", "stamps"), [(2, 0, {1}), (3, 0, {1, 2, 4}), (4, 1, {4})]
)
def test_number_of_stamps(kernel: int, padding: int, stamps: set[int]) -> None:
    ones = torch.ones(1, 1, kernel, kernel)
    out = F.conv_transpose2d(torch.ones(1, 1, 8, 8), ones, stride=2, padding=padding)
    assert set(out[..., 2:14, 2:14].flatten().tolist()) == stamps
    assert right_text("07-checkerboard") == "3"


def test_the_first_unet_turned_572_into_388() -> None:
    side = 572
    for step in [*["conv"] * 2, *["pool", "conv", "conv"] * 4, *["up", "conv", "conv"] * 4]:
        side = {"conv": side - 2, "pool": side // 2, "up": 2 * side}[step]
    assert side == 388


def test_double_conv_of_the_text() -> None:
    assert parameters(DoubleConv(3, 64)) == 38_848
    assert Down(64, 128)(torch.zeros(1, 64, 100, 75)).shape == (1, 128, 50, 37)
    x, skip = torch.zeros(1, 128, 18, 9), torch.zeros(1, 64, 37, 18)
    assert Up(128, 64)(x, skip).shape == (1, 64, 37, 18)
    assert math.log(3) == pytest.approx(1.1, abs=0.01)  # the loss that training starts from


class WithoutSkips(UNet):
    """A U-Net with zeros for the skips of some levels."""

    missing: tuple[int, ...] = ()

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.inc(x)]
        for down in (self.down1, self.down2, self.down3, self.down4):
            maps.append(down(maps[-1]))
        x = maps.pop()
        for level, up in zip((4, 3, 2, 1), (self.up1, self.up2, self.up3, self.up4), strict=True):
            skip = maps.pop()
            x = up(x, 0 * skip if level in self.missing else skip)
        return self.outc(x)


def trained(missing: tuple[int, ...], seed: int, epochs: int) -> list[float]:
    """IoU of the classes of held-out pictures, after the session's recipe."""
    torch.manual_seed(seed)
    net, learn = WithoutSkips(3, 3, base=8), wire_scenes.loader(seed=seed)
    net.missing = missing
    optimizer = torch.optim.AdamW(net.parameters())
    steps = epochs * len(learn)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.006, total_steps=steps)
    for _ in range(epochs):
        for images, labels in learn:
            train.train_step(net, (images, labels), F.cross_entropy, optimizer)
            schedule.step()
    images, labels = wire_scenes.pictures(wire_scenes.HOLD_OUT, seed=2)
    with torch.no_grad():
        return scene_reading.overlaps(net.eval()(images), labels)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_recipe_of_the_session_reaches_what_is_wanted(seed: int) -> None:
    assert sum(trained((), seed, epochs=5)) / 3 >= scene_reading.WANTED


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_without_the_first_two_skips_the_wires_suffer(seed: int) -> None:
    whole, deepest, first_two = (trained(missing, seed, 4) for missing in ((), (4,), (1, 2)))
    assert whole[2] == pytest.approx(0.9, abs=0.04)
    assert deepest[2] == pytest.approx(whole[2], abs=0.03)
    assert first_two[2] < 0.75
    assert first_two[1] > 0.75
    assert right_text("07-missing-skip") == "Without levels 1 and 2: the wires."


def test_every_prediction_is_used_in_the_session(request: pytest.FixtureRequest) -> None:
    text = (request.config.rootpath / "course" / "07_unet.py").read_text(encoding="utf-8")
    for question in BANK.questions:
        if question.kind == "prediction":
            assert f'predict("{question.id}", "?")' in text
            assert f'explain("{question.id}")' in text
    for group in BANK.titles:
        assert f'quiz("{group}")' in text
