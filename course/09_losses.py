# %% [markdown] session="09_losses" minutes=165
# # 09 · Losses
#
# A network learns whatever its loss rewards, and nothing else. It cannot see your intention, only
# one number and its slope. Most silent failures in training sit in that number.
#
# **You will be able to**
#
# - write the losses of classification, segmentation and detection, with gradients that never break,
# - say what each loss pushes on, and how hard,
# - handle rare classes without fooling yourself,
# - see from the code that a loss cannot teach anything.
#
# **Time:** about 165 minutes, 40 points. Take a break after exercise 5.
#
# **Predictions:** put a letter in place of the question mark *before* you run the experiment.

# %% setup=true
import math

import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn

from cvlib import check, data, imbalance_task, losses, plots, segment_task, widgets
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your
from cvlib.line_plots import show_lines

torch.set_num_threads(1)  # for tensors as small as these, one thread is faster than several

# %%
quiz("09-recall")

# %% [markdown]
# ## A loss is a bet
#
# A network bets: 80 % cat. If it is a cat, the bet is worth 0.8; if not, 0.2. Over many pictures
# these numbers multiply: the product is the **likelihood** of the data. Training makes it large.
#
# The product of 1,000 bets of 0.9 is 0 in `float32`: too small to hold. So take logarithms, which
# turn a product into a sum, and a minus sign, so that less is better: **−log of the probability
# that was given to what happened**. Bet on yes or no, and it is *binary cross-entropy*. Bet on one
# of K classes: *negative log-likelihood*, or categorical cross-entropy. Bet on a number with normal
# errors: the squared error.

# %%
bets = torch.full((1000,), 0.9)  # (1000,): every single one of them a good bet
print("likelihood, the product: ", bets.prod().item())
print("−log likelihood, the sum:", round(-bets.log().sum().item(), 2))
print("surprise per picture:    ", round(-bets.log().mean().item(), 4))
# You write `bce_with_logits` next. It never takes the logarithm of a probability.
predict("09-dead-gradient", "?")

# %% [markdown] exercise="09-bce" difficulty=2 minutes=14
# ## Exercise 1 · Yes or no
#
# A *logit* z is the score before the sigmoid: σ(z) is the probability of yes, σ(−z) that of no. The
# loss for a target t is
# $\;-\,[\,w\,t\,\log\sigma(z) + (1-t)\log\sigma(-z)\,]$
#
# **Write** `bce_with_logits(logits, targets, pos_weight=None, reduction="mean")`. `pos_weight`, w,
# makes positives count more; None is 1. `reduction` is `"mean"` (over all elements), `"sum"` or
# `"none"`. Targets may lie between 0 and 1. Torch's own is switched off; `F.logsigmoid` is yours.
#
# - *By hand:* z = 0 costs log 2 = 0.693, whatever the target.
# - *Edge case:* z = ±1000 must give finite values *and* slopes: never take `log` of a sigmoid.
# - (N, 1) and (N,) would broadcast to (N, N), silently. Different shapes, or another reduction:
#   `ValueError`.


# %% solution="09-bce"
def bce_with_logits(
    logits: Tensor, targets: Tensor, pos_weight: Tensor | None = None, reduction: str = "mean"
) -> Tensor:
    """Binary cross-entropy of logits (any shape) and targets (the same shape, 0 to 1)."""
    ### BEGIN SOLUTION
    if logits.shape != targets.shape:
        raise ValueError(f"targets must be {tuple(logits.shape)}, got {tuple(targets.shape)}")
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction must be mean, sum or none, got {reduction!r}")
    weight = 1 if pos_weight is None else pos_weight
    each = -weight * targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)
    if reduction == "none":
        return each
    return each.mean() if reduction == "mean" else each.sum()
    ### END SOLUTION


# %% check="09-bce" points=1
z, t = torch.tensor([0.5, 2.0, -3.0]), torch.tensor([1.0, 0.0, 0.0])
far, soft = torch.tensor([-1000.0, 1000.0]), torch.tensor([0.7, 0.0, 1.0])
how = {"exercise": "09-bce", "gradients": True, "forbid": ("binary_cross_entropy",)}
for cases in (
    [check.case(z, t), check.case(z, soft, reduction="none"), check.case(far, t[:2])],
    [check.case(z[:, None], t)],  # different shapes
):
    check.function(bce_with_logits, like=losses.bce_with_logits, cases=cases, **how)

# %% hidden="09-bce" points=2
r = check.inputs()
z, t = r.normal(4, 3), r.integers(0, 2, 4, 3)
t[0, 0], t[0, 1] = 1, 0
far, soft = torch.tensor([-1000.0, -40, 40, 1000]), torch.tensor([1.0, 0.3, 0, 0])
cases = [
    check.case(z, t),
    check.case(z, t, pos_weight=torch.tensor([5.0, 1.0, 0.5])),
    check.case(z, t, torch.tensor(3.0), "sum"),
    check.case(far, soft, reduction="none"),
    check.case(r.normal(2, 2, 3), r.uniform(2, 2, 3)),
    check.case(3 * z, t, pos_weight=torch.tensor(9.0), reduction="none"),
    check.case(r.normal(5, 1), r.integers(0, 2, 5)),
    check.case(z, t, reduction="average"),
]
how = {"exercise": "09-bce", "gradients": True, "forbid": ("binary_cross_entropy",)}
check.function(bce_with_logits, like=losses.bce_with_logits, cases=cases, points=2, **how)

# %% [markdown] hints="09-bce"
# 1. Which probability did the network give to *what happened* when t = 1? And when t = 0?
# 2. Write the loss of a yes with `F.logsigmoid(logits)` and that of a no with
#    `F.logsigmoid(-logits)`. `targets` and `1 - targets` choose between them.
# 3. `-weight * targets * F.logsigmoid(logits) - (1 - targets) * F.logsigmoid(-logits)`, then
#    `.mean()`, `.sum()` or nothing. Raise before you compute.

# %%
ways = {"log(σ(z).clamp(1e-7))": lambda z: -torch.log(torch.sigmoid(z).clamp(min=1e-7))}
with uses_your("bce_with_logits"):
    ways["your bce_with_logits"] = lambda z: bce_with_logits(z, torch.ones_like(z))
    for name, loss_of in ways.items():
        z = torch.tensor(-20.0, requires_grad=True)
        loss = loss_of(z)
        loss.backward()
        print(f"{name:22} loss {loss.item():6.2f}   slope {z.grad.item():5.2f}")
explain("09-dead-gradient")
# Label smoothing, ε = 0.1: the targets of ten classes are 0.91 and nine times 0.01, not 1 and 0.
predict("09-smoothed-floor", "?")

# %% [markdown] exercise="09-cross-entropy" difficulty=3 minutes=20
# ## Exercise 2 · One of K
#
# **Write** `cross_entropy(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0)`,
# equal to torch's: logits (N, K, …), targets (N, …), the mean comes back. `F.log_softmax` is yours.
#
# 1. *Surprise* of a class: −log softmax, along axis 1.
# 2. Smoothing ε, against certainty: (1 − ε) · the right class's surprise + ε · the mean of all K.
# 3. `weight` (K,) multiplies each class's surprise, in both parts of step 2. Divide the sum by the
#    weights of the *right* classes, added up.
# 4. Targets equal to `ignore_index` count neither above nor below that line.
#
# - *By hand:* equal logits cost log K, smoothed or not.
# - *Edge case:* `ignore_index=255` is no class: leave it out before you index. Everything ignored:
#   NaN, as in torch.


# %% solution="09-cross-entropy"
def cross_entropy(
    logits: Tensor,
    targets: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
) -> Tensor:
    """Mean cross-entropy of logits (N, K, …) and class numbers (N, …): one number."""
    ### BEGIN SOLUTION
    weight = logits.new_ones(logits.shape[1]) if weight is None else weight
    surprise = -F.log_softmax(logits, dim=1).movedim(1, -1)  # (N, …, K)
    kept = targets != ignore_index  # (N, …)
    surprise, right = surprise[kept], targets[kept]  # (M, K), (M,)
    of_right = weight[right] * surprise.gather(1, right[:, None])[:, 0]  # (M,)
    of_all = (weight * surprise).mean(dim=1)  # (M,)
    each = (1 - label_smoothing) * of_right + label_smoothing * of_all
    return each.sum() / weight[right].sum()
    ### END SOLUTION


# %% check="09-cross-entropy" points=1
z = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 3.0], [1.0, 1.0, 0.0]])
t = torch.tensor([0, 1, -100])
how = {"exercise": "09-cross-entropy", "gradients": True, "forbid": ("cross_entropy",)}
for cases in (  # one option after the other
    [check.case(z[:2], t[:2]), check.case(z, t)],
    [check.case(z, t, label_smoothing=0.3)],
    [check.case(z, t, torch.tensor([1.0, 4.0, 0.5]))],
):
    check.function(cross_entropy, like=losses.cross_entropy, cases=cases, **how)

# %% hidden="09-cross-entropy" points=3
r = check.inputs()
z, t = r.normal(5, 4), r.integers(0, 4, 5, dtype=torch.long)
maps, labels = r.normal(2, 3, 3, 4), r.integers(0, 3, 2, 3, 4, dtype=torch.long)
labels[:, 0], labels[:, 1, 0] = 255, 1
weight = torch.tensor([0.5, 3.0, 1.0, 2.0])
t[:3] = torch.tensor([1, 0, 3])
cases = [
    check.case(z, t),
    check.case(maps, labels, ignore_index=255),
    check.case(z, t, weight),
    check.case(z, t, weight, 3, 0.2),
    check.case(1000 * z, t, label_smoothing=0.1),
]
how = {"exercise": "09-cross-entropy", "gradients": True, "forbid": ("cross_entropy",)}
check.function(cross_entropy, like=losses.cross_entropy, cases=cases, points=3, **how)

# %% [markdown] hints="09-cross-entropy"
# 1. Begin with (N, K) and no options: which entry of each row of `F.log_softmax` do you need?
#    Add one option at a time, and run the test after each.
# 2. `movedim(1, -1)` brings the classes of (N, K, H, W) to the end. Then a mask
#    `kept = targets != ignore_index` picks rows (M, K) and labels (M,) for any shape.
# 3. `surprise.gather(1, right[:, None])[:, 0]` is the right class's surprise. Multiply by
#    `weight[right]`; the other part is `(weight * surprise).mean(dim=1)`. Divide the sum by
#    `weight[right].sum()`.

# %%
sureness = torch.linspace(0, 12, 121)  # (121,): lead of the right logit over nine others
rows = torch.cat([sureness[:, None], torch.zeros(121, 9)], dim=1)  # (121, 10)
with uses_your("cross_entropy"):
    right = torch.tensor([0])
    curves = {"ε = 0": [cross_entropy(row[None], right).item() for row in rows]}
    for epsilon in (0.1, 0.3):
        costs = [cross_entropy(row[None], right, label_smoothing=epsilon).item() for row in rows]
        curves[f"ε = {epsilon}"] = costs
        best = sureness[costs.index(min(costs))]
        print(f"ε = {epsilon}: lowest {min(costs):.3f}, at a lead of {best:.1f}")
    show_lines(curves, sureness, xlabel="lead of the right logit", ylabel="loss")
explain("09-smoothed-floor")
predict("09-sure-and-wrong", "?")

# %% [markdown] exercise="09-gradients" difficulty=2 minutes=14
# ## Exercise 3 · What the network feels
#
# A network never sees the loss, only its slope. Let the target be 1 and p = σ(z). By the chain
# rule, the slope along z is the slope along p, times p(1 − p).
#
# **Write** `gradient_wrt_logit(loss_name, p)`, ∂loss/∂z in closed form, without autograd:
#
# | name | loss |
# |---|---|
# | `"bce"` | −log p |
# | `"smoothed"` | −0.95 log p − 0.05 log(1 − p) |
# | `"focal"` | −(1 − p)² log p |
# | `"mse"` | (1 − p)² |
# | `"mae"` | 1 − p |
# | `"dice"` | 1 − 2p/(p + 1) |
#
# - *By hand:* bce: −1/p · p(1 − p) = p − 1.
# - *Edge case:* p = 0 and p = 1 are allowed: shorten fractions first, and `torch.xlogy(p, p)` is
#   p log p with 0 at 0. Another name: `ValueError`.


# %% solution="09-gradients"
def gradient_wrt_logit(loss_name: str, p: Tensor) -> Tensor:
    """Slope of a loss along the logit z, where p = σ(z) and the target is 1; same shape as p."""
    ### BEGIN SOLUTION
    slopes = {
        "bce": p - 1,
        "smoothed": p - 0.95,
        "focal": (1 - p) ** 2 * (2 * torch.xlogy(p, p) - (1 - p)),
        "mse": -2 * (1 - p) * p * (1 - p),
        "mae": -p * (1 - p),
        "dice": -2 / (p + 1) ** 2 * p * (1 - p),
    }
    if loss_name not in slopes:
        raise ValueError(f"loss_name must be one of {', '.join(slopes)}, got {loss_name!r}")
    return slopes[loss_name]
    ### END SOLUTION


# %% check="09-gradients" points=1
p = torch.tensor([0.0, 0.25, 0.5, 1.0])
check.function(
    gradient_wrt_logit,
    like=losses.gradient_wrt_logit,
    exercise="09-gradients",
    cases=[check.case(name, p) for name in ("bce", "mse", "focal")],
)

# %% hidden="09-gradients" points=2
r = check.inputs()
p = torch.cat([r.uniform(6), torch.tensor([0.0, 1.0])])
check.function(
    gradient_wrt_logit,
    like=losses.gradient_wrt_logit,
    exercise="09-gradients",
    points=2,
    cases=[check.case(name, p) for name in (*losses.LOSS_NAMES, "hinge")],
)

# %% [markdown] hints="09-gradients"
# 1. Differentiate each loss along p on paper first. For the focal one you need the product rule:
#    both (1 − p)² and log p move with p.
# 2. Then multiply by p(1 − p), and cancel: 1/p · p(1 − p) = 1 − p. For `smoothed`:
#    −0.95(1 − p) + 0.05p.
# 3. focal: (1 − p)²(2p log p − (1 − p)). dice: the slope along p is −2/(p + 1)². mse: −2(1 − p),
#    times p(1 − p).

# %%
p = torch.linspace(0.001, 0.999, 200)  # (200,)
with uses_your("gradient_wrt_logit"):
    curves = {name: -gradient_wrt_logit(name, p) for name in losses.LOSS_NAMES}
    show_lines(curves, p, xlabel="p, where the truth is yes", ylabel="push, −∂loss/∂z")
    pushes = {name: -gradient_wrt_logit(name, p[:1]).item() for name in losses.LOSS_NAMES}
    print("push at p = 0.001:", {name: round(push, 4) for name, push in pushes.items()})
    z = torch.linspace(-9, 9, 50, requires_grad=True)
    loss = torchvision.ops.sigmoid_focal_loss(z, torch.ones(50), alpha=-1).sum()
    apart = (torch.autograd.grad(loss, z)[0] - gradient_wrt_logit("focal", z.sigmoid())).abs().max()
    print(f"your focal slope and autograd's differ by at most {apart:.0e}")
explain("09-sure-and-wrong")
# Slide p. Which losses fall silent where the network is sure and wrong?
widgets.LossExplorer()

# %% [markdown] exercise="09-focal" difficulty=2 minutes=10
# ## Exercise 4 · Let easy answers fade
#
# A detector judges 100,000 boxes, and ten hold an object. Each of the others costs almost nothing,
# but they are many. The **focal loss** fades what is easy:
#
# $$\alpha_t\,(1-p_t)^\gamma\,(-\log p_t)$$
#
# $p_t$ is the probability given to what happened; $\alpha_t$ is α for positives, 1 − α for
# negatives. A *negative* α switches it off.
#
# **Write** `focal_loss(logits, targets, alpha=0.25, gamma=2.0)`: one number for each logit, no
# mean. `F.logsigmoid` is yours.
#
# - *By hand:* at pₜ = 0.9 the factor is 0.1² = 1/100.
# - *Edge case:* γ = 0, α = −1 is plain cross-entropy. Soft targets: 1 − pₜ is
#   t(1 − p) + (1 − t)p.
# - Some *detach* the factor: same values, half the push at p = 0.3. The test accepts both.


# %% solution="09-focal"
def focal_loss(logits: Tensor, targets: Tensor, alpha: float = 0.25, gamma: float = 2.0) -> Tensor:
    """Focal loss of each logit: same shape as logits and targets (0 to 1)."""
    ### BEGIN SOLUTION
    yes, no = -F.logsigmoid(logits), -F.logsigmoid(-logits)
    surprise = targets * yes + (1 - targets) * no
    p = torch.sigmoid(logits)
    missing = targets * (1 - p) + (1 - targets) * p  # 1 − pₜ
    each = missing**gamma * surprise
    if alpha >= 0:
        each = (alpha * targets + (1 - alpha) * (1 - targets)) * each
    return each
    ### END SOLUTION


# %% check="09-focal" points=1
z, t = torch.tensor([2.0, -2.0, 0.5, -0.5]), torch.tensor([1.0, 1.0, 0.0, 0.0])
cases = [check.case(z, t), check.case(z, t, -1, 0.0), check.case(z, t, alpha=0.9, gamma=1.0)]
how = {"exercise": "09-focal", "forbid": ("binary_cross_entropy",)}
check.function(focal_loss, like=losses.focal_loss, cases=cases, **how)

# %% hidden="09-focal" points=2
r = check.inputs()
z, t = r.normal(3, 4), r.integers(0, 2, 3, 4)
t[0, 0], t[0, 1] = 1, 0
far = torch.tensor([-1000.0, 1000, -30, 30])
cases = [
    check.case(z, t),
    check.case(far, torch.tensor([1.0, 0, 0, 1])),
    check.case(z, t, alpha=0.8, gamma=0.0),
    check.case(2 * z, t, -1, 3.0),
    check.case(z[0], torch.tensor([0.5, 0.2, 1, 0]), gamma=1.0),
]
how = {"exercise": "09-focal", "forbid": ("binary_cross_entropy",), "points": 2}
check.function(focal_loss, like=losses.focal_loss, cases=cases, **how)

# %% [markdown] hints="09-focal"
# 1. Three factors: which share of the answer is still missing, how surprising it was, and how
#    much its class counts. Compute them one by one.
# 2. The surprise is your BCE without reduction. What is missing: 1 − p where the target is 1, p
#    where it is 0.
# 3. `missing = targets * (1 - p) + (1 - targets) * p`, and in the same way
#    `alpha * targets + (1 - alpha) * (1 - targets)`. Multiply the latter only if `alpha >= 0`.

# %%
scores = torch.cat([torch.full((99_990,), -4.0), torch.full((10,), -1.0)])  # easy; not yet found
objects = torch.cat([torch.zeros(99_990), torch.ones(10)])  # (100000,)
with uses_your("bce_with_logits", "focal_loss"):
    kinds = {"BCE": bce_with_logits(scores, objects, reduction="none")}
    kinds |= {f"focal, γ = {g}": focal_loss(scores, objects, -1, g) for g in (1, 2, 5)}
    for name, each in kinds.items():
        share = each[objects == 1].sum() / each.sum()
        print(f"{name:12} the ten objects have {share:6.1%} of the loss")

# %% [markdown] exercise="09-imbalance" difficulty=1 minutes=10
# ## Exercise 5 · Rare things
#
# **Write** `class_weights(labels, num_classes)`: N / (K · nₖ) for each class, with nₖ samples of
# it among N. Then every class weighs the same in total. Returns (K,) float32; a class that does
# not occur gets 0, not ∞.
#
# **Write** `prior_logit(share)`: the logit whose sigmoid is `share`, log(share/(1 − share)), as a
# float. A detector's last bias starts there, so that it begins by guessing the true share, and does
# not spend its first thousand steps on learning "mostly no". A share that is not between 0 and 1:
# `ValueError`.
#
# - *By hand:* labels `[0, 0, 0, 1]` → `[2/3, 2]`. A share of 0.01 → −4.595.
# - *Edge case:* `[0, 0]` with three classes → `[1/3, 0, 0]`.


# %% solution="09-imbalance"
def class_weights(labels: Tensor, num_classes: int) -> Tensor:
    """Weights (K,) with which each class that occurs counts the same in total; labels (N,)."""
    ### BEGIN SOLUTION
    counts = torch.bincount(labels, minlength=num_classes)  # (K,)
    weights = len(labels) / (num_classes * counts.clamp(min=1))
    return torch.where(counts > 0, weights, 0.0)
    ### END SOLUTION


def prior_logit(share: float) -> float:
    """The logit whose sigmoid is `share`."""
    ### BEGIN SOLUTION
    if not 0 < share < 1:
        raise ValueError(f"share must be above 0 and below 1, got {share}")
    return math.log(share / (1 - share))
    ### END SOLUTION


# %% check="09-imbalance" points=1
how = {"exercise": "09-imbalance"}
cases = [check.case(torch.tensor([0, 0, 0, 1]), 2), check.case(torch.tensor([0, 0]), 3)]
check.function(class_weights, like=losses.class_weights, cases=cases, **how)
check.function(prior_logit, like=losses.prior_logit, cases=[check.case(0.01)], **how)

# %% hidden="09-imbalance" points=2
r = check.inputs()
some = r.integers(0, 4, 30, dtype=torch.long)
some[:7] = torch.tensor([0, 1, 1, 1, 2, 2, 3])
cases = [check.case(some, 4), check.case(some % 3, 5), check.case(torch.tensor([2, 2, 2, 0]), 3)]
shares = [check.case(share) for share in (0.001, 0.5, 0.8, 0.0, 1.0, -0.2)]
how = {"exercise": "09-imbalance", "points": 1}
check.parts(
    lambda: check.function(class_weights, like=losses.class_weights, cases=cases, **how),
    lambda: check.function(prior_logit, like=losses.prior_logit, cases=shares, **how),
)

# %% [markdown] hints="09-imbalance"
# 1. If a class has half as many samples as another, what must be true of their weights?
# 2. `torch.bincount(labels, minlength=num_classes)` counts; `minlength` matters when the last
#    classes do not occur.
# 3. `len(labels) / (num_classes * counts.clamp(min=1))`, with `torch.where(counts > 0, …, 0.0)`.
#    For the logit, `math.log(share / (1 - share))` after the check.

# %% [markdown]
# ## One in a thousand
#
# Two clouds of points overlap. One always has 50 points, the other 50, 500, 5,000 or 50,000. A
# straight border is trained to the minimum of its loss, once with BCE, once with the positives
# weighted up by the ratio. *Recall*: which share of the rare points is found? *Precision*: which
# share of those called rare is rare? *Ranking*: how often does a rare point score higher than a
# common one?

# %%
predict("09-thousand", "?")

# %%
print("ratio     loss      accuracy  recall  precision  ranking")
with uses_your("bce_with_logits"):
    for ratio in (1, 10, 100, 1000):
        points, rare = imbalance_task.clouds(ratio)
        for name, up in {"BCE": 1.0, "weighted": float(ratio)}.items():
            weight = torch.tensor(up)
            scores = imbalance_task.fit_border(
                lambda z, t, weight=weight: bce_with_logits(z, t, pos_weight=weight), points, rare
            )
            numbers = imbalance_task.judge(scores, rare)
            cells = "   ".join(f"{number:7.1%}" for number in numbers)
            print(f"1:{ratio:<6}  {name:9} {cells}")
explain("09-thousand")
# Slide the ratio. Who owns the gradient, before and after weighting?
widgets.ImbalanceSlider()

# %% [markdown]
# ## Areas instead of pixels
#
# In segmentation, cross-entropy asks every pixel, and the background has most votes. **Dice** asks
# about areas. With Y the true and P the predicted pixels of a class, it is twice what they share,
# over both sizes: $2|P \cap Y| / (|P| + |Y|)$. Sets have no slope, so probabilities stand in for
# membership: Σ p·t, Σ p and Σ t.
#
# How large the background is no longer matters. What does matter is *which sums* you take: over one
# image, or over the whole batch?

# %%
predict("09-small-object", "?")

# %% [markdown] exercise="09-dice" difficulty=3 minutes=18
# ## Exercise 6 · Dice
#
# **Write** `dice_loss(logits, targets, smooth=1.0, per_image=True, ignore_index=-100)` for logits
# (N, K, H, W) and class numbers (N, H, W). With softmax probabilities p, one-hot targets t and
# s = `smooth`, for each image and class:
#
# $$1 - \frac{2\sum p\,t + s}{\sum p + \sum t + s}$$
#
# Return the mean over images and classes. With `per_image=False`, the sums run over all pixels of
# the batch, and the mean over classes.
#
# - *By hand:* a class that is absent, and that nobody predicts: 1 − s/s = 0.
# - *Edge case:* pixels with `ignore_index` are in none of the three sums. `F.one_hot` crashes on
#   255 and on −100: give these pixels another class first, then mask them.


# %% solution="09-dice"
def dice_loss(
    logits: Tensor,
    targets: Tensor,
    smooth: float = 1.0,
    per_image: bool = True,
    ignore_index: int = -100,
) -> Tensor:
    """Soft Dice loss of logits (N, K, H, W) and class numbers (N, H, W): one number."""
    ### BEGIN SOLUTION
    kept = (targets != ignore_index)[:, None]  # (N, 1, H, W)
    known = targets.where(kept[:, 0], 0)
    truth = F.one_hot(known, logits.shape[1]).movedim(-1, 1) * kept  # (N, K, H, W)
    p = logits.softmax(dim=1) * kept  # (N, K, H, W)
    axes = (2, 3) if per_image else (0, 2, 3)
    shared = 2 * (p * truth).sum(dim=axes) + smooth  # (N, K), or (K,)
    sizes = p.sum(dim=axes) + truth.sum(dim=axes) + smooth
    return (1 - shared / sizes).mean()
    ### END SOLUTION


# %% check="09-dice" points=1
z = torch.zeros(2, 2, 2, 2)
z[:, 1] = torch.tensor([[[2.0, -1.0], [0.0, 1.0]], [[-3.0, 1.0], [2.0, 2.0]]])
t = torch.tensor([[[1, 0], [0, 1]], [[0, 0], [0, 255]]])
how = {"exercise": "09-dice", "gradients": True}
for cases in (
    [check.case(z, t % 255), check.case(z, t % 255, 0.1, False)],
    [check.case(z, t, ignore_index=255)],
):
    check.function(dice_loss, like=losses.dice_loss, cases=cases, **how)

# %% hidden="09-dice" points=2
r = check.inputs()
z, t = r.normal(3, 4, 5, 6), r.integers(0, 3, 3, 5, 6, dtype=torch.long)
t[0, :, :4], t[1] = 0, 2
holes = t.clone()
holes[:, 1:3] = -100
check.function(
    dice_loss,
    like=losses.dice_loss,
    exercise="09-dice",
    gradients=True,
    points=2,
    cases=[
        check.case(z, t),
        check.case(3 * z, t, smooth=5.0),
        check.case(z, t, per_image=False),
        check.case(z, holes),
        check.case(z, holes.where(holes >= 0, 255), 0.5, False, 255),
        check.case(1000 * z, t),
    ],
)

# %% [markdown] hints="09-dice"
# 1. Write p and t as tensors of the same shape (N, K, H, W) first. Over which axes do you sum to
#    get one number for each image and class?
# 2. One-hot puts the classes last: `F.one_hot(labels, K).movedim(-1, 1)`. Multiply p *and* t by a
#    mask (N, 1, H, W) of the pixels that count.
# 3. `axes = (2, 3) if per_image else (0, 2, 3)`; `targets.where(kept, 0)` gives ignored pixels a
#    class; smooth stands above *and* below; `.mean()` at the end.

# %%
truth = torch.zeros(2, 32, 32, dtype=torch.long)
truth[0, 4:28, 4:28], truth[1, 14:17, 14:17] = 1, 1  # a large object, and a small one
found = truth.clone()
found[1] = 0  # the small one is missed altogether
logits = 20.0 * F.one_hot(found, 2).movedim(-1, 1)  # (2, 2, 32, 32)
plots.show_images(
    [truth[0].float(), truth[1].float(), found[0].float(), found[1].float()],
    titles=["truth 1", "truth 2", "prediction 1", "prediction 2: nothing"],
)
with uses_your("dice_loss"):
    for name, per_image in {"per image": True, "whole batch": False}.items():
        print(f"{name:12} {dice_loss(logits, truth, per_image=per_image).item():.3f}")
explain("09-small-object")
# Now boxes. IoU, from session 06: the area they share over the area they cover together.
predict("09-far-boxes", "?")

# %% [markdown]
# ## Boxes that do not touch
#
# A detector predicts boxes (x1, y1, x2, y2). The natural measure of a hit is **IoU**: the area
# that two boxes share, over the area that they cover together. So why not use 1 − IoU as a loss?
#
# **GIoU** adds a fine: in the smallest box around both, the share of the area that neither covers.
# **DIoU** fines the distance of the centres instead, and **CIoU** the difference in shape as well.

# %% [markdown] exercise="09-boxes" difficulty=2 minutes=15
# ## Exercise 7 · IoU and GIoU
#
# **Write** `iou_loss(boxes1, boxes2)` and `giou_loss(boxes1, boxes2)`, pair by pair: twice (N, 4)
# xyxy → (N,).
#
# - IoU = shared / union, GIoU = IoU − (around − union) / around, with `around` the area of the
#   smallest box that holds both. The losses are 1 − these.
# - Add `1e-7` to each denominator, as torchvision does: two boxes without area must not give NaN.
#
# - *By hand:* (0, 0, 2, 2) and (1, 0, 3, 2) share 2 of 6: IoU = 1/3; nothing around them is empty,
#   so GIoU = 1/3, too.
# - *Edge case:* far apart, *both* sides of the "shared" box are negative, and their product is
#   positive. Clamp each side at 0.


# %% solution="09-boxes"
def iou_loss(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """1 − IoU of each pair of boxes: twice (N, 4) → (N,)."""
    ### BEGIN SOLUTION
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))  # (N,)
    top_left = torch.maximum(boxes1[:, :2], boxes2[:, :2])  # (N, 2)
    bottom_right = torch.minimum(boxes1[:, 2:], boxes2[:, 2:])  # (N, 2)
    shared = (bottom_right - top_left).clamp(min=0).prod(dim=1)  # (N,)
    return 1 - shared / (area1 + area2 - shared + 1e-7)
    ### END SOLUTION


def giou_loss(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """1 − GIoU of each pair of boxes: twice (N, 4) → (N,)."""
    ### BEGIN SOLUTION
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))  # (N,)
    top_left = torch.maximum(boxes1[:, :2], boxes2[:, :2])  # (N, 2)
    bottom_right = torch.minimum(boxes1[:, 2:], boxes2[:, 2:])  # (N, 2)
    union = area1 + area2 - (bottom_right - top_left).clamp(min=0).prod(dim=1)  # (N,)
    outer1 = torch.minimum(boxes1[:, :2], boxes2[:, :2])  # (N, 2)
    outer2 = torch.maximum(boxes1[:, 2:], boxes2[:, 2:])  # (N, 2)
    around = (outer2 - outer1).prod(dim=1)  # (N,)
    return iou_loss(boxes1, boxes2) + (around - union) / (around + 1e-7)
    ### END SOLUTION


# %% check="09-boxes" points=1
a = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0]])
b = torch.tensor([[1.0, 0.0, 3.0, 2.0], [4.0, 3.0, 6.0, 4.0]])
c, d = torch.tensor([[1.0, 1.0, 3.0, 4.0]]), torch.tensor([[2.0, 2.0, 5.0, 5.0]])
point = torch.tensor([[3.0, 3.0, 3.0, 3.0]])
for cases in ([check.case(a, b), check.case(c, d)], [check.case(point, point)]):
    how = {"exercise": "09-boxes", "cases": cases}
    check.function(iou_loss, like=losses.iou_loss, **how)
    check.function(giou_loss, like=losses.giou_loss, **how)

# %% hidden="09-boxes" points=3
r = check.inputs()
corner, other = 4 * r.uniform(6, 2), 4 * r.uniform(6, 2)
a = torch.cat([corner, corner + 0.5 + 4 * r.uniform(6, 2)], dim=1)
b = torch.cat([other, other + 0.5 + 4 * r.uniform(6, 2)], dim=1)
inner = torch.cat([a[:, :2] + 0.1, a[:, 2:] - 0.2], dim=1)
points = torch.full((2, 4), 3.0)
cases = [check.case(a, b), check.case(a, b + 20), check.case(a, inner), check.case(points, points)]
cases += [check.case(a, b + torch.tensor([0.0, 15, 0, 15])), check.case(a[:0], b[:0])]
how = {"exercise": "09-boxes", "gradients": True, "cases": cases}
check.parts(
    lambda: check.function(iou_loss, like=losses.iou_loss, points=1, **how),
    lambda: check.function(giou_loss, like=losses.giou_loss, points=2, **how),
)

# %% [markdown] hints="09-boxes"
# 1. Draw two boxes that overlap. Which of the two left edges is the left edge of what they share?
#    And of the box around both?
# 2. `torch.maximum(boxes1[:, :2], boxes2[:, :2])` is the upper left corner of what they share,
#    `torch.minimum` of the last two columns its lower right one. The difference, clamped at 0,
#    holds its sides.
# 3. union = area1 + area2 − shared. For the box around both, exchange minimum and maximum.
#    `giou_loss` is `iou_loss(…) + (around - union) / (around + 1e-7)`.

# %%
goal = torch.tensor([[6.0, 5.0, 9.0, 8.0]])
paths: dict[str, list[float]] = {}
with uses_your("iou_loss", "giou_loss"):
    for name, loss_of in {"1 − IoU": iou_loss, "1 − GIoU": giou_loss}.items():
        centre = torch.tensor([[1.5, 1.5]], requires_grad=True)  # of a box of the same size
        optimizer = torch.optim.Adam([centre], lr=0.1)
        paths[name] = []
        for _ in range(100):
            box = torch.cat([centre - 1.5, centre + 1.5], dim=1)  # (1, 4)
            paths[name].append(1 - iou_loss(box, goal).item())
            optimizer.zero_grad()
            loss_of(box, goal).sum().backward()
            optimizer.step()
    show_lines(paths, xlabel="step", ylabel="IoU with the goal")  # it wobbles: the rate stays 0.1
explain("09-far-boxes")
# Move a box across the other. Where is IoU blind, and what does DIoU see there?
widgets.BoxPairEditor()

# %% [markdown] exercise="09-boundary" difficulty=2 minutes=14
# ## Exercise 8 · Where segments meet
#
# Errors of a segmentation sit along boundaries, and boundaries are few pixels. Make them count.
#
# **Write** `boundary_weights(target, width, weight)`: labels (N, H, W) → (N, H, W) float32,
# `weight` where a *different* label lies within `width` pixels (in the square of side 2·width + 1
# around the pixel), else 1.
#
# **Write** `boundary_loss(logits, target, width=1, weight=5.0)`: cross-entropy of each pixel,
# averaged with these weights, Σ w·loss / Σ w. `F.cross_entropy` is yours.
#
# - *By hand:* the row `0 0 0 1 1`, width 1: the third and fourth pixel get `weight`.
# - *Edge case:* the edge of the image is no boundary. `F.max_pool2d` pads with −∞, which never
#   wins; the smallest label around a pixel is `-F.max_pool2d(-x, …)`.


# %% solution="09-boundary"
def boundary_weights(target: Tensor, width: int, weight: float) -> Tensor:
    """`weight` near a boundary between labels, else 1: (N, H, W) → (N, H, W) float32."""
    ### BEGIN SOLUTION
    labels = target.float()
    window = {"kernel_size": 2 * width + 1, "stride": 1, "padding": width}
    largest = F.max_pool2d(labels, **window)  # (N, H, W)
    smallest = -F.max_pool2d(-labels, **window)  # (N, H, W)
    return torch.where(largest != smallest, weight, 1.0)
    ### END SOLUTION


def boundary_loss(logits: Tensor, target: Tensor, width: int = 1, weight: float = 5.0) -> Tensor:
    """Weighted mean of each pixel's cross-entropy: (N, K, H, W), (N, H, W) → one number."""
    ### BEGIN SOLUTION
    weights = boundary_weights(target, width, weight)  # (N, H, W)
    each = F.cross_entropy(logits, target, reduction="none")  # (N, H, W)
    return (weights * each).sum() / weights.sum()
    ### END SOLUTION


# %% check="09-boundary" points=1
rows = torch.tensor([[[0, 0, 0, 1, 1], [0, 0, 0, 1, 1], [0, 0, 0, 0, 0]]])
cases = [check.case(rows, 1, 5.0), check.case(rows, 2, 3.0)]
how = {"exercise": "09-boundary"}
check.function(boundary_weights, like=losses.boundary_weights, cases=cases, **how)
r = check.inputs()
cases = [check.case(r.normal(1, 2, 3, 5), rows)]
check.function(boundary_loss, like=losses.boundary_loss, cases=cases, gradients=True, **how)

# %% hidden="09-boundary" points=3
r = check.inputs()
target = torch.zeros(2, 9, 11, dtype=torch.long)
target[0, 3:6, 4:8], target[1, :, 6:], target[1, 8, 0] = 2, 1, 2
corner = torch.full((1, 7, 7), 255)
corner[0, 4:, 4:] = 3
for_weights = [check.case(target, 1, 4.0), check.case(target, 3, 2.5), check.case(corner, 2, 0.0)]
logits = r.normal(2, 3, 9, 11)
for_loss = [check.case(logits, target), check.case(logits, target, 2, 9.0)]
for_loss += [check.case(1000 * logits, target, weight=2.0)]
how = {"exercise": "09-boundary"}
weights_like, loss_like = losses.boundary_weights, losses.boundary_loss
check.parts(
    lambda: check.function(boundary_weights, like=weights_like, cases=for_weights, points=2, **how),
    lambda: check.function(
        boundary_loss, like=loss_like, cases=for_loss, points=1, gradients=True, **how
    ),
)

# %% [markdown] hints="09-boundary"
# 1. A pixel is far from every boundary if all labels around it are the same. How can you say that
#    with the largest and the smallest of them?
# 2. `F.max_pool2d(target.float(), 2 * width + 1, stride=1, padding=width)` is the largest label
#    around each pixel, in the same shape.
# 3. `torch.where(largest != smallest, weight, 1.0)`. For the loss:
#    `F.cross_entropy(logits, target, reduction="none")`, times the weights, summed, and divided by
#    the sum of the weights.

# %%
images, labels = segment_task.scenes(1, seed=6)  # (1, 1, 32, 32), (1, 32, 32)
with uses_your("boundary_weights"):
    pictures = {"picture": images[0, 0], "labels": labels[0] / 2}
    for width in (1, 3):
        pictures[f"width {width}"] = boundary_weights(labels, width, 5.0)[0] / 5
    plots.show_images(list(pictures.values()), titles=list(pictures), limits=(0, 1))
predict("09-dice-alone", "?")

# %% [markdown] exercise="09-combined" difficulty=2 minutes=10
# ## Exercise 9 · Both at once
#
# **Write** the module `CombinedLoss(dice_weight=0.5, ignore_index=-100)`. Called with logits
# (N, K, H, W) and labels (N, H, W) it returns
#
# $$(1-\lambda)\cdot\text{cross-entropy} + \lambda\cdot\text{Dice per image}$$
#
# with λ = `dice_weight`, both without the ignored pixels. `F.cross_entropy` is yours; for Dice
# (s = 1), call your `dice_loss`, or write its lines once more.
#
# - *By hand:* λ = 0 is cross-entropy, λ = 1 is Dice.
# - *Edge case:* if a whole batch is ignored, cross-entropy is NaN, and after one step so are all
#   weights. Return 0, still connected to the logits: `0 * logits.sum()`.
# - λ below 0 or above 1: `ValueError`.


# %% solution="09-combined"
class CombinedLoss(nn.Module):
    """(1 − λ) · cross-entropy + λ · Dice, without the ignored pixels."""

    def __init__(self, dice_weight: float = 0.5, ignore_index: int = -100) -> None:
        super().__init__()
        ### BEGIN SOLUTION
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight must be from 0 to 1, got {dice_weight}")
        self.dice_weight, self.ignore_index = dice_weight, ignore_index
        ### END SOLUTION

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """(N, K, H, W) logits and (N, H, W) labels → one number."""
        ### BEGIN SOLUTION
        if (targets == self.ignore_index).all():
            return 0 * logits.sum()
        entropy = F.cross_entropy(logits, targets, ignore_index=self.ignore_index)
        kept = (targets != self.ignore_index)[:, None]  # (N, 1, H, W)
        truth = F.one_hot(targets.where(kept[:, 0], 0), logits.shape[1]).movedim(-1, 1) * kept
        p = logits.softmax(dim=1) * kept  # (N, K, H, W)
        shared, sizes = (p * truth).sum(dim=(2, 3)), (p + truth).sum(dim=(2, 3))  # (N, K)
        dice = (1 - (2 * shared + 1) / (sizes + 1)).mean()  # or: your dice_loss
        return (1 - self.dice_weight) * entropy + self.dice_weight * dice
        ### END SOLUTION


# %% check="09-combined" points=1
r = check.inputs()
z, t = r.normal(2, 3, 4, 4), r.integers(0, 3, 2, 4, 4, dtype=torch.long)
how = {"like": losses.CombinedLoss, "exercise": "09-combined"}
check.module(CombinedLoss, configs=[check.case(), check.case(0.2)], inputs=[(z, t), (z, t)], **how)
check.raises(ValueError, CombinedLoss, 1.5, mentions="dice_weight")

# %% hidden="09-combined" points=2
r = check.inputs()
z, t = 2 * r.normal(2, 3, 5, 4), r.integers(0, 3, 2, 5, 4, dtype=torch.long)
t[0] = 0
holes, nothing = t.clone(), torch.full((2, 5, 4), 255)
holes[:, :2] = 255
configs = [check.case(), check.case(0.8), check.case(ignore_index=255), check.case(0.3, 255)]
inputs = [(z, t), (z, t), (z, holes), (z, nothing)]
how = {"like": losses.CombinedLoss, "exercise": "09-combined"}
check.module(CombinedLoss, configs=configs, inputs=inputs, points=2, **how)

# %% [markdown] hints="09-combined"
# 1. Which two numbers must the module remember from `__init__` to `forward`?
# 2. Pass `ignore_index=self.ignore_index` to *both* losses. Torch's own cross-entropy wants
#    logits, and so does your Dice: no softmax here.
# 3. First `if (targets == self.ignore_index).all(): return 0 * logits.sum()`, then
#    `(1 - self.dice_weight) * entropy + self.dice_weight * dice`.

# %%
images, labels = segment_task.scenes(24, seed=99)  # to judge on
shown = {"picture": images[5, 0], "truth": labels[5] / 2}
with uses_your("dice_loss", "CombinedLoss"):
    for name, loss_fn in {
        "cross-entropy": F.cross_entropy,
        "Dice": dice_loss,
        "both": CombinedLoss(),
    }.items():
        net = segment_task.train_segmenter(loss_fn)
        with torch.no_grad():
            prediction = net(images).argmax(dim=1)  # (24, 32, 32)
        shown[name] = prediction[5] / 2
        overlaps = segment_task.overlaps(prediction, labels)
        print(f"{name:14}", {part: round(iou, 2) for part, iou in overlaps.items()})
    plots.show_images(list(shown.values()), titles=list(shown), columns=5, limits=(0, 1))
explain("09-dice-alone")
# Warm up for exercise 10: its questions, with other numbers each time.
widgets.NumbersDrill("09-numbers")

# %% [markdown] exercise="09-numbers" difficulty=2 minutes=8
# ## Exercise 10 · Numbers of your own
#
# Six questions, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Then put a number
# in place of each `None`, and delete the line `raise NotImplementedError()`. Paper first;
# expressions like `-math.log(0.5)` are welcome. Three decimals will do.
#
# - *By hand:* two pixels cost 1 and 4, their classes weigh 3 and 1: (3 · 1 + 1 · 4)/(3 + 1) = 1.75.
# - *Edge case:* what is ignored counts neither above the line nor below it.

# %% solution="09-numbers"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("09-numbers", student_id)
surprise = None
slope = None
factor = None
dice = None
iou = None
mean = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("09-numbers", student_id)
sets, (box1, box2) = mine["dice"], mine["iou"].values()
first, second, _ = mine["mean"]["costs"]
weight1, weight2 = mine["mean"]["weights"]
surprise = -math.log(mine["surprise"]["p"])
slope = mine["slope"]["p"] - mine["slope"]["target"]
factor = (1 - mine["factor"]["p"]) ** mine["factor"]["gamma"]
dice = 2 * sets["shared"] / (sets["predicted"] + sets["true"])
both = (min(box1[2], box2[2]) - box2[0]) * (min(box1[3], box2[3]) - box2[1])
areas = box1[2] * box1[3] + (box2[2] - box2[0]) * (box2[3] - box2[1])
iou = both / (areas - both)
mean = (weight1 * first + weight2 * second) / (weight1 + weight2)
### END SOLUTION

# %% check="09-numbers" points=1
mine = check.own_numbers("09-numbers", student_id)
sets = mine["dice"]
alone = sets["predicted"] + sets["true"] - 2 * sets["shared"]  # in one of the two only
right = {
    "surprise": math.log(1 / mine["surprise"]["p"]),
    "dice": 1 - alone / (sets["predicted"] + sets["true"]),
}
answers = {"surprise": surprise, "dice": dice}
check.values(answers, like=right, exercise="09-numbers", tolerance=0.0006)

# %% hidden="09-numbers" points=2
mine = check.own_numbers("09-numbers", student_id)
sets, pixels = mine["dice"], mine["mean"]
boxes = (torch.tensor([box], dtype=torch.float64) for box in mine["iou"].values())
costs, weights = torch.tensor(pixels["costs"][:2]), torch.tensor(pixels["weights"])
right = {
    "surprise": math.log(1 / mine["surprise"]["p"]),
    "slope": mine["slope"]["p"] - mine["slope"]["target"],
    "factor": (1 - mine["factor"]["p"]) ** mine["factor"]["gamma"],
    "dice": sets["shared"] / ((sets["predicted"] + sets["true"]) / 2),
    "iou": torchvision.ops.box_iou(*boxes).item(),
    "mean": ((weights * costs).sum() / weights.sum()).item(),
}
given = (surprise, slope, factor, dice, iou, mean)
answers = dict(zip(right, given, strict=True))
check.values(answers, like=right, exercise="09-numbers", points=2, tolerance=0.0006)

# %% [markdown] hints="09-numbers"
# 1. Each of them stands in an exercise above: 2, 3, 4, 6, 7 and 2.
# 2. Logarithms are natural ones, `math.log`. The slope along a logit needs no division. For the
#    boxes, draw them: which is the left edge of what they share, which the right one?
# 3. Slope p − t; focal factor (1 − pₜ)^γ; Dice twice the shared ones over both sizes. IoU: what is
#    shared counts only once in the union. The weighted mean divides by the weights of the pixels
#    that count.

# %% [markdown] exercise="09-bug-hunt" difficulty=2 minutes=10
# ## Exercise 11 · Bug hunt: the loss that teaches nothing
#
# ```python
# 1  def boundary_error(logits, target, weights):
# 2      predicted = logits.argmax(dim=1)                       # (N, H, W)
# 3      wrong = (predicted != target).float()                  # (N, H, W)
# 4      return (weights * wrong).sum() / weights.sum()
# ```
#
# "The weighted share of wrong pixels, exactly what we care about." It was added to cross-entropy
# as a second term. The total is printed, looks right, and the boundaries never get better.
#
# **Repair** it: keep the weighted mean, and measure instead of right or wrong the *probability
# that goes to wrong classes*. **Say where and why**: `bug_line` is the first line at fault, `why` a
# letter from the next cell. Delete both lines `raise NotImplementedError(…)`.
#
# - *By hand:* two classes with equal logits: 0.5 for every pixel.
# - *Edge case:* where the network is certain, the old and the new number agree.


# %% solution="09-bug-hunt"
def boundary_error(logits: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean of the probability of wrong classes: (N, K, H, W), twice (N, H, W)."""
    ### BEGIN SOLUTION
    p = logits.softmax(dim=1)  # (N, K, H, W)
    right = p.gather(1, target[:, None])[:, 0]  # (N, H, W)
    return (weights * (1 - right)).sum() / weights.sum()
    ### END SOLUTION


# A: the mean must divide by the number of pixels, not by the sum of the weights.
# B: target has to be one-hot, (N, K, H, W), before it can be compared.
# C: softmax is missing before argmax.
# D: argmax gives whole numbers; they do not change when a logit moves a little, so no slope.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 2
why = "D"
### END SOLUTION

# %% check="09-bug-hunt" points=1
z, t = torch.zeros(2, 2, 1, 2), torch.tensor([[[0, 1]], [[1, 1]]])
z[:, 1] = torch.tensor([[[2.0, -1.0]], [[0.5, 1.0]]])
weights = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]])
check.function(
    boundary_error,
    like=losses.boundary_error,
    exercise="09-bug-hunt",
    gradients=True,
    cases=[check.case(z, t, weights)],
)

# %% hidden="09-bug-hunt" points=2
r = check.inputs()
z, t = r.normal(2, 4, 3, 5), r.integers(0, 4, 2, 3, 5, dtype=torch.long)
check.function(
    boundary_error,
    like=losses.boundary_error,
    exercise="09-bug-hunt",
    gradients=True,
    cases=[
        check.case(z, t, r.uniform(2, 3, 5, low=0.5, high=4)),
        check.case(1000 * z, t, r.uniform(2, 3, 5, low=0.5, high=4)),
        check.case(z[:1], t[:1], torch.ones(1, 3, 5)),
    ],
)
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 2, "why": "D"}, exercise="09-bug-hunt"
)

# %% [markdown] hints="09-bug-hunt"
# 1. Push one logit up by 0.001. Which of the three lines notices?
# 2. `argmax` and `!=` are staircases: flat everywhere, with jumps. What is smooth, and close to
#    "1 if wrong, 0 if right" when the network is certain?
# 3. `logits.softmax(dim=1).gather(1, target[:, None])[:, 0]` is the probability of the right
#    class. One minus that goes to the others.

# %% [markdown]
# ## Three relatives
#
# **Numbers.** Squared errors (L2) have their minimum at the mean, absolute ones (L1) at the median.
# *Smooth L1* is a parabola near 0 and straight far out: an outlier pulls, but with bounded force.
#
# **Several tasks.** A depth error of 4 metres and a class loss of 0.25 do not add up well.
# Kendall's trick learns a scale s for each: Σ e⁻ˢ · loss + s. At the best s, e⁻ˢ = 1/loss: every
# task then weighs the same.
#
# **Places.** Embedding losses ask for *distances*: the triplet loss wants a stranger farther away
# than a relative, by a margin. A contrastive loss is cross-entropy, with the batch as classes and
# cosines as logits.

# %%
heights = torch.tensor([1.0, 2.0, 3.0, 4.0, 100.0])  # one typing error
guesses = torch.linspace(0, 60, 601)  # (601,)
costs = {"L2": F.mse_loss, "L1": F.l1_loss, "smooth L1": F.smooth_l1_loss}
for name, cost in costs.items():
    each = torch.stack([cost(guess.expand(5), heights) for guess in guesses])
    print(f"{name:10} is least for the guess {guesses[each.argmin()]:.1f}")
weights = losses.LearnedWeights(2)
optimizer = torch.optim.SGD(weights.parameters(), lr=0.2)
for _ in range(200):
    optimizer.zero_grad()
    weights(torch.tensor([4.0, 0.25])).backward()
    optimizer.step()
learned = [round(weight, 3) for weight in (-weights.log_scales).exp().tolist()]
print("learned weights of losses 4 and 0.25:", learned)
photos, captions = torch.randn(6, 8, generator=torch.Generator().manual_seed(0)), torch.eye(6, 8)
print("contrastive loss of strangers:", round(losses.contrastive_loss(photos, captions).item(), 2))
print("of true pairs:", round(losses.contrastive_loss(captions, captions).item(), 4))

# %% [markdown] open="09-advice" points=4
# ## Open question · The 99.8 % defect detector
#
# A colleague looks for scratches on glass: 0.2 % of all pixels. She trains with binary
# cross-entropy and reports 99.8 % accuracy; the predicted masks are empty. She now plans to
# "weight the positives by 500, add Dice, and use focal loss on top". Answer in ten to fourteen
# sentences:
#
# 1. What does 99.8 % say here? Which numbers should she report instead?
# 2. What would each of the three measures change: in the gradient, and in what the outputs *mean*?
# 3. What would you try first, in which order, and how would you notice that it helped, or hurt?
#
# ### BEGIN SOLUTION
# **Model answer.** Answering "no scratch" everywhere is right for 99.8 % of the pixels, so the
# number says nothing. She should report recall and precision, or the IoU of the scratch class, and
# a curve over thresholds. Before she changes the loss, she should look at the scores: empty masks
# may only mean that no score reaches 0.5, while scratches still rank above glass. Then a lower
# threshold, chosen on validation data, is enough. A weight of 500 gives both classes the same share
# of the gradient at the start; it moves the border, so outputs are no longer probabilities of a
# scratch, and precision falls. Dice scores areas, so the size of the background drops out; its
# slope for one pixel is p(1 − p) times something, so it is nearly silent where the network is sure,
# and alone it may never start. Focal loss turns down the many easy pixels; it also makes the
# network less confident than it should be. All three at once cannot be told apart if something
# goes wrong, and weight plus focal correct twice for the same thing. I would start the last bias at
# log(0.002/0.998) = −6.2, train with cross-entropy and choose a threshold; then cross-entropy plus
# Dice; then a moderate weight such as 10 to 20. After each step: recall, precision and IoU on
# validation images, per image, over three seeds, and a look at the pictures.
#
# **Marking guide.** 1 point: accuracy is the share of background; recall and precision or IoU. 1
# point: effect of at least two measures on the gradient. 1 point: outputs stop being probabilities,
# or threshold against training. 1 point: one change at a time, with a measurement for each.
# ### END SOLUTION

# %% [markdown]
# ## Lab: a long tail
#
# The training set loses samples: class 0 keeps all, each further class keeps 60 % of the one
# before. The held-out set stays balanced, so its accuracy is the mean recall of the classes. Which
# loss does most for the last three classes, and what does it cost the first three?
#
# As it stands, the cell uses 8 × 8 digits and takes some five seconds. On Colab, switch on a GPU
# (*Runtime → Change runtime type → GPU*) and set `DOWNLOAD = True` for CIFAR-10 (170 MB). Without a
# network, go on with the digits. Bet first: does anything beat plain cross-entropy everywhere?

# %%
DOWNLOAD = False  # ← the switch: True trains on CIFAR-10
(images, labels), held_out = data.digits(train=True), data.digits(train=False)
if DOWNLOAD:
    (images, labels), held_out = imbalance_task.photographs() or ((images, labels), held_out)
images, labels = imbalance_task.long_tail(images, labels, keep=0.6)
print("samples of each class:", labels.bincount().tolist())
with uses_your("cross_entropy", "class_weights", "focal_loss"):
    weight = class_weights(labels, 10).to(check.device())
    choices = {
        "cross-entropy": cross_entropy,
        "class weights": lambda z, t: cross_entropy(z, t, weight),
        "smoothed": lambda z, t: cross_entropy(z, t, label_smoothing=0.1),
        "focal": lambda z, t: focal_loss(z, F.one_hot(t, 10).float(), -1).sum(dim=1).mean(),
    }
    for name, loss_fn in choices.items():
        net = imbalance_task.train_on(images, labels, loss_fn, epochs=25)
        recalls = imbalance_task.recalls(net, *held_out)
        parts = {"all": recalls, "first three": recalls[:3], "last three": recalls[7:]}
        print(f"{name:14}", {part: f"{sum(r) / len(r):.0%}" for part, r in parts.items()})

# %% [markdown]
# ## What to take along
#
# | loss | takes | slope along z, target 1 | use it for |
# |---|---|---|---|
# | BCE with logits | logits | p − 1 | yes/no, many labels |
# | cross-entropy | logits | p − 1 | one of K |
# | smoothed | logits | p − (1 − ε/2) | less overconfidence |
# | focal | logits | (1 − p)²(2p log p + p − 1) | detectors, easy negatives |
# | squared error of p | probabilities | −2p(1 − p)² | not for classification |
# | Dice | logits or p | −2p(1 − p)/(1 + p)² | small segments, beside CE |
# | 1 − IoU | boxes | 0 apart | boxes that overlap |
# | 1 − GIoU | boxes | not flat apart | all boxes |
#
# - Hand over logits; let the loss take the logarithm.
# - A clamp that hides an infinity also hides the slope.
# - Weights move the border; they add no knowledge.
# - Ask of every mean: over what? Ignored pixels, short batches, images, weights.
# - If a small push of a logit leaves the loss as it was, nothing is learned.
#
# In a week, run `quiz("09-review")`; for code that lies, `quiz("09-traps")`.
#
# **References.** Lin et al. (2017), *Focal loss for dense object detection*. Milletarì et al.
# (2016), *V-Net*. Rezatofighi et al. (2019), *Generalized IoU*. Zheng et al. (2020),
# *Distance-IoU loss*. Szegedy et al. (2016), *Rethinking Inception* (label smoothing). Kendall,
# Gal, Cipolla (2018), *Multi-task learning using uncertainty*. Schroff et al. (2015), *FaceNet*.
