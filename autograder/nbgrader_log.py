"""What nbgrader complains about, kept instead of printed."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import Any

EXCEPTION = re.compile(r"[\w.]+(Error|Exception|Failed): ")


class Log(logging.Handler):
    """Keeps what nbgrader reports, to show it when something fails."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.lines += record.getMessage().strip().splitlines()

    def sentence(self, otherwise: str) -> str:
        """The reason: the last exception's line if one was reported, else the first line."""
        reasons = [line for line in self.lines if EXCEPTION.match(line)]
        return (reasons[-1:] or self.lines[:1] or [otherwise])[0]


@contextlib.contextmanager
def capturing(logger: Any) -> Iterator[Log]:
    """Send a logger's errors to a list instead of the terminal."""
    log, handlers, level = Log(), list(logger.handlers), logger.level
    propagate = logger.propagate
    logger.handlers, logger.propagate = [log], False
    logger.setLevel(logging.ERROR)
    try:
        yield log
    finally:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)
