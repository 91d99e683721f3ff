"""Dying-ReLU simulator: sixteen units learn, and some fall silent for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
import traitlets
from torch import Tensor

from .base import BadValueError, WholeNumber
from .chart_widget import ChartWidget
from .real_number import RealNumber
from .relu_units import UNITS, Task, descend, losses, make_task, pre_activations

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_STEPS = 400
LAST_SEED = 99


class State(traitlets.Dict):
    """{weights: 16 numbers, biases: 16 numbers, history: [[silent units, loss], …]}."""

    def validate(self, obj: Any, value: Any) -> dict[str, Any]:
        """Return the dictionary, or raise BadValueError."""
        try:
            parameters = torch.tensor([value["weights"], value["biases"]], dtype=torch.float64)
            history = torch.tensor(value["history"], dtype=torch.float64)
            right = parameters.shape == (2, UNITS) and bool(parameters.isfinite().all())
            right &= history.dim() == 2 and history.shape[1] == 2
            right &= 0 < len(history) <= MAX_STEPS + 1 and len(value) == 3
        except (TypeError, ValueError, KeyError):
            right = False
        if not right:
            raise BadValueError(
                f"{self.name} must hold 16 weights, 16 biases and the history, got {value!r}"
            )
        return value


class DyingReLU(ChartWidget):
    """Sixteen ReLU units on a batch of 41 inputs, each learning a target of its own.

    `learning_rate`, `activation` ("relu" or "leaky_relu") and `negative_slope` hold for the
    steps to come; `initial_bias` and `seed` start the run anew. `advance(n)` is n presses of
    Step; `state` is where the run stands. `dead`, `loss` and `steps` follow from it. A run ends
    after 400 steps. A bad value raises ValueError.
    """

    learning_rate = RealNumber(0.1, 0.01, 2, log=True).tag(sync=True)
    initial_bias = RealNumber(0.0, -4, 1, step=0.25).tag(sync=True)
    activation = traitlets.Unicode("relu").tag(sync=True)
    negative_slope = RealNumber(0.1, 0.01, 0.3, step=0.01).tag(sync=True)
    seed = WholeNumber(0, 0, LAST_SEED).tag(sync=True)
    state = State().tag(sync=True)
    _inputs: Any = traitlets.List().tag(sync=True)
    _targets: Any = traitlets.List().tag(sync=True)
    _start_weights: Any = traitlets.List().tag(sync=True)
    _max_steps = traitlets.Int(MAX_STEPS).tag(sync=True)

    @traitlets.validate("activation")
    def _known_activation(self, proposal: Any) -> str:
        if proposal["value"] not in ("relu", "leaky_relu"):
            raise BadValueError(f"activation must be relu or leaky_relu, got {proposal['value']!r}")
        return proposal["value"]

    @traitlets.default("_inputs")
    def _inputs_of_task(self) -> list[float]:
        return self.task.inputs.tolist()

    @traitlets.default("_targets")
    def _targets_of_task(self) -> list[list[float]]:
        return self.task.targets.tolist()

    @traitlets.default("_start_weights")
    def _weights_of_task(self) -> list[float]:
        return self.task.weights.tolist()

    @traitlets.default("state")
    def _state_at_start(self) -> dict[str, Any]:
        weights = self.task.weights
        return self._as_state(weights, torch.full_like(weights, self.initial_bias), [])

    @traitlets.observe("seed")
    def _start_with_other_units(self, _change: Any) -> None:
        self._targets, self._start_weights = self._targets_of_task(), self._weights_of_task()
        self.restart()

    @traitlets.observe("initial_bias")
    def _start_with_other_bias(self, _change: Any) -> None:
        self.restart()

    def _as_state(self, weights: Tensor, biases: Tensor, before: list[Any]) -> dict[str, Any]:
        loss = losses(self.task, weights, biases, self.slope).mean().item()
        silent = int(self._silent(weights, biases).sum())
        history = [*before, [silent, loss]]
        return {"weights": weights.tolist(), "biases": biases.tolist(), "history": history}

    def _silent(self, weights: Tensor, biases: Tensor) -> Tensor:
        return (pre_activations(self.task, weights, biases) <= 0).all(dim=1)  # (16,)

    @property
    def task(self) -> Task:
        """Inputs, targets and starting weights that belong to `seed`."""
        return make_task(self.seed)

    @property
    def slope(self) -> float:
        """Slope of the activation below 0: 0 for ReLU."""
        return self.negative_slope if self.activation == "leaky_relu" else 0.0

    @property
    def weights(self) -> Tensor:
        """One weight per unit, float64 (16,)."""
        return torch.tensor(self.state["weights"], dtype=torch.float64)

    @property
    def biases(self) -> Tensor:
        """One bias per unit, float64 (16,)."""
        return torch.tensor(self.state["biases"], dtype=torch.float64)

    @property
    def silent(self) -> Tensor:
        """Which units have no positive pre-activation in the whole batch, bool (16,)."""
        return self._silent(self.weights, self.biases)

    @property
    def dead(self) -> Tensor:
        """Which units can no longer learn, bool (16,): silent, and nothing leaks."""
        return self.silent & (self.slope == 0)

    @property
    def steps(self) -> int:
        """Steps since the start."""
        return len(self.state["history"]) - 1

    @property
    def loss(self) -> float:
        """Mean squared error over batch and units."""
        return losses(self.task, self.weights, self.biases, self.slope).mean().item()

    def restart(self) -> None:
        """Go back to the starting weights and the initial bias."""
        self.state = self._state_at_start()

    def advance(self, steps: int = 1) -> None:
        """Take some steps of gradient descent, as far as the run goes."""
        if type(steps) is not int or steps < 0:
            raise ValueError(f"steps must be a whole number of at least 0, got {steps!r}")
        state, task = self.state, self.task
        for _ in range(min(steps, MAX_STEPS - self.steps)):
            weights, biases = (
                torch.tensor(state[name], dtype=torch.float64) for name in ("weights", "biases")
            )
            weights, biases = descend(task, weights, biases, self.slope, self.learning_rate)
            state = self._as_state(weights, biases, state["history"])
        self.state = state

    def summary(self) -> str:
        """Settings, step, and how many units are dead."""
        units = "LeakyReLU" if self.slope else "ReLU"
        return (
            f"Dying-ReLU simulator: {int(self.dead.sum())} of {UNITS} {units} units are dead after "
            f"{self.steps} steps with learning rate {self.learning_rate:g} "
            f"and initial bias {self.initial_bias:g}."
        )

    def fallback_figure(self) -> Figure:
        """All units with their targets, the dead ones marked."""
        from .dying_relu_figure import units_figure

        return units_figure(self)
