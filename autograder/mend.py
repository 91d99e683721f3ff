"""Read a notebook file in whatever state it arrives, and say what had to be mended.

Bytes → text → JSON → a notebook of format 4 → cells. Each step takes what is sound and
leaves a sentence when it had to help. Only what holds no cells at all is given up.
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode, from_dict
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning

from autograder.errors import GradingError
from autograder.files import free_name, write_text
from autograder.mend_cells import is_cell, is_kernelspec, sound, upgraded
from autograder.mend_text import as_json, as_text, unpacked, unwrapped


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
