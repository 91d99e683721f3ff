"""Predict before you run: a guess that is locked in, and the explanation after the experiment.

Guesses live as long as the kernel. They are for the learner alone: nothing is marked or sent.
"""

from __future__ import annotations

from cvlib.quizzes import Question, find_question
from cvlib.quizzes.judge import right_answer
from cvlib.quizzes.markup import BLUE, GREEN, ORANGE, say

_guesses: dict[str, str] = {}  # prediction id -> the first letter given


def predict(prediction: str, choice: str = "?") -> None:
    """Ask what an experiment will show; the first letter given is locked in.

    Args:
        prediction: id, such as "01-sobel-frame".
        choice: "?" to see the options, then one of their letters.

    Raises:
        ValueError: no such prediction or letter.
    """
    question = find_question(prediction, kind="prediction")
    letter = str(choice).strip().lower()
    if letter not in ("?", *question.letters):
        raise ValueError(f"choice must be one of {', '.join(question.letters)}; got {choice!r}")
    first = _guesses.get(prediction)
    if first is None and letter == "?":
        options = [_option(question, each) for each in question.letters]
        say([question.text, *options, "Choose first: put your letter in place of the ?."], ORANGE)
    elif first is None:
        _guesses[prediction] = letter
        locked = f"Locked in: {_option(question, letter)}"
        say([question.text, locked, "Now run the experiment."], BLUE)
    elif letter in ("?", first):
        say([question.text, f"Locked in: {_option(question, first)}"], BLUE)
    else:
        said = f"You first said {_option(question, first)}"
        say([question.text, said, "The first guess counts: see how it turns out."], BLUE)


def explain(prediction: str) -> None:
    """Tell whether the prediction was right, and why; without a prediction, ask for one first.

    Raises:
        ValueError: no such prediction.
    """
    question = find_question(prediction, kind="prediction")
    guess, right = _guesses.get(prediction), right_answer(question)
    if guess is None:
        ask = (
            f'Your guess comes first: put a letter into `predict("{prediction}", "?")` and run it.'
        )
        say([ask], ORANGE)
        return
    said = f"You said {_option(question, guess)}"
    if guess == right:
        say([f"*Right.* {said}", _reason(question, guess), question.explanation], GREEN)
        return
    happens = f"*What happens:* {_option(question, right)}"
    reasons = [_reason(question, guess), happens, _reason(question, right)]
    say([f"*Not quite.* {said}", *reasons, question.explanation], ORANGE)


def _option(question: Question, letter: str) -> str:
    return f"{letter}) {question.shown[question.letters.index(letter)].text}"


def _reason(question: Question, letter: str) -> str:
    return question.shown[question.letters.index(letter)].explanation
