"""Grade on many machines: a Dask cluster in the place of this machine's engine.

Every worker of the cluster has an engine of its own: sandbox, warm parents and all. It gets
tickets and gives results back, both plain data; the submissions, the gradebook and the tests'
points stay with the command, which remains the only writer. A ticket whose worker is lost is
run again by another one.
"""

from __future__ import annotations

import atexit
import hashlib
import threading
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import autograder
import cvlib
from autograder.engine.engine import Engine
from autograder.engine.ticket import Ticket, ticket_in, ticket_out
from autograder.errors import GradingError

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 20.0
LOOK_SECONDS = 5.0  # how often somebody who waits looks whether there still are workers
PATIENCE_SECONDS = 60.0  # without any worker
AHEAD = 2  # tickets for each thread of the cluster, so that none waits for the next

_engines: dict[tuple[bool, str, tuple[str, ...]], Engine] = {}
_starting = threading.Lock()


class Cluster:
    """Runs tickets on a cluster; to be used as an `Engine` is, from as many threads as you like."""

    def __init__(
        self,
        address: str,
        *,
        sandboxed: bool = True,
        device: str = "cpu",
        extras: Iterable[str] = (),
    ) -> None:
        """Nothing is connected yet.

        Args:
            address: the scheduler's, such as ``tcp://10.0.0.5:8786``.
            sandboxed, device, extras: of the workers' engines, as `Engine` has them.
        """
        self.address = address
        self.how = (sandboxed, device, tuple(sorted({*extras})))
        self.connecting = threading.Lock()
        self.client: Client | None = None

    def running(self) -> Client:
        """The connection to the scheduler.

        Raises:
            GradingError: when nobody answers at the address, or Dask is not installed.
        """
        with self.connecting:
            if self.client is None:
                self.client = connect(self.address)
            return self.client

    def warm(self) -> None:
        """Nothing: the workers' engines start with their first tickets."""

    @property
    def slots(self) -> int:
        """How many tickets to hand out at the same time.

        Raises:
            GradingError: when the cluster has no worker.
        """
        threads = sum(self.running().nthreads().values())
        if not threads:
            raise GradingError(f"{self.address}: this cluster has no workers yet; start some by "
                               f"`dask worker {self.address}`")  # fmt: skip
        return AHEAD * threads

    def run(self, ticket: Ticket) -> dict[str, Any]:
        """Run one ticket on some worker; thread-safe.

        Raises:
            GradingError: as `Engine.run`, and when the cluster can't do it.
        """
        from distributed import KilledWorker

        client = self.running()
        try:
            future = client.submit(
                run_here, code_version(), ticket_out(ticket), self.how, pure=False
            )
            return self.result(future, client)
        except KilledWorker:
            raise GradingError("every worker that ran this was lost") from None
        except (CancelledError, OSError) as error:
            name = type(error).__name__
            raise GradingError(f"{self.address}: the cluster was lost ({name})") from None

    def result(self, future: Future, client: Client) -> dict[str, Any]:
        """Wait for a result, as long as there is a worker that can bring it."""
        last_seen = time.monotonic()
        while True:
            try:
                return dict(future.result(timeout=LOOK_SECONDS))
            except TimeoutError:
                now = time.monotonic()
                last_seen = now if client.nthreads() else last_seen
                if now - last_seen > PATIENCE_SECONDS:
                    future.cancel()
                    raise GradingError(f"{self.address}: no worker is left") from None

    def close(self) -> None:
        """Leave the cluster; it goes on."""
        if self.client is not None:
            self.client.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(address: str) -> Client:
    """A connection to a scheduler.

    Raises:
        GradingError: when there is none, or Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise GradingError(
            "--scheduler needs Dask; install it by `pip install 'cvlib-course[cluster]'`"
        ) from None
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="course grade")
    except (OSError, ValueError) as error:
        raise GradingError(f"{address}: no scheduler answers there ({error})") from None


def run_here(
    version: str, ticket: dict[str, Any], how: tuple[bool, str, tuple[str, ...]]
) -> dict[str, Any]:
    """Run one ticket in this process, a worker's.

    Raises:
        GradingError: when that fails, or this worker has another version of the course.
    """
    if version != code_version():
        raise GradingError("a worker has another version of cvlib or autograder than this machine")
    return engine_here(*how).run(ticket_in(ticket))


def engine_here(sandboxed: bool, device: str, extras: tuple[str, ...]) -> Engine:
    """The engine of this process, started at its first use and stopped at its end."""
    with _starting:
        key = (sandboxed, device, extras)
        if key not in _engines:
            _engines[key] = Engine(sandboxed=sandboxed, device=device, extras=extras)
            atexit.register(_engines[key].close)
        return _engines[key]


@cache
def code_version() -> str:
    """A fingerprint of the code that grades, so that two versions are not mixed."""
    digest = hashlib.sha256()
    for package in (autograder, cvlib):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()
