"""One submission in the real engine: restarts, limits of time, what is left when a judge dies."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import Any

import psutil
import pytest

from autograder.engine import sandbox
from autograder.engine.engine import Engine
from autograder.engine.ticket import Budget, Step, Ticket, ticket_in, ticket_out
from autograder.errors import GradingError

pytestmark = pytest.mark.skipif(
    bool(sandbox.reason_against()), reason=f"no sandbox: {sandbox.reason_against()}"
)

QUICK = Budget(10, 40)
SHOW = "from IPython.display import Image, display\nfor _ in range({}): display(Image({}))"
PICTURE = "b'\\x89PNG\\r\\n\\x1a\\n' + bytes({})"


def ticket(*texts: tuple[str, str], budget: Budget = QUICK) -> Ticket:
    steps = tuple(Step(n, role, f"step {n}", source) for n, (role, source) in enumerate(texts))
    return Ticket(steps, frozenset(), budget)


def said(result: dict[str, Any], index: int) -> str:
    """All that an output of a cell says."""
    parts = [f"{o.get('text', '')}{o.get('evalue', '')}{o.get('data', {}).get('text/plain', '')}"
             for o in result["outputs"].get(index, [])]  # fmt: skip
    return "".join(parts)


def test_a_ticket_survives_the_way_to_the_judge() -> None:
    plain = ticket(("student", "x = 1"), ("test", "x"))
    assert ticket_in(ticket_out(plain)) == plain


def test_names_go_from_cell_to_cell_and_to_the_tests(engine: Engine) -> None:
    result = engine.run(ticket(("locked", "import math"), ("student", "x = math.floor(2.5)"),
                               ("student", "x"), ("test", "assert x == 2\n1.5"),
                               ("test", "assert x == 3, 'not three'")))  # fmt: skip
    assert [said(result, n) for n in range(5)] == ["", "", "2", "1.5", "not three"]


def test_what_a_test_defines_never_stands_for_an_answer(engine: Engine) -> None:
    """Nor does it replace what the set-up gave."""
    result = engine.run(ticket(("locked", "import math"), ("student", "x = 1"),
                               ("test", "warm = [x]; math = None; assert warm == [1]"),
                               ("student", "warm = 2.5"), ("test", "assert warm == 2.5"),
                               ("test", "math.floor(warm)")))  # fmt: skip
    assert [said(result, n) for n in range(6)] == ["", "", "", "", "", "2"]


def test_what_a_notebook_sets_for_all_of_torch_changes_no_verdict(engine: Engine) -> None:
    """In one process it would change the reference alike."""
    answer = """
import torch
torch.set_default_dtype(torch.float64), torch.set_grad_enabled(False)
def f(x): return torch.full((1,), 2.0) * x
class Net(torch.nn.Linear): pass
"""
    test = """
x = check.inputs().normal(4, 3)
earned = check.function(f, like=lambda x: 2 * x, cases=[(x,)], gradients=True, points=1)
earned + check.module(Net, like=torch.nn.Linear, configs=[(3, 2)], inputs=[x], points=1)
"""
    result = engine.run(ticket(("locked", "import torch\nfrom cvlib import check"),
                               ("student", answer), ("test", test)))  # fmt: skip
    assert said(result, 2).endswith("2"), said(result, 2)


@pytest.mark.parametrize(
    ("session", "refused"), [("01", [True, False]), ("03", [False, True]), ("", [True, True])]
)
def test_the_course_s_own_solutions_are_sealed_by_session(
    engine: Engine, session: str, refused: list[bool]
) -> None:
    plain = ticket(
        (
            "student",
            "import torch, cvlib.pooling as p; p.max_pool2d(torch.ones(1, 1, 4, 4), 2)",
        ),
        ("student", "from cvlib.models import vgg; vgg.vgg_block(3, 4, 1)"),
    )
    result = engine.run(dataclasses.replace(plain, session=session))
    assert ["write this one yourself" in said(result, n) for n in range(2)] == refused


def test_after_an_end_the_cells_before_are_run_again(engine: Engine) -> None:
    result = engine.run(ticket(("student", "x = 1"), ("student", "y = x + 1"),
                               ("student", "import os; os._exit(1)"),
                               ("student", "z = y + 1"), ("test", "assert z == 3")))  # fmt: skip
    assert "the process ended" in said(result, 2)
    assert said(result, 3) == said(result, 4) == ""


def test_a_cell_that_fails_only_when_run_again_is_left_out(engine: Engine) -> None:
    """It leaves a mark outside of its process? It can't; it uses the clock."""
    fragile = f"import os, time\nif time.time() > {time.time() + 1.5}: os._exit(1)\nx = 1"
    result = engine.run(ticket(("student", fragile), ("student", "y = 2"),
                               ("student", "time.sleep(2); os._exit(1)"),
                               ("test", "assert y == 2"), ("test", "x")))  # fmt: skip
    assert said(result, 3) == ""
    assert "not defined" in said(result, 4)


def test_a_cell_that_hangs_costs_only_itself(engine: Engine) -> None:
    result = engine.run(ticket(("student", "x = 1"), ("student", "while True: pass"),
                               ("test", "assert x == 1"), budget=Budget(0.5, 20)))  # fmt: skip
    assert "too long" in said(result, 1)
    assert said(result, 2) == ""


def test_a_test_that_takes_too_long_is_stopped_as_well(engine: Engine) -> None:
    result = engine.run(ticket(("test", "while True: pass"), ("test", "2"),
                               budget=Budget(0.3, 20)))  # fmt: skip
    assert "too long" in said(result, 0)
    assert said(result, 1) == "2"


def test_time_for_all_cells_is_limited(engine: Engine) -> None:
    slow = [("student", f"import time; time.sleep(0.4)  # {n}") for n in range(10)]
    result = engine.run(ticket(*slow, ("test", "1"), budget=Budget(5, 1)))
    assert "used up" in said(result, 10)


def test_missing_names_of_demonstrations_bring_these_in(engine: Engine) -> None:
    """A name that no text shows: the run is repeated with all demonstrations."""
    result = engine.run(ticket(("demo", "x = 5"), ("student", "y = globals()['x']; y + z"),
                               ("demo", "pass"), ("test", "assert x == 5")))  # fmt: skip
    assert said(result, 3) == ""


def test_a_failed_locked_cell_is_told_and_the_rest_goes_on(engine: Engine) -> None:
    result = engine.run(ticket(("locked", "1 / 0"), ("student", "x = 1"), ("test", "x")))
    assert "division" in said(result, 0)
    assert said(result, 2) == "1"


def test_many_pictures_arrive(engine: Engine) -> None:
    """More than a message's header may hold."""
    text = SHOW.format(10, PICTURE.format(1_500_000))
    result = engine.run(ticket(("student", text), ("test", "1")))
    assert sum("image/png" in o["data"] for o in result["outputs"][0]) == 10
    assert said(result, 1) == "1"


def test_outputs_of_a_notebook_are_limited(engine: Engine) -> None:
    text = SHOW.format(8, PICTURE.format(2_000_000))
    result = engine.run(ticket(*[("student", text + f"\n# {n}") for n in range(4)], ("test", "1")))
    assert "too large to keep" in said(result, 3)
    assert said(result, 4) == "1"


def test_nothing_is_left_when_a_judge_is_killed(engine: Engine) -> None:
    """The watcher ends the learner's processes even if these ignore everything."""
    stubborn = (
        "import os, signal, time\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
        "for _ in range(3):\n    if os.fork() == 0: os.setsid()\n"
        "while True:\n    try: time.sleep(100)\n    except BaseException: pass\n"
    )
    failed: list[GradingError] = []

    def run() -> None:
        try:
            engine.run(ticket(("student", stubborn), budget=Budget(60, 100)))
        except GradingError as error:
            failed.append(error)

    parents = engine.running()
    students = psutil.Process(parents.students.pid)
    before = set(students.children(recursive=True))  # some may be ending just now
    thread = threading.Thread(target=run)
    thread.start()
    wait_for(lambda: len(set(students.children(recursive=True)) - before) >= 9)
    for judge in psutil.Process(parents.judges.pid).children():
        judge.kill()
    thread.join(60)
    assert failed
    assert "the judge's process failed" in str(failed[0])
    wait_for(lambda: set(students.children(recursive=True)) <= before)


def wait_for(happens: Any) -> None:
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.05)
