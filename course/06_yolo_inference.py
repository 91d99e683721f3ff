# %% [markdown] session="06_yolo_inference" minutes=180
# # 06 · YOLO: finding things
#
# A classifier gives one answer for a picture. A detector gives thousands, one for every place:
# is something here, and how large is it? Most of this session is about what comes after: turning
# them into five good ones.
#
# **You will be able to**
#
# - convert, compare and clean up boxes, and say why each step is there,
# - read the head of a YOLO cell by cell,
# - bring boxes back to their picture, and score a detector as COCO does,
# - run a real YOLO, and find the error when its boxes look odd.
#
# **Time:** about 180 minutes, 40 points. Take a break after exercise 5.
#
# **Predictions:** a letter for the question mark, *before* you run the experiment.

# %% setup=true extra="detection"
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from cvlib import check, detection, detection_reports, detection_runs, scenes, widgets
from cvlib.box_plots import show_boxes
from cvlib.boxes import iou_with
from cvlib.detection import Detection, Truth, of_class
from cvlib.lesson import explain, own_numbers, predict, quiz, uses_your
from cvlib.line_plots import show_lines
from cvlib.photographs import photograph
from cvlib.pixels import to_image, to_tensor
from cvlib.plots import show_images
from cvlib.small_yolo import load_yolo, small_yolo

torch.set_num_threads(1)  # for pictures as small as these, one thread is fast enough

# %% [markdown]
# ## What a detector returns
#
# For each picture a list of *detections*. Each is a **box** (four numbers), a **label** (which
# class) and a **score** (how sure). The list may be empty, and its length differs from picture to
# picture: no tensor (N, …) holds a batch of answers, but a list of N.
#
# We work on generated scenes, in which the truth is known to the pixel, and with a YOLO that is
# small enough for your processor. It is built and called as the large ones are: its *head* has
# three grids, every cell of every grid proposes a box and scores it, and all cells that see an
# object propose nearly the same one. Too many answers!

# %%
scene = scenes.make_scene(seed=32, objects=4)
print("picture", tuple(scene.image.shape), " boxes", tuple(scene.boxes.shape))
print("labels ", [scenes.CLASSES[label] for label in scene.labels])
show_boxes(scene.image, scene.boxes, scene.labels, names=scenes.CLASSES)
# All boxes with a score above 0.25, before anybody cleans up:
yolo = small_yolo()
crowd = detection.before_suppression(yolo, scene.image, conf=0.25)
print(len(crowd.boxes), "boxes for", len(scene.boxes), "objects; the best scores:")
print([round(score, 2) for score in crowd.scores.sort(descending=True).values[:8].tolist()])
show_boxes(scene.image, crowd.boxes, crowd.labels, crowd.scores, names=scenes.CLASSES)
quiz("06-recall")  # what you bring along

# %% [markdown] exercise="06-convert" difficulty=1 minutes=10
# ## Exercise 1 · Three ways to write a box
#
# | format | four numbers | where |
# |---|---|---|
# | `"xyxy"` | corners: x1, y1, x2, y2 | torchvision, most code |
# | `"xywh"` | upper left corner, width, height | COCO's files |
# | `"cxcywh"` | centre, width, height | label files of YOLO |
#
# x grows to the right, y *downwards*. YOLO's files also **normalise**: x and w are divided by the
# picture's width, y and h by its height.
#
# **Write** `convert_boxes(boxes, from_format, to_format)`: (…, 4) → (…, 4), in pixels.
#
# - *By hand:* xyxy (10, 20, 30, 60) is xywh (10, 20, 20, 40) and cxcywh (20, 40, 20, 40).
# - *Edge cases:* all nine pairs, xyxy to xyxy as well; (0, 4) stays (0, 4); the argument stays as
#   it was; any other format: `ValueError`.


# %% solution="06-convert"
def convert_boxes(boxes: Tensor, from_format: str, to_format: str) -> Tensor:
    """The same boxes in another format: (…, 4) → (…, 4)."""
    ### BEGIN SOLUTION
    for value in (from_format, to_format):
        if value not in ("xyxy", "xywh", "cxcywh"):
            raise ValueError(f"a format must be xyxy, xywh or cxcywh, got {value!r}")
    first, second = boxes[..., :2], boxes[..., 2:]  # (…, 2) each
    if from_format == "cxcywh":
        first = first - second / 2
    if from_format != "xyxy":
        second = first + second  # now both are corners
    if to_format != "xyxy":
        second = second - first  # corner and size
    if to_format == "cxcywh":
        first = first + second / 2
    return torch.cat([first, second], dim=-1)  # (…, 4)
    ### END SOLUTION


# %% check="06-convert" points=1
box = torch.tensor([[10.0, 20.0, 30.0, 60.0]])
check.function(
    convert_boxes,
    like=detection.convert_boxes,
    exercise="06-convert",
    forbid=("box_convert",),
    cases=[
        check.case(box, "xyxy", "xywh"),
        check.case(box, "xyxy", "cxcywh"),
        check.case(torch.tensor([[20.0, 40.0, 20.0, 40.0]]), "cxcywh", "xyxy"),
        check.case(torch.tensor([[10.0, 20.0, 20.0, 40.0]]), "xywh", "cxcywh"),
        check.case(box, "xyxy", "yxyx"),
    ],
)

# %% hidden="06-convert" points=1
r = check.inputs()
some = torch.cat([r.uniform(5, 2, high=50), 50 + r.uniform(5, 2, high=50)], dim=1)
formats = ("xyxy", "xywh", "cxcywh")
cases = [check.case(some, old, new) for old in formats for new in formats]
cases += [check.case(some[:4].view(2, 2, 4), "cxcywh", "xywh"), check.case(some[:0], *formats[:2])]
cases += [check.case(some, "xyxy", "XYWH")]
how = {"exercise": "06-convert", "forbid": ("box_convert",), "points": 1}
check.function(convert_boxes, like=detection.convert_boxes, cases=cases, **how)

# %% [markdown] hints="06-convert"
# 1. Go through one format in the middle: anything → corners → anything. Then three formats need
#    four small steps, not six formulas.
# 2. `first, second = boxes[..., :2], boxes[..., 2:]` are (x, y) and either (w, h) or the other
#    corner. The dots keep all axes before the last.
# 3. cxcywh → corner: `first - second / 2`. Size → corner: `first + second`. Use new names or `=`,
#    never `-=`: that would write into the argument. `torch.cat([first, second], dim=-1)`.

# %%
with uses_your("convert_boxes"):
    height, width = scene.image.shape[1:]
    centres = convert_boxes(scene.boxes, "xyxy", "cxcywh")
    shares = centres / torch.tensor([width, height, width, height])  # (K, 4), 0 to 1
    print("a label file of YOLO: class, then cx, cy, w, h as shares of the picture")
    for label, row in zip(scene.labels, shares, strict=True):
        print(label.item(), *(f"{number:.4f}" for number in row))
predict("06-half-shift", "?")

# %% [markdown] exercise="06-iou" difficulty=2 minutes=12
# ## Exercise 2 · How much do two boxes agree?
#
# **Intersection over union**: the area that two boxes share, over the area they cover together. 1
# is the same box, 0 no contact, whether near or far (GIoU, in session 09, tells these apart).
#
# **Write** `box_iou(boxes1, boxes2)`: each with each, (N, 4) and (M, 4) xyxy → (N, M). Row i
# belongs to `boxes1[i]`.
#
# - *By hand:* (0, 0, 4, 2) and (2, 0, 6, 2) share 4, cover 8 + 8 − 4 = 12: 1/3.
# - *Edge cases:* apart, *both* sides of the "shared" box may be negative: clamp each at 0. Two
#   boxes without area: 0, not NaN. No boxes at all: (0, M).


# %% solution="06-iou"
def box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """IoU of each box with each: (N, 4) and (M, 4) xyxy → (N, M)."""
    ### BEGIN SOLUTION
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    corner1 = torch.maximum(boxes1[:, None, :2], boxes2[None, :, :2])  # (N, M, 2)
    corner2 = torch.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])  # (N, M, 2)
    shared = (corner2 - corner1).clamp(min=0).prod(dim=-1)  # (N, M)
    union = area1[:, None] + area2[None] - shared  # (N, M)
    return shared / torch.where(union > 0, union, 1.0)
    ### END SOLUTION


# %% check="06-iou" points=1
a = torch.tensor([[0.0, 0.0, 4.0, 2.0], [10.0, 10.0, 12.0, 12.0]])
b = torch.tensor([[2.0, 0.0, 6.0, 2.0], [0.0, 0.0, 4.0, 2.0], [1.0, 1.0, 3.0, 11.0]])
how = {"exercise": "06-iou", "forbid": ("box_iou",)}
check.function(box_iou, like=detection.box_iou, cases=[check.case(a, b)], **how)

# %% hidden="06-iou" points=2
r = check.inputs()
corner, other = r.uniform(6, 2, high=20), r.uniform(4, 2, high=20)
a = torch.cat([corner, corner + 4 + r.uniform(6, 2, high=12)], dim=1)
b = torch.cat([other, other + 4 + r.uniform(4, 2, high=12)], dim=1)
inside = torch.cat([a[:, :2] + 1, a[:, 2:] - 1], dim=1)
point = torch.tensor([[3.0, 3.0, 3.0, 3.0]])
cases = [check.case(a, b), check.case(a, b + 60), check.case(inside, a), check.case(b, b)]
cases += [check.case(point, torch.cat([point, a])), check.case(a[:0], b), check.case(a, b[:0])]
how = {"exercise": "06-iou", "forbid": ("box_iou",), "points": 2}
check.function(box_iou, like=detection.box_iou, cases=cases, **how)

# %% [markdown] hints="06-iou"
# 1. Which left edge is the left edge of what two boxes share: the smaller or the larger one? And
#    which right edge?
# 2. `boxes1[:, None, :2]` is (N, 1, 2), `boxes2[None, :, :2]` is (1, M, 2): `torch.maximum` makes
#    (N, M, 2) of them, all upper left corners at once.
# 3. `(corner2 - corner1).clamp(min=0).prod(dim=-1)` is the shared area. Then
#    `union = area1[:, None] + area2[None] - shared`, and divide by
#    `torch.where(union > 0, union, 1.0)`.

# %%
with uses_your("box_iou"):
    still, steps = torch.tensor([[0.0, 0.0, 40.0, 40.0]]), torch.arange(0, 41.0)  # (41,)
    across = still + steps[:, None] * torch.tensor([1.0, 0.0, 1.0, 0.0])  # (41, 4): to the right
    slanted = still + steps[:, None]  # (41, 4): right and down
    curves = {"right": box_iou(still, across)[0], "right and down": box_iou(still, slanted)[0]}
    show_lines(curves, steps, xlabel="shift of a box of 40 × 40 pixels", ylabel="IoU")
explain("06-half-shift")
# How well do you draw? Nobody reaches 1; 0.9 is very good.
widgets.DrawABox(scenes.make_scenes(8, seed=61, objects=3))

# %% [markdown] exercise="06-nms" difficulty=2 minutes=15
# ## Exercise 3 · Keep the best, drop its doubles
#
# **Non-maximum suppression**: choose the box with the best score. Drop all others whose IoU with it
# is *above* the threshold. Of those left, choose the best again, and so on.
#
# **Write** `nms(boxes, scores, iou_threshold)`: (N, 4), (N,) → the indices of the boxes that stay,
# best first, (K,) int64. `iou_with(box, boxes)` is there: IoU of one box (4,) with several
# (M, 4) → (M,).
#
# - *By hand:* A overlaps B, B overlaps C, A and C are apart; scores 0.9, 0.8, 0.7. A drops B. C
#   stays: what was dropped drops nobody.
# - *Edge cases:* an IoU equal to the threshold stays. No boxes: (0,), still int64;
#   `torch.tensor([])` is float and cannot index.


# %% solution="06-nms"
def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Indices of the boxes that stay, best first: (N, 4), (N,) → (K,) int64."""
    ### BEGIN SOLUTION
    order = scores.argsort(descending=True)  # (N,)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]
    return torch.stack(keep) if keep else order
    ### END SOLUTION


# %% check="06-nms" points=1
chain = torch.tensor([[6.0, 0, 16, 10], [0, 0, 10, 10], [12, 0, 22, 10], [40, 0, 50, 5]])
scores = torch.tensor([0.8, 0.9, 0.7, 0.95])
half = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5]])
check.function(
    nms,
    like=detection.nms,
    exercise="06-nms",
    forbid=("nms",),
    cases=[
        check.case(chain, scores, 0.2),
        check.case(half, scores[:2], 0.5),
        check.case(chain[:0], scores[:0], 0.5),
    ],
)

# %% hidden="06-nms" points=2
r = check.inputs()
corner = r.uniform(24, 2, high=30)
some = torch.cat([corner, corner + 8 + r.uniform(24, 2, high=14)], dim=1)
shuffled = torch.randperm(24, generator=r.generator)
ranks = (shuffled + 1) / 25
half = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5], [0, 0, 5, 10]])
chain = torch.tensor([[6.0, 0, 16, 10], [0, 0, 10, 10], [12, 0, 22, 10]])
middle = torch.tensor([0.6, 0.5, 0.8])
cases = [check.case(some, ranks, threshold) for threshold in (0.1, 0.3, 0.6)]
cases += [check.case(half, middle, 0.5), check.case(chain, torch.tensor([0.8, 0.9, 0.7]), 0.2)]
cases += [check.case(some[:1], ranks[:1], 0.5), check.case(some[:0], ranks[:0], 0.5)]
how = {"exercise": "06-nms", "forbid": ("nms",), "points": 2}
check.function(nms, like=detection.nms, cases=cases, **how)

# %% [markdown] hints="06-nms"
# 1. What do you know about the best box of all, whatever the others are? And about the best of
#    those that are left after it has dropped its doubles?
# 2. `order = scores.argsort(descending=True)`. In each round `order[0]` is kept, and of `order[1:]`
#    those remain whose IoU with it is at most the threshold.
# 3. `order = rest[iou_with(boxes[best], boxes[rest]) <= iou_threshold]` until `len(order)` is 0.
#    At the end `torch.stack(keep) if keep else order`: an empty `order` is still int64.

# %%
with uses_your("nms"):
    keep = nms(crowd.boxes, crowd.scores, 0.5)
    print(len(crowd.boxes), "boxes before,", len(keep), "after")
    kept = [part[keep] for part in crowd]  # boxes, scores, labels
    show_boxes(scene.image, kept[0], kept[2], kept[1], names=scenes.CLASSES)
predict("06-crowd", "?")
# Step through it. What happens with a threshold of 0.9, and with 0.1?
widgets.NMSStepper(*crowd, scene.image, names=scenes.CLASSES)

# %% [markdown] exercise="06-batched-nms" difficulty=2 minutes=10
# ## Exercise 4 · A rider is not a bicycle
#
# In the picture above, one star is gone: the square behind it scores higher, shares half its box,
# and has deleted it. So riders delete bicycles. Only boxes of *one class* should compete.
#
# **Write** `batched_nms(boxes, scores, labels, iou_threshold)`, as `nms`, but boxes with different
# labels leave each other alone. `labels` is (N,); the result is *best first*, over all classes.
#
# - *By hand:* twice the same box, labels 0 and 1: both stay.
# - *Edge cases:* any whole numbers are labels, 7 and 1000. No boxes: (0,), int64.
#
# One way: compare labels in each round. torchvision's: move every class so far away that no boxes
# of two classes touch, and call `nms` once.


# %% solution="06-batched-nms"
def batched_nms(boxes: Tensor, scores: Tensor, labels: Tensor, iou_threshold: float) -> Tensor:
    """As nms, for each label (N,) by itself: indices (K,) int64, best first."""
    ### BEGIN SOLUTION
    order = scores.argsort(descending=True)  # (N,)
    keep = []
    while len(order):
        best, rest = order[0], order[1:]
        keep.append(best)
        doubles = iou_with(boxes[best], boxes[rest]) > iou_threshold
        order = rest[~(doubles & (labels[rest] == labels[best]))]
    return torch.stack(keep) if keep else order
    ### END SOLUTION


# %% check="06-batched-nms" points=1
twins = torch.tensor([[0.0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 9, 8], [30, 30, 40, 40], [50, 0, 60, 9]])
scores, labels = torch.tensor([0.5, 0.9, 0.7, 0.8, 0.6]), torch.tensor([0, 1, 1, 0, 1])
check.function(
    batched_nms,
    like=detection.batched_nms,
    exercise="06-batched-nms",
    forbid=("nms",),
    cases=[
        check.case(twins, scores, labels, 0.5),
        check.case(twins, scores, 993 * labels + 7, 0.5),
        check.case(twins[:0], scores[:0], labels[:0], 0.5),
    ],
)

# %% hidden="06-batched-nms" points=2
r = check.inputs()
corner = r.uniform(30, 2, high=25)
some = torch.cat([corner, corner + 8 + r.uniform(30, 2, high=14)], dim=1)
ranks = (torch.randperm(30, generator=r.generator) + 1) / 31
labels = torch.arange(30) % 3
cases = [check.case(some, ranks, labels, 0.3), check.case(some, ranks, 993 * labels + 7, 0.15)]
none = labels[:0]
cases += [check.case(some, ranks, 0 * labels, 0.3), check.case(some[:0], ranks[:0], none, 0.3)]
same = some[:3].repeat_interleave(3, dim=0)  # (9, 4): each box once for each label
cases += [check.case(same, ranks[:9], labels[:9], 0.5)]
how = {"exercise": "06-batched-nms", "forbid": ("nms",), "points": 2}
check.function(batched_nms, like=detection.batched_nms, cases=cases, **how)

# %% [markdown] hints="06-batched-nms"
# 1. Which line of `nms` decides that a box goes? Which second condition does it need?
# 2. `labels[rest] == labels[best]` is true for the rivals. A box goes if it is a double *and* a
#    rival.
# 3. `order = rest[~(doubles & (labels[rest] == labels[best]))]`. Or the other way, if there are
#    boxes (nothing has no `max()`): `nms(boxes + labels[:, None] * (boxes.max() + 1), …)`.

# %% [markdown] exercise="06-soft-nms" difficulty=2 minutes=12
# ## Exercise 5 · Soft-NMS: doubt instead of death
#
# Two people side by side overlap by 0.6. Hard suppression loses one of them. **Soft-NMS** lowers
# scores instead: when a box is chosen, each box that is left is multiplied by
#
# $$e^{-\text{IoU}^2/\sigma}$$
#
# **Write** `soft_nms(boxes, scores, sigma=0.5, score_threshold=0.001)`: drop what is below the
# threshold, choose the best box *by its present score*, lower the others, and again. Return the
# indices in the order of choice, (K,) int64, and the scores that they had when chosen, (K,).
#
# - *By hand:* IoU 0.6, σ = 0.5: a score of 0.8 becomes 0.8 · e^(−0.72) = 0.389.
# - *Edge cases:* all below the threshold: nothing is chosen, (0,) and (0,). The arguments stay
#   untouched: `scores *= …` changes the caller's tensor.


# %% solution="06-soft-nms"
def soft_nms(
    boxes: Tensor, scores: Tensor, sigma: float = 0.5, score_threshold: float = 0.001
) -> tuple[Tensor, Tensor]:
    """Indices (K,) int64 in the order of choice, and the scores (K,) at that moment."""
    ### BEGIN SOLUTION
    left = (scores >= score_threshold).nonzero()[:, 0]  # (M,) indices
    current = scores[left]  # (M,), a copy
    keep, found = [], []
    while len(left):
        best = current.argmax()
        keep.append(left[best])
        found.append(current[best])
        overlaps = iou_with(boxes[left[best]], boxes[left])  # (M,)
        current = current * torch.exp(-(overlaps**2) / sigma)
        stays = current >= score_threshold
        stays[best] = False
        left, current = left[stays], current[stays]
    return (torch.stack(keep), torch.stack(found)) if keep else (left, current)
    ### END SOLUTION


# %% check="06-soft-nms" points=1
some = torch.tensor([[0.0, 0, 10, 10], [2, 0, 12, 10], [5, 0, 15, 10], [30, 0, 40, 10]])
scores = torch.tensor([0.9, 0.8, 0.75, 0.3])
check.function(
    soft_nms,
    like=detection.soft_nms,
    exercise="06-soft-nms",
    cases=[
        check.case(some, scores),
        check.case(some, scores, 0.1, 0.2),
        check.case(some[3:], scores[3:], score_threshold=0.5),
    ],
)

# %% hidden="06-soft-nms" points=2
r = check.inputs()
corner = r.uniform(12, 2, high=22)
some = torch.cat([corner, corner + 9 + r.uniform(12, 2, high=12)], dim=1)
ranks = 0.2 + 0.06 * torch.randperm(12, generator=r.generator)
row = torch.tensor([[0.0, 0, 10, 10], [2, 0, 12, 10], [5, 0, 15, 10], [30, 0, 40, 10]])
falling = torch.tensor([0.9, 0.8, 0.75, 0.3])
cases = [check.case(some, ranks), check.case(some, ranks, sigma=0.1, score_threshold=0.15)]
cases += [check.case(row, falling, 0.2), check.case(some, ranks, 2.0, 0.3)]
cases += [check.case(some[:0], ranks[:0]), check.case(some[:1], ranks[:1], score_threshold=0.99)]
how = {"exercise": "06-soft-nms", "points": 2}
check.function(soft_nms, like=detection.soft_nms, cases=cases, **how)

# %% [markdown] hints="06-soft-nms"
# 1. After each choice the order may change. So which box is chosen next cannot be known from one
#    sort at the beginning.
# 2. Keep two tensors of equal length: indices of the boxes that are `left`, at first all that reach
#    the threshold, and their `current` scores. `scores[left]` is a copy: the caller's are safe.
# 3. `current = current * torch.exp(-(overlaps**2) / sigma)`, then
#    `stays = current >= score_threshold`, `stays[best] = False`, and both tensors are indexed with
#    `stays`. Write down the score *before* you lower it.

# %%
overlaps = torch.linspace(0, 1, 101)  # (101,)
decays = {"hard, above 0.5": (overlaps <= 0.5).float()}
decays |= {f"soft, σ = {sigma}": torch.exp(-(overlaps**2) / sigma) for sigma in (0.1, 0.5, 1.0)}
show_lines(decays, overlaps, xlabel="IoU with the chosen box", ylabel="score is multiplied by")
start = 10.0 * torch.arange(10)[:, None]  # (10, 1): ten people in a row, 40 wide, 10 apart
people = torch.cat([start, 0 * start, start + 40, 0 * start + 90], dim=1)  # (10, 4)
scores = torch.tensor([0.97, 0.91, 0.95, 0.9, 0.96, 0.94, 0.89, 0.92, 0.98, 0.93])
with uses_your("nms", "batched_nms", "soft_nms"):
    keep = batched_nms(*crowd, 0.5)
    kept = [part[keep] for part in crowd]
    show_boxes(scene.image, kept[0], kept[2], kept[1], names=scenes.CLASSES)
    for threshold in (0.5, 0.7):
        print(f"nms at {threshold}: {len(nms(people, scores, threshold))} of 10 are left")
    keep, faded = soft_nms(people, scores, score_threshold=0.1)
    print(f"soft_nms: {len(keep)} of 10, with scores {[round(x, 2) for x in faded.tolist()]}")
explain("06-crowd")

# %% [markdown] exercise="06-letterbox" difficulty=2 minutes=18
# ## Exercise 6 · Into the square, and back
#
# A network wants squares. Stretching makes ovals of discs; a **letterbox** fills up with grey.
#
# **Write** `letterbox(image, size)`: (C, H, W) or (N, C, H, W) → the square, the scale, and
# `(pad_x, pad_y)`.
#
# 1. scale = size / longer side; new sides `round(scale · side)`; `F.interpolate(batch, (h, w),
#    mode="bilinear")`, which takes batches.
# 2. Fill up with 114/255. Left: `(size - w) // 2` columns; top likewise.
#
# **Write** `unletterbox(boxes, scale, pad, original_size)`: boxes of the square → boxes of the
# picture, clipped to it. `original_size` is (height, width).
#
# - *By hand:* 60 × 100 (high, wide) into 50: scale 0.5, 30 × 50, pad (0, 10).
# - *Edge case:* one picture or a batch; no boxes, (0, 4), stay (0, 4).


# %% solution="06-letterbox"
def letterbox(image: Tensor, size: int) -> tuple[Tensor, float, tuple[int, int]]:
    """A square (…, C, size, size), the scale, and (pad_x, pad_y)."""
    ### BEGIN SOLUTION
    height, width = image.shape[-2:]
    scale = size / max(height, width)
    high, wide = round(scale * height), round(scale * width)
    batch = image if image.dim() == 4 else image[None]
    small = F.interpolate(batch, (high, wide), mode="bilinear")  # (N, C, high, wide)
    left, top = (size - wide) // 2, (size - high) // 2
    around = (left, size - wide - left, top, size - high - top)
    square = F.pad(small, around, value=114 / 255)  # (N, C, size, size)
    return square if image.dim() == 4 else square[0], scale, (left, top)
    ### END SOLUTION


def unletterbox(
    boxes: Tensor, scale: float, pad: tuple[int, int], original_size: tuple[int, int]
) -> Tensor:
    """Boxes (…, 4) xyxy of the square → of the picture with (height, width), clipped."""
    ### BEGIN SOLUTION
    height, width = original_size
    back = (boxes - boxes.new_tensor([*pad, *pad])) / scale  # (…, 4)
    most = back.new_tensor([width, height, width, height])
    return torch.minimum(back.clamp(min=0), most)
    ### END SOLUTION


# %% check="06-letterbox" points=1
r = check.inputs()
how = {"exercise": "06-letterbox"}
cases = [check.case(r.uniform(1, 6, 10), 8), check.case(r.uniform(2, 3, 8, 3), 8)]
check.function(letterbox, like=detection.letterbox, cases=cases, **how)
boxes = torch.tensor([[10.0, 20.0, 30.0, 30.0], [-4.0, 12.0, 60.0, 50.0]])
cases = [check.case(boxes, 0.5, (0, 10), (60, 100))]
check.function(unletterbox, like=detection.unletterbox, cases=cases, **how)

# %% hidden="06-letterbox" points=2
r = check.inputs()
pictures = [check.case(r.uniform(3, 7, 12), 16), check.case(r.uniform(2, 1, 12, 5), 9)]
pictures += [check.case(r.uniform(1, 20, 11), 12), check.case(r.uniform(1, 6, 6), 6)]
corner = r.uniform(5, 2, low=-5, high=40)
boxes = torch.cat([corner, corner + 5 + r.uniform(5, 2, high=30)], dim=1)
outside = [check.case(boxes, 0.4, (0, 13), (64, 100)), check.case(boxes, 2.0, (9, 0), (30, 14))]
outside += [check.case(boxes.view(1, 5, 4), 0.7, (3, 4), (70, 90))]
outside += [check.case(boxes[:0], 0.5, (1, 2), (9, 9))]
how = {"exercise": "06-letterbox"}
check.parts(
    lambda: check.function(letterbox, like=detection.letterbox, cases=pictures, points=1, **how),
    lambda: check.function(unletterbox, like=detection.unletterbox, cases=outside, points=1, **how),
)

# %% [markdown] hints="06-letterbox"
# 1. A point (x, y) of the picture lands at (scale · x + pad_x, scale · y + pad_y). Solve for x:
#    what has to be undone first?
# 2. `image[None]` makes a batch of one, `[0]` takes it out again. `F.pad(small, (left, right, top,
#    bottom), value=114 / 255)`; right is what is left over: `size - wide - left`.
# 3. `(boxes - boxes.new_tensor([pad_x, pad_y, pad_x, pad_y])) / scale`. For the clipping,
#    `back.clamp(min=0)`, then `torch.minimum` with (width, height, width, height).

# %% [markdown]
# ## From cells to boxes
#
# The network gets your square and leaves three grids; with stride 8, a cell stands for 8 × 8
# pixels. Fine grids find small things, coarse ones large things. What does a cell say?
#
# - **v1 (2016):** where in me the centre lies, and the *roots* of width and height: an error of
#   0.05 costs a small box more, as it should.
# - **v3 (2018):** how an *anchor*, a typical box, has to be changed: centre (cell + σ(t)) · stride,
#   width anchor · eᵗ.
# - **v8, 11 (2023 on):** *anchor-free*: how far it is from my centre to the left, top, right and
#   bottom side. Each distance comes as a **distribution** over 0 … 15 cells; its mean is taken.

# %%
bus = to_tensor(photograph("bus"))[0]  # (3, 1080, 810)
with uses_your("letterbox", "unletterbox"):
    square, scale, pad = letterbox(bus, 128)
    height, width = bus.shape[1:]
    show_images([bus, square], titles=[f"{width} × {height}", f"scale {scale:.3f}, pad {pad}"])
for true, said in ((0.25, 0.30), (0.80, 0.85)):  # √w, and what is predicted
    print(f"v1: √w = {true:.2f}, said {said:.2f}: the box is {(said / true) ** 2:.2f} × as wide")
anchors = torch.tensor([[16.0, 40.0]])
t = torch.tensor([0.0, 0.0, 0.0, 0.7]).view(1, 1, 4, 1, 1)  # one anchor, one cell
moved = detection.decode_anchors(t, anchors, stride=32)
print("v3: anchor 16 × 40, t = (0, 0, 0, 0.7):", [round(x) for x in moved.flatten().tolist()])
bins = torch.arange(16.0)  # (16,)
sure = -2 * (bins - 5.0).abs()
torn = torch.where((bins == 3) | (bins == 9), 4.0, 0.0)
for name, logits in {"sure": sure, "torn": torn}.items():
    print(f"v8: {name}: a mean of {detection.expected_distance(logits):.2f} cells")
curves = {"sure": sure.softmax(0), "torn": torn.softmax(0)}
show_lines(curves, bins, xlabel="distance in cells", ylabel="probability")
predict("06-cells", "?")

# %% [markdown] exercise="06-decode-grid" difficulty=2 minutes=14
# ## Exercise 7 · Read the grid
#
# **Write** `decode_grid(predictions, stride)`: (N, 4, H, W) → (N, H · W, 4).
#
# The four channels are the distances to the left, top, right and bottom side, from the **centre**
# of the cell, measured in *cells*. The result is xyxy in pixels, row by row: first the upper row
# from left to right.
#
# Row i, column j: the centre lies at x = (j + ½) · stride, y = (i + ½) · stride.
#
# - *By hand:* stride 8, row 0, column 2: centre (20, 4). Distances (1, 0.5, 2, 3) give (12, 0, 36,
#   28).
# - *Edge case:* grids need not be square, and boxes may leave the picture.


# %% solution="06-decode-grid"
def decode_grid(predictions: Tensor, stride: int) -> Tensor:
    """Distances (N, 4, H, W) in cells → boxes (N, H · W, 4), xyxy in pixels, row by row."""
    ### BEGIN SOLUTION
    height, width = predictions.shape[2:]
    y = (torch.arange(height, device=predictions.device) + 0.5)[:, None]  # (H, 1)
    x = (torch.arange(width, device=predictions.device) + 0.5)[None]  # (1, W)
    left, top, right, bottom = predictions.unbind(dim=1)  # (N, H, W) each
    boxes = torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)  # (N, H, W, 4)
    return stride * boxes.flatten(1, 2)  # (N, H · W, 4)
    ### END SOLUTION


# %% check="06-decode-grid" points=1
distances = torch.zeros(1, 4, 2, 3)
distances[0, :, 0, 2] = torch.tensor([1.0, 0.5, 2.0, 3.0])
distances[0, :, 1, 0] = torch.tensor([2.0, 0.0, 1.5, 1.0])
check.function(
    decode_grid,
    like=detection.decode_grid,
    exercise="06-decode-grid",
    cases=[check.case(distances, 8)],
)

# %% hidden="06-decode-grid" points=2
r = check.inputs()
shapes = {16: (2, 4, 3, 5), 8: (1, 4, 4, 4), 32: (3, 4, 1, 1), 1: (1, 4, 2, 7)}
cases = [check.case(r.uniform(*shape, high=5), stride) for stride, shape in shapes.items()]
how = {"exercise": "06-decode-grid", "points": 2}
check.function(decode_grid, like=detection.decode_grid, cases=cases, **how)

# %% [markdown] hints="06-decode-grid"
# 1. Which index counts rows, and does it belong to x or to y? Write the centres of a grid with two
#    rows and three columns on paper.
# 2. Compute in cells and multiply by the stride at the end. `x` of shape (1, W) and `y` of shape
#    (H, 1) broadcast against (N, H, W).
# 3. `left, top, right, bottom = predictions.unbind(dim=1)`, then
#    `torch.stack([x - left, y - top, x + right, y + bottom], dim=-1)`, `.flatten(1, 2)`, times
#    stride.

# %%
explain("06-cells")
# All our shapes are of a size, so in training the finest grid has taken over all the work.
with uses_your("decode_grid"):
    levels = detection.head_maps(yolo, scene.image[None])  # of the real network
    for (distances, scores), stride in zip(levels, detection.STRIDES, strict=True):
        count = distances[0, 0].numel()  # H · W
        print(f"stride {stride:2}: {count:3} cells, best score {scores.max():.2f}")
    distances, scores = levels[0]  # (1, 4, 16, 16), (1, 5, 16, 16)
    best = scores[0].amax(dim=0)  # (16, 16)
    x1, y1, x2, y2 = decode_grid(distances, 8)[0].view(16, 16, 4).unbind(dim=-1)
    sure = best > 0.25  # cells near the middle of an object, and they agree about its size
    shown = [scene.image, best, sure * (x2 - x1) / 64, sure * (y2 - y1) / 64]
    titles = ["picture", "best score, stride 8", "width of its box / 64", "height / 64"]
    show_images(shown, titles=titles, limits=(0, 1))

# %% [markdown] exercise="06-average-precision" difficulty=2 minutes=14
# ## Exercise 8 · Right, and complete
#
# Take all detections of one class, best score first. After each, **precision** is the share of hits
# among them so far; **recall**, the share of all objects found so far. **Average precision** judges
# the whole curve.
#
# **Write** `average_precision(scores, matches, num_truth)`: (N,), (N,) bool and a number → float.
# For each of the 101 levels 0, 0.01 … 1: the best precision *at this recall or any higher one*, and
# 0 if it is never reached. Then the mean.
#
# - *By hand:* hit, miss, hit, of 2 objects: precision 1, ½, ⅔ at recall ½, ½, 1. Levels to 0.5
#   give 1, the others ⅔: AP = 0.835.
# - *Edge cases:* no detections: 0. `num_truth` = 0: NaN, "cannot say".


# %% solution="06-average-precision"
def average_precision(scores: Tensor, matches: Tensor, num_truth: int) -> float:
    """Mean of the best precision at 101 levels of recall; NaN without objects."""
    ### BEGIN SOLUTION
    if num_truth == 0:
        return float("nan")
    order = scores.argsort(descending=True)
    hits = matches[order].double().cumsum(dim=0)  # (N,)
    precision = hits / torch.arange(1, len(hits) + 1, device=hits.device)
    recall = hits / num_truth
    total = 0.0
    for step in range(101):
        reached = precision[recall >= step / 100]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101
    ### END SOLUTION


# %% check="06-average-precision" points=1
scores, matches = torch.tensor([0.9, 0.8, 0.7]), torch.tensor([True, False, True])
check.function(
    average_precision,
    like=detection.average_precision,
    exercise="06-average-precision",
    forbid=("average_precision",),
    cases=[
        check.case(scores, matches, 2),
        check.case(torch.tensor([0.6, 0.9, 0.5, 0.8, 0.7]), torch.arange(5) < 3, 4),
        check.case(scores[:0], matches[:0], 2),
    ],
)

# %% hidden="06-average-precision" points=2
r = check.inputs()
cases = []
for num_truth, count in ((7, 12), (11, 15), (3, 9), (9, 6)):
    ranks = (torch.randperm(count, generator=r.generator) + 1) / (count + 1)
    hits = torch.zeros(count, dtype=torch.bool)
    hits[torch.randperm(count, generator=r.generator)[: min(num_truth, count) - 1]] = True
    cases.append(check.case(ranks, hits, num_truth))
late = torch.tensor([False, False, True, True])
falling = torch.tensor([0.9, 0.8, 0.7, 0.6])
cases += [check.case(falling, late, 2), check.case(falling, late, 0)]
cases += [check.case(falling[:0], late[:0], 3), check.case(falling, ~late, 7)]
how = {"exercise": "06-average-precision", "forbid": ("average_precision",), "points": 2}
check.function(average_precision, like=detection.average_precision, cases=cases, **how)

# %% [markdown] hints="06-average-precision"
# 1. Sort first. `cumsum` counts the hits so far; by what must you divide for precision, and by what
#    for recall?
# 2. `precision[recall >= level]` are all points at this recall or beyond. The best of them counts:
#    a dip is forgiven if it gets better later.
# 3. Loop over `step in range(101)` with `level = step / 100`, add
#    `precision[recall >= level].max()` if there is any such point, divide by 101. Use
#    `.double()` before `cumsum`.

# %%
scores, matches = torch.linspace(0.95, 0.2, 16), torch.tensor([1, 1, 0, 1, 1, 0, 0, 1] + 8 * [0])
precision, recall = detection.precision_and_recall(matches.bool(), 6)
envelope = precision.flip(0).cummax(dim=0).values.flip(0)
show_lines({"precision": precision, "best from here on": envelope}, recall, "recall", "precision")
with uses_your("average_precision"):
    for count, note in {16: "all", 8: "without the last eight, all of them misses"}.items():
        ap = average_precision(scores[:count], matches[:count].bool(), 6)
        print(f"AP = {ap:.3f} ({note})")
predict("06-doubles", "?")

# %% [markdown] exercise="06-map" difficulty=3 minutes=20
# ## Exercise 9 · mAP
#
# **Write** `match_boxes(boxes, scores, truth, iou_threshold)`, for one class in one picture: (N,
# 4), (N,) and (M, 4) → (N,) bool. Best score first, each detection takes, of the objects *still
# free*, the one with the largest IoU, if that is at least the threshold. An object is found once;
# doubles are misses.
#
# **Write** `mean_average_precision(detections, truths, iou_thresholds=(0.5,))`: the mean AP over
# all thresholds and all classes that occur in `truths`. `of_class(detections, truths, label)` gives
# `(boxes, scores, truth)` for each picture. Pool them: one ranking for *all* pictures, then
# `average_precision`, yours or `detection.coco_ap`.
#
# - *By hand:* two detections of one object: hit, miss.
# - *Edge cases:* no objects, or no detections; a class that is only detected does not count.


# %% solution="06-map"
def match_boxes(boxes: Tensor, scores: Tensor, truth: Tensor, iou_threshold: float) -> Tensor:
    """Which detections find an object, each object once: (N, 4), (N,), (M, 4) → (N,) bool."""
    ### BEGIN SOLUTION
    matches = torch.zeros(len(boxes), dtype=torch.bool, device=boxes.device)
    free = torch.ones(len(truth), dtype=torch.bool, device=boxes.device)
    for index in scores.argsort(descending=True):
        overlaps = iou_with(boxes[index], truth).where(free, -1.0)  # (M,)
        if len(truth) and overlaps.max() >= iou_threshold:
            matches[index] = True
            free[overlaps.argmax()] = False
    return matches
    ### END SOLUTION


def mean_average_precision(
    detections: list[Detection], truths: list[Truth], iou_thresholds: Sequence[float] = (0.5,)
) -> float:
    """Mean AP over thresholds and classes, 0 to 1."""
    ### BEGIN SOLUTION
    aps = []
    for threshold in iou_thresholds:
        for label in torch.cat([truth.labels for truth in truths]).unique():
            pictures = of_class(detections, truths, label)
            scores = torch.cat([scores for _, scores, _ in pictures])
            matches = torch.cat([match_boxes(*one, threshold) for one in pictures])
            count = sum(len(truth) for _, _, truth in pictures)
            aps.append(detection.coco_ap(scores, matches, count))  # or: your average_precision
    return sum(aps) / len(aps)
    ### END SOLUTION


# %% check="06-map" points=1
truth = torch.tensor([[0.0, 0, 10, 10], [8, 0, 18, 10]])
found = [[40.0, 0, 50, 9], [0, 0, 10, 8], [0, 0, 10, 9], [0, 0, 10, 10], [3.8, 0, 13.8, 10]]
found, scores = torch.tensor(found), torch.tensor([0.95, 0.6, 0.9, 0.7, 0.8])
how = {"exercise": "06-map"}
cases = [check.case(found, scores, truth, 0.4), check.case(found, scores, truth[:0], 0.5)]
check.function(match_boxes, like=detection.match_boxes, cases=cases, **how)
# Two pictures: three objects of class 1, one of class 2, which nobody finds; class 3 is in neither.
left, right = torch.tensor([[0.0, 0, 10, 9], [20, 0, 30, 9]]), torch.tensor([[50.0, 0, 60, 9]])
true = [(left, torch.tensor([1, 2])), (torch.cat([right, left[1:]]), torch.tensor([1, 1]))]
found = [(left + 1, torch.tensor([0.6, 0.9]), torch.tensor([1, 3]))]
both = torch.cat([left[:1], right - 1, left[1:] + 2])  # (3, 4)
found += [(both, torch.tensor([0.7, 0.8, 0.5]), torch.tensor([1, 1, 1]))]
how |= {"through": detection_runs.scored, "like": detection.mean_average_precision}
check.function(mean_average_precision, cases=[check.case(found, true)], **how)

# %% hidden="06-map" points=3
r = check.inputs()
found, true = detection_runs.made_up(r.generator, (3, 4, 2))
for_matches = [check.case(*one[:2], its[0], 0.6) for one, its in zip(found, true, strict=True)]
row, sure = torch.tensor([[0.0, 0, 10, 10], [8, 0, 18, 10]]), torch.tensor([0.9, 0.8])
near = torch.tensor([[0.0, 0, 10, 10], [3.8, 0, 13.8, 10], [5, 0, 15, 10], [-1, 0, 9, 10]])
for_matches += [check.case(near[:2], sure, row, 0.35), check.case(near[2:], sure, row, 0.3)]
for_matches += [check.case(row[:1] * torch.tensor([1, 1, 1, 0.5]), sure[:1], row, 0.5)]
for_matches += [check.case(row[:0], row[:0, 0], row, 0.5)]
sets = [check.case(found, true), check.case(found, true, (0.5, 0.75, 0.85))]
sets += [check.case([found[0], found[2]], true[1:])]
found, true = [(b, s, 0 * k + 2) for b, s, k in found], [(t, 3 * k + 2) for t, k in true]
sets += [check.case(found, true, (0.6,))]  # labels 2 and 5, and nobody finds a 5
how = {"exercise": "06-map"}
driven = {**how, "through": detection_runs.scored, "like": detection.mean_average_precision}
check.parts(
    lambda: check.function(
        match_boxes, like=detection.match_boxes, cases=for_matches, points=1, **how
    ),
    lambda: check.function(mean_average_precision, cases=sets, points=2, **driven),
)

# %% [markdown] hints="06-map"
# 1. Two detections lie on the same object. What should happen to the second, and how do you
#    remember that the object is taken?
# 2. `overlaps.where(free, -1.0)` hides the taken ones: then `max()` and `argmax()` ask only among
#    the free. Guard `max()` against an empty truth.
# 3. For each threshold and label: `pictures = of_class(detections, truths, label)`; concatenate the
#    scores and the matches of all pictures, count the truth, and append *one*
#    `average_precision(scores, matches, count)`.

# %%
judged = scenes.make_scenes(24, seed=3)
pictures = [to_image(one.image) for one in judged]
truths = [Truth(one.boxes, one.labels) for one in judged]
raw = [detection.before_suppression(yolo, one.image, conf=0.05) for one in judged]
with uses_your("batched_nms", "mean_average_precision", "match_boxes"):
    for threshold in (0.3, 0.5, 0.7, 0.9, 1.0):
        keeps = [batched_nms(*one, threshold) for one in raw]
        clean = [Detection(*(p[keep] for p in one)) for one, keep in zip(raw, keeps, strict=True)]
        print(f"NMS at {threshold}: mAP@.5 = {mean_average_precision(clean, truths):.3f}")
explain("06-doubles")
# Another knob is the size of the input. It needs no training. What does it cost, why not 256?
print("input   cells      ms   mAP@.5   mAP@[.5:.95]")
for row in detection_reports.by_input_size(yolo, judged, (64, 96, 128, 160, 256)):
    numbers = f"{row.milliseconds:6.1f}   {row.loose:6.3f}   {row.strict:12.3f}"
    print(f"{row.size:5}  {row.cells:6}  {numbers}")
# One threshold is one point of the curve. Where would you put it to miss nothing? To be right?
found = detection.detect(yolo, pictures[:8], conf=0.01)
widgets.ConfidenceExplorer(found, truths[:8], images=pictures[:8], names=scenes.CLASSES)

# %% [markdown] exercise="06-detect" difficulty=2 minutes=15
# ## Exercise 10 · Call the real one
#
# `results = model(images, conf=0.25, verbose=False)` does it all: letterbox, network, decoding,
# suppression, and boxes back. One result for each picture, with `result.boxes`:
#
# | | |
# |---|---|
# | `.xyxy`, `.conf` | (K, 4) in pixels of *that picture*; (K,) |
# | `.cls` | (K,) class numbers, as *floats* |
# | `.xywh`, `.xyxyn` | centre and size; normalised |
#
# An array is taken as OpenCV reads files: **blue first**. Red first runs, too, and nothing warns
# you.
#
# **Write** `detect(model, images, conf)`: a list of (H, W, 3) uint8 arrays, *red first* → a list of
# `Detection(boxes, scores, labels)`: xyxy, and int64 labels, on the CPU.
#
# - *By hand:* `image[..., ::-1]` turns the last axis around.
# - *Edge cases:* no pictures: `[]`, without a call. Nothing found: (0, 4), (0,), (0,).


# %% solution="06-detect"
def detect(model, images: Sequence[np.ndarray], conf: float) -> list[Detection]:
    """What an ultralytics.YOLO finds in each picture (H, W, 3) uint8, red first."""
    ### BEGIN SOLUTION
    if len(images) == 0:
        return []
    results = model([image[..., ::-1] for image in images], conf=conf, verbose=False)
    found = []
    for result in results:
        boxes = result.boxes
        found.append(Detection(boxes.xyxy.cpu(), boxes.conf.cpu(), boxes.cls.long().cpu()))
    return found
    ### END SOLUTION


# %% check="06-detect" points=1
how = {"through": detection_runs.detected, "exercise": "06-detect"}
# The check draws the scenes with these seeds, loads the small YOLO, and calls your function.
cases = [check.case(seeds=[12, 13], conf=0.1), check.case(seeds=[12], conf=0.6)]
check.function(detect, like=detection.detect, cases=cases, **how)

# %% hidden="06-detect" points=2
how = {"through": detection_runs.detected, "exercise": "06-detect"}
cases = [check.case([21, 22, 23], 0.1), check.case([24], 0.6, 80), check.case([25, 26], 0.9)]
cases += [check.case([], 0.5)]
check.function(detect, like=detection.detect, cases=cases, points=2, **how)

# %% [markdown] hints="06-detect"
# 1. Print `type(results)`, `len(results)` and `results[0].boxes.cls` for one picture. What differs
#    from what is asked?
# 2. `[image[..., ::-1] for image in images]` is the list with blue first. `conf=conf` has to be
#    passed on; without it the model takes 0.25.
# 3. For each result: `Detection(result.boxes.xyxy.cpu(), result.boxes.conf.cpu(),
#    result.boxes.cls.long().cpu())`. Before all that: `if len(images) == 0: return []`.

# %%
# Everything but the network is yours now. Does it give what ultralytics gives? If all pictures have
# one shape, ultralytics pads only up to the next multiple of 32, so we hand over a square one, too.
other = to_image(scenes.make_scene(seed=39).image)  # (128, 128, 3)
wide = other[:96]  # (96, 128, 3)
with uses_your("letterbox", "decode_grid", "batched_nms", "unletterbox", "detect"):
    square, scale, pad = letterbox(to_tensor(wide)[0], 128)
    boxes, scores = [], []
    maps = detection.head_maps(yolo, square[None])
    for (distances, chances), stride in zip(maps, detection.STRIDES, strict=True):
        boxes.append(decode_grid(distances, stride)[0])  # (H · W, 4)
        scores.append(chances[0].flatten(1).T)  # (H · W, K)
    best, labels = torch.cat(scores).max(dim=1)
    sure = best > 0.25
    boxes, best, labels = torch.cat(boxes)[sure], best[sure], labels[sure]
    keep = batched_nms(boxes, best, labels, 0.7)
    mine = unletterbox(boxes[keep], scale, pad, wide.shape[:2])
    theirs = detect(yolo, [wide, other], conf=0.25)[0]
    print("they agree within", round((mine - theirs.boxes).abs().max().item(), 2), "pixels")
    show_boxes(wide, mine, labels[keep], best[keep], names=scenes.CLASSES)
predict("06-bgr", "?")

# %%
swapped = [picture[..., ::-1] for picture in pictures]
with uses_your("detect", "mean_average_precision", "match_boxes"):
    for name, given in {"red first": pictures, "blue first": swapped}.items():
        found = detect(yolo, given, conf=0.001)
        loose = mean_average_precision(found, truths)
        strict = mean_average_precision(found, truths, detection.COCO_THRESHOLDS)
        print(f"given with {name}: mAP@.5 {loose:.3f}, mAP@[.5:.95] {strict:.3f}")
explain("06-bgr")
# Warm up for exercise 11: its questions, with other numbers each time.
widgets.NumbersDrill("06-numbers")

# %% [markdown] exercise="06-numbers" difficulty=2 minutes=8
# ## Exercise 11 · Numbers of your own
#
# Six questions, and everybody gets other numbers: they are drawn from the id under which you hand
# in. **Write** it behind `student_id` and run the cell: it shows your questions. Then put a number
# in place of each `None`, and delete the line `raise NotImplementedError()`. Paper first;
# expressions like `4 / (8 + 8 - 4)` are welcome. Three decimals will do.
#
# - *By hand:* an input of 64 × 96 has 8 · 12 + 4 · 6 + 2 · 3 = 126 cells.
# - *Edge case:* a level of recall that is never reached counts, with 0.

# %% solution="06-numbers"
student_id = None  # the id under which you hand in, in quotes
mine = own_numbers("06-numbers", student_id)
iou = None
pad = None
back = None
cells = None
side = None
ap = None
### BEGIN SOLUTION
student_id = "sample"
mine = own_numbers("06-numbers", student_id)
(x, y, w, h), (left, top, right, bottom) = mine["iou"].values()
shared = (min(x + w, right) - left) * (min(y + h, bottom) - top)
iou = shared / (w * h + (right - left) * (bottom - top) - shared)
short, long = sorted(mine["pad"].values())
pad = (640 - 640 * short // long) // 2
back = (mine["back"]["y"] - mine["back"]["pad"]) / mine["back"]["scale"]
height, width = mine["cells"].values()
cells = sum((height // stride) * (width // stride) for stride in (8, 16, 32))
side = (mine["side"]["column"] + 0.5 - mine["side"]["distance"]) * mine["side"]["stride"]
hits, objects = mine["ap"].values()
found = [sum(hits[:count]) for count in range(len(hits) + 1)]
best = [max([n / c for c, n in enumerate(found) if c and 100 * n >= step * objects], default=0)
        for step in range(101)]  # fmt: skip
ap = sum(best) / 101
### END SOLUTION

# %% check="06-numbers" points=1
mine = check.own_numbers("06-numbers", student_id)
xywh, xyxy = (torch.tensor([box], dtype=torch.float64) for box in mine["iou"].values())
corners = detection.convert_boxes(xywh, "xywh", "xyxy")
grids = (detection.cell_centres(*(n // s for n in mine["cells"].values()), s) for s in (8, 16, 32))
right = {
    "iou": detection.box_iou(corners, xyxy).item(),
    "cells": sum(len(centres) for centres in grids),
}
check.values({"iou": iou, "cells": cells}, like=right, exercise="06-numbers", tolerance=0.0006)

# %% hidden="06-numbers" points=2
mine = check.own_numbers("06-numbers", student_id)
xywh, xyxy = (torch.tensor([box], dtype=torch.float64) for box in mine["iou"].values())
width, height = mine["pad"].values()
_, _, grey = detection.letterbox(torch.zeros(1, height, width), 640)
shift, cell = mine["back"], mine["side"]
grids = (detection.cell_centres(*(n // s for n in mine["cells"].values()), s) for s in (8, 16, 32))
middle = detection.cell_centres(cell["row"] + 1, cell["column"] + 1, cell["stride"])[-1, 0]
hits = torch.tensor(mine["ap"]["hits"], dtype=torch.bool)
right = {
    "iou": detection.box_iou(detection.convert_boxes(xywh, "xywh", "xyxy"), xyxy).item(),
    "pad": max(grey),
    "back": shift["y"] / shift["scale"] - shift["pad"] / shift["scale"],
    "cells": sum(len(centres) for centres in grids),
    "side": middle.item() - cell["stride"] * cell["distance"],
    "ap": detection.coco_ap(torch.arange(len(hits), 0, -1), hits, mine["ap"]["objects"]),
}
given = (iou, pad, back, cells, side, ap)
answers = dict(zip(right, given, strict=True))
check.values(answers, like=right, exercise="06-numbers", points=2, tolerance=0.0006)

# %% [markdown] hints="06-numbers"
# 1. Each of them stands in an exercise above: 2 (and 1), 6, 6, "From cells to boxes", 7 and 8.
# 2. Bring both boxes to xyxy first. The scale of a letterbox is 640 / longer side, and half of the
#    grey lies at each end. A cell of stride s covers s · s pixels. Rows belong to y.
# 3. Back: subtract the pad, then divide. A side: (column + ½ − distance) · stride. AP: how many of
#    the levels 0, 0.01 … 1 are reached with one hit, how many more with two, with three? Each gets
#    the best precision from there on; levels that are never reached get 0.

# %% [markdown] exercise="06-bug-hunt" difficulty=2 minutes=12
# ## Exercise 12 · Bug hunt: the features of somebody else
#
# A two-stage detector looks again at each box, on the map that suits its size: up to 64 pixels on
# stride 8, up to 128 on stride 16, else on stride 32.
#
# ```python
# 1  def level_features(pyramid, boxes):
# 2      sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()
# 3      levels = torch.bucketize(sides, sides.new_tensor([64.0, 128.0]))
# 4      found = []
# 5      for number, (maps, stride) in enumerate(zip(pyramid, (8, 16, 32))):
# 6          centres = (boxes[levels == number, :2] + boxes[levels == number, 2:]) / 2
# 7          columns, rows = (centres / stride).long().unbind(dim=1)
# 8          found.append(maps[:, rows, columns].T)
# 9      return torch.cat(found)
# ```
#
# Shapes fit, nothing crashes, and in crowded pictures labels land on wrong boxes. **Repair** it;
# no boxes still give (0, C). Say in which line rows come to stand in wrong places (a number), and
# why (a letter). Delete both lines `raise NotImplementedError(…)`.


# %% solution="06-bug-hunt"
def level_features(pyramid: list[Tensor], boxes: Tensor) -> Tensor:
    """Three maps (C, H, W) and boxes (N, 4) xyxy → (N, C): row i belongs to box i."""
    ### BEGIN SOLUTION
    sides = (boxes[:, 2:] - boxes[:, :2]).prod(dim=1).sqrt()  # (N,)
    levels = torch.bucketize(sides, sides.new_tensor([64.0, 128.0]))  # (N,)
    features = pyramid[0].new_zeros(len(boxes), len(pyramid[0]))  # (N, C)
    for number, (maps, stride) in enumerate(zip(pyramid, (8, 16, 32), strict=True)):
        mine = levels == number  # (N,)
        centres = (boxes[mine, :2] + boxes[mine, 2:]) / 2
        columns, rows = (centres / stride).long().unbind(dim=1)
        features[mine] = maps[:, rows, columns].T
    return features
    ### END SOLUTION


# A: bucketize puts a box of exactly 64 pixels on the wrong level.
# B: columns and rows are exchanged: the first number of a centre is its row.
# C: dividing by the stride and cutting off gives the neighbouring cell.
# D: the rows are put together level by level, so they no longer stand in the order of the boxes.
bug_line = None  # a number
why = None  # a letter: "A", "B", "C" or "D"
### BEGIN SOLUTION
bug_line = 9
why = "D"
### END SOLUTION

# %% check="06-bug-hunt" points=1
r = check.inputs()
maps = [r.normal(2, 256 // stride, 256 // stride) for stride in (8, 16, 32)]
boxes = torch.tensor([[0.0, 0, 200, 240], [200, 9, 250, 40], [16, 100, 120, 190], [8, 8, 40, 40]])
check.function(
    level_features,
    like=detection.level_features,
    exercise="06-bug-hunt",
    cases=[check.case(maps, boxes)],
)

# %% hidden="06-bug-hunt" points=2
r = check.inputs()
maps = [r.normal(3, 192 // stride, 320 // stride) for stride in (8, 16, 32)]
corner, sides = r.uniform(12, 2, high=60), 10 + 14 * torch.arange(12)[:, None]
boxes = torch.cat([corner, corner + sides * torch.tensor([1.4, 0.7])], dim=1)
mixed = boxes[torch.randperm(12, generator=r.generator)]
mixed[:2], mixed[11] = boxes[[11, 0]], torch.tensor([8.0, 8.0, 72.0, 72.0])
check.function(
    level_features,
    like=detection.level_features,
    exercise="06-bug-hunt",
    cases=[check.case(maps, mixed), check.case(maps, mixed[:3]), check.case(maps, mixed[:0])],
)
check.values(
    {"bug_line": bug_line, "why": why}, like={"bug_line": 9, "why": "D"}, exercise="06-bug-hunt"
)

# %% [markdown] hints="06-bug-hunt"
# 1. Give it two boxes, a large one first. Which of them does the first row of the result belong to?
# 2. Boxes of level 0 come first, whatever their place in `boxes`. Where should the row of box 5 be
#    written?
# 3. Make `features = pyramid[0].new_zeros(len(boxes), C)` before the loop, and write
#    `features[levels == number] = maps[:, rows, columns].T` in it.

# %% [markdown] open="06-orchard" points=4
# ## Open question · Counting apples
#
# A farm photographs trees with 4000 × 3000 pixels. Apples are 12 to 30 pixels wide and hang in
# bunches. A colleague uses a YOLO with 640-pixel squares and strides 8, 16, 32. On single apples,
# cut out, mAP@.5 is 0.95. In the orchard the count is 40 % too low. She wants a larger network.
# In ten to fourteen sentences:
#
# 1. How large is an apple for the network, and what does that mean for its grids?
# 2. What does suppression do to a bunch? What could she change, and at which price?
# 3. Why did 0.95 say so little, and which numbers would you report for *counting*?
# 4. What would you try first, in which order?
#
# ### BEGIN SOLUTION
# **Model answer.** The letterbox has a scale of 640/4000 = 0.16, so an apple is 2 to 5 pixels wide:
# less than one cell of the finest grid, stride 8. Several apples then share a cell, and a cell
# proposes one box. A larger network sees the same few pixels, so it is not the first thing to try.
# Cutting the photograph into overlapping tiles of 640 pixels keeps apples at 12 to 30 pixels, for
# about 40 times the work; at the seams, boxes are seen twice and must be suppressed after they
# have been moved back. In a bunch, apples overlap, and suppression at 0.5 deletes neighbours as
# doubles. A higher threshold or Soft-NMS keeps them, and lets real doubles through, so the count
# may become too high. The validation pictures were cut out: large, alone, of another scale than
# those in the orchard, so they hold neither problem. mAP looks at the whole curve, but a count is
# made at one threshold of the score. I would report, on whole photographs that were held out, by
# tree and not by picture, recall and precision at the threshold in use, and the error of the count
# per tree, with its sign. First I would look at pictures with boxes and at what is missing, check
# that red and blue are not exchanged, then tile, then choose both thresholds on validation
# photographs, and only then train on tiles of the orchard or take a larger network.
#
# **Marking guide.** 1 point: scale 0.16, apples of 2 to 5 pixels, below the finest stride. 1 point:
# suppression in bunches, and the price of a higher threshold. 1 point: validation unlike use, and a
# number for counting at one threshold. 1 point: tiles or a larger input first, one change at a
# time.
# ### END SOLUTION

# %% [markdown]
# ## A map of the field
#
# | family | its idea | since |
# |---|---|---|
# | R-CNN, Faster R-CNN | two stages: propose regions, then look again at each | 2014, 2015 |
# | SSD | one stage, boxes from maps of several sizes | 2016 |
# | RetinaNet | feature pyramid, and a loss that lets easy background fade | 2017 |
# | FCOS | no anchors: distances to four sides | 2019 |
# | DETR | a transformer writes a set of boxes; matched in the loss, no suppression | 2020 |
#
# | YOLO | since | new |
# |---|---|---|
# | v1 | 2016 | one look: 7 × 7 cells, 98 boxes |
# | v3 | 2018 | three scales, nine anchors |
# | v5 | 2020 | in PyTorch, without a paper; easy to train |
# | v8 | 2023 | anchor-free, distances as distributions |
# | 11 | 2024 | fewer parameters for the same accuracy |
#
# Each has sizes. YOLO11, from n to x: 2.6 to 56.9 million parameters, 39.5 to 54.7 % mAP@[.5:.95]
# on COCO, at 640 pixels (figures: Ultralytics' documentation). The other knob, the input's size,
# you turned after exercise 9.

# %% [markdown]
# ## Lab: photographs, and a data set of your own
#
# As it stands, the cell uses the small YOLO, which knows five shapes and no buses. On Colab, set
# `REAL = True`: it downloads `yolo11n.pt` (5 MB), which knows 80 kinds of things. Without a
# network, go on with the small one. Bet first: how many people will it find at 0.25? At 0.1?
#
# **A custom data set** is a folder: pictures, a text file for each (class, cx, cy, w, h), and a
# YAML file with paths and names. With `TRAIN = True` (on a GPU: *Runtime → Change runtime type*)
# the last lines write one from 400 scenes, fine-tune, and score the result on new scenes. Which
# weights can be kept?

# %%
REAL = False  # ← the switch: True downloads yolo11n.pt, which knows photographs
TRAIN = False  # ← True fine-tunes it on 400 scenes, some minutes on a GPU
model = load_yolo(real=REAL)
seen = [photograph("bus"), photograph("zidane")] if REAL else pictures[:2]
with uses_your("detect"):
    for picture, found in zip(seen, detect(model, seen, conf=0.25), strict=True):
        show_boxes(picture, found.boxes, found.labels, found.scores, names=model.names)
if TRAIN:
    model = detection_reports.fine_tune(real=REAL, count=400, epochs=10)

# %% [markdown]
# ## What to take along
#
# | step | takes | gives | watch out |
# |---|---|---|---|
# | letterbox | (C, H, W) | a square, scale, pad | stretching changes shapes |
# | network | square | three grids | red first, or blue first? |
# | decode | (N, 4, H, W) | boxes in the square | column → x, row → y; + ½ |
# | suppression | boxes, scores, labels | indices, best first | class by class; no boxes |
# | back | boxes, scale, pad | boxes in the picture | subtract, *then* divide |
# | mAP | detections, truths | one number | all pictures in one ranking |
#
# - Apart, IoU says nothing about two boxes (GIoU does).
# - Suppression knows boxes, not objects: in a crowd it deletes people.
# - mAP judges a ranking; in use you choose one threshold. Report that, too.
# - Test with no box, one box, and a picture that is not square.
#
# In a week, run `quiz("06-review")`; for code that lies, `quiz("06-traps")`.
#
# **References.** Redmon et al. (2016), *You only look once*. Redmon, Farhadi (2018), *YOLOv3*.
# Bodla et al. (2017), *Soft-NMS*. Lin et al. (2014), *Microsoft COCO*. Tian et al. (2019), *FCOS*.
# Li et al. (2020), *Generalized focal loss*. Ren et al. (2015), *Faster R-CNN*. Liu et al. (2016),
# *SSD*. Carion et al. (2020), *DETR*. Jocher et al. (2023), *Ultralytics YOLO* (AGPL-3.0).
