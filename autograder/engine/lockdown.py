"""Lock the current process in, for good: namespaces, mounts, limits, privileges.

Called in the child of the warm parent, once per submission. The parent already lives in
bubblewrap's sandbox, which shows nothing of the course or the machine's data; this adds
what keeps submissions apart from each other:

- a process namespace of its own: it sees and can signal only its own processes, and all
  of them die with the first;
- network, IPC and mount namespaces of its own: no network at all, an empty scratch folder;
- limits on CPU time, memory, processes, open files and file size;
- no privileges, and no way to gain any: a user of its own, a filter of system calls;
- a watcher outside (see `watcher`), which ends it with the judge.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import sys
from dataclasses import dataclass

from autograder.engine.syscalls import forbid_escapes
from autograder.engine.watcher import watch

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 24, 38


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        cpu_seconds: CPU time of each of its processes.
        memory: bytes of address space of each process on top of the warm parent's, and
            bytes that all processes may hold together; 0 for no limit.
        processes: processes and threads at once.
        file_size: bytes of one file.
        scratch: bytes of its scratch folder.
        user: the unprivileged user id to run as where the grader runs as root; the warm
            parent gives each submission its own.
    """

    cpu_seconds: int = 120
    memory: int = 2 * 2**30
    processes: int = 64
    file_size: int = 64 * 2**20
    scratch: int = 128 * 2**20
    user: int = 60_000


def lock_down(limits: Limits, sandboxed: bool, channel: int) -> None:
    """Give up everything that an answer does not need; without a sandbox: only the limits.

    Args:
        channel: the one descriptor to keep.
    """
    if sandboxed:
        root = os.getuid() == 0
        unshare(root)
        go_on_under_watch(channel, limits.memory)
        mount_own_folders(limits.scratch)
        drop_privileges(root, limits.user)
    close_others(channel)
    set_limits(limits, sandboxed)
    os.setsid()
    if sandboxed:
        die_with_parent()
        forbid_escapes(memory_files=not limits.memory)


def unshare(root: bool) -> None:
    """Enter namespaces of our own."""
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    uid, gid = os.getuid(), os.getgid()
    call("unshare", flags if root else flags | CLONE_NEWUSER)
    if not root:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"{uid} {uid} 1")
        write("/proc/self/gid_map", f"{gid} {gid} 1")


def go_on_under_watch(channel: int, memory: int) -> None:
    """Return in a child that is process 1 of the new namespace; stay behind as its watcher."""
    processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    child = os.fork()
    if child:
        watch(child, channel, processes, memory)


def close_others(channel: int) -> None:
    """Close every descriptor but one; the usual three lead nowhere."""
    nowhere = os.open("/dev/null", os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)
    os.closerange(3, channel)
    os.closerange(channel + 1, 65536)


def mount_own_folders(scratch: int) -> None:
    """A scratch folder and a process list of our own; the course's package disappears."""
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    options = f"size={scratch},nr_inodes=20000,mode=1777"
    python = {path: os.open(path, os.O_PATH) for path in python_below("/tmp")}
    for folder in ("/tmp", "/dev/shm"):
        mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, options)
    for path, handle in python.items():  # read-only, as the sandbox shows them
        os.makedirs(path, mode=0o755)
        mount(f"/proc/self/fd/{handle}", path, None, MS_BIND | MS_REC)
        os.close(handle)
    with contextlib.suppress(OSError):  # terminals of our own
        mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=0666,mode=620")
    try:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:  # not permitted below some user namespaces: an empty folder will do
        mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_RDONLY, "size=4096")
    for folder in own_packages():
        mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_RDONLY, "size=4096")


def python_below(folder: str) -> list[str]:
    """Folders of this Python that lie below `folder`, as in a course tried out in /tmp."""
    kept: list[str] = []
    for path in sorted({os.path.realpath(p) for p in (sys.prefix, sys.base_prefix)}, key=len):
        if path.startswith(f"{folder}/") and not path.startswith(tuple(f"{k}/" for k in kept)):
            kept.append(path)
    return kept


def own_packages() -> list[str]:
    """The folders of cvlib and of the grader, imported already and not to be read."""
    found = []
    for name in ("cvlib", "autograder"):
        file = getattr(sys.modules[name], "__file__", None)
        if file:
            found.append(os.path.dirname(file))
    return found


def drop_privileges(root: bool, user: int) -> None:
    """Become an ordinary user without any capability."""
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    if root:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def set_limits(limits: Limits, sandboxed: bool) -> None:
    """Limit what each process of the submission may use."""
    wanted = {
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
    }
    if sandboxed:  # elsewhere the user's other processes would count, too
        wanted[resource.RLIMIT_NPROC] = limits.processes
    if limits.memory:
        wanted[resource.RLIMIT_AS] = address_space() + limits.memory
    for kind, value in wanted.items():
        resource.setrlimit(kind, (value, value))


def address_space() -> int:
    """Bytes of address space that this process uses already."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 32 * 2**30


def die_with_parent() -> None:
    """Be killed when the parent dies, however it dies."""
    call("prctl", PR_SET_PDEATHSIG, 9, 0, 0, 0)


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    """mount(2)."""
    encoded = (part.encode() if part is not None else None for part in (source, target, kind))
    call("mount", *encoded, ctypes.c_ulong(flags), options.encode() or None)


def write(path: str, text: str) -> None:
    """Write a kernel setting."""
    with open(path, "w") as file:
        file.write(text)


def call(name: str, *args: object) -> None:
    """A C library call that sets errno."""
    if getattr(libc, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


libc = ctypes.CDLL(None, use_errno=True)
