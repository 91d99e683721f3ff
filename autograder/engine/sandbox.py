"""Start the warm parent of the student processes inside bubblewrap's sandbox."""

from __future__ import annotations

import os
import shutil
import site
import socket
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import autograder
import cvlib
from autograder.errors import GradingError

LIBRARY = "/library"  # where cvlib and the grader's own side lie inside the sandbox
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives",
          "/etc/ld.so.cache", "/etc/fonts", "/etc/localtime")  # fmt: skip
START_SECONDS = 120


def start_zygote(
    *, sandboxed: bool, device: str = "cpu", extras: tuple[str, ...] = ()
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start the warm parent, without waiting for it; it imports the `extras`, too.

    Returns:
        The process, and the socket that takes its orders once it is ready.

    Raises:
        GradingError: when it can't start; the reason is named.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    number = theirs.fileno()
    inside = ["-m", "autograder.engine.zygote", str(number), *extras]
    command = [*bubblewrap(device), sys.executable, "-s", *inside]
    if not sandboxed:
        command = [sys.executable, *inside]
    process = subprocess.Popen(
        command,
        pass_fds=[number],
        env=environment(sandboxed, device),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    theirs.close()
    return process, ours


def await_ready(process: subprocess.Popen[bytes], channel: socket.socket, what: str) -> None:
    """Wait for a warm parent's first word.

    Raises:
        GradingError: when it does not come; the parent's own complaint is named.
    """
    channel.settimeout(START_SECONDS)
    try:
        ready = channel.recv(100)
    except (TimeoutError, OSError):
        ready = b""
    channel.settimeout(None)
    if ready != b"ready":
        process.kill()
        complaint = (process.communicate()[1] or b"").decode(errors="replace").strip()
        last = complaint.splitlines()[-1:] or ["it gave no reason"]
        raise GradingError(f"{what} did not start: {last[0]}")


def bubblewrap(device: str) -> list[str]:
    """The command line in front of the warm parent's own.

    Raises:
        GradingError: when bubblewrap is not there.
    """
    reason = reason_against()
    if reason:
        raise GradingError(f"{reason}; --no-sandbox grades without, if you trust every student")
    spaces = ["pid", "net", "ipc", "uts", "cgroup-try"]
    rights = ["--cap-add", "ALL"] if os.getuid() == 0 else ["--unshare-user"]
    command = [
        "bwrap", *(f"--unshare-{space}" for space in spaces), *rights,
        "--die-with-parent", "--new-session", "--hostname", "grading",
        "--tmpfs", "/tmp",  # first: Python itself may lie below it
    ]  # fmt: skip
    for path in open_folders():
        command += ["--perms", "0755", "--dir", path]
    for path in (*SYSTEM, *python_folders()):
        if Path(path).is_symlink():
            command += ["--symlink", os.readlink(path), path]
        elif Path(path).exists():
            command += ["--ro-bind", path, path]
    for package in (cvlib, autograder):
        command += ["--ro-bind", package_folder(package), f"{LIBRARY}/{package.__name__}"]
    for copy in installed_copies():
        command += ["--tmpfs", copy]
    command += ["--proc", "/proc", "--dev", "/dev", *graphics(device)]
    closed = ["--remount-ro", "/", "--remount-ro", "/dev"]  # else one could leave things there
    return [*command, *closed, "--chdir", "/tmp", "--"]


def installed_copies() -> list[str]:
    """Folders of cvlib and of the grader among the packages that are shown; to be hidden."""
    places = [Path(path) for path in {*site.getsitepackages(), sysconfig.get_path("purelib")}]
    found = {place / package.__name__ for place in places for package in (cvlib, autograder)}
    return sorted(str(path.resolve()) for path in found if path.is_dir())


def open_folders() -> list[str]:
    """The folders above those that are shown; bubblewrap itself would close them to others."""
    shown = (*python_folders(), *SYSTEM, f"{LIBRARY}/cvlib")
    above = {str(parent) for path in shown for parent in Path(path).parents}
    return sorted(path for path in above if path != "/" and not path.startswith("/usr"))


@cache
def python_folders() -> tuple[str, ...]:
    """Where this interpreter, its library and the installed packages lie."""
    found = {sys.base_prefix, sys.prefix, sysconfig.get_path("stdlib"), *site.getsitepackages()}
    real = {str(Path(path).resolve()) for path in found}
    kept: list[str] = []
    for path in sorted(found | real, key=len):
        inside = any(Path(path).is_relative_to(other) for other in (*kept, "/usr"))
        if not inside:
            kept.append(path)
    return tuple(kept)


def package_folder(package: object) -> str:
    """The folder of an imported package."""
    return str(Path(str(package.__file__)).resolve().parent)  # type: ignore[attr-defined]


def graphics(device: str) -> list[str]:
    """The device files that CUDA needs, when grading on a GPU."""
    if not device.startswith("cuda"):
        return []
    nodes = sorted(str(path) for path in Path("/dev").glob("nvidia*"))
    drivers = [path for path in ("/usr/local/nvidia", "/sys") if Path(path).exists()]
    return [flag for path in nodes for flag in ("--dev-bind-try", path, path)] + [
        flag for path in drivers for flag in ("--ro-bind-try", path, path)
    ]


def environment(sandboxed: bool, device: str) -> dict[str, str]:
    """A short list of variables: nothing of the grader's own environment is handed on."""
    kept = {"LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"} if device.startswith("cuda") else set()
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    packages = Path(package_folder(autograder)).parent
    return variables | {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": "/tmp",
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONPATH": LIBRARY if sandboxed else str(packages),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PIP_NO_INDEX": "1",
        "YOLO_CONFIG_DIR": "/tmp",
        "YOLO_OFFLINE": "true",
        "CVLIB_DEVICE": device,
    }


def reason_against() -> str:
    """Why this machine can't sandbox; "" when it can."""
    if not sys.platform.startswith("linux"):
        return "there is no sandbox on this system: bubblewrap needs Linux"
    if shutil.which("bwrap") is None:
        return "bubblewrap (bwrap) is not installed"
    return ""
