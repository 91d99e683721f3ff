"""The facts in session 08's questions, computed: by running what they ask about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from segment_anything import SamPredictor, sam_model_registry
from segment_anything.utils.amg import build_point_grid
from segment_anything.utils.transforms import ResizeLongestSide
from torch.utils.flop_counter import FlopCounterMode

from cvlib import prompt_runs, prompting, regions, small_sam
from cvlib.quizzes import Question, find_question, judge_answer, load_banks, right_answer
from cvlib.quizzes.answers import read_answer

BANK = next(bank for bank in load_banks() if bank.session == "08_sam_prompting")
META = torch.device("meta")


def masks_that_share(a: int, b: int, shared: int) -> tuple[torch.Tensor, torch.Tensor]:
    row = torch.arange(a + b)
    return (row < a)[None], ((row >= a - shared) & (row < a - shared + b))[None]


def moved(x: float) -> float:
    point = ResizeLongestSide(1024).apply_coords(np.array([[x, 0.0]]), (600, 800))
    return float(point[0, 0])


ORACLES: dict[str, Callable[[], Any]] = {
    "08-area-of-box": lambda: 30 - 10,
    "08-iou-of-sets": lambda: prompting.mask_iou(*masks_that_share(30, 50, 20)).item(),
    "08-patches": lambda: (1024 // 16) ** 2,
    "08-encoder-in-the-loop": lambda: (10 - 1) * 3,
    "08-xywh-box": lambda: (40, 30, 40 + 20, 30 + 10),
    "08-points-shape": lambda: np.array([[x, 2 * x] for x in range(5)]).shape,
    "08-resized": lambda: ResizeLongestSide.get_preprocess_shape(600, 800, 1024),
    "08-moved-point": lambda: moved(200),
    "08-fourier-shape": lambda: (
        prompting.fourier_position_encoding(torch.rand(4, 3, 2), torch.randn(2, 128)).shape
    ),
    "08-noc-value": lambda: prompting.number_of_clicks(
        [[0.9], [0.5, 0.8, 0.86], [0.7] * 10], 0.85, 10
    ),
    "08-grid-clicks": lambda: 3 * len(build_point_grid(32)),
}

SLIPS: dict[tuple[str, str], Callable[[], Any]] = {
    ("08-iou-of-sets", "0.25"): lambda: 20 / (30 + 50),
    ("08-iou-of-sets", "0.5"): lambda: 2 * 20 / (30 + 50),
    ("08-patches", "65536"): lambda: (1024 // 4) ** 2,
    ("08-encoder-in-the-loop", "0.5"): lambda: 10 * 0.05,
    ("08-moved-point", "341"): lambda: 200 * 1024 / 600,
    ("08-noc-value", "2"): lambda: (1 + 3) / 2,
    ("08-grid-clicks", "1024"): lambda: 32 * 32,
    ("08-grid-clicks", "96"): lambda: 32 * 3,
}


@pytest.mark.parametrize(
    "question",
    [question for question in BANK.questions if question.kind in ("number", "shape")],
    ids=lambda question: question.id,
)
def test_values_are_what_the_code_computes(question: Question) -> None:
    assert judge_answer(question, ORACLES[question.id]()).right


@pytest.mark.parametrize(("question_id", "text"), SLIPS)
def test_slips_give_what_their_explanation_says(question_id: str, text: str) -> None:
    question = find_question(question_id)
    assert text in [option.text for option in question.options]
    slip = read_answer(question, text)
    assert slip == pytest.approx(SLIPS[question_id, text](), abs=0.5 if slip > 100 else 0.005)


def right_text(question_id: str) -> str:
    question = find_question(question_id)
    return question.shown[question.letters.index(right_answer(question))].text


# Facts about the models ---------------------------------------------------------------------------


def macs(run: Callable[[], Any]) -> float:
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops() / 2e6


def work_of(sam: Any) -> tuple[float, float]:
    """Millions of MACs of the encoder, and of one click; on the meta device.

    There a click can't be encoded, for SAM looks at its label; a box makes as many tokens, two.
    """
    size = sam.image_encoder.img_size

    def click(features: torch.Tensor) -> None:
        sparse, dense = sam.prompt_encoder(None, torch.empty(1, 4, device=META), None)
        places = torch.empty_like(features)
        sam.mask_decoder(features, places, sparse, dense, multimask_output=True)

    sam.requires_grad_(False)
    picture = torch.empty(1, 3, size, size, device=META)
    features = sam.image_encoder(picture)
    return macs(lambda: sam.image_encoder(picture)), macs(lambda: click(features))


def test_a_picture_costs_twenty_clicks_or_two_hundred_and_seventy() -> None:
    with META:
        small, large = small_sam.untrained_sam(), sam_model_registry["vit_b"]()
    picture, click = work_of(small)
    assert (picture, click) == pytest.approx((717, 35), rel=0.01)
    assert picture / click == pytest.approx(20, abs=1)
    picture, click = work_of(large)
    assert (picture, click) == pytest.approx((486_000, 1800), rel=0.01)
    assert picture / click == pytest.approx(270, abs=3)
    assert right_text("08-cost") == "About 20 times, and about 270 times."


def test_parameters_of_the_large_one() -> None:
    with META:
        sam = sam_model_registry["vit_b"]()
    counts = [sum(p.numel() for p in part.parameters())
              for part in (sam.prompt_encoder, sam.mask_decoder, sam.image_encoder)]  # fmt: skip
    assert counts == [6_220, 4_058_340, 89_670_912]
    assert sum(p.numel() for p in sam.parameters()) == pytest.approx(94e6, rel=0.005)
    options = [option.text for option in find_question("08-order-of-cost").options]
    assert options == ["prompt encoder", "mask decoder", "image encoder"]
    for option, count in zip(find_question("08-order-of-cost").options, counts, strict=True):
        assert f"{count:,}" in option.explanation
    tokens = sam.prompt_encoder.num_point_embeddings + 1
    assert f"{tokens}" == "5"  # and "not a point": learned vectors for points and corners
    assert sam.prompt_encoder.pe_layer.positional_encoding_gaussian_matrix.shape == (2, 128)
    assert sam.mask_decoder.num_mask_tokens == 4
    assert sam.mask_threshold == 0


def test_attention_of_the_large_one() -> None:
    assert pytest.approx(16.8e6, rel=0.005) == 4096**2
    with META:
        blocks = sam_model_registry["vit_b"]().image_encoder.blocks
    assert len(blocks) == 12
    assert sorted(block.window_size for block in blocks) == [0] * 4 + [14] * 8  # 0: all with all


# Facts about code that lies -----------------------------------------------------------------------


def untrained() -> SamPredictor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return SamPredictor(small_sam.untrained_sam().eval())


def test_predictor_raises_no_error_for_blue_first_and_for_width_and_height() -> None:
    predictor, photo = untrained(), prompt_runs.task(1)[0]
    seen = []
    for given, kind in ((photo, "RGB"), (photo[..., ::-1], "RGB"), (photo[..., ::-1], "BGR")):
        predictor.set_image(given, kind)
        seen.append(predictor.get_image_embedding())
    assert not torch.allclose(seen[0], seen[1])
    torch.testing.assert_close(seen[0], seen[2])
    masks, _, _ = predictor.predict(box=np.array([40, 30, 20, 10]), multimask_output=False)
    assert masks.shape == (1, 96, 128)
    assert right_text("08-bgr").startswith("Blue comes first")


def test_logits_are_no_areas_and_zero_is_the_threshold() -> None:
    predictor = untrained()
    predictor.set_image(prompt_runs.task(1)[0])
    prompt = np.array([[30, 40]]), np.array([1])
    masks, _, _ = predictor.predict(*prompt)
    logits, _, _ = predictor.predict(*prompt, return_logits=True)
    np.testing.assert_array_equal(masks, logits > 0)
    assert masks.dtype == bool
    assert logits.dtype == np.float32


def test_zero_by_zero_is_nan_and_spoils_the_mean() -> None:
    ious = torch.tensor([0.0, 1.0, 2.0]) / torch.tensor([0.0, 2.0, 2.0])
    assert torch.isnan(ious.mean())
    assert right_text("08-nan-mean") == "nan"


def test_a_point_of_a_mask_is_row_then_column() -> None:
    mask = torch.zeros(3, 5, dtype=torch.bool)
    mask[2, 4] = True
    box = prompting.mask_to_box(mask)
    x, y = int(box[0]), int(box[1])
    assert mask[y, x]
    assert [option.text for option in find_question("08-row-and-column").options] == ["y", "x"]


def test_centroid_of_a_ring_lies_in_its_hole() -> None:
    ring = torch.zeros(9, 9, dtype=torch.bool)
    ring[1:8, 1:8] = True
    ring[3:6, 3:6] = False
    y, x = ring.nonzero().float().mean(dim=0).int().tolist()
    assert not ring[y, x]
    assert right_text("08-centroid").startswith("That the hole")
    deepest = regions.depth(ring).argmax()
    assert ring.flatten()[deepest]


# Predictions about the trained one ----------------------------------------------------------------


@pytest.fixture(scope="module")
def predictor() -> SamPredictor:
    return small_sam.small_predictor()


def test_three_masks_are_as_much_work_as_one(predictor: SamPredictor) -> None:
    predictor.model.requires_grad_(False)
    predictor.set_image(prompt_runs.marked(3)[0])
    prompt = np.array([[30, 40]]), np.array([1])
    one, three = (
        macs(lambda several=several: predictor.predict(*prompt, multimask_output=several))
        for several in (False, True)
    )
    assert one == three == pytest.approx(35, abs=0.5)
    assert right_text("08-three-masks") == "None at all."


@pytest.mark.slow
def test_clicks_in_the_middle_of_all_errors_get_stuck() -> None:
    def anywhere(pred: torch.Tensor, target: torch.Tensor) -> tuple[int, int, int]:
        places = (pred != target).nonzero()
        y, x = places[7919 * len(places) % 104729 % len(places)].tolist()
        return x, y, int(target[y, x])

    predictor = prompt_runs.counting_predictor()
    after_six = []
    for choose in (prompting.next_click, anywhere, regions.plain_click):
        last = []
        for seed in range(300, 330):
            photo, target = prompt_runs.task(seed)
            trace = prompting.interactive_segment(predictor, photo, target, 6, 1.0, choose)
            last.append(trace.ious[-1])
        after_six.append(np.mean(last))
    assert after_six[2] < min(after_six[:2]) - 0.01
    assert right_text("08-strategies") == "The middle of all errors."


def test_a_box_as_width_and_height_is_no_error_but_another_mask(predictor: SamPredictor) -> None:
    ious: dict[str, list[float]] = {"xyxy": [], "xywh": []}
    for seed in range(400, 420):
        photo, target = prompt_runs.task(seed)
        predictor.set_image(photo)
        x1, y1, x2, y2 = prompting.mask_to_box(target).tolist()
        boxes = {"xyxy": (x1, y1, x2, y2), "xywh": (x1, y1, x2 - x1, y2 - y1)}
        for name, box in boxes.items():
            masks, _, _ = predictor.predict(box=np.array(box), multimask_output=False)
            ious[name].append(prompting.mask_iou(masks[0], target).item())
    assert np.mean(ious["xywh"]) < 0.8 * np.mean(ious["xyxy"])
    assert right_text("08-wrong-box") == "Other masks, without an error."


def test_every_prediction_is_used_in_the_session(request: pytest.FixtureRequest) -> None:
    text = (request.config.rootpath / "course" / "08_sam_prompting.py").read_text(encoding="utf-8")
    for question in BANK.questions:
        if question.kind == "prediction":
            assert f'predict("{question.id}", "?")' in text
            assert f'explain("{question.id}")' in text
    for group in BANK.titles:
        assert f'quiz("{group}")' in text
