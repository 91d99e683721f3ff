"""Right but different solutions to session 02.

Like mistakes they are pasted into notebooks as they stand: torch, F, math, nn and earlier
exercises of the session are there, anything else is imported inside.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.variants import variant
from cvlib.activations import log_softmax, relu, sigmoid

# 02-relu ----------------------------------------------------------------------------------------


@variant("02-relu")
def clamps_at_zero(x):
    return x.clamp(min=0)


@variant("02-relu")
def multiplies_by_a_mask(x):
    return x * (x > 0)


@variant("02-relu")
def averages_with_the_absolute_value(x):
    return (x + x.abs()) / 2


@variant("02-relu")
def takes_the_maximum_with_zeros(x):
    return torch.maximum(x, torch.zeros_like(x))


@variant("02-relu", function="leaky_relu")
def takes_the_larger_of_two(x, negative_slope=0.01):
    return torch.maximum(x, negative_slope * x)


@variant("02-relu", function="leaky_relu")
def adds_two_halves(x, negative_slope=0.01):
    return relu(x) - negative_slope * relu(-x)


@variant("02-relu", function="elu")
def writes_where_negative(x, alpha=1.0):
    out = x.clone()
    out[x < 0] = alpha * (torch.exp(x[x < 0]) - 1)
    return out


@variant("02-relu", function="elu")
def adds_both_sides(x, alpha=1.0):
    return x.clamp(min=0) + alpha * (x.clamp(max=0).exp() - 1)


# 02-gates ---------------------------------------------------------------------------------------


@variant("02-gates")
def sigmoid_by_tanh(x):
    return 0.5 * (1 + torch.tanh(x / 2))


@variant("02-gates")
def sigmoid_by_absolute_value(x):
    small = torch.exp(-x.abs())
    return torch.where(x > 0, 1 / (1 + small), small / (1 + small))


@variant("02-gates")
def sigmoid_of_a_bounded_input(x):
    return 1 / (1 + torch.exp(-x.clamp(-80, 80)))


@variant("02-gates")
def sigmoid_side_by_side(x):
    out, up = torch.empty_like(x), x >= 0
    out[up] = 1 / (1 + torch.exp(-x[up]))
    powers = torch.exp(x[~up])
    out[~up] = powers / (1 + powers)
    return out


@variant("02-gates")
def sigmoid_by_its_logarithm(x):
    return torch.exp(-F.softplus(-x))


@variant("02-gates", function="gelu")
def gelu_by_the_other_tail(x):
    return 0.5 * x * torch.erfc(-x / math.sqrt(2))


@variant("02-gates", function="gelu")
def gelu_by_a_distribution(x):
    return x * torch.distributions.Normal(0.0, 1.0).cdf(x)


# 02-slopes --------------------------------------------------------------------------------------


@variant("02-slopes")
def slope_by_where(x):
    return torch.where(x > 0, torch.ones_like(x), torch.zeros_like(x))


@variant("02-slopes")
def slope_by_heaviside(x):
    return torch.heaviside(x, torch.zeros((), dtype=x.dtype, device=x.device))


@variant("02-slopes", function="sigmoid_grad")
def slope_by_the_output(x):
    height = sigmoid(x)
    return height - height**2


@variant("02-slopes", function="sigmoid_grad")
def slope_by_both_gates(x):
    return sigmoid(x) * sigmoid(-x)


@variant("02-slopes", function="sigmoid_grad")
def slope_by_tanh(x):
    return (1 - torch.tanh(x / 2) ** 2) / 4


@variant("02-slopes", function="dead_units")
def dead_by_the_largest_size(activations):
    if activations.dim() < 2 or activations.shape[0] < 1:
        raise ValueError(f"activations has shape {tuple(activations.shape)}")
    rest = [axis for axis in range(activations.dim()) if axis != 1]
    return activations.abs().amax(dim=rest) == 0


@variant("02-slopes", function="dead_units")
def dead_by_counting(activations):
    if activations.dim() < 2 or activations.shape[0] == 0:
        raise ValueError(f"activations has shape {tuple(activations.shape)}")
    counts = [int(torch.count_nonzero(activations[:, c])) for c in range(activations.shape[1])]
    return torch.tensor(counts, device=activations.device) == 0


# 02-prelu ---------------------------------------------------------------------------------------


@variant("02-prelu")
class prelu_by_two_relus(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters <= 0:
            raise ValueError(f"num_parameters is {num_parameters}")
        self.a = nn.Parameter(init * torch.ones(num_parameters))

    def forward(self, x):
        a = self.a if len(self.a) == 1 else self.a.view(1, -1, *[1] * (x.dim() - 2))
        return F.relu(x) - a * F.relu(-x)


@variant("02-prelu")
class prelu_on_channels_last(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters={num_parameters}")
        self.register_parameter("alpha", nn.Parameter(torch.full([num_parameters], init + 0.0)))

    def forward(self, x):
        moved = x.movedim(1, -1)
        return torch.where(moved >= 0, moved, self.alpha * moved).movedim(-1, 1)


@variant("02-prelu")
class prelu_by_clamps(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be positive, got {num_parameters}")
        self.weight = nn.Parameter(torch.empty(num_parameters))
        nn.init.constant_(self.weight, init)

    def forward(self, x):
        shape = [1] * x.dim()
        if self.weight.numel() > 1:
            shape[1] = -1
        return x.clamp(min=0) + self.weight.reshape(shape) * x.clamp(max=0)


# 02-softmax -------------------------------------------------------------------------------------


@variant("02-softmax")
def subtracts_the_maximum_of_all(x, dim):
    powers = torch.exp(x - x.max())
    return powers / powers.sum(dim, keepdim=True)


@variant("02-softmax")
def takes_exp_of_log_softmax(x, dim):
    z = x - x.amax(dim, keepdim=True)
    return torch.exp(z - torch.log(torch.exp(z).sum(dim, keepdim=True)))


@variant("02-softmax")
def moves_the_axis(x, dim):
    rows = x.movedim(dim, -1)
    powers = (rows - rows.max(dim=-1, keepdim=True).values.detach()).exp()
    total = torch.einsum("...k->...", powers)
    return (powers / total[..., None]).movedim(-1, dim)


@variant("02-softmax", function="log_softmax")
def adds_the_maximum_back(x, dim):
    top = x.max(dim, keepdim=True)[0]
    return x - (top + torch.log(torch.sum(torch.exp(x - top), dim, keepdim=True)))


@variant("02-softmax", function="log_softmax")
def subtracts_the_maximum_of_all_first(x, dim):
    x = x - x.max()
    return x - x.exp().sum(dim, keepdim=True).log()


@variant("02-softmax", function="log_softmax")
def folds_the_sum_by_logaddexp(x, dim):
    slices = x.unbind(dim)
    total = slices[0]
    for one in slices[1:]:
        total = torch.logaddexp(total, one)
    return x - total.unsqueeze(dim)


# 02-he-normal -----------------------------------------------------------------------------------


@variant("02-he-normal")
def he_by_copying(weight):
    if weight.ndim < 2:
        raise ValueError(f"weight has shape {tuple(weight.shape)}")
    fan_in = weight[0].numel() if len(weight) else 1
    with torch.no_grad():
        weight.copy_(torch.randn(weight.shape) * (2 / fan_in) ** 0.5)
    return weight


@variant("02-he-normal")
def he_by_data(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must be at least two-dimensional, got {weight.dim()}")
    fan_in = weight.shape[1]
    for size in weight.shape[2:]:
        fan_in *= size
    weight.data.normal_().mul_(math.sqrt(2) / math.sqrt(fan_in))
    return weight


@variant("02-he-normal")
def he_by_a_bell_made_of_two_uniforms(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes, got {tuple(weight.shape)}")
    radius = torch.sqrt(-2 * torch.log(1 - torch.rand(weight.shape)))
    angle = 2 * math.pi * torch.rand(weight.shape)
    with torch.no_grad():
        weight[...] = radius * torch.cos(angle) * math.sqrt(2 / math.prod(weight.shape[1:]))
    return weight


# 02-gradient-norms ------------------------------------------------------------------------------


@variant("02-gradient-norms")
def norms_by_autograd_grad(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(max(depth, 1), width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "elu": F.elu}
    scales = {"he": (2 / width) ** 0.5, "xavier": width**-0.5, "small": 1e-2}
    if depth < 1:
        raise ValueError(f"depth={depth}")
    if activation not in bends or init not in scales:
        raise ValueError(f"unknown: {activation!r} or {init!r}")
    weights = normal * scales[init]
    weights.requires_grad_()
    for index in range(depth):
        x = bends[activation](F.linear(x, weights[index]))
    (grad,) = torch.autograd.grad(x.sum() / len(x), weights)
    return grad.flatten(1).norm(dim=1).tolist()


@variant("02-gradient-norms")
def norms_by_layers(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(max(depth, 1), width, width, generator=generator, dtype=torch.float64)
    kinds = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "elu": nn.ELU}
    scales = {"he": math.sqrt(2 / width), "xavier": math.sqrt(2 / (2 * width)), "small": 0.01}
    if depth <= 0 or activation not in kinds or init not in scales:
        raise ValueError(f"depth {depth}, activation {activation}, init {init}")
    linears = [nn.Linear(width, width, bias=False).double() for _ in range(depth)]
    for linear, numbers in zip(linears, normal, strict=True):
        linear.weight.data = numbers * scales[init]
    stack = nn.Sequential(*[part for linear in linears for part in (linear, kinds[activation]())])
    stack(x).sum(dim=1).mean(dim=0).backward()
    return [float(linear.weight.grad.pow(2).sum().sqrt()) for linear in linears]


@variant("02-gradient-norms")
def norms_by_the_chain_rule(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(max(depth, 1), width, width, generator=generator, dtype=torch.float64)
    bends = {
        "relu": (torch.relu, lambda h: (h > 0).double()),
        "tanh": (torch.tanh, lambda h: 1 - h**2),
        "sigmoid": (torch.sigmoid, lambda h: h * (1 - h)),
    }
    scales = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in scales:
        raise ValueError(f"got {depth}, {activation!r}, {init!r}")
    bend, slope = bends[activation]
    states = [h]
    for w in scales[init] * normal:
        states.append(bend(states[-1] @ w.mT))
    flow, norms = torch.ones_like(h) / len(h), []
    for w, before, after in zip(
        reversed(scales[init] * normal), states[-2::-1], states[:0:-1], strict=True
    ):
        flow = flow * slope(after)
        norms.insert(0, (flow.mT @ before).norm().item())
        flow = flow @ w
    return norms


# 02-bug-hunt ------------------------------------------------------------------------------------


@variant("02-bug-hunt")
def loss_by_own_log_softmax(features, weight, targets):
    logits = relu(features) @ weight.T
    return F.nll_loss(log_softmax(logits, dim=1), targets)


@variant("02-bug-hunt")
def loss_by_picking(features, weight, targets):
    logits = F.linear(features.clamp(min=0), weight)
    rows = torch.arange(len(targets), device=targets.device)
    return (torch.logsumexp(logits, dim=1) - logits[rows, targets]).mean()


@variant("02-bug-hunt")
def loss_after_a_log_softmax_that_changes_nothing(features, weight, targets):
    logits = relu(features) @ weight.T
    return F.cross_entropy(F.log_softmax(logits, dim=1), targets)
