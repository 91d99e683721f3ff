"""Watch over one submission's processes from outside of their namespace.

The watcher is the parent of the student's process, where that can't see or signal it. It
ends the whole namespace when the judge is gone, however that ended, and when all of the
submission's processes together hold more memory than one may.
"""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal

INTERVAL = 0.1  # seconds between two looks at the memory


def watch(child: int, channel: int, processes: int, memory: int) -> None:
    """Stay until the child has ended; never returns.

    Args:
        child: process 1 of the submission's namespace.
        channel: the child's socket to the judge; it reports when the judge hangs up.
        processes: a descriptor of the folder ``/proc`` that shows the child.
        memory: bytes that all processes may hold together; 0 for any number.
    """
    try:
        stay(child, channel, processes, memory)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os._exit(0)


def stay(child: int, channel: int, processes: int, memory: int) -> None:
    """Return when the child has ended or has to end."""
    ended = os.pidfd_open(child)
    poll = select.poll()
    poll.register(channel, 0)  # hanging up is always reported
    poll.register(ended, select.POLLIN)
    base = address_space(child, processes)
    while not poll.poll(INTERVAL * 1000 if memory else None):
        if is_too_large(family(child, processes), processes, memory, base):
            return


def is_too_large(members: list[int], processes: int, memory: int, base: int) -> bool:
    """Whether the processes hold too much: cheap upper bounds first, the exact sum if needed.

    Memory that is reserved on top of the warm parent's may be twice as much as may be held.
    """
    reserved = sum(max(0, address_space(member, processes) - base) for member in members)
    if reserved > 2 * memory:
        return True
    resident = sum(field(member, processes, 1) for member in members)
    return resident > memory and sum(held(m, processes) for m in members) > memory


def family(child: int, processes: int) -> list[int]:
    """The child and everything below it; orphans of its namespace become its own children."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir(processes):
        if name.isdigit():
            after_name = read(name, "stat", processes).rpartition(")")[2].split()
            if len(after_name) > 1:
                parents.setdefault(int(after_name[1]), []).append(int(name))
    members = [child]
    for member in members:
        members += parents.get(member, [])
    return members


def address_space(process: int, processes: int) -> int:
    """Bytes of address space."""
    return field(process, processes, 0)


def field(process: int, processes: int, number: int) -> int:
    """One number of ``/proc/PROCESS/statm``, in bytes: 0 is the size, 1 what is resident."""
    words = read(process, "statm", processes).split()
    return int(words[number]) * resource.getpagesize() if len(words) > number else 0


def held(process: int, processes: int) -> int:
    """Bytes held: pages shared by several processes count in parts."""
    for line in read(process, "smaps_rollup", processes).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return field(process, processes, 1)


def read(process: int | str, name: str, processes: int) -> str:
    """A file about a process; "" when that is gone."""
    with contextlib.suppress(OSError):
        file = os.open(f"{process}/{name}", os.O_RDONLY, dir_fd=processes)
        with open(file, encoding="utf-8", errors="replace") as opened:
            return opened.read()
    return ""
