"""What is kept of visible tests: cell by cell, and across a restart of the kernel."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from cvlib import check, record
from cvlib.record import EMPTY, FAILS, PASSES


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A process that has seen nothing, and a home of its own."""
    for name in ("_seen", "_running"):
        monkeypatch.setattr(record, name, {})
    monkeypatch.setattr(record, "_watched", [])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell that looks like a notebook's."""
    made = InteractiveShell.instance()
    made.kernel = object()  # type: ignore[attr-defined]
    monkeypatch.setattr(record, "get_ipython", lambda: made)
    made.push({"check": check, "double": lambda x: 2 * x, "half": lambda x: x / 2})
    yield made
    InteractiveShell.clear_instance()


def run(shell: InteractiveShell, *lines: str) -> None:
    with capture_output():
        shell.run_cell("\n".join(lines))


RIGHT = "check.function(lambda x: x + x, like=double, cases=[(2,)], exercise='96-a')"
WRONG = "check.function(half, like=double, cases=[(2,), (0,)], exercise='96-a')"
STUB = "raise NotImplementedError"


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((RIGHT,), PASSES),
        ((WRONG,), FAILS),
        ((WRONG.replace("exercise", "points=2, exercise"),), FAILS),  # partial credit, no error
        ((RIGHT, "assert 1 > 2"), FAILS),
        (("try:", f"    {WRONG}", "except AssertionError: pass", RIGHT), FAILS),
        ((f"def empty(x): {STUB}", WRONG.replace("half", "empty")), EMPTY),
        (("check.value(3, like=3, name='n', exercise='96-a')",), PASSES),
        (("check.value(4, like=3, name='n', exercise='96-a')",), FAILS),
        (("check.value(None, like=3, name='n', exercise='96-a')",), EMPTY),
    ],
)
def test_a_cell_counts_as_a_whole(
    shell: InteractiveShell, lines: tuple[str, ...], state: str
) -> None:
    run(shell, *lines)
    assert record.here() == {"96-a": state}


def test_a_module_is_taken_down_too(shell: InteractiveShell) -> None:
    begin = ("import torch", "inputs = [torch.ones(1, 2)]", "L = torch.nn.Linear")
    rest = "check.module({}, like=L, configs=[(2, 3)], inputs=inputs, exercise='96-m')"
    run(shell, *begin, rest.format("lambda i, o: torch.nn.Linear(i, o)"))
    assert record.here() == {"96-m": PASSES}
    run(shell, rest.format("lambda i, o: torch.nn.Linear(i, o, bias=False)"))
    assert record.here() == {"96-m": FAILS}


def test_the_last_run_of_a_test_counts(shell: InteractiveShell) -> None:
    for line, state in ((WRONG, FAILS), (RIGHT, PASSES), (WRONG, FAILS)):
        run(shell, line)
        assert record.here() == {"96-a": state}


def test_checks_without_an_exercise_leave_nothing(shell: InteractiveShell) -> None:
    run(shell, RIGHT.replace("96-a", ""))
    assert record.here() == {}


def test_outside_of_a_notebook_no_file_is_written(tmp_path: Path) -> None:
    check.function(lambda x: 2 * x, like=lambda x: x + x, cases=[(2,)], exercise="96-a")
    assert record.here() == {"96-a": PASSES}
    assert list(tmp_path.iterdir()) == []


def kernel(folder: Path, *sources: str) -> str:
    """Run cells in a kernel of their own, started in `folder`; what the last one printed."""
    folder.mkdir(exist_ok=True)
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(folder)}})
    with client.setup_kernel(env=dict(os.environ)):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    return "".join(output.get("text", "") for output in notebook.cells[-1].outputs)


LOOK = "from cvlib import record; print(record.here(), record.earlier())"


def test_what_passed_is_known_after_a_restart_and_in_this_folder_only(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    passed = "from cvlib import record; record.note('01-conv2d', record.PASSES)"
    failed = "record.note('01-sobel', record.FAILS); import os; os.chdir('/')"
    assert kernel(mine, passed, failed, LOOK).startswith("{'01-conv2d': 'passes', '01-sobel'")
    assert list(mine.iterdir()) == []  # nothing lies beside the notebook
    again = kernel(mine, "from cvlib import record; record.note('01-sobel', 'passes')", LOOK)
    assert again == "{'01-sobel': 'passes'} {'01-conv2d': 'passes'}\n"
    assert kernel(tmp_path / "other", LOOK) == "{} {}\n"


@pytest.mark.parametrize("text", ["", "[1]", '{"a": 3}', '{"a": {"01-x": 5}}', "\x00"])
def test_a_damaged_file_is_no_obstacle(shell: InteractiveShell, tmp_path: Path, text: str) -> None:
    path = tmp_path / "state" / "cvlib-course" / "progress.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert record.earlier() == {}
    run(shell, RIGHT)
    assert json.loads(path.read_text())[record._folder()] == {"96-a": PASSES}


def test_folders_that_are_gone_are_forgotten(shell: InteractiveShell, tmp_path: Path) -> None:
    path = tmp_path / "state" / "cvlib-course" / "progress.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({str(tmp_path / "gone"): {"01-x": PASSES},
                                str(tmp_path): {"01-y": PASSES}}))  # fmt: skip
    run(shell, RIGHT)
    assert set(json.loads(path.read_text())) == {str(tmp_path), record._folder()}


def test_a_home_that_cannot_be_written_is_no_obstacle(
    shell: InteractiveShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    run(shell, RIGHT)
    assert record.here() == {"96-a": PASSES}
