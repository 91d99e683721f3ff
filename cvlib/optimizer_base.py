"""What all optimizers share: parameters in groups, a state for each parameter, and their saving.

An optimizer says in `update` what one step does to one parameter. `cvlib.optim` gives these names
too.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

Group = dict[str, Any]
State = dict[str, Any]


class Optimizer:
    """What all optimizers share: groups of parameters, and what is remembered of each parameter.

    Subclasses write `update`; `step` calls it for every parameter that has a gradient.

    Attributes:
        param_groups: dicts with ``"params"`` and the settings of this group (``"lr"``, …), which
            may be changed between two steps.
        state: parameter → what `update` remembers of it; empty before the first step.
    """

    def __init__(self, params: Iterable[Any], **defaults: Any) -> None:
        """Take parameters, or groups: dicts with ``"params"`` and settings of their own.

        Raises:
            ValueError: no parameters, or one in two groups.
        """
        given = list(params)
        groups = given if given and isinstance(given[0], dict) else [{"params": given}]
        self.param_groups: list[Group] = [
            {**defaults, **group, "params": list(group["params"])} for group in groups
        ]
        self.state: dict[Tensor, State] = defaultdict(dict)
        count = len(self._parameters())
        if count == 0 or len({id(p) for p in self._parameters()}) < count:
            raise ValueError(f"params must hold each parameter once, got {count} parameters")

    def zero_grad(self) -> None:
        """Forget the gradients; backward would add to them."""
        for parameter in self._parameters():
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Change every parameter that has a gradient, in place."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self.update(parameter, parameter.grad, self.state[parameter], group)

    def update(self, parameter: Tensor, gradient: Tensor, state: State, group: Group) -> None:
        """One step of one parameter: change it in place, and `state`; leave the gradient."""
        raise NotImplementedError(f"{type(self).__name__} has no update(…) of its own")

    def state_dict(self) -> dict[str, Any]:
        """Settings and state as plain data, parameters by number; the same form as torch's."""
        number = {id(p): index for index, p in enumerate(self._parameters())}
        groups = [{**g, "params": [number[id(p)] for p in g["params"]]} for g in self.param_groups]
        state = {number[id(p)]: dict(state) for p, state in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go on from a `state_dict`, which stays as it is.

        Raises:
            ValueError: it was made for groups of other sizes.
        """
        sizes = [len(group["params"]) for group in self.param_groups]
        theirs = [len(group["params"]) for group in saved["param_groups"]]
        if sizes != theirs:
            raise ValueError(f"saved must have groups of {sizes} parameters, got {theirs}")
        parameters = self._parameters()
        for own, other in zip(self.param_groups, saved["param_groups"], strict=True):
            own.update({key: value for key, value in other.items() if key != "params"})
        self.state = defaultdict(dict)
        for index, state in saved["state"].items():
            self.state[parameters[index]] = _moved(state, parameters[index].device)

    def _parameters(self) -> list[Tensor]:
        return [parameter for group in self.param_groups for parameter in group["params"]]


def _moved(state: State, device: torch.device) -> State:
    return {key: value.to(device, copy=True) if isinstance(value, Tensor) else copy.deepcopy(value)
            for key, value in state.items()}  # fmt: skip
