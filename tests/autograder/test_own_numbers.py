"""Exercises with numbers of one's own: right for everybody, worthless when copied."""

from __future__ import annotations

import itertools

import pytest

from autograder.cells import run_cell
from autograder.classroom import handed_in
from autograder.rehearse import Attempt, Rehearsal, Verdict, attempts
from autograder.session import Exercise, Session, read_session, session_paths
from cvlib.own_numbers import are_drawn, handed_in_by
from tests.conftest import ROOT

DRAWN = [
    (session, exercise)
    for session in map(read_session, session_paths(ROOT / "course"))
    for exercise in session.exercises
    if are_drawn(exercise.id)
]
PEOPLE = ["ada01", "Li Wei", "4711", "student-4", "x", "Žofie"]
each_drawn = pytest.mark.parametrize("drawn", DRAWN, ids=lambda pair: pair[1].id)


_rehearsals: dict[str, Rehearsal] = {}


def rehearsal_of(session: Session) -> Rehearsal:
    if session.name not in _rehearsals:
        _rehearsals[session.name] = Rehearsal(session)
    return _rehearsals[session.name]


def graded(drawn: tuple[Session, Exercise], attempt: Attempt, answers_of: str, by: str) -> Verdict:
    """The answers for one student's numbers, handed in by another or the same."""
    rehearsal = rehearsal_of(drawn[0])
    namespace = dict(rehearsal.before[attempt.exercise.id])
    run_cell(handed_in(attempt, answers_of), namespace, attempt.exercise.id)
    with handed_in_by(by):
        return rehearsal.verdict(attempt, namespace, 0)


def of_kind(exercise: Exercise, kind: str) -> list[Attempt]:
    return [attempt for attempt in attempts(exercise, ROOT) if attempt.kind == kind]


@each_drawn
def test_the_solution_is_right_for_everybody(drawn: tuple[Session, Exercise]) -> None:
    (solution,) = of_kind(drawn[1], "solution")
    for name in PEOPLE:
        assert graded(drawn, solution, name, name).problem == ""


@each_drawn
def test_copied_answers_are_worth_little(drawn: tuple[Session, Exercise]) -> None:
    (solution,) = of_kind(drawn[1], "solution")
    got = [graded(drawn, solution, other, name) for name, other in itertools.pairwise(PEOPLE)]
    hidden = sum(verdict.hidden for verdict in got) / len(got)
    assert hidden <= drawn[1].hidden.points / 4


@each_drawn
def test_slips_are_told_to_everybody_who_can_make_them(drawn: tuple[Session, Exercise]) -> None:
    for attempt in of_kind(drawn[1], "mistake"):
        told = [graded(drawn, attempt, name, name).told for name in PEOPLE]
        assert sum(attempt.name in names for names in told) > len(PEOPLE) / 2, attempt.name
