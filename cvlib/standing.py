"""Where a learner stands, and whether a notebook is ready to be handed in.

Both look at the same record (see `cvlib.record`) and at a table of each session's exercises
that `course build` writes into ``cvlib/exercises``: ids, titles, points and suggested minutes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from cvlib import record
from cvlib.quizzes.markup import BLUE, GREEN, ORANGE, say, show

FOLDER = Path(__file__).parent / "exercises"
NEVER, BEFORE = "not run", "passed before the restart"
SIGNS = {record.PASSES: "✓", record.FAILS: "✗", record.EMPTY: "·", NEVER: "·", BEFORE: "✓"}
COLOURS = {record.PASSES: GREEN, BEFORE: BLUE, record.FAILS: "#D55E00"}


@dataclass(frozen=True)
class Row:
    """One exercise: `points` are those of the visible test, `minutes` a suggestion."""

    id: str
    title: str
    points: float = 0
    minutes: int = 0


@dataclass(frozen=True)
class Table:
    """What is known of a session: `most` are all its points, `open` its open questions."""

    title: str
    file: str = "this notebook"
    most: float = 0
    exercises: tuple[Row, ...] = ()
    open: tuple[str, ...] = ()


@cache
def table_of(session: str) -> Table:
    """The exercises of a session, such as "01"; of one that is not known, those that were run."""
    try:
        read = json.loads((FOLDER / f"{session}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Table(f"Session {session}")
    rows = tuple(Row(**row) for row in read["exercises"])
    return Table(read["title"], read["file"], read["most"], rows, tuple(read["open"]))


def states_of(session: str) -> dict[Row, str]:
    """Every exercise of a session and how its visible test stands."""
    here, before = record.here(), record.earlier()
    table, known = table_of(session), sorted({**here, **before})
    listed = {row.id for row in table.exercises}
    strangers = [Row(name, name) for name in known
                 if name.startswith(f"{session}-") and name not in listed]  # fmt: skip
    return {row: state_of(row.id, here, before) for row in (*table.exercises, *strangers)}


def state_of(exercise: str, here: dict[str, str], before: dict[str, str]) -> str:
    """How one visible test stands."""
    if exercise in here:
        return here[exercise]
    return BEFORE if before.get(exercise) == record.PASSES else NEVER


def progress(session: str = "") -> None:
    """Show where one stands: exercises that pass, their points, and the time that is left.

    Args:
        session: such as "01"; without it, every session that was begun in this folder.
    """
    begun = {name[:2] for name in (*record.here(), *record.earlier())}
    sessions = [session] if session else sorted(begun)
    if not sessions:
        say(["No test has run yet. Run the test below an exercise, then look here again."], ORANGE)
    for number in sessions:
        states = states_of(number)
        show_table(table_of(number).title, summary(states), states)


def summary(states: dict[Row, str]) -> str:
    """One line: how many pass, the points of visible tests so far, the suggested time left."""
    if not states:
        return "No visible test of this session has run yet."
    passed = [row for row, state in states.items() if state in (record.PASSES, BEFORE)]
    got, most = (sum(row.points for row in rows) for rows in (passed, states))
    left = sum(row.minutes for row in states if row not in passed)
    earned = f", {got:g} of their {most:g} points" if most else ""
    time = f"; about {left} minutes to go" if left else ""
    return f"{len(passed)} of {len(states)} visible tests pass{earned}{time}"


def receipt(session: str) -> None:
    """Show what the visible tests say in this kernel, and what to do before handing in.

    Args:
        session: such as "01".
    """
    table, states = table_of(session), states_of(session)
    show_table(f"Before you hand in: {table.title}", summary(states), states)
    say(advice(table, states), GREEN if is_ready(states) else ORANGE)


def is_ready(states: dict[Row, str]) -> bool:
    """Whether every visible test passes in this kernel."""
    return bool(states) and all(state == record.PASSES for state in states.values())


def advice(table: Table, states: dict[Row, str]) -> list[str]:
    """What is still to be done, in the order in which to do it."""
    done = is_ready(states)
    lines = ["Every visible test passes in this kernel." if done else "Not everything is done yet."]
    for state, words in ((record.FAILS, "Fails"), (record.EMPTY, "Not written"), (NEVER, "Not run"),
                         (BEFORE, "Not run since the kernel was restarted")):  # fmt: skip
        names = [short(row.title) for row, found in states.items() if found == state]
        lines += [f"{words}: {', '.join(names)}."] if names else []
    lines += ["1. Restart the kernel and run all cells, then look at this cell again: your "
              "notebook is graded from top to bottom, in a fresh kernel.",
              "2. Save the notebook.",
              f"3. Hand in one file, {table.file}, with all its cells."]  # fmt: skip
    hidden = table.most - sum(row.points for row in table.exercises)
    if hidden > 0:
        lines.append(f"Hidden tests on other inputs, and a person for open questions, give the "
                     f"other {hidden:g} of {table.most:g} points.")  # fmt: skip
    lines += [f"No test can see whether you answered *{title}*: look yourself."
              for title in table.open]  # fmt: skip
    return lines


def short(title: str) -> str:
    """An exercise's number: the heading up to its dot."""
    return title.split(" · ")[0]


def show_table(title: str, line: str, states: dict[Row, str]) -> None:
    """A table of exercises: in a notebook as HTML, else as text."""
    width = max((len(row.title) for row in states), default=0)
    text = [title, line]
    text += [f"{SIGNS[state]} {row.title:<{width}}  {points(row, state):>5}  {state}"
             for row, state in states.items()]  # fmt: skip
    cells = "".join(
        f'<tr><td style="color: {COLOURS.get(state, "inherit")}; text-align: center">'
        f'{SIGNS[state]}</td><td style="text-align: left">{escape(row.title)}</td>'
        f'<td style="text-align: right">{points(row, state)}</td>'
        f'<td style="text-align: left">{escape(state)}</td></tr>'
        for row, state in states.items()
    )
    head = "".join(f'<th style="text-align: {side}" scope="col">{name}</th>'
                   for name, side in (("", "left"), ("exercise", "left"), ("points", "right"),
                                      ("visible test", "left")))  # fmt: skip
    html = (f'<div style="font-weight: 600">{escape(title)}</div><div>{escape(line)}</div>'
            f'<table style="margin: 6px 0"><thead><tr>{head}</tr></thead>'
            f"<tbody>{cells}</tbody></table>")  # fmt: skip
    show("\n".join(text), html)


def points(row: Row, state: str) -> str:
    """Points of a visible test, such as "2/2"; "" where they are not known."""
    got = row.points if state in (record.PASSES, BEFORE) else 0
    return f"{got:g}/{row.points:g}" if row.points else ""
