"""The student package in an environment with Google Colab's versions.

Colab runs Python 3.13: so does this, where the PATH has a python3.13; elsewhere the Python of the
tests stands in. This is the one test that asks a package registry.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from autograder.release import release_session
from autograder.session import read_session, session_paths
from autograder.settings import Settings, load_settings
from tests.conftest import ROOT
from tests.course.test_run import complaints, errors

pytestmark = pytest.mark.slow

CONSTRAINTS = ROOT / "tests" / "data" / "colab-constraints.txt"
COLAB = dict(
    re.findall(r"^([\w.-]+)==([\w.]+)$", CONSTRAINTS.read_text(encoding="utf-8"), flags=re.M)
)
# What Colab runs notebooks with; our package does not ask for it.
KERNEL = ("ipykernel", "ipython", "nbclient", "nbformat")


def normal(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def run(*command: str | Path) -> str:
    """Run a command; its output, or a failure with what it complained about."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources that make the package, away from the repository that pip would litter."""
    folder = tmp_path_factory.mktemp("package")
    for name in ("cvlib", "autograder"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's Python."""
    folder = tmp_path_factory.mktemp("colab") / "venv"
    theirs = shutil.which("python3.13")
    runs = theirs and subprocess.run([theirs, "--version"], capture_output=True).returncode == 0
    run(theirs if theirs and runs else sys.executable, "-m", "venv", folder)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def colab(python: Path, package: Path) -> Path:
    """The environment with the student package, and what sessions 06 and 08 need besides."""
    wanted = f"{package}[detection,prompting]"
    run(python, "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS, wanted, *KERNEL)
    return python


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = load_settings(ROOT).at(tmp_path_factory.mktemp("released"))
    for path in session_paths(ROOT / "course"):
        release_session(read_session(path), settings)
    return settings


def test_installing_the_student_package_changes_nothing_on_colab(
    python: Path, package: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    run(python, "-m", "pip", "install", "--quiet", "--dry-run", "--report", report,
        "--constraint", CONSTRAINTS, package)  # fmt: skip
    wanted = {
        normal(item["metadata"]["name"]): item["metadata"]["version"]
        for item in json.loads(report.read_text(encoding="utf-8"))["install"]
    }
    there = {normal(name): version for name, version in COLAB.items()}
    assert "cvlib-course" in wanted
    assert {name: wanted[name] for name in wanted.keys() & there.keys()} == {
        name: there[name] for name in wanted.keys() & there.keys()
    }
    assert not {"nbgrader", "jupyterlab", "jupytext", "click"} & wanted.keys()


def test_environment_has_colabs_versions(colab: Path) -> None:
    listed = json.loads(run(colab, "-m", "pip", "list", "--format", "json"))
    found = {normal(item["name"]): item["version"] for item in listed}
    for name, version in COLAB.items():
        if normal(name) in found:
            assert found[normal(name)].partition("+")[0] == version, name
    assert found["ipywidgets"] == "7.7.1"
    assert "nbgrader" not in found


@pytest.mark.parametrize("path", session_paths(ROOT / "course"), ids=lambda p: p.stem)
@pytest.mark.parametrize("kind", ["source", "release"])
def test_code_cells_run_on_colab(
    colab: Path, released: Settings, tmp_path: Path, path: Path, kind: str
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    notebook = released.data / kind / path.stem[:2] / f"{path.stem}.ipynb"
    shutil.copy(notebook, alone)
    run(colab, Path(__file__).with_name("run_notebook.py"), alone / notebook.name,
        tmp_path / "done.ipynb")  # fmt: skip
    done = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    found = errors(done)
    if kind == "source":
        assert found == {}
        assert complaints(done) == {}
    else:
        assert {text.partition(":")[0] for text in found.values()} <= {
            "NotDone", "NotImplementedError",
        }  # fmt: skip
