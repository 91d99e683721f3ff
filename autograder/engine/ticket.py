"""What is to be run of one submission, and what comes back: plain data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.engine.lockdown import Limits

GRACE_SECONDS = 30.0  # on top of a ticket's total time, for starting and reporting


@dataclass(frozen=True)
class Step:
    """One code cell to run.

    Attributes:
        index: its place in the notebook.
        role: ``student`` (the learner's own), ``locked`` (given, runs on both sides),
            ``demo`` (given and unchanged, runs only if needed) or ``test``.
    """

    index: int
    role: str
    name: str
    source: str


@dataclass(frozen=True)
class Budget:
    """How long a submission may take, in seconds of wall-clock time.

    Sessions 03, 05 and 07 train a network in an answer, ten seconds on an idle machine; a busy
    one gets several times as long.
    """

    cell: float = 60.0
    total: float = 240.0


def limits_for(device: str) -> Limits:
    """The limits where answers are checked: CUDA reserves more address space than any limit."""
    return Limits(memory=0) if device.startswith("cuda") else Limits()


@dataclass(frozen=True)
class Ticket:
    """All that is needed to run one submission.

    Attributes:
        needed: indices of demo steps that the learner's cells rely on.
        session: its number, such as ``03``; the course's own solutions of that session
            refuse to run, those of all sessions when it is not known.
        student: under which id it was handed in; numbers of one's own are drawn for it.
    """

    steps: tuple[Step, ...]
    needed: frozenset[int]
    budget: Budget = Budget()
    limits: Limits = field(default_factory=Limits)
    sandboxed: bool = True
    session: str = ""
    student: str = ""


def fingerprint(ticket: Ticket) -> str:
    """The same for runs that must give the same result.

    The student counts, since numbers of one's own are drawn by it, and the session, whose own
    solutions refuse to run.
    """
    steps = [[s.index, s.role, s.name, s.source] for s in ticket.steps]
    return fingerprint_of([ticket.session, ticket.student, steps])


def fingerprint_of(value: Any) -> str:
    """The same for equal plain data."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def ticket_out(ticket: Ticket) -> dict[str, Any]:
    """A ticket as plain data."""
    plain = asdict(ticket)
    steps: Sequence[dict[str, Any]] = plain["steps"]
    return plain | {"steps": list(steps), "needed": sorted(ticket.needed)}


def ticket_in(plain: dict[str, Any]) -> Ticket:
    """A ticket from plain data."""
    return Ticket(
        tuple(Step(**step) for step in plain["steps"]),
        frozenset(plain["needed"]),
        Budget(**plain["budget"]),
        Limits(**plain["limits"]),
        plain["sandboxed"],
        plain["session"],
        plain["student"],
    )


def outputs_in(result: dict[str, Any]) -> dict[str, Any]:
    """A result with cell indices for keys again, which JSON had made strings of."""
    return {name: {int(index): value for index, value in by_cell.items()}
            for name, by_cell in result.items()}  # fmt: skip
