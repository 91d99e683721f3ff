"""Prompt programs, run and replayed: strategies are free, claims are not believed."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from cvlib import check, prompt_facts, prompt_runs, prompting, regions
from cvlib.prompting import ClickTrace

SETTINGS: dict[str, Any] = {"max_clicks": 3, "stop_iou": 0.99, "within": 3}
GOOD = prompt_facts.GOOD | {"clicks on average": "at most 3"}


@pytest.fixture(scope="module")
def runs() -> list[dict[str, Any]]:
    return prompt_runs.clicked(prompting.interactive_segment, [1, 2], **SETTINGS)


def changed(runs: list[dict[str, Any]], **other: Any) -> list[dict[str, Any]]:
    """The same runs, but the second one claims something else."""
    return [runs[0], copy.deepcopy(runs[1]) | other]


def facts(runs: Any) -> dict[str, str]:
    return prompt_facts.replayed(runs, [1, 2], **SETTINGS)


def test_an_honest_run_has_all_good_facts(runs: list[dict[str, Any]]) -> None:
    assert facts(runs) == GOOD


def test_encoder_counts_and_gives_the_real_embedding() -> None:
    predictor, photo = prompt_runs.counting_predictor(), prompt_runs.task(1)[0]
    real = prompt_runs.model()
    for count in (1, 2):
        predictor.set_image(photo)
        assert prompt_runs.calls(predictor) == count
    x = predictor.transform.apply_image(photo)
    x = real.preprocess(torch.as_tensor(x).permute(2, 0, 1)[None])
    with torch.no_grad():
        torch.testing.assert_close(predictor.get_image_embedding(), real.image_encoder(x))


def test_claims_are_replayed(runs: list[dict[str, Any]]) -> None:
    flattered = changed(runs, ious=[0.999] * len(runs[1]["ious"]))
    assert facts(flattered)["IoUs"].startswith("told 1.00 where click 1 gives 0.")
    fewer = changed(runs, clicks=runs[1]["clicks"][:-1])
    assert facts(fewer)["IoUs"] == f"{len(runs[1]['ious'])} for {len(fewer[1]['clicks'])} clicks"
    assert facts(changed(runs, mask=~runs[1]["mask"]))["mask"] == "another one"
    assert facts(changed(runs, mask=None))["mask"] == "another one"
    assert facts(changed(runs, encoded=4))["the image is encoded"] == "several times"
    assert facts(changed(runs, encoded=0))["the image is encoded"] == "never"


def test_clicks_are_judged_by_the_mask_before(runs: list[dict[str, Any]]) -> None:
    target = prompt_runs.task(2)[1]
    y, x = (~target).nonzero()[0].tolist()
    (x1, y1, label), *rest = runs[1]["clicks"]
    outside = changed(runs, clicks=[(x, y, 1), *rest])
    assert facts(outside)["clicks"] == "click 1 is on a pixel that is right already"
    exchanged = changed(runs, clicks=[(x1, y1, 1 - label), *rest])
    assert facts(exchanged)["clicks"] == "click 1 has the wrong label"


def test_when_a_dialogue_has_to_end() -> None:
    ious = [0.2, 0.6, 0.9, 0.95]
    good = prompt_facts.GOOD["it stops"]
    assert prompt_facts.stopping(ious[:3], 10, 0.85) == good
    assert prompt_facts.stopping(ious[:2], 10, 0.85) == "too early"
    assert prompt_facts.stopping(ious, 10, 0.85) == "too late"
    assert prompt_facts.stopping(ious[:2], 2, 0.85) == good
    assert prompt_facts.stopping(ious[:3], 2, 0.85) == "too late"
    assert prompt_facts.stopping([], 2, 0.85) == "too early"


def test_too_many_clicks_are_told() -> None:
    runs = prompt_runs.clicked(prompting.interactive_segment, [1], 3, 0.99, within=0.5)
    assert prompt_facts.replayed(runs, [1], 3, 0.99, within=0.5)["clicks on average"] == (
        f"{len(runs[0]['clicks']):.1f}"
    )


@pytest.mark.parametrize("junk", [
    {"clicks": 3}, {"clicks": [(1, 2)]}, {"clicks": [(1.5, 2, 1)]}, {"clicks": [(500, 2, 1)]},
    {"clicks": [(1, -2, 1)]}, {"clicks": [(1, 2, 2)]}, {"clicks": ["abc"]},
    {"clicks": [(1, 2, True)]},
    {"ious": [None]}, {"ious": "many"}, {"clicks": [(1, 1, 1)] * 201, "ious": [0.5] * 201},
])  # fmt: skip
def test_what_is_no_trace_is_refused(runs: list[dict[str, Any]], junk: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"trace|click"):
        facts(changed(runs, **junk))


@pytest.mark.parametrize("junk", [None, 7, [], [1, 2], [{}, {}], "ab"])
def test_what_are_no_runs_is_refused(junk: Any) -> None:
    with pytest.raises(ValueError, match="trace"):
        facts(junk)


def test_no_click_at_all_is_too_early() -> None:
    def lazy(predictor: Any, image: Any, target: Any, *rest: Any) -> ClickTrace:
        return ClickTrace([], [], torch.zeros_like(target))

    seen = facts(prompt_runs.clicked(lazy, [1, 2], **SETTINGS))
    assert seen["it stops"] == "too early"
    assert seen["the image is encoded"] == "never"


def test_a_result_that_is_no_trace_is_said_kindly() -> None:
    with pytest.raises(ValueError, match="must return a ClickTrace, got list"):
        prompt_runs.clicked(lambda *args: [], [1], **SETTINGS)


# Boxes, grids and the hunt ------------------------------------------------------------------------


def test_boxes_and_their_masks() -> None:
    run = prompt_runs.boxed(prompting.segment_boxes, 2)
    good = {"the image is encoded": "once", "masks": "alike"}
    assert prompt_facts.masks_of_boxes(run, 2) == good
    assert prompt_facts.masks_of_boxes(run | {"masks": ~run["masks"]}, 2)["masks"] != "alike"
    assert prompt_facts.masks_of_boxes(run | {"masks": run["masks"].float()}, 2) == good | {
        "masks": "torch.float32 instead of bool"
    }
    short = prompt_facts.masks_of_boxes(run | {"masks": run["masks"][:1]}, 2)["masks"]
    assert short == f"of shape {(1, 96, 128)}"
    none = prompt_runs.boxed(prompting.segment_boxes, 2, count=0)
    assert none["masks"].shape == (0, 96, 128)
    assert prompt_facts.masks_of_boxes(none | {"encoded": 0}, 2, count=0) == good


def test_boxes_hold_their_things() -> None:
    _, boxes = prompt_runs.things(2)
    masks = prompt_runs.made(2).masks[:, : prompt_runs.HEIGHT]
    expected = prompting.mask_to_box(masks[masks.sum(dim=(1, 2)) >= 60])
    torch.testing.assert_close(boxes, expected)


def test_each_mask_of_a_grid_has_to_be_one_that_the_judge_finds() -> None:
    how: dict[str, Any] = {"grid": 3, "min_score": -5.0, "iou_threshold": 0.5}
    run = prompt_runs.gridded(prompting.automatic_masks, 3, **how)
    found = run["masks"]
    good = prompt_facts.masks_of_grid(run, 3, **how)
    assert good == {"the image is encoded": "once", "masks": len(found),
                    "masks that are missing": 0, "masks that are too much": 0,
                    "the best comes first": True}  # fmt: skip
    assert len(found) > 1
    twice = run | {"masks": torch.cat([found, found[:1]])}
    assert prompt_facts.masks_of_grid(twice, 3, **how)["masks"] == len(found) + 1
    fewer = prompt_facts.masks_of_grid(run | {"masks": found[1:]}, 3, **how)
    assert fewer["masks that are missing"] == 1
    assert prompt_facts.masks_of_grid(run | {"masks": found.flip(0)}, 3, **how) == good | {
        "the best comes first": False
    }
    for junk in (None, found.float(), found[0], found[:, :5]):
        facts_of_junk = prompt_facts.masks_of_grid(run | {"masks": junk}, 3, **how)
        assert facts_of_junk.keys() == good.keys()
        assert facts_of_junk["masks"] != good["masks"]
    with pytest.raises(ValueError, match="automatic_masks must return one tensor, got list"):
        prompt_runs.gridded(lambda *args, **settings: list(found), 3, **how)


def test_programs_agree_with_a_loop_over_the_predictor() -> None:
    photo, boxes = prompt_runs.things(2)
    predictor = prompt_runs.counting_predictor()
    ours = prompting.segment_boxes(predictor, photo, boxes)
    for box, mask in zip(boxes, ours, strict=True):
        theirs, _, _ = predictor.predict(box=box.numpy(), multimask_output=False)
        assert prompting.mask_iou(mask, theirs[0]) > 0.99
    everything = prompting.automatic_masks(predictor, photo, 2, min_score=-5.0, iou_threshold=1.0)
    masks = [predictor.predict(point.numpy()[None], np.array([1]))[0]
             for point in prompting.point_grid(2, photo.shape[:2])]  # fmt: skip
    some = torch.from_numpy(np.concatenate(masks))
    some = some[some.flatten(1).any(dim=1)]
    assert len(everything) == len(some)
    alike = prompting.mask_iou(everything[:, None], some[None]) > 0.99
    assert alike.any(dim=0).all()
    nothing = prompting.automatic_masks(predictor, photo, 1, min_score=99.0)
    assert nothing.shape == (0, 96, 128)


@pytest.mark.parametrize("boxes", [torch.zeros(3), torch.tensor([[40.0, 30, 20, 10]])])
def test_boxes_that_are_none_are_refused(boxes: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="boxes must be"):
        prompting.segment_boxes(prompt_runs.counting_predictor(), prompt_runs.task(1)[0], boxes)


@pytest.mark.parametrize("target", [torch.zeros(96, 128), torch.ones(3, 4)])
def test_targets_that_are_none_are_refused(target: torch.Tensor) -> None:
    predictor, photo = prompt_runs.counting_predictor(), prompt_runs.task(1)[0]
    with pytest.raises(ValueError, match="target must be"):
        prompting.interactive_segment(predictor, photo, target.bool())


def test_the_hunt_sees_whether_red_comes_first() -> None:
    good = prompt_facts.masks_cut(prompt_runs.cut(prompting.cut_out, 2), 2)
    assert good == {
        "the image is encoded": "once",
        "masks": "alike",
        "the model sees red first": True,
        "boxes are kept": True,
    }

    def blue_first(predictor: Any, photo: Any, boxes: torch.Tensor) -> torch.Tensor:
        return prompting.cut_out(predictor, photo[..., ::-1], boxes)

    seen = prompt_facts.masks_cut(prompt_runs.cut(blue_first, 2), 2)
    assert seen["the model sees red first"] is False

    def careless(predictor: Any, photo: Any, boxes: torch.Tensor) -> torch.Tensor:
        masks = prompting.cut_out(predictor, photo, boxes)
        boxes += 1
        return masks

    assert prompt_facts.masks_cut(prompt_runs.cut(careless, 2), 2) == good | {
        "boxes are kept": False
    }


def test_another_strategy_passes_the_check_and_a_liar_does_not() -> None:
    how: dict[str, Any] = {
        "like": prompting.interactive_segment, "through": prompt_runs.clicked,
        "facts": prompt_facts.replayed, "cases": [check.case([1, 2], **SETTINGS)],
    }  # fmt: skip

    def mine(predictor: Any, image: Any, target: Any, most: int, stop: float) -> ClickTrace:
        predictor.set_image(image)
        clicks, ious, mask, logits = [], [], torch.zeros_like(target), None
        while len(clicks) < most and (not ious or ious[-1] < stop):
            clicks.append(regions.plain_click(mask, target))
            points = np.array(clicks)
            masks, scores, low = predictor.predict(
                points[:, :2], points[:, 2], mask_input=logits, multimask_output=len(clicks) == 1
            )
            best = scores.argmax()
            mask, logits = torch.from_numpy(masks[best]), low[best][None]
            ious.append(((mask & target).sum() / (mask | target).sum()).item())
        return ClickTrace(clicks, ious, mask)

    def liar(*args: Any) -> ClickTrace:
        trace = mine(*args)
        return ClickTrace(trace.clicks, [1.0 for _ in trace.ious], trace.mask)

    check.function(mine, **how)
    with pytest.raises(check.CheckFailed, match="'IoUs': expected 'what these clicks give'"):
        check.function(liar, **how)
