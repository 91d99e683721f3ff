"""The disc: what can be learned with and without a bend."""

from __future__ import annotations

import torch
from torch import nn

from cvlib import disc_task


def test_only_a_network_with_a_bend_learns_the_disc() -> None:
    truth = disc_task.truth(48)
    right = {}
    for name, bend in {"none": nn.Identity(), "relu": nn.ReLU()}.items():
        net = nn.Sequential(nn.Linear(2, 32), bend, nn.Linear(32, 32), bend, nn.Linear(32, 1))
        sure = disc_task.learn(net, 48)
        assert sure.shape == truth.shape == (48, 48)
        right[name] = ((sure > 0.5) == (truth > 0.5)).float().mean().item()
    assert right["relu"] > 0.97
    assert right["none"] < max(truth.mean().item(), 1 - truth.mean().item()) + 0.1


def test_the_same_network_learns_the_same_and_other_random_numbers_stay() -> None:
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
    before = torch.random.get_rng_state()
    first, again = disc_task.learn(net, 8), disc_task.learn(net, 8)
    assert torch.equal(first, again)
    assert torch.equal(torch.random.get_rng_state(), before)
