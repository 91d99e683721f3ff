"""Known mistakes of session 02, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, F, math, nn and exercises that come earlier in the session, nothing
else. Some exercises ask for several functions; `function` says which of them is meant.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from cvlib.activations import softmax, weight_spread
from cvlib.mistakes import Answer, Mistake, _add, mistake, mistaken_values, slip
from cvlib.mistakes.attempt import source_as


@dataclass(frozen=True)
class ToldByWhatItDoes(Mistake):
    """A mistake whose `answer` is something made of what a learner `typed`."""

    typed: Callable[..., Any] | None = None

    def source(self, name: str) -> str:
        """The mistake as a learner would have typed it."""
        return source_as(self.typed, name)  # type: ignore[arg-type]


class Measured:
    """A wrong `he_normal_`, called as both of its checks do: with a tensor, or with a shape."""

    def __init__(self, fill_: Callable[..., Any]) -> None:
        self.fill_ = fill_

    def __call__(self, *given: Any) -> Any:
        if all(isinstance(size, int) for size in given):
            return weight_spread(self.fill_, given)
        return self.fill_(*given)


def mistaken_fill(*, says: str, asks: str) -> Callable[[Answer], Answer]:
    """Register a wrong `he_normal_`, to be recognised by what it does to a large weight."""

    def register(fill_: Answer) -> Answer:
        name = fill_.__name__
        told = ToldByWhatItDoes(
            name, "02-he-normal", says, asks, answer=Measured(fill_), typed=fill_
        )
        _add(told)
        return fill_

    return register


# 02-relu: relu ----------------------------------------------------------------------------------


@mistake(
    "02-relu",
    says="In relu, negative numbers lose their sign instead of becoming 0.",
    asks="Which line would the curve follow to the left of 0: the axis, or its mirror image?",
)
def drops_the_sign(x):
    return x.abs()


@mistake(
    "02-relu",
    says="The function relu answers whether a number is positive, 1 or 0, and the number "
    "itself is lost.",
    asks="What should come out for 3: 1, or 3?",
)
def answers_one_or_zero(x):
    return (x > 0).to(x.dtype)


@mistake(
    "02-relu",
    says="The function relu keeps the negative half and throws the positive one away.",
    asks="Does `clamp(max=0)` cut off what is above 0, or what is below?",
)
def keeps_the_negative(x):
    return x.clamp(max=0)


@mistake(
    "02-relu",
    says="The function relu also cuts off above 1.",
    asks="How large may relu(x) get when x gets large?",
)
def cuts_at_one(x):
    return x.clamp(0, 1)


@mistake(
    "02-relu",
    says="The function relu gives the right numbers, but writes them into the caller's tensor.",
    asks="What does `x[x < 0] = 0` do to the tensor that the caller still holds?",
)
def writes_into_the_input(x):
    x[x < 0] = 0
    return x


@mistake(
    "02-relu",
    says="The function relu calls Python's own `max`, which wants one yes or no for the whole "
    "tensor.",
    asks="Which function of torch compares element by element?",
)
def calls_pythons_max(x):
    return max(x, 0)


# 02-relu: leaky_relu ----------------------------------------------------------------------------


@mistake(
    "02-relu",
    function="leaky_relu",
    says="In leaky_relu the slope sits on the positive side.",
    asks="Which numbers should pass unchanged?",
)
def slopes_the_positives(x, negative_slope=0.01):
    return torch.where(x > 0, negative_slope * x, x)


@mistake(
    "02-relu",
    function="leaky_relu",
    says="In leaky_relu all numbers are multiplied by the slope, positive ones too.",
    asks="What is then left of the bend at 0?",
)
def slopes_both_sides(x, negative_slope=0.01):
    return negative_slope * x


@mistake(
    "02-relu",
    function="leaky_relu",
    says="The function leaky_relu always uses 0.01, whatever slope is asked for.",
    asks="Where does `negative_slope` come in?",
)
def ignores_the_slope(x, negative_slope=0.01):
    return torch.where(x > 0, x, 0.01 * x)


@mistake(
    "02-relu",
    function="leaky_relu",
    says="The function leaky_relu has 0.1 as its default slope, as in many plots of it; "
    "PyTorch has 0.01.",
    asks="What does your own signature say when nobody names a slope?",
)
def has_the_slope_of_the_plots(x, negative_slope=0.1):
    return torch.where(x > 0, x, negative_slope * x)


@mistake(
    "02-relu",
    function="leaky_relu",
    says="In leaky_relu negative numbers come out positive.",
    asks="What is 0.01 · (−3)?",
)
def turns_negatives_up(x, negative_slope=0.01):
    return torch.where(x > 0, x, -negative_slope * x)


@mistake(
    "02-relu",
    function="leaky_relu",
    says="Below 0, leaky_relu gives the constant −slope instead of slope · x.",
    asks="A slope is something to multiply with. With what?",
)
def gives_a_constant_below_zero(x, negative_slope=0.01):
    return torch.where(x > 0, x, torch.full_like(x, -negative_slope))


# 02-relu: elu -----------------------------------------------------------------------------------


@mistake(
    "02-relu",
    function="elu",
    says="In elu the − 1 is missing, so the curve jumps to alpha at 0.",
    asks="What should elu(−0.001) be near to?",
)
def forgets_minus_one(x, alpha=1.0):
    return torch.where(x > 0, x, alpha * torch.exp(x.clamp(max=0)))


@mistake(
    "02-relu",
    function="elu",
    says="The function elu does not use alpha.",
    asks="To which value should the curve sink far to the left when alpha is 2?",
)
def forgets_alpha(x, alpha=1.0):
    return torch.where(x > 0, x, torch.expm1(x.clamp(max=0)))


@mistake(
    "02-relu",
    function="elu",
    says="In elu, alpha stands inside the exponential instead of in front of it.",
    asks="Does alpha say how deep the curve sinks, or how fast?",
)
def puts_alpha_into_the_exponent(x, alpha=1.0):
    return torch.where(x > 0, x, torch.expm1(alpha * x.clamp(max=0)))


@mistake(
    "02-relu",
    function="elu",
    says="In elu, alpha multiplies the positive side as well.",
    asks="Which numbers should pass unchanged?",
)
def scales_both_sides(x, alpha=1.0):
    return alpha * torch.where(x > 0, x, torch.expm1(x.clamp(max=0)))


@mistake(
    "02-relu",
    function="elu",
    says="The values of elu are right, but `torch.where` computes eˣ for large x too, and 0 · ∞ "
    "makes the gradient NaN.",
    asks="What can you give to the exponential so that it never sees a number above 0?",
)
def lets_the_exponential_see_everything(x, alpha=1.0):
    return torch.where(x > 0, x, alpha * (torch.exp(x) - 1))


# 02-gates: sigmoid ------------------------------------------------------------------------------


@mistake(
    "02-gates",
    says="In sigmoid, eˣ overflows for large x, and ∞ / ∞ is NaN.",
    asks="Divide numerator and denominator by eˣ: which exponential is left, and when is it small?",
)
def overflows_above(x):
    return torch.exp(x) / (1 + torch.exp(x))


@mistake(
    "02-gates",
    says="The values of sigmoid are right, but e⁻ˣ is ∞ for very negative x, and the gradient "
    "becomes 0 · ∞ = NaN.",
    asks="For which x may you use e⁻ˣ, and what can you use for the others?",
)
def overflows_in_the_gradient(x):
    return 1 / (1 + torch.exp(-x))


@mistake(
    "02-gates",
    says="The function sigmoid has a good formula for each side, but `torch.where` computes "
    "both everywhere, and the one that is not chosen sends NaN back.",
    asks="Can you make the exponent safe *before* you take the exponential?",
)
def chooses_after_computing(x):
    return torch.where(x >= 0, 1 / (1 + torch.exp(-x)), torch.exp(x) / (1 + torch.exp(x)))


@mistake(
    "02-gates",
    says="The sigmoid falls instead of rising: the exponent has the wrong sign.",
    asks="Should a large x open the gate, or close it?",
)
def falls_instead_of_rising(x):
    small = torch.exp(-x.abs())
    return torch.where(x >= 0, small, torch.ones_like(x)) / (1 + small)


@mistake(
    "02-gates",
    says="This is tanh, which runs from −1 to 1, instead of the sigmoid.",
    asks="Between which two values does a sigmoid lie, and what is it at 0?",
)
def takes_tanh(x):
    return torch.tanh(x)


@mistake(
    "02-gates",
    says="This sigmoid is twice as steep: in (1 + tanh(x / 2)) / 2 the inner half is missing.",
    asks="What is the slope of a sigmoid at 0, and what is yours?",
)
def is_too_steep(x):
    return (1 + torch.tanh(x)) / 2


# 02-gates: gelu ---------------------------------------------------------------------------------


@mistake(
    "02-gates",
    function="gelu",
    says="The function gelu multiplies x by the bell curve φ instead of by the area Φ to its left.",
    asks="Far to the right GELU becomes x itself. To what does your gate tend there?",
)
def gates_with_the_bell(x):
    return x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)


@mistake(
    "02-gates",
    function="gelu",
    says="In gelu, erf gets x instead of x / √2, so the gate opens too fast.",
    asks="erf belongs to a bell curve of variance ½. What has to be done to x for variance 1?",
)
def forgets_the_root_of_two(x):
    return x * 0.5 * (1 + torch.erf(x))


@mistake(
    "02-gates",
    function="gelu",
    says="In gelu the ½ is missing, so the gate runs from 0 to 2.",
    asks="What is Φ(0), the share of a normal distribution below its mean?",
)
def forgets_the_half(x):
    return x * (1 + torch.erf(x / math.sqrt(2)))


@mistake(
    "02-gates",
    function="gelu",
    says="The function gelu uses the tanh approximation, which is off in the fourth decimal place.",
    asks="Which function of torch gives Φ exactly?",
)
def approximates_with_tanh(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@mistake(
    "02-gates",
    function="gelu",
    says="The function gelu uses the sigmoid approximation x · σ(1.702 x), which is off by up "
    "to 0.02.",
    asks="Which function of torch gives Φ exactly?",
)
def approximates_with_a_sigmoid(x):
    return x * torch.sigmoid(1.702 * x)


@mistake(
    "02-gates",
    function="gelu",
    says="This is SiLU, x · σ(x): the gate is a sigmoid instead of Φ.",
    asks="Which S-curve does the G in GELU, Gaussian, ask for?",
)
def computes_silu(x):
    return x * torch.sigmoid(x)


@mistake(
    "02-gates",
    function="gelu",
    says="The function gelu returns the gate Φ(x) and forgets what should pass through it.",
    asks="What is multiplied by the gate?",
)
def returns_the_gate(x):
    return 0.5 * (1 + torch.erf(x / math.sqrt(2)))


# 02-slopes: relu_grad ---------------------------------------------------------------------------


@mistake(
    "02-slopes",
    says="The function relu_grad gives slope 1 at 0; PyTorch's convention is 0.",
    asks="Does your comparison count 0 as positive?",
)
def counts_zero_as_positive(x):
    return (x >= 0).to(x.dtype)


@mistake(
    "02-slopes",
    says="The function relu_grad gives True and False instead of numbers.",
    asks="How does one turn a comparison into numbers of x's dtype?",
)
def returns_truth_values(x):
    return x > 0


@mistake(
    "02-slopes",
    says="The function relu_grad gives the ReLU itself instead of its slope.",
    asks="If x grows by a little from 5, how much does relu(x) grow by?",
)
def returns_relu_itself(x):
    return x.clamp(min=0)


@mistake(
    "02-slopes",
    says="The function relu_grad gives −1 for negative numbers: that is the slope of |x|.",
    asks="How steep is a flat line?",
)
def returns_the_sign(x):
    return torch.sign(x)


# 02-slopes: sigmoid_grad ------------------------------------------------------------------------


@mistake(
    "02-slopes",
    function="sigmoid_grad",
    says="The function sigmoid_grad computes x(1 − x), as if x were already the sigmoid's output.",
    asks="In σ′ = σ(1 − σ), what has to be computed first?",
)
def takes_the_input_for_the_output(x):
    return x * (1 - x)


@mistake(
    "02-slopes",
    function="sigmoid_grad",
    says="The function sigmoid_grad computes σ(1 + σ), which grows to 2.",
    asks="How steep is a sigmoid far to the right, where it is flat?",
)
def adds_instead_of_subtracting(x):
    return torch.sigmoid(x) * (1 + torch.sigmoid(x))


@mistake(
    "02-slopes",
    function="sigmoid_grad",
    says="The function sigmoid_grad gives 1 − σ²; the formula for tanh is of this kind.",
    asks="What does your function give at 0, and what is the slope there?",
)
def uses_the_formula_of_tanh(x):
    return 1 - torch.sigmoid(x) ** 2


@mistake(
    "02-slopes",
    function="sigmoid_grad",
    says="The function sigmoid_grad computes e⁻ˣ / (1 + e⁻ˣ)², and that is ∞ / ∞ = NaN for "
    "very negative x.",
    asks="You have a sigmoid that never overflows. Can the slope be written with it alone?",
)
def overflows_in_the_slope(x):
    return torch.exp(-x) / (1 + torch.exp(-x)) ** 2


@mistake(
    "02-slopes",
    function="sigmoid_grad",
    says="The function sigmoid_grad gives the sigmoid itself instead of its slope.",
    asks="How steep is the curve at x = 10, where it has almost reached 1?",
)
def returns_the_sigmoid_itself(x):
    return torch.sigmoid(x)


# 02-slopes: dead_units --------------------------------------------------------------------------


@mistake(
    "02-slopes",
    function="dead_units",
    says="The function dead_units calls a unit dead as soon as it is 0 for one sample.",
    asks="A unit that rests for one sample and works for another: does it learn nothing?",
)
def needs_one_zero_only(activations):
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), got {tuple(activations.shape)}")
    return (activations.transpose(0, 1).flatten(1) == 0).any(dim=1)


@mistake(
    "02-slopes",
    function="dead_units",
    says="The function dead_units looks at the first sample only.",
    asks="Where does the rest of the batch come in?",
)
def looks_at_one_sample(activations):
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), got {tuple(activations.shape)}")
    return (
        (activations[0].flatten(1) == 0).all(dim=1)
        if activations.dim() > 2
        else (activations[0] == 0)
    )


@mistake(
    "02-slopes",
    function="dead_units",
    says="The function dead_units looks along the units of each sample instead of along the "
    "samples of each unit.",
    asks="The answer has one place for each unit. Which axis has to disappear?",
)
def looks_along_the_wrong_axis(activations):
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), got {tuple(activations.shape)}")
    return (activations.flatten(1) == 0).all(dim=1)


@mistake(
    "02-slopes",
    function="dead_units",
    says="The function dead_units looks at the sum, and 2 and −2 add up to 0 as well.",
    asks="Can a unit be busy although its outputs cancel?",
)
def adds_before_comparing(activations):
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), got {tuple(activations.shape)}")
    return activations.transpose(0, 1).flatten(1).sum(dim=1) == 0


@mistake(
    "02-slopes",
    function="dead_units",
    says="The function dead_units counts negative outputs as dead, too.",
    asks="What does a leaky ReLU give for a negative number, and does a gradient pass there?",
)
def counts_negative_as_dead(activations):
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), got {tuple(activations.shape)}")
    return (activations.transpose(0, 1).flatten(1) <= 0).all(dim=1)


@mistake(
    "02-slopes",
    function="dead_units",
    says="For maps, dead_units answers for each position by itself instead of once a channel.",
    asks="In (N, C, H, W) a unit is a channel: over which three axes has it to be 0?",
)
def answers_for_each_position(activations):
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), got {tuple(activations.shape)}")
    return (activations == 0).all(dim=0)


@mistake(
    "02-slopes",
    function="dead_units",
    says="The function dead_units finds the living instead of the dead.",
    asks="Should a unit that is 0 everywhere be True, or False?",
)
def finds_the_living(activations):
    if activations.dim() < 2 or len(activations) == 0:
        raise ValueError(f"activations must be (N, C, …), got {tuple(activations.shape)}")
    return (activations.transpose(0, 1).flatten(1) != 0).any(dim=1)


@mistake(
    "02-slopes",
    function="dead_units",
    says="The function dead_units calls every unit dead when there is no sample to look at.",
    asks="What should a function do that was given no evidence at all?",
)
def judges_without_samples(activations):
    return (activations.transpose(0, 1).flatten(1) == 0).all(dim=1)


# 02-prelu ---------------------------------------------------------------------------------------


@mistake(
    "02-prelu",
    says="The slopes are a plain tensor, so the module has no parameters and nothing to learn.",
    asks="How does an `nn.Module` learn which of its tensors the optimizer may change?",
)
class keeps_a_plain_tensor(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slopes = torch.full((num_parameters,), float(init))

    def forward(self, x):
        shape = [-1 if i == 1 and len(self.slopes) > 1 else 1 for i in range(x.dim())]
        return torch.where(x > 0, x, self.slopes.to(x).reshape(shape) * x)


@mistake(
    "02-prelu",
    says="All channels share one slope, whatever num_parameters says.",
    asks="How many numbers should PReLU(64) learn?",
)
class shares_one_slope(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slope = nn.Parameter(torch.tensor([float(init)]))

    def forward(self, x):
        return torch.where(x > 0, x, self.slope * x)


@mistake(
    "02-prelu",
    says="The formula max(x, a·x) is PReLU only while a ≤ 1; a slope that is learned may grow "
    "above that.",
    asks="With a = 2 and x = −1, which of the two is larger, and which one is wanted?",
)
class takes_the_larger(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slopes = nn.Parameter(torch.full((num_parameters,), float(init)))

    def forward(self, x):
        shape = [-1 if i == 1 and len(self.slopes) > 1 else 1 for i in range(x.dim())]
        return torch.maximum(x, self.slopes.reshape(shape) * x)


@mistake(
    "02-prelu",
    says="The learned slope sits on the positive side.",
    asks="Which numbers should pass unchanged?",
)
class learns_the_positive_slope(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slopes = nn.Parameter(torch.full((num_parameters,), float(init)))

    def forward(self, x):
        shape = [-1 if i == 1 and len(self.slopes) > 1 else 1 for i in range(x.dim())]
        return torch.where(x > 0, self.slopes.reshape(shape) * x, x)


@mistake(
    "02-prelu",
    says="Every number is multiplied by the slope, positive ones too.",
    asks="What is then left of the bend at 0?",
)
class scales_everything(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slopes = nn.Parameter(torch.full((num_parameters,), float(init)))

    def forward(self, x):
        shape = [-1 if i == 1 and len(self.slopes) > 1 else 1 for i in range(x.dim())]
        return self.slopes.reshape(shape) * x


@mistake(
    "02-prelu",
    says="The slopes are cut off from the gradient, so they never learn.",
    asks="What do `.data` and `.detach()` do to a tensor's place in the graph?",
)
class cuts_the_slopes_off(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slopes = nn.Parameter(torch.full((num_parameters,), float(init)))

    def forward(self, x):
        shape = [-1 if i == 1 and len(self.slopes) > 1 else 1 for i in range(x.dim())]
        return torch.where(x > 0, x, self.slopes.detach().reshape(shape) * x)


@mistake(
    "02-prelu",
    says="The slopes are laid along the last axis instead of along the channels.",
    asks="With which axis does broadcasting begin, and which one holds the channels?",
)
class lays_slopes_along_the_last_axis(nn.Module):  # noqa: N801
    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        if num_parameters < 1:
            raise ValueError(f"num_parameters must be at least 1, got {num_parameters}")
        self.slopes = nn.Parameter(torch.full((num_parameters,), float(init)))

    def forward(self, x):
        return torch.where(x > 0, x, self.slopes * x)


# 02-softmax: softmax ----------------------------------------------------------------------------


@mistake(
    "02-softmax",
    says="The function softmax does not subtract the maximum, so e¹⁰⁰⁰ overflows and ∞ / ∞ is NaN.",
    asks="Softmax does not change when you subtract a constant. Which one makes eˣ harmless?",
)
def forgets_the_maximum(x, dim):
    powers = torch.exp(x)
    return powers / powers.sum(dim=dim, keepdim=True)


@mistake(
    "02-softmax",
    says="The function softmax subtracts the mean instead of the maximum, and that does not "
    "stop e¹⁰⁰⁰.",
    asks="How large can x − mean still be? And x − maximum?",
)
def subtracts_the_mean(x, dim):
    powers = torch.exp(x - x.mean(dim=dim, keepdim=True))
    return powers / powers.sum(dim=dim, keepdim=True)


@mistake(
    "02-softmax",
    says="The function softmax divides by the sum of the whole tensor, so each row no longer "
    "sums to 1.",
    asks="Along which axis should the numbers sum to 1?",
)
def divides_by_the_whole_sum(x, dim):
    powers = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return powers / powers.sum()


@mistake(
    "02-softmax",
    says="The function softmax always works along the last axis and ignores `dim`.",
    asks="Where does `dim` come in? Try a (2, 3) tensor with dim=0 and add up its columns.",
)
def takes_the_last_axis(x, dim):
    powers = torch.exp(x - x.amax(dim=-1, keepdim=True))
    return powers / powers.sum(dim=-1, keepdim=True)


@mistake(
    "02-softmax",
    says="The function softmax drops the axis it summed over, so each row is divided by "
    "another row's sum.",
    asks="What shape has `powers.sum(dim)`, and what shape does the division need?",
)
def forgets_keepdim(x, dim):
    powers = torch.exp(x - x.amax(dim=dim, keepdim=True))
    return powers / powers.sum(dim=dim)


@mistake(
    "02-softmax",
    says="The function softmax squashes each number by itself with a sigmoid: the numbers "
    "don't compete.",
    asks="Do your probabilities sum to 1?",
)
def squashes_each_by_itself(x, dim):
    return torch.sigmoid(x)


@mistake(
    "02-softmax",
    says="The function softmax divides the numbers themselves by their sum; the exponential "
    "is missing.",
    asks="What happens to negative numbers in your formula?",
)
def divides_without_exponential(x, dim):
    return x / x.sum(dim=dim, keepdim=True)


# 02-softmax: log_softmax ------------------------------------------------------------------------


@mistake(
    "02-softmax",
    function="log_softmax",
    says="The function log_softmax takes the logarithm of the softmax; where that has rounded "
    "to 0, −∞ comes out.",
    asks="log(a / b) = log a − log b, and log eˣ is … ?",
)
def takes_the_log_of_softmax(x, dim):
    return torch.log(softmax(x, dim))


@mistake(
    "02-softmax",
    function="log_softmax",
    says="The function log_softmax computes log Σ eˣ without subtracting the maximum, and "
    "overflows.",
    asks="How can you take a maximum m out of log Σ eˣ?",
)
def forgets_the_maximum_in_the_sum(x, dim):
    return x - x.exp().sum(dim=dim, keepdim=True).log()


@mistake(
    "02-softmax",
    function="log_softmax",
    says="The function log_softmax subtracts the maximum inside the logarithm, but not from x.",
    asks="log Σ eˣ = m + log Σ eˣ⁻ᵐ. Where did the m in front go?",
)
def loses_the_maximum(x, dim):
    top = x.amax(dim=dim, keepdim=True)
    return x - (x - top).exp().sum(dim=dim, keepdim=True).log()


@mistake(
    "02-softmax",
    function="log_softmax",
    says="The function log_softmax subtracts the sum of the exponentials instead of its logarithm.",
    asks="log(a / b) = log a − … ?",
)
def forgets_the_logarithm(x, dim):
    shifted = x - x.amax(dim=dim, keepdim=True)
    return shifted - shifted.exp().sum(dim=dim, keepdim=True)


@mistake(
    "02-softmax",
    function="log_softmax",
    says="The function log_softmax looks along the last axis only; `dim` is not used.",
    asks="Where does `dim` come in?",
)
def takes_logs_along_the_last_axis(x, dim):
    shifted = x - x.amax(dim=-1, keepdim=True)
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


# 02-he-normal -----------------------------------------------------------------------------------


@mistaken_fill(
    says="The standard deviation is √(1 / fan_in): the 2 for the half that ReLU throws away is "
    "missing.",
    asks="What does ReLU do to the mean square of numbers that lie evenly around 0?",
)
def forgets_the_two(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(1 / math.prod(weight.shape[1:])))


@mistaken_fill(
    says="The outputs are counted, fan_out, instead of the inputs that one output adds up.",
    asks="In a weight of shape (out, in), which of the two is the number of summands?",
)
def counts_the_outputs(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    fan_out = weight.shape[0] * math.prod(weight.shape[2:])
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / max(fan_out, 1)))


@mistaken_fill(
    says="For a convolution only the input channels are counted, not the K × K places of each.",
    asks="How many products does a 3 × 3 kernel over 64 channels add up for one output?",
)
def forgets_the_kernel(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / weight.shape[1]))


@mistaken_fill(
    says="The fraction 2 / fan_in is the variance, and here it is used as the standard deviation.",
    asks="Which of the two does `normal_(mean, std)` expect?",
)
def takes_the_variance_for_the_spread(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    with torch.no_grad():
        return weight.normal_(0, 2 / math.prod(weight.shape[1:]))


@mistaken_fill(
    says="This is Xavier's initialisation: it averages fan_in and fan_out.",
    asks="Xavier's was made for tanh. Which of the two fans keeps the forward signal alive?",
)
def averages_the_fans(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    area = math.prod(weight.shape[2:])
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / ((weight.shape[0] + weight.shape[1]) * area)))


@mistaken_fill(
    says="The spread is right, but the numbers are drawn evenly from an interval.",
    asks="What does the word normal in the name ask for?",
)
def draws_evenly(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    bound = math.sqrt(6 / math.prod(weight.shape[1:]))
    with torch.no_grad():
        return weight.uniform_(-bound, bound)


@mistaken_fill(
    says="A new tensor is returned, and the weight that was given stays as it was.",
    asks="What does the underscore at the end of a name promise in PyTorch?",
)
def returns_a_new_tensor(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    return torch.randn_like(weight) * math.sqrt(2 / math.prod(weight.shape[1:]))


@mistaken_fill(
    says="A parameter is filled while autograd is watching, and that is an error.",
    asks="How does one tell autograd to look away for a moment?",
)
def fills_under_autograds_eyes(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    return weight.normal_(0, math.sqrt(2 / math.prod(weight.shape[1:])))


@mistaken_fill(
    says="The weight is filled, but not returned.",
    asks="What does a function give back that has no `return`?",
)
def returns_nothing(weight):
    if weight.dim() < 2:
        raise ValueError(f"weight must have two axes or more, got {tuple(weight.shape)}")
    with torch.no_grad():
        weight.normal_(0, math.sqrt(2 / math.prod(weight.shape[1:])))


@mistaken_fill(
    says="A weight with a single axis gets filled, too, although it has no fan_in.",
    asks="A bias of shape (3,): how many inputs does one output add up?",
)
def fills_biases_too(weight):
    fan_in = math.prod(weight.shape[1:])
    with torch.no_grad():
        return weight.normal_(0, math.sqrt(2 / fan_in))


# 02-gradient-norms ------------------------------------------------------------------------------


@mistake(
    "02-gradient-norms",
    says="The layer next to the output comes first.",
    asks="In which order did you collect the norms, and which layer is `weights[0]`?",
)
def begins_at_the_output(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight.T)
    h.sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in reversed(weights)]


@mistake(
    "02-gradient-norms",
    says="The squares are added up, but the root is not taken.",
    asks="What is the length of the vector (3, 4)?",
)
def forgets_the_root(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight.T)
    h.sum(dim=1).mean().backward()
    return [weight.grad.square().sum().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="The activation is never applied.",
    asks="Does your answer change when you ask for another activation?",
)
def never_bends(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = h @ weight.T
    h.sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="The last layer stays without its activation.",
    asks="In this stack, which layers are followed by an activation?",
)
def leaves_the_last_layer_straight(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights[:-1]:
        h = bends[activation](h @ weight.T)
    (h @ weights[-1].T).sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="The weights stay standard normal: `init` is not used.",
    asks="With which number has a standard normal weight to be multiplied?",
)
def ignores_the_init(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    if depth < 1 or activation not in bends or init not in ("he", "xavier", "small"):
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [w.clone().requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight.T)
    h.sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="The weights are multiplied by the variance instead of the standard deviation.",
    asks="If all numbers are multiplied by s, by what is their variance multiplied?",
)
def scales_by_the_variance(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": 2 / width, "xavier": 1 / width, "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight.T)
    h.sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="These are the norms of the weights themselves, not of their gradients.",
    asks="After `backward()`, where does a tensor keep its gradient?",
)
def measures_the_weights(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in ("relu", "tanh", "sigmoid") or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    return [(stds[init] * w).norm().item() for w in normal]


@mistake(
    "02-gradient-norms",
    says="The loss adds up the whole batch instead of taking the mean over it.",
    asks="What happens to your norms when the batch gets twice as large?",
)
def adds_up_all_samples(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight.T)
    h.sum().backward()
    return [weight.grad.norm().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="The loss is the mean over all numbers, so the outputs of a sample are averaged, too.",
    asks="Over which axis is summed here, and over which one is averaged?",
)
def averages_all_numbers(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight.T)
    h.mean().backward()
    return [weight.grad.norm().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="The layers compute h @ W; the weights are meant as (out, in), so it is h @ W.T.",
    asks="What does `nn.Linear` do with its weight?",
)
def forgets_to_transpose(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(depth, width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    if depth < 1 or activation not in bends or init not in stds:
        raise ValueError(f"got depth={depth}, activation={activation!r}, init={init!r}")
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight)
    h.sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in weights]


@mistake(
    "02-gradient-norms",
    says="An unknown name, or a depth of 0, gets no ValueError.",
    asks="What does your function do for init='lecun', and does the message help?",
)
def trusts_its_arguments(depth, activation, init, width=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    h = torch.randn(128, width, generator=generator, dtype=torch.float64)
    normal = torch.randn(max(depth, 0), width, width, generator=generator, dtype=torch.float64)
    bends = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}
    stds = {"he": math.sqrt(2 / width), "xavier": math.sqrt(1 / width), "small": 0.01}
    weights = [(stds[init] * w).requires_grad_() for w in normal]
    for weight in weights:
        h = bends[activation](h @ weight.T)
    h.sum(dim=1).mean().backward()
    return [weight.grad.norm().item() for weight in weights]


# 02-numbers -------------------------------------------------------------------------------------


@slip(
    "02-numbers",
    says="The value of leaky was computed with slope 0.1, as it is often drawn.",
    asks="Which slope does `leaky_relu` have when nobody names one?",
)
def reads_the_slope_off_a_plot(mine):
    return {"leaky": 0.1 * mine["leaky"]["x"]}


@slip(
    "02-numbers",
    says="The value of leaky is what a plain ReLU gives.",
    asks="What does the leak let through?",
)
def lets_negatives_die(mine):
    return {"leaky": 0}


@slip(
    "02-numbers",
    says="The value of steepest is the height of the sigmoid at 0, not its slope there.",
    asks="What is σ(1 − σ) for σ = ½?",
)
def takes_the_height_for_the_slope(mine):
    return {"steepest": 0.5}


@slip(
    "02-numbers",
    says="The number in layers is one too small: that many sigmoids still let more through.",
    asks="What is ¼ to that power, and is it below the share?",
)
def stops_one_sigmoid_early(mine):
    return {"layers": math.floor(math.log(mine["layers"]["share"], 4))}


@slip(
    "02-numbers",
    says="The number in layers was computed as if every sigmoid took away the same amount.",
    asks="One sigmoid leaves a quarter. What do two of them leave: nothing, or a quarter of that?",
)
def divides_instead_of_multiplying(mine):
    return {"layers": 4 * mine["layers"]["share"]}


@slip(
    "02-numbers",
    says="The value of log_sum is the logarithm of a product: there the exponents would add up.",
    asks="How many times the first term is the whole sum?",
)
def multiplies_the_exponentials(mine):
    return {"log_sum": mine["log_sum"]["terms"] * mine["log_sum"]["exponent"]}


@slip(
    "02-numbers",
    says="The value of log_sum is the largest of the terms' exponents; how many there are is lost.",
    asks="How many times the first term is the whole sum?",
)
def keeps_the_maximum_only(mine):
    return {"log_sum": mine["log_sum"]["exponent"]}


@slip(
    "02-numbers",
    says="The value of he_std was computed with fan_out.",
    asks="How many products are added up for one output?",
)
def counts_the_outputs_of_the_kernel(mine):
    he = mine["he_std"]
    return {"he_std": math.sqrt(2 / (he["out_channels"] * he["kernel_size"] ** 2))}


@slip(
    "02-numbers",
    says="The value of he_std was computed without the places of the kernel.",
    asks="How many products are added up for one output?",
)
def counts_channels_only(mine):
    return {"he_std": math.sqrt(2 / mine["he_std"]["in_channels"])}


@slip(
    "02-numbers",
    says="The value of he_std is the variance 2 / fan_in.",
    asks="What do you get from a variance to a standard deviation?",
)
def gives_the_variance(mine):
    he = mine["he_std"]
    return {"he_std": 2 / (he["in_channels"] * he["kernel_size"] ** 2)}


@slip(
    "02-numbers",
    says="The value of slopes counts one for every number of a map.",
    asks="A channel has one slope, wherever in the picture. How many channels are there?",
)
def has_a_slope_for_every_position(mine):
    return {"slopes": mine["slopes"]["channels"] * mine["slopes"]["side"] ** 2}


@slip(
    "02-numbers",
    says="The value of slopes counts one for each picture of the batch.",
    asks="Would a network know its slopes for a picture that it has never seen?",
)
def has_one_slope_for_the_batch(mine):
    return {"slopes": mine["slopes"]["batch"]}


# 02-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "02-bug-hunt",
    says="Softmax still runs before the cross-entropy, which takes a log-softmax of its own.",
    asks="What does the manual of `F.cross_entropy` say its first argument should hold?",
)
def leaves_it_as_it_was(features, weight, targets):
    logits = torch.relu(features) @ weight.T
    return F.cross_entropy(torch.softmax(logits, dim=1), targets)


@mistake(
    "02-bug-hunt",
    says="Softmax runs along the batch now, and it is still one too many.",
    asks="Which softmax is inside `F.cross_entropy` already?",
)
def turns_the_softmax_round(features, weight, targets):
    logits = torch.relu(features) @ weight.T
    return F.cross_entropy(torch.softmax(logits, dim=0), targets)


@mistake(
    "02-bug-hunt",
    says="A sigmoid took the place of the softmax; cross-entropy still gets squashed numbers.",
    asks="What should a network's last layer hand to `F.cross_entropy`?",
)
def squashes_with_a_sigmoid(features, weight, targets):
    logits = torch.relu(features) @ weight.T
    return F.cross_entropy(torch.sigmoid(logits), targets)


@mistake(
    "02-bug-hunt",
    says="The function `nll_loss` gets probabilities, but it expects their logarithms.",
    asks="How can your loss be below 0?",
)
def hands_probabilities_to_nll(features, weight, targets):
    logits = torch.relu(features) @ weight.T
    return F.nll_loss(torch.softmax(logits, dim=1), targets)


@mistake(
    "02-bug-hunt",
    says="The logarithm of the softmax is right on paper, but far from the maximum it is log 0.",
    asks="Which function of exercise 5 was made for this?",
)
def takes_the_logarithm_afterwards(features, weight, targets):
    logits = torch.relu(features) @ weight.T
    return F.nll_loss(torch.log(torch.softmax(logits, dim=1)), targets)


@mistake(
    "02-bug-hunt",
    says="The losses of the batch are added up instead of averaged.",
    asks="What did `F.cross_entropy` do with the batch before you came?",
)
def adds_up_the_batch(features, weight, targets):
    logits = torch.relu(features) @ weight.T
    return F.cross_entropy(logits, targets, reduction="sum")


@mistake(
    "02-bug-hunt",
    says="The ReLU was taken out, and that was not the bug.",
    asks="Which values may the features of the layer before have?",
)
def takes_the_relu_out(features, weight, targets):
    return F.cross_entropy(features @ weight.T, targets)


mistaken_values(
    "02-bug-hunt",
    "blames_the_relu",
    says="The line with the ReLU is named; it does what it should.",
    asks="Which function in the code brings along something that is done already?",
    bug_line=2,
)
mistaken_values(
    "02-bug-hunt",
    "blames_the_product",
    says="The line with the product of matrices is named; it does what it should.",
    asks="Which function in the code brings along something that is done already?",
    bug_line=3,
)
mistaken_values(
    "02-bug-hunt",
    "suspects_the_axis",
    says="The axis is named as the cause, but classes do lie along axis 1.",
    asks="Along which axis should the probabilities of one picture sum to 1?",
    why="A",
)
mistaken_values(
    "02-bug-hunt",
    "wants_one_hot_targets",
    says="The form of the targets is named as the cause.",
    asks="`F.cross_entropy` takes class numbers. Does the loss change with one-hot targets?",
    why="B",
)
mistaken_values(
    "02-bug-hunt",
    "misses_negative_features",
    says="The ReLU is named as the cause, as if a last layer needed negative features.",
    asks="Its weights may be negative. Is that not enough?",
    bug_line=2,
    why="D",
)
