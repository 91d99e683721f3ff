"""Where a session's submissions are graded: each is read, run, and recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import NotebookNode

from autograder import nbgrader_bridge
from autograder.engine.course_cells import demonstrations, given_cells
from autograder.engine.engine import Engine
from autograder.engine.plan import grade_id, make_steps
from autograder.engine.preprocessors import ExecuteIsolated
from autograder.engine.restore import restored
from autograder.engine.rivals import Trying
from autograder.engine.ticket import Budget, Ticket, fingerprint
from autograder.engine.ticketing import bare_ticket, with_steps
from autograder.errors import GradingError
from autograder.gradebook import kept_open
from autograder.guard import is_plain, take_in
from autograder.mend import read_mended
from autograder.session import Session
from autograder.settings import Settings
from autograder.stamps import Stamps

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
        nbgrader_bridge.require_usable(settings, self.config)
        with nbgrader_bridge.open_gradebook(settings) as book:
            found = nbgrader_bridge.find_notebook(book, session.number, session.name)
            self.given: list[NotebookNode] = given_cells(found, source)
        self.demonstrations = demonstrations(source)
        self.stamps = Stamps(settings, session, self.given)

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
        return Ran(fingerprint(ticket), result, time.perf_counter() - begin, cells)

    def ticket(self, student: str) -> Ticket:
        """What to run for a student.

        Raises:
            GradingError: when the submission can't be read; the file is named.
        """
        if not is_plain(student):
            raise GradingError(f"{student!a}: a student's folder can't have this name")
        quarantine = self.settings.data / "quarantine" / student / self.session.number
        notebook, told = take_in(self.path(student), quarantine)
        options = self.options
        bare = bare_ticket(self.session.number, student, budget=options.budget,
                           device=options.device, sandboxed=options.sandboxed)  # fmt: skip
        trying = Trying(self.engine.run, bare, self.demonstrations)
        cells, found = restored(notebook.cells, self.given, self.source, trying)
        self.repairs[student] = [*told, *found]
        steps = make_steps(cells, self.demonstrations)
        return with_steps(bare, steps, all_cells=options.all_cells)

    def can_be_read(self, student: str) -> bool:
        """Whether a submission holds anything to run; it is left as it is."""
        path = self.path(student)
        if path.is_symlink() or not path.is_file():
            return False
        try:
            read_mended(path)
        except GradingError:
            return False
        return True

    def record(self, student: str, future: Future[Ran]) -> Result:
        """Have nbgrader take over one result; what goes wrong is told in the result."""
        try:
            ran = future.result()
        except GradingError as error:
            return Result(student, 0.0, str(error))
        except Exception as error:  # nothing in one file may end the class's grading
            told = f"{self.path(student)}: can't be graded, {type(error).__name__}: {error}"
            return Result(student, 0.0, told)
        try:
            ExecuteIsolated.ready[ran.key] = ran.result
            nbgrader_bridge.autograde(self.settings, self.session.number, student, self.config)
        except GradingError as error:
            return Result(student, ran.seconds, str(error))
        finally:  # what was not taken over must not be taken for another run's result
            ExecuteIsolated.ready.pop(ran.key, None)
        repairs = tuple(self.repairs.get(student, ()))
        seconds = round(ran.seconds, 3)
        self.stamps.write(student, seconds=seconds, cells=ran.cells, repairs=repairs)
        return Result(student, ran.seconds, repairs=repairs)

    def stamped(self, student: str) -> Result:
        """The result of a submission that was graded before."""
        seconds = float(self.stamps.read(student).get("seconds", 0))
        return Result(student, seconds, unchanged=True)

    def path(self, student: str) -> Path:
        """Where a student's submission lies."""
        folder = self.settings.submitted / student / self.session.number
        return folder / f"{self.session.name}.ipynb"
