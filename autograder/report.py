"""The instructor's report: one self-contained page for each session, and the numbers as CSV.

The page is a list of sections, each a template of its own below ``templates/``; another
section is another file there and one more name in `SECTIONS`. `course_page.py` puts the
sessions together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder import report_tables
from autograder.files import write_text
from autograder.items import (
    PredictionSummary,
    TestSummary,
    discrimination,
    summarise_predictions,
    summarise_tests,
)
from autograder.public_code import given_code, published_code
from autograder.results import StudentResult
from autograder.session import Session
from autograder.settings import Settings
from autograder.similarity import Alike, find_alike, find_published
from autograder.summary import Summary, summarise
from cvlib.quizzes.markup import to_html as to_markup

SECTIONS = {
    "overview": "Points",
    "exercises": "Questions",
    "tests": "Tests",
    "mistakes": "Mistakes",
    "predictions": "Predictions",
    "unanswered": "Unanswered",
    "waiting": "To be graded",
    "similar": "Alike",
    "slowest": "Slowest",
    "failed": "Not graded",
    "repaired": "Repaired",
    "students": "Students",
}
SLOWEST = 5  # submissions that are named


@dataclass(frozen=True)
class Report:
    """Everything that the page of one session shows.

    Attributes:
        discrimination: question → how well it tells strong from weak, or None.
        published: student → questions answered by a published solution.
    """

    summary: Summary
    discrimination: Mapping[str, float | None]
    tests: Sequence[TestSummary]
    predictions: Sequence[PredictionSummary]
    alike: Sequence[Alike]
    published: Mapping[str, Sequence[str]]

    @property
    def slowest(self) -> list[StudentResult]:
        """The submissions that took longest, of those that were measured."""
        timed = [result for result in self.summary.graded if result.total]
        return sorted(timed, key=lambda result: (-result.total, result.student))[:SLOWEST]


def make_report(session: Session, results: Sequence[StudentResult]) -> Report:
    """Count and compare everything about one session."""
    summary = summarise(session, results)
    answers = {result.student: result.answers for result in summary.graded}
    given, solutions = given_code(session), published_code(session)
    return Report(
        summary,
        {e.id: discrimination(e.id, summary.graded) for e in summary.exercises},
        summarise_tests(session, summary.graded),
        summarise_predictions(session, summary.graded),
        find_alike(answers, given, [text for texts in solutions.values() for text in texts]),
        find_published(answers, given, solutions),
    )


def write_report(settings: Settings, session: Session, results: Sequence[StudentResult]) -> Path:
    """Write ``reports/NN.html``, ``NN.csv`` and ``NN/*.csv``; return the page's path."""
    report = make_report(session, results)
    path = settings.reports / f"{session.number}.html"
    write_text(path, to_html(report))
    write_text(path.with_suffix(".csv"), report_tables.students(report.summary))
    for name, table in report_tables.others(report).items():
        write_text(settings.reports / session.number / f"{name}.csv", table)
    return path


def to_html(report: Report) -> str:
    """The page: no script, no request, all text escaped."""
    page = templates().get_template("page.html")
    return page.render(report=report, summary=report.summary, sections=SECTIONS) + "\n"


def templates() -> Environment:
    """The templates, with the words in which numbers are told."""
    environment = Environment(
        loader=PackageLoader("autograder"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "points": lambda value: f"{round(value, 2):g}",
        "percent": lambda share: f"{100 * share:.0f}",
        "marked": lambda text: Markup(to_markup(text)),  # of ours: mistakes and quizzes
    }
    environment.filters.update(filters)
    return environment
