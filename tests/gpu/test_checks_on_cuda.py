"""With tensors on a GPU every check says what it says on the CPU: `pytest -m gpu`."""

from __future__ import annotations

import pytest
import torch

from autograder.rehearse import Attempt
from autograder.session import Session
from tests.autograder.test_rehearse import ATTEMPTS, named, rehearsal_of

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]


@pytest.mark.parametrize("case", ATTEMPTS, ids=named)
def test_verdict_on_cuda_is_right(
    case: tuple[Session, Attempt], monkeypatch: pytest.MonkeyPatch
) -> None:
    session, attempt = case
    rehearsal = rehearsal_of(session)
    monkeypatch.setenv("CVLIB_DEVICE", "cuda")
    for verdict in rehearsal.judge(attempt, seeds=2):
        assert verdict.problem == "", verdict.message
