# %% [markdown] session="05_efficientnet_finetuning" minutes=180
# # 05 · EfficientNet and fine-tuning
#
# Two ideas that save you months. Build a network from cheap blocks, and make it larger in the right
# proportions. And then do not train it: take one that has seen a lot, and teach it the last bit.
#
# **You will be able to**
#
# - build EfficientNet's block, so that B0 has its 5,288,548 parameters,
# - scale a network in three directions at once,
# - put a new head on a trained network, and freeze the rest, really all of it,
# - choose who learns how fast, and from when on,
# - name photographs after five rounds.
#
# **Time:** about 180 minutes, 40 points. Take a break after exercise 3.
#
# **Predictions:** a letter for the question mark, *before* you run the experiment.

# %% setup=true
import math
from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from torchvision.transforms import v2 as augment

from cvlib import check, made_pictures, mixing, plots, surface_reading, surfaces, train, transfer
from cvlib import transfer_reports as reports
from cvlib.drop_path import drop_path_report
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your
from cvlib.line_plots import show_lines
from cvlib.models import efficientnet, mbconv, scaling
from cvlib.models.scaling import VERSIONS, Scale
from cvlib.profile import count_parameters
from cvlib.small_efficientnet import prepared, pretrained_efficientnet
from cvlib.surface_runs import from_scratch
from cvlib.widgets import ModelExplorer, NumbersDrill

torch.set_num_threads(1)  # for pictures as small as these, one thread is fast enough

# %%
predict("05-smaller", "?")
quiz("05-recall")  # what you bring along

# %% [markdown]
# ## Cheaper, and better
#
# A full 3 × 3 convolution from 128 to 128 channels looks around *and* mixes channels: 147,456
# weights. In session 04 you saw it split. *Depthwise*: each channel looks around by itself, 9
# weights each. *Pointwise*: a 1 × 1 mixes the channels. Together 17,536, about a ninth.
#
# MobileNet lived on that. In 2019 Tan and Le built a network of such pieces that was better than
# ResNet-50, 77.1 % against 76.1 % of ImageNet (top 1), and much smaller. How much smaller?

# %%
# Blue: where parameters sit. Orange: where the work is done.
explain("05-smaller")
ModelExplorer(models=["resnet50", "mobilenet_v1", "efficientnet_b0"])

# %% [markdown]
# ## Turning channels up and down
#
# A convolution sees a small window. It cannot know that the picture is full of bricks, and that the
# channel for straight edges should count more than the one for fur.
#
# **Squeeze-and-excitation** tells it. *Squeeze:* take the mean of every channel, one number each:
# what is in this picture? *Excite:* two small layers make a *gate* from these numbers, between 0
# and 1 for each channel, and the channel is multiplied by its gate. Hardly any work: it runs once
# for a picture, not once for a pixel.

# %% [markdown] exercise="05-squeeze-excite" difficulty=1 minutes=12
# ## Exercise 1 · Squeeze and excite
#
# **Write** the module `SqueezeExcite(channels, in_channels)`: (N, C, H, W) → (N, C, H, W).
#
# Mean over positions → 1 × 1 convolution to `max(1, in_channels // 4)` channels → SiLU → 1 × 1 back
# to `channels` → sigmoid → times the input. Both convolutions have a bias; SiLU is x · σ(x), from
# session 02.
#
# Why two numbers? The block around it is wide inside: `channels` arrive here, but the *block's*
# input had only `in_channels`. The squeeze goes by the smaller one. That is what the paper's code
# does, and papers rarely say.
#
# - *By hand:* `SqueezeExcite(96, 16)` squeezes to 4: 96 · 4 + 4 + 4 · 96 + 96 = 868 parameters.
# - *Edge case:* `in_channels` of 3 squeezes to 1, not to 0.


# %% solution="05-squeeze-excite"
class SqueezeExcite(nn.Module):
    """Each channel times its gate: (N, C, H, W) → (N, C, H, W)."""

    def __init__(self, channels: int, in_channels: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        squeezed = max(1, in_channels // 4)
        self.down = nn.Conv2d(channels, squeezed, 1)
        self.up = nn.Conv2d(squeezed, channels, 1)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → (N, C, H, W)."""
        ### BEGIN SOLUTION
        means = x.mean(dim=(2, 3), keepdim=True)  # (N, C, 1, 1)
        small = F.silu(self.down(means))  # (N, squeezed, 1, 1)
        return x * torch.sigmoid(self.up(small))  # (N, C, H, W)
        ### END SOLUTION


# %% check="05-squeeze-excite" points=1
r = check.inputs()
check.module(
    SqueezeExcite,
    like=mbconv.SqueezeExcite,
    exercise="05-squeeze-excite",
    configs=[check.case(12, 8)],
    inputs=[r.normal(2, 12, 4, 4)],
)

# %% hidden="05-squeeze-excite" points=2
r = check.inputs()
check.module(
    SqueezeExcite,
    like=mbconv.SqueezeExcite,
    exercise="05-squeeze-excite",
    configs=[check.case(24, 8), check.case(6, 3), check.case(8, in_channels=22)],
    inputs=[r.normal(2, 24, 5, 3), 2 * r.normal(3, 6, 4, 4), r.normal(1, 8, 1, 6) + 1],
    points=2,
)

# %% [markdown] hints="05-squeeze-excite"
# 1. Which shapes does the picture take? (N, C, H, W) → (N, C, 1, 1) → (N, small, 1, 1) →
#    (N, C, 1, 1) → times x. Which two steps have weights?
# 2. `x.mean(dim=(2, 3), keepdim=True)` is the squeeze. With (N, C, 1, 1), a 1 × 1 convolution is a
#    linear layer, and the product with x broadcasts.
# 3. `F.silu(self.down(means))`, then `x * torch.sigmoid(self.up(...))`, with
#    `self.down = nn.Conv2d(channels, max(1, in_channels // 4), 1)`.

# %%
with uses_your("SqueezeExcite"):
    trained = pretrained_efficientnet()
    gate, block = SqueezeExcite(240, 40), trained.features[4][0].block
    for mine, its in zip(gate.parameters(), block[2].parameters(), strict=True):
        mine.data = its.data.view_as(mine)  # your gate, with what a trained one has learned
    shown, titles = [], []
    for kind in ("rings", "stripes", "grass", "cracks", "disc", "square"):
        label = torch.full((20,), made_pictures.KINDS.index(kind))
        seen, _ = made_pictures.made_pictures(20, labels=label)  # (20, 3, 48, 48)
        with torch.no_grad():
            x = block[:2](trained.features[:4](prepared(seen)))  # (20, 240, H, W)
            opened = gate(x).abs().sum(dim=(0, 2, 3)) / x.abs().sum(dim=(0, 2, 3))  # (240,)
        shown.append(seen[0])
        titles.append(f"{kind}: {opened[202]:.2f}, {opened[105]:.2f}")
    print("How far the gates of channels 203 and 106 open. What does each of them wait for?")
    plots.show_images(shown, titles=titles, columns=6)
predict("05-squeeze-width", "?")

# %% [markdown]
# ## Narrow outside, wide inside
#
# ResNet's bottleneck squeezes before its 3 × 3, since a full 3 × 3 is dear. A depthwise one is
# cheap. So **MBConv** turns it round: *expand* six times by a 1 × 1, look around in the wide space,
# excite, *project* back. The shortcut connects the narrow ends: an *inverted residual*.
#
# After the projection stands **no** activation: few channels carry much, and a bend would lose
# some of it.
#
# **Stochastic depth** trains a shallower network each time. For some samples the block is skipped,
# and only the shortcut is left. What remains is divided by the probability of being kept, so that
# its mean stays as it was.

# %% [markdown] exercise="05-mbconv" difficulty=3 minutes=25
# ## Exercise 2 · MBConv
#
# **Write** the module below: (N, in, H, W) → (N, out, ⌈H/stride⌉, ⌈W/stride⌉), with
# wide = in · expand_ratio.
#
# | step | layers |
# |---|---|
# | expand, if `expand_ratio` > 1 | 1 × 1 to wide, BN, SiLU |
# | look around | depthwise K × K with the stride, padding K // 2, BN, SiLU |
# | excite | your `SqueezeExcite(wide, in)` |
# | project | 1 × 1 to out, BN |
# | shortcut, if stride 1 and in = out | plus the input |
#
# Convolutions have no bias. In training, `drop_path` is the probability that a *sample* gets the
# shortcut alone; what is kept is divided by 1 − drop_path. Without a shortcut nothing is dropped.
#
# - *By hand:* `drop_path=0.5` doubles what is kept.
# - *Edge case:* in evaluation mode nothing is dropped or divided.


# %% solution="05-mbconv"
class MBConv(nn.Module):
    """Expand, look around, excite, project: (N, in, H, W) → (N, out, H/stride, W/stride)."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1,
        expand_ratio: int = 6, drop_path: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        ### BEGIN SOLUTION
        wide, pad = in_channels * expand_ratio, kernel_size // 2
        layers: list[nn.Module] = []
        if expand_ratio > 1:
            conv = nn.Conv2d(in_channels, wide, 1, bias=False)
            layers += [conv, nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.block = nn.Sequential(*layers)
        self.shortcut = stride == 1 and in_channels == out_channels
        self.drop_path = drop_path
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) → (N, out, H/stride, W/stride)."""
        ### BEGIN SOLUTION
        out = self.block(x)  # (N, out, H/stride, W/stride)
        if self.shortcut and self.training:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path
            out = out * kept / (1 - self.drop_path)
        return x + out if self.shortcut else out
        ### END SOLUTION


# %% check="05-mbconv" points=1
r = check.inputs()
check.module(
    MBConv,
    like=mbconv.MBConv,
    exercise="05-mbconv",
    configs=[check.case(8, 8), check.case(4, 6, stride=2)],
    inputs=[r.normal(2, 8, 6, 6), r.normal(2, 4, 6, 6)],
)
how = {"like": mbconv.MBConv, "through": drop_path_report, "exercise": "05-mbconv"}
check.function(MBConv, cases=[check.case(0.5)], **how)

# %% hidden="05-mbconv" points=3
r = check.inputs()
configs = [
    check.case(8, 8),
    check.case(8, 12, 5),
    check.case(6, 6, 3, 2),
    check.case(5, 5, 3, 1, 1),
]
sizes = [(2, 8, 6, 6), (2, 8, 7, 5), (2, 6, 7, 8), (3, 5, 4, 4)]
inputs = [r.normal(*size) for size in sizes]
how = {"like": mbconv.MBConv, "exercise": "05-mbconv"}
cases = [check.case(0.5), check.case(0.2)]
try:  # whoever leaves stochastic depth out loses this point only
    dropped = check.function(MBConv, cases=cases, through=drop_path_report, points=1, **how)
except check.CheckFailed as failed:
    dropped = 0
    print(failed)
check.module(MBConv, configs=configs, inputs=inputs, points=2, **how) + dropped

# %% [markdown] hints="05-mbconv"
# 1. Write down the layers of `MBConv(4, 6, stride=2)` with all their numbers. Which of them
#    disappear for `expand_ratio=1`? Is there a shortcut?
# 2. A depthwise convolution is `nn.Conv2d(wide, wide, k, stride, k // 2, groups=wide, bias=False)`.
#    For stochastic depth draw one random number for each *sample*, of shape (N, 1, 1, 1).
# 3. `kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop_path`, then
#    `x + out * kept / (1 - self.drop_path)`, only if `self.training`.

# %%
with uses_your("MBConv", "SqueezeExcite"), torch.device("meta"):  # shapes without numbers
    b0 = efficientnet.EfficientNet("b0", block=MBConv)  # 16 of your blocks
    print(f"EfficientNet-B0 from your blocks: {count_parameters(b0):,} parameters")

    class Greedy(MBConv):
        """The squeeze goes by the expanded channels, as one might think."""

        def __init__(self, in_channels: int, out_channels: int, *rest: float) -> None:
            super().__init__(in_channels, out_channels, *rest)
            for name, part in list(self.named_modules()):
                if isinstance(part, SqueezeExcite):
                    wide = in_channels * int(rest[2])
                    self.set_submodule(name, SqueezeExcite(wide, wide))

    greedy = efficientnet.EfficientNet("b0", block=Greedy)
    print(f"squeezed from the expanded width: {count_parameters(greedy):,}")
    explain("05-squeeze-width")

# %% [markdown]
# ## Deeper, wider, sharper
#
# You may spend ten times the work on a network. Ten times the layers? The channels? The pixels?
# Each of them alone soon stops paying. More pixels want more layers, to see across the larger
# picture, and more channels, for the finer detail. So grow all three together.
#
# **Compound scaling:** depth × α^φ, width × β^φ, resolution × γ^φ. A small search found
# α = 1.2, β = 1.1, γ = 1.15. The work grows with depth once, with width twice, with resolution
# twice: α · β² · γ² ≈ 1.92, nearly 2. So φ is the number of doublings.

# %% [markdown] exercise="05-scaling" difficulty=2 minutes=18
# ## Exercise 3 · Scale
#
# **Write** `make_divisible(channels, divisor=8)`: graphics cards like multiples of 8. Take the
# nearest multiple; halves go up; at least `divisor`. And if that is below 90 % of `channels`, one
# multiple more.
#
# **Write** `compound_scale(phi, alpha=1.2, beta=1.1, gamma=1.15)`, which returns
# `Scale(depth, width, resolution, flops)`, four factors.
#
# - *By hand:* 35.2 (that is 32 · 1.1) → 32. 52 → 56. And 11 → 8 would lose more than a tenth: 16.
#   With φ = 1: `Scale(1.2, 1.1, 1.15, 1.92)`.
# - *Edge case:* φ = 0 changes nothing; φ may be negative or a fraction. `channels` ≤ 0, `divisor`
#   below 1, and α, β or γ below 1 raise `ValueError` naming the argument.


# %% solution="05-scaling"
def make_divisible(channels: float, divisor: int = 8) -> int:
    """The nearest multiple of `divisor`, never more than 10 % below."""
    ### BEGIN SOLUTION
    if channels <= 0:
        raise ValueError(f"channels must be above 0, got {channels}")
    if divisor < 1:
        raise ValueError(f"divisor must be at least 1, got {divisor}")
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded if rounded >= 0.9 * channels else rounded + divisor
    ### END SOLUTION


def compound_scale(phi: float, alpha: float = 1.2, beta: float = 1.1, gamma: float = 1.15) -> Scale:
    """Factors on depth, width, resolution, and on the work."""
    ### BEGIN SOLUTION
    for name, value in {"alpha": alpha, "beta": beta, "gamma": gamma}.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    depth, width, resolution = alpha**phi, beta**phi, gamma**phi
    return Scale(depth, width, resolution, depth * width**2 * resolution**2)
    ### END SOLUTION


# %% check="05-scaling" points=1
how = {"like": scaling.make_divisible, "exercise": "05-scaling"}
cases = [check.case(35.2), check.case(52), check.case(11), check.case(3)]
check.function(make_divisible, cases=cases, **how)
check.function(make_divisible, cases=[check.case(0)], **how)  # has to be refused
how["like"] = scaling.compound_scale
cases = [check.case(1), check.case(0), check.case(2, 1.5, 1.2, 1.1)]
check.function(compound_scale, cases=cases, **how)
check.function(compound_scale, cases=[check.case(1, beta=0.5)], **how)

# %% hidden="05-scaling" points=3
r = check.inputs()
channels = [17.6, 44, 52, 35.2, 11, 18.9, 3, 320 * 1.1, 0.4, 100 * r.uniform(1).item() + 20]
cases = [check.case(c) for c in channels] + [check.case(44.0, 16), check.case(7, divisor=3)]
cases += [check.case(0), check.case(-4), check.case(16, 0)]
how = {"exercise": "05-scaling"}
channels = check.function(make_divisible, like=scaling.make_divisible, cases=cases, points=2, **how)
cases = [check.case(0), check.case(1), check.case(2.5), check.case(-1), check.case(7)]
cases += [check.case(3, 1.4, 1.2, 1.3), check.case(1, gamma=0.9), check.case(1, alpha=0.5)]
channels + check.function(compound_scale, like=scaling.compound_scale, cases=cases, points=1, **how)

# %% [markdown] hints="05-scaling"
# 1. For `make_divisible`, do 52, 35.2 and 11 on paper. Which step changes 11, and why does it
#    leave 35.2 alone?
# 2. Adding half a divisor before dividing without remainder rounds to the nearest:
#    `int(channels + divisor / 2) // divisor * divisor`.
# 3. `max(divisor, …)`, then add `divisor` if the result is below `0.9 * channels`. The work is
#    `depth * width**2 * resolution**2`.

# %%
with uses_your("compound_scale", "make_divisible"):
    print("version   depth       width       pixels    channels of the stem")
    for phi, (name, real) in enumerate(VERSIONS.items()):
        rule = compound_scale(phi)
        pixels = f"{224 * rule.resolution:.0f} / {real.resolution}"
        sizes = f"{rule.depth:.2f} / {real.depth}   {rule.width:.2f} / {real.width}   {pixels:>10}"
        print(f"{name}        {sizes}   {make_divisible(32 * real.width):6}")
    print("Left the rule with φ = 0 … 7, right what was built: rounded, and set by hand.")
parameters = [5.3, 7.8, 9.1, 12.2, 19.3, 30.4, 43.0, 66.3]  # millions
errors = [22.9, 20.9, 19.9, 18.4, 17.1, 16.4, 16.0, 15.7]  # 100 − top 1 of the paper
show_lines({"B0 … B7": errors}, parameters, xlabel="million parameters", ylabel="wrong in %")

# %% [markdown]
# ## What has been seen is not lost
#
# First layers find edges and colours; middle ones, patterns; the last ones, the classes of the
# task. The first are much the same for cats and for screws. So take them along: **transfer
# learning**.
#
# Our network is small, 160,000 parameters. Before this session it saw 20,000 pictures of 34 kinds,
# *all drawn by formulas*: bricks, rings, gravel, stars, … Not one photograph. It names 97 % of new
# ones.
#
# Your task: ten surfaces in photographs, 24 pieces of each to learn from. The test pieces come
# from the other side of each photograph. Both worlds are below. Is what was learned on drawings
# worth anything out there?

# %% [markdown] exercise="05-replace-head" difficulty=1 minutes=10
# ## Exercise 4 · A new head
#
# The old head knows 34 kinds; you need ten. **Write** `replace_head(model, num_classes)`: exchange
# the *last* `nn.Linear` inside the model for a new one with as many inputs, and return the model.
# It is called `classifier.1` in EfficientNet, `fc` in ResNet; find it by its type. The new layer
# has a bias if the old one has. All the rest stays. (From here on the tests use little networks;
# `reports.network("small")` makes one to try.)
#
# - *By hand:* `classifier.1` of `Linear(192, 34)` becomes `Linear(192, 10)`.
# - *Edge case:* all is frozen: the new head learns nevertheless. `num_classes` below 1, or a model
#   without a linear layer inside: `ValueError`.


# %% solution="05-replace-head"
def replace_head(model: nn.Module, num_classes: int) -> nn.Module:
    """The same model, with a new last linear layer that gives num_classes numbers."""
    ### BEGIN SOLUTION
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, got {num_classes}")
    heads = [name for name, part in model.named_modules() if isinstance(part, nn.Linear)]
    if not heads:
        raise ValueError(f"model must have a linear layer inside, got {type(model).__name__}")
    parent, _, child = heads[-1].rpartition(".")
    old = model.get_submodule(heads[-1])
    new = nn.Linear(old.in_features, num_classes, bias=old.bias is not None)
    setattr(model.get_submodule(parent), child, new)
    return model
    ### END SOLUTION


# %% check="05-replace-head" points=1
how = {"through": reports.head_report, "exercise": "05-replace-head"}
for kind, classes in {"small": 3, "residual": 7, "headless": 2}.items():
    cases = [check.case(kind, classes)]
    check.function(replace_head, like=transfer.replace_head, cases=cases, **how)

# %% hidden="05-replace-head" points=2
kinds = {"small": 3, "residual": 5, "frozen": 4, "three layers": 2, "headless": 2}
cases = [check.case(kind, classes) for kind, classes in kinds.items()]
check.function(
    replace_head,
    like=transfer.replace_head,
    through=reports.head_report,
    exercise="05-replace-head",
    cases=[*cases, check.case("small", 0), check.case("three layers", 9)],
    points=2,
)

# %% [markdown] hints="05-replace-head"
# 1. `model.named_modules()` gives pairs of name and layer, inner ones too, in the order of
#    definition. Which are `nn.Linear`? Which is the last?
# 2. A name like `classifier.1` has a parent, `classifier`, and a child, `1`.
#    `name.rpartition(".")` splits it, `model.get_submodule(parent)` finds the parent.
# 3. `setattr(model.get_submodule(parent), child, nn.Linear(old.in_features, num_classes, …))` works
#    for chains and for attributes, since the submodule called "" is the model itself.

# %%
names = ["rings", "gravel", "stars", "maze", "grass", "star"]
kinds = torch.tensor([made_pictures.KINDS.index(name) for name in names])
drawn, _ = made_pictures.made_pictures(6, seed=4, labels=kinds)  # (6, 3, 48, 48)
plots.show_images([*drawn], titles=[f"seen: {n}" for n in names], columns=6)
cut, labels = surfaces.surfaces("train")  # (240, 1, 48, 48), (240,)
some = range(0, 240, 24)
plots.show_images(
    [cut[i] for i in some], titles=[surfaces.NAMES[labels[i]] for i in some], columns=5
)
with uses_your("replace_head"):
    model = replace_head(pretrained_efficientnet(), 10)
    share = train.evaluate(model, surfaces.loader("test"))
    print(f"with a new head, before it has learned: {share:.0%} of the test pictures")
# A bet on the network as it came, with its old head:
predict("05-drift", "?")

# %% [markdown]
# ## Frozen is not frozen
#
# The old layers are good, the new head is random. Its first gradients are large and nonsensical,
# and would shake all the layers below. So freeze these: `requires_grad = False`, no gradient, no
# step. (*Feature extraction*: only the head learns. It needs little time and memory.)
#
# But some numbers change without any gradient. Batch normalisation, in training mode, collects a
# running mean and variance from whatever passes, and uses the *batch's own* statistics meanwhile.
#
# Below, the network names 340 made pictures, 96 % right. Every parameter is frozen, and there is
# not even an optimizer. It just *looks* at 240 photographs four times, in training mode. And then?

# %%
made, kinds = made_pictures.made_pictures(340, seed=7)
exam = [(prepared(made), kinds)]
model = pretrained_efficientnet().requires_grad_(False)  # all parameters frozen
drift = [train.evaluate(model, exam)]
for _ in range(4):
    model.train()
    for batch, _ in surfaces.loader("train", 24):
        model(batch)  # only looking: no loss, no backward, no optimizer
    drift.append(train.evaluate(model, exam))
print("made pictures named right:", ", ".join(f"{share:.0%}" for share in drift))
explain("05-drift")

# %% [markdown] exercise="05-freeze" difficulty=2 minutes=15
# ## Exercise 5 · Freeze, really
#
# **Write** `freeze(model, except_=())`: parameters get `requires_grad = False`, and every
# `nn.BatchNorm2d` goes to evaluation mode and *stays* there, whatever `model.train()` says later.
# `except_` names parts, such as `"classifier"` or `"features.5"`; they and all inside them are left
# as they are. An unknown name raises `ValueError`.
#
# How can a layer stay there? `layer.register_forward_pre_hook(f)` has `f(layer, inputs)` called
# before each forward; it can switch back, and must return nothing (what it returns replaces the
# inputs).
#
# - *By hand:* after `freeze(model, ("classifier",))` and `model.train()`, dropout is on, batch
#   normalisation off.
# - *Edge case:* `features.10` does not lie inside `features.1`.


# %% solution="05-freeze"
def freeze(model: nn.Module, except_: Iterable[str] = ()) -> None:
    """No parameter learns and no statistic drifts, except in the parts named."""

    ### BEGIN SOLUTION
    def switch_back(layer: nn.Module, inputs: object) -> None:
        layer.eval()

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
            part.register_forward_pre_hook(switch_back)
    ### END SOLUTION


# %% check="05-freeze" points=1
how = {"through": reports.freeze_report, "exercise": "05-freeze"}
cases = [check.case("small"), check.case("small", ("classifier",))]
check.function(freeze, like=transfer.freeze, cases=cases, **how)

# %% hidden="05-freeze" points=2
cases = [check.case("small"), check.case("small", ("classifier",)), check.case("residual")]
cases += [check.case("residual", ("bn1", "layer2")), check.case("long", ("features.1",))]
cases += [check.case("small", ("features.2.1",)), check.case("small", ("head",))]
check.function(
    freeze,
    like=transfer.freeze,
    through=reports.freeze_report,
    exercise="05-freeze",
    cases=cases,
    points=2,
)

# %% [markdown] hints="05-freeze"
# 1. Two kinds of numbers must stop: parameters and running statistics. Who changes which, and what
#    stops each of them?
# 2. Collect the spared modules first: `model.get_submodule(name).modules()` is a part with all
#    inside it. Then go through `model.modules()`; `parameters(recurse=False)` are a module's own.
# 3. For a batch normalisation: `part.eval()` and `part.register_forward_pre_hook(switch_back)`,
#    where `switch_back(layer, inputs)` calls `layer.eval()`.

# %% [markdown]
# ## Who may learn how fast
#
# With the head in shape, the layers below may learn too: **fine-tuning**. Two habits keep what they
# know.
#
# *Discriminative rates:* the earlier a layer, the more general what it knows, the smaller its
# rate. *Gradual unfreezing:* first only the head learns, later one more part, then another, from
# the output to the input.
#
# `transfer.parts_of(model)` lists a network's parts, input first: `features.0` … `features.5`,
# `classifier` here; `conv1`, `bn1`, `layer1` … `layer4`, `fc` in a ResNet. An optimizer takes
# groups: a list of dicts with `"params"` and a rate `"lr"`.

# %% [markdown] exercise="05-param-groups" difficulty=2 minutes=12
# ## Exercise 6 · Rates by depth
#
# **Write** `param_groups(model, base_lr, decay)`, a list of `{"params": [...], "lr": rate}`, one
# for each part of `transfer.parts_of(model)`, input first. The last part has `base_lr`; each part
# before it has `decay` times the rate of the one after it.
#
# - *By hand:* four parts, `base_lr=0.1`, `decay=0.5`: 0.0125, 0.025, 0.05, 0.1.
# - *Edge case:* frozen parameters are left out. A part that is all frozen gets no group; yet it
#   counts as a step. `base_lr` ≤ 0, or `decay` outside 0 < decay ≤ 1: `ValueError`.


# %% solution="05-param-groups"
def param_groups(model: nn.Module, base_lr: float, decay: float) -> list[dict]:
    """A group for each part, input first; the rate grows towards the head."""
    ### BEGIN SOLUTION
    if base_lr <= 0:
        raise ValueError(f"base_lr must be above 0, got {base_lr}")
    if not 0 < decay <= 1:
        raise ValueError(f"decay must be above 0 and at most 1, got {decay}")
    groups, rate = [], base_lr
    for _, part in reversed(transfer.parts_of(model)):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": rate})
        rate *= decay
    return groups[::-1]
    ### END SOLUTION


# %% check="05-param-groups" points=1
how = {"through": reports.groups_report, "exercise": "05-param-groups"}
for decay in (0.5, 2.0):  # the second one has to be refused
    cases = [check.case("small", 0.1, decay)]
    check.function(param_groups, like=transfer.param_groups, cases=cases, **how)

# %% hidden="05-param-groups" points=2
cases = [check.case("small", 0.1, 0.5), check.case("residual", 1.0, 0.3), check.case("long", 2, 1)]
cases += [check.case("residual", 0.1, 0.5, frozen=("layer2", "conv1"))]
cases += [check.case("small", 0.1, 0.9, frozen=("features.0.0", "classifier"))]
cases += [check.case("small", 0, 0.5), check.case("small", 0.1, 0), check.case("small", 1, 1.1)]
check.function(
    param_groups,
    like=transfer.param_groups,
    through=reports.groups_report,
    exercise="05-param-groups",
    cases=cases,
    points=2,
)

# %% [markdown] hints="05-param-groups"
# 1. From which end is it easier to count: from the part whose rate you know?
# 2. Go through `reversed(transfer.parts_of(model))`, begin with `rate = base_lr`, and multiply it
#    by `decay` after every part, frozen or not.
# 3. `learning = [p for p in part.parameters() if p.requires_grad]`; if it isn't empty, append
#    `{"params": learning, "lr": rate}`. Turn the list round at the end.

# %% [markdown] exercise="05-unfreezing" difficulty=3 minutes=18
# ## Exercise 7 · One part after the other
#
# **Write** `GradualUnfreezing(model, optimizer, every=1, decay=1.0)`. At the start only the head
# learns; the optimizer has nothing else. `step(epoch)` is called before each epoch, counted from
# 0: from then on the last `1 + epoch // every` parts learn.
#
# A part that joins needs `requires_grad` and a place in the optimizer:
# `optimizer.add_param_group({"params": [...], "lr": ...})`. The head has the rate of the
# optimizer's first group, each part before it `decay` times its successor's. `step` returns the
# names that joined, head side first.
#
# - *By hand:* `every=2`: at epochs 0 and 1 the head, at 2 and 3 one more.
# - *Edge case:* the same epoch twice adds nothing; epoch 9 first adds all that is due. `every`
#   below 1: `ValueError`.


# %% solution="05-unfreezing"
class GradualUnfreezing:
    """Parts of a model join the training one by one, from the output to the input."""

    def __init__(
        self, model: nn.Module, optimizer: Optimizer, every: int = 1, decay: float = 1.0
    ) -> None:
        ### BEGIN SOLUTION
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}")
        self.waiting = transfer.parts_of(model)[-2::-1]  # without the head, its neighbour first
        self.optimizer, self.every, self.decay = optimizer, every, decay
        self.rate = optimizer.param_groups[0]["lr"]
        self.joined = 0
        ### END SOLUTION

    def step(self, epoch: int) -> list[str]:
        """Let the parts join that are due at this epoch; their names."""
        ### BEGIN SOLUTION
        new = self.waiting[self.joined : epoch // self.every]
        for _, part in new:
            part.requires_grad_(True)
            self.rate *= self.decay
            self.optimizer.add_param_group({"params": list(part.parameters()), "lr": self.rate})
        self.joined += len(new)
        return [name for name, _ in new]
        ### END SOLUTION


# %% check="05-unfreezing" points=1
how = {"through": reports.unfreezing_report, "exercise": "05-unfreezing"}
cases = [check.case("small", (0, 1, 2)), check.case("small", (0, 1, 1, 2), decay=0.5)]
check.function(GradualUnfreezing, like=transfer.GradualUnfreezing, cases=cases, **how)

# %% hidden="05-unfreezing" points=2
cases = [
    check.case("small", (0, 1, 1, 2), decay=0.5),
    check.case("residual", (0, 1, 2, 3, 4), every=2),
]
cases += [
    check.case("residual", (5,), every=2, decay=0.1),
    check.case("small", (0, 3, 9), decay=0.3),
]
cases += [check.case("small", (0,), every=0)]
check.function(
    GradualUnfreezing,
    like=transfer.GradualUnfreezing,
    through=reports.unfreezing_report,
    exercise="05-unfreezing",
    cases=cases,
    points=2,
)

# %% [markdown] hints="05-unfreezing"
# 1. What would happen without `add_param_group`? The part gets gradients. Who would use them?
# 2. Keep a list of the parts that wait, `transfer.parts_of(model)[-2::-1]`, and a number: how many
#    of them have joined. How many should have joined at this epoch?
# 3. `new = self.waiting[self.joined : epoch // self.every]`. For each: `requires_grad_(True)`, rate
#    times decay, `add_param_group`. Then count them, and return their names.

# %%
with uses_your("replace_head", "freeze", "param_groups", "GradualUnfreezing"):
    torch.manual_seed(0)
    model = replace_head(pretrained_efficientnet(), 10)
    groups = zip(transfer.parts_of(model), param_groups(model, 0.003, 0.5), strict=True)
    rates = {name: 1e6 * group["lr"] for (name, _), group in groups}
    plots.show_bars(rates, title="your rates in millionths, input first")
    freeze(model, except_=("classifier",))
    optimizer = torch.optim.Adam(model.classifier.parameters(), lr=0.003)
    unfreezing = GradualUnfreezing(model, optimizer, every=2, decay=0.5)
    for epoch in range(6):
        joined = unfreezing.step(epoch)
        train.train_epoch(model, surfaces.loader("train", 24, epoch), optimizer, F.cross_entropy)
        share = train.evaluate(model, surfaces.loader("val"))
        learning = count_parameters(model, trainable_only=True)
        print(f"epoch {epoch}: {learning:7,} learn, {share:.0%} right. Joined: {joined or '–'}")
predict("05-glasses", "?")

# %% [markdown] exercise="05-bug-hunt" difficulty=2 minutes=12
# ## Exercise 8 · Bug hunt: the head that learns too slowly
#
# ```python
# 1  def two_rates(model, base_lr):
# 2      _, last = transfer.parts_of(model)[-1]
# 3      head = last.parameters()
# 4      known = {id(p) for p in head}
# 5      body = [p for p in model.parameters() if id(p) not in known]
# 6      return [{"params": body, "lr": base_lr / 10}, {"params": head, "lr": base_lr}]
# ```
#
# The body should learn at a tenth of the rate, the head at the full one. There is no error, the
# loss falls, but nothing beats the frozen network. In the debugger the second group is *empty*.
#
# **Repair** it, and **say where and why**: `bug_line`, and a letter for `why`. Delete both lines
# `raise NotImplementedError()`.
#
# - *By hand:* a head with weight and bias has 2 parameters; so has the second group.
# - *Edge case:* both groups together hold every parameter once.


# %% solution="05-bug-hunt"
def two_rates(model: nn.Module, base_lr: float) -> list[dict]:
    """Two groups: the body at base_lr / 10, then the head at base_lr."""
    ### BEGIN SOLUTION
    _, last = transfer.parts_of(model)[-1]
    head = list(last.parameters())
    known = {id(p) for p in head}
    body = [p for p in model.parameters() if id(p) not in known]
    return [{"params": body, "lr": base_lr / 10}, {"params": head, "lr": base_lr}]
    ### END SOLUTION


# A: parts_of gives the parts from the input on, so the last one is not the head.
# B: parameters() gives each parameter once only; after the set is built, nothing is left.
# C: id(p) changes when the optimizer moves p, so nothing is found in the set.
# D: a parameter may not stand in two groups, so the optimizer drops it.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 3
why = "B"
### END SOLUTION

# %% check="05-bug-hunt" points=1
check.function(
    two_rates,
    like=transfer.two_rates,
    through=reports.groups_report,
    exercise="05-bug-hunt",
    cases=[check.case("small", 0.1)],
)

# %% hidden="05-bug-hunt" points=2
check.function(
    two_rates,
    like=transfer.two_rates,
    through=reports.groups_report,
    exercise="05-bug-hunt",
    cases=[check.case("small", 0.1), check.case("residual", 0.5), check.case("three layers", 1.0)],
)
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 3, "why": "B"}, exercise="05-bug-hunt"
)

# %% [markdown] hints="05-bug-hunt"
# 1. Try `g = model.parameters()`, then `len(list(g))` twice. What do you see?
# 2. A *generator* is a queue, not a list: what has been taken is gone. Where is `head` used for
#    the first time, and where for the second?
# 3. Make a list of it at once: `head = list(last.parameters())`. (And never ask `p in parameters`:
#    `in` compares with `==`, and tensors answer that number by number.)

# %% [markdown]
# ## Same glasses, please
#
# A trained network expects pictures prepared as those it learned from: size, range, mean,
# deviation. With torchvision's weights, `weights.transforms()` hands you the right preparation.
# `prepared` does it here: three channels, minus 0.5, divided by 0.25.
#
# What if you forget? There is no error. Once with numbers 0 … 1, as they come from a file; once
# with 0 … 255.

# %%
model = pretrained_efficientnet()
for name, x in {"prepared": prepared(made), "0 … 1": made, "0 … 255": 255 * made}.items():
    print(f"{name:10} {train.evaluate(model, [(x, kinds)]):.0%} of the made pictures right")
explain("05-glasses")
# Augmentation belongs *before* that, and to training only. Four views of one picture:
views = {
    "crop and resize": augment.RandomResizedCrop(48, scale=(0.3, 1.0), antialias=True),
    "mirror": augment.RandomHorizontalFlip(1.0),
    "colour jitter": augment.ColorJitter(0.6, 0.6, 0.6, 0.2),
    "random erasing": augment.RandomErasing(1.0, scale=(0.1, 0.3)),
}
torch.manual_seed(3)
seen = [made[5], *(view(made[5]) for view in views.values())]
plots.show_images(seen, titles=["as it is", *views], columns=5)

# %% [markdown] exercise="05-mixing" difficulty=2 minutes=20
# ## Exercise 9 · Two pictures in one
#
# *MixUp* blends two pictures, *CutMix* pastes a box of one into the other. Labels say how much of
# each: `[0, 0.7, 0.3]`. **Write** `mixup` and `cutmix`, both (x, y, num_classes, alpha, generator)
# → pictures and float labels (N, num_classes). Draw in this order:
#
# | draw | what |
# |---|---|
# | `lam = mixing.beta(alpha, generator)` | share of the own picture |
# | `order = torch.randperm(N, generator=generator)` | the partners |
# | `torch.randint(H, (1,), generator=generator)` | CutMix: middle row of the box |
# | `torch.randint(W, (1,), generator=generator)` | CutMix: middle column |
#
# The box is `round(H · √(1 − lam))` tall, likewise wide, begins half of that (`// 2`) above and
# left of its middle, and is *clipped* at the border. Labels go by what was really pasted.
#
# - *By hand:* a box of 4 × 4 in 8 × 8, half outside: 8 of 64 pixels, labels 0.875 and 0.125.
# - *Edge case:* `alpha` ≤ 0: `ValueError`. x stays as it was.


# %% solution="05-mixing"
def mixup(
    x: Tensor, y: Tensor, num_classes: int, alpha: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Blended pictures (N, C, H, W) and their labels (N, num_classes)."""
    ### BEGIN SOLUTION
    lam = mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    own = F.one_hot(y, num_classes).float()  # (N, num_classes)
    return lam * x + (1 - lam) * x[order], lam * own + (1 - lam) * own[order]
    ### END SOLUTION


def cutmix(
    x: Tensor, y: Tensor, num_classes: int, alpha: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Pictures with a box of another one (N, C, H, W) and their labels (N, num_classes)."""
    ### BEGIN SOLUTION
    (height, width), lam = x.shape[-2:], mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    spans = []
    for size in (height, width):
        middle = torch.randint(size, (1,), generator=generator).item()
        length = round(size * math.sqrt(1 - lam))
        start = middle - length // 2
        spans.append(slice(max(0, start), min(size, start + length)))
    mixed = x.clone()
    mixed[:, :, spans[0], spans[1]] = x[order][:, :, spans[0], spans[1]]
    share = math.prod(span.stop - span.start for span in spans) / (height * width)
    own = F.one_hot(y, num_classes).float()  # (N, num_classes)
    return mixed, (1 - share) * own + share * own[order]
    ### END SOLUTION


# %% check="05-mixing" points=1
x = torch.stack([torch.zeros(1, 8, 6), torch.ones(1, 8, 6)])  # (2, 1, 8, 6): black, white
y = torch.tensor([0, 1])
how = {"through": mixing.with_seed, "exercise": "05-mixing"}
cases = [check.case(x, y, 3, 1.0, seed) for seed in range(4)] + [check.case(x, y, 3, 0.0, 0)]
check.function(mixup, like=mixing.mixup, cases=cases, **how)
check.function(cutmix, like=mixing.cutmix, cases=cases, **how)

# %% hidden="05-mixing" points=3
r = check.inputs()
x, y = r.uniform(5, 2, 9, 12), torch.tensor([2, 0, 3, 3, 1])
seeds = [int(n) for n in r.integers(0, 10_000, 3)]
small, two = r.uniform(2, 1, 6, 5), torch.tensor([1, 0])
cases = [check.case(x, y, 4, alpha, s) for alpha, s in zip((0.3, 1.0, 2.0), seeds, strict=True)]
cases += [check.case(small, two, 2, 1.0, s) for s in range(8)] + [check.case(x, y, 5, 0.0, 1)]
how = {"exercise": "05-mixing", "through": mixing.with_seed, "cases": cases}
blend = check.function(mixup, like=mixing.mixup, points=1, **how)
blend + check.function(cutmix, like=mixing.cutmix, points=2, **how)

# %% [markdown] hints="05-mixing"
# 1. What are the labels when a picture is mixed with itself? And when its box covers everything?
# 2. `F.one_hot(y, num_classes).float()` makes rows of 0 and 1. Indexed with `order`, it gives the
#    partners' rows. Mix the rows as you mix the pictures.
# 3. For CutMix, clip first, `max(0, start)` and `min(size, start + length)`, then count: share =
#    (bottom − top) · (right − left) / (H · W). Paste into `x.clone()`.

# %%
with uses_your("mixup", "cutmix"):
    shown, titles = [cut[24], cut[96]], ["grass", "writing"]
    pair, two = torch.stack(shown), torch.tensor([0, 1])
    for name, mix in {"MixUp": mixup, "CutMix": cutmix}.items():
        mixed, soft = mix(pair, two, 2, 1.0, torch.Generator().manual_seed(18))
        shown += [*mixed]
        titles += [
            f"{name}: {grass:.0%} grass, {text:.0%} writing" for grass, text in soft.tolist()
        ]
    plots.show_images(shown, titles=titles, columns=3)
predict("05-budget", "?")
# Warm up for exercise 10: its questions, with other numbers each time.
NumbersDrill("05-numbers")

# %% [markdown] exercise="05-numbers" difficulty=2 minutes=8
# ## Exercise 10 · Numbers of your own
#
# Six questions, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Then put a number
# in place of each `None`, and delete the line `raise NotImplementedError()`. Paper first;
# expressions like `1.2**2` are welcome. Do not round.
#
# - *By hand:* four parts, decay ½: part 2 has a quarter of the head's rate.
# - *Edge case:* of a box of CutMix, only what lies inside the picture counts.

# %% solution="05-numbers"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("05-numbers", student_id)
squeeze = None
rows = None
divisible = None
work = None
label = None
rate = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("05-numbers", student_id)
channels, small = mine["squeeze"]["channels"], mine["squeeze"]["in_channels"] // 4
scale, box, group = mine["work"], mine["label"], mine["rate"]
squeeze = channels * small + small + small * channels + channels
rows = (mine["rows"]["rows"] + 1) // 2
divisible = math.ceil(mine["divisible"]["channels"] / mine["divisible"]["divisor"])
divisible *= mine["divisible"]["divisor"]
work = (scale["alpha"] * scale["beta"] ** 2 * scale["gamma"] ** 2) ** scale["phi"]
length = round(box["side"] * math.sqrt(1 - box["lam"]))
label = 1 - length * (box["row"] + length - length // 2) / box["side"] ** 2
rate = group["base_lr"] * group["decay"] ** (group["parts"] - group["part"])
### END SOLUTION

# %% check="05-numbers" points=1
mine = check.own_numbers("05-numbers", student_id)
gate = mbconv.SqueezeExcite(*mine["squeeze"].values())
right = {
    "squeeze": count_parameters(gate),
    "rate": mine["rate"]["base_lr"]
    * math.prod([mine["rate"]["decay"]] * (mine["rate"]["parts"] - mine["rate"]["part"])),
}
check.values({"squeeze": squeeze, "rate": rate}, like=right, exercise="05-numbers", tolerance=1e-5)

# %% hidden="05-numbers" points=2
mine = check.own_numbers("05-numbers", student_id)
box, group = mine["label"], mine["rate"]
length = round(box["side"] * (1 - box["lam"]) ** 0.5)
first = box["row"] - length // 2  # above the picture, if it is below 0
inside = length * len(range(max(0, first), first + length))
deep = nn.Conv1d(1, 1, 5, stride=2, padding=2)(torch.zeros(1, 1, mine["rows"]["rows"]))
right = {
    "squeeze": count_parameters(mbconv.SqueezeExcite(*mine["squeeze"].values())),
    "rows": deep.shape[-1],
    "divisible": scaling.make_divisible(*mine["divisible"].values()),
    "work": scaling.compound_scale(*mine["work"].values()).flops,
    "label": 1 - inside / box["side"] ** 2,
    "rate": group["base_lr"] * group["decay"] ** (group["parts"] - group["part"]),
}
given = (squeeze, rows, divisible, work, label, rate)
answers = dict(zip(right, given, strict=True))
check.values(answers, like=right, exercise="05-numbers", points=2, tolerance=1e-5)

# %% [markdown] hints="05-numbers"
# 1. Each of them stands in an exercise above: 1, 2, 3, 3, 9 and 6.
# 2. The squeeze goes by a quarter of the smaller number, and both convolutions have a bias. Halves
#    of rows go up. The work grows with width twice, and with resolution twice.
# 3. The box is L = round(side · √(1 − lam)) wide and begins L // 2 above its middle; what is
#    above row 0 is cut off. Count the rates from the head: the part before it has decay once.

# %% [markdown] exercise="05-fine-tune" difficulty=2 minutes=18
# ## Exercise 11 · Everything together: five rounds
#
# **Write** `fine_tune(model, seed=0)`: put a new head on a network, let it learn from
# `surfaces.loader("train", 24, seed)` for at most **five** epochs, and return it *in evaluation
# mode*. Rates by depth, unfreezing, one rate for all: you decide. Look at `surfaces.loader("val")`
# as often as you like, at the test pictures once, at the end.
#
# Then put it into `tuned`, which is graded: it has to name 70 % of the 400 test pictures. Delete
# both lines `raise NotImplementedError()`.
#
# - *By hand:* 240 pictures in batches of 24 are 10 steps an epoch, 50 in all. Spend them well.
# - *Edge case:* a surface may lie anyhow. Turning a batch by chance makes new pictures for nothing.


# %% solution="05-fine-tune"
def fine_tune(model: nn.Module, seed: int = 0) -> nn.Module:
    """A network for ten surfaces: prepared pictures (N, 3, 48, 48) → logits (N, 10)."""
    torch.manual_seed(seed)
    loader = surfaces.loader("train", 24, seed)
    ### BEGIN SOLUTION
    replace_head(model, 10)
    optimizer = torch.optim.AdamW(param_groups(model, 1e-2, 0.8))
    rates = [group["lr"] for group in optimizer.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=5 * len(loader))
    model.train()
    for _ in range(5):
        for images, labels in loader:
            turned = torch.rot90(images, int(torch.randint(4, ())), (2, 3))
            optimizer.zero_grad()
            F.cross_entropy(model(turned), labels).backward()
            optimizer.step()
            schedule.step()
    return model.eval()
    ### END SOLUTION


tuned = None  # fine_tune(pretrained_efficientnet())
### BEGIN SOLUTION
tuned = fine_tune(pretrained_efficientnet())
### END SOLUTION

# %% check="05-fine-tune" points=1
check.value(
    surface_reading.form(tuned),
    like=surface_reading.LOGITS,
    name="form of tuned",
    exercise="05-fine-tune",
)

# %% hidden="05-fine-tune" points=2
check.value(
    surface_reading.finding(tuned), like=surface_reading.GOOD, name="tuned", exercise="05-fine-tune"
)

# %% [markdown] hints="05-fine-tune"
# 1. Head, optimizer, two nested loops. `train.train_epoch(model, loader, optimizer,
#    F.cross_entropy)` is one round. Print the validation accuracy after each.
# 2. `torch.optim.AdamW(param_groups(model, 1e-2, 0.8))` is a good start; with one rate for all,
#    1e-3 to 3e-3. Larger ones destroy what the network knows, smaller ones get nowhere in 50 steps.
# 3. A rate that sinks to the end helps: `torch.optim.lr_scheduler.OneCycleLR(optimizer, [rates],
#    total_steps=50)`, with `step()` after every batch. So does turning a batch by chance,
#    `torch.rot90(images, k, (2, 3))`. Return `model.eval()`.

# %%
with uses_your("fine_tune", "replace_head", "param_groups", "freeze", "GradualUnfreezing"):
    if tuned is not None:
        scratch = from_scratch()  # same budget, random start, its own best rate
        shares = {"from scratch": scratch, "fine-tuned": tuned}
        test, truth = surfaces.surfaces("test")
        right = {n: train.evaluate(m, surfaces.loader("test")) for n, m in shares.items()}
        plots.show_bars(right, title="share of the test pictures named right")
        with torch.no_grad():
            said = tuned(prepared(test)).argmax(dim=1)  # (400,)
        wrong = (said != truth).nonzero()[::12, 0].tolist()[:5]
        named = [f"{surfaces.NAMES[truth[i]]}, taken for {surfaces.NAMES[said[i]]}" for i in wrong]
        plots.show_images([test[i] for i in wrong], titles=named, columns=5)
explain("05-budget")

# %% [markdown] open="05-choice" points=4
# ## Open question · Three customers
#
# Advise each of them in three or four sentences. Which network, trained how, and how would you
# check that it works?
#
# 1. A mobile app, at most 5 MB for the network. At hand: ResNet-50 (25.6 M parameters), B0 (5.3 M),
#    ViT-B (86 M). A number takes 4 bytes in float32, 1 in int8.
# 2. A clinic with 500 labelled X-ray images of three kinds, grey, 1024 × 1024.
# 3. A company with 10 million labelled product photographs and a hall full of GPUs.
#
# Then: a colleague sets `requires_grad = False` for the body, trains the head, and finds that
# validation differs from run to run and day to day. What do you look at first?
#
# ### BEGIN SOLUTION
# **Model answer.** (1) In float32 they take 102, 21 and 344 MB: none fits. B0 in int8 is 5.3 MB,
# which still does not: it needs int8 *and* a smaller variant, fewer channels or a smaller MobileNet
# (V3-Small has 2.5 M parameters). I would fine-tune it, quantise it, and measure accuracy *after*
# quantisation, and the time on a real phone. (2) 500 images are far too few to train from scratch:
# take a pretrained network of moderate size, B0 to B3, repeat grey in three channels, use its own
# normalisation and size, train the head first, then unfreeze with small rates for early layers,
# with batch normalisation frozen. Augment by small turns, crops and brightness; mirror images only
# if left and right do not matter in an X-ray (the heart is on the left). Split by *patient*, use
# cross-validation, stop early on validation. (3) With 10 million images transformers, or large
# convolutional networks, pay off; train from scratch or go on from large pretrained weights;
# compare against a fine-tuned EfficientNetV2 as a cheap baseline, on photographs of later days.
# The colleague: batch normalisation. In training mode its running statistics drift and it
# normalises by the batch. Freeze it: evaluation mode that survives `model.train()`. Then look
# whether evaluation mode was on at validation, and at the seed.
#
# **Marking guide.** 1 point: sizes computed, none fits, int8 and smaller. 1 point: fine-tuning for
# the clinic, with a careful split and preparation. 1 point: scale justifies transformers or
# training from scratch, with a baseline. 1 point: batch statistics named, with the cure.
# ### END SOLUTION

# %% [markdown]
# ## Lab: photographs from the real world
#
# As it stands, the next cell repeats your fine-tuning with three seeds, some ten seconds. On Colab,
# switch on a GPU (*Runtime → Change runtime type → GPU*) and set `DOWNLOAD = True`: B0 with
# ImageNet weights (21 MB) meets 37 breeds of cats and dogs (Oxford-IIIT Pets, 800 MB). Without a
# network, go on with the surfaces.
#
# Next: `efficientnet_v2_s`, which begins with full 3 × 3 convolutions, quicker on a GPU than
# depthwise ones; `Flowers102`; `timm.create_model("tf_efficientnet_b0", pretrained=True)`;
# `augment.AutoAugment()`.

# %%
DOWNLOAD = False  # ← the switch: True takes ImageNet weights and the pets

start, classes, learn, hold_out = None, 10, None, surfaces.loader("test")
if DOWNLOAD:
    try:
        from cvlib.pets import pets_and_weights

        start, classes, learn, hold_out = pets_and_weights()
    except ConnectionError as error:
        print(error)
with uses_your("fine_tune", "replace_head", "param_groups", "freeze", "GradualUnfreezing"):
    if start is None:
        runs = [fine_tune(pretrained_efficientnet(), seed) for seed in range(3)]
        found = [train.evaluate(run, hold_out) for run in runs]
        print("three seeds:", ", ".join(f"{share:.1%}" for share in found))
    else:
        model = replace_head(start, classes).to(check.device())
        freeze(model, except_=("classifier", "features.7", "features.8"))
        optimizer = torch.optim.AdamW(param_groups(model, 1e-3, 0.5))
        rates = [group["lr"] for group in optimizer.param_groups]
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, 3 * len(learn))
        train.fit(model, learn, hold_out, 3, optimizer, F.cross_entropy, schedule)

# %% [markdown]
# ## What to take along
#
# | | parameters | pixels | top 1 (paper) |
# |---|---|---|---|
# | ResNet-50 | 25.6 M | 224 | 76.1 % |
# | B0 | 5.3 M | 224 | 77.1 % |
# | B3 | 12 M | 300 | 81.6 % |
# | B5 | 30 M | 456 | 83.6 % |
# | B7 | 66 M | 600 | 84.3 % |
#
# - MBConv: wide inside, depthwise, gated, no bend at the end.
# - Depth, width and resolution grow together.
# - Frozen means parameters *and* batch statistics.
# - Small rates near the input; new parameters have to reach the optimizer.
# - Same preparation as in training, or silent nonsense.
# - Mixed pictures have mixed labels.
# - Few pictures: fine-tune. Stop when validation gets worse; keep the best epoch.
#
# In a week, run `quiz("05-review")`; for bugs that circulate, `quiz("05-bugs")`.
#
# **References.** Huang et al. (2016), *Stochastic depth*. Hu et al. (2018),
# *Squeeze-and-excitation*. Howard, Ruder (2018), *ULMFiT*. Zhang et al. (2018), *mixup*.
# Sandler et al. (2018), *MobileNetV2*. Tan, Le (2019), *EfficientNet*. Yun et al. (2019), *CutMix*.
# Yosinski et al. (2014), *How transferable are features?*
