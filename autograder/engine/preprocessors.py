"""nbgrader's side of the engine: two preprocessors for its `autograde`.

`RestoreCells` takes the place of nbgrader's OverwriteCells and DeduplicateIds: the
notebook that is graded has the course's tests, whatever was done to the submission.
`ExecuteIsolated` takes the place of Execute. Scores, comments and late penalties stay
with nbgrader's own preprocessors.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Unicode, default

from autograder.engine.engine import Engine
from autograder.engine.plan import MAX_CELLS, grade_id, is_locked, make_steps, needed_demos, realign
from autograder.engine.recognise import recognise
from autograder.engine.rejoin import rejoined
from autograder.engine.rivals import Trying, contests, settle
from autograder.engine.ticket import Budget, Step, Ticket, limits_for
from autograder.errors import GradingError

# Which of several cells counts, by fingerprint: what a batch found out is not tried again.
DECIDED: dict[str, tuple[list[NotebookNode], list[str]]] = {}


class RestoreCells(NbGraderPreprocessor):
    """Put every marked cell of the course back in its place, with the course's text."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Realign the submission with what the gradebook knows of its session."""
        place = resources["nbgrader"]
        with Gradebook(place["db_url"]) as gradebook:
            found = gradebook.find_notebook(place["notebook"], place["assignment"])
            source = source_path(self, place)
            given = given_cells(found, source)
            require_python(found)
        execute = ExecuteIsolated(parent=self.parent)
        ticket = execute.ticket((), **of_submission(place))
        trying = Trying(lambda each: execute.running().run(each), ticket, demonstrations(source))
        nb.cells, _ = restored(nb.cells, given, source, trying)
        kernel = {key: value for key, value in nb.metadata.items() if key == "kernelspec"}
        nb.metadata = from_dict({"language_info": {"name": "python"}} | kernel)
        if nb.nbformat < 4 or (nb.nbformat == 4 and nb.nbformat_minor < 5):
            nb.nbformat, nb.nbformat_minor = 4, 5
        for number, cell in enumerate(nb.cells):
            cell["id"] = grade_id(cell) or f"cell-{number}"
        return nb, resources


class ExecuteIsolated(NbGraderPreprocessor):
    """Run the learner's cells in the sandbox and the tests in the judge."""

    cell_seconds = Float(help="Wall-clock limit for one cell; Execute.timeout.").tag(config=True)
    total_seconds = Float(Budget().total, help="Wall-clock limit for a notebook.").tag(config=True)
    all_cells = Bool(
        False, help="Run unchanged demonstrations too, not only those that answers rely on."
    ).tag(config=True)
    sandbox = Bool(True, help="Refuse to grade without a sandbox.").tag(config=True)
    device = Unicode("cpu", help="Where answers are checked: cpu or cuda.").tag(config=True)

    @default("cell_seconds")
    def _cell_seconds_default(self) -> float:
        return float(self.config.get("Execute", {}).get("timeout") or Budget().cell)

    # Results that a batch computed ahead, by fingerprint; and the engine once it runs.
    ready: ClassVar[dict[str, Any]] = {}
    engine: ClassVar[Engine | None] = None

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Fill in the outputs of all code cells."""
        steps = make_steps(nb.cells, demonstrations(source_path(self, resources["nbgrader"])))
        ahead = self.ready.pop(fingerprint(steps), None)
        result = ahead or self.running().run(
            self.ticket(steps, **of_submission(resources["nbgrader"]))
        )
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                cell.outputs = [from_dict(output) for output in result["outputs"].get(index, [])]
                cell.execution_count = None
        return nb, resources

    def ticket(self, steps: tuple[Step, ...], session: str, student: str) -> Ticket:
        """What is to be run of a student's notebook."""
        needed = frozenset(s.index for s in steps) if self.all_cells else needed_demos(steps)
        budget = Budget(self.cell_seconds, self.total_seconds)
        limits = limits_for(self.device)
        return Ticket(steps, needed, budget, limits, self.sandbox, session, student)

    def running(self) -> Engine:
        """The engine of this process, started at its first use."""
        if ExecuteIsolated.engine is None:
            ExecuteIsolated.engine = Engine(sandboxed=self.sandbox, device=self.device)
        return ExecuteIsolated.engine


def of_submission(named: dict[str, Any]) -> dict[str, str]:
    """The session and the student that nbgrader's converter is at."""
    return {"session": named["assignment"], "student": named.get("student", "")}


def restored(
    submitted: list[NotebookNode], given: list[NotebookNode], source: Path, trying: Trying
) -> tuple[list[NotebookNode], list[str]]:
    """A submission's cells in order, as they are graded, and what had to be repaired.

    Args:
        submitted: its cells.
        given: the course's marked cells, solution cells as released.
        source: the course's notebook.
        trying: with what to decide between cells that claim the same answer.

    Raises:
        GradingError: when there are more cells than any notebook needs, or cells that had to
            be tried could not be.
    """
    if len(submitted) > MAX_CELLS:
        raise GradingError(f"the notebook has {len(submitted)} cells; {MAX_CELLS} are allowed")
    course = [cell.source for cell in read_cells(source) if not grade_id(cell)]
    answers = {grade_id(cell) for cell in given if not is_locked(cell)}
    whole, joints = rejoined(submitted, answers)
    found, notes = recognise(whole, given, course)
    notes = [*joints, *notes]
    if not belongs(found, given):
        raise GradingError("none of this session's cells is in it; is it another session's?")
    if contested := contests(found, given, course):
        key = fingerprint_of([[grade_id(c), c.cell_type, c.source] for c in (*found, *given)])
        if key not in DECIDED:
            DECIDED[key] = settle(found, given, contested, trying)
        found, decided = DECIDED[key]
        notes = [*notes, *decided]
    return realign(found, given), [*notes, *missing(found, given)]


def missing(cells: list[NotebookNode], given: list[NotebookNode]) -> list[str]:
    """A sentence for each question of which not even the stub is there."""
    marks, texts = {grade_id(cell) for cell in cells}, {cell.source.strip() for cell in cells}
    return [f"{grade_id(cell)}: there is no such cell in the notebook" for cell in given
            if not is_locked(cell) and grade_id(cell) not in marks
            and cell.source.strip() not in texts]  # fmt: skip


def belongs(cells: list[NotebookNode], given: list[NotebookNode]) -> bool:
    """Whether a notebook is this session's: one cell is marked so, or holds one of its stubs."""
    names = {grade_id(cell) for cell in given}
    stubs = {cell.source.strip() for cell in given if not is_locked(cell)}
    return not names or any(
        grade_id(cell) in names or cell.source.strip() in stubs for cell in cells
    )


def require_python(notebook: Notebook) -> None:
    """The course's own notebook must be one for Python; a submission's kernel is ignored.

    Raises:
        GradingError: for another kernel.
    """
    kernel = json.loads(notebook.kernelspec or "{}") or {}
    if not str(kernel.get("language") or kernel.get("name") or "python").startswith("python"):
        raise GradingError(f"{notebook.name}: its kernel {kernel.get('name')!r} is not Python's")


def given_cells(notebook: Notebook, source: Path) -> list[NotebookNode]:
    """The marked cells that the gradebook keeps of a notebook, in the notebook's order."""
    points = {cell.name: cell.max_score for cell in notebook.grade_cells + notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    cells = []
    for cell in notebook.source_cells:
        marks = {
            "grade": cell.name in points and cell.name not in tasks,
            "grade_id": cell.name,
            "locked": cell.locked,
            "schema_version": 3,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
            "checksum": cell.checksum,
            "cell_type": cell.cell_type,
        }
        if cell.name in points:
            marks["points"] = points[cell.name]
        node = {"cell_type": cell.cell_type, "source": cell.source, "metadata": {"nbgrader": marks}}
        cells.append(from_dict(node))
    order = [grade_id(cell) for cell in read_cells(source)]
    return sorted(cells, key=lambda c: order.index(grade_id(c)) if grade_id(c) in order else -1)


def demonstrations(source: Path) -> list[str]:
    """The texts of the course's own code cells that are not marked."""
    return [c.source for c in read_cells(source) if c.cell_type == "code" and not grade_id(c)]


def read_cells(source: Path) -> list[NotebookNode]:
    """The cells of the course's notebook, not to be changed; none without such a file."""
    if not source.is_file():
        return []
    return read_once(source, source.stat().st_mtime_ns)


@lru_cache(20)
def read_once(source: Path, _written: int) -> list[NotebookNode]:
    """Read a notebook, unless it was read before and has not been written since."""
    return nbformat.read(source, as_version=4).cells


def source_path(preprocessor: NbGraderPreprocessor, place: dict[str, Any]) -> Path:
    """Where the course's notebook with solutions lies."""
    converter = getattr(preprocessor.parent, "parent", None)  # the exporter's parent
    directory = getattr(converter, "coursedir", None)
    if directory is None:
        return Path("missing")
    folder = directory.format_path(directory.source_directory, ".", place["assignment"])
    return Path(folder) / f"{place['notebook']}.ipynb"


def fingerprint(steps: tuple[Step, ...]) -> str:
    """The same for notebooks that run the same cells."""
    return fingerprint_of([[s.index, s.role, s.name, s.source] for s in steps])


def fingerprint_of(value: Any) -> str:
    """The same for equal plain data."""
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
