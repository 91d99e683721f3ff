"""Cells as Python, read in several threads at once."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.engine.as_python import tree_of
from tests.conftest import ROOT


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads that take turns often, also while a tree is made."""

    def think(*_: object) -> None:
        sum(range(2000))

    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(1e-5)
    gc.set_threshold(50, 5, 5)
    gc.callbacks.append(think)
    yield
    gc.callbacks.remove(think)
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


def test_two_submissions_are_read_at_the_same_time(restless: None) -> None:
    paths = sorted(Path(ROOT / "cvlib" / "check").glob("*.py"))
    texts = [path.read_text(encoding="utf-8") for path in paths]
    with ThreadPoolExecutor(3) as pool:
        trees = list(pool.map(tree_of, 4 * texts))
    assert [len(tree.body) for tree in trees[: len(texts)]] == [len(tree_of(t).body) for t in texts]
