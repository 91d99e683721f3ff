"""Session 03: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own


@own("03-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Five counts of a VGG's parts, and an accuracy."""
    narrow, convs = draw.choice((3, 4, 6, 8, 12, 16)), draw.choice((2, 3, 4))
    wide = draw.choice((10, 20, 24, 32, 40))
    picture, blocks = draw.choice(range(161, 480)), draw.choice((2, 3, 4))
    maps, side = draw.choice((16, 32, 64, 128, 256)), draw.choice((3, 4, 5, 6, 7))
    hidden = draw.choice((100, 200, 300, 500, 1000))
    layers, others = draw.choice(range(4, 40)), draw.choice(range(3, 17))
    last = draw.choice(range(5, 40))
    right = [draw.choice(range(50, 65)), draw.choice(range(50, 65)), draw.choice(range(last // 2))]
    return {
        "block": Asked(
            f"Parameters of `vgg_block({narrow}, {wide}, {convs})`?",
            {"in_channels": narrow, "out_channels": wide, "num_convs": convs},
        ),
        "side": Asked(
            f"A picture of {picture} × {picture}: how many rows has a map after {blocks} blocks?",
            {"picture": picture, "blocks": blocks},
        ),
        "linear": Asked(
            f"The last block leaves {maps} maps of {side} × {side}, no `avgpool`. *Weights* (no "
            f"biases) of a first linear layer with {hidden} units?",
            {"maps": maps, "side": side, "hidden": hidden},
        ),
        "field": Asked(
            f"{layers} convolutions of 3 × 3 in a row, no pool: how many pixels wide is the field "
            "that one output sees?",
            {"layers": layers},
        ),
        "saved": Asked(
            f"{others} layers of 3 × 3 in place of *one* with the same field, as many channels "
            "everywhere: which share of the weights is saved, 0 … 1?",
            {"layers": others},
        ),
        "accuracy": Asked(
            f"Batches of 64, 64 and {last}; right are {right[0]}, {right[1]} and {right[2]}. The "
            "accuracy, 0 … 1?",
            {"sizes": [64, 64, last], "right": right},
        ),
    }
