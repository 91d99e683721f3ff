"""Known mistakes of session 03, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, F, nn, CONFIGS and exercises that come earlier in the session, nothing
else. What happens in training (exercise 8) is told by what the trained network does.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cvlib import data, digit_reading
from cvlib.mistakes import mistake, mistaken_values, slip
from cvlib.mistakes.runs import mistaken_runs
from cvlib.models.vgg import CONFIGS, VGG, vgg_block
from cvlib.train import train_step

mistaken_run = mistaken_runs("03-fit", "reader = fit_reader()")


# 03-lenet ---------------------------------------------------------------------------------------


@mistake(
    "03-lenet",
    says="ReLU stands where LeNet-5 has tanh.",
    asks="ReLU became usual in 2012. Which bend did 1998 use?",
)
class bends_with_relu(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(torch.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.relu(self.fc1(x.flatten(1)))
        return self.fc3(torch.relu(self.fc2(x)))


@mistake(
    "03-lenet",
    says="The pools take the largest of four numbers instead of their mean.",
    asks="What does the table say that the pools do with their 2 × 2 windows?",
)
class pools_the_maximum(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.max_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.max_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


@mistake(
    "03-lenet",
    says="The first convolution has padding 2 and keeps 32 × 32, so the first linear layer grew.",
    asks="How large is the map after a 5 × 5 window without padding went over 32 × 32 pixels?",
)
class pads_the_first_layer(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(16 * 6 * 6, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


@mistake(
    "03-lenet",
    says="A softmax stands at the end, so probabilities come out instead of logits.",
    asks="Session 02: what does `F.cross_entropy` want to be given?",
)
class lets_lenet_end_with_softmax(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return torch.softmax(self.fc3(torch.tanh(self.fc2(x))), dim=1)


@mistake(
    "03-lenet",
    says="A tanh follows the last layer, so no logit can leave −1 … 1.",
    asks="After how many of the three linear layers does the table have a tanh?",
)
class bends_the_logits(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return torch.tanh(self.fc3(torch.tanh(self.fc2(x))))


@mistake(
    "03-lenet",
    says="Nothing bends between the linear layers, so the three are worth one.",
    asks="What is a product of three matrices?",
)
class forgets_tanh_in_the_head(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        return self.fc3(self.fc2(self.fc1(x.flatten(1))))


@mistake(
    "03-lenet",
    says="The pool comes before the tanh. With a maximum that would be the same, with a mean it "
    "is not.",
    asks="Is the tanh of a mean the mean of the tanhs?",
)
class pools_before_tanh(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = torch.tanh(F.avg_pool2d(self.conv1(x), 2))
        x = torch.tanh(F.avg_pool2d(self.conv2(x), 2))
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


@mistake(
    "03-lenet",
    says="The network always has ten classes, whatever `num_classes` says.",
    asks="Where does `num_classes` come in?",
)
class has_ten_classes_for_ever(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


@mistake(
    "03-lenet",
    says="The convolutions are followed by a pool at once; their tanh is missing.",
    asks="What stands between each convolution and its pool in the table?",
)
class forgets_tanh_in_front(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(self.conv1(x), 2)
        x = F.avg_pool2d(self.conv2(x), 2)
        x = torch.tanh(self.fc1(x.flatten(1)))
        return self.fc3(torch.tanh(self.fc2(x)))


@mistake(
    "03-lenet",
    says="Everything is flattened, the batch as well: all images end up in one row.",
    asks="Which shape has (2, 16, 5, 5) after `flatten()`, and which after `flatten(1)`?",
)
class flattens_the_batch_too(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2 = nn.Linear(400, 120), nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.flatten()))
        return self.fc3(torch.tanh(self.fc2(x)))


@mistake(
    "03-lenet",
    says="PyTorch doesn't find the layers: they lie in a plain Python list, or are made anew in "
    "`forward`, so nothing of them is registered, and nothing would learn.",
    asks="What does `list(LeNet5().parameters())` show? And with `nn.Sequential`, or one attribute "
    "for each layer?",
)
class hides_the_layers(nn.Module):  # noqa: N801
    def __init__(self, num_classes=10):
        super().__init__()
        front = [nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)]
        middle = [nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Flatten()]
        head = [nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh()]
        self.layers = [*front, *middle, *head, nn.Linear(84, num_classes)]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


# 03-count ---------------------------------------------------------------------------------------


@mistake(
    "03-count",
    says="The tensors are counted, not the numbers in them.",
    asks="How many numbers are in the weight of `nn.Linear(4, 6)`?",
)
def counts_tensors(module, trainable_only=False):
    return sum(1 for p in module.parameters() if p.requires_grad or not trainable_only)


@mistake(
    "03-count",
    says="Only tensors with at least two axes are counted, so biases are missing.",
    asks="Does a bias learn?",
)
def forgets_the_biases(module, trainable_only=False):
    chosen = [p for p in module.parameters() if p.requires_grad or not trainable_only]
    return sum(p.numel() for p in chosen if p.dim() > 1)


@mistake(
    "03-count",
    says="Everything that is saved is counted, buffers too.",
    asks="A running mean stands in `state_dict()`. Does an optimizer change it?",
)
def counts_what_is_saved(module, trainable_only=False):
    if trainable_only:
        return sum(p.numel() for p in module.parameters() if p.requires_grad)
    return sum(value.numel() for value in module.state_dict().values())


@mistake(
    "03-count",
    says="Frozen parameters are counted even with `trainable_only=True`.",
    asks="Which attribute of a parameter says whether it is frozen?",
)
def ignores_trainable_only(module, trainable_only=False):
    return sum(p.numel() for p in module.parameters())


@mistake(
    "03-count",
    says="Frozen parameters are left out even when nobody asked for that.",
    asks="What should the count of a frozen layer be with `trainable_only=False`?",
)
def always_leaves_frozen_out(module, trainable_only=False):
    return sum(p.numel() for p in module.parameters() if p.requires_grad)


@mistake(
    "03-count",
    says="With `trainable_only=True` the frozen ones are counted, not the others.",
    asks="A frozen parameter has `requires_grad` False. Which ones do you keep?",
)
def counts_the_frozen(module, trainable_only=False):
    return sum(p.numel() for p in module.parameters() if not (trainable_only and p.requires_grad))


@mistake(
    "03-count",
    says="Parameters of nested modules are counted again at each level.",
    asks="Does `module.parameters()` look into the layers inside by itself?",
)
def counts_every_level(module, trainable_only=False):
    total = 0
    for part in module.modules():
        for p in part.parameters():
            if p.requires_grad or not trainable_only:
                total += p.numel()
    return total


# 03-vgg-block -----------------------------------------------------------------------------------


@mistake(
    "03-vgg-block",
    says="There is one ReLU at the end, and none between the convolutions.",
    asks="What are two convolutions in a row worth without a bend between them?",
)
def forgets_relu_between(in_channels, out_channels, num_convs):
    layers = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        layers.append(nn.Conv2d(channels, out_channels, 3, padding=1))
    return nn.Sequential(*layers, nn.ReLU(), nn.MaxPool2d(2))


@mistake(
    "03-vgg-block",
    says="The ReLUs are missing.",
    asks="What follows each convolution?",
)
def forgets_every_relu(in_channels, out_channels, num_convs):
    layers = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        layers.append(nn.Conv2d(channels, out_channels, 3, padding=1))
    return nn.Sequential(*layers, nn.MaxPool2d(2))


@mistake(
    "03-vgg-block",
    says="Every convolution doubles the channels of the one before.",
    asks="Within one block, which convolutions change the number of channels?",
)
def doubles_every_convolution(in_channels, out_channels, num_convs):
    layers = []
    for number in range(num_convs):
        wide = out_channels * 2**number
        layers += [nn.Conv2d(in_channels, wide, 3, padding=1), nn.ReLU()]
        in_channels = wide
    return nn.Sequential(*layers, nn.MaxPool2d(2))


@mistake(
    "03-vgg-block",
    says="Every convolution starts from `in_channels`, but only the first one gets that many.",
    asks="How many channels come out of the first convolution?",
)
def starts_each_from_the_input(in_channels, out_channels, num_convs):
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2))


@mistake(
    "03-vgg-block",
    says="The pool is missing, so height and width stay.",
    asks="How do height and width of the output differ from those of the input?",
)
def forgets_the_pool(in_channels, out_channels, num_convs):
    layers = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        layers += [nn.Conv2d(channels, out_channels, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers)


@mistake(
    "03-vgg-block",
    says="The convolutions have no padding, so each takes a cell off every side.",
    asks="How large is an 8 × 8 map after a 3 × 3 window without padding?",
)
def forgets_the_padding(in_channels, out_channels, num_convs):
    layers = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        layers += [nn.Conv2d(channels, out_channels, 3), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2, ceil_mode=True))


@mistake(
    "03-vgg-block",
    says="There is a pool after every convolution instead of one for the block.",
    asks="How often does one block halve the size?",
)
def pools_after_every_convolution(in_channels, out_channels, num_convs):
    layers = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        layers += [nn.Conv2d(channels, out_channels, 3, padding=1), nn.ReLU()]
        layers.append(nn.MaxPool2d(2, ceil_mode=True))
    return nn.Sequential(*layers)


@mistake(
    "03-vgg-block",
    says="The pool takes means instead of maxima.",
    asks="Which kind of pool does the specification name?",
)
def pools_the_mean(in_channels, out_channels, num_convs):
    layers = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        layers += [nn.Conv2d(channels, out_channels, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.AvgPool2d(2))


@mistake(
    "03-vgg-block",
    says="One and the same convolution is used again and again: `[layer] * n` repeats the object.",
    asks="How many weights should a block with three convolutions learn?",
)
def repeats_one_object(in_channels, out_channels, num_convs):
    layers = [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
    layers += [nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.ReLU()] * (num_convs - 1)
    return nn.Sequential(*layers, nn.MaxPool2d(2))


@mistake(
    "03-vgg-block",
    says="Each convolution and its ReLU are wrapped in a Sequential of their own, so the layers "
    "have other names.",
    asks="Which layers should `block[0]` and `block[1]` be?",
)
def wraps_each_pair(in_channels, out_channels, num_convs):
    pairs = []
    for number in range(num_convs):
        channels = in_channels if number == 0 else out_channels
        conv = nn.Conv2d(channels, out_channels, 3, padding=1)
        pairs.append(nn.Sequential(conv, nn.ReLU()))
    return nn.Sequential(*pairs, nn.MaxPool2d(2))


@mistake(
    "03-vgg-block",
    says="There is one convolution too many: the first one is not counted among `num_convs`.",
    asks="How many convolutions should `vgg_block(3, 8, 1)` have?",
)
def makes_one_too_many(in_channels, out_channels, num_convs):
    layers = [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
    for _ in range(num_convs):
        layers += [nn.Conv2d(out_channels, out_channels, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(2))


@mistake(
    "03-vgg-block",
    says="There are batch normalisations, which came a year after VGG.",
    asks="Which layers does the specification list between a convolution and its ReLU?",
)
def adds_batch_norm(in_channels, out_channels, num_convs):
    if num_convs < 1:
        raise ValueError(f"num_convs must be at least 1, got {num_convs}")
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1)]
        layers += [nn.BatchNorm2d(out_channels), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(2))


# 03-vgg -----------------------------------------------------------------------------------------


@mistake(
    "03-vgg",
    says="A softmax stands at the end, so probabilities come out instead of logits.",
    asks="The loss has a softmax of its own. What happens when it runs twice?",
)
class ends_with_softmax(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1)).softmax(dim=1)


@mistake(
    "03-vgg",
    says="The features are nested block by block, so their names differ from the published ones.",
    asks="What is the name of the second convolution: `features.2` or `features.0.2`?",
)
class nests_the_blocks(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        blocks = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            blocks.append(vgg_block(in_channels, channels, num_convs))
            in_channels = channels
        self.features = nn.Sequential(*blocks)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="The head has no dropout, which also moves its linear layers to other places.",
    asks="At which places does the table have linear layers, counted from 0?",
)
class forgets_dropout(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        fc = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="The linear layers of the head follow each other without a ReLU.",
    asks="What stands between two Linears in the table?",
)
class forgets_relu_in_the_head(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        fc = [first, nn.Dropout(), second, nn.Dropout(), nn.Linear(hidden, num_classes)]
        self.classifier = nn.Sequential(*fc) if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says='With `head="gap"` nothing flattens (N, C, 1, 1), and the linear layer looks along the '
    "last axis.",
    asks="Which shape comes out of `nn.AdaptiveAvgPool2d(1)`, and which one does a Linear want?",
)
class forgets_to_flatten_the_mean(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.head = head
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(x.flatten(1) if self.head == "fc" else x)


@mistake(
    "03-vgg",
    says="Every block is told that 3 channels come in.",
    asks="How many channels does the second block get from the first?",
)
class forgets_to_carry_channels_on(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="The first block always expects colour: `in_channels` is not used.",
    asks="How many channels does a grey image have?",
)
class sees_colour_only(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers, before = [], 3
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(before, channels, num_convs)
            before = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says='With `head="gap"` the maximum of each map is taken instead of its mean.',
    asks="What does the A in GAP stand for?",
)
class takes_the_maximum_of_each_map(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7) if head == "fc" else nn.AdaptiveMaxPool2d(1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="The head is always fully connected: `head` is checked, but not used.",
    asks="What do `avgpool` and `classifier` look like in the right column of the table?",
)
class always_builds_the_large_head(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        self.classifier = nn.Sequential(*block, nn.Linear(hidden, num_classes))

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="The hidden layers are always 4096 wide: `hidden` is not used.",
    asks="Where does `hidden` come in?",
)
class ignores_hidden(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        self.classifier = nn.Linear(channels, num_classes)
        if head == "fc":
            first, second = nn.Linear(channels * 49, 4096), nn.Linear(4096, 4096)
            block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
            self.classifier = nn.Sequential(*block, nn.Linear(4096, num_classes))

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="The large head has one hidden layer instead of two.",
    asks="How many Linears does the table list for the head `fc`?",
)
class has_one_hidden_layer(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        block = [nn.Linear(channels * 49, hidden), nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="The head expects 512 maps, whatever the last block gives.",
    asks="How many maps come out of `[(4, 1), (6, 2)]`?",
)
class believes_in_512(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(512 * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(512, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)).flatten(1))


@mistake(
    "03-vgg",
    says="Nothing flattens what `avgpool` gives, and a linear layer looks along the last axis "
    "only.",
    asks="Which shape comes out of `avgpool`, and which one does the first Linear want?",
)
class never_flattens(nn.Module):  # noqa: N801
    def __init__(self, config, num_classes, in_channels=3, head="fc", hidden=4096):
        super().__init__()
        if head not in ("fc", "gap"):
            raise ValueError(f"head must be fc or gap, got {head}")
        layers = []
        for channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
            layers += vgg_block(in_channels, channels, num_convs)
            in_channels = channels
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(7 if head == "fc" else 1)
        first, second = nn.Linear(channels * 49, hidden), nn.Linear(hidden, hidden)
        block = [first, nn.ReLU(), nn.Dropout(), second, nn.ReLU(), nn.Dropout()]
        fc = nn.Sequential(*block, nn.Linear(hidden, num_classes))
        self.classifier = fc if head == "fc" else nn.Linear(channels, num_classes)

    def forward(self, x):
        return self.classifier(self.avgpool(self.features(x)))


# 03-vgg-parameters ------------------------------------------------------------------------------


@mistake(
    "03-vgg-parameters",
    says="Weights are counted, biases are not.",
    asks="How many biases has a layer with 64 outputs?",
)
def leaves_biases_out(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        for _ in range(num_convs):
            total += 9 * channels * out_channels
            channels = out_channels
        size //= 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    return total + channels * size * size * 4096 + 4096 * 4096 + 4096 * num_classes


@mistake(
    "03-vgg-parameters",
    says="All convolutions of a block are counted like its first one.",
    asks="How many channels does the second convolution of a block get?",
)
def counts_each_like_the_first(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        total += num_convs * (9 * channels + 1) * out_channels
        channels, size = out_channels, size // 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    total += (channels * size * size + 1) * 4096 + 4097 * 4096
    return total + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="Only one convolution is counted for each block.",
    asks="What is the second number of each pair in `config`?",
)
def counts_one_per_block(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, _ in CONFIGS[config] if isinstance(config, int) else config:
        total += (9 * channels + 1) * out_channels
        channels, size = out_channels, size // 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    total += (channels * size * size + 1) * 4096 + 4097 * 4096
    return total + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="The first Linear always counts 7 × 7 positions, whatever the image size.",
    asks="How large is the map after all blocks when the image is twice as large?",
)
def believes_in_seven(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        for _ in range(num_convs):
            total += (9 * channels + 1) * out_channels
            channels = out_channels
        size //= 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    return total + (channels * 49 + 1) * 4096 + 4097 * 4096 + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="The size after the blocks is multiplied once, but a map has height and width.",
    asks="How many positions has a map of 7 × 7?",
)
def forgets_the_second_axis(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        for _ in range(num_convs):
            total += (9 * channels + 1) * out_channels
            channels = out_channels
        size //= 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    return total + (channels * size + 1) * 4096 + 4097 * 4096 + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="Each kernel is counted with 3 weights for a channel instead of 3 × 3.",
    asks="How many cells has the window of a 3 × 3 kernel?",
)
def counts_three_for_nine(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        for _ in range(num_convs):
            total += (3 * channels + 1) * out_channels
            channels = out_channels
        size //= 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    return total + (channels * size * size + 1) * 4096 + 4097 * 4096 + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="Of the two hidden layers of the head, only one is counted.",
    asks="How many Linears has the head in the table of exercise 4?",
)
def forgets_a_hidden_layer(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        for _ in range(num_convs):
            total += (9 * channels + 1) * out_channels
            channels = out_channels
        size //= 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    return total + (channels * size * size + 1) * 4096 + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="Sizes are divided by a power of two at the end without rounding, or rounded only then "
    "and upwards.",
    asks="A pool of 2 on a map of 15: is its output 7, 7.5 or 8 wide?",
)
def rounds_up(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    blocks = CONFIGS[config] if isinstance(config, int) else config
    if image_size < 2 ** len(blocks):
        raise ValueError(f"image_size={image_size} is too small")
    for out_channels, num_convs in blocks:
        for _ in range(num_convs):
            total += (9 * channels + 1) * out_channels
            channels = out_channels
        size = (size + 1) // 2
    return total + (channels * size * size + 1) * 4096 + 4097 * 4096 + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="An image that the pools use up is counted as if 0 positions were fine.",
    asks="What can a network learn from a map without a single cell?",
)
def accepts_an_empty_map(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        for _ in range(num_convs):
            total += (9 * channels + 1) * out_channels
            channels = out_channels
        size //= 2
    return total + (channels * size * size + 1) * 4096 + 4097 * 4096 + 4097 * num_classes


@mistake(
    "03-vgg-parameters",
    says="The convolutions are counted with their biases, the linear layers without.",
    asks="How many biases has `nn.Linear(4096, 1000)`?",
)
def leaves_biases_out_of_the_head(config, num_classes, image_size=224):
    total, channels, size = 0, 3, image_size
    for out_channels, num_convs in CONFIGS[config] if isinstance(config, int) else config:
        for _ in range(num_convs):
            total += (9 * channels + 1) * out_channels
            channels = out_channels
        size //= 2
    if size == 0:
        raise ValueError(f"image_size={image_size} is too small")
    return total + channels * size * size * 4096 + 4096 * 4096 + 4096 * num_classes


# 03-train-step ----------------------------------------------------------------------------------


@mistake(
    "03-train-step",
    says="Old gradients are never forgotten, and `backward` adds the new ones to them.",
    asks="What lies in `p.grad` before your `backward`, and what after it?",
)
def forgets_zero_grad(model, batch, loss_fn, optimizer):
    model.train()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake(
    "03-train-step",
    says="The weights do not move: there is no `optimizer.step()` with fresh gradients, as it is "
    "missing or comes before `backward` or after `zero_grad`.",
    asks="In which order do zero_grad, backward and step have to come?",
)
def never_moves(model, batch, loss_fn, optimizer):
    model.train()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@mistake(
    "03-train-step",
    says="The model stays in the mode in which it came.",
    asks="What if it was measured just before, and is still in evaluation mode?",
)
def forgets_training_mode(model, batch, loss_fn, optimizer):
    optimizer.zero_grad()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake(
    "03-train-step",
    says="The loss comes back as a tensor, and drags the graph of the whole step along.",
    asks="Which method makes a Python number of a tensor that holds one?",
)
def returns_the_tensor(model, batch, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss


@mistake(
    "03-train-step",
    says="The loss is computed anew after the step, which is another number and another forward "
    "pass.",
    asks="Which loss do your gradients belong to?",
)
def reports_the_loss_afterwards(model, batch, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    loss_fn(model(batch[0]), batch[1]).backward()
    optimizer.step()
    return loss_fn(model(batch[0]), batch[1]).item()


@mistake(
    "03-train-step",
    says="A softmax runs before the loss, which has one of its own.",
    asks="What does `loss_fn` want to be given: logits or probabilities?",
)
def squashes_before_the_loss(model, batch, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(batch[0]).softmax(dim=1), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake(
    "03-train-step",
    says="Nothing comes back: the `return` is missing.",
    asks="What does the signature promise behind its arrow?",
)
def forgets_to_return(model, batch, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()


@mistake(
    "03-train-step",
    says="The model is put into evaluation mode, and learns in it.",
    asks="Which of the two modes has the word for learning in its name?",
)
def learns_in_evaluation_mode(model, batch, loss_fn, optimizer):
    model.eval()
    optimizer.zero_grad()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake(
    "03-train-step",
    says="The loss is always cross-entropy, whatever `loss_fn` is.",
    asks="Which argument of your function is never used?",
)
def always_takes_cross_entropy(model, batch, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    loss = F.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake(
    "03-train-step",
    says="The loss is multiplied by the size of the batch before it is returned.",
    asks="Is the number that `loss_fn` gives a mean or a sum, and which one was asked for?",
)
def multiplies_by_the_batch(model, batch, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item() * len(batch[1])


@mistake(
    "03-train-step",
    says="The loss function gets labels and logits in the wrong order.",
    asks="What is the first argument of `F.cross_entropy`?",
)
def swaps_the_arguments(model, batch, loss_fn, optimizer):
    model.train()
    optimizer.zero_grad()
    loss = loss_fn(batch[1], model(batch[0]))
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake(
    "03-train-step",
    says="Old gradients are never forgotten, and the model stays in the mode in which it came.",
    asks="Which two things should not matter when the model arrives?",
)
def takes_things_as_they_come(model, batch, loss_fn, optimizer):
    loss = loss_fn(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss.item()


# 03-evaluate ------------------------------------------------------------------------------------


@mistake(
    "03-evaluate",
    says="The accuracies of the batches are averaged, so a sample in a short batch counts more.",
    asks="Batches of 30 and 3 samples: how much does one sample of each weigh in your mean?",
)
def averages_batch_means(model, loader):
    was_training = model.training
    model.eval()
    means = []
    with torch.no_grad():
        for images, labels in loader:
            means.append((model(images).argmax(dim=1) == labels).float().mean().item())
    model.train(was_training)
    if not means:
        raise ValueError("loader is empty")
    return sum(means) / len(means)


@mistake(
    "03-evaluate",
    says="The model is measured in the mode in which it came, which may be training mode.",
    asks="What do dropout and batch normalisation do in training mode?",
)
def forgets_evaluation_mode(model, loader):
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    if total == 0:
        raise ValueError("loader is empty")
    return right / total


@mistake(
    "03-evaluate",
    says="The share is right, but the model is left in evaluation mode.",
    asks="What becomes of dropout in the epoch after your measurement?",
)
def leaves_evaluation_mode_on(model, loader):
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    if total == 0:
        raise ValueError("loader is empty")
    return right / total


@mistake(
    "03-evaluate",
    says="The share is right, but the model is always put into training mode at the end.",
    asks="And if it came in evaluation mode?",
)
def always_trains_afterwards(model, loader):
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    model.train()
    if total == 0:
        raise ValueError("loader is empty")
    return right / total


@mistake(
    "03-evaluate",
    says="The share is right, but autograd follows every forward pass, which costs memory.",
    asks="Under which `with` does torch keep no books?",
)
def lets_autograd_follow(model, loader):
    was_training = model.training
    model.eval()
    right, total = 0, 0
    for images, labels in loader:
        right += (model(images).argmax(dim=1) == labels).sum().item()
        total += len(labels)
    model.train(was_training)
    if total == 0:
        raise ValueError("loader is empty")
    return right / total


@mistake(
    "03-evaluate",
    says="Only the last batch counts: the counters start anew in each turn of the loop.",
    asks="Where do the counters have to be set to 0: inside the loop, or before it?",
)
def counts_the_last_batch_only(model, loader):
    was_training = model.training
    model.eval()
    total = 0
    with torch.no_grad():
        for images, labels in loader:
            right = (model(images).argmax(dim=1) == labels).sum().item()
            total = len(labels)
    model.train(was_training)
    if total == 0:
        raise ValueError("loader is empty")
    return right / total


@mistake(
    "03-evaluate",
    says="The number of right ones is divided by the number of batches.",
    asks="Of how many samples do you want the share?",
)
def divides_by_the_batches(model, loader):
    was_training = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
    model.train(was_training)
    if len(loader) == 0:
        raise ValueError("loader is empty")
    return right / len(loader)


@mistake(
    "03-evaluate",
    says="The result is in per cent instead of a share.",
    asks="Which number between 0 and 1 stands for 97 %?",
)
def gives_per_cent(model, loader):
    was_training = model.training
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    model.train(was_training)
    if total == 0:
        raise ValueError("loader is empty")
    return 100 * right / total


@mistake(
    "03-evaluate",
    says="A tensor comes back: the counter of right ones was never made a Python number.",
    asks="What does `.item()` do with the sum of a comparison?",
)
def gives_a_tensor(model, loader):
    was_training = model.training
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum()
            total += len(labels)
    model.train(was_training)
    if total == 0:
        raise ValueError("loader is empty")
    return right / total


@mistake(
    "03-evaluate",
    says="An empty loader is answered with 0 instead of `ValueError`.",
    asks="Is a model that nobody asked anything always wrong?",
)
def calls_nothing_zero(model, loader):
    was_training = model.training
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    model.train(was_training)
    return right / total if total else 0.0


@mistake(
    "03-evaluate",
    says="The accuracies of the batches are averaged, and the model is left in evaluation mode.",
    asks="Batches of 30 and 3 samples: how much does one sample of each weigh? And who needs "
    "`model.training` afterwards?",
)
def averages_and_stays(model, loader):
    model.eval()
    means = []
    with torch.no_grad():
        for images, labels in loader:
            means.append((model(images).argmax(dim=1) == labels).float().mean().item())
    return sum(means) / len(means)


@mistake(
    "03-evaluate",
    says="Without an axis, `argmax()` gives one place for the whole batch, not a guess for each "
    "image.",
    asks="Logits are (N, K). Along which axis do the classes lie?",
)
def takes_one_guess_for_all(model, loader):
    was_training = model.training
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax() == labels).sum().item()
            total += len(labels)
    model.train(was_training)
    if total == 0:
        raise ValueError("loader is empty")
    return right / total


@mistake(
    "03-evaluate",
    says="The number of samples is asked of `loader.dataset`, and not every loader has one: a list "
    "of batches will do as well.",
    asks="Which batch tells how many samples it holds, without being asked for anything else?",
)
def asks_for_the_dataset(model, loader):
    was_training = model.training
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
    model.train(was_training)
    return right / len(loader.dataset)


# 03-fit -----------------------------------------------------------------------------------------


@mistaken_run(
    digit_reading.PROBABILITIES,
    says="The network ends with a softmax, so it gives probabilities and learns slowly.",
    asks="Which layer did you put behind the logits, and does `F.cross_entropy` need it?",
)
def puts_a_softmax_behind(seed=0):
    torch.manual_seed(seed)
    train_loader, _ = data.loaders(32, seed)
    net = VGG([(16, 1), (32, 1)], 10, in_channels=1, head="gap")
    model = nn.Sequential(net, nn.Softmax(dim=1))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for batch in train_loader:
        train_step(model, batch, F.cross_entropy, optimizer)
    return model.eval()


@mistaken_run(
    digit_reading.GUESSES,
    says="The network that comes back has learned nothing: it is a fresh one, or its optimizer "
    "moves the weights of another.",
    asks="Is the network that you return the one whose parameters the optimizer got?",
)
def trains_another_network(seed=0):
    torch.manual_seed(seed)
    train_loader, _ = data.loaders(32, seed)
    model = VGG([(16, 1), (32, 1)], 10, in_channels=1, head="gap")
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for batch in train_loader:
        train_step(model, batch, F.cross_entropy, optimizer)
    return VGG([(16, 1), (32, 1)], 10, in_channels=1, head="gap").eval()


@mistaken_run(
    digit_reading.SAME,
    says="The network gives the same logits for every image: steps that were far too large have "
    "killed its ReLUs.",
    asks="Print the loss of the first ten steps. Which learning rate keeps it from jumping?",
)
def takes_giant_steps(seed=0):
    torch.manual_seed(seed)
    train_loader, _ = data.loaders(32, seed)
    model = VGG([(16, 2), (32, 2)], 10, in_channels=1, head="gap")
    optimizer = torch.optim.Adam(model.parameters(), lr=3.0)
    for batch in train_loader:
        train_step(model, batch, F.cross_entropy, optimizer)
    return model.eval()


@mistaken_run(
    digit_reading.LEAKED,
    says="The network has learned from the held-out digits, so nobody knows how well it reads "
    "new ones.",
    asks="Which of the two loaders may `train_step` see?",
)
def learns_what_is_held_out(seed=0):
    torch.manual_seed(seed)
    _, held_out = data.loaders(32, seed)
    model = VGG([(16, 2), (32, 2)], 10, in_channels=1, head="gap")
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(40):
        for batch in held_out:
            train_step(model, batch, F.cross_entropy, optimizer)
    return model.eval()


@mistaken_run(
    digit_reading.UNSTEADY,
    says="The network is still in training mode, and its dropout blanks other units each time.",
    asks="`train_step` and `evaluate` leave the model in training mode. Who switches it off?",
)
def leaves_dropout_on(seed=0):
    torch.manual_seed(seed)
    train_loader, _ = data.loaders(32, seed)
    model = VGG([(16, 1), (32, 1)], 10, in_channels=1, head="fc", hidden=32)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for batch in train_loader:
        train_step(model, batch, F.cross_entropy, optimizer)
    return model


# 03-numbers -------------------------------------------------------------------------------------


@slip(
    "03-numbers",
    says="The weights of the block are counted, and its biases are missing.",
    asks="How many biases has each of its convolutions?",
)
def counts_no_biases_in_the_block(mine):
    narrow, wide, convs = mine["block"].values()
    return {"block": 9 * narrow * wide + (convs - 1) * 9 * wide * wide}


@slip(
    "03-numbers",
    says="Every convolution of the block is counted with the incoming channels of the first.",
    asks="How many channels arrive at the second convolution?",
)
def counts_the_first_again(mine):
    narrow, wide, convs = mine["block"].values()
    return {"block": convs * (9 * narrow + 1) * wide}


@slip(
    "03-numbers",
    says="One pool is missing: every block ends with one.",
    asks="Which is the last layer of a block?",
)
def pools_once_too_little(mine):
    return {"side": mine["side"]["picture"] // 2 ** (mine["side"]["blocks"] - 1)}


@slip(
    "03-numbers",
    says="The linear layer is given one number for each map; that is the head with GAP.",
    asks="How many numbers does one map hold when it is laid in a row?",
)
def sees_one_number_of_each_map(mine):
    return {"linear": mine["linear"]["maps"] * mine["linear"]["hidden"]}


@slip(
    "03-numbers",
    says="The biases are counted as well; the question is about weights.",
    asks="How many numbers does the layer add at the end, one for each unit?",
)
def counts_the_biases_too(mine):
    maps, side, hidden = mine["linear"].values()
    return {"linear": (maps * side * side + 1) * hidden}


@slip(
    "03-numbers",
    says="The fields are added as if they lay side by side: three pixels for each layer.",
    asks="Two layers see 5 pixels, not 6. How much does a further layer add?",
)
def lays_fields_side_by_side(mine):
    return {"field": 3 * mine["field"]["layers"]}


@slip(
    "03-numbers",
    says="Two pixels are counted for each layer, and the pixel in the middle is missing.",
    asks="How wide is the field of a single 3 × 3 layer?",
)
def forgets_the_middle(mine):
    return {"field": 2 * mine["field"]["layers"]}


@slip(
    "03-numbers",
    says="That is the share of the weights that is left, not the share that is saved.",
    asks="What do left and saved add up to?",
)
def tells_what_is_left(mine):
    n = mine["saved"]["layers"]
    return {"saved": 9 * n / (2 * n + 1) ** 2}


@slip(
    "03-numbers",
    says="The accuracies of the batches are averaged; the short one weighs as much as the others.",
    asks="Into which two numbers does `evaluate` count?",
)
def averages_three_accuracies(mine):
    sizes, right = mine["accuracy"].values()
    return {"accuracy": sum(n / size for n, size in zip(right, sizes, strict=True)) / 3}


# 03-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "03-bug-hunt",
    says="Accuracy is still measured on the samples that the model learned from.",
    asks="Which loader does the second loop go through?",
)
def leaves_it_as_it_was(model, train_loader, held_out, optimizer, epochs):
    for _ in range(epochs):
        model.train()
        for images, labels in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in train_loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    return right / total


@mistake(
    "03-bug-hunt",
    says="Now the model learns from the held-out samples too, and the report is as vain as before.",
    asks="Which of the two loops was wrong: the one that learns, or the one that measures?",
)
def learns_from_both(model, train_loader, held_out, optimizer, epochs):
    for _ in range(epochs):
        model.train()
        for images, labels in [*train_loader, *held_out]:
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


@mistake(
    "03-bug-hunt",
    says="The loaders changed places: the model learns from what was to be held out.",
    asks="From which samples should the model learn?",
)
def exchanges_the_loaders(model, train_loader, held_out, optimizer, epochs):
    for _ in range(epochs):
        model.train()
        for images, labels in held_out:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
    model.eval()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in train_loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    return right / total


@mistake(
    "03-bug-hunt",
    says="The loader is right now, but the model is measured in training mode.",
    asks="Which line switched dropout and batch normalisation over before the measurement?",
)
def measures_in_training_mode(model, train_loader, held_out, optimizer, epochs):
    for _ in range(epochs):
        model.train()
        for images, labels in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
    right, total = 0, 0
    with torch.no_grad():
        for images, labels in held_out:
            right += (model(images).argmax(dim=1) == labels).sum().item()
            total += len(labels)
    return right / total


@mistake(
    "03-bug-hunt",
    says="The loader is right now, but the accuracies of the batches are averaged.",
    asks="How much does a sample of a short batch count in your mean?",
)
def averages_the_batches(model, train_loader, held_out, optimizer, epochs):
    for _ in range(epochs):
        model.train()
        for images, labels in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(images), labels).backward()
            optimizer.step()
    model.eval()
    means = []
    with torch.no_grad():
        for images, labels in held_out:
            means.append((model(images).argmax(dim=1) == labels).float().mean().item())
    return sum(means) / len(means)


mistaken_values(
    "03-bug-hunt",
    "blames_the_learning_loop",
    says="The loop that learns is named; it goes through the right loader.",
    asks="The model may see `train_loader` while it learns. Where may it not?",
    bug_line=4,
)
mistaken_values(
    "03-bug-hunt",
    "blames_the_mode",
    says="The line with `model.eval()` is named; it is right, and in the right place.",
    asks="Which argument of the function is never used?",
    bug_line=8,
)
mistaken_values(
    "03-bug-hunt",
    "suspects_zero_grad",
    says="The gradients are named as the cause, but they are forgotten in time.",
    asks="Do lines 5 to 7 differ from your `train_step`?",
    why="A",
)
mistaken_values(
    "03-bug-hunt",
    "suspects_the_mean",
    says="The mean is named as the cause, but it is taken over samples, as it should be.",
    asks="Compare lines 12 to 14 with your `evaluate`. What is different: the sums, or the loader?",
    why="C",
)
mistaken_values(
    "03-bug-hunt",
    "suspects_evaluation_mode",
    says="Evaluation mode is named as the cause, but measuring in it is right.",
    asks="Would dropout make the report more honest, or only noisier?",
    bug_line=8,
    why="D",
)
