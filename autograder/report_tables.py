"""The report's numbers as CSV: one table of students, and one for each kind of question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograder.csv_tables import table
from autograder.results import StudentResult
from autograder.summary import Summary

if TYPE_CHECKING:  # it imports this module
    from autograder.report import Report


def students(summary: Summary) -> str:
    """One line a student: total, points by exercise, mistakes, and why not graded."""
    names = [exercise.id for exercise in summary.exercises]
    header = ["student", "points", "of", *names, "mistakes", "to be graded", "seconds", "repaired",
              "reason"]  # fmt: skip
    everybody = sorted((*summary.graded, *summary.failed), key=lambda r: r.student)
    return table(header, (student(result, summary, names) for result in everybody))


def student(result: StudentResult, summary: Summary, names: Sequence[str]) -> list[str]:
    """One student's line; empty fields, not zeros, where nothing could be graded."""
    if result.reason:
        return [result.student, "", f"{summary.most:g}", *("" for _ in names), "", "", "",
                "", result.reason]  # fmt: skip
    told = [f"{name}: {mistake}" for name in names for mistake in result.told(name)]
    return [
        result.student,
        f"{result.points():g}",
        f"{summary.most:g}",
        *(f"{result.points(name):g}" for name in names),
        "; ".join(told),
        " ".join(cell.exercise for cell in result.cells if cell.waits),
        f"{result.total:g}" if result.total else "",
        "; ".join(result.repairs),
        "",
    ]


def others(report: Report) -> dict[str, str]:
    """The other tables by their names."""
    return {
        "questions": questions(report),
        "tests": tests(report),
        "mistakes": mistakes(report.summary),
        "predictions": predictions(report),
        "alike": alike(report),
    }


def questions(report: Report) -> str:
    """Difficulty and discrimination of each question, and how many got how much."""
    header = ["question", "title", "points", "mean", "difficulty", "discrimination", "full",
              "partial", "wrong", "blank", "to be graded"]  # fmt: skip
    rows = []
    for e in report.summary.exercises:
        found = report.discrimination[e.id]
        told = "" if found is None else f"{found:.2f}"
        counts = (e.full, e.partial, e.wrong, e.blank, e.waiting)
        rows.append([e.id, e.title, f"{e.most:g}", f"{e.mean:.3g}", f"{e.difficulty:.3g}", told,
                     *map(str, counts)])  # fmt: skip
    return table(header, rows)


def tests(report: Report) -> str:
    """Each test: how many passed it, and its time."""
    header = ["test", "points", "full", "partial", "none", "stopped", "median seconds",
              "longest seconds", "slowest student"]  # fmt: skip
    rows = [
        [t.id, f"{t.most:g}", *map(str, (t.full, t.partial, t.none, t.stopped)),
         *("" if s is None else f"{s:.3f}" for s in (t.median, t.longest)), t.slowest]
        for t in report.tests
    ]  # fmt: skip
    return table(header, rows)


def mistakes(summary: Summary) -> str:
    """How often each known mistake was made."""
    rows = [
        [e.id, made.mistake.id, str(len(made.students)), made.mistake.says]
        for e in summary.exercises
        for made in e.mistakes
    ]
    return table(["question", "mistake", "students", "what happened"], rows)


def predictions(report: Report) -> str:
    """What was guessed before each experiment."""
    rows = [
        [p.question.id, letter, text, str(count), "right" if right else ""]
        for p in report.predictions
        for letter, text, count, right, _ in p.rows()
    ]
    return table(["prediction", "letter", "option", "students", "right"], rows)


def alike(report: Report) -> str:
    """Submissions that resemble each other or a published solution."""
    rows = [[a.first, a.second, f"{a.share:.2f}", f"{a.words:.2f}", " ".join(a.questions)]
            for a in report.alike]  # fmt: skip
    rows += [[name, "the published solution", "", "", " ".join(questions)]
             for name, questions in report.published.items()]  # fmt: skip
    header = ["student", "and", "share of passages", "same words", "questions"]
    return table(header, rows)
