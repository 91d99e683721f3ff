"""What session 04's checks lean on: stand-in blocks, the bug hunt's answer, moved weights."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import check
from cvlib.models import BasicBlock, ResNet, resnet
from cvlib.models.residual_step import residual_step
from cvlib.models.thin_block import thin_blocks


@pytest.mark.parametrize("expansion", [1, 2, 4])
def test_a_resnet_of_thin_blocks_has_the_shapes_of_a_real_one(expansion: int) -> None:
    net = ResNet(*thin_blocks(expansion, (1, 2, 1, 1), 7)).eval()
    x = torch.zeros(1, 64, 8, 8)
    for number, side in enumerate((8, 4, 2, 1)):
        x = net.get_submodule(f"layer{number + 1}")(x)
        assert x.shape == (1, 64 * 2**number * expansion, side, side)
    assert net(torch.zeros(2, 3, 33, 40)).shape == (2, 7)


def test_thin_blocks_know_three_expansions() -> None:
    with pytest.raises(ValueError, match="expansion must be 1, 2 or 4, got 3"):
        thin_blocks(3, (1, 1, 1, 1), 2)


def test_residual_step_is_a_basic_block_without_batch_norm() -> None:
    torch.manual_seed(0)
    block = BasicBlock(3, 3).double()
    block.bn1, block.bn2 = nn.Identity(), nn.Identity()  # type: ignore[assignment]
    x = torch.randn(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
    weights = (block.conv1.weight, block.conv2.weight)
    ours = residual_step(x, *weights)
    torch.testing.assert_close(ours, block(x))
    ours.sum().backward()
    assert x.grad is not None
    gradient, x.grad = x.grad, None
    block(x).sum().backward()
    torch.testing.assert_close(gradient, x.grad)
    assert residual_step(torch.zeros(0, 3, 4, 4).double(), *weights).shape == (0, 3, 4, 4)


class ShortcutFirst(nn.Module):
    """A right block that runs its projection before its main path."""

    expansion = 1

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.path = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        conv = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
        self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        shortcut = self.shortcut(x)
        return F.relu(self.path(x) + shortcut)


def test_the_shortcut_may_run_before_the_path() -> None:
    r = check.inputs()
    check.module(
        ShortcutFirst,
        like=resnet.BasicBlock,
        configs=[check.case(3, 5, 2), check.case(4, 4, 2)],
        inputs=[r.normal(2, 3, 6, 6), r.normal(2, 4, 6, 6)],
    )


def writes_into_x(x: Tensor, weight1: Tensor, weight2: Tensor) -> Tensor:
    x += F.conv2d(F.relu(F.conv2d(x, weight1, padding=1)), weight2, padding=1)
    return F.relu(x)


def test_an_error_in_the_backward_pass_is_told_as_the_answers_own() -> None:
    case = check.case(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 3, 3), torch.ones(1, 1, 3, 3))
    with pytest.raises(check.CheckFailed, match="your code stopped with RuntimeError"):
        check.function(writes_into_x, like=residual_step, cases=[case], gradients=True)


def test_batch_norm_can_be_forbidden() -> None:
    for mode in (True, False):
        with pytest.raises(check.CheckFailed, match="torch's own batch_norm is called"):
            check.function(
                lambda x, mode=mode: nn.BatchNorm2d(2).train(mode)(x),
                like=lambda x: x,
                cases=[check.case(torch.ones(2, 2, 3, 3))],
                forbid=("batch_norm",),
            )
