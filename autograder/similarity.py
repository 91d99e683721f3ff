"""Submissions that resemble each other more than chance and the exercise explain.

Winnowing (Schleimer, Wilkerson, Aiken, 2003), the method of MOSS, on code in which names,
comments and layout don't count (copydetect's filter). Left out are passages that the course
gives, that its published solutions have, and that many in the class have: what everybody
writes alike says nothing. A resemblance is a reason to read both, and never a proof.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from autograder.passages import LENGTH, Passages, covered, filtered, passages, same_words
from autograder.session import BEGIN, END

MANY = 10  # passages that more than this many have (or a tenth of the class) don't count
LEAST = 120  # characters of filtered code that two must share altogether: about nine lines
LEAST_OF_ONE = 60  # and in each question that counts
SHARE = 0.7  # of the passages of the one who has fewer
SAME_WORDS = 0.9  # of an answer that counts as the published one
Answers = Mapping[str, Mapping[str, str]]  # student -> question -> code


@dataclass(frozen=True)
class Alike:
    """Two students whose answers resemble each other.

    Attributes:
        share: of the uncommon passages of the one who has fewer, how many both have.
        words: how much is the same word for word, names and comments included, 0 to 1.
        questions: where; the first is the one shown.
        texts: both answers to the first of them.
    """

    first: str
    second: str
    share: float
    words: float
    questions: tuple[str, ...]
    texts: tuple[str, str]


def find_alike(answers: Answers, given: Iterable[str], published: Iterable[str]) -> list[Alike]:
    """Pairs of students who share long uncommon passages, the most alike first.

    Args:
        answers: what was written, in each question that was answered.
        given: code that everybody got.
        published: the course's own solutions.
    """
    given = list(given)
    known = {key for text in (*given, *published) for key in passages(text)}
    found = {student: {question: passages(code) for question, code in texts.items()}
             for student, texts in answers.items()}  # fmt: skip
    counts = Counter(key for keys in found.values() for key in set().union(*keys.values()))
    many = max(MANY, len(answers) // 10)
    rare = {
        student: {
            question: {k: v for k, v in keys.items() if k not in known and counts[k] <= many}
            for question, keys in by_question.items()
        }
        for student, by_question in found.items()
    }
    lines = lines_of(given)
    pairs = (compared(pair, rare, answers, lines) for pair in sorted(meeting(rare)))
    return sorted((p for p in pairs if p), key=lambda p: (-p.words, -p.share, p.first, p.second))


def meeting(rare: Mapping[str, Mapping[str, Passages]]) -> set[tuple[str, str]]:
    """Pairs of students who have enough passages in common to be looked at."""
    owners: dict[int, list[str]] = {}
    for student in sorted(rare):
        for key in set().union(*rare[student].values()):
            owners.setdefault(key, []).append(student)
    shared = Counter(pair for students in owners.values() for pair in combinations(students, 2))
    return {pair for pair, count in shared.items() if count * LENGTH >= LEAST}


def compared(
    pair: tuple[str, str],
    rare: Mapping[str, Mapping[str, Passages]],
    answers: Answers,
    given: Collection[str],
) -> Alike | None:
    """What two students share; None when it is too little to be told."""
    one, two = (set().union(*rare[student].values()) for student in pair)
    shared = one & two
    share = len(shared) / min(len(one), len(two))
    sizes = {question: covered(keys, shared) for question, keys in rare[pair[0]].items()}
    where = sorted((q for q, size in sizes.items() if size >= LEAST_OF_ONE and q in rare[pair[1]]),
                   key=lambda q: (-sizes[q], q))  # fmt: skip
    if share < SHARE or sum(sizes[question] for question in where) < LEAST:
        return None
    texts = [tuple(answers[student][question] for student in pair) for question in where]
    words = sum(same_words(*(own(text, given) for text in both)) for both in texts) / len(texts)
    return Alike(*pair, share, words, tuple(where), (texts[0][0], texts[0][1]))


def find_published(
    answers: Answers, given: Iterable[str], solutions: Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """student → questions answered by a published solution, word for word or nearly.

    Args:
        given: code that everybody got; its lines don't count.
        solutions: question → published answers; short ones are left out, since a right
            answer of few lines is often the same.
    """
    lines = lines_of(given)
    known = {question: [text for text in (own(text, lines) for text in texts)
                        if len(filtered(text)) >= LEAST_OF_ONE]
             for question, texts in solutions.items()}  # fmt: skip
    found = {
        student: tuple(
            question
            for question, text in texts.items()
            if any(same_words(own(text, lines), other) >= SAME_WORDS
                   for other in known.get(question, ()))
        )
        for student, texts in answers.items()
    }  # fmt: skip
    return {student: questions for student, questions in sorted(found.items()) if questions}


def lines_of(texts: Iterable[str]) -> frozenset[str]:
    """All lines that stand in some texts."""
    return frozenset(line.strip() for text in texts for line in text.splitlines())


def own(text: str, given: Collection[str]) -> str:
    """A text without the lines that were given and the marks of solutions."""
    return "\n".join(line for line in text.splitlines()
                     if line.strip() not in given and line.strip() not in (BEGIN, END))  # fmt: skip
