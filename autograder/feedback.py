"""What goes back to each student: one page that begins with points and what happened.

The page itself is nbgrader's (``generate_feedback``, by our exporter): the notebook as it was
graded, with what each test said. In front of it stands a summary: points by question, which
mistake it was, what a person wrote, and which section to read again. All text of a student is
escaped there, and cleaned in the page (`inert.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import nbgrader_bridge
from autograder.errors import GradingError
from autograder.files import write_text
from autograder.gradebook import kept_open
from autograder.report import templates
from autograder.results import CellResult, StudentResult, read_results
from autograder.session import Session, heading
from autograder.settings import Settings
from cvlib import mistakes
from cvlib.mistakes import Mistake

TOP = '<a name="top"></a>'  # where nbgrader's page begins
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


def give_feedback(
    settings: Settings,
    session: Session,
    progress: Callable[[list[Any], str], Iterable[Any]],
) -> tuple[list[Path], list[StudentResult]]:
    """Write ``feedback/STUDENT/NN/NAME.html`` for everybody who was graded.

    Returns:
        The pages, and the submissions that have none because they could not be graded.

    Raises:
        CourseError: when there are no submissions or no gradebook.
    """
    results = read_results(settings, session)
    pages = []
    with kept_open():
        for result in progress([r for r in results if not r.reason], "feedback"):
            nbgrader_bridge.feedback(settings, session.number, result.student)
            path = page_path(settings, session, result.student)
            summary = to_html(read_feedback(settings, session, result))
            write_text(path, with_summary(path.read_text(encoding="utf-8"), summary))
            pages.append(path)
    return pages, [r for r in results if r.reason]


def page_path(settings: Settings, session: Session, student: str) -> Path:
    """Where a student's page lies."""
    return settings.feedback / student / session.number / f"{session.name}.html"


def read_feedback(settings: Settings, session: Session, result: StudentResult) -> Feedback:
    """A student's summary; comments and penalty come from the gradebook."""
    place = (session.name, session.number, result.student)
    with nbgrader_bridge.open_gradebook(settings) as book:
        notebook = book.find_submission_notebook(*place)
        penalty = float(notebook.late_submission_penalty or 0)
        comments = {c.name: c.comment or "" for c in notebook.comments if c.manual_comment}
    return summarised(session, result, penalty, comments)


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


def to_html(feedback: Feedback) -> str:
    """The summary: no script, no request, all text escaped."""
    return templates().get_template("feedback.html").render(feedback=feedback)


def with_summary(page: str, summary: str) -> str:
    """nbgrader's page with the summary in front of it.

    Raises:
        GradingError: when it is not a page as nbgrader writes them.
    """
    before, found, after = page.partition(TOP)
    if not found:
        raise GradingError("nbgrader's feedback page has another form than expected")
    return f"{before}{found}\n{summary}\n{after}"
