"""environment.yml, pyproject.toml and the Makefile tell the same story."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import yaml

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_conda_takes_everything_from_pyproject() -> None:
    (pip,) = [item["pip"] for item in CONDA["dependencies"] if isinstance(item, dict)]
    assert pip == ["--editable .[dev]"]
    assert "dev" in PROJECT["optional-dependencies"]
    developers = PROJECT["optional-dependencies"]["dev"]
    assert any(item.startswith(f"{PROJECT['name']}[instructor") for item in developers)


def test_conda_asks_for_the_python_that_pyproject_asks_for() -> None:
    assert f"python{PROJECT['requires-python']}" in CONDA["dependencies"]


def test_students_get_only_what_colab_has_already() -> None:
    text = (ROOT / "tests" / "data" / "colab-constraints.txt").read_text(encoding="utf-8")
    colab = dict(re.findall(r"^([\w.-]+)==([\d.]+)$", text, flags=re.MULTILINE))
    for requirement in PROJECT["dependencies"]:
        name, _, least = requirement.partition(">=")
        assert name in colab, f"{name} is not on Colab"
        assert version(least) <= version(colab[name]), f"Colab has {name} {colab[name]} only"


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def test_make_knows_its_targets() -> None:
    for target in ("demo", "test", "lab", "lint", "bench"):
        done = subprocess.run(
            ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_ci_is_a_script_that_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "make test" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_make_installs_again_only_when_pyproject_has_changed(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)

    def plan() -> str:
        alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        done = subprocess.run(["make", "--dry-run", "demo"], cwd=tmp_path, capture_output=True,
                              text=True, check=True, env=alone)  # fmt: skip
        return done.stdout

    assert "-m venv .venv" in plan()
    ready = tmp_path / ".venv" / "ready"
    ready.parent.mkdir()
    ready.touch()
    assert plan() == ".venv/bin/course demo\n"
    changed = ready.stat().st_mtime + 10
    os.utime(tmp_path / "pyproject.toml", (changed, changed))
    assert "pip install" in plan()
