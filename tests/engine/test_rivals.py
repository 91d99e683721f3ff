"""Of several cells for one answer the best counts; nothing is run where there is only one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from nbformat import NotebookNode

from autograder.cells import run_cell
from autograder.engine.claims import MOST, contests
from autograder.engine.plan import grade_id, realign
from autograder.engine.recognise import recognise
from autograder.engine.rivals import Trying, settle
from autograder.engine.ticket import Budget, Ticket
from autograder.errors import GradingError
from tests.engine.test_plan import cell
from tests.engine.test_recognise import STUB

GIVEN = [
    cell("import math", "setup", locked=True),
    cell(STUB.format("f"), "f-solution", solution=True),
    cell("assert f(1) == 1", "f-check", grade=True, locked=True, points=2),
    cell("assert f(2) == 2", "f-hidden", grade=True, locked=True, points=3),
    cell(STUB.format("g"), "g-solution", solution=True),
    cell("f(g(1)) / 4", "g-check", grade=True, locked=True, points=1),
    cell("p = None\nq = None", "n-solution", solution=True),
    cell("assert (p, q) == (1, 2)", "n-check", grade=True, locked=True, points=1),
]
RIGHT, WRONG, BROKEN = "def f(x): return x", "def f(x): return -x", "def f(x) return x"
G = "def g(x): return 1"
COURSE = ["demo()", "def f(x): return 'a demonstration'"]


class Desk:
    """Runs tickets in this process, and counts them."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []

    def run(self, ticket: Ticket) -> dict[str, Any]:
        self.ran.append([step.name for step in ticket.steps])
        outputs: dict[int, list[dict[str, Any]]] = {}
        namespace: dict[str, Any] = {}
        for step in ticket.steps:
            done = run_cell(step.source, namespace, step.name)
            outputs[step.index] = []
            if done.error is not None:
                outputs[step.index] = [{"output_type": "error"}]
            elif done.value is not None:
                data = {"text/plain": repr(done.value)}
                outputs[step.index] = [{"output_type": "execute_result", "data": data}]
        return {"outputs": outputs}


def decide(
    *cells: NotebookNode, run: Callable[[Ticket], Any] | None = None, seconds: float = 60
) -> tuple[list[str], dict[str, str], list[str], list[list[str]]]:
    """The order of texts, the text of each marked cell, the notes, and what was run."""
    desk = Desk()
    found, _ = recognise(list(cells), GIVEN, COURSE)
    trying = Trying(run or desk.run, Ticket((), frozenset(), Budget(30, seconds)), COURSE)
    found, notes = settle(found, GIVEN, contests(found, GIVEN, COURSE), trying)
    aligned = realign(found, GIVEN)
    marks = {grade_id(c): c.source for c in aligned if grade_id(c)}
    return [c.source for c in aligned], marks, notes, desk.ran


@pytest.mark.parametrize("right", [0, 1, 2])
@pytest.mark.parametrize("mark", ["f-solution", ""])
@pytest.mark.parametrize("wrong", [WRONG, BROKEN])
def test_the_one_that_passes_its_visible_test_counts(right: int, mark: str, wrong: str) -> None:
    texts = [f"{wrong}  # {n}" for n in range(3)]
    texts[right] = RIGHT
    order, marks, notes, _ = decide(*(cell(text, mark) for text in texts))
    assert marks["f-solution"] == RIGHT
    assert sorted(t for t in order if "def f" in t) == sorted(texts), "nothing is lost"
    place = order.index(RIGHT)
    assert all(order.index(text) < place for text in texts if text != RIGHT)
    assert place < order.index("assert f(1) == 1")
    (note,) = notes
    assert f"f-solution: 3 cells claim it; cell {right + 1} counts, with 2 of 2 points" in note


def test_only_what_leads_to_the_visible_test_is_run() -> None:
    _, _, _, ran = decide(cell("import math", "setup"), cell(WRONG, "f-solution"),
                          cell("assert f(1) == 1", "f-check"), cell("demo()"),
                          cell(RIGHT, "f-solution"), cell(G, "g-solution"))  # fmt: skip
    assert len(ran) == 2
    for names in ran:
        assert names[0] == "setup"
        assert names[-1] == "f-check"
        assert not {"f-hidden", "g-check"} & set(names)


def test_later_answers_are_tried_with_what_was_decided_before() -> None:
    """g's visible test gives partial credit by f: right only with the right f."""
    half = "def g(x): return 2"
    _, marks, notes, _ = decide(cell(RIGHT, "f-solution"), cell(WRONG, "f-solution"),
                                cell(half, "g-solution"), cell(G, "g-solution"))  # fmt: skip
    assert marks["f-solution"] == RIGHT
    assert marks["g-solution"] == half
    assert "0.5 of 1 points on the visible test (cell 4: 0.25)" in notes[1]


def test_among_equals_the_marked_one_counts_and_then_the_last() -> None:
    other = "def f(x): return x + 0"
    assert decide(cell(RIGHT, "f-solution"), cell(other))[1]["f-solution"] == RIGHT
    assert decide(cell(RIGHT, "f-solution"), cell(other, "f-solution"))[1]["f-solution"] == other
    assert decide(cell(RIGHT), cell(other))[1]["f-solution"] == other
    assert decide(cell(WRONG, "f-solution"), cell(BROKEN))[1]["f-solution"] == WRONG


@pytest.mark.parametrize(
    "cells",
    [
        [cell(RIGHT, "f-solution"), cell(G, "g-solution")],
        [cell(RIGHT, "f-solution"), cell(RIGHT, "f-solution"), cell(RIGHT)],  # copies
        [cell(RIGHT, "f-solution"), cell(STUB.format("f"), "f-solution")],
        [cell("helper = 1", "f-solution"), cell(RIGHT, "f-solution")],  # split
        [cell(RIGHT, "f-solution"), cell("f(3)", "f-solution"), cell("f(4)")],
        [cell(RIGHT, "f-solution"), cell(COURSE[1])],  # the course's own demonstration
        [cell(f"{RIGHT}\n{G}", "f-solution"), cell(STUB.format("g"), "g-solution")],  # merged
        [cell(RIGHT, "f-solution"), cell("# def f(x): return 3", kind="markdown")],
        [cell("p = 1", "n-solution"), cell("q = 2", "n-solution")],  # each name once
        [cell("def f(x): ...", "f-solution"), cell("# later", "f-solution")],  # nothing to save
        [],
    ],
    ids=[
        "plain",
        "copies",
        "stub",
        "split",
        "scratch",
        "demo",
        "merged",
        "text",
        "names",
        "empty",
        "none",
    ],
)
def test_nothing_is_run_where_nothing_is_contested(cells: list[NotebookNode]) -> None:
    _, _, notes, ran = decide(*cells)
    assert (notes, ran) == ([], [])


def test_an_engine_that_fails_decides_nothing() -> None:
    def fails(_: Ticket) -> Any:
        raise GradingError("the judge's process failed")

    with pytest.raises(GradingError, match="judge's process"):
        decide(cell(RIGHT), cell(WRONG), run=fails)


def test_a_test_that_did_not_run_is_worth_nothing() -> None:
    _, marks, notes, _ = decide(cell(RIGHT), cell(WRONG), run=lambda _: {"outputs": {}})
    assert marks["f-solution"] == WRONG  # equals: the last one
    assert "0 of 2 points" in notes[0]


def test_hundreds_of_copies_and_no_time_left_are_bounded() -> None:
    copies = [cell(f"def f(x): return {n}", "f-solution") for n in range(300)]
    _, marks, _, ran = decide(*copies)
    assert len(ran) == MOST
    assert marks["f-solution"] == "def f(x): return 299"
    _, marks, _, ran = decide(*copies[:2], seconds=0)
    assert ran == []
    assert marks["f-solution"] == "def f(x): return 1"


@pytest.mark.parametrize("answer", [RIGHT, WRONG, BROKEN])
@pytest.mark.parametrize(
    ("empty", "mark"),
    [
        ("def f(x):\n    # next week\n    raise NotImplementedError", "f-solution"),
        ("def f(x):\n    # next week\n    raise NotImplementedError('f')", ""),
        ('def f(x):\n    """What f is."""\n    pass', "f-solution"),
        ("import math\n\ndef f(x, more=1): ...", ""),
        ("# Exercise 1: f", "f-solution"),
        ("raise NotImplementedError", "f-solution"),
    ],
)
def test_an_empty_cell_never_counts_before_one_that_is_not(
    answer: str, empty: str, mark: str
) -> None:
    order, marks, (note,), ran = decide(cell(answer, "f-solution"), cell(empty, mark))
    assert marks["f-solution"] == answer
    assert order.index(empty) < order.index(answer), "it does not undo the answer"
    assert note == "f-solution: 2 cells claim it; cell 1 counts, the only one that is not empty"
    assert ran == [], "there is nothing to find out"
    assert decide(cell(empty, mark), cell(answer, "f-solution"))[1]["f-solution"] == answer


def test_an_answer_before_many_empty_cells_is_not_forgotten() -> None:
    empty = [cell(f"def f(x):\n    pass  # {n}", "f-solution") for n in range(2 * MOST)]
    assert decide(cell(RIGHT, "f-solution"), *empty)[1]["f-solution"] == RIGHT
    assert decide(cell(WRONG), cell(RIGHT), *empty)[1]["f-solution"] == RIGHT


@pytest.mark.parametrize(
    ("first", "second", "best", "tried"),
    [
        ("p = 1\nq = 2", "q = None", "p = 1\nq = 2", 0),  # a stub that lacks a name
        ("p = 1\nq = 2", "q = 5", "p = 1\nq = 2", 2),
        ("p = 7\nq = 2", "p = 1", "p = 1", 2),  # one name corrected later
        ("p = 1", "p = 7\nq = 2", "p = 1", 2),
    ],
)
def test_a_cell_for_some_of_the_names_neither_undoes_an_answer_nor_is_lost(
    first: str, second: str, best: str, tried: int
) -> None:
    order, marks, _, ran = decide(cell(first, "n-solution"), cell(second, "n-solution"))
    assert marks["n-solution"] == best
    assert len(ran) == tried
    names: dict[str, Any] = {}
    for text in order:
        if text in (first, second):
            exec(text, names)
    assert (names["p"], names["q"]) == (1, 2)
