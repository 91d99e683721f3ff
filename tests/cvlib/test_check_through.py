"""check.function with `through`: a function of cvlib is called with the answer as its first."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from cvlib import check, optim, optim_runs, resumed_runs, training_run
from cvlib.check.cases import Case, name_of
from cvlib.check.observe import observe

CASES = [check.case(steps=3, lr=0.1)]


class Right(optim.Optimizer):
    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, lr=lr)

    def update(self, parameter: Any, gradient: Any, state: Any, group: Any) -> None:
        parameter -= group["lr"] * gradient


class Uphill(Right):
    def update(self, parameter: Any, gradient: Any, state: Any, group: Any) -> None:
        parameter += group["lr"] * gradient


def run(answer: Any, points: float | None = None) -> float | None:
    return check.function(
        answer, like=optim.SGD, through=optim_runs.trajectory, cases=CASES, points=points
    )


def test_a_class_is_compared_by_what_it_does() -> None:
    assert run(Right, points=2) == 2
    with pytest.raises(check.CheckFailed, match=r"SGD\(steps=3, lr=0.1\)\n.*'losses'"):
        run(Uphill)


def test_the_courses_own_class_can_not_be_handed_in_under_another_name() -> None:
    class Mine(optim.SGD):
        pass

    with pytest.raises(check.CheckFailed, match="cvlib's own solution"):
        run(Mine)


def test_an_empty_answer_is_not_done() -> None:
    class Stub(Right):
        def update(self, parameter: Any, gradient: Any, state: Any, group: Any) -> None:
            raise NotImplementedError

    with pytest.raises(check.NotDone, match="not written yet"):
        run(Stub)


def test_only_functions_of_cvlib_run_in_the_answers_process() -> None:
    with pytest.raises(ValueError, match="through must be a function at the top level of cvlib"):
        check.function(len, like=sum, through=lambda answer: answer, cases=[()])
    with pytest.raises(ValueError, match="must be one of cvlib, got 'os:system'"):
        observe(len, Case(("true",), through="os:system"))
    assert name_of("through", optim_runs.clipped) == "cvlib.optim_runs:clipped"


def test_arguments_of_the_case_reach_the_function() -> None:
    seen = observe(
        optim.clip_grad_norm,
        Case(([torch.tensor([3.0]), None], 1.0), through="cvlib.optim_runs:clipped"),
    )
    assert seen.value["returned norm"] == 3.0
    assert seen.value["gradients"][1] is None


def test_a_mistake_in_another_function_does_not_explain_a_type_error() -> None:
    def resume(path: Any, model: Any, loaders: Any, optimizer: Any) -> Any:
        return len(7)  # type: ignore[arg-type]

    with pytest.raises(check.CheckFailed, match="stopped with TypeError") as failed:
        check.function(
            resume,
            like=training_run.resume,
            through=resumed_runs.continued,
            exercise="10-resume",
            cases=[check.case(epochs=1)],
        )
    assert failed.value.mistakes == ()
