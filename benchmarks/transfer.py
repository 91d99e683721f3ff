"""Does the small EfficientNet's knowledge help on photographs? Fine-tuned against from scratch.

    python benchmarks/transfer.py                # 5 seeds, 5 epochs of 240 pictures
    python benchmarks/transfer.py --seeds 3 --epochs 8

All ways get the same 240 pictures of ten surfaces, the same epochs, augmentation, batch size and
schedule; each has its own best rate, found on the *validation* pictures (--rates prints that
search). Prints the accuracy on the 400 test pictures for every seed, means and spread, and the gap.
The aim is a gap of at least 10 points; the exit status is 1 below that.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time

import torch

from cvlib import surface_runs, surfaces, transfer
from cvlib.small_efficientnet import pretrained_efficientnet
from cvlib.train import evaluate, seed_everything

AIM = 0.10
RATES = {"scratch": 2e-2, "head only": 1e-2, "fine-tuned": 1e-2}  # the best of --rates


def main() -> int:
    """Run all seeds; 1 when the gap is too small."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rates", action="store_true", help="try rates on the validation pictures")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.rates:
        for rate in (1e-3, 3e-3, 1e-2, 2e-2, 4e-2):
            shares = {way: learn(way, 0, given.epochs, rate, "val")[0] for way in RATES}
            print(f"rate {rate:g}:", ", ".join(f"{w} {s:.1%}" for w, s in shares.items()))
        return 0
    found: dict[str, list[float]] = {}
    for way, rate in RATES.items():
        runs = [learn(way, seed, given.epochs, rate) for seed in range(given.seeds)]
        found[way] = [share for share, _ in runs]
        mean, spread = statistics.mean(found[way]), statistics.pstdev(found[way])
        each = " ".join(f"{share:.1%}" for share in found[way])
        seconds = statistics.mean(seconds for _, seconds in runs)
        print(f"{way:11} {mean:.1%} ± {spread:.1%}   {each}   {seconds:.1f} s each", flush=True)
    gaps = [a - b for a, b in zip(found["fine-tuned"], found["scratch"], strict=True)]
    print(f"gap: {statistics.mean(gaps):.1%}, smallest {min(gaps):.1%}; the aim is {AIM:.0%}")
    return int(min(gaps) < AIM)


def learn(
    way: str, seed: int, epochs: int, rate: float, measured: str = "test"
) -> tuple[float, float]:
    """Train one network; its accuracy, and the seconds that training took."""
    begun = time.perf_counter()
    if way == "scratch":
        model = surface_runs.from_scratch(seed, epochs, rate)
    else:
        seed_everything(seed)
        start = pretrained_efficientnet()
        model = transfer.replace_head(start, len(surfaces.NAMES))
        if way == "head only":
            transfer.freeze(model, except_=("classifier",))
        surface_runs.run(model, transfer.param_groups(model, rate, 0.8), epochs)
    seconds = time.perf_counter() - begun
    return evaluate(model, surfaces.loader(measured, 100)), seconds


if __name__ == "__main__":
    sys.exit(main())
