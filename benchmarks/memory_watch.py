"""How much memory a grading command takes, part by part of the engine, while it runs."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import psutil


class MemoryWatch(threading.Thread):
    """Samples the memory of a command's processes by their part in the engine.

    Warm parents: proportional set size, which divides shared pages among those who share.
    Forks: unique set size, what they have written to since they were forked.
    """

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(process)
        self.going = True
        self.parents = self.running = self.command = 0

    def run(self) -> None:
        """Sample until stopped."""
        while self.going:
            time.sleep(2)  # looking costs time, which would count against the engine
            try:
                self.sample()
            except psutil.Error:
                continue

    def sample(self) -> None:
        """One sample; a fork of a warm parent belongs to a submission."""
        sizes = {}
        for process in self.process.children(recursive=True):
            with suppress(psutil.Error):  # it has just ended; the others are still there
                facts = process.ppid(), process.memory_full_info(), " ".join(process.cmdline())
                sizes[process.pid] = facts
        warm = {pid for pid, (_, _, line) in sizes.items() if "autograder.engine" in line}
        forks = {pid for pid in warm if sizes[pid][0] in warm and "bwrap" not in sizes[pid][2]
                 and "bwrap" not in sizes.get(sizes[pid][0], (0, 0, ""))[2]}  # fmt: skip
        self.parents = max(self.parents, sum(sizes[pid][1].pss for pid in warm - forks))
        self.running = max([self.running, *(sizes[pid][1].uss for pid in forks)])
        self.command = max(self.command, self.process.memory_full_info().pss)

    def stop(self) -> None:
        """End sampling."""
        self.going = False
        self.join()

    def summary(self) -> str:
        """The peaks, in MiB."""
        parents, running, command = (n / 2**20 for n in (self.parents, self.running, self.command))
        return (
            f"memory (peaks): warm parents {parents:.0f} MiB together, the command {command:.0f} "
            f"MiB, each process of a running submission at most {running:.0f} MiB of its own"
        )
