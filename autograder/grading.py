"""Grade what was handed in for a session: many workers execute, one writer keeps the books.

The engine runs submissions ahead in parallel; nbgrader's own autograde then takes each
result, one after the other, and fills the gradebook. A stamp beside the autograded
notebook says what was graded, so that a run that was interrupted goes on where it stopped
and an unchanged submission is not graded again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from autograder import nbgrader_bridge
from autograder.engine.engine import Engine
from autograder.engine.plan import grade_id, make_steps, needed_demos
from autograder.engine.preprocessors import (
    ExecuteIsolated,
    demonstrations,
    fingerprint,
    given_cells,
    restored,
)
from autograder.engine.rivals import Trying
from autograder.engine.ticket import Budget, Ticket, limits_for
from autograder.errors import CourseError, GradingError
from autograder.files import write_text
from autograder.gradebook import kept_open
from autograder.guard import STAMP, is_plain, set_aside
from autograder.mend import mend_file
from autograder.session import Session
from autograder.settings import Settings

if TYPE_CHECKING:
    from autograder.cluster import Cluster


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    Attributes:
        seconds: wall-clock time of its execution.
        reason: why it could not be graded; "" when it was.
        unchanged: it had been graded before and was left alone.
        repairs: what had to be repaired, a sentence each.
    """

    student: str
    seconds: float
    reason: str = ""
    unchanged: bool = False
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ran:
    """What running one submission gave: outputs and times, before nbgrader takes them over.

    Attributes:
        key: the fingerprint of what ran.
        result: as `Engine.run` returns it.
        seconds: wall-clock time of it all.
        cells: a marked cell's id → how long it took, in seconds.
    """

    key: str
    result: dict[str, Any]
    seconds: float
    cells: dict[str, float]


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        workers: submissions that run at the same time; 0 takes what the engine has room for.
        sandboxed: refuse to run without a sandbox.
        device: where answers are checked: cpu or cuda.
        again: grade unchanged submissions again, too.
        all_cells: run unchanged demonstrations, too.
        budget: time limits.
    """

    workers: int = 0
    sandboxed: bool = True
    device: str = "cpu"
    again: bool = False
    all_cells: bool = False
    budget: Budget = field(default_factory=Budget)


def grade_session(
    settings: Settings,
    session: Session,
    progress: Callable[[list[Any], str], Iterable[Any]],
    options: Options = Options(),
    engine: Engine | Cluster | None = None,
) -> list[Result]:
    """Grade every submission of a session.

    Args:
        engine: one to use and leave open, or a cluster; else one is started and closed.

    Raises:
        CourseError: when there is nothing to grade or no gradebook.
        GradingError: when the engine can't be started.
    """
    students = submitted(settings, session)
    if engine is None:
        with Engine(
            sandboxed=options.sandboxed, device=options.device, extras=session.extras
        ) as own:
            return grade_session(settings, session, progress, options, own)
    desk = Desk(settings, session, options, engine)
    waiting = [student for student in students if options.again or not desk.is_done(student)]
    done = {student: desk.stamped(student) for student in students if student not in waiting}
    if waiting:
        engine.running()
        done |= {result.student: result for result in desk.grade(waiting, progress)}
    return [done[student] for student in students]


def submitted(settings: Settings, session: Session) -> list[str]:
    """Who handed something in, in order.

    Raises:
        CourseError: when there is no folder with submissions.
    """
    if not settings.submitted.is_dir():
        raise CourseError(f"{settings.submitted}: there is no such folder; nothing to grade")
    return sorted(p.parent.name for p in settings.submitted.glob(f"*/{session.number}"))


class Desk:
    """Grades one session: knows the course's cells, the stamps and the engine."""

    def __init__(
        self, settings: Settings, session: Session, options: Options, engine: Engine | Cluster
    ) -> None:
        self.settings, self.session, self.options = settings, session, options
        self.engine = engine
        self.source = source = settings.source / session.number / f"{session.name}.ipynb"
        self.repairs: dict[str, list[str]] = {}
        self.config = nbgrader_bridge.load_config(settings)
        with nbgrader_bridge.open_gradebook(settings) as book:
            found = nbgrader_bridge.find_notebook(book, session.number, session.name)
            self.given: list[NotebookNode] = given_cells(found, source)
        self.demonstrations = demonstrations(source)

    def grade(
        self, students: list[str], progress: Callable[[list[Any], str], Iterable[Any]]
    ) -> Iterable[Result]:
        """Execute in parallel, record one by one."""
        pool = ThreadPoolExecutor(self.options.workers or self.engine.slots)
        futures = [(student, pool.submit(self.execute, student)) for student in students]
        try:
            with kept_open():
                for student, future in progress(futures, self.session.name):
                    yield self.record(student, future)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def execute(self, student: str) -> Ran:
        """Run one submission."""
        begin = time.perf_counter()
        ticket = self.ticket(student)
        result = self.engine.run(ticket)
        took, marked = result["seconds"], {grade_id(cell) for cell in self.given}
        cells = {step.name: round(took[step.index], 3) for step in ticket.steps
                 if step.name in marked and step.index in took}  # fmt: skip
        return Ran(fingerprint(ticket.steps), result, time.perf_counter() - begin, cells)

    def ticket(self, student: str) -> Ticket:
        """What to run for a student.

        Raises:
            GradingError: when the submission can't be read; the file is named.
        """
        if not is_plain(student):
            raise GradingError(f"{student!a}: a student's folder can't have this name")
        folder = self.folder(student)
        quarantine = self.settings.data / "quarantine" / student / self.session.number
        told = set_aside(folder, quarantine)
        path = folder / f"{self.session.name}.ipynb"
        if not path.is_file():
            raise GradingError("; ".join([f"{path.name}: there is no such notebook", *told]))
        notebook, mended = mend_file(path, quarantine)
        bare = Ticket((), frozenset(), self.options.budget, limits_for(self.options.device),
                      self.options.sandboxed, self.session.number, student)  # fmt: skip
        trying = Trying(self.engine.run, bare, self.demonstrations)
        cells, found = restored(notebook.cells, self.given, self.source, trying)
        self.repairs[student] = [*told, *mended, *found]
        steps = make_steps(cells, self.demonstrations)
        every = frozenset(step.index for step in steps)
        needed = every if self.options.all_cells else needed_demos(steps)
        return replace(bare, steps=steps, needed=needed)

    def record(self, student: str, future: Future[Ran]) -> Result:
        """Have nbgrader take over one result; what goes wrong is told in the result."""
        seconds = 0.0
        try:
            ran = future.result()
            seconds, ExecuteIsolated.ready[ran.key] = ran.seconds, ran.result
            nbgrader_bridge.autograde(self.settings, self.session.number, student, self.config)
        except GradingError as error:
            return Result(student, seconds, str(error))
        repairs = tuple(self.repairs.get(student, ()))
        stamp = {"graded": self.stamp(student), "seconds": round(seconds, 3), "cells": ran.cells,
                 "repairs": repairs}  # fmt: skip
        write_text(self.stamp_path(student), json.dumps(stamp) + "\n")
        return Result(student, seconds, repairs=repairs)

    def is_done(self, student: str) -> bool:
        """Whether this very submission has been graded by these very tests."""
        return self.read_stamp(student).get("graded") == self.stamp(student)

    def stamped(self, student: str) -> Result:
        """The result of a submission that was graded before."""
        return Result(student, float(self.read_stamp(student).get("seconds", 0)), unchanged=True)

    def stamp(self, student: str) -> str:
        """A fingerprint of a submission and of the cells it is graded with."""
        digest = hashlib.sha256()
        for name in (f"{self.session.name}.ipynb", "timestamp.txt"):
            path = self.folder(student) / name
            if path.is_file() and not path.is_symlink():
                digest.update(path.read_bytes())
        digest.update(json.dumps([[c.source, c.metadata] for c in self.given]).encode())
        return digest.hexdigest()

    def read_stamp(self, student: str) -> dict[str, Any]:
        """The stamp beside the autograded notebook; empty when there is none."""
        return read_stamp(self.stamp_path(student))

    def folder(self, student: str) -> Path:
        """Where a student's submission lies."""
        return self.settings.submitted / student / self.session.number

    def stamp_path(self, student: str) -> Path:
        """Where a submission's stamp lies; nbgrader removes it when it grades again."""
        return self.settings.autograded / student / self.session.number / STAMP


def read_stamp(path: Path) -> dict[str, Any]:
    """A stamp: what was graded, and how long it took; empty when it can't be read."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
