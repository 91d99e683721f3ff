"""Right but different solutions to session 05.

Like mistakes they are pasted into notebooks as they stand: the names of the set-up cell and earlier
exercises of the session are there, anything else is imported inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from autograder.variants import Answer, Variant, _registry, variant
from cvlib import mixing, surfaces, train, transfer
from cvlib.mistakes.attempt import source_as
from cvlib.models.mbconv import SqueezeExcite
from cvlib.models.scaling import Scale
from cvlib.transfer import GradualUnfreezing, freeze, replace_head


@dataclass(frozen=True)
class VariantRun(Variant):
    """A right `fine_tune`, with the line that runs it."""

    def source(self, name: str) -> str:
        """The variant as a learner would have typed it, and run it."""
        text = source_as(self.answer, "fine_tune")
        return f"{text}\n\n\ntuned = fine_tune(pretrained_efficientnet())"


def variant_run(tune: Answer) -> Answer:
    """Register a right `fine_tune`."""
    new = VariantRun(tune.__name__, "05-fine-tune", tune)
    _registry.setdefault("05-fine-tune", {})[new.id] = new
    return tune


# 05-squeeze-excite ------------------------------------------------------------------------------


@variant("05-squeeze-excite")
class one_chain(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = max(1, in_channels // 4)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, squeezed, 1), nn.SiLU(),
            nn.Conv2d(squeezed, channels, 1), nn.Sigmoid(),
        )  # fmt: skip

    def forward(self, x):
        return self.gate(x) * x


@variant("05-squeeze-excite")
class defined_from_the_end(nn.Module):  # noqa: N801
    def __init__(self, channels, in_channels):
        super().__init__()
        squeezed = in_channels // 4 or 1
        self.last = nn.Conv2d(squeezed, channels, 1)
        self.first = nn.Conv2d(channels, squeezed, 1)

    def forward(self, x):
        small = self.first(F.adaptive_avg_pool2d(x, 1))
        return x * self.last(small * small.sigmoid()).sigmoid()


# 05-mbconv --------------------------------------------------------------------------------------


@variant("05-mbconv")
class with_torchvisions_stochastic_depth(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        from torchvision.ops import StochasticDepth

        super().__init__()
        wide, pad = in_channels * expand_ratio, (kernel_size - 1) // 2
        layers = []
        if expand_ratio != 1:
            layers += [nn.Conv2d(in_channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.SiLU()]
        deep = nn.Conv2d(wide, wide, kernel_size, stride, pad, groups=wide, bias=False)
        layers += [deep, nn.BatchNorm2d(wide), nn.SiLU(), SqueezeExcite(wide, in_channels)]
        layers += [nn.Conv2d(wide, out_channels, 1, bias=False), nn.BatchNorm2d(out_channels)]
        self.layers = nn.Sequential(*layers)
        self.keep = stride == 1 and in_channels == out_channels
        self.drop = StochasticDepth(drop_path, "row")

    def forward(self, x):
        return self.drop(self.layers(x)) + x if self.keep else self.layers(x)


@variant("05-mbconv")
class step_by_step(nn.Module):  # noqa: N801
    def __init__(
        self, in_channels, out_channels, kernel_size=3, stride=1, expand_ratio=6, drop_path=0.0
    ):
        super().__init__()
        wide = in_channels * expand_ratio
        self.expand = nn.Identity()
        if expand_ratio > 1:
            conv = nn.Conv2d(in_channels, wide, 1, bias=False)
            self.expand = nn.Sequential(conv, nn.BatchNorm2d(wide), nn.SiLU(inplace=True))
        self.project = nn.Conv2d(wide, out_channels, 1, bias=False)
        self.look = nn.Conv2d(
            wide, wide, kernel_size, stride=stride, padding="same" if stride == 1 else
            kernel_size // 2, groups=wide, bias=False,
        )  # fmt: skip
        self.bn1, self.bn2 = nn.BatchNorm2d(wide), nn.BatchNorm2d(out_channels)
        self.excite, self.drop_path = SqueezeExcite(wide, in_channels), drop_path

    def forward(self, x):
        out = F.silu(self.bn1(self.look(self.expand(x))))
        out = self.bn2(self.project(self.excite(out)))
        if out.shape != x.shape:
            return out
        if not self.training or not self.drop_path:
            return out + x
        keep = torch.empty(len(x), 1, 1, 1, device=x.device).bernoulli_(1 - self.drop_path)
        return out * keep.div_(1 - self.drop_path) + x


# 05-scaling -------------------------------------------------------------------------------------


@variant("05-scaling")
def rounds_by_floor(channels, divisor=8):
    if channels <= 0 or divisor < 1:
        raise ValueError(f"channels and divisor must be positive, got {channels}, {divisor}")
    candidate = max(math.floor(channels / divisor + 0.5), 1)
    if 10 * candidate * divisor < 9 * channels:
        candidate += 1
    return candidate * divisor


@variant("05-scaling", function="compound_scale")
def by_exponentials(phi, alpha=1.2, beta=1.1, gamma=1.15):
    if min(alpha, beta, gamma) < 1:
        raise ValueError(f"alpha, beta, gamma must be at least 1, got {alpha}, {beta}, {gamma}")
    work = math.log(alpha) + 2 * math.log(beta) + 2 * math.log(gamma)
    parts = (math.log(alpha), math.log(beta), math.log(gamma), work)
    return Scale(*(math.exp(phi * part) for part in parts))


# 05-replace-head --------------------------------------------------------------------------------


@variant("05-replace-head")
def walks_down_the_name(model, num_classes):
    if num_classes < 1:
        raise ValueError("num_classes must be at least 1")
    name = None
    for candidate, layer in model.named_modules():
        if isinstance(layer, nn.Linear):
            name = candidate
    if name is None:
        raise ValueError("model must have a linear layer inside")
    *path, last = name.split(".")
    holder = model
    for step in path:
        holder = getattr(holder, step)
    old = getattr(holder, last)
    setattr(holder, last, nn.Linear(old.in_features, num_classes, bias=old.bias is not None))
    return model


@variant("05-replace-head")
def looks_for_the_parent(model, num_classes):
    if num_classes <= 0:
        raise ValueError("num_classes must be at least 1")
    linears = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    if not linears:
        raise ValueError("model must have a linear layer inside")
    for parent in model.modules():
        for name, child in list(parent.named_children()):
            if child is linears[-1]:
                new = nn.Linear(child.in_features, num_classes, bias=child.bias is not None)
                setattr(parent, name, new)
    return model


# 05-freeze --------------------------------------------------------------------------------------


@variant("05-freeze")
def goes_by_names(model, except_=()):
    names = [name for name, _ in model.named_modules()]
    for part in except_:
        if part not in names:
            raise ValueError(f"except_ must name parts of the model, got {part!r}")

    def spared(name):
        return any((name + ".").startswith(part + ".") for part in except_)

    for name, parameter in model.named_parameters():
        if not spared(name):
            parameter.requires_grad_(False)
    for name, layer in model.named_modules():
        if isinstance(layer, nn.BatchNorm2d) and not spared(name):
            layer.register_forward_pre_hook(lambda layer, inputs: layer.train(False) and None)


@variant("05-freeze")
def replaces_train(model, except_=()):
    spared = set()
    for part in except_:
        try:
            spared.update(model.get_submodule(part).modules())
        except AttributeError:
            raise ValueError(f"except_ must name parts of the model, got {part!r}") from None
    for layer in set(model.modules()) - spared:
        for parameter in layer.parameters(recurse=False):
            parameter.requires_grad = False
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()
            layer.train = lambda mode=True, layer=layer: layer


# 05-param-groups --------------------------------------------------------------------------------


@variant("05-param-groups")
def counts_from_the_input(model, base_lr, decay):
    if base_lr <= 0 or decay <= 0 or decay > 1:
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    parts = transfer.parts_of(model)
    groups = [
        {
            "params": [p for p in part.parameters() if p.requires_grad],
            "lr": base_lr * decay ** (len(parts) - 1 - number),
        }
        for number, (_, part) in enumerate(parts)
    ]
    return [group for group in groups if group["params"]]


@variant("05-param-groups")
def puts_them_in_front(model, base_lr, decay):
    if not (base_lr > 0 and 0 < decay <= 1):
        raise ValueError(f"base_lr or decay out of range, got {base_lr}, {decay}")
    groups = []
    for distance, (_, part) in enumerate(transfer.parts_of(model)[::-1]):
        learning = list(filter(lambda p: p.requires_grad, part.parameters()))
        if learning:
            groups.insert(0, {"params": learning, "lr": base_lr * decay**distance})
    return groups


# 05-unfreezing ----------------------------------------------------------------------------------


@variant("05-unfreezing")
class asks_the_optimizer:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError("every must be at least 1")
        self.model, self.optimizer, self.every, self.decay = model, optimizer, every, decay
        self.base = optimizer.param_groups[0]["lr"]

    def step(self, epoch):
        known = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        parts, joined = transfer.parts_of(self.model)[::-1], []
        for distance, (name, part) in enumerate(parts[: 1 + epoch // self.every]):
            new = [p for p in part.parameters() if id(p) not in known]
            if new:
                part.requires_grad_()
                rate = self.base * self.decay**distance
                self.optimizer.add_param_group({"params": new, "lr": rate})
                joined.append(name)
        return joined


@variant("05-unfreezing")
class takes_from_a_stack:  # noqa: N801
    def __init__(self, model, optimizer, every=1, decay=1.0):
        if every < 1:
            raise ValueError("every must be at least 1")
        self.stack = transfer.parts_of(model)[:-1]
        self.total = len(self.stack)
        self.optimizer, self.every, self.decay = optimizer, every, decay
        self.head_rate = optimizer.defaults["lr"]

    def step(self, epoch):
        joined = []
        while self.stack and self.total - len(self.stack) < epoch // self.every:
            name, part = self.stack.pop()
            for parameter in part.parameters():
                parameter.requires_grad = True
            rate = self.head_rate * self.decay ** (self.total - len(self.stack))
            self.optimizer.add_param_group({"params": part.parameters(), "lr": rate})
            joined.append(name)
        return joined


# 05-mixing --------------------------------------------------------------------------------------


@variant("05-mixing")
def mixes_by_lerp(x, y, num_classes, alpha, generator):
    if alpha <= 0:
        raise ValueError(f"alpha must be above 0, got {alpha}")
    lam = mixing.beta(alpha, generator)
    order = torch.randperm(x.shape[0], generator=generator)
    labels = torch.eye(num_classes, device=y.device)[y]
    return torch.lerp(x[order], x, lam), torch.lerp(labels[order], labels, lam)


@variant("05-mixing", function="cutmix")
def pastes_by_a_mask(x, y, num_classes, alpha, generator):
    height, width = x.shape[2], x.shape[3]
    lam = mixing.beta(alpha, generator)
    order = torch.randperm(len(x), generator=generator)
    row = torch.randint(height, (1,), generator=generator)
    column = torch.randint(width, (1,), generator=generator)
    tall, wide = round(height * (1 - lam) ** 0.5), round(width * (1 - lam) ** 0.5)
    rows = torch.arange(height) - (row - tall // 2)
    columns = torch.arange(width) - (column - wide // 2)
    mask = ((rows >= 0) & (rows < tall))[:, None] & ((columns >= 0) & (columns < wide))
    share, mask = mask.float().mean().item(), mask.to(x.device)
    labels = F.one_hot(y, num_classes).float()
    return torch.where(mask, x[order], x), torch.lerp(labels, labels[order], share)


# 05-fine-tune -----------------------------------------------------------------------------------


@variant_run
def one_rate_for_all(model, seed=0):
    torch.manual_seed(seed)
    loader = surfaces.loader("train", 24, seed)
    model = replace_head(model, 10)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50)
    for _ in range(5):
        for images, labels in loader:
            images = images.flip(-1) if torch.rand(()) < 0.5 else images
            images = torch.rot90(images, int(torch.randint(4, ())), (2, 3))
            train.train_step(model, (images, labels), F.cross_entropy, optimizer)
            schedule.step()
    return model.eval()


@variant_run
def head_first_then_all(model, seed=0):
    torch.manual_seed(seed)
    loader = surfaces.loader("train", 24, seed)
    model = replace_head(model, 10)
    freeze(model, except_=("classifier",))
    optimizer = torch.optim.AdamW(model.classifier.parameters(), lr=1e-2)
    unfreezing = GradualUnfreezing(model, optimizer, every=1, decay=0.5)
    for epoch in range(5):
        unfreezing.step(2 * epoch)
        train.train_epoch(model, loader, optimizer, F.cross_entropy)
    return model.eval()


# 05-bug-hunt ------------------------------------------------------------------------------------


@variant("05-bug-hunt")
def asks_twice(model, base_lr):
    last = transfer.parts_of(model)[-1][1]
    known = set(map(id, last.parameters()))
    body = [p for p in model.parameters() if id(p) not in known]
    return [{"params": body, "lr": base_lr / 10}, {"params": last.parameters(), "lr": base_lr}]


@variant("05-bug-hunt")
def goes_by_parts(model, base_lr):
    *rest, (_, last) = transfer.parts_of(model)
    body = [p for _, part in rest for p in part.parameters()]
    return [
        {"params": body, "lr": 0.1 * base_lr},
        {"params": list(last.parameters()), "lr": base_lr},
    ]
