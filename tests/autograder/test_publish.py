"""The student repository: what is in it, what is not, and whose folder it may be."""

from __future__ import annotations

import fnmatch
import json
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.errors import CourseError, LeakError
from autograder.publish import PACKAGE, STAMP, copy_package, publish, student_project
from tests.autograder.grading_course import Class
from tests.conftest import ROOT
from tests.tiny import TEXT, files_below

SECRET = "    cases=[(32, 3), (224, 7, 2, 3), (8, 3, 2, 1), (64, 3, 3, 1, 2), (5, 5), (4, 9)],"


@pytest.fixture
def course(tmp_path: Path) -> Class:
    """A released course with a small student package, and with things of the instructor's."""
    made = Class(tmp_path / "course")
    root = made.settings.root
    for name, text in {"cvlib/__init__.py": "", "cvlib/exercises/01.json": "{}",
                       "cvlib/weights/small.pt": "weights", "cvlib/notes.txt": "the solutions",
                       "cvlib/.draft.py": "", "cvlib/__pycache__/a.pyc": "",
                       "autograder/secret.py": "", "submitted/ada/01/01_tiny.ipynb": "{}",
                       "roster.csv": "id\nada\n"}.items():  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, root)
    return made


def command(course: Class, folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--root", str(course.settings.root), "publish",
                                     "--to", str(folder), *arguments])  # fmt: skip


def test_students_get_notebooks_the_package_and_how_to_begin(course: Class, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = command(course, folder)
    assert done.exit_code == 0, done.output
    assert "9 files, 1 sessions, no leak found" in done.output
    files = files_below(folder)
    assert set(files) == {
        ".gitignore", STAMP, "LICENSE", "README.md", "environment.yml", "pyproject.toml",
        "cvlib/__init__.py", "cvlib/exercises/01.json", "cvlib/weights/small.pt",
        "release/01/01_tiny.ipynb",
    }  # fmt: skip
    assert files["release/01/01_tiny.ipynb"] == course.released.read_bytes()
    readme = files["README.md"].decode()
    assert "[01 · A tiny session](release/01/01_tiny.ipynb) | 15 min" in readme
    assert "https://colab.research.google.com/github/" in readme


def test_the_package_can_be_installed_and_brings_its_data_along() -> None:
    made = tomllib.loads(student_project(ROOT / "pyproject.toml"))
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name in ("name", "version", "dependencies", "requires-python"):
        assert made["project"][name] == whole["project"][name]
    assert set(made["project"]["optional-dependencies"]) == {"detection", "prompting", "jupyter"}
    assert "scripts" not in made["project"]
    setup = made["tool"]["setuptools"]
    assert setup["packages"]["find"]["include"] == ["cvlib*"]
    package = ROOT / "cvlib"
    for path in package.rglob("*"):
        name = str(path.relative_to(package))
        if path.suffix in PACKAGE and path.suffix != ".py":
            assert any(fnmatch.fnmatch(name, each) for each in setup["package-data"]["cvlib"]), name


def test_what_lies_elsewhere_is_not_lost(course: Class, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine")
    done = command(course, folder)
    assert done.exit_code == 1
    assert "is not empty and was not made by `course publish`" in done.output
    assert files_below(folder) == {"thesis.txt": b"mine"}
    (folder / STAMP).write_text('{"not": "a list of names"')
    assert command(course, folder).exit_code == 1


def test_an_earlier_run_is_replaced_and_files_of_others_stay(course: Class, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref")
    assert command(course, folder).exit_code == 0
    (folder / "CITATION").write_text("of the instructor's")
    (course.settings.root / "cvlib" / "weights" / "small.pt").unlink()
    (tmp_path / "outside").write_text("stays")
    listed = json.loads((folder / STAMP).read_text())
    (folder / STAMP).write_text(json.dumps([*listed, "../outside", str(tmp_path / "outside")]))
    assert command(course, folder).exit_code == 0
    assert (tmp_path / "outside").read_text() == "stays"
    files = files_below(folder)
    assert "cvlib/weights/small.pt" not in files
    assert {"CITATION", ".git/HEAD"} <= set(files)


@pytest.mark.parametrize("name", ["cvlib/extra.py", "cvlib/exercises/01.json"])
def test_hidden_tests_in_the_package_are_a_leak_and_nothing_is_written(
    course: Class, tmp_path: Path, name: str
) -> None:
    assert SECRET in TEXT
    path = course.settings.root / name
    field = "cases=[([(7, 2, 1), (3, 2, 1), (3, 1, 2)],), ([],), ([(3, 2, 2), (5, 3, 1)],)],"
    assert field in TEXT
    told = "\n".join([SECRET, field, "The model answer says that borders count too."])
    path.write_text(json.dumps({"a": told}) if path.suffix == ".json" else told)
    with pytest.raises(LeakError, match=path.name):
        publish(course.settings, [course.session], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_solution_in_a_notebook_is_a_leak(course: Class, tmp_path: Path) -> None:
    text = course.released.read_text()
    course.released.write_text(
        text.replace("A window walks over a row of cells.", "return room // stride + 1")
    )
    with pytest.raises(LeakError):
        publish(course.settings, [course.session], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_notebook_that_is_older_than_its_text_is_refused(course: Class, tmp_path: Path) -> None:
    text = course.settings.course / "01_tiny.py"
    text.write_text(TEXT.replace("cases=[(7, 3, 2)", "cases=[(9, 3, 2)"))
    done = command(course, tmp_path / "out")
    assert done.exit_code == 1
    assert "run `course release 01`" in done.output
    course.released.unlink()
    assert "0 sessions" in command(course, tmp_path / "out").output
    assert command(course, tmp_path / "other", "01").exit_code == 1


def test_a_course_without_a_package_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there is no student package"):
        copy_package(tmp_path / "cvlib", tmp_path / "out")
    with pytest.raises(CourseError, match="can't be understood"):
        student_project(tmp_path / "pyproject.toml")
