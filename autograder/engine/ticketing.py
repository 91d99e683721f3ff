"""What everybody who runs submissions does alike: limits, and which demonstrations run."""

from __future__ import annotations

from dataclasses import replace

from autograder.engine.names import asked_and_given, names_in, objects_in
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


def needed_demos(steps: tuple[Step, ...]) -> frozenset[int]:
    """Demonstrations that define a name which the learner's cells or the tests use.

    A name is asked of the last cell before that surely defines it. Demonstrations between the two
    that use it as well run too: they may change what it stands for. Should a cell fail, or a name
    be missing for another reason, the run is repeated with every demonstration.
    """
    needed: set[int] = set()
    while more := relied_on(steps, needed) - needed:
        needed |= more
    return frozenset(needed)


def relied_on(steps: tuple[Step, ...], known: set[int]) -> set[int]:
    """`needed_demos`, when some of them are known already."""
    made = {name for step in steps if step.index in known for name in objects_in(step.source)}
    wanted: set[str] = set()
    needed: set[int] = set()
    for step in reversed(steps):
        if step.role == "demo":
            defines, uses = names_in(step.source)
            if wanted.isdisjoint(defines | (uses & made)):
                continue
            needed.add(step.index)
        if step.role != "locked":
            asked, given = asked_and_given(step.source)
            wanted -= given
            wanted |= asked
    return needed
