# %% [markdown] session="04_resnet" minutes=160
# # 04 · ResNet
#
# In 2015, networks got worse when they got deeper. The cure was one plus sign, and the paper about
# it is among the most cited of the century.
#
# **You will be able to**
#
# - say what goes wrong in a deep plain network, and which number shows it,
# - write batch normalisation with everything it remembers,
# - build ResNet-18, 50 and 152 so that published weights load into them,
# - show where the gradient of a deep network comes from,
# - find a bug that strikes only when you train.
#
# **Time:** about 160 minutes, 40 points. Take a break after exercise 4.
#
# **Predictions:** as before, put a letter in place of the question mark *before* you run the
# experiment.

# %% setup=true
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

from cvlib import check, data, images, plots, train, widgets
from cvlib.conv import conv_cost
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your
from cvlib.line_plots import show_lines
from cvlib.models import CifarResNet, DepthwiseSeparable, Inception, batchnorm, resnet
from cvlib.models import gradient_highway as highway
from cvlib.models import residual_step as step
from cvlib.models.thin_block import thin_blocks
from cvlib.profile import model_table

torch.set_num_threads(1)  # for maps as small as these, one thread is faster than several

# %%
quiz("04-recall")

# %% [markdown]
# ## Deeper is worse
#
# VGG went from 8 layers to 19 and got better. So why not 50?
#
# Think of a network that works, and put more layers on it. If the new layers did *nothing*, only
# handed their input on, the deeper network would be exactly as good. So a deeper network can do
# whatever the shallow one can. Training only has to find it.
#
# Below, three networks learn handwritten digits, with batch normalisation everywhere: one with 8
# layers, one with 44, and a third of 44 layers with something that you will write today.

# %%
predict("04-degradation", "?")

# %%
learn, hold_out = data.loaders(64)  # batches (64, 1, 8, 8) and labels (64,)
losses: dict[str, list[float]] = {}
held_out: dict[str, list[float]] = {}
for name, depth, residual in (("plain 8", 8, False), ("plain 44", 44, False), ("?", 44, True)):
    torch.manual_seed(0)
    net = CifarResNet(depth, residual=residual, in_channels=1)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    seen = train.fit(net, learn, hold_out, 4, optimizer, F.cross_entropy, progress=False)
    losses[name], held_out[name] = seen.train_loss, seen.val_accuracy
show_lines({"training loss": losses, "held-out accuracy": held_out}, xlabel="epoch")
explain("04-degradation")

# %% [markdown]
# ## It is not overfitting
#
# An overfitted network is too good at its training data. Here the *training* loss is worse. He and
# his colleagues called it **degradation**. It does not go away by waiting: after 160 epochs on
# CIFAR-10 their plain network of 56 layers was still behind the one of 20.
#
# So doing nothing is hard to learn. Their answer: make it the default. A block of layers F computes
# what to *add* to its input:
#
# $$y = F(x) + x$$
#
# To do nothing, F only has to become 0.
#
# (In the right picture, 44 layers with the plus sign are rated poorly after their first epoch,
# although they learn fast. Exercise 1 will tell one reason.)

# %% [markdown]
# ## Batch normalisation
#
# First the layer that made training at such depths possible at all. After each convolution, **batch
# normalisation** takes every channel, subtracts its mean and divides by its standard deviation, so
# that the next layer finds numbers of an even size. Then two learned numbers, a *weight* γ and a
# *bias* β, put back what scale and shift the network wants:
#
# $$y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta$$
#
# In **training** mode μ and σ² come from this batch: for each channel, over all pictures, rows and
# columns. In **evaluation** mode there may be just one picture; then *running estimates* serve,
# collected during training:
#
# $$\text{running} \leftarrow (1 - m)\cdot\text{running} + m\cdot\text{batch}$$

# %% [markdown] exercise="04-batch-norm" difficulty=2 minutes=22
# ## Exercise 1 · Batch normalisation with a memory
#
# **Write** the module `BatchNorm2d(num_features, eps=1e-5, momentum=0.1)`. It learns `weight`
# (ones) and `bias` (zeros), and it keeps `running_mean` (zeros) and `running_var` (ones) as
# *buffers*: saved with the model, not trained. `self.register_buffer("running_mean", …)` makes one.
# `self.training` tells the mode. Torch's own batch norm is switched off.
#
# Two variances: divide by n to *normalise* (`unbiased=False`), by n − 1 for the *running* estimate.
#
# - *By hand:* a channel 1, 3: μ = 2, σ² = 1, so −1, 1. Momentum 0.1: running mean 0.9 · 0 + 0.1 · 2
#   = 0.2, running variance 0.9 · 1 + 0.1 · 2 = 1.1.
# - *Edge case:* one value per channel while training: `ValueError`; its variance says nothing.


# %% solution="04-batch-norm"
class BatchNorm2d(nn.Module):
    """Each channel to mean 0 and variance 1, then times weight, plus bias."""

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) → the same shape."""
        ### BEGIN SOLUTION
        mean, var = self.running_mean, self.running_var  # (C,)
        if self.training:
            if x.numel() == x.shape[1]:
                raise ValueError(f"x needs more than one value per channel, got {tuple(x.shape)}")
            mean = x.mean(dim=(0, 2, 3))  # (C,)
            var = x.var(dim=(0, 2, 3), unbiased=False)  # (C,)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        scale = self.weight / (var + self.eps).sqrt()  # (C,)
        return (x - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]
        ### END SOLUTION


# %% check="04-batch-norm" points=2
r = check.inputs()
check.module(
    BatchNorm2d,
    like=batchnorm.BatchNorm2d,
    exercise="04-batch-norm",
    configs=[check.case(2, eps=0.5), check.case(1)],
    inputs=[3 * r.normal(4, 2, 3, 5) + 1, torch.tensor([[[[1.0, 3.0]]]])],
    forbid=("batch_norm",),
)
check.raises(ValueError, BatchNorm2d(2), torch.zeros(1, 2, 1, 1))

# %% hidden="04-batch-norm" points=5
r = check.inputs()
check.module(
    BatchNorm2d,
    like=batchnorm.BatchNorm2d,
    exercise="04-batch-norm",
    configs=[check.case(3), check.case(2, eps=0.5), check.case(4, momentum=0.7), check.case(1)],
    inputs=[
        2 * r.normal(2, 3, 3, 2) + 1,
        r.normal(3, 2, 2, 4) - 2,
        3 * r.normal(2, 4, 1, 3),
        r.normal(1, 1, 2, 3),
    ],
    forbid=("batch_norm",),
    points=5,
)

# %% [markdown] hints="04-batch-norm"
# 1. Of (N, C, H, W), which axis is left when each channel has *one* mean? Which three have to go?
# 2. `x.mean(dim=(0, 2, 3))` is (C,). To take it away from (N, C, H, W) it needs the shape (C, 1,
#    1): `mean[:, None, None]`. The running estimates move inside `with torch.no_grad():`, and only
#    in training mode.
# 3. Start with `mean, var = self.running_mean, self.running_var`, and replace both `if
#    self.training:`. `self.running_mean.lerp_(mean, self.momentum)` walks the share m of the way to
#    the batch. `x.var(dim=(0, 2, 3))` is the unbiased variance.

# %%
predict("04-neighbours", "?")

# %%
torch.manual_seed(0)
picture = torch.randn(1, 1, 4, 4)  # (1, 1, 4, 4)
dark, bright = torch.randn(2, 7, 1, 4, 4).add(torch.tensor([-3.0, 3.0]).view(2, 1, 1, 1, 1))
with uses_your("BatchNorm2d"):
    norm, estimates = BatchNorm2d(1), []
    batches = {"dark": torch.cat([picture, dark]), "bright": torch.cat([picture, bright])}
    training = {name: norm(batch)[0].mean() for name, batch in batches.items()}
    norm.eval()
    for name, batch in batches.items():
        alone = norm(batch)[0].mean()
        print(f"among {name:6} neighbours: training {training[name]:6.2f}, evaluation {alone:6.2f}")
    norm = BatchNorm2d(1)
    for _ in range(40):
        norm(5 + 2 * torch.randn(16, 1, 4, 4))
        estimates.append([norm.running_mean.item(), norm.running_var.item()])
    running_mean, running_var = zip(*estimates, strict=True)
    show_lines({"running mean → 5": running_mean, "running variance → 4": running_var},
               xlabel="batches seen")  # fmt: skip
explain("04-neighbours")

# %% [markdown]
# ## Two consequences
#
# **The lag.** The running estimates need some dozens of batches to arrive. An epoch of the digits
# has 22, and 44 layers have to settle one after another. So a network that trains well can be rated
# poorly after its first epoch. Forgetting `model.eval()` gives the opposite: a picture's answer
# then depends on who sits next to it in the batch.
#
# **No bias before it.** A convolution's bias shifts a whole channel, and the mean takes it out
# again. So convolutions in front of a batch norm say `bias=False`; β does that job.
#
# (A trap for those who switch: Keras calls *momentum* what is 1 − m here. Its 0.99 is PyTorch's
# 0.01.)

# %% [markdown]
# ## Can these two be added?
#
# y = F(x) + x needs two tensors of the same shape. Inside a stage they have it, and the
# **shortcut** is x itself: the **identity**, without a parameter. At the beginning of a stage the
# size is halved and the channels are doubled. There the shortcut is a **projection**: a 1 × 1
# convolution with the block's stride, and a batch norm.
#
# Play: double the output channels, or set the stride to 2, and see where the addition breaks. Then
# mend it with a projection.

# %%
widgets.BlockBuilder(kind="basic", in_channels=64, out_channels=64, size=56)

# %% [markdown] exercise="04-shortcut" difficulty=1 minutes=6
# ## Exercise 2 · Which shortcut?
#
# **Write** `shortcut_kind(in_channels, out_channels, stride) -> str`: `"identity"` when a block's
# input and output have the same shape, else `"projection"`.
#
# - *By hand:* 64 → 64 channels with stride 1: `"identity"`. With stride 2 the map shrinks:
#   `"projection"`.
# - *Edge case:* an argument below 1: `ValueError` that names it, with its value.


# %% solution="04-shortcut"
def shortcut_kind(in_channels: int, out_channels: int, stride: int) -> str:
    """ "identity" where a block keeps the shape, else "projection"."""
    ### BEGIN SOLUTION
    named = {"in_channels": in_channels, "out_channels": out_channels, "stride": stride}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return "identity" if in_channels == out_channels and stride == 1 else "projection"
    ### END SOLUTION


# %% check="04-shortcut" points=1
how = {"like": resnet.shortcut_kind, "exercise": "04-shortcut"}
cases = [check.case(64, 64, 1), check.case(64, 64, 2), check.case(64, 128, 1)]
check.function(shortcut_kind, cases=cases, **how)
check.function(shortcut_kind, cases=[check.case(64, 64, 0)], **how)  # has to be refused

# %% hidden="04-shortcut" points=1
check.function(
    shortcut_kind,
    like=resnet.shortcut_kind,
    exercise="04-shortcut",
    points=1,
    cases=[
        check.case(64, 64, 1),
        check.case(256, 256, stride=2),
        check.case(64, 256, 1),
        check.case(256, 64, 1),
        check.case(64, 128, 2),
        check.case(0, 64, 1),
        check.case(64, 0, 1),
        check.case(64, 64, 0),
    ],
)

# %% [markdown] hints="04-shortcut"
# 1. Which of the three arguments can change C? Which one changes H and W?
# 2. Identity needs *both*: equal channels, and a stride of 1.
# 3. Check the three numbers first and raise. Then one line is enough:
#    `return "identity" if … and … else "projection"`.

# %% [markdown] exercise="04-basic-block" difficulty=2 minutes=18
# ## Exercise 3 · The basic block
#
# The block of ResNet-18 and 34. The main path, from left to right:
#
# conv 3 × 3 (with the stride) → batch norm → ReLU → conv 3 × 3 → batch norm → **+ shortcut** → ReLU
#
# **Write** `BasicBlock(in_channels, channels, stride=1)`, from (N, in_channels, H, W) to
# (N, channels, ⌈H/stride⌉, ⌈W/stride⌉), with torch's layers and `bias=False`. Exercise 2
# says which shortcut. Call the parts `conv1`, `bn1`, `conv2`, `bn2`, `relu`, and
# `downsample` (projection: a `Sequential` of convolution and batch norm; identity: `None`). Then
# published weights will load in exercise 5.
#
# - *By hand:* `BasicBlock(64, 64)` has 2 · 36,864 weights and 2 · 128 numbers of batch norms:
#   73,984.
# - *Edge case:* 4 → 6 channels with stride 1 needs a projection, too.


# %% solution="04-basic-block"
class BasicBlock(nn.Module):
    """Two convolutions 3 × 3, and a shortcut around them."""

    expansion = 1  # channels that come out, in multiples of `channels`

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, channels, ⌈H/S⌉, ⌈W/S⌉)."""
        ### BEGIN SOLUTION
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))  # (N, C, H/S, W/S)
        out = self.bn2(self.conv2(out))  # (N, C, H/S, W/S)
        return self.relu(out + shortcut)
        ### END SOLUTION


# %% check="04-basic-block" points=2
r = check.inputs()
check.module(
    BasicBlock,
    like=resnet.BasicBlock,
    exercise="04-basic-block",
    configs=[check.case(4, 4), check.case(4, 6, stride=2)],
    inputs=[r.normal(2, 4, 5, 6), r.normal(2, 4, 6, 6)],
)

# %% hidden="04-basic-block" points=4
r = check.inputs()
check.module(
    BasicBlock,
    like=resnet.BasicBlock,
    exercise="04-basic-block",
    configs=[check.case(3, 3), check.case(3, 5, 2), check.case(4, 6), check.case(4, 4, stride=2)],
    inputs=[r.normal(2, 3, 6, 5), r.normal(3, 3, 7, 6), r.normal(2, 4, 4, 5), r.normal(2, 4, 6, 7)],
    points=4,
)

# %% [markdown] hints="04-basic-block"
# 1. Put your finger on the path in the specification and say the shape after every arrow, once for
#    `BasicBlock(4, 4)` and once for `BasicBlock(4, 6, stride=2)`.
# 2. Everything that has parameters is made in `__init__`, in six to eight lines. A projection:
#    `nn.Sequential(nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False), …)`.
# 3. `forward` has four lines: the shortcut (`x`, or `self.downsample(x)`), ReLU of the first pair,
#    the second pair without ReLU, and `return self.relu(out + shortcut)`.

# %% [markdown]
# ## Start by doing nothing
#
# The last batch norm of a block has a weight γ. Start it at 0, instead of 1, and F(x) is 0 for
# every x. Goyal and his colleagues did that in 2017 when they trained a ResNet-50 in one hour on
# 256 GPUs. What does a stack of twenty such blocks compute before it has learned anything, given
# numbers that are not negative? And does it learn at all?

# %%
predict("04-zero-init", "?")

# %%
torch.manual_seed(0)
x = torch.randn(8, 16, 8, 8).relu()  # (8, 16, 8, 8), nowhere negative, as after a ReLU
spreads: dict[str, list[float]] = {}
with uses_your("BasicBlock", "shortcut_kind"):
    for name, start in {"last γ = 1": 1.0, "last γ = 0": 0.0}.items():
        h, spreads[name] = x, [x.std().item()]
        blocks = [BasicBlock(16, 16) for _ in range(20)]
        for block in blocks:
            nn.init.constant_(block.bn2.weight, start)
            h = block(h)  # (8, 16, 8, 8)
            spreads[name].append(h.std().item())
        h.square().mean().backward()
        moves = sum(block.bn2.weight.grad.abs().sum().item() for block in blocks)
        print(f"{name}: output equal to input: {torch.equal(h, x)}; gradients for γ: {moves:.2f}")
    show_lines(spreads, range(21), xlabel="blocks passed", ylabel="standard deviation")
explain("04-zero-init")

# %% [markdown]
# ## The bottleneck
#
# Fifty layers of 3 × 3 convolutions over hundreds of channels are dear. A **bottleneck** makes the
# tensor narrow first, does its 3 × 3 work there, and widens it again:
#
# 1 × 1 (down to `channels`) → 3 × 3 → 1 × 1 (up to 4 · `channels`)
#
# The factor 4 is called the *expansion*. Compare on 256 channels: two full 3 × 3 convolutions, or
# 256 → 64 → 64 → 256.

# %%
predict("04-bottleneck-cost", "?")

# %%
full = conv_cost(256, 256, 3, 14, 14, bias=False)  # parameters, MACs on a map of 14 × 14
down = conv_cost(256, 64, 1, 14, 14, bias=False)
middle = conv_cost(64, 64, 3, 14, 14, bias=False)
up = conv_cost(64, 256, 1, 14, 14, bias=False)
weights = {"two 3 × 3, 256 → 256 → 256": 2 * full[0], "256 → 64 → 64 → 256": 0}
for name, cost in {"1 × 1 down": down, "3 × 3 in the neck": middle, "1 × 1 up": up}.items():
    weights["256 → 64 → 64 → 256"] += cost[0]
    weights[f"    of it: {name}"] = cost[0]
plots.show_bars(weights, title="weights of a block on 256 channels")
explain("04-bottleneck-cost")

# %% [markdown] exercise="04-bottleneck" difficulty=2 minutes=15
# ## Exercise 4 · The bottleneck block
#
# The block of ResNet-50, 101 and 152. **Write** `Bottleneck(in_channels, channels, stride=1)`:
#
# conv 1 × 1 → batch norm → ReLU → conv 3 × 3 (with the stride) → batch norm → ReLU → conv 1 × 1 →
# batch norm → **+ shortcut** → ReLU
#
# `channels` is the width of the neck; 4 · `channels` come out. Names as before, and `conv3`, `bn3`.
#
# The stride sits on the 3 × 3. The paper had it on the first 1 × 1, which then never sees three of
# four positions; torchvision, and this course, moved it ("V1.5").
#
# - *By hand:* `Bottleneck(256, 64)`: 16,384 + 36,864 + 16,384 weights and 768 of batch norms:
#   70,400.
# - *Edge case:* `Bottleneck(64, 64)` has stride 1 and needs a projection: 256 channels come out.


# %% solution="04-bottleneck"
class Bottleneck(nn.Module):
    """1 × 1 down, 3 × 3, 1 × 1 up, and a shortcut around them."""

    expansion = 4

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        wide = channels * self.expansion
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.relu, self.downsample = nn.ReLU(inplace=True), None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, 4 · channels, ⌈H/S⌉, ⌈W/S⌉)."""
        ### BEGIN SOLUTION
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))  # (N, C, H, W)
        out = self.relu(self.bn2(self.conv2(out)))  # (N, C, H/S, W/S)
        return self.relu(self.bn3(self.conv3(out)) + shortcut)  # (N, 4C, H/S, W/S)
        ### END SOLUTION


# %% check="04-bottleneck" points=1
r = check.inputs()
check.module(
    Bottleneck,
    like=resnet.Bottleneck,
    exercise="04-bottleneck",
    configs=[check.case(8, 2), check.case(4, 3, stride=2)],
    inputs=[r.normal(2, 8, 5, 4), r.normal(2, 4, 6, 6)],
)

# %% hidden="04-bottleneck" points=4
r = check.inputs()
check.module(
    Bottleneck,
    like=resnet.Bottleneck,
    exercise="04-bottleneck",
    configs=[check.case(12, 3), check.case(6, 2, 2), check.case(5, 3), check.case(8, 2, stride=2)],
    inputs=[
        r.normal(2, 12, 4, 5),
        r.normal(3, 6, 7, 6),
        r.normal(2, 5, 4, 3),
        r.normal(2, 8, 6, 6),
    ],
    points=4,
)

# %% [markdown] hints="04-bottleneck"
# 1. Write down the channels between the layers of `Bottleneck(6, 2)`: 6, …, …, 8. Which numbers
#    stand in the gaps?
# 2. Start from your `BasicBlock`. Three pairs instead of two; the padding belongs to the 3 × 3
#    only. What comes out has `channels * self.expansion` channels: the shortcut has to fit that
#    number.
# 3. `conv1`: in_channels → channels, 1 × 1. `conv2`: channels → channels, 3 × 3, stride, padding 1.
#    `conv3`: channels → 4 · channels, 1 × 1. ReLU after the first two pairs, then after the sum.

# %% [markdown]
# ## The whole network
#
# A **stem** makes a photograph small in two strokes. Four **stages** follow. Each is a row of
# blocks with the same width; the first block of stages 2, 3 and 4 has stride 2. Then the mean over
# all positions, and *one* linear layer, where VGG spent 124 million parameters on three.
#
# | part | layers | output for 224 × 224 |
# |---|---|---|
# | stem | `conv1` 7 × 7, stride 2, padding 3; `bn1`; ReLU | (64, 112, 112) |
# | | `maxpool` 3 × 3, stride 2, padding 1 | (64, 56, 56) |
# | `layer1` | blocks with `channels` = 64, all stride 1 | (64 · e, 56, 56) |
# | `layer2` | 128, the first with stride 2 | (128 · e, 28, 28) |
# | `layer3` | 256, the first with stride 2 | (256 · e, 14, 14) |
# | `layer4` | 512, the first with stride 2 | (512 · e, 7, 7) |
# | head | mean over positions, `fc` | (num_classes,) |
#
# Here *e* is the block's `expansion`: 1 for basic blocks, 4 for bottlenecks.

# %% [markdown] exercise="04-resnet" difficulty=3 minutes=25
# ## Exercise 5 · ResNet
#
# **Write** `ResNet(block, layers, num_classes=1000)` as in the table. `block` is a class,
# `layers` says how many blocks each stage has: `ResNet(BasicBlock, [2, 2, 2, 2])` is ResNet-18.
# `block(in_channels, channels, stride)` builds a block, `block.expansion` is its *e*.
#
# Make the stages `nn.Sequential` and use the names of the table, so that weights trained elsewhere
# find their places. The tests build your network from thin stand-ins for blocks, which are quick.
# The stem's convolution has no bias. No softmax.
#
# - *By hand:* bottlenecks in `layer2`: the first gets 256 channels (64 · 4) and gives 512; the
#   others get 512.
# - *Edge case:* other blocks have another expansion. Don't write 4 into your code, nor 1.


# %% solution="04-resnet"
class ResNet(nn.Module):
    """Stem, four stages of blocks, mean over positions, one linear layer."""

    def __init__(self, block: type, layers: Sequence[int], num_classes: int = 1000) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64  # of what comes in
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) → logits (N, num_classes)."""
        ### BEGIN SOLUTION
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))  # (N, 64, H/4, W/4)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))  # (N, 512·e, H/32, W/32)
        return self.fc(x.mean(dim=(2, 3)))  # (N, num_classes)
        ### END SOLUTION


# %% check="04-resnet" points=2
r = check.inputs()
check.module(
    ResNet,
    like=resnet.ResNet,
    exercise="04-resnet",
    configs=[check.case_of(thin_blocks, 2, (1, 1, 2, 1), 4)],
    inputs=[r.normal(2, 3, 36, 36)],
    state_names=True,
)

# %% hidden="04-resnet" points=5
r = check.inputs()
check.module(
    ResNet,
    like=resnet.ResNet,
    exercise="04-resnet",
    configs=[
        check.case_of(thin_blocks, 1, (1, 3, 1, 1), 3),
        check.case_of(thin_blocks, 2, (2, 1, 1, 1), 5),
    ],
    inputs=[r.normal(3, 3, 40, 33), r.normal(2, 3, 36, 44)],
    state_names=True,
    points=5,
)

# %% [markdown] hints="04-resnet"
# 1. For `ResNet(Bottleneck, [3, 4, 6, 3])`, write the arguments of the first two blocks of every
#    stage on paper: (64, 64, 1), (256, 64, 1); (256, 128, 2), (512, 128, 1); …
# 2. Keep a variable `width`: the channels that the next block gets. It starts at 64, and after each
#    block it is `channels * block.expansion`. Two loops: over stages, over blocks.
# 3. `self.layer1 = nn.Sequential(*stage)`, or in a loop
#    `self.add_module(f"layer{number}", nn.Sequential(*stage))`. After the stages
#    `self.fc = nn.Linear(width, num_classes)`; in `forward`, `x.mean(dim=(2, 3))` before it.

# %% [markdown]
# ## Is it the real thing?
#
# There is a hard test. Take torchvision's ResNet, put its weights into yours, show a cat to both. A
# single wrong stride, name or ReLU, and the outputs differ, or the weights don't load. (The weights
# here are random, so nobody will recognise a cat; the lab loads trained ones.)

# %%
cat = images.normalize(images.to_tensor(images.sample_image("chelsea", 224)))  # (1, 3, 224, 224)
with uses_your("ResNet", "BasicBlock", "Bottleneck", "shortcut_kind"):
    twins = {"resnet18": (BasicBlock, [2, 2, 2, 2]), "resnet50": (Bottleneck, [3, 4, 6, 3])}
    for name, (block, layers) in twins.items():
        torch.manual_seed(0)
        theirs = torchvision.models.get_model(name, weights=None).eval()
        yours = ResNet(block, layers).eval()
        print(name, "·", yours.load_state_dict(theirs.state_dict()), end=" · ")
        with torch.no_grad():
            scores = theirs(cat)  # (1, 1000)
            apart = (yours(cat) - scores).abs().max() / scores.abs().max()
        print(f"outputs differ by at most {apart:.0e} of the largest")

# %% [markdown]
# ## The family
#
# | network | blocks | layers | top-1 |
# |---|---|---|---|
# | ResNet-18 | basic | 2, 2, 2, 2 | 69.8 % |
# | ResNet-34 | basic | 3, 4, 6, 3 | 73.3 % |
# | ResNet-50 | bottleneck | 3, 4, 6, 3 | 76.1 % |
# | ResNet-101 | bottleneck | 3, 4, 23, 3 | 77.4 % |
# | ResNet-152 | bottleneck | 3, 8, 36, 3 | 78.3 % |
#
# Top-1 is the share of right first guesses on ImageNet, with torchvision's first weights (V1). The
# number in a name counts convolutions on the main path and the linear layer:
# 1 + 2 · (2 + 2 + 2 + 2) + 1 = 18. Projections don't count.
#
# Now a find from a tutorial: "ResNet-50", built as `ResNet(BasicBlock, [3, 4, 6, 3])`. It runs, it
# trains. How many parameters does it have? The real one has 25,557,032.

# %%
predict("04-fifty", "?")

# %%
with uses_your("ResNet", "BasicBlock", "Bottleneck", "shortcut_kind"), torch.device("meta"):
    family = {  # on "meta", tensors have shapes but no numbers: quick, however large
        "ResNet-18": ResNet(BasicBlock, [2, 2, 2, 2]),
        "ResNet-34": ResNet(BasicBlock, [3, 4, 6, 3]),
        "ResNet-50": ResNet(Bottleneck, [3, 4, 6, 3]),
        "ResNet-101": ResNet(Bottleneck, [3, 4, 23, 3]),
        "ResNet-152": ResNet(Bottleneck, [3, 8, 36, 3]),
        'the "ResNet-50"': ResNet(BasicBlock, [3, 4, 6, 3]),
    }
    for name, net in family.items():
        table = model_table(net, (3, 224, 224), depth=1)
        print(f"{name:16}{table.parameters:12,} parameters {table.macs / 1e9:6.2f} G MACs")
explain("04-fifty")
# Where does ResNet-50 keep its parameters, and where does it work? Compare VGG-16.
widgets.ModelExplorer(models=["vgg16", "resnet50", "mobilenet_v1"])

# %% [markdown]
# ## The gradient's motorway
#
# Why does it train? Look backwards. A plain layer $y = f(x)$ hands the gradient on times $f'$. Many
# layers make a product, and session 02 showed what becomes of that.
#
# A residual layer $y = x + f(x)$ hands it on times $1 + f'$. Two of them:
#
# $$(1 + f_1')(1 + f_2') = 1 + f_1' + f_2' + f_1' f_2'$$
#
# However many layers there are, the product contains the **1**: a path on which the gradient meets
# no layer at all. The other terms are paths through some layers, short ones and long ones. A plain
# network has the longest path only.

# %% [markdown] exercise="04-highway" difficulty=2 minutes=14
# ## Exercise 6 · Plain and residual, the same weights
#
# **Write** `plain_vs_residual(depth, seed=0) -> dict`: how much gradient reaches the *first* layer?
# Layers and pictures are drawn for you, in this order; use the same for both networks.
#
# 1. Plain: x ← relu(layer(x)), for every layer. Residual: x ← x + relu(layer(x)).
# 2. Loss: the mean of all numbers that come out.
# 3. Norm (root of the sum of squares) of ∂loss/∂(the first layer's weight).
# 4. Return `{"plain": …, "residual": …}`, two Python floats.
#
# - *By hand:* for depth 1 both are equal: the skip does not pass through the weight.
# - *Edge case:* `depth` below 1: `ValueError`. And gradients *accumulate* in `.grad`: the second
#   network must not inherit the first one's.


# %% solution="04-highway"
def plain_vs_residual(depth: int, seed: int = 0) -> dict[str, float]:
    """Norm of the gradient at the first layer's weight, without and with skips."""
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)  # (N, C, H, W)
    ### BEGIN SOLUTION
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))  # (4, 8, 8, 8)
            x = out if kind == "plain" else x + out
        (gradient,) = torch.autograd.grad(x.mean(), layers[0].weight)
        norms[kind] = gradient.norm().item()
    return norms
    ### END SOLUTION


# %% check="04-highway" points=1
check.function(
    plain_vs_residual,
    like=highway.plain_vs_residual,
    exercise="04-highway",
    cases=[check.case(1), check.case(3, seed=1)],
)

# %% hidden="04-highway" points=2
r = check.inputs()
drawn = int(r.integers(2, 1000, 1).item())
check.function(
    plain_vs_residual,
    like=highway.plain_vs_residual,
    exercise="04-highway",
    cases=[check.case(2, drawn), check.case(6, seed=3), check.case(4), check.case(0)],
    points=2,
)

# %% [markdown] hints="04-highway"
# 1. Write the plain network first: one loop, `x.mean().backward()`, then `layers[0].weight.grad`.
# 2. Then the other one, with the same layers. Before its `backward()`, set
#    `layers[0].weight.grad = None`, or ask for the gradient itself:
#    `torch.autograd.grad(x.mean(), layers[0].weight)` gives a tuple of one.
# 3. `for kind in ("plain", "residual"):` start with `x = pictures`; inside the loop over layers
#    `out = torch.relu(layer(x))`, and `x = out` or `x = x + out`. `gradient.norm().item()`.

# %%
predict("04-highway-depth", "?")

# %%
depths = [1, 2, 5, 10, 15, 20, 25, 30, 35]
arrives: dict[str, list[float]] = {"plain": [], "residual": []}
with uses_your("plain_vs_residual"):
    for depth in depths:
        for kind, norm in plain_vs_residual(depth).items():
            arrives[kind].append(norm)
    show_lines(arrives, depths, "depth", "gradient at the first layer", logarithmic=True)
    print(f"At depth 30: plain {arrives['plain'][-2]:.0e}, residual {arrives['residual'][-2]:.0e}")
explain("04-highway-depth")
# What does batch norm do for the plain network? What for the one with skips?
widgets.GradientFlow(depth=30)

# %% [markdown]
# ## Everything together: lose a layer
#
# If short paths carry most of the work, a residual network should survive what kills every other
# machine: taking a part out. Below, nine of *your* basic blocks learn digits. Beside them a plain
# network of the same depth learns them as well, almost as accurately. Then one block is removed,
# another one, …, each time without any further training, and what is left is rated again.

# %%
predict("04-lesion", "?")


# %%
def digit_net() -> nn.Sequential:
    """Nine of your blocks in three stages: (N, 1, 8, 8) → logits (N, 10)."""
    widths = [16, 16, 16, 16, 32, 32, 32, 64, 64, 64]  # into the first block, then out of each
    blocks = [BasicBlock(a, b, 1 if a == b else 2) for a, b in pairwise(widths)]
    stem = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU())
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return nn.Sequential(stem, nn.Sequential(*blocks), head)


def train_on(net: nn.Module, learn, hold_out, epochs: int = 6) -> train.History:
    """The same recipe for every network: the learning rate rises, then falls to 0."""
    optimizer = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9, weight_decay=1e-4)
    steps = epochs * len(learn)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=steps)
    return train.fit(net, learn, hold_out, epochs, optimizer, F.cross_entropy, schedule,
                     check.device(), progress=False)  # fmt: skip


# %%
with uses_your("BasicBlock", "shortcut_kind"):
    torch.manual_seed(0)
    yours, plain = digit_net(), CifarResNet(20, residual=False, in_channels=1)
    whole, lesions = {}, {}
    for name, net, blocks in (("yours", yours, yours[1]), ("plain", plain, plain.blocks)):
        whole[name] = train_on(net, learn, hold_out).val_accuracy[-1]
        lesions[name] = []
        for place in (0, 1, 2, 4, 5, 7, 8):  # those that keep the shape
            block, blocks[place] = blocks[place], nn.Identity()
            lesions[name].append(train.evaluate(net, hold_out))
            blocks[place] = block
    for name, each in lesions.items():
        rest = " ".join(f"{right:4.0%}" for right in each)
        print(f"{name:6} whole {whole[name]:.0%}, less one block: {rest}")
    show_lines(lesions, [1, 2, 3, 5, 6, 8, 9], "the block that is missing", "held-out accuracy")
explain("04-lesion")

# %% [markdown]
# ## Two relatives
#
# **Inception** (GoogLeNet, 2014) did not choose a kernel size. Four branches look at the same
# input: 1 × 1, 3 × 3, 5 × 5 and a pooled one. Their outputs are *concatenated*, where ResNet adds.
# A 1 × 1 makes the dear branches narrow first: a bottleneck, one year before ResNet's.
#
# **MobileNet** (2017) splits a convolution in two. *Depthwise*: each channel gets its own 3 × 3,
# `groups=channels`. *Pointwise*: a 1 × 1 mixes the channels. Of the work, 1/C + 1/9 remains.
# Session 05 builds on it.
#
# Here are six ways from 256 channels to 256.

# %%
with uses_your("BasicBlock", "Bottleneck", "shortcut_kind"):
    ways = {
        "5 × 5 convolution": nn.Conv2d(256, 256, 5, padding=2, bias=False),
        "3 × 3 convolution": nn.Conv2d(256, 256, 3, padding=1, bias=False),
        "basic block (yours)": BasicBlock(256, 256),
        "bottleneck (yours)": Bottleneck(256, 64),
        "Inception module": Inception(256, 64, 96, 128, 16, 32, 32),
        "depthwise separable": DepthwiseSeparable(256, 256),
    }
    tables = {name: model_table(way, (256, 14, 14)) for name, way in ways.items()}
    assert all(way(torch.zeros(2, 256, 14, 14)).shape[1] == 256 for way in ways.values())
    millions = {name: table.macs / 1e6 for name, table in tables.items()}
    plots.show_bars(millions, "M MACs", title="256 → 256 channels on a map of 14 × 14")
    for part in ways["Inception module"].children():
        print("Inception branch:", tuple(part(torch.zeros(1, 256, 14, 14)).shape))
# Warm up for exercise 7: its questions, with other numbers each time.
widgets.NumbersDrill("04-numbers")

# %% [markdown] exercise="04-numbers" difficulty=2 minutes=10
# ## Exercise 7 · Numbers to have in your head
#
# Six questions, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Then put a number
# in place of each `None`, and delete the line `raise NotImplementedError()`. Paper first;
# expressions are welcome.
#
# - *By hand:* basic blocks [2, 2, 2, 2]: 1 + 2 · 8 + 1 = 18. `BasicBlock(64, 64)`: 73,984.
# - *Edge case:* running estimates are kept, not learned.

# %% solution="04-numbers"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("04-numbers", student_id)
in_the_name = None
learned = None
running = None
side = None
basic = None
projected = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("04-numbers", student_id)
run, c = mine["running"], mine["basic"]["channels"]
narrow, wide = mine["projected"]["in_channels"], mine["projected"]["out_channels"]
in_the_name = 1 + 3 * sum(mine["in_the_name"]["blocks"]) + 1
learned = 2 * mine["learned"]["channels"]
running = 0.9 * run["before"] + 0.1 * run["batch"]
side = mine["side"]["picture"] // 16
basic = 2 * (9 * c * c) + 2 * (2 * c)
projected = narrow * wide + 2 * wide
### END SOLUTION

# %% check="04-numbers" points=1
mine = check.own_numbers("04-numbers", student_id)
norm = nn.BatchNorm2d(mine["learned"]["channels"])
right = {
    "learned": sum(p.numel() for p in norm.parameters()),
    "side": mine["side"]["picture"] // 2**4,
}
check.values({"learned": learned, "side": side}, like=right, exercise="04-numbers")

# %% hidden="04-numbers" points=2
mine = check.own_numbers("04-numbers", student_id)
block = resnet.BasicBlock(*[mine["basic"]["channels"]] * 2)
ends = mine["projected"]["in_channels"], mine["projected"]["out_channels"]
projection = nn.Sequential(nn.Conv2d(*ends, 1, bias=False), nn.BatchNorm2d(ends[1]))
right = {
    "in_the_name": 3 * sum(mine["in_the_name"]["blocks"]) + 2,
    "learned": 2 * mine["learned"]["channels"],
    "running": 0.9 * mine["running"]["before"] + 0.1 * mine["running"]["batch"],
    "side": mine["side"]["picture"] // 16,
    "basic": sum(p.numel() for p in block.parameters()),
    "projected": sum(p.numel() for p in projection.parameters()),
}
given = (in_the_name, learned, running, side, basic, projected)
answers = dict(zip(right, given, strict=True))
check.values(answers, like=right, exercise="04-numbers", points=2, tolerance=1e-6)

# %% [markdown] hints="04-numbers"
# 1. A bottleneck has three convolutions. Which layers lie before and after all blocks?
# 2. Up to `layer3` the size is halved by `conv1`, `maxpool`, `layer2` and `layer3`. A batch norm
#    learns two numbers for each channel.
# 3. A basic block: two convolutions with 9 · C · C weights, two batch norms. The projection: a
#    1 × 1 convolution without bias, and a batch norm. Running: nine tenths of the old, one tenth
#    of the new.

# %% [markdown] exercise="04-bug-hunt" difficulty=3 minutes=14
# ## Exercise 8 · Bug hunt: it works until you train it
#
# ```python
# 1  def residual_step(x, weight1, weight2):
# 2      shortcut = x
# 3      out = F.conv2d(x, weight1, padding=1)
# 4      out = F.relu(out, inplace=True)
# 5      out = F.conv2d(out, weight2, padding=1)
# 6      shortcut += out
# 7      return F.relu(shortcut, inplace=True)
# ```
#
# The values are right, every demonstration works. In training, `backward()` stops: *one of the
# variables needed for gradient computation has been modified by an inplace operation*. And a
# colleague says that her feature maps have changed.
#
# **Repair** the function, keep what it computes. **Say where and why**: `bug_line` (the first line
# that does harm), and a letter `why` from the next cell. Delete both `raise` lines.
#
# - *By hand:* if `weight2` is 0, relu(x) comes out, and x must still be what it was.
# - *Edge case:* not everything that works in place is wrong.


# %% solution="04-bug-hunt"
def residual_step(x: Tensor, weight1: Tensor, weight2: Tensor) -> Tensor:
    """relu(x + conv(relu(conv(x)))): (N, C, H, W), (M, C, 3, 3), (C, M, 3, 3) → (N, C, H, W)."""
    ### BEGIN SOLUTION
    out = F.conv2d(x, weight1, padding=1)  # (N, M, H, W)
    out = F.relu(out, inplace=True)
    out = F.conv2d(out, weight2, padding=1)  # (N, C, H, W)
    return F.relu(x + out)
    ### END SOLUTION


# A: a ReLU in place destroys what the convolution before it keeps for its gradient.
# B: shortcut is x itself: adding to it changes what conv 1 kept, and the caller's tensor.
# C: the sum has to be divided by 2, or the numbers grow from block to block.
# D: the addition must come after the last ReLU, so that the shortcut stays an identity.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 6
why = "B"
### END SOLUTION

# %% check="04-bug-hunt" points=1
r = check.inputs()
check.function(
    residual_step,
    like=step.residual_step,
    exercise="04-bug-hunt",
    gradients=True,
    cases=[check.case(r.normal(1, 2, 3, 3), r.normal(3, 2, 3, 3), r.normal(2, 3, 3, 3))],
)

# %% hidden="04-bug-hunt" points=2
r = check.inputs()
x = r.normal(2, 3, 4, 5)
cases = [
    check.case(x, r.normal(2, 3, 3, 3), r.normal(3, 2, 3, 3)),
    check.case(r.normal(1, 1, 5, 4), r.normal(4, 1, 3, 3), r.normal(1, 4, 3, 3)),
    check.case(x, r.normal(2, 3, 3, 3), torch.zeros(3, 2, 3, 3)),
]
how = {"like": step.residual_step, "exercise": "04-bug-hunt", "cases": cases}
check.function(residual_step, gradients=True, **how)
check.function(residual_step, **how)  # without gradients: does the caller's tensor stay?
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 6, "why": "B"}, exercise="04-bug-hunt"
)

# %% [markdown] hints="04-bug-hunt"
# 1. Run it on `x = torch.ones(1, 1, 3, 3)` and print x before and after. Who wrote into it? What
#    does `shortcut = x` copy?
# 2. For its weight's gradient a convolution needs its *input*. Whose input is x? A ReLU needs its
#    own output, a convolution doesn't.
# 3. `shortcut + out` makes a new tensor; `shortcut += out` writes into the old one. Line 4 may
#    stay.

# %%
# torchvision's ResNet says `out += identity`, and is fine: a batch norm keeps its input, not its
# output. So don't ask "in place, or not?", but: does anybody still need the old numbers?
last_layers = {
    "convolution": nn.Conv2d(2, 2, 3, padding=1),
    "batch norm": nn.BatchNorm2d(2),
    "ReLU": nn.ReLU(),
    "sigmoid": nn.Sigmoid(),
    "max pooling": nn.MaxPool2d(3, 1, 1),
}
for name, layer in last_layers.items():
    x = torch.randn(2, 2, 4, 4, requires_grad=True)
    out = layer(x)  # (2, 2, 4, 4)
    out += x
    try:
        out.sum().backward()
        print(f"{name:12} then +=   fine")
    except RuntimeError as error:
        print(f"{name:12} then +=   {str(error).split(':')[0]}")

# %% [markdown] open="04-why-residual" points=4
# ## Open question · "Batch norm has solved it"
#
# A colleague builds a plain network of 50 layers with batch norm. Its training error is 12 %; a
# plain one of 18 layers reaches 8 %. He says: "It overfits, so I will add dropout. Gradients can't
# be the problem, batch norm keeps them healthy." Answer in eight to twelve sentences:
#
# 1. Which number shows that it does not overfit? What would overfitting look like?
# 2. What could the deeper network do, and why does training not find it?
# 3. What does a skip change, forwards and backwards? The formula, and one experiment of today.
# 4. Where is a skip more than an addition, and what does that cost?
#
# ### BEGIN SOLUTION
# **Model answer.** The *training* error is worse, 12 % against 8 %. A network that overfits has a
# low training error and a high held-out one; dropout makes training harder still and would not
# help. In principle the deeper network can copy the shallow one and let its other layers compute
# the identity, so its best training error is not worse. But a stack of convolutions, batch norms
# and ReLUs is no identity at the start, and many layers must cooperate to become one; gradient
# descent does not find it in the time. Batch norm keeps the size of signals and gradients even, but
# each layer still scrambles what passes, and the gradient at an early layer says little about what
# the loss needs. With y = x + F(x) doing nothing means F = 0: pull the weights or γ towards 0,
# or begin there, with the last γ at 0. Backwards the derivative is 1 + F′, and the product over all
# blocks contains 1: a path past every layer. In our lesion experiment a residual network lost any
# of its blocks and stayed near its accuracy, while the plain one fell to guessing: a residual
# network is a sum of many short paths. Where channels or size change, the shortcut must be a
# projection, a 1 × 1 convolution with batch norm: parameters, work, and no identity there. So there
# are as few as possible, three in ResNet-18 and four in ResNet-50.
#
# **Marking guide.** 1 point: training error named, and the opposite signature of overfitting. 1
# point: identity by construction, and that it is hard to find for plain layers. 1 point: forwards F
# = 0 and backwards 1 + F′, with an experiment (degradation, highway, lesion or zero-γ). 1 point:
# the projection, when it is needed, and its price.
# ### END SOLUTION

# %% [markdown]
# ## Lab: plain-20 against residual-20
#
# The experiment of the paper, with exactly the same parameters in both networks (where the shape
# changes, the shortcut pads with zeros). As it stands, the cell takes the 8 × 8 digits, and some
# seconds. On Colab, switch on a GPU (*Runtime → Change runtime type → GPU*) and set `DOWNLOAD =
# True` for CIFAR-10 (170 MB) and for trained ImageNet weights (98 MB); give it a quarter of an
# hour. Without a network, go on with the digits.
#
# Bet first: which gap is wider, the one at 20 layers or the one at 32? Then set `DEPTH = 56`.

# %%
DOWNLOAD = False  # ← the switch: True trains on CIFAR-10, and loads trained weights below
DEPTH, EPOCHS, colours = 20, 6, 1
learn, hold_out = data.loaders(64)
if DOWNLOAD:
    try:
        sets = [data.cifar10(train=part, augment=part) for part in (True, False)]
        learn, hold_out = (torch.utils.data.DataLoader(s, 128, shuffle=True) for s in sets)
        EPOCHS, colours = 15, 3
    except ConnectionError as error:
        print(error)
curves: dict[str, dict[str, list[float]]] = {"training loss": {}, "held-out accuracy": {}}
for residual in (False, True):
    torch.manual_seed(0)
    net = CifarResNet(DEPTH, residual=residual, in_channels=colours)
    seen = train_on(net, learn, hold_out, EPOCHS)
    name = f"{'residual' if residual else 'plain'}-{DEPTH}"
    curves["training loss"][name] = seen.train_loss
    curves["held-out accuracy"][name] = seen.val_accuracy
    print(f"{name}: {seen.val_accuracy[-1]:.1%} right, {sum(seen.seconds):.0f} s")
show_lines(curves, xlabel="epoch")

# %%
# With DOWNLOAD: somebody else's months of training, in your network.
with uses_your("ResNet", "Bottleneck", "shortcut_kind"):
    if DOWNLOAD:
        try:
            weights = torchvision.models.ResNet50_Weights.IMAGENET1K_V1
            yours = ResNet(Bottleneck, [3, 4, 6, 3]).eval()
            yours.load_state_dict(weights.get_state_dict(progress=True))
            with torch.no_grad():
                shares = yours(cat)[0].softmax(dim=0)  # (1000,)
            for place in shares.argsort(descending=True)[:3].tolist():
                print(f"{shares[place]:6.1%}  {weights.meta['categories'][place]}")
        except OSError:
            print("The weights can't be downloaded here; your network is right without them, too.")
    else:
        print("Set DOWNLOAD = True in the cell above to load trained weights into your ResNet-50.")

# %% [markdown]
# ## What to take along
#
# | idea | in one line |
# |---|---|
# | degradation | deeper and plain: worse on the *training* data |
# | residual block | y = relu(F(x) + x), ReLU after the addition |
# | shortcut | identity if the shape stays, else 1 × 1 with stride and batch norm |
# | batch norm, training | batch mean, biased variance; running estimates move |
# | batch norm, evaluation | running mean, running (unbiased) variance |
# | basic / bottleneck | 3 × 3, 3 × 3 / 1 × 1, 3 × 3 with stride, 1 × 1, four times as wide |
# | network | stem to 1/4, four stages to 1/32, mean, one linear layer |
# | 18, 34, 50, 101, 152 | 11.7, 21.8, 25.6, 44.5, 60.2 M parameters |
# | backwards | 1 + F′: a path past every layer |
#
# - Count the parameters: it unmasks a false ResNet-50 in a second.
# - `bias=False` before a batch norm, `eval()` before you rate.
# - In place is fine if nobody needs the old numbers.
#
# In a week, run `quiz("04-review")`; for shapes and bugs, `quiz("04-shapes")`.
#
# **References.** He et al. (2015), *Deep residual learning for image recognition*; (2016),
# *Identity mappings in deep residual networks*. Ioffe, Szegedy (2015), *Batch normalization*. Veit
# et al. (2016), *Residual networks behave like ensembles of relatively shallow networks*. Goyal et
# al. (2017), *Accurate, large minibatch SGD*. Szegedy et al. (2014), *Going deeper with
# convolutions*. Howard et al. (2017), *MobileNets*.
