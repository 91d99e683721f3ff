"""Every session's fictitious class gets the grades it was made for: `course demo`, all of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.engine import sandbox
from autograder.session import session_paths
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(sandbox.reason_against()), reason=f"no sandbox: {sandbox.reason_against()}"
    ),
]


@pytest.mark.parametrize("number", [path.name[:2] for path in session_paths(ROOT / "course")])
def test_the_gradebook_says_what_the_class_was_made_of(number: str, tmp_path: Path) -> None:
    for part in ("course", "tests/variants"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    result = CliRunner().invoke(main, ["--root", str(tmp_path), "demo", number])
    assert result.exit_code == 0, result.output[-2000:]
    assert "agree." in result.output
