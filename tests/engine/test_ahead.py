"""What was found out ahead counts for the submission it was found out for, and for no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.engine import Engine
from autograder.engine.plan import grade_id, make_steps
from autograder.engine.preprocessors import ExecuteIsolated
from autograder.engine.restore import restored
from autograder.engine.rivals import Trying
from autograder.engine.ticket import Ticket, fingerprint
from autograder.engine.ticketing import bare_ticket, with_steps
from tests.engine.test_plan import cell

GIVEN = [
    cell("n = None", "n-solution", solution=True),
    cell("check(n)", "n-check", grade=True, locked=True, points=1),
]


def said(text: str) -> dict[str, Any]:
    return {"outputs": {0: [{"output_type": "stream", "name": "stdout", "text": text}]}}


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """For which session and student something was run after all."""
    found: list[tuple[str, str]] = []

    class Running:
        def run(self, ticket: Ticket) -> dict[str, Any]:
            found.append((ticket.session, ticket.student))
            return said("run")

    monkeypatch.setattr(ExecuteIsolated, "running", lambda self: Running())
    monkeypatch.setattr(ExecuteIsolated, "ready", {})
    return found


def executed(session: str, student: str) -> str:
    place = {"assignment": session, "student": student, "notebook": "tiny"}
    notebook = new_notebook(cells=[new_code_cell("own_numbers()")])
    done, _ = ExecuteIsolated().preprocess(notebook, {"nbgrader": place})
    return str(done.cells[0].outputs[0].text)


def test_a_result_is_taken_over_once_and_by_its_own_submission_only(
    ran: list[tuple[str, str]],
) -> None:
    steps = make_steps([new_code_cell("own_numbers()")], [])
    ready = {fingerprint(with_steps(bare_ticket("01", "ada"), steps)): said("ahead")}
    ExecuteIsolated.ready.update(ready)
    assert executed("02", "ada") == "run"
    assert executed("01", "grace") == "run"
    assert ran == [("02", "ada"), ("01", "grace")]
    assert executed("01", "ada") == "ahead"
    assert executed("01", "ada") == "run"


def test_limits_and_the_choice_of_demonstrations_do_not_make_another_result() -> None:
    steps = make_steps([new_code_cell("1")], ["1"])
    one = with_steps(bare_ticket("01", "ada"), steps)
    other = with_steps(bare_ticket("01", "ada", device="cuda"), steps, all_cells=True)
    assert (one.needed, other.needed) == (frozenset(), {0})
    assert one.limits != other.limits
    assert fingerprint(one) == fingerprint(other)


def test_which_of_two_cells_counts_is_decided_for_each_student(tmp_path: Path) -> None:
    """With numbers of one's own, the same two cells are right for different people."""

    def run(ticket: Ticket) -> dict[str, Any]:
        answer = next(s.source for s in reversed(ticket.steps) if s.name == "n-solution")
        right = answer == {"ada": "n = 1", "grace": "n = 2"}[ticket.student]
        test = next(s.index for s in ticket.steps if s.role == "test")
        return {"outputs": {test: [] if right else [{"output_type": "error"}]}}

    def answer(student: str) -> str:
        cells = [cell("n = 1", "n-solution"), cell("n = 2", "n-solution")]
        trying = Trying(run, bare_ticket("01", student), [])
        done: list[NotebookNode] = restored(cells, GIVEN, tmp_path / "none", trying)[0]
        return next(str(c.source) for c in done if grade_id(c) == "n-solution")

    assert [answer("ada"), answer("grace"), answer("ada")] == ["n = 1", "n = 2", "n = 1"]


def test_an_engine_is_not_kept_for_other_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExecuteIsolated, "engine", None)
    closed: list[Engine] = []
    monkeypatch.setattr(Engine, "close", lambda self: closed.append(self))
    careless = ExecuteIsolated(sandbox=False).running()
    assert ExecuteIsolated(sandbox=False).running() is careless
    careful = ExecuteIsolated().running()
    assert (careless.sandboxed, careful.sandboxed) == (False, True)
    assert closed == [careless]
    assert ExecuteIsolated(device="cuda").running().device == "cuda"
