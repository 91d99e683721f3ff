"""What widgets with boxes take, and where they put tags."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from cvlib.widgets.box_input import as_boxes, as_names, as_picture, as_scores

from .node import needs_node, run_js


def pixels(sent: dict[str, Any]) -> np.ndarray:
    head, data = sent["image"].split(",")
    assert head == "data:image/jpeg;base64"
    return imread(io.BytesIO(base64.b64decode(data)), format="jpeg")


@pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.int64, torch.float16])
def test_boxes_keep_double_precision_only(kind: torch.dtype) -> None:
    expected = torch.float64 if kind == torch.float64 else torch.float32
    assert as_boxes("boxes", torch.tensor([[0, 1, 2, 3]], dtype=kind)).dtype == expected


@pytest.mark.parametrize("nothing", [[], torch.zeros(0), torch.zeros(0, 4), np.zeros((0, 4))])
def test_no_boxes(nothing: Any) -> None:
    assert as_boxes("boxes", nothing).shape == (0, 4)
    assert as_scores("scores", [], 0).shape == (0,)


@pytest.mark.parametrize("value", [None, "boxes", [[1, 2, 3]], [1, 2, 3, 4], [[3, 0, 1, 1]]])
def test_what_is_no_box_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="boxes must"):
        as_boxes("boxes", value)


@pytest.mark.parametrize(
    ("labels", "names", "expected"),
    [
        (None, None, ["", ""]),
        (torch.tensor([1, 0]), None, ["1", "0"]),
        (torch.tensor([1, 0]), ["cat", "dog"], ["dog", "cat"]),
        (np.array([7, 0]), {0: "cat", 7: "dog"}, ["dog", "cat"]),
        (["cow", 0], ["cat"], ["cow", "cat"]),
    ],
)
def test_labels_become_names(labels: Any, names: Any, expected: list[str]) -> None:
    assert as_names("labels", labels, 2, names) == expected


def test_unknown_label_is_refused() -> None:
    with pytest.raises(ValueError, match="labels must be numbers of the 2 names, got 2"):
        as_names("labels", torch.tensor([0, 2]), 2, ["cat", "dog"])


@pytest.mark.parametrize("layout", ["tensor", "array", "grey"])
def test_picture_arrives_as_it_is(layout: str) -> None:
    ramp = torch.linspace(0, 1, 48).expand(32, 48)
    colours = torch.stack([ramp, 1 - ramp, ramp / 2])  # (3, 32, 48)
    given = {
        "tensor": colours,
        "array": (255 * colours).round().to(torch.uint8).movedim(0, -1).numpy(),
        "grey": ramp,
    }[layout]
    sent = as_picture(given, [])
    assert sent["size"] == [48, 32]
    expected = ramp.expand(3, -1, -1) if layout == "grey" else colours
    np.testing.assert_allclose(pixels(sent) / 255, expected.movedim(0, -1).numpy(), atol=0.05)


def test_large_picture_is_sent_smaller_under_its_own_size() -> None:
    sent = as_picture(torch.rand(3, 100, 400), [], longest=200)
    assert sent["size"] == [400, 100]
    assert pixels(sent).shape == (50, 200, 3)


def test_without_a_picture_the_ground_is_as_large_as_the_boxes_need() -> None:
    boxes = [torch.tensor([[0, 0, 100, 20.0]]), torch.zeros(0, 4)]
    assert as_picture(None, boxes) == {"size": [104, 21], "image": ""}
    assert as_picture(None, []) == {"size": [8, 8], "image": ""}


@needs_node
def test_tags_lie_in_the_picture_and_apart() -> None:
    same = [[10, 10, 60, 60]] * 4 + [[95, 0, 100, 3], [0, 97, 4, 100]]
    drawing = {"scale": 5, "size": [100, 100]}
    places = run_js("box_field.js", "tagPlaces(given[0], given[1], 6)", [same, drawing])
    wide, high = 7.6 * 6 + 8, 17
    for i, (x, y) in enumerate(places):
        assert 0 <= x <= 500 - wide
        assert 0 <= y <= 500 - high
        for u, v in places[:i]:
            assert abs(x - u) >= wide or abs(y - v) >= high
