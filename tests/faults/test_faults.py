"""What breaks from outside: killed runs and workers, full and read-only disks, odd files."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from autograder.engine.engine import Engine
from autograder.errors import CourseError
from tests.autograder.grading_course import WRONG_SIZE, Class

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="mounting a small disk needs root")
COURSE = Path(sys.executable).parent / "course"


@pytest.mark.parametrize(
    ("students", "kills"), [(8, 2), pytest.param(60, 10, marks=pytest.mark.slow)]
)
def test_killed_runs_resume_until_everything_is_graded_once(
    tmp_path: Path, engine: Engine, students: int, kills: int
) -> None:
    course = Class(tmp_path / "course", engine)
    names = [f"student-{number:02d}" for number in range(students)]
    for number, name in enumerate(names):
        course.hand_in(name, **({"size": WRONG_SIZE} if number % 3 == 0 else {}))
    chance = random.Random(0)
    for number in range(kills):
        kill_at_random(course, chance, whole_run=number % 2 == 0)
    finish(course)
    before = {name: (course.stamp(name), course.scores(name)) for name in names}
    assert all(result.unchanged for result in course.grade().values())
    undisturbed = Class(tmp_path / "undisturbed", engine)
    shutil.copytree(course.settings.submitted, undisturbed.settings.submitted)
    undisturbed.grade()
    for name in names:
        assert before[name] == (undisturbed.stamp(name), undisturbed.scores(name))
    with sqlite3.connect(course.settings.gradebook) as book:
        assert book.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = "SELECT count(*) FROM submitted_assignment"
        assert book.execute(rows).fetchone() == (students,)


def kill_at_random(course: Class, chance: random.Random, *, whole_run: bool) -> None:
    """Start a run and kill -9 it, or one of its workers, after a random time."""
    run = subprocess.Popen([COURSE, "--root", course.settings.root, "grade", "01"],
                           stdout=subprocess.DEVNULL)  # fmt: skip
    process = psutil.Process(run.pid)
    while not (workers := forks(process)) and run.poll() is None:
        time.sleep(0.02)
    time.sleep(chance.uniform(0, 1.5))
    victims = [run.pid] if whole_run else [p.pid for p in forks(process) or workers]
    for victim in chance.sample(victims, min(1, len(victims))):
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    below = process.children(recursive=True) if process.is_running() else []
    if not whole_run:
        run.wait(120)
        return
    run.wait(10)
    _, alive = psutil.wait_procs(below, timeout=10)
    assert not alive, f"still running after the run was killed: {alive}"


def forks(process: psutil.Process) -> list[psutil.Process]:
    """Judges and students at work: forks of the warm parents."""
    try:
        below = process.children(recursive=True)
        parents = {p.pid for p in below if "autograder.engine" in " ".join(p.cmdline())}
        return [p for p in below if p.ppid() in parents and p.name().startswith("python")
                and "bwrap" not in p.parent().name()]  # fmt: skip
    except (psutil.Error, AttributeError):
        return []


def finish(course: Class) -> None:
    """Let a run go through to its end."""
    command = [COURSE, "--root", course.settings.root, "grade", "01"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("victim", ["students", "judges"])
def test_a_warm_parent_that_dies_is_replaced(tmp_path: Path, engine: Engine, victim: str) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    first = engine.running()
    process = getattr(first, victim)
    process.kill()
    process.wait(10)
    assert course.grade()["anyone"].reason == ""
    assert engine.running() is not first
    assert course.scores("anyone")["01-output-size-hidden"] == 2.0


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """A file system of its own on a folder, for a while."""
    subprocess.run(["mount", *options, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@needs_root
def test_a_full_disk_is_one_sentence_and_the_next_run_goes_on(
    tmp_path: Path, engine: Engine
) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    course.settings.autograded.mkdir()
    with mounted(course.settings.autograded, "-t", "tmpfs", "-o", "size=4k", "tmpfs"):
        reason = course.grade()["anyone"].reason
        assert "No space left" in reason
        assert "\n" not in reason
    assert course.grade()["anyone"].reason == ""


@needs_root
def test_a_read_only_folder_is_one_sentence(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    course.settings.autograded.mkdir()
    with mounted(course.settings.autograded, "-t", "tmpfs", "-o", "ro", "tmpfs"):
        reason = course.grade()["anyone"].reason
    assert "Read-only file system" in reason
    assert "\n" not in reason


DAMAGED = [
    b"", b"\xff\xfe\x00", b"{", b'{"cells": []}', b'{"cells": 3, "nbformat": 4}', b"[1, 2]",
    b'{"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    b'{"nbformat": 99, "cells": [], "metadata": {}}', b"[" * 100_000,
]  # fmt: skip


def test_damaged_files_are_reported_and_the_others_are_graded(
    tmp_path: Path, engine: Engine
) -> None:
    course = Class(tmp_path, engine)
    for number, content in enumerate(DAMAGED):
        course.hand_in(f"damaged-{number}").write_bytes(content)
    course.hand_in("good")
    results = course.grade()
    assert results.pop("good").reason == ""
    for student, result in results.items():
        assert result.reason.startswith("01_tiny.ipynb: "), student
        assert "\n" not in result.reason
        assert course.stamp(student) == ""


def test_a_gradebook_that_is_none_is_one_sentence(tmp_path: Path, engine: Engine) -> None:
    course = Class(tmp_path, engine)
    course.hand_in("anyone")
    course.settings.gradebook.write_bytes(b"this is no database" * 100)
    with pytest.raises(CourseError, match=r"gradebook\.db") as caught:
        course.grade()
    assert "\n" not in str(caught.value)
