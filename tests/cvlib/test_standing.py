"""cvlib.progress and cvlib.receipt: what they say, in words and in a notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cvlib
from autograder.build import exercise_table, table_path
from autograder.session import Session
from autograder.settings import load_settings
from cvlib import record, standing
from cvlib.quizzes import markup
from cvlib.record import EMPTY, FAILS, PASSES
from tests.conftest import ROOT, sessions

SESSIONS = sessions()
TABLE = {
    "title": "96 · A <small> session", "file": "96_small.ipynb", "most": 10,
    "exercises": [
        {"id": "96-a", "title": "Exercise 1 · A", "points": 1.0, "minutes": 5},
        {"id": "96-b", "title": "Exercise 2 · B & C", "points": 2.0, "minutes": 10},
        {"id": "96-c", "title": "Exercise 3 · C", "points": 1.0, "minutes": 20},
        {"id": "96-d", "title": "Exercise 4 · D", "points": 1.0, "minutes": 40},
    ],
    "open": ["Open question · Why?"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def learner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, dict[str, str]]:
    """A session of our own, and a record that tests fill."""
    (tmp_path / "96.json").write_text(json.dumps(TABLE))
    monkeypatch.setattr(standing, "FOLDER", tmp_path)
    standing.table_of.cache_clear()
    known: dict[str, dict[str, str]] = {"here": {}, "earlier": {}}
    monkeypatch.setattr(record, "here", lambda: dict(known["here"]))
    monkeypatch.setattr(record, "earlier", lambda: dict(known["earlier"]))
    return known


@pytest.mark.parametrize("session", SESSIONS, ids=lambda s: s.name)
def test_the_table_that_students_have_is_the_sessions(session: Session) -> None:
    path = table_path(session, load_settings(ROOT))
    assert path.is_file(), f"run `course build {session.number}`"
    assert path.read_text(encoding="utf-8") == exercise_table(session)


def test_a_table_tells_no_more_than_the_notebook_does() -> None:
    read = json.loads(exercise_table(SESSIONS[0]))
    assert set(read) == {"title", "file", "most", "exercises", "open"}
    assert all(set(row) == {"id", "title", "points", "minutes"} for row in read["exercises"])
    assert read["most"] == SESSIONS[0].points


def test_progress_counts_what_passed_before_a_restart(
    learner: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    learner["here"] = {"96-a": PASSES, "96-c": FAILS}
    learner["earlier"] = {"96-b": PASSES, "96-d": FAILS}
    cvlib.progress()
    title, line, *rows = capsys.readouterr().out.splitlines()
    assert title == "96 · A <small> session"
    assert line == "2 of 4 visible tests pass, 3 of their 5 points; about 60 minutes to go"
    assert [row.split()[0] for row in rows] == ["✓", "✓", "✗", "·"]
    assert rows[1].endswith("2/2  passed before the restart")
    assert rows[3].endswith("0/1  not run")


def test_progress_with_nothing_done_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    cvlib.progress()
    assert capsys.readouterr().out.startswith("No test has run yet.")
    cvlib.progress("96")
    assert "0 of 4 visible tests pass" in capsys.readouterr().out


def test_a_receipt_names_what_is_missing(
    learner: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    learner["here"] = {"96-a": FAILS, "96-c": EMPTY}
    learner["earlier"] = {"96-b": PASSES}
    cvlib.receipt("96")
    told = capsys.readouterr().out
    for line in ("Not everything is done yet.", "Fails: Exercise 1.", "Not written: Exercise 3.",
                 "Not run: Exercise 4.", "Not run since the kernel was restarted: Exercise 2.",
                 "3. Hand in one file, 96_small.ipynb, with all its cells.",
                 "give the other 5 of 10 points", "you answered Open question · Why?"):  # fmt: skip
        assert line in told
    assert "Restart the kernel and run all cells" in told
    assert "Every visible test passes" not in told


def test_a_receipt_is_content_only_with_tests_that_ran_here(
    learner: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    everything = {row["id"]: PASSES for row in TABLE["exercises"]}  # type: ignore[index]
    learner["earlier"] = everything
    cvlib.receipt("96")
    assert "Every visible test passes" not in capsys.readouterr().out
    learner["here"], learner["earlier"] = everything, {}
    cvlib.receipt("96")
    told = capsys.readouterr().out
    assert "Every visible test passes in this kernel." in told
    assert "minutes to go" not in told


def test_a_session_without_a_table_shows_what_ran(
    learner: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    cvlib.receipt("95")
    assert "No visible test of this session has run yet." in capsys.readouterr().out
    learner["here"] = {"95-x": PASSES}
    cvlib.receipt("95")
    told = capsys.readouterr().out
    assert "1 of 1 visible tests pass\n" in told
    assert "✓ 95-x" in told


def test_a_notebook_gets_a_table_with_everything_escaped(
    learner: dict[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    shell = type("Shell", (), {"kernel": object()})()
    monkeypatch.setattr(markup, "get_ipython", lambda: shell)
    monkeypatch.setattr(markup, "display", lambda data, raw: shown.append(data))
    learner["here"] = {"96-b": PASSES}
    cvlib.receipt("96")
    table, todo = (data["text/html"] for data in shown)
    assert "A &lt;small&gt; session" in table
    assert "B &amp; C" in table
    assert table.count("<tr>") == 5
    assert 'scope="col"' in table
    assert "border-left" in todo
    assert all(data["text/plain"] for data in shown)
