"""Run one submission: the learner's cells there, the tests here, in the notebook's order.

A cell that hangs or takes its process down costs only itself: the process is replaced,
the cells before it are run again, and the rest goes on.
"""

from __future__ import annotations

import array
import contextlib
import json
import math
import os
import signal
import socket
import struct
import tempfile
import time
from dataclasses import asdict
from typing import Any

from autograder.cells import Outcome
from autograder.engine.frames import StudentLost
from autograder.engine.judge import Judge
from autograder.engine.link import ENDED, Link
from autograder.engine.outputs import checked_outputs, plain_text, size_of
from autograder.engine.ticket import Step, Ticket
from autograder.time_limit import time_limit

CREDENTIALS = struct.Struct("3i")
SPAWN_SECONDS = 30.0
MAX_OUTPUTS = 48 * 2**20  # characters of all outputs of a notebook
MAX_MESSAGE = 20_000  # characters of what a test says


class Runner:
    """Runs the steps of one ticket; the outputs of each cell are the result."""

    def __init__(self, ticket: Ticket, zygote: socket.socket) -> None:
        self.ticket, self.zygote = ticket, zygote
        self.end = time.monotonic() + ticket.budget.total
        self.outputs: dict[int, list[dict[str, Any]]] = {}
        self.seconds: dict[int, float] = {}
        self.room = MAX_OUTPUTS
        self.replay: list[Step] = []
        self.judge = Judge()
        self.process = -1  # a pidfd

    def run(self, *, everything: bool = False) -> dict[str, Any]:
        """Run all steps; demonstrations too if one of their names turns out to be missing."""
        steps = [s for s in self.ticket.steps
                 if everything or s.role != "demo" or s.index in self.ticket.needed]  # fmt: skip
        try:
            self.start()
            for step in steps:
                self.take(step)
        finally:
            self.stop()
        skipped = len(steps) < len(self.ticket.steps)
        if skipped and (self.judge.link.unknown_names or self.has_name_error()):
            return Runner(self.ticket, self.zygote).run(everything=True)
        return {"outputs": self.outputs, "seconds": self.seconds}

    def take(self, step: Step) -> None:
        """Run one step; what goes wrong stays with it."""
        begin = time.monotonic()
        if begin >= self.end:
            self.outputs[step.index] = [problem("Stopped", "the time for this notebook is used up")]
            return
        # A process that ended was perhaps killed from outside, so it gets a second chance.
        if self.attempt(step) == ENDED and time.monotonic() < self.end:
            self.attempt(step)
        self.seconds[step.index] = time.monotonic() - begin

    def attempt(self, step: Step) -> str:
        """Run one step in a living process; why the process was lost, "" if it was not."""
        try:
            left = min(self.ticket.budget.cell, self.end - time.monotonic())
            with time_limit(left + 1, StudentLost):  # the other side has deadlines of its own
                outputs = self.run_step(step)
            self.outputs[step.index] = self.fitting(outputs)
            return ""
        except StudentLost as lost:
            self.outputs[step.index] = [problem("Stopped", str(lost))]
            self.restart()
            return str(lost)

    def run_step(self, step: Step) -> list[dict[str, Any]]:
        """The outputs of one step."""
        self.judge.link.deadline = min(time.monotonic() + self.ticket.budget.cell, self.end)
        if step.role == "test":
            return test_outputs(self.judge.test(step.source, step.name))
        if step.role == "locked":
            given = self.judge.run(step.source, step.name)
            if given.error is not None:
                return test_outputs(given)
        return self.ask_to_run(step)

    def start(self) -> None:
        """Start a student's process and link the judge to it."""
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        order = {"limits": asdict(self.ticket.limits), "sandboxed": self.ticket.sandboxed,
                 "folder": tempfile.gettempdir(), "session": self.ticket.session}  # fmt: skip
        descriptor = array.array("i", [theirs.fileno()])
        self.zygote.sendmsg(
            [json.dumps(order).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)]
        )
        theirs.close()
        ours.settimeout(SPAWN_SECONDS)
        try:
            greeting, ancillary, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
        except TimeoutError:
            greeting, ancillary = b"", []
        if greeting != b"!" or not ancillary:
            raise RuntimeError("the student's process did not start")
        process, _, _ = CREDENTIALS.unpack(ancillary[0][2])
        self.process = os.pidfd_open(process)
        self.judge.link = Link(ours)

    def stop(self) -> None:
        """Kill the student's process, and with it all of its namespace."""
        if self.process < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.process, signal.SIGKILL)
        os.close(self.process)
        self.process = -1
        self.judge.link.channel.close()

    def restart(self) -> None:
        """Replace the student's process; run again what ran well before, without what fails."""
        steps, self.replay = self.replay, []
        self.renew()
        while len(self.replay) < len(steps) and time.monotonic() < self.end:
            step = steps[len(self.replay)]
            try:
                self.ask_to_run(step)
            except StudentLost:
                steps, self.replay = [s for s in steps if s is not step], []
                self.renew()

    def renew(self) -> None:
        """A new student's process in place of the old one."""
        self.stop()
        missing = self.judge.link.unknown_names
        self.start()
        self.judge.link.unknown_names = missing

    def ask_to_run(self, step: Step) -> list[dict[str, Any]]:
        """Have a cell run in the student's process, and remember it for a restart."""
        self.judge.link.deadline = min(time.monotonic() + self.ticket.budget.cell, self.end)
        outputs = checked_outputs(self.judge.link.ask("run", source=step.source).get("outputs"))
        self.replay.append(step)
        return outputs

    def fitting(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The outputs, or a word instead of them when those of the notebook get too large."""
        size = sum(map(size_of, outputs))
        if size > self.room:
            return [problem("Stopped", "this notebook's outputs are too large to keep")]
        self.room -= size
        return outputs

    def has_name_error(self) -> bool:
        """Whether one of the learner's cells stopped at an unknown name."""
        return any(
            output.get("ename") == "NameError"
            for outputs in self.outputs.values()
            for output in outputs
        )


def test_outputs(outcome: Outcome) -> list[dict[str, Any]]:
    """A test's outcome as notebook outputs: never its text, only what it says."""
    outputs: list[dict[str, Any]] = []
    if outcome.printed:
        text = plain_text(outcome.printed)[:MAX_MESSAGE]
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    if outcome.error is not None:
        outputs.append(problem(type(outcome.error).__name__, str(outcome.error)))
    elif type(outcome.value) in (int, float):  # points
        if not 0 <= outcome.value < math.inf:
            return [*outputs, problem("Stopped", f"{outcome.value} is no number of points")]
        data = {"text/plain": repr(outcome.value)}
        outputs.append({"output_type": "execute_result", "data": data, "metadata": {},
                        "execution_count": None})  # fmt: skip
    return outputs


def problem(name: str, text: str) -> dict[str, Any]:
    """An error output."""
    text = plain_text(text)[:MAX_MESSAGE]
    return {"output_type": "error", "ename": name, "evalue": text,
            "traceback": [f"\x1b[1;31m{name}\x1b[0m", *text.splitlines()]}  # fmt: skip
