"""Which names a cell defines, uses, and asks of the cells before it."""

from __future__ import annotations

import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.engine.empty import statements
from autograder.engine.names import asked_and_given, names_in
from autograder.engine.rejoin import is_python
from autograder.engine.restore import refuse_too_much
from autograder.errors import GradingError


def test_names_of_a_cell() -> None:
    defines, uses = names_in("import a.b as c\nd = e\ndef f(g):\n    return h + g")
    assert defines == {"c", "d", "f"}
    assert {"e", "h"} <= uses
    assert "g" not in uses


@pytest.mark.parametrize(
    ("source", "asked", "given"),
    [
        ("a = b\nc = a", "b", "a c"),
        ("a = a + 1", "a", "a"),
        ("a += 1", "a", "a"),
        ("a: int = b", "b int", "a"),
        ("(a, b), c = d\ne = a + b", "d", "a b c e"),
        ("a = [b for b in c]", "c", "a"),
        ("import a.b as c\nfrom d import e\nc.f(e)", "", "c e"),
        ("def f(x):\n    y = x\n    return y + z", "z", "f"),
        ("class A(B):\n    x = 1\n    def f(self):\n        return C", "B C", "A"),
        ("z = 1\ndef f():\n    return z", "", "z f"),
        ("if a:\n    b = 1\n    c = b\nelif d:\n    b = 2\nprint(b)", "a b d print", ""),
        ("for x, y in pairs:\n    z = x + y\n    print(z)\nx", "pairs print x", ""),
        ("while a:\n    b = 1\nelse:\n    b", "a b", ""),
        ("with open(a) as b:\n    c = b.read()\nc", "open a", "b c"),
        ("try:\n    a = b\nexcept E as e:\n    print(e)\nelse:\n    c = 1\nfinally:\n    d = c",
         "b E print c", ""),
        ("match a:\n    case [b]:\n        print(b)\n    case C(d=e):\n        e", "a print C", ""),
        ("a = 1\ndel a\na", "a", ""),
        ("del a[b]", "a b", ""),
        ("%matplotlib inline\na = b", "b get_ipython", "a"),
        ("a = (b := c) + b", "b c", "a b"),
        ("for a in a:\n    pass", "a", ""),
        ("a = 1\nif b:\n    del a\n    a\na", "b a", "a"),
        ("with a:\n    b = 1\n    del b\nb", "a b", ""),
        ("%%time\na = b", "b", "a"),
        ("%%capture out\na = b", "b", "a"),
        ("%%bash\na = b", "get_ipython", ""),
        ("In [3]: a = b", "b", "a"),
        ("a = vars()['b']", "vars a b", "a"),
    ],
)  # fmt: skip
def test_what_a_cell_asks_of_others_and_gives_them(source: str, asked: str, given: str) -> None:
    assert asked_and_given(source) == (set(asked.split()), set(given.split()))


@pytest.mark.parametrize("source", ["a = b +", "x" + "(" * 500, "a = '\0'"])
def test_of_a_cell_that_is_no_python_every_word_counts(source: str) -> None:
    asked, given = asked_and_given(source)
    assert asked == names_in(source)[1]
    assert not given


LONG = {
    "too deep for the parser": "x = " + "-" * 20_000 + "1",
    "too deep for a tree": "+".join(["x"] * 40_000),
    "many magics": "!x\n" * 510,
    "magics below a long text": "y = 1\n" * 500 + "%time x = 1\n" * 100,
    "long": "x = '" + "y" * 200_000 + "'",
    "many branches": "".join(f"x{i} = 1\n" for i in range(500)) + "if x:\n  y = 1\n" * 500,
}


@pytest.mark.parametrize("name", LONG)
def test_no_cell_stops_or_delays_who_reads_it(name: str) -> None:
    begin = time.process_time()
    source = LONG[name]
    assert "x" in asked_and_given(source)[0] | names_in(source)[0] | names_in(source)[1]
    statements(source)
    is_python(source)
    assert time.process_time() - begin < 10


@pytest.mark.parametrize(
    "cells", [["a = 1\n" * 2_000_000], ["a = 1\n" * 16_000] * 50, ["!a\n" * 999] * 30]
)
def test_more_code_than_anybody_writes_is_refused(cells: list[str]) -> None:
    with pytest.raises(GradingError, match="more than can be read"):
        refuse_too_much([new_code_cell(source) for source in cells], [])


def test_pasted_pictures_and_tables_are_not_too_much_code() -> None:
    cells = ["x = '" + "A" * 3_000_000 + "'", "y = [" + "1.5, " * 100_000 + "]", "a = b\n" * 10_000]
    refuse_too_much([new_code_cell(source) for source in cells], [])
    refuse_too_much([new_markdown_cell("a?" * 10_000_000)], [])
