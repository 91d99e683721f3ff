"""Answers that were split in the middle of a function."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode

from autograder.engine.rejoin import rejoined
from tests.engine.test_plan import cell

WHOLE = "def f(x):\n    y = x + 1\n    if y:\n        y += 1\n    return y"
LINES = WHOLE.split("\n")
ANSWERS = {"f-solution", "g-solution"}


def texts(*cells: NotebookNode) -> tuple[list[str], list[str]]:
    found, notes = rejoined(list(cells), ANSWERS)
    return [each.source for each in found], notes


@pytest.mark.parametrize("place", range(1, len(LINES)))
@pytest.mark.parametrize("name", ["", "f-solution"])
def test_halves_are_put_together_wherever_they_were_split(place: int, name: str) -> None:
    first, rest = "\n".join(LINES[:place]), "\n".join(LINES[place:])
    assert texts(cell(first, "f-solution"), cell(rest, name), cell("f(1)")) == (
        [WHOLE, "f(1)"],
        ["f-solution: was split, and put together again"],
    )


def test_three_parts_are_put_together() -> None:
    parts = [cell(LINES[0], "f-solution"), cell(LINES[1]), cell("\n".join(LINES[2:]))]
    assert texts(*parts)[0] == [WHOLE]


@pytest.mark.parametrize(
    "cells",
    [
        [cell(WHOLE, "f-solution"), cell("f(1)")],
        [cell(WHOLE, "f-solution"), cell("broken (")],
        [cell(LINES[0], "f-solution"), cell("f(1)")],
        [cell(LINES[0], "f-solution"), cell("\n".join(LINES[1:]), "g-solution")],
        [cell(LINES[0], "f-solution"), cell("\n".join(LINES[1:]), kind="markdown")],
        [cell(LINES[0]), cell("\n".join(LINES[1:]))],
        [cell("%pip install x\n", "f-solution"), cell("!ls")],
        [],
    ],
    ids=["whole", "own_error", "no_rest", "another_answer", "text", "no_answer", "magics", "none"],
)
def test_everything_else_stays_as_it_is(cells: list[NotebookNode]) -> None:
    assert texts(*cells) == ([each.source for each in cells], [])
