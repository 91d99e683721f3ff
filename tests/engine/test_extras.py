"""Sessions that need more than torch: the warm parents import it, and it works in the sandbox."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from autograder import session
from autograder.engine import zygote
from autograder.engine.engine import Engine
from autograder.engine.ticket import Step, Ticket

ANSWER = """\
import sys

warm = [name in sys.modules for name in ("ultralytics", "segment_anything")]

import torch
from ultralytics import YOLO

from cvlib.scenes import make_scene
from cvlib.small_yolo import load_yolo

model = load_yolo()
scene = make_scene(seed=3)
(found,) = model(scene.image[None], conf=0.0001, verbose=False)
threads = torch.get_num_threads()
kind, boxes = isinstance(model, YOLO), found.boxes.xyxy
drawn = found.plot(pil=True).size
"""
TEST = """\
import sys

assert warm == [True, True]
assert "ultralytics" in sys.modules and "segment_anything" in sys.modules
assert kind and threads == 1
assert tuple(drawn) == (128, 128)
assert boxes.shape[1] == 4 and len(boxes) > 0
"""


def test_a_detector_runs_in_the_sandbox_from_a_warm_start(equipped: Engine) -> None:
    steps = (Step(0, "student", "answer", ANSWER), Step(1, "test", "test", TEST))
    result = equipped.run(Ticket(steps, frozenset(), session="06"))
    assert not result["outputs"][0], result["outputs"][0]
    assert not result["outputs"][1], result["outputs"][1]


def test_every_extra_is_known_on_both_sides() -> None:
    assert zygote.EXTRAS.keys() == session.EXTRAS.keys()


def test_an_extra_that_is_missing_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(zygote.EXTRAS, "detection", ("no_such_module", "call"))
    zygote.import_extra("detection")


def test_an_extra_is_imported_and_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    module, calls = ModuleType("made_up_extra"), []
    module.set_up = lambda: calls.append(1)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "made_up_extra", module)
    monkeypatch.setitem(zygote.EXTRAS, "prompting", ("made_up_extra", "set_up"))
    zygote.import_extra("prompting")
    assert calls == [1]
