"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

from autograder.summary import summarise

if TYPE_CHECKING:  # a table needs none of what these import
    from autograder.doctor import Finding
    from autograder.grading import Result
    from autograder.rehearse import Verdict
    from autograder.results import StudentResult
    from autograder.session import Session

MARKS = {"solution": "the solution", "blank": "an empty answer"}
PLAIN: dict[str, Any] = {
    "box": None,
    "padding": (0, 1, 0, 0),
    "title_justify": "left",
    "caption_justify": "left",
}
SIGNS = {"good": "[green]✓[/]", "bad": "[red]✗[/]", "without": "[yellow]–[/]"}


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


def class_table(session: Session, results: Sequence[StudentResult]) -> Table:
    """Every student: points by question and the mistakes that were recognised."""
    names = list(dict.fromkeys(cell.id for cell in session.cells if cell.id))
    key = "   ".join(f"{n} {name.partition('-')[2]}" for n, name in enumerate(names, start=1))
    table = Table(
        title=f"{session.name}: points by question",
        caption=f"{key}\n· not answered   ? waits for a person   – could not be graded",
        **PLAIN,
    )
    table.add_column("student", no_wrap=True)
    for number in range(1, len(names) + 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    table.add_column("all", justify="right", no_wrap=True)
    table.add_column("what the mistake was", ratio=1)
    for result in results:
        if result.reason:
            dashes = ["[red]–[/]"] * (len(names) + 1)
            table.add_row(result.student, *dashes, "[red]could not be graded[/]")
            continue
        told = [
            f"[dim]{number}[/] {mistake.replace('_', ' ')}"
            for number, name in enumerate(names, start=1)
            for mistake in result.told(name)
        ]
        points = [shown_points(result, name) for name in names]
        table.add_row(result.student, *points, f"{round(result.points(), 1):g}", "\n".join(told))
    return table


def shown_points(result: StudentResult, name: str) -> str:
    """Points for one question, coloured; a question mark where a person must look."""
    if any(cell.waits for cell in result.of(name)):
        return "[cyan]?[/]"
    points = f"{round(result.points(name), 1):g}"
    if result.points(name) >= result.most(name):
        return f"[green]{points}[/]"
    return f"[yellow]{points}[/]" if result.answered(name) else "[dim]·[/]"


def mistakes_table(session: Session, results: Sequence[StudentResult]) -> Table:
    """How often each known mistake was made, by exercise, with its sentence."""
    table = Table(title="Mistakes by exercise", **PLAIN)
    table.add_column("exercise", no_wrap=True)
    table.add_column("times", justify="right")
    table.add_column("what happened")
    for number, exercise in enumerate(summarise(session, results).exercises, start=1):
        for index, made in enumerate(exercise.mistakes):
            name = f"[dim]{number}[/] {exercise.id}" if index == 0 else ""
            table.add_row(name, str(len(made.students)), escape(made.mistake.says))
    return table


def reason_lines(results: Sequence[StudentResult]) -> str:
    """One line for each submission that could not be graded."""
    return "\n".join(
        f"[red]{result.student}[/] could not be graded: {escape(result.reason)}"
        for result in results
        if result.reason
    )


def grading_summary(session: Session, results: Sequence[Result]) -> str:
    """How many submissions were graded, which were not and why, and the slowest."""
    failed = [result for result in results if result.reason]
    left = sum(result.unchanged for result in results)
    counts = [f"{len(results) - len(failed) - left} graded"]
    counts += [f"{left} unchanged since then"] if left else []
    counts += [f"{len(failed)} could not be graded"] if failed else []
    lines = [f"{session.name}: {', '.join(counts)}"]
    lines += [f"  {result.student}: [red]{escape(result.reason)}[/]" for result in failed]
    lines += [f"  {result.student}: {escape('; '.join(result.repairs))}"
              for result in results if result.repairs]  # fmt: skip
    timed = [result for result in results if not (result.unchanged or result.reason)]
    if timed:
        slowest = max(timed, key=lambda result: result.seconds)
        lines.append(f"  slowest: {slowest.student}, {slowest.seconds:.1f} s")
    return "\n".join(lines)


def finding_line(finding: Finding) -> str:
    """One line of `course doctor`."""
    advice = f"  → {finding.advice}" if finding.advice else ""
    return f"{SIGNS[finding.state]} {finding.name:<12} {escape(finding.text + advice)}"
