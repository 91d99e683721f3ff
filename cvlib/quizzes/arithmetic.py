"""Numbers as people type them, with a little arithmetic: "1,638,400", "−3", "sqrt(2/144)"."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable

LONGEST = 80  # characters
LARGEST = 1e15  # what a step may come to
THOUSANDS = re.compile(r"[+-]?\d{1,3}([,_ ]\d{3})+(\.\d*)?")
SPELLINGS = {
    "−": "-", "·": "*", "×": "*", "^": "**", "√": "sqrt", "π": "pi", "\u00a0": " ", "math.": "",
}  # fmt: skip
NAMES = {"pi": math.pi, "e": math.e}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt, "log": math.log, "exp": math.exp, "cos": math.cos, "sin": math.sin,
}  # fmt: skip
STEPS: dict[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: math.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def read_number(text: str) -> float:
    """What a number or an expression comes to.

    Knows + − · / // ^ and brackets, sqrt, log, exp, cos, sin, π and e, also in Python's spelling.

    Raises:
        ValueError: it can't be read, or is no finite number; the message is for learners.
    """
    plain = text.strip()
    for spelled, python in SPELLINGS.items():
        plain = plain.replace(spelled, python)
    if THOUSANDS.fullmatch(plain):
        plain = re.sub("[,_ ]", "", plain)
    try:
        if len(plain) > LONGEST:
            raise ValueError
        value = _value(ast.parse(plain.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ArithmeticError):
        raise ValueError(
            f"type a number, or an expression such as 3 * 0.25 or sqrt(2/9), got {text!r}"
        ) from None
    return value


def _value(node: ast.expr) -> float:
    """The value of a piece of an expression; ValueError for anything but arithmetic."""
    if isinstance(node, ast.Constant):
        if type(node.value) is bool or not isinstance(node.value, int | float):
            raise ValueError
        value = float(node.value)
    elif isinstance(node, ast.Name) and node.id in NAMES:
        value = NAMES[node.id]
    elif isinstance(node, ast.BinOp) and type(node.op) in STEPS:
        value = STEPS[type(node.op)](_value(node.left), _value(node.right))
    elif isinstance(node, ast.UnaryOp) and type(node.op) in STEPS:
        value = STEPS[type(node.op)](_value(node.operand))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        if node.func.id not in FUNCTIONS or node.keywords:
            raise ValueError
        value = FUNCTIONS[node.func.id](_value(node.args[0]))
    else:
        raise ValueError
    if not abs(value) <= LARGEST:
        raise ValueError
    return value
