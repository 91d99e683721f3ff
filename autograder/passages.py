"""Code as passages that can be compared: winnowing on code without names, comments and layout."""

from __future__ import annotations

import difflib
import zlib
from collections.abc import Collection
from functools import lru_cache

LENGTH = 25  # characters of filtered code that make a passage: about two lines
WINDOW = 5
MOST_WORDS = 1000  # of a text that is compared word by word
Passages = dict[int, set[int]]  # a passage's hash -> where it begins


@lru_cache(50_000)
def passages(code: str) -> Passages:
    """The passages that winnowing chooses of a piece of code, by their hashes."""
    import numpy as np
    from copydetect.utils import winnow

    text = filtered(code)
    # Not Python's own hash, which differs from run to run.
    grams = [zlib.crc32(text[at : at + LENGTH].encode()) for at in range(len(text) - LENGTH + 1)]
    if not grams:
        return {}
    places: Passages = {}
    for key, at in zip(*winnow(np.array(grams), WINDOW, remove_duplicates=False), strict=True):
        places.setdefault(int(key), set()).add(int(at))
    return places


@lru_cache(50_000)
def filtered(code: str) -> str:
    """Code without comments and layout; names of the same kind are all alike."""
    from copydetect.utils import filter_code

    return "".join(str(filter_code(code, "answer.py", "python")[0]).split())


def covered(keys: Passages, shared: Collection[int]) -> int:
    """How many characters of filtered code lie in shared passages."""
    return len({at + step for key in keys if key in shared
                for at in keys[key] for step in range(LENGTH)})  # fmt: skip


def same_words(one: str, two: str) -> float:
    """Share of the words of two texts that are the same in the same order, 0 to 1.

    Of very long texts the beginning counts: the time grows with the square of the length.
    """
    ours, theirs = (text.split()[:MOST_WORDS] for text in (one, two))
    return difflib.SequenceMatcher(None, ours, theirs, autojunk=False).ratio()
