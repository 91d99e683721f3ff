"""Session 08: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own

LONGEST = 128  # pixels of the model's picture
RISING = (0.43, 0.58, 0.66, 0.74, 0.81, 0.88)  # IoUs after each click; the last one is enough
AFTERWARDS = (0.79, 0.91)


@own("08-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six small questions, from where a click goes to what all of them cost."""
    return {
        "place": click(draw),
        "wave": code(draw),
        "iou": correction(draw),
        "noc": clicks_needed(draw),
        "logits": low_resolution(draw),
        "seconds": cost(draw),
    }


def click(draw: Draw) -> Asked:
    """The coordinate along the shorter side, which has been rounded."""
    short, long = draw.choice(range(201, 400)), draw.choice(range(420, 900))
    x, y = draw.choice(range(100, 150)), draw.choice(range(151, 200))
    upright = draw.choice((False, True))
    height, width = (long, short) if upright else (short, long)
    axis = "x" if upright else "y"
    return Asked(
        f"A photograph is {height} high and {width} wide; its longer side becomes {LONGEST}. You "
        f"click at ({x}, {y}). Which {axis} does the model get?",
        {"height": height, "width": width, "x": x, "y": y, "axis": axis},
    )


def code(draw: Draw) -> Asked:
    """The sine of one wave at one place."""
    x, y = draw.choice(range(11, 40)) / 100, draw.choice(range(61, 90)) / 100
    along_x, along_y = (draw.choice((0.3, 0.4, 0.6, 0.7, 0.9, 1.1, 1.3)) for _ in range(2))
    return Asked(
        f"One frequency, G = ({along_x}, {along_y})ᵀ, and the place c = ({x}, {y}): which sine is "
        "in its encoding?",
        {"coords": [x, y], "frequency": [along_x, along_y]},
    )


def correction(draw: Draw) -> Asked:
    """A mask before a click, and what the click mends."""
    shared, missing, extra = (
        10 * draw.choice(range(*ends)) for ends in ((30, 61), (11, 31), (11, 31))
    )
    added, removed = draw.choice(range(30, 101, 10)), draw.choice(range(35, 106, 10))
    return Asked(
        f"A mask of {shared + extra} pixels shares {shared} with a thing of {shared + missing}. "
        f"The next click brings in {added} of the missing pixels, and takes out {removed} of "
        "those that were too much. The IoU now?",
        {"mask": shared + extra, "thing": shared + missing, "shared": shared,
         "added": added, "removed": removed},
    )  # fmt: skip


def clicks_needed(draw: Draw) -> Asked:
    """Three things: the second one gets worse again, the third never gets there."""
    first, second = (list(RISING[-draw.choice((2, 3, 4, 5, 6)) :]) for _ in range(2))
    second += AFTERWARDS
    most = draw.choice((8, 10, 12, 15, 20))
    told = [", ".join(map(str, ious)) for ious in (first, second)]
    return Asked(
        f"At most {most} clicks each. IoUs of one thing: {told[0]}; of the next: {told[1]}; the "
        "third stays at 0.8. NoC@85?",
        {"ious": [first, second], "max_clicks": most},
    )


def low_resolution(draw: Draw) -> Asked:
    """From pixels to places of the embedding, and to logits."""
    pixels, patch = 32 * draw.choice(range(8, 33)), draw.choice((8, 16, 32))
    return Asked(
        f"A SAM for {pixels} × {pixels} pixels cuts them into patches of {patch} × {patch}; its "
        "decoder doubles both sides of the embedding twice. How many numbers are the logits of "
        "three masks, in low resolution?",
        {"pixels": pixels, "patch": patch},
    )


def cost(draw: Draw) -> Asked:
    """Encoding and clicks."""
    photographs, clicks = draw.choice(range(20, 200)), draw.choice(range(3, 11))
    encode, decode = draw.choice(range(2, 31)), draw.choice((0.05, 0.1, 0.2, 0.25))
    return Asked(
        f"Encoding takes {encode} s, a click {decode} s. {photographs} photographs, {clicks} "
        "clicks on each: how many seconds does a good program take?",
        {"encode": encode, "click": decode, "photographs": photographs, "clicks": clicks},
    )
