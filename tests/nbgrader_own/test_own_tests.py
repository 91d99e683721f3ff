"""nbgrader's own tests for `autograde`, run with the course's preprocessors swapped in.

The test file comes with the installed package. What does not apply is listed with the
reason, here and in docs/grading.md; anything else that fails is a failure of ours.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOES_NOT_APPLY = {
    "test_side_effects": "files that a submission writes are thrown away with its scratch folder",
    "test_handle_failure": "cells with unknown ids are the learner's own and cost nothing",
    "test_handle_failure_single_notebook": "the same, for one notebook",
    "test_missing_source_kernelspec": "a submission's kernel is ignored: no error",
    "test_no_execute": "outputs that come with a submission are never taken over",
    "test_update_newer": "a notebook without cells is reported, not graded with 0",
    "test_update_newer_single_notebook": "the same, for one notebook",
    "test_force_single_notebook": "the same, graded by force",
}


@pytest.mark.slow
def test_nbgraders_own_autograde_tests_pass() -> None:
    programs = str(Path(sys.executable).parent)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--pyargs", "nbgrader.tests.apps.test_nbgrader_autograde",
         "-p", "tests.nbgrader_own.swap", "-q", "-p", "no:cacheprovider", "-rfE"],
        cwd=ROOT, env=os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True, text=True,
    )  # fmt: skip
    failed = set(re.findall(r"^(?:FAILED|ERROR) .*::(\w+)", done.stdout, re.MULTILINE))
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None, done.stdout[-3000:] + done.stderr[-3000:]
    assert int(passed[1]) >= 30
    assert failed == set(DOES_NOT_APPLY), done.stdout[-5000:]
