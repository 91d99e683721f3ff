"""Checks that know why an answer is wrong, for visible and hidden tests alike.

    check.function(conv2d, like=conv.conv2d, exercise="01-conv2d", cases=[...])
    check.values({"stem": stem}, like={"stem": 112}, exercise="01-sizes")
    check.raises(ValueError, conv2d, image, weight, stride=0, mentions="stride")

A failed check raises `CheckFailed` with at most eight lines in a learner's words.
"""

from cvlib.check.cases import Case, Inputs, case, case_of, device, inputs, seeded
from cvlib.check.errors import CheckFailed, NotDone
from cvlib.check.function import function
from cvlib.check.module import module
from cvlib.check.own import own_numbers
from cvlib.check.parts import parts
from cvlib.check.raises import raises
from cvlib.check.values import value, values

__all__ = [
    "Case",
    "CheckFailed",
    "Inputs",
    "NotDone",
    "case",
    "case_of",
    "device",
    "function",
    "inputs",
    "module",
    "own_numbers",
    "parts",
    "raises",
    "seeded",
    "value",
    "values",
]
