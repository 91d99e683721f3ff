"""Tables for the terminal."""

from __future__ import annotations

from rich.table import Table

from autograder.rehearse import Verdict
from autograder.session import Session

MARKS = {"solution": "the solution", "blank": "an empty answer"}


def rehearsal_table(session: Session, verdicts: list[Verdict]) -> Table:
    """The matrix of exercises × attempts: points by test and what the learner is told."""
    table = Table(title=f"{session.name}: what the tests say to each answer")
    for name in ("exercise", "answer", "visible", "hidden", "told", ""):
        table.add_column(name, justify="right" if name in ("visible", "hidden") else "left")
    last = ""
    for verdict in verdicts:
        attempt = verdict.attempt
        exercise = attempt.exercise
        if last and exercise.id != last:
            table.add_section()
        table.add_row(
            exercise.id if exercise.id != last else "",
            MARKS.get(attempt.kind, f"{attempt.kind} {attempt.name}"),
            f"{verdict.shown:g}/{exercise.check.points:g}",
            f"{verdict.hidden:g}/{exercise.hidden.points:g}",
            "its own sentence" if verdict.told == (attempt.name,) else ", ".join(verdict.told),
            f"[red]✗ {verdict.problem}" if verdict.problem else "[green]✓",
        )
        last = exercise.id
    return table
