"""Copies are found whatever was renamed; what everybody writes alike is not held against anyone."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from autograder.passages import LENGTH, WINDOW, filtered, passages
from autograder.public_code import definitions, given_code, published_code
from autograder.session import Session
from autograder.similarity import LEAST_OF_ONE, find_alike, find_published
from tests.tiny import make_course, tiny_session

MINE = '''\
def overlap(first, second):
    """How much two rows of boxes overlap."""
    total = []
    for box in first:
        best = 0.0
        for other in second:
            width = min(box[2], other[2]) - max(box[0], other[0])
            height = min(box[3], other[3]) - max(box[1], other[1])
            if width > 0 and height > 0:
                best = max(best, width * height / (area(box) + area(other) - width * height))
        total.append(round(best, 6))
    return total
'''
NAMES = {"total": "results", "best": "m", "other": "b", "width": "w_", "height": "h_",
         '"""How much two rows of boxes overlap."""': "# mine"}  # fmt: skip
RENAMED = MINE
for old, new in NAMES.items():
    RENAMED = RENAMED.replace(old, new)
ANOTHER_WAY = """\
def overlap(first, second):
    left = torch.maximum(first[:, None, :2], second[None, :, :2])
    right = torch.minimum(first[:, None, 2:], second[None, :, 2:])
    inner = (right - left).clamp(min=0).prod(dim=-1)
    union = areas(first)[:, None] + areas(second)[None, :] - inner
    return (inner / union).max(dim=1).values
"""
SHORT = "def relu(x):\n    return torch.clamp(x, min=0)\n"


def pairs(answers: dict[str, dict[str, str]], **other: list[str]) -> list[tuple[str, str]]:
    found = find_alike(answers, other.get("given", []), other.get("published", []))
    return [(pair.first, pair.second) for pair in found]


def test_a_copy_with_other_names_and_comments_is_found() -> None:
    answers = {"ada": {"q": MINE}, "bob": {"q": RENAMED}, "eve": {"q": ANOTHER_WAY}}
    (pair,) = find_alike(answers, [], [])
    assert (pair.first, pair.second, pair.questions) == ("ada", "bob", ("q",))
    assert pair.share > 0.8
    assert pair.words < 0.8
    assert pair.texts == (MINE, RENAMED)
    answers["bob"] = {"q": MINE}
    assert find_alike(answers, [], [])[0].words == 1.0


def test_short_answers_that_everyone_writes_alike_are_no_reason() -> None:
    lines = [SHORT.replace("relu", name) for name in ("relu", "leaky", "silu", "gelu", "elu")]
    answers = {f"s{n}": {f"q{k}": text for k, text in enumerate(lines)} for n in range(12)}
    assert len(filtered(SHORT)) < LEAST_OF_ONE
    assert pairs(answers) == []
    assert pairs({name: answers[name] for name in ("s0", "s1")}) == []


def test_what_was_given_and_what_is_published_says_nothing() -> None:
    answers = {"ada": {"q": MINE}, "bob": {"q": RENAMED}}
    assert pairs(answers, given=[MINE]) == []
    assert pairs(answers, published=[MINE]) == []


def test_what_many_have_says_nothing() -> None:
    crowd = {f"s{n:02d}": {"q": MINE} for n in range(11)}
    assert pairs(crowd) == []
    assert len(pairs({name: crowd[name] for name in list(crowd)[:3]})) == 3


def test_a_copied_question_among_own_ones_is_below_the_bar() -> None:
    own = ANOTHER_WAY * 3
    answers = {"ada": {"q": MINE, "r": own}, "bob": {"q": MINE, "r": RENAMED[::-1] * 4}}
    assert pairs(answers) == []


def test_the_published_solution_word_for_word_is_told_by_name() -> None:
    answers = {"ada": {"q": MINE, "r": SHORT}, "bob": {"q": RENAMED}, "eve": {"q": ANOTHER_WAY}}
    found = find_published(answers, [], {"q": [MINE], "r": [SHORT]})
    assert found == {"ada": ("q",)}  # one line alike is no reason, other words are none
    assert find_published(answers, [MINE.replace("0.0", "0")], {"q": [MINE]}) == {}  # a bug hunt


@pytest.mark.parametrize("code", ["", "x", "def (:\n", "'''open", "\x00", "ü = 'ß' * 40\n" * 9])
def test_any_text_can_be_compared(code: str) -> None:
    passages(code)
    assert pairs({"a": {"q": code}, "b": {"q": code}}) in ([], [("a", "b")])


def test_the_same_passages_are_chosen_in_every_run() -> None:
    text = filtered(MINE)
    chosen = passages(MINE)
    assert len(chosen) > len(text) / WINDOW / 2
    for key, places in chosen.items():  # no hash of Python's own, which changes from run to run
        assert {zlib.crc32(text[at : at + LENGTH].encode()) for at in places} == {key}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return tiny_session(make_course(tmp_path_factory.mktemp("similar")))


def test_given_code_holds_stubs_and_no_secret(session: Session) -> None:
    text = "\n".join(given_code(session))
    assert "def receptive_field" in text
    assert "jump *= layer[1]" not in text
    assert "(224, 7, 2, 3)" not in text  # of the hidden test


def test_published_are_the_solution_and_the_package(session: Session) -> None:
    texts = published_code(session)["01-receptive-field"]
    assert "jump *= layer[1]" in texts[0]
    assert any(text.startswith("def receptive_field") for text in texts[1:])
    assert definitions(Path(__file__).parent) == {}
