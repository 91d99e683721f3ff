"""Train the small SAM of session 08: writes cvlib/weights/small_sam.pt.

    python tools/train_small_sam.py [--out FILE] [--scenes 4000] [--steps 700,300,2600,2400]

It learns to cut out what a click or a box means in the scenes of `cvlib.scenes`, in four stages,
one core, everything seeded; no photograph and no other weights are among what it saw.

1. The encoder, by lessons on each pixel (`small_sam_losses.Lessons`), and the decoder's last
   layers on what the encoder says at a click, without attention. SAM's own encoder came from a
   masked autoencoder; this is our shorter way.
2. The decoder with attention, while the encoder rests: one click or one box.
3. Both, as Kirillov et al. (2023): clicks that may mean a mark, an object or a group (the best of
   three masks counts), boxes that are a little wrong, then clicks where the answer was wrong, half
   of the time with the logits of that answer as a mask prompt. Scores learn to tell the IoU.
4. The same again, from a smaller rate.

At the end it measures on scenes from another seed, and prints the file's checksum for
`cvlib/small_sam.py`. Numbers are stored in half precision.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from small_sam_losses import Lessons, decoded, decoded_at, encoded, prompt_loss
from small_sam_measure import measure
from small_sam_prompts import Prompts, corrected, some_boxes, some_clicks
from small_sam_scenes import Stock, batch, stock
from stored_weights import write
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from cvlib.small_sam import WEIGHTS, untrained_sam
from cvlib.train import seed_everything

ROOT = Path(__file__).parents[1]
RATES = {1: 1.5e-3, 2: 1e-3, 3: 8e-4, 4: 5e-4}  # the highest of each stage


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=ROOT / "cvlib" / "weights" / WEIGHTS)
    parser.add_argument("--scenes", type=int, default=4_000)
    parser.add_argument("--steps", default="700,300,2600,2400", help="of the four stages")
    parser.add_argument("--stages", type=Path, help="folder to keep them in, and to go on from")
    parser.add_argument("--measured", type=int, default=100, help="scenes of each kind")
    given = parser.parse_args()
    torch.set_num_threads(1)
    seed_everything(0)
    start, worked = time.perf_counter(), time.process_time()
    scenes = stock(given.scenes, seed=1)
    sam, lessons = prepared_sam(), Lessons()
    both = nn.ModuleDict({"sam": sam, "lessons": lessons})
    for number, steps in enumerate(map(int, given.steps.split(",")), start=1):
        seed_everything(number)
        done = given.stages and given.stages / f"stage{number}.pt"
        if done and done.exists():
            both.load_state_dict(torch.load(done, weights_only=True))
            continue
        if number == 1:
            learn_to_see(sam, lessons, scenes, steps)
        else:
            learn_prompts(sam, lessons, scenes, steps, RATES[number], encoder_rests=number == 2)
        if done:
            torch.save(both.state_dict(), done)
    spent = f"{time.perf_counter() - start:.0f} s, {time.process_time() - worked:.0f} s of CPU"
    write(sam, given.out)
    print(f"training took {spent}")
    for name, value in measure(sam.eval(), given.measured, seed=90).items():
        print(f"{name}: {value:.3f}")


def prepared_sam() -> Any:
    """A small SAM whose decoder begins as a simple one.

    Queries and keys between tokens and places have the same weights, so a prompt finds its own
    place; values pass unchanged, so the tokens take along what is there. What is added to that, and
    what is no prompt, begins small.
    """
    sam = untrained_sam()
    transformer, prompts = sam.mask_decoder.transformer, sam.prompt_encoder
    looking = [transformer.final_attn_token_to_image]
    looking += [layer.cross_attn_token_to_image for layer in transformer.layers]
    telling = [layer.cross_attn_image_to_token for layer in transformer.layers]
    talking = [layer.self_attn for layer in transformer.layers]
    small = [attention.out_proj for attention in telling]
    small += [layer.mlp.lin2 for layer in transformer.layers]
    tokens = [sam.mask_decoder.iou_token, sam.mask_decoder.mask_tokens]
    tokens += [prompts.not_a_point_embed, *prompts.point_embeddings]
    with torch.no_grad():
        sam.image_encoder.places.copy_(F.avg_pool2d(prompts.get_dense_pe(), 2))  # (1, C, 8, 8)
        for attention in looking + telling:
            nn.init.orthogonal_(attention.q_proj.weight, gain=2.0)
            attention.k_proj.weight.copy_(attention.q_proj.weight)
        for attention in looking + talking:
            nn.init.orthogonal_(attention.v_proj.weight)
            attention.out_proj.weight.copy_(attention.v_proj.weight.T)
        for layer in small:
            layer.weight.mul_(0.2)
        for token in tokens:
            token.weight.mul_(0.3)
    return sam


def learn_to_see(sam: Any, lessons: Lessons, scenes: Stock, steps: int) -> None:
    """The first stage: the encoder, its lessons, and clicks without attention; 16 scenes a step."""
    descend = descent([*sam.parameters(), *lessons.parameters()], RATES[1], steps)
    for _ in range(steps):
        now = batch(scenes, 16)
        embeddings = encoded(sam, now.images)
        clicks = some_clicks(now.regions, 6)
        logits = decoded_at(sam, embeddings, clicks)
        loss = prompt_loss(logits, None, clicks.targets, clicks.weights, 0.3)
        descend(loss + lessons(embeddings, now.regions), "lessons")


def learn_prompts(
    sam: Any, lessons: Lessons, scenes: Stock, steps: int, rate: float, *, encoder_rests: bool
) -> None:
    """The other stages: 8 scenes a step, some prompts for each."""
    descend = descent([*sam.parameters(), *lessons.parameters()], rate, steps)
    for step in range(steps):
        now = batch(scenes, 8)
        with torch.set_grad_enabled(not encoder_rests):
            embeddings = encoded(sam, now.images)
        if encoder_rests:
            loss = first_answers(sam, embeddings, now.regions, 3)[0]
        else:
            loss = dialogues(sam, embeddings, now.regions, boxes_too=step % 2 == 1)
            if step % 2 == 0:
                loss = loss + 0.6 * lessons(embeddings, now.regions)
        descend(loss, "clicks and boxes" if encoder_rests else "dialogues")


Answer = tuple[Prompts, Tensor, Tensor]  # prompts, logits (N, 4, 64, 64), scores (N, 4)


def first_answers(
    sam: Any, embeddings: Tensor, regions: Tensor, clicks: int
) -> tuple[Tensor, Answer, Answer]:
    """Single clicks and single boxes: the loss, and both answers."""
    loss, answers = torch.zeros(()), []
    for prompts, single in ((some_clicks(regions, clicks), 0.3), (some_boxes(regions, 2), 1.0)):
        own = embeddings[prompts.scenes]
        logits, scores = decoded(sam, own, prompts.clicks, prompts.boxes)
        loss = loss + prompt_loss(logits, scores, prompts.targets, prompts.weights, single)
        answers.append((prompts, logits, scores))
    return loss, answers[0], answers[1]


def dialogues(sam: Any, embeddings: Tensor, regions: Tensor, boxes_too: bool) -> Tensor:
    """First prompts, then clicks where the answers were wrong."""
    loss, clicked, boxed = first_answers(sam, embeddings, regions, 3)
    more = int(torch.randint(4, ()))
    for answer, others in [(clicked, more), (boxed, 0)][: 1 + boxes_too]:
        prompts, logits = corrected(*answer, others)
        mask = logits if torch.rand(()) < 0.5 else None
        own = embeddings[prompts.scenes]
        logits, scores = decoded(sam, own, prompts.clicks, prompts.boxes, mask)
        loss = loss + prompt_loss(logits, scores, prompts.targets, prompts.weights, 1.0)
    return loss


def descent(weights: list[Tensor], rate: float, steps: int) -> Callable[[Tensor, str], None]:
    """AdamW with one cycle of the rate: a function that goes one step down, and reports."""
    optimizer = torch.optim.AdamW(weights, betas=(0.9, 0.98), weight_decay=0.02)
    schedule = OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.15)
    losses: list[float] = []

    def descend(loss: Tensor, name: str) -> None:
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if len(losses) % 50 == 0:
            print(f"{name} {len(losses)}: loss {sum(losses[-50:]) / 50:.3f}", flush=True)

    return descend


if __name__ == "__main__":
    main()
