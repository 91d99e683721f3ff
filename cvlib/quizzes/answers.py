"""Reading what a learner typed: letters, a number or a shape, kindly but without guessing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cvlib.quizzes.bank import Question

# 1638400, 1,638,400, 1 638 400, 1_638_400, −3, 2.25, 1e3; a per cent sign may follow.
NUMBER = re.compile(r"[+-]?(\d{1,3}([,_ ]\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?")


def read_answer(question: Question, answer: Any) -> Any:
    """`answer` as a letter, a string of letters, a float or a tuple of ints, by kind.

    Raises ValueError, in a sentence for learners, where that is not possible.
    """
    if question.kind == "number":
        return _read_number(answer)
    if question.kind == "shape":
        return _read_shape(answer)
    letters = _read_letters(answer, question.letters)
    if question.kind in ("choice", "prediction") and len(letters) != 1:
        raise ValueError(
            f"choose exactly one letter of {_listed(question.letters)}, got {answer!r}"
        )
    if question.kind == "order" and len(letters) != len(question.letters):
        raise ValueError(f"put all of {_listed(question.letters)} in order, got {answer!r}")
    return "".join(sorted(letters)) if question.kind == "choices" else letters


def _read_letters(answer: Any, allowed: str) -> str:
    """Letters in the order given, without separators: "b, A" and ["b", "a"] become "ba"."""
    parts = answer if isinstance(answer, str) else _joined(answer)
    letters = re.sub(r"[\s,;)(\[\]]", "", parts).lower()
    if not letters:
        raise ValueError(f"choose from the letters {_listed(allowed)}, got {answer!r}")
    for letter in letters:
        if letter not in allowed:
            raise ValueError(f"choose from the letters {_listed(allowed)}, got {answer!r}")
    if len(set(letters)) < len(letters):
        raise ValueError(f"each letter once, got {answer!r}")
    return letters


def _joined(answer: Any) -> str:
    if not isinstance(answer, Iterable) or not all(isinstance(part, str) for part in answer):
        raise ValueError(f"an answer here is one or more letters, got {answer!r}")
    return "".join(answer)


def _read_number(answer: Any) -> float:
    text = str(answer).strip().replace("−", "-").removesuffix("%").strip()
    text = re.sub(r"[\u00a0\u2009\u202f]", " ", text)
    if isinstance(answer, bool) or not re.search(r"\d", text) or not NUMBER.fullmatch(text):
        raise ValueError(f"type a number such as 12 or 2.5, got {answer!r}")
    return float(re.sub(r"[,_ ]", "", text))


def _read_shape(answer: Any) -> tuple[int, ...]:
    text = answer if isinstance(answer, str) else str(tuple(_iterable(answer)))
    text = re.sub(r"^\s*(torch\.Size)?", "", text).strip("()[] \t")
    parts = [part for part in re.split(r"[,\s×x]+", text) if part]
    if not parts or not all(re.fullmatch(r"\d{1,12}", part) for part in parts):
        raise ValueError(f"type a shape such as (1, 3, 32, 32), got {answer!r}")
    return tuple(int(part) for part in parts)


def _iterable(answer: Any) -> Iterable[Any]:
    return answer if isinstance(answer, Iterable) else (answer,)


def _listed(letters: str) -> str:
    return ", ".join(letters)
