"""Mistakes as data: the plausible wrong answers to every exercise.

Each mistake is a small runnable wrong solution with one sentence that says what the
learner did and one question that helps. `cvlib.check` compares a failing answer with
them to say *why* it is wrong; the course's own tests use the same list to prove that
every hidden test catches every mistake.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cvlib import own_numbers
from cvlib.mistakes.attempt import source_as

Answer = TypeVar("Answer", bound=Callable[..., Any])
Slips = TypeVar("Slips", bound=Callable[[own_numbers.Numbers], Mapping[str, Any]])

# Session number -> the module here that holds the mistakes of its exercises.
MODULES = {
    "01": "convolution",
    "02": "activations",
    "03": "vgg",
    "04": "resnet",
    "05": "finetuning",
    "06": "detection",
    "07": "segmentation",
    "08": "prompting",
    "09": "losses",
    "10": "optimizers",
}

_registry: dict[str, dict[str, Mistake]] = {}


@dataclass(frozen=True)
class Mistake:
    """One plausible wrong answer.

    Exactly one of `answer` (a function or class to stand in for the learner's), `values`
    (name -> wrong value, for exercises whose answers are values) and `slips` is given. The
    last computes the wrong values from a learner's own numbers, see `cvlib.own_numbers`.
    `function` is the name under which a learner would have typed it, for exercises that
    ask for several.
    """

    id: str
    exercise: str
    says: str
    asks: str
    answer: Callable[..., Any] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    function: str = ""
    slips: Callable[[own_numbers.Numbers], Mapping[str, Any]] | None = None

    def source(self, name: str) -> str:
        """The mistake as a learner would have typed it, under the exercise's `name`."""
        if self.answer is not None:
            return source_as(self.answer, self.function or name)
        return self.source_for(own_numbers.SAMPLE)

    def source_for(self, student_id: str) -> str:
        """Wrong values as this learner would have typed them."""
        mine = own_numbers.numbers_of(self.exercise, student_id) if self.slips else {}
        wrong = self.wrong_values(mine)
        return "\n".join(f"{key} = {value!r}" for key, value in wrong.items())

    def wrong_values(self, numbers: own_numbers.Numbers) -> Mapping[str, Any]:
        """Name -> wrong value, for somebody with these numbers of their own."""
        return self.slips(numbers) if self.slips else self.values


def mistake(
    exercise: str, *, says: str, asks: str, function: str = ""
) -> Callable[[Answer], Answer]:
    """Register the decorated wrong solution; its name becomes the mistake's id.

    Args:
        function: which of an exercise's functions it is, if there are several.
    """

    def register(answer: Answer) -> Answer:
        _add(Mistake(answer.__name__, exercise, says, asks, answer=answer, function=function))
        return answer

    return register


def mistaken_values(exercise: str, name: str, *, says: str, asks: str, **values: Any) -> None:
    """Register wrong `values`; names that are not given keep their right values."""
    _add(Mistake(name, exercise, says, asks, values=values))


def slip(exercise: str, *, says: str, asks: str) -> Callable[[Slips], Slips]:
    """Register a function from a learner's own numbers to wrong values; its name is the id."""

    def register(slips: Slips) -> Slips:
        _add(Mistake(slips.__name__, exercise, says, asks, slips=slips))
        return slips

    return register


def of(exercise: str) -> tuple[Mistake, ...]:
    """All mistakes of an exercise such as ``"01-conv2d"``; empty when there are none."""
    module = f"cvlib.mistakes.{MODULES.get(exercise.split('-')[0])}"
    if importlib.util.find_spec(module) is not None:
        importlib.import_module(module)
    return tuple(_registry.get(exercise, {}).values())


def told_in(text: str, exercise: str) -> tuple[str, ...]:
    """Ids of the known mistakes of an exercise whose sentence stands in a text."""
    folded = " ".join(text.split())
    return tuple(m.id for m in of(exercise) if " ".join(m.says.split()) in folded)


def _add(new: Mistake) -> None:
    of_exercise = _registry.setdefault(new.exercise, {})
    if new.id in of_exercise:
        raise ValueError(f"mistake {new.id!r} is defined twice for exercise {new.exercise!r}")
    of_exercise[new.id] = new
