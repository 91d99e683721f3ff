"""Right but different solutions to session 04.

Like mistakes they are pasted into notebooks as they stand: torch, F, nn and earlier exercises of
the session are there, anything else is imported inside.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from autograder.variants import variant

# 04-batch-norm ----------------------------------------------------------------------------------


@variant("04-batch-norm")
class BatchNormByRows(nn.Module):
    """Channels first, everything else in one axis; variance by its definition."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.shift = nn.Parameter(torch.zeros(num_features))
        self.scale = nn.Parameter(torch.ones(num_features))
        self.share, self.eps = momentum, eps

    def forward(self, x):
        rows = x.transpose(0, 1).flatten(1)  # (C, N·H·W)
        if self.training:
            n = rows.shape[1]
            if n == 1:
                raise ValueError("one value per channel has no variance")
            mean = rows.sum(dim=1) / n
            var = ((rows - mean[:, None]) ** 2).sum(dim=1) / n
            unbiased = var.detach() * n / (n - 1)
            keep = 1 - self.share
            self.running_mean = keep * self.running_mean + self.share * mean.detach()
            self.running_var = keep * self.running_var + self.share * unbiased
        else:
            mean, var = self.running_mean, self.running_var
        rows = (rows - mean[:, None]) * torch.rsqrt(var + self.eps)[:, None]
        rows = rows * self.scale[:, None] + self.shift[:, None]
        return rows.unflatten(1, (x.shape[0], *x.shape[2:])).transpose(0, 1)


@variant("04-batch-norm")
class BatchNormKeepingFourAxes(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        shape = (1, num_features, 1, 1)
        self.eps, self.momentum, self.shape = eps, momentum, shape
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        if not self.training:
            mean, var = self.running_mean.view(self.shape), self.running_var.view(self.shape)
        else:
            if x[:, 0].numel() < 2:
                raise ValueError(f"x is too small: {tuple(x.shape)}")
            mean = x.mean(dim=(0, 2, 3), keepdim=True)
            var = (x - mean).square().mean(dim=(0, 2, 3), keepdim=True)
            self.running_mean.data += self.momentum * (mean.data.flatten() - self.running_mean)
            self.running_var.data += self.momentum * (x.data.var((0, 2, 3)) - self.running_var)
            self.num_batches_tracked += 1
        x = (x - mean) / torch.sqrt(var + self.eps)
        return x * self.weight.view(self.shape) + self.bias.view(self.shape)


# 04-shortcut ------------------------------------------------------------------------------------


@variant("04-shortcut")
def shortcut_by_shapes(in_channels, out_channels, stride):
    if min(in_channels, out_channels, stride) < 1:
        raise ValueError(f"got in_channels={in_channels}, {out_channels=}, {stride=}")
    if (in_channels, 1) == (out_channels, stride):
        return "identity"
    return "projection"


@variant("04-shortcut")
def shortcut_by_early_returns(in_channels, out_channels, stride):
    for name, value in locals().copy().items():
        if value <= 0:
            raise ValueError(f"{name} = {value}")
    if stride > 1:
        return "projection"
    if in_channels != out_channels:
        return "projection"
    return "identity"


# 04-basic-block ---------------------------------------------------------------------------------


@variant("04-basic-block")
class BasicBlockOfSequentials(nn.Module):
    """Other names, another order of definition, an Identity as shortcut."""

    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.skip = nn.Identity()
        if stride != 1 or in_channels != channels:
            self.skip = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return F.relu(self.body(x) + self.skip(x))


@variant("04-basic-block")
class BasicBlockAddingInPlace(nn.Module):
    """torchvision's way: `out += identity` behind a batch norm."""

    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding="same", bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        if stride != 1 or in_channels != channels:
            self.conv3 = nn.Conv2d(in_channels, channels, 1, stride, bias=False)
            self.bn3 = nn.BatchNorm2d(channels)

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += self.bn3(self.conv3(x)) if hasattr(self, "conv3") else x
        return self.relu(out)


# 04-bottleneck ----------------------------------------------------------------------------------


@variant("04-bottleneck")
class BottleneckOfPairs(nn.Module):
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()

        def pair(a, b, kernel_size, stride=1):
            conv = nn.Conv2d(a, b, kernel_size, stride, kernel_size // 2, bias=False)
            return nn.Sequential(conv, nn.BatchNorm2d(b))

        self.narrow = pair(in_channels, channels, 1)
        self.look = pair(channels, channels, 3, stride)
        self.widen = pair(channels, 4 * channels, 1)
        same = stride == 1 and in_channels == 4 * channels
        self.skip = nn.Identity() if same else pair(in_channels, 4 * channels, 1, stride)

    def forward(self, x):
        out = F.relu(self.look(F.relu(self.narrow(x))))
        return F.relu(self.widen(out) + self.skip(x))


@variant("04-bottleneck")
class BottleneckWithOneReluModule(nn.Module):
    """The projection runs last; the three pairs lie in a list."""

    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide, relu = self.expansion * channels, nn.ReLU()
        self.parts = nn.ModuleList(
            [
                nn.Conv2d(in_channels, channels, 1, bias=False),
                nn.BatchNorm2d(channels),
                relu,
                nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(channels),
                relu,
                nn.Conv2d(channels, wide, 1, bias=False),
                nn.BatchNorm2d(wide),
            ]
        )
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        out = x
        for part in self.parts:
            out = part(out)
        if self.downsample is not None:
            x = self.downsample(x)
        return torch.relu(x + out)


# 04-resnet --------------------------------------------------------------------------------------


@variant("04-resnet")
class ResNetWithAMethodForStages(nn.Module):
    """torchvision's way: a method that remembers the width."""

    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.width = 64
        self.conv1 = nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self.make_stage(block, 64, layers[0], 1)
        self.layer2 = self.make_stage(block, 128, layers[1], 2)
        self.layer3 = self.make_stage(block, 256, layers[2], 2)
        self.layer4 = self.make_stage(block, 512, layers[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512 * block.expansion, num_classes)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")

    def make_stage(self, block, channels, count, stride):
        blocks = [block(self.width, channels, stride=stride)]
        self.width = channels * block.expansion
        for _ in range(1, count):
            blocks.append(block(self.width, channels))
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


@variant("04-resnet")
class ResNetFromALoop(nn.Module):
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        e = block.expansion
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        for i, n in enumerate(layers):
            c = 64 << i
            before = 64 if i == 0 else c // 2 * e
            first = block(before, c, stride=1 if i == 0 else 2)
            stage = nn.Sequential(first, *(block(c * e, c, stride=1) for _ in range(n - 1)))
            setattr(self, f"layer{i + 1}", stage)
        self.fc = nn.Linear(512 * e, num_classes)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1))


# 04-highway -------------------------------------------------------------------------------------


@variant("04-highway")
def norms_by_backward(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if not depth >= 1:
        raise ValueError(f"depth={depth}")
    x = pictures
    for layer in layers:
        x = F.relu(layer(x))
    x.mean().backward()
    plain = float(layers[0].weight.grad.norm())
    for layer in layers:
        layer.zero_grad()
    x = pictures
    for layer in layers:
        x = F.relu(layer(x)) + x
    x.mean().backward()
    return {"residual": float(layers[0].weight.grad.norm()), "plain": plain}


@variant("04-highway")
def norms_by_a_share_of_the_skip(depth, seed=0):
    torch.manual_seed(seed)
    layers = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)])
    pictures = torch.randn(4, 8, 8, 8)
    if len(layers) == 0:
        raise ValueError(f"depth must be positive, got {depth}")
    norms = {}
    for kind, share in (("plain", 0.0), ("residual", 1.0)):
        x = pictures
        for layer in layers:
            x = share * x + layer(x).clamp(min=0)
        layers.zero_grad()
        (x.sum() / x.numel()).backward()
        norms[kind] = layers[0].weight.grad.pow(2).sum().sqrt().item()
    return norms


# 04-bug-hunt ------------------------------------------------------------------------------------


@variant("04-bug-hunt")
def step_with_a_copy(x, weight1, weight2):
    shortcut = x.clone()
    out = F.conv2d(x, weight1, padding=1)
    out = F.relu(out, inplace=True)
    out = F.conv2d(out, weight2, padding=1)
    shortcut += out
    return F.relu(shortcut, inplace=True)


@variant("04-bug-hunt")
def step_into_the_path(x, weight1, weight2):
    out = F.relu(F.conv2d(x, weight1, padding=1), inplace=True)
    out = F.conv2d(out, weight2, padding=1)
    out += x  # a convolution does not need its own output again
    return F.relu(out, inplace=True)


@variant("04-bug-hunt")
def step_with_a_new_name(x, weight1, weight2):
    shortcut = x
    out = F.conv2d(F.conv2d(x, weight1, padding=1).relu(), weight2, padding=1)
    shortcut = shortcut + out
    return shortcut.clamp(min=0)
