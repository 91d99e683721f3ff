"""Numbers as people type them."""

from __future__ import annotations

import math

import pytest

from cvlib.quizzes.arithmetic import read_number

READ = {
    "12": 12,
    " 2.5 ": 2.5,
    "−0.03": -0.03,
    "1,638,400": 1_638_400,
    "1 638 400.5": 1_638_400.5,
    "1_000": 1000,
    "1e-3": 0.001,
    ".5": 0.5,
    "1/4": 0.25,
    "9 * 3 * 8 + 8": 224,
    "2·3·(4 − 1)": 18,
    "2^5": 32,
    "2**0.5": math.sqrt(2),
    "7 // 2": 3,
    "math.sqrt(2/288)": math.sqrt(2 / 288),
    "√(2)": math.sqrt(2),
    "-math.log(0.5)": math.log(2),
    "0.2*(1+cos(π/3))/2": 0.15,
    "exp(1) - e": 0,
    "math.sin(0.5 * math.pi)": 1,
}
NOT_READ = [
    "", "abc", "1/0", "log(0)", "sqrt(-1)", "9**9**9", "10**16", "True", "1j", "'1'", "[1]", "x=1",
    "lambda: 1", "().__class__", "open('x')", "sqrt(1, 2)", "sqrt(x=1)", "math", "inf", "1;2",
    "3 if 1 else 2", "1,5,7", "1" * 81, "(" * 40, "50%", "\x00",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ.items())
def test_is_read(text: str, value: float) -> None:
    assert read_number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", NOT_READ)
def test_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="type a number, or an expression such as"):
        read_number(text)
