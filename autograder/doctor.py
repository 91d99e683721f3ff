"""Is this machine ready? One finding for each thing that grading needs."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path

from autograder.engine.engine import Engine
from autograder.engine.sandbox import bubblewrap, reason_against
from autograder.engine.ticket import Step, Ticket
from autograder.errors import GradingError
from autograder.session import EXTRAS

OLDEST_PYTHON = (3, 11)
NEEDED = ("torch", "torchvision", "nbgrader", "jupyterlab", "jupytext")
INSTALL = "pip install -e '.[instructor]' in the course's root"


@dataclass(frozen=True)
class Finding:
    """One line of `course doctor`.

    Attributes:
        state: "good", "bad", or "without" for something one can do without.
        advice: what to do about it; "" when nothing needs doing.
    """

    name: str
    state: str
    text: str
    advice: str = ""


def examine(root: Path) -> Iterator[Finding]:
    """Look at everything, cheap things first."""
    yield python()
    for name in NEEDED:
        yield package(name)
    yield own_package()
    yield extras()
    yield alembic()
    protection = sandbox()
    yield protection
    if protection.state == "good":
        yield engine()
    yield cuda()
    yield course_folder(root)
    yield writable(root)


def python() -> Finding:
    """The interpreter's version."""
    good = sys.version_info[:2] >= OLDEST_PYTHON
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Finding("Python", "good" if good else "bad", platform.python_version(),
                   "" if good else f"install Python {oldest} or newer")  # fmt: skip


def package(name: str) -> Finding:
    """A package that grading needs, without importing it."""
    try:
        return Finding(name, "good", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "bad", "not installed", INSTALL)


def own_package() -> Finding:
    """The student package, imported as a notebook would."""
    try:
        import_module("cvlib.check")
        return Finding("cvlib", "good", f"cvlib-course {metadata.version('cvlib-course')}")
    except metadata.PackageNotFoundError:
        return Finding("cvlib", "bad", "found, but not installed: notebooks need it", INSTALL)
    except Exception as error:
        return Finding("cvlib", "bad", f"can't be imported: {error}", INSTALL)


def extras() -> Finding:
    """What only some sessions need; the others can be graded without."""
    found, missing = [], []
    for extra, name in EXTRAS.items():
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append((extra, name))
    if not missing:
        return Finding("extras", "good", ", ".join(found))
    names = " and ".join(name for _, name in missing)
    wanted = ",".join(extra for extra, _ in missing)
    return Finding("extras", "without", f"{names} not installed: sessions that use it can't run",
                   f"pip install -e '.[{wanted}]' in the course's root")  # fmt: skip


def alembic() -> Finding:
    """nbgrader calls this tool by name to make its database."""
    beside = Path(sys.executable).parent
    if shutil.which("alembic") or shutil.which("alembic", path=str(beside)):
        return Finding("alembic", "good", "found")
    return Finding("alembic", "bad", "not found, so nbgrader can't make a gradebook",
                   "pip install alembic")  # fmt: skip


def sandbox() -> Finding:
    """The sandbox, tried for real: containers and old kernels may forbid it."""
    reason = reason_against()
    if reason:
        return Finding("sandbox", "bad", reason, "apt install bubblewrap (Linux only)")
    command = [*bubblewrap("cpu"), sys.executable, "-c", ""]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("sandbox", "bad", f"bwrap does not run: {error}")
    if tried.returncode == 0:
        return Finding("sandbox", "good", "students' code sees no network, no course, no home")
    told = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
    return Finding("sandbox", "bad", f"bwrap does not run: {told}",
                   "allow unprivileged user namespaces")  # fmt: skip


def engine() -> Finding:
    """The engine, with one small notebook graded for real."""
    steps = (
        Step(0, "student", "answer", "answer = 6 * 7"),
        Step(1, "test", "test", "assert answer == 42"),
    )
    try:
        with Engine() as running:
            started = running.running().start_seconds
            begin = time.perf_counter()
            failed = running.run(Ticket(steps, frozenset()))["outputs"][1]
            taken = time.perf_counter() - begin
    except GradingError as error:
        return Finding("grading", "bad", str(error))
    if failed:
        return Finding("grading", "bad", f"a right answer failed: {failed[0].get('evalue')}")
    return Finding("grading", "good", f"ready in {started:.0f} s, then {taken:.2f} s for a cell "
                   "and its test")  # fmt: skip


def cuda() -> Finding:
    """A graphics card is welcome; everything works without."""
    try:
        import torch

        if torch.cuda.is_available():
            return Finding("CUDA", "good", torch.cuda.get_device_name())
    except Exception as error:
        return Finding("CUDA", "bad", f"torch can't be imported: {error}", INSTALL)
    return Finding("CUDA", "without", "no device: checks and grading run on the CPU")


def course_folder(root: Path) -> Finding:
    """Whether `root` is a course."""
    sessions = len(list((root / "course").glob("[0-9][0-9]_*.py")))
    if sessions:
        return Finding("course", "good", f"{sessions} session{'s' if sessions > 1 else ''}")
    return Finding("course", "bad", f"no session in {root / 'course'}",
                   "run this in the course's root, or give --root")  # fmt: skip


def writable(root: Path) -> Finding:
    """Whether grading may write where it has to."""
    names = ("source", "release", "submitted", "autograded", "feedback", "reports", "gradebook.db")
    places = [root, *(root / name for name in names if (root / name).exists())]
    locked = [place for place in places if not os.access(place, os.W_OK)]
    if not locked:
        return Finding("folders", "good", f"{root} can be written")
    return Finding("folders", "bad", f"{locked[0]} can't be written", "change its permissions")
