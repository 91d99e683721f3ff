"""The judge: runs locked cells and tests; touches the learner's objects only by wire.

A name that the tests don't define is looked up in the student's process (`link.py`).
"""

from __future__ import annotations

import builtins
from types import SimpleNamespace
from typing import Any

from autograder.cells import Outcome, run_cell
from autograder.engine.link import Link, outgoing
from autograder.engine.names import names_in
from autograder.engine.stand_ins import do_nothing

# What magics in the course's own cells become: they have nothing to do here.
MAGICS = SimpleNamespace(run_line_magic=do_nothing, run_cell_magic=do_nothing, system=do_nothing,
                         getoutput=do_nothing)  # fmt: skip


class Namespace(dict[str, Any]):
    """The judge's globals; unknown names are asked for on the other side."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins, get_ipython=lambda: MAGICS)
        self.judge = judge
        self.ours: set[str] = set()  # what locked cells define, or should have
        self.borrowed: dict[str, Any] = {}  # the learner's names that a test has taken away

    def __missing__(self, name: str) -> Any:
        if name in self.ours or hasattr(builtins, name) or name.startswith("__"):
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
        value = self[name]
        self.judge.link.ask("delete", name=name)
        self.borrowed[name] = value

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self.borrowed:
            super().__setitem__(name, value)
            return
        self.judge.link.ask("assign", name=name, value=outgoing(value))
        del self.borrowed[name]

    def give_back(self) -> None:
        """Put back what a test took away and, because it failed, did not."""
        for name, value in list(self.borrowed.items()):
            self[name] = value


class Judge:
    """Runs trusted cells against whatever student's process is linked at the moment."""

    def __init__(self) -> None:
        self.link: Link
        self.namespace = Namespace(self)

    def run(self, source: str, name: str) -> Outcome:
        """Run a locked cell, whose names all tests see.

        Should it fail, its names are unknown to the tests: a learner's must not stand for them.

        Raises:
            StudentLost: when the student's process fails meanwhile.
        """
        self.namespace.ours |= names_in(source)[0]
        return run_cell(source, self.namespace, name)

    def test(self, source: str, name: str) -> Outcome:
        """Run a test. What it defines goes with it: a later answer may have the same name.

        Raises:
            StudentLost: when the student's process fails meanwhile.
        """
        before = dict(self.namespace)
        try:
            outcome = run_cell(source, self.namespace, name)
            self.namespace.give_back()
            return outcome
        finally:
            self.namespace.borrowed.clear()
            dict.clear(self.namespace)
            dict.update(self.namespace, before)
