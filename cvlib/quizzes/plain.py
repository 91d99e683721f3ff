"""A quiz without widgets: questions printed, answers given by a function call."""

from __future__ import annotations

from typing import Any

from cvlib.quizzes import find_group
from cvlib.quizzes.judge import judge_answer
from cvlib.quizzes.markup import to_text

EXAMPLES = {
    "choice": '"b"',
    "choices": '"a, c"',
    "order": '"b, a, d, c"',
    "number": "12",
    "shape": "(1, 3, 32, 32)",
}


def print_quiz(group: str) -> None:
    """Print the questions of a group, and after each how to answer it.

    Raises:
        ValueError: there is no such group.
    """
    found = find_group(group)
    print(found.title)
    for number, question in enumerate(found.questions, start=1):
        print(f"\n{number}. {to_text(question.text)}")
        for line in question.code.strip("\n").splitlines():
            print(f"       {line}")
        for letter, option in zip(question.letters, question.shown, strict=True):
            print(f"   {letter}) {to_text(option.text)}")
        print(f'   → answer("{group}", {number}, {EXAMPLES[question.kind]})')
    print('\nPut your own answers into these lines and run them; with "?" you get the hints.')


def answer(group: str, number: int, reply: Any) -> None:
    """Judge `reply` to question `number` (from 1) of a group, and print the verdict.

    The reply "?" prints the question's hints.

    Raises:
        ValueError: no such group or question, or a reply that can't be read.
    """
    questions = find_group(group).questions
    if type(number) is not int or not 1 <= number <= len(questions):
        raise ValueError(f"number must be 1 to {len(questions)}, got {number!r}")
    question = questions[number - 1]
    if isinstance(reply, str) and reply.strip() == "?":
        print("\n".join(to_text(hint) for hint in question.hints) or "This one has no hints.")
        return
    verdict = judge_answer(question, reply)
    print(f"{'Right.' if verdict.right else 'Not yet.'} {to_text(verdict.explanation)}")
