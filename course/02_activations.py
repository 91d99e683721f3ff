# %% [markdown] session="02_activations" minutes=150
# # 02 · Activations
#
# Between two layers of a network stands a small function that bends a line. Without it, a hundred
# layers are worth no more than one. With a bad one, they learn nothing.
#
# **You will be able to**
#
# - write the activations that networks use, so that neither values nor gradients break,
# - say why gradients vanish and units die, and what helps,
# - start the weights of a deep stack so that signals survive,
# - find the most common silent bug in classifiers.
#
# **Time:** about 150 minutes, 40 points. Take a break after exercise 4.
#
# **Predictions:** as in session 01, put a letter in place of the question mark *before* you run
# the experiment.

# %% setup=true
import math
from collections.abc import Callable

import matplotlib.pyplot as plt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import activations, check, data, disc_task, plots, train, widgets
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your
from cvlib.line_plots import show_lines

torch.set_num_threads(1)  # for tensors as small as these, one thread is faster than several

# %%
quiz("02-recall")

# %% [markdown]
# ## Why bend at all?
#
# A layer without an activation is a matrix. Two in a row are a product of matrices,
# $W_2(W_1 x) = (W_2 W_1)\,x$, and that is *one* matrix, only dearer. So put a function between
# them that is not a straight line. It works on each number by itself, and a single bend is enough.
#
# Below, three layers learn to tell the points of a disc from the points around it: once with
# nothing between the layers, once with ReLU, which turns negative numbers into 0.

# %%
predict("02-no-bend", "?")

# %%
truth = disc_task.truth(96)  # (96, 96): 1 in the disc, 0 around it
panels = {"the truth": truth}
for name, bend in {"no activation": nn.Identity(), "ReLU between": nn.ReLU()}.items():
    net = nn.Sequential(nn.Linear(2, 32), bend, nn.Linear(32, 32), bend, nn.Linear(32, 1))
    sure = disc_task.learn(net, size=96)  # (96, 96): how sure the trained net is of the disc
    right = ((sure > 0.5) == (truth > 0.5)).float().mean()
    panels[f"{name}: {right:.0%} right"] = sure
plots.show_images(list(panels.values()), titles=list(panels), limits=(0, 1))
explain("02-no-bend")

# %% [markdown]
# ## How a network learns, in short
#
# A *loss* says how wrong the network is. Its **gradient** says, for every weight, how much the loss
# grows when that weight grows a little. One step: each weight moves a bit against its gradient;
# *learning rate* says how big a bit. Repeat.
#
# The gradient is computed from the end to the beginning (*backwards*), by the chain rule: each
# layer multiplies what it gets by its own slope and hands it on. PyTorch's **autograd** does that:
# after `w = torch.tensor(3.0, requires_grad=True)`, `loss = w * w` and `loss.backward()`, `w.grad`
# is 6.
#
# So watch the slopes: a layer behind a flat place hears nothing, and one NaN on the way spoils
# every weight.

# %% [markdown] exercise="02-relu" difficulty=1 minutes=12
# ## Exercise 1 · Three ways to bend a line
#
# All three pass positive numbers unchanged. They differ in what becomes of the others.
#
# **Write** `relu(x)`, `leaky_relu(x, negative_slope=0.01)` and `elu(x, alpha=1.0)`, for tensors
# of any shape, without loops and without torch's own. `torch.where(condition, a, b)` takes `a`
# where the condition holds, else `b`.
#
# - *By hand:* −2 becomes 0, −0.02, and e⁻² − 1 = −0.86; 3 stays 3.
# - *Edge case:* ±1000. `torch.where` computes *both* branches; e¹⁰⁰⁰ is ∞, and although ELU does
#   not choose it, its gradient 0 · ∞ is NaN. Never show the exponential a number above 0.
# - The caller's tensor stays as it was.


# %% solution="02-relu"
def relu(x: Tensor) -> Tensor:
    """0 for negative numbers, x itself for the others; any shape."""
    ### BEGIN SOLUTION
    return torch.where(x > 0, x, 0)
    ### END SOLUTION


def leaky_relu(x: Tensor, negative_slope: float = 0.01) -> Tensor:
    """negative_slope · x for negative numbers, x itself for the others; any shape."""
    ### BEGIN SOLUTION
    return torch.where(x > 0, x, negative_slope * x)
    ### END SOLUTION


def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """alpha · (eˣ − 1) for negative numbers, x itself for the others; any shape."""
    ### BEGIN SOLUTION
    harmless = x.clamp(max=0)
    return torch.where(x > 0, x, alpha * torch.expm1(harmless))  # expm1(x) = eˣ − 1, exactly
    ### END SOLUTION


# %% check="02-relu" points=2
x = torch.tensor([-2.0, 0.0, 3.0])
how = {"exercise": "02-relu", "forbid": ("relu", "leaky_relu", "elu")}
check.function(relu, like=activations.relu, cases=[check.case(x)], **how)
cases = [check.case(x), check.case(x, negative_slope=0.2)]
check.function(leaky_relu, like=activations.leaky_relu, cases=cases, **how)
cases = [check.case(x), check.case(x, alpha=2.0)]
check.function(elu, like=activations.elu, cases=cases, **how)
far = [check.case(torch.tensor([-1000.0, 1000.0]))]
check.function(elu, like=activations.elu, cases=far, gradients=True, **how)

# %% hidden="02-relu" points=3
r = check.inputs()
x, far, none = r.normal(3, 5), torch.tensor([-1000.0, -5, 5, 1000]), torch.zeros(0, 3)
for_relu = [check.case(x), check.case(far), check.case(none)]
for_leaky = [check.case(x), check.case(far, 0.2), check.case(x, negative_slope=0.5)]
for_elu = [check.case(x), check.case(x, 0.5), check.case(far, alpha=2.0), check.case(none)]
how = {"exercise": "02-relu", "forbid": ("relu", "leaky_relu", "elu")}
how |= {"gradients": True, "points": 1}
check.parts(
    lambda: check.function(relu, like=activations.relu, cases=for_relu, **how),
    lambda: check.function(leaky_relu, like=activations.leaky_relu, cases=for_leaky, **how),
    lambda: check.function(elu, like=activations.elu, cases=for_elu, **how),
)

# %% [markdown] hints="02-relu"
# 1. Draw the three curves from −3 to 3. On which side do they all agree?
# 2. `x > 0` is a tensor of True and False. `torch.where(x > 0, x, …)` takes care of the positive
#    side; what stands in place of the dots?
# 3. The dots are `0`, `negative_slope * x` and `alpha * torch.expm1(x.clamp(max=0))`. The clamp
#    changes nothing where that branch is used, and keeps it harmless where it is not.

# %%
x = torch.linspace(-4, 4, 161)  # (161,)
with uses_your("relu", "leaky_relu", "elu"):
    lines = {
        "ReLU": relu(x),
        "LeakyReLU, slope 0.01": leaky_relu(x),
        "LeakyReLU, slope 0.2": leaky_relu(x, 0.2),
        "ELU": elu(x),
    }
    show_lines(lines, x, xlabel="x", ylabel="your activations")
# Which curves leave negative inputs without any slope? Where does the batch fall?
widgets.ActivationPlayground()

# %% [markdown]
# ## Numbers have an end
#
# The sigmoid $\sigma(x) = 1/(1+e^{-x})$ turns any number into a share between 0 and 1: a *gate*,
# closed on the left, open on the right. Multiplied above and below by $e^x$, it reads
# $e^x/(1+e^x)$. On paper that is the same.
#
# On a computer it is not. The largest `float32` is about 3.4 · 10³⁸, and $e^{89}$ is beyond it.
# What is beyond becomes ∞, without an error. That ∞ may still give the right value, or NaN, or a
# right value with a NaN *gradient*.

# %%
predict("02-overflow", "?")

# %%
formulas = {
    "exp(x) / (1 + exp(x))": lambda x: torch.exp(x) / (1 + torch.exp(x)),
    "1 / (1 + exp(-x))": lambda x: 1 / (1 + torch.exp(-x)),
    "torch.sigmoid(x)": torch.sigmoid,
}
print(f"{'formula':24}{'x':>7}{'value':>8}{'slope':>8}")
for name, formula in formulas.items():
    for number in (-1000.0, 1000.0):
        x = torch.tensor(number, requires_grad=True)
        value = formula(x)
        value.backward()
        print(f"{name:24}{number:7.0f}{value.item():8.3g}{x.grad.item():8.3g}")
explain("02-overflow")

# %% [markdown] exercise="02-gates" difficulty=2 minutes=14
# ## Exercise 2 · Two smooth gates
#
# **Write** `sigmoid(x)` from exponentials, not by torch's own, with finite values *and* gradients
# for |x| = 1000. Both formulas above are safe, each on its own side. Choose the *exponent* before
# you take the exponential, so that it is never above 0.
#
# **Write** `gelu(x)`, $x\,\Phi(x)$. Here the gate is $\Phi$, the share of a standard normal
# distribution that lies below x, $\Phi(x) = \tfrac12\,(1 + \mathrm{erf}(x/\sqrt2))$. `torch.erf`
# is yours. Compute it exactly; the tanh formula of older code is an approximation.
#
# - *By hand:* σ(0) = 0.5, σ(ln 3) = 3/4. GELU(1) = 1 · 0.841 = 0.841, GELU(−1) = −0.159.
# - *Edge case:* σ(−1000) = 0 and σ(1000) = 1, both with slope 0, never NaN.


# %% solution="02-gates"
def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e⁻ˣ), finite with its gradient for every x; any shape."""
    ### BEGIN SOLUTION
    small = torch.exp(torch.where(x >= 0, -x, x))  # e^−|x|, at most 1
    return torch.where(x >= 0, 1, small) / (1 + small)
    ### END SOLUTION


def gelu(x: Tensor) -> Tensor:
    """x · Φ(x), with the exact Φ of a standard normal distribution; any shape."""
    ### BEGIN SOLUTION
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    ### END SOLUTION


# %% check="02-gates" points=1
x = torch.tensor([-1.0, 0.0, math.log(3)])
how = {"like": activations.sigmoid, "exercise": "02-gates", "forbid": ("sigmoid",)}
check.function(sigmoid, cases=[check.case(x)], **how)
far = [check.case(torch.tensor([-1000.0, 1000.0]))]
check.function(sigmoid, cases=far, gradients=True, **how)
how |= {"like": activations.gelu, "forbid": ("gelu",)}
check.function(gelu, cases=[check.case(x)], **how)

# %% hidden="02-gates" points=3
r = check.inputs()
x, far = r.normal(3, 4), torch.tensor([-1000.0, -90, -1.5, 1.5, 90, 1000])
cases = [check.case(x), check.case(far), check.case(3 * r.normal(2, 1, 5))]
how = {"exercise": "02-gates", "gradients": True, "cases": cases}
check.parts(
    lambda: check.function(sigmoid, like=activations.sigmoid, points=2, forbid=("sigmoid",), **how),
    lambda: check.function(gelu, like=activations.gelu, points=1, forbid=("gelu",), **how),
)

# %% [markdown] hints="02-gates"
# 1. Compute both formulas on paper for x = 1000 and x = −1000. Which exponential is huge in each
#    case?
# 2. The harmless exponential is always e to the power of −|x|: call it `small`. Write σ with
#    `small` for x ≥ 0, and then for x < 0.
# 3. `small = torch.exp(torch.where(x >= 0, -x, x))`. For x ≥ 0 the answer is `1 / (1 + small)`,
#    below it is `small / (1 + small)`. GELU is one line: `x * 0.5 * (1 + torch.erf(...))`.

# %%
x = torch.linspace(-5, 5, 201)  # (201,)
with uses_your("sigmoid", "gelu"):
    gates = {"sigmoid": sigmoid(x), "Φ, the gate of GELU": 0.5 * (1 + torch.erf(x / 2**0.5))}
    through = {"GELU = x · Φ": gelu(x), "SiLU = x · sigmoid": x * sigmoid(x)}
    show_lines({"gates": gates, "x through its gate": through}, x, xlabel="x")
    apart = (gelu(x) - F.gelu(x, approximate="tanh")).abs().max()
    print(f"GELU and its tanh form differ by at most {apart:.5f}")
    print(
        "tanh is a stretched sigmoid:",
        torch.allclose(torch.tanh(x), 2 * sigmoid(2 * x) - 1, atol=1e-6),
    )

# %% [markdown] exercise="02-slopes" difficulty=2 minutes=12
# ## Exercise 3 · Slopes, and units without one
#
# Going back through an activation, a gradient is multiplied by the slope *at that input*.
#
# **Write** `relu_grad(x)` and `sigmoid_grad(x)`, the slopes at x, by formula and without
# autograd. ReLU's is 1 above 0, else 0; at the bend PyTorch chose 0. The sigmoid's is
# $\sigma(x)\,(1-\sigma(x))$.
#
# **Write** `dead_units(activations)`: which units are 0 for *every* sample? (N, C) or (N, C, …) →
# (C,) of True and False. In a map (N, C, H, W) a unit is a channel; all its positions count.
#
# - *By hand:* sigmoid_grad(0) = ½ · ½ = ¼. Rows `[0, 1, 0]` and `[0, 0, 2]`: only the first unit
#   is dead.
# - *Edge case:* a batch of none, or fewer than two axes: `ValueError`.


# %% solution="02-slopes"
def relu_grad(x: Tensor) -> Tensor:
    """Slope of ReLU at x: 1 above 0, else 0, in x's dtype."""
    ### BEGIN SOLUTION
    return (x > 0).to(x.dtype)
    ### END SOLUTION


def sigmoid_grad(x: Tensor) -> Tensor:
    """Slope of the sigmoid at x, at most 1/4; any shape."""
    ### BEGIN SOLUTION
    height = torch.sigmoid(x)
    return height * (1 - height)
    ### END SOLUTION


def dead_units(activations: Tensor) -> Tensor:
    """Which units are 0 for every sample of a batch: (N, C, …) → (C,) bool."""
    ### BEGIN SOLUTION
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), N ≥ 1, got {tuple(activations.shape)}")
    units = activations.transpose(0, 1).flatten(1)  # (C, N·…)
    return (units == 0).all(dim=1)  # (C,)
    ### END SOLUTION


# %% check="02-slopes" points=1
x = torch.tensor([-2.0, 0.0, 5.0])
how = {"exercise": "02-slopes"}
check.function(relu_grad, like=activations.relu_grad, cases=[check.case(x)], **how)
check.function(sigmoid_grad, like=activations.sigmoid_grad, cases=[check.case(x)], **how)
rows = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
check.function(dead_units, like=activations.dead_units, cases=[check.case(rows)], **how)

# %% hidden="02-slopes" points=3
r = check.inputs()
at = [check.case(r.normal(3, 4)), check.case(torch.tensor([-1000.0, -9, 0, 9, 1000]))]
rows = torch.tensor([[0.0, 2, -1, 0], [0, -2, -1, 0], [0, 0, 0, 5]])
maps = r.normal(2, 3, 2, 2).relu()
maps[:, 1], maps[:, 2, 0, 0], maps[:, 2, 1, 1] = 0, 0, 3
wrong = [check.case(torch.zeros(0, 4)), check.case(torch.zeros(4))]
batches = [check.case(rows), check.case(maps), *wrong]
how = {"exercise": "02-slopes", "points": 1}
check.parts(
    lambda: check.function(relu_grad, like=activations.relu_grad, cases=at, **how),
    lambda: check.function(sigmoid_grad, like=activations.sigmoid_grad, cases=at, **how),
    lambda: check.function(dead_units, like=activations.dead_units, cases=batches, **how),
)

# %% [markdown] hints="02-slopes"
# 1. A comparison gives True and False. How do you make 1.0 and 0.0 of them, in the dtype of x?
# 2. For `dead_units`, first bring the units to the front, then put everything else into one axis:
#    (C, N·H·W). Now one question for each row is left.
# 3. `(x > 0).to(x.dtype)`; `s = sigmoid(x)`, then `s * (1 - s)`;
#    `activations.transpose(0, 1).flatten(1)`, compare with 0, and `.all(dim=1)`. Raise first.

# %%
predict("02-ten-sigmoids", "?")

# %%
x = torch.linspace(-5, 5, 401, requires_grad=True)  # (401,): try them all, keep the best
with uses_your("relu", "relu_grad", "sigmoid", "sigmoid_grad"):
    (autograd,) = torch.autograd.grad(torch.sigmoid(x).sum(), x)  # each x sees its own output only
    apart = (sigmoid_grad(x) - autograd).abs().max()
    print(f"Your slope of the sigmoid and autograd's differ by at most {apart:.0e}.")
    bends = {
        "ReLU": (relu, relu_grad),
        "tanh": (torch.tanh, lambda h: 1 - torch.tanh(h) ** 2),
        "sigmoid": (sigmoid, sigmoid_grad),
    }
    best: dict[str, list[float]] = {name: [] for name in bends}
    for name, (bend, slope_of) in bends.items():
        h, product = x.detach(), torch.ones(401)
        for _ in range(10):
            product = product * slope_of(h)  # the chain rule: slopes multiply
            h = bend(h)
            best[name].append(product.max().item())
    show_lines(best, xlabel="activations in a row", ylabel="largest slope", logarithmic=True)
explain("02-ten-sigmoids")

# %% [markdown]
# ## Units that die
#
# ReLU lets gradients through undiminished, or not at all. If a step throws a unit so far that it
# is negative for *every* sample, its slope is 0 for all of them: it gets no gradient, so it never
# moves again. The unit is **dead**.
#
# *Causes:* a learning rate that is too large, a bias that starts far below 0, inputs that were
# never normalised. *Cures:* smaller steps, above all at first; a good start of the weights;
# normalisation (session 04); an activation that keeps a little slope below 0.
#
# Below, 100 units learn digits. Steps 2 to 4 are a hundred times too large.

# %%
predict("02-dead", "?")

# %%
digits, labels = data.digits()  # (1400, 1, 8, 8), (1400,)
torch.manual_seed(0)
first, last = nn.Linear(64, 100), nn.Linear(100, 10)
parameters = [*first.parameters(), *last.parameters()]
counts = []
with uses_your("relu", "dead_units"):
    for rate in [0.1] + 3 * [10.0] + 100 * [0.1]:
        hidden = relu(first(digits.flatten(1)))  # (1400, 100)
        counts.append(int(dead_units(hidden).sum()))
        loss = F.cross_entropy(last(hidden), labels)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= rate * gradient
    print("dead at the start, then after each of four steps:", counts[:5])
    show_lines({"dead, of 100 units": counts}, range(104), xlabel="step")
explain("02-dead")
# With which bias does a unit die at once? Which learning rate kills a healthy one?
widgets.DyingReLU()

# %% [markdown] exercise="02-prelu" difficulty=2 minutes=12
# ## Exercise 4 · A slope that is learned
#
# A leaky ReLU never dies. Which slope is best? Let the network find out: **PReLU** learns one for
# each channel, together with the weights.
#
# **Write** the module `PReLU(num_parameters=1, init=0.25)`: x above 0, a · x below. With
# `num_parameters=1` one slope serves everything; with C there is one for each channel of
# (N, C, …). A module registers what it learns as `nn.Parameter`.
#
# - *By hand:* `PReLU(2)` turns the row `[4, −4]` into `[4, −1]`, and has 2 parameters.
# - *Edge case:* broadcasting begins with the *last* axis, and channels are axis 1: give your
#   slopes the shape (C, 1, 1) for (N, C, H, W). `num_parameters` below 1 raises `ValueError` and
#   names it.


# %% solution="02-prelu"
class PReLU(nn.Module):
    """x above 0, a · x below; the slopes a are learned, one for each channel or one for all."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slopes = nn.Parameter(torch.full((num_parameters,), init))  # (C,)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, …) → the same shape."""
        ### BEGIN SOLUTION
        slopes = self.slopes
        if len(slopes) > 1:
            slopes = slopes.reshape(-1, *[1] * (x.dim() - 2))  # (C, 1, …)
        return torch.where(x > 0, x, slopes * x)
        ### END SOLUTION


# %% check="02-prelu" points=1
r = check.inputs()
check.module(
    PReLU,
    like=activations.PReLU,
    exercise="02-prelu",
    configs=[check.case(2)],
    inputs=[r.normal(4, 2, 3, 5)],
    forbid=("leaky_relu",),
)
started = PReLU(2)(torch.tensor([[4.0, -4.0]])).tolist()
check.value(started, like=[[4.0, -1.0]], name="PReLU(2) at [4, −4]", exercise="02-prelu")

# %% hidden="02-prelu" points=2
r = check.inputs()
check.module(
    PReLU,
    like=activations.PReLU,
    exercise="02-prelu",
    configs=[check.case(3, init=1.5), check.case(), check.case(4, init=1.0), check.case(2)],
    inputs=[r.normal(2, 3, 4, 3), r.normal(5, 4), r.normal(3, 4), r.normal(2, 2, 6)],
    forbid=("leaky_relu",),
)
check.raises(ValueError, PReLU, 0, mentions="num_parameters")

# %% [markdown] hints="02-prelu"
# 1. How many numbers does `PReLU(3)` learn? Where in `__init__` do they have to appear, and as
#    what, so that `list(PReLU(3).parameters())` is not empty?
# 2. For x of shape (N, C, H, W), reshape the slopes to (C, 1, 1): one 1 for each axis behind the
#    channels. How many are these for an x with `x.dim()` axes?
# 3. `self.slopes = nn.Parameter(torch.full((num_parameters,), init))`. In `forward`, for more
#    than one slope: `self.slopes.reshape(-1, *[1] * (x.dim() - 2))`. Then `torch.where`.

# %%
x = torch.linspace(-2, 2, 81)[:, None].expand(-1, 3)  # (81, 3)
goals = torch.stack([x[:, 0].abs(), x[:, 1].relu(), x[:, 2]], dim=1)  # (81, 3)
paths: dict[str, list[float]] = {"|x|": [], "ReLU": [], "x itself": []}
with uses_your("PReLU"):
    bend = PReLU(3)
    optimizer = torch.optim.SGD(bend.parameters(), lr=0.5)
    for _ in range(30):
        for path, slope in zip(paths.values(), *bend.parameters(), strict=True):
            path.append(slope.item())
        loss = (bend(x) - goals).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    show_lines(paths, xlabel="step", ylabel="slope below 0, learned to imitate …")

# %% [markdown]
# ## From scores to probabilities
#
# At the end of a classifier stand K scores, the **logits**: any numbers. *Softmax* makes
# probabilities of them, and lets them compete:
#
# $$\mathrm{softmax}(x)_k = \frac{e^{x_k}}{\sum_j e^{x_j}}$$
#
# For two classes it is a sigmoid of the difference. Dividing all logits by a **temperature** T
# first makes the answer sharper (T < 1) or softer (T > 1), and keeps the order.
#
# Training needs its *logarithm*, and there another trick belongs:
# $\log\sum_j e^{x_j} = m + \log\sum_j e^{x_j-m}$, with m the largest score. This **log-sum-exp**
# never overflows, and never takes the logarithm of 0.

# %%
predict("02-shift", "?")

# %% [markdown] exercise="02-softmax" difficulty=2 minutes=15
# ## Exercise 5 · Softmax that never breaks
#
# **Write** `softmax(x, dim)` and `log_softmax(x, dim)`: same shape as x, for any `dim`, negative
# ones too. Torch's own softmax and logsumexp are switched off.
#
# Softmax does not change when you subtract the same number from all scores. Subtract the largest
# *along `dim`*: then the largest exponent is 0, and nothing overflows.
#
# - *By hand:* `[0, ln 3]` → `[1/4, 3/4]`, and the logarithms are −1.386 and −0.288.
# - *Edge case:* `[1000, 0]`. Softmax gives `[1, 0]`; log-softmax gives `[0, −1000]`, *not* −∞. So
#   it can't be the logarithm of the first.
#
# *Watch the shape:* a sum along `dim` loses that axis, unless you say `keepdim=True`.


# %% solution="02-softmax"
def softmax(x: Tensor, dim: int) -> Tensor:
    """Positive numbers that sum to 1 along `dim`: same shape as x, finite for any finite x."""
    ### BEGIN SOLUTION
    powers = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return powers / powers.sum(dim=dim, keepdim=True)
    ### END SOLUTION


def log_softmax(x: Tensor, dim: int) -> Tensor:
    """The logarithm of softmax, finite even where softmax rounds to 0: same shape as x."""
    ### BEGIN SOLUTION
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True).log()
    ### END SOLUTION


# %% check="02-softmax" points=2
pair, square = torch.tensor([0.0, math.log(3)]), torch.tensor([[1.0, 2.0], [3.0, 5.0]])
cases = [check.case(pair, 0), check.case(square, 1), check.case(square, 0)]
how = {"exercise": "02-softmax", "forbid": ("softmax", "logsumexp"), "cases": cases}
check.function(softmax, like=activations.softmax, **how)
check.function(log_softmax, like=activations.log_softmax, **how)

# %% hidden="02-softmax" points=4
r = check.inputs()
far = torch.tensor([[1000.0, 0, -1000], [1000, 999, 998]])
cases = [
    check.case(r.normal(3, 3), 1),
    check.case(far, dim=1),
    check.case(5 * r.normal(2, 4, 3), -2),
    check.case(r.normal(4, 2), dim=0),
    check.case(r.normal(5), 0),
]
how = {"exercise": "02-softmax", "gradients": True, "points": 2}
how |= {"forbid": ("softmax", "logsumexp"), "cases": cases}
check.parts(
    lambda: check.function(softmax, like=activations.softmax, **how),
    lambda: check.function(log_softmax, like=activations.log_softmax, **how),
)

# %% [markdown] hints="02-softmax"
# 1. Compute softmax of `[1, 2]` and of `[1001, 1002]` by hand. What is e¹ / (e¹ + e²) once you
#    divide everything by e²?
# 2. `x.amax(dim=dim, keepdim=True)` is the largest along `dim`, in a shape that broadcasts. Shift
#    first, then exponentiate, then divide by a sum that keeps its axis, too.
# 3. With `z = x - x.amax(dim=dim, keepdim=True)`, softmax is `z.exp()` over its sum. Of a
#    fraction, the logarithm is a difference: `z - z.exp().sum(dim=dim, keepdim=True).log()`.

# %%
scores = torch.tensor([2.0, 1.0, 0.0, -1.0])  # (4,)
with uses_your("softmax"):
    shares = {
        "as they are": softmax(scores, 0),
        "plus 100": softmax(scores + 100, 0),
        "times 4 (T = ¼)": softmax(4 * scores, 0),
        "divided by 4 (T = 4)": softmax(scores / 4, 0),
    }
    plots.use_style()
    figure = plt.Figure(figsize=(10, 2.8), layout="constrained")
    for place, (title, share) in enumerate(shares.items(), start=1):
        axes = figure.add_subplot(1, 4, place, title=title, ylim=(0, 1.15), xlabel="class")
        axes.bar_label(axes.bar(["0", "1", "2", "3"], share), fmt="%.2f")
    plots.show(figure, "A shift changes nothing, a factor sharpens, a division softens.")
explain("02-shift")
# At which temperature does the favourite get half of everything?
widgets.SoftmaxTemperature()

# %% [markdown]
# ## Deep stacks: signals fade or explode
#
# One number of a layer is a sum of `fan_in` products. If weights and inputs have mean 0, variances
# add up: the variance is multiplied by fan_in · Var(w), *in every layer*. Ten per cent too much,
# thirty times in a row, is a factor of 17.
#
# Without activations, Var(w) = 1/fan_in keeps the balance. But ReLU throws half of it away: of
# numbers that lie evenly around 0, the mean square is halved.
#
# Next: 30 ReLU layers of width 256, with the standard deviation 1/16 = √(1/256).

# %%
predict("02-depth-std", "?")

# %%
sizes = {
    "no activation, std 1/16": activations.activation_stds(30, "none", 1 / 16),
    "ReLU, std 1/16": activations.activation_stds(30, "relu", 1 / 16),
    "ReLU, std 0.15": activations.activation_stds(30, "relu", 0.15),
}
show_lines(sizes, range(31), "layer", "size (root mean square)", logarithmic=True)
explain("02-depth-std")

# %% [markdown] exercise="02-he-normal" difficulty=2 minutes=12
# ## Exercise 6 · A fair start
#
# He and his colleagues gave back what ReLU takes: Var(w) = 2 / fan_in. (Glorot's *Xavier* start,
# 2/(fan_in + fan_out), is for tanh and sigmoid.)
#
# **Write** `he_normal_(weight)`: fill a weight of shape (out, in) or (out, in, KH, KW) with normal
# numbers of mean 0 and *standard deviation* √(2 / fan_in), **in place**, and return it. fan_in
# counts the products behind one output: in · KH · KW. `torch.nn.init` is off limits. (The test
# looks at a large weight's mean, std, and share within one std.)
#
# - *By hand:* shape (256, 64, 3, 3): fan_in = 64 · 9 = 576, std = √(2/576) ≈ 0.059.
# - *Edge case:* autograd forbids writing into parameters, except inside
#   `with torch.no_grad():`. A weight with a single axis has no fan_in: `ValueError`.


# %% solution="02-he-normal"
def he_normal_(weight: Tensor) -> Tensor:
    """Fill with normal numbers of standard deviation √(2 / fan_in), in place; return the weight."""
    ### BEGIN SOLUTION
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got shape {tuple(weight.shape)}")
    fan_in = math.prod(weight.shape[1:])  # in · KH · KW
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / fan_in))
    ### END SOLUTION


# %% check="02-he-normal" points=1
def spread(*shape):  # of a large weight: coarse numbers, the same for every right answer
    return activations.weight_spread(he_normal_, shape)


check.function(
    spread,
    like=activations.spread_after_he_normal_,
    exercise="02-he-normal",
    cases=[check.case(256, 512)],
)


# %% hidden="02-he-normal" points=3
def spread(*shape):
    return activations.weight_spread(he_normal_, shape)


check.function(
    he_normal_,
    like=activations.he_normal_,
    exercise="02-he-normal",
    cases=[check.case_of(activations.parameter_of_zeros, 0, 4), check.case(torch.zeros(3))],
)
check.function(
    spread,
    like=activations.spread_after_he_normal_,
    exercise="02-he-normal",
    points=3,
    cases=[check.case(256, 512), check.case(256, 64, 2, 2), check.case(128, 32, 4, 4)],
)

# %% [markdown] hints="02-he-normal"
# 1. For (out, in, KH, KW): which axis does *not* belong to the sum behind one output?
# 2. `math.prod(weight.shape[1:])` multiplies all sizes but the first. `normal_` wants a standard
#    deviation; 2 / fan_in is a variance.
# 3. Check `weight.dim()`, then, inside `with torch.no_grad():`, return
#    `weight.normal_(0, math.sqrt(2 / fan_in))`. It fills in place and gives the weight back.

# %%
starts = {"std 0.01": lambda w: w.normal_(0, 0.01), "Xavier": activations.xavier_normal_}
plots.use_style()
figure = plt.Figure(figsize=(10, 3), layout="constrained")
with uses_your("he_normal_", "relu"):
    for place, (name, fill) in enumerate({**starts, "He (yours)": he_normal_}.items(), start=1):
        torch.manual_seed(0)
        h = torch.randn(200, 256)  # (200, 256)
        axes = figure.add_subplot(1, 3, place, title=name, xlim=(0, 3), ylim=(0, 1600))
        for layer in range(1, 21):
            h = relu(h @ fill(torch.empty(256, 256)).T)  # (200, 256)
            if layer in (1, 5, 20):
                axes.hist(h[h > 0], bins=40, range=(0, 3), histtype="step", label=f"layer {layer}")
        axes.legend()
    plots.show(figure, "Histograms of positive ReLU outputs: with He's start they stay spread out.")

# %% [markdown] exercise="02-gradient-norms" difficulty=3 minutes=18
# ## Exercise 7 · How far does the gradient reach?
#
# **Write** `gradient_norms(depth, activation, init, width=64, seed=0) -> list[float]`: build a
# stack, run it forwards and backwards, measure what arrives. Batch and normal numbers are drawn
# for you.
#
# 1. Scale each layer's W to the std of `init`: √(2/width) for `"he"`, √(1/width) for `"xavier"`,
#    0.01 for `"small"`.
# 2. In every layer, h ← activation(h Wᵀ).
# 3. Loss: the sum of a sample's outputs, averaged over the batch.
# 4. Return the norm (root of the sum of squares) of ∂loss/∂W, layer by layer from the input on.
#
# - *By hand:* width 1, one ReLU layer, w > 0: the gradient is the mean of max(x, 0).
# - *Edge case:* a depth below 1, an unknown `activation` or `init`: `ValueError`.


# %% solution="02-gradient-norms"
ACTIVATIONS = {"relu": torch.relu, "leaky_relu": F.leaky_relu, "elu": F.elu, "gelu": F.gelu}
ACTIVATIONS |= {"sigmoid": torch.sigmoid, "tanh": torch.tanh}


def gradient_norms(
    depth: int, activation: str, init: str, width: int = 64, seed: int = 0
) -> list[float]:
    """Norm of the gradient of each layer's weight in a deep stack, from the input on."""
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    ### BEGIN SOLUTION
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in ACTIVATIONS or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = ACTIVATIONS[activation](h @ weight.T)  # (128, width)
    h.sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in weights]
    ### END SOLUTION


# %% check="02-gradient-norms" points=1
check.function(
    gradient_norms,
    like=activations.gradient_norms,
    exercise="02-gradient-norms",
    cases=[check.case(1, "relu", "he", width=8), check.case(3, "tanh", "xavier")],
)

# %% hidden="02-gradient-norms" points=3
check.function(
    gradient_norms,
    like=activations.gradient_norms,
    exercise="02-gradient-norms",
    points=3,
    cases=[
        check.case(4, "relu", "he"),
        check.case(3, "sigmoid", "xavier", 16, 7),
        check.case(2, "tanh", "small", width=32),
        check.case(5, "relu", "xavier", width=8, seed=3),
        check.case(3, "relu", "lecun"),
        check.case(3, "swish", "he"),
        check.case(0, "relu", "he"),
    ],
)

# %% [markdown] hints="02-gradient-norms"
# 1. `normal[0]` is the first layer's matrix, (width, width). What do you multiply it with, and
#    when must you tell autograd to follow it: before that, or afterwards?
# 2. `weights = [(std * w).requires_grad_() for w in normal]`. A loop gives the last h;
#    `h.sum(dim=1).mean()` is the loss; after `.backward()` each weight has its `.grad`.
# 3. The last line is `[weight.grad.norm().item() for weight in weights]`. Look names up in the
#    dictionary `ACTIVATIONS`, and check them first: a missing key raises `KeyError`.

# %% [markdown]
# ## Everything together: thirty layers
#
# Now your functions meet: your activations, in your stack, under three starts. Look for *flat*
# curves at a healthy height. A curve that falls to the left says that early layers starve; a flat
# one at 10⁻³⁵ says that all of them do.
#
# With Xavier's start, almost nothing reaches the first of thirty sigmoid layers. He's weights are
# √2 times larger. Would that help?

# %%
predict("02-flow", "?")

# %%
names = ["relu", "elu", "gelu", "tanh", "sigmoid"]
with uses_your("gradient_norms", "relu", "elu", "gelu", "sigmoid"):
    ACTIVATIONS |= {"relu": relu, "elu": elu, "gelu": gelu, "sigmoid": sigmoid}  # now yours
    panels = {
        f"start: {init}": {name: gradient_norms(30, name, init) for name in names}
        for init in ("xavier", "he")
    }
    show_lines(panels, xlabel="layer, from the input on", ylabel="norm", logarithmic=True)
    small = gradient_norms(30, "relu", "small")
    print(f"relu, std 0.01: from {small[0]:.0e} at the first layer to {small[-1]:.0e} at the last")
    for title, curves in panels.items():
        print(f"sigmoid, {title}: from {curves['sigmoid'][0]:.0e} to {curves['sigmoid'][-1]:.0e}")
explain("02-flow")
# Warm up for exercise 8: its questions, with other numbers each time.
widgets.NumbersDrill("02-numbers")

# %% [markdown] exercise="02-numbers" difficulty=2 minutes=10
# ## Exercise 8 · Numbers to have in your head
#
# Six questions, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Then put a number
# in place of each `None`, and delete the line `raise NotImplementedError()`. Paper first;
# expressions like `math.sqrt(2)` are welcome. Three decimals will do.
#
# - *By hand:* two sigmoids let ¼ · ¼ = 1/16 pass. And log(e¹⁰⁰ + e¹⁰⁰) = 100 + log 2.
# - *Edge case:* exactly 1/1000 would not be less than 1/1000.

# %% solution="02-numbers"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("02-numbers", student_id)
leaky = None
steepest = None
layers = None
log_sum = None
he_std = None
slopes = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("02-numbers", student_id)
he = mine["he_std"]
leaky = 0.01 * mine["leaky"]["x"]
steepest = mine["steepest"]["scale"] / 4
layers = math.ceil(math.log(mine["layers"]["share"], 4))
log_sum = mine["log_sum"]["exponent"] + math.log(mine["log_sum"]["terms"])
he_std = math.sqrt(2 / (he["in_channels"] * he["kernel_size"] ** 2))
slopes = mine["slopes"]["channels"]
### END SOLUTION

# %% check="02-numbers" points=1
mine = check.own_numbers("02-numbers", student_id)
right = {
    "leaky": F.leaky_relu(torch.tensor(float(mine["leaky"]["x"]))).item(),
    "layers": math.ceil(math.log(mine["layers"]["share"]) / math.log(4)),
}
answers = {"leaky": leaky, "layers": layers}
check.values(answers, like=right, exercise="02-numbers", tolerance=0.0006)

# %% hidden="02-numbers" points=2
mine = check.own_numbers("02-numbers", student_id)
he = mine["he_std"]
right = {
    "leaky": -0.01 * abs(mine["leaky"]["x"]),
    "steepest": 0.25 * mine["steepest"]["scale"],
    "layers": next(n for n in range(99) if 4**n > mine["layers"]["share"]),
    "log_sum": mine["log_sum"]["exponent"] + math.log(mine["log_sum"]["terms"]),
    "he_std": (2 / (he["in_channels"] * he["kernel_size"] ** 2)) ** 0.5,
    "slopes": mine["slopes"]["channels"],
}
given = (leaky, steepest, layers, log_sum, he_std, slopes)
answers = dict(zip(right, given, strict=True))
check.values(answers, like=right, exercise="02-numbers", points=2, tolerance=0.0006)

# %% [markdown] hints="02-numbers"
# 1. Each of them stands in an exercise above: 1, 3, 3, 5, 6 and 4.
# 2. A sigmoid is steepest at 0, where its slope is ¼; a factor in front of x multiplies it. Powers
#    of ¼: 0.25, 0.0625, 0.0156, … For `log_sum`, take one term out of the sum.
# 3. fan_in is channels · rows · columns of what one output looks at: 32 · 3 · 3 = 288 gives
#    √(2/288). A slope belongs to a channel, not to a picture or a position. And log(a · b) =
#    log a + log b.

# %% [markdown] exercise="02-bug-hunt" difficulty=2 minutes=10
# ## Exercise 9 · Bug hunt: the loss that will not fall
#
# ```python
# 1  def classification_loss(features, weight, targets):
# 2      hidden = torch.relu(features)                  # (N, F)
# 3      logits = hidden @ weight.T                     # (N, K)
# 4      return F.cross_entropy(torch.softmax(logits, dim=1), targets)
# ```
#
# It runs. The loss falls, too, but never below 1.46 for ten classes, and learning is slow.
# `targets` holds class numbers, (N,).
#
# **Repair** the function. **Say where and why**: `bug_line` is the line that is wrong, `why` a
# letter from the list in the next cell. Delete both lines `raise NotImplementedError()`.
#
# - *By hand:* if every logit is 0, each of K classes gets 1/K: the loss is log K, with and without
#   the bug. So an untrained network shows nothing.
# - *Edge case:* logits a hundred apart must not give ∞.


# %% solution="02-bug-hunt"
def classification_loss(features: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of a linear layer (K, F) behind a ReLU, on features (N, F)."""
    ### BEGIN SOLUTION
    hidden = torch.relu(features)  # (N, F)
    logits = hidden @ weight.T  # (N, K)
    return F.cross_entropy(logits, targets)
    ### END SOLUTION


# A: softmax has to run along the batch, dim=0.
# B: the targets have to be one-hot, (N, K), so that they fit the probabilities.
# C: cross_entropy takes logits and has a log-softmax inside; here softmax runs twice.
# D: relu removes the negative features, which the last layer needs.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 4
why = "C"
### END SOLUTION

# %% check="02-bug-hunt" points=1
check.function(
    classification_loss,
    like=activations.classification_loss,
    exercise="02-bug-hunt",
    cases=[check.case(torch.eye(2), 3 * torch.eye(2), torch.tensor([0, 1]))],
)

# %% hidden="02-bug-hunt" points=2
r = check.inputs()
far = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])
check.function(
    classification_loss,
    like=activations.classification_loss,
    exercise="02-bug-hunt",
    gradients=True,
    cases=[
        check.case(r.normal(4, 6), r.normal(3, 6), torch.tensor([2, 0, 1, 1])),
        check.case(r.normal(1, 5), r.normal(10, 5), torch.tensor([7])),
        check.case(torch.tensor([[100.0, -2.0]]), far, torch.tensor([1])),
    ],
)
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 4, "why": "C"}, exercise="02-bug-hunt"
)

# %% [markdown] hints="02-bug-hunt"
# 1. Ask the manual: `help(F.cross_entropy)`. What does its first argument hold?
# 2. Follow one picture with logits `[10, 0]` and target 0 through the code. What does softmax
#    make of it, and what does a second softmax make of that?
# 3. `F.cross_entropy` is your `log_softmax`, then the negative entry of the right class, then the
#    mean. Hand it the logits.

# %%
predict("02-double-softmax", "?")


# %%
def with_the_bug(features: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy((torch.relu(features) @ weight.T).softmax(dim=1), targets)


def learn_digits(loss_of: Callable[..., Tensor]) -> list[float]:
    """Train a linear layer on the digits; the loss before each of 120 steps."""
    weight = torch.zeros(10, 64, requires_grad=True)
    optimizer = torch.optim.Adam([weight], lr=0.05)
    losses = []
    for _ in range(120):
        loss = loss_of(digits.flatten(1), weight, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


with uses_your("classification_loss"):
    lines = {"repaired": learn_digits(classification_loss)}
    lines["softmax twice"] = learn_digits(with_the_bug)
    lines["its floor"] = 120 * [math.log(1 + 9 / math.e)]  # −log(e / (e + 9))
    show_lines(lines, xlabel="step", ylabel="loss")
explain("02-double-softmax")

# %% [markdown] open="02-depth" points=4
# ## Open question · Advice for a deep stack
#
# A friend builds a network of 40 layers with sigmoids between them, weights drawn with standard
# deviation 0.01, and reports: "The loss stays where it was. I will try a learning rate that is a
# thousand times larger." Write an answer of eight to twelve sentences:
#
# 1. What happens to signals going forwards, and to gradients going backwards? Name both causes,
#    each with a number.
# 2. Why does the larger learning rate not help?
# 3. What would you change, in which order, and how would you *measure* after each change that it
#    helped? And which new risk does ReLU bring?
#
# ### BEGIN SOLUTION
# **Model answer.** Two things go wrong. A sigmoid's slope is at most ¼, so each layer lets at most
# a quarter of a gradient pass: after 40 layers less than 0.25⁴⁰ ≈ 10⁻²⁴. And the weights are too
# small: with fan_in 256, a layer multiplies the size of a signal by 0.01 · 16 = 0.16, forwards and
# backwards, so the outputs hardly depend on the input any more. A larger learning rate multiplies
# all gradients by the same number: the first layers would need a factor of 10²⁴ or more, while the
# last ones, whose gradients are healthy, would explode at a factor of 1,000. First exchange the
# activation: ReLU, or a leaky relative, has slope 1 for positive inputs. Then start with He's
# standard deviation √(2/fan_in). Plot, after each change and before any training, the size of the
# activations and the norm of the weight gradients by layer: both should be flat. After that a
# usual learning rate will do; normalisation and skip connections help further (session 04). ReLU
# units can die: count those that are 0 for a whole batch during training; if they grow in number,
# lower the rate or take a leaky variant.
#
# **Marking guide.** 1 point: both causes, each with a number (slope ≤ ¼ to a power; std against
# √(1/fan_in)). 1 point: one factor for all layers cannot serve gradients that differ by orders of
# magnitude. 1 point: activation and start changed, with a sensible measurement by layer. 1 point:
# dying units, how to see them, a cure.
# ### END SOLUTION

# %% [markdown]
# ## Lab: six activations, one network, two starts
#
# Train the same network of seven convolutions with six activations, each started PyTorch's way
# and with *your* `he_normal_`. Compare accuracy, and the flow: gradient norm at the first layer
# over that at the last, on one batch, before training. (PyTorch's own start has a variance of
# 1/(3 fan_in), a sixth of He's.)
#
# As it stands, the cell uses 8 × 8 digits and takes some ten seconds. On Colab, switch on a GPU
# (*Runtime → Change runtime type → GPU*) and set `DOWNLOAD = True` for CIFAR-10 (170 MB); give it
# half an hour. Without a network, go on with the digits.
#
# Bet first: which gains most from your start, and does any activation learn nothing?


# %%
DOWNLOAD = False  # ← the switch: True trains on CIFAR-10


def small_cnn(bend: type[nn.Module], channels: int, width: int) -> nn.Sequential:
    """Seven convolutions, each followed by the same activation, then pooling and a linear layer."""
    parts: list[nn.Module] = []
    for layer in range(7):
        parts += [nn.Conv2d(width if layer else channels, width, 3, padding=1), bend()]
        if layer in (0, 2):
            parts.append(nn.MaxPool2d(2))
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 10))


def flow(net: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Gradient norm at the first layer's weight, divided by that at the last one's."""
    weights = [p for p in net.parameters() if p.dim() > 1]
    grads = torch.autograd.grad(F.cross_entropy(net(images), labels), (weights[0], weights[-1]))
    return (grads[0].norm() / grads[1].norm()).item()


# %%
learn, hold_out = data.loaders(64)
if DOWNLOAD:
    try:
        sets = [data.cifar10(train=part) for part in (True, False)]
        learn, hold_out = (torch.utils.data.DataLoader(s, 64, shuffle=True) for s in sets)
    except ConnectionError as error:
        print(error)
batch = [part.to(check.device()) for part in next(iter(hold_out))]
with uses_your("he_normal_"):
    for bend in (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.Tanh, nn.Sigmoid):
        for start in ("PyTorch", "He"):
            torch.manual_seed(0)
            net = small_cnn(bend, batch[0].shape[1], width=64 if DOWNLOAD else 16)
            for weight in net.parameters() if start == "He" else ():
                he_normal_(weight) if weight.dim() > 1 else None
            carried = flow(net.to(check.device()), *batch)
            optimizer = torch.optim.Adam(net.parameters(), lr=2e-3 if DOWNLOAD else 5e-3)
            seen = train.fit(net, learn, hold_out, 5, optimizer, F.cross_entropy, progress=False)
            right = f"{seen.val_accuracy[-1]:6.1%} right, flow {carried:.0e}"
            print(f"{bend.__name__:10} {start:8} {right}")

# %% [markdown]
# ## What to take along
#
# | name | formula | range | slope at most | where |
# |---|---|---|---|---|
# | sigmoid | 1/(1 + e⁻ˣ) | 0 … 1 | ¼ | gates, yes/no outputs |
# | tanh | 2σ(2x) − 1 | −1 … 1 | 1 | recurrent networks |
# | ReLU | max(x, 0) | 0 … ∞ | 1 | most CNNs |
# | LeakyReLU | x, or 0.01 x below 0 | −∞ … ∞ | 1 | where units die; GANs |
# | PReLU | x, or a x; a is learned | −∞ … ∞ | 1 or a | the same |
# | ELU | x, or α(eˣ − 1) below 0 | −α … ∞ | 1 (α = 1) | means near 0 |
# | GELU | x Φ(x) | −0.17 … ∞ | 1.13 | transformers |
# | SiLU | x σ(x) | −0.28 … ∞ | 1.10 | EfficientNet, YOLO |
# | softmax | eˣ/Σeˣ | 0 … 1, sum 1 | ¼ | class probabilities |
#
# - Without a bend, layers collapse into one matrix.
# - Gradients are multiplied by every slope on their way. The slope is the column to watch.
# - Dead is 0 for *every* sample, and stays dead.
# - Exponentials never see a number above 0; `torch.where` does not protect gradients.
# - Hand *logits* to `cross_entropy`.
# - He's start mends the size of signals, not the slope of a sigmoid.
#
# In a week, run `quiz("02-review")`; for numbers that break, `quiz("02-stability")`.
#
# **References.** Glorot, Bengio (2010), *Understanding the difficulty of training deep feedforward
# networks*. Nair, Hinton (2010), *Rectified linear units*. He et al. (2015), *Delving deep into
# rectifiers*. Clevert et al. (2016), *ELUs*. Hendrycks, Gimpel (2016), *Gaussian error linear
# units*.
