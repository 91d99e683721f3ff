"""What tests of cvlib share."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
import torch

from tests.conftest import ROOT

# The scripts in tools/ import one another by their bare names, and so do the tests of them.
sys.path.append(str(ROOT / "tools"))


@pytest.fixture
def one_thread() -> Iterator[None]:
    """One thread of torch while a test runs; afterwards as many as before."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
