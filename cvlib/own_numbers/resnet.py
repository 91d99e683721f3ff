"""Session 04: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own


@own("04-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six counts of a ResNet's parts."""
    blocks = [draw.choice(range(2, 5)), draw.choice(range(3, 9)), draw.choice(range(6, 41)), 3]
    norm, width = draw.choice((32, 48, 64, 96, 256)), draw.choice((96, 128, 160, 192, 256))
    before, batch = draw.choice((1, 2, 3, 4)), draw.choice((6, 7, 8, 9))
    picture = 32 * draw.choice(range(5, 15))
    narrow = draw.choice((32, 48, 64, 96, 128))
    return {
        "in_the_name": Asked(
            f"Bottlenecks {blocks}: which number does this ResNet have in its name?",
            {"blocks": blocks},
        ),
        "learned": Asked(
            f"How many numbers does `nn.BatchNorm2d({norm})` *learn*?", {"channels": norm}
        ),
        "running": Asked(
            f"Running mean {before}, a batch with mean {batch}, momentum 0.1. The new running "
            "mean?",
            {"before": before, "batch": batch},
        ),
        "side": Asked(
            f"A picture of {picture} × {picture}: how many rows has a map after `layer3`?",
            {"picture": picture},
        ),
        "basic": Asked(f"Parameters of `BasicBlock({width}, {width})`?", {"channels": width}),
        "projected": Asked(
            f"Parameters of the projection in `BasicBlock({narrow}, {2 * narrow}, 2)`?",
            {"in_channels": narrow, "out_channels": 2 * narrow},
        ),
    }
