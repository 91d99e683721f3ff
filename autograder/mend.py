"""Read a notebook file in whatever state it arrives, and say what had to be mended.

Bytes → text → JSON → a notebook of format 4 → cells. Each step takes what is sound and
leaves a sentence when it had to help. Only what holds no cells at all is given up.
"""

from __future__ import annotations

import ast
import gzip
import io
import json
import re
import shutil
import warnings
import zlib
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

from autograder.errors import GradingError
from autograder.files import free_name, write_text

CONFLICT = re.compile(r"^<<<<<<<[^\n]*\n(.*?)^=======\n(.*?)^>>>>>>>[^\n]*(?:\n|\Z)", re.S | re.M)
KINDS = ("code", "markdown", "raw")
MAX_BYTES = 50 * 2**20  # of a file that is unpacked
LONE = re.compile("[\ud800-\udfff]")  # halves of letters, which no file can hold


def read_mended(path: Path) -> tuple[NotebookNode, list[str]]:
    """Read a notebook of any version and health.

    Returns:
        The notebook, and a sentence for each thing that was mended.

    Raises:
        GradingError: when no cell can be found in it; the file and the reason are named.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise GradingError(f"{path.name}: can't be read: {error.strerror}") from None
    try:
        return mend(raw)
    except (GradingError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise GradingError(f"{path.name}: {reason}") from None


def mend_file(path: Path, quarantine: Path) -> tuple[NotebookNode, list[str]]:
    """As `read_mended`; a file that needed it is replaced, and kept as it was in `quarantine`."""
    notebook, notes = read_mended(path)
    if notes:
        quarantine.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, free_name(quarantine / path.name))
        write_text(path, nbformat.writes(notebook) + "\n")
    return notebook, notes


def mend(raw: bytes) -> tuple[NotebookNode, list[str]]:
    """The notebook in these bytes, and what was mended.

    Raises:
        GradingError: when there is no cell in them.
    """
    notes: list[str] = []
    tree = unwrapped(as_json(as_text(unpacked(raw, notes), notes), notes), notes)
    if isinstance(tree, dict) and "worksheets" in tree and "cells" not in tree:
        tree = upgraded(tree, notes)
    found = tree.get("cells") if isinstance(tree, dict) else None
    cells = [cell for cell in found if is_cell(cell)] if isinstance(found, list) else []
    if not cells:
        raise GradingError("is not a notebook that can be read: it has no cells")
    if len(cells) < len(found or ()):
        notes.append(f"{len(found or ()) - len(cells)} things that are no cells were left out")
    kernel = tree.get("metadata", {}) if isinstance(tree.get("metadata"), dict) else {}
    spec = {"kernelspec": kernel["kernelspec"]} if is_kernelspec(kernel.get("kernelspec")) else {}
    notebook = from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": spec,
                          "cells": [sound(cell, n) for n, cell in enumerate(cells)]})  # fmt: skip
    if not notes and not is_sound(raw):
        notes.append("it did not follow the format of notebooks")
    return notebook, notes


def is_sound(raw: bytes) -> bool:
    """Whether other tools can read the file as it is."""
    # Not by `catch_warnings`, which is not made for several threads.
    for kind in (DuplicateCellId, MissingIDFieldWarning):
        warnings.simplefilter("ignore", kind)
    try:
        nbformat.validate(nbformat.reads(raw.decode(), as_version=4))
    except Exception:
        return False
    return True


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


def upgraded(tree: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """A notebook of format 3 in format 4."""
    try:
        new = nbformat.convert(nbformat.from_dict(tree), 4)
    except Exception as error:
        reason = " ".join(str(error).split())[:80]
        raise GradingError(f"is an old notebook that can't be converted: {reason}") from None
    notes.append(f"the notebook was of format {tree.get('nbformat')}")
    return dict(new)


def is_cell(value: Any) -> bool:
    """Whether something has a cell's two parts: a kind, and a text."""
    if not isinstance(value, dict) or not isinstance(value.get("cell_type"), str):
        return False
    source = value.get("source")
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )


def is_kernelspec(value: Any) -> bool:
    """Whether it names a kernel as nbformat wants it."""
    return isinstance(value, dict) and all(
        isinstance(value.get(key), str) for key in ("name", "display_name")
    )


def sound(cell: dict[str, Any], number: int) -> dict[str, Any]:
    """A cell of format 4.5 without outputs: only kind, text and metadata are needed."""
    source = cell.get("source", "")
    kind = cell["cell_type"].lower() if cell["cell_type"].lower() in KINDS else "raw"
    metadata = cell.get("metadata")
    new = {
        "id": f"cell-{number}",
        "cell_type": kind,
        "metadata": metadata if isinstance(metadata, dict) else {},
        "source": LONE.sub("\ufffd", source if isinstance(source, str) else "".join(source)),
    }
    if kind == "code":
        new |= {"outputs": [], "execution_count": None}
    elif isinstance(cell.get("attachments"), dict):
        new["attachments"] = cell["attachments"]
    return new
