"""Several cells that claim one answer: the one that does best on its visible test counts.

Learners copy an answer's cell to try something, and leave both. Which one they meant can't
be read from the text, so each is put in the answer's place in turn, and the first test behind
it, the one that learners see, is run. Among equals one that runs without an error counts, then
one with the course's mark, then the last. A cell that is still empty never counts before one
that is not, wherever it stands. A submission without such cells costs nothing here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from nbformat import NotebookNode, from_dict

from autograder.engine.claims import Contest
from autograder.engine.outputs import points_in
from autograder.engine.plan import grade_id, make_steps, realign
from autograder.engine.recognise import marked
from autograder.engine.ticket import Budget, Ticket
from autograder.engine.ticketing import with_steps

UNTRIED = (0.0, False)


@dataclass(frozen=True)
class Trying:
    """What is needed to try cells.

    Attributes:
        run: runs a ticket, as `Engine.run` does.
        ticket: one without steps, for its limits.
        demonstrations: the texts of the course's code cells that are not marked.
    """

    run: Callable[[Ticket], dict[str, Any]]
    ticket: Ticket
    demonstrations: list[str]


def settle(
    cells: list[NotebookNode], given: list[NotebookNode], found: list[Contest], trying: Trying
) -> tuple[list[NotebookNode], list[str]]:
    """Let the best of several cells for one answer count.

    Returns:
        The cells, the best one of each answer marked and behind its rivals, and a sentence
        for each decision.

    Raises:
        GradingError: when the engine can't do its work; nothing is decided by guessing.
    """
    notes: list[str] = []
    end = time.monotonic() + trying.ticket.budget.total
    for contest in found:
        orders = {place: arranged(cells, contest, place) for place in contest.tried}
        trials = {place: tried(realign(order, given), contest, trying, end)
                  for place, order in orders.items() if len(orders) > 1}  # fmt: skip
        best = max(orders, key=lambda place: (trials.get(place, UNTRIED),
                                              bool(grade_id(cells[place])), place))  # fmt: skip
        notes.append(told(contest, trials, best))
        cells = orders[best]
    return cells, notes


def told(contest: Contest, trials: dict[int, tuple[float, bool]], best: int) -> str:
    """A sentence on what was decided."""
    begin = (f"{grade_id(contest.wanted)}: {len(contest.places)} cells claim it; "
             f"cell {best + 1} counts, ")  # fmt: skip
    if not trials:
        return f"{begin}the only one that is not empty"
    others = ", ".join(f"cell {p + 1}: {trials[p][0]:g}" for p in trials if p != best)
    return (f"{begin}with {trials[best][0]:g} of {contest.most:g} points on the visible test "
            f"({others})")  # fmt: skip


def arranged(cells: list[NotebookNode], contest: Contest, chosen: int) -> list[NotebookNode]:
    """The cells with the chosen one marked and in the last place of the answer's.

    It changes places with the cell there, so that nothing after it defines its names again.
    """
    new, last = list(cells), contest.places[-1]
    for place in contest.places:
        new[place] = from_dict({**cells[place], "metadata": {}})
    new[chosen] = new[last]
    new[last] = marked(contest.wanted, cells[chosen].source)
    return new


def tried(
    cells: list[NotebookNode], contest: Contest, trying: Trying, end: float
) -> tuple[float, bool]:
    """Points on the visible test, and whether the answer's own cell ran without an error.

    Once the time for a notebook is used up, nothing is run and nothing earned.
    """
    left = end - time.monotonic()
    if left <= 0:
        return UNTRIED
    steps = make_steps(cells, trying.demonstrations)
    place = {step.name: step.index for step in steps}
    last = place[grade_id(contest.test)]
    kept = tuple(s for s in steps if s.index == last or (s.index < last and s.role != "test"))
    budget = Budget(min(trying.ticket.budget.cell, left), left)
    ticket = with_steps(replace(trying.ticket, budget=budget), kept)
    outputs = trying.run(ticket)["outputs"]
    own = outputs.get(place[grade_id(contest.wanted)])
    ran = own is not None and all(output.get("output_type") != "error" for output in own)
    return points_in(outputs.get(last), contest.most), ran
