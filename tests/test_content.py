"""The structure that every session has: cells, words, headings, tags, hints."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

import pytest

from autograder.build import to_notebook
from autograder.build_cells import BADGE, number
from autograder.session import BEGIN, END, Cell, Session
from autograder.settings import load_settings
from cvlib import mistakes, widgets
from tests.conftest import ROOT, sessions
from tests.quiz_facts import bank_of

each_session = pytest.mark.parametrize("session", sessions(), ids=lambda s: s.name)

CELLS = range(50, 81)
WORDS = range(2500, 4001)
MOST_WORDS_IN_A_CELL = 120
MOST_LINES, MOST_LINES_OF_SOLUTION = 20, 25


def prose(cell: Cell) -> str:
    """What students read of a text cell: no model answers, code, tables and addresses."""
    text = re.sub(r"^```.*?^```", "", cell.source.partition(BEGIN)[0], flags=re.M | re.S)
    text = re.sub(r"^\|.*$", "", text, flags=re.M)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.sub(r"<[^>]+>", " ", text)


def words(cell: Cell) -> int:
    """Words of prose; formulas count by their parts between spaces."""
    text = prose(cell)
    return sum(any(c.isalnum() for c in part) for part in text.split())


def code_lines(cell: Cell) -> int:
    """Lines of a code cell that a reader has to read: no markers, no empty lines."""
    lines = [line for line in cell.source.splitlines() if line.strip()]
    return sum(BEGIN not in line and END not in line for line in lines)


def text_cells(session: Session) -> list[Cell]:
    """The cells with prose."""
    return [cell for cell in session.cells if cell.kind == "markdown"]


@each_session
def test_number_of_cells(session: Session) -> None:
    assert len(session.cells) in CELLS


@each_session
def test_number_of_words(session: Session) -> None:
    assert sum(map(words, text_cells(session))) in WORDS


@each_session
def test_no_cell_is_a_wall_of_text(session: Session) -> None:
    counted = {cell.line: words(cell) for cell in text_cells(session)}
    long = {line: n for line, n in counted.items() if n > MOST_WORDS_IN_A_CELL}
    assert not long, f"line of the cell: words {long}"


@each_session
def test_no_code_cell_is_long(session: Session) -> None:
    long = {
        cell.line: n
        for cell in session.cells
        if cell.kind == "code"
        and (n := code_lines(cell))
        > (MOST_LINES_OF_SOLUTION if cell.role == "solution" else MOST_LINES)
    }
    assert not long, f"line of the cell: lines {long}"


@each_session
def test_headings_come_in_order(session: Session) -> None:
    found = [
        (len(marks), cell.line)
        for cell in text_cells(session)
        for marks in re.findall(r"^(#+) ", prose(cell), flags=re.M)
    ]
    levels = [level for level, _ in found]
    assert levels[0] == 1
    assert levels.count(1) == 1, "one title"
    for (above, _), (below, line) in pairwise(found):
        assert below <= above + 1, f"line {line}: a heading of level {below} after one of {above}"


@each_session
def test_exercises_are_numbered_and_complete(session: Session) -> None:
    assert [e.title.split(" · ")[0] for e in session.exercises] == [
        f"Exercise {n}" for n in range(1, len(session.exercises) + 1)
    ]
    for exercise in session.exercises:
        steps = re.findall(r"^\d\. ", exercise.hints.source, flags=re.M)
        assert steps == ["1. ", "2. ", "3. "], exercise.id
        assert exercise.hidden.points >= exercise.check.points, exercise.id


@each_session
def test_solutions_have_types_and_docstrings(session: Session) -> None:
    for exercise in session.exercises:
        if exercise.answer_name:
            source = exercise.solution.source
            assert '"""' in source.partition(BEGIN)[0], f"{exercise.id}: no docstring in the stub"
            assert re.search(r"\) -> \w", source), f"{exercise.id}: no types"


@each_session
def test_every_session_has_its_parts(session: Session) -> None:
    text = "\n".join(cell.source for cell in session.cells)
    assert session.minutes > 0
    assert any(cell.role == "setup" for cell in session.cells), "no set-up cell"
    assert any(cell.role == "open" for cell in session.cells), "no open question"
    assert "predict(" in text, "nothing to predict before running"
    assert "quiz(" in text, "no recall quiz"
    assert any("bug" in e.id for e in session.exercises), "no bug hunt"
    for part in ("## Lab", "## What to take along", "**References.**"):
        assert part in text, f"no {part}"


@each_session
def test_title_tells_time_and_points(session: Session) -> None:
    first = session.cells[0].source
    assert f"{session.minutes} minutes" in first
    assert f"{number(session.points)} points" in first


@each_session
def test_notebook_begins_with_a_badge_and_a_set_up_cell(session: Session) -> None:
    cells = to_notebook(session, load_settings(ROOT)).cells
    assert BADGE in cells[0].source
    code = next(cell for cell in cells if cell.cell_type == "code")
    assert code.id == f"{session.number}-setup"


@each_session
def test_every_exercise_has_three_mistakes_each_with_a_sentence_and_a_question(
    session: Session,
) -> None:
    for exercise in session.exercises:
        known = mistakes.of(exercise.id)
        assert len(known) >= 3, exercise.id
        for mistake in known:
            assert mistake.says.endswith("."), mistake.id
            assert mistake.says[0].isupper(), mistake.id
            assert mistake.asks.endswith(("?", ".")), mistake.id
            assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", mistake.id), mistake.id
        sentences = [mistake.says for mistake in known]
        assert len(set(sentences)) == len(sentences), f"{exercise.id}: two mistakes, one sentence"


@each_session
def test_every_prediction_and_quiz_is_used(session: Session) -> None:
    text = session.path.read_text(encoding="utf-8")
    bank = bank_of(session.name)
    for question in bank.questions:
        if question.kind == "prediction":
            assert f'predict("{question.id}", "?")' in text
            assert f'explain("{question.id}")' in text
    for group in bank.titles:
        assert f'quiz("{group}")' in text


@each_session
def test_every_widget_and_quiz_is_seen(session: Session) -> None:
    """A notebook shows the value of a cell's last line, and of no other."""
    shown = {"quiz", *widgets.__all__}
    for cell in session.cells:
        if cell.kind == "code" and not cell.source.lstrip().startswith("%"):
            lines = [line for line in cell.source.splitlines() if not line.strip().startswith("%")]
            tree = ast.parse("\n".join(lines))
            for step in ast.walk(tree):
                if isinstance(step, ast.Expr) and isinstance(step.value, ast.Call):
                    called = ast.unparse(step.value.func).rpartition(".")[2]
                    assert called not in shown or step is tree.body[-1], f"{cell.line}: {called}"
