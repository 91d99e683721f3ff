"""Which names a cell defines, uses, and asks of the cells before it."""

from __future__ import annotations

import pytest

from autograder.engine.names import asked_and_given, names_in


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
    ],
)  # fmt: skip
def test_what_a_cell_asks_of_others_and_gives_them(source: str, asked: str, given: str) -> None:
    assert asked_and_given(source) == (set(asked.split()), set(given.split()))


@pytest.mark.parametrize("source", ["a = b +", "x" + "(" * 500, "a = '\0'"])
def test_of_a_cell_that_is_no_python_every_word_counts(source: str) -> None:
    asked, given = asked_and_given(source)
    assert asked == names_in(source)[1]
    assert not given
