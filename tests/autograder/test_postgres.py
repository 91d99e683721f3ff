"""The gradebook in PostgreSQL: a real server, as a user without privileges, on a socket only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.engine.engine import Engine
from autograder.errors import CourseError
from autograder.grading import Options
from autograder.nbgrader_bridge import open_gradebook
from autograder.regrade import Regrader, find_exercise
from autograder.release import release_session
from autograder.report import write_report
from autograder.results import read_results
from tests.autograder.grading_course import FULL, WRONG_SIZE, Class

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
FOUND = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), shutil.which("initdb")]
INITDB = next((Path(path).resolve() for path in FOUND if path), None)
pytestmark = [
    pytest.mark.skipif(not INITDB, reason="no PostgreSQL server (apt install postgresql)"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is missing"),
]
USER = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


def call(program: str, *arguments: str) -> None:
    """Run one of the server's programs."""
    assert INITDB is not None
    command = [str(INITDB.with_name(program)), *arguments]
    subprocess.run(command, check=True, capture_output=True, user=USER, cwd="/")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="course-postgres-"))
    if USER:
        shutil.chown(folder, USER)
    data = str(folder / "data")
    call("initdb", "-D", data, "-U", "course", "-A", "trust", "--no-sync", "-E", "UTF8")
    call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"),
         "-o", f"-k {folder} -h '' -c fsync=off", "start")  # fmt: skip
    try:
        call("createdb", "-h", str(folder), "-U", "course", "grades")
        yield f"postgresql+psycopg://course@/grades?host={folder}"
    finally:
        call("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def use(course: Class, address: str) -> None:
    """What an instructor writes into nbgrader_config.py."""
    config = course.settings.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.CourseDirectory.db_url = {address!r}\n")


def test_a_session_is_released_graded_and_reported_in_postgresql(
    server: str, engine: Engine, tmp_path: Path
) -> None:
    course = Class(tmp_path, engine)
    course.settings.gradebook.unlink()
    use(course, server)
    release_session(course.session, course.settings)
    course.hand_in("right")
    course.hand_in("wrong-size", size=WRONG_SIZE)
    course.place("letter").parent.mkdir(parents=True)
    course.place("letter").write_text("Dear teacher", encoding="utf-8")
    assert [name for name, result in course.grade().items() if result.reason] == ["letter"]
    assert not course.settings.gradebook.exists()
    assert FULL.items() <= course.scores("right").items()

    other = Class(tmp_path / "sqlite", engine)
    other.hand_in("wrong-size", size=WRONG_SIZE)
    other.grade()
    assert course.scores("wrong-size") == other.scores("wrong-size")

    with open_gradebook(course.settings) as book:
        book.find_grade("01-why-open", "01_tiny", "01", "right").manual_score = 2.5
        book.db.commit()
    assert not course.grade(Options(again=True))["right"].reason
    with open_gradebook(course.settings) as book:
        assert book.find_submission("01", "right").score == sum(FULL.values()) + 2.5

    exercise = find_exercise(course.session, "01-output-size")
    changes = Regrader(course.settings, course.session, exercise, engine, Options()).look(
        lambda items, _: items
    )
    assert not any(change.changes for change in changes)
    page = write_report(course.settings, course.session,
                        read_results(course.settings, course.session))  # fmt: skip
    assert "2 submissions graded" in page.read_text(encoding="utf-8")


def test_a_server_that_is_not_there_is_one_sentence_without_the_password(tmp_path: Path) -> None:
    course = Class(tmp_path)
    use(course, "postgresql+psycopg://course:secret@127.0.0.1:9/grades")
    course.hand_in("right")
    with pytest.raises(CourseError) as caught:
        course.grade()
    assert re.search(r"postgresql\S*127\.0\.0\.1:9/grades: .*refused", str(caught.value))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
