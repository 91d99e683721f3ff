"""Stop what takes too long in this process."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def time_limit(
    seconds: float, error: type[BaseException] = TimeoutError, *, of_processor: bool = False
) -> Iterator[None]:
    """Raise an error of that class inside the block once it has taken so long.

    Outside of the main thread there is no limit.

    Args:
        of_processor: count this process's own work, not the time that passes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    timer, number = (
        (signal.ITIMER_VIRTUAL, signal.SIGVTALRM)
        if of_processor
        else (signal.ITIMER_REAL, signal.SIGALRM)
    )

    def stop(_number: int, _frame: object) -> None:
        raise error("this took too long and was stopped")

    before = signal.signal(number, stop)
    signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)
