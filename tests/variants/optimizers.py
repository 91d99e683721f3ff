"""Right but different solutions to session 10.

Like mistakes they are pasted into notebooks as they stand: torch, F, math, what the session's
set-up imports and earlier exercises are there, anything else is imported inside.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math
import time

import torch
import torch.nn.functional as F

from autograder.variants import variant
from cvlib.history import History, Totals
from cvlib.optim import Adam, Optimizer
from cvlib.train import measure

# 10-sgd -----------------------------------------------------------------------------------------


@variant("10-sgd")
class SGDInPlace(Optimizer):
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        momentum = group["momentum"]
        gradient = gradient.add(parameter, alpha=group["weight_decay"])
        velocity = state.setdefault("velocity", torch.zeros_like(parameter))
        velocity.mul_(momentum).add_(gradient)
        if group["nesterov"]:
            velocity = gradient + momentum * velocity
        parameter.sub_(velocity, alpha=group["lr"])


@variant("10-sgd")
class SGDWithoutBase:
    """An own loop over groups and parameters, and an own state dict."""

    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        params = list(params)
        if not isinstance(params[0], dict):
            params = [{"params": params}]
        own = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "nesterov": nesterov}
        self.param_groups = [{**own, **group} for group in params]
        self.velocities = [[torch.zeros_like(p) for p in g["params"]] for g in params]

    def zero_grad(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self):
        for group, velocities in zip(self.param_groups, self.velocities, strict=True):
            for p, v in zip(group["params"], velocities, strict=True):
                if p.grad is None:
                    continue
                g = p.grad + group["weight_decay"] * p.data
                v.copy_(group["momentum"] * v + g)
                p.data = p.data - group["lr"] * (
                    g + group["momentum"] * v if group["nesterov"] else v
                )

    def state_dict(self):
        plain = [{k: v for k, v in g.items() if k != "params"} for g in self.param_groups]
        return {"groups": plain, "velocities": self.velocities}

    def load_state_dict(self, saved):
        for group, plain in zip(self.param_groups, saved["groups"], strict=True):
            group.update(plain)
        self.velocities = saved["velocities"]


# 10-adam ----------------------------------------------------------------------------------------


@variant("10-adam", function="Adam")
class AdamWithCorrectedRate(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        beta1, beta2 = group["betas"]
        gradient = gradient.add(parameter, alpha=group["weight_decay"])
        t = state["t"] = state.get("t", 0) + 1
        m = state.setdefault("m", torch.zeros_like(parameter))
        v = state.setdefault("v", torch.zeros_like(parameter))
        m.lerp_(gradient, 1 - beta1)
        v.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        root = v.sqrt() / math.sqrt(1 - beta2**t)
        parameter.addcdiv_(m, root + group["eps"], value=-group["lr"] / (1 - beta1**t))


@variant("10-adam", function="Adam")
class AdamByRunningWeights(Optimizer):
    """The correction as a sum of weights, which is kept beside the means."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        means = []
        pairs = zip("mv", group["betas"], (gradient, gradient * gradient), strict=True)
        for name, beta, new in pairs:
            total, weight = state.get(name, (torch.zeros_like(parameter), 0.0))
            state[name] = (beta * total + (1 - beta) * new, beta * weight + 1 - beta)
            means.append(state[name][0] / state[name][1])
        parameter -= group["lr"] * means[0] / (means[1] ** 0.5 + group["eps"])


# 10-adamw ---------------------------------------------------------------------------------------


@variant("10-adam", function="AdamW")
class AdamWRemembersTheOldWeight(Adam):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        old = parameter.clone()
        without = dict(group)
        without["weight_decay"] = 0
        super().update(parameter, gradient, state, without)
        parameter -= group["lr"] * group["weight_decay"] * old


@variant("10-adam", function="AdamW")
class AdamWOnItsOwn(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, p, g, state, group):
        b1, b2 = group["betas"]
        state["t"] = state.get("t", 0) + 1
        state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
        state["v"] = b2 * state.get("v", 0) + (1 - b2) * g * g
        m, v = state["m"] / (1 - b1 ** state["t"]), state["v"] / (1 - b2 ** state["t"])
        p -= group["lr"] * (m / (v.sqrt() + group["eps"]) + group["weight_decay"] * p)


# 10-recipe --------------------------------------------------------------------------------------


@variant("10-recipe", function="split_decay")
def sorts_in_one_loop(model, weight_decay):
    decay, rest = [], []
    for parameter in model.parameters():
        if parameter.requires_grad:
            (rest if parameter.ndim <= 1 else decay).append(parameter)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


@variant("10-recipe", function="split_decay")
def sorts_by_name_and_shape(model, weight_decay):
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    flat = {name for name, p in named.items() if len(p.shape) < 2}
    return [
        {"weight_decay": weight_decay, "params": [p for n, p in named.items() if n not in flat]},
        {"weight_decay": 0.0, "params": [p for n, p in named.items() if n in flat]},
    ]


@variant("10-recipe", function="clip_grad_norm")
def clips_one_long_vector(parameters, max_norm):
    with_gradient = [p for p in parameters if p.grad is not None]
    if not with_gradient:
        return 0.0
    norm = float(torch.cat([p.grad.flatten() for p in with_gradient]).norm())
    for p in with_gradient:
        p.grad = p.grad * min(1.0, max_norm / (norm + 1e-6))
    return norm


@variant("10-recipe", function="clip_grad_norm")
def clips_by_the_norm_of_norms(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norms = torch.tensor([torch.linalg.vector_norm(g) for g in gradients])
    norm = norms.norm().item()
    if norm > max_norm:
        for gradient in gradients:
            gradient.mul_(max_norm / norm)
    return norm


# 10-schedules -----------------------------------------------------------------------------------


@variant("10-schedules", function="step_lr")
def falls_in_a_loop(step, base_lr, step_size, gamma=0.1):
    for _ in range(step_size, step + 1, step_size):
        base_lr *= gamma
    return base_lr


@variant("10-schedules", function="cosine_lr")
def goes_down_by_a_squared_sine(step, base_lr, total_steps, min_lr=0.0):
    return base_lr - (base_lr - min_lr) * math.sin(math.pi * step / total_steps / 2) ** 2


@variant("10-schedules", function="warmup_cosine_lr")
def warms_up_without_own_cosine(step, base_lr, warmup_steps, total_steps, min_lr=0.0):
    if step >= warmup_steps:
        angle = math.pi * (step - warmup_steps) / (total_steps - warmup_steps)
        return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(angle))
    return base_lr / warmup_steps * (step + 1)


@variant("10-schedules", function="one_cycle_lr")
def cycles_between_three_rates(step, max_lr, total_steps, pct_start=0.3):
    if not 0 <= step <= total_steps - 1:
        raise ValueError(f"step must be from 0 to {total_steps - 1}, got {step}")
    top, end = pct_start * total_steps - 1, total_steps - 1
    if step <= top:
        low, high, share = max_lr / 25, max_lr, step / top
    else:
        low, high, share = max_lr, max_lr / 25e4, (step - top) / (end - top)
    return low + (high - low) * (1 - math.cos(math.pi * share)) / 2


# 10-plateau -------------------------------------------------------------------------------------


@variant("10-plateau")
class PlateauWithAWaitingList:
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.waiting = None, []

    def step(self, metric):
        if self.best is None or metric < (1 - self.threshold) * self.best:
            self.best = metric
            self.waiting = []
            return
        self.waiting.append(metric)
        if len(self.waiting) == self.patience + 1:
            self.waiting.clear()
            for group in self.optimizer.param_groups:
                group["lr"] = max(group["lr"] * self.factor, self.min_lr)


@variant("10-plateau")
class PlateauCountsDown:
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.settings = factor, patience, threshold, min_lr
        self.groups, self.left, self.best = optimizer.param_groups, patience, float("inf")

    def step(self, metric):
        factor, patience, threshold, min_lr = self.settings
        if self.best - metric > threshold * self.best or self.best == float("inf"):
            self.best, self.left = metric, patience
        elif self.left > 0:
            self.left -= 1
        else:
            self.left = patience
            for group in self.groups:
                lower = group["lr"] * factor
                group["lr"] = lower if lower > min_lr else min_lr


# 10-train ---------------------------------------------------------------------------------------


@variant("10-train")
def train_by_the_courses_epochs(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    from cvlib.train import train_epoch

    class Setter:
        def __init__(self, step):
            self.number = step
            self.set()

        def set(self):
            for group in optimizer.param_groups:
                group["lr"] = schedule(self.number)

        def step(self):
            self.number += 1
            self.set()

    model.to(device)
    if history is None:
        history = History()
    for epoch in range(history.epochs, epochs):
        begin = time.perf_counter()
        setter = Setter(epoch * len(loaders[0]))
        trained = train_epoch(model, loaders[0], optimizer, F.cross_entropy, setter)
        measured = measure(model, loaders[1], F.cross_entropy)
        history.add(trained, measured, optimizer, time.perf_counter() - begin)
    return history


@variant("10-train")
def train_with_numbered_batches(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    model = model.to(device)
    history = history or History()
    length = len(loaders[0])
    for epoch in range(history.epochs, epochs):
        totals, begin = Totals(), time.time()
        model.train()
        for number, (images, labels) in enumerate(loaders[0]):
            labels = labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(epoch * length + number)
            optimizer.zero_grad()
            logits = model(images.to(device))
            loss = torch.nn.CrossEntropyLoss()(logits, labels)
            loss.backward()
            optimizer.step()
            totals.add(loss.detach(), logits, labels)
        model.eval()
        history.add(
            totals, measure(model, loaders[1], F.cross_entropy), optimizer, time.time() - begin
        )
    return history


# 10-resume --------------------------------------------------------------------------------------


@variant("10-resume", function="save_checkpoint")
def saves_through_open(path, model, loaders, optimizer, history):
    saved = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    saved["history"] = {f.name: getattr(history, f.name) for f in dataclasses.fields(history)}
    saved["random"] = torch.random.get_rng_state()
    saved["shuffling"] = loaders[0].generator.get_state()
    with open(path, "wb") as file:
        torch.save(saved, file)


@variant("10-resume", function="resume")
def puts_back_in_another_order(path, model, loaders, optimizer):
    saved = torch.load(str(path), weights_only=True, map_location="cpu")
    history = History()
    for name, numbers in saved["history"].items():
        setattr(history, name, list(numbers))
    loaders[0].generator.set_state(saved["shuffling"])
    optimizer.load_state_dict(saved["optimizer"])
    model.load_state_dict(saved["model"])
    torch.random.set_rng_state(saved["random"])
    return history


# 10-lr-find -------------------------------------------------------------------------------------


@variant("10-lr-find")
def finds_by_a_factor(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    settings = copy.deepcopy(optimizer.state_dict())
    factor, rate, best = (highest / lowest) ** (1 / (steps - 1)), lowest, math.inf
    rates, losses = [], []
    for images, labels in itertools.islice(itertools.cycle(loader), steps):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        rates.append(rate)
        losses.append(float(loss))
        best = min(best, losses[-1])
        if not losses[-1] <= 4 * best:
            break
        loss.backward()
        optimizer.step()
        rate *= factor
    model.load_state_dict(weights)
    optimizer.load_state_dict(settings)
    return rates, losses


@variant("10-lr-find")
def finds_by_logarithms(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())
    powers = torch.linspace(math.log(lowest), math.log(highest), steps, dtype=torch.float64)
    losses, batches = [], iter(loader)
    for rate in powers.exp().tolist():
        batch = next(batches, None)
        if batch is None:
            batches = iter(loader)
            batch = next(batches)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = F.cross_entropy(model(batch[0]), batch[1])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not math.isfinite(loss.item()) or loss.item() > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return powers.exp().tolist()[: len(losses)], losses


# 10-bug-hunt ------------------------------------------------------------------------------------


@variant("10-bug-hunt", function="rates_of_run")
def steps_in_one_loop(base_lr, epochs, batches):
    weight = torch.nn.Parameter(torch.ones(()))
    optimizer = torch.optim.SGD([weight], lr=base_lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches)
    rates = []
    for _ in range(epochs * batches):
        optimizer.step()
        rates += [group["lr"] for group in optimizer.param_groups]
        schedule.step()
    return rates


@variant("10-bug-hunt", function="rates_of_run")
def computes_the_cosine(base_lr, epochs, batches):
    total = epochs * batches
    return [base_lr * (1 + math.cos(math.pi * step / total)) / 2 for step in range(total)]
