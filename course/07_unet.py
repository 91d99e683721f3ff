# %% [markdown] session="07_unet" minutes=165
# # 07 · U-Net
#
# A classifier says *what* is in a picture. This session says *where*, pixel by pixel. In 2015 three
# people in Freiburg trained on thirty pictures of nerve cells and led the contest. Their U is in
# nearly every network that paints pixels.
#
# **You will be able to**
#
# - measure a segmentation with numbers that do not lie,
# - build a U-Net that takes any size, and count its parameters,
# - say what skips carry, and show it by taking one out,
# - enlarge a map without checkerboards, and see far without shrinking,
# - keep unlabelled pixels out of the loss.
#
# **Time:** about 165 minutes, 40 points. Take a break after exercise 5.
#
# **Predictions:** put a letter for the `?` *before* you run the experiment.

# %% setup=true
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import check, pet_maps, plots, scene_reading, scenes, segmentation, widgets, wire_scenes
from cvlib import segment_loss as loss_of
from cvlib.conv import conv_output_size, receptive_field
from cvlib.label_colours import colour_labels
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your
from cvlib.models import aspp, fcn, unet
from cvlib.touching import LABEL_DIVISOR, panoptic_map, touching_weights
from cvlib.train import train_step

torch.set_num_threads(1)  # for pictures as small as these, one thread is enough

# %%
quiz("07-recall")

# %% [markdown]
# ## Three questions to a pixel
#
# - **Semantic** segmentation: which *class* is this pixel? Two discs that touch become one blob.
# - **Instance** segmentation: which *thing* is it? Every disc gets a mask of its own; the ground
#   gets none.
# - **Panoptic** segmentation: both, for every pixel. *Things* (discs, people) are counted, *stuff*
#   (sky, ground) is not.
#
# A panoptic map packs two numbers into one: `class · 1000 + number of the thing`. Divide by 1000,
# and you have the class; the remainder tells the things of a class apart.

# %%
scene = scenes.make_scene(96, seed=26, objects=5, classes=("disc", "square"))
semantic = scenes.class_map(scene)  # (96, 96): 0 ground, 1 disc, 2 square
numbers = torch.arange(1, len(scene.masks) + 1)
instance = (numbers[:, None, None] * scene.masks).sum(0)  # (96, 96): 0 none, 1, 2, …
panoptic = panoptic_map(scene)  # (96, 96)
pictures = [scene.image, colour_labels(semantic), colour_labels(instance)]
plots.show_images(pictures, titles=["picture", "semantic", "instance"], columns=3)
print("panoptic ids:", panoptic.unique().tolist())
print("class and thing of the last one:", divmod(panoptic.max().item(), LABEL_DIVISOR))

# %% [markdown] exercise="07-accuracy" difficulty=1 minutes=8
# ## Exercise 1 · The share of right pixels
#
# **Write** `pixel_accuracy(pred, target, ignore_index=None)`: the share of pixels with
# `pred == target`, as a Python float. Both hold class numbers in the same shape, such as (N, H, W).
#
# People who label pictures leave some pixels out: outlines, things they could not make out. These
# carry a number that is no class, often 255, called *void*. Pixels whose **target** is
# `ignore_index` do not count, neither above nor below the line.
#
# - *By hand:* pred `[0, 1, 1]`, target `[0, 1, 0]`: 2/3. With `ignore_index=0`, one pixel counts,
#   and it is right: 1.
# - *Edge case:* (4, 4) and (1, 4, 4) would broadcast. Different shapes: `ValueError`.


# %% solution="07-accuracy"
def pixel_accuracy(pred: Tensor, target: Tensor, ignore_index: int | None = None) -> float:
    """Share of pixels with the right class; both maps have the same shape, 0 … 1."""
    ### BEGIN SOLUTION
    if pred.shape != target.shape:
        raise ValueError(f"pred must be {tuple(target.shape)}, got {tuple(pred.shape)}")
    right = pred == target
    if ignore_index is not None:
        right = right[target != ignore_index]  # (M,)
    return right.float().mean().item()
    ### END SOLUTION


# %% check="07-accuracy" points=1
pred, target = (
    torch.tensor([[0, 1, 0, 2], [0, 2, 0, 1]]),
    torch.tensor([[0, 1, 0, 255], [0, 2, 1, 255]]),
)
check.function(
    pixel_accuracy,
    like=segmentation.pixel_accuracy,
    exercise="07-accuracy",
    cases=[
        check.case(pred, target),
        check.case(pred, target, ignore_index=255),
        check.case(pred, target, ignore_index=0),
        check.case(pred, target[None]),
    ],
)

# %% hidden="07-accuracy" points=1
r = check.inputs()
target = r.integers(0, 3, 3, 4, 5, dtype=torch.long)
pred = target.where(r.uniform(3, 4, 5) < 0.6, r.integers(0, 3, 3, 4, 5, dtype=torch.long))
holes = target.clone()
holes[0, :3], holes[1, 0], pred[0, 0, 0], pred[2, 0, 0] = 255, 255, 0, 0
target[2, 0, :2], pred[2, 0, :2] = torch.tensor([0, 1]), torch.tensor([0, 0])
cases = [check.case(pred, target), check.case(pred, holes, ignore_index=255)]
cases += [check.case(pred, target, 0), check.case(pred[:1], target[0])]
how = {"like": segmentation.pixel_accuracy, "exercise": "07-accuracy", "points": 1}
check.function(pixel_accuracy, cases=cases, **how)

# %% [markdown] hints="07-accuracy"
# 1. What does `pred == target` give, and what is the mean of it as floats?
# 2. A mask chooses: `right[target != ignore_index]` keeps the pixels that count, in a row.
# 3. First `if pred.shape != target.shape: raise ValueError(…)`, then
#    `right = (pred == target)`, the mask if `ignore_index is not None`, and
#    `right.float().mean().item()`.

# %%
predict("07-all-ground", "?")

# %%
images, labels = wire_scenes.pictures(16, seed=2)  # (16, 3, 64, 64), (16, 64, 64)
lazy = torch.zeros_like(labels)  # "ground" everywhere
shares = labels.flatten().bincount() / labels.numel()
print({name: f"{x:.0%}" for name, x in zip(wire_scenes.CLASSES, shares, strict=True)})
with uses_your("pixel_accuracy"):
    wireless = labels.where(labels != 2, 0)  # everything right, but no wires at all
    for name, guess in {"all ground": lazy, "no wires": wireless, "the truth": labels}.items():
        print(f"{name:12} accuracy {pixel_accuracy(guess, labels):.1%}")
    shown = [images[0], colour_labels(labels[0]), colour_labels(wireless[0])]
    plots.show_images(shown, titles=["picture", "truth", "no wires: still fine?"], columns=3)
explain("07-all-ground")

# %% [markdown] exercise="07-overlap" difficulty=2 minutes=18
# ## Exercise 2 · Numbers that do not lie
#
# P are the pixels predicted as class k, T those that are k. How many are both? As with boxes,
# **IoU** = |P ∩ T| / |P ∪ T|; **Dice** = 2 |P ∩ T| / (|P| + |T|). In the mean, each class has one
# vote.
#
# **Write** `mean_iou(pred, target, num_classes, ignore_index=None)`, and `dice_score` alike. Count
# over all pixels of the batch; return Python floats.
#
# - *By hand:* pred `[0, 0, 1, 1]`, target `[0, 1, 1, 1]`: IoU 1/2 and 2/3, mean 7/12. Dice 2/3 and
#   4/5.
# - *Edge case:* a class in **neither** map is left out of the mean: 0 would punish, 1 would reward
#   for nothing. Predicted only: 0. Void pixels belong to no P.
# - No pixel counts: `float("nan")`.


# %% solution="07-overlap"
def mean_iou(pred: Tensor, target: Tensor, num_classes: int, ignore_index=None) -> float:
    """Mean over the classes that occur of |P ∩ T| / |P ∪ T|; maps of the same shape."""
    ### BEGIN SOLUTION
    if ignore_index is not None:
        pred, target = (each[target != ignore_index] for each in (pred, target))  # (M,)
    found = []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        union = (ours | true).sum().item()
        if union > 0:
            found.append((ours & true).sum().item() / union)
    return sum(found) / len(found) if found else float("nan")
    ### END SOLUTION


def dice_score(pred: Tensor, target: Tensor, num_classes: int, ignore_index=None) -> float:
    """Mean over the classes that occur of 2 |P ∩ T| / (|P| + |T|); maps of the same shape."""
    ### BEGIN SOLUTION
    if ignore_index is not None:
        pred, target = (each[target != ignore_index] for each in (pred, target))  # (M,)
    found = []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        sizes = ours.sum().item() + true.sum().item()
        if sizes > 0:
            found.append(2 * (ours & true).sum().item() / sizes)
    return sum(found) / len(found) if found else float("nan")
    ### END SOLUTION


# %% check="07-overlap" points=2
pred, target = torch.tensor([[0, 0, 1, 1, 2]]), torch.tensor([[0, 1, 1, 1, 255]])
cases = [
    check.case(pred[:, :4], target[:, :4], 2),
    check.case(pred[:, :4], target[:, :4], 4),
    check.case(pred, target, 3, ignore_index=255),
]
how = {"exercise": "07-overlap", "cases": cases, "points": 1}
check.parts(
    lambda: check.function(mean_iou, like=segmentation.mean_iou, **how),
    lambda: check.function(dice_score, like=segmentation.dice_score, **how),
)

# %% hidden="07-overlap" points=4
r = check.inputs()
target = r.integers(0, 3, 3, 4, 5, dtype=torch.long)
pred = target.where(r.uniform(3, 4, 5) < 0.5, r.integers(0, 4, 3, 4, 5, dtype=torch.long))
target[0, 0], pred[0, 0], pred[1, 0, :2], target[1, 1:] = 2, 3, 1, 0
holes = target.clone()
holes[:2, 0], holes[2, :2], pred[2, 0] = 255, 255, 1
void = torch.full((1, 2, 2), 255)
cases = [check.case(pred, target, 6), check.case(pred, holes, 5, ignore_index=255)]
cases += [check.case(pred[:, 1:], target[:, 1:], 4), check.case(void * 0, void, 2, 255)]
how = {"exercise": "07-overlap", "cases": cases, "points": 2}
check.parts(
    lambda: check.function(mean_iou, like=segmentation.mean_iou, **how),
    lambda: check.function(dice_score, like=segmentation.dice_score, **how),
)

# %% [markdown] hints="07-overlap"
# 1. Do one class on paper, with `pred == k` and `target == k`. Which sign of Python joins two
#    masks, and which one keeps what they share?
# 2. Throw the void pixels away first, from *both* maps. Then loop over the classes and put IoUs
#    into a list; a class whose union is 0 puts nothing in.
# 3. `(ours & true).sum().item() / (ours | true).sum().item()`; for Dice the line below is
#    `ours.sum().item() + true.sum().item()`, with a 2 above. At the end `sum(found) / len(found)`.

# %%
with uses_your("pixel_accuracy", "mean_iou", "dice_score"):
    moved = labels.roll(1, dims=2)  # the truth, one pixel to the right
    guesses = {"all ground": lazy, "no wires": wireless, "one pixel off": moved}
    for name, guess in guesses.items():
        numbers = [pixel_accuracy(guess, labels), mean_iou(guess, labels, 3)]
        numbers.append(dice_score(guess, labels, 3))
        print(
            f"{name:14} accuracy {numbers[0]:.2f}  mean IoU {numbers[1]:.2f}  Dice {numbers[2]:.2f}"
        )
# Paint your prediction, small squares, over the blue truth. Which number moves most for one?
widgets.MaskMetrics()

# %% [markdown]
# ## Small, and large again
#
# To know *what* a pixel shows, a network must look far around it, so classifiers shrink the map:
# VGG and ResNet end at 1/32. **FCN** (2015) turned their linear head into 1 × 1 convolutions, which
# give a map of scores instead of one row, and enlarged it 32 times: *FCN-32s*. Where things are had
# drowned. *FCN-16s* adds scores made at stride 16 before it enlarges, *FCN-8s* those of stride 8
# as well.
#
# How much is lost for good? Ask the best network there can be: for every cell of its finest map it
# knows the exact share of each class. That map is enlarged by interpolation.

# %%
predict("07-stride", "?")

# %%
finest = {"FCN-32s": 32, "FCN-16s": 16, "FCN-8s": 8, "stride 4": 4, "stride 2": 2}
shown = {"truth": colour_labels(labels[3])}
print("IoU at best", *(f"{name:>7}" for name in wire_scenes.CLASSES))
for name, stride in finest.items():
    perfect = fcn.at_stride(labels, 3, stride)  # (16, 3, 64 / stride, 64 / stride)
    logits = fcn.fused_scores([perfect], (64, 64))  # (16, 3, 64, 64)
    print(f"{name:11}", *(f"{x:7.2f}" for x in scene_reading.overlaps(logits, labels)))
    shown[name] = colour_labels(logits[3].argmax(dim=0))
plots.show_images(list(shown.values()), titles=list(shown), columns=6)
explain("07-stride")

# %% [markdown]
# ## How to enlarge
#
# **Interpolate**, then convolve: nothing to learn in the first step, smooth. **Transposed
# convolution**: every cell stamps its kernel, scaled by its value, into the larger map, `stride`
# pixels from the last stamp. Where stamps overlap, they add up.
#
# That can leave traces. Look closely at generated pictures: in some you will find a fine
# **checkerboard**. Where does it come from? Take a map that is the same everywhere, and enlarge it.

# %%
predict("07-checkerboard", "?")

# %%
flat = torch.ones(1, 1, 8, 8)  # a map that is the same everywhere
shown = {}
for kernel, padding in ((3, 0), (2, 0), (4, 1)):
    for name, weight in {
        "ones": torch.ones(kernel, kernel),
        "drawn": torch.rand(kernel, kernel),
    }.items():
        out = F.conv_transpose2d(flat, weight[None, None], stride=2, padding=padding)
        shown[f"kernel {kernel}, {name}"] = out[0, 0, 2:14, 2:14] / out.max()
large = F.interpolate(flat, scale_factor=2, mode="bilinear", align_corners=False)
out = F.conv2d(large, torch.rand(1, 1, 3, 3))
shown["interpolate, conv"] = out[0, 0, 1:13, 1:13] / out.max()
plots.show_images(list(shown.values()), titles=list(shown), columns=7, limits=(0, 1))
explain("07-checkerboard")

# %% [markdown]
# ## The U
#
# FCN adds a few scores from below. **U-Net** keeps *everything*: on its way up it gets, at each
# level, the whole feature map that the way down had at that size.
#
# ```
# level, size     the way down        channels        the way up
#   1     1       DoubleConv ──────────── b ──────────────→ Up → 1 × 1 conv
#   2    1/2        └→ Down ───────────── 2b ───────────→ Up ┘
#   3    1/4             └→ Down ──────── 4b ────────→ Up ┘
#   4    1/8                  └→ Down ─── 8b ─────→ Up ┘
#   5    1/16                      └→ Down, 16b ─────┘
# ```
#
# A **skip** joins both sides of a row. It *concatenates*, where ResNet adds: the next convolutions
# choose for themselves what they take from above and what from below. The bottom knows *what*, the
# skips know *where*.
#
# The first U-Net had no padding: each convolution took two pixels, skips were *cropped* to fit, and
# 572 × 572 became 388 × 388, with nothing made up at the border. Today one pads: as large out as
# in, and a rim in which zeros take part.

# %% [markdown] exercise="07-double-conv" difficulty=1 minutes=8
# ## Exercise 3 · Two convolutions
#
# **Write** the module `DoubleConv(in_channels, out_channels)`:
#
# conv 3 × 3 → batch norm → ReLU → conv 3 × 3 → batch norm → ReLU
#
# from (N, in_channels, H, W) to (N, out_channels, H, W). Padding 1 keeps the size. The convolutions
# have no bias (session 04: batch norm takes it out again). Call the attributes what you like: the
# tests look at what your module does.
#
# - *By hand:* `DoubleConv(3, 64)`: 9 · 3 · 64 + 9 · 64 · 64 weights, and 2 · 128 numbers of batch
#   norms: 38,848.
# - *Edge case:* the first convolution already changes the channels.


# %% solution="07-double-conv"
class DoubleConv(nn.Module):
    """Twice conv 3 × 3, batch norm, ReLU."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, out_channels, H, W)."""
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION


# %% check="07-double-conv" points=1
r = check.inputs()
check.module(
    DoubleConv,
    like=unet.DoubleConv,
    exercise="07-double-conv",
    configs=[check.case(2, 4)],
    inputs=[r.normal(2, 2, 5, 6)],
)

# %% hidden="07-double-conv" points=2
r = check.inputs()
check.module(
    DoubleConv,
    like=unet.DoubleConv,
    exercise="07-double-conv",
    configs=[check.case(3, 5), check.case(4, 2), check.case(1, 3)],
    inputs=[r.normal(2, 3, 4, 5), r.normal(3, 4, 6, 3), r.normal(2, 1, 5, 5)],
    points=2,
)

# %% [markdown] hints="07-double-conv"
# 1. Write the six layers under each other, and the shape after each.
# 2. An `nn.Sequential` of the six needs no more than `return self.layers(x)` in `forward`.
# 3. `nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)`,
#    `nn.BatchNorm2d(out_channels)`, `nn.ReLU()`, and the same with
#    `out_channels` → `out_channels`.

# %% [markdown] exercise="07-down" difficulty=1 minutes=5
# ## Exercise 4 · One step down
#
# **Write** the module `Down(in_channels, out_channels)`: max pooling by 2, **then** a `DoubleConv`.
# From (N, in_channels, H, W) to (N, out_channels, ⌊H/2⌋, ⌊W/2⌋).
#
# - *By hand:* (1, 64, 100, 75) through `Down(64, 128)`: (1, 128, 50, 37).
# - *Edge case:* an odd size loses its last row or column here. Remember that when you come up.


# %% solution="07-down"
class Down(nn.Module):
    """Max pooling by 2, then DoubleConv."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        self.layers = nn.Sequential(nn.MaxPool2d(2), DoubleConv(in_channels, out_channels))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, out_channels, ⌊H/2⌋, ⌊W/2⌋)."""
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION


# %% check="07-down" points=1
r = check.inputs()
how = {"like": unet.Down, "exercise": "07-down"}
check.module(Down, configs=[check.case(2, 4)], inputs=[r.normal(2, 2, 6, 7)], **how)

# %% hidden="07-down" points=1
r = check.inputs()
check.module(
    Down,
    like=unet.Down,
    exercise="07-down",
    configs=[check.case(3, 5), check.case(4, 2)],
    inputs=[r.normal(2, 3, 8, 6), r.normal(2, 4, 7, 9)],
    points=1,
)

# %% [markdown] hints="07-down"
# 1. Which comes first, and on which size do the convolutions then work?
# 2. Your `DoubleConv` is a layer like any other: it may stand in an `nn.Sequential`.
# 3. `nn.Sequential(nn.MaxPool2d(2), DoubleConv(in_channels, out_channels))`.

# %% [markdown] exercise="07-up" difficulty=3 minutes=22
# ## Exercise 5 · One step up
#
# **Write** the module `Up(in_channels, out_channels, bilinear=False)`. `forward(x, skip)` gets
# (N, in_channels, h, w) and (N, in_channels/2, H, W):
#
# 1. Enlarge x to (N, in_channels/2, 2h, 2w): by a transposed convolution with kernel 2 and stride
#    2; if `bilinear`, by interpolation (`align_corners=False`) and a 1 × 1 convolution.
#    Both have a bias.
# 2. H may be 2h + 1, W too: add zeros **at the bottom and right**.
# 3. Concatenate: **the skip first**.
# 4. `DoubleConv(in_channels, out_channels)`.
#
# - *By hand:* `Up(128, 64)`, x (1, 128, 18, 9), skip (1, 64, 37, 18): x becomes 36 × 18, gets a
#   row of zeros; out come (1, 64, 37, 18).
# - *Edge case:* x 1 × 1, skip 3 × 3: four numbers and five zeros.


# %% solution="07-up"
class Up(nn.Module):
    """Twice as large, half the channels, the skip in front, then DoubleConv."""

    def __init__(self, in_channels: int, out_channels: int, bilinear: bool = False) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)
        ### END SOLUTION

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(N, in_channels, h, w), (N, in_channels/2, H, W) → (N, out_channels, H, W)."""
        ### BEGIN SOLUTION
        x = self.enlarge(x)  # (N, C/2, 2h, 2w)
        rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        x = F.pad(x, (0, columns, 0, rows))  # (N, C/2, H, W)
        return self.conv(torch.cat([skip, x], dim=1))  # (N, out_channels, H, W)
        ### END SOLUTION


# %% check="07-up" points=1
r = check.inputs()
check.module(
    Up,
    like=unet.Up,
    exercise="07-up",
    configs=[check.case(4, 3), check.case(4, 3, bilinear=True)],
    inputs=[
        (r.normal(2, 4, 2, 3), r.normal(2, 2, 4, 7)),
        (r.normal(2, 4, 3, 2), r.normal(2, 2, 7, 4)),
    ],
)

# %% hidden="07-up" points=3
r = check.inputs()
check.module(
    Up,
    like=unet.Up,
    exercise="07-up",
    configs=[check.case(4, 3), check.case(6, 3), check.case(6, 2, True), check.case(2, 3, True)],
    inputs=[
        (r.normal(2, 4, 3, 2), r.normal(2, 2, 7, 4)),
        (r.normal(3, 6, 2, 3), r.normal(3, 3, 4, 6)),
        (r.normal(2, 6, 2, 3), r.normal(2, 3, 4, 7)),
        (r.normal(2, 2, 3, 3), r.normal(2, 1, 7, 7)),
    ],
    points=3,
)

# %% [markdown] hints="07-up"
# 1. Write down the four shapes of the example by hand, one after each step. Which of the four steps
#    has parameters? Those belong into `__init__`.
# 2. `nn.ConvTranspose2d(in_channels, in_channels // 2, 2, stride=2)` does step 1. For the other
#    way, `nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(…, 1))`.
# 3. `F.pad(x, (left, right, top, bottom))` begins with the *last* axis:
#    `F.pad(x, (0, columns, 0, rows))` with `rows = skip.shape[2] - x.shape[2]`. Then
#    `self.conv(torch.cat([skip, x], dim=1))`.

# %% [markdown] exercise="07-unet" difficulty=3 minutes=20
# ## Exercise 6 · U-Net
#
# **Write** `UNet(in_channels, num_classes, base=64, bilinear=False)`: (N, in_channels, H, W) →
# logits (N, num_classes, H, W), for every size of at least 16 pixels. A `DoubleConv`
# to `base` channels, four `Down`s that double them, four `Up`s that halve them, a 1 × 1 convolution
# (with bias) to the classes. No sigmoid and no softmax: the loss brings its own.
#
# - *By hand:* base 2: 2, 4, 8, 16, 32 channels on the way down, 16, 8, 4, 2 on the way up. The
#   first `Up(32, 16)` gets the map with 16 channels as its skip: the *last* skip comes first.
# - *Edge case:* 17 × 31: 8 × 15, 4 × 7, 2 × 3, 1 × 1. If your `Up` pads, nothing is left to do.


# %% solution="07-unet"
class UNet(nn.Module):
    """Four steps down, four up, skips across."""

    def __init__(
        self, in_channels: int, num_classes: int, base: int = 64, bilinear: bool = False
    ) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        widths = [base * 2**level for level in range(5)]  # b, 2b, 4b, 8b, 16b
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        ups = [Up(widths[i + 1], widths[i], bilinear) for i in reversed(range(4))]
        self.ups = nn.ModuleList(ups)
        self.last = nn.Conv2d(base, num_classes, 1)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → logits (N, num_classes, H, W)."""
        ### BEGIN SOLUTION
        maps = [self.first(x)]  # (N, b, H, W)
        for down in self.downs:
            maps.append(down(maps[-1]))  # … (N, 16b, H/16, W/16)
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())  # … (N, b, H, W)
        return self.last(x)
        ### END SOLUTION


# %% check="07-unet" points=2
r = check.inputs()
check.module(
    UNet,
    like=unet.UNet,
    exercise="07-unet",
    configs=[check.case(3, 2, base=2), check.case(1, 3, base=2, bilinear=True)],
    inputs=[r.normal(6, 3, 16, 18), r.normal(6, 1, 16, 17)],
)

# %% hidden="07-unet" points=4
r = check.inputs()
check.module(
    UNet,
    like=unet.UNet,
    exercise="07-unet",
    configs=[check.case(1, 3, base=2), check.case(2, 4, 3), check.case(3, 2, 2, True)],
    inputs=[r.normal(6, 1, 17, 31), r.normal(6, 2, 16, 16), r.normal(6, 3, 18, 19)],
    points=4,
)

# %% [markdown] hints="07-unet"
# 1. Write the channels of all nine blocks on paper, for base 2. Which map is the skip of which
#    `Up`?
# 2. Keep the maps of the way down in a list. On the way up `maps.pop()` takes the last one away:
#    just the one that is needed next. Layers in a Python list are not found by `parameters()`: use
#    `nn.ModuleList`.
# 3. `Down(base * 2**i, base * 2 ** (i + 1))` for i = 0, 1, 2, 3, and
#    `Up(base * 2 ** (i + 1), base * 2**i, bilinear)` for i = 3, 2, 1, 0. At the end
#    `nn.Conv2d(base, num_classes, 1)`.

# %%
with uses_your("UNet", "DoubleConv", "Down", "Up"):
    with torch.device("meta"):  # shapes without numbers: quick, however large
        for name, bilinear in {"transposed": False, "bilinear": True}.items():
            count = sum(p.numel() for p in UNet(3, 2, bilinear=bilinear).parameters())
            share = (9 * 512 * 1024 + 9 * 1024 * 1024) / count
            print(f"{name:10} {count:,} parameters, {share:.0%} in the two convs at the bottom")
    net = UNet(3, 2, base=2).eval()
    for size in ((16, 16), (97, 33), (572, 572)):
        print(size, "→", tuple(net(torch.zeros(1, 3, *size)).shape[2:]))
side = 572  # the paper's: no padding, so every convolution takes two pixels
for step in ["conv", "conv", *["pool", "conv", "conv"] * 4, *["up", "conv", "conv"] * 4]:
    sizes = {
        "conv": side - 2,
        "pool": conv_output_size(side, 2, 2) if side > 1 else 1,
        "up": 2 * side,
    }
    side = sizes[step]
print("the U-Net of 2015, without padding: 572 →", side)

# %% [markdown] exercise="07-train" difficulty=2 minutes=15
# ## Exercise 7 · Everything together: shapes and wires
#
# **Write** `train_unet(seed=0)`: train a small `UNet` on `wire_scenes.loader()` (160 pictures of
# 64 × 64, in batches of 4), and return it *in evaluation mode*. On 32 held-out pictures its mean
# IoU has to reach 0.90. Keep training below 20 seconds. Put the network, on the CPU, into
# `segmenter`. Delete both lines `raise NotImplementedError()`.
#
# `train_step` of session 03 is imported. Width, optimizer, rate, epochs: you decide; leave a
# margin. A few starts never find the wires: take another seed. (A piece is missing? Any network
# will do.)
#
# - *By hand:* 40 batches an epoch; five epochs are 200 steps, some ten seconds.
# - *Edge case:* in training mode, batch norm's answer depends on the neighbours: `.eval()`.


# %% solution="07-train"
def train_unet(seed: int = 0) -> nn.Module:
    """A network for pictures (N, 3, 64, 64) → logits (N, 3, 64, 64), ready for use."""
    torch.manual_seed(seed)
    learn = wire_scenes.loader(train=True, seed=seed)
    ### BEGIN SOLUTION
    model = UNet(3, 3, base=8)
    optimizer = torch.optim.AdamW(model.parameters())
    steps = 5 * len(learn)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.006, total_steps=steps)
    for epoch in range(5):
        for batch in learn:
            loss = train_step(model, batch, F.cross_entropy, optimizer)
            schedule.step()
        print(f"epoch {epoch + 1}: loss {loss:.2f}")
    return model.eval()
    ### END SOLUTION


segmenter = None  # train_unet()
### BEGIN SOLUTION
segmenter = train_unet()
### END SOLUTION

# %% check="07-train" points=1
check.value(
    scene_reading.finding(segmenter),
    like=scene_reading.GOOD,
    name="segmenter",
    exercise="07-train",
)

# %% hidden="07-train" points=3
check.value(
    scene_reading.finding(segmenter),
    like=scene_reading.GOOD,
    name="segmenter",
    exercise="07-train",
)

# %% [markdown] hints="07-train"
# 1. Two loops: epochs outside, batches inside, and
#    `loss = train_step(model, batch, F.cross_entropy, optimizer)` for each batch. Print the loss
#    once an epoch, and watch it fall from 1.1.
# 2. `UNet(3, 3, base=8)` and `torch.optim.AdamW` with a rate of a few thousandths.
#    `F.cross_entropy` takes logits (N, 3, H, W) and labels (N, H, W) as they are.
# 3. A rate that rises and then falls to 0 saves epochs:
#    `torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.006, total_steps=5 * len(learn))`,
#    with `step()` after every batch. Return `model.eval()`.

# %%
images, labels = wire_scenes.pictures(32, seed=2)  # held out
with uses_your("train_unet", "mean_iou", "UNet"):
    if segmenter is None:
        raise NotImplementedError
    with torch.no_grad():
        logits = segmenter(images)  # (32, 3, 64, 64)
    guesses = logits.argmax(dim=1)  # (32, 64, 64)
    print(f"mean IoU {mean_iou(guesses, labels, 3):.3f}")
    for name, iou in zip(wire_scenes.CLASSES, scene_reading.overlaps(logits, labels), strict=True):
        print(f"   {name:7} {iou:.3f}")
    wrong = (guesses != labels).float()  # (32, 64, 64)
    rows = [[images[i], colour_labels(guesses[i]), wrong[i]] for i in (0, 5)]
    plots.show_images([p for row in rows for p in row], titles=2 * ["picture", "yours", "wrong"],
                      columns=6)  # fmt: skip

# %% [markdown]
# ## What does a skip carry?
#
# Below, your parts are put together once more. Now the skips of chosen levels are replaced by
# zeros: level 1 is the one at full size, level 4 the one at 1/8. All else stays, the number of
# parameters too, and all networks are trained alike.

# %%
predict("07-missing-skip", "?")


# %%
class WithoutSkips(nn.Module):
    """A U-Net of your parts, in which the skips of some levels (1 … 4) are zeros."""

    def __init__(self, missing: tuple[int, ...]) -> None:
        super().__init__()
        self.missing, self.first = missing, DoubleConv(3, 8)
        self.downs = nn.ModuleList(Down(8 * 2**i, 16 * 2**i) for i in range(4))
        self.ups = nn.ModuleList(Up(16 * 2**i, 8 * 2**i) for i in reversed(range(4)))
        self.last = nn.Conv2d(8, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for level, up in zip((4, 3, 2, 1), self.ups, strict=True):
            x = up(x, maps.pop() * (level not in self.missing))
        return self.last(x)  # (N, 3, H, W)


# %%
shown = {"truth": colour_labels(labels[0])}
print("IoU         ", *(f"{name:>7}" for name in wire_scenes.CLASSES))
with uses_your("DoubleConv", "Down", "Up"):
    for missing in ((), (4,), (1,), (1, 2)):
        name = f"without {', '.join(map(str, missing))}" if missing else "all skips"
        torch.manual_seed(0)
        learn, net = wire_scenes.loader(), WithoutSkips(missing)
        optimizer = torch.optim.AdamW(net.parameters())
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.006, total_steps=160)
        for _ in range(4):
            for batch in learn:
                train_step(net, batch, F.cross_entropy, optimizer)
                schedule.step()
        with torch.no_grad():
            logits = net.eval()(images)  # (32, 3, 64, 64)
        print(f"{name:12}", *(f"{x:7.2f}" for x in scene_reading.overlaps(logits, labels)))
        shown[name] = colour_labels(logits[0].argmax(dim=0))
    plots.show_images(list(shown.values()), titles=list(shown), columns=5)
explain("07-missing-skip")

# %% [markdown]
# ## See far without shrinking
#
# There is another way to look far: a **dilated** convolution spreads its nine weights, with gaps of
# `rate − 1` pixels (French *à trous*, so *atrous*). DeepLab takes the last strides out of a ResNet
# and dilates instead: the map stays at 1/8 or 1/16.
#
# **ASPP** looks at the map through several rates side by side, and once at all of it. DeepLabV3+
# puts a small decoder with *one* skip, from 1/4, on top.
#
# A trap: rates 2, 2, 2 never look at every second pixel, the *gridding* effect. Mixed rates, such
# as 1, 2, 3, do.

# %%
for rates in ((1, 1, 1), (2, 2, 2), (1, 2, 3)):
    print("rates", rates, "see", receptive_field([(3, 1, rate) for rate in rates])[0], "pixels")
point = torch.zeros(1, 1, 15, 15)
point[..., 7, 7] = 1
seen = []
for rates in ((1, 1, 1), (2, 2, 2), (1, 2, 3)):
    x = point
    for rate in rates:
        x = F.conv2d(x, torch.ones(1, 1, 3, 3), padding=rate, dilation=rate)  # (1, 1, 15, 15)
    seen.append((x[0, 0] > 0).float())
plots.show_images(seen, titles=["rates 1, 1, 1", "2, 2, 2: gridding", "1, 2, 3"], columns=3)

# %% [markdown] exercise="07-aspp" difficulty=2 minutes=15
# ## Exercise 8 · A pyramid of distances
#
# **Write** the module `ASPP(in_channels, out_channels, rates=(6, 12, 18))`. Every branch ends with
# batch norm and ReLU, its convolution has no bias. In this order:
#
# 1. a 1 × 1 convolution,
# 2. for each rate a 3 × 3 convolution with `dilation=rate, padding=rate`,
# 3. the mean over all pixels, a 1 × 1 convolution (batch norm, ReLU), spread over (H, W) again.
#
# Concatenate, then a 1 × 1 convolution, batch norm, ReLU: (N, out_channels, H, W).
#
# - *By hand:* `ASPP(4, 2, (1, 2))` concatenates four branches: 8 channels, then 2.
# - *Edge case:* a batch of one leaves branch 3 *one* number per channel; batch norm refuses to
#   train. Typical for the last, short batch of an epoch: `drop_last=True`.


# %% solution="07-aspp"
class ASPP(nn.Module):
    """1 × 1, dilated 3 × 3 and the whole picture, side by side."""

    def __init__(
        self, in_channels: int, out_channels: int, rates: tuple[int, ...] = (6, 12, 18)
    ) -> None:
        super().__init__()

        ### BEGIN SOLUTION
        def branch(channels: int, kernel: int = 1, rate: int = 1) -> nn.Sequential:
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = branch(in_channels)
        self.join = branch((len(rates) + 2) * out_channels)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) → (N, out_channels, H, W)."""
        ### BEGIN SOLUTION
        found = [layers(x) for layers in self.near]  # (N, O, H, W) each
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True))  # (N, O, 1, 1)
        found.append(whole.expand_as(found[0]))  # (N, O, H, W)
        return self.join(torch.cat(found, dim=1))  # (N, O, H, W)
        ### END SOLUTION


# %% check="07-aspp" points=1
r = check.inputs()
how = {"like": aspp.ASPP, "exercise": "07-aspp"}
check.module(ASPP, configs=[check.case(4, 2, (1, 2))], inputs=[r.normal(3, 4, 5, 6)], **how)

# %% hidden="07-aspp" points=2
r = check.inputs()
check.module(
    ASPP,
    like=aspp.ASPP,
    exercise="07-aspp",
    configs=[check.case(3, 2, (2, 3)), check.case(2, 4, rates=(3,)), check.case(3, 2)],
    inputs=[r.normal(3, 3, 7, 6), r.normal(2, 2, 5, 9), r.normal(2, 3, 20, 20)],
    points=2,
)

# %% [markdown] hints="07-aspp"
# 1. How many branches are there for three rates, and how many channels enter the last convolution?
# 2. A small function that makes convolution, batch norm and ReLU saves four repetitions. Keep the
#    branches in an `nn.ModuleList`.
# 3. `x.mean(dim=(2, 3), keepdim=True)` is (N, C, 1, 1); after its branch `.expand(-1, -1, H, W)`
#    spreads it. The last: `(len(rates) + 2) * out_channels` → `out_channels`.

# %% [markdown]
# ## Keep neighbours apart, and labels whole
#
# A semantic map can't tell two cells that touch from one large cell, unless a thin line of ground
# stays between them. The first U-Net paid for this line: a pixel between two cells weighs up to
# eleven times as much,
#
# $$w = 1 + 10\,e^{-(d_1 + d_2)^2 / (2 \cdot 5^2)}$$
#
# with d₁ and d₂ its distances to the nearest and the second nearest cell. Multiply each pixel's
# cross-entropy by w before the mean. (Session 09 builds a simpler one, for all boundaries.)
#
# The cell also enlarges a row of *labels*. Labels are names, not amounts: what is halfway between
# class 0 and class 2?

# %%
scene = scenes.make_scene(96, seed=8, objects=5, classes=("disc",))
weights = touching_weights(scene.masks)  # (96, 96)
shown = [scene.image, colour_labels(scenes.class_map(scene)), weights / 11]
plots.show_images(shown, titles=["picture", "semantic map", "weight, black 0, white 11"], columns=3)

label = torch.tensor([[0.0, 0.0, 2.0, 2.0]])[None, None]  # (1, 1, 1, 4)
for mode in ("bilinear", "nearest"):
    larger = F.interpolate(label, size=(1, 12), mode=mode)  # (1, 1, 1, 12)
    print(f"{mode:9}", larger.round().long().flatten().tolist())
# Warm up for exercise 9: its questions, with other numbers each time.
widgets.NumbersDrill("07-numbers")

# %% [markdown] exercise="07-numbers" difficulty=2 minutes=8
# ## Exercise 9 · Numbers of your own
#
# Six questions, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Then put a number
# in place of each `None`, and delete the line `raise NotImplementedError()`. Paper first;
# expressions like `9 * 3 * 64` are welcome. Scores: three decimals will do.
#
# - *By hand:* without padding, one step down and one up: 28 → 24, pooled 12 → 8, enlarged 16 → 12
#   rows.
# - *Edge case:* IoU 0 is a number, and counts; 0/0 is none.

# %% solution="07-numbers"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("07-numbers", student_id)
double = None
up = None
unpadded = None
dice = None
iou = None
mean = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("07-numbers", student_id)
narrow, wide = mine["double"].values()
double = 9 * narrow * wide + 9 * wide * wide + 2 * 2 * wide
below, half = mine["up"].values()
up = (4 * below * half + half) + (9 * below * half + 9 * half * half + 2 * 2 * half)
unpadded = mine["unpadded"]["side"] - 4
for _ in range(mine["unpadded"]["levels"]):
    unpadded = unpadded // 2 - 4
for _ in range(mine["unpadded"]["levels"]):
    unpadded = 2 * unpadded - 4
found, missed, extra = mine["dice"].values()
dice = 2 * found / (2 * found + missed + extra)
iou = mine["iou"]["dice"] / (2 - mine["iou"]["dice"])
mean = sum(mine["mean"]["ious"]) / 4
### END SOLUTION

# %% check="07-numbers" points=1
mine = check.own_numbers("07-numbers", student_id)
with torch.device("meta"):
    parts = [unet.DoubleConv(*mine["double"].values()), unet.Up(*mine["up"].values())]
counts = [sum(p.numel() for p in part.parameters()) for part in parts]
right = dict(zip(("double", "up"), counts, strict=True))
check.values({"double": double, "up": up}, like=right, exercise="07-numbers")

# %% hidden="07-numbers" points=2
mine = check.own_numbers("07-numbers", student_id)
with torch.device("meta"):
    parts = [unet.DoubleConv(*mine["double"].values()), unet.Up(*mine["up"].values())]
counts = [sum(p.numel() for p in part.parameters()) for part in parts]
side, levels = mine["unpadded"].values()
found, missed, extra = mine["dice"].values()
right = {
    "double": counts[0],
    "up": counts[1],
    "unpadded": side - 4 * sum(2**level for level in (*range(levels), *range(levels + 1))),
    "dice": found / (found + (missed + extra) / 2),
    "iou": 1 / (2 / mine["iou"]["dice"] - 1),
    "mean": torch.tensor([*mine["mean"]["ious"], 0.0]).mean().item(),
}
given = (double, up, unpadded, dice, iou, mean)
answers = dict(zip(right, given, strict=True))
check.values(answers, like=right, exercise="07-numbers", points=2, tolerance=0.0006)

# %% [markdown] hints="07-numbers"
# 1. Each of them stands above: exercises 3 and 5, "The U", and exercise 2 three times.
# 2. `Up` has a transposed convolution with kernel 2 and a bias, then a `DoubleConv` that gets the
#    skip as well. Write the sizes of the U under each other, one for each pair of convolutions.
#    P are found and extra pixels, T are found and missed ones.
# 3. A pair of convolutions takes 4 rows, at whatever size. With found = 1 and e wrong ones, Dice is
#    2/(2 + e) and IoU is 1/(1 + e): get e from the one, put it into the other. A class that is only
#    predicted has a union, and nothing shared.

# %% [markdown] exercise="07-bug-hunt" difficulty=2 minutes=12
# ## Exercise 10 · Bug hunt: 255 is not a class
#
# ```python
# 1  def segment_loss(logits, target):
# 2      entropy = F.cross_entropy(logits, target, ignore_index=255)
# 3      truth = F.one_hot(target, logits.shape[1]).movedim(-1, 1)    # (N, K, H, W)
# 4      p = logits.softmax(dim=1)                                    # (N, K, H, W)
# 5      shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
# 6      return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()
# ```
#
# It ran for weeks, until pictures with void pixels came: *Class values must be smaller than
# num_classes*. A colleague "repaired" it by `target.clamp(max=K - 1)`. Now void is taught as
# the last class.
#
# **Repair** it: void pixels must not move the loss at all. **Say where and why**: `bug_line`, the
# first line at fault, and a letter `why`. Delete both `raise` lines.
#
# - *By hand:* change the logits of a void pixel; the loss stays as it is.
# - *Edge case:* without void, the old and the new number agree.


# %% solution="07-bug-hunt"
def segment_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy + Dice without void (255): (N, K, H, W), (N, H, W) → one number."""
    ### BEGIN SOLUTION
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    kept = (target != 255)[:, None]  # (N, 1, H, W)
    known = target.where(kept[:, 0], 0)  # (N, H, W): void gets a class, and is masked
    truth = F.one_hot(known, logits.shape[1]).movedim(-1, 1) * kept  # (N, K, H, W)
    p = logits.softmax(dim=1) * kept  # (N, K, H, W)
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))  # (N, K)
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()
    ### END SOLUTION


# A: cross-entropy must get 255 as one more class, so that it can be left out later.
# B: one_hot makes a column for every class number, and 255 has none: mask it before and after.
# C: movedim puts the classes on the wrong axis.
# D: Dice has to be summed over the batch, or it can't leave pixels out.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 3
why = "B"
### END SOLUTION

# %% check="07-bug-hunt" points=1
r = check.inputs()
z, t = r.normal(2, 3, 4, 4), r.integers(0, 3, 2, 4, 4, dtype=torch.long)
t[0, :2], t[1, 0, 0] = 255, 0
how = {"like": loss_of.segment_loss, "exercise": "07-bug-hunt", "gradients": True}
check.function(segment_loss, cases=[check.case(z, t % 255), check.case(z, t)], **how)

# %% hidden="07-bug-hunt" points=2
r = check.inputs()
z, t = r.normal(2, 4, 3, 5), r.integers(0, 4, 2, 3, 5, dtype=torch.long)
t[0, 0], t[1, 1, 1:] = torch.tensor([0, 1, 2, 3, 255]), 255
cases = [check.case(z, t), check.case(3 * z, t % 255), check.case(z[:1, :, :1], t[:1, :1])]
how = {"like": loss_of.segment_loss, "exercise": "07-bug-hunt", "gradients": True}
check.function(segment_loss, cases=cases, **how)
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 3, "why": "B"}, exercise="07-bug-hunt"
)

# %% [markdown] hints="07-bug-hunt"
# 1. Which of the lines look at `target`? Which of these has been told about 255?
# 2. `target.where(target != 255, 0)` gives void pixels a class, so that `one_hot` runs. Then they
#    must be taken out again: from `truth`, *and from where else*?
# 3. `kept = (target != 255)[:, None]` is (N, 1, H, W). Multiply `truth` and `p` by it; line 5 and 6
#    may stay.

# %% [markdown] open="07-advice" points=4
# ## Open question · 94 % of the road
#
# A team segments pictures from a car: road, car, person, lamp post. Their U-Net has 94 % pixel
# accuracy and 0.58 mean IoU; posts come out as dotted lines, two people as one blob. They
# resize pictures *and label maps* bilinearly to half the size, and plan to "train longer
# and take a larger encoder". Answer in ten to fourteen sentences:
#
# 1. What do the two numbers say? What else would you look at?
# 2. Which mistake sits in the data, and what does it do?
# 3. Posts and blobs: what causes each, and what would you change?
# 4. What would you build on, and how would you see that it is better?
#
# ### BEGIN SOLUTION
# **Model answer.** Accuracy counts pixels, and road fills most of them; mean IoU gives each class
# one vote, so 0.58 says that at least one or two classes are bad. I would look at the IoU of each
# class, at a confusion matrix, and at pictures of the errors. Bilinear resizing mixes class
# *numbers*: between road (0) and person (2) appears a rim of cars (1), and rims are a large part of
# thin things. Label maps must be resized with nearest neighbours; void stays 255, and is left out
# of loss and metric. Posts are thinner than a cell of the deep maps: only high-resolution features
# can carry them. Half the size makes it worse; so train at full size (crops), keep the skip at full
# or half resolution, and consider a Dice term or class weights. The two people are not an error of
# a *semantic* network at all: it answers which class, not which thing. If they must be counted, one
# needs instance or panoptic segmentation; a border weight helps only where a line of ground is
# visible. A larger encoder sees further and knows more, but adds nothing to where. At work I would
# take a pretrained encoder with a U-Net decoder (smp.Unet with a ResNet-34) or SegFormer as
# baselines. One change at a time: first the labels, then size, then loss; each judged by IoU per
# class on a fixed validation set that no bilinear resizing has touched, over several seeds.
#
# **Marking guide.** 1 point: accuracy dominated by road, mean IoU by rare classes, IoU per class. 1
# point: bilinear label maps invent classes; nearest. 1 point: posts need resolution and skips;
# blobs need instances. 1 point: pretrained baseline, one change at a time, measured per class.
# ### END SOLUTION

# %% [markdown]
# ## At work
#
# | what | why |
# |---|---|
# | `smp.Unet("resnet34")` | a U-Net on a pretrained encoder: the first thing to try |
# | U-Net++ | skips with convolutions inside; a little better, dearer |
# | DeepLabV3+ | ASPP and one skip; strong on street scenes |
# | SegFormer | transformer encoder, tiny decoder; a common baseline today |
# | nnU-Net | a plain U-Net whose settings are chosen from the data: wins medical contests |
#
# The idea is in every one of them: go down to know what, keep what you had on the way to know
# where.

# %% [markdown]
# ## Lab: cats, dogs and their outlines
#
# Oxford's pets come with *trimaps*: animal, ground, and an outline that is neither. On Colab,
# switch on a GPU and set `DOWNLOAD = True` (800 MB). For the pretrained encoder, run
# `!pip install segmentation-models-pytorch` in a cell of your own first. Without a network, it goes
# on with wires.
#
# Bet first: how many points of IoU does the pretrained encoder bring after three epochs?

# %%
DOWNLOAD = False  # ← the switch: True trains on Oxford-IIIT Pets
EPOCHS, device = 3, check.device()
learn, hold_out, classes = wire_scenes.loader(True), wire_scenes.loader(False), 3
networks = {}
with uses_your("UNet", "DoubleConv", "Down", "Up", "mean_iou"):
    networks["your U-Net"] = UNet(3, classes, base=8)
    if DOWNLOAD:
        learn, hold_out = pet_maps.loaders() or (learn, hold_out)
        networks |= pet_maps.pretrained(classes)
    for name, net in networks.items():
        optimizer = torch.optim.AdamW(net.to(device).parameters(), lr=2e-3)
        for epoch in range(EPOCHS):
            losses = [train_step(net, batch, F.cross_entropy, optimizer) for batch in learn]
            print(f"{name}, epoch {epoch + 1}: loss {sum(losses) / len(losses):.2f}")
        net.eval()
        with torch.no_grad():
            pairs = [(net(x.to(device)).argmax(dim=1).cpu(), y) for x, y in hold_out]
        guesses, truth = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        print(f"{name:22} mean IoU {mean_iou(guesses, truth, classes):.3f}")

# %% [markdown]
# ## What to take along
#
# | idea | in one line |
# |---|---|
# | semantic, instance, panoptic | which class; which thing; both |
# | pixel accuracy | flatters large classes |
# | mean IoU | one vote for each class that occurs |
# | Dice of a class | 2·IoU / (1 + IoU): same order, larger numbers |
# | FCN | scores at 1/32, 1/16, 1/8, enlarged and added |
# | U-Net | whole maps across, concatenated; 31,037,698 parameters at base 64 |
# | transposed convolution | stamps are even only if the stride divides the kernel |
# | dilation, ASPP | far, without shrinking |
# | void | in no sum: not of the loss, not of the metric |
#
# - The bottom knows what, the skips know where: thin things live in the skips.
# - Odd sizes: pad to the skip. The output is as large as the input.
# - Label maps are enlarged by nearest neighbours, never bilinearly.
# - Report IoU per class. One number hides the class that you care about.
#
# In a week, run `quiz("07-review")`; for code that lies, `quiz("07-traps")`.
#
# **References.** Ronneberger, Fischer, Brox (2015), *U-Net*. Long, Shelhamer, Darrell (2015),
# *Fully convolutional networks*. Chen et al. (2017), *Rethinking atrous convolution*; (2018),
# *Encoder-decoder with atrous separable convolution* (DeepLabV3+). Odena, Dumoulin, Olah (2016),
# *Deconvolution and checkerboard artifacts*. Kirillov et al. (2019), *Panoptic segmentation*. Zhou
# et al. (2018), *U-Net++*. Xie et al. (2021), *SegFormer*. Isensee et al. (2021), *nnU-Net*.
