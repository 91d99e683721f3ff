"""Right but different solutions to session 03.

Like mistakes they are pasted into notebooks as they stand: torch, F, nn, CONFIGS and earlier
exercises of the session are there, anything else is imported inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from autograder.variants import Answer, Variant, _registry, variant
from cvlib import data
from cvlib.mistakes.attempt import source_as
from cvlib.models.vgg import CONFIGS, VGG, vgg_block
from cvlib.train import evaluate, train_step


@dataclass(frozen=True)
class VariantRun(Variant):
    """A right `fit_reader`, with the line that runs it."""

    def source(self, name: str) -> str:
        """The variant as a learner would have typed it, and run it."""
        return f"{source_as(self.answer, 'fit_reader')}\n\n\nreader = fit_reader()"


def variant_run(fit: Answer) -> Answer:
    """Register a right `fit_reader`."""
    new = VariantRun(fit.__name__, "03-fit", fit)
    _registry.setdefault("03-fit", {})[new.id] = new
    return fit


# 03-lenet ---------------------------------------------------------------------------------------


@variant("03-lenet")
class one_chain(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2),
            nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(),
            nn.Linear(84, num_classes),
        )  # fmt: skip

    def forward(self, x):
        return self.net(x)


@variant("03-lenet")
class defined_from_the_end(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.out = nn.Linear(84, num_classes)
        self.narrow = nn.Linear(120, 84)
        self.late = nn.Conv2d(6, 16, 5)
        self.wide = nn.Linear(400, 120)
        self.early = nn.Conv2d(1, 6, 5)

    def forward(self, x):
        for layer in (self.early, self.late):
            x = nn.functional.avg_pool2d(layer(x).tanh(), kernel_size=2, stride=2)
        x = x.reshape(len(x), -1)
        return self.out(self.narrow(self.wide(x).tanh()).tanh())


@variant("03-lenet")
class functional_with_own_weights(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        shapes = [(6, 1, 5, 5), (16, 6, 5, 5), (120, 400), (84, 120), (num_classes, 84)]
        self.weights = nn.ParameterList([nn.Parameter(0.1 * torch.randn(s)) for s in shapes])
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(s[0])) for s in shapes])

    def forward(self, x):
        for w, b in list(zip(self.weights, self.biases, strict=True))[:2]:
            x = F.avg_pool2d(F.conv2d(x, w, b).tanh(), 2)
        x = x.flatten(1)
        for w, b in list(zip(self.weights, self.biases, strict=True))[2:4]:
            x = F.linear(x, w, b).tanh()
        return F.linear(x, self.weights[4], self.biases[4])


# 03-count ---------------------------------------------------------------------------------------


@variant("03-count")
def counts_by_shape(module, trainable_only=False):
    total = 0
    for parameter in module.parameters():
        if trainable_only and not parameter.requires_grad:
            continue
        total += parameter.shape.numel()
    return total


@variant("03-count")
def lays_all_in_a_row(module, trainable_only=False):
    kept = [p for _, p in module.named_parameters() if p.requires_grad >= trainable_only]
    return len(torch.cat([p.flatten() for p in kept])) if kept else 0


# 03-vgg-block -----------------------------------------------------------------------------------


@variant("03-vgg-block")
def pools_before_the_last_relu(in_channels, out_channels, num_convs):
    if num_convs < 1:
        raise ValueError(f"num_convs must be at least 1, got {num_convs}")
    layers = [nn.Conv2d(in_channels, out_channels, 3, padding=1)]
    for _ in range(num_convs - 1):
        layers += [nn.ReLU(), nn.Conv2d(out_channels, out_channels, 3, padding=1)]
    return nn.Sequential(*layers, nn.MaxPool2d(2), nn.ReLU())


@variant("03-vgg-block")
def appends_to_a_sequential(in_channels, out_channels, num_convs):
    if num_convs < 1:
        raise ValueError(f"num_convs must be at least 1, got {num_convs}")
    block = nn.Sequential()
    for number in range(num_convs):
        channels = out_channels if number else in_channels
        block.append(nn.Conv2d(channels, out_channels, 3, padding="same"))
        block.append(nn.ReLU(inplace=True))
    return block.append(nn.MaxPool2d(kernel_size=2, stride=2))


@variant("03-vgg-block")
def lists_the_channels(in_channels, out_channels, num_convs):
    if num_convs < 1:
        raise ValueError(f"num_convs must be at least 1, got {num_convs}")
    from itertools import pairwise

    channels = [in_channels] + [out_channels] * num_convs
    layers = []
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, (3, 3), (1, 1), (1, 1)), nn.ReLU()]
    layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers)


# 03-vgg -----------------------------------------------------------------------------------------


@variant("03-vgg")
class writes_the_layers_itself(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head == "fc":
            pooled = 7
        elif head == "gap":
            pooled = 1
        else:
            raise ValueError(f"unknown head {head}")
        self.features = nn.Sequential()
        for channels, num_convs in CONFIGS.get(config, ()) if type(config) is int else config:
            for _ in range(num_convs):
                self.features.append(nn.Conv2d(in_channels, channels, 3, 1, 1))
                self.features.append(nn.ReLU(inplace=True))
                in_channels = channels
            self.features.append(nn.MaxPool2d(2, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((pooled, pooled))
        if pooled == 7:
            self.classifier = nn.Sequential(
                nn.Linear(in_channels * 49, hidden), nn.ReLU(True), nn.Dropout(0.5),
                nn.Linear(hidden, hidden), nn.ReLU(True), nn.Dropout(0.5),
                nn.Linear(hidden, num_classes),
            )  # fmt: skip
        else:
            self.classifier = nn.Sequential(nn.Flatten(), nn.Linear(in_channels, num_classes))

    def forward(self, x):
        maps = self.avgpool(self.features(x))
        return self.classifier(torch.flatten(maps, start_dim=1))


@variant("03-vgg")
class defines_the_head_first(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        from itertools import pairwise

        heads = {"fc": 7, "gap": 1}
        if head not in heads:
            raise ValueError(f"head must be one of {list(heads)}, got {head!r}")
        blocks = CONFIGS[config] if isinstance(config, int) else config
        last = blocks[-1][0]
        widths = [last * 49, hidden, hidden]
        layers = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*layers, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(last, num_classes)
        self.avgpool = nn.AdaptiveAvgPool2d(heads[head])
        ins = [in_channels] + [channels for channels, _ in blocks]
        parts = [vgg_block(i, c, n) for i, (c, n) in zip(ins[:-1], blocks, strict=True)]
        self.features = nn.Sequential(*(layer for part in parts for layer in part))
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(layer.bias)

    def forward(self, x):
        x = self.features(x)
        x = self.avgpool(x)
        return self.classifier(x.view(x.size(0), -1))


# 03-vgg-parameters ------------------------------------------------------------------------------


@variant("03-vgg-parameters")
def sums_a_list_of_layers(config, num_classes, image_size=224):
    from itertools import pairwise

    blocks = CONFIGS[config] if isinstance(config, int) else config
    size = image_size // 2 ** len(blocks)
    if size < 1:
        raise ValueError(f"image_size too small: {image_size}")
    widths = [3] + [channels for channels, num_convs in blocks for _ in range(num_convs)]
    layers = [(9 * before, after) for before, after in pairwise(widths)]
    layers += [(widths[-1] * size**2, 4096), (4096, 4096), (4096, num_classes)]
    return sum(inputs * outputs + outputs for inputs, outputs in layers)


@variant("03-vgg-parameters")
def first_and_others(config, num_classes, image_size=224):
    total, channels = 123_642_856 - 25_088 * 4096 - 4097 * 1000 + 4097 * num_classes, 3
    for out, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        total += 9 * channels * out + (num_convs - 1) * 9 * out**2 + num_convs * out
        channels, image_size = out, image_size // 2
    if not image_size:
        raise ValueError("image_size is used up by the pools")
    return total + channels * image_size**2 * 4096


# 03-train-step ----------------------------------------------------------------------------------


@variant("03-train-step")
def forgets_in_between(model, batch, loss_fn, optimizer):
    x, y = batch
    model.train(True)
    logits = model(x)
    loss = loss_fn(logits, y)
    optimizer.zero_grad(set_to_none=False)
    loss.backward()
    optimizer.step()
    return float(loss)


@variant("03-train-step")
def tidies_up_twice(model, batch, loss_fn, optimizer):
    model.train()
    model.zero_grad()
    value = loss_fn(model(batch[0]), batch[1])
    value.backward()
    optimizer.step()
    optimizer.zero_grad()
    return value.detach().item()


# 03-evaluate ------------------------------------------------------------------------------------


@variant("03-evaluate")
def collects_every_answer(model, loader):
    before = model.training
    model.train(False)
    hits = []
    with torch.inference_mode():
        for images, labels in loader:
            hits += (model(images).max(dim=1).indices == labels).tolist()
    model.train(before)
    if not hits:
        raise ValueError("the loader is empty")
    return sum(hits) / len(hits)


@variant("03-evaluate")
@torch.no_grad()
def weighs_batch_means(model, loader):
    before = model.training
    model.eval()
    weighted, total = 0.0, 0
    with torch.no_grad():
        for images, labels in loader:
            guesses = torch.softmax(model(images), dim=-1).argmax(-1)
            weighted += guesses.eq(labels).double().mean().item() * labels.size(0)
            total += labels.size(0)
    if before:
        model.train()
    if not total:
        raise ValueError("no samples in loader")
    return weighted / total


# 03-fit -----------------------------------------------------------------------------------------


@variant_run
def with_a_fully_connected_head(seed=0):
    torch.manual_seed(seed)
    train_loader, _ = data.loaders(32, seed)
    model = VGG([(16, 2), (32, 2)], 10, in_channels=1, hidden=64)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for epoch in range(12):
        if epoch == 9:
            optimizer.param_groups[0]["lr"] = 4e-4
        for batch in train_loader:
            train_step(model, batch, F.cross_entropy, optimizer)
    model.eval()
    return model


@variant_run
def keeps_the_best_of_twenty_epochs(seed=0):
    import copy

    torch.manual_seed(seed)
    train_loader, held_out = data.loaders(64, seed)
    model: nn.Module = VGG([(32, 1), (64, 1)], 10, in_channels=1, head="gap")
    optimizer = torch.optim.Adam(model.parameters(), lr=8e-3)
    best: tuple[float, Any] = (0.0, None)
    for _ in range(20):
        for batch in train_loader:
            train_step(model, batch, nn.CrossEntropyLoss(), optimizer)
        accuracy = evaluate(model, held_out)
        if accuracy > best[0]:
            best = accuracy, copy.deepcopy(model)
    return best[1].eval()


# 03-bug-hunt ------------------------------------------------------------------------------------


@variant("03-bug-hunt")
def exchanges_one_name(model, train_loader, held_out, optimizer, epochs):
    for _ in range(epochs):
        model.train()
        for images, labels in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in held_out:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    return right / total


@variant("03-bug-hunt")
def collects_all_held_out(model, train_loader, held_out, optimizer, epochs):
    for _ in range(epochs):
        model.train()
        for images, labels in train_loader:
            loss = nn.CrossEntropyLoss()(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    hits = []
    with torch.no_grad():
        for images, labels in held_out:
            hits += (model(images).argmax(dim=1) == labels).tolist()
    return sum(hits) / len(hits)
