"""check.function with `through` says over the wire what it says at home."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.cells import run_cell
from cvlib import check, optim, optim_runs
from tests.engine import test_models_on_the_wire as wire

SEEN = {"check": check, "optim": optim, "optim_runs": optim_runs}
TEXT = """
check.function(
    answer, like=optim.SGD, through=optim_runs.trajectory, exercise="10-sgd", points=2,
    cases=[check.case(steps=4, lr=0.1, momentum=0.9), check.case(steps=4, lr=0.1, nesterov=True,
           momentum=0.5, save_and_load_at=2)],
)
"""


class Right(optim.Optimizer):
    def __init__(self, params: Any, lr: float, momentum: float, nesterov: bool = False) -> None:
        super().__init__(params, lr=lr, momentum=momentum, nesterov=nesterov)

    def update(self, parameter: Any, gradient: Any, state: Any, group: Any) -> None:
        state["v"] = group["momentum"] * state.get("v", 0) + gradient
        ahead = gradient + group["momentum"] * state["v"]
        parameter -= group["lr"] * (ahead if group["nesterov"] else state["v"])


class WithoutNesterov(Right):
    def update(self, parameter: Any, gradient: Any, state: Any, group: Any) -> None:
        super().update(parameter, gradient, state, {**group, "nesterov": False})


@pytest.mark.parametrize(("answer", "points"), [(Right, 2), (WithoutNesterov, 1)])
def test_verdict_is_the_same_over_the_wire_as_at_home(
    answer: Any, points: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SEEN", SEEN)
    home = wire.verdict(run_cell(TEXT, {**SEEN, "answer": answer}, "test"))
    assert wire.verdict(wire.over_the_wire(TEXT, answer)) == home
    assert home[0] == points
    assert ("always v" in home[2]) is (points == 1)
