"""Known mistakes of session 04, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, F, nn and exercises that come earlier in the session, nothing else.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from cvlib.mistakes import mistake, mistaken_values, slip

# 04-batch-norm ----------------------------------------------------------------------------------


@mistake(
    "04-batch-norm",
    says="The unbiased variance (divided by n − 1) is used to normalise the batch.",
    asks="Which of the two variances makes the batch come out with variance exactly 1?",
)
class normalises_with_the_unbiased_variance(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3))
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var, self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The running variance is fed with the biased variance (divided by n).",
    asks="The running variance estimates that of *all* data from a sample. By what does one "
    "divide?",
)
class keeps_the_biased_variance(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(var, self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="Momentum is the wrong way round: it weighs the old estimate instead of the new batch.",
    asks="With momentum 0.1, which share of the new batch should enter the running estimate?",
)
class turns_momentum_round(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, 1 - self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), 1 - self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The standard deviation is taken for the variance, and its root divides.",
    asks="`std` is the root already. What should stand under the root in the formula?",
)
class takes_the_deviation_for_the_variance(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.std(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="A share of the batch is added, but the old running estimate is not made smaller by "
    "that share.",
    asks="If every batch has mean 10, where does your running mean end up?",
)
class keeps_the_old_estimate_whole(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean += self.momentum * mean
                self.running_var += self.momentum * x.var(dim=(0, 2, 3))
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The batch's own mean and variance are used in evaluation mode, too.",
    asks="In evaluation mode there may be a single picture. Whose mean should serve?",
)
class uses_the_batch_in_evaluation(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
        if self.training:
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="In training mode the running estimates normalise the batch, instead of its own mean "
    "and variance.",
    asks="Which mode is made for the running estimates?",
)
class normalises_with_the_running_estimates(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if self.training:
            with torch.no_grad():
                self.running_mean.lerp_(x.mean(dim=(0, 2, 3)), self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        scale = self.weight / (self.running_var + self.eps).sqrt()
        return (x - self.running_mean[:, None, None]) * scale[:, None, None] + self.bias[
            :, None, None
        ]


@mistake(
    "04-batch-norm",
    says="The running estimates never move.",
    asks="After `BatchNorm2d` has seen a batch in training mode, what is its `running_mean`?",
)
class never_moves_the_estimates(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The running estimates move in evaluation mode, too.",
    asks="Should a network change while it is only being asked?",
)
class moves_the_estimates_in_evaluation(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean.clone(), self.running_var.clone()
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
        with torch.no_grad():
            self.running_mean.lerp_(x.mean(dim=(0, 2, 3)), self.momentum)
            self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="Every picture is normalised by itself: the mean is taken over rows and columns only.",
    asks="How many means are there for a batch of 8 pictures with 3 channels: 24, or 3?",
)
class normalises_each_picture(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean[:, None, None], self.running_var[:, None, None]
        if self.training:
            mean = x.mean(dim=(2, 3), keepdim=True)
            var = x.var(dim=(2, 3), unbiased=False, keepdim=True)
            with torch.no_grad():
                self.running_mean.lerp_(mean.mean(dim=(0, 2, 3)), self.momentum)
                self.running_var.lerp_(x.var(dim=(2, 3)).mean(dim=0), self.momentum)
        x = (x - mean) / (var + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="All channels share one mean and one variance.",
    asks="A channel of large and one of small numbers: should each of them come out with "
    "variance 1?",
)
class mixes_the_channels(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean[:, None, None], self.running_var[:, None, None]
        if self.training:
            mean, var = x.mean(), x.var(unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean.expand_as(self.running_mean), self.momentum)
                self.running_var.lerp_(x.var().expand_as(self.running_var), self.momentum)
        x = (x - mean) / (var + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The root is missing: the numbers are divided by the variance, not by the standard "
    "deviation.",
    asks="A channel 0, 20 has the variance 100. Which number turns ±10 into ±1?",
)
class forgets_the_root(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps)
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The ε is added to the standard deviation, outside of the root.",
    asks="In the formula, what stands under the root?",
)
class adds_epsilon_outside_of_the_root(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None].sqrt() + self.eps)
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The numbers for eps and momentum are written into the code; what is asked for is not "
    "used.",
    asks="What should `BatchNorm2d(4, momentum=0.7)` do differently?",
)
class ignores_its_settings(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, 0.1)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), 0.1)
        x = (x - mean[:, None, None]) / (var[:, None, None] + 1e-5).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="Weight and bias are missing: nothing is learned.",
    asks="What does the network do if it wants a channel with mean 3?",
)
class learns_nothing(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        return (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()


@mistake(
    "04-batch-norm",
    says="The bias is added before the weight multiplies, so it is scaled as well.",
    asks="In y = γ · x̂ + β, what comes first?",
)
class adds_the_bias_first(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return self.weight[:, None, None] * (x + self.bias[:, None, None])


@mistake(
    "04-batch-norm",
    says="The running estimates are parameters, so the optimizer would train them.",
    asks="What does `self.register_buffer` do that `nn.Parameter` doesn't, and the other way "
    "round?",
)
class makes_the_estimates_parameters(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = nn.Parameter(torch.zeros(num_features))
        self.running_var = nn.Parameter(torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="The running estimates are plain attributes: they are not saved with the model, and stay "
    "behind when it moves to a GPU.",
    asks="Does `BatchNorm2d(3).state_dict()` show your running mean?",
)
class keeps_plain_attributes(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.running_mean = torch.zeros(num_features)
        self.running_var = torch.ones(num_features)

    def forward(self, x):
        self.running_mean = self.running_mean.to(x.device)
        self.running_var = self.running_var.to(x.device)
        mean, var = self.running_mean, self.running_var
        if self.training:
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="No gradient flows through the mean and the variance: they were computed without "
    "autograd.",
    asks="If one number of a channel grows, its mean grows. Which lines should autograd follow?",
)
class stops_the_gradient(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            with torch.no_grad():
                mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@mistake(
    "04-batch-norm",
    says="A batch of one picture is refused, although it has many values in each channel.",
    asks="How many values per channel has a single picture of 2 × 3 pixels?",
)
class refuses_a_single_picture(nn.Module):  # noqa: N801
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        mean, var = self.running_mean, self.running_var
        if self.training:
            if len(x) == 1:
                raise ValueError("x needs more than one picture")
            mean, var = x.mean(dim=(0, 2, 3)), x.var(dim=(0, 2, 3), unbiased=False)
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(x.var(dim=(0, 2, 3)), self.momentum)
        x = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        return x * self.weight[:, None, None] + self.bias[:, None, None]


# 04-shortcut ------------------------------------------------------------------------------------


@mistake(
    "04-shortcut",
    says="Only the stride is looked at; other channels need a projection, too.",
    asks="Can (64, 56, 56) be added to (256, 56, 56)?",
)
def looks_at_the_stride_only(in_channels, out_channels, stride):
    named = {"in_channels": in_channels, "out_channels": out_channels, "stride": stride}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return "identity" if stride == 1 else "projection"


@mistake(
    "04-shortcut",
    says="Only the channels are looked at; a stride needs a projection, too.",
    asks="Can (64, 56, 56) be added to (64, 28, 28)?",
)
def looks_at_the_channels_only(in_channels, out_channels, stride):
    named = {"in_channels": in_channels, "out_channels": out_channels, "stride": stride}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return "identity" if in_channels == out_channels else "projection"


@mistake(
    "04-shortcut",
    says="A projection is chosen only when channels *and* size change; one of them is enough.",
    asks="Is the opposite of “equal channels and stride 1” an “and”, or an “or”?",
)
def wants_both_changes(in_channels, out_channels, stride):
    named = {"in_channels": in_channels, "out_channels": out_channels, "stride": stride}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return "projection" if in_channels != out_channels and stride != 1 else "identity"


@mistake(
    "04-shortcut",
    says="The two words are exchanged.",
    asks="Which of the two has no parameters, and when will that do?",
)
def exchanges_the_words(in_channels, out_channels, stride):
    named = {"in_channels": in_channels, "out_channels": out_channels, "stride": stride}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return "projection" if in_channels == out_channels and stride == 1 else "identity"


@mistake(
    "04-shortcut",
    says="Fewer channels at the output are let through as an identity.",
    asks="Can (256, 56, 56) be added to (64, 56, 56)?",
)
def lets_channels_shrink(in_channels, out_channels, stride):
    named = {"in_channels": in_channels, "out_channels": out_channels, "stride": stride}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return "identity" if in_channels >= out_channels and stride == 1 else "projection"


@mistake(
    "04-shortcut",
    says="Bad arguments are not refused.",
    asks="What should happen for 0 channels, or a stride of 0?",
)
def refuses_nothing(in_channels, out_channels, stride):
    return "identity" if in_channels == out_channels and stride == 1 else "projection"


@mistake(
    "04-shortcut",
    says="True and False come back instead of the two words.",
    asks="Which type does the signature promise?",
)
def returns_truth_values(in_channels, out_channels, stride):
    named = {"in_channels": in_channels, "out_channels": out_channels, "stride": stride}
    for name, value in named.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    return in_channels == out_channels and stride == 1


# 04-basic-block ----------------------------------------------------------------------------------


@mistake(
    "04-basic-block",
    says="The shortcut is added after the last ReLU instead of before it.",
    asks="In y = relu(F(x) + x), what does the last ReLU see?",
)
class adds_after_the_last_relu(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out) + shortcut


@mistake(
    "04-basic-block",
    says="There is a ReLU after the second batch norm, before the addition.",
    asks="Should F(x) be able to *subtract* something from x?",
)
class bends_before_the_addition(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(F.relu(out) + shortcut)


@mistake(
    "04-basic-block",
    says="There is no ReLU after the addition.",
    asks="What stands at the end of the path, after “+ shortcut”?",
)
class forgets_the_relu_after_the_addition(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return out + shortcut


@mistake(
    "04-basic-block",
    says="There is no ReLU between the two convolutions.",
    asks="What are two convolutions worth with nothing bent between them (session 02)?",
)
class forgets_the_relu_between(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = self.bn1(self.conv1(x))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="The shortcut is never added: this is a plain block.",
    asks="Where does x come back in?",
)
class forgets_the_shortcut(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out)


@mistake(
    "04-basic-block",
    says="There is a projection only where the stride changes; for other channels the shapes "
    "don't fit.",
    asks="Which shapes meet at the addition in `BasicBlock(4, 6)`?",
)
class projects_only_when_the_stride_changes(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="There is a projection only where the channels change; with a stride alone the shapes "
    "don't fit.",
    asks="Which shapes meet at the addition in `BasicBlock(4, 4, stride=2)`?",
)
class projects_only_when_the_channels_change(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="There is a projection even where the identity would do.",
    asks="What does your `shortcut_kind` say for `BasicBlock(3, 3)`?",
)
class always_projects(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride >= 1:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="Both convolutions have the stride, so the map shrinks twice.",
    asks="How often may a block with stride 2 halve the map?",
)
class strides_both_convolutions(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="The stride sits on the second convolution instead of the first.",
    asks="Which of the two convolutions has the stride in the specification?",
)
class strides_the_second_convolution(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="The convolutions on the main path have a bias.",
    asks="What does the batch norm behind them do to a constant shift of a channel?",
)
class leaves_biases_in_the_convolutions(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="The convolution of the projection has a bias.",
    asks="What does the batch norm behind it do to a constant shift of a channel?",
)
class leaves_a_bias_in_the_projection(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="The projection is a bare convolution; its batch norm is missing.",
    asks="Which two layers make a projection?",
)
class projects_without_batch_norm(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = conv

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="There is a ReLU inside the shortcut.",
    asks="The shortcut should pass the signal on as it is. May it lose its negative half?",
)
class bends_the_projection(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels), nn.ReLU())

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="One batch norm serves both convolutions.",
    asks="How many numbers does the block learn in its batch norms?",
)
class shares_one_batch_norm(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn1(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="The 3 × 3 convolutions have no padding, so the map loses its frame.",
    asks="How wide is a map of 6 after a 3 × 3 convolution without padding?",
)
class forgets_the_padding(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="A ReLU in place on x comes first, and it changes the shortcut as well.",
    asks="`shortcut = x` copies no numbers. What does `F.relu(x, inplace=True)` do to `shortcut`?",
)
class overwrites_the_shortcut(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x
        out = F.relu(x, inplace=True)
        out = F.relu(self.bn1(self.conv1(out)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            shortcut = self.downsample(shortcut)
        return F.relu(out + shortcut)


@mistake(
    "04-basic-block",
    says="Path and shortcut are put side by side instead of being added.",
    asks="How many channels should come out?",
)
class concatenates_instead_of_adding(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(torch.cat([out, shortcut], dim=1))


@mistake(
    "04-basic-block",
    says="The projection has no stride, so its map is larger than that of the main path.",
    asks="With stride 2, which two sizes meet at the addition?",
)
class projects_without_the_stride(nn.Module):  # noqa: N801
    expansion = 1

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, channels, 1, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(channels))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return F.relu(out + shortcut)


# 04-bottleneck -----------------------------------------------------------------------------------


@mistake(
    "04-bottleneck",
    says="The stride sits on the first 1 × 1, as in the original paper (“V1”); asked for is "
    "the 3 × 3 (“V1.5”).",
    asks="How many of four positions does a 1 × 1 convolution with stride 2 look at?",
)
class strides_the_first_1x1(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="The stride sits on the last 1 × 1, after all the work has been done at full size.",
    asks="Which of the three convolutions has the stride in the specification?",
)
class strides_the_last_1x1(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, stride=stride, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="The first 1 × 1 and the 3 × 3 both have the stride.",
    asks="How often may a block with stride 2 halve the map?",
)
class strides_twice(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, stride=stride, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="The last 1 × 1 does not widen: `channels` come out instead of 4 · `channels`.",
    asks="How many channels should `Bottleneck(256, 64)` give?",
)
class forgets_to_widen(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="The 3 × 3 works on 4 · `channels`, so nothing is narrow (MobileNetV2 does it this way).",
    asks="Where should the tensor be narrow: in the middle, or at the ends?",
)
class widens_instead_of_narrowing(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, wide, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)
        self.conv2 = nn.Conv2d(wide, wide, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(wide)
        self.conv3 = nn.Conv2d(wide, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="The number `channels` is taken for the width of the output; the neck is a quarter of it.",
    asks="In `Bottleneck(256, 64)`, what is 64 wide: the neck, or what comes out?",
)
class takes_channels_for_the_output(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide, channels = channels, max(1, channels // 4)
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="There is a projection where the identity would do: the question was asked with the "
    "width of the neck, or not at all.",
    asks="Which two shapes meet at the addition in `Bottleneck(12, 3)`?",
)
class asks_for_the_shortcut_with_the_neck(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="The convolutions on the main path have a bias.",
    asks="What does the batch norm behind them do to a constant shift of a channel?",
)
class leaves_three_biases(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="A 1 × 1 convolution has padding, so the map grows a frame.",
    asks="How many cells does a 1 × 1 window need beyond the border?",
)
class pads_the_1x1(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, padding=1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="There is a ReLU after the third batch norm, before the addition.",
    asks="Should F(x) be able to *subtract* something from x?",
)
class bends_the_third_pair(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = F.relu(self.bn3(self.conv3(out)))
        return F.relu(out + shortcut)


@mistake(
    "04-bottleneck",
    says="The shortcut is added after the last ReLU instead of before it.",
    asks="What does the last ReLU see?",
)
class adds_behind_the_last_relu(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return F.relu(out) + shortcut


@mistake(
    "04-bottleneck",
    says="There is no ReLU after the addition.",
    asks="What stands at the end of the path, after “+ shortcut”?",
)
class forgets_the_last_relu(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = F.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return out + shortcut


@mistake(
    "04-bottleneck",
    says="There is no ReLU between the 3 × 3 and the last 1 × 1.",
    asks="How many ReLUs does the path in the specification have?",
)
class forgets_the_relu_in_the_middle(nn.Module):  # noqa: N801
    expansion = 4

    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        wide = channels * 4
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = None
        if stride != 1 or in_channels != wide:
            conv = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(wide))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out = self.bn3(self.conv3(out))
        return F.relu(out + shortcut)


# 04-resnet ---------------------------------------------------------------------------------------


@mistake(
    "04-resnet",
    says="The stem has no max pooling, so every stage works on maps twice as high and wide.",
    asks="How large is a map of 224 when it enters `layer1`?",
)
class forgets_the_pool(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The stem's pooling has no padding: 55 instead of 56 positions at 224.",
    asks="⌊(112 − 3 + 2P)/2⌋ + 1: what is it for P = 0, and for P = 1?",
)
class pools_without_padding(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="Here `layer1` begins with stride 2 as well; after the stem the map is small enough.",
    asks="Which stages begin with stride 2 in the table?",
)
class strides_the_first_stage(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The last block of a stage has the stride instead of the first.",
    asks="How large are the maps that the second block of `layer2` should work on?",
)
class strides_the_last_block(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == blocks - 1 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="Every block of a stage has stride 2, not only its first.",
    asks="How many times is the map halved in a stage of six blocks?",
)
class strides_every_block(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for _ in range(blocks):
                stride = 2 if number > 1 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="No stage has a stride, so the maps never get smaller after the stem.",
    asks="How large should the maps of `layer4` be for a picture of 224?",
)
class never_strides(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for _ in range(blocks):
                stride = 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The next block is told `channels`, although `channels` · expansion come out of the "
    "last one.",
    asks="What enters the second block of `layer1` in a ResNet-50: 64 channels, or 256?",
)
class forgets_the_expansion(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The layer `fc` expects 512 numbers, whatever the block's expansion.",
    asks="How many channels come out of `layer4` when the block has expansion 4?",
)
class forgets_the_expansion_in_fc(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(512, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The factor 4 of the bottleneck is written into the code, and other blocks have "
    "another one.",
    asks="Where can you ask a block for its own factor?",
)
class writes_the_bottlenecks_4(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * 4
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="One block is used again and again instead of several: `[block] * n` copies a reference.",
    asks="How many parameters should a stage of three blocks have, compared with one block?",
)
class repeats_one_block(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            stage.append(block(width, channels, 2 if number > 1 else 1))
            width = channels * block.expansion
            stage += [block(width, channels, 1)] * (blocks - 1)
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="Every stage is built with 64 channels; the width should double from stage to stage.",
    asks="Which number of `channels` does the table give for `layer3`?",
)
class keeps_64_channels(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 64, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The stem's convolution has a bias.",
    asks="Which layer follows it, and what does that do to a constant shift of a channel?",
)
class leaves_a_bias_in_the_stem(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The stem's convolution has no stride, so every map is twice as high and wide.",
    asks="How large is a picture of 224 after `conv1` in the table?",
)
class begins_without_a_stride(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The stem is a 3 × 3 convolution, as in the small ResNets for CIFAR-10.",
    asks="Which kernel does the table give for `conv1`?",
)
class begins_with_a_3x3(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="There is no ReLU in the stem.",
    asks="What stands between `bn1` and `maxpool` in the table?",
)
class forgets_the_relu_in_the_stem(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="There is a softmax at the end; the loss brings its own (session 02).",
    asks="What does `F.cross_entropy` want: logits, or probabilities?",
)
class adds_a_softmax(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3))).softmax(dim=1)


@mistake(
    "04-resnet",
    says="The head takes the largest number of each map instead of its mean.",
    asks="What does the table say about the positions before `fc`?",
)
class takes_the_maximum_at_the_end(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.amax(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The positions are not averaged, so `fc` meets a map instead of a row of numbers.",
    asks="Which shape does `nn.Linear(512, …)` want at the end, and which one does `layer4` give?",
)
class keeps_the_positions(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x)


@mistake(
    "04-resnet",
    says="Always 1000 classes come out, whatever was asked for.",
    asks="What should `ResNet(BasicBlock, [2, 2, 2, 2], 10)` give for one picture?",
)
class ignores_num_classes(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, 1000)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="Everything is computed well, but the stages have names of their own, so saved "
    "weights find no place.",
    asks="Which keys does `torchvision.models.resnet18().state_dict()` have?",
)
class names_the_stages_its_own_way(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width = 64
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stride = 2 if number > 1 and position == 0 else 1
                stage.append(block(width, channels, stride))
                width = channels * block.expansion
            self.add_module(f"stage{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.stage4(self.stage3(self.stage2(self.stage1(x))))
        return self.fc(x.mean(dim=(2, 3)))


@mistake(
    "04-resnet",
    says="The stages lie in a plain Python list, where PyTorch doesn't find them: their layers are "
    "not registered, and never learn.",
    asks="What does `len(list(net.parameters()))` say? And with `self.layer1 = …`?",
)
class keeps_the_stages_in_a_list(nn.Module):  # noqa: N801
    def __init__(self, block, layers, num_classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        width, self.stages = 64, []
        for number, blocks in enumerate(layers, start=1):
            channels, stage = 32 * 2**number, []
            for position in range(blocks):
                stage.append(block(width, channels, 2 if number > 1 and position == 0 else 1))
                width = channels * block.expansion
            self.stages.append(nn.Sequential(*stage))
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for stage in self.stages:
            x = stage(x)
        return self.fc(x.mean(dim=(2, 3)))


# 04-highway -------------------------------------------------------------------------------------


@mistake(
    "04-highway",
    says="The second gradient is added to the first one: `.grad` was not cleared in between.",
    asks="What does `backward()` do with a `.grad` that is there already?",
)
def lets_gradients_accumulate(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        x.mean().backward()
        norms[kind] = layers[0].weight.grad.norm().item()
    return norms


@mistake(
    "04-highway",
    says="The gradient is that of the last layer instead of the first.",
    asks="Which layer is next to the input: `layers[0]`, or `layers[-1]`?",
)
def looks_at_the_last_layer(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        norms[kind] = torch.autograd.grad(x.mean(), layers[-1].weight)[0].norm().item()
    return norms


@mistake(
    "04-highway",
    says="The ReLU comes after the addition, relu(x + layer(x)), so it also cuts the skip.",
    asks="In x ← x + relu(layer(x)), what does the ReLU see?",
)
def bends_after_the_addition(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            x = torch.relu(layer(x) if kind == "plain" else x + layer(x))
        norms[kind] = torch.autograd.grad(x.mean(), layers[0].weight)[0].norm().item()
    return norms


@mistake(
    "04-highway",
    says="The loss is the sum of the outputs instead of their mean.",
    asks="By which factor do the sum and the mean of 4 · 8 · 8 · 8 numbers differ?",
)
def sums_the_outputs(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        norms[kind] = torch.autograd.grad(x.sum(), layers[0].weight)[0].norm().item()
    return norms


@mistake(
    "04-highway",
    says="The largest number of the gradient is returned instead of its norm.",
    asks="How long is the arrow (3, 4): 4, or 5?",
)
def takes_the_largest_number(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        norms[kind] = torch.autograd.grad(x.mean(), layers[0].weight)[0].abs().max().item()
    return norms


@mistake(
    "04-highway",
    says="There is no ReLU in the layers.",
    asks="What does x ← relu(layer(x)) do with negative numbers?",
)
def forgets_the_relu(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = layer(x)
            x = out if kind == "plain" else x + out
        norms[kind] = torch.autograd.grad(x.mean(), layers[0].weight)[0].norm().item()
    return norms


@mistake(
    "04-highway",
    says="The residual network got new weights; both should be made of the same layers.",
    asks="If two things differ between the networks, which of them explains the result?",
)
def draws_new_layers(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        if kind == "residual":
            layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        norms[kind] = torch.autograd.grad(x.mean(), layers[0].weight)[0].norm().item()
    return norms


@mistake(
    "04-highway",
    says="There is one skip from the pictures to the end instead of one around every layer.",
    asks="What is x in x ← x + relu(layer(x)) at the third layer?",
)
def skips_everything_at_once(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else pictures + out
        norms[kind] = torch.autograd.grad(x.mean(), layers[0].weight)[0].norm().item()
    return norms


@mistake(
    "04-highway",
    says="The residual network starts from what the plain one gave, instead of from the pictures.",
    asks="What is x at the beginning of the second network?",
)
def goes_on_from_the_plain_output(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    x = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        (gradient,) = torch.autograd.grad(x.mean(), layers[0].weight, retain_graph=True)
        norms[kind] = gradient.norm().item()
    return norms


@mistake(
    "04-highway",
    says="The root is missing: this is the sum of squares, not the norm.",
    asks="How long is the arrow (3, 4): 25, or 5?",
)
def forgets_the_root_of_the_norm(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        (gradient,) = torch.autograd.grad(x.mean(), layers[0].weight)
        norms[kind] = gradient.square().sum().item()
    return norms


@mistake(
    "04-highway",
    says="There are skips in the plain network, and none in the residual one.",
    asks="Which of the two adds x?",
)
def exchanges_the_networks(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "residual" else x + out
        norms[kind] = torch.autograd.grad(x.mean(), layers[0].weight)[0].norm().item()
    return norms


@mistake(
    "04-highway",
    says="Tensors come back instead of Python floats.",
    asks="Which method turns a tensor with one number into a float?",
)
def returns_tensors(depth, seed=0):
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(depth)]
    pictures = torch.randn(4, 8, 8, 8)
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    norms = {}
    for kind in ("plain", "residual"):
        x = pictures
        for layer in layers:
            out = torch.relu(layer(x))
            x = out if kind == "plain" else x + out
        norms[kind] = torch.autograd.grad(x.mean(), layers[0].weight)[0].norm()
    return norms


# 04-numbers -------------------------------------------------------------------------------------


@slip(
    "04-numbers",
    says="The blocks' convolutions are counted; the stem's and the last linear layer are missing.",
    asks="What lies before the first block, and what after the last one?",
)
def forgets_stem_and_head(mine):
    return {"in_the_name": 3 * sum(mine["in_the_name"]["blocks"])}


@slip(
    "04-numbers",
    says="Two convolutions are counted for each block; a bottleneck has three.",
    asks="1 × 1, 3 × 3, and then?",
)
def counts_two_per_block(mine):
    return {"in_the_name": 2 * sum(mine["in_the_name"]["blocks"]) + 2}


@slip(
    "04-numbers",
    says="The four projections are counted as layers; the name leaves them out.",
    asks="Which convolutions lie on the main path?",
)
def counts_the_projections(mine):
    return {"in_the_name": 3 * sum(mine["in_the_name"]["blocks"]) + 6}


@slip(
    "04-numbers",
    says="The running estimates are counted as learned; they are buffers.",
    asks="Which of a batch norm's four rows of numbers does the optimizer see?",
)
def counts_running_estimates_as_learned(mine):
    return {"learned": 4 * mine["learned"]["channels"]}


@slip(
    "04-numbers",
    says="A batch norm learns two numbers per channel, and one of them is counted.",
    asks="What does it do after normalising: multiply, add, or both?",
)
def counts_one_number_per_channel(mine):
    return {"learned": mine["learned"]["channels"]}


@slip(
    "04-numbers",
    says="The momentum weighs the old estimate; in PyTorch it is the share of the new batch.",
    asks="Should one batch move the running mean a little, or almost all the way?",
)
def weighs_the_old_with_momentum(mine):
    return {"running": 0.1 * mine["running"]["before"] + 0.9 * mine["running"]["batch"]}


@slip(
    "04-numbers",
    says="A tenth of the batch is added, but the old estimate keeps its full weight.",
    asks="If every batch has mean 6, where should the running mean end up?",
)
def adds_the_share_on_top(mine):
    return {"running": mine["running"]["before"] + 0.1 * mine["running"]["batch"]}


@slip(
    "04-numbers",
    says="The map is halved once too often: that is its height after `layer4`.",
    asks="Which five parts halve it, and which of them come before the end of `layer3`?",
)
def halves_once_too_often(mine):
    return {"side": mine["side"]["picture"] // 32}


@slip(
    "04-numbers",
    says="One halving is missing; the stem alone has two.",
    asks="Does the max pooling in the stem change the size?",
)
def forgets_the_pool_of_the_stem(mine):
    return {"side": mine["side"]["picture"] // 8}


@slip(
    "04-numbers",
    says="The convolutions of the basic block are counted, and its batch norms are missing.",
    asks="How many numbers do its two batch norms learn?",
)
def forgets_the_batch_norms(mine):
    return {"basic": 2 * 9 * mine["basic"]["channels"] ** 2}


@slip(
    "04-numbers",
    says="The convolutions of the basic block are counted with a bias, and they have none.",
    asks="What stands behind every convolution of the block?",
)
def counts_biases_in_the_block(mine):
    channels = mine["basic"]["channels"]
    return {"basic": 2 * (9 * channels**2 + channels) + 4 * channels}


@slip(
    "04-numbers",
    says="The projection is counted as a 3 × 3 convolution.",
    asks="How many positions does a projection look at at once?",
)
def projects_with_a_3x3(mine):
    c, d = mine["projected"].values()
    return {"projected": 9 * c * d + 2 * d}


@slip(
    "04-numbers",
    says="The projection's batch norm is not counted.",
    asks="Which two layers make a projection?",
)
def projects_without_its_batch_norm(mine):
    c, d = mine["projected"].values()
    return {"projected": c * d}


# 04-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "04-bug-hunt",
    says="The sum is still written into x.",
    asks="Which tensor does `shortcut += out` write into, after `shortcut = x`?",
)
def leaves_it_as_it_was(x, weight1, weight2):
    shortcut = x
    out = F.relu(F.conv2d(x, weight1, padding=1), inplace=True)
    out = F.conv2d(out, weight2, padding=1)
    shortcut += out
    return F.relu(shortcut, inplace=True)


@mistake(
    "04-bug-hunt",
    says="The copy is cut off from autograd, so no gradient flows along the shortcut.",
    asks="What does `detach` do to the gradient, and what would `clone` alone do?",
)
def detaches_the_shortcut(x, weight1, weight2):
    shortcut = x.detach().clone()
    out = F.relu(F.conv2d(x, weight1, padding=1))
    shortcut = shortcut + F.conv2d(out, weight2, padding=1)
    return F.relu(shortcut)


@mistake(
    "04-bug-hunt",
    says="The addition hides from autograd, so the two paths get wrong gradients, and x is still "
    "overwritten.",
    asks="Does silence from autograd mean that the gradient is right?",
)
def hides_the_addition(x, weight1, weight2):
    shortcut = x
    out = F.relu(F.conv2d(x, weight1, padding=1))
    out = F.conv2d(out, weight2, padding=1)
    shortcut.data += out.data
    return F.relu(shortcut)


@mistake(
    "04-bug-hunt",
    says="The shortcut was taken out, so this is a plain step.",
    asks="What should come out if `weight2` is 0?",
)
def takes_the_shortcut_out(x, weight1, weight2):
    out = F.relu(F.conv2d(x, weight1, padding=1))
    return F.relu(F.conv2d(out, weight2, padding=1))


@mistake(
    "04-bug-hunt",
    says="The addition moved behind the last ReLU, so something else is computed.",
    asks="What should come out for a negative x if `weight2` is 0?",
)
def moves_the_addition(x, weight1, weight2):
    out = F.relu(F.conv2d(x, weight1, padding=1))
    return x + F.relu(F.conv2d(out, weight2, padding=1))


@mistake(
    "04-bug-hunt",
    says="The last ReLU got lost in the repair.",
    asks="What should come out for a negative x if `weight2` is 0?",
)
def loses_the_last_relu(x, weight1, weight2):
    out = F.relu(F.conv2d(x, weight1, padding=1))
    return x + F.conv2d(out, weight2, padding=1)


@mistake(
    "04-bug-hunt",
    says="The ReLU between the convolutions got lost in the repair.",
    asks="Which steps of the original does yours have?",
)
def loses_the_relu_between(x, weight1, weight2):
    out = F.conv2d(F.conv2d(x, weight1, padding=1), weight2, padding=1)
    return F.relu(x + out)


@mistake(
    "04-bug-hunt",
    says="The copy is made before the ReLU in place, and then it is the convolution's input that "
    "changes: x itself is bent.",
    asks="Which tensors may be written into: those of the caller, or those that you made?",
)
def bends_the_input(x, weight1, weight2):
    shortcut = x.clone()
    out = F.conv2d(F.relu(x, inplace=True), weight1, padding=1)
    out = F.conv2d(F.relu(out), weight2, padding=1)
    return F.relu(shortcut + out)


mistaken_values(
    "04-bug-hunt",
    "blames_the_first_relu",
    says="The ReLU in line 4 is named, but nobody needs what it overwrites.",
    asks="For its weight's gradient, does a convolution need its input, or its output?",
    bug_line=4,
)
mistaken_values(
    "04-bug-hunt",
    "blames_the_assignment",
    says="Line 2 is named; giving a tensor a second name changes no number yet.",
    asks="Which is the first line after which x holds other numbers?",
    bug_line=2,
)
mistaken_values(
    "04-bug-hunt",
    "blames_the_last_relu",
    says="The last ReLU is named; when it runs, the harm has been done.",
    asks="Which is the first line after which x holds other numbers?",
    bug_line=7,
)
mistaken_values(
    "04-bug-hunt",
    "suspects_every_relu_in_place",
    says="A ReLU in place is named as the cause, but a convolution does not need its output again.",
    asks="Take line 4's `inplace=True` away. Does the error go away?",
    why="A",
)
mistaken_values(
    "04-bug-hunt",
    "wants_to_average",
    says="A missing division is named; that would change the values, and they were right.",
    asks="What did the error message complain about: sizes, or something overwritten?",
    why="C",
)
mistaken_values(
    "04-bug-hunt",
    "wants_to_move_the_addition",
    says="The place of the addition is named; that would change the values, and they were right.",
    asks="What did the error message complain about: an order, or something overwritten?",
    why="D",
)
