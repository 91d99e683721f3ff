"""What the notebooks are written with: quizzes, predictions, and demonstrations of students' code.

quiz("01-recall")                  # the questions of a group; plain=True prints them
answer("01-recall", 2, "b")        # and this judges, where widgets don't run
predict("01-sobel-frame", "?")     # asks; a letter in place of "?" locks the guess in
explain("01-sobel-frame")          # after the experiment: was the guess right, and why
own_numbers("01-sizes", "ada01")   # questions with numbers of one's own
with uses_your("conv2d"):          # says kindly what has to be written first
    show_images(conv2d(x, sobel))
"""

from __future__ import annotations

import linecache
import traceback
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

from cvlib.own_numbers import own_numbers
from cvlib.quizzes.markup import ORANGE, say
from cvlib.quizzes.plain import answer, print_quiz
from cvlib.quizzes.predictions import explain, predict

if TYPE_CHECKING:
    from cvlib.widgets.quiz import Quiz

__all__ = ["answer", "explain", "own_numbers", "predict", "quiz", "uses_your"]


def quiz(group: str, plain: bool = False) -> Quiz | None:
    """The questions of a group, such as "01-recall", as a widget; with `plain`, printed.

    Raises:
        ValueError: there is no such group.
    """
    if plain:
        print_quiz(group)
        return None
    from cvlib.widgets.quiz import Quiz

    return Quiz(group)


class uses_your:  # noqa: N801  (reads as a statement: with uses_your("conv2d"):)
    """Run a demonstration that needs functions or classes the student writes.

    While one of them is still the stub that came with the notebook, or isn't defined yet, the
    block stops there with a friendly line instead of a traceback. All other errors pass.

    Raises:
        ValueError: no names, or something that can't be a name.
    """

    def __init__(self, *names: str) -> None:
        if not names or not all(isinstance(name, str) and name.isidentifier() for name in names):
            raise ValueError(f"names must be names of functions or classes, got {names!r}")
        self.names = names

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, NameError) and error.name in self.names:
            say([f"`{error.name}` is not there yet: run the cell of its exercise first."], ORANGE)
            return True
        if isinstance(error, NotImplementedError) and self._is_stub(error, trace):
            running = [self._name_of(frame) for frame, _ in traceback.walk_tb(trace)]
            needed = [name for name in running if name][-1:] or self.names
            say([f"This needs your {_listed(needed)}. Write it, then run this cell again."], ORANGE)
            return True
        return False

    def _is_stub(self, error: NotImplementedError, trace: TracebackType | None) -> bool:
        """Told apart from torch's own "not implemented for …", which should be seen as it is."""
        if type(error) is not NotImplementedError or not error.args:
            return True  # cvlib.check's NotDone, or the bare `raise NotImplementedError()`
        frame, number = list(traceback.walk_tb(trace))[-1]
        line = linecache.getline(frame.f_code.co_filename, number)
        return self._name_of(frame) is not None and line.lstrip().startswith("raise ")

    def _name_of(self, frame: FrameType) -> str | None:
        """The function or class of ours that a frame belongs to ("Block" in "Block.forward")."""
        parts = frame.f_code.co_qualname.split(".")
        return next((part for part in parts if part in self.names), None)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return " and ".join(f"`{name}`" for name in names)
