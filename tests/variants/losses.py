"""Right but different solutions to session 09.

Like mistakes they are pasted into notebooks as they stand: torch, F, math, nn, torchvision and
earlier exercises of the session are there, anything else is imported inside.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from autograder.variants import variant
from cvlib.losses import bce_with_logits, cross_entropy, dice_loss, iou_loss

# 09-bce -----------------------------------------------------------------------------------------


@variant("09-bce")
def bce_by_softplus(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape:
        raise ValueError(f"shapes {logits.shape} and {targets.shape}")
    yes, no = F.softplus(-logits), F.softplus(logits)
    if pos_weight is not None:
        yes = pos_weight * yes
    each = targets * yes + (1 - targets) * no
    if reduction == "mean":
        return each.mean()
    if reduction == "sum":
        return each.sum()
    if reduction == "none":
        return each
    raise ValueError(reduction)


@variant("09-bce")
def bce_by_the_formula_of_the_manual(logits, targets, pos_weight=None, reduction="mean"):
    if targets.size() != logits.size():
        raise ValueError(f"targets {tuple(targets.size())}, logits {tuple(logits.size())}")
    if reduction not in {"mean", "sum", "none"}:
        raise ValueError(f"unknown reduction {reduction}")
    w = torch.ones_like(logits) if pos_weight is None else pos_weight
    tail = torch.log1p(torch.exp(-logits.abs())) + (-logits).clamp(min=0)
    each = (1 - targets) * logits + (1 + (w - 1) * targets) * tail
    return {"mean": each.mean, "sum": each.sum, "none": each.clone}[reduction]()


@variant("09-bce")
def bce_by_two_logits(logits, targets, pos_weight=None, reduction="mean"):
    if logits.shape != targets.shape or reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{logits.shape}, {targets.shape}, {reduction}")
    both = torch.stack([logits, torch.zeros_like(logits)]).log_softmax(dim=0)
    weight = 1.0 if pos_weight is None else pos_weight
    each = -(weight * targets * both[0] + (1 - targets) * both[1])
    return each if reduction == "none" else getattr(torch, reduction)(each)


# 09-cross-entropy -------------------------------------------------------------------------------


@variant("09-cross-entropy")
def cross_entropy_by_one_hot(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    classes = logits.shape[1]
    weight = torch.ones(classes).to(logits) if weight is None else weight
    kept = (targets != ignore_index).to(logits.dtype)
    hot = F.one_hot(torch.where(targets == ignore_index, 0, targets), classes).to(logits.dtype)
    goal = (1 - label_smoothing) * hot + label_smoothing / classes
    each = -(goal * weight * logits.log_softmax(dim=1).movedim(1, -1)).sum(dim=-1)
    return (kept * each).sum() / (kept * (hot * weight).sum(dim=-1)).sum()


@variant("09-cross-entropy")
def cross_entropy_by_rows(logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0):
    k = logits.shape[1]
    rows = logits.movedim(1, -1).reshape(-1, k)
    labels = targets.reshape(-1)
    rows, labels = rows[labels != ignore_index], labels[labels != ignore_index]
    log_p = rows - rows.logsumexp(dim=1, keepdim=True)
    w = rows.new_ones(k) if weight is None else weight
    picked = log_p[torch.arange(len(labels)), labels] * w[labels]
    smooth = (log_p * w).sum(dim=1) / k
    total = (1 - label_smoothing) * picked.sum() + label_smoothing * smooth.sum()
    return -total / w[labels].sum()


@variant("09-cross-entropy")
def cross_entropy_with_two_means(
    logits, targets, weight=None, ignore_index=-100, label_smoothing=0.0
):
    mask = targets != ignore_index
    safe = targets.masked_fill(~mask, 0).unsqueeze(1)
    surprise = logits.logsumexp(dim=1, keepdim=True) - logits
    scale = torch.ones_like(mask, dtype=logits.dtype)
    if weight is not None:
        surprise = surprise * weight.view(1, -1, *[1] * (logits.dim() - 2))
        scale = weight[safe.squeeze(1)]
    total = (scale * mask).sum()
    hard = (surprise.gather(1, safe).squeeze(1) * mask).sum() / total
    soft = (surprise.mean(dim=1) * mask).sum() / total
    return hard + label_smoothing * (soft - hard)


# 09-gradients -----------------------------------------------------------------------------------


@variant("09-gradients")
def slopes_by_ifs(loss_name, p):
    q = 1 - p
    if loss_name == "bce":
        return -q
    if loss_name == "smoothed":
        return 0.05 * p - 0.95 * q
    if loss_name == "focal":
        return -(q**3) + 2 * q**2 * torch.special.xlogy(p, p)
    if loss_name == "mse":
        return -2 * p * q * q
    if loss_name == "mae":
        return -p * q
    if loss_name == "dice":
        return -2 * p * q / (1 + p) ** 2
    raise ValueError(f"unknown loss {loss_name!r}")


@variant("09-gradients")
def slopes_with_a_safe_logarithm(loss_name, p):
    safe = torch.where(p > 0, p, torch.ones_like(p))
    table = {
        "bce": lambda: p - 1,
        "smoothed": lambda: p - 1 + 0.05,
        "focal": lambda: (1 - p).square() * (2 * p * safe.log() + p - 1),
        "mse": lambda: -2 * (p - 2 * p**2 + p**3),
        "mae": lambda: p * p - p,
        "dice": lambda: 2 * (p**2 - p) / (p + 1).square(),
    }
    try:
        return table[loss_name]()
    except KeyError:
        raise ValueError(f"no loss is called {loss_name!r}") from None


# 09-focal ---------------------------------------------------------------------------------------


@variant("09-focal")
def focal_with_a_detached_factor(logits, targets, alpha=0.25, gamma=2.0):
    with torch.no_grad():
        p = torch.sigmoid(logits)
        factor = (1 - p * targets - (1 - p) * (1 - targets)) ** gamma
    loss = factor * bce_with_logits(logits, targets, reduction="none")
    if alpha >= 0:
        loss = loss * (alpha * targets + (1 - alpha) * (1 - targets))
    return loss


@variant("09-focal")
def focal_class_by_class(logits, targets, alpha=0.25, gamma=2.0):
    p, q = torch.sigmoid(logits), torch.sigmoid(-logits)
    missing = q * targets + p * (1 - targets)
    loss = targets * F.softplus(-logits) + (1 - targets) * F.softplus(logits)
    share = 1.0 if alpha < 0 else 1 - alpha + (2 * alpha - 1) * targets
    return share * missing.pow(gamma) * loss


# 09-imbalance -----------------------------------------------------------------------------------


@variant("09-imbalance")
def weights_by_a_loop(labels, num_classes):
    weights = torch.zeros(num_classes, device=labels.device)
    for k in range(num_classes):
        count = int((labels == k).sum())
        if count:
            weights[k] = labels.numel() / (num_classes * count)
    return weights


@variant("09-imbalance")
def weights_by_one_hot(labels, num_classes):
    shares = F.one_hot(labels, num_classes).float().mean(dim=0)
    return torch.where(shares > 0, 1 / (num_classes * shares), torch.zeros_like(shares))


@variant("09-imbalance", function="prior_logit")
def logit_by_a_difference(share):
    if share <= 0 or share >= 1:
        raise ValueError(f"share={share}")
    return math.log(share) - math.log(1 - share)


@variant("09-imbalance", function="prior_logit")
def logit_by_torch(share):
    if not (share > 0 and share < 1):
        raise ValueError(f"share must be in (0, 1), got {share}")
    return torch.logit(torch.tensor(share, dtype=torch.float64)).item()


# 09-dice ----------------------------------------------------------------------------------------


@variant("09-dice")
def dice_by_a_loop_over_classes(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    p = torch.softmax(logits, dim=1)
    kept = (targets != ignore_index).float()
    losses = []
    for k in range(logits.shape[1]):
        t = (targets == k).float() * kept
        q = p[:, k] * kept
        axes = (1, 2) if per_image else (0, 1, 2)
        score = (2 * (q * t).sum(axes) + smooth) / (q.sum(axes) + t.sum(axes) + smooth)
        losses.append(1 - score)
    return torch.stack(losses).mean()


@variant("09-dice")
def dice_by_a_loop_over_images(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    pairs = list(zip(logits, targets, strict=True)) if per_image else [
        (logits.transpose(0, 1).flatten(1), targets.flatten())
    ]  # fmt: skip
    each = []
    for z, t in pairs:
        z, t = z.flatten(1), t.flatten()
        z, t = z[:, t != ignore_index], t[t != ignore_index]
        p, hot = z.softmax(dim=0), F.one_hot(t, len(z)).T
        each.append(1 - (2 * (p * hot).sum(1) + smooth) / ((p + hot).sum(1) + smooth))
    return torch.stack(each).mean()


@variant("09-dice")
def dice_by_einsum(logits, targets, smooth=1.0, per_image=True, ignore_index=-100):
    if not per_image:
        logits = logits.movedim(0, -2).flatten(2, 3)[None]
        targets = targets.movedim(0, -2).flatten(1, 2)[None]
    known = targets.clone()
    known[targets == ignore_index] = 0
    hot = torch.eye(logits.shape[1], device=logits.device)[known]
    hot = hot * (targets != ignore_index)[..., None]
    p = torch.softmax(logits, 1) * (targets != ignore_index).unsqueeze(1)
    both = torch.einsum("nkhw,nhwk->nk", p, hot)
    areas = p.sum((2, 3)) + hot.sum((1, 2))
    return ((areas - 2 * both) / (areas + smooth)).mean()


# 09-boxes ---------------------------------------------------------------------------------------


@variant("09-boxes")
def iou_side_by_side(boxes1, boxes2):
    ax1, ay1, ax2, ay2 = boxes1.unbind(-1)
    bx1, by1, bx2, by2 = boxes2.unbind(-1)
    w = (torch.min(ax2, bx2) - torch.max(ax1, bx1)).clamp(min=0)
    h = (torch.min(ay2, by2) - torch.max(ay1, by1)).clamp(min=0)
    both = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1)
    return 1 - w * h / (both - w * h + 1e-7)


@variant("09-boxes")
def iou_by_relu(boxes1, boxes2):
    low = torch.stack([boxes1, boxes2])[..., :2].amax(dim=0)
    high = torch.stack([boxes1, boxes2])[..., 2:].amin(dim=0)
    shared = F.relu(high - low).prod(-1)
    areas = sum((b[:, 2:] - b[:, :2]).prod(-1) for b in (boxes1, boxes2))
    union = areas - shared
    return (union + 1e-7 - shared) / (union + 1e-7)


@variant("09-boxes", function="giou_loss")
def giou_side_by_side(boxes1, boxes2):
    ax1, ay1, ax2, ay2 = boxes1.unbind(-1)
    bx1, by1, bx2, by2 = boxes2.unbind(-1)
    w = (torch.min(ax2, bx2) - torch.max(ax1, bx1)).clamp(min=0)
    h = (torch.min(ay2, by2) - torch.max(ay1, by1)).clamp(min=0)
    union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - w * h
    around = (torch.max(ax2, bx2) - torch.min(ax1, bx1)) * (
        torch.max(ay2, by2) - torch.min(ay1, by1)
    )
    return 1 - w * h / (union + 1e-7) + (around - union) / (around + 1e-7)


@variant("09-boxes", function="giou_loss")
def giou_from_the_iou(boxes1, boxes2):
    iou = 1 - iou_loss(boxes1, boxes2)
    areas = sum((b[:, 2:] - b[:, :2]).prod(1) for b in (boxes1, boxes2))
    sides = torch.minimum(boxes1[:, 2:], boxes2[:, 2:]) - torch.maximum(
        boxes1[:, :2], boxes2[:, :2]
    )
    union = areas - F.relu(sides).prod(1)
    outer = torch.maximum(boxes1[:, 2:], boxes2[:, 2:]) - torch.minimum(
        boxes1[:, :2], boxes2[:, :2]
    )
    return 1 - (iou - (outer.prod(1) - union) / (outer.prod(1) + 1e-7))


# 09-boundary ------------------------------------------------------------------------------------


@variant("09-boundary")
def boundary_by_shifting(target, width, weight):
    near = torch.zeros(target.shape, dtype=torch.bool, device=target.device)
    _, height, wide = target.shape
    for dy in range(-width, width + 1):
        for dx in range(-width, width + 1):
            rows = slice(max(0, dy), min(height, height + dy))
            columns = slice(max(0, dx), min(wide, wide + dx))
            back_rows = slice(max(0, -dy), min(height, height - dy))
            back_columns = slice(max(0, -dx), min(wide, wide - dx))
            differs = target[:, rows, columns] != target[:, back_rows, back_columns]
            near[:, rows, columns] |= differs
    weights = torch.ones(target.shape, device=target.device)
    weights[near] = weight
    return weights


@variant("09-boundary")
def boundary_by_replicated_edges(target, width, weight):
    labels = F.pad(target.float()[:, None], (width,) * 4, mode="replicate")
    windows = labels[:, 0].unfold(1, 2 * width + 1, 1).unfold(2, 2 * width + 1, 1)
    differ = (windows != target.float()[:, :, :, None, None]).flatten(3).any(dim=-1)
    return 1 + (weight - 1) * differ.float()


@variant("09-boundary", function="boundary_loss")
def boundary_loss_by_hand(logits, target, width=1, weight=5.0):
    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    weights = 1 + (weight - 1) * (largest != smallest)
    picked = logits.log_softmax(1).gather(1, target.unsqueeze(1)).squeeze(1)
    return -(picked * weights / weights.sum()).sum()


@variant("09-boundary", function="boundary_loss")
def boundary_loss_pixel_by_pixel(logits, target, width=1, weight=5.0):
    from torch.nn.functional import nll_loss

    labels = target.float()
    largest = F.max_pool2d(labels, 2 * width + 1, stride=1, padding=width)
    smallest = -F.max_pool2d(-labels, 2 * width + 1, stride=1, padding=width)
    weights = torch.where(largest == smallest, 1.0, weight).flatten()
    rows = logits.permute(0, 2, 3, 1).flatten(0, 2)
    each = nll_loss(rows.log_softmax(dim=-1), target.flatten(), reduction="none")
    return torch.sum(weights * each) / torch.sum(weights)


# 09-combined ------------------------------------------------------------------------------------


@variant("09-combined")
class combined_of_own_losses(nn.Module):  # noqa: N801
    def __init__(self, dice_weight: float = 0.5, ignore_index: int = -100) -> None:
        super().__init__()
        if dice_weight < 0 or dice_weight > 1:
            raise ValueError(f"dice_weight={dice_weight}")
        self.share, self.skip = dice_weight, ignore_index

    def forward(self, logits, targets):
        if not bool((targets != self.skip).any()):
            return logits.sum() * 0.0
        both = [
            cross_entropy(logits, targets, ignore_index=self.skip),
            dice_loss(logits, targets, 1.0, True, self.skip),
        ]
        return torch.lerp(both[0], both[1], self.share)


@variant("09-combined")
class combined_of_modules(nn.Module):  # noqa: N801
    def __init__(self, dice_weight: float = 0.5, ignore_index: int = -100) -> None:
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight is {dice_weight}, not between 0 and 1")
        self.dice_weight = dice_weight
        self.entropy = nn.CrossEntropyLoss(ignore_index=ignore_index)

    def forward(self, logits, targets):
        ignored = self.entropy.ignore_index
        if torch.all(targets == ignored):
            return (0.0 * logits).mean()
        total = (1 - self.dice_weight) * self.entropy(logits, targets)
        return total + self.dice_weight * dice_loss(logits, targets, ignore_index=ignored)


# 09-bug-hunt ------------------------------------------------------------------------------------


@variant("09-bug-hunt")
def error_by_one_hot(logits, target, weights):
    hot = F.one_hot(target, logits.shape[1]).movedim(-1, 1)
    wrong = (logits.softmax(dim=1) * (1 - hot)).sum(dim=1)
    return (weights * wrong).sum() / weights.sum()


@variant("09-bug-hunt")
def error_by_cross_entropy(logits, target, weights):
    right = torch.exp(-F.cross_entropy(logits, target, reduction="none"))
    return 1 - (weights * right).sum() / weights.sum()
