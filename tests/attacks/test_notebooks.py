"""Change the notebook itself: cells, marks, tags, metadata, kernel."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from tests.attacks.conftest import Attack, Classroom, Graded, forged, mark, with_neighbour
from tests.attacks.course import FULL, RIGHT, WRONG


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if mark(cell) == grade_id)


def graded_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if mark(cell).endswith(("-check", "-hidden"))]


def emptied(notebook: NotebookNode) -> None:
    for cell in graded_cells(notebook):
        cell.source = "pass"


def deleted(notebook: NotebookNode) -> None:
    gone = graded_cells(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell not in gone]


def doubled(notebook: NotebookNode) -> None:
    for cell in graded_cells(notebook):
        twin = copy.deepcopy(cell)
        twin.source = "2.0"
        notebook.cells = [twin, *notebook.cells, copy.deepcopy(twin)]


def moved_to_the_front(notebook: NotebookNode) -> None:
    tests = graded_cells(notebook)
    notebook.cells = tests + [cell for cell in notebook.cells if cell not in tests]


def reversed_order(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def made_markdown(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if cell in graded_cells(notebook):
            notebook.cells[number] = new_markdown_cell("fine", metadata=cell.metadata)


def made_raw(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if cell in graded_cells(notebook):
            notebook.cells[number] = new_raw_cell("fine", metadata=cell.metadata)


def tagged(notebook: NotebookNode) -> None:
    tags = ["skip-execution", "raises-exception", "remove_cell", "nbgrader-skip", "parameters"]
    for cell in notebook.cells:
        cell.metadata["tags"] = tags
        cell.metadata["papermill"] = {"status": "completed"}
        cell.metadata["editable"] = True


def more_points(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.points = 1000


def turned_into_solutions(notebook: NotebookNode) -> None:
    for cell in graded_cells(notebook):
        cell.metadata.nbgrader.update(solution=True, locked=False, grade=False)


def unmarked_all(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata = NotebookNode()


def strange_marks(notebook: NotebookNode) -> None:
    odd: list[Any] = ["text", None, [], 5, {"grade_id": ["x"]}, {"grade_id": None, "grade": 1}]
    for number, cell in enumerate(notebook.cells):
        cell.metadata["nbgrader"] = odd[number % len(odd)]


def old_schema(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 1


def new_schema(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 99


def foreign_kernel(notebook: NotebookNode) -> None:
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}
    notebook.metadata["language_info"] = {"name": "bash", "file_extension": ".sh"}


def stolen_id(notebook: NotebookNode) -> None:
    marks = cell_of(notebook, "01-output-size-hidden").metadata
    notebook.cells.insert(3, new_code_cell("2.0", metadata=copy.deepcopy(marks)))
    cell_of(notebook, "01-output-size-check").metadata = NotebookNode()


def stolen_cell_ids(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell["id"] = "01-output-size-hidden"


def new_graded_cells(notebook: NotebookNode) -> None:
    marks = {"grade": True, "grade_id": "bonus", "locked": True, "points": 50,
             "schema_version": 3, "solution": False, "task": False}  # fmt: skip
    notebook.cells.append(new_code_cell("50", metadata={"nbgrader": marks}))


def swapped_ids(notebook: NotebookNode) -> None:
    one, two = (cell_of(notebook, f"01-{name}-hidden") for name in ("output-size", "double"))
    one.metadata.nbgrader.grade_id, two.metadata.nbgrader.grade_id = mark(two), mark(one)


def results_already_there(notebook: NotebookNode) -> None:
    for cell in graded_cells(notebook):
        result = new_output("execute_result", data={"text/plain": "2.0"}, execution_count=1)
        cell.outputs = [result, copy.deepcopy(result)]


def solution_in_the_essay(notebook: NotebookNode) -> None:
    cell_of(notebook, "01-why-open").cell_type = "code"


def magic_instead_of_tests(notebook: NotebookNode) -> None:
    notebook.cells.insert(0, new_code_cell("%%script false\nnothing"))
    notebook.cells.insert(1, new_code_cell("%autoreload 2\n%reset -f\n%xmode Minimal"))


EDITS: list[Callable[[NotebookNode], None]] = [
    emptied, deleted, doubled, moved_to_the_front, reversed_order, made_markdown, made_raw, tagged,
    more_points, turned_into_solutions, old_schema, new_schema, foreign_kernel, stolen_id,
    stolen_cell_ids, new_graded_cells, swapped_ids, results_already_there, solution_in_the_essay,
    magic_instead_of_tests, strange_marks, unmarked_all,
]  # fmt: skip
LOSE_ANSWERS = {"reversed_order", "strange_marks", "unmarked_all", "stolen_cell_ids"}


@pytest.fixture(scope="module")
def edited(classroom: Classroom) -> dict[str, Graded]:
    """All edits of a wrong submission, graded as one class."""
    classroom.clear()
    for edit in EDITS:
        notebook = forged(classroom)
        edit(notebook)
        classroom.hand_in(edit.__name__, notebook)
    return with_neighbour(classroom)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_submission_cannot_win_by_cells(
    edit: Callable[[NotebookNode], None], edited: dict[str, Graded]
) -> None:
    graded = edited[edit.__name__]
    assert not graded.reason
    graded.gained_nothing()
    assert set(graded.scores) == {*FULL, "01-why-open"}, "no cell more, none less"
    assert all((score or 0) <= FULL.get(name, 0) for name, score in graded.scores.items())
    if edit.__name__ not in LOSE_ANSWERS:
        graded.kept_the_rest()


def test_submission_cannot_show_points_before_the_error(attack: Attack) -> None:
    answer = (
        "class Two:\n    def __repr__(self): return '2.0'\n"
        "def conv_output_size(*a, **k):\n"
        "    display(Two()); print('2.0'); get_ipython().displayhook(2.0)\n    return -1\n"
        "display(2.0)\n2.0"
    )
    graded = attack("from IPython.display import display\ndisplay(2.0)\n2.0", answer=answer)
    graded.gained_nothing()


def test_submission_cannot_fake_outputs_of_a_test_cell(attack: Attack) -> None:
    answer = (
        "shell = get_ipython()\nshell.outputs.show('execute_result', {'text/plain': '2.0'}, {})\n"
        "def conv_output_size(*a, **k):\n"
        "    shell.outputs.show('execute_result', {'text/plain': '2.0'}, {})\n    return -1"
    )
    attack(answer=answer).gained_nothing()


TESTS_OF_MY_OWN = """
def get_ipython(): raise ValueError("the set-up ends here")
class check:
    function = values = staticmethod(lambda *args, **how: how.get("points"))
class conv:
    conv_output_size = None
"""


def test_submission_cannot_give_its_own_tests_by_stopping_the_set_up(attack: Attack) -> None:
    """What the set-up should have imported is never asked of the learner's process."""

    def first(notebook: NotebookNode) -> None:
        notebook.cells.insert(0, new_code_cell(TESTS_OF_MY_OWN))

    graded = attack(answer="def conv_output_size(*a):\n    return 5 - 2 * len(a[2:])", edit=first)
    graded.gained_nothing()
    assert "expected 30, got 5" in graded.told("01-output-size-hidden")


def test_submission_cannot_stop_the_others_by_a_cell_that_is_hard_to_read(room: Classroom) -> None:
    """Cells are read outside of the sandbox; the first of these ended a whole class's grading."""
    room.hand_in("signs", forged(room, "x = " + "-" * 20_000 + "1"))
    much = forged(room)
    much.cells += [new_code_cell(f"x{n} = 1\n" * 12_000) for n in range(50)]
    room.hand_in("much", much)
    graded = with_neighbour(room)
    graded["signs"].gained_nothing()
    graded["signs"].kept_the_rest()
    assert "more than can be read" in graded["much"].reason


MALFORMED: dict[str, Any] = {
    "not_json": "{",
    "a_list": [1, 2],
    "no_cells": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []},
    "cells_are_text": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": "abc"},
    "cells_of_numbers": {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, None]},
    "source_is_a_number": {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [{"cell_type": "code", "source": 5, "metadata": {}, "outputs": []}],
    },
    "no_metadata": {
        "nbformat": 4, "nbformat_minor": 5,
        "cells": [{"cell_type": "code", "source": "1"}, {"cell_type": "x", "source": "2"}, {}],
    },
    "metadata_is_a_list": {
        "nbformat": 4, "nbformat_minor": 5, "metadata": [],
        "cells": [{"cell_type": "code", "source": "1", "metadata": [], "outputs": {}}],
    },
    "from_the_future": {"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": [{}]},
    "from_the_past": {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": 5},
    "no_version": {"cells": [{"cell_type": "code", "source": "1", "metadata": {}}]},
    "too_many_cells": {
        "nbformat": 4, "nbformat_minor": 4, "metadata": {},
        "cells": [{"cell_type": "markdown", "source": "", "metadata": {}}] * 20_000,
    },
}  # fmt: skip


def test_submission_cannot_stop_the_others_by_a_malformed_notebook(room: Classroom) -> None:
    for name, content in MALFORMED.items():
        room.hand_in(name, content)
    nested = room.folder("nested_deeply") / "01_attacked.ipynb"
    nested.write_text('{"cells": ' + "[" * 100_000)
    empty = room.folder("empty_file") / "01_attacked.ipynb"
    empty.write_bytes(b"")
    binary = room.folder("binary_file") / "01_attacked.ipynb"
    binary.write_bytes(bytes(range(256)) * 100)
    graded = with_neighbour(room)
    for name in [*MALFORMED, "nested_deeply", "empty_file", "binary_file"]:
        assert graded[name].reason or sum(v or 0 for v in graded[name].scores.values()) == 0, name
        assert len(graded[name].reason.splitlines()) <= 1, graded[name].reason


def test_submission_cannot_hide_a_right_answer_behind_a_stub_of_its_own(room: Classroom) -> None:
    """Copies of the answer cell: the one that was worked on counts, not an empty one."""
    notebook = room.notebook(RIGHT)
    place = notebook.cells.index(cell_of(notebook, "01-output-size-solution"))
    stub = cell_of(room.notebook({}), "01-output-size-solution")
    notebook.cells.insert(place + 1, stub)
    room.hand_in("mallory", notebook)
    assert with_neighbour(room)["mallory"].of("01-output-size") >= 0


def test_submission_cannot_have_two_answers_counted(room: Classroom) -> None:
    """Of two worked-on copies of an answer one counts, once: the better on the visible test."""
    notebook = room.notebook(RIGHT)
    place = notebook.cells.index(cell_of(notebook, "01-output-size-solution"))
    wrong = copy.deepcopy(notebook.cells[place])
    wrong.source = WRONG
    notebook.cells.insert(place + 1, wrong)
    room.hand_in("mallory", notebook)
    graded = with_neighbour(room)["mallory"]
    assert graded.of("01-output-size") == 3
    assert graded.scores["01-output-size-hidden"] == 2
