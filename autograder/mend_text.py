"""From the bytes of a notebook file to JSON, in whatever state they arrive."""

from __future__ import annotations

import ast
import gzip
import io
import json
import re
import zlib
from typing import Any

from autograder.errors import GradingError
from autograder.mend_cells import is_cell

CONFLICT = re.compile(r"^<<<<<<<[^\n]*\n(.*?)^=======\n(.*?)^>>>>>>>[^\n]*(?:\n|\Z)", re.S | re.M)
MAX_BYTES = 50 * 2**20  # of a file that is unpacked


def unpacked(raw: bytes, notes: list[str]) -> bytes:
    """The bytes of a file that was compressed by gzip; others as they are."""
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            content = file.read(MAX_BYTES)
    except (OSError, EOFError, zlib.error):
        return raw
    notes.append("the file was compressed")
    return content


def as_text(raw: bytes, notes: list[str]) -> str:
    """Text in UTF-8, or in what Windows and old editors write."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        notes.append("the file was in UTF-16")
        return raw.decode("utf-16", errors="replace")
    if raw[:2] == b"{\x00" or raw[:2] == b"\x00{":
        notes.append("the file was in UTF-16")
        return raw.decode("utf-16-le" if raw[0] else "utf-16-be", errors="replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        notes.append("a byte-order mark was taken away")
        raw = raw[3:]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        notes.append("the file was not in UTF-8")
        return raw.decode("cp1252", errors="replace")


def as_json(text: str, notes: list[str]) -> Any:
    """The JSON of a file; of a damaged one as many cells as can be read.

    Raises:
        GradingError: when it is no JSON at all.
    """
    try:
        return json.loads(text)
    except ValueError as error:
        first = error
    for side, name in ((r"\1", "first"), (r"\2", "second")) if CONFLICT.search(text) else ():
        try:
            tree = json.loads(CONFLICT.sub(side, text))
        except ValueError:
            continue
        notes.append(f"of each merge conflict the {name} side was taken")
        return tree
    if tree := as_python(text):
        notes.append("the notebook was written as Python, not as JSON")
        return tree
    cells = whole_cells(text)
    if not cells:
        reason = " ".join(str(first).split())[:120]
        raise GradingError(f"is not a notebook that can be read: {reason}")
    notes.append(f"the file is damaged; {len(cells)} whole cells could be read")
    return {"cells": cells}


def unwrapped(tree: Any, notes: list[str]) -> Any:
    """A notebook that was put into a list, or written as a text in a file of its own."""
    for _ in range(3):
        if isinstance(tree, list) and len(tree) == 1:
            tree = tree[0]
        elif isinstance(tree, str):
            tree = as_json(tree, notes)
        else:
            return tree
        notes.append("the notebook was wrapped in something else")
    return tree


def as_python(text: str) -> Any:
    """A notebook that was written by Python's print; None when it is none."""
    if not text.lstrip().startswith("{'"):
        return None
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def whole_cells(text: str) -> list[Any]:
    """The cells that can be read from a damaged file, one after the other."""
    start = re.search(r'"cells"\s*:\s*\[', text)
    decoder, cells, place = json.JSONDecoder(strict=False), [], start.end() if start else 0
    while found := re.compile(r"\{").search(text, place):
        try:
            cell, place = decoder.raw_decode(text, found.start())
        except ValueError:
            place = found.end()
            continue
        if is_cell(cell):
            cells.append(cell)
    return cells
