"""What is taken over of a learner's outputs: text and pictures, nothing that could act."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.cells import Outcome
from autograder.engine import runner
from autograder.engine.frames import StudentLost
from autograder.engine.outputs import checked_outputs, is_picture, plain_text

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(9)).decode()
anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=10,
)  # fmt: skip
outputs = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "x"])},
    optional=dict.fromkeys(("name", "text", "data", "traceback", "ename", "evalue"), anything),
)


def shown(data: dict[str, Any]) -> dict[str, Any]:
    given = [{"output_type": "display_data", "data": data, "metadata": {"isolated": True}}]
    return checked_outputs(json.dumps(given).encode())[0]


def test_only_text_and_pictures_stay() -> None:
    output = shown({"text/html": "<b>", "image/svg+xml": "<svg/>", "application/javascript": "x",
                    "text/latex": "$x$", "image/png": PNG, "text/plain": "x"})  # fmt: skip
    assert output["data"] == {"text/plain": "x", "image/png": PNG}
    assert output["metadata"] == {}


@pytest.mark.parametrize(
    "value", ['x"><script>', "PHN2Zz4=", "", None, 5, [PNG], PNG[:-1] + "é", "data:" + PNG]
)
def test_a_picture_must_be_one(value: Any) -> None:
    assert not is_picture("image/png", value)
    assert is_picture("image/png", PNG)


@given(st.lists(outputs, max_size=4) | anything)
def test_any_outputs_become_valid_ones_or_are_refused(given_outputs: Any) -> None:
    try:
        checked = checked_outputs(json.dumps(given_outputs).encode())
    except StudentLost:
        assert not isinstance(given_outputs, list)
        return
    for output in checked:
        assert output["output_type"] in ("stream", "error", "display_data", "execute_result")
        assert all(isinstance(value, str) for value in output.get("data", {}).values())
        assert isinstance(output.get("text", ""), str)


@pytest.mark.parametrize("given_outputs", [None, [], "[]", b"{}", b"nonsense", b"[" * 10**5])
def test_other_things_are_refused(given_outputs: Any) -> None:
    with pytest.raises(StudentLost):
        checked_outputs(given_outputs)


def test_half_characters_can_be_written() -> None:
    assert plain_text("a\ud800b").encode()


@pytest.mark.parametrize("points", [float("nan"), float("inf"), -1, -0.5])
def test_impossible_points_are_an_error(points: float) -> None:
    assert runner.test_outputs(Outcome(value=points))[-1]["output_type"] == "error"


@pytest.mark.parametrize("value", ["2.0", True, [2.0], object(), None])
def test_only_numbers_are_points(value: Any) -> None:
    """nbgrader gives full marks to a result that it can't read; so it gets none."""
    assert runner.test_outputs(Outcome(value=value)) == []


def test_points_are_shown_as_nbgrader_reads_them() -> None:
    assert runner.test_outputs(Outcome(value=1.5))[0]["data"] == {"text/plain": "1.5"}


def test_long_messages_are_cut() -> None:
    said = runner.test_outputs(Outcome(error=ValueError("x" * 10**6), printed="y" * 10**6))
    assert all(len(json.dumps(output)) < 3 * runner.MAX_MESSAGE for output in said)
