"""What became of one submission, and of each of its graded cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CellResult:
    """One graded cell of one submission.

    Attributes:
        id: its grade_id, such as ``01-conv2d-hidden``.
        role: check, hidden or open.
        answered: False when there is no more in it than in what was released.
        waits: True when a person has to grade it first.
        told: ids of the known mistakes whose sentence stands in the cell's output.
        output: the text below the cell.
        stopped: whether a test was stopped, or the process ended that it asked.
    """

    id: str
    exercise: str
    role: str
    points: float
    most: float
    answered: bool = True
    waits: bool = False
    told: tuple[str, ...] = ()
    output: str = ""
    stopped: bool = False


@dataclass(frozen=True)
class StudentResult:
    """One submission.

    Attributes:
        reason: why it could not be graded; "" when it was.
        answers: exercise → what was written, where it is answered.
        guesses: prediction → the letter in the notebook.
        seconds: marked cell → how long it took; empty when that was not measured.
        total: seconds that the whole submission took; 0 when that was not measured.
        repairs: what had to be repaired before it could be graded, a sentence each.
    """

    student: str
    cells: tuple[CellResult, ...] = ()
    reason: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    guesses: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0
    repairs: tuple[str, ...] = ()

    def of(self, exercise: str) -> tuple[CellResult, ...]:
        """The graded cells of an exercise or open question."""
        return tuple(cell for cell in self.cells if cell.exercise == exercise)

    def points(self, exercise: str = "") -> float:
        """Points for one exercise, or for everything."""
        return sum(cell.points for cell in (self.of(exercise) if exercise else self.cells))

    def most(self, exercise: str = "") -> float:
        """The most points there are for one exercise, or for everything."""
        return sum(cell.most for cell in (self.of(exercise) if exercise else self.cells))

    def told(self, exercise: str) -> tuple[str, ...]:
        """The mistakes recognised; the hidden test sees more cases, so its word counts first."""
        by_role = {cell.role: cell.told for cell in self.of(exercise)}
        return by_role.get("hidden", ()) or by_role.get("check", ())

    def answered(self, exercise: str) -> bool:
        """Whether anything was handed in for an exercise."""
        return any(cell.answered for cell in self.of(exercise))
