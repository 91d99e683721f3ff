"""Session 06: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own

SQUARE = 640  # pixels
# Hits of a ranking. In all of them a later precision is better than an earlier one.
RANKINGS = ((1, 0, 1, 1), (0, 1, 1, 1), (1, 0, 0, 1, 1), (0, 1, 1, 0, 1), (0, 1, 0, 1, 1, 0))


@own("06-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six small questions, from two boxes to a ranking."""
    return {
        "iou": two_boxes(draw),
        "pad": into_the_square(draw),
        "back": out_of_the_square(draw),
        "cells": grids(draw),
        "side": one_cell(draw),
        "ap": ranking(draw),
    }


def two_boxes(draw: Draw) -> Asked:
    """In two formats; they overlap, and the first is a box in the other format as well."""
    x, y, width, height = (draw.choice(range(*ends)) for ends in ((1, 5), (1, 5), (6, 11), (6, 11)))
    left, top = x + draw.choice(range(1, 5)), y + draw.choice(range(1, 5))
    other = [left, top, left + draw.choice(range(5, 10)), top + draw.choice(range(5, 10))]
    return Asked(
        f"IoU of the boxes {(x, y, width, height)}, xywh, and {tuple(other)}, xyxy?",
        {"xywh": [x, y, width, height], "xyxy": other},
    )


def into_the_square(draw: Draw) -> Asked:
    """A picture of which nothing has to be rounded."""
    long, inside = draw.choice((800, 1000, 1280, 1600, 2000, 3200)), 16 * draw.choice(range(16, 38))
    short, upright = inside * long // SQUARE, draw.choice((False, True))
    width, height = (short, long) if upright else (long, short)
    grey = "columns on the left" if upright else "rows at the top"
    return Asked(
        f"A picture, {width} wide and {height} high, is letterboxed into {SQUARE}: how many grey "
        f"{grey}?",
        {"width": width, "height": height},
    )


def out_of_the_square(draw: Draw) -> Asked:
    """The way back of one number."""
    scale, pad = draw.choice((0.2, 0.25, 0.4, 0.5, 0.8)), draw.choice(range(60, 160))
    y = pad + draw.choice(range(40, 300))
    return Asked(
        f"A letterbox had the scale {scale}, and {pad} grey rows at the top. A box begins at "
        f"y = {y} of the square: at which y of the picture?",
        {"scale": scale, "pad": pad, "y": y},
    )


def grids(draw: Draw) -> Asked:
    """An input that is not square."""
    height, width = 32 * draw.choice(range(5, 13)), 32 * draw.choice(range(13, 31))
    return Asked(
        f"Strides 8, 16 and 32, an input of {height} × {width}: how many boxes does the head "
        "propose?",
        {"height": height, "width": width},
    )


def one_cell(draw: Draw) -> Asked:
    """One distance of one cell."""
    stride, row, column = (
        draw.choice((8, 16, 32)),
        draw.choice((3, 4, 5)),
        draw.choice(range(6, 20)),
    )
    distance = draw.choice((0.75, 1.25, 1.5, 1.75, 2.25, 2.5, 2.75))
    return Asked(
        f"Stride {stride}; the cell in row {row}, column {column}, both counted from 0, says "
        f"{distance} for the left side. The x of that side, in pixels?",
        {"stride": stride, "row": row, "column": column, "distance": distance},
    )


def ranking(draw: Draw) -> Asked:
    """Three hits, of more objects than that."""
    hits, objects = draw.choice(RANKINGS), draw.choice((4, 5, 6, 8, 10))
    told = ", ".join("hit" if hit else "miss" for hit in hits)
    return Asked(
        f"Best first: {told}; there are {objects} objects. AP, with 101 levels?",
        {"hits": list(hits), "objects": objects},
    )
