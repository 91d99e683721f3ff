"""What a student's page begins with: points by question, what happened, where to read again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.results import CellResult, StudentResult
from autograder.session import Session, heading
from cvlib import mistakes
from cvlib.mistakes import Mistake

FIRST = 300  # characters of what a test said
SECTION = re.compile(r"^#{2,3} +(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """One exercise or open question, as its student should see it.

    Attributes:
        anchor: the cell of the page with more about it.
        mistakes: the known ones that were recognised.
        said: what a test said, where no known mistake explains it.
        comment: what a person wrote.
        read: where to read again; "" when all is well.
    """

    title: str
    anchor: str
    points: float
    most: float
    state: str  # full, partial, wrong, blank or waiting
    mistakes: tuple[Mistake, ...] = ()
    said: str = ""
    comment: str = ""
    read: str = ""


@dataclass(frozen=True)
class Feedback:
    """The summary of one student's page; `penalty` is what lateness costs."""

    title: str
    points: float
    most: float
    penalty: float
    questions: tuple[Question, ...]

    @property
    def waiting(self) -> bool:
        """Whether a person has still to read something."""
        return any(question.state == "waiting" for question in self.questions)


def summarised(
    session: Session, result: StudentResult, penalty: float, comments: dict[str, str]
) -> Feedback:
    """A student's summary; pure."""
    names = list(dict.fromkeys(cell.id for cell in session.cells if cell.id))
    return Feedback(
        heading(session.cells[0].source),
        max(0.0, result.points() - penalty),
        session.points,
        penalty,
        tuple(question(session, result, name, comments) for name in names),
    )


def question(
    session: Session, result: StudentResult, name: str, comments: dict[str, str]
) -> Question:
    """One exercise or open question."""
    cells = result.of(name)
    state = state_of(result, name)
    known = tuple(m for m in mistakes.of(name) if m.id in result.told(name))
    lost = state in ("partial", "wrong")
    comment = "\n".join(comments[key] for key in (f"{name}-solution", f"{name}-open")
                        if key in comments)  # fmt: skip
    return Question(
        title_of(session, name),
        cells[-1].id,
        result.points(name),
        result.most(name),
        state,
        known if lost else (),
        said_by(cells) if lost and not known else "",
        comment,
        read_on(session, name) if state in ("partial", "wrong", "blank") else "",
    )


def state_of(result: StudentResult, name: str) -> str:
    """How a question went."""
    if any(cell.waits for cell in result.of(name)):
        return "waiting"
    if result.points(name) >= result.most(name):
        return "full"
    if not result.answered(name):
        return "blank"
    return "partial" if result.points(name) > 0 else "wrong"


def said_by(cells: Sequence[CellResult]) -> str:
    """What the last test that took points away said, shortened."""
    said = [cell.output for cell in cells if cell.points < cell.most and cell.output]
    return said[-1][:FIRST] + ("…" if len(said[-1]) > FIRST else "") if said else ""


def title_of(session: Session, name: str) -> str:
    """The heading of an exercise or open question."""
    cell = next(c for c in session.cells if c.id == name and c.role in ("exercise", "open"))
    return heading(cell.source)


def read_on(session: Session, name: str) -> str:
    """Where to read again, as a sentence."""
    section = section_before(session, name)
    hints = any(cell.id == name and cell.role == "hints" for cell in session.cells)
    places = [f"the section “{section}”"] if section else []
    places += ["what the exercise asks"] if hints and not section else []
    places += ["the hints below the exercise"] if hints else []
    return f"Read again: {', then '.join(places)}." if places else ""


def section_before(session: Session, name: str) -> str:
    """The section that ends in an exercise; "" when another exercise stands between."""
    last = ""
    for cell in session.cells:
        if cell.id == name:
            return last
        if cell.role in ("exercise", "open"):
            last = ""
        elif cell.kind == "markdown" and cell.role == "":
            last = (SECTION.findall(cell.source) or [last])[-1]
    return last
