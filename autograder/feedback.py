"""What goes back to each student: one page that begins with points and what happened.

The page itself is nbgrader's (``generate_feedback``, by our exporter): the notebook as it was
graded, with what each test said. In front of it stands a summary: points by question, which
mistake it was, what a person wrote, and which section to read again. All text of a student is
escaped there, and cleaned in the page (`inert.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from autograder import nbgrader_bridge
from autograder.errors import GradingError
from autograder.feedback_summary import Feedback, summarised
from autograder.files import write_text
from autograder.gradebook import kept_open
from autograder.report import templates
from autograder.results import StudentResult, read_results
from autograder.session import Session
from autograder.settings import Settings

TOP = '<a name="top"></a>'  # where nbgrader's page begins


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
