"""Four optimizers on a landscape with two weights: what the optimizer race computes."""

from __future__ import annotations

from cvlib.landscapes import landscape_named

STEPS = 150
FAR = 1000.0  # a runner that leaves this box has diverged, and its path ends
RUNNERS = {"sgd": "SGD", "momentum": "SGD + momentum", "rmsprop": "RMSprop", "adam": "Adam"}

Place = tuple[float, float]


def slope(landscape: str, x: float, y: float) -> Place:
    """The gradient of one of `LANDSCAPES`, by formula."""
    if landscape == "ravine":
        return x / 10, 2 * y
    if landscape == "saddle":
        return x, y**3 - y
    return -2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)


def race(landscape: str, rate: float, ruler_rate: float, momentum: float) -> dict[str, list[Place]]:
    """The places of each runner, start first; a path that diverges ends early.

    Args:
        landscape: a key of `LANDSCAPES`.
        rate: learning rate of SGD, with and without momentum.
        ruler_rate: of RMSprop (α = 0.99) and Adam (β = 0.9, 0.999), which divide by a ruler.
        momentum: of the second runner.
    """
    start = landscape_named(landscape).start
    paths = {}
    for name in RUNNERS:
        place, paths[name] = start, [start]
        first, second = [0.0, 0.0], [0.0, 0.0]  # running means of g and g², or the velocity
        for step in range(1, STEPS + 1):
            moved = []
            for axis, g in enumerate(slope(landscape, *place)):
                if name in ("sgd", "momentum"):
                    first[axis] = (momentum if name == "momentum" else 0.0) * first[axis] + g
                    change = rate * first[axis]
                elif name == "rmsprop":
                    second[axis] = 0.99 * second[axis] + 0.01 * g * g
                    change = ruler_rate * g / (second[axis] ** 0.5 + 1e-8)
                else:
                    first[axis] = 0.9 * first[axis] + 0.1 * g
                    second[axis] = 0.999 * second[axis] + 0.001 * g * g
                    ruler = (second[axis] / (1 - 0.999**step)) ** 0.5 + 1e-8
                    change = ruler_rate * first[axis] / (1 - 0.9**step) / ruler
                moved.append(place[axis] - change)
            place = (moved[0], moved[1])
            if max(abs(place[0]), abs(place[1])) > FAR:
                break
            paths[name].append(place)
    return paths
