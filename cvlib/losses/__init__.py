"""Session 09: losses, each with its values and gradients checked against an independent one.

    from cvlib import losses
    losses.cross_entropy(logits, targets, label_smoothing=0.1)

Classification → one logit and its gradient → imbalance → overlap → boxes → boundaries → sums of
losses → regression → embeddings. Every docstring says whether logits or probabilities go in.
"""

from cvlib.losses.boundary import boundary_error, boundary_loss, boundary_weights
from cvlib.losses.boxes import ciou_loss, diou_loss, giou_loss, iou_loss
from cvlib.losses.classification import bce_with_logits, cross_entropy, focal_loss
from cvlib.losses.combined import CombinedLoss, LearnedWeights
from cvlib.losses.embedding import contrastive_loss, cosine_loss, triplet_loss
from cvlib.losses.imbalance import class_weights, prior_logit
from cvlib.losses.one_logit import LOSS_NAMES, gradient_wrt_logit, loss_of_probability
from cvlib.losses.overlap import dice_loss
from cvlib.losses.regression import l1_loss, mse_loss, smooth_l1_loss

__all__ = [
    "LOSS_NAMES",
    "CombinedLoss",
    "LearnedWeights",
    "bce_with_logits",
    "boundary_error",
    "boundary_loss",
    "boundary_weights",
    "ciou_loss",
    "class_weights",
    "contrastive_loss",
    "cosine_loss",
    "cross_entropy",
    "dice_loss",
    "diou_loss",
    "focal_loss",
    "giou_loss",
    "gradient_wrt_logit",
    "iou_loss",
    "l1_loss",
    "loss_of_probability",
    "mse_loss",
    "prior_logit",
    "smooth_l1_loss",
    "triplet_loss",
]
