"""The engine as its callers see it: start once, run many tickets, from several threads."""

from __future__ import annotations

import array
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import autograder
from autograder.engine import wire
from autograder.engine.runner import GRACE_SECONDS, Ticket, outputs_in, ticket_out
from autograder.engine.sandbox import START_SECONDS, start_zygote
from autograder.errors import GradingError


class Engine:
    """Two warm parents: of the student processes (sandboxed) and of the judges."""

    def __init__(self, *, sandboxed: bool = True, device: str = "cpu") -> None:
        """Start both parents, at the same time; takes a few seconds.

        Raises:
            GradingError: when one of them does not start.
        """
        self.sandboxed, self.device = sandboxed, device
        begin = time.monotonic()
        self.students, self.zygote = start_zygote(sandboxed=sandboxed, device=device)
        self.judges, self.control = start_judges(self.zygote)
        self.start_seconds = time.monotonic() - begin

    def run(self, ticket: Ticket) -> dict[str, Any]:
        """Run one ticket; thread-safe.

        Returns:
            ``outputs``: cell index -> outputs, ``seconds``: cell index -> wall-clock time.

        Raises:
            GradingError: when the engine could not do its work on this ticket.
        """
        ours, theirs = socket.socketpair()
        descriptor = array.array("i", [theirs.fileno()])
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)]
        with ours:
            try:
                self.control.sendmsg([b"run"], rights)
                theirs.close()
                wire.send(ours, ticket_out(ticket))
                deadline = time.monotonic() + 2 * ticket.budget.total + GRACE_SECONDS
                result = wire.receive(ours, deadline)
            except (wire.WireError, OSError) as error:
                raise GradingError(f"the judge's process failed: {error}") from None
        if "failed" in result:
            raise GradingError(f"the judge failed: {result['failed']}")
        return outputs_in(result)

    def is_alive(self) -> bool:
        """Whether both parents still run."""
        return self.students.poll() is None and self.judges.poll() is None

    def close(self) -> None:
        """Stop both parents and all that they started."""
        self.control.close()
        self.zygote.close()
        for process in (self.judges, self.students):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def start_judges(zygote: socket.socket) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the warm parent of the judges.

    Raises:
        GradingError: when it does not start.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    numbers = [theirs.fileno(), zygote.fileno()]
    command = [sys.executable, "-m", "autograder.engine.judge_parent", *map(str, numbers)]
    folder = str(Path(str(autograder.__file__)).resolve().parents[1])
    quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
             "CVLIB_DEVICE": "cpu", "PYTHONPATH": folder}  # fmt: skip
    process = subprocess.Popen(
        command, pass_fds=numbers, env=os.environ | quiet, stdin=subprocess.DEVNULL, cwd="/"
    )
    theirs.close()
    ours.settimeout(START_SECONDS)
    try:
        ready = ours.recv(100)
    except TimeoutError:
        ready = b""
    if ready != b"ready":
        process.kill()
        raise GradingError("the judges' process did not start")
    ours.settimeout(None)
    return process, ours
