"""nbgrader's side of the engine: two preprocessors for its `autograde`.

`RestoreCells` takes the place of nbgrader's OverwriteCells and DeduplicateIds: the
notebook that is graded has the course's tests, whatever was done to the submission.
`ExecuteIsolated` takes the place of Execute. Scores, comments and late penalties stay
with nbgrader's own preprocessors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Unicode, default

from autograder.engine.course_cells import demonstrations, given_cells, require_python
from autograder.engine.engine import Engine
from autograder.engine.plan import grade_id, make_steps
from autograder.engine.restore import restored
from autograder.engine.rivals import Trying
from autograder.engine.ticket import Budget, Ticket, fingerprint
from autograder.engine.ticketing import bare_ticket, with_steps


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
        ticket = execute.bare(place)
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
        place = resources["nbgrader"]
        steps = make_steps(nb.cells, demonstrations(source_path(self, place)))
        ticket = with_steps(self.bare(place), steps, all_cells=self.all_cells)
        result = self.ready.pop(fingerprint(ticket), None) or self.running().run(ticket)
        for index, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                cell.outputs = [from_dict(output) for output in result["outputs"].get(index, [])]
                cell.execution_count = None
        return nb, resources

    def bare(self, place: dict[str, Any]) -> Ticket:
        """The limits for the submission that nbgrader's converter is at."""
        return bare_ticket(place["assignment"], place.get("student", ""), device=self.device,
                           budget=Budget(self.cell_seconds, self.total_seconds),
                           sandboxed=self.sandbox)  # fmt: skip

    def running(self) -> Engine:
        """The engine of this process, started at its first use, and anew for other settings."""
        engine = ExecuteIsolated.engine
        if engine is not None and (engine.sandboxed, engine.device) != (self.sandbox, self.device):
            engine.close()
            engine = None
        ExecuteIsolated.engine = engine or Engine(sandboxed=self.sandbox, device=self.device)
        return ExecuteIsolated.engine


def source_path(preprocessor: NbGraderPreprocessor, place: dict[str, Any]) -> Path:
    """Where the course's notebook with solutions lies."""
    converter = getattr(preprocessor.parent, "parent", None)  # the exporter's parent
    directory = getattr(converter, "coursedir", None)
    if directory is None:
        return Path("missing")
    folder = directory.format_path(directory.source_directory, ".", place["assignment"])
    return Path(folder) / f"{place['notebook']}.ipynb"
