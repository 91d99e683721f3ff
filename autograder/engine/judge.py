"""The judge: runs locked cells and tests; touches the learner's objects only by wire.

A name that the tests don't define is looked up in the student's process (`link.py`).
"""

from __future__ import annotations

import builtins
from typing import Any

from autograder.cells import Outcome, run_cell
from autograder.engine.link import Link, outgoing


class Namespace(dict[str, Any]):
    """The judge's globals; unknown names are asked for on the other side."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.judge = judge
        self.borrowed: set[str] = set()  # the learner's names that a test has taken away

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        reply = self.judge.link.ask("get", name=name)
        if "value" not in reply:
            raise KeyError(name)
        return self.judge.link.into(reply["value"])

    def __delitem__(self, name: str) -> None:
        """A test may take one of the learner's names away for a while, and put it back."""
        if name in self:
            super().__delitem__(name)
            return
        if "value" not in self.judge.link.ask("delete", name=name):
            raise KeyError(name)
        self.borrowed.add(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self.borrowed:
            super().__setitem__(name, value)
            return
        self.judge.link.ask("assign", name=name, value=outgoing(value))
        self.borrowed.discard(name)


class Judge:
    """Runs trusted cells against whatever student's process is linked at the moment."""

    def __init__(self) -> None:
        self.link: Link
        self.namespace = Namespace(self)

    def run(self, source: str, name: str) -> Outcome:
        """Run a locked cell, whose names all tests see.

        Raises:
            StudentLost: when the student's process fails meanwhile.
        """
        return run_cell(source, self.namespace, name)

    def test(self, source: str, name: str) -> Outcome:
        """Run a test. What it defines goes with it: a later answer may have the same name.

        Raises:
            StudentLost: when the student's process fails meanwhile.
        """
        before = dict(self.namespace)
        try:
            return run_cell(source, self.namespace, name)
        finally:
            dict.clear(self.namespace)
            dict.update(self.namespace, before)
