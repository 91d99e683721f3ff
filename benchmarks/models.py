"""Are our VGG-16 and ResNet-50 as fast as torchvision's, in one run?

    python benchmarks/models.py                    # CPU, and CUDA where there is one
    python benchmarks/models.py --rounds 5 --size 64        # quicker, and less sure

The two take turns, round by round, each of them first in every second round, so that whatever
else the machine does hits both. Prints for both the median of the rounds, the ratio of the medians,
and between which values half of the single rounds' ratios lie. The aim is a ratio of at most 1.05;
the exit status is 1 if one is above. On the CPU it is processor time that counts, which other
programs don't lengthen; the wall clock's ratio stands beside it. Same weights, and the outputs must
be equal, or the figures mean nothing.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
import torchvision
from torch import Tensor, nn

from cvlib import models

AIM = 1.05
Pair = tuple[nn.Module, nn.Module]  # ours, torchvision's


class Seconds(NamedTuple):
    """What one round took."""

    wall: float
    counted: float  # processor time on the CPU, wall clock on a GPU


def main() -> int:
    """Run the benchmark; 1 when a ratio is above the aim."""
    wanted = arguments()
    torch.set_num_threads(wanted.threads)
    torch.backends.cudnn.benchmark = True  # both get the fastest kernels
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, {wanted}")
    print(f"{'':36}{'ours':>10}{'theirs':>10}{'ratio':>8}{'half of them':>16}{'wall':>8}")
    slow = 0
    for device in devices:
        batch, rounds = (wanted.batch, wanted.rounds) if device == "cpu" else (32, 30)
        for name, make in PAIRS.items():
            pair = twins(*make)
            images = torch.randn(batch, 3, wanted.size, wanted.size).to(device)
            for model in pair:
                model.to(device)
            assert_equal(pair, images)
            for work in (forward, forward_and_backward):
                label = f"{device} {name} {work.__name__.replace('_', ' ')}"
                slow += report(label, *take_turns(pair, images, work, rounds))
            del pair
            gc.collect()
    return int(slow > 0)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15, help="on the CPU")
    parser.add_argument("--batch", type=int, default=2, help="images at once, on the CPU")
    parser.add_argument("--size", type=int, default=128, help="height and width of the images")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


PAIRS: dict[str, tuple[Callable[[], nn.Module], Callable[[], nn.Module]]] = {
    "VGG-16": (lambda: models.VGG(16, 1000), lambda: torchvision.models.vgg16(init_weights=False)),
    "ResNet-50": (models.resnet50, torchvision.models.resnet50),
}


def twins(ours: Callable[[], nn.Module], theirs: Callable[[], nn.Module]) -> Pair:
    """Both networks, each with its own copy of the same weights."""
    pair = ours(), theirs()
    pair[1].load_state_dict(pair[0].state_dict())
    return pair


def assert_equal(pair: Pair, images: Tensor) -> None:
    """Stop unless both give the same outputs."""
    with torch.no_grad():
        got, want = (model.eval()(images[:1]) for model in pair)
    torch.testing.assert_close(got, want, rtol=1e-3, atol=1e-4)


def forward(model: nn.Module, images: Tensor) -> None:
    """What a trained network does."""
    with torch.no_grad():
        model.eval()(images)


def forward_and_backward(model: nn.Module, images: Tensor) -> None:
    """What a step of training does, without the optimizer."""
    model.train()(images).square().mean().backward()
    for p in model.parameters():
        p.grad = None


def take_turns(
    pair: Pair, images: Tensor, work: Callable[[nn.Module, Tensor], None], rounds: int
) -> tuple[list[Seconds], list[Seconds]]:
    """What each round took, for ours and for theirs, after one round that doesn't count."""
    taken: tuple[list[Seconds], list[Seconds]] = ([], [])
    for number in range(-1, rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            wall, processor = time.perf_counter(), time.process_time()
            work(pair[which], images)
            if images.is_cuda:
                torch.cuda.synchronize()
            if number >= 0:
                wall, processor = time.perf_counter() - wall, time.process_time() - processor
                taken[which].append(Seconds(wall, wall if images.is_cuda else processor))
    return taken


def report(label: str, ours: list[Seconds], theirs: list[Seconds]) -> bool:
    """Print one line; True if ours is slower than the aim allows."""
    medians = [statistics.median(round.counted for round in rounds) for rounds in (ours, theirs)]
    walls = [statistics.median(round.wall for round in rounds) for rounds in (ours, theirs)]
    ratio = medians[0] / medians[1]
    single = [a.counted / b.counted for a, b in zip(ours, theirs, strict=True)]
    low, _, high = statistics.quantiles(single, n=4)
    milliseconds = "".join(f"{1000 * median:>7.1f} ms" for median in medians)
    spread = f"{low:.3f} … {high:.3f}"
    print(
        f"{label:36}{milliseconds}{ratio:>8.3f}{spread:>16}{walls[0] / walls[1]:>8.3f}", flush=True
    )
    return ratio > AIM


if __name__ == "__main__":
    sys.exit(main())
