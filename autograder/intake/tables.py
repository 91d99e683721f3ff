"""The tables that collecting keeps in ``collected/``, for people and for the next run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.intake.roster import decoded

PLACED = ("student", "from", "time", "note")  # the columns of placed.csv


def read_placed(path: Path) -> dict[str, list[str]]:
    """Student → what an earlier run put where; packages that come later add to it."""
    return {row["student"]: [row.get(name) or "" for name in PLACED] for row in read_table(path)
            if row.get("student")}  # fmt: skip


def read_decisions(path: Path) -> dict[str, str]:
    """What a person wrote into the last column: place in a package → student."""
    answers = {row.get("from", ""): (row.get("student") or "").strip() for row in read_table(path)}
    return {origin: student for origin, student in answers.items() if student}


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a table; none where there is no such file yet."""
    try:
        return list(csv.DictReader(io.StringIO(decoded(path.read_bytes()))))
    except FileNotFoundError:
        return []


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
