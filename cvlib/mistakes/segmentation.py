"""Known mistakes of session 07, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, F, nn and exercises that come earlier in the session, nothing else. What
happens in training (exercise 7) is told by what the trained network does.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cvlib import scene_reading, wire_scenes
from cvlib.mistakes import mistake, mistaken_values, slip
from cvlib.mistakes.runs import mistaken_runs
from cvlib.models.unet import DoubleConv, Down, UNet, Up
from cvlib.train import train_step

mistaken_run = mistaken_runs("07-train", "segmenter = train_unet()")


# 07-accuracy ------------------------------------------------------------------------------------


@mistake(
    "07-accuracy",
    says="Pixels that should be ignored count as wrong.",
    asks="How many pixels are left below the line when two of eight are void?",
)
def counts_the_ignored(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    return (pred == target).float().mean().item()


@mistake(
    "07-accuracy",
    says="Ignored pixels are taken out above the line, but still counted below it.",
    asks="You sum the right pixels that count. By how many do you divide?",
)
def divides_by_all_pixels(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    right = pred == target
    if ignore_index is not None:
        right = right & (target != ignore_index)
    return right.sum().item() / target.numel()


@mistake(
    "07-accuracy",
    says="Ignored pixels count as right.",
    asks="Should a map with more void get a better mark?",
)
def calls_the_ignored_right(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    right = pred == target
    if ignore_index is not None:
        right = right | (target == ignore_index)
    return right.float().mean().item()


@mistake(
    "07-accuracy",
    says="Pixels are left out where the *prediction* is the ignored number.",
    asks="Who decides that a pixel is void: the person who labels, or the network?",
)
def looks_for_the_ignored_in_the_prediction(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    right = pred == target
    if ignore_index is not None:
        right = right[pred != ignore_index]
    return right.float().mean().item()


@mistake(
    "07-accuracy",
    says="Every picture gets its own accuracy, and the mean of these comes back.",
    asks="If nine tenths of one picture are void, should its few pixels weigh as much as another's "
    "many?",
)
def averages_over_pictures(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    shares = []
    for ours, true in zip(pred, target, strict=True):
        kept = torch.ones_like(true, dtype=torch.bool)
        if ignore_index is not None:
            kept = true != ignore_index
        shares.append((ours == true)[kept].float().mean())
    return torch.stack(shares).mean().item()


@mistake(
    "07-accuracy",
    says="Different shapes are not refused; they broadcast, or torch stops with its own error.",
    asks="What shape has `torch.zeros(4, 4) == torch.zeros(1, 4, 4)`?",
)
def lets_shapes_broadcast(pred, target, ignore_index=None):
    right = pred == target
    if ignore_index is not None:
        right = right[(target != ignore_index).expand_as(right)]
    return right.float().mean().item()


@mistake(
    "07-accuracy",
    says="Pixels are left out where either map has the ignored number; a wrong guess vanishes too.",
    asks="Ground is ignored, and a wire is called ground. Does that pixel count?",
)
def leaves_both_kinds_out(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    right = pred == target
    if ignore_index is not None:
        right = right[(target != ignore_index) & (pred != ignore_index)]
    return right.float().mean().item()


@mistake(
    "07-accuracy",
    says="An `ignore_index` of 0 is not obeyed: in an `if`, 0 counts as no.",
    asks="What does `bool(0)` give, and how can you ask for `None` instead?",
)
def takes_zero_for_none(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    right = pred == target
    if ignore_index:
        right = right[target != ignore_index]
    return right.float().mean().item()


@mistake(
    "07-accuracy",
    says="The number is right, but it comes as a tensor without axes, not as a Python float.",
    asks="Which method of a tensor takes its only number out?",
)
def gives_a_tensor(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"pred has shape {tuple(pred.shape)}")
    right = pred == target
    if ignore_index is not None:
        right = right[target != ignore_index]
    return right.float().mean()


# 07-overlap -------------------------------------------------------------------------------------


@mistake(
    "07-overlap",
    says="A class that is in neither map counts as 0.",
    asks="Which error did the network make with a class that is not there and that it never named?",
)
def counts_absent_classes_as_zero(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    if not kept.any():
        return float("nan")
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        union = ((pred == k) | (target == k)).sum().item()
        shared = ((pred == k) & (target == k)).sum().item()
        found.append(shared / max(union, 1))
    return sum(found) / num_classes


@mistake(
    "07-overlap",
    says="A class that is in neither map counts as 1.",
    asks="Would adding fifty classes that never occur make this network better?",
)
def counts_absent_classes_as_one(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    if not kept.any():
        return float("nan")
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        union = ((pred == k) | (target == k)).sum().item()
        shared = ((pred == k) & (target == k)).sum().item()
        found.append(shared / union if union else 1.0)
    return sum(found) / num_classes


@mistake(
    "07-overlap",
    says="Classes that are predicted but never true are left out of the mean.",
    asks="A network sees a boat where there is none. What is the IoU of boats?",
)
def leaves_false_classes_out(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        if true.any():
            found.append((ours & true).sum().item() / (ours | true).sum().item())
    return sum(found) / len(found) if found else float("nan")


@mistake(
    "07-overlap",
    says="What is predicted on void pixels still counts to the predicted areas.",
    asks="Void pixels belong to no T. To which P do they belong?",
)
def counts_predictions_on_void(pred, target, num_classes, ignore_index=None):
    found = []
    if ignore_index is not None and (target == ignore_index).all():
        return float("nan")
    for k in range(num_classes):
        ours, true = pred == k, target == k
        union = (ours | true).sum().item()
        if union > 0:
            found.append((ours & true).sum().item() / union)
    return sum(found) / len(found) if found else float("nan")


@mistake(
    "07-overlap",
    says="IoU is taken over pixels: shared and joined areas of all classes are summed first.",
    asks="Ground has most of the pixels. How much do the other classes weigh in your sums?",
)
def averages_over_pixels(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target = pred[kept], target[kept]
    shared = union = 0
    for k in range(num_classes):
        ours, true = pred == k, target == k
        shared += (ours & true).sum().item()
        union += (ours | true).sum().item()
    return shared / union if union else float("nan")


@mistake(
    "07-overlap",
    says="Each picture gets its own mean, and the mean of these comes back.",
    asks="A class has one pixel in the first picture and a thousand in the second. How much should "
    "that one pixel weigh?",
)
def averages_over_pictures_too(pred, target, num_classes, ignore_index=None):
    means = []
    for ours_all, true_all in zip(pred, target, strict=True):
        kept = true_all != (-1 if ignore_index is None else ignore_index)
        p, t, found = ours_all[kept], true_all[kept], []
        for k in range(num_classes):
            union = ((p == k) | (t == k)).sum().item()
            if union > 0:
                found.append(((p == k) & (t == k)).sum().item() / union)
        if found:
            means.append(sum(found) / len(found))
    return sum(means) / len(means) if means else float("nan")


@mistake(
    "07-overlap",
    says="Shared pixels are counted once above the line and twice below it, where both areas are "
    "summed.",
    asks="If both maps are equal, which number comes out, and which should?",
)
def counts_the_shared_part_twice(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        sizes = ours.sum().item() + true.sum().item()
        if sizes > 0:
            found.append((ours & true).sum().item() / sizes)
    return sum(found) / len(found) if found else float("nan")


@mistake(
    "07-overlap",
    says="Class 0 is left out, as if it were no class.",
    asks="Which numbers does `range(num_classes)` hold?",
)
def forgets_class_zero(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(1, num_classes):
        ours, true = pred == k, target == k
        union = (ours | true).sum().item()
        if union > 0:
            found.append((ours & true).sum().item() / union)
    return sum(found) / len(found) if found else float("nan")


@mistake(
    "07-overlap",
    function="dice_score",
    says="IoU comes back instead of Dice: the line below holds the union.",
    asks="For Dice, what stands above the line twice, and what below it?",
)
def gives_iou_for_dice(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        union = (ours | true).sum().item()
        if union > 0:
            found.append((ours & true).sum().item() / union)
    return sum(found) / len(found) if found else float("nan")


@mistake(
    "07-overlap",
    function="dice_score",
    says="Dice counts the shared part twice above the line, but divides by the union.",
    asks="Two equal maps: does your Dice give 1, or 2?",
)
def divides_dice_by_the_union(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        union = (ours | true).sum().item()
        if union > 0:
            found.append(2 * (ours & true).sum().item() / union)
    return sum(found) / len(found) if found else float("nan")


@mistake(
    "07-overlap",
    function="dice_score",
    says="In Dice, a class that is in neither map counts as 1.",
    asks="What does a class teach about a network that never had to deal with it?",
)
def counts_absent_classes_as_perfect_dice(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    if not kept.any():
        return float("nan")
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        sizes = ours.sum().item() + true.sum().item()
        found.append(2 * (ours & true).sum().item() / sizes if sizes else 1.0)
    return sum(found) / num_classes


@mistake(
    "07-overlap",
    function="dice_score",
    says="Dice is counted on the void pixels, too.",
    asks="Which pixels of `pred` should be thrown away together with those of `target`?",
)
def counts_void_in_dice(pred, target, num_classes, ignore_index=None):
    found = []
    if ignore_index is not None and (target == ignore_index).all():
        return float("nan")
    for k in range(num_classes):
        ours, true = pred == k, target == k
        sizes = ours.sum().item() + true.sum().item()
        if sizes > 0:
            found.append(2 * (ours & true).sum().item() / sizes)
    return sum(found) / len(found) if found else float("nan")


@mistake(
    "07-overlap",
    says="A class that is in neither map becomes 0/0. Torch calls that NaN, so the mean is NaN.",
    asks="Before you divide: how large is the union of a class that is nowhere?",
)
def divides_nothing_by_nothing(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        found.append((ours & true).sum() / (ours | true).sum())
    return torch.stack(found).mean().item()


@mistake(
    "07-overlap",
    says="The number is right, but it comes as a tensor without axes, not as a Python float.",
    asks="Which method of a tensor takes its only number out?",
)
def gives_the_mean_as_a_tensor(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        found.append((ours & true).sum() / (ours | true).sum())
    return torch.stack(found).nanmean()


@mistake(
    "07-overlap",
    function="dice_score",
    says="Dice is made from the *mean* IoU: 2·IoU / (1 + IoU) holds for one class at a time.",
    asks="Class by class, or once at the end: where do you turn IoU into Dice?",
)
def turns_the_mean_into_dice(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    pred, target, found = pred[kept], target[kept], []
    for k in range(num_classes):
        ours, true = pred == k, target == k
        union = (ours | true).sum().item()
        if union > 0:
            found.append((ours & true).sum().item() / union)
    mean = sum(found) / len(found) if found else float("nan")
    return 2 * mean / (1 + mean)


@mistake(
    "07-overlap",
    function="dice_score",
    says="In Dice, a class that is in neither map counts as 0.",
    asks="By how many classes do you divide, and how many of them occur?",
)
def counts_absent_classes_as_zero_dice(pred, target, num_classes, ignore_index=None):
    kept = target != (-1 if ignore_index is None else ignore_index)
    if not kept.any():
        return float("nan")
    pred, target, total = pred[kept], target[kept], 0.0
    for k in range(num_classes):
        ours, true = pred == k, target == k
        sizes = ours.sum().item() + true.sum().item()
        if sizes > 0:
            total += 2 * (ours & true).sum().item() / sizes
    return total / num_classes


# 07-double-conv ---------------------------------------------------------------------------------


@mistake(
    "07-double-conv",
    says="The convolutions have a bias, which the batch norm behind them takes out again.",
    asks="Which argument of `nn.Conv2d` leaves the bias out?",
)
class keeps_the_bias(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-double-conv",
    says="The padding is missing: every convolution takes two rows and two columns away.",
    asks="What is left of 16 × 16 after a 3 × 3 convolution without padding?",
)
class forgets_the_padding(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-double-conv",
    says="The last ReLU is missing.",
    asks="Can numbers below 0 come out of your module?",
)
class forgets_the_last_relu(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-double-conv",
    says="Nothing bends between the two convolutions: the first ReLU is missing.",
    asks="What do two convolutions in a row compute, with only a batch norm between them?",
)
class forgets_the_first_relu(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-double-conv",
    says="ReLU comes before the batch norm.",
    asks="In the order of the specification, which layer stands right behind a convolution?",
)
class bends_before_normalising(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.BatchNorm2d(out_channels),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.BatchNorm2d(out_channels),
        )

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-double-conv",
    says="The first convolution keeps the channels, and only the second one changes them.",
    asks="How many channels has the tensor between the two convolutions?",
)
class changes_channels_late(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(in_channels),
            nn.ReLU(),
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-double-conv",
    says="There is only one batch norm, at the end.",
    asks="How many of the six layers of the specification are batch norms?",
)
class normalises_once(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.ReLU(),
            nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
        )

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-double-conv",
    says="One batch norm serves both convolutions, so they share scales, shifts and statistics.",
    asks="How many batch norms stand in the specification, and how many numbers do they learn?",
)
class shares_one_norm(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        x = F.relu(self.norm(self.conv1(x)))
        return F.relu(self.norm(self.conv2(x)))


@mistake(
    "07-double-conv",
    says="The layers are made anew in each `forward`: the module keeps nothing that could learn.",
    asks="What does `list(DoubleConv(3, 64).parameters())` show, and where do layers belong?",
)
class makes_its_layers_in_forward(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.widths = (in_channels, out_channels)

    def forward(self, x):
        for in_channels in self.widths:
            x = nn.Conv2d(in_channels, self.widths[1], 3, padding=1, bias=False)(x)
            x = F.relu(nn.BatchNorm2d(self.widths[1])(x))
        return x


# 07-down ----------------------------------------------------------------------------------------


@mistake(
    "07-down",
    says="The pooling comes after the convolutions.",
    asks="At which size should the convolutions work, the large one or the small one?",
)
class pools_after_the_convolutions(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(DoubleConv(in_channels, out_channels), nn.MaxPool2d(2))

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-down",
    says="The mean of each window is taken instead of the maximum.",
    asks="Which pooling does the specification name?",
)
class pools_by_the_mean(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.layers = nn.Sequential(nn.AvgPool2d(2), DoubleConv(in_channels, out_channels))

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-down",
    says="Odd sizes are rounded up: the pooling has `ceil_mode=True`.",
    asks="What should become of 75 columns, 37 or 38?",
)
class rounds_up(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        pool = nn.MaxPool2d(2, ceil_mode=True)
        self.layers = nn.Sequential(pool, DoubleConv(in_channels, out_channels))

    def forward(self, x):
        return self.layers(x)


@mistake(
    "07-down",
    says="Nothing makes the map smaller.",
    asks="Which layer halves height and width?",
)
class forgets_to_pool(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x):
        return self.conv(x)


@mistake(
    "07-down",
    says="The pooling is that of ResNet's stem: windows of 3 that overlap, with padding.",
    asks="Which window and which stride does 'max pooling by 2' have?",
)
class pools_like_the_stem(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels):
        super().__init__()
        pool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layers = nn.Sequential(pool, DoubleConv(in_channels, out_channels))

    def forward(self, x):
        return self.layers(x)


# 07-up ------------------------------------------------------------------------------------------


@mistake(
    "07-up",
    says="The skip is added, as ResNet does it, instead of being concatenated.",
    asks="How many channels should the two convolutions get?",
)
class adds_the_skip(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(half, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(skip + x)


@mistake(
    "07-up",
    says="The skip is concatenated after the convolutions, so none of them ever sees it.",
    asks="What are the two convolutions of this step there for?",
)
class concatenates_after_the_convolutions(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(half, half)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return torch.cat([skip, self.conv(x)], dim=1)


@mistake(
    "07-up",
    says="What comes from below stands in front of the skip.",
    asks="The weights of a trained network expect an order. Which one does step 3 ask for?",
)
class puts_the_skip_last(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([x, skip], dim=1))


@mistake(
    "07-up",
    says="In the bilinear case the channels are not halved, so the convolutions get half as many "
    "again.",
    asks="After interpolation x still has all its channels. Which 1 × 1 convolution is missing?",
)
class interpolates_without_halving(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        self.conv = DoubleConv(in_channels, out_channels)
        if bilinear:
            self.enlarge = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.conv = DoubleConv(in_channels + half, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="The skip is cropped to the enlarged map, so an odd size comes out one pixel too small.",
    asks="Whose size should the output have?",
)
class crops_the_skip(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        skip = skip[:, :, : x.shape[2], : x.shape[3]]
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="Odd sizes are not padded: the two maps do not fit.",
    asks="x is 36 × 18 and the skip 37 × 18. What has to happen before `torch.cat`?",
)
class forgets_odd_sizes(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        return self.conv(torch.cat([skip, self.enlarge(x)], dim=1))


@mistake(
    "07-up",
    says="The zeros are added at the top and on the left.",
    asks="Pooling dropped the *last* row. Where should the missing one come back? And in which "
    "order does `F.pad` take its four numbers?",
)
class pads_at_the_top(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2], 0))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="The enlarged map is stretched to the skip's size; zeros are asked for.",
    asks="Where do the pixels of a map of 36 rows lie after it was stretched to 37?",
)
class stretches_to_the_skip(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = F.interpolate(self.enlarge(x), size=skip.shape[2:], mode="bilinear")
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="The interpolation lines up the corners: `align_corners=True`.",
    asks="Which of the two ways does the specification ask for?",
)
class lines_up_the_corners(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="The argument `bilinear` is not used: the transposed convolution enlarges in both cases.",
    asks="What should `Up(4, 2, bilinear=True)` do differently?",
)
class ignores_bilinear(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        self.enlarge = nn.ConvTranspose2d(in_channels, in_channels // 2, 2, stride=2)
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="The missing rows were added as columns, and the missing columns as rows.",
    asks="`F.pad` begins with the *last* axis. Which axis of (N, C, H, W) is that?",
)
class pads_rows_as_columns(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[2] - x.shape[2], 0, skip.shape[3] - x.shape[3]))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="The transposed convolution makes `out_channels` channels; these are half of "
    "`in_channels` only by chance.",
    asks="`DoubleConv` gets in_channels, and half of them come from the skip. How many from x?",
)
class enlarges_to_the_output(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, out_channels, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="Something that enlarges has no bias, though no batch norm follows it.",
    asks="Which layers of `Up` have a batch norm right behind them, and which don't?",
)
class enlarges_without_a_bias(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2, bias=False)
        if bilinear:
            larger = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1, bias=False))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="Pixels are repeated: without `mode`, `nn.Upsample` and `F.interpolate` take the nearest.",
    asks="Which `mode` gives a pixel halfway between two others their mean?",
)
class repeats_the_pixels(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            larger = nn.Upsample(scale_factor=2)
            self.enlarge = nn.Sequential(larger, nn.Conv2d(in_channels, half, 1))
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([skip, x], dim=1))


@mistake(
    "07-up",
    says="With `bilinear`, x is interpolated to the size of the skip; twice as large is asked for, "
    "and zeros for the rest.",
    asks="x has 18 rows, the skip 37. Which rows should be zeros, and what is in yours?",
)
class interpolates_to_the_skip(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        half = in_channels // 2
        self.bilinear = bilinear
        self.enlarge = nn.ConvTranspose2d(in_channels, half, 2, stride=2)
        if bilinear:
            self.enlarge = nn.Conv2d(in_channels, half, 1)
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        if self.bilinear:
            x = F.interpolate(x, size=skip.shape[2:], mode="bilinear", align_corners=False)
        x = self.enlarge(x)
        x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
        return self.conv(torch.cat([skip, x], dim=1))


# 07-unet ----------------------------------------------------------------------------------------


@mistake(
    "07-unet",
    says="A sigmoid stands at the end, so probabilities come out instead of logits.",
    asks="What does `F.cross_entropy` expect, and which layer should be the last one?",
)
class ends_with_a_sigmoid(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        self.ups = nn.ModuleList(Up(widths[i + 1], widths[i], bilinear) for i in (3, 2, 1, 0))
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return torch.sigmoid(self.last(x))


@mistake(
    "07-unet",
    says="The skips are used in the order in which they were made: the largest map comes to the "
    "smallest.",
    asks="Which map of the way down has the size of the *first* step up? Which end of the list is "
    "it at?",
)
class takes_the_skips_in_order(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        wide = [(widths[i + 1], widths[i]) for i in (3, 2, 1, 0)]
        self.larger = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in wide)
        self.convs = nn.ModuleList(DoubleConv(a, b) for a, b in wide)
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        skips = []
        x = self.first(x)
        for down in self.downs:
            skips.append(x)
            x = down(x)
        for larger, conv, skip in zip(self.larger, self.convs, skips, strict=True):
            x = larger(x)
            x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
            x = conv(torch.cat([skip, x], dim=1))
        return self.last(x)


@mistake(
    "07-unet",
    says="The network has three steps down and three up; four are asked for.",
    asks="Which size should 64 × 64 have at the bottom: 8 or 4?",
)
class stops_a_level_early(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(4)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(3))
        self.ups = nn.ModuleList(Up(widths[i + 1], widths[i], bilinear) for i in (2, 1, 0))
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return self.last(x)


@mistake(
    "07-unet",
    says="A `DoubleConv` makes the classes, so its ReLU cuts all negative logits off.",
    asks="Can your network say 'certainly not' with a large negative logit?",
)
class bends_the_logits(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        self.ups = nn.ModuleList(Up(widths[i + 1], widths[i], bilinear) for i in (3, 2, 1, 0))
        self.last = DoubleConv(base, num_classes)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return self.last(x)


@mistake(
    "07-unet",
    says="The argument `bilinear` does not reach the steps up.",
    asks="Which of your parts has an argument of this name, and what do you hand to it?",
)
class forgets_to_pass_bilinear_on(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        self.ups = nn.ModuleList(Up(widths[i + 1], widths[i]) for i in (3, 2, 1, 0))
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return self.last(x)


@mistake(
    "07-unet",
    says="The last layer is a 3 × 3 convolution; a 1 × 1 is asked for.",
    asks="How many weights does each class need for each of the `base` channels?",
)
class ends_with_three_by_three(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        self.ups = nn.ModuleList(Up(widths[i + 1], widths[i], bilinear) for i in (3, 2, 1, 0))
        self.last = nn.Conv2d(base, num_classes, 3, padding=1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return self.last(x)


@mistake(
    "07-unet",
    says="The steps stand in a plain list, which PyTorch does not look into: they are no part of "
    "the model.",
    asks="What does `sum(p.numel() for p in net.parameters())` say, and what is `nn.ModuleList` "
    "for?",
)
class keeps_the_steps_in_a_list(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = [Down(widths[i], widths[i + 1]) for i in range(4)]
        self.ups = [Up(widths[i + 1], widths[i], bilinear) for i in (3, 2, 1, 0)]
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return self.last(x)


@mistake(
    "07-unet",
    says="A softmax stands at the end, so shares come out instead of logits.",
    asks="`F.cross_entropy` takes a softmax of its own. What does it do to shares?",
)
class ends_with_a_softmax(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        self.ups = nn.ModuleList(Up(widths[i + 1], widths[i], bilinear) for i in (3, 2, 1, 0))
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return self.last(x).softmax(dim=1)


@mistake(
    "07-unet",
    says="The first step up gets the bottom as its skip; all skips are one level too deep.",
    asks="What is in your list when the way up begins? The bottom is x already.",
)
class hands_the_bottom_over_twice(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        wide = [(widths[i + 1], widths[i]) for i in (3, 2, 1, 0)]
        self.larger = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in wide)
        self.convs = nn.ModuleList(DoubleConv(a, b) for a, b in wide)
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        skips = []
        x = self.first(x)
        for down in self.downs:
            x = down(x)
            skips.append(x)
        for larger, conv in zip(self.larger, self.convs, strict=True):
            x, skip = larger(x), skips.pop()
            x = F.pad(x, (0, skip.shape[3] - x.shape[3], 0, skip.shape[2] - x.shape[2]))
            x = conv(torch.cat([skip, x], dim=1))
        return self.last(x)


@mistake(
    "07-unet",
    says="The steps up stand in the order of those down: the narrowest one gets the bottom.",
    asks="How many channels has the bottom, and which `Up` takes that many?",
)
class goes_up_from_the_top(nn.Module):  # noqa: N801
    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        widths = [base * 2**level for level in range(5)]
        self.first = DoubleConv(in_channels, base)
        self.downs = nn.ModuleList(Down(widths[i], widths[i + 1]) for i in range(4))
        self.ups = nn.ModuleList(Up(widths[i + 1], widths[i], bilinear) for i in range(4))
        self.last = nn.Conv2d(base, num_classes, 1)

    def forward(self, x):
        maps = [self.first(x)]
        for down in self.downs:
            maps.append(down(maps[-1]))
        x = maps.pop()
        for up in self.ups:
            x = up(x, maps.pop())
        return self.last(x)


# 07-train ---------------------------------------------------------------------------------------


@mistaken_run(
    scene_reading.SHARES,
    says="The network ends with a softmax or sigmoid, and `F.cross_entropy` takes its shares for "
    "logits: training crawls.",
    asks="Which layer did you put behind the logits, and does the loss need it?",
)
def puts_a_softmax_behind(seed=0):
    torch.manual_seed(seed)
    model = nn.Sequential(UNet(3, 3, base=2), nn.Softmax(dim=1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    batches = iter(wire_scenes.loader(train=True, seed=seed))
    for _ in range(2):
        train_step(model, next(batches), F.cross_entropy, optimizer)
    return model.eval()


@mistaken_run(
    scene_reading.UNSTEADY,
    says="The network is still in training mode: batch norm looks at the neighbours in the batch.",
    asks="`train_step` leaves the model in training mode. Who switches it off?",
)
def stays_in_training_mode(seed=0):
    torch.manual_seed(seed)
    model = UNet(3, 3, base=2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    batches = iter(wire_scenes.loader(train=True, seed=seed))
    for _ in range(2):
        train_step(model, next(batches), F.cross_entropy, optimizer)
    return model


@mistaken_run(
    scene_reading.GUESSES,
    says="The network that comes back has learned nothing: it is a fresh one, or its optimizer "
    "moves the weights of another.",
    asks="Is the network that you return the one whose parameters the optimizer got?",
)
def trains_another_network(seed=0):
    torch.manual_seed(seed)
    model = UNet(3, 3, base=2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    batches = iter(wire_scenes.loader(train=True, seed=seed))
    for _ in range(2):
        train_step(model, next(batches), F.cross_entropy, optimizer)
    return UNet(3, 3, base=2).eval()


@mistaken_run(
    scene_reading.NO_WIRES,
    says="The wires are not learned: two classes where there are three, pictures made small first, "
    "too few steps, or, now and then, an unlucky start.",
    asks="Which class numbers do the labels hold when they reach your loss? All three: what do "
    "more epochs find, or another seed?",
)
def learns_two_classes(seed=0):
    torch.manual_seed(seed)
    model = UNet(3, 3, base=4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for images, labels in wire_scenes.loader(train=True, seed=seed):
        train_step(model, (images, (labels > 0).long()), F.cross_entropy, optimizer)
    return model.eval()


# 07-aspp ----------------------------------------------------------------------------------------


@mistake(
    "07-aspp",
    says="The rates pad, but do not dilate: every branch sees 3 × 3 pixels, and the sizes differ.",
    asks="Which argument of `nn.Conv2d` spreads the nine weights?",
)
class pads_without_dilating(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(channels, out_channels, kernel, padding=padding, bias=False)
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = branch(in_channels)
        self.join = branch((len(rates) + 2) * out_channels)

    def forward(self, x):
        found = [layers(x) for layers in self.near]
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True)).expand_as(found[0])
        return self.join(torch.cat([*found, whole], dim=1))


@mistake(
    "07-aspp",
    says="All 3 × 3 branches have dilation 1: the rates are not used.",
    asks="How far apart are the nine weights of the branch with rate 12?",
)
class ignores_the_rates(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1):
            conv = nn.Conv2d(channels, out_channels, kernel, padding=kernel // 2, bias=False)
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3) for _ in rates)
        self.whole = branch(in_channels)
        self.join = branch((len(rates) + 2) * out_channels)

    def forward(self, x):
        found = [layers(x) for layers in self.near]
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True)).expand_as(found[0])
        return self.join(torch.cat([*found, whole], dim=1))


@mistake(
    "07-aspp",
    says="The branch that sees the whole picture is missing.",
    asks="Which branch can see more than the largest rate?",
)
class forgets_the_whole_picture(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.join = branch((len(rates) + 1) * out_channels)

    def forward(self, x):
        return self.join(torch.cat([layers(x) for layers in self.near], dim=1))


@mistake(
    "07-aspp",
    says="The branches are added up instead of being laid side by side.",
    asks="Can the last convolution still tell a near view from a far one?",
)
class adds_the_branches(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = branch(in_channels)
        self.join = branch(out_channels)

    def forward(self, x):
        return self.join(sum(layers(x) for layers in self.near) + self.whole(x.mean((2, 3), True)))


@mistake(
    "07-aspp",
    says="The branches stand one behind the other: each gets what the one before it made.",
    asks="Which tensor does every branch look at?",
)
class chains_the_branches(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(out_channels, 3, rate) for rate in rates)
        self.whole = branch(out_channels)
        self.join = branch((len(rates) + 2) * out_channels)

    def forward(self, x):
        found = []
        for layers in self.near:
            x = layers(x)
            found.append(x)
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True)).expand_as(x)
        return self.join(torch.cat([*found, whole], dim=1))


@mistake(
    "07-aspp",
    says="The last convolution has neither batch norm nor ReLU.",
    asks="What does the specification put behind the joining convolution?",
)
class joins_without_a_bend(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = branch(in_channels)
        self.join = nn.Conv2d((len(rates) + 2) * out_channels, out_channels, 1, bias=False)

    def forward(self, x):
        found = [layers(x) for layers in self.near]
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True)).expand_as(found[0])
        return self.join(torch.cat([*found, whole], dim=1))


@mistake(
    "07-aspp",
    says="The branch of the whole picture has neither batch norm nor ReLU.",
    asks="How does *every* branch end?",
)
class leaves_the_mean_bare(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.join = branch((len(rates) + 2) * out_channels)

    def forward(self, x):
        found = [layers(x) for layers in self.near]
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True)).expand_as(found[0])
        return self.join(torch.cat([*found, whole], dim=1))


@mistake(
    "07-aspp",
    says="The mean over all pixels is taken behind the branch, not in front of it.",
    asks="Is the mean of what ReLU left over the same as ReLU of the mean?",
)
class takes_the_mean_last(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = branch(in_channels)
        self.join = branch((len(rates) + 2) * out_channels)

    def forward(self, x):
        found = [layers(x) for layers in self.near]
        whole = self.whole(x).mean(dim=(2, 3), keepdim=True).expand_as(found[0])
        return self.join(torch.cat([*found, whole], dim=1))


@mistake(
    "07-aspp",
    says="The branch of the whole picture is still 1 × 1 when the branches are concatenated.",
    asks="Its one number for each channel belongs to every pixel. What spreads it over (H, W)?",
)
class forgets_to_spread_the_mean(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(
                channels, out_channels, kernel, padding=padding, dilation=rate, bias=False
            )
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = branch(in_channels)
        self.join = branch((len(rates) + 2) * out_channels)

    def forward(self, x):
        found = [layers(x) for layers in self.near]
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True))
        return self.join(torch.cat([*found, whole], dim=1))


@mistake(
    "07-aspp",
    says="The convolutions have biases, which the batch norms behind them take out again.",
    asks="What does the specification say of the convolution of every branch?",
)
class keeps_the_biases(nn.Module):  # noqa: N801
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def branch(channels, kernel=1, rate=1):
            padding = rate if kernel == 3 else 0
            conv = nn.Conv2d(channels, out_channels, kernel, padding=padding, dilation=rate)
            return nn.Sequential(conv, nn.BatchNorm2d(out_channels), nn.ReLU())

        self.near = nn.ModuleList([branch(in_channels)])
        self.near.extend(branch(in_channels, 3, rate) for rate in rates)
        self.whole = branch(in_channels)
        self.join = branch((len(rates) + 2) * out_channels)

    def forward(self, x):
        found = [layers(x) for layers in self.near]
        whole = self.whole(x.mean(dim=(2, 3), keepdim=True)).expand_as(found[0])
        return self.join(torch.cat([*found, whole], dim=1))


# 07-numbers -------------------------------------------------------------------------------------


@slip(
    "07-numbers",
    says="Both convolutions are counted with biases, which batch norm would take out again.",
    asks="Which argument of `nn.Conv2d` leaves the biases away, and how many numbers are left?",
)
def counts_biases_of_the_convolutions(mine):
    narrow, wide = mine["double"].values()
    return {"double": 9 * narrow * wide + 9 * wide * wide + 6 * wide}


@slip(
    "07-numbers",
    says="Running means and variances are counted as well; they are kept, not learned.",
    asks="How many numbers for each channel does a batch norm *learn*?",
)
def counts_the_running_statistics(mine):
    narrow, wide = mine["double"].values()
    return {"double": 9 * narrow * wide + 9 * wide * wide + 8 * wide}


@slip(
    "07-numbers",
    says="The batch norms are missing: only weights of convolutions are counted.",
    asks="Which other layers of the block learn something?",
)
def leaves_the_norms_out(mine):
    narrow, wide = mine["double"].values()
    return {"double": 9 * narrow * wide + 9 * wide * wide}


@slip(
    "07-numbers",
    says="The transposed convolution is counted with 3 × 3 weights.",
    asks="Which kernel stamps evenly with stride 2?",
)
def stamps_three_by_three(mine):
    below, half = mine["up"].values()
    return {"up": 9 * below * half + half + 9 * below * half + 9 * half * half + 4 * half}


@slip(
    "07-numbers",
    says="The block behind the skip is counted as if the skip were added, not concatenated.",
    asks="How many channels have the skip and the enlarged map together?",
)
def adds_the_skip_in_the_count(mine):
    below, half = mine["up"].values()
    return {"up": 4 * below * half + half + 18 * half * half + 4 * half}


@slip(
    "07-numbers",
    says="The transposed convolution is counted without its bias, but no batch norm follows it.",
    asks="Which layers of `Up` have a bias, and which of them a batch norm right behind them?",
)
def leaves_the_bias_of_the_stamp_out(mine):
    below, half = mine["up"].values()
    return {"up": 4 * below * half + 9 * below * half + 9 * half * half + 4 * half}


@slip(
    "07-numbers",
    says="Two pixels are taken for each convolution, whatever the size of the map; but what is "
    "lost at half the size is twice as much when it is enlarged.",
    asks="A map at 1/4 loses 4 rows. How many rows of the picture are these?",
)
def loses_the_same_everywhere(mine):
    side, levels = mine["unpadded"].values()
    return {"unpadded": side - 4 * (2 * levels + 1)}


@slip(
    "07-numbers",
    says="Each convolution takes one row here, but it loses one above and one below.",
    asks="How many rows leaves a 3 × 3 convolution without padding of 5 rows?",
)
def loses_one_row_each(mine):
    side, levels = mine["unpadded"].values()
    return {"unpadded": side - 6 * 2**levels + 4}


@slip(
    "07-numbers",
    says="That is its IoU: found over all that are found, missed or too much.",
    asks="Which of the two counts the found ones twice?",
)
def takes_the_iou_of_the_wire(mine):
    found, missed, extra = mine["dice"].values()
    return {"dice": found / (found + missed + extra)}


@slip(
    "07-numbers",
    says="That is pixel accuracy, in which all the right ground counts as well.",
    asks="What would it be without a single pixel of wire?",
)
def takes_the_accuracy(mine):
    _, missed, extra = mine["dice"].values()
    return {"dice": 1 - (missed + extra) / 64**2}


@slip(
    "07-numbers",
    says="That is recall: what was called wire too much costs nothing.",
    asks="What would somebody get who calls everything wire?",
)
def forgets_what_is_too_much(mine):
    found, missed, _ = mine["dice"].values()
    return {"dice": found / (found + missed)}


@slip(
    "07-numbers",
    says="That is the way from IoU to Dice; the question goes the other way.",
    asks="Which of the two is never the larger one?",
)
def goes_from_iou_to_dice(mine):
    dice = mine["iou"]["dice"]
    return {"iou": 2 * dice / (1 + dice)}


@slip(
    "07-numbers",
    says="Dice is halved, but IoU is half of it only near 0.",
    asks="Which IoU should a Dice of 1 give?",
)
def halves_the_dice(mine):
    return {"iou": mine["iou"]["dice"] / 2}


@slip(
    "07-numbers",
    says="The class that is in neither map is counted with 0.",
    asks="Which pixel could anybody have done better for a class that is nowhere?",
)
def punishes_the_absent_class(mine):
    return {"mean": sum(mine["mean"]["ious"]) / 5}


@slip(
    "07-numbers",
    says="The class that is in neither map is counted with 1.",
    asks="Would the mean rise if you added ten more classes that are nowhere?",
)
def rewards_the_absent_class(mine):
    return {"mean": (sum(mine["mean"]["ious"]) + 1) / 5}


@slip(
    "07-numbers",
    says="The class that is only predicted is left out, too; its IoU is 0.",
    asks="How large are the shared part and the union of a class that is only predicted?",
)
def leaves_the_invented_class_out(mine):
    return {"mean": sum(mine["mean"]["ious"]) / 3}


# 07-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "07-bug-hunt",
    says="Dice still meets 255: `F.one_hot` has no column for it.",
    asks="Which number could a void pixel have while `one_hot` runs?",
)
def leaves_it_as_it_was(logits, target):
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    truth = F.one_hot(target, logits.shape[1]).movedim(-1, 1)
    p = logits.softmax(dim=1)
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


@mistake(
    "07-bug-hunt",
    says="In Dice, void pixels count as the last class.",
    asks="Which class does `clamp` give to a pixel with 255, and who takes it away again?",
)
def clamps_void_to_the_last_class(logits, target):
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    truth = F.one_hot(target.clamp(max=logits.shape[1] - 1), logits.shape[1]).movedim(-1, 1)
    p = logits.softmax(dim=1)
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


@mistake(
    "07-bug-hunt",
    says="In Dice, void pixels count as class 0.",
    asks="They got class 0 so that `one_hot` runs. Who takes them out of the sums again?",
)
def takes_void_for_class_zero(logits, target):
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    known = target.where(target != 255, 0)
    truth = F.one_hot(known, logits.shape[1]).movedim(-1, 1)
    p = logits.softmax(dim=1)
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


@mistake(
    "07-bug-hunt",
    says="Void is taken out of the truth, but its probabilities still stand in the sum of p.",
    asks="Change the logits of a void pixel. Which of the sums in line 5 moves?",
)
def masks_only_the_truth(logits, target):
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    kept = (target != 255)[:, None]
    known = target.where(kept[:, 0], 0)
    truth = F.one_hot(known, logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1)
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


@mistake(
    "07-bug-hunt",
    says="Dice is right now, but cross-entropy no longer leaves the void out.",
    asks="Which argument of `F.cross_entropy` went missing, and what did void become?",
)
def loses_the_ignore_index(logits, target):
    kept = (target != 255)[:, None]
    known = target.where(kept[:, 0], 0)
    entropy = F.cross_entropy(logits, known)
    truth = F.one_hot(known, logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


@mistake(
    "07-bug-hunt",
    says="The sums of Dice run over all pictures together; before, each picture had its own.",
    asks="Without void pixels, does your loss still agree with the old one?",
)
def adds_the_pictures_up(logits, target):
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    kept = target != 255
    p = logits.softmax(dim=1).movedim(1, -1)[kept]
    truth = F.one_hot(target[kept], logits.shape[1])
    shared, sizes = (p * truth).sum(dim=0), (p + truth).sum(dim=0)
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


@mistake(
    "07-bug-hunt",
    says="Void is masked before the softmax, which makes 1/K of logits that are 0.",
    asks="What is the softmax of three zeros, and where does the mask belong then?",
)
def masks_the_logits(logits, target):
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    kept = (target != 255)[:, None]
    truth = F.one_hot(target.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = (logits * kept).softmax(dim=1)
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


@mistake(
    "07-bug-hunt",
    says="The labels in `target` are overwritten; cross-entropy needs them once more on the way "
    "back, and so does whoever handed them in.",
    asks="Which call gives a copy in which void has another number?",
)
def overwrites_the_target(logits, target):
    entropy = F.cross_entropy(logits, target, ignore_index=255)
    kept = (target != 255)[:, None]
    target[target == 255] = 0
    truth = F.one_hot(target, logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))
    return entropy + (1 - (2 * shared + 1) / (sizes + 1)).mean()


mistaken_values(
    "07-bug-hunt",
    "blames_cross_entropy",
    says="Line 2 is fine: it was told which number to leave out.",
    asks="Which line was *not* told about 255?",
    bug_line=2,
)
mistaken_values(
    "07-bug-hunt",
    "blames_the_sums",
    says="Lines 5 and 6 only add up what they are given; the wrong thing is made earlier.",
    asks="Where does the program stop, and what does the message name?",
    bug_line=5,
)
mistaken_values(
    "07-bug-hunt",
    "blames_the_axis",
    says="The classes are on the right axis: without void the loss is right.",
    asks="What is the shape of `truth`, and what that of `p`?",
    why="C",
)
mistaken_values(
    "07-bug-hunt",
    "wants_a_column_for_void",
    says="Cross-entropy has no need of a class for void: it was told to leave 255 out.",
    asks="Which of the two terms stops with an error?",
    why="A",
)
mistaken_values(
    "07-bug-hunt",
    "blames_sums_for_each_picture",
    says="Sums for each picture are no obstacle: a masked pixel adds nothing to any of them.",
    asks="Which line can't be run on 255 at all, however it is summed afterwards?",
    bug_line=5,
    why="D",
)
