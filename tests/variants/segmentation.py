"""Right but different solutions to session 07.

Like mistakes they are pasted into notebooks as they stand: torch, F, nn and earlier exercises of
the session are there, anything else is imported inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from autograder.variants import Answer, Variant, _registry, variant
from cvlib import wire_scenes
from cvlib.mistakes.attempt import source_as
from cvlib.models.unet import DoubleConv, Down, UNet, Up
from cvlib.train import train_step


@dataclass(frozen=True)
class VariantRun(Variant):
    """A right `train_unet`, with the line that runs it."""

    def source(self, name: str) -> str:
        """The variant as a learner would have typed it, and run it."""
        return f"{source_as(self.answer, 'train_unet')}\n\n\nsegmenter = train_unet()"


def variant_run(fit: Answer) -> Answer:
    """Register a right `train_unet`."""
    new = VariantRun(fit.__name__, "07-train", fit)
    _registry.setdefault("07-train", {})[new.id] = new
    return fit


# 07-accuracy ------------------------------------------------------------------------------------


@variant("07-accuracy")
def accuracy_by_counting(pred, target, ignore_index=None):
    if tuple(pred.size()) != tuple(target.size()):
        raise ValueError(f"{tuple(pred.size())} and {tuple(target.size())}")
    counted = target.new_ones(target.shape).bool() if ignore_index is None else (
        target.ne(ignore_index)
    )  # fmt: skip
    return float((pred.eq(target) & counted).sum() / counted.sum())


@variant("07-accuracy")
def accuracy_in_rows(pred, target, ignore_index=None):
    if pred.shape != target.shape:
        raise ValueError(f"{pred.shape=} {target.shape=}")
    p, t = pred.flatten(), target.flatten()
    if ignore_index is not None:
        places = torch.nonzero(t != ignore_index)[:, 0]
        p, t = p[places], t[places]
    return 1.0 - torch.count_nonzero(p - t).item() / len(t)


# 07-overlap -------------------------------------------------------------------------------------


@variant("07-overlap")
def iou_by_a_confusion_matrix(pred, target, num_classes, ignore_index=None):
    kept = torch.ones_like(target).bool() if ignore_index is None else target != ignore_index
    pairs = target[kept] * num_classes + pred[kept]
    table = torch.bincount(pairs, minlength=num_classes**2).reshape(num_classes, num_classes)
    right = table.diagonal()
    union = table.sum(0) + table.sum(1) - right
    return (right[union > 0] / union[union > 0]).mean().item()


@variant("07-overlap")
def iou_by_one_hot(pred, target, num_classes, ignore_index=None):
    mask = (target != ignore_index) if ignore_index is not None else target == target
    p = F.one_hot(pred, num_classes).bool() & mask[..., None]
    t = F.one_hot(target.masked_fill(~mask, 0), num_classes).bool() & mask[..., None]
    axes = tuple(range(target.dim()))
    shared, union = (p & t).sum(axes).double(), (p | t).sum(axes).double()
    return torch.nanmean(shared / union).item()


@variant("07-overlap", function="dice_score")
def dice_from_the_iou(pred, target, num_classes, ignore_index=None):
    kept = torch.ones_like(target).bool() if ignore_index is None else target != ignore_index
    scores = []
    for k in range(num_classes):
        ours, true = (pred == k) & kept, (target == k) & kept
        union = int((ours | true).sum())
        if union:
            iou = int((ours & true).sum()) / union
            scores.append(2 * iou / (1 + iou))
    return sum(scores) / len(scores) if scores else float("nan")


@variant("07-overlap", function="dice_score")
def dice_by_counting_names(pred, target, num_classes, ignore_index=None):
    p, t = pred.flatten().tolist(), target.flatten().tolist()
    pairs = [(a, b) for a, b in zip(p, t, strict=True) if b != ignore_index]
    scores = []
    for k in range(num_classes):
        sizes = sum(a == k for a, _ in pairs) + sum(b == k for _, b in pairs)
        if sizes:
            scores.append(2 * sum(a == b == k for a, b in pairs) / sizes)
    if not scores:
        return float("nan")
    return sum(scores) / len(scores)


# 07-double-conv ---------------------------------------------------------------------------------


@variant("07-double-conv")
class DoubleConvByNames(nn.Module):
    """Names of its own, defined from the end."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.norm_b = nn.BatchNorm2d(out_channels)
        self.norm_a = nn.BatchNorm2d(out_channels)
        self.b = nn.Conv2d(out_channels, out_channels, 3, padding="same", bias=False)
        self.a = nn.Conv2d(in_channels, out_channels, 3, padding="same", bias=False)

    def forward(self, x):
        x = torch.relu(self.norm_a(self.a(x)))
        return self.norm_b(self.b(x)).clamp(min=0)


@variant("07-double-conv")
class DoubleConvInALoop(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        layers = []
        for channels in (in_channels, out_channels):
            layers.append(nn.Conv2d(channels, out_channels, 3, 1, 1, bias=False))
            layers += [nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True)]
        self.double_conv = nn.Sequential(*layers)

    def forward(self, x):
        return self.double_conv(x)


# 07-down ----------------------------------------------------------------------------------------


@variant("07-down")
class DownByFunction(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.two = DoubleConv(in_channels, out_channels)

    def forward(self, x):
        return self.two(F.max_pool2d(x, kernel_size=2, stride=2))


@variant("07-down")
class DownWithoutDoubleConv(nn.Module):
    """All layers written out; the pooling by hand."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.a = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False)
        self.b = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.na, self.nb = nn.BatchNorm2d(out_channels), nn.BatchNorm2d(out_channels)

    def forward(self, x):
        h, w = x.shape[2] // 2, x.shape[3] // 2
        x = x[:, :, : 2 * h, : 2 * w].unflatten(3, (w, 2)).unflatten(2, (h, 2)).amax(dim=(3, 5))
        return F.relu(self.nb(self.b(F.relu(self.na(self.a(x))))))


# 07-up ------------------------------------------------------------------------------------------


@variant("07-up")
class UpWithTwoConvolutionsOfItsOwn(nn.Module):
    """The usual code of the web: padding shared out by halves, which for one pixel is the same."""

    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear")
            self.halve = nn.Conv2d(in_channels, in_channels // 2, kernel_size=1)
        else:
            self.up = nn.ConvTranspose2d(in_channels, in_channels // 2, kernel_size=2, stride=2)
            self.halve = nn.Identity()
        self.conv = DoubleConv(in_channels, out_channels)

    def forward(self, x, skip):
        x = self.halve(self.up(x))
        dy, dx = skip.size(2) - x.size(2), skip.size(3) - x.size(3)
        x = F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return self.conv(torch.cat([skip, x], dim=1))


@variant("07-up")
class UpHalvingFirst(nn.Module):
    """A 1 × 1 convolution and an interpolation may change places: both are linear."""

    def __init__(self, in_channels, out_channels, bilinear=False):
        super().__init__()
        self.bilinear = bilinear
        self.two = DoubleConv(in_channels, out_channels)
        size = 1 if bilinear else 2
        kind = nn.Conv2d if bilinear else nn.ConvTranspose2d
        self.less = kind(in_channels, in_channels // 2, size, stride=size)

    def forward(self, x, skip):
        x = self.less(x)
        if self.bilinear:
            size = [2 * side for side in x.shape[2:]]
            x = F.interpolate(x, size=size, mode="bilinear", align_corners=False)
        both = torch.zeros_like(skip).repeat(1, 2, 1, 1)
        c = skip.shape[1]
        both[:, :c] = skip
        both[:, c:, : x.shape[2], : x.shape[3]] = x
        return self.two(both)


# 07-unet ----------------------------------------------------------------------------------------


@variant("07-unet")
class UNetByNames(nn.Module):
    """The usual code of the web: every step has a name."""

    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()
        self.inc = DoubleConv(in_channels, base)
        self.down1, self.down2 = Down(base, base * 2), Down(base * 2, base * 4)
        self.down3, self.down4 = Down(base * 4, base * 8), Down(base * 8, base * 16)
        self.up1, self.up2 = Up(base * 16, base * 8, bilinear), Up(base * 8, base * 4, bilinear)
        self.up3, self.up4 = Up(base * 4, base * 2, bilinear), Up(base * 2, base, bilinear)
        self.outc = nn.Conv2d(base, num_classes, kernel_size=1)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x = self.up1(self.down4(x4), x4)
        x = self.up4(self.up3(self.up2(x, x3), x2), x1)
        return self.outc(x)


@variant("07-unet")
class UNetOfUNets(nn.Module):
    """A U that holds a smaller U, and defines its way up first."""

    def __init__(self, in_channels, num_classes, base=64, bilinear=False):
        super().__init__()

        class Level(nn.Module):
            def __init__(self, channels, deeper):
                super().__init__()
                self.up = Up(2 * channels, channels, bilinear)
                self.down = Down(channels, 2 * channels)
                self.inner = Level(2 * channels, deeper - 1) if deeper else nn.Identity()

            def forward(self, x):
                return self.up(self.inner(self.down(x)), x)

        self.head = nn.Conv2d(base, num_classes, 1)
        self.u = Level(base, 3)
        self.stem = DoubleConv(in_channels, base)

    def forward(self, x):
        return self.head(self.u(self.stem(x)))


# 07-train ---------------------------------------------------------------------------------------


@variant_run
def turns_its_pictures(seed=0):
    torch.manual_seed(seed)
    model = UNet(3, 3, base=8)
    optimizer = torch.optim.Adam(model.parameters(), lr=6e-3)
    learn = wire_scenes.loader(train=True, batch_size=4, seed=seed)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=6 * len(learn))
    for _ in range(6):
        for images, labels in learn:
            if torch.rand(()) < 0.5:
                images, labels = images.flip(-1), labels.flip(-1)
            train_step(model, (images, labels), F.cross_entropy, optimizer)
            schedule.step()
    model.eval()
    return model


@variant_run
def adds_dice_to_the_loss(seed=0):
    from cvlib.losses import dice_loss

    torch.manual_seed(seed)
    model = UNet(3, 3, 8)
    optimizer = torch.optim.AdamW(model.parameters(), lr=6e-3)
    learn = wire_scenes.loader(train=True, seed=seed)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=6 * len(learn))
    for _ in range(6):
        for images, labels in learn:
            optimizer.zero_grad()
            logits = model(images)
            loss = F.cross_entropy(logits, labels) + dice_loss(logits, labels)
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


# 07-aspp ----------------------------------------------------------------------------------------


@variant("07-aspp")
class PyramidByNames(nn.Module):
    """Other names, another order of definition, interpolation instead of expanding."""

    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()

        def finish(conv):
            return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels), nn.ReLU(inplace=True))

        o = out_channels
        self.out = finish(nn.Conv2d((2 + len(rates)) * o, o, 1, bias=False))
        self.pooled = finish(nn.Conv2d(in_channels, o, 1, bias=False))
        self.far = nn.ModuleList(
            finish(nn.Conv2d(in_channels, o, 3, 1, rate, rate, bias=False)) for rate in rates
        )
        self.point = finish(nn.Conv2d(in_channels, o, 1, bias=False))

    def forward(self, x):
        parts = [self.point(x), *(layer(x) for layer in self.far)]
        whole = self.pooled(nn.functional.adaptive_avg_pool2d(x, (1, 1)))
        parts.append(F.interpolate(whole, size=x.shape[-2:], mode="nearest"))
        return self.out(torch.cat(parts, 1))


@variant("07-aspp")
class PyramidOfLists(nn.Module):
    def __init__(self, in_channels, out_channels, rates=(6, 12, 18)):
        super().__init__()
        n = len(rates) + 2
        convs = [nn.Conv2d(in_channels, out_channels, 1, bias=False)]
        for rate in rates:
            convs.append(
                nn.Conv2d(
                    in_channels, out_channels, 3, padding=rate, dilation=(rate, rate), bias=False
                )
            )
        convs.append(nn.Conv2d(in_channels, out_channels, 1, bias=False))
        convs.append(nn.Conv2d(n * out_channels, out_channels, 1, bias=False))
        self.convs = nn.ModuleList(convs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(out_channels) for _ in convs)

    def forward(self, x):
        def layer(i, y):
            return F.relu(self.norms[i](self.convs[i](y)))

        last = len(self.convs) - 1
        found = [layer(i, x) for i in range(last - 1)]
        mean = x.flatten(2).mean(-1)[..., None, None]
        found.append(layer(last - 1, mean).repeat(1, 1, x.shape[2], x.shape[3]))
        return layer(last, torch.cat(found, dim=1))


# 07-bug-hunt ------------------------------------------------------------------------------------


@variant("07-bug-hunt")
def loss_by_the_courses_dice(logits, target):
    from cvlib.losses import dice_loss

    entropy = F.cross_entropy(logits, target, ignore_index=255)
    return entropy + dice_loss(logits, target, ignore_index=255)


@variant("07-bug-hunt")
def loss_with_a_spare_column(logits, target):
    classes = logits.shape[1]
    spare = torch.where(target == 255, classes, target)
    truth = F.one_hot(spare, classes + 1)[..., :classes].movedim(-1, 1)
    p = torch.softmax(logits, 1) * (target != 255).unsqueeze(1)
    both = 2 * (p * truth).sum((2, 3)) + 1
    dice = 1 - both / (p.sum((2, 3)) + truth.sum((2, 3)) + 1)
    return nn.CrossEntropyLoss(ignore_index=255)(logits, target) + dice.mean()


@variant("07-bug-hunt")
def loss_picture_by_picture(logits, target):
    terms = []
    for z, t in zip(logits, target, strict=True):
        z, t = z[:, t != 255], t[t != 255]
        p, truth = z.softmax(dim=0), F.one_hot(t, len(z)).T
        terms.append(1 - (2 * (p * truth).sum(1) + 1) / ((p + truth).sum(1) + 1))
    return F.cross_entropy(logits, target, ignore_index=255) + torch.stack(terms).mean()
