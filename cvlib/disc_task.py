"""A task small enough to look at: is a point of the plane inside a disc?

For demonstrations of what a network can and cannot draw.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CENTRE, RADIUS, EDGE = 0.5, 1.1, 2.0  # the plane reaches from −EDGE to EDGE
POINTS, STEPS = 600, 150


def in_disc(points: Tensor) -> Tensor:
    """1 for points inside the disc, 0 for the others: (N, 2) → (N,)."""
    return ((points - CENTRE).norm(dim=1) < RADIUS).float()


def plane(size: int) -> Tensor:
    """A grid of points, row by row: (size², 2)."""
    axis = torch.linspace(-EDGE, EDGE, size)
    return torch.cartesian_prod(axis, axis)


def truth(size: int) -> Tensor:
    """What there is to learn, as a picture: (size, size) of 0 and 1."""
    return in_disc(plane(size)).view(size, size)


def learn(net: nn.Module, size: int) -> Tensor:
    """Train a network, (N, 2) → (N, 1) logits, and ask it about the whole plane.

    Its weights are drawn anew, so that the same network gives the same answer each time. A few
    hundred random points, full batches, Adam: about a second.

    Returns:
        How sure it is of the disc, as a picture: (size, size) from 0 to 1.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for layer in net.modules():
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
        points = (2 * torch.rand(POINTS, 2) - 1) * EDGE  # (POINTS, 2)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(STEPS):
        loss = F.binary_cross_entropy_with_logits(net(points)[:, 0], in_disc(points))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        return net(plane(size)).sigmoid().view(size, size)
