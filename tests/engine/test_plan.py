"""From a submission to steps: cells back in their places, only needed demonstrations."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode, from_dict

from autograder.engine.plan import MAX_CELLS, grade_id, make_steps, realign
from autograder.engine.preprocessors import restored
from autograder.engine.rivals import Trying
from autograder.engine.ticket import Step, Ticket
from autograder.engine.ticketing import needed_demos
from autograder.errors import GradingError

NOBODY = Trying(lambda ticket: pytest.fail("nothing has to be tried"), Ticket((), frozenset()), [])


def cell(source: str, grade_id: str = "", kind: str = "code", **marks: Any) -> NotebookNode:
    metadata = {"nbgrader": {"grade_id": grade_id, **marks}} if grade_id else {}
    return from_dict({"cell_type": kind, "source": source, "metadata": metadata, "outputs": []})


def given_cells() -> list[NotebookNode]:
    return [
        cell("import torch", "setup", locked=True),
        cell("a = STUB", "a-solution", solution=True),
        cell("assert a", "a-check", grade=True, locked=True, points=1),
        cell("assert a == 1", "a-hidden", grade=True, locked=True, points=2),
        cell("b = STUB", "b-solution", solution=True),
        cell("assert b", "b-hidden", grade=True, locked=True, points=2),
        cell("answer here", "why-open", "markdown", solution=True, grade=True, points=3),
    ]


def submission() -> list[NotebookNode]:
    """As released, filled in, with other cells between."""
    return [
        cell("# Title", kind="markdown"),
        cell("import torch", "setup"),
        cell("a = 1", "a-solution"),
        cell("print(a)"),
        cell("assert a", "a-check"),
        cell("# hidden", "a-hidden"),
        cell("demo()"),
        cell("b = 2", "b-solution"),
        cell("# hidden", "b-hidden"),
        cell("because", "why-open", "markdown"),
    ]


def sources(cells: list[NotebookNode]) -> list[str]:
    return [c.source for c in cells]


def ids(cells: list[NotebookNode]) -> list[str]:
    return [grade_id(c) for c in cells if grade_id(c)]


def check_rules(cells: list[NotebookNode]) -> None:
    """What holds for every submission, whatever was done to it."""
    given = {grade_id(c): c for c in given_cells()}
    assert sorted(ids(cells)) == sorted(given)
    place = {grade_id(c): number for number, c in enumerate(cells)}
    for name, original in given.items():
        aligned = cells[place[name]]
        assert aligned.cell_type == original.cell_type
        assert aligned.metadata == original.metadata
        if original.metadata.nbgrader.get("locked"):
            assert aligned.source == original.source
    assert place["setup"] < place["a-solution"] < min(place["a-check"], place["a-hidden"])
    assert place["b-solution"] < place["b-hidden"]
    assert all(set(c.metadata) <= {"nbgrader"} for c in cells)


def test_an_untouched_order_stays() -> None:
    cells = realign(submission(), given_cells())
    check_rules(cells)
    assert sources(cells) == [
        "# Title", "import torch", "a = 1", "print(a)", "assert a", "assert a == 1", "demo()",
        "b = 2", "assert b", "because",
    ]  # fmt: skip


def test_a_deleted_test_comes_back_behind_its_answer() -> None:
    cells = realign([c for c in submission() if grade_id(c) != "a-hidden"], given_cells())
    check_rules(cells)


def test_a_deleted_answer_comes_back_as_released() -> None:
    cells = realign([c for c in submission() if grade_id(c) != "b-solution"], given_cells())
    check_rules(cells)
    assert "b = STUB" in sources(cells)


def test_a_test_moved_to_the_front_goes_behind_its_answer() -> None:
    cells = submission()
    cells.insert(0, cells.pop(5))
    check_rules(realign(cells, given_cells()))


def test_a_test_moved_to_the_end_stays_there() -> None:
    cells = submission()
    cells.append(cells.pop(4))
    assert sources(realign(cells, given_cells()))[-1] == "assert a"


@pytest.mark.parametrize(
    ("copies", "kept"),
    [(["a = 1", "a = STUB"], "a = 1"), (["a = STUB", "a = 1"], "a = 1"),
     (["a = 1", "a = 7"], "a = 7"), (["a = STUB", "a = STUB"], "a = STUB")],
)  # fmt: skip
def test_of_copies_of_an_answer_the_last_worked_on_counts(copies: list[str], kept: str) -> None:
    cells = [c for c in submission() if grade_id(c) != "a-solution"]
    cells[2:2] = [cell(text, "a-solution") for text in copies]
    aligned = realign(cells, given_cells())
    check_rules(aligned)
    assert next(c.source for c in aligned if grade_id(c) == "a-solution") == kept


def test_a_retyped_cell_gets_its_type_back() -> None:
    cells = submission()
    for c in cells:
        c.cell_type = "markdown" if c.cell_type == "code" else "code"
    check_rules(realign(cells, given_cells()))


def test_pasted_pictures_stay_and_nothing_else_of_attachments() -> None:
    cells = submission()
    picture = "iVBORw0KGgo="
    cells[-1]["attachments"] = {"a.png": {"image/png": picture, "text/html": "<b>"},
                                "b.png": {"image/png": "not base64 <"}}  # fmt: skip
    aligned = realign(cells, given_cells())
    assert aligned[-1].attachments == {"a.png": {"image/png": picture}, "b.png": {}}


@given(st.randoms(use_true_random=False), st.integers(0, 3))
def test_rules_hold_for_any_shuffle_with_losses_and_copies(rng: random.Random, extra: int) -> None:
    cells = submission()
    cells += [from_dict(dict(rng.choice(cells))) for _ in range(extra)]
    cells = [c for c in cells if rng.random() > 0.2]
    rng.shuffle(cells)
    check_rules(realign(cells, given_cells()))


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "cell_type": st.sampled_from(["code", "markdown", "raw", "x", 5, None]),
                "source": st.text(max_size=9) | st.integers() | st.lists(st.text(max_size=2)),
                "metadata": st.none() | st.text(max_size=3)
                | st.dictionaries(st.just("nbgrader"), st.none() | st.dictionaries(
                    st.just("grade_id"), st.sampled_from(["a-hidden", "b-solution", 5]))),
                "attachments": st.none() | st.lists(st.integers()) | st.dictionaries(
                    st.text(max_size=3), st.none() | st.text(max_size=3)),
            },
        ),
        max_size=8,
    )
)  # fmt: skip
def test_rules_hold_for_malformed_cells(cells: list[dict[str, Any]]) -> None:
    check_rules(realign([from_dict(c) for c in cells], given_cells()))


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(GradingError, match="2001 cells"):
        restored([cell("")] * (MAX_CELLS + 1), given_cells(), Path("none"), NOBODY)


def steps_of(*texts: tuple[str, str]) -> tuple[Step, ...]:
    return tuple(Step(n, role, f"{n}", source) for n, (role, source) in enumerate(texts))


def test_roles_come_from_the_course() -> None:
    cells = realign(submission(), given_cells())
    steps = make_steps(cells, ["demo()"])
    assert [(s.role, s.source) for s in steps] == [
        ("locked", "import torch"), ("student", "a = 1"), ("student", "print(a)"),
        ("test", "assert a"), ("test", "assert a == 1"), ("demo", "demo()"),
        ("student", "b = 2"), ("test", "assert b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "needed"),
    [
        ([("demo", "x = 1"), ("student", "y = x")], {0}),
        ([("demo", "x = 1"), ("student", "y = 2")], set()),
        ([("demo", "x = 1"), ("demo", "z = x + 1"), ("test", "assert z")], {0, 1}),
        ([("demo", "x = 1"), ("student", "def f():\n    return x")], {0}),
        ([("demo", "x = 1"), ("student", "def f(x):\n    return x")], set()),
        ([("demo", "import os"), ("student", "os.getcwd()")], {0}),
        ([("student", "y = 1"), ("demo", "y = 2"), ("student", "print(y)")], {1}),
        ([("student", "print(y)"), ("demo", "y = 2")], set()),
        ([("demo", "%matplotlib inline\nx = 1"), ("student", "x")], {0}),
        ([("demo", "x = 1"), ("student", "broken ( x")], {0}),
        ([("demo", "def f(): pass"), ("student", "g = [f() for _ in range(2)]")], {0}),
        ([("demo", "x = 1"), ("student", "print('x')")], set()),
        ([("demo", "x = 1"), ("test", "for x in (1, 2): assert x")], set()),
        ([("demo", "x = 1"), ("student", "y = x"), ("test", "for x in (1, 2): assert y")], {0}),
        ([("demo", "x = 1"), ("student", "x, y = 2, 3\nz = x + y")], set()),
        ([("demo", "x = 1"), ("student", "x = x + 1")], {0}),
        ([("demo", "x = 1"), ("student", "x = 2"), ("test", "assert x")], set()),
        ([("demo", "x = 1"), ("student", "if ready:\n    x = 2"), ("test", "assert x")], {0}),
        ([("demo", "x = []"), ("demo", "x.append(1)"), ("student", "y = x")], {0, 1}),
        ([("demo", "x = []"), ("student", "y = x"), ("demo", "x.append(1)")], {0}),
        (
            [("demo", "x = []"), ("demo", "a = 1"), ("demo", "x[0] = a"), ("student", "x")],
            {0, 1, 2},
        ),
        ([("demo", "x = []"), ("demo", "x += [1]"), ("student", "y = 2")], set()),
        ([("demo", "import x"), ("demo", "x.show()"), ("student", "x")], {0}),
        ([("demo", "def f(): pass"), ("demo", "f()"), ("student", "f()")], {0}),
        ([("demo", "x = 1"), ("student", "y = globals()['x']")], {0}),
        ([("demo", "x = 1"), ("student", "y = eval('x + 1')")], {0}),
        ([("demo", "x = 1"), ("student", "net.eval()\ny = 'x'")], set()),
    ],
)
def test_demonstrations_run_only_if_something_relies_on_them(
    texts: list[tuple[str, str]], needed: set[int]
) -> None:
    assert needed_demos(steps_of(*texts)) == needed
