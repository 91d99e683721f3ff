"""What predict, explain, quiz and uses_your say, and that they hide no real error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from cvlib.lesson import answer, explain, predict, quiz, uses_your
from cvlib.quizzes import find_group, markup, predictions


@pytest.fixture(autouse=True)
def fresh_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "_guesses", {})


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """Collects what is displayed, as if in a notebook's kernel."""
    shell = type("Shell", (), {"kernel": object()})()
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(markup, "get_ipython", lambda: shell)
    monkeypatch.setattr(markup, "display", lambda data, raw: shown.append(data))
    return iter([shown])


# uses_your


def conv2d(x: Any) -> Any:
    raise NotImplementedError


class Block:
    def forward(self) -> None:
        raise NotImplementedError


def test_stub_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with uses_your("max_pool2d", "conv2d"):
        conv2d(1)
    assert capsys.readouterr().out == (
        "This needs your `conv2d`. Write it, then run this cell again.\n"
    )


def test_stub_of_a_class_is_named_by_the_class(capsys: pytest.CaptureFixture[str]) -> None:
    with uses_your("Block"):
        Block().forward()
    assert "`Block`" in capsys.readouterr().out


def test_missing_name_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with uses_your("not_there_yet"):
        not_there_yet(1)  # type: ignore[name-defined]  # noqa: F821
    assert "`not_there_yet` is not there yet" in capsys.readouterr().out


def test_not_done_of_a_check_is_a_stub_too(capsys: pytest.CaptureFixture[str]) -> None:
    errors = pytest.importorskip("cvlib.check.errors")
    with uses_your("conv2d", "sobel_magnitude"):
        raise errors.NotDone("conv2d is not written yet")
    assert "your `conv2d` and `sobel_magnitude`" in capsys.readouterr().out


def test_working_code_runs_through(capsys: pytest.CaptureFixture[str]) -> None:
    with uses_your("conv2d"):
        print("picture")
    assert capsys.readouterr().out == "picture\n"


def test_other_errors_pass() -> None:
    with pytest.raises(NameError, match="typo"), uses_your("conv2d"):
        typo(1)  # type: ignore[name-defined]  # noqa: F821
    with pytest.raises(ZeroDivisionError), uses_your("conv2d"):
        print(1 / 0)


def test_not_implemented_of_torch_passes() -> None:
    """torch raises it for operations that a device or type doesn't have: no stub."""

    def conv2d() -> None:
        torch.nn.Module()(1)

    with pytest.raises(NotImplementedError, match="forward"), uses_your("conv2d"):
        conv2d()


def test_a_stub_with_its_own_words_is_a_stub(capsys: pytest.CaptureFixture[str]) -> None:
    def conv2d() -> None:
        raise NotImplementedError("later")

    with uses_your("conv2d"):
        conv2d()
    assert "your `conv2d`" in capsys.readouterr().out


@pytest.mark.parametrize("names", [(), ("a b",), (3,), ("",)])
def test_names_are_checked(names: Any) -> None:
    with pytest.raises(ValueError, match="names must be names of functions"):
        uses_your(*names)


def test_stub_in_a_real_cell_leaves_no_error() -> None:
    shell = InteractiveShell.instance()
    source = (
        "from cvlib.lesson import uses_your\n"
        "def conv2d(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
        "with uses_your('conv2d'):\n    conv2d(1)\n"
    )
    try:
        with capture_output() as captured:
            result = shell.run_cell(source)
    finally:
        InteractiveShell.clear_instance()
    assert result.success
    assert "This needs your `conv2d`" in captured.stdout


# predict and explain


def test_question_mark_asks_and_shows_options(capsys: pytest.CaptureFixture[str]) -> None:
    predict("01-sobel-frame")
    said = capsys.readouterr().out
    assert "d) Bright lines" in said
    assert "Choose first" in said
    assert "2.12" not in said


def test_first_letter_is_locked_in(capsys: pytest.CaptureFixture[str]) -> None:
    predict("01-sobel-frame", "A")
    assert "Locked in: a) All black" in capsys.readouterr().out
    predict("01-sobel-frame", "b")
    assert "You first said a) All black" in capsys.readouterr().out
    predict("01-sobel-frame", "?")
    assert "Locked in: a) All black" in capsys.readouterr().out


def test_no_explanation_before_a_guess(capsys: pytest.CaptureFixture[str]) -> None:
    explain("01-sobel-frame")
    said = capsys.readouterr().out
    assert said.startswith("Your guess comes first")
    assert "black wall" not in said


def test_wrong_guess_gets_both_explanations(capsys: pytest.CaptureFixture[str]) -> None:
    predict("01-sobel-frame", "a")
    capsys.readouterr()
    explain("01-sobel-frame")
    said = capsys.readouterr().out
    assert said.startswith("Not quite. You said a) All black")
    for part in ("True for the inside", "What happens: b) Black with", "2.12", "black wall"):
        assert part in said


def test_right_guess_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    predict("01-sobel-frame", "b")
    capsys.readouterr()
    explain("01-sobel-frame")
    said = capsys.readouterr().out
    assert said.startswith("Right. You said b)")
    assert "black wall" in said
    assert "What happens" not in said


def test_bad_ids_and_letters_are_value_errors() -> None:
    with pytest.raises(ValueError, match=r"id must be one of 01-sobel-frame.*'01-nope'"):
        predict("01-nope")
    with pytest.raises(ValueError, match="choice must be one of a, b, c, d; got 'e'"):
        predict("01-sobel-frame", "e")
    with pytest.raises(ValueError, match="'01-stem-size'"):
        explain("01-stem-size")


def test_notebooks_get_html_with_plain_text_beside_it(notebook: Iterator[Any]) -> None:
    (shown,) = notebook
    predict("01-sobel-frame")
    assert "<code>sobel_magnitude</code> pads" in shown[0]["text/html"]
    assert "border-left" in shown[0]["text/html"]
    assert shown[0]["text/plain"].startswith("`sobel_magnitude` pads")


# quiz without widgets


def test_plain_quiz_prints_all_questions_and_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert quiz("01-recall", plain=True) is None
    said = capsys.readouterr().out
    for number, question in enumerate(find_group("01-recall").questions, start=1):
        assert f"\n{number}. " in said
        assert f'answer("01-recall", {number}, ' in said
        assert question.explanation not in said
        assert all(option.explanation not in said for option in question.options)


@pytest.mark.parametrize(
    ("reply", "start"), [("c", "Right. 0.8 + 0.2"), ("a", "Not yet. The right"), ("?", "What does")]
)
def test_plain_answer(reply: str, start: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer("01-recall", 4, reply)
    assert capsys.readouterr().out.startswith(start)


def test_plain_answer_refuses_what_it_cannot_read() -> None:
    with pytest.raises(ValueError, match="number must be 1 to 6, got 7"):
        answer("01-recall", 7, "a")
    with pytest.raises(ValueError, match="choose from the letters a, b, c, d, got 'x'"):
        answer("01-recall", 4, "x")
    with pytest.raises(ValueError, match="group must be one of"):
        quiz("01-nope", plain=True)


def test_quiz_is_a_widget() -> None:
    widget = quiz("01-recall")
    assert widget is not None
    assert widget.title == "Warm-up: what you bring along"
