"""One number out of many: the last step that all losses share, and the checks before the first."""

from __future__ import annotations

from torch import Tensor

REDUCTIONS = ("none", "mean", "sum")


def reduced(values: Tensor, reduction: str) -> Tensor:
    """The values as they are, their mean or their sum; the mean of none is NaN, as in torch.

    Raises:
        ValueError: another word for `reduction`.
    """
    if reduction not in REDUCTIONS:
        raise ValueError(f'reduction must be "none", "mean" or "sum", got {reduction!r}')
    if reduction == "none":
        return values
    return values.mean() if reduction == "mean" else values.sum()


def require_same_shape(**tensors: Tensor) -> None:
    """Raise ValueError unless all tensors have one shape: broadcasting would pair up strangers."""
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    (first, wanted), *others = shapes.items()
    for name, shape in others:
        if shape != wanted:
            raise ValueError(f"{name} must have the shape of {first}, {wanted}, got {shape}")


def require_classes(logits: Tensor, targets: Tensor, ignore_index: int | None) -> None:
    """Raise ValueError unless logits are (N, K, …) and targets (N, …) whole numbers below K."""
    if logits.dim() < 2 or logits.shape[1] < 1:
        raise ValueError(f"logits must have shape (N, K, …), K ≥ 1, got {tuple(logits.shape)}")
    wanted = (logits.shape[0], *logits.shape[2:])
    if tuple(targets.shape) != wanted:
        raise ValueError(f"targets must have shape {wanted}, got {tuple(targets.shape)}")
    if targets.is_floating_point():
        raise ValueError(f"targets must be whole numbers, got {targets.dtype}")
    counted = targets if ignore_index is None else targets[targets != ignore_index]
    if counted.numel() and not 0 <= int(counted.min()) <= int(counted.max()) < logits.shape[1]:
        found = sorted({int(counted.min()), int(counted.max())})
        raise ValueError(f"targets must be from 0 to {logits.shape[1] - 1}, got {found}")
