"""Session 09: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own


@own("09-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six small questions, from six kinds of losses."""
    share = draw.choice([n for n in range(4, 97, 2) if n != 50]) / 100
    p, target = draw.choice([n for n in range(10, 91) if n != 50]) / 100, draw.choice((0, 1))
    gamma, sure = draw.choice((2, 3, 4)), draw.choice((0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8))
    shared = draw.choice(range(10, 60))
    found, true = (shared + draw.choice(range(5, 60)) for _ in range(2))
    width, height, width2, height2 = (draw.choice(range(5, 10)) for _ in range(4))
    left, top = draw.choice(range(1, 5)), draw.choice(range(1, 5))
    box1, box2 = (0, 0, width, height), (left, top, left + width2, top + height2)
    costs = [draw.choice(range(1, 5)), draw.choice(range(5, 9)), draw.choice(range(20, 60))]
    weights = [draw.choice((0.5, 2, 3)), draw.choice((4, 5, 6, 8))]
    return {
        "surprise": Asked(
            f"A softmax gives {share} to the right class: how large is the cross-entropy?",
            {"p": share},
        ),
        "slope": Asked(
            f"σ(z) = {p}, the target is {target}: the slope of binary cross-entropy along z?",
            {"p": p, "target": target},
        ),
        "factor": Asked(
            f"Focal loss, γ = {gamma}, no α: by which number is the cross-entropy multiplied "
            f"where pₜ = {sure}?",
            {"gamma": gamma, "p": sure},
        ),
        "dice": Asked(
            f"{found} pixels predicted, {true} true, {shared} of them shared: Dice (the score, "
            "s = 0)?",
            {"predicted": found, "true": true, "shared": shared},
        ),
        "iou": Asked(f"IoU of the boxes {box1} and {box2}, xyxy?", {"box1": box1, "box2": box2}),
        "mean": Asked(
            f"Three pixels cost {costs[0]}, {costs[1]} and {costs[2]}; their classes weigh "
            f"{weights[0]}, {weights[1]} and 1. The third pixel is to be ignored. The weighted "
            "cross-entropy?",
            {"costs": costs, "weights": weights},
        ),
    }
