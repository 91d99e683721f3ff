"""Regrade one exercise of a session after its tests were wrong: whose mark changes?

Only the cells up to the exercise's tests are run, in every graded submission, and only the
marks of its test cells change: what a person graded or wrote stays, and late penalties are
computed anew from the new sum by nbgrader's own rule. Nothing is written here; that is done
by `regraded`, after somebody has seen whose mark changes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from autograder import nbgrader_bridge
from autograder.build import to_notebook
from autograder.change import Change
from autograder.desk import Desk, Options
from autograder.engine.engine import Engine
from autograder.engine.outputs import points_in
from autograder.engine.plan import grade_id, make_steps
from autograder.engine.ticket import Step, Ticket
from autograder.engine.ticketing import with_steps
from autograder.errors import CourseError, GradingError
from autograder.grading import submitted
from autograder.session import Exercise, Session
from autograder.settings import Settings


def find_exercise(session: Session, wanted: str) -> Exercise:
    """The exercise with an id; the session's number may be left out.

    Raises:
        CourseError: naming the ids that there are.
    """
    for exercise in session.exercises:
        if wanted in (exercise.id, exercise.id.removeprefix(f"{session.number}-")):
            return exercise
    known = ", ".join(exercise.id for exercise in session.exercises)
    raise CourseError(f"{wanted}: no such exercise in {session.name}; there are: {known}")


class Regrader:
    """Runs one exercise's tests again for a class, and writes what changed."""

    def __init__(
        self,
        settings: Settings,
        session: Session,
        exercise: Exercise,
        engine: Engine,
        options: Options = Options(),  # noqa: B008
    ) -> None:
        """Look the tests up.

        Raises:
            CourseError: when the gradebook still has the old tests.
        """
        self.settings, self.session, self.options = settings, session, options
        self.desk = Desk(settings, session, options, engine)
        names = (f"{exercise.id}-check", f"{exercise.id}-hidden")
        self.tests = {grade_id(cell): cell for cell in self.desk.given if grade_id(cell) in names}
        built = {grade_id(cell): cell for cell in to_notebook(session, settings).cells}
        for name in names:
            if name not in self.tests or is_other(self.tests[name], built[name]):
                raise CourseError(f"{name}: the gradebook has another test than the session's "
                                  f"text; run `course release {session.number}` first")  # fmt: skip

    def look(self, progress: Callable[[list[Any], str], Iterable[Any]]) -> list[Change]:
        """Run the tests for everybody who was graded; nothing is written."""
        students = [s for s in submitted(self.settings, self.session) if self.path(s).is_file()]
        pool = ThreadPoolExecutor(self.options.workers or os.cpu_count() or 1)
        futures = [(student, pool.submit(self.run, student)) for student in students]
        with nbgrader_bridge.open_gradebook(self.settings) as book:
            try:
                return [self.change(book, student, future)
                        for student, future in progress(futures, "regrading")]  # fmt: skip
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def run(self, student: str) -> dict[str, list[dict[str, Any]]]:
        """The exercise's tests → what they say to a submission.

        Raises:
            GradingError: when it can't be read or run, or is not the one that was graded.
        """
        ticket = self.desk.ticket(student)
        if written(ticket.steps) != written(self.steps_of(read_cells(self.path(student)))):
            raise GradingError("handed in again since it was graded; "
                               f"run `course grade {self.session.number}`")  # fmt: skip
        short = self.shortened(ticket)
        outputs = self.desk.engine.run(short)["outputs"]
        return {step.name: outputs.get(step.index, [NOT_RUN])
                for step in short.steps if step.name in self.tests}  # fmt: skip

    def steps_of(self, cells: list[NotebookNode]) -> tuple[Step, ...]:
        """Cells as steps."""
        return make_steps(cells, self.desk.demonstrations)

    def shortened(self, ticket: Ticket) -> Ticket:
        """The ticket without other tests, and without what comes after this exercise's."""
        last = max(step.index for step in ticket.steps if step.name in self.tests)
        steps = tuple(step for step in ticket.steps if step.index <= last
                      and (step.role != "test" or step.name in self.tests))  # fmt: skip
        return with_steps(ticket, steps)

    def change(
        self, book: Gradebook, student: str, future: Future[dict[str, list[dict[str, Any]]]]
    ) -> Change:
        """Hold the tests' words against the gradebook."""
        try:
            outputs = future.result()
            notebook = book.find_submission_notebook(
                self.session.name, self.session.number, student
            )
        except (GradingError, MissingEntry) as error:
            return Change(student, {}, {}, {}, reason=str(error))
        grades = {g.name: g for g in notebook.grades if g.name in self.tests}
        return Change(
            student,
            before={name: float(grades[name].auto_score or 0) for name in self.tests},
            after={name: points_in(outputs[name], points_of(cell))
                   for name, cell in self.tests.items()},
            outputs=outputs,
            total=round(float(notebook.score), 2),
            manual=tuple(n for n in self.tests if grades[n].manual_score is not None),
        )  # fmt: skip

    def path(self, student: str) -> Path:
        """Where a student's autograded notebook lies."""
        folder = self.settings.autograded / student / self.session.number
        return folder / f"{self.session.name}.ipynb"


NOT_RUN = {"output_type": "error", "ename": "Stopped", "evalue": "this test did not run",
           "traceback": []}  # fmt: skip


def points_of(cell: NotebookNode) -> float:
    """What a test is worth."""
    return float(cell.metadata["nbgrader"].get("points", 0))


def is_other(kept: NotebookNode, built: NotebookNode) -> bool:
    """Whether a test in the gradebook differs from the one that the text asks for."""
    return kept.source.strip() != built.source.strip() or points_of(kept) != points_of(built)


def written(steps: Iterable[Step]) -> list[str]:
    """The learner's own cells."""
    return [step.source for step in steps if step.role not in ("test", "locked")]


def read_cells(path: Path) -> list[NotebookNode]:
    """The cells of an autograded notebook."""
    return list(nbformat.read(path, as_version=4).cells)
