"""cvlib.check: what passes, what fails, and in which words it is said."""

from __future__ import annotations

import functools
import pickle
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from IPython.core.interactiveshell import InteractiveShell
from torch import Tensor

from cvlib import check, conv
from cvlib.check import CheckFailed, NotDone
from cvlib.check.seal import _seal
from cvlib.mistakes import mistake, mistaken_values

# A small exercise of our own -----------------------------------------------------------------


def scale(x: Tensor, factor: float = 2.0) -> Tensor:
    if factor <= 0:
        raise ValueError(f"factor must be positive, got {factor}")
    return x * factor


def add(a: int, b: int) -> int:
    return a + b


@mistake("97-scale", says="The factor is added, not multiplied.", asks="What does 0 become?")
def adds_the_factor(x, factor=2.0):
    if factor <= 0:
        raise ValueError(f"factor must be positive, got {factor}")
    return x + factor


@mistake("97-scale", says="The factor is squared.", asks="What does factor 3 make of 1?")
def squares_the_factor(x, factor=2.0):
    if factor <= 0:
        raise ValueError(f"factor must be positive, got {factor}")
    return x * factor**2


@mistake("97-scale", says="No factor is refused.", asks="What should factor 0 do?")
def accepts_everything(x, factor=2.0):
    return x * factor


@mistake("97-scale", says="The sign is lost.", asks="What is |−1|?", function="magnify")
def loses_the_sign(x, factor=2.0):
    if factor <= 0:
        raise ValueError(f"factor must be positive, got {factor}")
    return x.abs() * factor


mistaken_values("97-values", "halves", says="It was halved.", asks="Why half?", width=5)
mistaken_values("97-values", "halves_both", says="Both were.", asks="Both?", width=5, height=4)

CASES = [(torch.tensor([1.0, -2.0]),), (torch.tensor([[0.5, 3.0]]), 3.0), (torch.ones(1), 0.0)]
check_scale = functools.partial(check.function, like=scale, exercise="97-scale", cases=CASES)


def failure(call: Callable[[], Any]) -> CheckFailed:
    """The CheckFailed that `call` raises; its message is never longer than eight lines."""
    with pytest.raises(CheckFailed) as caught:
        call()
    assert len(str(caught.value).splitlines()) <= 8
    return caught.value


# check.function ------------------------------------------------------------------------------


def test_right_answer_passes_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_scale(lambda x, factor=2.0: scale(x.clone(), factor)) is None
    assert capsys.readouterr().out == "✓ scale: 3 of 3 cases right\n"
    assert check_scale(lambda *a: scale(*a), points=4) == 4


def test_message_shows_the_case_the_first_wrong_number_and_the_diagnosis() -> None:
    error = failure(lambda: check_scale(adds_the_factor))
    assert str(error).splitlines() == [
        "scale: 1 of 3 cases right. The first wrong one:",
        "  scale(tensor([1.0, -2.0]))",
        "  shape (2,) is right, but 2 of 2 numbers are not",
        "  first at [0]: expected 2, got 3",
        "What happened: The factor is added, not multiplied.",
        "Think about: What does 0 become?",
    ]
    assert (error.passed, error.total, error.mistakes) == (1, 3, ("adds_the_factor",))


def test_mistakes_are_told_apart_by_the_cases() -> None:
    assert failure(lambda: check_scale(squares_the_factor)).mistakes == ("squares_the_factor",)
    assert failure(lambda: check_scale(accepts_everything)).mistakes == ("accepts_everything",)


def test_mistakes_that_the_cases_do_not_tell_apart_are_both_named() -> None:
    error = failure(
        lambda: check_scale(lambda x, factor=2.0: x + 2, cases=[(torch.tensor(2.0) * 1.5,)])
    )
    assert error.mistakes == ("adds_the_factor",)
    one_case = [(torch.tensor(2.0),), (torch.tensor(2 / 3),)]  # x+2, x·4 agree on the second only
    both = failure(lambda: check_scale(lambda x, factor=2.0: x + factor, cases=one_case[1:]))
    assert both.mistakes == ("adds_the_factor", "squares_the_factor")
    assert str(both).count("What may have happened: ") == 2


def test_unknown_mistake_gets_no_diagnosis() -> None:
    error = failure(lambda: check_scale(lambda x, factor=2.0: x * 17))
    assert error.mistakes == ()
    assert "happened" not in str(error)


def test_partial_credit_is_the_share_of_right_cases(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_scale(accepts_everything, points=3) == 2
    told = capsys.readouterr().out
    assert "2 of 3 cases right" in told
    assert "What happened: No factor is refused." in told
    failure(lambda: check_scale(lambda x, factor=2.0: None, cases=CASES[:2], points=3))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, factor=2.0: None, "got None (is a `return` missing?)"),
        (lambda x, factor=2.0: 3.0, "expected a tensor of shape (2,), got 3"),
        (lambda x, factor=2.0: (x * factor)[None], "expected shape (2,), yours has (1, 2)"),
        (lambda x, factor=2.0: (x * factor).double(), "dtype is torch.float64 instead of"),
        (lambda x, factor=2.0: x.no_such_thing, "your code stopped with AttributeError"),
        (lambda: 1, "your code stopped with TypeError"),
        (lambda x, factor=2.0: {"a": x}, "got {'a'"),
        (lambda x, factor=2.0: x * float("nan"), "got nan"),
    ],
    ids=["None", "number", "shape", "dtype", "error", "signature", "dict", "nan"],
)
def test_wrong_kind_of_result_is_said_in_words(answer: Callable[..., Any], words: str) -> None:
    assert words in str(failure(lambda: check_scale(answer)))


def test_missing_and_other_exception_are_told() -> None:
    missing = failure(lambda: check_scale(lambda x, factor=2.0: x * factor, cases=CASES[2:]))
    assert "expected a ValueError (factor must be positive, got 0.0), but there was none" in str(
        missing
    )

    def other(x: Tensor, factor: float = 2.0) -> Tensor:
        raise KeyError("factor")

    wrong = failure(lambda: check_scale(other, cases=CASES[2:]))
    assert "expected a ValueError, but got KeyError" in str(wrong)


def test_subclass_of_the_expected_exception_will_do() -> None:
    class BadFactorError(ValueError):
        pass

    def answer(x: Tensor, factor: float = 2.0) -> Tensor:
        raise BadFactorError

    check_scale(answer, cases=CASES[2:])


def test_changed_argument_is_told_and_does_not_reach_the_next_case() -> None:
    def answer(x: Tensor, factor: float = 2.0) -> Tensor:
        if factor <= 0:
            raise ValueError
        return x.mul_(factor)

    before = [case[0].clone() for case in CASES]
    error = failure(lambda: check_scale(answer))
    assert "the result is right, but your function changed its argument x" in str(error)
    assert all(torch.equal(case[0], kept) for case, kept in zip(CASES, before, strict=True))


def test_gradients_are_compared_where_asked() -> None:
    def detached(x: Tensor, factor: float = 2.0) -> Tensor:
        return scale(x.detach(), factor)

    def through_data(x: Tensor, factor: float = 2.0) -> Tensor:
        return scale(x, factor) + 0 * x.sum() + (x - x.detach())

    cases = CASES[:2]
    check_scale(detached, cases=cases)
    error = failure(lambda: check_scale(detached, cases=cases, gradients=True))
    assert "the values are right, but no gradient reaches argument x" in str(error)
    error = failure(lambda: check_scale(through_data, cases=cases, gradients=True))
    assert "the gradient for argument x is not" in str(error)
    check_scale(lambda x, factor=2.0: x * factor, cases=cases, gradients=True)


@pytest.mark.parametrize(
    "answer",
    [F.conv2d, torch.conv2d, lambda x, w: torch.nn.functional.conv2d(x, w), torch.ops.aten.conv2d],
    ids=["F", "torch", "lambda", "aten"],
)
def test_forbidden_operation_is_seen_below_every_alias(answer: Callable[..., Any]) -> None:
    cases = [(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2))]
    error = failure(
        lambda: check.function(answer, like=conv.conv2d, cases=cases, forbid=("conv2d",))
    )
    assert "torch's own conv2d is called; here you write it by hand" in str(error)
    check.function(answer, like=conv.conv2d, cases=cases)


@pytest.mark.parametrize(
    ("name", "ready_made"),
    [("relu", F.relu), ("relu", torch.nn.ReLU(inplace=True)), ("relu", F.relu6),
     ("leaky_relu", F.leaky_relu), ("leaky_relu", torch.nn.PReLU()), ("elu", F.elu),
     ("elu", F.celu), ("sigmoid", torch.sigmoid), ("sigmoid", F.logsigmoid), ("gelu", F.gelu)],
)  # fmt: skip
def test_ready_made_activations_can_be_forbidden(name: str, ready_made: Any) -> None:
    cases = [check.case(torch.tensor([-1.0, 2.0]))]
    answer = lambda x: ready_made(x)  # noqa: E731
    like = lambda x: ready_made(x)  # noqa: E731
    error = failure(lambda: check.function(answer, like=like, cases=cases, forbid=(name,)))
    assert f"torch's own {name} is called" in str(error)


def test_forbidding_an_unknown_operation_is_the_authors_error() -> None:
    with pytest.raises(ValueError, match="forbid names an unknown operation 'warp'"):
        check_scale(adds_the_factor, forbid=("warp",))


def test_stub_is_not_done_rather_than_wrong() -> None:
    def stub(x: Tensor, factor: float = 2.0) -> Tensor:
        raise NotImplementedError("not written yet")

    with pytest.raises(NotDone, match="scale: not written yet"):
        check_scale(stub)
    with pytest.raises(NotImplementedError):
        check_scale(stub, points=3)


def test_the_reference_itself_never_counts() -> None:
    size = functools.partial(
        check.function, like=conv.conv_output_size, cases=[(7, 3)], exercise="97-size"
    )
    assert "the course's own solution" in str(failure(lambda: size(conv.conv_output_size)))
    alias = conv.conv_output_size
    error = failure(lambda: size(lambda *a: alias(*a)))
    assert "cvlib's own solution can't be part of an answer" in str(error)
    assert conv.conv_output_size(7, 3) == 5  # unsealed again


def test_a_mistake_is_found_though_the_answer_also_accepts_what_it_must_refuse() -> None:
    error = failure(lambda: check_scale(lambda x, factor=2.0: x + factor))
    assert "What happened: The factor is added" in str(error)
    assert error.mistakes == ("adds_the_factor",)


def test_a_mistake_in_another_function_of_the_exercise_is_not_told() -> None:
    error = failure(lambda: check_scale(loses_the_sign))
    assert error.mistakes == ()


def test_answers_line_is_shown_when_it_fails() -> None:
    shell = {}
    code = compile(
        "def answer(x, factor=2.0):\n    return x / 0 + y\n", "<ipython-input-1>", "exec"
    )
    exec(code, shell)
    error = failure(lambda: check_scale(shell["answer"]))
    assert "your code stopped with NameError: name 'y' is not defined (line 2" in str(error)


def test_default_dtype_of_the_learner_does_not_disturb() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        r = check.inputs()
        assert r.normal(2, 3).dtype == r.uniform(2).dtype == r.image(4, 4).dtype == torch.float32
        check.function(lambda x, w: F.conv2d(x, w), like=conv.conv2d,
                       cases=[(r.normal(1, 1, 4, 4), r.normal(1, 1, 2, 2))])  # fmt: skip
    finally:
        torch.set_default_dtype(torch.float32)


def test_tf32_is_off_inside_and_as_before_outside() -> None:
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    seen = []

    def answer(x: Tensor, factor: float = 2.0) -> Tensor:
        seen.append((matmul.allow_tf32, cudnn.allow_tf32))
        return scale(x, factor)

    matmul.allow_tf32 = cudnn.allow_tf32 = True
    try:
        check_scale(answer)
        assert seen == [(False, False)] * 3
        assert (matmul.allow_tf32, cudnn.allow_tf32) == (True, True)
    finally:
        matmul.allow_tf32, cudnn.allow_tf32 = before


def test_random_state_of_the_notebook_is_left_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    check_scale(lambda x, factor=2.0: scale(x, factor) + 0 * torch.rand(1), cases=CASES[:1])
    assert torch.equal(torch.rand(1), expected)


def test_rounding_in_another_order_passes_and_a_small_error_does_not() -> None:
    x = check.inputs().normal(1, 8, 6, 6)
    w = check.inputs(1).normal(4, 8, 3, 3)
    cases = [(x, w)]
    check.function(lambda x, w: F.conv2d(x.double(), w.double()).float(), like=conv.conv2d,
                   cases=cases)  # fmt: skip
    failure(lambda: check.function(lambda x, w: F.conv2d(x, w) * 1.001, like=conv.conv2d,
                                   cases=cases))  # fmt: skip


@pytest.mark.parametrize(
    ("got", "fine"),
    [(3, True), (3.0, False), (True, False), ("3", False), (torch.tensor(3), False), (4, False)],
)
def test_whole_numbers_must_be_whole_numbers(got: Any, fine: bool) -> None:
    if fine:
        check.function(lambda a, b: got, like=add, cases=[(1, 2)])
    else:
        failure(lambda: check.function(lambda a, b: got, like=add, cases=[(1, 2)]))


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ((1, 2), (1, 3)), ([1, 2], [1]), ([1], 1), ({"a": 1}, {"b": 1}), ({"a": 1}, {"a": 2}),
        ("x", "y"), (None, 0), (1.0, 1.1), ([torch.ones(1)], [torch.zeros(1)]), ((1,), object()),
    ],
)  # fmt: skip
def test_nested_results_are_compared_to_the_last_item(expected: Any, got: Any) -> None:
    check.function(lambda: expected, like=lambda: expected, cases=[()])
    failure(lambda: check.function(lambda: got, like=lambda: expected, cases=[()]))


def test_lying_results_are_seen_through() -> None:
    class Liar:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    class Half(Tensor):
        def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
            return torch.ones(1, dtype=torch.bool)

    failure(lambda: check.function(lambda a, b: Liar(), like=add, cases=[(1, 2)]))
    failure(lambda: check_scale(lambda x, factor=2.0: x.as_subclass(Half), cases=CASES[:1]))


def test_case_can_be_given_in_four_ways() -> None:
    cases = [check.case(1, b=2), (1, 2), {"a": 1, "b": 2}, check.case(a=1, b=2)]
    check.function(lambda a, b: a + b, like=add, cases=cases)
    check.function(lambda a: a, like=lambda a: a, cases=[7])
    assert repr(check.case(1, b=2)) == "case(1, b=2)"


def test_long_arguments_are_shortened() -> None:
    big = torch.zeros(3, 4, 5)
    error = failure(lambda: check_scale(lambda x, factor=2.0: None, cases=[(big, 1.0)]))
    assert "scale(x=float32 tensor of shape (3, 4, 5), 1)" in str(error)
    text = failure(lambda: check.function(lambda a: 0, like=lambda a: 1, cases=[("y" * 500,)]))
    assert max(map(len, str(text).splitlines())) < 200


# check.values, check.value, check.raises ------------------------------------------------------


def test_values_tell_which_are_wrong_but_not_the_right_ones() -> None:
    like = {"width": 10, "height": 8}
    error = failure(lambda: check.values({"width": 11, "height": 8}, like=like))
    assert str(error) == "1 of 2 right. Look again at width:\n  width = 11 is not right"
    assert "10" not in str(error).replace("11", "")
    missing = failure(lambda: check.values({"width": 10, "height": None}, like=like))
    assert "height = None is missing" in str(missing)
    assert check.values({"width": 10, "height": 8.0}, like=like, points=2) == 2
    assert check.values({"width": 10, "height": 7}, like=like, points=2) == 1


def test_values_are_diagnosed_when_they_are_exactly_the_mistakes() -> None:
    like = {"width": 10, "height": 8}
    values = functools.partial(check.values, like=like, exercise="97-values")
    one = failure(lambda: values({"width": 5, "height": 8}))
    assert one.mistakes == ("halves",)
    assert "What happened: It was halved.\nThink about: Why half?" in str(one)
    assert failure(lambda: values({"width": 5, "height": 4})).mistakes == ("halves_both",)
    assert failure(lambda: values({"width": 5, "height": 7})).mistakes == ()


@pytest.mark.parametrize(("given", "right"), [("b", True), (" B\n", True), ("C", False)])
def test_a_letter_may_be_small(given: str, right: bool) -> None:
    if right:
        check.value(given, like="B", name="why")
    else:
        failure(lambda: check.value(given, like="B", name="why"))


def test_values_nobody_filled_in_are_not_done() -> None:
    with pytest.raises(NotDone, match="width, height: not answered yet"):
        check.values({"width": None}, like={"width": 1, "height": 2}, points=3)


def test_one_value_with_tolerance() -> None:
    check.value(0.501, like=0.5, name="share", tolerance=0.01)
    failure(lambda: check.value(0.6, like=0.5, name="share", tolerance=0.01))
    failure(lambda: check.value(torch.ones(2), like=1, name="share"))
    failure(lambda: check.value(True, like=1, name="share"))


def test_raises_wants_the_right_kind_and_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    check.raises(ValueError, scale, torch.ones(1), factor=-1.0, mentions="factor")
    assert capsys.readouterr().out.startswith("✓ refuses (")
    none = failure(lambda: check.raises(ValueError, scale, torch.ones(1)))
    assert "should raise a ValueError" in str(none)
    kind = failure(lambda: check.raises(KeyError, scale, torch.ones(1), factor=-1.0))
    assert "It raised ValueError: factor must be positive" in str(kind)
    name = failure(
        lambda: check.raises(ValueError, scale, torch.ones(1), factor=-1.0, mentions="stride")
    )
    assert "Its message should name 'stride'" in str(name)

    def stub() -> None:
        raise NotImplementedError

    with pytest.raises(NotDone):
        check.raises(ValueError, stub)


# check.inputs --------------------------------------------------------------------------------


def test_inputs_are_the_same_for_a_seed_and_differ_between_seeds() -> None:
    assert torch.equal(check.inputs().normal(3), check.inputs().normal(3))
    assert not torch.equal(check.inputs().normal(3), check.inputs(1).normal(3))
    first = check.inputs().normal(3)
    with check.seeded(7):
        seventh = check.inputs().normal(3)
    assert not torch.equal(first, seventh)
    assert torch.equal(check.inputs().normal(3), first)


def test_inputs_have_their_shapes_and_ranges() -> None:
    r = check.inputs()
    assert r.uniform(100, low=2, high=3).min() >= 2
    whole = r.integers(-2, 3, 200)
    assert whole.dtype == torch.float32
    assert set(whole.tolist()) == {-2, -1, 0, 1, 2}
    picture = r.image(6, 9, channels=3)
    assert picture.shape == (1, 3, 6, 9)
    assert 0 <= picture.min() < picture.max() <= 1
    assert r.choice("a", "b") in ("a", "b")


# How it looks in a notebook ------------------------------------------------------------------


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[InteractiveShell, list[str]]]:
    """An IPython that writes the tracebacks it would show into a list."""
    shown: list[str] = []
    hook = sys.excepthook
    made = InteractiveShell()
    monkeypatch.setattr(
        made, "_showtraceback", lambda kind, value, lines: shown.append("\n".join(lines))
    )
    yield made, shown
    sys.excepthook = hook


CELL = """
from cvlib import check, conv
def conv_output_size(size, kernel_size):
    return {body}
check.function(conv_output_size, like=conv.conv_output_size, cases=[(7, 3)])
"""


def test_failed_check_shows_no_library_frames(shell: tuple[InteractiveShell, list[str]]) -> None:
    ipython, shown = shell
    ipython.run_cell(CELL.format(body="size - kernel_size"))
    (text,) = shown
    lines = text.splitlines()
    assert len(lines) <= 8
    assert "✗ conv_output_size: 0 of 1 cases right." in lines[0]
    assert "Traceback" not in text
    assert ".py" not in text


def test_failing_code_shows_the_learners_own_line(
    shell: tuple[InteractiveShell, list[str]],
) -> None:
    ipython, shown = shell
    ipython.run_cell(CELL.format(body="size / nothing"))
    assert "NameError: name 'nothing' is not defined (line 3: return size / nothing)" in shown[0]


def test_failure_survives_a_trip_between_processes() -> None:
    error = NotDone("not yet", passed=1, total=3, mistakes=("a",))
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is NotDone
    assert (str(copy), copy.passed, copy.total, copy.mistakes) == ("not yet", 1, 3, ("a",))


def test_a_decorated_reference_is_sealed_with_what_it_wraps() -> None:
    def adds(x: int) -> int:
        return x + seven

    seven = 7
    decorated = torch.no_grad()(adds)
    restore = _seal(decorated)
    for answer in (decorated, adds):
        with pytest.raises(RuntimeError, match="write this one yourself"):
            answer(1)
    restore()
    assert decorated(1) == adds(1) == 8


def test_a_number_that_no_float_can_hold_is_just_wrong() -> None:
    with pytest.raises(CheckFailed, match=r"expected 2\.5, got a whole number of 16610 bits"):
        check.function(lambda: 10**5000, like=lambda: 2.5, cases=[check.case()])
