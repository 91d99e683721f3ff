"""Answers whose cells lost their marks are found by what they define."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode

from autograder.engine.empty import is_empty
from autograder.engine.plan import grade_id, realign
from autograder.engine.recognise import recognise
from tests.engine.test_plan import cell

STUB = "def {0}(x):\n    raise NotImplementedError"
GIVEN = [
    cell("import torch", "setup", locked=True),
    cell(STUB.format("f"), "f-solution", solution=True),
    cell("check(f)", "f-check", grade=True, locked=True, points=1),
    cell(STUB.format("g"), "g-solution", solution=True),
    cell("check(g)", "g-check", grade=True, locked=True, points=1),
    cell("p = None\nq = None", "n-solution", solution=True),
    cell("check(p, q)", "n-check", grade=True, locked=True, points=1),
    cell("## Why?\nYour answer here.", "why-open", "markdown", solution=True, grade=True),
]
COURSE = ["# Title", "demo()", "p, q = 1, 2  # a demonstration"]
F, G, N = "def f(x): return 1", "def g(x):\n    return 2", "p = 3\nq = 4"
WHY = "## Why?\nBecause."


def repaired(*cells: NotebookNode) -> tuple[dict[str, str], list[str], list[str]]:
    """The text of each marked cell after both steps, the order of texts, the notes."""
    found, notes = recognise(list(cells), GIVEN, COURSE)
    aligned = realign(found, GIVEN)
    return (
        {grade_id(c): c.source for c in aligned if grade_id(c)},
        [c.source for c in aligned],
        notes,
    )


def test_a_notebook_without_any_mark_is_understood() -> None:
    plain = [cell("# Title", kind="markdown"), cell("import torch"), cell(F), cell("check(f)"),
             cell("demo()"), cell(G), cell("check(g)"), cell("p, q = 1, 2  # a demonstration"),
             cell(N), cell(WHY, kind="markdown")]  # fmt: skip
    texts, order, notes = repaired(*plain)
    assert texts["f-solution"] == F
    assert texts["g-solution"] == G
    assert texts["n-solution"] == N
    assert texts["why-open"] == WHY
    assert order.count("check(f)") == order.count("import torch") == 1
    assert order.index(F) < order.index("check(f)") < order.index("demo()")
    assert len(notes) == 4
    assert "f-solution: found in cell" in notes[0]


def test_marks_that_are_there_need_no_repair() -> None:
    cells = [cell(F, "f-solution"), cell(G, "g-solution"), cell(N, "n-solution"),
             cell(WHY, "why-open", "markdown")]  # fmt: skip
    texts, _, notes = repaired(*cells)
    assert (texts["f-solution"], notes) == (F, [])


@pytest.mark.parametrize("first", [True, False])
def test_an_answer_in_a_new_cell_counts_and_not_the_stub_that_was_left(first: bool) -> None:
    stub, answer = cell(STUB.format("f"), "f-solution"), cell(F)
    texts, order, notes = repaired(*([answer, stub] if first else [stub, cell("check(f)"), answer]))
    assert texts["f-solution"] == F
    assert STUB.format("f") not in order
    assert order.index(F) < order.index("check(f)")
    assert len(notes) == 1


def test_a_stub_behind_the_answer_does_not_undo_it() -> None:
    texts, order, _ = repaired(cell(F, "f-solution"), cell(STUB.format("f"), "f-solution"))
    assert texts["f-solution"] == F
    assert STUB.format("f") not in order


@pytest.mark.parametrize("left", [True, False])
def test_answers_merged_into_one_cell_count_both(left: bool) -> None:
    stub = [cell(STUB.format("g"), "g-solution")] if left else []
    texts, order, notes = repaired(cell(f"{F}\n\n{G}", "f-solution"), *stub)
    assert texts["f-solution"] == f"{F}\n\n{G}"
    assert texts["g-solution"] == "# The answer stands in the cell of f-solution."
    assert STUB.format("g") not in order
    assert notes == ["g-solution: found in the cell of f-solution"]


def test_a_split_answer_runs_whole() -> None:
    helper = "def helper(x): return 1"
    texts, order, _ = repaired(cell(helper, "f-solution"), cell(F, "f-solution"))
    assert texts["f-solution"] == F
    assert order.index(helper) < order.index(F) < order.index("check(f)")


def test_what_only_calls_or_half_defines_is_no_answer() -> None:
    texts, _, notes = repaired(cell("f(3)"), cell("p = 3"), cell("ff = f"))
    assert texts["f-solution"] == STUB.format("f")
    assert texts["n-solution"] == "p = None\nq = None"
    assert notes == []


def test_of_two_cells_without_marks_the_last_counts_as_in_python() -> None:
    texts, order, _ = repaired(cell("def f(x): return 0"), cell(F))
    assert texts["f-solution"] == F
    assert "def f(x): return 0" in order


@pytest.mark.parametrize("left", [STUB.format("f"), f"{STUB.format('f')}\n", " \n"])
@pytest.mark.parametrize("mark", ["f-solution", ""])
def test_what_was_left_behind_an_answer_neither_undoes_nor_replaces_it(
    left: str, mark: str
) -> None:
    texts, order, _ = repaired(cell(F, "f-solution"), cell(left, mark))
    assert texts["f-solution"] == F
    assert STUB.format("f") not in [text.strip() for text in order]


def test_an_empty_cell_does_not_take_the_place_of_a_text() -> None:
    texts, _, _ = repaired(cell(WHY, "why-open", "markdown"), cell(" ", "why-open", "markdown"))
    assert texts["why-open"] == WHY
    texts, _, notes = repaired(cell("", "why-open", "markdown"), cell(WHY, kind="markdown"))
    assert texts["why-open"] == WHY
    assert "found in cell" in notes[-1]


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("", True),
        ("# f comes here", True),
        ("def f(x):\n    'What f is.'\n    ...", True),
        ("import math\ndef f(x): pass\nclass A: pass", True),
        ("p: int\nq = None\nraise NotImplementedError('not written yet')", True),
        ("def f(x):\n    check(x)\n    raise NotImplementedError", True),  # as released
        ("def f(x):\n    return None", False),
        ("def f(x):\n    raise ValueError", False),
        ("def f(x) return x", False),
        ("p = 0", False),
        ("class A:\n    def f(self): return 1", False),
        ("f(3)", False),
        ("!ls", False),
    ],
)
def test_what_is_empty(text: str, empty: bool) -> None:
    released = cell("def f(x):\n    check(x)\n    raise NotImplementedError", "f-solution")
    assert is_empty(cell(text), released) is empty


def test_a_text_is_empty_without_letters() -> None:
    assert is_empty(cell(" \n", kind="markdown"), cell(WHY, kind="markdown"))
    assert not is_empty(cell("pass", kind="markdown"), cell(WHY, kind="markdown"))
