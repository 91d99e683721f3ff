"""Rehearsals of the course's own sessions: solutions and attempts run once for all tests."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
import torch

from autograder.rehearse import Attempt, Rehearsal, Verdict, attempts
from autograder.session import Exercise, Session
from cvlib.check.cases import Case as Call
from cvlib.check.observe import Observation, Request, observe_here
from tests.conftest import ROOT, sessions

Case = tuple[Session, Exercise]
EXERCISES = [(session, exercise) for session in sessions() for exercise in session.exercises]
each_exercise = pytest.mark.parametrize("case", EXERCISES, ids=lambda case: case[1].id)
_rehearsals: dict[str, Rehearsal] = {}
_attempts: dict[str, list[Attempt]] = {}
_verdicts: dict[tuple[str, str, str], list[Verdict]] = {}
_observed: dict[str, dict[tuple[Callable[..., Any], bytes], Observation]] = {}
# Their functions of the same names hide these modules in the package.
COMPARING = [import_module(f"cvlib.check.{name}") for name in ("function", "diagnose")]


def rehearsal_of(session: Session) -> Rehearsal:
    """A session's rehearsal."""
    if session.name not in _rehearsals:
        torch.set_num_threads(1)
        _rehearsals[session.name] = Rehearsal(session)
    return _rehearsals[session.name]


def attempts_of(exercise: Exercise, *kinds: str) -> list[Attempt]:
    """The attempts of these kinds at an exercise."""
    if exercise.id not in _attempts:
        _attempts[exercise.id] = list(attempts(exercise, ROOT))
    return [attempt for attempt in _attempts[exercise.id] if attempt.kind in kinds]


def verdicts_of(session: Session, attempt: Attempt, seeds: int) -> list[Verdict]:
    """What the tests say to an attempt on the first `seeds` seeds."""
    key = (attempt.exercise.id, attempt.kind, attempt.name)
    if len(_verdicts.get(key, ())) < seeds:
        rehearsal = rehearsal_of(session)
        with remembered(attempt.exercise):
            _verdicts[key] = list(rehearsal.judge(attempt, seeds))
    return _verdicts[key][:seeds]


@contextmanager
def remembered(exercise: Exercise) -> Iterator[None]:
    """Inside, the reference and the known mistakes are called once on each input.

    Every attempt at an exercise is compared with all of them, on the same inputs.
    """
    if exercise.id not in _observed:
        _observed.clear()
    known = _observed.setdefault(exercise.id, {})

    def once(answer: Callable[..., Any], call: Call, request: Request) -> Observation:
        try:
            key = answer, pickle.dumps((call, request))
        except (pickle.PicklingError, AttributeError, TypeError):
            return observe_here(answer, call, request)
        if key not in known:
            known[key] = observe_here(answer, call, request)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        for module in COMPARING:
            patch.setattr(module, "observe_here", once)
        yield


def problems_of(session: Session, attempts: list[Attempt], seeds: int) -> dict[str, str]:
    """Attempt and seed → what is not as it ought to be, and what the learner was told."""
    return {
        f"{attempt.name}, seed {verdict.seed}": f"{verdict.problem}: {verdict.message}"
        for attempt in attempts
        for verdict in verdicts_of(session, attempt, seeds)
        if verdict.problem
    }
