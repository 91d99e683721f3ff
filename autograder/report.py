"""The instructor's report: one self-contained page and the numbers as CSV.

The page is a list of sections, each a template of its own below ``templates/``; another
section is another file there and one more name in `SECTIONS`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from autograder.files import write_text
from autograder.results import StudentResult
from autograder.session import Session
from autograder.settings import Settings
from autograder.summary import Summary, summarise

SECTIONS = ("overview", "exercises", "mistakes", "unanswered", "waiting", "failed", "students")


def write_report(settings: Settings, session: Session, results: Sequence[StudentResult]) -> Path:
    """Write ``reports/NN.html`` and ``reports/NN.csv``; return the page's path."""
    summary = summarise(session, results)
    path = settings.reports / f"{session.number}.html"
    write_text(path, to_html(summary))
    write_text(path.with_suffix(".csv"), to_csv(summary))
    return path


def to_html(summary: Summary) -> str:
    """The page: no script, no request, all text escaped."""
    environment = Environment(
        loader=PackageLoader("autograder"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = lambda value: f"{round(value, 2):g}"
    environment.filters["percent"] = lambda share: f"{100 * share:.0f}"
    page = environment.get_template("page.html")
    return page.render(summary=summary, sections=SECTIONS) + "\n"


def to_csv(summary: Summary) -> str:
    """One line a student: total, points by exercise, mistakes, and why not graded."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [exercise.id for exercise in summary.exercises]
    writer.writerow(["student", "points", "of", *names, "mistakes", "to be graded", "reason"])
    for result in sorted((*summary.graded, *summary.failed), key=lambda r: r.student):
        writer.writerow([safe(value) for value in row(result, summary, names)])
    return text.getvalue()


def row(result: StudentResult, summary: Summary, names: Sequence[str]) -> list[str]:
    """One student's line; empty fields, not zeros, where nothing could be graded."""
    if result.reason:
        return [result.student, "", f"{summary.most:g}", *("" for _ in names), "", "",
                result.reason]  # fmt: skip
    told = [f"{name}: {mistake}" for name in names for mistake in result.told(name)]
    return [
        result.student,
        f"{result.points():g}",
        f"{summary.most:g}",
        *(f"{result.points(name):g}" for name in names),
        "; ".join(told),
        " ".join(cell.exercise for cell in result.cells if cell.waits),
        "",
    ]


def safe(value: str) -> str:
    """Text that a spreadsheet will not run as a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
