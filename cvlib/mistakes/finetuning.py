"""Known mistakes of session 05, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses the names of the session's set-up cell and exercises that come earlier, nothing
else. What happens in the last exercise is told by what the trained network does.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from cvlib import mixing, surface_reading, surfaces, train, transfer
from cvlib.mistakes import mistake, mistaken_values, slip
from cvlib.mistakes.runs import mistaken_runs
from cvlib.models.mbconv import SqueezeExcite
from cvlib.models.scaling import Scale
from cvlib.transfer import replace_head

mistaken_run = mistaken_runs("05-fine-tune", "tuned = fine_tune(pretrained_efficientnet())")


# 05-squeeze-excite ------------------------------------------------------------------------------


@mistake(
    "05-squeeze-excite",
    says="The squeeze width is a quarter of the channels that arrive, instead of a quarter of the "
    "block's input.",
    asks="Which of the two numbers is the narrow one, and which did you divide by 4?",
)
class squeezes_by_the_wide_number(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, channels // 4)
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        small = F.silu(self.down(x.mean(dim=(2, 3), keepdim=True)))
        return x * torch.sigmoid(self.up(small))


@mistake(
    "05-squeeze-excite",
    says="The gate has no sigmoid, so it may turn channels round or make them huge.",
    asks="Between which two numbers does a gate lie?",
)
class leaves_the_gate_open(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        small = F.silu(self.down(x.mean(dim=(2, 3), keepdim=True)))
        return x * self.up(small)


@mistake(
    "05-squeeze-excite",
    says="The gate is added to the channels instead of multiplied with them.",
    asks="What would a gate of 0 have to do to its channel?",
)
class adds_the_gate(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        small = F.silu(self.down(x.mean(dim=(2, 3), keepdim=True)))
        return x + torch.sigmoid(self.up(small))


@mistake(
    "05-squeeze-excite",
    says="The gate itself is returned; the picture is lost.",
    asks="Which shape should come out, and with what is the gate multiplied?",
)
class returns_the_gate(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        small = F.silu(self.down(x.mean(dim=(2, 3), keepdim=True)))
        return torch.sigmoid(self.up(small))


@mistake(
    "05-squeeze-excite",
    says="ReLU stands between the two layers, as in the first paper on squeeze-and-excitation.",
    asks="Which activation does the exercise, like all of EfficientNet, ask for?",
)
class bends_with_relu(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        small = F.relu(self.down(x.mean(dim=(2, 3), keepdim=True)))
        return x * torch.sigmoid(self.up(small))


@mistake(
    "05-squeeze-excite",
    says="The squeeze takes the largest number of each channel instead of the mean.",
    asks="Which one number should stand for a channel?",
)
class squeezes_by_the_maximum(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        small = F.silu(self.down(x.amax(dim=(2, 3), keepdim=True)))
        return x * torch.sigmoid(self.up(small))


@mistake(
    "05-squeeze-excite",
    says="There is no squeeze: the layers run at every position, on the full map.",
    asks="How many numbers does a channel have when it reaches the first layer?",
)
class forgets_the_squeeze(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down, self.up = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(F.silu(self.down(x))))


@mistake(
    "05-squeeze-excite",
    says="The two small layers have no bias.",
    asks="Biases are left out in front of a batch norm. Does one follow here?",
)
class leaves_the_biases_out(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down = nn.Conv2d(channels, squeezed, 1, bias=False)
        self.up = nn.Conv2d(squeezed, channels, 1, bias=False)

    def forward(self, x):
        small = F.silu(self.down(x.mean(dim=(2, 3), keepdim=True)))
        return x * torch.sigmoid(self.up(small))


@mistake(
    "05-squeeze-excite",
    says="The two small layers are `nn.Linear`. They compute the same, but their weights have two "
    "axes where those of a 1 × 1 convolution, asked for and published, have four.",
    asks="Which shape has the weight of `nn.Conv2d(12, 2, 1)`, and which that of `nn.Linear(12, "
    "2)`?",
)
class takes_linear_layers(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.down, self.up = nn.Linear(channels, squeezed), nn.Linear(squeezed, channels)

    def forward(self, x):
        gate = torch.sigmoid(self.up(F.silu(self.down(x.mean(dim=(2, 3))))))  # (N, C)
        return x * gate[:, :, None, None]


# 05-mbconv --------------------------------------------------------------------------------------


@mistake(
    "05-mbconv",
    says="An activation follows the projection.",
    asks="What would a bend cost where few channels carry everything?",
)
class bends_after_projecting(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers, nn.SiLU())
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="The input is added although the stride has made the map smaller.",
    asks="Which two conditions does the shortcut have?",
)
class adds_across_a_stride(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="The squeeze goes by the expanded channels, so the block has too many parameters.",
    asks="Which of the block's widths is the second argument of SqueezeExcite?",
)
class squeezes_by_the_expanded_width(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, wide)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="The middle convolution is a full one: each channel looks at all channels.",
    asks="Which argument of `nn.Conv2d` keeps every channel to itself?",
)
class looks_at_all_channels(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="The 1 × 1 that expands is there even for an expand_ratio of 1.",
    asks="What is left of step 1 when there is nothing to expand?",
)
class expands_by_one(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="The stride sits on the 1 × 1 that expands, which then skips three of four positions.",
    asks="Which of the convolutions looks around, and can make up for skipped positions?",
)
class strides_while_expanding(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad, layers = in_channels * expand_ratio, kernel_size // 2, []
        if expand_ratio > 1:
            conv = nn.Conv2d(in_channels, wide, 1, stride, bias=False)
            layers, stride_left = [conv, nn.BatchNorm2d(wide), nn.SiLU()], 1
        else:
            stride_left = stride
        deep = nn.Conv2d(wide, wide, kernel_size, stride_left, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="Samples are dropped, but what is kept isn't divided, so its mean shrinks in training.",
    asks="If half of the samples are dropped, by how much must the others grow?",
)
class drops_without_dividing(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            out = out * (torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="Samples are dropped in evaluation mode, too.",
    asks="Who should see the shallower network: training, or the customer as well?",
)
class drops_in_evaluation(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="Single numbers are dropped, as dropout does, instead of whole samples.",
    asks="Of which shape is one random number for each sample?",
)
class drops_single_numbers(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(out.shape, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="One random number decides for the whole batch, instead of one for each sample.",
    asks="How many random numbers does a batch of 32 need?",
)
class drops_the_whole_batch(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            out = out * (torch.rand(1).item() >= self.drop_path) / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="A sample is kept with the probability drop_path, instead of being dropped with it.",
    asks="With drop_path=0.2, how many of a hundred samples keep their branch?",
)
class keeps_what_should_drop(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training and self.drop_path > 0:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) < self.drop_path
            out = out * kept / self.drop_path
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="The convolutions have a bias.",
    asks="A batch norm follows each of them. What does it do to a constant that was added?",
)
class leaves_biases_in(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="ReLU stands where the table has SiLU.",
    asks="Which activation does the middle column of the table name?",
)
class bends_by_relu(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.ReLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out


@mistake(
    "05-mbconv",
    says="Nothing is ever dropped: `drop_path` is not used.",
    asks="In training, what should happen to a share `drop_path` of the samples?",
)
class never_drops(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers = []
        if expand_ratio > 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut, self.drop_path = stride == 1 and in_channels == out_channels, drop_path

    def forward(self, x):
        out = self.block(x)
        return x + out if self.shortcut else out


# 05-scaling: make_divisible ---------------------------------------------------------------------


@mistake(
    "05-scaling",
    says="The function make_divisible may go more than 10 % below: the last rule is missing.",
    asks="What do 11 channels become, and how many per cent are lost?",
)
def loses_more_than_a_tenth(channels, divisor=8):
    if channels <= 0:
        raise ValueError(f"channels must be above 0, got {channels}")
    if divisor < 1:
        raise ValueError(f"divisor must be at least 1, got {divisor}")
    return max(divisor, int(channels + divisor / 2) // divisor * divisor)


@mistake(
    "05-scaling",
    says="The function make_divisible always rounds down.",
    asks="What is the multiple of 8 nearest to 23?",
)
def always_rounds_down(channels, divisor=8):
    if channels <= 0:
        raise ValueError(f"channels must be above 0, got {channels}")
    if divisor < 1:
        raise ValueError(f"divisor must be at least 1, got {divisor}")
    return max(divisor, int(channels // divisor) * divisor)


@mistake(
    "05-scaling",
    says="The function make_divisible always rounds up.",
    asks="What should 35.2 become, and what do you give?",
)
def always_rounds_up(channels, divisor=8):
    if channels <= 0:
        raise ValueError(f"channels must be above 0, got {channels}")
    if divisor < 1:
        raise ValueError(f"divisor must be at least 1, got {divisor}")
    return math.ceil(channels / divisor) * divisor


@mistake(
    "05-scaling",
    says="The function make_divisible uses Python's `round`, which sends halves to the even "
    "neighbour: 52 / 8 = 6.5 becomes 6.",
    asks="In which direction should 52 go, to 48 or to 56?",
)
def rounds_halves_to_even(channels, divisor=8):
    if channels <= 0:
        raise ValueError(f"channels must be above 0, got {channels}")
    if divisor < 1:
        raise ValueError(f"divisor must be at least 1, got {divisor}")
    rounded = max(divisor, round(channels / divisor) * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor


@mistake(
    "05-scaling",
    says="In make_divisible, few channels become 0: the lower end is missing.",
    asks="How many channels does a layer have for channels=3?",
)
def lets_channels_vanish(channels, divisor=8):
    if channels <= 0:
        raise ValueError(f"channels must be above 0, got {channels}")
    if divisor < 1:
        raise ValueError(f"divisor must be at least 1, got {divisor}")
    rounded = int(channels + divisor / 2) // divisor * divisor
    return rounded if rounded >= 0.9 * channels or not rounded else rounded + divisor


@mistake(
    "05-scaling",
    says="The function make_divisible takes any number, even none or a negative one.",
    asks="Which values should it refuse, and with which words?",
)
def takes_any_number(channels, divisor=8):
    rounded = max(divisor, int(channels + divisor / 2) // max(divisor, 1) * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor


# 05-scaling: compound_scale ---------------------------------------------------------------------


@mistake(
    "05-scaling",
    function="compound_scale",
    says="In compound_scale, the factors are multiplied by φ instead of raised to it.",
    asks="What should φ = 0 do to a network?",
)
def multiplies_by_phi(phi, alpha=1.2, beta=1.1, gamma=1.15):
    for name, value in {"alpha": alpha, "beta": beta, "gamma": gamma}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    depth, width, resolution = alpha * phi, beta * phi, gamma * phi
    return Scale(depth, width, resolution, depth * width**2 * resolution**2)


@mistake(
    "05-scaling",
    function="compound_scale",
    says="In compound_scale, the work grows with width and resolution once instead of twice.",
    asks="How many weights has a layer with twice the channels in *and* out?",
)
def counts_width_once(phi, alpha=1.2, beta=1.1, gamma=1.15):
    for name, value in {"alpha": alpha, "beta": beta, "gamma": gamma}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return Scale(alpha**phi, beta**phi, gamma**phi, (alpha * beta * gamma) ** phi)


@mistake(
    "05-scaling",
    function="compound_scale",
    says="In compound_scale, width and resolution have changed places.",
    asks="Which letter belongs to the channels, β or γ?",
)
def swaps_width_and_resolution(phi, alpha=1.2, beta=1.1, gamma=1.15):
    for name, value in {"alpha": alpha, "beta": beta, "gamma": gamma}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    flops = (alpha * beta**2 * gamma**2) ** phi
    return Scale(alpha**phi, gamma**phi, beta**phi, flops)


@mistake(
    "05-scaling",
    function="compound_scale",
    says="In compound_scale, the work is rounded to 2^φ; the factors give 1.92 to the power of φ.",
    asks="What is 1.2 · 1.1² · 1.15², to two decimals?",
)
def says_two_to_the_phi(phi, alpha=1.2, beta=1.1, gamma=1.15):
    for name, value in {"alpha": alpha, "beta": beta, "gamma": gamma}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return Scale(alpha**phi, beta**phi, gamma**phi, 2.0**phi)


@mistake(
    "05-scaling",
    function="compound_scale",
    says="The function compound_scale takes factors below 1, which would shrink the network.",
    asks="Which values should it refuse?",
)
def lets_factors_shrink(phi, alpha=1.2, beta=1.1, gamma=1.15):
    return Scale(alpha**phi, beta**phi, gamma**phi, (alpha * beta**2 * gamma**2) ** phi)


# 05-replace-head --------------------------------------------------------------------------------


@mistake(
    "05-replace-head",
    says="The first linear layer is exchanged instead of the last.",
    asks="A head of three linear layers: which one gives the classes?",
)
def takes_the_first_linear(model, num_classes):
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [name for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError("model must have a linear layer inside")
    parent, _, child = heads[0].rpartition(".")
    old = model.get_submodule(heads[0])
    new = nn.Linear(old.in_features, num_classes, bias=old.bias is not None)
    setattr(model.get_submodule(parent), child, new)
    return model


@mistake(
    "05-replace-head",
    says="The new layer is stored under a name with a dot, beside the old one, and never used.",
    asks="Which module holds the layer `classifier.1`, and what is it called in there?",
)
def sets_a_name_with_a_dot(model, num_classes):
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [(name, part) for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError("model must have a linear layer inside")
    name, old = heads[-1]
    setattr(model, name, nn.Linear(old.in_features, num_classes, bias=old.bias is not None))
    return model


@mistake(
    "05-replace-head",
    says="The new head is as frozen as the old one was, so it can never learn.",
    asks="What is `requires_grad` of a fresh layer, and did you change it?",
)
def hands_on_the_freeze(model, num_classes):
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [name for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError("model must have a linear layer inside")
    parent, _, child = heads[-1].rpartition(".")
    old = model.get_submodule(heads[-1])
    new = nn.Linear(old.in_features, num_classes, bias=old.bias is not None)
    new.requires_grad_(old.weight.requires_grad)
    setattr(model.get_submodule(parent), child, new)
    return model


@mistake(
    "05-replace-head",
    says="The new layer always has a bias, whether the old one had it or not.",
    asks="What does `old.bias` hold in a layer without a bias?",
)
def always_adds_a_bias(model, num_classes):
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [name for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError("model must have a linear layer inside")
    parent, _, child = heads[-1].rpartition(".")
    old = model.get_submodule(heads[-1])
    setattr(model.get_submodule(parent), child, nn.Linear(old.in_features, num_classes))
    return model


@mistake(
    "05-replace-head",
    says="The new layer stands behind the old one, and sees its class scores instead of features.",
    asks="How many inputs did the old layer have, and how many has yours?",
)
def stacks_a_second_head(model, num_classes):
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [name for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError("model must have a linear layer inside")
    parent, _, child = heads[-1].rpartition(".")
    old = model.get_submodule(heads[-1])
    new = nn.Linear(old.out_features, num_classes, bias=old.bias is not None)
    setattr(model.get_submodule(parent), child, nn.Sequential(old, new))
    return model


@mistake(
    "05-replace-head",
    says="The head is exchanged, but the function returns nothing.",
    asks="What will `model = replace_head(model, 10)` leave in `model`?",
)
def returns_nothing(model, num_classes):
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [name for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError("model must have a linear layer inside")
    parent, _, child = heads[-1].rpartition(".")
    old = model.get_submodule(heads[-1])
    new = nn.Linear(old.in_features, num_classes, bias=old.bias is not None)
    setattr(model.get_submodule(parent), child, new)


@mistake(
    "05-replace-head",
    says="Only the number `out_features` is changed; the weight keeps its old shape.",
    asks="Does a layer compute with `out_features`, or with `weight`?",
)
def changes_the_label_only(model, num_classes):
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [part for part in model.modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError("model must have a linear layer inside")
    heads[-1].out_features = num_classes
    return model


# 05-freeze --------------------------------------------------------------------------------------


@mistake(
    "05-freeze",
    says="Parameters are frozen, but batch normalisation goes on collecting statistics.",
    asks="Which numbers of a batch normalisation change without any gradient?",
)
def forgets_the_statistics(model, except_=()):
    spared = set()
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
        spared |= set(model.get_submodule(name).modules())
    for part in model.modules():
        if part not in spared:
            for parameter in part.parameters(recurse=False):
                parameter.requires_grad = False


@mistake(
    "05-freeze",
    says="Batch normalisation is switched to evaluation mode once; `model.train()` switches it "
    "back.",
    asks="What does `train()` do to all modules inside, and when could you undo it?",
)
def switches_only_once(model, except_=()):
    spared = set()
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
        spared |= set(model.get_submodule(name).modules())
    for part in model.modules():
        if part in spared:
            continue
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad = False
        if isinstance(part, nn.BatchNorm2d):
            part.eval()


@mistake(
    "05-freeze",
    says="The stored statistics stay as they are, yet in training mode the layer still normalises "
    "by the batch.",
    asks="Which mean does a batch normalisation subtract in training mode, the stored one?",
)
def sets_momentum_to_zero(model, except_=()):
    spared = set()
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
        spared |= set(model.get_submodule(name).modules())
    for part in model.modules():
        if part in spared:
            continue
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad = False
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 0.0


@mistake(
    "05-freeze",
    says="The hook returns the layer, and PyTorch takes what a pre-hook returns for the new input.",
    asks="What does `layer.eval()` return, and what should the hook return?",
)
def returns_the_layer_from_the_hook(model, except_=()):
    spared = set()
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
        spared |= set(model.get_submodule(name).modules())
    for part in model.modules():
        if part in spared:
            continue
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad = False
        if isinstance(part, nn.BatchNorm2d):
            part.register_forward_pre_hook(lambda layer, inputs: layer.eval())


@mistake(
    "05-freeze",
    says="Names are compared by their beginning, so `features.10` counts as part of `features.1`.",
    asks="What has to follow after `features.1` in the name of something inside it?",
)
def compares_beginnings(model, except_=()):
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
    for name, part in model.named_modules():
        if any(name.startswith(spared) for spared in except_):
            continue
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad = False
        if isinstance(part, nn.BatchNorm2d):
            part.register_forward_pre_hook(lambda layer, inputs: layer.eval() and None)


@mistake(
    "05-freeze",
    says="The spared parts learn, but their batch normalisations are frozen all the same.",
    asks="What does the exercise say about modules inside a spared part?",
)
def freezes_spared_statistics(model, except_=()):
    spared = set()
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
        spared |= set(model.get_submodule(name).modules())
    for part in model.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.register_forward_pre_hook(lambda layer, inputs: layer.eval() and None)
        if part not in spared:
            for parameter in part.parameters(recurse=False):
                parameter.requires_grad = False


@mistake(
    "05-freeze",
    says="Everything is frozen, the spared parts too.",
    asks="Where do you look at `except_`?",
)
def spares_nothing(model, except_=()):
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
    for part in model.modules():
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad = False
        if isinstance(part, nn.BatchNorm2d):
            part.register_forward_pre_hook(lambda layer, inputs: layer.eval() and None)


@mistake(
    "05-freeze",
    says="All layers are held in evaluation mode, so dropout is off, too.",
    asks="Which layers have statistics that drift?",
)
def switches_dropout_off(model, except_=()):
    spared = set()
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
        spared |= set(model.get_submodule(name).modules())
    for part in model.modules():
        part.register_forward_pre_hook(lambda layer, inputs: layer.eval() and None)
        if part not in spared:
            for parameter in part.parameters(recurse=False):
                parameter.requires_grad = False


@mistake(
    "05-freeze",
    says="The named parts are frozen, and the rest is spared.",
    asks="What does the name `except_` say about the parts that it lists?",
)
def freezes_the_exceptions(model, except_=()):
    named = set()
    for name in except_:
        if name not in dict(model.named_modules()):
            raise ValueError(f"except_ must name parts of the model, got {name!r}")
        named |= set(model.get_submodule(name).modules())
    for part in named:
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad = False
        if isinstance(part, nn.BatchNorm2d):
            part.register_forward_pre_hook(lambda layer, inputs: layer.eval() and None)


# 05-param-groups --------------------------------------------------------------------------------


@mistake(
    "05-param-groups",
    says="The rates grow towards the input: the most general layers would change most.",
    asks="Which part has base_lr: the first of `parts_of`, or the last?",
)
def lets_rates_grow_to_the_input(model, base_lr, decay):
    if base_lr <= 0 or not 0 < decay <= 1:
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    groups = []
    for number, (_, part) in enumerate(transfer.parts_of(model)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": base_lr * decay**number})
    return groups


@mistake(
    "05-param-groups",
    says="Every part has the same rate.",
    asks="Where does `decay` come in?",
)
def gives_everyone_the_same(model, base_lr, decay):
    if base_lr <= 0 or not 0 < decay <= 1:
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    groups = []
    for _, part in transfer.parts_of(model):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": base_lr})
    return groups


@mistake(
    "05-param-groups",
    says="A part that is all frozen doesn't count as a step, so the rates before it are too large.",
    asks="When do you multiply by decay: after every part, or only after one that learns?",
)
def skips_frozen_steps(model, base_lr, decay):
    if base_lr <= 0 or not 0 < decay <= 1:
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    groups, rate = [], base_lr
    for _, part in reversed(transfer.parts_of(model)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
            rate *= decay
    return groups[::-1]


@mistake(
    "05-param-groups",
    says="Frozen parameters are in the groups, too.",
    asks="What does `requires_grad` say about a parameter?",
)
def takes_frozen_ones_along(model, base_lr, decay):
    if base_lr <= 0 or not 0 < decay <= 1:
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    groups, rate = [], base_lr
    for _, part in reversed(transfer.parts_of(model)):
        groups.append({"params": list(part.parameters()), "lr": rate})
        rate *= decay
    return groups[::-1]


@mistake(
    "05-param-groups",
    says="All rates are one step too small: even the head has base_lr · decay.",
    asks="What is decay to the power of 0, and which part should have it?",
)
def decays_the_head_too(model, base_lr, decay):
    if base_lr <= 0 or not 0 < decay <= 1:
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    groups, rate = [], base_lr
    for _, part in reversed(transfer.parts_of(model)):
        rate *= decay
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
    return groups[::-1]


@mistake(
    "05-param-groups",
    says="Rates and parts are right, but the groups begin with the head.",
    asks="In which order did you go through the parts, and in which should the groups stand?",
)
def begins_with_the_head(model, base_lr, decay):
    if base_lr <= 0 or not 0 < decay <= 1:
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    groups, rate = [], base_lr
    for _, part in reversed(transfer.parts_of(model)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
        rate *= decay
    return groups


@mistake(
    "05-param-groups",
    says="Any base_lr and any decay are taken, so a decay of 2 lets the rates explode.",
    asks="Which values should raise a ValueError?",
)
def takes_any_rate(model, base_lr, decay):
    groups, rate = [], base_lr
    for _, part in reversed(transfer.parts_of(model)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
        rate *= decay
    return groups[::-1]


# 05-unfreezing ----------------------------------------------------------------------------------


@mistake(
    "05-unfreezing",
    says="The parts get gradients, but the optimizer was built before and doesn't know them: they "
    "never move.",
    asks="Who moves a parameter, and does he have it?",
)
class forgets_the_optimizer:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.joined = transfer.parts_of(model)[-2::-1], every, 0

    def step(self, epoch):
        new = self.waiting[self.joined : epoch // self.every]
        for _, part in new:
            part.requires_grad_(True)
        self.joined += len(new)
        return [name for name, _ in new]


@mistake(
    "05-unfreezing",
    says="The optimizer gets the parts, but they are still frozen: without a gradient nothing "
    "moves.",
    asks="Which two things does a part need to learn?",
)
class forgets_to_thaw:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.joined = transfer.parts_of(model)[-2::-1], every, 0
        self.optimizer, self.decay, self.rate = optimizer, decay, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        new = self.waiting[self.joined : epoch // self.every]
        for _, part in new:
            self.rate *= self.decay
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        self.joined += len(new)
        return [name for name, _ in new]


@mistake(
    "05-unfreezing",
    says="The parts join from the input on: the most general ones first.",
    asks="Which part is the head's neighbour?",
)
class thaws_from_the_input:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.joined = transfer.parts_of(model)[:-1], every, 0
        self.optimizer, self.decay, self.rate = optimizer, decay, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        new = self.waiting[self.joined : epoch // self.every]
        for _, part in new:
            part.requires_grad_(True)
            self.rate *= self.decay
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        self.joined += len(new)
        return [name for name, _ in new]


@mistake(
    "05-unfreezing",
    says="One part joins at every call, whatever the epoch is.",
    asks="What should happen when step(1) is called twice, or step(9) first?",
)
class counts_calls:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.calls = transfer.parts_of(model)[-2::-1], every, -1
        self.optimizer, self.decay, self.rate = optimizer, decay, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        self.calls += 1
        if self.calls == 0 or self.calls % self.every or not self.waiting:
            return []
        name, part = self.waiting.pop(0)
        part.requires_grad_(True)
        self.rate *= self.decay
        self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        return [name]


@mistake(
    "05-unfreezing",
    says="A part joins again at a later step, and the optimizer refuses to take it twice.",
    asks="How do you remember which parts have joined already?",
)
class adds_them_again:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every = transfer.parts_of(model)[-2::-1], every
        self.optimizer, self.decay, self.rate = optimizer, decay, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        new = self.waiting[: epoch // self.every]
        for _, part in new:
            part.requires_grad_(True)
            self.rate *= self.decay
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        return [name for name, _ in new]


@mistake(
    "05-unfreezing",
    says="Every part that joins gets the head's rate; decay isn't used.",
    asks="How fast should a part learn, compared with the one after it?",
)
class gives_the_heads_rate:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.joined = transfer.parts_of(model)[-2::-1], every, 0
        self.optimizer, self.rate = optimizer, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        new = self.waiting[self.joined : epoch // self.every]
        for _, part in new:
            part.requires_grad_(True)
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        self.joined += len(new)
        return [name for name, _ in new]


@mistake(
    "05-unfreezing",
    says="The first part joins at epoch 0 already; the head has no time of its own.",
    asks="How many parts learn at epoch 0?",
)
class is_one_too_early:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.joined = transfer.parts_of(model)[-2::-1], every, 0
        self.optimizer, self.decay, self.rate = optimizer, decay, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        new = self.waiting[self.joined : 1 + epoch // self.every]
        for _, part in new:
            part.requires_grad_(True)
            self.rate *= self.decay
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        self.joined += len(new)
        return [name for name, _ in new]


@mistake(
    "05-unfreezing",
    says="Every part joins one stage too late: the head alone has the time of two.",
    asks="At epoch e the last 1 + e // every parts learn. How many of them have to *join*?",
)
class is_one_too_late:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.joined = transfer.parts_of(model)[-2::-1], every, 0
        self.optimizer, self.decay, self.rate = optimizer, decay, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        new = self.waiting[self.joined : max(0, epoch // self.every - 1)]
        for _, part in new:
            part.requires_grad_(True)
            self.rate *= self.decay
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        self.joined += len(new)
        return [name for name, _ in new]


@mistake(
    "05-unfreezing",
    says="The head's neighbour gets the head's rate: `decay` comes in one part too late.",
    asks="When do you multiply by `decay`: before a part joins, or after it?",
)
class decays_one_too_late:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting, self.every, self.joined = transfer.parts_of(model)[-2::-1], every, 0
        self.optimizer, self.decay, self.rate = optimizer, decay, optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        new = self.waiting[self.joined : epoch // self.every]
        for _, part in new:
            part.requires_grad_(True)
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
            self.rate *= self.decay
        self.joined += len(new)
        return [name for name, _ in new]


# 05-mixing: mixup -------------------------------------------------------------------------------


@mistake(
    "05-mixing",
    says="In mixup the pictures are mixed and the labels are not.",
    asks="Half grass, half brick: what should its label say?",
)
def keeps_the_old_labels(x, y, num_classes, alpha, generator):
    lam = mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    return lam * x + (1 - lam) * x[order], F.one_hot(y, num_classes).float()


@mistake(
    "05-mixing",
    says="In mixup the shares in the labels have changed places.",
    asks="If λ = 0.9 of a picture is its own, how much of its own label remains?",
)
def swaps_the_shares(x, y, num_classes, alpha, generator):
    lam = mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    own = F.one_hot(y, num_classes).float()
    return lam * x + (1 - lam) * x[order], (1 - lam) * own + lam * own[order]


@mistake(
    "05-mixing",
    says="The function mixup draws the partners before the share, so its numbers are others.",
    asks="In which order does the exercise draw, and why does a generator care?",
)
def draws_in_another_order(x, y, num_classes, alpha, generator):
    order = torch.randperm(len(x), generator=generator)
    lam = mixing.beta(alpha, generator)
    own = F.one_hot(y, num_classes).float()
    return lam * x + (1 - lam) * x[order], lam * own + (1 - lam) * own[order]


@mistake(
    "05-mixing",
    says="The function mixup draws the partners without the generator, so nobody can repeat it.",
    asks="From where does `torch.randperm(N)` take its numbers if it isn't told?",
)
def ignores_the_generator(x, y, num_classes, alpha, generator):
    lam = mixing.beta(alpha, generator)
    order = torch.randperm(len(x))
    own = F.one_hot(y, num_classes).float()
    return lam * x + (1 - lam) * x[order], lam * own + (1 - lam) * own[order]


@mistake(
    "05-mixing",
    says="The function mixup mixes every picture with the next one instead of with its partner.",
    asks="Which permutation did you draw, and where do you use it?",
)
def mixes_with_the_next(x, y, num_classes, alpha, generator):
    lam = mixing.beta(alpha, generator)
    own = F.one_hot(y, num_classes).float()
    return lam * x + (1 - lam) * x.roll(1, 0), lam * own + (1 - lam) * own.roll(1, 0)


@mistake(
    "05-mixing",
    says="In mixup λ is given to the partner, in picture and label; it is the share of the own "
    "picture.",
    asks="What does the first row of the table say that `lam` is a share of?",
)
def gives_lam_to_the_partner(x, y, num_classes, alpha, generator):
    lam = mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    own = F.one_hot(y, num_classes).float()
    return (1 - lam) * x + lam * x[order], (1 - lam) * own + lam * own[order]


# 05-mixing: cutmix ------------------------------------------------------------------------------


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the labels go by the λ that was drawn, although the box was clipped at the "
    "border.",
    asks="How many pixels were really pasted?",
)
def trusts_the_drawn_share(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, bottom = max(0, row - tall // 2), min(height, row - tall // 2 + tall)
    left, right = max(0, column - wide // 2), min(width, column - wide // 2 + wide)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    own = F.one_hot(y, num_classes).float()
    return mixed, lam * own + (1 - lam) * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the labels count the box before it was clipped.",
    asks="Do you compute the area before or after `max(0, …)` and `min(H, …)`?",
)
def counts_before_clipping(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, bottom = max(0, row - tall // 2), min(height, row - tall // 2 + tall)
    left, right = max(0, column - wide // 2), min(width, column - wide // 2 + wide)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = tall * wide / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the sides of the box are 1 − λ of the picture's, so its area is (1 − λ)².",
    asks="A box of half the height and half the width: which share of the picture is it?",
)
def forgets_the_root(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * (1 - lam)), round(width * (1 - lam))
    top, bottom = max(0, row - tall // 2), min(height, row - tall // 2 + tall)
    left, right = max(0, column - wide // 2), min(width, column - wide // 2 + wide)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the middle that was drawn is used as the box's upper left corner.",
    asks="How far above the middle does a box begin that is `tall` high?",
)
def begins_at_the_middle(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    top = int(torch.randint(height, (1,), generator=generator))
    left = int(torch.randint(width, (1,), generator=generator))
    bottom = min(height, top + round(height * math.sqrt(1 - lam)))
    right = min(width, left + round(width * math.sqrt(1 - lam)))
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the box isn't clipped: a negative start counts from the other end in Python, "
    "and nothing is pasted.",
    asks="What is `list(range(8))[-2:2]`?",
)
def lets_the_box_stick_out(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, left = row - tall // 2, column - wide // 2
    mixed = x.clone()
    mixed[:, :, top : top + tall, left : left + wide] = x[
        order, :, top : top + tall, left : left + wide
    ]
    share = tall * wide / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the labels have changed places: the small box gets the large share.",
    asks="Which label does a picture have whose box is a single pixel?",
)
def gives_the_box_the_rest(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, bottom = max(0, row - tall // 2), min(height, row - tall // 2 + tall)
    left, right = max(0, column - wide // 2), min(width, column - wide // 2 + wide)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, share * own + (1 - share) * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="The function cutmix pastes into the caller's own pictures.",
    asks="What do the caller's pictures look like after `x[:, :, a:b, c:d] = …`?",
)
def pastes_into_the_callers(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, bottom = max(0, row - tall // 2), min(height, row - tall // 2 + tall)
    left, right = max(0, column - wide // 2), min(width, column - wide // 2 + wide)
    x[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return x, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the box ends `tall // 2` below its middle, so a box of odd size loses a row "
    "or a column.",
    asks="A box 5 tall begins 2 above its middle. How many of its rows lie below the middle?",
)
def ends_half_behind_the_middle(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, bottom = max(0, row - tall // 2), min(height, row + tall // 2)
    left, right = max(0, column - wide // 2), min(width, column + wide // 2)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the start is clipped first and the length added then, so at the upper and left "
    "border the box is pushed inside instead of cut.",
    asks="A box of 4 rows begins 2 above the picture. How many of its rows are left?",
)
def clips_before_adding_the_length(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(1 - lam)), round(width * math.sqrt(1 - lam))
    top, left = max(0, row - tall // 2), max(0, column - wide // 2)
    bottom, right = min(height, top + tall), min(width, left + wide)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the sides of the box are rounded down instead of to the nearest.",
    asks="What do `int(3.9)` and `round(3.9)` give?",
)
def cuts_the_sides_down(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = int(height * math.sqrt(1 - lam)), int(width * math.sqrt(1 - lam))
    top, bottom = max(0, row - tall // 2), min(height, row - tall // 2 + tall)
    left, right = max(0, column - wide // 2), min(width, column - wide // 2 + wide)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


@mistake(
    "05-mixing",
    function="cutmix",
    says="In cutmix the sides of the box are √λ of the picture's; λ is the share of the own "
    "picture, and the box holds the rest.",
    asks="With λ = 0.9, how much of the picture should the box cover?",
)
def makes_the_box_by_lam(x, y, num_classes, alpha, generator):
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = int(torch.randint(height, (1,), generator=generator))
    column = int(torch.randint(width, (1,), generator=generator))
    tall, wide = round(height * math.sqrt(lam)), round(width * math.sqrt(lam))
    top, bottom = max(0, row - tall // 2), min(height, row - tall // 2 + tall)
    left, right = max(0, column - wide // 2), min(width, column - wide // 2 + wide)
    mixed = x.clone()
    mixed[:, :, top:bottom, left:right] = x[order, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / (height * width)
    own = F.one_hot(y, num_classes).float()
    return mixed, (1 - share) * own + share * own[order]


# 05-numbers -------------------------------------------------------------------------------------


@slip(
    "05-numbers",
    says="The weights of the two small layers are counted, and their biases are missing.",
    asks="Does a batch norm stand behind these two convolutions?",
)
def counts_the_gate_without_biases(mine):
    channels, narrow = mine["squeeze"].values()
    return {"squeeze": 2 * channels * (narrow // 4)}


@slip(
    "05-numbers",
    says="The squeeze goes by the expanded channels here.",
    asks="Which of the two arguments is divided by 4?",
)
def squeezes_from_the_wide_side(mine):
    channels, _ = mine["squeeze"].values()
    small = channels // 4
    return {"squeeze": 2 * channels * small + small + channels}


@slip(
    "05-numbers",
    says="An odd number of rows is rounded down; with padding K // 2 it goes up.",
    asks="On which rows of a map with 5 rows does the middle of the kernel stand?",
)
def rounds_the_rows_down(mine):
    return {"rows": mine["rows"]["rows"] // 2}


@slip(
    "05-numbers",
    says="That is the nearest multiple; here it lies more than a tenth below.",
    asks="How large is 90 % of the channels?",
)
def stays_at_the_nearest_multiple(mine):
    channels, divisor = mine["divisible"].values()
    return {"divisible": int(channels // divisor) * divisor}


@slip(
    "05-numbers",
    says="The three factors are multiplied as they are; width and resolution count twice.",
    asks="Twice as many channels everywhere: how much more work is a 1 × 1 convolution?",
)
def multiplies_each_factor_once(mine):
    phi, alpha, beta, gamma = mine["work"].values()
    return {"work": (alpha * beta * gamma) ** phi}


@slip(
    "05-numbers",
    says="The factor for φ = 1 is multiplied by φ, where φ is its power.",
    asks="Does the work double with every step of φ, or grow by the same amount?",
)
def takes_phi_times(mine):
    phi, alpha, beta, gamma = mine["work"].values()
    return {"work": phi * alpha * beta**2 * gamma**2}


@slip(
    "05-numbers",
    says="The box is counted in full; a part of it lies outside the picture.",
    asks="In which row does the box begin?",
)
def counts_the_box_in_full(mine):
    side, lam, _ = mine["label"].values()
    return {"label": 1 - (round(side * math.sqrt(1 - lam)) / side) ** 2}


@slip(
    "05-numbers",
    says="That is the share of the other label.",
    asks="Of which picture are most of the pixels?",
)
def gives_the_other_share(mine):
    side, lam, row = mine["label"].values()
    length = round(side * math.sqrt(1 - lam))
    return {"label": length * (row + length - length // 2) / side**2}


@slip(
    "05-numbers",
    says="The rates fall from the input to the head.",
    asks="Which part knows the most general things, and may move least?",
)
def lets_rates_fall_to_the_head(mine):
    base_lr, decay, _, part = mine["rate"].values()
    return {"rate": base_lr * decay ** (part - 1)}


@slip(
    "05-numbers",
    says="The head's rate is multiplied by the decay, too.",
    asks="Which rate has the last part?",
)
def decays_the_head_as_well(mine):
    base_lr, decay, parts, part = mine["rate"].values()
    return {"rate": base_lr * decay ** (parts - part + 1)}


# 05-fine-tune -----------------------------------------------------------------------------------


@mistaken_run(
    surface_reading.OLD_HEAD,
    says="The network still has its old head, for the 34 kinds of made pictures.",
    asks="How many numbers should come out, and which of your functions sees to that?",
)
def keeps_the_old_head(model, seed=0):
    torch.manual_seed(seed)
    loader = surfaces.loader("train", 24, seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    train.train_epoch(model, loader, optimizer, F.cross_entropy)
    return model.eval()


@mistaken_run(
    surface_reading.UNSTEADY,
    says="The network is still in training mode: dropout and whole blocks are switched off by "
    "chance.",
    asks="`train_epoch` leaves the model in training mode. Who switches it off?",
)
def stays_in_training_mode(model, seed=0):
    torch.manual_seed(seed)
    loader = surfaces.loader("train", 24, seed)
    replace_head(model, 10)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    train.train_epoch(model, loader, optimizer, F.cross_entropy)
    return model


@mistaken_run(
    surface_reading.GUESSES,
    says="The network that comes back has hardly learned: its head was never moved, or by steps "
    "far too small.",
    asks="Which head did the optimizer get: the one that is there now? And does the loss fall?",
)
def builds_the_optimizer_too_early(model, seed=0):
    torch.manual_seed(seed)
    loader = surfaces.loader("train", 24, seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-5)
    replace_head(model, 10)
    train.train_epoch(model, loader, optimizer, F.cross_entropy)
    return model.eval()


@mistaken_run(
    surface_reading.LEAKED,
    says="The network has learned from the test pictures, so nobody knows what it is worth.",
    asks="Which parts of the data may training see?",
)
def learns_the_test(model, seed=0):
    torch.manual_seed(seed)
    loader = surfaces.loader("test", 40, seed)
    batches = list(loader)
    replace_head(model, 10)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    mixed = [torch.cat(parts) for parts in zip(*batches, strict=True)]
    for _ in range(4):
        for chosen in torch.randperm(400).split(40):
            batch = (mixed[0][chosen], mixed[1][chosen])
            train.train_step(model, batch, F.cross_entropy, optimizer)
    return model.eval()


# 05-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "05-bug-hunt",
    says="The queue of the head's parameters is still emptied before it is used: group 2 is empty.",
    asks="What does `list(g)` give when you call it a second time on a generator?",
)
def leaves_it_as_it_was(model, base_lr):
    _, last = transfer.parts_of(model)[-1]
    head = last.parameters()
    known = {id(p) for p in head}
    body = [p for p in model.parameters() if id(p) not in known]
    return [{"params": body, "lr": base_lr / 10}, {"params": head, "lr": base_lr}]


@mistake(
    "05-bug-hunt",
    says="Parameters are looked up with `in`, which compares tensors number by number.",
    asks="What does `tensor == tensor` give, and what can an `if` do with it?",
)
def asks_in_a_list_of_tensors(model, base_lr):
    _, last = transfer.parts_of(model)[-1]
    head = list(last.parameters())
    body = [p for p in model.parameters() if p not in head]
    return [{"params": body, "lr": base_lr / 10}, {"params": head, "lr": base_lr}]


@mistake(
    "05-bug-hunt",
    says="The two rates have changed places: the body learns fast, the head slowly.",
    asks="Which of the two is new and has most to learn?",
)
def swaps_the_rates(model, base_lr):
    head = list(transfer.parts_of(model)[-1][1].parameters())
    known = {id(p) for p in head}
    body = [p for p in model.parameters() if id(p) not in known]
    return [{"params": body, "lr": base_lr}, {"params": head, "lr": base_lr / 10}]


@mistake(
    "05-bug-hunt",
    says="The head stands in both groups, which an optimizer refuses.",
    asks="Which parameters should the first group leave out?",
)
def leaves_the_head_in_the_body(model, base_lr):
    head = list(transfer.parts_of(model)[-1][1].parameters())
    body = list(model.parameters())
    return [{"params": body, "lr": base_lr / 10}, {"params": head, "lr": base_lr}]


@mistake(
    "05-bug-hunt",
    says="The first part is taken for the head.",
    asks="In which order does `transfer.parts_of` list the parts?",
)
def takes_the_first_part(model, base_lr):
    head = list(transfer.parts_of(model)[0][1].parameters())
    known = {id(p) for p in head}
    body = [p for p in model.parameters() if id(p) not in known]
    return [{"params": body, "lr": base_lr / 10}, {"params": head, "lr": base_lr}]


mistaken_values(
    "05-bug-hunt",
    "blames_the_second_use",
    says="Line 5 or 6 is where the damage shows; it was done where the queue was made.",
    asks="Which line would you have to change so that all later ones are right?",
    bug_line=6,
)
mistaken_values(
    "05-bug-hunt",
    "blames_the_set",
    says="Building the set empties the queue, and that is allowed; the queue should have been a "
    "list.",
    asks="Which single line can be repaired so that `head` may be used twice?",
    bug_line=4,
)
mistaken_values(
    "05-bug-hunt",
    "blames_the_order",
    says="The order of the parts isn't the reason: the last one is the head.",
    asks="What does `transfer.parts_of(model)[-1][0]` print?",
    why="A",
)
mistaken_values(
    "05-bug-hunt",
    "blames_the_ids",
    says="An optimizer changes the numbers inside a parameter, and the object stays the same one.",
    asks="Print `id(p)` before and after a step. Does it change?",
    why="C",
)
mistaken_values(
    "05-bug-hunt",
    "blames_the_optimizer",
    says="An optimizer drops nothing: it raises an error for a parameter in two groups.",
    asks="Was the second group empty before the optimizer saw it, or afterwards?",
    why="D",
)
