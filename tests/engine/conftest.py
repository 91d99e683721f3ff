"""An engine with what single sessions need besides torch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.engine.engine import Engine
from autograder.engine.sandbox import reason_against


@pytest.fixture(scope="package")
def equipped() -> Iterator[Engine]:
    """It has imported all extras."""
    if reason_against():
        pytest.skip("no bubblewrap here")
    with Engine(extras=("prompting", "detection")) as engine:
        yield engine
