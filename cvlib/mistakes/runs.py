"""Mistakes of exercises in which a network is trained: told by what the trained network does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cvlib.mistakes import Answer, Mistake, _add
from cvlib.mistakes.attempt import source_as


@dataclass(frozen=True)
class MistakenRun(Mistake):
    """A wrong function, to be recognised by the network that it gives.

    `typed` is the function, and `run` the line with which a learner calls it.
    """

    typed: Callable[..., Any] | None = None
    run: str = ""

    def source(self, name: str) -> str:
        """The mistake as a learner would have typed it, and run it."""
        assert self.typed is not None
        _, function = _names_in(self.run)
        return f"{source_as(self.typed, function)}\n\n\n{self.run}"


def mistaken_runs(exercise: str, run: str) -> Callable[..., Callable[[Answer], Answer]]:
    """A decorator for the wrong functions of an exercise.

        mistaken_run = mistaken_runs("03-fit", "reader = fit_reader()")

        @mistaken_run(digit_reading.UNSTEADY, says="…", asks="…?")
        def stays_in_training_mode(seed=0): ...

    Args:
        exercise: its id.
        run: the line with which a learner calls the function and keeps the network.

    Returns:
        What takes a finding (of the network, by the exercise's test), `says` and `asks`.
    """
    kept, _ = _names_in(run)

    def mistaken_run(finding: str, *, says: str, asks: str) -> Callable[[Answer], Answer]:
        def register(typed: Answer) -> Answer:
            wrong, name = {kept: finding}, typed.__name__
            _add(MistakenRun(name, exercise, says, asks, values=wrong, typed=typed, run=run))
            return typed

        return register

    return mistaken_run


def _names_in(run: str) -> tuple[str, str]:
    """For "reader = fit_reader()": "reader" and "fit_reader"."""
    kept, _, call = run.partition(" = ")
    return kept, call.partition("(")[0]
