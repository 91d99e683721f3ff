"""The engine as its callers see it: start once, run many tickets, from several threads."""

from __future__ import annotations

import array
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import autograder
from autograder.engine.frames import WireError, receive_json, send_json
from autograder.engine.sandbox import await_ready, start_zygote
from autograder.engine.ticket import GRACE_SECONDS, Ticket, outputs_in, ticket_out
from autograder.errors import GradingError


class Engine:
    """Two warm parents: of the student processes (sandboxed) and of the judges.

    They are started by `warm` or at the first ticket, which takes a few seconds, and
    started again should one of them die. Use as a context manager, from as many threads
    as you like.
    """

    def __init__(
        self, *, sandboxed: bool = True, device: str = "cpu", extras: Iterable[str] = ()
    ) -> None:
        """Nothing starts yet.

        Args:
            extras: what the sessions to be graded need besides, see `zygote.EXTRAS`: it is
                imported once, in both parents.
        """
        self.sandboxed, self.device, self.extras = sandboxed, device, tuple(sorted({*extras}))
        self.changing = threading.Lock()
        self.starting: Future[Parents] | None = None
        # The parents die with the thread that started them, so one thread stays for that.
        self.keeper = ThreadPoolExecutor(1)

    @property
    def slots(self) -> int:
        """How many tickets to run at the same time: one for each core."""
        return os.cpu_count() or 1

    def warm(self) -> Future[Parents]:
        """See to it that both parents run or are being started; does not wait."""
        with self.changing:
            if self.starting is None or has_ended(self.starting):
                self.starting = self.keeper.submit(
                    Parents, self.sandboxed, self.device, self.extras
                )
            return self.starting

    def running(self) -> Parents:
        """Both parents, ready.

        Raises:
            GradingError: when one of them does not start.
        """
        return self.warm().result()

    def run(self, ticket: Ticket) -> dict[str, Any]:
        """Run one ticket; thread-safe.

        Returns:
            ``outputs``: cell index -> outputs, ``seconds``: cell index -> wall-clock time.

        Raises:
            GradingError: when the engine can't be started or do its work on this ticket.
        """
        parents = self.running()
        try:
            return parents.run(ticket)
        except GradingError:
            if parents.are_alive():
                raise
            return self.running().run(ticket)

    def close(self) -> None:
        """Stop both parents and all that they started."""
        if self.starting is not None and self.starting.exception() is None:
            self.starting.result().close()
        self.keeper.shutdown()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def has_ended(starting: Future[Parents]) -> bool:
    """Whether a start has failed, or one of the parents has died since; cleans up."""
    if not starting.done():
        return False
    if starting.exception() is not None:
        return True
    parents = starting.result()
    if parents.are_alive():
        return False
    parents.close()
    return True


class Parents:
    """The two warm parents, running."""

    def __init__(self, sandboxed: bool, device: str, extras: tuple[str, ...] = ()) -> None:
        """Start both at the same time and wait until they are ready.

        Raises:
            GradingError: when one of them does not start.
        """
        begin = time.monotonic()
        self.students, self.zygote = start_zygote(sandboxed=sandboxed, device=device, extras=extras)
        self.judges, self.control = start_judges(self.zygote, extras)
        try:
            await_ready(self.students, self.zygote, "the sandbox")
            await_ready(self.judges, self.control, "the judges' parent")
        except GradingError:
            self.close()
            raise
        self.start_seconds = time.monotonic() - begin

    def run(self, ticket: Ticket) -> dict[str, Any]:
        """Have a judge run one ticket.

        Raises:
            GradingError: when that fails.
        """
        ours, theirs = socket.socketpair()
        descriptor = array.array("i", [theirs.fileno()])
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)]
        with ours:
            try:
                self.control.sendmsg([b"run"], rights)
                theirs.close()
                send_json(ours, ticket_out(ticket))
                deadline = time.monotonic() + 2 * ticket.budget.total + GRACE_SECONDS
                result = receive_json(ours, deadline)
            except (WireError, OSError, ValueError) as error:
                raise GradingError(f"the judge's process failed: {error}") from None
        if "failed" in result:
            raise GradingError(f"the judge failed: {result['failed']}")
        return outputs_in(result)

    def are_alive(self) -> bool:
        """Whether both still run."""
        return self.students.poll() is None and self.judges.poll() is None

    def close(self) -> None:
        """Stop both, and all that they started."""
        self.control.close()
        self.zygote.close()
        for process in (self.judges, self.students):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def start_judges(
    zygote: socket.socket, extras: tuple[str, ...] = ()
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the warm parent of the judges, without waiting for it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    numbers = [theirs.fileno(), zygote.fileno()]
    arguments = [*map(str, numbers), *extras]
    command = [sys.executable, "-m", "autograder.engine.judge_parent", *arguments]
    folder = str(Path(str(autograder.__file__)).resolve().parents[1])
    quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
             "CVLIB_DEVICE": "cpu", "PYTHONPATH": folder}  # fmt: skip
    process = subprocess.Popen(
        command, pass_fds=numbers, env=os.environ | quiet, stdin=subprocess.DEVNULL, cwd="/"
    )
    theirs.close()
    return process, ours
