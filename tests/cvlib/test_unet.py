"""U-Net, ASPP and FCN against torch, torchvision, and counts done another way."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.segmentation import deeplabv3

from cvlib.conv import conv_cost
from cvlib.models import fcn
from cvlib.models.aspp import ASPP
from cvlib.models.unet import DoubleConv, Down, UNet, Up


def rows_of(conv: DoubleConv) -> nn.Sequential:
    """The same layers in a row, with the same weights."""
    return nn.Sequential(conv.conv1, conv.bn1, nn.ReLU(), conv.conv2, conv.bn2, nn.ReLU())


def assert_same(ours: list[Tensor], theirs: list[Tensor], *leaves: Tensor) -> None:
    """Equal values, and equal gradients for the leaves."""
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b)
        weight = torch.randn(a.shape, dtype=a.dtype, generator=torch.Generator().manual_seed(5))
        for x, y in zip(*(torch.autograd.grad((z * weight).sum(), leaves, retain_graph=True)
                          for z in (a, b)), strict=True):  # fmt: skip
            torch.testing.assert_close(x, y)


@pytest.mark.parametrize("shape", [(2, 3, 5, 6), (1, 3, 4, 4), (2, 3, 1, 1)])
@pytest.mark.parametrize("training", [True, False])
def test_double_conv_is_six_layers_in_a_row(shape: tuple[int, ...], training: bool) -> None:
    conv = DoubleConv(3, 4).double().train(training)
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    leaves = (x, *conv.parameters())
    assert_same([conv(x)], [rows_of(conv)(x)], *leaves)


def test_down_pools_first() -> None:
    down = Down(3, 4).double().eval()
    x = torch.randn(2, 3, 7, 9, dtype=torch.float64, requires_grad=True)
    assert_same([down(x)], [rows_of(down.conv)(nn.MaxPool2d(2)(x))], x)
    assert down(x).shape == (2, 4, 3, 4)


@pytest.mark.parametrize("bilinear", [False, True])
@pytest.mark.parametrize("odd", [(0, 0), (1, 0), (1, 1)])
def test_up_pads_to_the_skip_and_puts_it_first(bilinear: bool, odd: tuple[int, int]) -> None:
    up = Up(4, 3, bilinear).double().eval()
    x = torch.randn(2, 4, 3, 5, dtype=torch.float64, requires_grad=True)
    skip = torch.randn(2, 2, 6 + odd[0], 10 + odd[1], dtype=torch.float64, requires_grad=True)
    larger = nn.Upsample(scale_factor=2, mode="bilinear")(x) if bilinear else x
    padded = nn.ZeroPad2d((0, odd[1], 0, odd[0]))(up.up(larger))
    assert_same([up(x, skip)], [rows_of(up.conv)(torch.cat([skip, padded], dim=1))], x, skip)


def test_up_says_which_skip_does_not_fit() -> None:
    up = Up(4, 3)
    for skip in (torch.zeros(1, 3, 6, 6), torch.zeros(1, 2, 5, 6)):
        with pytest.raises(ValueError, match="skip must be"):
            up(torch.zeros(1, 4, 3, 3), skip)
    with pytest.raises(ValueError, match="in_channels must be even, got 3"):
        Up(3, 3)


@pytest.mark.parametrize("size", [(16, 16), (17, 31), (40, 19), (33, 64)])
@pytest.mark.parametrize("bilinear", [False, True])
def test_output_is_as_large_as_the_input(size: tuple[int, int], bilinear: bool) -> None:
    net = UNet(2, 5, base=2, bilinear=bilinear)
    x = torch.randn(2, 2, *size, requires_grad=True)
    out = net(x)
    assert out.shape == (2, 5, *size)
    out.sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    assert net.eval()(torch.zeros(0, 2, *size)).shape == (0, 5, *size)


@pytest.mark.parametrize("size", [(15, 16), (16, 15), (1, 200)])
def test_small_pictures_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="x must be at least 16 × 16 pixels"):
        UNet(1, 2, base=1)(torch.zeros(1, 1, *size))
    with pytest.raises(ValueError, match="num_classes must be a whole number of at least 1, got 0"):
        UNet(1, 0)


def double(a: int, b: int) -> int:
    """Parameters of a DoubleConv, counted on paper."""
    convs = conv_cost(a, b, 3, 1, 1, bias=False)[0] + conv_cost(b, b, 3, 1, 1, bias=False)[0]
    return convs + 4 * b


@pytest.mark.parametrize(
    ("bilinear", "stated"),
    [(False, 31_037_698), (True, 28_948_738)],
    ids=["transposed", "bilinear"],
)
def test_parameters_at_base_64_are_what_the_text_says(bilinear: bool, stated: int) -> None:
    widths = [64, 128, 256, 512, 1024]
    paper = double(3, 64) + conv_cost(64, 2, 1, 1, 1)[0]
    for a, b in pairwise(widths):
        paper += double(a, b) + double(b, a) + conv_cost(b, a, 1 if bilinear else 2, 1, 1)[0]
    with torch.device("meta"):
        net = UNet(3, 2, bilinear=bilinear)
    assert sum(p.numel() for p in net.parameters()) == paper == stated


def test_skips_go_where_they_came_from() -> None:
    """Put together by hand, with a loop over the same parts."""
    net = UNet(3, 2, base=2).double().eval()
    x = torch.randn(1, 3, 21, 35, dtype=torch.float64, requires_grad=True)
    maps = [net.inc(x)]
    for down in (net.down1, net.down2, net.down3, net.down4):
        maps.append(down(maps[-1]))
    y = maps.pop()
    for up in (net.up1, net.up2, net.up3, net.up4):
        y = up(y, maps.pop())
    assert_same([net(x)], [net.outc(y)], x)


@pytest.mark.parametrize("rates", [(6, 12, 18), (2,), (1, 3)])
@pytest.mark.parametrize("training", [True, False])
def test_aspp_is_torchvisions_without_dropout(rates: tuple[int, ...], training: bool) -> None:
    ours = ASPP(4, 3, rates).double().train(training)
    theirs = deeplabv3.ASPP(4, list(rates), 3).double()
    own = [*ours.branches, ours.whole, ours.project]
    others = [*theirs.convs, theirs.project]
    for a, b in zip(own, others, strict=True):
        tensors = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
        for x, y in tensors:
            y.copy_(x)
    theirs.train(training)
    theirs.project[3].p = 0.0  # torchvision's dropout
    x = torch.randn(2, 4, 9, 7, dtype=torch.float64, requires_grad=True)
    assert_same([ours(x)], [theirs(x)], x)


def test_aspp_cannot_train_on_a_single_picture() -> None:
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        ASPP(2, 2, (1,))(torch.zeros(1, 2, 8, 8))
    with pytest.raises(ValueError, match=r"rates\[1\] must be a whole number of at least 1, got 0"):
        ASPP(2, 2, (1, 0))
    with pytest.raises(ValueError, match="rates must hold"):
        ASPP(2, 2, ())


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_bilinear_weight_interpolates_away_from_the_border(factor: int) -> None:
    x = torch.randn(2, 3, 6, 5, dtype=torch.float64)
    weight = fcn.bilinear_weight(3, factor).double()
    ours = F.conv_transpose2d(x, weight, stride=factor, padding=factor // 2)
    theirs = F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
    inner = slice(factor, -factor)
    torch.testing.assert_close(ours[..., inner, inner], theirs[..., inner, inner])
    with pytest.raises(ValueError, match="factor must be an even number"):
        fcn.bilinear_weight(1, 3)


def test_scores_are_enlarged_and_added() -> None:
    coarse, middle, fine = (torch.randn(1, 2, n, n) for n in (2, 4, 8))
    up = nn.Upsample(scale_factor=2, mode="bilinear")
    total = nn.Upsample(scale_factor=8, mode="bilinear")(fine + up(middle + up(coarse)))
    torch.testing.assert_close(fcn.fused_scores([coarse, middle, fine], (64, 64)), total)
    with pytest.raises(ValueError, match="scores must hold"):
        fcn.fused_scores([], (4, 4))


def test_shares_of_a_cell() -> None:
    labels = torch.tensor([[[0, 0, 1, 1], [0, 2, 1, 1]]])
    shares = fcn.at_stride(labels, 3, 2)
    assert shares[0, :, 0].T.tolist() == [[0.75, 0, 0.25], [0, 1, 0]]
    with pytest.raises(ValueError, match="stride must divide"):
        fcn.at_stride(labels, 3, 3)
