"""Masks as run lengths: short on the wire, and exact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def runs_of(mask: npt.NDArray[np.bool_]) -> list[int]:
    """How many pixels are off, on, off, … row by row: (H, W) → a list that sums to H · W.

    The first number counts pixels that are off; it may be 0. A mask without pixels gives [0].
    Rows instead of COCO's columns, else the same code.
    """
    flat = np.asarray(mask, bool).ravel()  # (H · W,)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff([0, *changes, flat.size]).tolist()
    return [0, *runs] if flat.size and flat[0] else runs
