"""Session 07: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own

SIDE = 64  # pixels of the picture in which Dice is asked for


@own("07-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six small questions: two counts, a size, three scores."""
    narrow, wide = draw.choice((3, 5, 8, 12, 16, 24)), draw.choice((32, 40, 48, 64, 80, 96))
    below, levels = 8 * draw.choice(range(3, 33)), draw.choice((3, 4, 5))
    side = 2**levels * draw.choice(range(15, 50)) - 4  # so that every pool gets an even size
    found, missed = draw.choice(range(40, 200)), draw.choice(range(10, 60))
    extra, dice = draw.choice(range(70, 130)), draw.choice(range(50, 96)) / 100
    ious = [draw.choice(range(*ends)) / 100 for ends in ((85, 100), (55, 85), (20, 55))]
    return {
        "double": Asked(
            f"Parameters of `DoubleConv({narrow}, {wide})`?",
            {"in_channels": narrow, "out_channels": wide},
        ),
        "up": Asked(
            f"Parameters of `Up({below}, {below // 2})`, not bilinear?",
            {"in_channels": below, "out_channels": below // 2},
        ),
        "unpadded": Asked(
            f"A U-Net without padding, as in 2015, but with {levels} steps down and {levels} up "
            f"gets {side} × {side} pixels: how many rows come out?",
            {"side": side, "levels": levels},
        ),
        "dice": Asked(
            f"In a picture of {SIDE} × {SIDE}, {found} pixels of a wire are found, {missed} are "
            f"missed, and {extra} pixels of ground are called wire. Dice of the wire?",
            {"found": found, "missed": missed, "extra": extra},
        ),
        "iou": Asked(f"The Dice of a class is {dice}. Its IoU?", {"dice": dice}),
        "mean": Asked(
            f"Five classes. Three have the IoUs {ious[0]}, {ious[1]} and {ious[2]}. The fourth is "
            "predicted, but true nowhere; the fifth is in neither map. The mean IoU?",
            {"ious": ious},
        ),
    }
