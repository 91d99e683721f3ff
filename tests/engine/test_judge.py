"""Stand-ins for a learner's objects: they behave in tests as the objects would."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
import torch

from autograder.engine.frames import StudentLost
from autograder.engine.judge import Judge, Link
from autograder.engine.student import Student
from cvlib import check
from cvlib.check.errors import CheckFailed
from cvlib.own_numbers import handed_in_by


def answers(x: Any = None) -> dict[str, Any]:
    """A learner's names."""

    class Net(torch.nn.Module):
        width = 3

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return 2 * x

    def double_in_place(x: torch.Tensor) -> torch.Tensor:
        x *= 2
        return x

    def fails(kind: str) -> None:
        raise {"value": ValueError, "own": type("Own", (KeyError,), {}), "stop": StopIteration,
               "exit": SystemExit, "unicode": lambda m: UnicodeDecodeError("x", b"", 0, 1, m)}[
                   kind]("told")  # fmt: skip

    return {
        "three": 3, "words": ["a", ("b", 1.5)], "table": {"k": torch.ones(2)}, "nothing": None,
        "numbers": torch.arange(3.0), "double": lambda x: 2 * x, "in_place": double_in_place,
        "fails": fails, "Net": Net, "net": Net(), "np": numpy, "words_of": "plain".split,
        "lookup": numpy.arange(5), "nested": lambda f: f(3), "sized": {1, 2, 3},
    }  # fmt: skip


@pytest.fixture
def run() -> Iterator[Callable[[str], Any]]:
    """Run a test cell's text against a learner in a thread."""
    ours, theirs = socket.socketpair()
    student = Student(theirs, SimpleNamespace(user_ns=answers()))  # type: ignore[arg-type]
    thread = threading.Thread(target=student.serve, daemon=True)
    thread.start()
    judge = Judge()
    judge.link = Link(ours)
    judge.link.deadline = time.monotonic() + 30
    judge.namespace.update(torch=torch, CheckFailed=CheckFailed)

    def run_text(text: str) -> Any:
        outcome = judge.run(text, "test")
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    run_text.judge = judge  # type: ignore[attr-defined]
    yield run_text
    ours.close()
    thread.join(5)


@pytest.mark.parametrize(
    "text",
    [
        "three == 3", "words == ['a', ('b', 1.5)]", "nothing is None",
        "torch.equal(table['k'], torch.ones(2))", "torch.equal(numbers, torch.arange(3.0))",
        "torch.equal(double(numbers), torch.tensor([0., 2., 4.]))", "double(x=4) == 8",
        "net.width == 3", "Net().width == 3", "torch.equal(net(numbers), 2 * numbers)",
        "len(sized) == 3", "lookup.shape == (5,)", "nested(double) == 6", "np.pi > 3",
        "callable(double)", "words_of() == ['plain']", "'Net' in repr(net)",
        "max([three, 2]) == 3", "[double(i) for i in range(3)] == [0, 2, 4]",
    ],
)  # fmt: skip
def test_expressions_come_out_as_in_one_process(text: str, run: Callable[[str], Any]) -> None:
    assert run(text) is True


def test_tensors_changed_in_place_come_back_changed(run: Callable[[str], Any]) -> None:
    assert run("x = torch.ones(2)\ny = in_place(x)\n(x.tolist(), y.tolist())") == ([2, 2], [2, 2])


def test_an_unknown_name_is_a_name_error(run: Callable[[str], Any]) -> None:
    with pytest.raises(NameError, match="unheard_of"):
        run("unheard_of")


@pytest.mark.parametrize(
    ("kind", "caught"),
    [("value", ValueError), ("own", KeyError), ("exit", RuntimeError), ("stop", RuntimeError),
     ("unicode", ValueError)],
)  # fmt: skip
def test_exceptions_arrive_by_their_class(
    kind: str, caught: type[Exception], run: Callable[[str], Any]
) -> None:
    with pytest.raises(caught, match="told"):
        run(f"fails({kind!r})")


def test_a_loop_can_not_be_ended_in_silence(run: Callable[[str], Any]) -> None:
    """StopIteration from an answer would end `map` early, with no test run at all."""
    with pytest.raises(RuntimeError):
        run("all(x == 99 for x in map(fails, ['stop']))")


def test_private_attributes_are_not_asked_for(run: Callable[[str], Any]) -> None:
    with pytest.raises(AttributeError):
        run("net._modules")


def test_what_was_assigned_in_a_test_stays_the_judges(run: Callable[[str], Any]) -> None:
    assert run("three = 4\nthree == 4") is True
    assert run("three == 4") is True


def test_a_name_that_a_failing_test_took_away_comes_back(run: Callable[[str], Any]) -> None:
    judge = run.judge  # type: ignore[attr-defined]
    for kept in ("three", "double"):
        assert judge.test(f"del {kept}\nassert False", "test").error is not None
        assert judge.test(f"saved = {kept}\ndel {kept}\n{kept} = saved", "test").error is None
    assert judge.test("double(three)", "test").value == 6


def test_what_a_test_defines_after_a_failing_one_is_not_the_learners(
    run: Callable[[str], Any],
) -> None:
    """The learner's process says yes to everything, and would hand back another value."""
    judge = run.judge  # type: ignore[attr-defined]
    assert judge.test("del three\nassert False", "test").error is not None
    judge.link.ask = lambda *a, **k: {"value": 99}
    assert judge.test("three = 4\nthree", "test").value == 4


def test_names_of_a_set_up_that_failed_are_not_asked_of_the_learner(
    run: Callable[[str], Any],
) -> None:
    judge = run.judge  # type: ignore[attr-defined]
    assert judge.run("1 / 0\nfrom cvlib import three, numbers as words", "setup").error is not None
    for name in ("three", "words"):
        assert isinstance(judge.test(name, "test").error, NameError)
    assert judge.test("double(4)", "test").value == 8


def test_magics_of_the_course_do_nothing_and_ask_nobody(run: Callable[[str], Any]) -> None:
    run.judge.link.ask("assign", name="get_ipython", value=7)  # type: ignore[attr-defined]
    text = "%matplotlib inline\n!pip install x\nfiles = !ls\nmean = %timeit -o 1\n6 * 7"
    assert run(text) == 42
    assert run("%%time\n1 + 1") is None


def test_an_id_can_not_keep_the_judge_busy(run: Callable[[str], Any]) -> None:
    """To put accents in order takes the square of their number."""
    link, judge = run.judge.link, run.judge  # type: ignore[attr-defined]
    link.ask("assign", name="student_id", value="a" + "\u0315\u0300" * 200_000)
    judge.namespace["check"] = check
    with handed_in_by("ada"):
        begin = time.process_time()
        assert judge.test("check.own_numbers('01-sizes', student_id)", "test").error is None
        assert time.process_time() - begin < 5


def test_built_in_names_stay_the_judges(run: Callable[[str], Any]) -> None:
    run.judge.link.ask("assign", name="len", value=7)  # type: ignore[attr-defined]
    assert run("len([1, 2])") == 2


def test_a_stranger_on_the_line_is_lost(run: Callable[[str], Any]) -> None:
    link = run.judge.link  # type: ignore[attr-defined]
    for reply in ("text", {"refused": "x"}, {}, {"raised": 5}):
        link.ask = lambda *a, reply=reply, **k: (
            reply if isinstance(reply, dict) and "refused" not in reply else Link.ask(link, "x")
        )
        with pytest.raises((StudentLost, TypeError, KeyError, RuntimeError)):
            link.value("get", name="three")
