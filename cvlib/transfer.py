"""Transfer learning: a new head on a network that has seen much, and who may learn how fast.

Parts → new head → rates by part → unfreezing one part after the other. `freeze` and `unfreeze` lie
in `cvlib.freezing`; they can be imported from here too.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.optim import Optimizer

from cvlib.conv_arithmetic import require_at_least
from cvlib.freezing import freeze, stay_in_evaluation, unfreeze

__all__ = [
    "GradualUnfreezing",
    "freeze",
    "param_groups",
    "parts_of",
    "replace_head",
    "stay_in_evaluation",  # files of whole networks name it here
    "two_rates",
    "unfreeze",
]


def parts_of(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """The parts of a network with parameters, from the input to the output, with their names.

    A part is a child of the model; a chain called `features` counts by its own children. So
    EfficientNet gives features.0 … features.8 and classifier, ResNet conv1, bn1, layer1 … fc.
    """
    parts: list[tuple[str, nn.Module]] = []
    for name, child in model.named_children():
        if name == "features" and isinstance(child, nn.Sequential):
            parts += [(f"{name}.{number}", layer) for number, layer in child.named_children()]
        else:
            parts.append((name, child))
    return [(name, part) for name, part in parts if any(True for _ in part.parameters())]


def replace_head(model: nn.Module, num_classes: int) -> nn.Module:
    """Exchange a network's last linear layer for a new one with another number of classes.

    Args:
        model: is changed in place. Its last `nn.Linear`, in the order of definition, is the head.
        num_classes: numbers that come out afterwards, at least 1.

    Returns:
        The same model. The new layer learns, even where all the rest is frozen; it has as many
        inputs as the old one, a bias if that had one, and lies on the same device.

    Raises:
        ValueError: num_classes below 1, or no linear layer inside.

    Checked on torchvision's networks.
    """
    require_at_least(1, num_classes=num_classes)
    heads = [name for name, layer in model.named_modules() if isinstance(layer, nn.Linear) and name]
    if not heads:
        raise ValueError(f"model must have a linear layer inside, got {type(model).__name__}")
    parent, _, child = heads[-1].rpartition(".")
    old = model.get_submodule(heads[-1])
    assert isinstance(old, nn.Linear)
    new = nn.Linear(old.in_features, num_classes, old.bias is not None,
                    device=old.weight.device, dtype=old.weight.dtype)  # fmt: skip
    setattr(model.get_submodule(parent), child, new)
    return model


def require_decay(decay: float) -> None:
    """Raise ValueError, unless rates stay above 0 and don't grow towards the input."""
    if not 0 < decay <= 1:
        raise ValueError(f"decay must be above 0 and at most 1, got {decay}")


def param_groups(model: nn.Module, base_lr: float, decay: float) -> list[dict[str, Any]]:
    """Parameters by part, for an optimizer: the earlier a part, the smaller its rate.

    Args:
        model: its parts are those of `parts_of`.
        base_lr: rate of the last part, the head; above 0.
        decay: a part's rate, divided by that of the part after it; above 0 and at most 1.

    Returns:
        A group {"params": [...], "lr": rate} for each part, from the input to the output. Frozen
        parameters are left out; a part that is all frozen gets no group, but counts as a step.

    Raises:
        ValueError: base_lr or decay out of range.

    Source: Howard and Ruder (2018), section 3.2.
    """
    if base_lr <= 0:
        raise ValueError(f"base_lr must be above 0, got {base_lr}")
    require_decay(decay)
    groups = []
    parts = parts_of(model)
    for number, (_, part) in enumerate(parts):
        learning = [p for p in part.parameters() if p.requires_grad]
        if learning:
            groups.append({"params": learning, "lr": base_lr * decay ** (len(parts) - 1 - number)})
    return groups


def two_rates(model: nn.Module, base_lr: float) -> list[dict[str, Any]]:
    """Two groups for an optimizer: the body at a tenth of the rate, and the head, its last part."""
    _, last = parts_of(model)[-1]
    head = list(last.parameters())
    known = {id(p) for p in head}
    body = [p for p in model.parameters() if id(p) not in known]
    return [{"params": body, "lr": base_lr / 10}, {"params": head, "lr": base_lr}]


class GradualUnfreezing:
    """First the head learns, then one more part every few epochs, from the output to the input.

        unfreezing = GradualUnfreezing(model, optimizer, every=2, decay=0.5)
        for epoch in range(epochs):
            unfreezing.step(epoch)
            ...

    Args:
        model: all but its last part should be frozen. Parts are those of `parts_of`.
        optimizer: of the head's parameters. State: its param_groups grow.
        every: epochs until the next part joins, at least 1.
        decay: a new part's rate, divided by that of the part after it. The head's rate is that of
            the optimizer's first group when this is made.

    Raises:
        ValueError: every below 1, decay outside (0, 1], or a negative epoch.

    Batch statistics stay as `freeze` left them. Source: Howard and Ruder (2018), section 3.3.
    """

    def __init__(
        self, model: nn.Module, optimizer: Optimizer, every: int = 1, decay: float = 1.0
    ) -> None:
        require_at_least(1, every=every)
        require_decay(decay)
        self.parts = parts_of(model)[::-1]  # the head first
        self.optimizer, self.every, self.decay = optimizer, every, decay
        self.base_lr = optimizer.param_groups[0]["lr"]

    def step(self, epoch: int) -> list[str]:
        """Call it before each epoch, counted from 0; the names of the parts that join now.

        At epoch e the last 1 + e // every parts learn. Calling it again, or with an epoch far
        ahead (after a restart), does what is still to be done, once.
        """
        require_at_least(0, epoch=epoch)
        joined = []
        for number, (name, part) in enumerate(self.parts[: 1 + epoch // self.every]):
            part.requires_grad_(True)
            if new := self.unknown(part):
                rate = self.base_lr * self.decay**number
                self.optimizer.add_param_group({"params": new, "lr": rate})
                joined.append(name)
        return joined

    def unknown(self, part: nn.Module) -> list[Tensor]:
        """Parameters that the optimizer doesn't have yet."""
        known = {id(p) for group in self.optimizer.param_groups for p in group["params"]}
        return [p for p in part.parameters() if id(p) not in known]


REFERENCES = {"05": (replace_head, freeze, param_groups, GradualUnfreezing, two_rates)}
