"""Exercises with numbers of one's own: right for everybody, worthless when copied."""

from __future__ import annotations

import itertools

import pytest

from autograder.cells import run_cell
from autograder.classroom import handed_in
from autograder.rehearse import Attempt, Verdict
from autograder.session import Exercise, Session
from cvlib.own_numbers import are_drawn, handed_in_by
from tests.autograder.rehearsals import EXERCISES, attempts_of, rehearsal_of

DRAWN = [case for case in EXERCISES if are_drawn(case[1].id)]
PEOPLE = ["ada01", "Li Wei", "4711", "student-4", "x", "Žofie"]
each_drawn = pytest.mark.parametrize("drawn", DRAWN, ids=lambda pair: pair[1].id)


def graded(drawn: tuple[Session, Exercise], attempt: Attempt, answers_of: str, by: str) -> Verdict:
    """The answers for one student's numbers, handed in by another or the same."""
    rehearsal = rehearsal_of(drawn[0])
    namespace = dict(rehearsal.before[attempt.exercise.id])
    run_cell(handed_in(attempt, answers_of), namespace, attempt.exercise.id)
    with handed_in_by(by):
        return rehearsal.verdict(attempt, namespace, 0)


@each_drawn
def test_the_solution_is_right_for_everybody(drawn: tuple[Session, Exercise]) -> None:
    (solution,) = attempts_of(drawn[1], "solution")
    for name in PEOPLE:
        assert graded(drawn, solution, name, name).problem == ""


@each_drawn
def test_copied_answers_are_worth_little(drawn: tuple[Session, Exercise]) -> None:
    (solution,) = attempts_of(drawn[1], "solution")
    got = [graded(drawn, solution, other, name) for name, other in itertools.pairwise(PEOPLE)]
    hidden = sum(verdict.hidden for verdict in got) / len(got)
    assert hidden <= drawn[1].hidden.points / 4


@each_drawn
def test_slips_are_told_to_everybody_who_can_make_them(drawn: tuple[Session, Exercise]) -> None:
    for attempt in attempts_of(drawn[1], "mistake"):
        told = [graded(drawn, attempt, name, name).told for name in PEOPLE]
        assert sum(attempt.name in names for names in told) > len(PEOPLE) / 2, attempt.name
