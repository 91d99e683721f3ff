"""From whatever JSON there is to cells of format 4.5."""

from __future__ import annotations

import re
from typing import Any

import nbformat

from autograder.errors import GradingError

KINDS = ("code", "markdown", "raw")
LONE = re.compile("[\ud800-\udfff]")  # halves of letters, which no file can hold


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
