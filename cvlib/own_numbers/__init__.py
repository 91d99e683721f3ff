"""Numbers of one's own: questions whose numbers are drawn from the id of who hands in.

Two students get the same questions with other numbers, so a copied set of answers is worth
nothing. A notebook draws for the id that stands in it; the grader draws for the id under which
the notebook was handed in, whatever stands in it. In a solution cell and in its tests:

    mine = own_numbers("01-sizes", student_id)      # shows the questions
    mine = check.own_numbers("01-sizes", student_id)

Both give {name of a question: {name of a number: number}}. A set is a function below, in the
module of its session; its right answers stand in the tests, and for `cvlib.practice` there.
"""

from __future__ import annotations

import hashlib
import importlib
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from cvlib.quizzes.markup import ORANGE, say, show, to_html, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

Item = TypeVar("Item")
Numbers = dict[str, dict[str, Any]]

SAMPLE = "sample"  # the id in the course's own solutions
# Session number -> the module here that holds its sets.
MODULES = {
    "01": "convolution", "02": "activations", "03": "vgg", "04": "resnet", "05": "finetuning",
    "06": "detection", "07": "segmentation", "08": "prompting", "09": "losses", "10": "optimizers",
}  # fmt: skip

_sets: dict[str, Callable[[Draw], dict[str, Asked]]] = {}
_handed_in_by = ""  # while a submission is graded: under which id
_latest: dict[str, str] = {}  # exercise -> the id that its numbers were last drawn for


@dataclass(frozen=True)
class Asked:
    """One question: its text, and the numbers drawn for it."""

    text: str
    numbers: dict[str, Any]


class Draw:
    """Choices that depend on nothing but a text: the same in every version of Python."""

    def __init__(self, seed: str) -> None:
        self.seed, self.count = seed, 0

    def choice(self, options: Sequence[Item]) -> Item:
        """One of the options, each as likely as the others."""
        self.count += 1
        digest = hashlib.sha256(f"{self.seed}\n{self.count}".encode()).digest()
        return options[int.from_bytes(digest[:8], "big") % len(options)]


def own(exercise: str) -> Callable[[Callable[[Draw], dict[str, Asked]]], Any]:
    """Register the decorated function as the set of an exercise."""

    def register(make: Callable[[Draw], dict[str, Asked]]) -> Callable[[Draw], dict[str, Asked]]:
        _sets[exercise] = make
        return make

    return register


def are_drawn(exercise: str) -> bool:
    """Whether an exercise draws its numbers for each student."""
    module = MODULES.get(exercise.partition("-")[0])
    if module is not None:
        importlib.import_module(f"cvlib.own_numbers.{module}")
    return exercise in _sets


def draw_sets() -> list[str]:
    """All exercises whose numbers are drawn."""
    for module in MODULES.values():
        importlib.import_module(f"cvlib.own_numbers.{module}")
    return sorted(_sets)


def questions(exercise: str, student_id: str | int) -> dict[str, Asked]:
    """The questions of an exercise as this student gets them.

    Raises:
        ValueError: the exercise has no such set, or the id is not one.
    """
    return _drawn(exercise, f"{exercise}\n{folded(student_id)}")


def practice(exercise: str, seed: str) -> dict[str, Asked]:
    """The same kinds of questions, from a seed that no student's id gives."""
    return _drawn(exercise, f"practice\n{exercise}\n{seed}")


def _drawn(exercise: str, seed: str) -> dict[str, Asked]:
    if not are_drawn(exercise):
        raise ValueError(f"exercise must have numbers of one's own, got {exercise!r}")
    return _sets[exercise](Draw(seed))


def folded(student_id: str | int) -> str:
    """An id as it counts: " Ada01" and "ada01" are the same student.

    Raises:
        ValueError: it is no text, or an empty one.
    """
    is_id = isinstance(student_id, str | int) and not isinstance(student_id, bool)
    name = unicodedata.normalize("NFKC", str(student_id)).strip().casefold() if is_id else ""
    if not name:
        raise ValueError(f"student_id must be the id under which you hand in, got {student_id!r}")
    return name


def own_numbers(exercise: str, student_id: str | int | None) -> Numbers:
    """Show the questions of `student_id` and return their numbers; nothing while it is None.

    Raises:
        ValueError: see `questions`.
    """
    if student_id is None:
        return {}
    asked = questions(exercise, student_id)
    _latest[exercise] = str(student_id)
    rows = [(name, question.text) for name, question in asked.items()]
    text = "\n".join(f"{name:>20}: {to_text(line)}" for name, line in rows)
    cells = "".join(
        f"<tr><td style='text-align:left'><code>{escape(name)}</code></td>"
        f"<td style='text-align:left'>{to_html(line)}</td></tr>"
        for name, line in rows
    )
    caption = f"The questions of {student_id}"
    show(f"{caption}:\n{text}", f"<table><caption>{escape(caption)}</caption>{cells}</table>")
    return numbers_of(exercise, student_id)


def numbers_for_tests(exercise: str, student_id: Any) -> Numbers:
    """The numbers that count: of who handed in, or, outside grading, of `student_id`.

    Raises:
        ValueError: see `questions`.
    """
    owner = _handed_in_by or student_id
    if _handed_in_by and isinstance(student_id, str | int):
        written = str(student_id)
        if written.strip() and folded(written) != folded(owner):
            say([f"This was handed in by `{owner}`, but the numbers in the notebook are those "
                 f"of `{written}`."], ORANGE)  # fmt: skip
    _latest[exercise] = folded(owner)
    return numbers_of(exercise, owner)


def numbers_of(exercise: str, student_id: str | int) -> Numbers:
    """The numbers of this student, shown to nobody."""
    return {name: asked.numbers for name, asked in questions(exercise, student_id).items()}


def latest(exercise: str) -> Numbers:
    """The numbers that were last drawn here for an exercise; those of a sample before that."""
    return numbers_of(exercise, _latest.get(exercise, SAMPLE))


@contextmanager
def handed_in_by(student_id: str) -> Iterator[None]:
    """Inside, tests count the numbers of this id, whatever a notebook says; "" changes nothing."""
    global _handed_in_by
    before, _handed_in_by = _handed_in_by, student_id
    try:
        yield
    finally:
        _handed_in_by = before
