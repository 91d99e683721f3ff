"""Known mistakes of session 10, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, F, math, what the session's set-up imports, and exercises that come
earlier in the session, nothing else. Where an exercise asks for several functions, `function`
says which of them is meant.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math
import time

import torch
import torch.nn.functional as F

from cvlib.history import History, Totals
from cvlib.mistakes import mistake, mistaken_values, slip
from cvlib.optim import Adam, Optimizer
from cvlib.schedules import cosine_lr
from cvlib.train import measure

# 10-sgd -----------------------------------------------------------------------------------------


@mistake(
    "10-sgd",
    says="The new gradient enters the velocity with a factor of 1 − momentum, as in an average.",
    asks="With torch's rule, how fast does the velocity become when the gradient stays 1: 1, or "
    "1/(1 − μ)?",
)
class averages_the_gradient(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        if momentum:
            old = state.get("velocity", torch.zeros_like(parameter))
            state["velocity"] = momentum * old + (1 - momentum) * gradient
            ahead = gradient + momentum * state["velocity"]
            gradient = ahead if group["nesterov"] else state["velocity"]
        parameter -= group["lr"] * gradient


@mistake(
    "10-sgd",
    says="The learning rate is multiplied into the velocity, so that an old rate lives on in it.",
    asks="After the rate is halved, how long do steps of the old size go on?",
)
class keeps_the_rate_in_the_velocity(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        step = group["lr"] * (gradient + group["weight_decay"] * parameter)
        momentum = group["momentum"]
        if momentum:
            old = state.get("velocity", torch.zeros_like(parameter))
            state["velocity"] = momentum * old + step
            step = step + momentum * state["velocity"] if group["nesterov"] else state["velocity"]
        parameter -= step


@mistake(
    "10-sgd",
    says="Nesterov's step is g + v, without momentum in front of the velocity.",
    asks="With μ = 0 there is no velocity to speak of. Which step should be left then, g or 2g?",
)
class forgets_momentum_in_the_look_ahead(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        if momentum:
            old = state.get("velocity", torch.zeros_like(parameter))
            state["velocity"] = momentum * old + gradient
            gradient = gradient + state["velocity"] if group["nesterov"] else state["velocity"]
        parameter -= group["lr"] * gradient


@mistake(
    "10-sgd",
    says="The setting nesterov changes nothing: the step is always v.",
    asks="g + μ v with the *old* v is v itself. Which v does the look-ahead need?",
)
class ignores_nesterov(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        old = state.get("velocity", torch.zeros_like(parameter))
        state["velocity"] = group["momentum"] * old + gradient
        parameter -= group["lr"] * state["velocity"]


@mistake(
    "10-sgd",
    says="Weight decay is added to the step, behind the velocity, which never hears of it.",
    asks="In which line of the recipe does decay · w enter: before or after the velocity?",
)
class adds_decay_behind_the_velocity(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        step, momentum = gradient, group["momentum"]
        if momentum:
            old = state.get("velocity", torch.zeros_like(parameter))
            state["velocity"] = momentum * old + gradient
            velocity = state["velocity"]
            step = gradient + momentum * velocity if group["nesterov"] else velocity
        parameter -= group["lr"] * (step + group["weight_decay"] * parameter)


@mistake(
    "10-sgd",
    says="The velocity is kept on the optimizer itself, so that a state dict does not hold it.",
    asks="What would a run that is resumed from a file know of its velocity?",
)
class remembers_outside_of_the_state(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )
        self.velocity = {}

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        if momentum:
            old = self.velocity.get(parameter, torch.zeros_like(parameter))
            self.velocity[parameter] = momentum * old + gradient
            velocity = self.velocity[parameter]
            gradient = gradient + momentum * velocity if group["nesterov"] else velocity
        parameter -= group["lr"] * gradient


@mistake(
    "10-sgd",
    says="Settings are taken from the first group, whichever group the parameter belongs to.",
    asks="Your update is handed a `group`. What is it for?",
)
class looks_at_the_first_group_only(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        group = self.param_groups[0]
        gradient = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        if momentum:
            old = state.get("velocity", torch.zeros_like(parameter))
            state["velocity"] = momentum * old + gradient
            velocity = state["velocity"]
            gradient = gradient + momentum * velocity if group["nesterov"] else velocity
        parameter -= group["lr"] * gradient


@mistake(
    "10-sgd",
    says="The new weight is a new tensor; the parameter itself has never changed.",
    asks="`w = w - …` gives the name w to something new. What does `w -= …` do?",
)
class computes_a_new_tensor(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        velocity = group["momentum"] * state.get("velocity", 0) + gradient
        state["velocity"] = velocity
        step = gradient + group["momentum"] * velocity if group["nesterov"] else velocity
        parameter = parameter - group["lr"] * step


@mistake(
    "10-sgd",
    says="The decay is added into the gradient itself, which belongs to the parameter.",
    asks="Who else may look at `.grad` after the step: a log, a clip, a second backward?",
)
class writes_into_the_gradient(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient += group["weight_decay"] * parameter
        velocity = group["momentum"] * state.get("velocity", 0) + gradient
        state["velocity"] = velocity
        step = gradient + group["momentum"] * velocity if group["nesterov"] else velocity
        parameter -= group["lr"] * step


@mistake(
    "10-sgd",
    says="The velocity is computed and never kept, so that it begins at 0 in every step.",
    asks="Where does the next step look for the old velocity, and who puts it there?",
)
class never_keeps_the_velocity(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        velocity = group["momentum"] * state.get("velocity", 0) + gradient
        ahead = gradient + group["momentum"] * velocity
        parameter -= group["lr"] * (ahead if group["nesterov"] else velocity)


@mistake(
    "10-sgd",
    says="The step is added: this walks uphill, and the loss grows.",
    asks="Which way does the gradient point, up or down?",
)
class walks_uphill(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        velocity = group["momentum"] * state.get("velocity", 0) + gradient
        state["velocity"] = velocity
        ahead = gradient + group["momentum"] * velocity
        parameter += group["lr"] * (ahead if group["nesterov"] else velocity)


@mistake(
    "10-sgd",
    says="Nesterov's look-ahead is kept as the velocity; it is only this one step.",
    asks="What does line 2 of the recipe want of the next step: the velocity, or the step that "
    "was made with it?",
)
class keeps_the_look_ahead(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        velocity = momentum * state.get("velocity", 0) + gradient
        if group["nesterov"]:
            velocity = gradient + momentum * velocity
        state["velocity"] = velocity
        parameter -= group["lr"] * velocity


@mistake(
    "10-sgd",
    says="Nesterov's step is μ v alone, without the gradient.",
    asks="With μ = 0, which step should be left: g, or none?",
)
class leaves_the_gradient_out(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, momentum=0.0, weight_decay=0.0, nesterov=False):
        super().__init__(
            params, lr=lr, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov
        )

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        momentum = group["momentum"]
        velocity = momentum * state.get("velocity", 0) + gradient
        state["velocity"] = velocity
        parameter -= group["lr"] * (momentum * velocity if group["nesterov"] else velocity)


# 10-adam: Adam -----------------------------------------------------------------------------------


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, the means are used as they are, without the correction for starting at 0.",
    asks="After the first step, m = 0.1 g. By what do you have to divide to get g?",
)
class forgets_the_correction(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        mean, square = state.get("mean", 0.0), state.get("square", 0.0)
        state["mean"] = beta1 * mean + (1 - beta1) * gradient
        state["square"] = beta2 * square + (1 - beta2) * gradient**2
        parameter -= group["lr"] * state["mean"] / (state["square"].sqrt() + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, ε is added inside of the square root.",
    asks="√(v + ε) and √v + ε: which of them is 10⁻⁸ for v = 0, and which is 10⁻⁴?",
)
class puts_eps_into_the_root(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0.0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0.0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"] / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * mean / (square + group["eps"]).sqrt()


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, one counter for all counts the updated parameters, not the steps.",
    asks="`update` runs once for each parameter. By how much has your counter grown after one "
    "step?",
)
class counts_parameters_as_steps(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)
        self.t = 0

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        self.t += 1
        state["mean"] = beta1 * state.get("mean", 0.0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0.0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1**self.t)
        square = state["square"] / (1 - beta2**self.t)
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, the step is divided by the mean square itself, without the root.",
    asks="If all gradients are ten times as large, how large is the step: as before, or a tenth?",
)
class forgets_the_root(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0.0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0.0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"] / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * mean / (square + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, the two betas have changed places.",
    asks="Which of the two means looks back over 1,000 steps, that of g or that of g²?",
)
class swaps_the_betas(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta2, beta1 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0.0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0.0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"] / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, the setting weight_decay is never used.",
    asks="What does Adam add to the gradient before anything else?",
)
class forgets_the_decay(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0.0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0.0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"] / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, the corrected means go back into the state, and are corrected again and again.",
    asks="Which numbers does the next step's formula want: m, or m̂?",
)
class keeps_the_corrected_means(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        mean = beta1 * state.get("mean", 0) + (1 - beta1) * gradient
        square = beta2 * state.get("square", 0) + (1 - beta2) * gradient**2
        state["mean"] = mean / (1 - beta1 ** state["step"])
        state["square"] = square / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * state["mean"] / (state["square"].sqrt() + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, t is 0 in the first step, so that everything is divided by 1 − β⁰ = 0.",
    asks="Which number has the first step in the formula?",
)
class counts_from_0(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        step = state.get("step", 0)
        state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1**step)
        square = state["square"] / (1 - beta2**step)
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])
        state["step"] = step + 1


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, every step is corrected like the first one, by 1 − β.",
    asks="After ten equal gradients, what do the weights of the mean add up to: 1 − β, or 1 − β¹⁰?",
)
class corrects_like_the_first_step(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1)
        square = state["square"] / (1 - beta2)
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, the new gradient enters the means in full, without the factor 1 − β.",
    asks="The gradient is 1 for ever. Where should a running mean of it end?",
)
class adds_the_gradient_in_full(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0) + gradient
        state["square"] = beta2 * state.get("square", 0) + gradient**2
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"] / (1 - beta2 ** state["step"])
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])


@mistake(
    "10-adam",
    function="Adam",
    says="In Adam, only m is corrected; v keeps its start at 0, and the first steps are far too "
    "long.",
    asks="After the first step v = 0.001 g². What is its root, compared with |g|?",
)
class corrects_the_mean_only(Optimizer):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        beta1, beta2 = group["betas"]
        state["step"] = state.get("step", 0) + 1
        state["mean"] = beta1 * state.get("mean", 0) + (1 - beta1) * gradient
        state["square"] = beta2 * state.get("square", 0) + (1 - beta2) * gradient**2
        mean = state["mean"] / (1 - beta1 ** state["step"])
        square = state["square"]
        parameter -= group["lr"] * mean / (square.sqrt() + group["eps"])


# 10-adam: AdamW ----------------------------------------------------------------------------------


@mistake(
    "10-adam",
    function="AdamW",
    says="In AdamW, the decay still joins the gradient: Adam with L2 under a new name.",
    asks="What does Adam do with every gradient, and so with what you add to it?",
)
class adds_the_decay_to_the_gradient(Adam):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, gradient, state, group):
        gradient = gradient + group["weight_decay"] * parameter
        super().update(parameter, gradient, state, {**group, "weight_decay": 0.0})


@mistake(
    "10-adam",
    function="AdamW",
    says="In AdamW, the weights shrink by weight_decay itself, without the learning rate.",
    asks="With lr = 0.001 and decay 0.01, which share of a weight should one step take away?",
)
class decays_without_the_rate(Adam):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, gradient, state, group):
        parameter *= 1 - group["weight_decay"]
        super().update(parameter, gradient, state, {**group, "weight_decay": 0.0})


@mistake(
    "10-adam",
    function="AdamW",
    says="In AdamW, weights decay twice: once by themselves, and once in Adam's gradient.",
    asks="Which weight_decay does `super().update(…)` find in the group that you hand over?",
)
class decays_twice(Adam):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, gradient, state, group):
        parameter *= 1 - group["lr"] * group["weight_decay"]
        super().update(parameter, gradient, state, group)


@mistake(
    "10-adam",
    function="AdamW",
    says="In AdamW, Adam steps first, and the weights shrink afterwards, its step included.",
    asks="Should the step that Adam has just made shrink, too?",
)
class decays_after_the_step(Adam):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, gradient, state, group):
        super().update(parameter, gradient, state, {**group, "weight_decay": 0.0})
        parameter *= 1 - group["lr"] * group["weight_decay"]


@mistake(
    "10-adam",
    function="AdamW",
    says="In AdamW, the group's own weight_decay is set to 0 for Adam, and stays 0 from then on.",
    asks="`group` is the optimizer's own dict. Who else sees what you write into it?",
)
class switches_the_decay_off_for_good(Adam):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, gradient, state, group):
        parameter *= 1 - group["lr"] * group["weight_decay"]
        group["weight_decay"] = 0.0
        super().update(parameter, gradient, state, group)


@mistake(
    "10-adam",
    function="AdamW",
    says="In AdamW, a shrunk copy is handed on, and the parameter itself stays as it was.",
    asks="`w = w * …` gives the name w to something new. What does `w *= …` do?",
)
class shrinks_a_copy(Adam):  # noqa: N801
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2):
        super().__init__(params, lr, betas, eps, weight_decay)

    def update(self, parameter, gradient, state, group):
        parameter = parameter * (1 - group["lr"] * group["weight_decay"])
        super().update(parameter, gradient, state, {**group, "weight_decay": 0.0})


# 10-recipe: split_decay -------------------------------------------------------------------------


@mistake(
    "10-recipe",
    function="split_decay",
    says="In split_decay, only what is called “bias” is spared; the scales of BatchNorm decay.",
    asks="What is a BatchNorm's scale called, and how many axes has it?",
)
def spares_biases_only(model, weight_decay):
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    return [
        {"params": [p for n, p in named if "bias" not in n], "weight_decay": weight_decay},
        {"params": [p for n, p in named if "bias" in n], "weight_decay": 0.0},
    ]


@mistake(
    "10-recipe",
    function="split_decay",
    says="In split_decay, frozen parameters are handed to the optimizer as well.",
    asks="What does `requires_grad` say about a parameter?",
)
def takes_frozen_ones_along(model, weight_decay):
    every = list(model.parameters())
    return [
        {"params": [p for p in every if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in every if p.dim() < 2], "weight_decay": 0.0},
    ]


@mistake(
    "10-recipe",
    function="split_decay",
    says="In split_decay, the second group has no weight_decay of its own.",
    asks="AdamW's default is 0.01. Which decay does a group get that names none?",
)
def leaves_the_zero_out(model, weight_decay):
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() < 2]},
    ]


@mistake(
    "10-recipe",
    function="split_decay",
    says="In split_decay, the two groups have changed places: biases decay, weights don't.",
    asks="Which of the two groups holds the matrices and kernels?",
)
def swaps_the_groups(model, weight_decay):
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() < 2], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() >= 2], "weight_decay": 0.0},
    ]


# 10-recipe: clip_grad_norm ----------------------------------------------------------------------


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, every tensor is clipped by its own norm, which turns the direction.",
    asks="How many norms are there, if all gradients together are one long vector?",
)
def clips_each_tensor(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    for gradient in gradients:
        own = gradient.norm().item()
        if own > max_norm:
            gradient *= max_norm / (own + 1e-6)
    return norm


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, single numbers are clipped to ±max_norm instead of the whole vector.",
    asks="Which direction has (30, 0.5) after clipping to 1: the old one, or almost (2, 1)?",
)
def clips_each_number(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    for gradient in gradients:
        gradient.clamp_(-max_norm, max_norm)
    return norm


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, the parameters are gone through twice, but an iterator is empty "
    "after the first time.",
    asks="What is `list(it)` the second time, after `it = iter([1, 2])`?",
)
def uses_up_the_iterator(parameters, max_norm):
    norm = math.sqrt(sum(p.grad.square().sum().item() for p in parameters if p.grad is not None))
    if norm > max_norm:
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.grad *= max_norm / (norm + 1e-6)
    return norm


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, short gradients are stretched to max_norm as well.",
    asks="What should happen to a gradient of length 0.1 when max_norm is 1?",
)
def stretches_short_gradients(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    for gradient in gradients:
        gradient *= max_norm / (norm + 1e-6)
    return norm


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, the norms of the tensors are added up.",
    asks="How long is a step of 3 to the east and 4 to the north?",
)
def adds_up_the_norms(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.norm().item() for g in gradients)
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / (norm + 1e-6)
    return norm


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, the norm after clipping is returned.",
    asks="Which of the two numbers would show in a log that gradients explode?",
)
def returns_the_clipped_norm(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / (norm + 1e-6)
    return min(norm, max_norm)


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, shortened copies are made, and the gradients stay as they were.",
    asks="`g = g * …` gives the name g to something new. What does `g *= …` do?",
)
def shortens_copies(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(g.square().sum().item() for g in gradients))
    if norm > max_norm:
        gradients = [gradient * max_norm / norm for gradient in gradients]
    return norm


@mistake(
    "10-recipe",
    function="clip_grad_norm",
    says="In clip_grad_norm, the norm is returned as a tensor instead of a float.",
    asks="What does `.item()` do?",
)
def returns_a_tensor(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([torch.zeros(()), *(g.norm() for g in gradients)]).norm()
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return norm


# 10-schedules -----------------------------------------------------------------------------------


@mistake(
    "10-schedules",
    function="step_lr",
    says="In step_lr, the rate falls a little at every step instead of staying for step_size.",
    asks="How many *whole* periods lie behind step 5, if a period has 3 steps?",
)
def falls_without_stairs(step, base_lr, step_size, gamma=0.1):
    return base_lr * gamma ** (step / step_size)


@mistake(
    "10-schedules",
    function="step_lr",
    says="In step_lr, the rate falls once and then stays.",
    asks="What should happen after 2 · step_size steps?",
)
def falls_once(step, base_lr, step_size, gamma=0.1):
    return base_lr * gamma if step >= step_size else base_lr


@mistake(
    "10-schedules",
    function="cosine_lr",
    says="In cosine_lr, a whole wave fits into the run, so that the rate is back at the end.",
    asks="What is the cosine of π, and what that of 2π?",
)
def goes_a_whole_wave(step, base_lr, total_steps, min_lr=0.0):
    return min_lr + (base_lr - min_lr) * (1 + math.cos(2 * math.pi * step / total_steps)) / 2


@mistake(
    "10-schedules",
    function="cosine_lr",
    says="In cosine_lr, min_lr is added on top, so that the run begins above base_lr.",
    asks="Between which two rates does the cosine move, and how far apart are they?",
)
def adds_the_floor_on_top(step, base_lr, total_steps, min_lr=0.0):
    return min_lr + base_lr * (1 + math.cos(math.pi * step / total_steps)) / 2


@mistake(
    "10-schedules",
    function="cosine_lr",
    says="In cosine_lr, the lowest rate comes one step too early, at total_steps − 1.",
    asks="Which step of torch's CosineAnnealingLR has the lowest rate, T_max or T_max − 1?",
)
def ends_a_step_early(step, base_lr, total_steps, min_lr=0.0):
    share = step / max(1, total_steps - 1)
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * share)) / 2


@mistake(
    "10-schedules",
    function="warmup_cosine_lr",
    says="In warmup_cosine_lr, the first step has the rate 0 and is wasted.",
    asks="Which share of base_lr does step 0 get, if the warm-up has 4 steps and begins at ¼?",
)
def begins_at_zero(step, base_lr, warmup_steps, total_steps, min_lr=0.0):
    if step < warmup_steps:
        return base_lr * step / warmup_steps
    return cosine_lr(step - warmup_steps, base_lr, total_steps - warmup_steps, min_lr)


@mistake(
    "10-schedules",
    function="warmup_cosine_lr",
    says="In warmup_cosine_lr, the share of the warm-up is rounded down: it stays 0 to the end.",
    asks="What is 3 // 4, and what is 3 / 4?",
)
def warms_up_with_zeros(step, base_lr, warmup_steps, total_steps, min_lr=0.0):
    if step < warmup_steps:
        return base_lr * ((step + 1) // warmup_steps)
    return cosine_lr(step - warmup_steps, base_lr, total_steps - warmup_steps, min_lr)


@mistake(
    "10-schedules",
    function="warmup_cosine_lr",
    says="In warmup_cosine_lr, the cosine has gone on during the warm-up: the rate jumps down.",
    asks="At the end of the warm-up, how far along should the cosine be?",
)
def lets_the_cosine_run_on(step, base_lr, warmup_steps, total_steps, min_lr=0.0):
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    return cosine_lr(step, base_lr, total_steps, min_lr)


@mistake(
    "10-schedules",
    function="one_cycle_lr",
    says="In one_cycle_lr, the way up and the way down are straight lines.",
    asks="Which function of yours goes smoothly from one rate to another?",
)
def goes_in_straight_lines(step, max_lr, total_steps, pct_start=0.3):
    if step >= total_steps:
        raise ValueError(f"step must be below {total_steps}, got {step}")
    low, peak = max_lr / 25, pct_start * total_steps - 1
    if step < peak:
        return low + (max_lr - low) * step / peak
    return max_lr + (low / 1e4 - max_lr) * (step - peak) / (total_steps - 1 - peak)


@mistake(
    "10-schedules",
    function="one_cycle_lr",
    says="In one_cycle_lr, the peak comes one step too late, at pct_start · total_steps.",
    asks="Steps are counted from 0. Which number has the third one?",
)
def peaks_a_step_late(step, max_lr, total_steps, pct_start=0.3):
    if step >= total_steps:
        raise ValueError(f"step must be below {total_steps}, got {step}")
    low, peak = max_lr / 25, pct_start * total_steps
    if step < peak:
        return cosine_lr(step, low, peak, max_lr)
    return cosine_lr(step - peak, max_lr, total_steps - 1 - peak, low / 1e4)


@mistake(
    "10-schedules",
    function="one_cycle_lr",
    says="In one_cycle_lr, the end is the rate of the beginning instead of a 10,000th of it.",
    asks="What is final_div_factor for?",
)
def ends_where_it_began(step, max_lr, total_steps, pct_start=0.3):
    if step >= total_steps:
        raise ValueError(f"step must be below {total_steps}, got {step}")
    low, peak = max_lr / 25, pct_start * total_steps - 1
    if step < peak:
        return cosine_lr(step, low, peak, max_lr)
    return cosine_lr(step - peak, max_lr, total_steps - 1 - peak, low)


@mistake(
    "10-schedules",
    function="one_cycle_lr",
    says="In one_cycle_lr, a step behind the end gets a rate instead of a ValueError.",
    asks="What does a cosine do behind its lowest point?",
)
def goes_on_behind_the_end(step, max_lr, total_steps, pct_start=0.3):
    low, peak = max_lr / 25, pct_start * total_steps - 1
    if step < peak:
        return cosine_lr(step, low, peak, max_lr)
    return cosine_lr(step - peak, max_lr, total_steps - 1 - peak, low / 1e4)


@mistake(
    "10-schedules",
    function="one_cycle_lr",
    says="In one_cycle_lr, the peak is rounded down to a whole step.",
    asks="Does the peak have to fall on a step? The cosine may be asked at any place.",
)
def rounds_the_peak_down(step, max_lr, total_steps, pct_start=0.3):
    if step >= total_steps:
        raise ValueError(f"step must be below {total_steps}, got {step}")
    low, peak = max_lr / 25, int(pct_start * total_steps) - 1
    if step < peak:
        return cosine_lr(step, low, peak, max_lr)
    return cosine_lr(step - peak, max_lr, total_steps - 1 - peak, low / 1e4)


@mistake(
    "10-schedules",
    function="step_lr",
    says="In step_lr, the rate falls one step too early.",
    asks="Steps are counted from 0. How many whole periods of 3 lie behind step 2?",
)
def falls_a_step_early(step, base_lr, step_size, gamma=0.1):
    return base_lr * gamma ** ((step + 1) // step_size)


@mistake(
    "10-schedules",
    function="cosine_lr",
    says="In cosine_lr, π is missing: the wave has hardly begun when the run ends.",
    asks="The cosine is −1 for the first time at which number?",
)
def forgets_pi(step, base_lr, total_steps, min_lr=0.0):
    return min_lr + 0.5 * (base_lr - min_lr) * (1 + math.cos(step / total_steps))


@mistake(
    "10-schedules",
    function="warmup_cosine_lr",
    says="In warmup_cosine_lr, the cosine is planned for the whole run, and stops before its end.",
    asks="Of 14 steps, 4 are warm-up. How many steps are left for the cosine?",
)
def plans_the_cosine_too_long(step, base_lr, warmup_steps, total_steps, min_lr=0.0):
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    return cosine_lr(step - warmup_steps, base_lr, total_steps, min_lr)


@mistake(
    "10-schedules",
    function="warmup_cosine_lr",
    says="In warmup_cosine_lr, the warm-up is one step too long, and its rate rises above base_lr.",
    asks="A warm-up of 4 steps: which number has its last step, if the first is 0?",
)
def warms_up_too_long(step, base_lr, warmup_steps, total_steps, min_lr=0.0):
    if step <= warmup_steps and warmup_steps > 0:
        return base_lr * (step + 1) / warmup_steps
    return cosine_lr(step - warmup_steps, base_lr, total_steps - warmup_steps, min_lr)


@mistake(
    "10-schedules",
    function="warmup_cosine_lr",
    says="In warmup_cosine_lr, the cosine is told the length of the rest, but counts from the "
    "start of the run.",
    asks="In the first step behind a warm-up of 4: how many steps of the cosine are over?",
)
def counts_the_warm_up_along(step, base_lr, warmup_steps, total_steps, min_lr=0.0):
    if step < warmup_steps:
        return base_lr * (step + 1) / warmup_steps
    return cosine_lr(step, base_lr, total_steps - warmup_steps, min_lr)


@mistake(
    "10-schedules",
    function="one_cycle_lr",
    says="In one_cycle_lr, the way down is planned to total_steps, one step behind the last.",
    asks="Ten steps are counted from 0. Which number has the last one, and how far is it from "
    "the peak?",
)
def ends_a_step_too_late(step, max_lr, total_steps, pct_start=0.3):
    if step >= total_steps:
        raise ValueError(f"step must be below {total_steps}, got {step}")
    low, peak = max_lr / 25, pct_start * total_steps - 1
    if step < peak:
        return cosine_lr(step, low, peak, max_lr)
    return cosine_lr(step - peak, max_lr, total_steps - peak, low / 1e4)


# 10-plateau -------------------------------------------------------------------------------------


@mistake(
    "10-plateau",
    says="The rate falls with the patience-th bad epoch instead of the one behind it.",
    asks="With patience 0, at which bad epoch should the rate fall?",
)
class loses_patience_too_early:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad >= self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="An improvement does not set the count of bad epochs back to 0.",
    asks="Does patience count bad epochs in a row, or all of them?",
)
class never_forgets_bad_epochs:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.best = metric
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="After the rate fell, the count goes on, so that it falls again with the next bad epoch.",
    asks="How much time has the new, lower rate to show what it can do?",
)
class falls_at_every_epoch_from_then_on:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="The threshold is subtracted from the best value instead of being a share of it.",
    asks="The best loss is 200 and the threshold 0.01. Is 199 better?",
)
class takes_the_threshold_as_a_difference:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best - self.threshold:
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="Each value is compared with the one before, not with the best so far.",
    asks="The loss goes 1.0, 1.2, 1.1, 1.2, 1.1. Does this run make progress?",
)
class compares_with_the_epoch_before:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.bad = 0
        else:
            self.bad += 1
        self.best = metric
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="Only the first group's rate falls.",
    asks="How many groups does `split_decay` make?",
)
class lowers_the_first_group_only:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            group = self.optimizer.param_groups[0]
            group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="The rate falls below min_lr.",
    asks="Which of two numbers does `max` give?",
)
class ignores_the_floor:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = group["lr"] * self.factor


@mistake(
    "10-plateau",
    says="Every value below the best one counts as better, however little.",
    asks="The best loss is 9, the threshold 0.05. Below which loss does the next best begin?",
)
class ignores_the_threshold:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best:
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="Only values above the best one count as bad, so that a flat loss waits for ever.",
    asks="The loss is 4, 4, 4, 4. Is that a plateau?",
)
class takes_equal_for_better:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric > self.best:
            self.bad += 1
        else:
            self.best, self.bad = metric, 0
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="NaN counts as better: it is asked whether a loss is *not below*, and NaN never is.",
    asks="What is `math.nan >= 1.0`, and which branch does that lead to?",
)
class takes_nan_for_better:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric >= self.best * (1 - self.threshold):
            self.bad += 1
        else:
            self.best, self.bad = metric, 0
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                group["lr"] = max(self.min_lr, group["lr"] * self.factor)


@mistake(
    "10-plateau",
    says="A rate that would fall below min_lr does not fall at all; it never gets down to min_lr.",
    asks="The rate is 0.01, the factor 0.1, min_lr 0.003. Which rate comes next?",
)
class refuses_the_last_fall:  # noqa: N801
    def __init__(self, optimizer, factor=0.1, patience=10, threshold=1e-4, min_lr=0.0):
        self.optimizer, self.factor, self.patience = optimizer, factor, patience
        self.threshold, self.min_lr = threshold, min_lr
        self.best, self.bad = math.inf, 0

    def step(self, metric):
        if metric < self.best * (1 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.bad = 0
            for group in self.optimizer.param_groups:
                if group["lr"] * self.factor >= self.min_lr:
                    group["lr"] *= self.factor


# 10-train ---------------------------------------------------------------------------------------


@mistake(
    "10-train",
    says="Gradients are cleared between backward and step, so that the step finds none.",
    asks="Who writes the gradients, and who reads them? What stands between the two in your loop?",
)
def clears_gradients_behind_backward(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = history.epochs * len(train_loader)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            loss.backward()
            optimizer.zero_grad()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="The gradients are never cleared, so that each step uses the sum of all so far.",
    asks="Does `backward` replace what is in `.grad`, or add to it?",
)
def never_clears_gradients(model, loaders, optimizer, schedule, epochs, device="cpu", history=None):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = history.epochs * len(train_loader)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="The schedule is asked after optimizer.step(), so that each rate comes one step late.",
    asks="Which rate does the very first step of the run use in your loop?",
)
def asks_the_schedule_behind_the_step(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = history.epochs * len(train_loader)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="The schedule is asked with the number of the epoch, not of the step.",
    asks="After one epoch of 400 batches, which number should the schedule be given?",
)
def counts_epochs_instead_of_steps(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(history.epochs)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="The step begins at 0 in every epoch, and the schedule with it.",
    asks="Where in your code is the step set to 0, and how often does that line run?",
)
def counts_from_0_in_every_epoch(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        step = 0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1  # noqa: SIM113
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="Only the first group of parameters gets the schedule's rate.",
    asks="How many groups does `split_decay` make, and which rate has the second one?",
)
def sets_the_first_group_only(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = history.epochs * len(train_loader)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.param_groups[0]["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="A run that continues a history begins its schedule again at step 0.",
    asks="If 3 epochs of 10 batches have been run, which step comes next?",
)
def forgets_the_steps_before(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = 0
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="The model is in evaluation mode while it learns.",
    asks="What do dropout and BatchNorm do in evaluation mode?",
)
def trains_in_evaluation_mode(
    model, loaders, optimizer, schedule, epochs, device="cpu", history=None
):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = history.epochs * len(train_loader)
    while history.epochs < epochs:
        totals, start = Totals(), time.perf_counter()
        model.eval()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="All epochs are run, however many the history has already.",
    asks="epochs=6 is the length of the whole run. How many are left when the history has 4?",
)
def runs_all_epochs_again(model, loaders, optimizer, schedule, epochs, device="cpu", history=None):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = history.epochs * len(train_loader)
    for _epoch in range(epochs):
        totals, start = Totals(), time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


@mistake(
    "10-train",
    says="The totals are made once, so that every epoch is averaged with those before it.",
    asks="Where is `Totals()` called in your code, and how often?",
)
def makes_the_totals_once(model, loaders, optimizer, schedule, epochs, device="cpu", history=None):
    history = History() if history is None else history
    train_loader, val_loader = loaders
    model.to(device)
    step = history.epochs * len(train_loader)
    totals = Totals()
    while history.epochs < epochs:
        start = time.perf_counter()
        model.train()
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            logits = model(images)
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            totals.add(loss, logits, labels)
            step += 1
        measured = measure(model, val_loader, F.cross_entropy)
        history.add(totals, measured, optimizer, time.perf_counter() - start)
    return history


# 10-resume: save_checkpoint ---------------------------------------------------------------------


@mistake(
    "10-resume",
    function="save_checkpoint",
    says="In save_checkpoint, the optimizer's settings are saved, but not what it remembers.",
    asks="Where does momentum keep its velocity?",
)
def saves_the_groups_without_the_state(path, model, loaders, optimizer, history):
    saved = {
        "model": model.state_dict(),
        "optimizer": {"state": {}, "param_groups": optimizer.state_dict()["param_groups"]},
        "history": dataclasses.asdict(history),
        "random": torch.get_rng_state(),
        "shuffling": loaders[0].generator.get_state(),
    }
    torch.save(saved, path)


@mistake(
    "10-resume",
    function="save_checkpoint",
    says="In save_checkpoint, the shuffling is saved as it was at the very beginning.",
    asks="Which batches come next: those of the first epoch again, or new ones?",
)
def saves_a_fresh_shuffle(path, model, loaders, optimizer, history):
    saved = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": dataclasses.asdict(history),
        "random": torch.get_rng_state(),
        "shuffling": torch.Generator().manual_seed(0).get_state(),
    }
    torch.save(saved, path)


@mistake(
    "10-resume",
    function="save_checkpoint",
    says="In save_checkpoint, only parameters are saved, and BatchNorm's running means are lost.",
    asks="What does `state_dict` hold that `named_parameters` does not?",
)
def saves_parameters_without_buffers(path, model, loaders, optimizer, history):
    saved = {
        "model": dict(model.named_parameters()),
        "optimizer": optimizer.state_dict(),
        "history": dataclasses.asdict(history),
        "random": torch.get_rng_state(),
        "shuffling": loaders[0].generator.get_state(),
    }
    torch.save(saved, path)


@mistake(
    "10-resume",
    function="save_checkpoint",
    says="In save_checkpoint, the seed's first random numbers are saved, not where they are now.",
    asks="How many random numbers has dropout used since the seed was set?",
)
def saves_the_seed(path, model, loaders, optimizer, history):
    saved = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": dataclasses.asdict(history),
        "random": torch.Generator().manual_seed(torch.initial_seed()).get_state(),
        "shuffling": loaders[0].generator.get_state(),
    }
    torch.save(saved, path)


# 10-resume: resume ------------------------------------------------------------------------------


@mistake(
    "10-resume",
    function="resume",
    says="In resume, the optimizer begins anew: its velocities are 0.",
    asks="Which of the four lines of the table is not put back?",
)
def forgets_the_optimizer(path, model, loaders, optimizer):
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    torch.set_rng_state(saved["random"])
    loaders[0].generator.set_state(saved["shuffling"])
    return History(**saved["history"])


@mistake(
    "10-resume",
    function="resume",
    says="In resume, random numbers are not put back, and dropout draws others.",
    asks="Which part of the model uses random numbers while it learns?",
)
def forgets_the_random_numbers(path, model, loaders, optimizer):
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    loaders[0].generator.set_state(saved["shuffling"])
    return History(**saved["history"])


@mistake(
    "10-resume",
    function="resume",
    says="In resume, the loader shuffles from its beginning, so that other batches come.",
    asks="Who decides which pictures are in the next batch?",
)
def forgets_the_shuffling(path, model, loaders, optimizer):
    saved = torch.load(path, weights_only=True)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    torch.set_rng_state(saved["random"])
    return History(**saved["history"])


@mistake(
    "10-resume",
    function="resume",
    says="In resume, the weights are not put back.",
    asks="With which weights does the new model begin?",
)
def forgets_the_weights(path, model, loaders, optimizer):
    saved = torch.load(path, weights_only=True)
    optimizer.load_state_dict(saved["optimizer"])
    torch.set_rng_state(saved["random"])
    loaders[0].generator.set_state(saved["shuffling"])
    return History(**saved["history"])


# 10-lr-find -------------------------------------------------------------------------------------


@mistake(
    "10-lr-find",
    says="The rates grow by the same amount in every step, not by the same factor.",
    asks="From 10⁻⁵ to 1 in equal amounts: how many of 100 rates lie below 0.001?",
)
def climbs_in_equal_differences(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest + (highest - lowest) * step / (steps - 1))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="The last rate is not `highest`: the exponent never becomes 1.",
    asks="With 3 steps, how many factors lie between the first rate and the last?",
)
def never_reaches_the_highest(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / steps))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="What state_dict() gave was kept without a copy, and changed with the model.",
    asks="Does `state_dict()` hold copies of the weights, or the weights themselves?",
)
def keeps_what_moves_along(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = (model.state_dict(), copy.deepcopy(optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="The model is put back, but the optimizer keeps its last rate and its velocities.",
    asks="Which rate does your training start with after the search?",
)
def leaves_the_optimizer_changed(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    return rates, losses


@mistake(
    "10-lr-find",
    says="The search goes on when the loss has run away.",
    asks="When is a loss so large that larger rates tell nothing more?",
)
def never_stops(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="The search ends with the last batch of the loader.",
    asks="20 batches and 100 steps: what does `itertools.cycle` do?",
)
def ends_with_the_batches(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = iter(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        batch = next(batches, None)
        if batch is None:
            rates.pop()
            break
        images, labels = batch
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="The loss is measured after the step, on the batch that it has just learned from.",
    asks="Your loop computes a loss anyway. What would a second one cost?",
)
def notes_the_loss_behind_the_step(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(F.cross_entropy(model(images), labels).item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="Model and optimizer are left as the search has changed them.",
    asks="You search first, then train. With which weights should the training begin?",
)
def puts_nothing_back(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    return rates, losses


@mistake(
    "10-lr-find",
    says="The loss at which the search stops is missing in the lists.",
    asks="Which comes first in your loop: the lists, or the end of the search? The text says "
    "what is in them.",
)
def leaves_the_last_loss_out(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rate = lowest * (highest / lowest) ** (step / (steps - 1))
        for group in optimizer.param_groups:
            group["lr"] = rate
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if not math.isfinite(loss.item()) or loss.item() > 4 * min([*losses, math.inf]):
            break
        rates.append(rate)
        losses.append(loss.item())
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="The loss is compared with the first one, not with the smallest so far.",
    asks="The loss fell from 2 to 0.1, and now it is 1. Has it run away?",
)
def compares_with_the_first_loss(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * losses[0]:
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="Gradients are never cleared, so that each step uses the sum of all so far.",
    asks="Does `backward` replace what is in `.grad`, or add to it?",
)
def sums_all_gradients(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]) or losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


@mistake(
    "10-lr-find",
    says="A loss that is NaN does not end the search: no comparison with NaN is true.",
    asks="What is `math.nan > 4`? Which function of `math` tells NaN from a number?",
)
def goes_on_behind_nan(model, loader, optimizer, lowest=1e-5, highest=1.0, steps=100):
    kept = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    batches = itertools.cycle(loader)
    rates, losses = [], []
    model.train()
    for step in range(steps):
        rates.append(lowest * (highest / lowest) ** (step / (steps - 1)))
        for group in optimizer.param_groups:
            group["lr"] = rates[-1]
        images, labels = next(batches)
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if losses[-1] > 4 * min(losses):
            break
    model.load_state_dict(kept[0])
    optimizer.load_state_dict(kept[1])
    return rates, losses


# 10-numbers -------------------------------------------------------------------------------------


@slip(
    "10-numbers",
    says="Both steps are counted as steps without momentum.",
    asks="How large is the velocity in the second step?",
)
def forgets_the_velocity(mine):
    return {"moved": 2 * mine["moved"]["lr"] * mine["moved"]["gradient"]}


@slip(
    "10-numbers",
    says="Only the second step is counted; the weight moved in the first one, too.",
    asks="How far did the weight move in the first step, and how far in the second?",
)
def counts_the_second_step_only(mine):
    sgd = mine["moved"]
    return {"moved": sgd["lr"] * sgd["gradient"] * (1 + sgd["momentum"])}


@slip(
    "10-numbers",
    says="The gradient enters the velocity with a factor of 1 − momentum, as in a mean.",
    asks="Does SGD's velocity average the gradients, or add them up?",
)
def averages_in_the_velocity(mine):
    sgd = mine["moved"]
    share = 1 - sgd["momentum"]
    return {"moved": sgd["lr"] * sgd["gradient"] * share * (2 + sgd["momentum"])}


@slip(
    "10-numbers",
    says="Adam's step is taken as rate times gradient, which is SGD's.",
    asks="By what does Adam divide the mean of the gradients?",
)
def steps_like_sgd(mine):
    return {"first_step": mine["first_step"]["lr"] * mine["first_step"]["gradient"]}


@slip(
    "10-numbers",
    says="The two means are not corrected: 0.1 g over √(0.001 g²).",
    asks="Both means begin at 0. By what are they divided after one step?",
)
def leaves_the_means_uncorrected(mine):
    return {"first_step": mine["first_step"]["lr"] * 0.1 / math.sqrt(0.001)}


@slip(
    "10-numbers",
    says="The weight shrinks by `weight_decay` itself, without the learning rate.",
    asks="A schedule lowers the rate. Should the weights go on shrinking as fast?",
)
def shrinks_without_the_rate(mine):
    shrink = mine["decayed"]
    return {"decayed": shrink["weight"] * (1 - shrink["weight_decay"])}


@slip(
    "10-numbers",
    says="That is Adam with L2: the decay goes through the ruler, and the step is η long.",
    asks="Do AdamW's means hear of the decay?",
)
def decays_through_the_ruler(mine):
    return {"decayed": mine["decayed"]["weight"] - mine["decayed"]["lr"]}


@slip(
    "10-numbers",
    says="Each gradient is clipped by itself.",
    asks="Does the vector of both still point where it pointed?",
)
def clips_one_by_one(mine):
    return {"clipped": float(min(mine["clipped"]["first"], mine["clipped"]["max_norm"]))}


@slip(
    "10-numbers",
    says="The sum of the gradients is taken for their length.",
    asks="How long is the vector (3, 4): 7, or 5?",
)
def divides_by_the_sum(mine):
    clip = mine["clipped"]
    return {"clipped": clip["first"] * clip["max_norm"] / (clip["first"] + clip["second"])}


@slip(
    "10-numbers",
    says="The warm-up is one step late: that is the rate of the step before.",
    asks="With this rule, what is the rate in step 0?",
)
def warms_up_from_zero(mine):
    warm_up = mine["warm"]
    return {"warm": warm_up["lr"] * warm_up["step"] / warm_up["warmup_steps"]}


@slip(
    "10-numbers",
    says="The rate falls along a straight line.",
    asks="How steep is a cosine at its beginning, and how steep in its middle?",
)
def falls_along_a_line(mine):
    wave = mine["cosine"]
    return {"cosine": wave["lr"] * (1 - wave["step"] / wave["total_steps"])}


@slip(
    "10-numbers",
    says="A quarter of a wave is taken, from 1 to 0; the schedule is half a wave, lifted.",
    asks="From which angle to which does the cosine in exercise 4 go?",
)
def takes_a_quarter_wave(mine):
    wave = mine["cosine"]
    return {"cosine": wave["lr"] * math.cos(math.pi / 2 * wave["step"] / wave["total_steps"])}


# 10-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "10-bug-hunt",
    function="rates_of_run",
    says="The schedule now moves once per epoch, but its length counts batches.",
    asks="After the last of 3 epochs with 4 batches, how many of its 12 steps has it made?",
)
def steps_once_per_epoch(base_lr, epochs, batches):
    weight = torch.nn.Parameter(torch.ones(()))
    optimizer = torch.optim.SGD([weight], lr=base_lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * batches)
    rates = []
    for _epoch in range(epochs):
        for _batch in range(batches):
            (weight**2).backward()
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
        schedule.step()
    return rates


@mistake(
    "10-bug-hunt",
    function="rates_of_run",
    says="Both calls are still there; T_max was made longer, so that the calls fit into it.",
    asks="Why should the rate fall faster at the end of an epoch than in its middle?",
)
def stretches_the_schedule(base_lr, epochs, batches):
    weight = torch.nn.Parameter(torch.ones(()))
    optimizer = torch.optim.SGD([weight], lr=base_lr)
    total = epochs * (batches + 1)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=total)
    rates = []
    for _epoch in range(epochs):
        for _batch in range(batches):
            (weight**2).backward()
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
            schedule.step()
        schedule.step()
    return rates


@mistake(
    "10-bug-hunt",
    function="rates_of_run",
    says="T_max counts epochs, but the schedule is stepped for every batch.",
    asks="How many batches has the run, and after how many calls is the cosine lowest?",
)
def counts_epochs_in_t_max(base_lr, epochs, batches):
    weight = torch.nn.Parameter(torch.ones(()))
    optimizer = torch.optim.SGD([weight], lr=base_lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    rates = []
    for _epoch in range(epochs):
        for _batch in range(batches):
            (weight**2).backward()
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
            schedule.step()
    return rates


@mistake(
    "10-bug-hunt",
    function="rates_of_run",
    says="The rate now changes once per epoch, in a cosine that counts epochs.",
    asks="The first batch and the last one of an epoch: should they have the same rate?",
)
def makes_a_cosine_of_epochs(base_lr, epochs, batches):
    weight = torch.nn.Parameter(torch.ones(()))
    optimizer = torch.optim.SGD([weight], lr=base_lr)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    rates = []
    for _epoch in range(epochs):
        for _batch in range(batches):
            (weight**2).backward()
            optimizer.step()
            rates.append(optimizer.param_groups[0]["lr"])
        schedule.step()
    return rates


mistaken_values(
    "10-bug-hunt",
    "blames_the_length",
    says="The length of the schedule is blamed, line 5.",
    asks="How many batches has the run, and what does T_max say?",
    bug_line=5,
    why="A",
)
mistaken_values(
    "10-bug-hunt",
    "blames_the_inner_call",
    says="The call for each batch is blamed, but the schedule's length counts batches.",
    asks="If only the call for each epoch remained, how far would the cosine come?",
    bug_line=11,
    why="B",
)
mistaken_values(
    "10-bug-hunt",
    "keeps_the_wrong_call",
    says="The cause is right, but of the two calls the needed one is named.",
    asks="T_max counts batches. Which of the two calls goes with it, and which is too many?",
    bug_line=11,
)
