"""A learner's cell as Python: magics become calls, and what would take too long is given up.

Submissions are read where the class is graded, not in the sandbox. So nothing here may take a
time or a memory that one of them chooses, and whatever can't be read is a `SyntaxError`.
"""

from __future__ import annotations

import ast
import re
import threading
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

MAX_EFFORT = 100_000  # characters to look at for one cell; what is longer is not read
ROUNDS = 20  # that IPython may go through a cell all the same: once for each magic
ESCAPE = re.compile(r"^[ \t]*[!%,;/]|\?|=[ \t]*[!%]", re.MULTILINE)
PROMPT = re.compile(r"\s*(\[nav\] )?In \[\d+\]: ")  # is Python by itself, with another meaning
RUNS_HERE = re.compile(r"\s*%%(time|capture|prun)\b[^\n]*\n")  # the cell below is the learner's own
PARSING = threading.Lock()  # Python 3.11 counts nesting for all threads together, and stumbles
SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef  # what stands in them waits
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


class Patient(TransformerManager):
    """IPython's own, but for an end to its patience: it takes 500 rounds, whatever they cost."""

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Turn one magic after the other into a call.

        Raises:
            SyntaxError: when there are too many of them for a cell of this length.
        """
        for _ in range(ROUNDS + MAX_EFFORT // (1 + sum(map(len, lines)))):
            changed, lines = self.do_one_token_transform(lines)
            if not changed:
                return lines
        raise SyntaxError("too many magics")


def as_python(source: str) -> str:
    """The cell in plain Python; below ``%%time`` and the like, what stands there.

    Raises:
        SyntaxError: it is none, or takes too long to read.
    """
    if len(source) > MAX_EFFORT:
        raise SyntaxError("too long")
    if (text := without_magics(source)) is None:
        raise SyntaxError("no Python")
    return text


@lru_cache(10_000)  # in a class, most cells are the same in all submissions
def without_magics(source: str) -> str | None:
    """A cell with calls in place of its magics; None where IPython gives up."""
    below = RUNS_HERE.match(source)
    text = source[below.end() :] if below else source
    try:
        if PROMPT.match(text) is None and parses(text):
            return text
        return Patient().transform_cell(text)
    except UNREADABLE:
        return None


def parses(source: str) -> bool:
    """Whether a text is Python as it stands; most cells are."""
    try:
        parsed(source)
    except SyntaxError:
        return False
    return True


def parsed(source: str) -> ast.Module:
    """`ast.parse`, one at a time: in two threads at once it may end with a `SystemError`."""
    with PARSING:
        return ast.parse(source)


def tree_of(source: str) -> ast.Module:
    """The statements of a cell.

    Raises:
        SyntaxError: see `as_python`.
    """
    try:
        return parsed(as_python(source))
    except UNREADABLE as error:
        raise SyntaxError(str(error)) from None


def effort(source: str) -> int:
    """About how many characters have to be looked at to read a cell; 0 for one that is not read."""
    if len(source) > MAX_EFFORT:
        return 0
    return min(len(source) * (1 + len(ESCAPE.findall(source))), len(source) * ROUNDS + MAX_EFFORT)
