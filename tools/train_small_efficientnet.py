"""Train the small EfficientNet of session 05: writes cvlib/weights/small_efficientnet.pt.

    python tools/train_small_efficientnet.py [--out FILE] [--pictures 20000] [--epochs 6]

It learns to tell the 34 kinds of `cvlib.made_pictures` apart: no photograph is among them. With
the defaults that is 20,000 pictures of 48 × 48, six epochs of AdamW, one core, everything seeded.
At the end it measures on 1,700 pictures from another seed, and prints the file's checksum for
`cvlib/small_efficientnet.py`. Numbers are stored in half precision.

The shipped file was made so: torch 2.15 on a busy CPU, 495 seconds, 97.4 % of the 1,700 held-out
pictures, 386,227 bytes. Other versions of torch give other last digits, and another checksum.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from stored_weights import write
from torch import Tensor, nn

from cvlib.made_pictures import made_pictures
from cvlib.small_efficientnet import SIZE, WEIGHTS, prepared, small_efficientnet
from cvlib.train import evaluate, seed_everything

ROOT = Path(__file__).parents[1]
BATCH = 100


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=ROOT / "cvlib" / "weights" / WEIGHTS)
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--epochs", type=int, default=6)
    given = parser.parse_args()
    torch.set_num_threads(1)
    seed_everything(0)
    start = time.perf_counter()
    pictures, labels = made_pictures(given.pictures, SIZE, seed=0)
    model = small_efficientnet().to(memory_format=torch.channels_last)
    learn(model, pictures, labels, given.epochs)
    held_out, names = made_pictures(1_700, SIZE, seed=1)
    batches = list(zip(prepared(held_out).split(100), names.split(100), strict=True))
    print(f"held out: {evaluate(model, batches):.1%}, {time.perf_counter() - start:.0f} seconds")
    write(model, given.out)


def learn(model: nn.Module, pictures: Tensor, labels: Tensor, epochs: int) -> None:
    """AdamW with one cycle of the rate; pictures are mirrored by chance."""
    steps = epochs * (len(pictures) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=steps)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(labels)).split(BATCH)[: len(pictures) // BATCH]:
            x = prepared(pictures[chosen])
            x = x.flip(-1) if torch.rand(()) < 0.5 else x
            loss = F.cross_entropy(
                model(x.to(memory_format=torch.channels_last)), labels[chosen], label_smoothing=0.1
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * BATCH / len(pictures)
        print(f"epoch {epoch + 1}: loss {total:.3f}", flush=True)


if __name__ == "__main__":
    main()
