"""The exercise of session 06 that calls a YOLO, graded as submissions are: in two processes."""

from __future__ import annotations

from autograder.engine.engine import Engine
from autograder.engine.ticket import Step, Ticket
from autograder.session import read_session
from cvlib import mistakes
from tests.conftest import ROOT

SESSION = read_session(ROOT / "course" / "06_yolo_inference.py")
EXERCISE = next(one for one in SESSION.exercises if one.id == "06-detect")
SETUP = next(cell.source for cell in SESSION.cells if cell.role == "setup")


def test_a_right_answer_gets_everything_and_a_wrong_one_its_sentence(equipped: Engine) -> None:
    wrong = next(m for m in mistakes.of("06-detect") if m.id == "returns_boxes_of_the_square")
    tests = (
        Step(2, "test", "check", EXERCISE.check.source),
        Step(3, "test", "hidden", EXERCISE.hidden.source),
    )
    told = []
    for answer in (EXERCISE.solution.source, wrong.source("detect")):
        steps = (Step(0, "student", "setup", SETUP), Step(1, "student", "answer", answer))
        result = equipped.run(Ticket((*steps, *tests), frozenset(), session="06"))
        told.append({number: str(result["outputs"][number]) for number in range(4)})
    right, other = told
    assert "4 of 4 cases right" in right[3], right
    assert f"'text/plain': '{EXERCISE.hidden.points:g}'" in right[3], right
    assert wrong.says in other[3], other
