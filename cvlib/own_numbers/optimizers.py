"""Session 10: numbers to have in one's head, each student's own."""

from __future__ import annotations

from cvlib.own_numbers import Asked, Draw, own

RIGHT_TRIANGLES = ((3, 4, 5), (4, 3, 5), (6, 8, 10), (8, 6, 10), (5, 12, 13), (8, 15, 17))


@own("10-numbers")
def numbers(draw: Draw) -> dict[str, Asked]:
    """Six single steps, of weights, gradients and rates."""
    lr, momentum = draw.choice((0.1, 0.2, 0.3, 0.4)), draw.choice((0.5, 0.6, 0.7, 0.8, 0.9))
    slope, adam_lr = draw.choice(range(2, 10)), draw.choice(range(11, 60)) / 10_000
    steep = draw.choice((20, 50, 80, 200, 300, 500))
    decay_lr, decay = draw.choice((0.01, 0.02, 0.03, 0.05)), draw.choice((0.3, 0.4, 0.6, 0.7))
    weight, (first, second, _) = draw.choice(range(2, 10)), draw.choice(RIGHT_TRIANGLES)
    longest, warmup = draw.choice((0.5, 1, 2, 3, 4)), draw.choice((5, 8, 10, 20))
    step, warm_lr = draw.choice(range(1, warmup - 1)), draw.choice((0.1, 0.2, 0.3, 0.4))
    third, thirds = draw.choice(range(20, 100)), draw.choice((1, 2))
    high = draw.choice((0.04, 0.08, 0.12, 0.16, 0.2, 0.28, 0.4, 0.6))
    return {
        "moved": Asked(
            f"SGD, rate {lr}, momentum {momentum}; the gradient is {slope} in both of the first "
            "two steps. How far has the weight moved then?",
            {"lr": lr, "momentum": momentum, "gradient": slope},
        ),
        "first_step": Asked(
            f"Adam, rate {adam_lr}; the very first gradient is {steep}. How long is the step?",
            {"lr": adam_lr, "gradient": steep},
        ),
        "decayed": Asked(
            f"AdamW, rate {decay_lr}, `weight_decay` {decay}: a weight is {weight}, its gradients "
            "are 0. What is it after one step?",
            {"lr": decay_lr, "weight_decay": decay, "weight": weight},
        ),
        "clipped": Asked(
            f"Two gradients, {first} and {second}, are clipped to a norm of {longest}. What "
            f"becomes of the {first}?",
            {"first": first, "second": second, "max_norm": longest},
        ),
        "warm": Asked(
            f"A warm-up of {warmup} steps to {warm_lr}: the rate in step {step}, counted from 0?",
            {"warmup_steps": warmup, "lr": warm_lr, "step": step},
        ),
        "cosine": Asked(
            f"A cosine from {high} to 0 over {3 * third} steps: the rate in step {thirds * third}?",
            {"lr": high, "total_steps": 3 * third, "step": thirds * third},
        ),
    }
