"""Freezing: stop a network, or parts of it, from learning, batch statistics included.

`cvlib.transfer` gives these functions too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def stay_in_evaluation(layer: nn.Module, inputs: Any) -> None:
    """A forward pre-hook: whatever `model.train()` did, this layer uses what it has stored."""
    layer.eval()


def is_inside(name: str, parts: Iterable[str]) -> bool:
    """Whether a module's name is one of the parts or lies in one: "features.1.0" in "features.1".

    "features.10" does not lie in "features.1".
    """
    return any(name == part or name.startswith(part + ".") for part in parts)


def chosen_modules(model: nn.Module, parts: Iterable[str], argument: str) -> list[nn.Module]:
    """The modules that lie in some parts; ValueError, with the argument's name, for a wrong one."""
    named = dict(model.named_modules())
    for part in (wanted := tuple(parts)):
        if not part or part not in named:
            raise ValueError(f"{argument} must name parts of the model, got {part!r}")
    return [module for name, module in named.items() if is_inside(name, wanted)]


def freeze(model: nn.Module, except_: Iterable[str] = ()) -> None:
    """Stop a network from learning: its parameters, and what batch normalisation collects.

    Args:
        model: is changed in place. Parameters get `requires_grad` False. Batch normalisations go
            to evaluation mode and stay there, after `model.train()` too; that survives deepcopy
            and saving.
        except_: names of parts, such as "classifier" or "features.8.0", that are left as they are.

    Raises:
        ValueError: a name that the model doesn't have.
    """
    spared = set(chosen_modules(model, except_, "except_"))
    for module in model.modules():
        if module in spared:
            continue
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad_(False)
        if isinstance(module, _BatchNorm):
            module.eval()
            if stay_in_evaluation not in module._forward_pre_hooks.values():
                module.register_forward_pre_hook(stay_in_evaluation)


def unfreeze(model: nn.Module, only: Iterable[str] | None = None) -> None:
    """Let a network, or `only` some parts of it, learn again, batch statistics included.

    Raises:
        ValueError: a name that the model doesn't have.
    """
    chosen = model.modules() if only is None else chosen_modules(model, only, "only")
    for module in chosen:
        for parameter in module.parameters(recurse=False):
            parameter.requires_grad_(True)
        if isinstance(module, _BatchNorm):
            for key, hook in list(module._forward_pre_hooks.items()):
                if hook is stay_in_evaluation:
                    del module._forward_pre_hooks[key]
            module.train(model.training)


REFERENCES = {"05": (freeze,)}
