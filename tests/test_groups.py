"""Who runs what: a run in several processes hands each group to one of them."""

from __future__ import annotations

import os

import pytest

from tests.conftest import BY_SESSION, LONG, ROOT, TOGETHER, group_of


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        ("tests/cvlib/test_boxes.py::test_a[01-conv2d]", "tests/cvlib/test_boxes.py"),
        ("tests/browser/test_quiz.py::test_b[01-recall]", "browser"),
        ("tests/autograder/test_rehearse.py::test_c[04-resnet]", "rehearsal 04"),
        ("tests/autograder/test_rehearse.py::test_d[04_resnet]", "rehearsal 04"),
        ("tests/autograder/test_rehearse.py::test_e", "tests/autograder/test_rehearse.py"),
        ("tests/course/test_run.py::test_f[04_resnet]", "notebook 04"),
    ],
)
def test_group_of_a_test(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group


def test_groups_are_of_tests_that_there_are() -> None:
    numbers = {path.name[:2] for path in (ROOT / "course").glob("[0-9][0-9]_*.py")}
    parts = {f"{part} {number}" for part in BY_SESSION.values() for number in numbers}
    for group in {*LONG} - {*TOGETHER} - parts | BY_SESSION.keys():
        assert (ROOT / group).is_file(), group
    assert all((ROOT / "tests" / folder).is_dir() for folder in TOGETHER)


@pytest.mark.parametrize("number", range(6))
def test_one_process_runs_this_whole_file(
    number: int, tmp_path_factory: pytest.TempPathFactory, testrun_uid: str
) -> None:
    """The later ones see the names of the processes that ran those before."""
    folder = tmp_path_factory.getbasetemp().parent / f"processes-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    (folder / os.environ.get("PYTEST_XDIST_WORKER", "only")).touch()
    assert len(list(folder.iterdir())) == 1
