"""Where a click is, as a vector: Fourier features with random frequencies."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def fourier_position_encoding(coords: Tensor, matrix: Tensor) -> Tensor:
    """Sines and cosines of random frequencies: [sin 2πv, cos 2πv] with v = (2·coords − 1) · matrix.

    Args:
        coords: (..., 2) x and y as shares of the picture, 0 to 1, floating point.
        matrix: (2, F) frequencies, drawn once from a normal distribution and never trained.

    Returns:
        (..., 2·F), from −1 to 1: first all sines, then all cosines. No point gives (0, 2·F).
        Gradients reach both arguments.

    Raises:
        ValueError: shapes that do not fit.

    Source: Tancik et al. (2020), *Fourier features let networks learn high frequency functions*.
    Checked against segment_anything.modeling.prompt_encoder.PositionEmbeddingRandom.
    """
    if coords.dim() < 1 or coords.shape[-1] != 2:
        raise ValueError(f"coords must have x and y in the last axis, got {tuple(coords.shape)}")
    if matrix.dim() != 2 or len(matrix) != 2:
        raise ValueError(f"matrix must be (2, F), got {tuple(matrix.shape)}")
    angles = 2 * math.pi * ((2 * coords - 1) @ matrix)  # (..., F)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)  # (..., 2·F)


# What exercises of a session ask learners to write: refuses to run inside answers to them.
REFERENCES = {"08": (fourier_position_encoding,)}
