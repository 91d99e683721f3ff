"""Known mistakes of session 09, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, F, math, nn and exercises that come earlier in the session, nothing
else.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from cvlib.losses import dice_loss
from cvlib.mistakes import mistake, mistaken_values, slip

# 09-bce -----------------------------------------------------------------------------------------


@mistake(
    "09-bce",
    says="The sigmoid is applied twice: its output goes into a function that takes logits.",
    asks="What does `F.logsigmoid` expect, a probability or a logit?",
)
def applies_the_sigmoid_twice(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    p = torch.sigmoid(logits)
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(p) - (1 - targets) * F.logsigmoid(-p)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The logarithm is taken of a clamped probability: far out the value is cut off and the "
    "slope is 0.",
    asks="What is the slope of `clamp` where it clamps? Which function of torch takes the "
    "logarithm together with the sigmoid?",
)
def takes_the_log_of_a_clamped_probability(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    p = torch.sigmoid(logits).clamp(1e-7, 1 - 1e-7)
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * torch.log(p) - (1 - targets) * torch.log(1 - p)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The logarithm is taken of the sigmoid, which rounds to 0 or 1 far out: ∞ and NaN.",
    asks="What is `torch.sigmoid` of −1000 in float32, and the logarithm of that?",
)
def takes_the_log_of_the_sigmoid(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    p = torch.sigmoid(logits)
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * torch.log(p) - (1 - targets) * torch.log(1 - p)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="Only the positives are counted; a confident yes to a no costs nothing.",
    asks="What does the loss say when the target is 0 and the logit is 10?",
)
def forgets_the_negatives(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="Yes and no are exchanged: the loss is low for wrong answers.",
    asks="For target 1 and a logit of 10, should the loss be large or small?",
)
def exchanges_yes_and_no(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(-logits) - (1 - targets) * F.logsigmoid(logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The minus sign is missing: the loss gets larger the better the answers are.",
    asks="A logarithm of a probability is never above 0. Which sign has your loss?",
)
def forgets_the_minus_sign(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = weight * targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(-logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The weight of the positives multiplies the negatives, too.",
    asks="If everything is weighted three times, what has changed between positives and negatives?",
)
def weights_both_sides(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = weight * (-targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits))
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The weight of the positives is put on the negatives.",
    asks="Which of the two terms belongs to targets of 1?",
)
def weights_the_negatives(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -targets * F.logsigmoid(logits) - weight * (1 - targets) * F.logsigmoid(-logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The argument pos_weight is not used.",
    asks="Which of the two terms should it multiply?",
)
def ignores_the_weight(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    each = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The mean is taken whatever reduction asks for.",
    asks='What should come back for reduction="none": one number, or as many as there are logits?',
)
def always_averages(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    return each.mean()


@mistake(
    "09-bce",
    says="Shapes are not compared, so (N, 1) and (N,) broadcast to (N, N): every logit meets every "
    "target.",
    asks="How many numbers does `torch.zeros(5, 1) * torch.zeros(5)` have?",
)
def lets_shapes_broadcast(logits, targets, pos_weight=None, reduction="mean"):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="An unknown reduction is taken for a sum instead of being refused.",
    asks='What should happen to someone who types reduction="average"?',
)
def accepts_any_reduction(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The mean divides by the length of the first axis, not by the number of elements.",
    asks="Logits (4, 3): by how many does `.mean()` divide?",
)
def divides_by_the_batch(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    if reduction == "none":
        return each
    return each.sum() / len(each) if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The minus sign has moved out of the sigmoid: log σ(−z) is taken for −log σ(z).",
    asks="σ(−z) = 1 − σ(z). For z = 0 both logarithms are −0.693: does the sign turn?",
)
def pulls_the_minus_out(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) + (1 - targets) * F.logsigmoid(logits)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The loss of a no is computed as −(1 − log σ(z)) instead of −log(1 − σ(z)).",
    asks="Which belongs inside the logarithm, and which probability is 1 − σ(z)?",
)
def subtracts_outside_the_log(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) - (1 - targets) * (1 - F.logsigmoid(logits))
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="A small number is added before the logarithm: far out the loss stops at 18.4, and the "
    "slope dies.",
    asks="With z = −1000, how much does the sum in the logarithm change when z moves by 1?",
)
def adds_a_small_number(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    p = torch.sigmoid(logits)
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * torch.log(p + 1e-8) - (1 - targets) * torch.log(1 - p + 1e-8)
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="Targets are only compared with 1, so that a target of 0.7 counts as a plain no.",
    asks="Which formula gives the loss of a yes for t = 1, that of a no for t = 0, and a mixture "
    "in between?",
)
def asks_if_the_target_is_one(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = torch.where(targets == 1, -weight * F.logsigmoid(logits), -F.logsigmoid(-logits))
    return each if reduction == "none" else each.mean() if reduction == "mean" else each.sum()


@mistake(
    "09-bce",
    says="The mean divides by the sum of the weights, as in a cross-entropy with class weights.",
    asks='Logits (4, 3), reduction="mean": the mean over what?',
)
def divides_by_the_weights(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"targets has shape {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction is {reduction!r}")
    weight = logits.new_ones(()) if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    if reduction == "mean":
        return each.sum() / (weight * targets + 1 - targets).sum()
    return each if reduction == "none" else each.sum()


# 09-cross-entropy -------------------------------------------------------------------------------


@mistake(
    "09-cross-entropy",
    says="The mean divides by all targets, ignored ones too.",
    asks="If half of the pixels are ignored, by how many should the sum be divided?",
)
def averages_over_the_ignored(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    known = targets.where(kept, 0)
    right = weight[known] * surprise.gather(-1, known[..., None])[..., 0]
    each = (1 - label_smoothing) * right + label_smoothing * (weight * surprise).mean(dim=-1)
    return (each * kept).sum() / weight[known].sum()


@mistake(
    "09-cross-entropy",
    says="The weighted mean divides by the number of samples instead of by the sum of their "
    "weights.",
    asks="If all weights are 10, should the loss be ten times as large?",
)
def divides_by_the_number(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    each = (1 - label_smoothing) * weight[right] * surprise.gather(1, right[:, None])[:, 0]
    return (each + label_smoothing * (weight * surprise).mean(dim=1)).mean()


@mistake(
    "09-cross-entropy",
    says="With smoothing, ε is shared out among the K − 1 other classes; torch shares it among "
    "all K.",
    asks="Which target does the right class get: 1 − ε, or 1 − ε + ε/K?",
)
def shares_among_the_others(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    others = ((weight * surprise).sum(dim=1) - own) / (logits.shape[1] - 1)
    return ((1 - label_smoothing) * own + label_smoothing * others).sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="In the smoothed part the class weights are missing.",
    asks="Step 3: which of the two parts does `weight` multiply?",
)
def smooths_without_weights(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * surprise.mean(dim=1)
    return each.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="The smoothed part is added, but the right class keeps its full share: 1 + ε in total.",
    asks="Targets are probabilities. What do yours sum to?",
)
def keeps_the_full_share(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    return (own + label_smoothing * (weight * surprise).mean(dim=1)).sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="Label smoothing is not used.",
    asks="Step 2: which mean comes in with share ε?",
)
def forgets_the_smoothing(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    return own.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="Softmax runs twice: its probabilities go into log_softmax as if they were logits.",
    asks="What does `F.log_softmax` do before it takes the logarithm?",
)
def applies_softmax_twice(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits.softmax(dim=1), dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).mean(dim=1)
    return each.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="Softmax runs along the last axis, which in a map is the width.",
    asks="Along which axis of (N, K, H, W) do probabilities have to sum to 1?",
)
def takes_the_last_axis(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=-1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).mean(dim=1)
    return each.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="The number −100 is built in, and the argument ignore_index is not used.",
    asks="Which label does your mask compare with when someone asks for 255?",
)
def ignores_only_minus_100(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != -100
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).mean(dim=1)
    return each.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="The logarithm is taken of clamped softmax probabilities: far out the value is cut off "
    "and the slope dies.",
    asks="Which function of torch computes the logarithm of softmax in one go?",
)
def takes_the_log_of_clamped_shares(
    logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0
):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -torch.log(logits.softmax(dim=1).clamp(min=1e-7)).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).mean(dim=1)
    return each.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="In the smoothed part, the surprises of the K classes are added up instead of averaged.",
    asks="Step 2 says: the mean of all K. What do your targets sum to for K = 10 and ε = 0.1?",
)
def sums_the_surprises(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).sum(dim=1)
    return each.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="Ignored labels are used as class numbers before they are left out, and the index stops.",
    asks="Which line needs class numbers from 0 to K − 1, and which one throws the others away?",
)
def indexes_before_it_leaves_out(
    logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0
):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1)
    spread = weight.view(1, -1, *[1] * (logits.dim() - 2))
    own = (spread * surprise).gather(1, targets[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (spread * surprise).mean(dim=1)
    kept = targets != ignore_index
    return each[kept].sum() / weight[targets[kept]].sum()


@mistake(
    "09-cross-entropy",
    says="Negative labels are raised to 0 before they index; an ignored label of 255 is too large.",
    asks="Which labels does `clamp(min=0)` mend, and which not? Compare with `ignore_index`.",
)
def raises_the_ignored_to_zero(
    logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0
):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    known, kept = targets.clamp(min=0), targets != ignore_index
    own = weight[known] * surprise.gather(-1, known[..., None])[..., 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).mean(dim=-1)
    return (each * kept).sum() / (weight[known] * kept).sum()


@mistake(
    "09-cross-entropy",
    says="The smoothed part is weighted by the right class; there each class has its own weight.",
    asks="Step 3: what does `weight` multiply before the mean of all K is taken?",
)
def weights_by_the_right_class(
    logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0
):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = (1 - label_smoothing) * surprise.gather(1, right[:, None])[:, 0]
    each = weight[right] * (own + label_smoothing * surprise.mean(dim=1))
    return each.sum() / weight[right].sum()


@mistake(
    "09-cross-entropy",
    says="The sum is divided by the weights of all classes, not by those of the targets.",
    asks="Without weights, and with two targets of three classes: by which number do you divide?",
)
def divides_by_all_classes(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).mean(dim=1)
    return each.sum() / weight.sum()


@mistake(
    "09-cross-entropy",
    says="The logarithm is taken of softmax, which rounds to 0 far out: the loss is ∞.",
    asks="Which function of torch computes the logarithm of softmax in one go?",
)
def takes_the_log_of_softmax(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -torch.log(logits.softmax(dim=1)).movedim(1, -1)
    kept = targets != ignore_index
    surprise, right = surprise[kept], targets[kept]
    own = weight[right] * surprise.gather(1, right[:, None])[:, 0]
    each = (1 - label_smoothing) * own + label_smoothing * (weight * surprise).mean(dim=1)
    return each.sum() / weight[right].sum()


# 09-gradients -----------------------------------------------------------------------------------


@mistake(
    "09-gradients",
    says="These are the slopes along p; the sigmoid's own slope p(1 − p) is missing.",
    asks="The network moves z, not p. By how much does p move when z moves a little?",
)
def stops_at_the_probability(loss_name, p):
    slopes = {
        "bce": -1 / p,
        "smoothed": -0.95 / p + 0.05 / (1 - p),
        "focal": 2 * (1 - p) * torch.log(p) - (1 - p) ** 2 / p,
        "mse": -2 * (1 - p),
        "mae": -torch.ones_like(p),
        "dice": -2 / (p + 1) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="All signs are turned: this is the push, −∂loss/∂z, instead of the slope.",
    asks="If z grows, p grows towards the target. Does the loss grow or fall?",
)
def turns_the_sign(loss_name, p):
    slopes = {
        "bce": 1 - p,
        "smoothed": 0.95 - p,
        "focal": (1 - p) ** 2 * (1 - p - 2 * torch.xlogy(p, p)),
        "mse": 2 * p * (1 - p) ** 2,
        "mae": p * (1 - p),
        "dice": 2 * p * (1 - p) / (1 + p) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="In focal, the factor (1 − p)² is treated as a constant; this is the slope with a "
    "detached factor.",
    asks="Product rule: which other factor changes when p changes?",
)
def holds_the_focal_factor(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.95,
        "focal": (1 - p) ** 2 * (p - 1),
        "mse": -2 * p * (1 - p) ** 2,
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (1 + p) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="In focal, p · log p is written out, and at p = 0 that is 0 · (−∞) = NaN.",
    asks="Which function of torch gives p log p with the value 0 at 0?",
)
def multiplies_zero_by_infinity(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.95,
        "focal": (1 - p) ** 2 * (2 * p * torch.log(p) + p - 1),
        "mse": -2 * p * (1 - p) ** 2,
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (1 + p) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="The fractions were not shortened, so at p = 0 or p = 1 there is 1/0 · 0 = NaN.",
    asks="What is left of 1/p · p(1 − p) once you cancel p?",
)
def does_not_cancel(loss_name, p):
    slopes = {
        "bce": -1 / p,
        "smoothed": -0.95 / p + 0.05 / (1 - p),
        "focal": 2 * (1 - p) * torch.log(p) - (1 - p) ** 2 / p,
        "mse": -2 * (1 - p),
        "mae": -torch.ones_like(p),
        "dice": -2 / (p + 1) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name] * p * (1 - p)


@mistake(
    "09-gradients",
    says="In mse, one factor is missing: the slope of (1 − p)² along p is −2(1 − p), and p(1 − p) "
    "comes on top.",
    asks="How many factors of (1 − p) are there in the end?",
)
def loses_a_factor_in_mse(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.95,
        "focal": (1 - p) ** 2 * (2 * torch.xlogy(p, p) + p - 1),
        "mse": -2 * p * (1 - p),
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (1 + p) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="In smoothed, the target is 0.9; of ε = 0.1, half comes back to the right class.",
    asks="The table says 0.95 and 0.05. Where is the slope 0?",
)
def smooths_twice_as_much(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.9,
        "focal": (1 - p) ** 2 * (2 * torch.xlogy(p, p) + p - 1),
        "mse": -2 * p * (1 - p) ** 2,
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (1 + p) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="In dice, the quotient rule is missing: the denominator moves with p, too.",
    asks="What is the derivative of 2p/(p + 1)? It is 2 at p = 0, and ½ at p = 1.",
)
def holds_the_denominator(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.95,
        "focal": (1 - p) ** 2 * (2 * torch.xlogy(p, p) + p - 1),
        "mse": -2 * p * (1 - p) ** 2,
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (1 + p),
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="In focal, the derivative of (1 − p)² is taken for 2(1 − p); the inner −1 is missing.",
    asks="If p grows, does (1 − p)² grow or shrink?",
)
def forgets_the_inner_sign_in_focal(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.95,
        "focal": -((1 - p) ** 2) * (2 * torch.xlogy(p, p) + 1 - p),
        "mse": -2 * p * (1 - p) ** 2,
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (p + 1) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="In mse, the derivative of (1 − p)² is taken for 2(1 − p); the inner −1 is missing.",
    asks="If p grows towards the target 1, does the error grow or shrink?",
)
def forgets_the_inner_sign_in_mse(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.95,
        "focal": (1 - p) ** 2 * (2 * torch.xlogy(p, p) - (1 - p)),
        "mse": 2 * p * (1 - p) ** 2,
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (p + 1) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


@mistake(
    "09-gradients",
    says="In smoothed, the second part has the wrong sign: −log(1 − p) *grows* with p.",
    asks="At which p should the smoothed loss be lowest, and its slope 0?",
)
def pulls_twice_the_same_way(loss_name, p):
    slopes = {
        "bce": p - 1,
        "smoothed": -0.95 * (1 - p) - 0.05 * p,
        "focal": (1 - p) ** 2 * (2 * torch.xlogy(p, p) - (1 - p)),
        "mse": -2 * p * (1 - p) ** 2,
        "mae": -p * (1 - p),
        "dice": -2 * p * (1 - p) / (p + 1) ** 2,
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name is {loss_name!r}")
    return slopes[loss_name]


# 09-focal ---------------------------------------------------------------------------------------


@mistake(
    "09-focal",
    says="Alpha sits on the wrong class: positives get 1 − α.",
    asks="With α = 0.25, how much should a positive count?",
)
def puts_alpha_on_the_negatives(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    missing = targets * (1 - p) + (1 - targets) * p
    each = missing**gamma * surprise
    return each * ((1 - alpha) * targets + alpha * (1 - targets)) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="All logits are multiplied by α, positives and negatives alike.",
    asks="How much should a negative count?",
)
def multiplies_everything_by_alpha(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    missing = targets * (1 - p) + (1 - targets) * p
    return (alpha if alpha >= 0 else 1) * missing**gamma * surprise


@mistake(
    "09-focal",
    says="Alpha is not used.",
    asks="Positives count α, negatives 1 − α. Where does that stand in your code?",
)
def forgets_alpha(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    return (targets * (1 - p) + (1 - targets) * p) ** gamma * surprise


@mistake(
    "09-focal",
    says="A negative α is used as a weight instead of switching the weights off.",
    asks="What does a weight of −1 do to a loss that is to be made small?",
)
def weights_with_a_negative_alpha(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    missing = targets * (1 - p) + (1 - targets) * p
    return (alpha * targets + (1 - alpha) * (1 - targets)) * missing**gamma * surprise


@mistake(
    "09-focal",
    says="The factor is pₜ to the power γ: now the hard answers fade, and the easy ones stay.",
    asks="Which answers should count for little: those with pₜ near 1, or near 0?",
)
def fades_the_hard_ones(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    each = (targets * p + (1 - targets) * (1 - p)) ** gamma * surprise
    return each * (alpha * targets + (1 - alpha) * (1 - targets)) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="The factor is (1 − p)^γ for negatives, too; there pₜ is 1 − p.",
    asks="A negative with p = 0.01 is easy. What is your factor for it?",
)
def uses_p_for_both_classes(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    each = (1 - torch.sigmoid(logits)) ** gamma * surprise
    return each * (alpha * targets + (1 - alpha) * (1 - targets)) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="Gamma multiplies the factor instead of being its exponent.",
    asks="With γ = 0 the factor should be 1. What is yours?",
)
def multiplies_by_gamma(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    each = gamma * (targets * (1 - p) + (1 - targets) * p) * surprise
    return each * (alpha * targets + (1 - alpha) * (1 - targets)) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="The mean is taken; asked for is one number for each logit.",
    asks="Which shape do logits have, and which should come back?",
)
def averages_at_once(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    each = (targets * (1 - p) + (1 - targets) * p) ** gamma * surprise
    if alpha >= 0:
        each = (alpha * targets + (1 - alpha) * (1 - targets)) * each
    return each.mean()


@mistake(
    "09-focal",
    says="The surprise is the logarithm of a clamped probability, which is cut off far out.",
    asks="Which value has −log pₜ at a logit of −1000 for a positive, and what is yours?",
)
def clamps_before_the_log(logits, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits)
    right = targets * p + (1 - targets) * (1 - p)
    surprise = -targets * torch.log(p.clamp(min=1e-8))
    surprise = surprise - (1 - targets) * torch.log((1 - p).clamp(min=1e-8))
    each = (1 - right) ** gamma * surprise
    return each * (alpha * targets + (1 - alpha) * (1 - targets)) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="The logarithm is taken of pₜ itself, which rounds to 0 far out: the loss is ∞.",
    asks="Which function of torch takes the logarithm of a sigmoid without rounding it first?",
)
def takes_the_log_of_p(logits, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits)
    surprise = -torch.where(targets > 0, targets * torch.log(p), 0 * p)
    surprise = surprise - torch.where(targets < 1, (1 - targets) * torch.log(1 - p), 0 * p)
    each = (targets * (1 - p) + (1 - targets) * p) ** gamma * surprise
    return each * (alpha * targets + (1 - alpha) * (1 - targets)) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="The surprise was averaged first, and pₜ computed from the mean: all samples look alike.",
    asks="Which reduction of your BCE leaves one number for each logit?",
)
def uses_the_mean_surprise(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    mean = surprise.mean()
    each = (1 - torch.exp(-mean)) ** gamma * mean
    return each * (alpha * targets + (1 - alpha) * (1 - targets) if alpha >= 0 else 1 + 0 * logits)


@mistake(
    "09-focal",
    says="Positives are multiplied by α, and negatives are not weighted at all.",
    asks="With α = 0.25, how much should a negative count: 1, or 0.75?",
)
def weights_the_positives_only(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    p = torch.sigmoid(logits)
    each = (targets * (1 - p) + (1 - targets) * p) ** gamma * surprise
    return each * (alpha * targets + 1 - targets) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="For pₜ, exp(−loss) is taken, which is only right for targets of 0 and 1.",
    asks="At t = ½ the text's 1 − pₜ is ½, whatever p is. And 1 − exp(−loss)?",
)
def takes_p_from_the_loss(logits, targets, alpha=0.25, gamma=2.0):
    surprise = -targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    each = (1 - torch.exp(-surprise)) ** gamma * surprise
    return each * (alpha * targets + (1 - alpha) * (1 - targets)) if alpha >= 0 else each


@mistake(
    "09-focal",
    says="Probabilities are mixed first and the logarithm is taken of the mixture: ∞ far out, and "
    "wrong for soft targets.",
    asks="Exercise 1 has the surprise already. Is −log(t p + (1 − t)(1 − p)) the same at t = ½?",
)
def takes_the_log_of_the_mixture(logits, targets, alpha=0.25, gamma=2.0):
    p = torch.sigmoid(logits)
    right = targets * p + (1 - targets) * (1 - p)
    each = -((1 - right) ** gamma) * torch.log(right)
    return each * (alpha * targets + (1 - alpha) * (1 - targets)) if alpha >= 0 else each


# 09-imbalance -----------------------------------------------------------------------------------


@mistake(
    "09-imbalance",
    says="In class_weights, frequent classes get the large weights: these are shares, not their "
    "inverses.",
    asks="Which class needs help, the frequent or the rare one?",
)
def favours_the_frequent(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    return num_classes * counts / len(labels)


@mistake(
    "09-imbalance",
    says="In class_weights, the factor 1/K is missing: equal counts give K instead of 1.",
    asks="Two classes, 50 samples each: which weights should they have?",
)
def forgets_the_number_of_classes(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    return torch.where(counts > 0, len(labels) / counts.clamp(min=1), 0.0)


@mistake(
    "09-imbalance",
    says="In class_weights, a class without samples gets ∞.",
    asks="What does ∞ do to a loss when such a sample turns up after all?",
)
def divides_by_zero(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    return len(labels) / (num_classes * counts)


@mistake(
    "09-imbalance",
    says="In class_weights, classes at the end that do not occur are missing: too few weights come "
    "back.",
    asks="What does `minlength` do in `torch.bincount`?",
)
def counts_only_what_occurs(labels, num_classes):
    counts = torch.bincount(labels)
    return torch.where(counts > 0, len(labels) / (num_classes * counts.clamp(min=1)), 0.0)


@mistake(
    "09-imbalance",
    says="In class_weights, K is the number of classes that occur instead of num_classes.",
    asks="Labels [0, 0] with three classes: what does the formula give for class 0?",
)
def divides_by_the_classes_that_occur(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    weights = len(labels) / ((counts > 0).sum() * counts.clamp(min=1))
    return torch.where(counts > 0, weights, 0.0)


@mistake(
    "09-imbalance",
    says="In class_weights, the weights are made to sum to 1, so the loss shrinks with the number "
    "of classes.",
    asks="Two classes, 50 samples each: which weights should they have?",
)
def normalises_to_one(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    inverse = torch.where(counts > 0, 1 / counts.clamp(min=1), 0.0)
    return inverse / inverse.sum()


@mistake(
    "09-imbalance",
    says="In class_weights, each class is compared with the most frequent one, not with the mean.",
    asks="The formula is N / (K · nₖ). What does it give for the most frequent class?",
)
def compares_with_the_largest(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    return torch.where(counts > 0, counts.max() / counts.clamp(min=1), 0.0)


@mistake(
    "09-imbalance",
    says="In class_weights, a class that does not occur gets a weight, as if it occurred once.",
    asks="Which weight did the text ask for where nₖ is 0?",
)
def gives_absent_classes_a_weight(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    return len(labels) / (num_classes * counts.clamp(min=1))


@mistake(
    "09-imbalance",
    says="In class_weights, the weights are made to sum to K: right only for equal counts.",
    asks="Labels 0 0 0 1: the weights of the four *samples* should sum to 4. Do yours?",
)
def normalises_to_the_classes(labels, num_classes):
    counts = torch.bincount(labels, minlength=num_classes)
    inverse = torch.where(counts > 0, 1 / counts.clamp(min=1), 0.0)
    return num_classes * inverse / inverse.sum()


@mistake(
    "09-imbalance",
    function="prior_logit",
    says="In prior_logit, the logarithm of the share is taken; the odds share/(1 − share) are "
    "missing.",
    asks="What is the sigmoid of log(0.5)? It should be 0.5.",
)
def takes_the_log_of_the_share(share):
    if not 0 < share < 1:
        raise ValueError(f"share is {share}")
    return math.log(share)


@mistake(
    "09-imbalance",
    function="prior_logit",
    says="In prior_logit, the odds are upside down: a rare thing gets a positive logit.",
    asks="Which sign has the logit of a probability of 0.01?",
)
def turns_the_odds_around(share):
    if not 0 < share < 1:
        raise ValueError(f"share is {share}")
    return math.log((1 - share) / share)


@mistake(
    "09-imbalance",
    function="prior_logit",
    says="In prior_logit, the sigmoid is applied to the share; asked for is the way back.",
    asks="Which x has σ(x) = share?",
)
def applies_the_sigmoid(share):
    if not 0 < share < 1:
        raise ValueError(f"share is {share}")
    return 1 / (1 + math.exp(-share))


@mistake(
    "09-imbalance",
    function="prior_logit",
    says="In prior_logit, a share of 0 or 1 gives ∞ instead of a ValueError.",
    asks="With which bias would the last layer start then?",
)
def gives_infinity_at_the_ends(share):
    if share <= 0:
        return -math.inf
    return math.log(share / (1 - share)) if share < 1 else math.inf


# 09-dice ----------------------------------------------------------------------------------------


@mistake(
    "09-dice",
    says="The sums run over the whole batch although per_image was asked for.",
    asks="Which axes do you sum over: pixels, or pixels and images?",
)
def sums_over_the_batch(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    shared = 2 * (p * truth).sum(dim=(0, 2, 3)) + smooth
    return (1 - shared / (p.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3)) + smooth)).mean()


@mistake(
    "09-dice",
    says="The sums run over each image even where per_image=False asks for the whole batch.",
    asks="Where does `per_image` come into your sums?",
)
def always_sums_per_image(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    shared = 2 * (p * truth).sum(dim=(2, 3)) + smooth
    return (1 - shared / (p.sum(dim=(2, 3)) + truth.sum(dim=(2, 3)) + smooth)).mean()


@mistake(
    "09-dice",
    says="The smoothing stands in the numerator only, so the loss of small classes falls below 0.",
    asks="For an absent class that nobody predicts, what is your fraction?",
)
def smooths_the_numerator_only(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes)).clamp(min=1e-7)).mean()


@mistake(
    "09-dice",
    says="The smoothing stands in the denominator only: even perfect answers cost something.",
    asks="For an absent class that nobody predicts, what is your fraction?",
)
def smooths_the_denominator_only(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes)
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="The 2 is missing, so even a perfect answer costs about ½.",
    asks="If P and Y are equal, what is |P ∩ Y| / (|P| + |Y|)?",
)
def forgets_the_two(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="The Dice score comes back instead of the loss, and training would make it small.",
    asks="Should a perfect answer give 1, or 0?",
)
def returns_the_score(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="A sigmoid stands in place of softmax: the classes do not compete.",
    asks="Each pixel belongs to exactly one class. What should its probabilities sum to?",
)
def takes_a_sigmoid(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.sigmoid() * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="The logits go in as they are; softmax is missing.",
    asks="Dice measures areas with probabilities. Where do the logits become probabilities?",
)
def forgets_softmax(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="Ignored pixels are taken out of the truth, but still count as predicted area.",
    asks="Which of the three sums may an ignored pixel be in?",
)
def masks_the_truth_only(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1)
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="Ignored pixels became class 0 for `one_hot`, and were counted as such.",
    asks="After they got another class, what has to happen before the sums?",
)
def counts_the_ignored_as_class_zero(
    logits, targets, smooth=1.0, per_image=True, ignore_index=-100
):
    known = torch.where(targets == ignore_index, 0, targets)
    truth = F.one_hot(known, logits.shape[1]).movedim(-1, 1)
    p = logits.softmax(dim=1)
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="One-hot gets the ignored label itself, which is no class, and stops.",
    asks="Which class can you give these pixels for the moment, so that a mask can take them out?",
)
def counts_ignored_labels_as_classes(
    logits, targets, smooth=1.0, per_image=True, ignore_index=-100
):
    truth = F.one_hot(targets, logits.shape[1]).movedim(-1, 1)
    p = logits.softmax(dim=1)
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="The areas are counted with argmax: no slope reaches the logits.",
    asks="By how much does argmax change when a logit grows by 0.001?",
)
def counts_with_argmax(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = F.one_hot(logits.argmax(dim=1), logits.shape[1]).movedim(-1, 1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="The probabilities are squared in the denominator, as in the V-Net paper; the formula "
    "here has plain sums.",
    asks="Which three sums stand in the formula of the exercise?",
)
def squares_the_areas(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / ((p**2).sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="The classes are summed together with the pixels, so the background hides the rest again.",
    asks="How many numbers should there be for each image before you take the mean?",
)
def sums_over_the_classes(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (1, 2, 3) if per_image else (0, 1, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="This is IoU (Jaccard), shared over union, instead of Dice.",
    asks="Is the shared area counted once or twice in |P| + |Y|?",
)
def computes_the_iou(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = (p * truth).sum(dim=axes)
    union = p.sum(dim=axes) + truth.sum(dim=axes) - shared
    return (1 - (shared + smooth) / (union + smooth)).mean()


@mistake(
    "09-dice",
    says="The class axis of one_hot still stands last: numbers of other pixels and classes meet.",
    asks="one_hot gives (N, H, W, K). What does `movedim(-1, 1)` do that a reshape doesn't?",
)
def reshapes_one_hot(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    p = logits.softmax(dim=1) * kept
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).reshape(p.shape) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    return (1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)).mean()


@mistake(
    "09-dice",
    says="Class 0, the background, is left out of the mean.",
    asks="The text takes the mean over images and classes. Which of them are missing in yours?",
)
def leaves_the_background_out(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    kept = (targets != ignore_index)[:, None]
    truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
    p = logits.softmax(dim=1) * kept
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth
    each = 1 - shared / (p.sum(dim=axes) + truth.sum(dim=axes) + smooth)
    return each[..., 1:].mean()


# 09-boxes ---------------------------------------------------------------------------------------


@mistake(
    "09-boxes",
    says="In iou_loss, widths and heights get + 1, a habit from times when corners were pixels.",
    asks="How wide is a box from x = 0.0 to x = 2.0?",
)
def adds_a_pixel(boxes1, boxes2):
    w = torch.minimum(boxes1[:, 2], boxes2[:, 2]) - torch.maximum(boxes1[:, 0], boxes2[:, 0]) + 1
    h = torch.minimum(boxes1[:, 3], boxes2[:, 3]) - torch.maximum(boxes1[:, 1], boxes2[:, 1]) + 1
    area1, area2 = ((b[:, 2] - b[:, 0] + 1) * (b[:, 3] - b[:, 1] + 1) for b in (boxes1, boxes2))
    shared = w.clamp(min=0) * h.clamp(min=0)
    return 1 - shared / (area1 + area2 - shared + 1e-7)


@mistake(
    "09-boxes",
    says="In iou_loss, the union counts what both boxes share twice.",
    asks="For two equal boxes: area 1 plus area 2 is how many times their union?",
)
def counts_the_shared_part_twice(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    sides = torch.minimum(boxes1[:, 2:], boxes2[:, 2:]) - torch.maximum(
        boxes1[:, :2], boxes2[:, :2]
    )
    return 1 - sides.clamp(min=0).prod(dim=1) / (area1 + area2 + 1e-7)


@mistake(
    "09-boxes",
    says="In iou_loss, the sides of the shared box are not clamped: two negative ones give a "
    "positive area.",
    asks="What are the sides of the shared box when one box lies far to the lower right?",
)
def lets_negative_sides_multiply(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    sides = torch.minimum(boxes1[:, 2:], boxes2[:, 2:]) - torch.maximum(
        boxes1[:, :2], boxes2[:, :2]
    )
    shared = sides.prod(dim=1)
    return 1 - shared / (area1 + area2 - shared + 1e-7)


@mistake(
    "09-boxes",
    says="In iou_loss, the product of the sides is clamped instead of each side: two negative "
    "sides still give a positive area.",
    asks="What is (−3) · (−4), and what does clamping at 0 do to it?",
)
def clamps_the_product(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    sides = torch.minimum(boxes1[:, 2:], boxes2[:, 2:]) - torch.maximum(
        boxes1[:, :2], boxes2[:, :2]
    )
    shared = sides.prod(dim=1).clamp(min=0)
    return 1 - shared / (area1 + area2 - shared + 1e-7)


@mistake(
    "09-boxes",
    says="In iou_loss, IoU itself comes back: training would push the boxes apart.",
    asks="Should two equal boxes give 1, or 0?",
)
def returns_the_iou(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    sides = torch.minimum(boxes1[:, 2:], boxes2[:, 2:]) - torch.maximum(
        boxes1[:, :2], boxes2[:, :2]
    )
    shared = sides.clamp(min=0).prod(dim=1)
    return shared / (area1 + area2 - shared + 1e-7)


@mistake(
    "09-boxes",
    says="In iou_loss, every box meets every other: (N, N) comes back instead of (N,).",
    asks="Which boxes belong together: all of them, or those in the same row?",
)
def compares_all_with_all(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=2)
    return 1 - shared / (area1[:, None] + area2 - shared + 1e-7)


@mistake(
    "09-boxes",
    says="In iou_loss, nothing is added to the denominator: boxes without area give 0/0 = NaN.",
    asks="What is the union of a point with itself?",
)
def divides_by_a_union_of_zero(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    sides = torch.minimum(boxes1[:, 2:], boxes2[:, 2:]) - torch.maximum(
        boxes1[:, :2], boxes2[:, :2]
    )
    shared = sides.clamp(min=0).prod(dim=1)
    return 1 - shared / (area1 + area2 - shared)


@mistake(
    "09-boxes",
    says="In iou_loss, areas are computed as x2 · y2: right only for boxes that begin at (0, 0).",
    asks="How wide is a box from x1 = 3 to x2 = 5?",
)
def multiplies_the_corners(boxes1, boxes2):
    area1, area2 = boxes1[:, 2:].prod(dim=1), boxes2[:, 2:].prod(dim=1)
    sides = torch.minimum(boxes1[:, 2:], boxes2[:, 2:]) - torch.maximum(
        boxes1[:, :2], boxes2[:, :2]
    )
    shared = sides.clamp(min=0).prod(dim=1)
    return 1 - shared / (area1 + area2 - shared + 1e-7)


@mistake(
    "09-boxes",
    function="giou_loss",
    says="In giou_loss, the union of the fine counts the shared part twice.",
    asks="area 1 + area 2: what is in there twice?",
)
def fines_with_the_sum_of_areas(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1, corner2 = (
        torch.maximum(boxes1[:, :2], boxes2[:, :2]),
        torch.minimum(boxes1[:, 2:], boxes2[:, 2:]),
    )
    shared = (corner2 - corner1).clamp(min=0).prod(dim=1)
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    around, both = outer.prod(dim=1), area1 + area2
    return 1 - shared / (both - shared + 1e-7) + (around - both) / (around + 1e-7)


@mistake(
    "09-boxes",
    function="giou_loss",
    says="In giou_loss, the fine divides by the union instead of by the box around both.",
    asks="The fine is a share of the box around both. By what do you divide then?",
)
def fines_by_the_union(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1, corner2 = (
        torch.maximum(boxes1[:, :2], boxes2[:, :2]),
        torch.minimum(boxes1[:, 2:], boxes2[:, 2:]),
    )
    shared = (corner2 - corner1).clamp(min=0).prod(dim=1)
    union = area1 + area2 - shared
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    return 1 - shared / (union + 1e-7) + (outer.prod(dim=1) - union) / (union + 1e-7)


@mistake(
    "09-boxes",
    function="giou_loss",
    says="In giou_loss, the fine has the wrong sign: boxes far apart get a lower loss.",
    asks="Should the loss grow or fall when two boxes move apart?",
)
def rewards_distance(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1, corner2 = (
        torch.maximum(boxes1[:, :2], boxes2[:, :2]),
        torch.minimum(boxes1[:, 2:], boxes2[:, 2:]),
    )
    shared = (corner2 - corner1).clamp(min=0).prod(dim=1)
    union = area1 + area2 - shared
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    around = outer.prod(dim=1)
    return 1 - shared / (union + 1e-7) - (around - union) / (around + 1e-7)


@mistake(
    "09-boxes",
    function="giou_loss",
    says="In giou_loss, GIoU itself comes back instead of 1 − GIoU.",
    asks="Should two equal boxes give 1, or 0?",
)
def returns_the_giou(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1, corner2 = (
        torch.maximum(boxes1[:, :2], boxes2[:, :2]),
        torch.minimum(boxes1[:, 2:], boxes2[:, 2:]),
    )
    shared = (corner2 - corner1).clamp(min=0).prod(dim=1)
    union = area1 + area2 - shared
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    around = outer.prod(dim=1)
    return shared / (union + 1e-7) - (around - union) / (around + 1e-7)


@mistake(
    "09-boxes",
    function="giou_loss",
    says="In giou_loss, the fine is the share of the box around both that the union *does* cover.",
    asks="For two equal boxes nothing around them is empty. What is your fine?",
)
def fines_the_covered_part(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1, corner2 = (
        torch.maximum(boxes1[:, :2], boxes2[:, :2]),
        torch.minimum(boxes1[:, 2:], boxes2[:, 2:]),
    )
    shared = (corner2 - corner1).clamp(min=0).prod(dim=1)
    union = area1 + area2 - shared
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    return 1 - shared / (union + 1e-7) + union / (outer.prod(dim=1) + 1e-7)


@mistake(
    "09-boxes",
    function="giou_loss",
    says="In giou_loss, the fine takes away only the shared part from the box around both, not the "
    "union.",
    asks="The fine is for what *neither* box covers. Which area do both cover together?",
)
def fines_all_but_the_shared_part(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, :2], boxes2[:, :2])
    corner2 = torch.minimum(boxes1[:, 2:], boxes2[:, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=1)
    union = area1 + area2 - shared
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    around = outer.prod(dim=1)
    return 1 - shared / (union + 1e-7) + (around - shared) / (around + 1e-7)


@mistake(
    "09-boxes",
    function="giou_loss",
    says="In giou_loss, GIoU is cut off at 0, so that boxes apart lie on a plateau again.",
    asks="Between which two numbers may GIoU lie, and what is it for boxes far apart?",
)
def cuts_giou_off(boxes1, boxes2):
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, :2], boxes2[:, :2])
    corner2 = torch.minimum(boxes1[:, 2:], boxes2[:, 2:])
    shared = (corner2 - corner1).clamp(min=0).prod(dim=1)
    union = area1 + area2 - shared
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    around = outer.prod(dim=1)
    giou = shared / (union + 1e-7) - (around - union) / (around + 1e-7)
    return 1 - giou.clamp(min=0)


# 09-boundary ------------------------------------------------------------------------------------


@mistake(
    "09-boundary",
    says="In boundary_weights, the edge of the image counts as a boundary: it was padded with "
    "zeros.",
    asks="With what do you pad so that the padding is never the smallest or the largest?",
)
def takes_the_frame_for_a_boundary(target, width, weight):
    padded = F.pad(target.float(), (width,) * 4)
    largest = F.max_pool2d(padded, 2 * width + 1, stride=1)
    smallest = -F.max_pool2d(-padded, 2 * width + 1, stride=1)
    return torch.where(largest != smallest, float(weight), 1.0)


@mistake(
    "09-boundary",
    says="In boundary_weights, only the side with the smaller label is marked.",
    asks="Row 0 0 0 1 1: does the fourth pixel have a different label nearby, too?",
)
def marks_the_lower_side(target, width, weight):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    return torch.where(largest != labels, float(weight), 1.0)


@mistake(
    "09-boundary",
    says="In boundary_weights, only the side with the larger label is marked.",
    asks="Row 0 0 0 1 1: does the third pixel have a different label nearby, too?",
)
def marks_the_upper_side(target, width, weight):
    labels = target.float()
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    return torch.where(smallest != labels, float(weight), 1.0)


@mistake(
    "09-boundary",
    says="In boundary_weights, the window is always 3 wide; the argument width is not used.",
    asks="How wide is the square around a pixel that reaches `width` pixels to each side?",
)
def has_a_fixed_window(target, width, weight):
    labels = target.float()
    largest = F.max_pool2d(labels, 3, stride=1, padding=1)
    smallest = -F.max_pool2d(-labels, 3, stride=1, padding=1)
    return torch.where(largest != smallest, float(weight), 1.0)


@mistake(
    "09-boundary",
    says="In boundary_weights, weight is added to 1 instead of taking its place.",
    asks="For a weight of 5: should a pixel at the boundary count 5 or 6 times?",
)
def adds_the_weight(target, width, weight):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    return 1 + weight * (largest != smallest).float()


@mistake(
    "09-boundary",
    says="In boundary_weights, pixels away from boundaries get 0 and are never learned.",
    asks="What should the inside of a segment count?",
)
def forgets_the_inside(target, width, weight):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    return weight * (largest != smallest).float()


@mistake(
    "09-boundary",
    says="In boundary_weights, only neighbours in the row and the column are looked at, not the "
    "corners of the square.",
    asks="Does a pixel touch a segment that lies diagonally beside it?",
)
def misses_the_corners(target, width, weight):
    labels = target.float()
    near = torch.zeros_like(labels, dtype=torch.bool)
    for window in ((1, 2 * width + 1), (2 * width + 1, 1)):
        around = (window[0] // 2, window[1] // 2)
        largest = F.max_pool2d(labels, window, stride=1, padding=around)
        near |= largest != -F.max_pool2d(-labels, window, stride=1, padding=around)
    return torch.where(near, float(weight), 1.0)


@mistake(
    "09-boundary",
    says="In boundary_weights, a pixel is compared with its left and upper neighbour only.",
    asks="Row 0 0 0 1 1: which pixels have a different label beside them, the third one, too?",
)
def compares_with_two_neighbours(target, width, weight):
    near = torch.zeros(target.shape, dtype=torch.bool, device=target.device)
    near[:, :, 1:] |= target[:, :, 1:] != target[:, :, :-1]
    near[:, 1:] |= target[:, 1:] != target[:, :-1]
    return torch.where(near, float(weight), 1.0)


@mistake(
    "09-boundary",
    says="In boundary_weights, the window is `width` wide instead of reaching `width` pixels to "
    "each side.",
    asks="How many pixels has a row that goes from 2 to the left of a pixel to 2 to its right?",
)
def takes_the_width_for_the_window(target, width, weight):
    labels = target.float()
    largest = F.max_pool2d(labels, width, stride=1, padding=width // 2)
    smallest = -F.max_pool2d(-labels, width, stride=1, padding=width // 2)
    return torch.where(largest != smallest, float(weight), 1.0)


@mistake(
    "09-boundary",
    function="boundary_loss",
    says="In boundary_loss, the sum is divided by the number of pixels instead of by the sum of "
    "the weights.",
    asks="If all weights are 5, should the loss be five times as large?",
)
def divides_by_the_pixels(logits, target, width=1, weight=5.0):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    weights = torch.where(largest != smallest, float(weight), 1.0)
    return (weights * F.cross_entropy(logits, target, reduction="none")).mean()


@mistake(
    "09-boundary",
    function="boundary_loss",
    says="In boundary_loss, the loss of each pixel was averaged first, so the weights cancel.",
    asks="Which reduction gives one loss for each pixel?",
)
def averages_before_weighting(logits, target, width=1, weight=5.0):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    weights = torch.where(largest != smallest, float(weight), 1.0)
    return (weights * F.cross_entropy(logits, target)).sum() / weights.sum()


@mistake(
    "09-boundary",
    function="boundary_loss",
    says="In boundary_loss, the boundaries of the prediction's argmax are compared; no slope "
    "reaches the logits.",
    asks="By how much does argmax change when a logit grows by 0.001?",
)
def compares_predicted_boundaries(logits, target, width=1, weight=5.0):
    edges = []
    for labels in (logits.argmax(dim=1).float(), target.float()):
        largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
        smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
        edges.append((largest != smallest).float())
    return weight * (edges[0] - edges[1]).abs().mean()


@mistake(
    "09-boundary",
    function="boundary_loss",
    says="In boundary_loss, softmax runs before `F.cross_entropy`, which has one inside.",
    asks="What does `F.cross_entropy` take: probabilities, or logits?",
)
def applies_softmax_before_cross_entropy(logits, target, width=1, weight=5.0):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    weights = torch.where(largest != smallest, float(weight), 1.0)
    each = F.cross_entropy(logits.softmax(dim=1), target, reduction="none")
    return (weights * each).sum() / weights.sum()


@mistake(
    "09-boundary",
    says="In boundary_weights, the window jumps by its own width: torch's pooling does, unless "
    "told otherwise.",
    asks="One weight for each pixel: how far may the window move at a time?",
)
def jumps_with_the_window(target, width, weight):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, padding=width)
    return torch.where(largest != smallest, float(weight), 1.0)


@mistake(
    "09-boundary",
    says="In boundary_weights, nothing is padded, so that the edge of the image is lost.",
    asks="A window of 2·width + 1 in a row of W pixels: how many places has it without padding?",
)
def loses_the_edge(target, width, weight):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1)
    return torch.where(largest != smallest, float(weight), 1.0)


# 09-combined ------------------------------------------------------------------------------------


@mistake(
    "09-combined",
    says="The weights are exchanged: λ multiplies the cross-entropy.",
    asks="Which loss should be left for λ = 1?",
)
class exchanges_the_weights(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, ignore_index=self.ignore_index)
        return self.dice_weight * entropy + (1 - self.dice_weight) * dice


@mistake(
    "09-combined",
    says="Cross-entropy keeps its full weight; only Dice is multiplied by λ.",
    asks="Which loss should be left for λ = 1?",
)
class keeps_cross_entropy_in_full(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, ignore_index=self.ignore_index)
        return entropy + self.dice_weight * dice


@mistake(
    "09-combined",
    says="Both losses are added without weights; λ is not used.",
    asks="Where does `dice_weight` come in?",
)
class adds_without_weights(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.ignore_index = ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        return entropy + dice_loss(logits, targets, ignore_index=self.ignore_index)


@mistake(
    "09-combined",
    says="The ignored pixels are left out of cross-entropy only; Dice is not told about them.",
    asks="Which argument does `dice_loss` need so that 255 is no class?",
)
class ignores_in_cross_entropy_only(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        labels = targets.where(targets != self.ignore_index, 0)
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice_loss(logits, labels)


@mistake(
    "09-combined",
    says="A batch in which every pixel is ignored gives NaN, the mean of nothing.",
    asks="What does one NaN do to the weights at the next step?",
)
class averages_nothing(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, ignore_index=self.ignore_index)
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice


@mistake(
    "09-combined",
    says="A batch in which every pixel is ignored gives a 0 that is cut off from the logits, so "
    "`backward` stops with an error.",
    asks="How can a 0 be made of the logits, so that it has a slope (of 0)?",
)
class returns_a_loose_zero(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return torch.zeros((), device=logits.device)
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, ignore_index=self.ignore_index)
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice


@mistake(
    "09-combined",
    says="The Dice part is taken with `.item()`: it shows in the value, but has no slope.",
    asks="What does `.item()` leave of a tensor's place in the graph?",
)
class cuts_dice_off(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, ignore_index=self.ignore_index).item()
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice


@mistake(
    "09-combined",
    says="Softmax runs before both losses, which have one inside.",
    asks="What do cross-entropy and your Dice take: probabilities, or logits?",
)
class applies_softmax_first(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        p = logits.softmax(dim=1)
        entropy = F.cross_entropy(p, targets, ignore_index=self.ignore_index)
        dice = dice_loss(p, targets, ignore_index=self.ignore_index)
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice


@mistake(
    "09-combined",
    says="Dice is summed over the whole batch instead of per image.",
    asks="Which default does `per_image` have, and which value do you pass?",
)
class sums_dice_over_the_batch(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, per_image=False, ignore_index=self.ignore_index)
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice


@mistake(
    "09-combined",
    says="Softmax runs before cross-entropy, which has one inside.",
    asks="Does F.cross_entropy take probabilities, or logits?",
)
class applies_softmax_before_the_entropy(nn.Module):  # noqa: N801
    def __init__(self, dice_weight=0.5, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index

    def forward(self, logits, targets):
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        p = logits.softmax(dim=1)
        entropy = F.cross_entropy(p, targets, ignore_index=self.ignore_index)
        dice = dice_loss(logits, targets, ignore_index=self.ignore_index)
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice


# 09-numbers -------------------------------------------------------------------------------------


@slip(
    "09-numbers",
    says="That is a logarithm to base 10; losses use the natural one.",
    asks="Which logarithm is Python's `math.log`?",
)
def takes_the_decimal_logarithm(mine):
    return {"surprise": -math.log10(mine["surprise"]["p"])}


@slip(
    "09-numbers",
    says="The missing probability is taken for the loss; it has no logarithm.",
    asks="What would a network lose that gives 0 to what happened: 1, or without a limit?",
)
def loses_what_is_missing(mine):
    return {"surprise": 1 - mine["surprise"]["p"]}


@slip(
    "09-numbers",
    says="That is the slope of −log along the probability, not along the logit.",
    asks="By what does the chain rule multiply it on the way from p to z?",
)
def stays_at_the_probability(mine):
    p, target = mine["slope"]["p"], mine["slope"]["target"]
    return {"slope": -1 / p if target else 1 / (1 - p)}


@slip(
    "09-numbers",
    says="The sign is wrong: that is the push, target minus p.",
    asks="If the truth is yes, does the loss rise or fall when z grows?",
)
def gives_the_push(mine):
    return {"slope": mine["slope"]["target"] - mine["slope"]["p"]}


@slip(
    "09-numbers",
    says="The factor grows with the probability: it fades what is hard.",
    asks="Which examples should the focal loss fade?",
)
def fades_what_is_hard(mine):
    return {"factor": mine["factor"]["p"] ** mine["factor"]["gamma"]}


@slip(
    "09-numbers",
    says="What is missing is multiplied by γ; γ is its power.",
    asks="At pₜ = 0.9 and γ = 2, is the factor 0.2 or 0.01?",
)
def takes_gamma_times(mine):
    return {"factor": (1 - mine["factor"]["p"]) * mine["factor"]["gamma"]}


@slip(
    "09-numbers",
    says="That is the IoU of the two sets: shared over union.",
    asks="Which of the two counts the shared pixels twice?",
)
def takes_the_iou_of_the_sets(mine):
    sets = mine["dice"]
    return {"dice": sets["shared"] / (sets["predicted"] + sets["true"] - sets["shared"])}


@slip(
    "09-numbers",
    says="The factor of 2 is missing; two equal sets would get ½.",
    asks="What should Dice be when prediction and truth agree?",
)
def leaves_the_two_out(mine):
    sets = mine["dice"]
    return {"dice": sets["shared"] / (sets["predicted"] + sets["true"])}


@slip(
    "09-numbers",
    says="The shared area is divided by the sum of both areas, so it is counted twice.",
    asks="What would two equal boxes get?",
)
def divides_by_both_areas(mine):
    (left, top, right, bottom), box2 = mine["iou"].values()
    width, height = min(right, box2[2]) - box2[0], min(bottom, box2[3]) - box2[1]
    areas = (right - left) * (bottom - top) + (box2[2] - box2[0]) * (box2[3] - box2[1])
    return {"iou": width * height / areas}


@slip(
    "09-numbers",
    says="The weighted sum is divided by the number of pixels, not by their weights.",
    asks="If both pixels cost 1, what should the mean be?",
)
def divides_by_the_count(mine):
    first, second, _ = mine["mean"]["costs"]
    weight1, weight2 = mine["mean"]["weights"]
    return {"mean": (weight1 * first + weight2 * second) / 2}


@slip(
    "09-numbers",
    says="The ignored pixel is averaged along, with its weight of 1.",
    asks="Does the mean change when the cost of the third pixel does?",
)
def averages_the_ignored_along(mine):
    first, second, third = mine["mean"]["costs"]
    weight1, weight2 = mine["mean"]["weights"]
    return {"mean": (weight1 * first + weight2 * second + third) / (weight1 + weight2 + 1)}


# 09-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "09-bug-hunt",
    says="The argmax is still there, so the loss is as flat as before.",
    asks="By how much does argmax change when a logit grows by 0.001?",
)
def keeps_the_argmax(logits, target, weights):
    wrong = (logits.argmax(dim=1) != target).float()
    return (weights * wrong).sum() / weights.sum()


@mistake(
    "09-bug-hunt",
    says="The probability of the *right* class is measured, which training would make small.",
    asks="Should a certain and right answer give 1, or 0?",
)
def measures_what_is_right(logits, target, weights):
    right = logits.softmax(dim=1).gather(1, target[:, None])[:, 0]
    return (weights * right).sum() / weights.sum()


@mistake(
    "09-bug-hunt",
    says="This is weighted cross-entropy: it has a slope, but measures −log p instead of 1 − p.",
    asks="The text asks for the probability that goes to wrong classes. How large can it be?",
)
def takes_cross_entropy(logits, target, weights):
    return (weights * F.cross_entropy(logits, target, reduction="none")).sum() / weights.sum()


@mistake(
    "09-bug-hunt",
    says="The sum is divided by the number of pixels instead of by the sum of the weights.",
    asks="What did the last line divide by before you came?",
)
def takes_the_plain_mean(logits, target, weights):
    right = logits.softmax(dim=1).gather(1, target[:, None])[:, 0]
    return (weights * (1 - right)).mean()


@mistake(
    "09-bug-hunt",
    says="The largest probability is taken, whichever class it belongs to.",
    asks="Where does `target` come in?",
)
def takes_the_largest_probability(logits, target, weights):
    best = logits.softmax(dim=1).amax(dim=1)
    return (weights * (1 - best)).sum() / weights.sum()


@mistake(
    "09-bug-hunt",
    says="Every error is counted twice: what the right class lacks, and what the wrong ones got.",
    asks="Two classes with equal logits should give 0.5. What do you get?",
)
def counts_every_error_twice(logits, target, weights):
    hot = F.one_hot(target, logits.shape[1]).movedim(-1, 1)
    wrong = (logits.softmax(dim=1) - hot).abs().sum(dim=1)
    return (weights * wrong).sum() / weights.sum()


@mistake(
    "09-bug-hunt",
    says="Logits are used where probabilities were asked for.",
    asks="Between which two numbers must the result lie?",
)
def forgets_the_softmax(logits, target, weights):
    right = logits.gather(1, target[:, None])[:, 0]
    return (weights * (1 - right)).sum() / weights.sum()


@mistake(
    "09-bug-hunt",
    says="The axis of size 1 is left from gather: all images meet the weights of all images.",
    asks="Which shape has `p.gather(1, target[:, None])`, and which the weights?",
)
def keeps_the_axis_of_gather(logits, target, weights):
    right = logits.softmax(dim=1).gather(1, target[:, None])
    return (weights * (1 - right)).sum() / weights.sum()


mistaken_values(
    "09-bug-hunt",
    "blames_the_comparison",
    says="The comparison is named; it is flat, too, but what it gets has already lost its slope.",
    asks="Which line is the first to turn smooth numbers into whole ones?",
    bug_line=3,
)
mistaken_values(
    "09-bug-hunt",
    "blames_the_mean",
    says="The line with the weighted mean is named; it does what it should.",
    asks="Which line is the first to turn smooth numbers into whole ones?",
    bug_line=4,
)
mistaken_values(
    "09-bug-hunt",
    "suspects_the_denominator",
    says="The denominator is named as the cause; a weighted mean does divide by its weights.",
    asks="Would another denominator bring a slope back?",
    why="A",
)
mistaken_values(
    "09-bug-hunt",
    "wants_one_hot_targets",
    says="The form of the targets is named as the cause.",
    asks="Would one-hot targets bring a slope back?",
    why="B",
)
mistaken_values(
    "09-bug-hunt",
    "wants_softmax_before_argmax",
    says="A missing softmax is named as the cause, but it keeps the order, and argmax sees only "
    "that.",
    asks="Does argmax of softmax have a slope?",
    why="C",
)
