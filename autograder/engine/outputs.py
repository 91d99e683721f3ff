"""What a learner's cell showed, taken over with care: plain text and pictures only.

Outputs end up in the instructor's browser. HTML, SVG, LaTeX, scripts and widgets stay
behind (each comes with a plain text, which is kept), and a picture must be one.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from autograder.engine.frames import StudentLost

PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}  # how they begin
MOST = 200  # outputs of one cell


def checked_outputs(given: Any) -> list[dict[str, Any]]:
    """Outputs from the student's process, rebuilt field by field; strangers are dropped.

    Raises:
        StudentLost: when they are not a list in JSON.
    """
    try:
        items = json.loads(given) if isinstance(given, bytes) else None
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list):
        raise StudentLost("the answer can't be read: outputs are malformed")
    return [output for item in items[:MOST] if (output := checked_output(item)) is not None]


def checked_output(item: Any) -> dict[str, Any] | None:
    """One output in nbformat's shape, or None."""
    if not isinstance(item, dict):
        return None
    kind = item.get("output_type")
    if kind == "stream":
        name = "stderr" if item.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": plain_text(item.get("text"))}
    if kind == "error":
        lines = item.get("traceback")
        traceback = [plain_text(line) for line in lines] if isinstance(lines, list) else []
        return {"output_type": "error", "ename": plain_text(item.get("ename")),
                "evalue": plain_text(item.get("evalue")), "traceback": traceback}  # fmt: skip
    if kind in ("display_data", "execute_result") and isinstance(item.get("data"), dict):
        output = {"output_type": kind, "data": checked_data(item["data"]), "metadata": {}}
        return output | ({"execution_count": None} if kind == "execute_result" else {})
    return None


def checked_data(data: dict[Any, Any]) -> dict[str, str]:
    """The plain text and the pictures of one result."""
    kept = {mime: data[mime] for mime in PICTURES if is_picture(mime, data.get(mime))}
    if isinstance(data.get("text/plain"), str):
        kept["text/plain"] = plain_text(data["text/plain"])
    return kept


def is_picture(mime: str, value: Any) -> bool:
    """Whether a text is the base64 form of such a picture and nothing else."""
    if mime not in PICTURES or not isinstance(value, str):
        return False
    try:
        raw = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return raw.startswith(PICTURES[mime])


def plain_text(value: Any) -> str:
    """A text that can be written to a file; "" for anything else."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def size_of(output: dict[str, Any]) -> int:
    """Characters that an output takes."""
    return len(json.dumps(output))


def points_in(outputs: list[dict[str, Any]] | None, most: float) -> float:
    """The points that a test's outputs stand for, as nbgrader reads them; closed where in doubt.

    Args:
        outputs: of a test cell; None when it did not run.
        most: what it is worth.

    Returns:
        0 for an error or no run, a printed number as partial credit, else everything.
    """
    if outputs is None or any(output.get("output_type") == "error" for output in outputs):
        return 0.0
    for output in outputs:
        if output.get("output_type") == "execute_result":
            try:
                given = float(output["data"]["text/plain"])
            except (KeyError, TypeError, ValueError):
                return 0.0
            return given if 0 <= given <= most else 0.0
    return most
