"""Tables for the terminal, for what comes in and what goes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from autograder.tables import PLAIN

if TYPE_CHECKING:  # a table needs none of what these import
    from autograder.change import Change
    from autograder.intake.collect import Collection
    from autograder.receipt import Receipt
    from autograder.session import Session


def collection_table(session: Session, done: Collection) -> Table:
    """What went where."""
    table = Table(title=f"{session.name}: collected", **PLAIN)
    for name in ("student", "handed in", "from"):
        table.add_column(name, no_wrap=True)
    table.add_column("note", overflow="fold")
    for placed in done.placed:
        shown = (placed.student, placed.time, shortened(placed.origin), placed.note)
        table.add_row(*map(escape, shown))
    return table


def shortened(text: str, most: int = 44) -> str:
    """A text of at most so many characters: its beginning and its end."""
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[: most - 1 - half]}…{text[-half:]}"


def counted(number: int, word: str) -> str:
    """A number of things."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def question_lines(done: Collection) -> str:
    """How many were placed, and one line for each question."""
    lines = [f"{counted(len(done.placed), 'submission')} in place, "
             f"{counted(len(done.questions), 'question')}"]  # fmt: skip
    lines += [
        f"[yellow]?[/] {escape(q.origin)}: {escape(q.reason)}"
        + (f" → {escape(q.suggestion)}?" if q.suggestion else "")
        for q in done.questions
    ]
    return "\n".join(lines)


def changes_table(title: str, changes: Sequence[Change]) -> Table:
    """Whose marks change: the exercise's points and the session's, before and after."""
    table = Table(title=title, **PLAIN)
    table.add_column("student", no_wrap=True)
    for name in ("before", "after", "all before", "all after"):
        table.add_column(name, justify="right")
    table.add_column("", overflow="fold")
    for change in changes:
        if change.reason:
            table.add_row(change.student, "", "", "", "", f"[red]{escape(change.reason)}[/]")
            continue
        before, after = (round(sum(points.values()), 2) for points in (change.before, change.after))
        colour = "green" if after > before else "red"
        note = "a person's points stay; look again" if change.manual else ""
        table.add_row(change.student, f"{before:g}", f"[{colour}]{after:g}[/]",
                      f"{change.total:g}", f"{change.new_total:g}", note)  # fmt: skip
    return table


def receipt_table(receipt: Receipt, name: str) -> Table:
    """Every exercise of a file: whether it is answered, and what its visible test says."""
    colours = {"passes": "green", "fails": "red", "not answered": "dim"}
    table = Table(title=f"{escape(name)}: {receipt.session.name}", **PLAIN)
    table.add_column("exercise", no_wrap=True)
    table.add_column("visible test", no_wrap=True)
    table.add_column("what it says", ratio=1)
    for answer in receipt.answers:
        raised = [f"the answer's own cell raises {answer.error}"] if answer.error else []
        said = escape("\n".join([*raised, answer.said])).strip()
        table.add_row(answer.exercise.title, f"[{colours[answer.state]}]{answer.state}[/]", said)
    for title, answered in receipt.open.items():
        table.add_row(title, "[dim]for a person[/]" if answered else "[dim]not answered[/]", "")
    return table


def receipt_lines(receipt: Receipt) -> str:
    """What would be repaired, what else raised, and the verdict."""
    lines = [f"repaired: {escape(text)}" for text in receipt.repairs]
    lines += [f"[yellow]raises:[/] {escape(text)}" for text in receipt.stopped]
    right = sum(answer.state == "passes" for answer in receipt.answers)
    lines.append(f"{right} of {len(receipt.answers)} visible tests pass; "
                 + ("complete" if receipt.complete else "[yellow]not complete[/]"))  # fmt: skip
    return "\n".join(lines)
