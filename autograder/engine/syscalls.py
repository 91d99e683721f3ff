"""Forbid the system calls by which sandboxed code could leave its sandbox or its limits.

A filter (seccomp) that this process and all its children keep for good. It refuses

- namespaces and mounts of one's own: they would give back privileges inside, and file
  systems in memory without a size limit;
- memory that belongs to no process (memfd, System V segments), because nobody counts it;
- keyrings, which outlive a process and are shared by its user;
- looking into other processes, and interfaces of the kernel with a history of holes;
- sockets other than Unix and internet ones: virtual machines have sockets that no network
  namespace closes.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, FAIL = 0x7FFF0000, 0x00050000
NEW_NAMESPACE = 0x7E020080  # the CLONE_NEW… flags
FAMILIES = (1, 2, 10, 16)  # Unix, IPv4, IPv6, netlink
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data

# machine -> its name in the kernel, numbers of clone and socket, and what is refused.
SHARED = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 447)  # io_uring, mounts, secret memory
TABLES = {
    "x86_64": (0xC000003E, 56, 41,
               (29, 101, 155, 161, 165, 166, 248, 249, 250, 272, 298, 303, 304, 308, 310, 311,
                321, 323)),
    "aarch64": (0xC00000B7, 220, 198,
                (39, 40, 41, 51, 97, 117, 194, 217, 218, 219, 241, 264, 265, 268, 270, 271,
                 280, 282)),
}  # fmt: skip
CLONE3 = 435
MEMFD = {"x86_64": 319, "aarch64": 279}


def forbid_escapes(*, memory_files: bool) -> None:
    """Install the filter; a machine that the table does not know goes without.

    Args:
        memory_files: leave memfd_create open; the driver of a GPU needs it.
    """
    machine = os.uname().machine
    if machine not in TABLES:
        return
    program = assemble(machine, memory_files)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")


def assemble(machine: str, memory_files: bool) -> bytes:
    """The filter as a program for the kernel; each line may skip the next few."""
    architecture, clone, socket, refused = TABLES[machine]
    lines = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), fail(errno.EPERM)]
    lines += [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, 0x40000000), fail(errno.EPERM)]
    lines += [(EQUAL, 0, 1, CLONE3), fail(errno.ENOSYS)]  # the C library falls back on clone
    lines += [(EQUAL, 0, 4, clone), (LOAD, 0, 0, FIRST_ARGUMENT), (ANY_BIT, 0, 1, NEW_NAMESPACE),
              fail(errno.EPERM), (RETURN, 0, 0, ALLOW)]  # fmt: skip
    lines += [(EQUAL, 0, 2 + 2 * len(FAMILIES), socket), (LOAD, 0, 0, FIRST_ARGUMENT)]
    for family in FAMILIES:
        lines += [(EQUAL, 0, 1, family), (RETURN, 0, 0, ALLOW)]
    lines.append(fail(errno.EAFNOSUPPORT))
    for number in (*refused, *SHARED, *(() if memory_files else (MEMFD[machine],))):
        lines += [(EQUAL, 0, 1, number), fail(errno.EPERM)]
    lines.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def fail(number: int) -> tuple[int, int, int, int]:
    """Refuse the call with an error number."""
    return (RETURN, 0, 0, FAIL | number)
