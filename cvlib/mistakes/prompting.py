"""Known mistakes of session 08, exercise by exercise.

Each is a whole wrong solution as a learner would write it. It is pasted into notebooks as it
stands, so it uses torch, np, math, the tools of `regions` and exercises that come earlier in the
session, nothing else.
"""

from __future__ import annotations

import math

import numpy as np
import torch

from cvlib import regions
from cvlib.mistakes import mistake, mistaken_values, slip
from cvlib.prompting import ClickTrace, mask_nms, resize_longest

# 08-coordinates ---------------------------------------------------------------------------------


@mistake(
    "08-coordinates",
    function="resize_longest",
    says="The shorter side is brought to the target, so the longer one sticks out of the square.",
    asks="Which of 480 and 640 has to become 1024?",
)
def fits_the_shorter_side(size, target):
    scale = target / min(size)
    return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)


@mistake(
    "08-coordinates",
    function="resize_longest",
    says="Decimals are cut off without adding 0.5 first, so sizes are rounded down.",
    asks="What is `int(682.67)`, and which whole number is nearest?",
)
def rounds_down(size, target):
    scale = target / max(size)
    return int(size[0] * scale), int(size[1] * scale)


@mistake(
    "08-coordinates",
    function="resize_longest",
    says="Width comes back before height.",
    asks="In which order does the argument `size` hold its two numbers?",
)
def returns_width_first(size, target):
    scale = target / max(size)
    return int(size[1] * scale + 0.5), int(size[0] * scale + 0.5)


@mistake(
    "08-coordinates",
    function="resize_longest",
    says="Halves go to the nearest *even* number, as `round` has it; here they go up.",
    asks="What is `round(2.5)`, and what is `int(2.5 + 0.5)`?",
)
def rounds_halves_to_even(size, target):
    scale = target / max(size)
    return round(size[0] * scale), round(size[1] * scale)


@mistake(
    "08-coordinates",
    function="resize_longest",
    says="Every fraction is rounded up, however small it is.",
    asks="Which whole number is nearest to 85.2?",
)
def rounds_up(size, target):
    scale = target / max(size)
    return math.ceil(size[0] * scale), math.ceil(size[1] * scale)


@mistake(
    "08-coordinates",
    function="resize_longest",
    says="The decimals stay, so that sizes are no whole numbers.",
    asks="How many pixels high is a picture of 768.5 rows?",
)
def keeps_the_decimals(size, target):
    scale = target / max(size)
    return size[0] * scale + 0.5, size[1] * scale + 0.5


@mistake(
    "08-coordinates",
    function="resize_longest",
    says="The width always decides about the scale, also where the height is the longer side.",
    asks="Which side of an upright picture, (500, 333), has to become 128?",
)
def goes_by_the_width(size, target):
    scale = target / size[1]
    return int(size[0] * scale + 0.5), int(size[1] * scale + 0.5)


@mistake(
    "08-coordinates",
    function="to_model_coords",
    says="Points are taken for (row, column): x is scaled with the height's factor, y with the "
    "width's.",
    asks="x counts columns. Which of the two sizes belongs to columns?",
)
def takes_points_for_row_and_column(points, original_size, target):
    height, width = original_size
    new_height, new_width = resize_longest(original_size, target)
    return points * points.new_tensor([new_height / height, new_width / width])


@mistake(
    "08-coordinates",
    function="to_model_coords",
    says="Coordinates are not scaled: they stay in the photograph's pixels.",
    asks="Where is the point (320, 240) after the picture has grown from 640 to 1024 columns?",
)
def leaves_points_as_they_are(points, original_size, target):
    return points.clone()


@mistake(
    "08-coordinates",
    function="to_model_coords",
    says="Both axes get the factor target / longer side; after rounding, the shorter side has "
    "another one.",
    asks="(333, 500) becomes (85, 128). Is 85/333 the same number as 128/500?",
)
def scales_both_axes_alike(points, original_size, target):
    return points * (target / max(original_size))


@mistake(
    "08-coordinates",
    function="to_model_coords",
    says="Points are stretched as if the picture filled the whole square, without padding.",
    asks="Does the last row of a wide picture reach the bottom of the model's square?",
)
def stretches_over_the_padding(points, original_size, target):
    height, width = original_size
    return points * points.new_tensor([target / width, target / height])


@mistake(
    "08-coordinates",
    function="to_model_coords",
    says="The first *point* is scaled like an x and the second like a y.",
    asks="`points[0]` is the first row. Which axis of (…, 2) holds x and y?",
)
def scales_rows_instead_of_columns(points, original_size, target):
    height, width = original_size
    new_height, new_width = resize_longest(original_size, target)
    return torch.stack([points[0] * new_width / width, points[1] * new_height / height])


@mistake(
    "08-coordinates",
    function="to_image_coords",
    says="The way back multiplies as well: points go even farther instead of coming home.",
    asks="What undoes a multiplication by 1.6?",
)
def multiplies_on_the_way_back(points, original_size, target):
    height, width = original_size
    new_height, new_width = resize_longest(original_size, target)
    return points * points.new_tensor([new_width / width, new_height / height])


@mistake(
    "08-coordinates",
    function="to_image_coords",
    says="On the way back x is divided by the height's factor, and y by the width's.",
    asks="x counts columns. Which of the two sizes belongs to columns?",
)
def exchanges_the_factors_on_the_way_back(points, original_size, target):
    height, width = original_size
    new_height, new_width = resize_longest(original_size, target)
    return points / points.new_tensor([new_height / height, new_width / width])


@mistake(
    "08-coordinates",
    function="to_image_coords",
    says="The way back takes longer side / target for both axes; the shorter side was rounded.",
    asks="(333, 500) became (85, 128). Is 333/85 the same number as 500/128?",
)
def takes_one_factor_on_the_way_back(points, original_size, target):
    return points * (max(original_size) / target)


@mistake(
    "08-coordinates",
    function="to_image_coords",
    says="The way back rounds to whole pixels, so it is no inverse.",
    asks="Should a point that goes there and back be where it was?",
)
def rounds_on_the_way_back(points, original_size, target):
    height, width = original_size
    new_height, new_width = resize_longest(original_size, target)
    return (points / points.new_tensor([new_width / width, new_height / height])).round()


# 08-fourier -------------------------------------------------------------------------------------


@mistake(
    "08-fourier",
    says="Coordinates stay between 0 and 1 instead of −1 and 1.",
    asks="Which v should the middle (0.5, 0.5) have?",
)
def keeps_zero_to_one(coords, matrix):
    angles = 2 * math.pi * (coords @ matrix)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


@mistake(
    "08-fourier",
    says="The factor 2π is missing, so the waves are six times too long.",
    asks="A whole wave is an angle of …?",
)
def forgets_two_pi(coords, matrix):
    angles = (2 * coords - 1) @ matrix
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


@mistake(
    "08-fourier",
    says="The factor is π, half of what a whole wave needs.",
    asks="A whole wave is an angle of …?",
)
def takes_half_waves(coords, matrix):
    angles = math.pi * ((2 * coords - 1) @ matrix)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


@mistake(
    "08-fourier",
    says="Cosines stand before the sines.",
    asks="What should the first F numbers of the middle be: zeros or ones?",
)
def puts_cosines_first(coords, matrix):
    angles = 2 * math.pi * ((2 * coords - 1) @ matrix)
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


@mistake(
    "08-fourier",
    says="Sine and cosine of each wave stand side by side instead of all sines first.",
    asks="Which numbers should come first for the middle: F zeros, or zero and one in turns?",
)
def interleaves_sines_and_cosines(coords, matrix):
    angles = 2 * math.pi * ((2 * coords - 1) @ matrix)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


@mistake(
    "08-fourier",
    says="Doubling comes after subtracting 1: places run from −2 to 0.",
    asks="Which v should the middle (0.5, 0.5) have?",
)
def subtracts_before_doubling(coords, matrix):
    angles = 2 * math.pi * ((2 * (coords - 1)) @ matrix)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


@mistake(
    "08-fourier",
    says="The factor 2π stands before sine and cosine: waves get taller, not shorter.",
    asks="Between which two numbers does every sine lie?",
)
def makes_the_waves_taller(coords, matrix):
    v = (2 * coords - 1) @ matrix
    return 2 * math.pi * torch.cat([v.sin(), v.cos()], dim=-1)


@mistake(
    "08-fourier",
    says="Sines and cosines are joined along the first axis, so there are twice as many places.",
    asks="Which axis of (…, F) has to become 2F?",
)
def joins_the_first_axis(coords, matrix):
    angles = 2 * math.pi * ((2 * coords - 1) @ matrix)
    return torch.cat([angles.sin(), angles.cos()])


@mistake(
    "08-fourier",
    says="Coordinates are taken as (y, x): they are exchanged before the multiplication.",
    asks="Which row of the matrix belongs to x?",
)
def reads_y_first(coords, matrix):
    angles = 2 * math.pi * ((2 * coords.flip(-1) - 1) @ matrix)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


# 08-pick-mask -----------------------------------------------------------------------------------


@mistake(
    "08-pick-mask",
    says="The first mask is taken, whatever the scores say.",
    asks="What are the three scores for?",
)
def always_takes_the_first(masks, scores, policy="best"):
    if policy not in ("best", "largest", "smallest"):
        raise ValueError(f"policy is {policy!r}")
    return masks[0]


@mistake(
    "08-pick-mask",
    says="The largest mask is taken for the best one.",
    asks="Is a mask of the whole picture a good answer to every click?",
)
def takes_the_largest_for_the_best(masks, scores, policy="best"):
    if policy not in ("best", "largest", "smallest"):
        raise ValueError(f"policy is {policy!r}")
    areas = masks.sum(dim=(1, 2))
    return masks[areas.argmin() if policy == "smallest" else areas.argmax()]


@mistake(
    "08-pick-mask",
    says="The policy is not used: the best score always wins.",
    asks='Which mask should "smallest" give if the largest has the best score?',
)
def ignores_the_policy(masks, scores, policy="best"):
    if policy not in ("best", "largest", "smallest"):
        raise ValueError(f"policy is {policy!r}")
    return masks[scores.argmax()]


@mistake(
    "08-pick-mask",
    says="Scores below 0 are set to 0 first, so that the best of several poor masks is lost.",
    asks="If all four scores are negative, which mask is the best?",
)
def cuts_scores_at_zero(masks, scores, policy="best"):
    if policy not in ("best", "largest", "smallest"):
        raise ValueError(f"policy is {policy!r}")
    areas = masks.sum(dim=(1, 2))
    worth = {"best": scores.clamp(0, 1), "largest": areas, "smallest": -areas}[policy]
    return masks[worth.argmax()]


@mistake(
    "08-pick-mask",
    says="An unknown policy is taken for one of the others instead of being refused.",
    asks='What should happen to someone who types policy="middle"?',
)
def accepts_any_policy(masks, scores, policy="best"):
    areas = masks.sum(dim=(1, 2))
    if policy == "largest":
        return masks[areas.argmax()]
    if policy == "smallest":
        return masks[areas.argmin()]
    return masks[scores.argmax()]


@mistake(
    "08-pick-mask",
    says="Pixels of all masks are counted together, so there is one area, and mask 0 wins.",
    asks="How many areas do three masks have, and which axes are counted for each?",
)
def counts_all_masks_together(masks, scores, policy="best"):
    if policy not in ("best", "largest", "smallest"):
        raise ValueError(f"policy is {policy!r}")
    area = masks.sum()
    return masks[{"best": scores, "largest": area, "smallest": -area}[policy].argmax()]


@mistake(
    "08-pick-mask",
    says="The number of the mask comes back instead of the mask.",
    asks="Which shape should the result have?",
)
def returns_the_number(masks, scores, policy="best"):
    if policy not in ("best", "largest", "smallest"):
        raise ValueError(f"policy is {policy!r}")
    areas = masks.sum(dim=(1, 2))
    return {"best": scores, "largest": areas, "smallest": -areas}[policy].argmax()


# 08-masks ---------------------------------------------------------------------------------------


@mistake(
    "08-masks",
    function="mask_iou",
    says="Two empty masks give 0/0, which is NaN.",
    asks="What is 0 / 0 in torch, and what does a mean over a data set become with one of them?",
)
def divides_zero_by_zero(a, b):
    return (a & b).sum(dim=(-2, -1)) / (a | b).sum(dim=(-2, -1))


@mistake(
    "08-masks",
    function="mask_iou",
    says="Two empty masks get 0, as if they disagreed.",
    asks="Nothing is there, and nothing was found. Is that a good or a bad answer?",
)
def gives_empty_masks_zero(a, b):
    together = (a | b).sum(dim=(-2, -1)).float()
    return (a & b).sum(dim=(-2, -1)) / together.clamp(min=1)


@mistake(
    "08-masks",
    function="mask_iou",
    says="The shared pixels are divided by the sum of both areas, so they are counted twice below.",
    asks="4 and 6 pixels share 2. How many pixels do they cover together?",
)
def adds_the_areas(a, b):
    shared = (a & b).sum(dim=(-2, -1)).float()
    both = a.sum(dim=(-2, -1)) + b.sum(dim=(-2, -1))
    return torch.where(both > 0, shared / both.clamp(min=1), 1.0)


@mistake(
    "08-masks",
    function="mask_iou",
    says="This is Dice: twice the shared pixels over the sum of the areas.",
    asks="4 and 6 pixels share 2. Dice is 4/10; what is the IoU?",
)
def computes_dice(a, b):
    shared = (a & b).sum(dim=(-2, -1)).float()
    both = a.sum(dim=(-2, -1)) + b.sum(dim=(-2, -1))
    return torch.where(both > 0, 2 * shared / both.clamp(min=1), 1.0)


@mistake(
    "08-masks",
    function="mask_iou",
    says="This is pixel accuracy: the empty ground counts as well.",
    asks="Two tiny masks that miss each other in a large picture: how alike are they?",
)
def counts_the_ground(a, b):
    return (a == b).float().mean(dim=(-2, -1))


@mistake(
    "08-masks",
    function="mask_iou",
    says="Pixels of the whole batch are counted together: one number instead of one for each pair.",
    asks="Which axes are height and width, counted from the end?",
)
def sums_over_the_batch(a, b):
    shared, together = (a & b).sum().float(), (a | b).sum().float()
    return torch.where(together > 0, shared / together.clamp(min=1), 1.0)


@mistake(
    "08-masks",
    function="mask_iou",
    says="Adding 1 above and below the line saves empty masks, and changes all others.",
    asks="4 and 6 pixels share 2. Is their IoU 2/8 or 3/9?",
)
def adds_one_above_and_below(a, b):
    shared, together = (a & b).sum(dim=(-2, -1)), (a | b).sum(dim=(-2, -1))
    return (shared + 1) / (together + 1)


@mistake(
    "08-masks",
    function="mask_iou",
    says="The `if` can judge one pair of masks only; of several pairs, some may be empty.",
    asks="How does one choose between two values for each element of a tensor?",
)
def asks_once_for_all_pairs(a, b):
    together = (a | b).sum(dim=(-2, -1))
    if together == 0:
        return torch.tensor(1.0)
    return (a & b).sum(dim=(-2, -1)) / together


@mistake(
    "08-masks",
    function="mask_to_box",
    says="Rows and columns are exchanged: the box is y1, x1, y2, x2.",
    asks="`nonzero` gives rows first. Which of the two is x?",
)
def puts_rows_first(mask):
    if not mask.any():
        return torch.zeros(4)
    places = mask.nonzero()
    return torch.cat([places.amin(dim=0), places.amax(dim=0)]).float()


@mistake(
    "08-masks",
    function="mask_to_box",
    says="The corners are the first and the last pixel in reading order.",
    asks="Does the top row of a disc hold its leftmost pixel?",
)
def takes_the_first_and_the_last_pixel(mask):
    rows, columns = mask.nonzero().unbind(dim=1)
    if len(rows) == 0:
        return torch.zeros(4)
    return torch.stack([columns[0], rows[0], columns[-1], rows[-1]]).float()


@mistake(
    "08-masks",
    function="mask_to_box",
    says="The box is x, y, width, height; asked for were two corners.",
    asks="What would SAM take the third number for?",
)
def returns_width_and_height(mask):
    if not mask.any():
        return torch.zeros(4)
    rows, columns = mask.any(dim=1).nonzero(), mask.any(dim=0).nonzero()
    x, y = columns.min(), rows.min()
    return torch.stack([x, y, columns.max() - x + 1, rows.max() - y + 1]).float()


@mistake(
    "08-masks",
    function="mask_to_box",
    says="The corner x2, y2 lies one pixel behind the mask.",
    asks="One pixel in column 5: should x2 be 5 or 6 here?",
)
def ends_one_pixel_later(mask):
    if not mask.any():
        return torch.zeros(4)
    rows, columns = mask.any(dim=1).nonzero(), mask.any(dim=0).nonzero()
    return torch.stack([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]).float()


@mistake(
    "08-masks",
    function="mask_to_box",
    says="An empty mask is not thought of: the smallest of no numbers raises an error.",
    asks="Which columns does an empty mask hold?",
)
def forgets_the_empty_mask(mask):
    rows, columns = mask.any(dim=1).nonzero(), mask.any(dim=0).nonzero()
    return torch.stack([columns.min(), rows.min(), columns.max(), rows.max()]).float()


# 08-next-click ----------------------------------------------------------------------------------


@mistake(
    "08-next-click",
    says="Row and column are exchanged: y comes back as x.",
    asks="`divmod` by the width gives the row first. Which of the two is x?",
)
def gives_row_and_column(pred, target):
    found = [(part, 1) for part in regions.regions(target & ~pred)[:1]]
    found += [(part, 0) for part in regions.regions(pred & ~target)[:1]]
    if not found:
        raise ValueError("nothing is wrong")
    error, label = max(found, key=lambda pair: int(pair[0].sum()))
    y, x = divmod(int(regions.depth(error).argmax()), error.shape[1])
    return y, x, label


@mistake(
    "08-next-click",
    says="Labels are exchanged: a missing pixel is told to be background.",
    asks="A pixel belongs to the thing and is missing. Which label says so?",
)
def exchanges_the_labels(pred, target):
    found = [(part, 0) for part in regions.regions(target & ~pred)[:1]]
    found += [(part, 1) for part in regions.regions(pred & ~target)[:1]]
    if not found:
        raise ValueError("nothing is wrong")
    error, label = max(found, key=lambda pair: int(pair[0].sum()))
    y, x = divmod(int(regions.depth(error).argmax()), error.shape[1])
    return x, y, label


@mistake(
    "08-next-click",
    says="The click is at the centroid of the error, which may lie outside of it, in a hole.",
    asks="Where is the centroid of a ring?",
)
def clicks_the_centroid(pred, target):
    found = [(part, 1) for part in regions.regions(target & ~pred)[:1]]
    found += [(part, 0) for part in regions.regions(pred & ~target)[:1]]
    if not found:
        raise ValueError("nothing is wrong")
    error, label = max(found, key=lambda pair: int(pair[0].sum()))
    y, x = error.nonzero().float().mean(dim=0).round().int().tolist()
    return x, y, label


@mistake(
    "08-next-click",
    says="All errors are looked at together, so the deepest pixel need not lie in the largest one.",
    asks="Must a thin, long error be smaller than a compact one?",
)
def takes_the_deepest_of_all_errors(pred, target):
    missing, too_much = regions.depth(target & ~pred), regions.depth(pred & ~target)
    if not (pred != target).any():
        raise ValueError("nothing is wrong")
    label = int(missing.max() >= too_much.max())
    y, x = divmod(int((missing if label else too_much).argmax()), pred.shape[1])
    return x, y, label


@mistake(
    "08-next-click",
    says="Missing and superfluous pixels that touch are taken for one region.",
    asks="Can one click, with one label, lie in the middle of both kinds of errors?",
)
def joins_both_kinds_of_errors(pred, target):
    found = regions.regions(pred ^ target)
    if not found:
        raise ValueError("nothing is wrong")
    y, x = divmod(int(regions.depth(found[0]).argmax()), pred.shape[1])
    return x, y, int(target[y, x])


@mistake(
    "08-next-click",
    says="The kind of error with more pixels in all is taken, not the one with the largest region.",
    asks="Three small regions of one kind, one large region of the other: where do you click?",
)
def counts_all_pixels_of_a_kind(pred, target):
    missing, too_much = target & ~pred, pred & ~target
    if not (missing | too_much).any():
        raise ValueError("nothing is wrong")
    label = int(missing.sum() >= too_much.sum())
    error = regions.regions(missing if label else too_much)[0]
    y, x = divmod(int(regions.depth(error).argmax()), error.shape[1])
    return x, y, label


@mistake(
    "08-next-click",
    says="Of the two regions the deeper one is taken, not the one with more pixels.",
    asks="A long, thin error of 80 pixels, a round one of 30: which is the larger?",
)
def takes_the_deeper_of_the_two(pred, target):
    found = [(part, 1) for part in regions.regions(target & ~pred)[:1]]
    found += [(part, 0) for part in regions.regions(pred & ~target)[:1]]
    if not found:
        raise ValueError("nothing is wrong")
    error, label = max(found, key=lambda pair: float(regions.depth(pair[0]).max()))
    y, x = divmod(int(regions.depth(error).argmax()), error.shape[1])
    return x, y, label


@mistake(
    "08-next-click",
    says="One kind of error may have no region at all: `[0]` of an empty list stops the program.",
    asks="What does `regions` return if nothing is too much, and what is `[:1]` of that?",
)
def expects_errors_of_both_kinds(pred, target):
    missing = regions.regions(target & ~pred)[0]
    too_much = regions.regions(pred & ~target)[0]
    label = int(missing.sum() >= too_much.sum())
    error = missing if label else too_much
    y, x = divmod(int(regions.depth(error).argmax()), error.shape[1])
    return x, y, label


@mistake(
    "08-next-click",
    says="The counted pixel is divided by the height; a row holds as many as the width.",
    asks="Pixels are counted row by row. How many of them are in a row?",
)
def divides_by_the_height(pred, target):
    found = [(part, 1) for part in regions.regions(target & ~pred)[:1]]
    found += [(part, 0) for part in regions.regions(pred & ~target)[:1]]
    if not found:
        raise ValueError("nothing is wrong")
    error, label = max(found, key=lambda pair: int(pair[0].sum()))
    y, x = divmod(int(regions.depth(error).argmax()), error.shape[0])
    return x, y, label


@mistake(
    "08-next-click",
    says="Only missing pixels are looked for; what is too much is never clicked away.",
    asks="What should happen when the mask is larger than the thing?",
)
def looks_for_missing_pixels_only(pred, target):
    found = regions.regions(target & ~pred)
    if not found:
        raise ValueError("nothing is wrong")
    y, x = divmod(int(regions.depth(found[0]).argmax()), pred.shape[1])
    return x, y, 1


@mistake(
    "08-next-click",
    says="The first pixel of the error is clicked, which lies at its edge.",
    asks="Where in a region is a click least ambiguous?",
)
def clicks_the_first_pixel(pred, target):
    found = [(part, 1) for part in regions.regions(target & ~pred)[:1]]
    found += [(part, 0) for part in regions.regions(pred & ~target)[:1]]
    if not found:
        raise ValueError("nothing is wrong")
    error, label = max(found, key=lambda pair: int(pair[0].sum()))
    y, x = error.nonzero()[0].tolist()
    return x, y, label


@mistake(
    "08-next-click",
    says="If nothing is wrong, a click is made up instead of raising ValueError.",
    asks="Which click would make a perfect mask better?",
)
def clicks_even_if_nothing_is_wrong(pred, target):
    found = [(part, 1) for part in regions.regions(target & ~pred)[:1]]
    found += [(part, 0) for part in regions.regions(pred & ~target)[:1]]
    if not found:
        return 0, 0, 0
    error, label = max(found, key=lambda pair: int(pair[0].sum()))
    y, x = divmod(int(regions.depth(error).argmax()), error.shape[1])
    return x, y, label


# 08-interactive ---------------------------------------------------------------------------------


@mistake(
    "08-interactive",
    says="The call of `set_image` stands inside the loop: the picture is encoded for every click.",
    asks="Does a click change the picture? Which of the two calls is the expensive one?",
)
def encodes_for_every_click(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        predictor.set_image(image)
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="Only the latest click is handed over; the earlier ones are forgotten.",
    asks="What does SAM remember from one call of `predict` to the next?",
)
def forgets_earlier_clicks(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks[-1:])
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="Clicks are handed over as (row, column): the model is asked about another place.",
    asks="`predict` wants x first. What does your array hold first?",
)
def hands_over_row_and_column(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, 1::-1], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="Mask 0 is shown, whatever the scores say.",
    asks="The first click gives three masks. Which of them should be shown?",
)
def shows_mask_zero(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, _, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        mask, logits = torch.from_numpy(masks[0]), low[:1]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="The truth chooses among the three masks: the program peeks, and no user could do that.",
    asks="Who knows the target when the program is used: the program, or the person?",
)
def peeks_at_the_truth(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, _, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        every = torch.from_numpy(masks)
        each = (every & target).sum(dim=(1, 2)) / (every | target).sum(dim=(1, 2))
        best = int(each.argmax())
        mask, logits = every[best], low[best][None]
        ious.append(each[best].item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="The logits of the mask before are not handed over.",
    asks="What is `mask_input` for, and what should it be from the second click on?",
)
def forgets_the_logits(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask = torch.zeros_like(target)
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, _ = predictor.predict(
            given[:, :2], given[:, 2], multimask_output=len(clicks) == 1
        )
        mask = torch.from_numpy(masks[scores.argmax()])
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="Three masks are asked for after every click, not after the first one only.",
    asks="After how many clicks does a prompt leave little doubt, and which argument says so?",
)
def asks_for_three_masks_every_time(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=True
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="A single mask is asked for, even after the first click.",
    asks="What can a single click mean? `multimask_output` should depend on the number of clicks.",
)
def asks_for_one_mask_at_first(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=False
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="The IoU noted is the one that the model predicts, not the one with the target.",
    asks="What are `scores`: measured, or guessed?",
)
def notes_the_predicted_iou(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(float(scores[best]))
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="Every click is chosen as if nothing had been found yet.",
    asks="Which mask does `choose` have to see after the first click?",
)
def keeps_looking_at_an_empty_mask(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(torch.zeros_like(target), target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="The logits go back as (h, w); `mask_input` wants (1, h, w).",
    asks="What is the shape of `low[best]`, and what does `[None]` do to it?",
)
def drops_the_axis_of_the_logits(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="The logits of mask 0 go back, whichever mask was shown.",
    asks="Which of the three masks did the person see, and correct?",
)
def hands_back_the_logits_of_mask_zero(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[:1]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="Every click gets label 1, also those on pixels that are too much.",
    asks="`choose` returns three numbers. What is the third one for?",
)
def calls_every_click_foreground(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) < max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], np.ones(len(given)), mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="It always makes max_clicks clicks, even if the mask is good enough long before.",
    asks="What should happen right after the first IoU of at least stop_iou?",
)
def never_stops_early(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    for _ in range(max_clicks):
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
    return ClickTrace(clicks, ious, mask)


@mistake(
    "08-interactive",
    says="One click too many is allowed: max_clicks + 1.",
    asks="How many clicks are there when the loop is entered for the last time?",
)
def clicks_once_too_often(
    predictor, image, target, max_clicks=20, stop_iou=0.85, choose=regions.plain_click
):
    predictor.set_image(image)
    clicks, ious = [], []
    mask, logits = torch.zeros_like(target), None
    while len(clicks) <= max_clicks:
        clicks.append(choose(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


# 08-noc -----------------------------------------------------------------------------------------


@mistake(
    "08-noc",
    says="Clicks are counted from 0, so that every object takes one click less.",
    asks="If the very first click is good enough, how many clicks were needed?",
)
def counts_from_zero(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("no object")
    needed = []
    for each in ious:
        good = [n for n, iou in enumerate(each[:max_clicks]) if iou >= target_iou]
        needed.append(good[0] if good else max_clicks)
    return sum(needed) / len(needed)


@mistake(
    "08-noc",
    says="Objects that never reach the target are left out: the hardest ones do not count.",
    asks="How would a program score that gives up on everything but one easy object?",
)
def leaves_failures_out(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("no object")
    needed = []
    for each in ious:
        needed += [n for n, iou in enumerate(each[:max_clicks], 1) if iou >= target_iou][:1]
    return sum(needed) / max(1, len(needed))


@mistake(
    "08-noc",
    says="An object that fails counts as many clicks as its list is long, not max_clicks.",
    asks="Somebody gives up after two clicks at IoU 0.1. Is that as good as success after two?",
)
def counts_the_length_of_failures(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("no object")
    needed = []
    for each in ious:
        good = [n for n, iou in enumerate(each[:max_clicks], 1) if iou >= target_iou]
        needed.append(good[0] if good else min(len(each), max_clicks))
    return sum(needed) / len(needed)


@mistake(
    "08-noc",
    says="An IoU of exactly the target is not accepted.",
    asks='What does "at least 85 %" say about 0.85?',
)
def wants_more_than_the_target(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("no object")
    needed = []
    for each in ious:
        good = [n for n, iou in enumerate(each[:max_clicks], 1) if iou > target_iou]
        needed.append(good[0] if good else max_clicks)
    return sum(needed) / len(needed)


@mistake(
    "08-noc",
    says="The clicks below the target are counted, wherever they stand, instead of looking for the "
    "first good one.",
    asks="What if the IoU falls again after a good click?",
)
def counts_all_poor_clicks(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("no object")
    needed = []
    for each in ious:
        below = sum(iou < target_iou for iou in each[:max_clicks])
        reached = any(iou >= target_iou for iou in each[:max_clicks])
        needed.append(below + 1 if reached else max_clicks)
    return sum(needed) / len(needed)


@mistake(
    "08-noc",
    says="Every good click is added up, not only the first one of an object.",
    asks="What should the loop do as soon as a click is good enough?",
)
def adds_up_all_good_clicks(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("no object")
    needed = []
    for each in ious:
        good = [n for n, iou in enumerate(each[:max_clicks], 1) if iou >= target_iou]
        needed.append(sum(good) if good else max_clicks)
    return sum(needed) / len(needed)


@mistake(
    "08-noc",
    says="Clicks behind max_clicks are looked at as well.",
    asks="With max_clicks = 3, does a good seventh click help?",
)
def looks_behind_max_clicks(ious, target_iou=0.85, max_clicks=20):
    if not ious:
        raise ValueError("no object")
    needed = []
    for each in ious:
        good = [n for n, iou in enumerate(each, 1) if iou >= target_iou]
        needed.append(good[0] if good else max_clicks)
    return sum(needed) / len(needed)


# 08-boxes ---------------------------------------------------------------------------------------


@mistake(
    "08-boxes",
    says="The call of `set_image` stands inside the loop: the picture is encoded for every box.",
    asks="Does a box change the picture?",
)
def encodes_for_every_box(predictor, image, boxes):
    masks = torch.zeros(len(boxes), *image.shape[:2], dtype=torch.bool)
    for index, box in enumerate(boxes.cpu().numpy()):
        predictor.set_image(image)
        masks[index] = torch.from_numpy(predictor.predict(box=box, multimask_output=False)[0][0])
    return masks


@mistake(
    "08-boxes",
    says="Boxes are turned into x, y, width, height first; SAM wants two corners.",
    asks="What does the predictor take the third number of a box for?",
)
def gives_width_and_height(predictor, image, boxes):
    predictor.set_image(image)
    masks = torch.zeros(len(boxes), *image.shape[:2], dtype=torch.bool)
    for index, (x1, y1, x2, y2) in enumerate(boxes.tolist()):
        box = np.array([x1, y1, x2 - x1, y2 - y1])
        masks[index] = torch.from_numpy(predictor.predict(box=box, multimask_output=False)[0][0])
    return masks


@mistake(
    "08-boxes",
    says="Boxes are handed over as rows and columns: y1, x1, y2, x2.",
    asks="Which axis comes first in a box of a detector?",
)
def gives_rows_first(predictor, image, boxes):
    predictor.set_image(image)
    masks = torch.zeros(len(boxes), *image.shape[:2], dtype=torch.bool)
    for index, box in enumerate(boxes[:, [1, 0, 3, 2]].cpu().numpy()):
        masks[index] = torch.from_numpy(predictor.predict(box=box, multimask_output=False)[0][0])
    return masks


@mistake(
    "08-boxes",
    says="The middle of each box is clicked, and the box itself is not used.",
    asks="What does a box say that a click in its middle does not?",
)
def clicks_into_the_middle(predictor, image, boxes):
    predictor.set_image(image)
    masks = torch.zeros(len(boxes), *image.shape[:2], dtype=torch.bool)
    for index, (x1, y1, x2, y2) in enumerate(boxes.tolist()):
        point = np.array([[(x1 + x2) / 2, (y1 + y2) / 2]])
        found, _, _ = predictor.predict(point, np.array([1]), multimask_output=False)
        masks[index] = torch.from_numpy(found[0])
    return masks


@mistake(
    "08-boxes",
    says="Three masks are asked for, and the first one is taken.",
    asks="How much doubt does a box leave, and what is the default of `multimask_output`?",
)
def takes_the_first_of_three(predictor, image, boxes):
    predictor.set_image(image)
    masks = torch.zeros(len(boxes), *image.shape[:2], dtype=torch.bool)
    for index, box in enumerate(boxes.cpu().numpy()):
        masks[index] = torch.from_numpy(predictor.predict(box=box)[0][0])
    return masks


@mistake(
    "08-boxes",
    says="Three masks are asked for, and the one with the best score is taken.",
    asks="Which output of SAM was trained for prompts that leave little doubt?",
)
def takes_the_best_of_three(predictor, image, boxes):
    predictor.set_image(image)
    masks = torch.zeros(len(boxes), *image.shape[:2], dtype=torch.bool)
    for index, box in enumerate(boxes.cpu().numpy()):
        found, scores, _ = predictor.predict(box=box)
        masks[index] = torch.from_numpy(found[scores.argmax()])
    return masks


@mistake(
    "08-boxes",
    says="Boxes are scaled to the model's square before the predictor does it again.",
    asks="In whose pixels does `predict` want its prompts?",
)
def scales_the_boxes_twice(predictor, image, boxes):
    predictor.set_image(image)
    masks = torch.zeros(len(boxes), *image.shape[:2], dtype=torch.bool)
    scale = 1024 / max(image.shape[:2])
    for index, box in enumerate((boxes * scale).cpu().numpy()):
        masks[index] = torch.from_numpy(predictor.predict(box=box, multimask_output=False)[0][0])
    return masks


@mistake(
    "08-boxes",
    says="No box at all is not thought of: nothing can be stacked.",
    asks="What does `torch.stack([])` do?",
)
def forgets_that_nothing_may_be_found(predictor, image, boxes):
    predictor.set_image(image)
    return torch.stack([
        torch.from_numpy(predictor.predict(box=box, multimask_output=False)[0][0])
        for box in boxes.cpu().numpy()
    ])  # fmt: skip


# 08-automatic -----------------------------------------------------------------------------------


@mistake(
    "08-automatic",
    function="mask_nms",
    says="Masks are taken in their own order, not from the best score down.",
    asks="Which of two equal masks should stay, the first or the better one?",
)
def goes_by_number(masks, scores, iou_threshold):
    kept = []
    for index in range(len(masks)):
        shared = (masks[kept] & masks[index]).sum(dim=(1, 2))
        together = (masks[kept] | masks[index]).sum(dim=(1, 2))
        if (shared <= iou_threshold * together).all():
            kept.append(index)
    return torch.tensor(kept, dtype=torch.int64)


@mistake(
    "08-automatic",
    function="mask_nms",
    says="The worst masks go first, and stay.",
    asks="In which order does `argsort` sort if you don't say otherwise?",
)
def begins_with_the_worst(masks, scores, iou_threshold):
    kept = []
    for index in scores.argsort().tolist():
        shared = (masks[kept] & masks[index]).sum(dim=(1, 2))
        together = (masks[kept] | masks[index]).sum(dim=(1, 2))
        if (shared <= iou_threshold * together).all():
            kept.append(index)
    return torch.tensor(kept, dtype=torch.int64)


@mistake(
    "08-automatic",
    function="mask_nms",
    says="Each mask is compared with all better ones, even with those that were thrown away.",
    asks="Can a mask that is gone still hide another one?",
)
def compares_with_masks_that_are_gone(masks, scores, iou_threshold):
    order = scores.argsort(descending=True).tolist()
    kept = []
    for place, index in enumerate(order):
        better = masks[order[:place]]
        shared = (better & masks[index]).sum(dim=(1, 2))
        together = (better | masks[index]).sum(dim=(1, 2))
        if (shared <= iou_threshold * together).all():
            kept.append(index)
    return torch.tensor(kept, dtype=torch.int64)


@mistake(
    "08-automatic",
    function="mask_nms",
    says="Each mask is compared with the very best one only.",
    asks="Can two poor masks lie on the same thing, far away from the best one?",
)
def compares_with_the_best_only(masks, scores, iou_threshold):
    kept = []
    for index in scores.argsort(descending=True, stable=True).tolist():
        best = masks[kept[:1]]
        shared = (best & masks[index]).sum(dim=(1, 2))
        together = (best | masks[index]).sum(dim=(1, 2))
        if (shared <= iou_threshold * together).all():
            kept.append(index)
    return torch.tensor(kept, dtype=torch.int64)


@mistake(
    "08-automatic",
    function="mask_nms",
    says="The right masks stay, but by number, not the best first.",
    asks="In which order should the indices come back?",
)
def returns_them_by_number(masks, scores, iou_threshold):
    kept = []
    for index in scores.argsort(descending=True, stable=True).tolist():
        shared = (masks[kept] & masks[index]).sum(dim=(1, 2))
        together = (masks[kept] | masks[index]).sum(dim=(1, 2))
        if (shared <= iou_threshold * together).all():
            kept.append(index)
    return torch.tensor(sorted(kept), dtype=torch.int64)


@mistake(
    "08-automatic",
    function="mask_nms",
    says="A mask goes at an IoU of exactly the threshold, too.",
    asks="With a threshold of 1, should a mask ever be thrown away?",
)
def throws_away_at_the_threshold(masks, scores, iou_threshold):
    kept = []
    for index in scores.argsort(descending=True).tolist():
        shared = (masks[kept] & masks[index]).sum(dim=(1, 2))
        together = (masks[kept] | masks[index]).sum(dim=(1, 2))
        if (shared < iou_threshold * together).all():
            kept.append(index)
    return torch.tensor(kept, dtype=torch.int64)


@mistake(
    "08-automatic",
    function="automatic_masks",
    says="Duplicates are not removed: a thing that many points hit is there many times.",
    asks="Five points lie in one thing. How many masks of it should come back?",
)
def keeps_duplicates(predictor, image, grid, min_score=0.5, iou_threshold=0.7):
    predictor.set_image(image)
    masks, scores = [], []
    for cell in range(grid * grid):
        y, x = (
            (cell // grid + 0.5) * image.shape[0] / grid,
            (cell % grid + 0.5) * image.shape[1] / grid,
        )
        three, worth, _ = predictor.predict(np.array([[x, y]]), np.array([1]))
        good = (worth >= min_score) & three.any(axis=(1, 2))
        masks.append(torch.from_numpy(three[good]))
        scores.append(torch.from_numpy(worth[good]))
    order = torch.cat(scores).argsort(descending=True)
    return torch.cat(masks)[order]


@mistake(
    "08-automatic",
    function="automatic_masks",
    says="The picture is encoded for every point of the grid.",
    asks="How often does the picture change while the grid is clicked?",
)
def encodes_for_every_point(predictor, image, grid, min_score=0.5, iou_threshold=0.7):
    masks, scores = [], []
    for cell in range(grid * grid):
        predictor.set_image(image)
        y, x = (
            (cell // grid + 0.5) * image.shape[0] / grid,
            (cell % grid + 0.5) * image.shape[1] / grid,
        )
        three, worth, _ = predictor.predict(np.array([[x, y]]), np.array([1]))
        good = (worth >= min_score) & three.any(axis=(1, 2))
        masks.append(torch.from_numpy(three[good]))
        scores.append(torch.from_numpy(worth[good]))
    every = torch.cat(masks)
    return every[mask_nms(every, torch.cat(scores), iou_threshold)]


@mistake(
    "08-automatic",
    function="automatic_masks",
    says="The points are the corners of the cells: the first row and column lie on the frame.",
    asks="Where in its cell should a point lie, so that all the picture is covered evenly?",
)
def clicks_the_corners(predictor, image, grid, min_score=0.5, iou_threshold=0.7):
    predictor.set_image(image)
    masks, scores = [], []
    for cell in range(grid * grid):
        y, x = (cell // grid) * image.shape[0] / grid, (cell % grid) * image.shape[1] / grid
        three, worth, _ = predictor.predict(np.array([[x, y]]), np.array([1]))
        good = (worth >= min_score) & three.any(axis=(1, 2))
        masks.append(torch.from_numpy(three[good]))
        scores.append(torch.from_numpy(worth[good]))
    every = torch.cat(masks)
    return every[mask_nms(every, torch.cat(scores), iou_threshold)]


@mistake(
    "08-automatic",
    function="automatic_masks",
    says="Of each three masks only the one with the best score goes on.",
    asks="A click may hit a mark on a thing. Which masks of it do you want to see?",
)
def keeps_the_best_of_three(predictor, image, grid, min_score=0.5, iou_threshold=0.7):
    predictor.set_image(image)
    masks, scores = [], []
    for cell in range(grid * grid):
        y, x = (
            (cell // grid + 0.5) * image.shape[0] / grid,
            (cell % grid + 0.5) * image.shape[1] / grid,
        )
        three, worth, _ = predictor.predict(np.array([[x, y]]), np.array([1]))
        good = (worth >= min_score) & three.any(axis=(1, 2)) & (worth == worth.max())
        masks.append(torch.from_numpy(three[good]))
        scores.append(torch.from_numpy(worth[good]))
    every = torch.cat(masks)
    return every[mask_nms(every, torch.cat(scores), iou_threshold)]


@mistake(
    "08-automatic",
    function="automatic_masks",
    says="Clicks are handed over as (row, column): they miss the right part of the picture.",
    asks="`predict` wants x first. What does your array hold first?",
)
def clicks_row_and_column(predictor, image, grid, min_score=0.5, iou_threshold=0.7):
    predictor.set_image(image)
    masks, scores = [], []
    for cell in range(grid * grid):
        y, x = (
            (cell // grid + 0.5) * image.shape[0] / grid,
            (cell % grid + 0.5) * image.shape[1] / grid,
        )
        three, worth, _ = predictor.predict(np.array([[y, x]]), np.array([1]))
        good = (worth >= min_score) & three.any(axis=(1, 2))
        masks.append(torch.from_numpy(three[good]))
        scores.append(torch.from_numpy(worth[good]))
    every = torch.cat(masks)
    return every[mask_nms(every, torch.cat(scores), iou_threshold)]


@mistake(
    "08-automatic",
    function="automatic_masks",
    says="Masks are not sorted out by their predicted IoU.",
    asks="What is `min_score` for?",
)
def keeps_poor_masks(predictor, image, grid, min_score=0.5, iou_threshold=0.7):
    predictor.set_image(image)
    masks, scores = [], []
    for cell in range(grid * grid):
        y, x = (
            (cell // grid + 0.5) * image.shape[0] / grid,
            (cell % grid + 0.5) * image.shape[1] / grid,
        )
        three, worth, _ = predictor.predict(np.array([[x, y]]), np.array([1]))
        good = three.any(axis=(1, 2))
        masks.append(torch.from_numpy(three[good]))
        scores.append(torch.from_numpy(worth[good]))
    every = torch.cat(masks)
    return every[mask_nms(every, torch.cat(scores), iou_threshold)]


# 08-numbers -------------------------------------------------------------------------------------


@slip(
    "08-numbers",
    says="The factor of the longer side is taken for both; the shorter one was rounded to whole "
    "pixels.",
    asks="How many pixels long is the shorter side in the model's picture, exactly?",
)
def takes_one_factor_for_both(mine):
    place = mine["place"]
    return {"place": place[place["axis"]] * 128 / max(place["height"], place["width"])}


@slip(
    "08-numbers",
    says="Both sides are stretched to 128.",
    asks="What becomes of a circle if both sides of an oblong picture become equally long?",
)
def stretches_the_picture(mine):
    place = mine["place"]
    return {"place": place[place["axis"]] * 128 / min(place["height"], place["width"])}


@slip(
    "08-numbers",
    says="Of the click, x and y are exchanged.",
    asks="Which of the two stands first in a point?",
)
def exchanges_x_and_y(mine):
    place = mine["place"]
    short, long = sorted((place["height"], place["width"]))
    small, other = int(128 * short / long + 0.5), {"x": "y", "y": "x"}[place["axis"]]
    return {"place": place[other] * small / short}


@slip(
    "08-numbers",
    says="The place is taken as it is, 0 … 1, instead of −1 … 1.",
    asks="What should the middle of the picture give?",
)
def leaves_the_place_as_it_is(mine):
    (x, y), (along_x, along_y) = mine["wave"].values()
    return {"wave": math.sin(2 * math.pi * (x * along_x + y * along_y))}


@slip(
    "08-numbers",
    says="The factor 2π is missing.",
    asks="How far does a sine have to go for one whole wave?",
)
def forgets_the_two_pi(mine):
    (x, y), (along_x, along_y) = mine["wave"].values()
    return {"wave": math.sin((2 * x - 1) * along_x + (2 * y - 1) * along_y)}


@slip(
    "08-numbers",
    says="The union is left as it was before the click.",
    asks="Where do pixels go that were too much, and are taken out?",
)
def leaves_the_union_as_it_was(mine):
    mask, thing, shared, added, _ = mine["iou"].values()
    return {"iou": (shared + added) / (mask + thing - shared)}


@slip(
    "08-numbers",
    says="The pixels that came in are added to the union, but they belonged to the thing before.",
    asks="Which pixels are in the union before anybody has found them?",
)
def adds_found_pixels_to_the_union(mine):
    mask, thing, shared, added, removed = mine["iou"].values()
    return {"iou": (shared + added) / (mask + thing - shared + added - removed)}


@slip(
    "08-numbers",
    says="The shared pixels are divided by both sizes together, so they are counted twice.",
    asks="What would a perfect mask get?",
)
def divides_by_both_sizes(mine):
    mask, thing, shared, added, removed = mine["iou"].values()
    return {"iou": (shared + added) / (mask + added - removed + thing)}


@slip(
    "08-numbers",
    says="The third thing is left out because it never gets there.",
    asks="Should a program look better for giving up on the hard ones?",
)
def leaves_out_who_never_gets_there(mine):
    first, second = mine["noc"]["ious"]
    return {"noc": (clicks_until_good(first) + clicks_until_good(second)) / 2}


@slip(
    "08-numbers",
    says="Clicks are counted from 0.",
    asks="How many clicks has somebody made whose first one is good enough?",
)
def counts_clicks_from_zero(mine):
    (first, second), most = mine["noc"].values()
    return {"noc": (clicks_until_good(first) + clicks_until_good(second) - 2 + most) / 3}


@slip(
    "08-numbers",
    says="The second thing is counted until it stays above 0.85; the first time counts.",
    asks="Would you go on clicking after the mask was good enough?",
)
def waits_until_it_stays_good(mine):
    (first, second), most = mine["noc"].values()
    return {"noc": (clicks_until_good(first) + len(second) + most) / 3}


def clicks_until_good(ious):
    """How many clicks until an IoU of at least 0.85, counted from 1."""
    return next(clicks for clicks, iou in enumerate(ious, 1) if iou >= 0.85)


@slip(
    "08-numbers",
    says="The sides are doubled once; or the number of places is multiplied by 4, not by 16.",
    asks="A side doubled twice: how many times as long? And how many times as many places?",
)
def doubles_once(mine):
    pixels, patch = mine["logits"].values()
    return {"logits": 3 * (2 * pixels // patch) ** 2}


@slip(
    "08-numbers",
    says="Those are the logits of one mask.",
    asks="How many masks answer the first click?",
)
def counts_one_mask(mine):
    pixels, patch = mine["logits"].values()
    return {"logits": (4 * pixels // patch) ** 2}


@slip(
    "08-numbers",
    says="That is one for each pixel of the picture; in low resolution there are fewer.",
    asks="How many places has the embedding along one side?",
)
def counts_every_pixel(mine):
    return {"logits": 3 * mine["logits"]["pixels"] ** 2}


@slip(
    "08-numbers",
    says="The photograph is encoded again for each click.",
    asks="Which part of the model looks at the photograph only, and not at the prompts?",
)
def encodes_for_each_click(mine):
    encode, click, photographs, clicks = mine["seconds"].values()
    return {"seconds": photographs * clicks * (encode + click)}


@slip(
    "08-numbers",
    says="Encoding is paid once in all, but each photograph needs an embedding of its own.",
    asks="Whose embedding would the second photograph be cut out with?",
)
def encodes_one_photograph(mine):
    encode, click, photographs, clicks = mine["seconds"].values()
    return {"seconds": encode + photographs * clicks * click}


# 08-bug-hunt ------------------------------------------------------------------------------------


@mistake(
    "08-bug-hunt",
    says="The encoder is still inside the loop: the photo is encoded once for every box.",
    asks="Which lines of the loop do not depend on the box?",
)
def leaves_the_encoder_in_the_loop(predictor, photo, boxes):
    masks = []
    for x, y, w, h in boxes.tolist():
        predictor.set_image(photo[..., ::-1])
        found, _, _ = predictor.predict(box=np.array([x, y, x + w, y + h]), multimask_output=False)
        masks.append(torch.from_numpy(found[0]))
    return torch.stack(masks)


@mistake(
    "08-bug-hunt",
    says="Blue still comes first: the model sees other colours than in training.",
    asks="In which order does `cv2.imread` give the colours, and in which does SAM want them?",
)
def leaves_blue_first(predictor, photo, boxes):
    predictor.set_image(photo)
    masks = []
    for x, y, w, h in boxes.tolist():
        found, _, _ = predictor.predict(box=np.array([x, y, x + w, y + h]), multimask_output=False)
        masks.append(torch.from_numpy(found[0]))
    return torch.stack(masks)


@mistake(
    "08-bug-hunt",
    says="Width and height are still handed over as if they were a corner.",
    asks="Where is the lower right corner of a box at x = 10 that is 30 wide?",
)
def leaves_width_and_height(predictor, photo, boxes):
    predictor.set_image(photo[..., ::-1])
    masks = []
    for box in boxes.numpy():
        found, _, _ = predictor.predict(box=box, multimask_output=False)
        masks.append(torch.from_numpy(found[0]))
    return torch.stack(masks)


@mistake(
    "08-bug-hunt",
    says="The photo is flipped from left to right instead of exchanging its colours.",
    asks="Which of the three axes of (H, W, 3) holds the colours?",
)
def flips_the_photo(predictor, photo, boxes):
    predictor.set_image(np.ascontiguousarray(photo[:, ::-1]))
    masks = []
    for x, y, w, h in boxes.tolist():
        found, _, _ = predictor.predict(box=np.array([x, y, x + w, y + h]), multimask_output=False)
        masks.append(torch.from_numpy(found[0]))
    return torch.stack(masks)


@mistake(
    "08-bug-hunt",
    says="The photo is turned upside down instead of exchanging its colours.",
    asks="Which of the three axes of (H, W, 3) holds the colours?",
)
def turns_the_photo_upside_down(predictor, photo, boxes):
    predictor.set_image(np.ascontiguousarray(photo[::-1]))
    masks = []
    for x, y, w, h in boxes.tolist():
        found, _, _ = predictor.predict(box=np.array([x, y, x + w, y + h]), multimask_output=False)
        masks.append(torch.from_numpy(found[0]))
    return torch.stack(masks)


@mistake(
    "08-bug-hunt",
    says="The point x, y is taken for the middle of the box; in COCO's format it is a corner.",
    asks="Where does the COCO box (10, 20, 30, 5) end?",
)
def takes_the_corner_for_the_middle(predictor, photo, boxes):
    predictor.set_image(photo[..., ::-1])
    masks = []
    for x, y, w, h in boxes.tolist():
        box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        found, _, _ = predictor.predict(box=box, multimask_output=False)
        masks.append(torch.from_numpy(found[0]))
    return torch.stack(masks)


@mistake(
    "08-bug-hunt",
    says="The masks are right, but `boxes` holds corners afterwards: it was changed in place.",
    asks="What does the caller's `boxes` hold after `boxes[:, 2:] += boxes[:, :2]`?",
)
def changes_the_boxes_in_place(predictor, photo, boxes):
    predictor.set_image(photo[..., ::-1])
    boxes[:, 2:] += boxes[:, :2]
    masks = []
    for box in boxes.numpy():
        found, _, _ = predictor.predict(box=box, multimask_output=False)
        masks.append(torch.from_numpy(found[0]))
    return torch.stack(masks)


mistaken_values(
    "08-bug-hunt",
    "blames_the_copy",
    says="Line 2 copies the photo once, at most; that takes a millisecond.",
    asks="Which lines run for every box, and which of those need not?",
    slow_line=2,
)

mistaken_values(
    "08-bug-hunt",
    "blames_the_loop",
    says="The loop is blamed for the time; each box needs its turn.",
    asks="Which line inside the loop does the same for every box?",
    slow_line=4,
)

mistaken_values(
    "08-bug-hunt",
    "blames_predict",
    says="The call of `predict` is blamed for the time; it is cheap, and each box needs it.",
    asks="Which of the two calls runs the large network?",
    slow_line=6,
)

mistaken_values(
    "08-bug-hunt",
    "scales_the_box_by_hand",
    says="The box is said to belong into the square's coordinates; `predict` does that itself.",
    asks="In whose pixels does `predict` take its prompts?",
    why_box="B",
)

mistaken_values(
    "08-bug-hunt",
    "normalises_by_hand",
    says="The photo is said to need normalising; `set_image` does that, and takes uint8.",
    asks="What does `set_image` expect, according to its docstring?",
    why_colour="D",
)
