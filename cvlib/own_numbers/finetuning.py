"""Session 05: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own


@own("05-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six counts: of blocks, scales, mixed labels and rates."""
    narrow = draw.choice((16, 24, 32, 40, 48, 56))
    rows = 2 * draw.choice(range(10, 60)) + 1
    divisor, multiple = draw.choice((8, 10, 12, 16)), draw.choice((1, 2, 3))
    scale = {
        "phi": draw.choice((2, 3)),
        "alpha": draw.choice((1.1, 1.2, 1.3, 1.4)),
        "beta": draw.choice((1.1, 1.2)),
        "gamma": draw.choice((1.15, 1.25, 1.3)),
    }
    side, lam = draw.choice((20, 40, 60)), draw.choice((0.36, 0.51, 0.64, 0.75, 0.84, 0.91))
    middle = draw.choice((0, 1, 2))
    parts, base_lr = draw.choice((6, 7, 8, 9)), draw.choice((0.1, 0.2, 0.3, 0.4))
    part, decay = draw.choice((2, 3)), draw.choice((0.5, 0.6, 0.7, 0.8))
    channels = round(divisor * (multiple + 0.4), 1)
    return {
        "squeeze": Asked(
            f"Parameters of `SqueezeExcite({6 * narrow}, {narrow})`?",
            {"channels": 6 * narrow, "in_channels": narrow},
        ),
        "rows": Asked(
            f"`MBConv` with kernel 5 and stride 2, a map with {rows} rows: how many come out?",
            {"rows": rows},
        ),
        "divisible": Asked(
            f"`make_divisible({channels}, {divisor})`?",
            {"channels": channels, "divisor": divisor},
        ),
        "work": Asked(
            f"`compound_scale` with φ = {scale['phi']}, α = {scale['alpha']}, β = {scale['beta']}, "
            f"γ = {scale['gamma']}: the factor on the work?",
            scale,
        ),
        "label": Asked(
            f"CutMix, pictures of {side} × {side}: lam is {lam}, the middle of the box is in row "
            f"{middle}, column {side // 2}. How much of a picture's own label is left?",
            {"side": side, "lam": lam, "row": middle},
        ),
        "rate": Asked(
            f"`param_groups(model, {base_lr}, {decay})`, nothing frozen, {parts} parts: the rate "
            f"of part {part}, counted from 1 at the input?",
            {"base_lr": base_lr, "decay": decay, "parts": parts, "part": part},
        ),
    }
