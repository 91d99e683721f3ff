"""check.function with `facts` says over the wire what it says at home, and believes no claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from autograder.cells import run_cell
from cvlib import check, prompt_facts, prompt_runs, prompting, regions
from cvlib.prompting import ClickTrace
from tests.engine import test_models_on_the_wire as wire

SEEN = {"check": check, "prompt_facts": prompt_facts, "prompt_runs": prompt_runs,
        "prompting": prompting}  # fmt: skip
PROGRAM = """
check.function(
    answer, like=prompting.interactive_segment, through=prompt_runs.clicked,
    facts=prompt_facts.replayed, exercise="08-interactive", points=2,
    cases=[check.case([1], max_clicks=2, stop_iou=0.99, within=2),
           check.case([2], max_clicks=1, stop_iou=0.99, within=1)],
)
"""
CLICK = """
empty = check.inputs().uniform(9, 12) > 2
block = empty.clone()
block[2:7, 3:10] = True
check.function(answer, like=prompting.next_click, facts=prompt_facts.click_quality, points=1,
               exercise="08-next-click", cases=[check.case(empty, block), check.case(block, empty)])
"""


def program(
    predictor: Any, image: Any, target: Any, max_clicks: int, stop_iou: float
) -> ClickTrace:
    predictor.set_image(image)
    clicks, ious, mask, logits = [], [], torch.zeros_like(target), None
    for number in range(max_clicks):
        clicks.append(regions.plain_click(mask, target))
        given = np.array(clicks)
        masks, scores, low = predictor.predict(
            given[:, :2], given[:, 2], mask_input=logits, multimask_output=number == 0
        )
        best = scores.argmax()
        mask, logits = torch.from_numpy(masks[best]), low[best][None]
        ious.append(((mask & target).sum() / (mask | target).sum()).item())
        if ious[-1] >= stop_iou:
            break
    return ClickTrace(clicks, ious, mask)


def liar(*args: Any) -> ClickTrace:
    trace = program(*args)
    return ClickTrace(trace.clicks, [1.0] * len(trace.ious), trace.mask)


def encoder_twice(predictor: Any, image: Any, *rest: Any) -> ClickTrace:
    predictor.set_image(image)
    return program(predictor, image, *rest)


def first_pixel(pred: Any, target: Any) -> tuple[int, int, int]:
    y, x = (pred != target).nonzero()[0].tolist()
    return x, y, int(target[y, x])


def last_of_the_deepest(pred: Any, target: Any) -> tuple[int, int, int]:
    inside = regions.depth(pred != target)
    y, x = (inside == inside.max()).nonzero()[-1].tolist()
    return x, y, int(target[y, x])


@pytest.mark.parametrize(
    ("text", "answer", "points", "said"),
    [
        (PROGRAM, program, 2, "2 of 2 cases right"),
        (PROGRAM, liar, None, "told 1.00 where click 1 gives"),
        (PROGRAM, encoder_twice, None, "expected 'once', got 'several times'"),
        (CLICK, last_of_the_deepest, 1, "2 of 2 cases right"),
        (CLICK, first_pixel, None, "1.0 pixels, where 3.0 are possible"),
        (CLICK, lambda pred, target: (3.5, 2, 1), None, "can't be judged"),
    ],
)
def test_verdict_is_the_same_over_the_wire_as_at_home(
    text: str, answer: Any, points: float | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "SEEN", SEEN)
    home = wire.verdict(run_cell(text, {**SEEN, "answer": answer}, "test"))
    assert wire.verdict(wire.over_the_wire(text, answer)) == home
    assert home[0] == points
    assert said in home[1] + home[2]
