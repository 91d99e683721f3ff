"""The architectures against torchvision and the papers: weights that load, outputs, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
import torchvision
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from cvlib import models
from cvlib.conv_arithmetic import conv_output_size
from cvlib.models import resnet, vgg
from cvlib.models.alexnet import PAPER
from cvlib.profile import count_parameters

RESNETS = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
}
VGGS = {11: 132_863_336, 13: 133_047_848, 16: 138_357_544, 19: 143_667_240}


@pytest.fixture(autouse=True)
def _seeded(one_thread: None) -> None:
    torch.manual_seed(0)


def unbuilt(make: Callable[[], nn.Module]) -> nn.Module:
    """A model with shapes only: no memory, no time."""
    with torch.device("meta"):
        return make()


def fill(model: nn.Module) -> nn.Module:
    """Give an unbuilt model numbers that keep signals alive and differ between all layers."""
    model.to_empty(device="cpu")
    for name, value in model.state_dict().items():
        if name.endswith("num_batches_tracked"):
            value.zero_()
        elif name.endswith("running_var"):
            value.uniform_(0.5, 1.5)
        elif value.dim() > 1:
            value.normal_(0, (2 / value[0].numel()) ** 0.5)  # He's rule
        else:
            value.normal_(1 if "weight" in name else 0, 0.1)
    return model


def twins(
    ours: Callable[[], nn.Module], theirs: Callable[[], nn.Module]
) -> tuple[nn.Module, nn.Module]:
    """Our model and torchvision's with the same weights, which lie in memory once."""
    their_model = fill(unbuilt(theirs))
    our_model = unbuilt(ours)
    our_model.load_state_dict(their_model.state_dict(), assign=True)  # strict: all names, shapes
    return our_model, their_model


def assert_same_outputs(ours: nn.Module, theirs: nn.Module, x: Tensor) -> None:
    with torch.no_grad():
        got, want = ours.eval()(x), theirs.eval()(x)
    assert want.std() > 1e-2, "a test of zeros"
    assert (got - want).abs().max() <= 1e-5


def assert_same_learning(ours: nn.Module, theirs: nn.Module, x: Tensor) -> None:
    """Equal outputs, gradients and running estimates in training mode."""
    for model in (ours, theirs):
        model.double().train()
        model.zero_grad()
        torch.manual_seed(1)  # the same units are dropped
        model(x.double()).square().mean().backward()
    got = {name: p.grad for name, p in ours.named_parameters()}
    want = {name: p.grad for name, p in theirs.named_parameters()}
    torch.testing.assert_close(got, want, rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(dict(ours.named_buffers()), dict(theirs.named_buffers()))


# VGG --------------------------------------------------------------------------------------------


def test_vgg16_loads_torchvisions_weights_and_gives_its_outputs() -> None:
    ours, theirs = twins(
        lambda: models.VGG(16, 1000), lambda: torchvision.models.vgg16(init_weights=False)
    )
    assert_same_outputs(ours, theirs, torch.randn(1, 3, 64, 64))


@pytest.mark.parametrize("depth", VGGS)
def test_vgg_has_torchvisions_names_and_shapes_and_the_published_count(depth: int) -> None:
    ours = unbuilt(lambda: models.VGG(depth, 1000))
    theirs = unbuilt(lambda: getattr(torchvision.models, f"vgg{depth}")(init_weights=False))
    shapes = {name: value.shape for name, value in ours.state_dict().items()}
    assert shapes == {name: value.shape for name, value in theirs.state_dict().items()}
    assert list(map(repr, ours.features)) == list(map(repr, theirs.features))
    assert list(map(repr, ours.classifier)) == list(map(repr, theirs.classifier))
    assert count_parameters(ours) == models.vgg_parameters(depth, 1000) == VGGS[depth]
    assert count_parameters(ours.classifier) == 123_642_856


def test_vgg_learns_like_torchvisions() -> None:
    blocks = ((8, 1), (16, 2))
    layers = [8, "M", 16, 16, "M"]

    def theirs() -> nn.Module:
        features = torchvision.models.vgg.make_layers(layers)  # type: ignore[arg-type]
        model = torchvision.models.VGG(features, num_classes=5, init_weights=False)
        model.classifier = vgg.fc_head(16 * 49, 32, 5)
        return model

    ours, their_model = twins(lambda: models.VGG(blocks, 5, hidden=32), theirs)
    ours.load_state_dict({k: v.clone() for k, v in their_model.state_dict().items()}, assign=True)
    assert_same_learning(ours, their_model, torch.randn(3, 3, 28, 28))


@pytest.mark.parametrize("size", [32, 33, 47, 224])
@pytest.mark.parametrize("batch", [0, 1, 2])
def test_vgg_with_gap_head_takes_small_images_and_any_batch(size: int, batch: int) -> None:
    model = models.VGG(((4, 1),) * 5, 7, in_channels=1, head="gap")
    x = torch.randn(batch, 1, size, size, requires_grad=True)
    out = model(x)
    assert out.shape == (batch, 7)
    if batch:
        out.sum().backward()
        assert x.grad is not None


def test_vgg_block_is_convolutions_with_relu_and_one_pool() -> None:
    block = models.vgg_block(2, 4, 2)
    x = torch.randn(3, 2, 7, 6)
    first, second = block[0], block[2]
    want = F.relu(F.conv2d(x, first.weight, first.bias, padding=1))
    want = F.max_pool2d(F.relu(F.conv2d(want, second.weight, second.bias, padding=1)), 2)
    torch.testing.assert_close(block(x), want)
    assert want.shape == (3, 4, 3, 3)


def test_vgg_dropout_only_while_training() -> None:
    model = models.VGG(((4, 1),), 3, hidden=64)
    x = torch.randn(1, 3, 8, 8)
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 3)), min_size=1, max_size=4),
    st.integers(1, 5),
)
@settings(max_examples=20, deadline=None)
def test_vgg_parameters_equal_those_of_the_built_network(
    blocks: list[tuple[int, int]], num_classes: int
) -> None:
    built = unbuilt(lambda: models.VGG(blocks, num_classes))
    image_size = 7 * 2 ** len(blocks)  # so that 7×7 positions are left
    assert models.vgg_parameters(blocks, num_classes, image_size) == count_parameters(built)


def test_vgg_parameters_follow_the_image() -> None:
    grown = models.vgg_parameters(16, 10, 256) - models.vgg_parameters(16, 10, 224)
    assert grown == 512 * (8 * 8 - 7 * 7) * 4096
    assert models.vgg_parameters(16, 10, 255) == models.vgg_parameters(16, 10, 224)  # 255 → 7


@pytest.mark.parametrize(
    ("call", "names"),
    [
        (lambda: models.VGG(15, 10), "config.*15"),
        (lambda: models.VGG([], 10), "config"),
        (lambda: models.VGG([64, "M"], 10), "config"),
        (lambda: models.VGG(16, 10, head="mean"), "head.*mean"),
        (lambda: models.VGG(((4, 0),), 10), "num_convs.*0"),
        (lambda: models.VGG(16, 0), "num_classes.*0"),
        (lambda: models.vgg_block(0, 1, 1), "in_channels.*0"),
        (lambda: models.vgg_parameters(16, 10, 31), "image_size=31"),
        (lambda: models.vgg_parameters(12, 10), "config.*12"),
        (lambda: models.AlexNet(channels=(1, 2)), "channels"),
        (lambda: models.MobileNetV1(width=0.01), "width.*0.01"),
        (lambda: models.CifarResNet(21), "depth.*21"),
        (lambda: models.ResNet(models.BasicBlock, (2, 2, 2)), "layers"),
        (lambda: models.ResNet(models.BasicBlock, (2, 2, 0, 2)), "layers"),
        (lambda: models.shortcut_kind(64, 64, 0), "stride.*0"),
        (lambda: models.plain_vs_residual(0, 0), "depth.*0"),
    ],
)
def test_bad_arguments_are_named(call: Callable[[], Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        call()


# LeNet and AlexNet ------------------------------------------------------------------------------


def test_lenet_has_the_published_count_and_learns() -> None:
    model = models.LeNet5()
    assert count_parameters(model) == 61_706
    for batch in (1, 3):
        out = model(torch.randn(batch, 1, 32, 32))
        assert out.shape == (batch, 10)
        out.sum().backward()
    assert all(p.grad is not None for p in model.parameters())


def test_lenet_is_what_its_layers_say() -> None:
    model = models.LeNet5().double()
    x = torch.randn(2, 1, 32, 32, dtype=torch.float64)
    w = list(model.parameters())
    out = F.avg_pool2d(torch.tanh(F.conv2d(x, w[0], w[1])), 2)
    out = F.avg_pool2d(torch.tanh(F.conv2d(out, w[2], w[3])), 2).reshape(2, 400)
    out = torch.tanh(out @ w[4].T + w[5])
    out = torch.tanh(out @ w[6].T + w[7])
    torch.testing.assert_close(model(x), out @ w[8].T + w[9])


def test_alexnet_loads_torchvisions_weights_and_gives_its_outputs() -> None:
    ours, theirs = twins(models.AlexNet, torchvision.models.alexnet)
    assert count_parameters(ours) == 61_100_840
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 96, 96))


def test_alexnet_of_the_paper_has_62_4_million() -> None:
    model = unbuilt(lambda: models.AlexNet(channels=PAPER))
    assert count_parameters(model) == 62_378_344


@pytest.mark.parametrize(
    ("size", "padding", "positions"), [(224, 2, 55), (227, 0, 55), (227, 2, 56)]
)
def test_alexnet_stem_gives_55_by_padding_or_by_227_pixels(
    size: int, padding: int, positions: int
) -> None:
    stem = unbuilt(models.AlexNet).features[0]
    assert (stem.kernel_size, stem.stride, stem.padding) == ((11, 11), (4, 4), (2, 2))
    assert conv_output_size(size, 11, stride=4, padding=padding) == positions


# ResNet -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RESNETS)
def test_resnet_loads_torchvisions_weights_and_gives_its_outputs(name: str) -> None:
    ours, theirs = twins(getattr(models, name), getattr(torchvision.models, name))
    assert count_parameters(ours) == RESNETS[name]
    assert_same_outputs(ours, theirs, torch.randn(2, 3, 64, 64))


@pytest.mark.parametrize(
    ("block", "their_block"),
    [
        (models.BasicBlock, torchvision.models.resnet.BasicBlock),
        (models.Bottleneck, torchvision.models.resnet.Bottleneck),
    ],
)
def test_resnet_learns_like_torchvisions(block: Any, their_block: Any) -> None:
    ours, theirs = twins(
        lambda: models.ResNet(block, (1, 1, 1, 1), 5),
        lambda: torchvision.models.ResNet(their_block, [1, 1, 1, 1], 5),
    )
    ours.load_state_dict({k: v.clone() for k, v in theirs.state_dict().items()}, assign=True)
    assert_same_learning(ours, theirs, torch.randn(3, 3, 48, 48))


@pytest.mark.parametrize("size", [1, 31, 33])
def test_resnet_takes_small_images_and_a_batch_of_one(size: int) -> None:
    model = models.ResNet(models.BasicBlock, (1, 1, 1, 1), 4).eval()
    assert model(torch.randn(1, 3, size, size)).shape == (1, 4)


@pytest.mark.parametrize("block", [models.BasicBlock, models.Bottleneck])
@pytest.mark.parametrize(("in_channels", "stride"), [(8, 1), (8, 2), (4, 1), (4, 2)])
def test_block_has_a_projection_exactly_when_shapes_change(
    block: Any, in_channels: int, stride: int
) -> None:
    channels = 8 // block.expansion
    made = block(in_channels, channels, stride)
    x = torch.randn(2, in_channels, 7, 7)
    same = made(x).shape == x.shape
    assert (made.downsample is None) == same
    kind = models.shortcut_kind(in_channels, 8, stride)
    assert kind == ("identity" if same else "projection")


def test_bottleneck_has_its_stride_on_the_3x3() -> None:
    block = models.Bottleneck(8, 4, stride=2)
    assert (block.conv1.stride, block.conv2.stride) == ((1, 1), (2, 2))


@pytest.mark.parametrize("block", [models.BasicBlock, models.Bottleneck])
def test_zero_init_makes_every_identity_block_pass_its_input_on(block: Any) -> None:
    model = models.ResNet(block, (2, 2, 2, 2), zero_init_residual=True)
    for stage in (model.layer1, model.layer2, model.layer3, model.layer4):
        x = torch.randn(2, stage[1].conv1.in_channels, 5, 5).relu()
        torch.testing.assert_close(stage[1](x), x)
    assert not (models.ResNet(block, (1, 1, 1, 1)).layer1[0].bn2.weight == 0).any()


def test_resnet50_of_basic_blocks_is_resnet34() -> None:
    model = unbuilt(lambda: models.ResNet(models.BasicBlock, (3, 4, 6, 3)))
    assert count_parameters(model) == RESNETS["resnet34"]


def test_resnet_accepts_a_block_of_your_own() -> None:
    class Own(nn.Module):
        expansion = 1

        def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
            super().__init__()
            self.conv = nn.Conv2d(in_channels, channels, 3, stride, 1)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(x)

    assert models.ResNet(Own, (1, 1, 1, 1), 3)(torch.randn(2, 3, 32, 32)).shape == (2, 3)
    assert resnet.ResNet is models.ResNet


@pytest.mark.parametrize(
    ("depth", "published"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)]
)
def test_cifar_resnet_has_the_papers_counts(depth: int, published: float) -> None:
    residual = unbuilt(lambda: models.CifarResNet(depth))
    plain = unbuilt(lambda: models.CifarResNet(depth, residual=False))
    digits = 1 if depth == 110 else 2
    assert round(count_parameters(residual) / 1e6, digits) == published
    assert count_parameters(plain) == count_parameters(residual)


def test_plain_net_differs_from_residual_by_the_additions_only() -> None:
    residual = models.CifarResNet(8).eval()
    plain = models.CifarResNet(8, residual=False).eval()
    plain.load_state_dict(residual.state_dict())
    x = torch.randn(2, 3, 32, 32)
    assert not torch.allclose(plain(x), residual(x))
    for model in (plain, residual):
        for block in model.blocks:
            nn.init.zeros_(block.bn2.weight)
    x = torch.randn(2, 16, 8, 8).relu()
    torch.testing.assert_close(residual.blocks[0](x), x)
    torch.testing.assert_close(plain.blocks[0](x), torch.zeros_like(x))
    shortcut = residual.blocks[1](x)  # 16 → 32 channels, stride 2
    torch.testing.assert_close(shortcut[:, :16], x[:, :, ::2, ::2])
    torch.testing.assert_close(shortcut[:, 16:], torch.zeros(2, 16, 4, 4))


# Batch normalisation ----------------------------------------------------------------------------


@given(
    st.tuples(st.integers(1, 3), st.integers(1, 4), st.integers(1, 4), st.integers(2, 4)),
    st.sampled_from([0.1, 0.01, 0.5, 1.0]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=30, deadline=None)
def test_batchnorm_matches_torch(
    shape: tuple[int, int, int, int], momentum: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    ours = models.BatchNorm2d(shape[1], momentum=momentum).double()
    theirs = nn.BatchNorm2d(shape[1], momentum=momentum).double()
    with torch.no_grad():
        theirs.weight.normal_(generator=generator)
        theirs.bias.normal_(generator=generator)
    ours.load_state_dict(theirs.state_dict())
    for training in (True, True, False, True):
        x = torch.randn(shape, generator=generator, dtype=torch.float64) * 3 + 5
        upstream = torch.randn(shape, generator=generator, dtype=torch.float64)
        got = []
        for layer in (ours.train(training), theirs.train(training)):
            leaf = x.clone().requires_grad_()
            out = layer(leaf)
            inputs = (leaf, layer.weight, layer.bias)
            got.append((out, *torch.autograd.grad(out, inputs, upstream)))
        torch.testing.assert_close(got[0], got[1], rtol=1e-7, atol=1e-7)
        torch.testing.assert_close(ours.state_dict(), theirs.state_dict())


def test_batchnorm_in_evaluation_takes_any_batch_and_changes_nothing() -> None:
    layer = models.BatchNorm2d(3).eval()
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    for batch in (0, 1, 4):
        assert layer(torch.randn(batch, 3, 2, 2)).shape == (batch, 3, 2, 2)
    torch.testing.assert_close(layer.state_dict(), before)


def test_batchnorm_refuses_what_it_can_not_normalise() -> None:
    layer = models.BatchNorm2d(3)
    with pytest.raises(ValueError, match=r"\(N, 3, H, W\), got \(2, 4, 5, 5\)"):
        layer(torch.randn(2, 4, 5, 5))
    with pytest.raises(ValueError, match="more than 1 value"):
        layer(torch.randn(1, 3, 1, 1))
    with pytest.raises(ValueError, match="more than 1 value"):
        nn.BatchNorm2d(3)(torch.randn(1, 3, 1, 1))  # torch does, too


# Skips and gradients ----------------------------------------------------------------------------


def test_plain_vs_residual_matches_finite_differences() -> None:
    depth, seed, step = 3, 5, 1e-6
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    images = torch.randn(4, 8, 8, 8).double()
    weights = [(layer.weight.detach().double(), layer.bias.detach().double()) for layer in layers]

    def mean(first: Tensor, residual: bool) -> Tensor:
        x = images
        for number, (weight, bias) in enumerate(weights):
            out = F.conv2d(x, first if number == 0 else weight, bias, padding=1).relu()
            x = x + out if residual else out
        return x.mean()

    got = models.plain_vs_residual(depth, seed)
    for kind, residual in (("plain", False), ("residual", True)):
        first = weights[0][0]
        slopes = []
        for number in range(first.numel()):
            moved = torch.zeros(first.numel(), dtype=torch.float64)
            moved[number] = step
            moved = moved.view_as(first)
            slopes.append(
                (mean(first + moved, residual) - mean(first - moved, residual)) / 2 / step
            )
        assert got[kind] == pytest.approx(torch.stack(slopes).norm().item(), rel=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_gradient_vanishes_without_skips_and_not_with_them(seed: int) -> None:
    norms = {depth: models.plain_vs_residual(depth, seed) for depth in (5, 30)}
    assert norms[30]["plain"] < 1e-9 * norms[5]["plain"]
    assert norms[30]["residual"] > norms[5]["residual"]


def test_plain_vs_residual_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(3)
    want = torch.rand(2)
    torch.manual_seed(3)
    first = models.plain_vs_residual(2, 1)
    torch.testing.assert_close(torch.rand(2), want)
    assert models.plain_vs_residual(2, 1) == first != models.plain_vs_residual(2, 2)


# Inception and MobileNet ------------------------------------------------------------------------


def test_inception_is_four_branches_side_by_side() -> None:
    module = models.Inception(5, 2, 3, 4, 2, 3, 1).double()
    x = torch.randn(2, 5, 6, 7, dtype=torch.float64)
    w = dict(module.named_parameters())

    def conv(name: str, x: Tensor, padding: int = 0) -> Tensor:
        return F.conv2d(x, w[f"{name}.0.weight"], w[f"{name}.0.bias"], padding=padding).relu()

    want = torch.cat(
        [
            conv("branch1", x),
            conv("branch3.1", conv("branch3.0", x), padding=1),
            conv("branch5.1", conv("branch5.0", x), padding=2),
            conv("branch_pool.1", F.max_pool2d(x, 3, 1, 1)),
        ],
        dim=1,
    )
    torch.testing.assert_close(module(x), want)
    assert want.shape == (2, 2 + 4 + 3 + 1, 6, 7)


@pytest.mark.parametrize(
    ("arguments", "published"),  # table 1 of the paper, in 1024 weights
    [((192, 64, 96, 128, 16, 32, 32), 159), ((256, 128, 128, 192, 32, 96, 64), 380)],
)
def test_inception_has_the_papers_weights(arguments: tuple[int, ...], published: int) -> None:
    module = models.Inception(*arguments)
    weights = sum(p.numel() for p in module.parameters() if p.dim() == 4)
    assert weights / 1024 == pytest.approx(published, abs=1.01)


def test_depthwise_separable_matches_functions() -> None:
    block = models.DepthwiseSeparable(4, 6, stride=2).double().eval()
    x = torch.randn(2, 4, 7, 7, dtype=torch.float64)
    out = F.conv2d(x, block.depthwise.weight, stride=2, padding=1, groups=4)
    out = block.bn1(out).relu()
    out = torch.einsum("nchw,oc->nohw", out, block.pointwise.weight[:, :, 0, 0])
    torch.testing.assert_close(block(x), block.bn2(out).relu())


@pytest.mark.parametrize(
    ("width", "parameters"),
    [(1.0, 4_231_976), (0.75, 2_585_560), (0.5, 1_331_592), (0.25, 470_072)],
)
def test_mobilenet_has_the_published_count(width: float, parameters: int) -> None:
    model = unbuilt(lambda: models.MobileNetV1(width=width))
    assert count_parameters(model) == parameters
    published = {1.0: 4.2, 0.75: 2.6, 0.5: 1.3, 0.25: 0.5}  # millions, tables 6 and 7
    assert round(parameters / 1e6, 1) == published[width]


@pytest.mark.parametrize("make", [
    lambda: models.MobileNetV1(5, width=0.25, in_channels=1),
    lambda: models.CifarResNet(8, 5, in_channels=1),
    lambda: models.VGG(((4, 1), (8, 2)), 5, in_channels=1, head="gap"),
    lambda: models.VGG(((4, 1), (8, 2)), 5, in_channels=1, hidden=16),
])  # fmt: skip
def test_small_nets_learn_from_small_images(make: Callable[[], nn.Module]) -> None:
    model = make()
    x, labels = torch.randn(4, 1, 16, 16), torch.tensor([0, 1, 2, 3])
    F.cross_entropy(model(x), labels).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
    model.eval()
    assert model(x[:1]).shape == (1, 5)
    torch.testing.assert_close(model(x[:1]), model(x)[:1], rtol=1e-4, atol=1e-5)


def test_every_reference_is_listed_once() -> None:
    assert set(vgg.REFERENCES["03"]) == {models.vgg_block, models.VGG, models.vgg_parameters}
    assert set(resnet.REFERENCES["04"]) == {
        resnet.shortcut_kind, resnet.projection, resnet.BasicBlock, resnet.Bottleneck,
        resnet.stage, resnet.ResNet,
    }  # fmt: skip
