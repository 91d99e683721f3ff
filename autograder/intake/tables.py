"""The tables that collecting keeps in ``collected/``, for people and for the next run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.csv_tables import Row, read_table

PLACED = ("student", "from", "time", "note")  # the columns of placed.csv
QUESTIONS = ("from", "reason", "suggestion", "student")  # and of questions.csv


def read_placed(path: Path) -> dict[str, list[str]]:
    """Student → what an earlier run put where; packages that come later add to it."""
    return {row["student"]: [row[name] for name in PLACED]
            for row in rows_of(path, PLACED) if row["student"]}  # fmt: skip


def read_questions(path: Path) -> dict[str, list[str]]:
    """Place in a package → the line about it, with what a person wrote into the last column."""
    return {row["from"]: [*(row[name] for name in QUESTIONS[:-1]), row["student"].strip()]
            for row in rows_of(path, QUESTIONS)}  # fmt: skip


def rows_of(path: Path, needed: Iterable[str]) -> list[Row]:
    """The rows of a table; none where there is no such file yet.

    Raises:
        CourseError: when it can't be read, or one of its columns is gone.
    """
    return read_table(path, needed).rows if path.is_file() else []
