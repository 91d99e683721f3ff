from __future__ import annotations

import pytest
import torch

from cvlib.landscapes import LANDSCAPES, path, paths_figure, show_paths


@pytest.mark.parametrize("name", list(LANDSCAPES))
def test_goals_are_flat_and_a_good_optimizer_finds_one(name: str) -> None:
    land = LANDSCAPES[name]
    for goal in land.goals:
        point = torch.tensor(goal, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(land.loss(*point), point)
        assert gradient.norm() < 1e-12
    end = path(torch.optim.Adam, name, 3000, lr=0.02)[-1]
    assert min((end - torch.tensor(goal)).norm() for goal in land.goals) < 0.05


def test_path_holds_the_start_and_every_step() -> None:
    walk = path(torch.optim.SGD, "ravine", 3, lr=0.5)
    assert walk.tolist()[0] == [-7.0, 2.0]
    assert walk.shape == (4, 2)
    assert walk[1].tolist() == pytest.approx([-7 + 0.35, 0])
    with pytest.raises(ValueError, match=r"landscape must be one of ravine, .* got 'hill'"):
        path(torch.optim.SGD, "hill", 1, lr=0.1)


def test_figure_has_a_line_for_each_path() -> None:
    walks = {name: path(torch.optim.SGD, "saddle", 4, lr=0.1) for name in ("a", "b")}
    figure = paths_figure("saddle", walks)
    assert [line.get_label() for line in figure.axes[0].lines[:2]] == ["a", "b"]
    assert figure.get_size_inches()[0] <= 10
    show_paths("saddle", walks)
