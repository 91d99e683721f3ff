"""What regrading an exercise means for one student's marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """What regrading an exercise means for one student.

    Attributes:
        before, after: test cell → points, as tests give them.
        outputs: test cell → what it says now.
        total: points of the whole session before, as they count.
        manual: test cells whose points a person set; these stay as they are.
        reason: why it could not be regraded, "" when it could.
    """

    student: str
    before: dict[str, float]
    after: dict[str, float]
    outputs: dict[str, list[dict[str, Any]]]
    total: float = 0.0
    manual: tuple[str, ...] = ()
    reason: str = ""

    @property
    def changes(self) -> bool:
        """Whether a test gives other points than before."""
        return self.before != self.after

    @property
    def new_total(self) -> float:
        """Points of the whole session after, without late penalties."""
        gained = (self.after[name] - self.before[name] for name in self.after
                  if name not in self.manual)  # fmt: skip
        return round(self.total + sum(gained), 2)


def changed_first(changes: Iterable[Change]) -> Iterator[Change]:
    """What a person has to look at: changed marks, then what could not be regraded."""
    known = list(changes)
    yield from (change for change in known if change.changes)
    yield from (change for change in known if change.reason)
