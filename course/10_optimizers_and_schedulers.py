# %% [markdown] session="10_optimizers_and_schedulers" minutes=170
# # 10 · Optimizers and schedulers
#
# A gradient says which way is down. What is left is to walk. How far, with how much swing, and when
# to slow down: that often decides more than another layer does.
#
# **You will be able to**
#
# - write SGD, Adam and AdamW, so that they follow PyTorch's to the last digit,
# - choose a schedule, and step it in the right place,
# - write a training loop that survives a restart without a trace,
# - find a learning rate, and the bugs that make no error message.
#
# **Time:** about 170 minutes, 40 points. Take a break after exercise 3.
#
# **Predictions:** put a letter in place of the question mark *before* you run the experiment.

# %% setup=true
import copy
import dataclasses
import itertools
import math
import tempfile
import time

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cvlib import check, data, lr_finder, optim, optim_runs, resumed_runs, schedules, widgets
from cvlib import training_run as runs
from cvlib.history import History, Totals
from cvlib.landscapes import path, show_paths
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your
from cvlib.line_plots import show_lines
from cvlib.models.resnet_cifar import CifarResNet
from cvlib.optim import Optimizer
from cvlib.train import measure

torch.set_num_threads(1)  # for tensors as small as these, one thread is faster than several

# %%
quiz("10-recall")

# %% [markdown]
# ## Down a ravine, in fog
#
# You stand on a hillside in fog. You feel the slope under your feet, and nothing else. So you step
# downhill, and again: **gradient descent**, $w \leftarrow w - \eta\,g$. The length of a step is the
# *learning rate* η times the slope g.
#
# Losses of networks are full of ravines: steep from wall to wall, almost flat along the floor. Here
# is one with two weights, $x^2/20 + y^2$. Across, the slope is 2y; along the floor it is x/10,
# twenty times flatter.
#
# At η = 0.5 a step across lands exactly on the floor. The floor itself takes forever. So: larger
# steps.

# %%
predict("10-ravine", "?")

# %%
walks = {
    "η = 0.5": path(torch.optim.SGD, "ravine", 20, lr=0.5),
    "η = 0.95": path(torch.optim.SGD, "ravine", 20, lr=0.95),
    "η = 1.05": path(torch.optim.SGD, "ravine", 8, lr=1.05),
}
show_paths("ravine", walks)
for name, walk in walks.items():
    print(f"{name}: y goes", ", ".join(f"{y:.2f}" for y in walk[:6, 1]), "…")
explain("10-ravine")

# %% [markdown]
# ## Momentum
#
# The steepest wall limits the rate, and the flat floor pays for it. A heavy ball does better: it
# keeps a **velocity** v. From wall to wall its pushes cancel; along the floor they add up.
#
# $$v \leftarrow \mu v + g \qquad w \leftarrow w - \eta\,v$$
#
# With a steady gradient, v grows to $g\,(1 + \mu + \mu^2 + …) = g/(1-\mu)$: ten times the step for
# μ = 0.9. **Nesterov** looks ahead and steps by $g + \mu v$, with the *new* v.
#
# *Weight decay* pulls every weight towards 0. Here it joins the gradient first of all:
# $g \leftarrow g + \lambda w$. That is the gradient of a penalty $\tfrac{\lambda}{2} w^2$, which is
# why it is called L2.

# %% [markdown]
# ## The skeleton of an optimizer
#
# Every optimizer needs the same household: `param_groups`, a list of dicts with `"params"` and
# settings like `"lr"`; `zero_grad()`; a memory for each parameter; `state_dict()` and
# `load_state_dict()`, so that a file can hold all of it. The course gives you this as `Optimizer`.
# Its `step()` is short:
#
# ```python
# @torch.no_grad()
# def step(self):
#     for group in self.param_groups:
#         for parameter in group["params"]:
#             if parameter.grad is not None:
#                 self.update(parameter, parameter.grad, self.state[parameter], group)
# ```
#
# `update` is yours. `state` is a dict for this one parameter, empty at first, and what you put in
# it comes back in the next step. Change the parameter *in place* (`parameter -= …`), and leave the
# gradient as it is.

# %% [markdown] exercise="10-sgd" difficulty=2 minutes=15
# ## Exercise 1 · SGD with momentum
#
# **Write** `update` of `SGD`, in this order:
#
# 1. g ← g + weight_decay · w, as a new tensor;
# 2. v ← momentum · v + g, with v = 0 before the first step; keep it in `state["velocity"]`;
# 3. the step is v, or g + momentum · v with `nesterov=True`;
# 4. w ← w − lr · step, in place.
#
# All settings are in `group`: another group may have others, and a schedule changes them.
#
# - *By hand:* w = 1, g = 2 in both steps, lr 0.1, momentum 0.5: v is 2, then 3; w is 0.8, then 0.5.
# - *Edge case:* a run that is saved and loaded goes on with its velocity. So v has to live in
#   `state`, not on `self`.


# %% solution="10-sgd"
class SGD(Optimizer):
    """Gradient descent with momentum, Nesterov's step, and weight decay as L2."""

    def __init__(
        self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False
    ) -> None:  # the settings become the defaults of every group
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter: Tensor, gradient: Tensor, state: dict, group: dict) -> None:
        """One step of one parameter, in place."""
        ### BEGIN SOLUTION
        gradient = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        if "velocity" not in state:
            state["velocity"] = torch.zeros_like(parameter)
        state["velocity"] = momentum * state["velocity"] + gradient
        step = state["velocity"]
        if group["nesterov"]:
            step = gradient + momentum * state["velocity"]
        parameter -= group["lr"] * step
        ### END SOLUTION


# %% check="10-sgd" points=1
check.function(
    SGD,
    like=optim.SGD,
    through=optim_runs.trajectory,
    exercise="10-sgd",
    cases=[
        check.case(steps=3, lr=0.1),
        check.case(steps=5, lr=0.1, momentum=0.9),
        check.case(steps=5, lr=0.1, momentum=0.9, nesterov=True),
    ],
)

# %% hidden="10-sgd" points=2
groups = [{"weight_decay": 0.2}, {"lr": 0.03, "momentum": 0.5}]
check.function(
    SGD,
    like=optim.SGD,
    through=optim_runs.trajectory,
    exercise="10-sgd",
    points=2,
    cases=[
        check.case(lr=0.1, momentum=0.9, weight_decay=0.05),
        check.case(lr=0.2, momentum=0.8, nesterov=True, weight_decay=0.1),
        check.case(lr=0.1, momentum=0.9, groups=groups),
        check.case(lr=0.1, momentum=0.9, halve_lr_at=5, steps=12),
        check.case(lr=0.1, momentum=0.9, save_and_load_at=4, steps=12),
        check.case(lr=0.3, steps=12, weight_decay=0.1),
    ],
)

# %% [markdown] hints="10-sgd"
# 1. Four lines in the recipe, four lines of code. Which of them need something from the step
#    before?
# 2. `state.get("velocity", 0)` is 0 in the first step, and the velocity afterwards. Take every
#    setting from `group`, also in the last line.
# 3. `g = gradient + group["weight_decay"] * parameter`, then
#    `v = state["velocity"] = group["momentum"] * state.get("velocity", 0) + g`. For Nesterov the
#    step is `g + group["momentum"] * v`.

# %%
with uses_your("SGD"):
    walks = {
        "plain": path(SGD, "ravine", 40, lr=0.5),
        "momentum 0.8": path(SGD, "ravine", 40, lr=0.5, momentum=0.8),
        "Nesterov 0.8": path(SGD, "ravine", 40, lr=0.5, momentum=0.8, nesterov=True),
    }
    show_paths("ravine", walks)
    theirs = path(torch.optim.SGD, "ravine", 40, lr=0.5, momentum=0.8, nesterov=True)
    apart = (walks["Nesterov 0.8"] - theirs).abs().max()
    print(f"Yours and torch's differ by at most {apart:.0e} after 40 steps.")

# %% [markdown]
# ## A ruler for each weight
#
# Gradients of one layer may be a thousand times those of another: one η can't suit both.
# **RMSprop** gives each weight its own ruler, the root of a running mean of g². **Adam** divides a
# running mean of g by that ruler (this v is no velocity):
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\,g \qquad v \leftarrow \beta_2 v + (1-\beta_2)\,g^2$$
#
# Both begin at 0, so early on they are too small. After t steps the weights of the mean add up to
# $1-\beta^t$; dividing by that makes it an honest mean:
#
# $$\hat m = \frac{m}{1-\beta_1^t} \qquad \hat v = \frac{v}{1-\beta_2^t} \qquad
# w \leftarrow w - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# Before you write it, bet below on the very first step.

# %% [markdown]
# ## The decay that Adam swallows
#
# With L2, $\lambda w$ joins the gradient, and Adam divides whatever is in the gradient by its own
# size. So what becomes of λ? Loshchilov and Hutter took the decay out: in **AdamW**, weights shrink
# by themselves, $w \leftarrow (1 - \eta\lambda)\,w$, and the means never hear of it. A comment that
# calls AdamW's `weight_decay` "L2" is wrong, and there are many.
#
# Think of a weight that the loss does not touch at all: its gradient is only the decay. It starts
# at 1. *Adam with L2* takes 100 steps, with η = 0.001 and λ = 0.0001, 0.001 or 0.1.

# %%
predict("10-first-step", "?")
predict("10-decay", "?")

# %% [markdown] exercise="10-adam" difficulty=3 minutes=22
# ## Exercise 2 · Adam and AdamW
#
# **Write** `update` of `Adam`: g ← g + weight_decay · w; then the two means, their corrections, and
# the step. t counts the steps of *this parameter* from 1. Keep t, m and v in `state`.
#
# **Write** `update` of its child `AdamW`: w ← w · (1 − lr · weight_decay), in place; then Adam's
# step, by `super().update(…)` with a group whose decay is 0.
#
# - *By hand:* g = 2 in the first step: m = 0.2, v = 0.004; corrected they are 2 and 4, so the step
#   is η · 2/√4 = η.
# - *Edge cases:* `update` runs once for each *parameter*, so a counter on `self` would run too
#   fast. And `group` is the optimizer's own dict: hand on a changed copy,
#   `{**group, "weight_decay": 0.0}`.


# %% solution="10-adam"
class Adam(Optimizer):
    """Kingma and Ba (2015); weight_decay is added to the gradient, as L2."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0) -> None:
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, state: dict, group: dict) -> None:
        """One step of one parameter, in place."""
        ### BEGIN SOLUTION
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"] / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])
        ### END SOLUTION


class AdamW(Adam):
    """Adam with decoupled weight decay: the weights shrink beside Adam's step."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01) -> None:
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter: Tensor, gradient: Tensor, state: dict, group: dict) -> None:
        """One step of one parameter, in place."""
        ### BEGIN SOLUTION
        parameter *= 1 - group["lr"] * group["weight_decay"]
        super().update(parameter, gradient, state, {**group, "weight_decay": 0.0})
        ### END SOLUTION


# %% check="10-adam" points=1
how = {"through": optim_runs.trajectory, "exercise": "10-adam"}
cases = [check.case(steps=1, lr=0.01), check.case(steps=5, lr=0.01)]
check.function(Adam, like=optim.Adam, cases=cases, **how)
cases = [check.case(steps=1, lr=0.1), check.case(steps=5, lr=0.05, weight_decay=0.5)]
check.function(AdamW, like=optim.AdamW, cases=cases, **how)

# %% hidden="10-adam" points=5
how = {"through": optim_runs.trajectory, "exercise": "10-adam"}
adam = [
    check.case(lr=0.01),
    check.case(lr=0.02, betas=(0.5, 0.9), eps=0.01),
    check.case(lr=0.01, weight_decay=0.2, save_and_load_at=6),
    check.case(lr=0.01, groups=[{"weight_decay": 0.3}, {"lr": 0.1, "eps": 0.001}]),
]
adamw = [
    check.case(lr=0.02, weight_decay=0.5),
    check.case(lr=0.02, groups=[{"weight_decay": 1.0}, {"weight_decay": 0.0}]),
    check.case(lr=0.03, weight_decay=0.3, eps=0.01, save_and_load_at=5, steps=12),
    check.case(lr=0.05, weight_decay=0.8, halve_lr_at=4, steps=12),
]
check.parts(
    lambda: check.function(Adam, like=optim.Adam, cases=adam, points=3, **how),
    lambda: check.function(AdamW, like=optim.AdamW, cases=adamw, points=2, **how),
)

# %% [markdown] hints="10-adam"
# 1. Compute the first two steps by hand for g = 2, then g = 2 again. What should m̂ be after both?
#    And in AdamW: which of the two lines must not be seen by m and v?
# 2. `state["step"] = state.get("step", 0) + 1`. In the same way, the old m is
#    `state.get("mean", 0)`. For AdamW, `parameter *= …` works in place.
# 3. The corrected means are new variables: `mean = state["mean"] / (1 - beta1 ** state["step"])`.
#    What lies in `state` stays as it is. Last line:
#    `parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])`. AdamW begins with
#    `parameter *= 1 - group["lr"] * group["weight_decay"]`.

# %%
with uses_your("Adam"):
    print(f"{'gradient':>10}{'SGD moves by':>16}{'Adam moves by':>16}")
    for slope in (0.000001, 1.0, 1000.0):
        moves = []
        for optimizer_class in (torch.optim.SGD, Adam):
            weight = nn.Parameter(torch.zeros((), dtype=torch.float64))
            optimizer = optimizer_class([weight], lr=0.001)
            (slope * weight).backward()
            optimizer.step()
            moves.append(abs(weight.item()))
        print(f"{slope:10g}{moves[0]:16.2g}{moves[1]:16.2g}")
explain("10-first-step")
# A race. After 30 steps in the ravine plain SGD leads Adam: which rate of Adam turns that round?
# Then take Rosenbrock. What happens to SGD, and how small must its rate be to stay on the map?
widgets.OptimizerRace()


# %%
def after_decay(optimizer_class, strength: float) -> float:
    """A weight without any loss, after 100 steps that only decay it."""
    weight = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = optimizer_class([weight], lr=0.001, weight_decay=strength)
    for _ in range(100):
        optimizer.zero_grad()
        (0 * weight).sum().backward()
        optimizer.step()
    return weight.item()


with uses_your("AdamW", "Adam"):
    print("weight after 100 steps   Adam with L2     AdamW")
    for strength in (0.0001, 0.001, 0.1):
        row = f"{after_decay(Adam, strength):15.5f}{after_decay(AdamW, strength):10.5f}"
        print(f"           λ = {strength:<8g}{row}")
explain("10-decay")

# %% [markdown] exercise="10-recipe" difficulty=2 minutes=15
# ## Exercise 3 · Two helpers of every recipe
#
# **Which weights decay?** Matrices and kernels; not biases, nor the scales of BatchNorm, whose
# channels would fade. **Write** `split_decay(model, weight_decay)`, two groups,
# `[{"params": […], "weight_decay": weight_decay}, {"params": […], "weight_decay": 0.0}]`: first the
# parameters with two axes or more, then the others, in the model's order. Frozen ones
# (`requires_grad` False) go nowhere.
#
# **How long may a step be?** **Write** `clip_grad_norm(parameters, max_norm)`: if *all* gradients,
# as one long vector, are longer than `max_norm`, shrink them by one factor, in place. Return their
# length *before*, a float.
#
# - *By hand:* gradients 3 and 4 have length 5; clipped to 1 they are 0.6 and 0.8.
# - *Edge case:* some gradients are None. And `model.parameters()` can be gone through only once.


# %% solution="10-recipe"
def split_decay(model: nn.Module, weight_decay: float) -> list[dict]:
    """Two groups for an optimizer: what decays, and what does not."""
    ### BEGIN SOLUTION
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": 0.0},
    ]
    ### END SOLUTION


def clip_grad_norm(parameters, max_norm: float) -> float:
    """Shorten all gradients together to at most max_norm; return their length before."""
    ### BEGIN SOLUTION
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return norm
    ### END SOLUTION


# %% check="10-recipe" points=1
how = {"exercise": "10-recipe"}
cases = [check.case("cnn", 0.1)]
check.function(
    split_decay, like=optim.split_decay, through=optim_runs.groups_of, cases=cases, **how
)
four = torch.tensor([4.0])
both, long = [torch.tensor([3.0]), four], [torch.tensor([2.0, 2.0, 1.0]), four]
cases = [check.case(both, 1.0), check.case(both, 10.0), check.case(long, 1.0, as_list=True)]
check.function(
    clip_grad_norm, like=optim.clip_grad_norm, through=optim_runs.clipped, cases=cases, **how
)

# %% hidden="10-recipe" points=3
r = check.inputs()
split = {"like": optim.split_decay, "through": optim_runs.groups_of, "exercise": "10-recipe"}
clip = {"like": optim.clip_grad_norm, "through": optim_runs.clipped, "exercise": "10-recipe"}
decays = [check.case("cnn", 0.05), check.case("frozen", 0.3)]
long = [5 * r.normal(3, 4), None, 5 * r.normal(6), r.normal(2, 1, 2)]
short = [torch.tensor([0.3, 0.0]), torch.tensor([[0.0], [0.4]])]
clips = [
    check.case(long, 1.0),
    check.case(short, 1.0),
    check.case(long, 7.5, as_list=True),
    check.case([None], 1.0),
]
check.parts(
    lambda: check.function(split_decay, cases=decays, points=1, **split),
    lambda: check.function(clip_grad_norm, cases=clips, points=2, **clip),
)

# %% [markdown] hints="10-recipe"
# 1. `p.dim()` counts axes: a kernel has four, a bias one. For clipping: how long is the vector
#    (3, 4), and by which factor do you make it 1 long?
# 2. Two lists over `model.parameters()`. For clipping, first collect the gradients that are not
#    None in a *list*; then you can go through them twice.
# 3. `norm = math.sqrt(sum(g.square().sum().item() for g in gradients))`. If `norm > max_norm`,
#    multiply each gradient by `max_norm / norm`, in place: `gradient *= …`.

# %%
# One bad batch: in step 30 of 120 the images come a hundred times too bright, as from a broken
# file. How long does the network remember it?
images, labels = data.digits()  # (1400, 1, 8, 8), (1400,)
losses: dict[str, list[float]] = {}
with uses_your("SGD", "clip_grad_norm"):
    for name, longest in {"not clipped": 1e9, "clipped to 1": 1.0}.items():
        torch.manual_seed(0)
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        optimizer, losses[name] = SGD(net.parameters(), lr=0.1, momentum=0.9), []
        for step in range(120):
            batch = images[10 * step : 10 * step + 100] * (100 if step == 30 else 1)
            loss = F.cross_entropy(net(batch), labels[10 * step : 10 * step + 100])
            optimizer.zero_grad()
            loss.backward()
            clip_grad_norm(net.parameters(), longest)
            optimizer.step()
            losses[name].append(loss.item())
    show_lines(losses, xlabel="step", ylabel="loss of the batch", logarithmic=True)

# %% [markdown]
# ## Accumulate, average, repeat
#
# **Memory is short?** `backward` *adds* to `.grad`. So four batches of 16 with one `step` behind
# them work like one of 64. One catch: a loss is a *mean*, so divide each by 4. If you forget, SGD
# steps four times as far. Adam hardly notices; do you see why?
#
# **The end is noisy?** Keep a running mean of the weights beside them, an **EMA**, and evaluate
# that. BatchNorm's buffers are copied along.
#
# ```python
# for mean, weight in zip(means, net.parameters()):
#     mean.lerp_(weight.detach(), 0.01)
# ```
#
# **Was it luck?** `cvlib.train.seed_everything(0)` makes a run repeatable on one machine, though
# some GPU kernels add in any order. Report several seeds, not the best one.

# %% [markdown]
# ## Schedules: fast first, then slow
#
# A large rate crosses plains, but near the goal it bounces. A small one settles. So begin large and
# end small.
#
# - **Step:** times 0.1 every so often (*multi-step:* at chosen epochs).
# - **Cosine:** half a wave from η down to almost 0. *Warm restarts* begin it again and again.
# - **Warm-up + cosine:** first straight up. Early on, Adam's rulers rest on a few gradients, and
#   large steps in a random direction do harm. The recipe of transformers.
# - **One-cycle:** up and down, to rates that would diverge if they lasted.
# - **Plateau:** wait until the validation loss stalls.
#
# All but the last are *functions of the step*: you can draw a run before it begins, and resume it
# anywhere.

# %% [markdown] exercise="10-schedules" difficulty=2 minutes=20
# ## Exercise 4 · Four schedules
#
# **Write** these functions of the step, counted from 0; each returns a rate.
#
# - `step_lr`: base_lr · gammaᵏ, k whole periods of `step_size` behind you.
# - `cosine_lr`: $\eta_{min} + \tfrac12(\eta - \eta_{min})(1+\cos(\pi\,\text{step}/\text{total}))$.
# - `warmup_cosine_lr`: base_lr · (step + 1)/warmup_steps in the first `warmup_steps` steps. Behind
#   them a cosine over the rest of the steps.
# - `one_cycle_lr`: a cosine from max_lr/25 up to max_lr at pct_start · total_steps − 1 (it may lie
#   between two steps), then one down to max_lr/25/10,000 at the last step, total_steps − 1. A
#   cosine from a low rate "down" to a higher one goes up.
#
# - *By hand:* a warm-up of 4 steps to 1: ¼, ½, ¾, 1.
# - *Edge case:* one_cycle_lr behind its last step: `ValueError`, as in torch.


# %% solution="10-schedules"
def step_lr(step: int, base_lr: float, step_size: int, gamma: float = 0.1) -> float:
    """base_lr, multiplied by gamma after every step_size steps."""
    ### BEGIN SOLUTION
    return base_lr * gamma ** (step // step_size)
    ### END SOLUTION


def cosine_lr(step: float, base_lr: float, total_steps: float, min_lr: float = 0.0) -> float:
    """Half a wave from base_lr at step 0 to min_lr at total_steps."""
    ### BEGIN SOLUTION
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * step / total_steps)) / 2
    ### END SOLUTION


def warmup_cosine_lr(
    step: int, base_lr: float, warmup_steps: int, total_steps: int, min_lr: float = 0.0
) -> float:
    """Straight up to base_lr, then half a wave down to min_lr at total_steps."""
    ### BEGIN SOLUTION
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    return cosine_lr(step - warmup_steps, base_lr, total_steps - warmup_steps, min_lr)
    ### END SOLUTION


def one_cycle_lr(step: int, max_lr: float, total_steps: int, pct_start: float = 0.3) -> float:
    """A wave up from max_lr / 25, and a wave down to max_lr / 250,000 at the last step."""
    ### BEGIN SOLUTION
    if step >= total_steps:
        raise ValueError(f"step must be below {total_steps}, got {step}")
    low, peak = max_lr / 25, pct_start * total_steps - 1
    if step < peak:
        return cosine_lr(step, low, peak, max_lr)
    return cosine_lr(step - peak, max_lr, total_steps - 1 - peak, low / 1e4)
    ### END SOLUTION


# %% check="10-schedules" points=1
how = {"through": optim_runs.rates_at, "exercise": "10-schedules"}
check.function(step_lr, like=schedules.step_lr, cases=[check.case([0, 2, 3, 6], 1.0, 3)], **how)
check.function(cosine_lr, like=schedules.cosine_lr, cases=[check.case([0, 5, 10], 1.0, 10)], **how)
warm = [check.case([0, 1, 2, 3, 4, 14], 1.0, 4, 14)]
check.function(warmup_cosine_lr, like=schedules.warmup_cosine_lr, cases=warm, **how)
cycle = [check.case([0, 2, 5, 9], 1.0, 10)]
check.function(one_cycle_lr, like=schedules.one_cycle_lr, cases=cycle, **how)

# %% hidden="10-schedules" points=4
how = {"through": optim_runs.rates_at, "exercise": "10-schedules", "points": 1}
run = list(range(21))
stairs = [check.case(run, 0.3, 4), check.case(run, 0.1, 7, 0.5), check.case(run, 0.1, 1, gamma=0.9)]
waves = [
    check.case(run, 0.3, 20),
    check.case(run, 0.1, 20, min_lr=0.02),
    check.case([0, 1], 0.2, 1),
]
warm = [check.case(run, 0.3, 5, 20), check.case(run, 0.1, 1, 20, 0.01), check.case(run, 0.2, 0, 20)]
cycles = [check.case(run, 0.3, 21), check.case(run[:10], 1.0, 10, pct_start=0.5)]
cycles += [check.case([10], 1.0, 10), check.case([3], 0.1, 30, 0.25)]
check.parts(
    lambda: check.function(step_lr, like=schedules.step_lr, cases=stairs, **how),
    lambda: check.function(cosine_lr, like=schedules.cosine_lr, cases=waves, **how),
    lambda: check.function(warmup_cosine_lr, like=schedules.warmup_cosine_lr, cases=warm, **how),
    lambda: check.function(one_cycle_lr, like=schedules.one_cycle_lr, cases=cycles, **how),
)

# %% [markdown] hints="10-schedules"
# 1. Draw each on paper, with the numbers of its first, its highest and its last step.
# 2. `//` divides and rounds down. For the warm-up cosine, tell `cosine_lr` how many steps *it* has
#    behind it, and how many it has in all.
# 3. One-cycle needs `cosine_lr` twice: up, `cosine_lr(step, low, peak, max_lr)` with
#    `peak = pct_start * total_steps - 1`; then
#    `cosine_lr(step - peak, max_lr, total_steps - 1 - peak, low / 1e4)`.

# %%
steps = range(200)
with uses_your("step_lr", "cosine_lr", "warmup_cosine_lr", "one_cycle_lr"):
    drawn = {
        "step": [step_lr(s, 0.1, 60, 0.3) for s in steps],
        "cosine": [cosine_lr(s, 0.1, 200) for s in steps],
        "warm-up + cosine": [warmup_cosine_lr(s, 0.1, 30, 200) for s in steps],
        "one-cycle": [one_cycle_lr(s, 0.1, 200) for s in steps],
    }
    show_lines(drawn, steps, xlabel="step", ylabel="learning rate")
# Per step or per epoch? A torch scheduler does not know what you count.
predict("10-t-max", "?")
# Drag the points. The code below the curve is what you would write in PyTorch.
widgets.ScheduleDesigner()

# %%
optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=100)
rates = []
for _batch in range(2 * 250):
    optimizer.step()
    rates.append(optimizer.param_groups[0]["lr"])
    scheduler.step()
meant = [schedules.cosine_lr(step, 0.1, 100 * 250) for step in range(2 * 250)]
lines = {"written": rates, "meant": meant}
show_lines(lines, range(500), xlabel="batch, in the first two epochs", ylabel="learning rate")
explain("10-t-max")
# Watch a network learn. Start too hot, stop, divide the rate by 10, go on. See the step?
widgets.LiveTraining()

# %% [markdown] exercise="10-plateau" difficulty=2 minutes=12
# ## Exercise 5 · Wait for the plateau
#
# **Write** `step(metric)` of `ReduceOnPlateau`, called once per epoch with the validation loss:
#
# - It is *better* if it is below best · (1 − threshold). Then it is the new best, and the count of
#   bad epochs is 0 again. Otherwise the count grows by 1.
# - If the count is now *above* `patience`, every group's rate is multiplied by `factor`, but not
#   below `min_lr`, and the count is 0 again.
#
# - *By hand:* patience 1, losses 5, 4, 4, 4, 4, 4: bad epochs 0, 0, 1, 2 (the rate falls, count 0),
#   1, 2 (it falls again).
# - *Edge case:* NaN is never below anything: a bad epoch, without any extra line.


# %% solution="10-plateau"
class ReduceOnPlateau:
    """Multiply the learning rates by factor when the loss has not improved for a while."""

    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0) -> None:
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric: float) -> None:
        """Hear of one validation, and lower the rates of all groups if it is time."""
        ### BEGIN SOLUTION
        if metric < self.best * (1 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)
        ### END SOLUTION


# %% check="10-plateau" points=1
check.function(
    ReduceOnPlateau,
    like=schedules.ReduceOnPlateau,
    through=optim_runs.watched,
    exercise="10-plateau",
    cases=[check.case([5.0, 4, 4, 4, 4, 4], patience=1), check.case([3.0, 2, 1], patience=0)],
)

# %% hidden="10-plateau" points=2
hard = [9.0, 8.99, 8.98, 8.5, 8.6, 8.4, 8.45, 8.44, 8.43, 8.42, math.nan, 8.41, 2.0, 2.1, 1.99]
check.function(
    ReduceOnPlateau,
    like=schedules.ReduceOnPlateau,
    through=optim_runs.watched,
    exercise="10-plateau",
    points=2,
    cases=[
        check.case(hard, lr=[0.1, 0.01], patience=1, threshold=0.05, factor=0.5),
        check.case([1.0, 1.2, 1.1, 1.2, 1.1, 1.2, 0.9, 1.0, 1.1], patience=2),
        check.case([1.0] * 12, patience=2, min_lr=0.003),
        check.case([200.0, 199, 198.5, 197.9, 150], patience=0, threshold=0.01, factor=0.3),
        check.case([2.0, 3, 1, 2, 0.5, 1, 0.2, 1], patience=2),
    ],
)

# %% [markdown] hints="10-plateau"
# 1. Play the example with paper: a column for the loss, one for best, one for the count.
# 2. Two `if`s in a row: the first sorts the epoch into better or bad, the second looks at the
#    count. Both can be in play in one call.
# 3. `if metric < self.best * (1 - self.threshold): self.best, self.bad = metric, 0`, `else` count.
#    Then, if `self.bad > self.patience`: count back to 0, and for every group
#    `group["lr"] = max(self.min_lr, group["lr"] * self.factor)`.

# %% [markdown] exercise="10-train" difficulty=3 minutes=18
# ## Exercise 6 · The loop
#
# **Write** `train(model, loaders, optimizer, schedule, epochs, device, history)`. `schedule` is a
# function: step → rate. Steps count over the *whole* run. For every batch:
#
# 1. set every group's `"lr"` to `schedule(step)`,
# 2. forward, cross-entropy, gradients cleared, backward, step,
# 3. `totals.add(loss, logits, labels)`.
#
# After each epoch, `history.add(totals, measured, optimizer, seconds)`, with
# `measured = measure(model, val_loader, F.cross_entropy)`. The model may come in evaluation mode:
# put it into training mode before each epoch.
#
# - *By hand:* 2 epochs of 3 batches ask for steps 0, 1, 2, 3, 4, 5.
# - *Edge case:* a `history` with 4 epochs and `epochs=6`: run *two* more, from step 4 ·
#   len(train_loader) on. `history.epochs` counts.


# %% solution="10-train"
def train(model, loaders, optimizer, schedule, epochs, device="cpu", history=None) -> History:
    """Train until the history has `epochs` epochs; the schedule is asked before every step."""
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    ### BEGIN SOLUTION
    step = history.epochs * len(train_loader)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    ### END SOLUTION
    return history


# %% check="10-train" points=1
check.function(
    train,
    like=runs.train,
    through=resumed_runs.trained,
    exercise="10-train",
    cases=[check.case(epochs=2)],
)

# %% hidden="10-train" points=3
check.function(
    train,
    like=runs.train,
    through=resumed_runs.trained,
    exercise="10-train",
    points=3,
    cases=[check.case(epochs=1), check.case(epochs=3), check.case(epochs=3, already=1)],
)

# %% [markdown] hints="10-train"
# 1. Two loops: epochs outside, batches inside. What has to be new in each epoch, and what must go
#    on counting?
# 2. Gradients: `backward` adds to `.grad`, `step` reads it. So clearing may stand anywhere except
#    between the two.
# 3. Before the loops `step = history.epochs * len(train_loader)`; outside
#    `while history.epochs < epochs:` with `totals = Totals()` and `model.train()`; inside the three
#    points of the list, then `step += 1`. `time.perf_counter()` gives seconds.

# %%
net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
begin = copy.deepcopy(net.state_dict())
loaders = data.loaders(64)  # 22 batches in an epoch
last = 8 * 22
with uses_your("train", "SGD", "AdamW", "split_decay", "cosine_lr", "warmup_cosine_lr"):
    recipes = {
        "SGD, constant": (SGD(net.parameters()), lambda step: 0.1),
        "SGD + momentum, cosine": (
            SGD(net.parameters(), momentum=0.9), lambda step: cosine_lr(step, 0.1, last)
        ),
        "AdamW, warm-up + cosine": (
            AdamW(split_decay(net, 0.05)), lambda step: warmup_cosine_lr(step, 0.01, 22, last)
        ),
    }  # fmt: skip
    losses = {}
    for name, (optimizer, schedule) in recipes.items():
        net.load_state_dict(begin)
        losses[name] = train(net, loaders, optimizer, schedule, 8).val_loss
    show_lines(losses, xlabel="epoch", ylabel="validation loss", logarithmic=True)
predict("10-restart", "?")

# %% [markdown]
# ## Stopped at epoch 40 of 60
#
# Colab disconnects, a cluster restarts, a power cord comes loose. Whoever saved the *weights* can
# go on. Or so it seems.
#
# What else decides about the next step? Momentum and Adam's rulers. The number of the step, for the
# schedule. The random numbers, for dropout. And the order in which the loader shuffles.

# %% [markdown] exercise="10-resume" difficulty=2 minutes=14
# ## Exercise 7 · As if nothing had happened
#
# **Write** `save_checkpoint(path, model, loaders, optimizer, history)`: one dict, into one file by
# `torch.save`. And `resume(path, model, loaders, optimizer) -> History`: read it with
# `torch.load(path, weights_only=True)` (without that, a file from the internet could run code), and
# put everything back.
#
# | key | value to save | put back by |
# |---|---|---|
# | `"model"` | `model.state_dict()` | `load_state_dict` |
# | `"optimizer"` | `optimizer.state_dict()` | `load_state_dict` |
# | `"random"` | `torch.get_rng_state()` | `torch.set_rng_state` |
# | `"shuffling"` | `loaders[0].generator.get_state()` | `….set_state` |
# | `"history"` | `dataclasses.asdict(history)` | `History(**…)`, returned |
#
# - *By hand:* after 3 epochs, `resume(…).epochs` is 3, and `train(…, history=…)` goes on.
# - *Edge case:* BatchNorm's running means are no parameters, but they are in `state_dict()`.


# %% solution="10-resume"
def save_checkpoint(path, model, loaders, optimizer, history) -> None:
    """Write all that a run needs to go on as if nothing had happened."""
    ### BEGIN SOLUTION
    saved = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "random": torch.get_rng_state(),
        "shuffling": loaders[0].generator.get_state(),
        "history": dataclasses.asdict(history),
    }
    torch.save(saved, path)
    ### END SOLUTION


def resume(path, model, loaders, optimizer) -> History:
    """Put a run back to where it was saved; the history says how far it had come."""
    ### BEGIN SOLUTION
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    torch.set_rng_state(saved["random"])
    loaders[0].generator.set_state(saved["shuffling"])
    return History(**saved["history"])
    ### END SOLUTION


# %% check="10-resume" points=1
how = {"exercise": "10-resume", "cases": [check.case(epochs=1)]}
saving, going_on = resumed_runs.interrupted, resumed_runs.continued
check.function(save_checkpoint, like=runs.save_checkpoint, through=saving, **how)
check.function(resume, like=runs.resume, through=going_on, **how)

# %% hidden="10-resume" points=2
how = {"exercise": "10-resume", "cases": [check.case(epochs=1), check.case(epochs=2)], "points": 1}
saving, going_on = resumed_runs.interrupted, resumed_runs.continued
check.parts(
    lambda: check.function(save_checkpoint, like=runs.save_checkpoint, through=saving, **how),
    lambda: check.function(resume, like=runs.resume, through=going_on, **how),
)

# %% [markdown] hints="10-resume"
# 1. The table is the whole exercise: its second column is a dict, its third one five lines.
# 2. `torch.save(saved, path)` writes a dict; `torch.load(path, weights_only=True)` gives it back.
# 3. `loaders[0].generator.set_state(saved["shuffling"])`, and at the end
#    `return History(**saved["history"])`, which makes keyword arguments of the dict's entries.


# %%
def new_run():
    torch.manual_seed(0)
    layers = nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, 10)
    net = nn.Sequential(nn.Flatten(), *layers)
    return net, data.loaders(64), SGD(net.parameters(), momentum=0.95)


with uses_your("SGD", "train", "save_checkpoint", "resume"):
    whole = train(*new_run(), lambda step: 0.05, 6)
    run = new_run()
    file = tempfile.mkdtemp() + "/run.pt"
    save_checkpoint(file, *run, train(*run, lambda step: 0.05, 3))
    again, weights_only = new_run(), new_run()
    history = train(*again, lambda step: 0.05, 6, history=resume(file, *again))
    weights_only[0].load_state_dict(torch.load(file, weights_only=True)["model"])
    half = train(*weights_only, lambda step: 0.05, 3)
    for name, losses in {"whole": whole, "resumed": history, "weights only": half}.items():
        print(f"{name:13}", [round(loss, 10) for loss in losses.train_loss[-3:]])
    print("Equal to the last bit:", whole.train_loss == history.train_loss)
explain("10-restart")

# %% [markdown]
# ## Which rate? One minute will tell
#
# Leslie Smith's **finder**: start with a tiny rate, raise it by the same *factor* with every batch,
# and note the loss. At first nothing happens, then the loss falls, then it explodes. Take a tenth
# of the rate where it was lowest. It is a rule of thumb: it knows one start, one batch size, no
# schedule. Use it to find the right power of ten.

# %%
predict("10-finder", "?")

# %% [markdown] exercise="10-lr-find" difficulty=2 minutes=15
# ## Exercise 8 · The finder
#
# **Write** `lr_find(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100)`. It returns two
# lists: rates, and the loss of each step *before* its change.
#
# - The rate of step i is lowest · (highest/lowest)^(i/(steps − 1)), for all groups. Each step
#   learns from the next batch; behind the last one, `itertools.cycle(loader)` begins again.
# - Stop after a loss that is not finite, or more than 4 times the smallest so far; it is still in
#   the lists.
# - At the end, model and optimizer are as before. `state_dict()` gives the tensors *themselves*,
#   which change in training: keep a `copy.deepcopy`.
#
# - *By hand:* 0.001 to 0.1 in 3 steps: 0.001, 0.01, 0.1.
# - *Edge case:* fewer batches than steps.


# %% solution="10-lr-find"
def lr_find(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100) -> tuple[list, list]:
    """Losses over learning rates that grow by the same factor in every step."""
    rates, losses = [], []
    ### BEGIN SOLUTION
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    model.train()
    for step, (images, labels) in zip(range(steps), itertools.cycle(loader)):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    ### END SOLUTION
    return rates, losses


# %% check="10-lr-find" points=1
check.function(
    lr_find,
    like=lr_finder.lr_find,
    through=optim_runs.searched,
    exercise="10-lr-find",
    cases=[check.case(lowest=0.001, highest=0.1, steps=3)],
)

# %% hidden="10-lr-find" points=2
check.function(
    lr_find,
    like=lr_finder.lr_find,
    through=optim_runs.searched,
    exercise="10-lr-find",
    points=2,
    cases=[
        check.case(lowest=0.01, highest=1.0, steps=11),
        check.case(lowest=0.1, highest=1000.0, steps=30),
        check.case(damaged=9, steps=8),
        check.case(steps=6),
    ],
)

# %% [markdown] hints="10-lr-find"
# 1. From 0.001 to 0.1 in 3 steps: by which factor does each step multiply?
# 2. `for step, (images, labels) in zip(range(steps), itertools.cycle(loader)):` gives numbered
#    batches without an end. Inside stand the rate, then the usual five lines.
# 3. Before the loop `kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))`, behind it
#    `load_state_dict` for both. `math.isfinite(loss)` is False for ∞ and NaN.

# %%
torch.manual_seed(0)
net = nn.Sequential(nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
with uses_your("SGD", "Adam", "lr_find"):
    curves, powers = {}, [-5 + 7 * i / 149 for i in range(150)]  # of ten: 0.00001 to 100
    for name, optimizer in {"SGD": SGD(net.parameters()), "Adam": Adam(net.parameters())}.items():
        rates, losses = lr_find(net, data.loaders(64)[0], optimizer, 1e-5, 100.0, 150)
        smooth = [sum(losses[max(0, i - 6) : i + 1]) / min(i + 1, 7) for i in range(len(losses))]
        curves[name] = smooth + [math.nan] * (150 - len(losses))
        best = rates[smooth.index(min(smooth))]
        print(f"{name}: lowest at {best:.2g}, so begin with about {best / 10:.1g}")
    told = "Loss over the rate: SGD is lowest near a rate of 1, Adam near 0.1."
    labels = {"xlabel": "log₁₀ of the rate", "ylabel": "mean of the last 7 losses", "alt": told}
    show_lines(curves, powers, logarithmic=True, **labels)
explain("10-finder")
# Warm up for exercise 9: its questions, with other numbers each time.
widgets.NumbersDrill("10-numbers")

# %% [markdown] exercise="10-numbers" difficulty=2 minutes=8
# ## Exercise 9 · Numbers of your own
#
# Six questions, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Then put a number
# in place of each `None`, and delete the line `raise NotImplementedError()`. Paper first;
# expressions like `0.1 * 3` are welcome. Do not round.
#
# - *By hand:* from v = 0, momentum 0.5 and twice a gradient of 4 give v = 4, then 6; at rate 0.1
#   the weight has moved by 1.
# - *Edge case:* leave out Adam's ε; it changes nothing that counts here. Lengths are positive.

# %% solution="10-numbers"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("10-numbers", student_id)
moved = None
first_step = None
decayed = None
clipped = None
warm = None
cosine = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("10-numbers", student_id)
sgd, shrink, clip = mine["moved"], mine["decayed"], mine["clipped"]
warm_up, wave = mine["warm"], mine["cosine"]
moved = sgd["lr"] * sgd["gradient"] * (2 + sgd["momentum"])
first_step = mine["first_step"]["lr"]
decayed = shrink["weight"] * (1 - shrink["lr"] * shrink["weight_decay"])
clipped = clip["first"] * clip["max_norm"] / math.hypot(clip["first"], clip["second"])
warm = warm_up["lr"] * (warm_up["step"] + 1) / warm_up["warmup_steps"]
cosine = wave["lr"] * (1 + math.cos(math.pi * wave["step"] / wave["total_steps"])) / 2
### END SOLUTION

# %% check="10-numbers" points=1
mine = check.own_numbers("10-numbers", student_id)
sgd, clip = mine["moved"], mine["clipped"]
twice = sgd["gradient"] + (sgd["momentum"] * sgd["gradient"] + sgd["gradient"])
length = (clip["first"] ** 2 + clip["second"] ** 2) ** 0.5
right = {"moved": sgd["lr"] * twice, "clipped": clip["first"] / length * clip["max_norm"]}
answers = {"moved": moved, "clipped": clipped}
check.values(answers, like=right, exercise="10-numbers", tolerance=1e-5)

# %% hidden="10-numbers" points=2
mine = check.own_numbers("10-numbers", student_id)
sgd, shrink, clip = mine["moved"], mine["decayed"], mine["clipped"]
length = (clip["first"] ** 2 + clip["second"] ** 2) ** 0.5
warm_up, wave = mine["warm"], mine["cosine"]
right = {
    "moved": sgd["lr"] * (2 * sgd["gradient"] + sgd["momentum"] * sgd["gradient"]),
    "first_step": mine["first_step"]["lr"],
    "decayed": shrink["weight"] - shrink["lr"] * shrink["weight_decay"] * shrink["weight"],
    "clipped": clip["first"] / length * clip["max_norm"],
    "warm": schedules.warmup_cosine_lr(
        warm_up["step"], warm_up["lr"], warm_up["warmup_steps"], 2 * warm_up["warmup_steps"]
    ),
    "cosine": schedules.cosine_lr(wave["step"], wave["lr"], wave["total_steps"]),
}
given = (moved, first_step, decayed, clipped, warm, cosine)
answers = dict(zip(right, given, strict=True))
check.values(answers, like=right, exercise="10-numbers", points=2, tolerance=1e-5)

# %% [markdown] hints="10-numbers"
# 1. Each of them stands in an exercise above: 1, 2, 2, 3, 4 and 4.
# 2. The velocity after two equal gradients is g, then μg + g. In Adam's first step m̂ is g, and √v̂
#    is |g|. AdamW multiplies the weight by one factor, and Adam's own step is 0 here.
# 3. Clipping multiplies all gradients by max_norm / length. The warm-up reaches its goal in its
#    *last* step, whose number is one less than the count. A third of half a wave is π/3, and
#    cos(π/3) = ½.

# %% [markdown] exercise="10-bug-hunt" difficulty=2 minutes=10
# ## Exercise 10 · Bug hunt: the rate that comes back
#
# ```python
#  1  def rates_of_run(base_lr, epochs, batches):
#  2      weight = nn.Parameter(torch.ones(()))
#  3      optimizer = torch.optim.SGD([weight], lr=base_lr)
#  4      cosine = torch.optim.lr_scheduler.CosineAnnealingLR
#  5      scheduler = cosine(optimizer, T_max=epochs * batches)
#  6      rates = []
#  7      for epoch in range(epochs):
#  8          for batch in range(batches):
#  9              (weight**2).backward(), optimizer.step()
# 10              rates.append(optimizer.param_groups[0]["lr"])
# 11              scheduler.step()
# 12          scheduler.step()
# 13      return rates
# ```
#
# The rate should go down one cosine and be lowest behind the last batch. It is lowest too early,
# and then it *rises*. No error, no warning.
#
# **Repair** it. **Say where and why:** `bug_line` is the wrong line, `why` a letter from the next
# cell.
#
# - *By hand:* 1 epoch of 2 batches: base_lr, then half of it.
# - *Edge case:* with one epoch the bug can't be seen at all.


# %% solution="10-bug-hunt"
def rates_of_run(base_lr: float, epochs: int, batches: int) -> list[float]:
    """The learning rate of every batch of a run, one cosine over the whole run."""
    ### BEGIN SOLUTION
    weight = nn.Parameter(torch.ones(()))
    optimizer = torch.optim.SGD([weight], lr=base_lr)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR
    scheduler = cosine(optimizer, T_max=epochs * batches)
    rates = []
    for _epoch in range(epochs):
        for _batch in range(batches):
            (weight**2).backward(), optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
            scheduler.step()
    return rates
    ### END SOLUTION


# A: T_max has to count epochs.
# B: the scheduler may be stepped at the end of an epoch only.
# C: the scheduler is stepped once too often in every epoch: in both loops.
# D: the scheduler has to be stepped before the optimizer.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 12
why = "C"
### END SOLUTION

# %% check="10-bug-hunt" points=1
check.function(
    rates_of_run,
    like=optim_runs.rates_of_run,
    exercise="10-bug-hunt",
    cases=[check.case(1.0, 2, 3)],
)

# %% hidden="10-bug-hunt" points=1
check.function(
    rates_of_run,
    like=optim_runs.rates_of_run,
    exercise="10-bug-hunt",
    cases=[check.case(0.3, 3, 4), check.case(1.0, 1, 2), check.case(0.1, 5, 1)],
)
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 12, "why": "C"}, exercise="10-bug-hunt"
)

# %% [markdown] hints="10-bug-hunt"
# 1. Copy the code into the cell and print the rates for 3 epochs of 4 batches. Where do they jump?
# 2. Count the calls of `scheduler.step()` in that run. How many does `T_max` allow for?
# 3. 3 · 4 + 3 = 15 calls, and a wave that was planned for 12. One of the two lines has to go. Which
#    one fits to `T_max=epochs * batches`?

# %% [markdown] open="10-advice" points=4
# ## Open question · Advice for a run that went wrong
#
# A friend writes: "I fine-tune a ResNet with `Adam(model.parameters(), lr=0.1, weight_decay=0.05)`
# and a cosine with `T_max=30`, for 30 epochs, `scheduler.step()` after each batch. The loss jumps
# at the start and then waves up and down. After a crash I loaded the weights and went on, and it
# got worse for a while. Is it the network?" Answer in eight to twelve sentences:
#
# 1. Name four causes, each with the sign that gives it away.
# 2. What would you change, in which order, and how would you check each change by a *picture*
#    before the long run?
# 3. Which of your advice is a rule of thumb, and when does it fail?
#
# ### BEGIN SOLUTION
# **Model answer.** It is not the network. Adam's first steps have the length of the learning rate,
# whatever the gradient: 0.1 per weight destroys trained weights, and the loss jumps. Take about
# 0.0003 to 0.001, found with lr_find, and warm up for a few hundred steps, because at first the
# means rest on few gradients. T_max = 30 is reached after 30 *batches*; then the rate rises again,
# so the loss waves. T_max must be epochs · batches, or the scheduler be stepped per epoch. Adam's
# weight_decay is L2: it is divided by the same ruler as the gradient, so that its strength hardly
# matters; use AdamW, with groups in which biases and BatchNorm do not decay. After the crash, the
# optimizer's state and the schedule's step were lost; a checkpoint needs both, and random states
# for a bit-equal run. In order: draw the schedule over all steps; run lr_find and look at the
# curve; a short run with the gradient norm plotted, clipped if it spikes; stop and resume that run
# and lay the curves over each other. Rules of thumb: a tenth of the finder's best rate fails when
# batch size or schedule change; "0.0003 for Adam" fails for very small or very large models; SGD
# with momentum may beat AdamW on CNNs.
#
# **Marking guide.** 1 point: four causes (rate too large for Adam / no warm-up, T_max, L2 in Adam
# or missing groups, lost optimizer state), each with its sign. 1 point: sensible order. 1 point:
# each change checked by a picture (schedule drawn, finder's curve, gradient norms, resumed curve).
# 1 point: a rule of thumb with a case in which it fails.
# ### END SOLUTION

# %% [markdown]
# ## Lab: one ResNet-20, four optimizers, three schedules
#
# Twelve recipes for one network: two epochs each on 8 × 8 digits, ten seconds in all. On Colab,
# switch on a GPU (*Runtime → Change runtime type → GPU*) and set `DOWNLOAD = True` for CIFAR-10
# (170 MB) with 15 epochs; give it an hour. Without a network, go on with the digits.
#
# **Mixed precision** runs most of the forward pass in 16 bits. The scaler multiplies the loss, so
# that small gradients survive, and divides again before clipping:
#
# ```python
# scaler = torch.amp.GradScaler()
# with torch.autocast("cuda", torch.float16):
#     loss = F.cross_entropy(model(images), labels)
# scaler.scale(loss).backward()
# scaler.unscale_(optimizer)
# clip_grad_norm(model.parameters(), 1.0)
# scaler.step(optimizer)
# scaler.update()
# ```
#
# Bet first: does the best optimizer stay the best under every schedule?

# %%
DOWNLOAD = False  # ← the switch: True trains on CIFAR-10
loaders, epochs, channels = data.loaders(100), 2, 1
if DOWNLOAD:
    try:
        sets = [data.cifar10(train=part, augment=part) for part in (True, False)]
        shuffled = torch.Generator().manual_seed(0)
        loaders = (
            torch.utils.data.DataLoader(sets[0], 128, True, generator=shuffled, num_workers=2),
            torch.utils.data.DataLoader(sets[1], 500, num_workers=2),
        )
        epochs, channels = 15, 3
    except ConnectionError as error:
        print(error)
total = epochs * len(loaders[0])

# %%
with uses_your("SGD", "Adam", "AdamW", "train", "split_decay", "cosine_lr", "one_cycle_lr"):
    recipes = {
        "SGD": (lambda groups: SGD(groups), 0.1),
        "momentum": (lambda groups: SGD(groups, momentum=0.9, nesterov=True), 0.05),
        "Adam": (lambda groups: Adam(groups), 0.003),
        "AdamW": (lambda groups: AdamW(groups), 0.003),
    }
    print(f"{'right of the held-out':22}  constant    cosine  one-cycle")
    for name, (make, rate) in recipes.items():
        shapes = {"constant": lambda step, r=rate: r}
        shapes["cosine"] = lambda step, r=rate: cosine_lr(step, r, total)
        shapes["one-cycle"] = lambda step, r=rate: one_cycle_lr(step, 2 * r, total)
        row = []
        for schedule in shapes.values():
            torch.manual_seed(0)
            net = CifarResNet(20, in_channels=channels)
            optimizer = make(split_decay(net.to(check.device()), 5e-4))
            seen = train(net, loaders, optimizer, schedule, epochs, check.device())
            row.append(f"{seen.val_accuracy[-1]:10.1%}")
        print(f"{name:22}", *row)

# %% [markdown]
# ## What to take along
#
# | name | one step | remembers | begin with |
# |---|---|---|---|
# | SGD | −η g | – | 0.1 |
# | momentum | −η v, v ← μ v + g | v | 0.1, μ = 0.9 |
# | Nesterov | −η (g + μ v) | v | the same |
# | RMSprop | −η g/√v | v | 0.001 |
# | Adam | −η m̂/(√v̂ + ε) | m, v, t | 0.001 |
# | AdamW | the same, and w shrinks by η λ w | m, v, t | 0.001, λ = 0.01 … 0.1 |
#
# - The steepest direction limits the rate; momentum pays along the flat one.
# - Adam's first step is η long, whatever the gradient. Hence the warm-up.
# - Adam swallows L2. Use AdamW; spare biases and scales.
# - Clip all gradients as one vector, between `backward` and `step`.
# - Draw a schedule over the whole run.
# - A checkpoint is weights, optimizer, step, random numbers and shuffling.
# - **EMA**, a running mean of the weights, often beats the last ones.
#
# In a week, run `quiz("10-review")`; for bugs, `quiz("10-bugs")`.
#
# **References.** Sutskever et al. (2013), *On the importance of initialization and momentum*.
# Kingma, Ba (2015), *Adam*. Loshchilov, Hutter (2017), *SGDR*; (2019), *Decoupled weight decay*.
# Smith (2017), *Cyclical learning rates*. Pascanu et al. (2013), on clipping.
