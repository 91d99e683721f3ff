"""With tensors on a GPU every check says what it says on the CPU: `pytest -m gpu`."""

from __future__ import annotations

import pytest
import torch

from tests.autograder.rehearsals import Case, attempts_of, each_exercise, rehearsal_of

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
KINDS = ("solution", "blank", "mistake", "variant")


@each_exercise
def test_verdicts_on_cuda_are_right(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    session, exercise = case
    rehearsal = rehearsal_of(session)
    monkeypatch.setenv("CVLIB_DEVICE", "cuda")
    problems = {
        f"{attempt.kind} {attempt.name}, seed {verdict.seed}": verdict.message
        for attempt in attempts_of(exercise, *KINDS)
        for verdict in rehearsal.judge(attempt, seeds=2)
        if verdict.problem
    }
    assert problems == {}
