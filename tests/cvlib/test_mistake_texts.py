"""The text of an answer as it is pasted into notebooks."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from cvlib.mistakes.attempt import definitions, source_as

TEXT = '''\
import functools


def wrapping(inner):
    @functools.wraps(inner)
    def outer(x):
        return inner(x)

    return outer


@wrapping
@functools.lru_cache(
    maxsize=3,
)
def doubles(x):
    """Twice doubles."""
    return doubles.factor * x  # 2


@functools.total_ordering
class Scale:
    def __lt__(self, other):
        return Scale is other

    class Inner:
        pass


def again(x):
    return 1


first_again = again


def again(x):
    return 2


half = lambda x: x / 2
'''


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "made_answers.py").write_text(TEXT)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("made_answers")
    del sys.modules["made_answers"]


def test_decorators_are_left_out_and_the_first_line_gets_the_name(answers: ModuleType) -> None:
    assert source_as(answers.doubles, "twice") == (
        'def twice(x):\n    """Twice doubles."""\n    return doubles.factor * x  # 2'
    )
    assert source_as(answers.Scale, "Size") == (
        "class Size:\n    def __lt__(self, other):\n        return Scale is other\n\n"
        "    class Inner:\n        pass"
    )


def test_what_cannot_be_told_by_its_name_is_refused(answers: ModuleType) -> None:
    for answer in (answers.again, answers.first_again, answers.half, answers.Scale.Inner, 3):
        with pytest.raises(ValueError, match="answer must be a function or a class that its"):
            source_as(answer, "name")


def test_a_module_is_read_once(answers: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    parse = ast.parse
    monkeypatch.setattr(ast, "parse", lambda text: read.append(text) or parse(text))
    definitions.cache_clear()
    for answer in (answers.doubles, answers.Scale, answers.doubles):
        source_as(answer, "name")
    assert read == [TEXT]
