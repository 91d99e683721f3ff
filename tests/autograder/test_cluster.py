"""Grading on a Dask cluster: the same marks as here, whatever becomes of its workers."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder import cluster as cluster_module
from autograder.cli import main
from autograder.cluster import Cluster, code_version, engine_here, run_here
from autograder.engine.engine import Engine
from autograder.engine.ticket import Ticket, ticket_out
from autograder.errors import GradingError
from autograder.grading import grade_session
from autograder.nbgrader_bridge import open_gradebook
from tests.autograder.grading_course import FULL, WRONG_SIZE, Class

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
needs_sandbox = pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing")
CLASS = {"right": {}, "wrong": {"size": WRONG_SIZE},
         "exits": {"field": "import os\nos._exit(3)\n"}}  # fmt: skip


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    """A scheduler and two workers, each a process of its own; a lost one is started again."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0",
        silence_logs="ERROR",
    ) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def thread() -> Iterator[Any]:
    """A scheduler and a worker in this process."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0"
    ) as running:
        yield running


@pytest.fixture
def course(tmp_path: Path) -> Class:
    course = Class(tmp_path)
    for name, texts in CLASS.items():
        for number in (1, 2):
            course.hand_in(f"{name}-{number}", **texts)
    course.place("letter").parent.mkdir(parents=True)
    course.place("letter").write_text("Dear teacher", encoding="utf-8")
    return course


def pids(workers: Any) -> list[int]:
    with distributed.Client(workers, set_as_default=False) as client:
        return list(client.run(os.getpid).values())


def scores_here(folder: Path, engine: Engine) -> dict[str, dict[str, float | None]]:
    """What the class gets on this machine."""
    other = Class(folder, engine)
    for name, texts in CLASS.items():
        other.hand_in(name, **texts)
    other.grade()
    return {name: other.scores(name) for name in CLASS}


@needs_sandbox
def test_marks_are_those_of_this_machine(
    thread: Any, course: Class, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "Engine", lambda **_: engine)  # for the worker in here
    with Cluster(thread.scheduler_address) as cluster:
        assert cluster.slots == 4
        results = grade_session(course.settings, course.session, lambda i, _: i, engine=cluster)
    assert [result.student for result in results if result.reason] == ["letter"]
    assert engine_here(True, "cpu", ()) is engine
    for name, scores in scores_here(tmp_path / "here", engine).items():
        assert course.scores(f"{name}-1") == course.scores(f"{name}-2") == scores
    assert FULL.items() <= course.scores("right-1").items()


@pytest.mark.slow
@needs_sandbox
def test_a_killed_worker_costs_nobody_anything(workers: Any, course: Class, tmp_path: Path) -> None:
    before = pids(workers)
    assert len(set(before)) == 2
    seen: list[str] = []

    def killing(items: list[Any], _: str) -> Iterable[Any]:
        for item in items:
            yield item
            if not seen:
                os.kill(before[0], signal.SIGKILL)
            seen.append(item[0])

    with Cluster(workers.scheduler_address) as engine:
        results = grade_session(course.settings, course.session, killing, engine=engine)
    assert before[0] not in pids(workers)
    assert len(seen) == len(set(seen)) == 7  # nothing twice, nothing lost
    assert [result.student for result in results if result.reason] == ["letter"]
    with Engine() as here:
        for name, scores in scores_here(tmp_path / "here", here).items():
            assert course.scores(f"{name}-1") == course.scores(f"{name}-2") == scores
    with open_gradebook(course.settings) as book:
        graded = sorted(submission.student.id for submission in book.assignment_submissions("01"))
    assert graded == sorted({*seen} - {"letter"})


def test_a_scheduler_that_is_not_there_is_one_sentence(
    course: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.5)
    done = CliRunner().invoke(main, ["--root", str(course.settings.root), "grade", "01",
                                     "--scheduler", "tcp://127.0.0.1:9"])  # fmt: skip
    assert done.exit_code == 1
    assert "tcp://127.0.0.1:9: no scheduler answers there" in done.stderr
    assert not course.settings.autograded.exists()


def test_without_workers_nothing_starts_and_lost_ones_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_module, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(cluster_module, "PATIENCE_SECONDS", 0.5)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        Cluster(empty.scheduler_address) as engine,
    ):
        with pytest.raises(GradingError, match="has no workers yet"):
            _ = engine.slots
        with pytest.raises(GradingError, match="no worker is left"):
            engine.run(Ticket((), frozenset()))


def test_a_worker_with_other_code_refuses() -> None:
    plain = ticket_out(Ticket((), frozenset()))
    with pytest.raises(GradingError, match="another version"):
        run_here("other", plain, (True, "cpu", ()))
    assert len(code_version()) == 64


def test_without_dask_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(GradingError, match=r"cvlib-course\[cluster\]"):
        Cluster("tcp://127.0.0.1:1").running()
