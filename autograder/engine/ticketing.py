"""What everybody who runs submissions does alike: limits, and which demonstrations run."""

from __future__ import annotations

from dataclasses import replace

from autograder.engine.plan import needed_demos
from autograder.engine.ticket import Budget, Step, Ticket, limits_for


def bare_ticket(
    session: str,
    student: str,
    *,
    budget: Budget = Budget(),  # noqa: B008
    device: str = "cpu",
    sandboxed: bool = True,
) -> Ticket:
    """A ticket without steps, for a submission's limits."""
    return Ticket((), frozenset(), budget, limits_for(device), sandboxed, session, student)


def with_steps(ticket: Ticket, steps: tuple[Step, ...], *, all_cells: bool = False) -> Ticket:
    """The ticket with these steps; of the demonstrations only what they rely on runs.

    Args:
        all_cells: run every demonstration.
    """
    every = frozenset(step.index for step in steps)
    return replace(ticket, steps=steps, needed=every if all_cells else needed_demos(steps))
